"""config-v1.1.xml as the world writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.discovery.answer import Answer, Refused
from wizard.discovery.autoconfig import read
from wizard.discovery.candidate import Maker
from wizard.model.address import Address
from wizard.model.plan import BrowserOffer
from wizard.model.server import Protocol, Security, ServerCandidate, Source

ADA = Address.parse("ada@example.org")


def provider(inner: str) -> bytes:
    return f'<clientConfig version="1.1"><emailProvider id="x">{inner}</emailProvider></clientConfig>'.encode()


def server(
    kind: str = "imap",
    host: str = "imap.example.org",
    port: str = "993",
    socket: str = "SSL",
    username: str = "%EMAILADDRESS%",
    more: str = "",
) -> str:
    side = "outgoingServer" if kind == "smtp" else "incomingServer"
    return (
        f'<{side} type="{kind}"><hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>'
        f"<username>{username}</username>{more}</{side}>"
    )


def answer(inner: str, address: Address = ADA) -> Answer:
    return read(provider(inner), Maker(address, Source.AUTOCONFIG, True, lambda _: None))


def only(inner: str) -> ServerCandidate:
    (candidate,) = answer(inner).candidates
    return candidate


def test_several_servers_stay_in_the_order_of_preference() -> None:
    found = answer(
        server(host="imap2.example.org")
        + server(host="imap.example.org", port="143", socket="STARTTLS")
        + server("pop3", "pop.example.org", "995")
        + server("smtp", "smtp.example.org", "587", "STARTTLS", "%EMAILLOCALPART%")
        + server("smtp", "smtp.example.org", "465")
    )
    assert [(c.protocol, c.host, c.port, c.security, c.username) for c in found.candidates] == [
        (Protocol.IMAP, "imap2.example.org", 993, Security.TLS, "ada@example.org"),
        (Protocol.IMAP, "imap.example.org", 143, Security.STARTTLS, "ada@example.org"),
        (Protocol.POP3, "pop.example.org", 995, Security.TLS, "ada@example.org"),
        (Protocol.SMTP, "smtp.example.org", 587, Security.STARTTLS, "ada"),
        (Protocol.SMTP, "smtp.example.org", 465, Security.TLS, "ada@example.org"),
    ]
    assert all(candidate.trusted for candidate in found.candidates)
    assert found.said == "found"


def test_a_server_named_without_encryption_is_tried_with_it_and_comes_last_without() -> None:
    found = answer(server(port="143", socket="plain") + server("smtp", "smtp.example.org", "587", "STARTTLS"))
    assert [(c.protocol, c.port, c.security, c.trusted) for c in found.candidates] == [
        (Protocol.IMAP, 143, Security.STARTTLS, True),
        (Protocol.IMAP, 993, Security.TLS, True),
        (Protocol.SMTP, 587, Security.STARTTLS, True),
        (Protocol.IMAP, 143, Security.NONE, False),
    ]


OTHERS = "<domain>other.example</domain>" + server(host="imap.other.example")
OWN = "<domain>Example.ORG</domain>" + server(host="mail.example.org")


@pytest.mark.parametrize("sections", [[OTHERS, OWN], [OWN, OTHERS], [server(host="mail.example.org"), OTHERS]])
def test_of_several_providers_the_one_of_the_addresss_domain_counts(sections: list[str]) -> None:
    inner = "".join(f'<emailProvider id="p{n}">{section}</emailProvider>' for n, section in enumerate(sections))
    found = read(
        f'<clientConfig version="1.1">{inner}</clientConfig>'.encode(),
        Maker(ADA, Source.AUTOCONFIG, True, lambda _: None),
    )
    assert [candidate.host for candidate in found.candidates] == ["mail.example.org"]


def test_a_user_name_that_must_be_asked_for_leaves_the_server_in() -> None:
    field = '<inputField key="USERNAME" label="Screen name"/>'
    found = answer(
        field + server(username="%USERNAME%") + server("smtp", "smtp.example.org", "465", username="%OTHER%")
    )
    assert [(candidate.host, candidate.username) for candidate in found.candidates] == [
        ("imap.example.org", "ada@example.org")
    ]
    assert found.notes == ("imap.example.org asks for “Screen name” as the user name: type it instead of the address.",)
    assert found.refused == ("unknown placeholder %OTHER%",)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("ssl", Security.TLS), ("SSL", Security.TLS), ("TLS", Security.TLS), ("SSL/TLS", Security.TLS),
     (" StartTLS ", Security.STARTTLS), ("Plain", Security.NONE), ("", Security.TLS)],
)  # fmt: skip
def test_socket_types(written: str, meant: Security) -> None:
    assert answer(server(socket=written)).candidates[-1].security is meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<authentication>password-cleartext</authentication>", ("PLAIN", "IMAP LOGIN")),
        ("<authentication>plain</authentication>", ("PLAIN", "IMAP LOGIN")),
        ("<authentication>password-encrypted</authentication>", ("CRAM-MD5",)),
        ("<authentication>secure</authentication>", ("CRAM-MD5",)),
        ("<authentication>OAuth2</authentication>", ("OAUTHBEARER", "XOAUTH2")),
        (
            "<authentication>OAuth2</authentication><authentication>password-cleartext</authentication>",
            ("OAUTHBEARER", "XOAUTH2", "PLAIN", "IMAP LOGIN"),
        ),
        ("<authentication>GSSAPI</authentication><authentication>NTLM</authentication>", ()),
        ("", ()),
    ],
)
def test_authentication(written: str, meant: tuple[str, ...]) -> None:
    assert only(server(more=written)).auth == meant


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        (server(host="localhost"), "inside this computer"),
        (server(host="127.0.0.1"), "inside this computer"),
        (server(host="169.254.169.254"), "inside this computer"),
        (server(host=""), "without a name"),
        (server(host="not a host"), "not a server name"),
        (server(host="%FOO%.example.org"), "unknown placeholder %FOO%"),
        (server(port="0"), "not a port"),
        (server(port="imap"), "not a port"),
        (server(port=""), "no port"),
        (server(socket="quantum"), "encryption “quantum”"),
        (server(port="1993", socket=""), "no encryption named"),
        (server(username="a&#10;b"), "user name"),
        (server(host="imap.example.net", port="22"), "not a mail port"),
        (server("smtp").replace("outgoing", "incoming"), "wrong side"),
    ],
)
def test_what_is_refused_is_refused_by_name_and_the_rest_stays(inner: str, why: str) -> None:
    found = answer(inner + server("smtp", "smtp.example.org", "465"))
    assert [candidate.protocol for candidate in found.candidates] == [Protocol.SMTP]
    assert any(why in reason for reason in found.refused)
    assert found.said.startswith("found; refused: ")
    assert answer(inner).said.startswith("refused: ")


def test_other_kinds_of_server_are_left_alone() -> None:
    found = answer(server("exchange") + server("jmap") + server())
    assert [candidate.protocol for candidate in found.candidates] == [Protocol.IMAP]
    (note,) = answer(server("exchange") + server("ews")).notes
    assert "exchange, ews" in note


def with_section(inner: str, *, vouched: bool = True) -> Answer:
    """A file with one server and this <oAuth2> section beside the provider."""
    body = provider(server()).replace(b"</clientConfig>", f"<oAuth2>{inner}</oAuth2></clientConfig>".encode())
    found = read(body, Maker(ADA, Source.AUTOCONFIG, vouched, lambda _: None))
    assert len(found.candidates) == 1
    return found


def pages(host: str) -> str:
    return f"<authURL>https://{host}/a</authURL><tokenURL>https://{host}/t</tokenURL>"


def test_oauth2_sections_say_where_the_browser_sign_in_goes() -> None:
    found = with_section("<issuer>login.example.org</issuer><scope>mail  offline</scope>" + pages("login.example.org"))
    assert found.refused == ()
    assert found.oauth == BrowserOffer(
        Source.AUTOCONFIG,
        "login.example.org",
        ("mail", "offline"),
        "https://login.example.org/a",
        "https://login.example.org/t",
        True,
    )
    assert answer(server()).oauth is None
    assert with_section("<scope>mail</scope>").oauth is None


@pytest.mark.parametrize(
    ("inner", "vouched"),
    [
        (pages("login.example.net"), True),
        (pages("login.example.org").replace("login.example.org/t", "login.example.net/t"), True),
        (pages("login.example.org"), False),
        ("<issuer>login.example.org</issuer>", True),
        ("<authURL>https://login.example.org/a</authURL>", True),
    ],
)
def test_an_oauth2_section_of_others_or_with_gaps_is_not_trusted(inner: str, vouched: bool) -> None:
    offer = with_section(inner, vouched=vouched).oauth
    assert offer is not None
    assert not offer.trusted


@pytest.mark.parametrize(
    "page",
    ["http://login.example.org/t", "javascript:alert(1)", "https://login.example.org/a b", "https://exämple.org/"],
)
def test_pages_that_no_browser_sign_in_may_use_are_refused_by_name(page: str) -> None:
    found = with_section(f"<authURL>https://login.example.org/a</authURL><tokenURL>{page}</tokenURL>")
    assert found.refused == (f"tokenURL “{page}”",)
    assert found.oauth is not None
    assert (found.oauth.token, found.oauth.trusted) == (None, False)


def test_instructions_in_the_best_language() -> None:
    found = answer(
        server() + '<enable visiturl="https://mail.example.org/settings">'
        '<instruction lang="de">IMAP einschalten</instruction><instruction lang="en">Switch IMAP on</instruction>'
        "</enable>"
        '<documentation url="https://example.org/help"><descr lang="fr">Aide</descr><descr>Help</descr></documentation>'
        '<documentation url="javascript:alert(1)"/><documentation url="https://example.org/a b"/>'
    )
    assert found.notes == (
        "The provider says: Switch IMAP on https://mail.example.org/settings",
        "The provider's guide: Help https://example.org/help",
    )


def test_instructions_are_inert() -> None:
    (note,) = answer(server() + "<enable><instruction>a\u202eb &#10; c</instruction></enable>").notes
    assert note.isprintable()


def test_unusual_addresses() -> None:
    inner = server(host="imap.%EMAILDOMAIN%") + server("smtp", "smtp.%EMAILDOMAIN%", "465", "SSL", "%EMAILLOCALPART%")
    imap, smtp = answer(inner, Address.parse("ädä+x@bücher.example")).candidates
    assert (imap.host, imap.username) == ("imap.xn--bcher-kva.example", "ädä+x@xn--bcher-kva.example")
    assert smtp.username == "ädä+x"
    (imap,) = answer(server(host="mail.example.org"), Address.parse("ada@students.example.org")).candidates
    assert imap.trusted


def test_too_many_servers() -> None:
    found = answer("".join(server(host=f"imap{n}.example.org") for n in range(30)))
    assert len(found.candidates) == 20
    assert found.refused == ("10 servers past the first 20",)


@pytest.mark.parametrize(
    "body",
    [b"<html><body>Welcome</body></html>", b"<clientConfig/>", b"<other><emailProvider/></other>", b"not xml"],
)
def test_pages_that_are_no_autoconfig(body: bytes) -> None:
    with pytest.raises(Refused):
        read(body, Maker(ADA, Source.AUTOCONFIG, True, lambda _: None))


_words = st.sampled_from(
    ["imap", "pop3", "smtp", "SSL", "plain", "STARTTLS", "%EMAILADDRESS%", "localhost", "mail.example.org", "993", ""]
)


@pytest.mark.slow
@given(st.lists(st.tuples(_words, _words, _words, _words, _words | st.text(max_size=5)), max_size=5))
def test_any_file_gives_sound_candidates_or_refusals(rows: list[tuple[str, str, str, str, str]]) -> None:
    escaped = [tuple("".join(c for c in part if c.isalnum() or c in "%@.") for part in row) for row in rows]
    found = answer("".join(server(*row[:5]) for row in escaped))
    for candidate in found.candidates:
        assert candidate.host == "mail.example.org"
        assert 1 <= candidate.port <= 65535


def test_a_file_that_aims_at_the_persons_own_network_names_mail_servers_at_most() -> None:
    found = answer(
        server(host="10.66.66.66")
        + server(host="10.66.66.66", port="9100")
        + server(host="nas.example.org", port="22")
        + server(host="[fd00::1]", port="6379")
        + server("smtp", "https://169.254.169.254/latest", "465")
        + server("smtp", "http://127.0.0.1:465/", "465")
        + server("smtp", "192.168.77.1:8080", "587", "STARTTLS")
    )
    assert [(candidate.host, candidate.port, candidate.trusted) for candidate in found.candidates] == [
        ("10.66.66.66", 993, False),
        ("192.168.77.1", 587, False),
    ]
    assert len(found.refused) == 5
