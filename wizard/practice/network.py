"""The practice network: names, sockets, trust and mailboxes that live as long as the `async with` block."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import TypeVar

from msgspec import Struct

from wizard.errors import NameNotFound
from wizard.language import tr
from wizard.model.evidence import ErrorKind
from wizard.model.provider import Provider
from wizard.model.server import Protocol, Security
from wizard.net.dial import Dialed, DialFailed
from wizard.net.dns import MxRecord, SrvRecord
from wizard.net.reach import IPAddress
from wizard.net.tls import Trust
from wizard.practice.certificates import Authority
from wizard.practice.dialogue_server import HANDSHAKE_TIMEOUT_S, Line, PeerGoneError, TooLongError
from wizard.practice.imap_server import ImapDialogue
from wizard.practice.mailbox import Mailbox
from wizard.practice.page_server import answer_request, pages_of
from wizard.practice.pop3_server import Pop3Dialogue
from wizard.practice.scenarios import CertificateKind, PracticeAccount, PracticeServer, Scenario
from wizard.practice.smtp_server import SmtpDialogue

LOOPBACK = "127.0.0.1"
HTTPS_PORT = 443
CLOSING_S = 5.0

T = TypeVar("T")
Converse = Callable[[Line], Coroutine[object, object, None]]


class PracticeEndpoint(Struct, frozen=True):
    """A practice host and port, what it speaks ("smtp", "imap", "pop3", "https"), and its real loopback port.

    `real_port` is None for a blocked port.
    """

    host: str
    port: int
    speaks: str
    security: Security
    real_port: int | None


class PracticeResolver:
    """Answers from the scenarios; every other name does not exist. Addresses are of the documentation networks."""

    def __init__(self, scenarios: tuple[Scenario, ...]) -> None:
        self.line: str | None = None
        hosts: dict[str, None] = {}
        self._mx: dict[str, tuple[MxRecord, ...]] = {}
        self._srv: dict[str, tuple[SrvRecord, ...]] = {}
        for scenario in scenarios:
            self._mx[scenario.domain] = scenario.mx
            self._srv.update(scenario.srv)
            hosts.update(dict.fromkeys(record.host for record in scenario.mx))
            hosts.update(dict.fromkeys(server.host for server in scenario.servers))
            hosts.update(dict.fromkeys(page.host for page in pages_of(scenario)))
        networks = [ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
        free = (address for network in networks for address in network.hosts())
        self._addresses: dict[str, IPAddress] = dict(zip(hosts, free, strict=False))

    async def ipv4(self, host: str) -> tuple[IPAddress, ...]:
        """The host's address."""
        return (self.address(host),)

    async def ipv6(self, host: str) -> tuple[IPAddress, ...]:
        """Never any: loopback by IPv6 is not everywhere."""
        raise NameNotFound(tr("{name} has no {record} record", name=host, record="AAAA"))

    async def mx(self, domain: str) -> tuple[MxRecord, ...]:
        """The scenario's mail exchangers."""
        return _found(self._mx, domain, "MX")

    async def srv(self, name: str) -> tuple[SrvRecord, ...]:
        """The scenario's service records."""
        return _found(self._srv, name, "SRV")

    async def txt(self, name: str) -> tuple[str, ...]:
        """Never any."""
        raise NameNotFound(tr("{name} has no {record} record", name=name, record="TXT"))

    async def ptr(self, address: IPAddress) -> tuple[str, ...]:
        """What the line is called, whichever address it has."""
        if self.line is None:
            raise NameNotFound(tr("{name} has no {record} record", name=address, record="PTR"))
        return (self.line,)

    async def alias(self, host: str) -> str:
        """Never any: every host has an address of its own."""
        raise NameNotFound(tr("{name} has no {record} record", name=host, record="CNAME"))

    async def exists(self, domain: str) -> bool:
        """Whether a practice account or server is under that domain."""
        known = (*self._addresses, *(name for name, records in self._mx.items() if records))
        return any(name == domain or name.endswith(f".{domain}") for name in known)

    def address(self, host: str) -> IPAddress:
        """The host's address. Raises NameNotFound."""
        address = self._addresses.get(_plain(host))
        if address is None:
            raise NameNotFound(tr("{host} has no address", host=host))
        return address


class PracticeDialer:
    """Connects practice hosts and ports to the real loopback ports behind them."""

    def __init__(self, network: PracticeNetwork) -> None:
        self._network = network

    async def dial(
        self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
    ) -> Dialed:
        """A socket to the practice server; waits for ever at a blocked port. Raises DialFailed."""
        loop = asyncio.get_running_loop()
        host = _plain(host)
        try:
            address = str(self._network.resolver.address(host))
        except NameNotFound:
            raise DialFailed(ErrorKind.NAME_NOT_FOUND, stage_is_dns=True) from None
        if on_found is not None:
            on_found(0.0)
        if self._network.has_no_route(host):
            raise DialFailed(ErrorKind.NETWORK_UNREACHABLE, addresses=(address,), no_route=True)
        if self._network.is_blocked(host, port):
            await loop.create_future()
        real_port = self._network.bind(host, port)
        if real_port is None:
            raise DialFailed(ErrorKind.CONNECTION_REFUSED, addresses=(address,))
        started = loop.time()
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(sock, (LOOPBACK, real_port))
        except BaseException:
            sock.close()
            raise
        return Dialed(sock=sock, address=address, dns_s=0.0, connect_s=loop.time() - started)


class PracticeNetwork:
    """Everything the engine needs to work without the world; made by `start`.

    `trust` accepts the practice authority and nothing else. `presets` are the providers that practice accounts are at.
    """

    def __init__(self, scenarios: tuple[Scenario, ...]) -> None:
        self.scenarios = scenarios
        self.resolver = PracticeResolver(scenarios)
        self.dialer = PracticeDialer(self)
        self._authority = Authority()
        self.ca_pem = self._authority.ca_pem
        self.trust = Trust(only_ca_data=self.ca_pem)
        self._mailboxes = {scenario.account.address: Mailbox() for scenario in scenarios}
        self._scenario_of = {scenario.account.address: scenario for scenario in scenarios}
        self._servers = {
            (server.host, server.port): (scenario, server) for scenario in scenarios for server in scenario.servers
        }
        self._pages = {page.host: page for scenario in scenarios for page in pages_of(scenario)}
        self._real_ports: dict[tuple[str, int], int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._lines: set[Line] = set()

    @classmethod
    @contextlib.asynccontextmanager
    async def start(cls, scenarios: tuple[Scenario, ...]) -> AsyncIterator[PracticeNetwork]:
        """The network, in the running loop; every task and socket of it is gone when the block ends."""
        network = cls(scenarios)
        try:
            yield network
        finally:
            await network._stop()

    @property
    def accounts(self) -> tuple[PracticeAccount, ...]:
        """The accounts to try."""
        return tuple(scenario.account for scenario in self.scenarios)

    @property
    def presets(self) -> tuple[Provider, ...]:
        """The practice providers."""
        return tuple(scenario.provider for scenario in self.scenarios if scenario.provider is not None)

    def mailbox(self, address: str) -> Mailbox:
        """The account's mailbox."""
        return self._mailboxes[address]

    def endpoints(self) -> tuple[PracticeEndpoint, ...]:
        """All endpoints, every server listening from now on."""
        mail = [
            PracticeEndpoint(
                host,
                port,
                server.protocol,
                server.security,
                None if server.blocked or server.no_route else self.bind(host, port),
            )
            for (host, port), (_, server) in self._servers.items()
        ]
        pages = [
            PracticeEndpoint(host, HTTPS_PORT, "https", Security.TLS, self.bind(host, HTTPS_PORT))
            for host in self._pages
        ]
        return (*mail, *pages)

    def is_blocked(self, host: str, port: int) -> bool:
        """Whether nothing ever answers there."""
        entry = self._servers.get((host, port))
        return entry is not None and entry[1].blocked

    def has_no_route(self, host: str) -> bool:
        """Whether the computer has no way there, whichever port."""
        return any(server.no_route for (name, _), (_, server) in self._servers.items() if name == host)

    def bind(self, host: str, port: int) -> int | None:
        """The real loopback port of a practice endpoint, its server listening; None where there is no server."""
        key = (host, port)
        if key not in self._real_ports:
            entry = self._servers.get(key)
            if entry is not None:
                scenario, server = entry
                context = partial(self._authority.context, host, server.certificate, server.certificate_name)
                self._listen(key, partial(self._converse, scenario, server, context), context, server.security)
            elif port == HTTPS_PORT and host in self._pages:
                context = partial(self._authority.context, host, CertificateKind.GOOD)
                self._listen(key, partial(answer_request, page=self._pages[host]), context, Security.TLS)
        return self._real_ports.get(key)

    def refusal(self, recipient: str) -> str | None:
        """SMTP's reply for a recipient that does not exist; nothing ever leaves the practice network."""
        if recipient.lower() in self._mailboxes:
            return None
        if any(scenario.domain == recipient.rpartition("@")[2].lower() for scenario in self.scenarios):
            return f"550 5.1.1 <{recipient}>: Recipient address rejected: User unknown in virtual mailbox table"
        return f"550 5.1.2 <{recipient}>: Recipient address rejected: Domain not found"

    def post(self, sender: str, recipients: list[str], content: bytes, server: str) -> None:
        """Puts the message into the recipients' mailboxes, each after its scenario's delay."""
        for recipient in dict.fromkeys(address.lower() for address in recipients):
            self._spawn(self._deliver(sender, recipient, content, server))

    async def _deliver(self, sender: str, recipient: str, content: bytes, server: str) -> None:
        scenario = self._scenario_of[recipient]
        delivery = scenario.delivery
        await asyncio.sleep(delivery.after_s)
        domain = sender.rpartition("@")[2]
        receiver = scenario.mx[0].host if scenario.mx else server
        lines = [
            f"Return-Path: <{sender}>",
            f"Authentication-Results: {receiver};",
            f"\tspf={delivery.spf} smtp.mailfrom={domain};",
            f"\tdkim={delivery.dkim} header.d={domain};",
            f"\tdmarc={delivery.dmarc} header.from={domain}",
            f"Received: from {server} by {receiver} with ESMTPS; {format_datetime(datetime.now(UTC))}",
        ]
        head = "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")
        self._mailboxes[recipient].folders[delivery.folder].add(head + content)

    def _listen(
        self, key: tuple[str, int], converse: Converse, context: Callable[[], ssl.SSLContext], security: Security
    ) -> None:
        listener = socket.create_server((LOOPBACK, 0), backlog=64)
        listener.setblocking(False)
        self._real_ports[key] = listener.getsockname()[1]
        self._spawn(self._accept(listener, converse, context if security is Security.TLS else None), listener)

    async def _accept(
        self, listener: socket.socket, converse: Converse, context: Callable[[], ssl.SSLContext] | None
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, _ = await loop.sock_accept(listener)
            except ConnectionError:  # the client was gone before we looked
                continue
            self._spawn(self._serve(sock, converse, context), sock)

    async def _serve(
        self, sock: socket.socket, converse: Converse, context: Callable[[], ssl.SSLContext] | None
    ) -> None:
        line = Line()
        self._lines.add(line)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: line,
                sock,
                ssl=context() if context is not None else None,
                ssl_handshake_timeout=HANDSHAKE_TIMEOUT_S if context is not None else None,
            )
            await converse(line)
            line.close()
            async with asyncio.timeout(CLOSING_S):
                await line.lost()
        except (PeerGoneError, TooLongError, OSError):  # a failed TLS handshake and a timeout are OSErrors too
            pass
        finally:
            line.abort()
            self._lines.discard(line)

    async def _converse(
        self, scenario: Scenario, server: PracticeServer, context: Callable[[], ssl.SSLContext], line: Line
    ) -> None:
        await asyncio.sleep(server.delay_s)
        if server.banner is not None:
            line.write(server.banner.replace("\n", "\r\n").encode() + b"\r\n")
            return
        mailbox = self._mailboxes[scenario.account.address]
        match server.protocol:
            case Protocol.SMTP:
                await SmtpDialogue(line, server, scenario, mailbox, context, self).run()
            case Protocol.IMAP:
                await ImapDialogue(line, server, scenario, mailbox, context).run()
            case Protocol.POP3:
                await Pop3Dialogue(line, server, scenario, mailbox, context).run()

    def _spawn(self, work: Coroutine[object, object, None], sock: socket.socket | None = None) -> None:
        """Runs the work until the network stops; the socket is closed with it, even when it never began."""
        loop = asyncio.get_running_loop()

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if sock is not None:
                sock.close()
            if not task.cancelled() and (error := task.exception()) is not None:
                loop.call_exception_handler({"message": "a practice server failed", "exception": error})

        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(ended)

    async def _stop(self) -> None:
        lines = tuple(self._lines)
        while self._tasks:
            tasks = tuple(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # Since 3.12 gather does not yield where all is done already; what takes tasks off the set needs its turn.
            await asyncio.sleep(0)
        await asyncio.gather(*(line.lost() for line in lines))


def _found(records: dict[str, tuple[T, ...]], name: str, kind: str) -> tuple[T, ...]:
    found = records.get(_plain(name), ())
    if not found:
        raise NameNotFound(tr("{name} has no {record} record", name=name, record=kind))
    return found


def _plain(host: str) -> str:
    return host.lower().rstrip(".")
