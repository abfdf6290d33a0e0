"""The sign-in budget as the servers see it: across sides, sessions and runs of the program (promise 4)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import PASSWORD, USER, Mail, candidate, no, tag_of, tls_server
from tests.setup.accounts import draft, new_session
from wizard.model.account import RoundTripStatus
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security
from wizard.setup.options import Options
from wizard.setup.session import SetupSession
from wizard.setup.signin_budget import MAX_FAILURES, Ledger, SignInBudget

pytestmark = pytest.mark.slow


def refusing(protocol: Protocol) -> Mail:
    async def refuse(talk: Talk, line: bytes) -> None:
        await talk.send_raw(no(protocol, line))

    return Mail(protocol, auth=refuse)


def sharing(authority: Authority, budget: SignInBudget) -> SetupSession:
    """A session as another row of a table, or another run of the program, has it."""
    session = new_session(authority, options=Options(deadline_s=10))
    services = replace(session._context.services, budget=budget)
    return SetupSession(services, session.options)


async def refused_sign_ins(
    authority: Authority, certificate: Issued, sessions: list[SetupSession], *, at_once: bool
) -> int:
    """How many sign-ins the servers refused while every session checked the account."""
    imap, smtp = refusing(Protocol.IMAP), refusing(Protocol.SMTP)
    async with (
        tls_server(imap, certificate, Security.TLS) as receiving,
        tls_server(smtp, certificate, Security.TLS) as sending,
    ):
        ada = draft(candidate(receiving, Protocol.IMAP, Security.TLS), candidate(sending, Protocol.SMTP, Security.TLS))
        if at_once:
            await asyncio.gather(*(session.check(ada) for session in sessions))
        else:
            for session in sessions:
                await session.check(ada)
    return len(imap.sign_ins) + len(smtp.sign_ins)


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one after the other"])
async def test_six_rows_of_one_account(at_once: bool, authority: Authority, certificate: Issued) -> None:
    budget = SignInBudget()
    rows = [sharing(authority, budget) for _ in range(6)]
    assert await refused_sign_ins(authority, certificate, rows, at_once=at_once) == MAX_FAILURES


async def test_six_runs_of_the_program(tmp_path: Path, authority: Authority, certificate: Issued) -> None:
    runs = [sharing(authority, SignInBudget(Ledger(tmp_path))) for _ in range(6)]
    assert await refused_sign_ins(authority, certificate, runs, at_once=False) == MAX_FAILURES


async def test_six_addresses_of_one_user_name(authority: Authority, certificate: Issued) -> None:
    """A table in which many addresses sign in as one: that one is not locked out either."""
    budget, imap = SignInBudget(), refusing(Protocol.IMAP)
    async with tls_server(imap, certificate, Security.TLS) as receiving:
        typed = candidate(receiving, Protocol.IMAP, Security.TLS, username="shared-mailbox")
        for number in range(6):
            session = sharing(authority, budget)
            await session.check(draft(typed, None, address=f"team{number}@example.org"))
    assert len(imap.sign_ins) == MAX_FAILURES


async def test_two_sides_with_a_wrong_password_each(authority: Authority, certificate: Issued) -> None:
    imap, smtp = refusing(Protocol.IMAP), refusing(Protocol.SMTP)
    session = new_session(authority, options=Options(deadline_s=10))
    async with (
        tls_server(imap, certificate, Security.TLS) as receiving,
        tls_server(smtp, certificate, Security.TLS) as sending,
    ):
        ada = draft(candidate(receiving, Protocol.IMAP, Security.TLS), candidate(sending, Protocol.SMTP, Security.TLS))
        result = await session.check(replace(ada, outgoing_secret=Secret("harbour-mint-31")))
    assert len(imap.sign_ins) + len(smtp.sign_ins) <= MAX_FAILURES
    assert dict(result.sign_in_attempts) == {Protocol.IMAP: len(imap.sign_ins), Protocol.SMTP: len(smtp.sign_ins)}


async def test_every_look_into_a_pop3_mailbox_is_counted(
    authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.setup.round_trip.SIGN_INS_S", (0.05, 0.1, 0.2, 0.3))
    monkeypatch.setattr("wizard.setup.round_trip.ARRIVAL_S", 1.5)

    async def empty(talk: Talk, line: bytes) -> None:
        await talk.send_raw(b"+OK 0 0\r\n" if line.upper().startswith(b"STAT") else b"+OK\r\n.\r\n")

    pop, smtp = Mail(Protocol.POP3, stat=empty, list=empty, at={"other": empty}), Mail(Protocol.SMTP)
    session = new_session(authority, options=Options(deadline_s=10))
    async with (
        tls_server(pop, certificate, Security.TLS) as receiving,
        tls_server(smtp, certificate, Security.TLS) as sending,
    ):
        typed = candidate(receiving, Protocol.POP3, Security.TLS), candidate(sending, Protocol.SMTP, Security.TLS)
        result = await session.check(draft(*typed))
        result = await session.send_test_message(result)
    assert result.round_trip.status is RoundTripStatus.SENT
    assert dict(result.sign_in_attempts) == {Protocol.POP3: len(pop.sign_ins), Protocol.SMTP: len(smtp.sign_ins)}
    assert 2 <= len(pop.sign_ins) <= 5


@pytest.mark.parametrize("ended_by", ["the person", "the deadline"])
async def test_what_a_check_had_sent_when_it_ended_counts(
    ended_by: str, authority: Authority, certificate: Issued
) -> None:
    """The server judges it all the same, and who sends the same four times may be locked out there."""
    asked = asyncio.Event()

    async def silent(talk: Talk, line: bytes) -> None:
        asked.set()
        await talk.silence()

    imap = Mail(Protocol.IMAP, auth=silent)
    session = new_session(authority, options=Options(deadline_s=10 if ended_by == "the person" else 0.7))
    async with tls_server(imap, certificate, Security.TLS) as receiving:
        ada = AccountDraft(Address.parse(USER), secret=Secret(PASSWORD), wants_outgoing=False)
        ada = replace(ada, incoming=candidate(receiving, Protocol.IMAP, Security.TLS))
        for _ in range(MAX_FAILURES):
            asked.clear()
            check = asyncio.ensure_future(session.check(ada))
            await asked.wait()
            if ended_by == "the person":
                check.cancel()
            await asyncio.wait([check])
        result = await session.check(ada)
        await session.close()
    assert (len(imap.sign_ins), result.diagnoses[0].cause) == (MAX_FAILURES, "too-many-attempts")


async def test_a_check_that_was_stopped_before_it_signed_in_counts_nothing(
    authority: Authority, certificate: Issued
) -> None:
    greeted = asyncio.Event()
    answers = False

    async def hello(talk: Talk, line: bytes) -> bool:
        greeted.set()
        if not answers:
            await talk.silence()
        return True

    async def inbox(talk: Talk, line: bytes) -> None:
        await talk.send_raw(b"* 0 EXISTS\r\n" + tag_of(line) + b" OK done\r\n")

    imap = Mail(Protocol.IMAP, hello=hello, examine=inbox)
    session = new_session(authority, options=Options(deadline_s=10))
    async with tls_server(imap, certificate, Security.TLS) as receiving:
        ada = AccountDraft(Address.parse(USER), secret=Secret(PASSWORD), wants_outgoing=False)
        ada = replace(ada, incoming=candidate(receiving, Protocol.IMAP, Security.TLS))
        for _ in range(MAX_FAILURES):
            greeted.clear()
            check = asyncio.ensure_future(session.check(ada))
            await greeted.wait()
            check.cancel()
            await asyncio.wait([check])
        answers = True
        result = await session.check(ada)
        await session.close()
    assert (len(imap.sign_ins), result.verdict.value) == (1, "works")
