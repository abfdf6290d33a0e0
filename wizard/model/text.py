"""Text from a stranger made harmless to show."""

from __future__ import annotations

import unicodedata

MAX_SHOWN = 4096


def inert(text: str, limit: int = MAX_SHOWN) -> str:
    """The text without control and bidirectional characters and lone surrogates, cut at `limit` characters (T13).

    Line breaks become spaces between parts; everything else unseen becomes U+FFFD.
    """
    cut = text[:limit]
    if cut.isascii() and cut.isprintable():  # nearly always; a character at a time costs thirty times as much
        return cut if len(text) <= limit else cut + " …"
    cleaned = "".join(_shown(character) for character in cut)
    return cleaned if len(text) <= limit else cleaned + " …"


def _shown(character: str) -> str:
    if character in "\r\n\t":
        return " "
    if " " <= character <= "~":
        return character
    # Cc control, Cf format (bidi marks, zero-width), Cs surrogates, Co private, Cn unassigned; Zl and Zp break lines.
    return "�" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} else character
