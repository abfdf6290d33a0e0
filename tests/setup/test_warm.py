"""Lines that are opened while the password is typed: what a check gains by them, and what nobody may lose."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import PASSWORD, USER, Mail, candidate, no, secrets_in, tls_server, until
from tests.setup.accounts import draft, new_session
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.evidence import Outcome, Stage
from wizard.model.progress import Progress
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source, Way
from wizard.setup import warm
from wizard.setup.options import Options
from wizard.setup.session import SetupSession

ADDRESS = Address.parse(USER)
ACCOUNT = AccountDraft(ADDRESS, secret=Secret(PASSWORD))


@dataclass
class Server:
    """A scripted server of one side, and the candidate that leads to it."""

    mail: Mail
    at: ScriptedServer
    candidate: ServerCandidate

    @property
    def lines(self) -> list[Talk]:
        """The connections it saw."""
        return self.at.conversations


@dataclass
class Account:
    """Both servers, and a session that finds them."""

    session: SetupSession
    receiving: Server
    sending: Server

    def warm(self) -> dict[Way, Any]:
        """What would be gone on with if the button was pressed now."""
        lines = self.session._warm
        return {way: one for way, one in lines._sides.items() if lines._is_good(way, one)} if lines is not None else {}

    async def typed(self) -> None:
        """The address was typed; the password takes longer than the servers."""
        await self.session.prepare(ADDRESS)
        await until(lambda: len(self.warm()) == 2)

    async def press(self, account: AccountDraft = ACCOUNT, **known: Any) -> CheckResult:
        """The button, with the plan that the window has by then."""
        return await self.session.check(account, plan=await self.session.discover(ADDRESS), **known)

    async def until_nobody_is_connected(self) -> None:
        """All lines are gone, at the servers' end."""
        await until(lambda: not self.receiving.at._playing and not self.sending.at._playing)


@asynccontextmanager
async def account(
    authority: Authority,
    certificate: Issued,
    *,
    receiving: Mail | None = None,
    sending: Mail | None = None,
    security: Security = Security.TLS,
    options: Options | None = None,
    domain: str = "example.org",
) -> AsyncIterator[Account]:
    async with AsyncExitStack() as stack:
        servers = []
        for mail, name in ((receiving or Mail(Protocol.IMAP), "imap"), (sending or Mail(Protocol.SMTP), "smtp")):
            server = await stack.enter_async_context(tls_server(mail, certificate, security))
            where = candidate(server, mail.protocol, security, host=f"{name}.{domain}", source=Source.AUTOCONFIG)
            servers.append(Server(mail, server, where))
        session = new_session(authority, *(server.candidate for server in servers), options=options)
        stack.push_async_callback(session.close)
        yield Account(session, *servers)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
async def test_the_press_costs_the_sign_in_alone(
    authority: Authority, certificate: Issued, protocol: Protocol, security: Security
) -> None:
    heard: list[Progress] = []
    async with account(authority, certificate, receiving=Mail(protocol), security=security) as mine:
        await mine.typed()
        said_before = [len(server.mail.verbs) for server in (mine.receiving, mine.sending)]
        assert "auth" not in mine.receiving.mail.verbs + mine.sending.mail.verbs
        result = await mine.press(listener=heard.append)
        for server, count in zip((mine.receiving, mine.sending), said_before, strict=True):
            assert server.mail.verbs[count] == "auth"
            assert len(server.lines) == 1
    assert result.verdict is Verdict.WORKS
    assert result.sign_in_attempts == {protocol: 1, Protocol.SMTP: 1}
    # What was seen before the press is in the result like all else, in order, and whoever watches hears of it.
    assert [item.t_s for item in result.timeline] == sorted(item.t_s for item in result.timeline)
    for one in (protocol, Protocol.SMTP):
        passed = [item.stage for item in result.timeline if item.protocol is one and item.outcome is Outcome.OK]
        told = [item.stage for item in heard if item.protocol is one and item.outcome is Outcome.OK]
        assert passed == told
        assert passed[:2] == [Stage.DNS, Stage.CONNECT]
        assert {Stage.TLS, Stage.GREETING} == set(passed[2 : passed.index(Stage.AUTH)])
    assert {report.candidate.host for report in result.reports} == {"imap.example.org", "smtp.example.org"}


async def test_nothing_private_is_said_before_the_press(authority: Authority, certificate: Issued) -> None:
    async with account(authority, certificate) as mine:
        await mine.typed()
        assert mine.receiving.at.received == b"A1 CAPABILITY\r\n"
        assert mine.sending.at.received == b"EHLO [127.0.0.1]\r\n"
        result = await mine.press()
    assert result.verdict is Verdict.WORKS


ENDS: dict[str, Callable[[Talk, Protocol], Awaitable[None]]] = {}


def ends(how: Callable[[Talk, Protocol], Awaitable[None]]) -> Callable[[Talk, Protocol], Awaitable[None]]:
    """One way in which a server is rid of who says nothing."""
    ENDS[how.__name__.replace("_", " ")] = how
    return how


@ends
async def words_and_the_end(talk: Talk, protocol: Protocol) -> None:
    await talk.send(b"421 4.4.2 Error: timeout exceeded" if protocol is Protocol.SMTP else b"* BYE Autologout")
    talk.close()


@ends
async def words_alone(talk: Talk, protocol: Protocol) -> None:
    await talk.send(b"421 4.4.2 Error: timeout exceeded" if protocol is Protocol.SMTP else b"* BYE Autologout")


@ends
async def the_end_alone(talk: Talk, protocol: Protocol) -> None:
    talk.close()


@ends
async def a_reset(talk: Talk, protocol: Protocol) -> None:
    talk.reset()


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("way", Way)
async def test_a_server_that_ends_idle_lines_costs_nothing_but_a_new_one(
    authority: Authority, certificate: Issued, how: str, way: Way
) -> None:
    async with account(authority, certificate) as mine:
        await mine.typed()
        impatient = mine.sending if way is Way.SENDING else mine.receiving
        await ENDS[how](impatient.lines[0], impatient.mail.protocol)
        await until(lambda: way not in mine.warm())
        result = await mine.press()
        assert result.verdict is Verdict.WORKS
        assert not result.diagnoses + result.fixes
        assert sum(result.sign_in_attempts.values()) == 2
        assert len(impatient.lines) == 2
        assert len(impatient.mail.sign_ins) == 1
    # It stands nowhere: nothing went wrong.
    assert all(item.outcome is Outcome.OK for item in result.timeline)
    assert not any("421" in line or "BYE" in line for report in result.reports for line in report.transcript)


async def test_a_line_is_asked_whether_it_still_answers_and_given_up_where_not(
    authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "STILL_THERE_S", 0.05)

    async def refuses(talk: Talk, line: bytes) -> bool:
        await talk.send_raw(no(Protocol.SMTP, line, b"5.5.2 what?", 502))
        return False

    async with account(authority, certificate, sending=Mail(Protocol.SMTP, other=refuses)) as mine:
        await mine.session.prepare(ADDRESS)
        await until(lambda: mine.sending.mail.verbs[-2:] == ["other", "quit"])
        await until(lambda: mine.receiving.mail.verbs.count("other") > 2 and Way.RECEIVING in mine.warm())
        assert b"NOOP\r\n" in mine.sending.at.received
        assert b"A2 NOOP\r\n" in mine.receiving.at.received
        result = await mine.press()
        assert (len(mine.receiving.lines), len(mine.sending.lines)) == (1, 2)
    assert result.verdict is Verdict.WORKS


async def test_no_line_is_kept_for_longer_than_a_minute(
    authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert warm.WARM_S == 60
    monkeypatch.setattr(warm, "WARM_S", 0.2)
    async with account(authority, certificate) as mine:
        await mine.session.prepare(ADDRESS)
        await until(lambda: mine.receiving.mail.verbs[-1:] == mine.sending.mail.verbs[-1:] == ["quit"])
        await mine.until_nobody_is_connected()
        assert not mine.warm()
        result = await mine.press()
    assert result.verdict is Verdict.WORKS


@pytest.mark.parametrize("options", [Options(), Options(ask_nobody=True), Options(offline=True)])
async def test_who_wants_nobody_asked_has_no_line_opened(
    authority: Authority, certificate: Issued, options: Options
) -> None:
    async with account(authority, certificate, options=options) as mine:
        await mine.session.prepare(ADDRESS, ask_nobody=options == Options())
        assert mine.session._warm is not None
        assert mine.session._warm._keeping is None
        result = await mine.press(replace(ACCOUNT, ask_nobody=True))
        assert result.verdict is Verdict.WORKS
        assert (len(mine.receiving.lines), len(mine.sending.lines)) == (1, 1)


async def test_a_server_that_needs_a_yes_is_not_dialled_before(authority: Authority, certificate: Issued) -> None:
    async with account(authority, certificate, domain="example.net") as mine:
        await mine.session.prepare(ADDRESS)
        await asyncio.sleep(0)
        assert mine.session._warm is not None
        await until(lambda: mine.session._warm._keeping.done())  # type: ignore[union-attr]
        assert not mine.receiving.lines + mine.sending.lines


async def test_another_address_a_closed_session_and_a_cancelled_press_leave_no_line(
    authority: Authority, certificate: Issued
) -> None:
    async def silent(talk: Talk, line: bytes) -> bool:
        await talk.silence()
        return False

    async with account(authority, certificate) as mine:
        await mine.typed()
        await mine.session.prepare(Address.parse("ada@example.net"))
        await mine.until_nobody_is_connected()
        assert mine.receiving.mail.verbs[-1:] == mine.sending.mail.verbs[-1:] == ["quit"]
        await mine.typed()
        kept = [mine.warm()[way].winner.conversation for way in Way]
        await mine.session.check(replace(ACCOUNT, address=Address.parse("ada@example.net"), ask_nobody=True), plan=None)
        assert not any(conversation.is_open for conversation in kept)
        await mine.until_nobody_is_connected()
        await mine.typed()
        await mine.session.close()
        await mine.until_nobody_is_connected()
        await mine.typed()
        mine.receiving.mail.hooks["auth"] = silent
        pressed = asyncio.ensure_future(mine.press())
        await until(lambda: len(mine.receiving.mail.sign_ins) == 1)
        pressed.cancel()
        await asyncio.wait([pressed])
        await mine.until_nobody_is_connected()


async def test_lines_to_other_servers_than_are_wanted_are_ended_and_in_no_report(
    authority: Authority, certificate: Issued
) -> None:
    other = Mail(Protocol.SMTP)
    async with account(authority, certificate) as mine, tls_server(other, certificate, Security.TLS) as server:
        await mine.typed()
        given = candidate(server, Protocol.SMTP, Security.TLS, host="mail.example.org")
        result = await mine.press(replace(ACCOUNT, outgoing=given))
        assert result.verdict is Verdict.WORKS
        assert mine.sending.mail.sign_ins == []
        assert (len(mine.receiving.lines), len(mine.sending.lines), len(server.conversations)) == (1, 1, 1)
    assert {report.candidate.host for report in result.reports} == {"imap.example.org", "mail.example.org"}


async def test_the_user_name_that_was_said_since_signs_in(authority: Authority, certificate: Issued) -> None:
    async with account(authority, certificate) as mine:
        await mine.typed()
        result = await mine.press(replace(ACCOUNT, username="lovelace", outgoing_username="lovelace"))
        assert (len(mine.receiving.lines), len(mine.sending.lines)) == (1, 1)
    assert result.verdict is Verdict.WORKS
    assert [side.candidate.username for side in (result.incoming, result.outgoing) if side] == ["lovelace"] * 2


async def test_a_refused_password_is_told_as_ever_and_counted_once(authority: Authority, certificate: Issued) -> None:
    async def refuse(talk: Talk, line: bytes) -> bool:
        await talk.send_raw(no(mail.protocol, line))
        return False

    mail = Mail(Protocol.IMAP, auth=refuse)
    results = []
    for is_warm in (False, True):
        async with account(authority, certificate, receiving=mail) as mine:
            if is_warm:
                await mine.typed()
            results.append(await mine.press())
    cold, warmed = results
    assert cold.verdict is warmed.verdict is Verdict.FAILS
    assert [one.cause for one in cold.diagnoses] == [one.cause for one in warmed.diagnoses]
    assert cold.sign_in_attempts == warmed.sign_in_attempts
    for report in warmed.reports:
        assert not secrets_in("\n".join(report.transcript).encode())


async def test_a_password_the_server_knew_before_the_press_is_masked_as_ever(
    authority: Authority, certificate: Issued
) -> None:
    async def hello(talk: Talk, line: bytes) -> bool:
        await talk.send(f"250-mail.example.org {PASSWORD}".encode(), b"250 AUTH PLAIN")
        return False

    async with account(authority, certificate, sending=Mail(Protocol.SMTP, hello=hello)) as mine:
        await mine.typed()
        result = await mine.press()
        assert len(mine.sending.lines) == 1
    assert result.verdict is Verdict.WORKS
    told = [line for report in result.reports for line in report.transcript if "mail.example.org" in line]
    assert told == ["   0.000 S: 220 mail.example.org ESMTP", "   0.000 S: 250 mail.example.org ***"]
    assert PASSWORD not in repr(result)


async def test_a_press_in_the_middle_of_it_is_a_press_as_ever(authority: Authority, certificate: Issued) -> None:
    hold = asyncio.Event()

    async def slow(talk: Talk, line: bytes) -> bool:
        await hold.wait()
        return True

    async with account(authority, certificate, sending=Mail(Protocol.SMTP, greeting=slow)) as mine:
        await mine.session.prepare(ADDRESS)
        await until(lambda: Way.RECEIVING in mine.warm() and len(mine.sending.lines) == 1)
        pressed = asyncio.ensure_future(mine.press())
        await until(lambda: len(mine.sending.lines) == 2)
        hold.set()
        result = await pressed
        assert result.verdict is Verdict.WORKS
        assert (len(mine.receiving.lines), len(mine.sending.lines)) == (1, 2)
    assert len([report for report in result.reports if report.candidate.way is Way.SENDING]) == 1


async def test_a_check_that_began_first_has_no_line_opened_beside_it(authority: Authority, certificate: Issued) -> None:
    async with account(authority, certificate) as mine:
        looked_up = asyncio.ensure_future(mine.session.prepare(ADDRESS))
        await asyncio.sleep(0)
        result = await mine.session.check(ACCOUNT)
        await looked_up
        assert (len(mine.receiving.lines), len(mine.sending.lines)) == (1, 1)
    assert result.verdict is Verdict.WORKS


async def test_both_sides_at_one_host_take_the_two_connections_it_has(
    authority: Authority, certificate: Issued
) -> None:
    both = [Mail(Protocol.IMAP), Mail(Protocol.SMTP)]
    async with (
        tls_server(both[0], certificate, Security.TLS) as receiving,
        tls_server(both[1], certificate, Security.TLS) as sending,
    ):
        found = [
            candidate(server, mail.protocol, Security.TLS, host="mail.example.org", source=Source.AUTOCONFIG)
            for server, mail in zip((receiving, sending), both, strict=True)
        ]
        session = new_session(authority, *found)
        await session.prepare(ADDRESS)
        await until(lambda: session._warm is not None and len(session._warm._sides) == 2)
        elsewhere = replace(found[1], username="lovelace", source=Source.GIVEN)
        result = await session.check(draft(found[0], elsewhere))
        await session.close()
        assert [len(server.conversations) for server in (receiving, sending)] == [1, 1]
    assert result.verdict is Verdict.WORKS
