"""Text that does nothing wherever it lands: a terminal, a browser, a spreadsheet, a file name."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

REPLACEMENT: Final = "�"
# Cc controls, Cf bidi and invisible marks, Cs lone surrogates, Co private use, Zl/Zp line separators (T13).
_LOUD: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_UNQUOTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_FORMULA: Final = re.compile(r"^[\s\ufeff\u200b]*[=+\-@＝＋－＠]")
_NOT_IN_FILE_NAMES: Final = re.compile(r"[^A-Za-z0-9.@_+-]+")


def inert(text: str, *, keep_newlines: bool = False) -> str:
    """The text with every control, bidi, invisible and surrogate character replaced by “�”."""
    return "".join(
        char if (keep_newlines and char == "\n") or unicodedata.category(char) not in _LOUD else REPLACEMENT
        for char in text
    )


def is_single_line(text: str) -> bool:
    """Whether the text has no line break, control character, lone surrogate or noncharacter: what files can quote."""
    return all(
        unicodedata.category(char) not in _UNQUOTABLE
        and ord(char) & 0xFFFE != 0xFFFE
        and not 0xFDD0 <= ord(char) <= 0xFDEF
        for char in text
    )


def one_line(text: str) -> str:
    """The text inert and on one line, its lines joined by blanks."""
    return inert(" ".join(text.splitlines()))


def csv_cell(text: str) -> str:
    """The text on one line, as a spreadsheet shows it and never computes it (T15).

    An apostrophe goes in front of = + - @ (full-width too), also after blanks and newlines, and of TAB and CR.
    One line, because careless importers start a row at a line break, and its first character counts again.
    """
    flat = one_line(text)
    return "'" + flat if text[:1] in ("\t", "\r") or _FORMULA.match(" ".join(text.splitlines())) else flat


def file_stem(text: str) -> str:
    """The text as the harmless beginning of a file name: no folders, no leading dot, at most 100 characters."""
    return _NOT_IN_FILE_NAMES.sub("_", text).lstrip(".")[:100] or "account"
