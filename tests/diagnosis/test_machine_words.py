"""Among what a person tells, what a program printed says more exactly what happened."""

from __future__ import annotations

import pytest

from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.machine_words import machine_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "I tried every port, my provider says all is well.\nsmtplib.SMTPConnectError: no reply",
            "smtplib.SMTPConnectError: no reply",
        ),
        (
            'Whenever I open my mail in the evening it shows "The certificate has expired" and then stops.',
            "The certificate has expired",
        ),
        ("ich verstehe es nicht, mein Router ist neu\nErrno 111 Connection refused", "Errno 111 Connection refused"),
    ],
)
def test_the_programs_words_are_found(text: str, words: str) -> None:
    assert machine_words(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "550 5.7.1 Message refused. We take no mail from your network. Please ask your provider.",
        "I cannot send mail since I changed my password.",
        "smtplib.SMTPServerDisconnected: please run connect() first",
        "",
    ],
)
def test_one_who_speaks_alone_is_left_alone(text: str) -> None:
    assert machine_words(text) is None


def test_what_is_told_around_does_not_hide_the_reason(diagnoser: Diagnoser) -> None:
    text = "I always get a timeout on my server, whatever port I use, all ports are open\n{reason}"
    refused = text.format(
        reason="stream_socket_client(): unable to connect to tcp://mail.example.org:587 (Connection refused)"
    )
    assert diagnoser.of_text(refused).cause == "connection-refused"
    expired = text.format(reason="ssl.SSLError: certificate has expired (_ssl.c:997)")
    assert diagnoser.of_text(expired).cause == "certificate-expired"
