"""Text laid out in the columns of a terminal: an East Asian character takes two, a combining mark none."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

# What never begins a line and what never ends one, where words are not parted by blanks (JIS X 4051, GB/T 15834).
_CLOSING: Final = frozenset(
    "、。，．・：；！？％）］｝」』】〉》〕”’…‥ー々〻ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_OPENING: Final = frozenset("（［｛「『【〈《〔“‘")


def width(text: str) -> int:
    """How many columns the text takes."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def padded(text: str, columns: int) -> str:
    """The text with blanks behind it up to that many columns; a longer one as it is."""
    return text + " " * (columns - width(text))


def cut(text: str, columns: int) -> str:
    """As much of the text's beginning as fits."""
    if width(text) <= columns:
        return text
    taken = 0
    for place, character in enumerate(text):
        taken += _width(character)
        if taken > columns:
            return text[:place]
    return text


def wrapped(text: str, columns: int) -> list[str]:
    """The text in lines that fit; Japanese and Chinese, which have no blanks, break between their characters.

    A word that is longer than a line, such as an address of a page, stands on a line of its own.
    """
    if not any(map(_is_wide, text)):
        return textwrap.wrap(text, columns, break_long_words=False)
    lines, line = [], ""
    for unit in _units(text):
        if line.strip() and width(line + unit.rstrip()) > columns:
            lines.append(line.rstrip())
            line = unit.lstrip()
        else:
            line += unit
    return [*lines, line.rstrip()] if line.strip() else lines


def listed(rows: Sequence[tuple[str, str]], columns: int, *, indent: int = 0, gap: int = 2) -> list[str]:
    """Two columns, what is named and what is said about it, which goes on below itself where it is long."""
    first = max((width(name) for name, _ in rows), default=0)
    lines = []
    for name, said in rows:
        head = " " * indent + padded(name, first + gap)
        under = " " * width(head)
        pieces = wrapped(said, max(columns - width(head), 20)) or [""]
        lines += [((under if number else head) + piece).rstrip() for number, piece in enumerate(pieces)]
    return lines


def _units(text: str) -> Iterator[str]:
    """The pieces of a text between which a line may break."""
    unit = ""
    for character in text:
        if unit and _may_break(unit[-1], character):
            yield unit
            unit = ""
        unit += character
    if unit:
        yield unit


def _may_break(before: str, after: str) -> bool:
    if before.isspace() or after.isspace():
        return True
    if before in _OPENING or after in _CLOSING:
        return False
    return (_is_wide(before) or _is_wide(after)) and bool(_width(after))


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _width(character: str) -> int:
    if _is_wide(character):
        return 2
    return 0 if unicodedata.category(character) in {"Mn", "Me", "Cf"} else 1
