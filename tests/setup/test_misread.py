"""What a camera, a narrow column and a web page do to a text is put right, and nothing else is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.model.address import Address
from wizard.setup.brought import read_settings
from wizard.setup.misread import put_right

ADA = Address.parse("ada@example.net")


@pytest.mark.parametrize(
    "text",
    [
        "lMAP server: lmap.example.net port 993\nSMTP server: srntp.example.net port 465",
        "Incoming server: irnap.example.net port 99З\nOutgoing server: smtp.example.net port 46S",
        "Incoming: imap. example .net Port: 9g3\nOutgoing: smtp,example.net Port: 4б5".replace("б", "6"),
        "Incoming: imap.exarnple.net 993\nOutgoing: smtp.examp1e.net 465",
        "Incoming: imap.exam-\nple.net 993\nOutgoing: smtp.\nexample.net 465",
        "IMAP: imap\u200b.example\u200b.net 993\nSMTP: smtp.\u00adexample.net 465",
        "Incoming: IMAP．EXAMPLE．NET ９９３\nOutgoing: ＳＭＴＰ.example.net 465",
        "1map imap.example.net l43\nSMTP smtp.example.net 465".replace("l43", "993"),
    ],
)
def test_the_slips_of_a_picture_are_put_right(text: str) -> None:
    servers = read_settings(text.encode(), ADA).servers
    assert [f"{one.host.lower()}:{one.port}" for one in servers] == ["imap.example.net:993", "smtp.example.net:465"]
    assert all(one.trusted for one in servers)


def test_a_domain_in_other_letters_is_known() -> None:
    address = Address.parse("ada@münchen.example")
    servers = read_settings("IMAP: imap.münchen.example 993\nSMTP: smtp.münchen.example 465".encode(), address).servers
    assert [one.host for one in servers] == ["imap.xn--mnchen-3ya.example", "smtp.xn--mnchen-3ya.example"]


@pytest.mark.parametrize(
    "text",
    [
        "imap.exampel.net",
        "imap.example.com",
        "mail.example.network",
        "Our server. Example: none",
        "sntp.other.example",
        "call 465 or 5SS",
        "see mail.other-\nplace.example",
    ],
)
def test_what_may_be_meant_stays(text: str) -> None:
    assert put_right(text, ADA).replace("\n", "") == text.replace("\n", "")


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    put_right(text, ADA)
    put_right(text, None)
