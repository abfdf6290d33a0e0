"""Name servers that are silent, refuse, are not there or say more than fits into a datagram."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.lab.names import NameServer
from wizard.errors import DnsUnavailable, NameNotFound
from wizard.net.dns import DnsResolver
from wizard.net.dns_client import Place, ask, system_servers
from wizard.net.dns_message import ServerFailed

LONG = [f'big TXT "{number:03} {"x" * 200}"' for number in range(20)]


@contextmanager
def _udp() -> Iterator[tuple[socket.socket, Place]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock, sock.getsockname()


async def test_what_does_not_fit_is_asked_for_over_tcp() -> None:
    with NameServer({"example.org": LONG}) as names:
        found = await DnsResolver(names.address).txt("big.example.org")
        assert sorted(text[:3] for text in found) == [f"{number:03}" for number in range(20)]
        assert not await DnsResolver(names.address).exists("no.example.org")
        with pytest.raises(NameNotFound):
            await DnsResolver(names.address).mx("big.example.org")


async def test_the_next_server_is_asked_where_one_is_silent_or_not_there() -> None:
    with NameServer({"example.org": ["@ MX 10 mail"]}) as names, _udp() as (_, mute):
        with _udp() as (_, gone):
            pass
        assert await ask([gone, mute, names.address], "example.org", "MX", patience_s=0.2) == [(10, "mail.example.org")]


async def test_nobody_who_answers_is_an_error() -> None:
    with _udp() as (_, gone):
        pass
    with pytest.raises(ServerFailed):
        await ask([gone], "example.org", "MX", patience_s=0.2)
    with pytest.raises(DnsUnavailable, match="no name server answered"):
        await DnsResolver(gone).mx("example.org")
    with pytest.raises(DnsUnavailable, match="could not be asked"):
        await DnsResolver(gone).mx("a..b")


async def test_what_is_no_answer_is_passed_over() -> None:
    """Who cannot see the question cannot answer it: what else comes is not believed."""

    class Muddled(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: Place) -> None:
            reply = data[2:].replace(b"\1\0\0\1\0\0", b"\x81\x80\0\1\0\1", 1)
            record = b"\xc0\x0c\0\x0f\0\1\0\0\0\1\0\4\0\1\xc0\x0c"
            wrong = bytes([data[0] ^ 1, data[1]])
            for message in (b"", b"\0", wrong + reply + record, data, data[:2] + reply + record):
                self.transport.sendto(message, addr)  # type: ignore[attr-defined]

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Muddled, ("127.0.0.1", 0))
    try:
        servers = [transport.get_extra_info("sockname")]
        assert await ask(servers, "example.org", "MX", patience_s=5.0) == [(1, "example.org")]
    finally:
        transport.close()


def test_the_system_has_name_servers() -> None:
    assert all(port == 53 and host for host, port in system_servers())
