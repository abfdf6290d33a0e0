"""Reads the translators' files (GNU gettext's .po, as its manual says under "The Format of PO Files")."""

from __future__ import annotations

import json
from typing import Final

from msgspec import Struct, field

CONTEXT_END: Final = "\x04"  # what gettext puts between a context and its text
FORM_END: Final = "\0"


class Entry(Struct, frozen=True):
    """One text of a .po file and its translation, one for each plural form; the header is the one without a source."""

    source: str
    plural: str | None = None
    context: str | None = None
    said: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()  # what the extraction says of it ("#. ")
    flags: frozenset[str] = field(default_factory=frozenset)
    remarks: tuple[str, ...] = ()  # what translators wrote beside it ("# ")

    @property
    def is_translated(self) -> bool:
        """Whether all of it is, and nobody doubts it (a "fuzzy" translation is another text's)."""
        return bool(self.said) and all(self.said) and "fuzzy" not in self.flags


class PoError(ValueError):
    """A line that is none of a .po file, with its number."""


def read_po(text: str) -> tuple[Entry, ...]:
    """The entries in their order, obsolete ones ("#~") left out.

    Raises:
        PoError: naming the line.
    """
    found: list[Entry] = []
    draft = _Draft()
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        try:
            if not line or line.startswith("#"):
                if draft.has_said:
                    found.append(draft.entry())
                    draft = _Draft()
                draft.comment(line)
                continue
            keyword, _, rest = line.partition(" ")
            if line.startswith('"'):
                draft.go_on(json.loads(line))
                continue
            if draft.has_said and keyword in ("msgctxt", "msgid"):
                found.append(draft.entry())
                draft = _Draft()
            draft.begin(keyword, json.loads(rest))
        except (ValueError, KeyError) as error:
            raise PoError(f"line {number} is not one of a .po file: {line[:60]}") from error
    if draft.has_said:
        found.append(draft.entry())
    return tuple(found)


class _Draft:
    """An entry while its lines are read."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._comments: list[str] = []
        self._flags: set[str] = set()
        self._remarks: list[str] = []
        self._last: list[str] = []

    @property
    def has_said(self) -> bool:
        return any(keyword.startswith("msgstr") for keyword in self._texts)

    def comment(self, line: str) -> None:
        if line.startswith("#."):
            self._comments.append(line[2:].strip())
        elif line.startswith("#,"):
            self._flags.update(flag.strip() for flag in line[2:].split(","))
        elif line.startswith("# "):
            self._remarks.append(line[2:].strip())

    def begin(self, keyword: str, text: str) -> None:
        if keyword not in ("msgctxt", "msgid", "msgid_plural", "msgstr") and not (
            keyword.startswith("msgstr[") and keyword[7:-1].isdigit()
        ):
            raise ValueError(keyword)
        if keyword in self._texts:
            raise ValueError(keyword)
        self._last = self._texts[keyword] = [text]

    def go_on(self, text: str) -> None:
        if not self._texts:
            raise ValueError(text)
        self._last.append(text)

    def entry(self) -> Entry:
        texts = {keyword: "".join(parts) for keyword, parts in self._texts.items()}
        forms = sorted(keyword for keyword in texts if keyword.startswith("msgstr"))
        return Entry(
            source=texts["msgid"],
            plural=texts.get("msgid_plural"),
            context=texts.get("msgctxt"),
            said=tuple(texts[form] for form in forms),
            comments=tuple(self._comments),
            flags=frozenset(self._flags),
            remarks=tuple(self._remarks),
        )


def key_of(entry: Entry) -> str:
    """What tells the entry from all others: context, text and plural in one, as gettext joins them."""
    context = f"{entry.context}{CONTEXT_END}" if entry.context is not None else ""
    plural = f"{FORM_END}{entry.plural}" if entry.plural is not None else ""
    return f"{context}{entry.source}{plural}"
