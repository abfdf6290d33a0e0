"""Look-ups on a line that loses packets."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any, cast

import dns.message
import dns.rrset
import pytest

from wizard.net.dns import DnsResolver, MxRecord


async def test_a_lost_question_to_the_system_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system itself would wait for five seconds."""
    asked: list[str] = []
    lost = threading.Event()
    answer = socket.getaddrinfo

    def lose_the_first(host: str, *args: Any) -> Any:
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
    assert asked == ["mail.example.org"] * 2


async def test_a_lost_question_to_a_name_server_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.net.dns.RECORD_TIMEOUT_S", 0.4)
    asked = 0

    class Lossy(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast(asyncio.DatagramTransport, transport)

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            nonlocal asked
            asked += 1
            if asked > 1:
                question = dns.message.from_wire(data)
                reply = dns.message.make_response(question)
                reply.answer.append(dns.rrset.from_text("example.org.", 60, "IN", "MX", "10 mail.example.org."))
                self.transport.sendto(reply.to_wire(), addr)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Lossy, ("127.0.0.1", 0))
    try:
        found = await DnsResolver(transport.get_extra_info("sockname")).mx("example.org")
    finally:
        transport.close()
    assert found == (MxRecord(10, "mail.example.org"),)
    assert asked == 2
