"""Addresses that somebody else names are not trusted, and a name is resolved once (T27, T32)."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import socket

import pytest

from tests.probe.talk import Names
from wizard.model.evidence import ErrorKind
from wizard.net import dial
from wizard.net.dial import MAX_ADDRESSES, DialFailed, SystemDialer
from wizard.net.reach import IPAddress, Reach, reach_of, refused_by_policy

INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "169.254.169.254", "224.0.0.1", "239.255.255.250",
    "::1", "::", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
async def test_an_address_inside_is_refused_when_a_stranger_names_it(address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        dialer = SystemDialer(Names({"mail.example.org": [address]}))
        with pytest.raises(DialFailed) as failed:
            await dialer.dial("mail.example.org", listener.getsockname()[1])
        assert failed.value.kind is ErrorKind.ADDRESS_REFUSED_BY_US
        assert failed.value.stage_is_dns
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize("address", INSIDE)
def test_the_person_may_mean_it(address: str) -> None:
    found = ipaddress.ip_address(address)
    assert refused_by_policy(found, given=False, lab=False)
    assert not refused_by_policy(found, given=True, lab=False)


def test_a_lab_is_loopback_only() -> None:
    assert not refused_by_policy(ipaddress.ip_address("127.0.0.1"), given=False, lab=True)
    assert refused_by_policy(ipaddress.ip_address("169.254.169.254"), given=False, lab=True)


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "2001:db8::1",
        "172.32.0.1",
        "100.128.0.1",
        "64:ff9b::5db8:d822",
        "2001:db8::5efe:5db8:d822",
        "198.17.255.255",
        "198.20.0.1",
        "192.88.98.1",
        "2001:200::1",
        "2002:5db8:d822::1",
    ],
)
def test_other_addresses_are_fine(address: str) -> None:
    assert not refused_by_policy(ipaddress.ip_address(address), given=False, lab=False)


OWN = [
    "10.66.66.66", "172.16.0.1", "172.31.255.254", "192.168.77.1", "100.64.0.1", "100.127.255.254", "fd12:3456::1",
    "fc00::1", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:c0a8:101::1", "::192.168.1.1", "64:ff9b:1::1",
    "::ffff:0:10.0.0.1", "2001:db8::5efe:a00:1", "2001:db8::200:5efe:c0a8:1", "2001:0:53aa:64c:0:ffff:f5ff:fffe",
    "198.18.0.1", "198.19.255.254", "2002:c612:1::1", "64:ff9b::198.18.0.9", "5f00::1", "200:1::1", "4000::1",
    "fe00::1",
]  # fmt: skip


@pytest.mark.parametrize("address", OWN)
async def test_the_persons_own_network_needs_a_yes_that_names_it(address: str) -> None:
    found = ipaddress.ip_address(address)
    assert reach_of(found) is Reach.OWN_NETWORK
    assert not refused_by_policy(found, given=True, lab=False)
    assert not refused_by_policy(found, given=False, lab=False, own_network=True)
    with pytest.raises(DialFailed) as failed:
        await SystemDialer(Names({"mail.example.org": [address]})).dial("mail.example.org", 993)
    assert failed.value.kind is ErrorKind.OWN_NETWORK
    assert failed.value.addresses == (str(found),)


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:0:127.0.0.1",
        "2001:db8::5efe:7f00:1",
        "192.0.0.192",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "0.1.2.3",
        "255.255.255.255",
        "240.0.0.1",
        "192.88.99.1",
        "2001:1::2",
        "2001:2::1",
        "2001:20::1",
        "100::1",
        "100:0:0:1::1",
    ],
)
def test_what_leads_here_in_another_form_is_refused_even_with_a_yes(address: str) -> None:
    assert refused_by_policy(ipaddress.ip_address(address), given=False, lab=False, own_network=True)


async def test_a_name_is_resolved_once_and_that_address_is_used() -> None:
    """An answer that changes between the question and the connection cannot matter (rebinding)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        names = Names()
        dialed = await SystemDialer(names, lab=True).dial("mail.example.org", listener.getsockname()[1])
        with dialed.sock:
            assert dialed.sock.getpeername()[0] == dialed.address == "127.0.0.1"
    assert sorted(names.asked) == ["mail.example.org", "mail.example.org"]  # once for A, once for AAAA


async def test_a_name_with_a_bad_address_among_good_ones_goes_to_the_good_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        names = Names({"mail.example.org": ["169.254.169.254", "127.0.0.1"]})
        dialed = await SystemDialer(names, lab=True).dial("mail.example.org", listener.getsockname()[1])
        with dialed.sock:
            assert dialed.address == "127.0.0.1"


async def test_a_hundred_addresses_are_not_all_tried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    names = Names({"mail.example.org": [f"127.0.1.{number}" for number in range(100)]})
    with pytest.raises(DialFailed) as failed:
        await SystemDialer(names, lab=True).dial("mail.example.org", port)
    assert failed.value.kind is ErrorKind.CONNECTION_REFUSED
    assert len(failed.value.addresses) <= MAX_ADDRESSES


async def test_a_name_that_is_none() -> None:
    with pytest.raises(DialFailed) as failed:
        await SystemDialer(Names(default=None)).dial("mail.example.org", 993)
    assert failed.value.kind is ErrorKind.NAME_NOT_FOUND


async def test_a_refused_address_of_one_family_does_not_hide_the_other() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        names = Names({"mail.example.org": ["::1", "127.0.0.1"]})
        async with asyncio.timeout(5):
            dialed = await SystemDialer(names, lab=True).dial("mail.example.org", listener.getsockname()[1])
        with dialed.sock:
            assert dialed.address == "127.0.0.1"


async def test_a_port_that_refused_is_not_knocked_at_again_under_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    dialer = SystemDialer(Names(), lab=True)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(DialFailed):
        await dialer.dial("smtp.example.org", port)
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(DialFailed) as failed:
            await dialer.dial("mail.example.org", port)
        assert failed.value.kind is ErrorKind.CONNECTION_REFUSED
        assert failed.value.addresses == ("127.0.0.1",)
        monkeypatch.setattr("wizard.net.dial.REFUSED_S", 0.0)  # a moment later
        (await dialer.dial("mail.example.org", port)).sock.close()


async def test_a_connection_that_comes_as_the_dial_is_cancelled_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = dial._connect

    async def connect_and_be_too_late(address: IPAddress, port: int) -> tuple[float, socket.socket]:
        connected = await connect(address, port)
        asyncio.get_running_loop().call_soon(dialing.cancel)  # after the connection is handed over, before it is taken
        return connected

    monkeypatch.setattr(dial, "_connect", connect_and_be_too_late)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        dialing = asyncio.ensure_future(SystemDialer(Names(), lab=True).dial("mail.example.org", port))
        with pytest.raises(asyncio.CancelledError):
            await dialing
        with listener.accept()[0] as accepted:
            accepted.settimeout(5)
            assert accepted.recv(1) == b""


@pytest.mark.parametrize("turns", range(4))
async def test_all_may_be_cancelled_at_any_turn_of_a_dial(turns: int) -> None:
    dialing = asyncio.ensure_future(SystemDialer(Names(), lab=True).dial("mail.example.org", 993))
    for _ in range(turns):
        await asyncio.sleep(0)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:  # as the engine does when the program ends
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dialing
    gc.collect()  # what was never awaited fails this test, and no later one


async def test_an_ipv6_address_is_connected_to() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        names = Names({"mail.example.org": ["::1"]})
        dialed = await SystemDialer(names, lab=True).dial("mail.example.org", listener.getsockname()[1])
        with dialed.sock:
            assert dialed.address == dialed.sock.getpeername()[0] == "::1"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("192.0.2.7", ("192.0.2.7", 993)),
        ("2001:db8::7", ("2001:db8::7", 993, 0, 0)),
        ("fe80::7%12", ("fe80::7", 993, 0, 12)),
    ],
)
def test_an_ipv6_address_has_four_parts(text: str, parts: tuple[object, ...]) -> None:
    """Windows' event loop takes two parts for IPv4."""
    assert dial._socket_address(ipaddress.ip_address(text), 993) == parts


async def test_an_interface_that_is_not_there_is_no_way() -> None:
    with pytest.raises(DialFailed) as failed:
        await SystemDialer(Names({"mail.example.org": ["fe80::7%nowhere"]})).dial("mail.example.org", 993, given=True)
    assert failed.value.kind is ErrorKind.NETWORK_UNREACHABLE


async def test_a_refusal_in_windows_words_is_one_and_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    async def refuse(address: IPAddress, port: int) -> socket.socket:
        tried.append(port)
        error = ConnectionRefusedError(22, "The remote computer refused the network connection")
        setattr(error, "winerror", 1225)  # noqa: B010 - an attribute that only Windows' OSError is known to have
        raise error

    monkeypatch.setattr(dial, "_connect", refuse)
    dialer = SystemDialer(Names(), lab=True)
    for host in ("smtp.example.org", "mail.example.org"):
        with pytest.raises(DialFailed) as failed:
            await dialer.dial(host, 587)
        assert failed.value.kind is ErrorKind.CONNECTION_REFUSED
    assert tried == [587]
