"""GLib's key files, as Evolution keeps its accounts in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Sections = Mapping[str, Sequence[tuple[str, str]]]


def keyfile(sections: Sections) -> bytes:
    """The sections as a key file; a value is escaped as GLib reads it back (GKeyFile, “escape sequences”)."""
    parts = []
    for name, pairs in sections.items():
        parts.append("\n".join([f"[{name}]", *(f"{key}={_escaped(value)}" for key, value in pairs)]) + "\n")
    return "\n".join(parts).encode()


def read_keyfile(text: str) -> dict[str, dict[str, str]]:
    """The sections of a key file; of a key that stands twice the last one counts, lines that are none are skipped."""
    sections: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("[") and stripped.endswith("]"):
            current = sections.setdefault(stripped[1:-1], {})
        elif "=" in stripped and not stripped.startswith("#"):
            key, _, value = stripped.partition("=")
            current[key.rstrip()] = _plain(value.lstrip())
    return sections


_SIGNS = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


def _escaped(value: str) -> str:
    escaped = value.replace("\\", "\\\\")
    start = len(escaped) - len(escaped.lstrip(" "))
    return "\\s" * start + escaped[start:]


def _plain(value: str) -> str:
    parts, escaped = [], False
    for sign in value:
        if escaped:
            parts.append(_SIGNS.get(sign, f"\\{sign}"))
            escaped = False
        elif sign == "\\":
            escaped = True
        else:
            parts.append(sign)
    return "".join(parts)
