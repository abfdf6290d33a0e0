"""Look-ups that are begun while the program is loaded: each is used once, by who asks within a moment."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.lab.processes import wait_until
from wizard.errors import DnsUnavailable
from wizard.net import look_up
from wizard.net.dns import DnsResolver

HOST = "imap.example.org"
ANSWERS = {socket.AF_INET: "192.0.2.7", socket.AF_INET6: "2001:db8::7"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What the system was asked, which is never this computer's own; it knows one host."""
    heard: list[tuple[str, int]] = []

    def answer(host: str, port: object, family: socket.AddressFamily, kind: object) -> list[tuple[Any, ...]]:
        heard.append((host, family))
        if host != HOST:
            raise socket.gaierror(socket.EAI_AGAIN, "not now")
        return [(family, kind, 6, "", (ANSWERS[family], 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(look_up, "_begun", {})
    return heard


async def test_what_was_begun_is_not_asked_again(asked: list[tuple[str, int]]) -> None:
    look_up.begin(HOST)
    assert look_up.began_s() > 0.0
    resolver = DnsResolver()
    assert [str(one) for one in await resolver.ipv4(HOST)] == ["192.0.2.7"]
    assert [str(one) for one in await resolver.ipv6(HOST)] == ["2001:db8::7"]
    assert sorted(asked) == [(HOST, socket.AF_INET), (HOST, socket.AF_INET6)]
    assert look_up.began_s() == 0.0
    await DnsResolver().ipv4(HOST)  # another one, later
    assert len(asked) == 3


async def test_an_error_is_heard_by_who_asks(asked: list[tuple[str, int]]) -> None:
    look_up.begin("other.example.org")
    with pytest.raises(DnsUnavailable):
        await DnsResolver().ipv4("other.example.org")
    with pytest.raises(DnsUnavailable):
        await DnsResolver().ipv6("other.example.org")
    assert len(asked) == 2


async def test_what_is_old_is_asked_anew(asked: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_up, "KEPT_S", 0.0)
    look_up.begin(HOST)
    assert look_up.began_s() == 0.0  # a person who typed on meanwhile is not counted
    await DnsResolver().ipv4(HOST)
    wait_until(lambda: asked.count((HOST, socket.AF_INET)) == 2, "the look-up that was begun has asked, too")
