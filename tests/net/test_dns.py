"""Look-ups: through the system's resolver and on a line that loses packets."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import dns.message
import dns.rrset
import pytest

from tests.probe.talk import until
from wizard.errors import DnsUnavailable, NameNotFound
from wizard.net.dns import AT_ONCE, SLOW_S, DnsResolver, MxRecord


async def test_a_lost_question_to_the_system_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system itself would wait for five seconds."""
    asked: list[bytes] = []
    lost = threading.Event()
    answer = socket.getaddrinfo

    def lose_the_first(host: bytes, *args: Any) -> Any:
        asked.append(host)
        if len(asked) == 1:
            lost.wait()
        return answer("127.0.0.1", *args)

    monkeypatch.setattr("socket.getaddrinfo", lose_the_first)
    monkeypatch.setattr("wizard.net.dns.ASK_AGAIN_S", (0.01, 60.0))
    try:
        async with asyncio.timeout(5):
            found = await DnsResolver().ipv4("mail.example.org")
    finally:
        lost.set()
    assert [str(address) for address in found] == ["127.0.0.1"]
    assert asked == [b"mail.example.org"] * 2


class Lossy(asyncio.DatagramProtocol):
    """A name server on the test's own loop: the first question is lost, and `meanwhile` is done instead."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.asked = 0
        self._meanwhile = meanwhile

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked += 1
        if self.asked == 1:
            self._meanwhile()
            return
        reply = dns.message.make_response(dns.message.from_wire(data))
        reply.answer.append(dns.rrset.from_text("example.org.", 60, "IN", "MX", "10 mail.example.org."))
        self.transport.sendto(reply.to_wire(), addr)

    async def mx(self) -> tuple[MxRecord, ...]:
        """What a resolver finds that asks here."""
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, ("127.0.0.1", 0))
        try:
            return await DnsResolver(transport.get_extra_info("sockname")).mx("example.org")
        finally:
            transport.close()


async def test_a_lost_question_to_a_name_server_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.net.dns.RECORD_TIMEOUT_S", 0.4)
    server = Lossy()
    assert await server.mx() == (MxRecord(10, "mail.example.org"),)
    assert server.asked == 2


@pytest.mark.slow
async def test_time_in_which_this_program_had_no_turn_is_not_the_name_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.net.dns.RECORD_TIMEOUT_S", 1.0)
    assert await Lossy(lambda: time.sleep(1.5)).mx() == (MxRecord(10, "mail.example.org"),)


async def test_a_name_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.net.dns.RECORD_TIMEOUT_S", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        with pytest.raises(DnsUnavailable, match="no name server answered"):
            await DnsResolver(mute.getsockname()).mx("example.org")


@pytest.mark.parametrize("number", [11001, 11004, socket.EAI_NONAME])
async def test_a_name_without_an_address_is_an_answer_and_kept(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows says 11004 for a name that is there and has no such address."""
    asked: list[bytes] = []

    def nothing(host: bytes, *_: object) -> None:
        asked.append(host)
        raise socket.gaierror(number, "text")

    monkeypatch.setattr("socket.getaddrinfo", nothing)
    resolver = DnsResolver()
    for _ in range(2):
        with pytest.raises(NameNotFound):
            await resolver.ipv6("mail.example.org")
    assert asked == [b"mail.example.org"]


@pytest.mark.parametrize("number", [11002, 11003, socket.EAI_AGAIN, socket.EAI_FAIL])
async def test_no_answer_is_none(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise socket.gaierror(number, "text")

    monkeypatch.setattr("socket.getaddrinfo", fail)
    with pytest.raises(DnsUnavailable):
        await DnsResolver().ipv6("mail.example.org")


async def test_localhost_is_this_computer_and_nobody_is_asked() -> None:
    """Else a name server could have what is said in clear to this computer sent to itself (RFC 6761 §6.3)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.setblocking(False)
        for resolver in (DnsResolver(server.getsockname()), DnsResolver()):
            assert await resolver.ipv4("LocalHost") == (ipaddress.ip_address("127.0.0.1"),)
            assert await resolver.ipv6("localhost") == (ipaddress.ip_address("::1"),)
        with pytest.raises(BlockingIOError):
            server.recv(1)


@pytest.mark.parametrize("literal", ["127.0.0.1", "192.0.2.7"])
async def test_an_ipv4_address_is_its_own_answer(literal: str) -> None:
    assert await DnsResolver().ipv4(literal) == (ipaddress.ip_address(literal),)
    with pytest.raises(NameNotFound):
        await DnsResolver().ipv6(literal)


@pytest.mark.parametrize("literal", ["::1", "2001:db8::a"])
async def test_an_ipv6_address_is_its_own_answer(literal: str) -> None:
    assert await DnsResolver().ipv6(literal) == (ipaddress.ip_address(literal),)
    with pytest.raises(NameNotFound):
        await DnsResolver().ipv4(literal)


async def test_a_look_up_does_not_hold_the_loop_until_its_thread_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def waits_for_the_thread(_: threading.Thread) -> None:
        raise AssertionError("on a busy computer this takes tens of milliseconds, for each of hundreds of look-ups")

    monkeypatch.setattr(threading.Thread, "start", waits_for_the_thread)
    assert await DnsResolver().ipv4("localhost") == (ipaddress.ip_address("127.0.0.1"),)


async def test_hundreds_of_names_are_asked_for_in_turn_and_dead_ones_hold_nobody_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()

    def system(host: bytes, *_: object) -> list[tuple[object, ...]]:
        if host.startswith(b"dead"):
            released.wait(30)
        return [(None, None, None, None, ("127.0.0.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", system)
    resolver = DnsResolver()
    dead = [asyncio.ensure_future(resolver.ipv4(f"dead{number}.example.org")) for number in range(AT_ONCE)]
    began = asyncio.get_running_loop().time()
    try:
        await asyncio.ensure_future(resolver.ipv4("alive.example.org"))  # in line behind the dead
        took_s = asyncio.get_running_loop().time() - began
        assert SLOW_S * 0.9 <= took_s < SLOW_S * 10
    finally:
        released.set()
        await asyncio.gather(*dead)


async def test_names_that_are_looked_up_one_after_the_other_need_few_threads_which_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wizard.net.dns.IDLE_S", 60.0)  # however busy the computer is
    threads: set[int] = set()

    class Idle(list[Any]):
        """Those that waited here; one of the test before may still be on its way back."""

        def append(self, waiting: object) -> None:
            if threading.get_ident() in threads:
                super().append(waiting)

    idle = Idle()
    monkeypatch.setattr("wizard.net.dns._idle", idle)

    def answer(host: bytes, *_: Any) -> list[Any]:
        threads.add(threading.get_ident())
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    resolver = DnsResolver()
    for number in range(20):
        await resolver.ipv4(f"host{number}.example.org")
        await until(lambda: bool(idle))  # its thread is back
    assert len(threads) == 1
    monkeypatch.setattr("wizard.net.dns.IDLE_S", 0.1)
    await resolver.ipv4("last.example.org")
    await until(lambda: not idle)
    assert await resolver.ipv4("one-more.example.org")
