"""What can be put right is: encryption switched off, relays without sign-in, a server that is busy for a moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import PROTOCOLS, Mail, candidate, greeting, say, tls_server
from tests.setup.accounts import draft, new_session
from wizard.model.account import RoundTripStatus, Status, Verdict
from wizard.model.diagnosis import Change, ChangeSettings
from wizard.model.draft import AccountDraft
from wizard.model.host import is_this_computer
from wizard.model.server import WITHOUT_SIGN_IN, Protocol, Security
from wizard.setup.options import Options

pytestmark = pytest.mark.slow

QUICK = Options(deadline_s=20)


def account(server: ScriptedServer, protocol: Protocol, security: Security) -> AccountDraft:
    """One side alone, at this server."""
    typed = candidate(server, protocol, security)
    return draft(typed, None) if typed.is_incoming else draft(None, typed)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_encryption_that_was_switched_off_is_switched_on_where_the_server_offers_it(
    protocol: Protocol, authority: Authority, certificate: Issued
) -> None:
    mail = Mail(protocol, clear_auth=True)
    async with ScriptedServer(mail, certificate=certificate) as server:
        session = new_session(authority, options=QUICK)
        result = await session.check(account(server, protocol, Security.NONE))
        await session.close()
    assert result.verdict is Verdict.WORKS_AFTER_FIX
    (fix,) = result.fixes
    assert (fix.cause, fix.remedy, fix.after.security) == ("tls-required", "switch-on-encryption", Security.STARTTLS)
    assert result.diagnoses[0].title == "Encryption is switched off for 127.0.0.1, which offers it"
    assert b"AUTH" not in bytes(mail.in_clear).replace(b"CAPA", b"")
    assert len(mail.sign_ins) == 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_encryption_that_is_not_offered_is_no_remedy(
    protocol: Protocol, authority: Authority, certificate: Issued
) -> None:
    mail = Mail(protocol, switch=False, clear_auth=True)
    async with ScriptedServer(mail, certificate=certificate) as server:
        session = new_session(authority, options=QUICK)
        result = await session.check(account(server, protocol, Security.NONE))
        await session.close()
    assert result.diagnoses[0].cause == "starttls-not-offered"
    assert not any(
        isinstance(remedy.action, ChangeSettings) and remedy.action.change is Change.ENCRYPT
        for remedy in result.diagnoses[0].remedies
    )
    assert mail.sign_ins == []


@asynccontextmanager
async def relay(certificate: Issued, mail: Mail, security: Security) -> AsyncIterator[ScriptedServer]:
    server = (
        ScriptedServer(mail, certificate=certificate)
        if security is Security.NONE
        else tls_server(mail, certificate, security)
    )
    async with server:
        yield server


def without_auth(**hooks: object) -> Mail:
    """A relay: it takes mail from its own network, and knows no AUTH."""
    return Mail(
        Protocol.SMTP,
        switch=False,
        at={"hello": say(b"250-relay.example.org\r\n250 SIZE 1000000\r\n"), **hooks},  # type: ignore[dict-item]
    )


@pytest.mark.parametrize("security", [Security.TLS, Security.NONE])
async def test_a_relay_without_sign_in_is_proven_without_a_password(
    security: Security, authority: Authority, certificate: Issued
) -> None:
    mail = without_auth()
    async with relay(certificate, mail, security) as server:
        session = new_session(authority, options=QUICK)
        ada = replace(account(server, Protocol.SMTP, security), secret=None)
        result = await session.check(ada)
        assert result.verdict is Verdict.WORKS
        assert result.outgoing is not None
        assert (result.outgoing.status, result.outgoing.auth) == (Status.VERIFIED, WITHOUT_SIGN_IN)
        assert result.sign_in_attempts == {}
        sent = await session.send_test_message(result)
        await session.close()
    assert sent.round_trip.status is RoundTripStatus.SENT
    assert mail.sign_ins == []


@pytest.mark.parametrize("security", [Security.TLS, Security.NONE])
async def test_with_a_password_sending_without_one_is_the_first_remedy(
    security: Security, authority: Authority, certificate: Issued
) -> None:
    mail = without_auth()
    async with relay(certificate, mail, security) as server:
        session = new_session(authority, options=QUICK)
        result = await session.check(account(server, Protocol.SMTP, security))
        first = result.diagnoses[0]
        assert (result.verdict, first.cause) == (Verdict.FAILS, "auth-not-offered")
        assert [remedy.say for remedy in first.remedies][:1] == ["Send without signing in"]
        changed = session.apply(first.remedies[0], first, result)
        result = await session.check(changed)
        await session.close()
    assert result.verdict is Verdict.WORKS
    assert result.outgoing is not None
    assert result.outgoing.auth == WITHOUT_SIGN_IN
    assert mail.sign_ins == []


async def test_a_server_that_wants_a_sign_in_and_offers_none_is_no_relay(
    authority: Authority, certificate: Issued
) -> None:
    mail = without_auth(mail=say(b"530 5.7.0 Authentication required\r\n"))
    async with relay(certificate, mail, Security.TLS) as server:
        session = new_session(authority, options=QUICK)
        result = await session.check(account(server, Protocol.SMTP, Security.TLS))
        await session.close()
    assert result.diagnoses[0].cause == "auth-not-offered"
    assert "send-without-sign-in" not in [remedy.id for remedy in result.diagnoses[0].remedies]


@pytest.mark.parametrize("typed", [Security.NONE, Security.STARTTLS])
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_program_on_this_computer_that_knows_no_encryption_is_signed_in_to_after_a_yes(
    protocol: Protocol, typed: Security, authority: Authority, certificate: Issued
) -> None:
    """Bridges such as DavMail listen in clear, on this computer alone."""
    mail = Mail(protocol, switch=False, clear_auth=True)
    async with ScriptedServer(mail, certificate=certificate) as server:
        session = new_session(authority, options=QUICK)
        result = await session.check(account(server, protocol, typed))
        card = result.diagnoses[0]
        assert (result.verdict, card.cause) == (Verdict.FAILS, "starttls-not-offered")
        assert card.title == "127.0.0.1 is this computer and offers no encryption"
        assert "does not leave the computer" in card.why
        assert card.remedies[0].say == "Sign in without encryption: the line stays on this computer"
        assert mail.sign_ins == []
        agreed = session.apply(card.remedies[0], card, result)
        again = await session.check(agreed)
        await session.close()
    assert again.verdict is Verdict.WORKS
    side = again.incoming or again.outgoing
    assert side is not None
    assert side.candidate.security is Security.NONE
    assert len(mail.sign_ins) == 1
    assert agreed.in_clear == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        ("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("localhost", True), ("LOCALHOST", True),
        ("10.0.0.1", False), ("mail.example.org", False), ("127.0.0.1.example.org", False), ("localhost.org", False),
    ],
)  # fmt: skip
def test_which_hosts_are_this_computer(host: str, is_one: bool) -> None:
    assert is_this_computer(host) is is_one


BUSY = {
    Protocol.SMTP: b"421 4.3.2 Too busy right now, try again later\r\n",
    Protocol.IMAP: b"* BYE [UNAVAILABLE] Server is temporarily too busy, try again later\r\n",
    Protocol.POP3: b"-ERR [SYS/TEMP] Server is temporarily too busy, try again later\r\n",
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_server_that_is_busy_is_asked_once_more_and_that_is_said(
    protocol: Protocol, authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.setup.side.RETRY_S", 0.05)
    asked = 0

    async def busy_once(talk: Talk, line: bytes) -> None:
        nonlocal asked
        asked += 1
        await talk.send_raw(BUSY[protocol] if asked == 1 else greeting(protocol))
        if asked == 1:
            talk.close()
            raise EOFError

    mail = Mail(protocol, greeting=busy_once)
    async with tls_server(mail, certificate, Security.TLS) as server:
        session = new_session(authority, options=QUICK)
        result = await session.check(account(server, protocol, Security.TLS))
        await session.close()
    assert result.verdict is Verdict.WORKS
    assert "127.0.0.1 was busy at first and answered when it was asked once more." in result.notes
    assert (asked, len(mail.sign_ins)) == (2, 1)


async def test_a_server_that_stays_busy_is_asked_twice_and_no_more(
    authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.setup.side.RETRY_S", 0.05)
    mail = Mail(Protocol.SMTP, greeting=say(BUSY[Protocol.SMTP], then="fin"))
    async with tls_server(mail, certificate, Security.TLS) as server:
        session = new_session(authority, options=QUICK)
        result = await session.check(account(server, Protocol.SMTP, Security.TLS))
        await session.close()
        assert len(server.conversations) == 2
    assert result.diagnoses[0].cause == "server-busy"
    assert result.verdict is Verdict.FAILS
    assert "127.0.0.1 was asked once more after a pause, and was still busy." in result.notes


async def test_a_password_that_met_a_temporary_error_is_not_sent_again(
    authority: Authority, certificate: Issued
) -> None:
    mail = Mail(Protocol.SMTP, auth=say(b"454 4.7.0 Temporary authentication failure\r\n"))
    async with tls_server(mail, certificate, Security.TLS) as server:
        session = new_session(authority, options=QUICK)
        result = await session.check(account(server, Protocol.SMTP, Security.TLS))
        await session.close()
    assert result.diagnoses[0].cause == "temporary-auth-failure"
    assert len(mail.sign_ins) == 1
