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


def pseudo(text: str) -> str:
    """The text in the pseudo-language."""
    parts = _LEFT_ALONE.split(text)
    if not any(character.isalpha() for part in parts[::2] for character in part):
        return text
    said = "".join(part if number % 2 else part.translate(_ACCENTED) for number, part in enumerate(parts))
    longer = "~" * max(1, len(text) // 3) if "\n" not in text else ""
    return f"{OPEN}{said}{' ' if longer else ''}{longer}{CLOSE}"


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
