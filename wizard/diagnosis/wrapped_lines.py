"""Lines that a mail program, a terminal or a form broke within a sentence, put together again."""

from __future__ import annotations

import re
from typing import Final

_QUOTED: Final = re.compile(r"^(?:> ?)+(?!>)", re.MULTILINE)
_LONG_ENOUGH: Final = 18  # signs: who breaks lines earlier means it
# A sentence goes on where the next line begins with an ordinary word in small letters; a stack's "at x.y(z)", a log's
# "name=", "name:" and "name[12]" are none, and what is set in stands for itself.
_GOES_ON: Final = re.compile(r"(?!(?:at|from|in) \S*[/(:])[^\W\d_]+(?:['’.,)-]?(?:\s|$)|['’][^\W\d_])")
_ENDS: Final = frozenset(".!?:;{}[=>|。！？：；")
_LONG: Final = 2_000  # signs: no sentence is longer, and none of a long text takes longer than it should


def unwrapped(text: str) -> str:
    """The text without the marks of a quoted mail, its broken sentences whole; what programs print stays in lines."""
    lines = text.splitlines()
    if len(lines) < 2:
        return text
    if all(line.startswith(">") and not line.startswith(">>>") for line in lines if line.strip()):
        lines = _QUOTED.sub("", text).splitlines()
    whole = lines[:1]
    for line in lines[1:]:
        before = whole[-1]
        is_broken = _LONG_ENOUGH <= len(before) < _LONG and before.rstrip()[-1:] not in _ENDS
        if is_broken and line[:1].islower() and _GOES_ON.match(line):
            whole[-1] = f"{before.rstrip()} {line}"
        else:
            whole.append(line)
    return "\n".join(whole)
