"""Values as PHP writes them."""

from __future__ import annotations


def php(value: str | int | bool) -> str:
    """The value as a PHP literal; in single quotes only \\ and ' mean anything."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
