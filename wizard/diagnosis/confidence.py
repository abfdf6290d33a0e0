"""How sure an answer is, and what else comes into question where it is not.

The figures are those of texts whose own phrases were left out (727 texts by source, ten folds) and of 274 texts at the
first look: with a clear lead over the next cause 95 in a hundred answers were right, at a tie six in ten.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from wizard.diagnosis.catalogue import Ranked

UNSURE: Final = 0.6  # below it the other causes that come into question are named as well
_MOST_LIKELY: Final = 3
# The lead in weight over the next cause, and the share of right answers with it.
_BY_LEAD: Final = ((15, 0.95), (8, 0.91), (3, 0.83), (1, 0.76), (0, 0.59))
_BY_NUMBERS: Final = {"response code": 0.75, "enhanced code": 0.65, "code": 0.59, "stage": 0.4}
_MEASURED: Final = 0.97
_MEASURED_LEAD: Final = 8
_FEW_WORDS: Final = 30  # words that weigh less are common ones
_OF_FEW_WORDS: Final = 0.72  # however far ahead
# People's own accounts: of those that new texts told clearly, seven in ten were right (two sets, 27 accounts).
_OF_A_STORY: Final = 0.76
_NOTHING_SAID: Final = 0.55
_TOPIC_ONLY: Final = 0.3
# Where the first is unsure, the second was meant in one of four texts, the third in one of ten or twenty.
_LATER_PLACES: Final = (0.4, 0.15)
_FADES: Final = 8.0
_TOO_UNLIKELY: Final = 0.05


def confidence_of(ranked: Sequence[Ranked], *, told: bool = False) -> float:
    """How likely the first of the causes is the right one, from 0 to 1; `told` where only a person's words say so."""
    best = ranked[0]
    if best.weight == 0:
        return _NOTHING_SAID
    rests_on = best.match.rests_on
    lead = max(0, best.weight - (ranked[1].weight if len(ranked) > 1 else 0))
    if rests_on == "measured":
        return _MEASURED if lead >= _MEASURED_LEAD else 0.9
    if rests_on != "words":
        return _BY_NUMBERS[rests_on]
    share = next(share for least, share in _BY_LEAD if lead >= least)
    if told:
        share = min(share, _OF_A_STORY)
    return min(share, _OF_FEW_WORDS) if best.weight < _FEW_WORDS else share


def likely_of(ranked: Sequence[Ranked], topics: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Up to three causes that come into question with how likely each is, the likeliest first; none where it is clear.

    `topics` are causes of the things that a text names, for texts that say no reason.
    """
    first = confidence_of(ranked)
    if first >= UNSURE:
        return ()
    best = ranked[0]
    found: dict[str, float] = {} if best.weight == 0 else {best.cause.id: first}
    others = (other for other in ranked[1:] if best.weight and other.cause.id != best.cause.id)
    for other, place in zip(others, _LATER_PLACES, strict=False):
        found[other.cause.id] = first * place * math.exp((other.weight - best.weight) / _FADES)
    share = _TOPIC_ONLY if best.weight == 0 else _TOPIC_ONLY / 4
    for cause in topics:
        if cause not in found:
            found[cause] = share
        share /= 2
    likeliest = sorted(found.items(), key=lambda each: -each[1])[:_MOST_LIKELY]
    return tuple((cause, round(share, 2)) for cause, share in likeliest if share >= _TOO_UNLIKELY)
