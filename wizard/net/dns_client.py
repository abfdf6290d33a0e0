"""Asks name servers: each question from a port of its own, over TCP where an answer does not fit into a datagram."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from wizard.net.dns_message import CutOff, NotTheAnswer, ServerFailed, answer, name_servers, question
from wizard.net.patience import within

RESOLV_CONF: Final = "/etc/resolv.conf"
PAUSE_S: Final = 0.1  # before all are asked once more; twice as long each time

Place = tuple[str, int]


def system_servers() -> list[Place]:
    """The name servers that this system asks; raises OSError where that cannot be found out."""
    if os.path.isfile(RESOLV_CONF):
        return [(host, 53) for host in name_servers(Path(RESOLV_CONF).read_text("utf-8", "replace"))]
    import dns.resolver  # knows Windows' registry

    try:
        return [(str(host), 53) for host in dns.resolver.Resolver().nameservers]
    except dns.resolver.NoResolverConfiguration as error:
        raise OSError from error


async def ask(servers: Sequence[Place], name: str, kind: str, *, patience_s: float) -> list[Any]:
    """The records, as `dns_message.answer` gives and refuses them; a server that fails makes room for the next one.

    The caller sets the deadline; `patience_s` is how long one server is waited for before the next one is asked.

    Raises:
        ServerFailed: none of them gives an answer.
        ValueError: there is no such name to ask for.
    """
    asked = question(name, kind, int.from_bytes(os.urandom(2), "big"))
    left, pause_s = [*servers], PAUSE_S
    while left:
        for server in [*left]:
            try:
                with within(patience_s):
                    return await _answer_of(server, asked)
            except TimeoutError:
                continue
            except (ServerFailed, NotTheAnswer, OSError, EOFError):
                left.remove(server)
        await asyncio.sleep(pause_s)
        pause_s *= 2
    raise ServerFailed


async def _answer_of(server: Place, asked: bytes) -> list[Any]:
    loop = asyncio.get_running_loop()
    transport, datagrams = await loop.create_datagram_endpoint(lambda: _Datagrams(asked), remote_addr=server)
    try:
        transport.sendto(asked)
        return await datagrams.result
    except CutOff:
        pass
    finally:
        transport.abort()
    reader, writer = await asyncio.open_connection(*server)
    try:
        writer.write(len(asked).to_bytes(2, "big") + asked)
        return answer(await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big")), asked)
    finally:
        writer.transport.abort()


class _Datagrams(asyncio.DatagramProtocol):
    """Waits for the answer; what is none, from whomever, is passed over."""

    def __init__(self, asked: bytes) -> None:
        self._asked = asked
        self.result: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _: Any) -> None:
        if self.result.done():
            return
        try:
            self.result.set_result(answer(data, self._asked))
        except NotTheAnswer:
            pass
        except Exception as error:
            self.result.set_exception(error)

    def error_received(self, exc: Exception) -> None:
        if not self.result.done():
            self.result.set_exception(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self.result.cancel()
