"""Servers as people type them."""

from __future__ import annotations

import pytest

from wizard.errors import UsageError
from wizard.model.address import Address
from wizard.model.server import Protocol, Security, Source
from wizard.setup.given import given_candidates, given_draft


@pytest.mark.parametrize(
    ("text", "incoming", "protocol", "host", "port", "security"),
    [
        ("smtp.example.org:465/tls", False, Protocol.SMTP, "smtp.example.org", 465, Security.TLS),
        ("smtp.example.org:587", False, Protocol.SMTP, "smtp.example.org", 587, Security.STARTTLS),
        ("SMTP.Example.ORG.:10025/none", False, Protocol.SMTP, "smtp.example.org", 10025, Security.NONE),
        ("[2001:db8::1]:465", False, Protocol.SMTP, "2001:db8::1", 465, Security.TLS),
        ("imap:mail.example.org:143/starttls", True, Protocol.IMAP, "mail.example.org", 143, Security.STARTTLS),
        ("pop3:mail.example.org:995", True, Protocol.POP3, "mail.example.org", 995, Security.TLS),
        ("mail.example.org:110", True, Protocol.POP3, "mail.example.org", 110, Security.STARTTLS),
        ("ssl://smtp.example.org:465", False, Protocol.SMTP, "smtp.example.org", 465, Security.TLS),
        ("smtp.example.org:465/SSL/TLS", False, Protocol.SMTP, "smtp.example.org", 465, Security.TLS),
        ("smtp.example.org 587 (STARTTLS)", False, Protocol.SMTP, "smtp.example.org", 587, Security.STARTTLS),
        ("smtp.example.org:465:ssl", False, Protocol.SMTP, "smtp.example.org", 465, Security.TLS),
        ("smtp.example.org：587／starttls", False, Protocol.SMTP, "smtp.example.org", 587, Security.STARTTLS),
        ("pop3s://mail.example.org:995/", True, Protocol.POP3, "mail.example.org", 995, Security.TLS),
        ("mail.bücher.example:993", True, Protocol.IMAP, "mail.xn--bcher-kva.example", 993, Security.TLS),
    ],
)
def test_a_server_is_read(
    text: str, incoming: bool, protocol: Protocol, host: str, port: int, security: Security
) -> None:
    (candidate,) = given_candidates(text, incoming=incoming, username="ada")
    assert (candidate.protocol, candidate.host, candidate.port, candidate.security) == (protocol, host, port, security)
    assert candidate.source is Source.GIVEN
    assert candidate.trusted


def test_without_a_port_the_usual_ones_are_tried_encrypted_from_the_start_first() -> None:
    ports = [(one.port, one.security) for one in given_candidates("mail.example.org", incoming=False, username="ada")]
    assert ports == [(465, Security.TLS), (587, Security.STARTTLS)]


@pytest.mark.parametrize(
    ("text", "incoming", "ports"),
    [
        ("imaps://imap.example.org", True, [(993, Security.TLS)]),
        ("imap://imap.example.org", True, [(993, Security.TLS), (143, Security.STARTTLS)]),
        ("pop3:pop.example.org", True, [(995, Security.TLS), (110, Security.STARTTLS)]),
        ("smtps://smtp.example.org", False, [(465, Security.TLS)]),
        ("submission://smtp.example.org", False, [(587, Security.STARTTLS)]),
        ("smtp.example.org/none", False, [(465, Security.NONE)]),
    ],
)
def test_what_a_scheme_or_a_word_says_of_the_ports(
    text: str, incoming: bool, ports: list[tuple[int, Security]]
) -> None:
    found = given_candidates(text, incoming=incoming, username="ada")
    assert [(one.port, one.security) for one in found] == ports


@pytest.mark.parametrize(("text", "incoming"), [("imaps://imap.example.org", False), ("smtp://smtp.example.org", True)])
def test_a_server_of_the_other_side_is_said(text: str, incoming: bool) -> None:
    with pytest.raises(UsageError, match="has a server of its own"):
        given_candidates(text, incoming=incoming, username="ada")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("smtp.example.org:0", "from 1 to 65535"),
        ("smtp.example.org:99999", "from 1 to 65535"),
        ("smtp.example.org:https", "from 1 to 65535"),
        ("smtp.example.org:465/ssl3", "tls, starttls, none"),
        ("2001:db8::1:465", "brackets"),
        ("smtp example.org:465", "no blanks"),
        ("smtp..example.org:465", "not a server’s name"),
        (":465", "empty"),
    ],
)
def test_what_cannot_be_a_server_is_said_at_its_field(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as told:
        given_candidates(text, incoming=False, username="ada")
    assert told.value.field == "outgoing"


@pytest.mark.parametrize("sign", ["\0", "\t", "\n", "\x1b", "\x7f"])
@pytest.mark.parametrize("which", ["username", "outgoing_username"])
def test_a_user_name_with_a_control_character_is_refused_before_anything_is_sent(which: str, sign: str) -> None:
    with pytest.raises(UsageError, match="cannot be typed"):
        given_draft(Address.parse("ada@example.org"), **{which: f"a{sign}da"})
    draft = given_draft(Address.parse("ada@example.org"), **{which: "ada lovelace ü"})
    assert getattr(draft, which) == "ada lovelace ü"
