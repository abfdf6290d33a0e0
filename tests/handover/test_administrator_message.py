from __future__ import annotations

from datetime import datetime, timedelta, timezone

from tests.handover.accounts import ADDRESS, CANARY, certificate, diagnosis
from wizard.handover.administrator_message import administrator_message
from wizard.model.evidence import Reply
from wizard.model.secret import Redactor, Secret

WHEN = datetime(2026, 11, 21, 14, 30, 5, tzinfo=timezone(timedelta(hours=2)))
ASK = "Switch on SMTP AUTH for this mailbox."


def test_the_message_says_what_to_change_and_what_was_seen() -> None:
    assert administrator_message(diagnosis(), address=ADDRESS, when=WHEN, ask=ASK, public_address="203.0.113.7") == (
        "Subject: Mail set-up of ada@example.org: The server refused this password\n"
        "\n"
        "Hello,\n"
        "\n"
        "Switch on SMTP AUTH for this mailbox.\n"
        "\n"
        "What was seen:\n"
        "  The server refused this password\n"
        "  It answered that user name and password do not belong together.\n"
        "\n"
        "Account: ada@example.org\n"
        "Server: smtp.example.org\n"
        "Port: 465\n"
        "Protocol: SMTP, stage: auth\n"
        "Time: 2026-11-21 12:30:05 UTC\n"
        "The server's reply: 535 5.7.8 Authentication failed\n"
        "My public address: 203.0.113.7\n"
        "  as a network (CIDR): 203.0.113.7/32\n"
        "  as a range: 203.0.113.7-203.0.113.7\n"
    )


def test_an_ipv6_server_and_a_certificate_are_told_whole() -> None:
    text = administrator_message(
        diagnosis(server="[2001:db8::7]:993", certificate=certificate(), reply=None),
        address=ADDRESS,
        when=WHEN,
        ask=ASK,
    )
    assert "Server: 2001:db8::7\nPort: 993\n" in text
    assert "Certificate: for smtp.example.org, valid until 2026-11-21\n" in text
    assert "ab" * 32 in text
    assert "reply" not in text


def test_nothing_in_it_acts_and_nothing_is_secret() -> None:
    hostile = Reply(f"no\r\nBcc: eve@example.net\x1b[0m\u202e {CANARY}", code=535)
    text = administrator_message(
        diagnosis(reply=hostile), address=ADDRESS, when=WHEN, ask=ASK, redactor=Redactor((Secret(CANARY),))
    )
    assert "\nBcc:" not in text
    assert CANARY not in text
    assert not set(text) & set("\x1b\u202e\r")
