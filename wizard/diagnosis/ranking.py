"""Causes in order, by what rules recognise and by what concepts mean, added up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from wizard.diagnosis.catalogue import KINDRED_STAGE_WEIGHT, UNKNOWN, Ranked, is_kindred
from wizard.diagnosis.machine_words import ERROR_NAMES
from wizard.diagnosis.meanings import ADVICE_COUNTS_LESS, REPLY, STEPS, Meanings
from wizard.diagnosis.rule import Cause, Facts, Match, Phrase

# Words of a general cause often stand before the reason; where a cause that weighs this much tells it, they count less.
_TELLING: Final = 40
_GENERAL_COUNTS_LESS: Final = 4
_PRINTED: Final = 14  # a program's words against a person's
SAYING_SO: Final = 30  # less is a general sentence ("cannot connect"), which the story around it may explain
_FRAME: Final = "something-wrong"  # the concept
_CODE_TELLS: Final = 6
_WORDS_TELL: Final = 20
_CODE: Final = re.compile(  # also Apple's numbers, what browsers and Microsoft's sign-in call it
    rf"{ERROR_NAMES}|(?<![\w.:-])-\d{{4,5}}\b|\b(?:err|ns|sec|ssl|mozilla_pkix)_[a-z]\w+|\baadsts\d{{5,6}}\b"
)
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


def without_frame(
    ranked: tuple[Ranked, ...], facts: Facts, rank: Callable[[Facts], Sequence[Ranked]]
) -> tuple[Ranked, ...]:
    """The causes of a text that says first that something went wrong: what else it says, or the code it prints."""
    if not ranked or ranked[0].cause.id != UNKNOWN or _FRAME not in (phrase.words for phrase in ranked[0].match.text):
        return ranked
    code = _CODE.search(facts.text)
    printed = rank(replace(facts, text=f"error {code[0]}"))[:1] if code else ()
    said = [each for each in ranked[1:] if each.match.rests_on == "words" and each.weight >= _WORDS_TELL]
    found = [*printed, *said] or rank(replace(facts, text=""))[:1]
    told = next((each for each in found if each.cause.id != UNKNOWN and each.weight >= _CODE_TELLS), None)
    if told is None:
        return ranked
    first = Ranked(told.cause, told.match, max(told.weight, ranked[0].weight + 1))
    return (first, *(each for each in ranked if each.cause.id != told.cause.id))


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
