"""Text that does nothing where an export puts it: a configuration file, a spreadsheet, a file name."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from wizard.model.text import inert

_UNQUOTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_FORMULA: Final = re.compile(r"^[\s\ufeff\u200b]*[=+\-@＝＋－＠]")
_NOT_IN_FILE_NAMES: Final = re.compile(r"[^A-Za-z0-9.@_+-]+")


def is_single_line(text: str) -> bool:
    """Whether the text has no line break, control character, lone surrogate or noncharacter: what files can quote."""
    return all(
        unicodedata.category(char) not in _UNQUOTABLE
        and ord(char) & 0xFFFE != 0xFFFE
        and not 0xFDD0 <= ord(char) <= 0xFDEF
        for char in text
    )


def csv_cell(text: str) -> str:
    """The text on one line, as a spreadsheet shows it and never computes it (T15).

    An apostrophe goes in front of = + - @ (full-width too), also after blanks and newlines, and of TAB and CR.
    One line, because careless importers start a row at a line break, and its first character counts again.
    """
    flat = inert(text.strip("\r\n"), limit=len(text))
    return "'" + flat if text[:1] in ("\t", "\r") or _FORMULA.match(text) else flat


def file_stem(text: str) -> str:
    """The text as the harmless beginning of a file name: no folders, no leading dot, at most 100 characters."""
    return _NOT_IN_FILE_NAMES.sub("_", text).lstrip(".")[:100] or "account"
