"""Reads the translators' files (GNU gettext's .po) and makes of them what the standard library's `gettext` loads (.mo).

The forms are those of GNU gettext's manual, sections "The Format of PO Files" and "The Format of GNU MO Files".
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

_CONTEXT_END: Final = "\x04"  # what gettext puts between a context and its text
_FORM_END: Final = "\0"


@dataclass(frozen=True, slots=True)
class Entry:
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


def mo_of(entries: Sequence[Entry], *, note: str = "") -> bytes:
    """The .mo of what is translated; `note` becomes a line "X-Source: …" of its header."""
    texts: dict[bytes, bytes] = {}
    for entry in entries:
        if not entry.is_translated:
            continue
        said = _FORM_END.join(entry.said)
        if not entry.source and note:
            said += f"X-Source: {note}\n"
        texts[key_of(entry).encode()] = said.encode()
    ids, strings = b"", b""
    places: list[tuple[int, int, int, int]] = []
    for key, value in sorted(texts.items()):
        places.append((len(key), len(ids), len(value), len(strings)))
        ids += key + b"\0"
        strings += value + b"\0"
    keys_at, values_at = 28, 28 + 8 * len(places)
    ids_at = values_at + 8 * len(places)
    strings_at = ids_at + len(ids)
    head = struct.pack("<7I", 0x950412DE, 0, len(places), keys_at, values_at, 0, 0)
    keys = b"".join(struct.pack("<2I", length, ids_at + at) for length, at, _, _ in places)
    values = b"".join(struct.pack("<2I", length, strings_at + at) for _, _, length, at in places)
    return head + keys + values + ids + strings


def key_of(entry: Entry) -> str:
    """How gettext names the entry: context, text and plural in one."""
    context = f"{entry.context}{_CONTEXT_END}" if entry.context is not None else ""
    plural = f"{_FORM_END}{entry.plural}" if entry.plural is not None else ""
    return f"{context}{entry.source}{plural}"
