"""A text is spelled plainly, and loses its names and what it says aside, before words are looked for."""

from __future__ import annotations

import pytest

from wizard.diagnosis.plain_text import asides_apart, is_spaceless, plain, without_names


def test_words_are_spelled_without_accents_and_capitals() -> None:
    assert plain("Échec – İLETİ größer") == "echec - ileti grosser"


@pytest.mark.parametrize(
    "named",
    [
        "ada@example.org",
        "smtp.example.org",
        "https://example.org/help?x=1",
        "tls://smtp.example.org",
        "/etc/mail/x",
        "(in reply to RCPT TO command)",
    ],
)
def test_a_name_says_nothing(named: str) -> None:
    assert without_names(f"not {named} found").split() == ["not", "found"]


def test_a_shortened_word_ends_no_sentence() -> None:
    assert without_names("Exceeded max. size. Try again") == "exceeded max size. try again"


@pytest.mark.parametrize(
    ("text", "left", "asides"),
    [
        ("Refused (if it is on, use it)", "Refused  ", ("if it is on, use it",)),
        ("인증 실패 (2FA가 있는 경우 앱 비밀번호)", "인증 실패  ", ("2FA가 있는 경우 앱 비밀번호",)),
        ("Failed (Connection refused)", "Failed (Connection refused)", ()),
    ],
)
def test_an_aside_stands_under_a_condition(text: str, left: str, asides: tuple[str, ...]) -> None:
    assert asides_apart(text) == (left, asides)


def test_scripts_without_blanks_are_known() -> None:
    assert [is_spaceless(word) for word in ("メール", "메일", "почта")] == [True, True, False]
