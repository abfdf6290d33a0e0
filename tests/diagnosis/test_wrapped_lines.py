"""Sentences that a mail program, a terminal or a browser broke or encoded are read as they were said."""

from __future__ import annotations

import textwrap
from urllib.parse import quote

import pytest

from wizard import wiring
from wizard.diagnosis.wrapped_lines import unwrapped

ERRORS = (
    "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
    "The certificate for imap.example.org does not come from a trusted source.",
    "Le certificat de imap.example.org n’est pas valide sur ce serveur.",
    "553 5.7.1 <ada@example.org>: Sender address rejected: not owned by user admin@example.org",
    "smtplib.SMTPException: SMTP AUTH extension not supported by server.",
    "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
)


@pytest.mark.parametrize("error", ERRORS)
def test_a_cause_is_the_same_however_its_lines_are_broken(error: str) -> None:
    diagnoser = wiring.diagnoser()
    cause = diagnoser.of_text(error).cause
    lines = textwrap.wrap(error, 56)
    for pasted in ("\n".join(lines), "".join(f"> {line}\n" for line in lines), "".join(f">> {one}\n" for one in lines)):
        assert diagnoser.of_text(pasted).cause == cause, pasted


@pytest.mark.parametrize("error", ERRORS)
def test_what_a_browsers_address_line_says_is_read(error: str) -> None:
    diagnoser = wiring.diagnoser()
    shown = f"https://mail.example.org/sign-in?error_description={quote(error)}&state=1"
    assert diagnoser.of_text(shown).cause == diagnoser.of_text(error).cause


def test_the_subject_of_a_mail_is_no_certificates() -> None:
    assert wiring.diagnoser().of_text("Subject: Mail problem\n\nIt does not work any more").cause == "unknown"


@pytest.mark.parametrize(
    "printed",
    [
        "Exception in thread main: MessagingException: failed\n\tat com.sun.mail.Transport.send(Transport.java:1)",
        "NOQUEUE: reject: RCPT from unknown[192.0.2.1]\npostfix/smtpd[1]: disconnect",
        "A first sentence of some length ends here.\nand another one begins",
        "a1 LOGIN ada secret-of-hers\n* BYE gone",
        ">>> MAIL FROM:<ada@example.org>\n<<< 250 OK",
        "short\nlines stay",
    ],
)
def test_what_programs_print_in_lines_stays_so(printed: str) -> None:
    assert unwrapped(printed) == printed
