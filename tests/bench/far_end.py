"""What stands at the far end of the line: real mail servers, a real name server, and one that keeps silent at times."""

from __future__ import annotations

import os
import socket
import ssl
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Protocol as Interface

import dns.exception
import dns.message
import dns.rdatatype

from tests.bench.line import Line, own_resolver
from tests.bench.relay import Relay
from tests.bench.way import Place, Way
from tests.lab.account import Account
from tests.lab.certificates import Authority, Issued
from tests.lab.mail_server import STANDARD, MailServer
from tests.lab.names import NameServer
from tests.lab.processes import free_addresses, free_ports

MAIL = "10.77.1.1"
NAMES = "10.77.1.53"
RELUCTANT_NAMES = "10.77.1.54"
BULK = "10.77.1.2"
DEAD_IPV6 = "fd77:1::9"
DOMAIN = "example.org"
DUAL_DOMAIN = "example.net"  # every name has an IPv6 address too, and nobody answers there
BULK_DOMAIN = f"bulk.{DOMAIN}"  # any host there
PASSWORD = "tulip-wagon-64"

ALL_PORTS = (25, 110, 143, 443, 465, 587, 993, 995, 2525)  # all that are ever dialled
# What a line may not be able to show.
LOSS, NO_IPV6, AGAINST_SMTPLIB = "1 % of packets lost", "IPv6 dead", "the goal against smtplib"

_ACCOUNTS = [Account(f"ada@{domain}", PASSWORD) for domain in (DOMAIN, DUAL_DOMAIN)]
_HOSTS = [f"{name}.{domain}" for domain in (DOMAIN, DUAL_DOMAIN) for name in ("smtp", "imap", "mail")]
# Postfix lets an envelope wait a second after a hundred that brought no message: ours never do.
_POSTFIX = {"in_flow_delay": "0"}


class World(Interface):
    """A running far end and the line to it, which answers without any delay until it is told to carry."""

    described: str  # the line, in a few words
    differs: tuple[str, ...]  # what is to be known of its figures
    left_out: Mapping[str, str]  # what it cannot do, and why
    ca_file: Path
    certificate: Issued
    context: ssl.SSLContext
    bulk: Place  # where a light server is to listen

    @property
    def way(self) -> Way:
        """How a client gets to the servers now."""

    def near(self) -> AbstractContextManager[None]:
        """Within the block clients are at this end of the line."""

    def far(self) -> AbstractContextManager[None]:
        """Within the block they are beside the servers."""

    def told(self, host: str, port: int) -> Place:
        """Where a program is sent that looks names up for itself."""

    def use_names(self, *, reluctant: bool) -> None:
        """Which of the two name servers is asked from now on."""

    def carry(self, rtt_ms: float, *, loss: float = 0.0) -> None:
        """From now on a question and its answer take `rtt_ms`, and each packet is lost with the probability `loss`."""

    def obstruct(self, *, dropped: Collection[int] = (), refused: Collection[int] = ()) -> None:
        """These ports of the servers are dropped and refused from now on, and no others."""


class Namespaces:
    """Two network namespaces and the line between them; raises LineUnavailable where there are none."""

    described = "two network namespaces; packets held"
    differs: tuple[str, ...] = ()
    left_out: Mapping[str, str] = {}
    bulk: Place = (BULK, 465)

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self._line = running.enter_context(Line([MAIL, NAMES, RELUCTANT_NAMES, BULK], [DEAD_IPV6]))
        self._resolver_file = folder / "resolv.conf"
        self._resolver_file.touch()
        own_resolver(self._resolver_file)
        authority = Authority(folder)
        self.ca_file, self.context = authority.ca_file, authority.client_context()
        self.certificate = authority.issue(*_HOSTS, f"*.{BULK_DOMAIN}")
        with self._line.far.entered():
            running.enter_context(
                MailServer(
                    authority, _HOSTS[0], accounts=_ACCOUNTS, standard_ports=True, address=MAIL,
                    certificate=self.certificate, postfix=_POSTFIX,
                )
            )  # fmt: skip
            running.enter_context(NameServer(_zones(MAIL, BULK, DEAD_IPV6), NAMES, 53))
            running.enter_context(_reluctant((RELUCTANT_NAMES, 53), (NAMES, 53)))
        self.use_names(reluctant=False)
        self.obstruct()

    @property
    def way(self) -> Way:
        return Way(str(self.ca_file))

    def near(self) -> AbstractContextManager[None]:
        return self._line.near.entered()

    def far(self) -> AbstractContextManager[None]:
        return self._line.far.entered()

    def told(self, host: str, port: int) -> Place:
        return host, port

    def use_names(self, *, reluctant: bool) -> None:
        server = RELUCTANT_NAMES if reluctant else NAMES
        self._resolver_file.write_text(f"nameserver {server}\noptions timeout:5 attempts:1\n")

    def carry(self, rtt_ms: float, *, loss: float = 0.0) -> None:
        self._line.carry(rtt_ms, loss=loss)

    def obstruct(self, *, dropped: Collection[int] = (), refused: Collection[int] = ()) -> None:
        rules = [f"ip6 daddr {DEAD_IPV6} drop"]
        for ports, what in ((dropped, "drop"), (refused, "reject with tcp reset")):
            if ports:
                rules.append(f"tcp dport {{ {', '.join(map(str, ports))} }} {what}")
        self._line.rules(*rules)


class Relayed:
    """Servers on loopback and a relay in front of them; needs no root."""

    described = "relay on loopback, no root; data held, connections made at once"
    differs: tuple[str, ...] = (
        "A connection is made at once, its first bytes are held a round trip longer instead; so are refusals.",
        "The relay takes processor time from what it carries: many checks at once are slower than over a line.",
        "swaks is told an address: it saves the look-up that all others wait for.",
    )

    def __init__(self, folder: Path, running: ExitStack) -> None:
        authority = Authority(folder)
        self.ca_file, self.context = authority.ca_file, authority.client_context()
        self.certificate = authority.issue(*_HOSTS, f"*.{BULK_DOMAIN}")
        mail = running.enter_context(
            MailServer(
                authority, _HOSTS[0], accounts=_ACCOUNTS, certificate=self.certificate, postfix=_POSTFIX,
                sends_with="postfix" if os.getuid() == 0 else "exim",  # Postfix's master switches users
            )
        )  # fmt: skip
        self._ports = {
            **{standard: getattr(mail, name)[1] for name, standard in STANDARD.items()},
            **dict(zip((443, 2525), free_ports(mail.address, 2), strict=True)),
        }
        real = tuple(self._ports.values())
        self._near, near_bulk, far_bulk = free_addresses(3, real)
        self.bulk: Place = (far_bulk, self._ports[465])
        self.left_out: Mapping[str, str] = {
            LOSS: "a relay carries what programs say, not packets",
            AGAINST_SMTPLIB: "it rests on acknowledgements that a server waits for, and there they cost nothing",
        }
        dead = [("::1", port) for port in real] if _has_ipv6() else []
        if not dead:
            self.left_out = {**self.left_out, NO_IPV6: "this computer has no IPv6 address, not even its own"}
        near = running.enter_context(NameServer(_zones(self._near, near_bulk, "::1" if dead else None)))
        far = running.enter_context(NameServer(_zones(mail.address, far_bulk, None)))
        reluctant = running.enter_context(_reluctant(("127.0.0.1", 0), near.address))
        self._far_names = far.address
        self._names, self._reluctant = (("127.0.0.1", port) for port in _free_udp_ports(2))
        self._serving = {number for name, number in self._ports.items() if name in STANDARD.values()}
        tcp = {(self._near, port): (mail.address, port) for port in self._serving}
        tcp[(near_bulk, self.bulk[1])] = self.bulk
        udp = {self._names: near.address, self._reluctant: reluctant}
        self._relay = running.enter_context(Relay(tcp, udp, dead))
        self._rtt_ms = 0.0
        self._at_far_end = False
        self._asks_reluctant = False
        self.carry(0.0)

    @property
    def way(self) -> Way:
        if self._at_far_end:
            return Way(str(self.ca_file), self._far_names, self._ports)
        names = self._reluctant if self._asks_reluctant else self._names
        return Way(str(self.ca_file), names, self._ports, self._rtt_ms / 1000)

    def near(self) -> AbstractContextManager[None]:
        return self._placed(at_far_end=False)

    def far(self) -> AbstractContextManager[None]:
        return self._placed(at_far_end=True)

    @contextmanager
    def _placed(self, *, at_far_end: bool) -> Iterator[None]:
        before, self._at_far_end = self._at_far_end, at_far_end
        try:
            with self.way.of_everybody():
                yield
        finally:
            self._at_far_end = before

    def told(self, host: str, port: int) -> Place:
        address = socket.getaddrinfo(host, port)[0][4][0]
        return str(address), self._ports[port]

    def use_names(self, *, reluctant: bool) -> None:
        self._asks_reluctant = reluctant

    def carry(self, rtt_ms: float, *, loss: float = 0.0) -> None:
        if loss:
            raise ValueError(self.left_out[LOSS])
        self._rtt_ms = rtt_ms
        self._relay.carry(rtt_ms)

    def obstruct(self, *, dropped: Collection[int] = (), refused: Collection[int] = ()) -> None:
        def places(ports: Collection[int]) -> list[Place]:
            return [(self._near, self._ports[port]) for port in ports]

        self._relay.obstruct(places(dropped), places(refused))
        self._relay.carry(self._rtt_ms)


@contextmanager
def world(kind: type[Namespaces] | type[Relayed]) -> Iterator[World]:
    """The far end with this kind of line; raises LineUnavailable or LabUnavailable."""
    with tempfile.TemporaryDirectory(prefix="mailwright-bench-") as name, ExitStack() as running:
        folder = Path(name)
        folder.chmod(0o755)
        yield kind(folder, running)


def _zones(mail: str, bulk: str, dead_ipv6: str | None) -> Mapping[str, Sequence[str]]:
    hosts = ("@", "smtp", "imap")
    names = ["@ MX 10 smtp", *(f"{host} A {mail}" for host in hosts)]
    dual = [f"{host} AAAA {dead_ipv6}" for host in hosts] if dead_ipv6 else []
    return {DOMAIN: [*names, f"*.bulk A {bulk}"], DUAL_DOMAIN: [*names, *dual]}


def _has_ipv6() -> bool:
    with suppress(OSError), socket.socket(socket.AF_INET6) as sock:
        sock.bind(("::1", 0))
        return True
    return False


def _free_udp_ports(count: int) -> tuple[int, ...]:
    with ExitStack() as held:
        found = [held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(count)]
        for sock in found:
            sock.bind(("127.0.0.1", 0))
        return tuple(sock.getsockname()[1] for sock in found)


@contextmanager
def _reluctant(at: Place, behind: Place) -> Iterator[Place]:
    """Where a name server is that answers what `behind` does, but never about AAAA, SRV and names it does not have."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as front:
        front.bind(at)
        front.settimeout(0.2)
        ended = threading.Event()
        thread = threading.Thread(target=_answer, args=(front, behind, ended), daemon=True)
        thread.start()
        try:
            yield front.getsockname()
        finally:
            ended.set()
            thread.join()


def _answer(front: socket.socket, behind: Place, ended: threading.Event) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
        back.settimeout(1.0)
        while not ended.is_set():
            with suppress(TimeoutError, dns.exception.DNSException):
                asked, whom = front.recvfrom(4096)
                question = dns.message.from_wire(asked).question[0]
                if question.rdtype in (dns.rdatatype.AAAA, dns.rdatatype.SRV):
                    continue
                back.sendto(asked, behind)
                answer = back.recv(4096)
                if dns.message.from_wire(answer).rcode() == 0:
                    front.sendto(answer, whom)
