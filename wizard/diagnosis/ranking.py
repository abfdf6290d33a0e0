"""Causes in order, by what rules recognise and by what concepts mean, added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from wizard.diagnosis.catalogue import KINDRED_STAGE_WEIGHT, Ranked, is_kindred
from wizard.diagnosis.meanings import ADVICE_COUNTS_LESS, REPLY, STEPS, Meanings
from wizard.diagnosis.rule import Cause, Facts, Match, Phrase

# Words of a general cause often stand before the reason; where a cause that weighs this much tells it, they count less.
_TELLING: Final = 40
_GENERAL_COUNTS_LESS: Final = 4
_PRINTED: Final = 14  # a program's words against a person's
SAYING_SO: Final = 30  # less is a general sentence ("cannot connect"), which the story around it may explain
_AGREED: Final = 8  # rules and concepts that say the same are surer than either


def with_advice(happened: Sequence[Ranked], everything: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """The causes of a text by what it says happened, and by its advice where that is all there is."""
    best = {each.cause.id: each for each in happened}
    for each in everything:
        # That rules and concepts agree on what to look at makes it no surer.
        less = Ranked(each.cause, each.match, each.weight - ADVICE_COUNTS_LESS - _AGREED)
        known = best.get(each.cause.id)
        if less.weight > (known.weight if known is not None else 0):
            best[each.cause.id] = less
    return tuple(sorted(best.values(), key=lambda each: -each.weight))


def with_printed(ranked: Sequence[Ranked], printed: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """The causes of a text, where those that a program's own words in it mean weigh more than what is told around."""
    best = {each.cause.id: each for each in ranked}
    for each in printed:
        if each.match.rests_on != "words" or each.weight < SAYING_SO:
            continue
        more = Ranked(each.cause, each.match, each.weight + _PRINTED)
        known = best.get(each.cause.id)
        if known is None or more.weight > known.weight:
            best[each.cause.id] = more
    return tuple(sorted(best.values(), key=lambda each: -each.weight))


def with_meanings(
    ranked: Sequence[Ranked], said: str, facts: Facts, causes: Mapping[str, Cause], meanings: Meanings
) -> tuple[Ranked, ...]:
    """The causes that rules found and those that the concepts in `said` mean, the likeliest first."""
    best = {each.cause.id: each for each in ranked}
    for meaning in meanings.of(said, places_of(facts)):
        cause = causes.get(meaning.cause)
        if cause is None:
            continue
        weight = meaning.weight + (KINDRED_STAGE_WEIGHT if is_kindred(cause, facts) else 0)
        known = best.get(cause.id)
        if known is None:
            best[cause.id] = Ranked(cause, Match((), text=(Phrase(meaning.line, (), meaning.weight),)), weight)
        elif known.weight >= weight:
            best[cause.id] = Ranked(cause, known.match, known.weight + _AGREED)
        else:
            match = Match((), text=(Phrase(meaning.line, (), meaning.weight),))
            best[cause.id] = Ranked(cause, match, weight + _AGREED)
    told = any(each.weight >= _TELLING and not each.cause.general for each in best.values())
    if told:
        best = {
            id_: Ranked(each.cause, each.match, each.weight - _GENERAL_COUNTS_LESS) if each.cause.general else each
            for id_, each in best.items()
        }
    return tuple(sorted(best.values(), key=lambda each: -each.weight))


def places_of(facts: Facts) -> frozenset[str]:
    """The step of STEPS at which the facts say it happened, "client" where that is not known; REPLY with a code."""
    step = _step_of(facts)
    return frozenset((step, REPLY)) if "code" in facts.values else frozenset((step,))


def _step_of(facts: Facts) -> str:
    for key in ("command", "stage"):
        for value in facts.values.get(key, ()):
            step = {"message": "data", "ehlo": "greeting", "starttls": "tls"}.get(value, value)
            if step in STEPS:
                return step
    return "client"
