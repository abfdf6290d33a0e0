"""Which texts of the data files people read, and the context under which translators know each.

The extraction (packaging/texts.py) gathers them by it, and whoever shows one asks `tr_context` with the same context.
A pack's files have their own texts: they are said as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

QUESTIONS: Final = "question"


def cause_context(cause: str) -> str:
    """The context of a cause's texts, those of its remedies included."""
    return f"cause {cause}"


def preset_context(provider: str) -> str:
    """The context of a provider's texts, by its id."""
    return f"preset {provider}"


def practice_context(scenario: str) -> str:
    """The context of what a practice account teaches, by its file's name without the ending."""
    return f"practice {scenario}"


def cause_texts(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The texts of a cause's file, each with where it stands; all wordings of each."""
    for table in (document, *document.get("case", ())):
        for key in ("title", "why", "ask_administrator"):
            yield from _texts(table, key)
    for remedy in document.get("remedy", ()):
        for key in ("say", "steps", "text"):
            yield from _texts(remedy, key)


def preset_texts(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The texts of a preset's file, each with where it stands: those that `Provider.translated` says."""
    for key in ("no_servers_because", "username_hint", "limits", "max_message", "limit_reset", "notes"):
        yield from _texts(document, key)
    for key in ("called", "steps"):
        yield from _texts(document.get("app_password", {}), key)
    for table in (*document.get("preparation", ()), *document.get("dated", ())):
        for key in ("say", "steps"):
            yield from _texts(table, key)
    placeholders = document.get("placeholders", {})
    for key in placeholders:
        yield from _texts(placeholders, key)


def _texts(table: Mapping[str, Any], key: str) -> Iterator[tuple[str, str]]:
    found = table.get(key, ())
    for text in (found,) if isinstance(found, str) else found:
        if text.strip("{}").isidentifier():  # nothing but a placeholder
            continue
        yield key, text
