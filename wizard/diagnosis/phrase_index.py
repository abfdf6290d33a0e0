"""Finds which of thousands of phrases a text holds by looking at the text's own words only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from wizard.diagnosis.rule import LETTER, Phrase

_WORD: Final = re.compile(rf"{LETTER}+")


class PhraseIndex:
    """Lists of phrases by number.

    Args:
        lists: phrases of which the heaviest found counts, one entry a list.
    """

    def __init__(self, lists: Iterable[tuple[Phrase, ...]]) -> None:
        self._by_word: dict[str, list[tuple[int, Phrase]]] = {}
        self._ascii: list[tuple[int, Phrase]] = []
        self._others: list[tuple[int, Phrase]] = []
        for number, phrases in enumerate(lists):
            for phrase in phrases:
                if phrase.anchor is not None:
                    self._by_word.setdefault(phrase.anchor, []).append((number, phrase))
                elif phrase.words.isascii():
                    self._ascii.append((number, phrase))
                else:
                    self._others.append((number, phrase))

    def heaviest(self, folded: str) -> dict[int, int]:
        """The weight of the heaviest phrase that the folded text holds, by the number of its list."""
        best: dict[int, int] = {}
        possible = [self._by_word.get(word, ()) for word in set(_WORD.findall(folded))]
        possible.append(self._ascii)
        if not folded.isascii():
            possible.append(self._others)
        for phrases in possible:
            for number, phrase in phrases:
                # Most phrases fail here, so the first of their words is looked for before anything is asked.
                if phrase.literals[0] in folded and phrase.weight > best.get(number, 0) and phrase.is_in(folded):
                    best[number] = phrase.weight
        return best
