"""A language made of marked English: what has no marks was never given to a translator, what is cut has no room.

`[Šîĝñîñĝ îñ ţö mail.example.org ~~~~]`: in brackets, its letters accented, a third longer, as German or Polish are.
Placeholders, `&` before a key's letter, and what stands in <angle brackets> are left as they are.
"""

from __future__ import annotations

import gettext
import re
from typing import Final

_ACCENTED: Final = str.maketrans("AEIOUYCNSTaeiouycnsrtdgkz", "ÅÉÎÖÛÝÇÑŠŢåéîöûýçñšřţðĝķž")
_LEFT_ALONE: Final = re.compile(r"(\{[^{}]*\}|<[^<>]*>|%[A-Z]+%|%(?:\(\w+\))?[srd]|&\w)")
OPEN: Final = "["
CLOSE: Final = "]"
_WORD: Final = 7
# Which letter stands for which says nothing: what counts is that they are read from right to left.
_ARABIC: Final = str.maketrans("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "ابتثجحخدذرزسشصضطظعغفقكلمنه" * 2)


def pseudo(text: str) -> str:
    """The text in the pseudo-language."""
    parts = _LEFT_ALONE.split(text)
    if not any(character.isalpha() for part in parts[::2] for character in part):
        return text
    said = "".join(part if number % 2 else part.translate(_ACCENTED) for number, part in enumerate(parts))
    longer = _longer(text) if "\n" not in text else ""
    return f"{OPEN}{said}{' ' if longer else ''}{longer}{CLOSE}"


def _longer(text: str) -> str:
    """A third of the text's length, in words as long as those of people."""
    tail = "~" * max(1, len(text) // 3)
    return " ".join(tail[at : at + _WORD] for at in range(0, len(tail), _WORD))


class PseudoTranslations(gettext.NullTranslations):
    """Translations into the pseudo-language, of whatever is asked for."""

    def gettext(self, message: str) -> str:
        """The marked text."""
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The marked text for so many."""
        return pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """The marked text."""
        return pseudo(message)


class MirroredTranslations(PseudoTranslations):
    """The same in Arabic letters, to see what a window that is read from right to left looks like."""

    def gettext(self, message: str) -> str:
        """The text in those letters."""
        parts = _LEFT_ALONE.split(message)
        return "".join(part if number % 2 else part.translate(_ARABIC) for number, part in enumerate(parts))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The text for so many."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """The text in those letters."""
        return self.gettext(message)
