"""Whatever bytes come in whatever pieces: no uncaught exception, and the pieces make no difference (promise 16).

The suite tries 300 streams per parser; with MAILWRIGHT_FUZZ=10000 in the environment it tries as many as that.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wizard.model.account import RoundTrip
from wizard.model.evidence import ErrorKind, ProbeReport
from wizard.model.secret import Redactor, Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.model.text import inert
from wizard.net.tls import Trust
from wizard.probe.connector import Network, Wire
from wizard.probe.conversation import Conversation, Mailbox, Outbox, Terms
from wizard.probe.credentials import Credentials
from wizard.probe.error_kinds import Oversized, StageFailed
from wizard.probe.imap import ImapConversation
from wizard.probe.line import MAX_LINE, Line
from wizard.probe.permits import Permits
from wizard.probe.pop3 import Pop3Conversation
from wizard.probe.recorder import Recorder, RunClock
from wizard.probe.smtp import SmtpConversation
from wizard.probe.smtp_wire import SmtpWire
from wizard.setup.message import read_arrival

pytestmark = pytest.mark.slow

quick = settings(
    max_examples=int(os.environ.get("MAILWRIGHT_FUZZ", "300")),
    deadline=None,
    derandomize="MAILWRIGHT_FUZZ" not in os.environ,
    suppress_health_check=list(HealthCheck),
)

WORDS = [
    b"\r\n", b"\n", b" ", b"-", b"220 hi\r\n", b"250-x\r\n", b"250 AUTH PLAIN\r\n", b"250 ok\r\n", b"235 ok\r\n",
    b"334 \r\n", b"535 5.7.8 no\r\n", b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\n",
    b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", b"A1 OK done\r\n", b"A2 OK done\r\n",
    b"A2 NO [AUTHENTICATIONFAILED] no\r\n", b"A3 OK\r\n", b"* BYE\r\n", b"+ \r\n", b"+\r\n",
    b'* LIST (\\Junk) "/" Junk\r\n', b"* SEARCH 1 2\r\n", b"{3}\r\nabc\r\n", b"{99999}\r\n", b"{9999999999}\r\n",
    b"+OK hi <1@x>\r\n", b"+OK\r\n", b"-ERR no\r\n", b"SASL PLAIN\r\n", b".\r\n", b"+OK 3 99\r\n", b"\x00\xff\xfe",
    b"\xed\xa0\x80", b"x" * 9000, b"9" * 300,
]  # fmt: skip
streams = st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=40)), max_size=14).map(b"".join)
cuts = st.lists(st.integers(min_value=0, max_value=4000), max_size=8)


class Deaf(asyncio.Transport):
    """Takes what is written and forgets it."""

    def __init__(self) -> None:
        super().__init__()
        self._closing = False

    def write(self, data: object) -> None:
        pass

    def is_closing(self) -> bool:
        return self._closing

    def abort(self) -> None:
        self._closing = True

    def close(self) -> None:
        self._closing = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def _pieces(stream: bytes, at: list[int]) -> list[bytes]:
    marks = [0, *sorted(mark % (len(stream) + 1) for mark in at), len(stream)]
    return [stream[start:end] for start, end in pairwise(marks) if start < end]


async def _lines(pieces: list[bytes]) -> list[bytes | str]:
    line = Line()
    line.connection_made(Deaf())
    read: list[bytes | str] = []

    async def take() -> None:
        try:
            while True:
                text = await line.readline()
                read.append(text)
                if text.endswith(b"}") and text[-4:-1].isdigit():
                    read.append(await line.readexactly(int(text[-4:-1])))
        except (EOFError, Oversized) as error:
            read.append(type(error).__name__)

    task = asyncio.ensure_future(take())
    for piece in pieces:
        line.data_received(piece)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    line.eof_received()
    await task
    return read


@quick
@given(streams, cuts)
def test_lines_are_the_same_in_any_pieces(stream: bytes, at: list[int]) -> None:
    whole = asyncio.run(_lines([stream]))
    assert asyncio.run(_lines(_pieces(stream, at))) == whole
    assert all(len(item) <= MAX_LINE for item in whole)


class _Fed:
    """A conversation whose line is fed by the test instead of a socket."""

    def __init__(self, kind: Callable[..., Conversation], protocol: Protocol, wire: Wire) -> None:
        candidate = ServerCandidate(protocol, "mail.example.org", 1, Security.TLS, "ada", Source.GIVEN, trusted=True)
        self.recorder = Recorder(candidate, RunClock(), lambda _: None, Redactor((Secret("secret"),), ("ada",)))
        self.conversation = kind(candidate, Terms(Network(None, Trust()), self.recorder, Permits()))  # type: ignore[arg-type]
        self.conversation.connector.wire = wire
        self.conversation.connector.is_encrypted = True
        self.wire = wire


async def _report(protocol: Protocol, pieces: list[bytes]) -> ProbeReport:
    wire: Line | SmtpWire = SmtpWire() if protocol is Protocol.SMTP else Line()
    kind = {Protocol.SMTP: SmtpConversation, Protocol.IMAP: ImapConversation, Protocol.POP3: Pop3Conversation}[protocol]
    fed = _Fed(kind, protocol, wire)
    wire.connection_made(Deaf())
    conversation = fed.conversation

    async def connect() -> None:
        return None

    conversation.connector.connect = connect  # type: ignore[method-assign]

    async def talk() -> None:
        try:
            await conversation.open()
            await conversation.sign_in(Credentials("ada", Secret("secret")))
            if isinstance(conversation, Mailbox):
                found = await conversation.find_message("TOKEN")
                if found is not None:
                    read_arrival(found.header, found.folder, is_junk=found.is_junk, sent=RoundTrip())
            elif isinstance(conversation, Outbox):
                await conversation.try_envelope("ada@example.org", "ada@example.org")
        except StageFailed:
            pass

    task = asyncio.ensure_future(talk())
    for piece in pieces:
        await _settled()
        wire.data_received(piece)
    await _settled()
    wire.eof_received()
    wire.connection_lost(None)
    await task
    return fed.recorder.report()


async def _settled() -> None:
    for _ in range(12):
        await asyncio.sleep(0)


def _shown(report: ProbeReport) -> list[object]:
    return [(item.stage, item.outcome, item.error, item.reply, item.capabilities) for item in report.evidence]


def _check(protocol: Protocol, stream: bytes, at: list[int], *, compare: bool) -> None:
    report = asyncio.run(_report(protocol, _pieces(stream, at)))
    kinds = [item.error for item in report.evidence]
    assert ErrorKind.INTERNAL not in kinds
    assert all(inert(line) == line for line in report.transcript)
    if compare:
        assert _shown(asyncio.run(_report(protocol, [stream] if stream else []))) == _shown(report)


@quick
@given(streams, cuts)
def test_imap_answers(stream: bytes, at: list[int]) -> None:
    _check(Protocol.IMAP, stream, at, compare=True)


@quick
@given(streams, cuts)
def test_pop3_answers(stream: bytes, at: list[int]) -> None:
    _check(Protocol.POP3, stream, at, compare=True)


@quick
@given(streams, cuts)
def test_smtp_answers(stream: bytes, at: list[int]) -> None:
    """What comes before it was asked for is dropped here (T03), so that pieces do make a difference between replies."""
    _check(Protocol.SMTP, stream, at, compare=False)


replies = st.tuples(
    st.integers(min_value=200, max_value=599), st.lists(st.text("abc =.-", max_size=30), min_size=1, max_size=6)
)


@quick
@given(replies, cuts)
def test_one_smtp_reply_is_the_same_in_any_pieces(reply: tuple[int, list[str]], at: list[int]) -> None:
    code, texts = reply
    last = len(texts) - 1
    data = b"".join(f"{code}{'-' if index < last else ' '}{text}\r\n".encode() for index, text in enumerate(texts))

    async def read(pieces: list[bytes]) -> tuple[int, str]:
        wire = SmtpWire()
        wire.connection_made(Deaf())
        task = asyncio.ensure_future(wire.read_response())
        for piece in pieces:
            await asyncio.sleep(0)
            wire.data_received(piece)
        response = await task
        return response.code, response.message

    assert asyncio.run(read(_pieces(data, at))) == asyncio.run(read([data]))
