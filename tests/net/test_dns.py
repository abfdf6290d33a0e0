"""Names through the system's resolver."""

import asyncio
import ipaddress
import socket
import threading

import pytest

from wizard.errors import NameNotFound
from wizard.net.dns import AT_ONCE, SLOW_S, DnsResolver


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

    def system(host: str, *_: object) -> list[tuple[object, ...]]:
        if host.startswith("dead"):
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
