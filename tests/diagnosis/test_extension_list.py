"""A pasted answer to EHLO names what works; what it lacks is what counts."""

from __future__ import annotations

import pytest

from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.extension_list import without_extensions

_LIST = "250-mail.example.org\n250-PIPELINING\n250-SIZE 52428800\n{more}250 8BITMIME"


@pytest.mark.parametrize(
    "said",
    [
        "{list}\nand my program says it cannot log in",
        "EHLO test\n{list}",
        "S: 250-mail.example.org Hello\nS: 250-SIZE\nS: 250 HELP\nThat is all.",
    ],
)
def test_a_list_without_auth_offers_no_sign_in(diagnoser: Diagnoser, said: str) -> None:
    text = said.format(list=_LIST.format(more=""))
    assert diagnoser.of_text(text).cause == "auth-not-offered"


def test_what_the_list_offers_is_no_trouble(diagnoser: Diagnoser) -> None:
    text = _LIST.format(more="250-STARTTLS\n250-AUTH PLAIN LOGIN\n") + "\n535 5.7.8 authentication failed"
    assert diagnoser.of_text(text).cause == "bad-credentials"
    assert "STARTTLS" not in without_extensions(text)


def test_whoever_speaks_of_encryption_misses_that(diagnoser: Diagnoser) -> None:
    text = _LIST.format(more="") + "\nSTARTTLS is not supported by this server"
    assert diagnoser.of_text(text).cause == "starttls-not-offered"


@pytest.mark.parametrize("text", ["250 OK queued", "250-STARTTLS is what I miss", "", "550 no such user"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert without_extensions(text) == text


def test_a_server_that_forbids_the_sign_in_for_now_wants_encryption(diagnoser: Diagnoser) -> None:
    text = "* CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS IDLE\nError: logging in is disabled on this server"
    assert diagnoser.of_text(text).cause == "tls-required"


def test_capabilities_of_a_working_server_are_no_trouble(diagnoser: Diagnoser) -> None:
    text = "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready\na1 NO [AUTHENTICATIONFAILED] Invalid credentials"
    assert diagnoser.of_text(text).cause == "bad-credentials"


def test_a_greeting_that_is_an_error_is_another_protocols(diagnoser: Diagnoser) -> None:
    assert diagnoser.of_text("Cannot send: Error: * OK IMAP4 ready").cause == "incoming-server-used"
    assert diagnoser.of_text("Unexpected greeting: +OK ready").cause == "wrong-protocol"
