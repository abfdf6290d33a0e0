"""Shapes of passwords as packs and presets state them: regular expressions of a kind that cannot take long.

Python's `re` may take for ever over "([a-z]+)+[0-9]", and a shape is compared at each key that is pressed.
"""

from __future__ import annotations

import re
import warnings
from typing import Final

from wizard.language import tr

MAX_SHAPE: Final = 200
MAX_COMPARED: Final = 256  # no password for programs is longer; tokens have no shape
MAX_OPEN: Final = 2  # repetitions without an upper bound, or with a wide one: each multiplies the time by the length
WIDE: Final = 64

_PART = re.compile(
    r"(?P<one>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[dDwWsS]|\\[^A-Za-z0-9]|\.|[^\\\[\](){}*+?|^$])"
    r"(?P<many>[*+]|\?|\{(?P<least>\d{1,3})(?:(?P<range>,)(?P<most>\d{0,3}))?\})?"
)


def check_shape(pattern: str) -> None:
    """Says whether a shape may be used.

    Raises:
        ValueError: it is none, or not of the kind that is quick: characters, classes and alternatives, each perhaps
            repeated; no repeated groups, no looking around.
    """
    if len(pattern) > MAX_SHAPE:
        raise ValueError(tr("is longer than {n} characters", n=MAX_SHAPE))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what Python will read otherwise one day is no shape today
        try:
            re.compile(pattern)
        except Warning as error:
            raise ValueError(tr("is no regular expression to rely on: {reason}", reason=error)) from None
    unbounded = optional = depth = position = 0
    while position < len(pattern):
        sign = pattern[position]
        if sign in "(|)":
            depth += {"(": 1, "|": 0, ")": -1}[sign]
            if sign == "(" and pattern.startswith("(?", position) and not pattern.startswith("(?:", position):
                raise ValueError(tr("looks around, names a group or sets a flag, which a shape may not"))
            if sign == ")" and pattern[position + 1 : position + 2] in tuple("*+?{"):
                raise ValueError(tr("repeats a group, which a shape may not"))
            position += 3 if pattern.startswith("(?:", position) else 1
            continue
        part = _PART.match(pattern, position)
        if part is None:
            raise ValueError(tr("holds “{sign}” where a shape may not", sign=sign))
        optional += part["many"] == "?"
        unbounded += _is_wide(part)
        position = part.end()
    if unbounded > MAX_OPEN * (pattern.count("|") + 1) or optional > 8:
        raise ValueError(tr("repeats too much without saying how often"))


def has_shape(pattern: str, text: str) -> bool:
    """Whether the whole text has the shape; a text that is too long to be a password for programs has none."""
    return len(text) <= MAX_COMPARED and re.fullmatch(pattern, text) is not None


def _is_wide(part: re.Match[str]) -> bool:
    if part["many"] in ("*", "+"):
        return True
    if part["range"] is None:
        return False
    return part["most"] == "" or int(part["most"]) - int(part["least"]) > WIDE
