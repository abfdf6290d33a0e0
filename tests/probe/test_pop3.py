"""The ways to sign in by POP3: most real servers know no SASL, and many of the old ones nothing but USER and PASS."""

from __future__ import annotations

import hashlib

import pytest

from tests.lab.certificates import Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import PASSWORD, USER, Hook, Mail, candidate, probe, say, tls_server
from wizard.model.evidence import ErrorKind, Outcome, Stage
from wizard.model.server import Protocol, Security
from wizard.probe.connector import Network


def answers_sign_in(seen: list[bytes]) -> dict[str, Hook]:
    """Hooks that note what signs in and let it in."""

    async def note(talk: Talk, line: bytes) -> bool:
        seen.append(line)
        return True

    return {"user": note, "auth": note}


@pytest.mark.parametrize(
    "capa", [b"+OK\r\nUSER\r\nTOP\r\n.\r\n", b"-ERR unknown command\r\n"], ids=["USER", "without CAPA"]
)
async def test_user_and_pass_where_nothing_else_is_offered(network: Network, certificate: Issued, capa: bytes) -> None:
    seen: list[bytes] = []
    mail = Mail(Protocol.POP3, at={"hello": say(capa), **answers_sign_in(seen)})
    async with tls_server(mail, certificate, Security.TLS) as server:
        report = await probe(candidate(server, Protocol.POP3, Security.TLS), network)
    assert report.failure is None
    assert seen == [f"USER {USER}".encode(), f"PASS {PASSWORD}".encode()]
    (signed_in,) = [item for item in report.evidence if item.stage is Stage.AUTH]
    assert (signed_in.outcome, signed_in.detail["method"]) == (Outcome.OK, "USER/PASS")
    assert PASSWORD not in repr(report)


async def test_a_name_that_is_refused_is_not_followed_by_the_password(network: Network, certificate: Issued) -> None:
    mail = Mail(Protocol.POP3, hello=say(b"+OK\r\nUSER\r\n.\r\n"), user=say(b"-ERR never heard of\r\n"))
    async with tls_server(mail, certificate, Security.TLS) as server:
        report = await probe(candidate(server, Protocol.POP3, Security.TLS), network)
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.AUTH, ErrorKind.REPLY)
    assert mail.sign_ins == []


async def test_apop_where_only_the_greeting_offers_it(network: Network, certificate: Issued) -> None:
    seen: list[bytes] = []
    mail = Mail(
        Protocol.POP3,
        at={"hello": say(b"+OK\r\nTOP\r\n.\r\n"), **answers_sign_in(seen)},
        greeting=say(b"+OK ready <1896.697170952@mail.example.org>\r\n"),
    )
    async with tls_server(mail, certificate, Security.TLS) as server:
        report = await probe(candidate(server, Protocol.POP3, Security.TLS), network)
    assert report.failure is None
    digest = hashlib.md5(f"<1896.697170952@mail.example.org>{PASSWORD}".encode(), usedforsecurity=False).hexdigest()
    assert seen == [f"APOP {USER} {digest}".encode()]


async def test_no_way_at_all_is_said_without_a_try(network: Network, certificate: Issued) -> None:
    mail = Mail(Protocol.POP3, hello=say(b"+OK\r\nTOP\r\n.\r\n"))
    async with tls_server(mail, certificate, Security.TLS) as server:
        report = await probe(candidate(server, Protocol.POP3, Security.TLS), network)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.AUTH_MISSING
    assert mail.sign_ins == []
