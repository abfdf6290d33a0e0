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
MAX_WAYS: Final = (
    100_000  # in which a text may be tried: two repetitions without a bound, 257 ways each, and little else
)

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
    ways = _Ways()
    position = 0
    while position < len(pattern):
        sign = pattern[position]
        if sign in "(|)":
            ways.read(sign)
            if sign == "(" and pattern.startswith("(?", position) and not pattern.startswith("(?:", position):
                raise ValueError(tr("looks around, names a group or sets a flag, which a shape may not"))
            if sign == ")" and pattern[position + 1 : position + 2] in tuple("*+?{"):
                raise ValueError(tr("repeats a group, which a shape may not"))
            position += 3 if pattern.startswith("(?:", position) else 1
            continue
        part = _PART.match(pattern, position)
        if part is None:
            raise ValueError(tr("holds “{sign}” where a shape may not", sign=sign))
        ways.follow(_ways_of(part))
        position = part.end()
    if ways.total > MAX_WAYS:
        raise ValueError(tr("repeats too much without saying how often"))


def has_shape(pattern: str, text: str) -> bool:
    """Whether the whole text has the shape; a text that is too long to be a password for programs has none."""
    return len(text) <= MAX_COMPARED and re.fullmatch(pattern, text) is not None


class _Ways:
    """In how many ways a text may be tried: those of parts in a row multiply, those of alternatives add up."""

    def __init__(self) -> None:
        self._open = [(0, 1)]  # of each group that is open: the ways of its alternatives so far, and of the present one

    @property
    def total(self) -> int:
        return sum(self._open[-1])

    def follow(self, ways: int) -> None:
        """Another part."""
        others, present = self._open[-1]
        self._open[-1] = others, present * ways

    def read(self, sign: str) -> None:
        """A bracket, or the bar between two alternatives."""
        match sign:
            case "(":
                self._open.append((0, 1))
            case "|":
                self._open[-1] = self.total, 1
            case _:
                inside = self.total
                self._open.pop()
                self.follow(inside)


def _ways_of(part: re.Match[str]) -> int:
    if part["many"] in ("*", "+") or part["most"] == "":
        return MAX_COMPARED + 1
    if part["many"] == "?":
        return 2
    return int(part["most"]) - int(part["least"]) + 1 if part["range"] else 1
