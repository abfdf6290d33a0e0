"""Names through the system's resolver."""

import ipaddress
import threading

import pytest

from wizard.errors import NameNotFound
from wizard.net.dns import DnsResolver


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
