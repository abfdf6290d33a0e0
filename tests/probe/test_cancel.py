"""Cancelled anywhere, a probe leaves nothing behind; a host sees two connections at most (promises 5, 15)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tests.lab.certificates import Issued
from tests.lab.scripted import ScriptedServer
from tests.probe.issuer import Issuer
from tests.probe.talk import CREDENTIALS, PROTOCOLS, Mail, Names, candidate, say, talk_to, tls_server
from tests.timing import assert_ended_by
from wizard.model.evidence import ErrorKind
from wizard.model.secret import Redactor
from wizard.model.server import Protocol, Security
from wizard.net.dial import Dialed, SystemDialer
from wizard.net.tls import Trust
from wizard.probe.connector import Network
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed
from wizard.probe.permits import PER_HOST, PER_RUN, Permits

each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS)


class CountingDialer:
    """The system's dialer, with every socket it made kept for counting."""

    def __init__(self) -> None:
        self._dialer = SystemDialer(Names(), lab=True)
        self.sockets: list[socket.socket] = []
        self.most_at_once = 0

    @property
    def standing(self) -> int:
        """Connections that were not closed yet."""
        return sum(sock.fileno() != -1 for sock in self.sockets)

    async def dial(
        self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
    ) -> Dialed:
        dialed = await self._dialer.dial(host, port, given=given, on_found=on_found)
        self.sockets.append(dialed.sock)
        self.most_at_once = max(self.most_at_once, self.standing)
        return dialed


@each_protocol
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_cancelled_at_any_step_nothing_is_left(
    protocol: Protocol, security: Security, network: Network, certificate: Issued
) -> None:
    """The loop runs `steps` times before the cancellation, so that every await of the way is met once."""
    dialer = CountingDialer()
    counted = Network(dialer, network.trust)
    async with tls_server(Mail(protocol), certificate, security) as server:
        steps, finished = 0, False
        while not finished:
            conversation = Prober(counted, Redactor((), ())).conversation(candidate(server, protocol, security))
            task = asyncio.ensure_future(talk_to(conversation))
            for _ in range(steps):
                await asyncio.sleep(0)
            finished = task.done()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert dialer.standing == 0, f"after {steps} steps"
            steps += 1 if steps < 40 else 4
    assert steps > 10


@each_protocol
@pytest.mark.parametrize("stage", ["greeting", "hello", "starttls", "auth"])
async def test_cancelled_while_the_server_is_silent_the_socket_goes_at_once(
    protocol: Protocol, stage: str, network: Network, certificate: Issued
) -> None:
    dialer = CountingDialer()
    silent = asyncio.Event()

    async def fall_silent(talk: object, line: bytes) -> None:
        silent.set()
        await asyncio.Event().wait()

    async with tls_server(Mail(protocol, at={stage: fall_silent}), certificate, Security.STARTTLS) as server:
        prober = Prober(Network(dialer, network.trust), Redactor((), ()))
        task = asyncio.ensure_future(talk_to(prober.conversation(candidate(server, protocol))))
        await silent.wait()
        started = time.monotonic()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert dialer.standing == 0
        assert_ended_by(started, 0.5)
    assert len(dialer.sockets) == 1


async def test_a_dial_cancelled_while_it_hangs_leaves_nothing() -> None:
    with _black_hole() as port:
        task = asyncio.ensure_future(SystemDialer(Names(), lab=True).dial("mail.example.org", port))
        await asyncio.sleep(0.05)  # nothing tells when the SYN is out
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.contextmanager
def _black_hole() -> Iterator[int]:
    """A port that lets connections hang: its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(2):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


async def test_two_permits_per_host_and_twenty_four_per_run() -> None:
    permits = Permits()
    held = [await permits.take("one.example.org"), await permits.take("ONE.example.org")]
    assert permits.is_full("one.example.org")
    waiting = asyncio.ensure_future(permits.take("one.example.org"))
    others = [await permits.take(f"{number}.example.org") for number in range(PER_RUN - PER_HOST)]
    assert permits.is_full("another.example.org")
    assert not waiting.done()
    held[0].give_back()
    held[0].give_back()
    third = await waiting
    assert permits.is_full("one.example.org")
    waiting = asyncio.ensure_future(permits.take("one.example.org"))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    for permit in (held[1], third, *others):
        permit.give_back()
    assert not permits.is_full("one.example.org")


@pytest.mark.slow
@pytest.mark.usefixtures("short_limits")
async def test_looks_keep_to_the_limit(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Refused certificates, TLS on plain ports and words in clear all make a probe look twice."""
    issuer = Issuer(tmp_path_factory.mktemp("limit"))
    dialer = CountingDialer()
    network = Network(dialer, Trust((issuer.ca_file,)), trusted=("00" * 32,))
    bad = issuer.issue(self_signed=True)
    async with contextlib.AsyncExitStack() as stack:
        targets = []
        for protocol in PROTOCOLS:
            for served, asked in (
                (Security.TLS, Security.TLS), (Security.STARTTLS, Security.STARTTLS), (Security.TLS, Security.STARTTLS),
            ):  # fmt: skip
                server = await stack.enter_async_context(tls_server(Mail(protocol), bad, served))
                targets.append(candidate(server, protocol, asked))
            clear = await stack.enter_async_context(ScriptedServer(Mail(protocol)))
            targets.append(candidate(clear, protocol, Security.TLS))
            silent = await stack.enter_async_context(ScriptedServer(Mail(protocol, greeting=say(b"", then="silence"))))
            targets.append(candidate(silent, protocol))
        prober = Prober(network, Redactor((), ()))
        results = await asyncio.gather(
            *(talk_to(prober.conversation(target)) for target in targets), return_exceptions=True
        )
        assert all(isinstance(result, StageFailed) for result in results)
    assert dialer.most_at_once == PER_HOST
    assert dialer.standing == 0


async def test_looks_in_clear_need_no_second_place(network: Network) -> None:
    """As many lines as a host may have, all of which turn out to speak in clear: none waits for another's place."""
    dialer = CountingDialer()
    counted = Network(dialer, network.trust)
    async with ScriptedServer(Mail(Protocol.IMAP)) as clear, asyncio.timeout(30):
        prober = Prober(counted, Redactor((), ()))
        target = candidate(clear, Protocol.IMAP, Security.TLS)
        failed = await asyncio.gather(
            *(talk_to(prober.conversation(target)) for _ in range(PER_HOST)), return_exceptions=True
        )
    assert [one.kind for one in failed if isinstance(one, StageFailed)] == [ErrorKind.PLAINTEXT_WHERE_TLS] * PER_HOST
    assert (dialer.most_at_once, dialer.standing) == (PER_HOST, 0)


async def test_a_line_keeps_its_place_until_it_ends(network: Network, certificate: Issued) -> None:
    async with tls_server(Mail(Protocol.IMAP), certificate, Security.TLS) as server:
        prober = Prober(network, Redactor((), ()))
        target = candidate(server, Protocol.IMAP, Security.TLS)
        lines = [prober.conversation(target) for _ in range(3)]
        await lines[0].open()
        await lines[1].open()
        third = asyncio.ensure_future(lines[2].open())
        await lines[0].sign_in(CREDENTIALS)
        assert not lines[2].recorder.report().evidence
        lines[0].abort()
        await third
        prober.abort()
