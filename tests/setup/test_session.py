"""A session's way on real and on scripted servers: checks, round trips, deadlines, cancellation, trust."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.lab.account import ADA
from tests.lab.certificates import Authority, Issued
from tests.lab.mail_server import MailServer
from tests.lab.scripted import Conversation as Talk
from tests.probe.issuer import Issuer, sha256_of
from tests.probe.talk import USER, Mail, candidate, say, tls_server
from tests.probe.test_cancel import CountingDialer
from tests.setup.accounts import draft, new_session
from tests.timing import assert_ended_by
from wizard import wiring
from wizard.diagnosis.meanings import our_meanings
from wizard.model.account import RoundTripStatus, Status, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis, Remedy, TrustCertificate
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ErrorKind, Outcome, Stage
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.setup.options import Options


def at(place: tuple[str, int], protocol: Protocol, security: Security) -> ServerCandidate:
    return ServerCandidate(protocol, place[0], place[1], security, ADA.address, Source.GIVEN, trusted=True)


def lab_account(server: MailServer, incoming: Protocol, *, implicit: bool) -> AccountDraft:
    security = Security.TLS if implicit else Security.STARTTLS
    places = {
        (Protocol.IMAP, True): server.imaps,
        (Protocol.IMAP, False): server.imap,
        (Protocol.POP3, True): server.pop3s,
        (Protocol.POP3, False): server.pop3,
    }
    receiving = at(places[incoming, implicit], incoming, security)
    sending = at(server.submissions if implicit else server.submission, Protocol.SMTP, security)
    return draft(receiving, sending, password=ADA.password, address=ADA.address)


@pytest.mark.slow
@pytest.mark.parametrize("incoming", [Protocol.IMAP, Protocol.POP3])
@pytest.mark.parametrize("implicit", [True, False])
async def test_a_round_trip_on_real_servers(
    incoming: Protocol, implicit: bool, mail_server: MailServer, authority: Authority
) -> None:
    session = new_session(authority)
    result = await session.check(lab_account(mail_server, incoming, implicit=implicit))
    assert result.verdict is Verdict.WORKS
    assert len(mail_server.auth_log()) == 2
    result = await session.send_test_message(result)
    assert result.round_trip.status is RoundTripStatus.ARRIVED
    assert result.round_trip.folder == "INBOX"
    assert len(mail_server.mailbox(ADA.address)) == 1
    if incoming is Protocol.IMAP:
        assert len(mail_server.auth_log()) == 2  # the lines of the check were used
    assert await session.delete_test_message(result)
    assert mail_server.mailbox(ADA.address) == []


async def test_a_message_to_somebody_else_is_sent_and_not_watched_for(
    mail_server: MailServer, authority: Authority
) -> None:
    session = new_session(authority)
    result = await session.check(lab_account(mail_server, Protocol.IMAP, implicit=True))
    result = await session.send_test_message(result, Address.parse("bob@example.org"))
    assert result.round_trip.status is RoundTripStatus.SENT
    assert result.verdict is Verdict.WORKS


async def test_one_press_sends_one_message_whatever_happens(authority: Authority, certificate: Issued) -> None:
    async def swallow(talk: Talk, line: bytes) -> None:
        await talk.send(b"354 go on")
        await talk.lines_until(b".")
        talk.close()
        raise EOFError

    smtp = Mail(Protocol.SMTP, data=swallow)
    async with tls_server(smtp, certificate, Security.TLS) as server:
        session = new_session(authority)
        result = await session.check(draft(None, candidate(server, Protocol.SMTP, Security.TLS)))
        result = await session.send_test_message(result)
    assert result.verdict is Verdict.UNDECIDED
    assert smtp.verbs.count("data") == 1
    failures = [item for item in result.timeline if item.outcome is Outcome.FAILED]
    assert [item.error for item in failures] == [ErrorKind.OUTCOME_UNKNOWN]


async def test_a_line_that_breaks_after_the_check_is_opened_anew_for_the_message(
    authority: Authority, certificate: Issued
) -> None:
    smtp = Mail(Protocol.SMTP, rset=say(b"", then="fin"))
    async with tls_server(smtp, certificate, Security.TLS) as server:
        session = new_session(authority)
        result = await session.check(draft(None, candidate(server, Protocol.SMTP, Security.TLS)))
        assert result.verdict is Verdict.WORKS
        result = await session.send_test_message(result)
    assert result.round_trip.status is RoundTripStatus.SENT
    assert smtp.verbs.count("data") == 1


@pytest.mark.parametrize("stage", ["greeting", "auth", "mail"])
async def test_the_deadline_leaves_what_was_seen_and_no_socket(
    stage: str, authority: Authority, certificate: Issued
) -> None:
    dialer = CountingDialer()
    mail = Mail(Protocol.SMTP, at={stage: say(b"", then="silence")})
    async with tls_server(mail, certificate, Security.TLS) as server:
        session = new_session(authority, options=Options(deadline_s=0.5), dialer=dialer)
        started = time.monotonic()
        result = await session.check(draft(None, candidate(server, Protocol.SMTP, Security.TLS)))
        assert_ended_by(started, 0.5)
        await asyncio.sleep(0)
        assert dialer.standing == 0
    assert result.verdict is Verdict.UNDECIDED
    assert any(item.outcome is Outcome.OK for item in result.timeline)
    likeliest = result.diagnoses[0]  # the stage it fell silent in, and no other
    assert likeliest.stage is {"greeting": Stage.GREETING, "auth": Stage.AUTH, "mail": Stage.ENVELOPE}[stage]
    assert likeliest.evidence[0].error is ErrorKind.SILENCE
    assert likeliest.cause not in ("unknown", "bad-credentials")
    assert result.sign_in_attempts == ({} if stage == "greeting" else {Protocol.SMTP: len(mail.sign_ins)})


@pytest.mark.parametrize("stage", ["greeting", "hello", "auth", "mail", "rcpt"])
@pytest.mark.parametrize("incoming", [Protocol.IMAP, Protocol.POP3])
async def test_a_cancelled_check_frees_all_sockets_in_half_a_second(
    stage: str, incoming: Protocol, authority: Authority, certificate: Issued
) -> None:
    silent = asyncio.Event()

    async def fall_silent(talk: Talk, line: bytes) -> None:
        silent.set()
        await asyncio.Event().wait()

    dialer = CountingDialer()
    receiving = Mail(incoming, at={stage: fall_silent} if stage in ("greeting", "hello", "auth") else {})
    sending = Mail(Protocol.SMTP, at={stage: fall_silent})
    async with (
        tls_server(receiving, certificate, Security.TLS) as one,
        tls_server(sending, certificate, Security.TLS) as two,
    ):
        session = new_session(authority, dialer=dialer)
        account = draft(candidate(one, incoming, Security.TLS), candidate(two, Protocol.SMTP, Security.TLS))
        task = asyncio.ensure_future(session.check(account))
        await silent.wait()
        started = time.monotonic()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        assert dialer.standing == 0
        assert_ended_by(started, 0.5)
        await session.close()


async def test_a_check_cancelled_when_all_is_proven_frees_all_sockets(
    authority: Authority, certificate: Issued
) -> None:
    """Between the last thing that is proven and the result: there is nobody who would close its lines."""
    heard = asyncio.Event()

    async def slowly(talk: Talk, line: bytes) -> bool:
        await asyncio.sleep(0.02)  # receiving is the last to be proven
        return True

    dialer = CountingDialer()
    async with (
        tls_server(Mail(Protocol.IMAP, at={"examine": slowly}), certificate, Security.TLS) as one,
        tls_server(Mail(Protocol.SMTP), certificate, Security.TLS) as two,
    ):
        account = draft(candidate(one, Protocol.IMAP, Security.TLS), candidate(two, Protocol.SMTP, Security.TLS))
        session = new_session(authority, dialer=dialer)
        checking = asyncio.create_task(session.check(account, listener=lambda _: heard.set()))
        await heard.wait()
        proving = next(task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__name__", "") == "_prove")
        proving.add_done_callback(lambda _: checking.cancel())
        await asyncio.wait([checking])
        assert checking.cancelled()
        assert not proving.cancelled()
        assert proving.exception() is None
        await asyncio.sleep(0)
        assert dialer.standing == 0


async def test_a_cancelled_test_message_frees_all_sockets(authority: Authority, certificate: Issued) -> None:
    silent = asyncio.Event()

    async def fall_silent(talk: Talk, line: bytes) -> None:
        silent.set()
        await asyncio.Event().wait()

    dialer = CountingDialer()
    async with (
        tls_server(Mail(Protocol.IMAP, list=fall_silent), certificate, Security.TLS) as one,
        tls_server(Mail(Protocol.SMTP), certificate, Security.TLS) as two,
    ):
        session = new_session(authority, dialer=dialer)
        account = draft(candidate(one, Protocol.IMAP, Security.TLS), candidate(two, Protocol.SMTP, Security.TLS))
        result = await session.check(account)
        assert result.verdict is Verdict.WORKS
        task = asyncio.ensure_future(session.send_test_message(result))
        await silent.wait()
        started = time.monotonic()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        assert dialer.standing == 0
        assert_ended_by(started, 0.5)


async def test_trusting_a_certificate_is_for_that_server_and_that_certificate(
    authority: Authority, tmp_path: Path
) -> None:
    issuer = Issuer(tmp_path)
    first, second = issuer.issue(self_signed=True), issuer.issue(self_signed=True)
    session = new_session(authority, options=Options(autofix=False))
    async with tls_server(Mail(Protocol.IMAP), first, Security.TLS) as server:
        account = draft(candidate(server, Protocol.IMAP, Security.TLS), None)
        refused = await session.check(account)
        assert refused.verdict is Verdict.FAILS
        diagnosis, remedy = _offer_of_trust(refused.diagnoses)
        assert remedy is not diagnosis.remedies[0]  # the last choice, never the first
        assert isinstance(remedy.action, TrustCertificate)
        assert remedy.action.sha256 == sha256_of(first)
        accepted = await session.check(session.apply(remedy, diagnosis, refused))
        assert accepted.verdict is Verdict.WORKS
        await session.close()
        port = server.port
    from tests.lab.scripted import ScriptedServer

    changed = Mail(Protocol.IMAP)
    async with ScriptedServer(changed, certificate=second, tls_at_start=True, port=port):
        result = await session.check(account)
    assert result.verdict is Verdict.FAILS
    assert changed.verbs == []
    assert all(not isinstance(one.action, TrustCertificate) for found in result.diagnoses for one in found.remedies)


def _offer_of_trust(diagnoses: tuple[Diagnosis, ...]) -> tuple[Diagnosis, Remedy]:
    return next(
        (diagnosis, remedy)
        for diagnosis in diagnoses
        for remedy in diagnosis.remedies
        if isinstance(remedy.action, TrustCertificate)
    )


async def test_one_host_never_sees_more_than_two_connections(authority: Authority, certificate: Issued) -> None:
    """A refused user name form, a port that is wrong and its spares, sending beside receiving: all on one host."""
    dialer = CountingDialer()
    imap = Mail(Protocol.IMAP, auth=say(b"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n"))
    async with (
        tls_server(imap, certificate, Security.TLS) as one,
        tls_server(Mail(Protocol.SMTP), certificate, Security.TLS) as two,
        tls_server(Mail(Protocol.SMTP), certificate, Security.STARTTLS) as three,
    ):
        receiving = candidate(one, Protocol.IMAP, Security.TLS)
        account = replace(
            draft(receiving, candidate(two, Protocol.SMTP, Security.STARTTLS)),
            outgoing_others=(candidate(three, Protocol.SMTP, Security.STARTTLS),),
            incoming_others=(replace(receiving, security=Security.STARTTLS),),
        )
        session = new_session(authority, dialer=dialer, options=Options(deadline_s=10))
        await session.check(account)
        await session.close()
    assert len(dialer.sockets) > 3
    assert dialer.most_at_once <= 2


async def test_without_a_sign_in_nothing_is_signed_in(authority: Authority, certificate: Issued) -> None:
    mail = Mail(Protocol.IMAP)
    async with tls_server(mail, certificate, Security.TLS) as server:
        session = new_session(authority, options=Options(sign_in=False))
        result = await session.check(draft(candidate(server, Protocol.IMAP, Security.TLS), None))
    assert result.incoming is not None
    assert result.incoming.status is Status.REACHED
    assert mail.sign_ins == []
    assert result.draft.address.wire == USER


def test_what_only_a_failure_needs_is_read_before_it_comes(authority: Authority) -> None:
    wiring._catalogue.cache_clear()
    our_meanings.cache_clear()
    new_session(authority).get_ready()
    assert wiring._catalogue.cache_info().currsize == our_meanings.cache_info().currsize == 1
