"""Silence, drip, breaks and floods: everything ends in time, with its memory bounded (T20 to T23, T36)."""

from __future__ import annotations

import asyncio
import time
import tracemalloc

import pytest

from tests.lab.certificates import Issued
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import (
    CREDENTIALS,
    PROTOCOLS,
    Mail,
    candidate,
    probe,
    say,
    tag_of,
    tls_server,
    until,
)
from tests.timing import assert_ended_by
from wizard.model.evidence import ErrorKind, Stage
from wizard.model.secret import Redactor
from wizard.model.server import Protocol, Security
from wizard.probe.connector import Network
from wizard.probe.conversation import Mailbox
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed

pytestmark = pytest.mark.slow

each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS)
STAGES = ("greeting", "hello", "starttls", "inside", "auth")
OPEN_S, SIGN_IN_S = 0.7, 0.5  # what short_limits sets
MIB = 1024 * 1024


def _mail(protocol: Protocol, stage: str, then: str) -> Mail:
    """A server that breaks off at the stage; "inside" is the first command within TLS."""
    if stage != "inside":
        return Mail(protocol, at={stage: say(b"", then=then)})

    async def hello(talk: Talk, line: bytes) -> bool | None:
        return await say(b"", then=then)(talk, line) if talk.encrypted else True

    return Mail(protocol, hello=hello)


@each_protocol
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("then", ["fin", "rst"])
@pytest.mark.usefixtures("short_limits")
async def test_a_break_at_any_stage_is_named(
    protocol: Protocol, stage: str, then: str, network: Network, certificate: Issued
) -> None:
    async with tls_server(_mail(protocol, stage, then), certificate, Security.STARTTLS) as server:
        report = await probe(candidate(server, protocol), network)
    assert report.failure is not None
    # Between STARTTLS and its answer the line ends in the stage of the switch.
    expected = (Stage.TLS, ErrorKind.TLS_HANDSHAKE) if stage == "starttls" else (
        Stage.AUTH if stage == "auth" else Stage.GREETING,
        ErrorKind.CONNECTION_DROPPED,
    )  # fmt: skip
    assert (report.failure.stage, report.failure.error) == expected


@each_protocol
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.usefixtures("short_limits")
async def test_silence_at_any_stage_ends_at_the_deadline(
    protocol: Protocol, stage: str, network: Network, certificate: Issued
) -> None:
    async with tls_server(_mail(protocol, stage, "silence"), certificate, Security.STARTTLS) as server:
        started = time.monotonic()
        report = await probe(candidate(server, protocol), network)
        assert_ended_by(started, SIGN_IN_S if stage == "auth" else OPEN_S)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.SILENCE


@each_protocol
@pytest.mark.parametrize("stage", ["greeting", "auth"])
@pytest.mark.usefixtures("short_limits")
async def test_a_byte_now_and_then_does_not_move_the_deadline(
    protocol: Protocol, stage: str, network: Network, certificate: Issued
) -> None:
    begins = {Protocol.SMTP: b"220 ", Protocol.IMAP: b"* OK ", Protocol.POP3: b"+OK "}[protocol]

    async def drip(talk: Talk, line: bytes) -> None:
        await talk.drip(begins + b"m" * 10_000, 0.05)

    async with tls_server(Mail(protocol, at={stage: drip}), certificate, Security.TLS) as server:
        started = time.monotonic()
        report = await probe(candidate(server, protocol, Security.TLS), network)
        assert_ended_by(started, SIGN_IN_S if stage == "auth" else OPEN_S)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.SILENCE


@each_protocol
@pytest.mark.usefixtures("short_limits")
async def test_one_reply_after_the_other_does_not_move_the_deadline(protocol: Protocol, network: Network) -> None:
    """A timeout per reply would be renewed by each of these."""
    part = {Protocol.SMTP: b"220-wait\r\n", Protocol.IMAP: b"* OK wait\r\n", Protocol.POP3: b"X wait\r\n"}[protocol]

    async def tarpit(talk: Talk, line: bytes) -> None:
        if protocol is not Protocol.SMTP:
            await talk.send_raw(b"+OK\r\n" if protocol is Protocol.POP3 else b"")
        while True:
            await talk.send_raw(part)
            await asyncio.sleep(0.1)

    stage = "greeting" if protocol is Protocol.SMTP else "hello"
    async with ScriptedServer(Mail(protocol, at={stage: tarpit})) as server:
        started = time.monotonic()
        report = await probe(candidate(server, protocol), network)
        assert_ended_by(started, OPEN_S)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.SILENCE


def _floods(protocol: Protocol) -> dict[str, tuple[str, bytes]]:
    """What is repeated without end, and at which stage."""
    line = {
        Protocol.SMTP: b"250-" + b"x" * 60 + b"\r\n",
        Protocol.IMAP: b"* XFLOOD " + b"x" * 60 + b"\r\n",
        Protocol.POP3: b"X" + b"x" * 60 + b"\r\n",
    }[protocol]
    floods = {
        "endless-line-in-greeting": ("greeting", b"x" * 65536),
        "endless-line-in-offer": ("hello", b"x" * 65536),
        "endless-offer": ("hello", line * 1000),
        "endless-answer-to-sign-in": ("auth", line * 1000),
        "empty-lines": ("hello", b"\r\n" * 30_000),
    }
    if protocol is Protocol.IMAP:
        floods["literals"] = ("hello", b"* X {60000}\r\n" + b"x" * 60_000 + b"\r\n")
        floods["huge-literal"] = ("hello", b"* X {4294967296}\r\n" + b"x" * 65536)
    return floods


CASES = [(protocol, name) for protocol in PROTOCOLS for name in _floods(protocol)]


@pytest.mark.parametrize(("protocol", "name"), CASES, ids=[f"{protocol}-{name}" for protocol, name in CASES])
@pytest.mark.usefixtures("short_limits")
async def test_a_flood_is_cut_off_and_memory_stays_flat(
    protocol: Protocol, name: str, network: Network, certificate: Issued
) -> None:
    stage, piece = _floods(protocol)[name]
    sent = 0

    async def flood(talk: Talk, line: bytes) -> None:
        nonlocal sent
        if protocol is Protocol.POP3 and stage == "hello":
            await talk.send_raw(b"+OK\r\n")
        while True:
            await talk.send_raw(piece)
            sent += len(piece)

    async with tls_server(Mail(protocol, at={stage: flood}), certificate, Security.TLS) as server:
        target = candidate(server, protocol, Security.TLS)
        await probe(target, network, sign_in=False)  # what is imported and cached at first is not the flood's
        tracemalloc.start()
        try:
            report = await probe(target, network)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert report.failure is not None
    assert report.failure.error in (ErrorKind.PROTOCOL_ERROR, ErrorKind.NOT_MAIL, ErrorKind.SILENCE)
    assert sent > 0
    assert peak <= 8 * MIB


@pytest.mark.parametrize("verb", ["list", "examine", "uid"])
@pytest.mark.usefixtures("short_limits")
async def test_a_flood_while_the_message_is_looked_for_ends_the_watch(
    verb: str, network: Network, certificate: Issued
) -> None:
    async def flood(talk: Talk, line: bytes) -> None:
        while True:
            await talk.send_raw(b'* LIST () "/" ' + b"x" * 60 + b"\r\n")

    async with tls_server(Mail(Protocol.IMAP, at={verb: flood}), certificate, Security.TLS) as server:
        conversation = Prober(network, Redactor((), ())).conversation(candidate(server, Protocol.IMAP, Security.TLS))
        assert isinstance(conversation, Mailbox)
        try:
            await conversation.open()
            await conversation.sign_in(CREDENTIALS)
            with pytest.raises(StageFailed) as failed:
                await conversation.find_message("TOKEN")
        finally:
            conversation.abort()
    assert (failed.value.stage, failed.value.kind) == (Stage.ARRIVAL, ErrorKind.PROTOCOL_ERROR)


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
@pytest.mark.parametrize("then", ["silence", "fin"])
@pytest.mark.usefixtures("short_limits")
async def test_looking_and_deleting_end_in_time(
    protocol: Protocol, then: str, network: Network, certificate: Issued
) -> None:
    quiet = say(b"", then=then)
    async with tls_server(
        Mail(protocol, examine=quiet, stat=quiet, hello=_with_uidplus), certificate, Security.TLS
    ) as server:
        conversation = Prober(network, Redactor((), ())).conversation(candidate(server, protocol, Security.TLS))
        assert isinstance(conversation, Mailbox)
        try:
            await conversation.open()
            await conversation.sign_in(CREDENTIALS)
            started = time.monotonic()
            with pytest.raises(StageFailed):
                await conversation.delete_message("TOKEN", "INBOX")
            assert_ended_by(started, SIGN_IN_S)
        finally:
            conversation.abort()


async def _with_uidplus(talk: Talk, line: bytes) -> bool | None:
    if b"CAPABILITY" not in line:
        return True
    await talk.send_raw(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS\r\n" + tag_of(line) + b" OK\r\n")
    return None


async def test_a_mailbox_of_thousands_is_no_flood(network: Network, certificate: Issued) -> None:
    async def stat(talk: Talk, line: bytes) -> None:
        await talk.send(b"+OK 250000 99999999")

    async def top(talk: Talk, line: bytes) -> None:
        subject = b"Subject: TOKEN" if line == b"TOP 249999 0" else b"Subject: other"
        await talk.send(b"+OK", subject, b"", b".")

    async with tls_server(Mail(Protocol.POP3, stat=stat, top=top), certificate, Security.TLS) as server:
        conversation = Prober(network, Redactor((), ())).conversation(candidate(server, Protocol.POP3, Security.TLS))
        assert isinstance(conversation, Mailbox)
        try:
            await conversation.open()
            await conversation.sign_in(CREDENTIALS)
            header = await conversation.find_message("TOKEN")
        finally:
            conversation.abort()
    assert header is not None


@each_protocol
async def test_a_peer_that_ignores_the_goodbye_does_not_hold_the_socket(
    protocol: Protocol, network: Network, certificate: Issued
) -> None:
    """No answer to QUIT, none to close_notify: the server's side of the line never closes by itself."""
    gone = asyncio.Event()

    async def deaf(talk: Talk, line: bytes) -> None:
        talk._writer.transport.pause_reading()  # type: ignore[attr-defined]
        await gone.wait()

    async with tls_server(Mail(protocol, quit=deaf), certificate, Security.TLS) as server:
        conversation = Prober(network, Redactor((), ())).conversation(candidate(server, protocol, Security.TLS))
        await conversation.open()
        await conversation.sign_in(CREDENTIALS)
        assert conversation.connector.wire is not None
        assert conversation.connector.wire.transport is not None
        sock = conversation.connector.wire.transport.get_extra_info("socket")
        started = time.monotonic()
        await conversation.close()
        await until(lambda: sock.fileno() == -1, 2.0)
        assert_ended_by(started, 0.5)
        gone.set()
