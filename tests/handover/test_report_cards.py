"""The cards out of a report, whoever made it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.handover.accounts import diagnosis, failed
from tests.handover.test_document import JSON_VALUES
from wizard.diagnosis.document import diagnosis_document
from wizard.handover.report import report_document
from wizard.handover.report_cards import MAX_CARDS, cards_of
from wizard.model.diagnosis import CopyText, Diagnosis
from wizard.model.evidence import Stage


def test_the_card_says_what_the_person_saw() -> None:
    document = json.loads(json.dumps(report_document(failed(), diagnosis_document=diagnosis_document)))
    (card,) = cards_of(document)
    seen = diagnosis()
    assert (card.cause, card.stage, card.protocol, card.server) == (seen.cause, seen.stage, seen.protocol, seen.server)
    assert (card.title, card.why) == (seen.title, seen.why)
    assert card.reply is not None
    assert (card.reply.code, card.reply.enhanced) == (535, "5.7.8")
    assert [(one.id, one.say, one.steps) for one in card.remedies] == [
        (one.id, one.say, one.steps) for one in seen.remedies
    ]
    assert {one.action for one in card.remedies} == {CopyText("")}


def test_nothing_in_it_acts_or_hides() -> None:
    told = {
        "cause": "../x", "stage": "moon", "protocol": "gopher", "title": "a\x1b[2J\u202eb" * 400, "why": 7,
        "reply": {"text": "\x07", "code": 10**9},
        "remedies": [{"id": "open url", "say": "Go", "url": "https://eve.example.net", "steps": "x"}],
    }  # fmt: skip
    (card,) = cards_of({"check": {"diagnoses": [told]}})
    assert (card.cause, card.stage, card.protocol, card.why) == ("unknown", Stage.INPUT, None, "")
    assert not set(card.title) & set("\x1b\u202e")
    assert len(card.title) < 310
    assert card.reply is not None
    assert (card.reply.text, card.reply.code) == ("�", None)
    assert [(one.id, one.action) for one in card.remedies] == [("remedy-0", CopyText(""))]
    assert len(cards_of({"check": {"diagnoses": [told] * 50}})) == MAX_CARDS


@given(JSON_VALUES)
def test_whatever_stands_there_is_no_error(value: object) -> None:
    cards = [
        *cards_of({"check": value}),
        *cards_of({"check": {"diagnoses": value}}),
        *cards_of({"check": {"diagnoses": [value]}}),
    ]
    assert all(isinstance(card, Diagnosis) for card in cards)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(["cause", "stage", "title", "reply", "remedies", "server"]), JSON_VALUES))
def test_whatever_a_card_holds_is_no_error(told: dict[str, object]) -> None:
    (card,) = cards_of({"check": {"diagnoses": [told]}})
    assert card.title
