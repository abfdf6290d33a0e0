"""The words for members of closed sets: every member has one, and in English it is its own name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

import pytest

from wizard.cli import words
from wizard.language import speak
from wizard.language.pseudo import PseudoTranslations
from wizard.model.account import RoundTripStatus, Status
from wizard.model.evidence import Outcome, Stage
from wizard.model.server import Security, Source, UsernameForm


@pytest.fixture(autouse=True)
def _english_after() -> Iterator[None]:
    yield
    speak("en")


@pytest.mark.parametrize(
    ("say", "members"),
    [
        (words.status, Status),
        (words.round_trip, RoundTripStatus),
        (words.stage, Stage),
        (words.outcome, Outcome),
        (words.source, Source),
        (words.security, Security),
        (words.username_form, [form for form in UsernameForm if form is not UsernameForm.OTHER]),
    ],
)
def test_every_member_is_said_by_its_own_name_in_english(say: Callable[[Any], str], members: list[StrEnum]) -> None:
    assert {member: say(member) for member in members} == {member: member.value for member in members}


def test_names_of_protocols_and_records_are_the_same_in_every_language() -> None:
    speak("qps-ploc", PseudoTranslations())
    same = {source for source in Source if words.source(source) == source.value}
    assert same == set(Source) - {Source.PACK, Source.PRESET, Source.GUESS, Source.GIVEN}
    assert [words.security(kind) == kind.value for kind in Security] == [True, True, False]
