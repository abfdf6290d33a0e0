"""Guessed servers are raced while sources are silent; a password waits for the sources, but not for ever."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import PASSWORD, USER, Mail, candidate, tls_server
from tests.setup.accounts import Known, new_session
from wizard.model.account import Verdict
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.evidence import Outcome
from wizard.model.plan import ALL_SOURCES, Plan, PlanOptions
from wizard.model.progress import Progress
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net import patience
from wizard.setup.ahead import SOURCES_S

# The scripted servers stand in for names of the account's own domain.
ACCOUNT = AccountDraft(Address.parse(USER), secret=Secret(PASSWORD), agreed=frozenset({"127.0.0.1"}))


@contextlib.asynccontextmanager
async def served(certificate: Issued, imap: Mail, smtp: Mail) -> AsyncIterator[tuple[ServerCandidate, ServerCandidate]]:
    """Both servers while they run, as settings name them; half a minute at most."""
    async with (
        tls_server(imap, certificate, Security.TLS) as receiving,
        tls_server(smtp, certificate, Security.TLS) as sending,
        asyncio.timeout(30),
    ):
        yield candidate(receiving, Protocol.IMAP, Security.TLS), candidate(sending, Protocol.SMTP, Security.TLS)


class SilentSources(Known):
    """Guesses at once; a source keeps it waiting until nobody wants to wait any longer."""

    def __init__(self, *guesses: ServerCandidate) -> None:
        super().__init__(*(replace(guess, source=Source.GUESS) for guess in guesses))
        self.let_go = asyncio.Event()

    async def plan(self, address: Address, options: PlanOptions = ALL_SOURCES) -> Plan:
        if not options.ask_nobody and options.enough is not None:
            await options.enough.wait()
            self.let_go.set()
        return Plan(address, self.candidates)


async def test_the_first_server_that_is_open_ends_the_wait_for_silent_sources(
    authority: Authority, certificate: Issued
) -> None:
    signed_in = asyncio.Event()

    async def note(talk: Talk, line: bytes) -> bool:
        signed_in.set()
        return True

    async def after_receiving(talk: Talk, line: bytes) -> bool:
        await signed_in.wait()  # a race that is undecided on this side holds the other one's sign-in back no longer
        return True

    imap, smtp = Mail(Protocol.IMAP, auth=note), Mail(Protocol.SMTP, greeting=after_receiving)
    async with served(certificate, imap, smtp) as both:
        sources = SilentSources(*both)
        session = new_session(authority, planner=sources)
        result = await session.check(ACCOUNT)
        await session.close()
    assert result.verdict is Verdict.WORKS
    assert sources.let_go.is_set()
    assert len(imap.sign_ins) == len(smtp.sign_ins) == 1


@pytest.mark.slow
async def test_sources_are_waited_for_longer_where_a_busy_computer_gave_them_no_turn(
    authority: Authority, certificate: Issued
) -> None:
    held_s = 2 * SOURCES_S
    waited: list[float] = []

    class Sources(SilentSources):
        async def plan(self, address: Address, options: PlanOptions = ALL_SOURCES) -> Plan:
            asks = not options.ask_nobody
            began = patience.now()
            if asks:
                asyncio.get_running_loop().call_later(SOURCES_S / 4, time.sleep, held_s)
            plan = await super().plan(address, options)
            waited.extend([patience.now() - began] * asks)
            return plan

    imap, smtp = Mail(Protocol.IMAP), Mail(Protocol.SMTP)
    async with served(certificate, imap, smtp) as both:
        sources = Sources(*both)
        session = new_session(authority, planner=sources)
        assert (await session.check(ACCOUNT)).verdict is Verdict.WORKS
        await session.close()
    assert min(waited) >= SOURCES_S * 0.9


@pytest.mark.parametrize("asked_s", [100.0, 0.0])
async def test_sources_are_spared_the_look_up_of_names_that_was_done_before(
    authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch, asked_s: float
) -> None:
    waited: list[float] = []

    async def at_once(until: float) -> None:
        waited.append(until - patience.now())

    monkeypatch.setattr("wizard.setup.ahead.SOURCES_S", 2000.0)
    monkeypatch.setattr("wizard.setup.ahead.LOOK_UP_S", 1000.0)
    monkeypatch.setattr("wizard.setup.ahead.patience.sleep_until", at_once)
    imap, smtp = Mail(Protocol.IMAP), Mail(Protocol.SMTP)
    async with served(certificate, imap, smtp) as both:
        sources = SilentSources(*both)
        session = new_session(authority, planner=sources)
        await asyncio.sleep(0)
        assert (await session.check(ACCOUNT, asked_s=asked_s)).verdict is Verdict.WORKS
        await session.close()
    assert round(2000.0 - waited[0], -2) == asked_s  # to the hundred: however slow this computer is


async def test_no_password_goes_anywhere_while_sources_may_still_answer(
    authority: Authority, certificate: Issued
) -> None:
    sources: SilentSources

    async def look(talk: Talk, line: bytes) -> bool:
        assert sources.let_go.is_set()
        return True

    imap, smtp = Mail(Protocol.IMAP, auth=look), Mail(Protocol.SMTP, auth=look)
    async with served(certificate, imap, smtp) as both:
        sources = SilentSources(*both)
        session = new_session(authority, planner=sources)
        result = await session.check(ACCOUNT)
        await session.close()
    assert result.verdict is Verdict.WORKS


class FoundWhileRepairing(Known):
    """Named servers, found once the guessed sending server has failed and other settings for it are looked for."""

    def __init__(self, guesses: tuple[ServerCandidate, ...], named: tuple[ServerCandidate, ...]) -> None:
        super().__init__(*named)
        self.guesses = tuple(replace(guess, source=Source.GUESS) for guess in guesses)
        self.failed = asyncio.Event()
        self.repairs = 0

    def told(self, progress: Progress) -> None:
        if progress.outcome is Outcome.FAILED:
            self.failed.set()

    async def plan(self, address: Address, options: PlanOptions = ALL_SOURCES) -> Plan:
        if options.ask_nobody:
            return Plan(address, self.guesses)
        if options.repair:
            self.repairs += 1
            return Plan(address, (*self.candidates, *self.guesses))
        await self.failed.wait()
        for _ in range(50):  # turns of the loop, in which the race gets to where it asks for other settings
            await asyncio.sleep(0)
        return Plan(address, self.candidates)


async def test_a_race_that_nobody_wants_leaves_no_servers_behind_to_be_offered(
    authority: Authority, certificate: Issued
) -> None:
    """What buttons a person is offered would depend on whether the guesses or the sources were quicker."""
    imap, smtp = Mail(Protocol.IMAP), Mail(Protocol.SMTP)
    async with (
        tls_server(imap, certificate, Security.TLS) as receiving,
        tls_server(smtp, certificate, Security.TLS) as sending,
    ):
        ours = candidate(receiving, Protocol.IMAP, Security.TLS)
        wrong_service = candidate(receiving, Protocol.SMTP, Security.TLS)
        sources = FoundWhileRepairing((ours, wrong_service), (ours, candidate(sending, Protocol.SMTP, Security.TLS)))
        session = new_session(authority, planner=sources)
        result = await session.check(ACCOUNT, listener=sources.told)
        await session.close()
    assert result.verdict is Verdict.WORKS
    assert sources.failed.is_set()
    assert result.plan is not None
    assert result.plan.candidates == sources.candidates
    assert sources.repairs == 0


class Late(Known):
    """Named servers that are found late: when `until` is set, or when repairs are looked for."""

    def __init__(
        self, guesses: tuple[ServerCandidate, ...], named: tuple[ServerCandidate, ...], until: asyncio.Event
    ) -> None:
        super().__init__(*(replace(one, source=Source.AUTOCONFIG) for one in named))
        self.guesses = tuple(replace(guess, source=Source.GUESS) for guess in guesses)
        self.until = until

    async def plan(self, address: Address, options: PlanOptions = ALL_SOURCES) -> Plan:
        if options.ask_nobody:
            return Plan(address, self.guesses)
        if options.repair:
            return Plan(address, (*self.candidates, *self.guesses))
        assert options.enough is not None
        waits = [asyncio.ensure_future(event.wait()) for event in (self.until, options.enough)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return Plan(address, self.candidates if self.until.is_set() else self.guesses)


async def test_where_guesses_lead_nowhere_the_sources_are_waited_for(authority: Authority, certificate: Issued) -> None:
    """What is published is no change to a name that nobody but the program thought of."""
    published = asyncio.Event()
    imap, smtp = Mail(Protocol.IMAP), Mail(Protocol.SMTP)
    async with served(certificate, imap, smtp) as (ours, theirs):
        nowhere = replace(theirs, port=1)
        named = (ours, replace(theirs, host="mail.example.org"))
        sources = Late((ours, nowhere), named, published)
        asyncio.get_running_loop().call_later(3 * SOURCES_S, published.set)
        session = new_session(authority, planner=sources)
        result = await session.check(ACCOUNT)
        await session.close()
    assert (result.verdict, result.diagnoses, result.fixes) == (Verdict.WORKS, (), ())
    assert result.plan is not None
    assert result.plan.candidates == sources.candidates


def _gone_after_the_sign_in() -> tuple[Mail, Mail]:
    """IMAP that works, and SMTP that hangs up once IMAP was signed in to: nobody is waited for any more by then."""
    signed_in = asyncio.Event()

    async def note(talk: Talk, line: bytes) -> bool:
        signed_in.set()
        return True

    async def hang_up(talk: Talk, line: bytes) -> None:
        await signed_in.wait()
        talk.close()
        raise EOFError

    return Mail(Protocol.IMAP, auth=note), Mail(Protocol.SMTP, greeting=hang_up)


@pytest.mark.parametrize("works", [True, False])
async def test_what_was_published_and_found_late_is_what_the_account_has(
    works: bool, authority: Authority, certificate: Issued
) -> None:
    """A guess fails after nobody was waited for any more: no fix is told, and a card is about the real server."""

    async def refuse(talk: Talk, line: bytes) -> bool | None:
        if works:
            return True
        await talk.send_raw(b"554 5.3.2 No service today\r\n")
        raise EOFError

    imap, guessed = _gone_after_the_sign_in()
    real = Mail(Protocol.SMTP, greeting=refuse)
    async with (
        tls_server(imap, certificate, Security.TLS) as receiving,
        tls_server(guessed, certificate, Security.TLS) as nobodys,
        tls_server(real, certificate, Security.TLS) as sending,
        asyncio.timeout(30),
    ):
        ours = candidate(receiving, Protocol.IMAP, Security.TLS)
        named = (ours, replace(candidate(sending, Protocol.SMTP, Security.TLS), host="mail.example.org"))
        sources = Late((ours, candidate(nobodys, Protocol.SMTP, Security.TLS)), named, asyncio.Event())
        session = new_session(authority, planner=sources)
        result = await session.check(ACCOUNT)
        await session.close()
    assert result.fixes == ()
    if works:
        assert (result.verdict, result.diagnoses) == (Verdict.WORKS, ())
    else:
        assert result.verdict is Verdict.FAILS
        assert result.diagnoses[0].server == str(named[1].endpoint)


async def test_a_guess_that_was_published_too_is_told_as_what_is_published(
    authority: Authority, certificate: Issued
) -> None:
    imap, smtp = _gone_after_the_sign_in()
    async with served(certificate, imap, smtp) as both:
        session = new_session(authority, planner=Late(both, both, asyncio.Event()))
        result = await session.check(ACCOUNT)
        await session.close()
    assert result.outgoing is not None
    assert result.outgoing.candidate.source is Source.AUTOCONFIG


async def test_a_server_that_has_worked_is_no_guess_when_it_is_gone(authority: Authority, certificate: Issued) -> None:
    """A saved account that was guessed once: its mail moved, which its owner's other programs do not know."""
    imap = Mail(Protocol.IMAP)
    async with tls_server(imap, certificate, Security.TLS) as receiving, asyncio.timeout(30):
        found = candidate(receiving, Protocol.IMAP, Security.TLS, source=Source.AUTOCONFIG)
        moved = replace(found, host="mail.example.org")
        async with tls_server(imap, certificate, Security.TLS) as before:
            saved = candidate(before, Protocol.IMAP, Security.TLS, source=Source.GUESS)
        session = new_session(authority, moved)
        account = replace(ACCOUNT, incoming=saved, wants_outgoing=False, worked_before=True)
        result = await session.check(account)
        await session.close()
    assert result.verdict is Verdict.WORKS_AFTER_FIX
    assert [fix.after.host for fix in result.fixes] == [moved.host]
