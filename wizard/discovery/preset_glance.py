"""A glance at the compiled presets: whether one may own a domain. It loads nothing that a check does not need first."""

from __future__ import annotations

from typing import Final

from wizard import assets

COMPILED: Final = "compiled.jsonl"


def may_be_known(domain: str) -> bool | None:
    """Whether the compiled presets name this domain, or one above it; None where nothing was compiled.

    No more than a hint: neither is it known what they name it for, nor whether they are up to date.
    """
    try:
        with (assets.resources() / "presets" / COMPILED).open(encoding="utf-8") as file:
            index = file.readline()
    except (OSError, ValueError):
        return None
    labels = domain.split(".")
    parents = (".".join(labels[first:]) for first in range(1, len(labels)))
    return any(f'"{name}"' in index for name in (domain, *(f"*.{parent}" for parent in parents)))
