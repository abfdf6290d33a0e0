"""The practice network, and the standard library's mail clients led to its real ports."""

from __future__ import annotations

import asyncio
import imaplib
import poplib
import smtplib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from wizard.model.server import Protocol, Security
from wizard.practice.network import LOOPBACK, PracticeNetwork
from wizard.practice.scenarios import PracticeServer, Scenario, load_scenarios

SCENARIO_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "practice"
TIMEOUT_S = 20.0
T = TypeVar("T")


@pytest.fixture(scope="session")
def scenarios() -> tuple[Scenario, ...]:
    return load_scenarios(SCENARIO_FOLDER)


@pytest.fixture
async def network(scenarios: tuple[Scenario, ...]) -> AsyncIterator[PracticeNetwork]:
    """The whole network; a server that fails in an unforeseen way fails the test."""
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    async with PracticeNetwork.start(scenarios) as network:
        yield network
    assert failures == []


@pytest.fixture
async def clients(network: PracticeNetwork) -> Clients:
    return Clients(network)


class Clients:
    """Connects smtplib, imaplib and poplib, which are trusted here to know the protocols better than we do."""

    def __init__(self, network: PracticeNetwork) -> None:
        self._network = network
        self._loop = asyncio.get_running_loop()
        self.context = network.trust.verifying()

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Runs blocking client work beside the servers' loop."""
        return await asyncio.to_thread(work, *arguments)

    def raw(self, host: str, port: int) -> socket.socket:
        real_port = asyncio.run_coroutine_threadsafe(self._bound(host, port), self._loop).result(TIMEOUT_S)
        return socket.create_connection((LOOPBACK, real_port), TIMEOUT_S)

    async def _bound(self, host: str, port: int) -> int:
        real_port = self._network.bind(host, port)
        assert real_port is not None
        return real_port

    def tls(self, host: str, port: int) -> ssl.SSLSocket:
        sock = self.raw(host, port)
        try:
            return self.context.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise

    def smtp(self, host: str, port: int, security: Security = Security.TLS) -> smtplib.SMTP:
        """Connected, greeted and encrypted."""
        clients = self

        class Smtp(smtplib.SMTP):
            def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
                return clients.tls(host, port) if security is Security.TLS else clients.raw(host, port)

        smtp = Smtp(host, port, local_hostname="[127.0.0.1]", timeout=TIMEOUT_S)
        try:
            if security is Security.STARTTLS:
                smtp.starttls(context=self.context)
            smtp.ehlo_or_helo_if_needed()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def imap(self, host: str, port: int, security: Security = Security.TLS) -> imaplib.IMAP4:
        clients = self

        class Imap(imaplib.IMAP4):
            def _create_socket(self, timeout: float | None) -> socket.socket:
                return clients.tls(host, port) if security is Security.TLS else clients.raw(host, port)

        imap = Imap(host, port, timeout=TIMEOUT_S)
        if security is Security.STARTTLS:
            imap.starttls(self.context)
        return imap

    def pop3(self, host: str, port: int) -> poplib.POP3:
        clients = self

        class Pop3(poplib.POP3):
            def _create_socket(self, timeout: float) -> socket.socket:
                return clients.tls(host, port)

        return Pop3(host, port, timeout=TIMEOUT_S)


def server_of(scenario: Scenario, protocol: Protocol) -> PracticeServer:
    """The scenario's first server of that protocol that can be reached."""
    return next(server for server in scenario.servers if server.protocol is protocol and not server.blocked)
