"""The index finds exactly what looking for every phrase would find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.diagnosis.catalogue import Catalogue
from wizard.diagnosis.phrase_index import PhraseIndex
from wizard.diagnosis.rule import Phrase, fold

WORDS = ["user", "users", "unknown", "0x8", "550", "5.1.1", "mail-box", "证书", "过期", "can't", "é", "straße"]
PHRASES = tuple(
    Phrase.parse(words)
    for words in (
        "user unknown",
        "user*",
        "#.#.1 ... unknown",
        "mail-box",
        "证书 ... 过期",
        "can't",
        "0x8",
        "*box unknown",
        "é unknown",
        "strasse",
    )
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=8), st.sampled_from(["", " ", ", "]))
def test_it_finds_what_is_there(words: list[str], between: str) -> None:
    text = fold(between.join(words))
    plainly = {number: phrase.weight for number, phrase in enumerate(PHRASES) if phrase.is_in(text)}
    assert PhraseIndex((phrase,) for phrase in PHRASES).heaviest(text) == plainly


def test_the_heaviest_of_a_list_counts() -> None:
    short, long = Phrase.parse("unknown"), Phrase.parse("user unknown")
    assert PhraseIndex([(short, long), (short,)]).heaviest("550 user unknown here") == {0: long.weight, 1: short.weight}


@pytest.mark.parametrize("ask", ["550 5.1.1 User unknown in virtual mailbox table", "证书已过期"])
def test_it_is_the_catalogue_s_answer(catalogue: Catalogue, ask: str) -> None:
    lists = [match.text for cause in catalogue.causes.values() for match in cause.matches]
    text = fold(ask)
    plainly = {
        number: max(found)
        for number, phrases in enumerate(lists)
        if (found := [phrase.weight for phrase in phrases if phrase.is_in(text)])
    }
    assert plainly
    assert PhraseIndex(lists).heaviest(text) == plainly
