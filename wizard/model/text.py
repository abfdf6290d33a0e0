"""Text from a stranger made harmless to show."""

from __future__ import annotations

import unicodedata

MAX_SHOWN = 4096
_JOINERS = "\u200c\u200d"


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


def harmless(text: str) -> str:
    """The text for a terminal: its lines and tabs, and nothing that a terminal acts on or that hides what is there."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(sign if sign in "\n\t" or sign in _JOINERS else _shown(sign) for sign in text)


def single_line(text: str) -> str:
    """A name on one line: each run of blanks, line breaks, controls and lone surrogates is one blank, none at the ends.

    Bidirectional marks go; joiners stay, for Persian names and emoji are written with them.
    """
    return " ".join("".join(_in_a_name(character) for character in text).split())


def _in_a_name(character: str) -> str:
    if character in _JOINERS:
        return character
    category = unicodedata.category(character)
    return "" if category == "Cf" else " " if category in {"Cc", "Cs", "Zl", "Zp"} else character
