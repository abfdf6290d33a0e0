"""Finds English in what is said in the pseudo-language: words whose letters were never marked."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Two words after each other that look like a sentence of ours. Each holds a letter that the pseudo-language marks;
# hosts, addresses, paths, options and codes have other signs in them, and a name stands alone.
_WORD = r"[A-Za-z]?[a-z]*[aeiouycnstrdgkz][a-z]*(?:['’][a-z]+)?"
_SENTENCE = re.compile(rf"(?<![\w.@:/=<>-]){_WORD}(?:[,;:]? {_WORD})+(?![\w@:/=<>-]|\.\w)")


def english_in(text: str, *, but: Iterable[str] = ()) -> list[str]:
    """The English phrases left in a text in the pseudo-language; `but` names what may stand in it as it is."""
    for allowed in sorted(but, key=len, reverse=True):
        text = text.replace(allowed, "\n")
    return [found[0] for found in _SENTENCE.finditer(text)]
