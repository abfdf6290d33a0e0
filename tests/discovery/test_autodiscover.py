"""Exchange Autodiscover, asked without credentials and of the mail domain only."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.discovery.conftest import StartLab
from tests.lab.web import Page, moved
from wizard.discovery.answer import Refused
from wizard.discovery.autodiscover import PATH, autodiscover, read, read_forward
from wizard.discovery.candidate import Maker
from wizard.model.address import Address
from wizard.model.server import Protocol, Security, Source

ADA = Address.parse("ada@example.org")
MAKER = Maker(ADA, Source.AUTODISCOVER, True, lambda _: None)
HOST = "autodiscover.example.org"


def pox(inner: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">'
        '<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">'
        f"<Account><AccountType>email</AccountType>{inner}</Account></Response></Autodiscover>"
    ).encode()


def protocol(kind: str, server: str, port: str, more: str = "<SSL>on</SSL>") -> str:
    return f"<Protocol><Type>{kind}</Type><Server>{server}</Server><Port>{port}</Port>{more}</Protocol>"


SETTINGS = pox(
    "<Action>settings</Action>"
    + protocol("EXCH", "ex.example.org", "")
    + protocol("IMAP", "imap.example.org", "993", "<SSL>on</SSL><SPA>off</SPA><LoginName>ada</LoginName>")
    + protocol("SMTP", "smtp.example.org", "587", "<SSL>on</SSL><Encryption>TLS</Encryption>")
)


@pytest.mark.parametrize("host", [HOST, "example.org"])
async def test_settings(start_lab: StartLab, host: str) -> None:
    lab = start_lab({}, {(host, PATH): Page(SETTINGS)})
    plan = await lab.planner.plan(ADA)
    assert [(c.protocol, c.host, c.port, c.security, c.username, c.trusted) for c in plan.candidates] == [
        (Protocol.IMAP, "imap.example.org", 993, Security.TLS, "ada", True),
        (Protocol.SMTP, "smtp.example.org", 587, Security.STARTTLS, "ada@example.org", True),
    ]
    (request,) = (request for request in lab.web.requests if request.method == "POST" and request.host == host)
    assert b"<EMailAddress>ada@example.org</EMailAddress>" in request.body
    assert "authorization" not in request.headers


async def test_a_demand_for_a_password_is_not_met(start_lab: StartLab) -> None:
    page = Page(status=401, headers={"WWW-Authenticate": 'Basic realm="mail"'})
    lab = start_lab({}, {(HOST, PATH): page, ("example.org", PATH): page})
    await lab.planner.plan(ADA)
    assert lab.web.count(HOST, PATH) == 1
    assert not any("authorization" in request.headers for request in lab.web.requests)


async def test_nobody_above_the_domain_is_asked(start_lab: StartLab) -> None:
    lab = start_lab({"org": ["autodiscover A 127.0.0.1"], "example.org": ["autodiscover A 127.0.0.1"]})
    await lab.planner.plan(Address.parse("ada@mail.example.org"))
    assert not any(host in ("autodiscover.org", "autodiscover.example.org", "example.org") for host in lab.dialer.hosts)


async def test_a_public_suffix_is_not_asked(start_lab: StartLab) -> None:
    lab = start_lab()
    assert autodiscover(Address.parse("ada@co.uk"), lab.fetcher, lambda _: None, rank=0) == ()


async def test_sent_on_within_the_domain(start_lab: StartLab) -> None:
    forward = pox("<Action>redirectUrl</Action><RedirectUrl>https://ex.example.org/a.xml</RedirectUrl>")
    lab = start_lab({}, {(HOST, PATH): Page(forward), ("ex.example.org", "/a.xml"): Page(SETTINGS)})
    plan = await lab.planner.plan(ADA)
    assert plan.candidates[0].source is Source.AUTODISCOVER


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (pox("<Action>redirectUrl</Action><RedirectUrl>https://a.example.net/</RedirectUrl>"), "another domain"),
        (pox("<Action>redirectUrl</Action><RedirectUrl>http://ex.example.org/</RedirectUrl>"), "without encryption"),
        (pox(f"<Action>redirectUrl</Action><RedirectUrl>https://{HOST}{PATH}</RedirectUrl>"), "circles"),
        (pox("<Action>redirectAddr</Action><RedirectAddr>b@example.net</RedirectAddr>"), "another email address"),
        (b"<Autodiscover><Response><Error><Message>No</Message></Error></Response></Autodiscover>", "an error: No"),
        (b"<html/>", "no Autodiscover answer"),
    ],
)
async def test_answers_that_are_refused(start_lab: StartLab, page: bytes, why: str) -> None:
    lab = start_lab({}, {(HOST, PATH): Page(page), ("a.example.net", "/"): Page(SETTINGS)})
    plan = await lab.planner.plan(ADA)
    assert any(one.answer.startswith("refused: ") and why in one.answer for one in plan.asked)
    assert lab.web.count("a.example.net", "/") == 0


async def test_http_redirects_leave_with_nothing(start_lab: StartLab) -> None:
    away = moved(f"https://a.example.net{PATH}", 307)
    lab = start_lab({}, {(HOST, PATH): away, ("a.example.net", PATH): Page(SETTINGS)})
    await lab.planner.plan(ADA)
    assert lab.web.count("a.example.net", PATH) == 0


async def test_the_service_record(start_lab: StartLab) -> None:
    lab = start_lab(
        {"example.org": ["_autodiscover._tcp SRV 0 0 443 ex", "_autodiscover._tcp SRV 1 0 443 ex.example.net."]},
        {("ex.example.org", PATH): Page(SETTINGS), ("ex.example.net", PATH): Page(SETTINGS)},
    )
    plan = await lab.planner.plan(ADA)
    assert plan.candidates[0].source is Source.AUTODISCOVER
    assert lab.web.count("ex.example.net", PATH) == 0
    assert any(one.answer == "refused: ex.example.net is another domain's" for one in plan.asked)


@pytest.mark.parametrize(
    ("kind", "port", "more", "meant"),
    [
        ("IMAP", "993", "", Security.TLS),
        ("IMAP", "143", "<SSL>on</SSL>", Security.STARTTLS),
        ("IMAP", "465", "<SSL>on</SSL>", Security.TLS),
        ("IMAP", "143", "<SSL>off</SSL>", Security.NONE),
        ("SMTP", "587", "<Encryption>TLS</Encryption>", Security.STARTTLS),
        ("SMTP", "465", "<Encryption>TLS</Encryption>", Security.TLS),
        ("SMTP", "26", "<Encryption>TLS</Encryption>", Security.STARTTLS),
        ("SMTP", "587", "<Encryption>SSL</Encryption>", Security.STARTTLS),
        ("SMTP", "25", "<Encryption>None</Encryption>", Security.NONE),
        ("POP3", "", "", Security.TLS),
    ],
)
def test_encryption(kind: str, port: str, more: str, meant: Security) -> None:
    found = read(pox(protocol(kind, "mail.example.org", port, more)), MAKER)
    assert found.candidates[-1].security is meant
    before = [candidate.security for candidate in found.candidates[:-1]]
    assert before == ([Security.STARTTLS, Security.TLS] if meant is Security.NONE else [])


def test_every_account_of_an_answer_is_read() -> None:
    body = pox(protocol("IMAP", "imap.example.org", "993"))
    both = body.replace(b"</Account>", b"</Account><Account><Action>settings</Action>" + (
        protocol("SMTP", "smtp.example.org", "465").encode() + b"</Account>"
    ))  # fmt: skip
    assert both.count(b"<Account>") == 2
    assert [candidate.host for candidate in read(both, MAKER).candidates] == ["imap.example.org", "smtp.example.org"]


def test_an_exchange_server_without_imap_is_said_to_be_one() -> None:
    found = read(pox(protocol("EXCH", "ex.example.org", "")), MAKER)
    assert "Exchange" in found.notes[0]


_TAGS = ["Account", "Action", "redirectUrl", "Protocol", "Type", "IMAP", "Server", "x.org", "Port", "Error"]


@given(st.lists(st.sampled_from(_TAGS), max_size=9))
def test_any_nesting_is_read_or_refused(words: list[str]) -> None:
    body = pox("".join(f"<{word}>" for word in words) + "IMAP" + "".join(f"</{word}>" for word in reversed(words)))
    with contextlib.suppress(Refused):
        read(body, MAKER)
        read_forward(body)
