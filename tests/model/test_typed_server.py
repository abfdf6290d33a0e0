"""What people type and paste as a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import UsageError
from wizard.model.host import NotAHost, host_name, shown_host
from wizard.model.server import Protocol, Security
from wizard.model.typed_server import TypedServer

TLS, STARTTLS, NONE = Security.TLS, Security.STARTTLS, Security.NONE
HOST = "smtp.example.org"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (HOST, (HOST, None, None, None)),
        (" SMTP.Example.ORG. ", (HOST, None, None, None)),
        (f"{HOST}:465", (HOST, 465, None, None)),
        (f"{HOST}:465/tls", (HOST, 465, TLS, None)),
        (f"{HOST}:465/SSL/TLS", (HOST, 465, TLS, None)),
        (f"{HOST}:587/StartTLS", (HOST, 587, STARTTLS, None)),
        (f"{HOST}/none", (HOST, None, NONE, None)),
        (f"{HOST} 587", (HOST, 587, None, None)),
        (f"{HOST}, 587", (HOST, 587, None, None)),
        (f"{HOST}; Port: 587", (HOST, 587, None, None)),
        (f"{HOST}\t587\tSTARTTLS", (HOST, 587, STARTTLS, None)),
        (f"{HOST}:587 (STARTTLS)", (HOST, 587, STARTTLS, None)),
        (f"{HOST} (port 465, SSL)", (HOST, 465, TLS, None)),
        (f"ssl://{HOST}:465", (HOST, 465, TLS, None)),
        (f"tls://{HOST}", (HOST, None, TLS, None)),
        (f"smtps://{HOST}/", (HOST, None, TLS, Protocol.SMTP)),
        (f"SMTP://{HOST}:587", (HOST, 587, None, Protocol.SMTP)),
        ("imaps://imap.example.org", ("imap.example.org", None, TLS, Protocol.IMAP)),
        ("pop3s://pop.example.org:995", ("pop.example.org", 995, TLS, Protocol.POP3)),
        ("imap:mail.example.org", ("mail.example.org", None, None, Protocol.IMAP)),
        ("imap:993", ("imap", 993, None, None)),
        ("[2001:DB8::1]:993/tls", ("2001:db8::1", 993, TLS, None)),
        ("2001:db8::1", ("2001:db8::1", None, None, None)),
        ("192.0.2.1:25", ("192.0.2.1", 25, None, None)),
        ("localhost", ("localhost", None, None, None)),
        ("post.müller.example", ("post.xn--mller-kva.example", None, None, None)),
        ("ＳＭＴＰ．example．org", (HOST, None, None, None)),
        (f"\u200b{HOST}\ufeff", (HOST, None, None, None)),
    ],
)
def test_a_server_as_other_programs_show_it(
    text: str, meant: tuple[str, int | None, Security | None, Protocol | None]
) -> None:
    found = TypedServer.parse(text)
    assert (found.host, found.port, found.security, found.protocol) == meant


@pytest.mark.parametrize(
    ("text", "words", "field"),
    [
        ("", "missing", "host"),
        ("  ", "missing", "host"),
        ("ada@example.org", "email address", "host"),
        ("https://mail.example.org/", "web page", "host"),
        ("ftp://mail.example.org", "before ://", "host"),
        (f"smtps://ada:tulip-64@{HOST}:465", "has no @", "host"),
        ("smtp example org", "no blanks", "host"),
        ("a..example", "not a server", "host"),
        ("-a.example", "not a server", "host"),
        ("<script>.example", "not a server", "host"),
        ("127.1", "ends in a number", "host"),
        ("2001:db8::1:465:zz", "brackets", "host"),
        ("[2001:db8::1", "brackets", "host"),
        (f"{HOST}:0", "1 to 65535", "port"),
        (f"{HOST}:65536", "1 to 65535", "port"),
        (f"{HOST}:https", "1 to 65535", "port"),
        (f"{HOST}:465/ssl3", "tls, starttls, none", "security"),
        ("x" * 10_000, "no blanks", "host"),
    ],
)
def test_what_is_no_server_is_said_without_quoting_it(text: str, words: str, field: str) -> None:
    with pytest.raises(UsageError, match=words) as told:
        TypedServer.parse(text)
    assert told.value.field == field
    assert "tulip" not in str(told.value)


@given(st.text(alphabet=st.characters(), max_size=80))
def test_any_text_is_a_server_or_a_sentence(text: str) -> None:
    try:
        found = TypedServer.parse(text)
    except UsageError:
        return
    assert found.host.isascii()
    assert host_name(found.host) == found.host
    assert found.port is None or 1 <= found.port <= 65535


@given(st.text(alphabet=st.characters(), max_size=80))
def test_a_host_read_twice_is_the_same(text: str) -> None:
    try:
        name = host_name(text)
    except NotAHost:
        return
    assert host_name(name) == name
    assert host_name(shown_host(name)) == name or not shown_host(name).isascii()
