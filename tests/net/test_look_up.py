"""What is begun while the program is loaded: each is used once, by who asks or dials within a moment."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from threading import Event
from typing import Any

import pytest

from tests.lab.processes import wait_until
from wizard.errors import DnsUnavailable
from wizard.model.evidence import ErrorKind
from wizard.net import look_up
from wizard.net.dial import DialFailed, SystemDialer
from wizard.net.dns import DnsResolver
from wizard.net.reach import refused_by_policy

HOST = "imap.example.org"
ANSWERS = {socket.AF_INET: "192.0.2.7", socket.AF_INET6: "2001:db8::7"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What the system was asked, which is never this computer's own; it knows one host."""
    heard: list[tuple[str, int]] = []

    def answer(host: bytes, port: object, family: socket.AddressFamily, kind: object) -> list[tuple[Any, ...]]:
        heard.append((host.decode(), family))
        if host != HOST.encode():
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


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A server on this computer's own line, which takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server
    look_up.let_go()


def _names(monkeypatch: pytest.MonkeyPatch, ipv6: float | None = None) -> None:
    """The name leads to 127.0.0.1, and to ::1 after so many seconds; None is nowhere."""

    def answer(host: bytes, port: object, family: socket.AddressFamily, kind: object) -> list[tuple[Any, ...]]:
        if family is socket.AF_INET:
            return [(family, kind, 6, "", ("127.0.0.1", 0))]
        if ipv6 is None:
            raise socket.gaierror(socket.EAI_NONAME, "nothing of this kind")
        time.sleep(ipv6)
        return [(family, kind, 6, "", ("::1", 0, 0, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(look_up, "_begun", {})


def _found() -> None:
    """Both look-ups are over, and what they began is under way."""
    for family in look_up.FAMILIES:
        with suppress(socket.gaierror):
            look_up.look_up(HOST, family)


not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="its event loop takes no socket on its way")


@not_on_windows
async def test_the_connection_is_under_way_when_it_is_dialled(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    _names(monkeypatch)
    port = listening.getsockname()[1]
    look_up.begin(HOST, (port,), lambda _: False)
    listening.accept()[0].close()  # before anybody dialled, and with no loop
    await asyncio.sleep(0.05)
    dialed = await SystemDialer(DnsResolver()).dial(HOST, port, given=True)
    try:
        assert dialed.sock.getpeername() == ("127.0.0.1", port)
        assert dialed.connect_s > 0.05  # since it set out, not since it was asked for
        assert not look_up._connecting
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):  # there was one connection, not two
            listening.accept()
    finally:
        dialed.sock.close()


@not_on_windows
async def test_a_refusal_is_heard_by_who_dials(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    _names(monkeypatch)
    look_up.begin(HOST, (port,), lambda _: False)
    with pytest.raises(DialFailed) as caught:
        await SystemDialer(DnsResolver()).dial(HOST, port, given=True)
    assert caught.value.kind is ErrorKind.CONNECTION_REFUSED


@not_on_windows
def test_who_was_asked_late_is_dialled_at_the_second_port_too(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    _names(monkeypatch)
    ports = (listening.getsockname()[1], 9)
    look_up.begin(HOST, ports, lambda _: False)
    _found()
    assert {port for _, port in look_up._connecting} == {ports[0]}
    look_up.let_go()
    monkeypatch.setattr(look_up, "STAGGER_S", 0.0)
    look_up.begin(HOST, ports, lambda _: False)
    _found()
    assert {port for _, port in look_up._connecting} == set(ports)


@not_on_windows
@pytest.mark.parametrize(("ipv6", "delay", "dialled"), [(0.0, 60.0, "::1"), (None, 60.0, "127.0.0.1")])
def test_ipv6_goes_first_and_is_not_waited_for(
    ipv6: float | None, delay: float, dialled: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_up, "RESOLUTION_DELAY_S", delay)
    _names(monkeypatch, ipv6)
    look_up.begin(HOST, (9,), lambda _: False)
    _found()
    assert [str(address) for address, _ in look_up._connecting] == ([dialled] if dialled else [])
    look_up.let_go()
    assert not look_up._connecting


def test_no_address_that_is_refused_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch)
    look_up.begin(HOST, (9,), partial(refused_by_policy, given=False, lab=False))
    _found()
    assert not look_up._connecting


def test_nothing_is_connected_once_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch, ipv6=0.1)
    look_up.begin(HOST, (9,), lambda _: False)
    look_up.let_go()  # before the answer
    _found()
    assert not look_up._connecting


@not_on_windows
async def test_ipv4_goes_ahead_where_nobody_says_a_word_about_ipv6(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Event()

    def answer(host: bytes, port: object, family: socket.AddressFamily, kind: object) -> list[tuple[Any, ...]]:
        if family is socket.AF_INET6:
            said.wait()
        return [(family, kind, 6, "", (ANSWERS[family].replace("192.0.2.7", "127.0.0.1"), 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(look_up, "_begun", {})
    monkeypatch.setattr("wizard.net.dial.RESOLUTION_DELAY_S", 60.0)  # it has waited once
    port = listening.getsockname()[1]
    look_up.begin(HOST, (port,), lambda _: False)
    try:
        wait_until(lambda: len(look_up._connecting) == 1, "IPv4 went ahead")
        async with asyncio.timeout(30):
            (await SystemDialer(DnsResolver()).dial(HOST, port, given=True)).sock.close()
    finally:
        said.set()
    assert not look_up._connecting  # IPv6 came too late


@not_on_windows
def test_who_has_taken_the_address_dials_it(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Event()

    def answer(host: bytes, port: object, family: socket.AddressFamily, kind: object) -> list[tuple[Any, ...]]:
        if family is socket.AF_INET6:
            said.wait()
        return [(family, kind, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(look_up, "_begun", {})
    waited = Event()
    monkeypatch.setattr(look_up, "sleep", lambda _: waited.wait())
    look_up.begin(HOST, (9,), lambda _: False)
    look_up.look_up(HOST, socket.AF_INET)
    waited.set()
    said.set()
    look_up.let_go()
    assert not look_up._connecting


@not_on_windows
def test_a_computer_without_ipv6_says_nothing_of_it_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever dials finds out, and goes on with IPv4; here it would be told as an error of our own."""
    told: list[object] = []

    def no_socket(address: object) -> socket.socket:
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

    monkeypatch.setattr(sys, "unraisablehook", told.append)
    monkeypatch.setattr(look_up, "new_socket", no_socket)
    _names(monkeypatch, ipv6=0.0)
    look_up.begin(HOST, (9,), lambda _: False)
    _found()
    assert not look_up._connecting
    assert told == []


@pytest.mark.parametrize("host", ["a..example.org", f"{'a' * 64}.example.org", "mail\0.example.org", "bücher.org", ""])
def test_what_is_no_plain_name_is_handed_over_as_text(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python refuses what no name can be; as bytes the system would look up what stands before a zero."""
    seen: list[str | bytes] = []

    def answer(host: str | bytes, *_: object) -> list[tuple[Any, ...]]:
        seen.append(host)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    look_up.look_up(host, socket.AF_INET)
    assert seen == [host]
