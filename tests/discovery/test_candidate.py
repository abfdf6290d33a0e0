"""Names, ports and user names that strangers wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.discovery.answer import Refused
from wizard.discovery.candidate import Maker, filled, host_name, one_line, port_number, user_name
from wizard.model.address import Address
from wizard.model.provider import Provider
from wizard.model.server import Protocol, Security, Source

KNOWN = Provider("known", "Known Mail", "XX", "isp", (), (), ())
ADA = Address.parse("ada@example.org")


def nobody_knows(_: str) -> None:
    return None


@pytest.mark.parametrize(
    "name",
    ["", ".", " ", "localhost", "localhost.", "LOCALHOST", "mail.localhost.", "mail.local", "127.0.0.1", "127.9.9.9",
     "::1", "[::1]", "0.0.0.0", "169.254.169.254", "fe80::1", "224.0.0.1", "ff02::1", "::ffff:127.0.0.1", "2130706433",
     "0x7f.1", "127.1", "mail", "a b.example.org", "mail..example.org", "-x.example.org", "mail.example.org/path",
     "user@example.org", "https://mail.example.org/owa", "mail.example.org:port",
     "0x7f000001", "mail.127", "ma\x00il.example.org", "x" * 64 + ".example.org", "%EMAILDOMAIN%",
     "a." * 130 + "org", "<script>.example.org"],
)  # fmt: skip
def test_names_nobody_may_send_us_to(name: str) -> None:
    with pytest.raises(Refused):
        host_name(name)


@pytest.mark.parametrize(
    ("written", "meant"),
    [(" Mail.Example.ORG. ", "mail.example.org"), ("imap.bücher.example", "imap.xn--bcher-kva.example"),
     ("192.0.2.1", "192.0.2.1"), ("[2001:db8::1]", "2001:db8::1"), ("a_b.example.org", "a_b.example.org"),
     ("https://mail.example.org/", "mail.example.org"), ("mail.example.org:465", "mail.example.org"),
     ("imaps://mail.example.org:993", "mail.example.org"), ("mail。example。org", "mail.example.org"),
     ("\u200bmail.example.org\ufeff", "mail.example.org"), ("2001:DB8:0:0::1", "2001:db8::1")],
)  # fmt: skip
def test_names_as_they_are_looked_up(written: str, meant: str) -> None:
    assert host_name(written) == meant


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "+25", "2_5", "25.0", "٢٥", "99999999999999999999", "imap"])
def test_no_ports(text: str) -> None:
    with pytest.raises(Refused):
        port_number(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("%EMAILADDRESS%", "ada@example.org"), ("%EMAILLOCALPART%", "ada"), ("%EMAILDOMAIN%", "example.org"),
     ("%EMAILLOCALPART%@%EMAILDOMAIN%", "ada@example.org"), ("%EmailAddress%", "ada@example.org"),
     ("%emaillocalpart%", "ada"), ("%EMAILADDRESS", "ada@example.org"), ("EMAILADDRESS%", "ada@example.org"),
     ("EMAILADDRESS", "ada@example.org"), (" emaillocalpart ", "ada"), ("% EMAILADDRESS %", "ada@example.org"),
     ("%EMAILLOCALPART%-box", "ada-box"), (None, "ada@example.org"), ("", "ada@example.org"), ("u4711", "u4711"),
     ("100%er", "100%er")],
)  # fmt: skip
def test_user_names(written: str | None, meant: str) -> None:
    assert user_name(written, ADA) == meant


@pytest.mark.parametrize("written", ["%REALNAME%", "%EMAILADRES%", "a\r\nb", "a\x00b", "a\u202eb", "x" * 400])
def test_user_names_that_are_refused(written: str) -> None:
    with pytest.raises(Refused):
        user_name(written, ADA)


def test_placeholders_of_unusual_addresses() -> None:
    assert user_name("%EMAILADDRESS%", Address.parse("ada+news@example.org")) == "ada+news@example.org"
    assert user_name("%EMAILLOCALPART%", Address.parse("ädä@bücher.example")) == "ädä"
    assert filled("imap.%EMAILDOMAIN%", Address.parse("ada@bücher.example")) == "imap.xn--bcher-kva.example"
    assert filled("mail.emaildomain.example", ADA) == "mail.emaildomain.example"


@pytest.mark.parametrize(
    ("source", "vouched", "host", "security", "trusted"),
    [
        (Source.AUTOCONFIG, True, "imap.example.org", Security.TLS, True),
        (Source.AUTOCONFIG, True, "imap.example.net", Security.TLS, False),
        (Source.AUTOCONFIG, True, "imap.example.org", Security.NONE, False),
        (Source.SRV, False, "imap.example.org", Security.TLS, True),
        (Source.SRV, False, "imap.example.net", Security.TLS, False),
        (Source.AUTOCONFIG, True, "10.1.2.3", Security.TLS, False),
        (Source.SRV, False, "imap.known.example", Security.TLS, True),
        (Source.ISPDB, True, "192.0.2.1", Security.TLS, False),
    ],
)
def test_who_is_trusted(source: Source, vouched: bool, host: str, security: Security, trusted: bool) -> None:
    maker = Maker(ADA, source, vouched, {"imap.known.example": KNOWN}.get)
    assert maker.make(Protocol.IMAP, host, 993, security).trusted is trusted


def test_hosts_beside_each_other_under_a_public_suffix_are_strangers() -> None:
    maker = Maker(Address.parse("ada@ada.co.uk"), Source.AUTOCONFIG, True, nobody_knows)
    assert not maker.make(Protocol.IMAP, "imap.eve.co.uk", 993, Security.TLS).trusted
    assert maker.make(Protocol.IMAP, "imap.ada.co.uk", 993, Security.TLS).trusted


@pytest.mark.parametrize("port", [22, 23, 53, 80, 443, 445, 631, 1024, 6379, 8080, 9100, 10025])
@pytest.mark.parametrize("vouched", [True, False])
def test_a_source_may_name_mail_ports_only(port: int, vouched: bool) -> None:
    maker = Maker(ADA, Source.SRV, vouched, {"imap.known.example": KNOWN}.get)
    for host in ("mail.example.org", "mail.example.net", "imap.known.example"):
        with pytest.raises(Refused, match="not a mail port"):
            maker.make(Protocol.SMTP, host, port, Security.TLS)
    assert maker.make(Protocol.SMTP, "mail.example.org", 2587, Security.STARTTLS).port == 2587


def test_text_to_show_is_one_line_without_tricks() -> None:
    assert one_line("a\r\n\tb") == "a b"
    assert "\u202e" not in one_line("x\u202ey")
    assert "\x1b" not in one_line("\x1b[31mred")
    assert len(one_line("x" * 5000)) < 310


@given(st.text(max_size=80))
def test_any_name_is_a_name_or_refused(text: str) -> None:
    try:
        name = host_name(text)
    except Refused:
        return
    assert name.isascii()
    assert name == host_name(name)
