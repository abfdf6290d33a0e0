"""A long line for everybody: a relay on loopback, in a process of its own, holds data for half the round trip each way.

Needs no root. It carries what programs say, not packets as `line.py` does, and so differs from a real line:

- A connection is made at once; its first bytes wait as long as SYN, SYN-ACK and ACK would have taken before. The sums
  are those of a line, only the moment at which connect() returns is not.
- A refused port is one that nobody listens on. Our own dialer holds that answer for a round trip (`way.py`); of the
  other clients none meets one.
- A dropped port is a listener whose queue is full: the kernel drops the SYN and sends it again, as on a line.
- The kernel acknowledges on both sides at once: nobody waits a round trip for an acknowledgement, no window has to
  open, and no packet is ever lost.
- The relay is a program: with many connections at once its own work shows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self, cast

from tests.bench.way import Place
from tests.lab.sources import unanswered

LOST_ANSWER_S = 5.0  # how long a name server's answer is waited for


class Relay:
    """Passes TCP and UDP on; does nothing until `carry`.

    Args:
        tcp: where it listens, and where that leads to.
        udp: likewise, for look-ups: one datagram there, one back.
        dead: places that never answer a SYN.
    """

    def __init__(self, tcp: Mapping[Place, Place], udp: Mapping[Place, Place], dead: Sequence[Place] = ()) -> None:
        self._tcp = dict(tcp)
        self._udp = dict(udp)
        self._dead = tuple(dead)
        self._dropped: Collection[Place] = ()
        self._refused: Collection[Place] = ()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def obstruct(self, dropped: Collection[Place], refused: Collection[Place]) -> None:
        """From the next `carry` on these places are dropped and refused, and no others."""
        self._dropped, self._refused = dropped, refused

    def carry(self, rtt_ms: float) -> None:
        """From now on a question and its answer take `rtt_ms`; all connections there were are gone."""
        self._stop()
        open_places = {*self._tcp} - {*self._dropped} - {*self._refused}
        what = {
            "tcp": [(*place, *self._tcp[place]) for place in sorted(open_places)],
            "udp": [(*place, *to) for place, to in self._udp.items()],
            "dropped": [*self._dead, *self._dropped],
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.relay", json.dumps(what), "--rtt-ms", str(rtt_ms)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout is not None
        if self._process.stdout.read(1) != b".":
            raise RuntimeError("the relay's process did not start")

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


class _End(asyncio.Protocol):
    """One end of a connection: what comes in here goes out at the other end, later and in order."""

    def __init__(self, half_s: float) -> None:
        self.other: _End | None = None
        self.open_at = 0.0  # the far end hears nothing before
        self._half_s = half_s
        self._loop = asyncio.get_running_loop()
        self._under_way: deque[bytes | None] = deque()  # None: no more will come
        self._waiting: list[bytes | None] = []  # arrived before there was a connection to put it into
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        _hurry(self._transport)
        for piece in self._waiting:
            self._put(piece)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        _hurry(self._transport)
        self._pass(data)

    def eof_received(self) -> bool:
        self._pass(None)
        return True

    def connection_lost(self, _: Exception | None) -> None:
        if self.other is not None:
            self._loop.call_later(self._half_s, self.other.close)

    def close(self) -> None:
        """Hangs up, or does so as soon as it is connected."""
        self._waiting.append(None)
        if self._transport is not None:
            self._transport.close()

    def _pass(self, piece: bytes | None) -> None:
        self._under_way.append(piece)
        self._loop.call_at(max(self._loop.time() + self._half_s, self.open_at), self._arrive)

    def _arrive(self) -> None:
        piece = self._under_way.popleft()
        if self.other is not None:
            self.other._put(piece)

    def _put(self, piece: bytes | None) -> None:
        if self._transport is None:
            self._waiting.append(piece)
        elif not self._transport.is_closing():
            if piece is not None:
                self._transport.write(piece)
            else:
                with suppress(OSError):  # the other side is gone already
                    self._transport.write_eof()


class _Near(_End):
    """The client's end; the server is connected when SYN, SYN-ACK and ACK would have been there and back and there."""

    def __init__(self, half_s: float, to: Place) -> None:
        super().__init__(half_s)
        self._to = to

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.open_at = self._loop.time() + 3 * self._half_s
        self.other = _End(self._half_s)
        self.other.other = self
        self._loop.call_at(self.open_at, lambda: _keep(asyncio.ensure_future(self._connect())))

    async def _connect(self) -> None:
        assert self._transport is not None
        far = self.other
        if self._transport.is_closing() or far is None:
            return
        try:
            await self._loop.create_connection(lambda: far, *self._to)
        except OSError:
            self._transport.abort()


class _Questions(asyncio.DatagramProtocol):
    """Passes datagrams on, each over a socket of its own, and its one answer back."""

    def __init__(self, half_s: float, to: Place) -> None:
        self._half_s = half_s
        self._to = to
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, who: Place) -> None:
        self._loop.call_later(self._half_s, self._ask, data, who)

    def _ask(self, data: bytes, who: Place) -> None:
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        asking.setblocking(False)
        asking.connect(self._to)
        asking.send(data)

        def end() -> None:
            patience.cancel()
            self._loop.remove_reader(asking)
            asking.close()

        def answered() -> None:
            with suppress(OSError):
                self._loop.call_later(self._half_s, self._transport.sendto, asking.recv(65536), who)
            end()

        patience = self._loop.call_later(LOST_ANSWER_S, end)
        self._loop.add_reader(asking, answered)


_KEPT: set[asyncio.Future[None]] = set()  # asyncio itself holds tasks weakly


def _keep(task: asyncio.Future[None]) -> None:
    _KEPT.add(task)
    task.add_done_callback(_KEPT.discard)


def _hurry(transport: asyncio.Transport) -> None:
    """No waiting for more to send, nor with an acknowledgement: the line's delay is all there is."""
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_QUICKACK"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


async def _carry(what: dict[str, list[tuple[str, int, str, int]]], half_s: float) -> None:
    """Carries until it is killed."""
    loop = asyncio.get_running_loop()
    for host, port, to, to_port in what["tcp"]:
        place = (to, to_port)
        await loop.create_server(lambda place=place: _Near(half_s, place), host, port, backlog=1024)  # type: ignore[misc]
    for host, port, to, to_port in what["udp"]:
        place = (to, to_port)
        await loop.create_datagram_endpoint(lambda place=place: _Questions(half_s, place), (host, port))  # type: ignore[misc]
    sys.stdout.write(".")
    sys.stdout.flush()
    await loop.create_future()


def main() -> None:
    """Carries between the places it is told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", type=json.loads)
    parser.add_argument("--rtt-ms", type=float, required=True)
    args = parser.parse_args()
    with suppress(OSError):
        os.nice(-10)  # a line that waits for a processor is longer than it says
    with ExitStack() as dropped:
        for host, port in args.what["dropped"]:
            dropped.enter_context(unanswered(host, port))
        asyncio.run(_carry(args.what, args.rtt_ms / 2000))


if __name__ == "__main__":
    main()
