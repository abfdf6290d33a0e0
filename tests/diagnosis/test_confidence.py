"""How sure an answer is follows its lead; where it is not clear, up to three causes come with their questions."""

from __future__ import annotations

import pytest

from wizard.diagnosis.catalogue import Catalogue, Ranked
from wizard.diagnosis.confidence import UNSURE, confidence_of, likely_of
from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.meanings import our_meanings
from wizard.diagnosis.rule import Match, Phrase


def ranked(catalogue: Catalogue, *weights: int) -> tuple[Ranked, ...]:
    """Causes that rest on words, with these weights."""
    words = Match((), text=(Phrase.parse("some words"),))
    return tuple(
        Ranked(cause, words, weight) for cause, weight in zip(catalogue.causes.values(), weights, strict=False)
    )


def test_the_greater_the_lead_the_surer(catalogue: Catalogue) -> None:
    sure = [confidence_of(ranked(catalogue, 60, 60 - lead)) for lead in (0, 1, 3, 8, 15)]
    assert sure == sorted(set(sure))
    assert sure[0] < UNSURE < sure[1]


def test_common_words_are_less_sure(catalogue: Catalogue) -> None:
    assert confidence_of(ranked(catalogue, 25)) < confidence_of(ranked(catalogue, 45))


def test_what_somebody_only_tells_is_less_sure_than_what_a_program_printed(diagnoser: Diagnoser) -> None:
    told = diagnoser.of_text("Since I changed my password my phone keeps asking for the password.")
    printed = diagnoser.of_text(
        "Since I changed my password: smtplib.SMTPAuthenticationError: (535, b'5.7.8 bad login')"
    )
    assert told.cause == printed.cause == "bad-credentials"
    assert UNSURE < told.confidence < printed.confidence


def test_a_clear_answer_leaves_nothing_open(catalogue: Catalogue) -> None:
    assert likely_of(ranked(catalogue, 60, 20), ("bad-credentials",)) == ()


def test_an_open_one_names_up_to_three_that_add_up_to_less_than_all(catalogue: Catalogue) -> None:
    found = likely_of(ranked(catalogue, 40, 40, 38, 37, 36), ("bad-credentials",))
    assert len(found) == 3
    assert [share for _, share in found] == sorted((share for _, share in found), reverse=True)
    assert sum(share for _, share in found) < 1


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("Das Zertifikat ...", "certificate-untrusted"),
        ("Password:", "bad-credentials"),
        ("le destinataire", "recipient-rejected"),
        ("证书", "certificate-expired"),
    ],
)
def test_a_text_that_names_a_thing_and_no_reason_has_causes_that_come_into_question(
    diagnoser: Diagnoser, text: str, among: str
) -> None:
    diagnosis = diagnoser.of_text(text)
    assert diagnosis.cause == "unknown"
    assert among in [each.cause for each in diagnosis.likely]
    assert len(diagnosis.likely) <= 3


def test_what_is_likely_is_told_exactly_where_the_answer_is_unsure(diagnoser: Diagnoser) -> None:
    sure = diagnoser.of_text("535 5.7.8 Username and Password not accepted", stage="auth")
    unsure = diagnoser.of_text("535", stage="auth")
    assert sure.confidence >= UNSURE
    assert sure.likely == ()
    assert unsure.confidence < UNSURE
    assert unsure.likely[0].cause == unsure.cause


def test_every_cause_has_a_question_that_decides_it(catalogue: Catalogue) -> None:
    asked = our_meanings().questions
    assert set(asked) == set(catalogue.causes) - {"unknown"}
    assert [cause for cause, question in asked.items() if not question.endswith("?") or len(question) > 90] == []


def test_topics_name_causes_that_exist(catalogue: Catalogue) -> None:
    assert {cause for causes in our_meanings().topics.values() for cause in causes} <= set(catalogue.causes)


@pytest.mark.parametrize("words", range(20))
def test_a_text_of_advice_alone_has_a_confidence_however_far_its_words_are_apart(
    words: int, diagnoser: Diagnoser
) -> None:
    """Advice counts less, and so does what is far apart: together they once counted less than nothing."""
    text = f"Please check {'one ' * words}the password"
    assert 0 < diagnoser.of_text(text).confidence <= 1
