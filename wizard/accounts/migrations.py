"""Brings the file of saved accounts from any older schema to the current one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

CURRENT: Final = 1

# What takes a document of schema N to schema N + 1. Every released schema keeps a file in tests/accounts/files.
_STEPS: Final[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}


def migrate(document: object) -> dict[str, Any]:
    """The document in the current schema.

    Raises:
        ValueError: it has no schema number, or a newer one than this program knows.
    """
    if not isinstance(document, dict) or type(document.get("schema")) is not int:
        raise ValueError("it has no schema number")
    if document["schema"] > CURRENT:
        raise ValueError(f"its schema is {document['schema']}, this version knows {CURRENT}")
    while document["schema"] < CURRENT:
        step = _STEPS.get(document["schema"])
        if step is None:
            raise ValueError(f"its schema is {document['schema']}, which never was")
        document = step(document)
    return document
