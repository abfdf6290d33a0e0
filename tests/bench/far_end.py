"""What stands at the far end of the line: real mail servers, a real name server, and one that keeps silent at times."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.message
import dns.rdatatype

from tests.bench.line import Line, own_resolver
from tests.lab.account import Account
from tests.lab.certificates import Authority, Issued
from tests.lab.mail_server import MailServer
from tests.lab.names import NameServer

MAIL = "10.77.1.1"
NAMES = "10.77.1.53"
RELUCTANT_NAMES = "10.77.1.54"
BULK = "10.77.1.2"
DEAD_IPV6 = "fd77:1::9"
DOMAIN = "example.org"
DUAL_DOMAIN = "example.net"  # every name has an IPv6 address too, and nobody answers there
BULK_DOMAIN = f"bulk.{DOMAIN}"  # any host there
PASSWORD = "tulip-wagon-64"

_NAMES_4 = [f"{name} A {MAIL}" for name in ("@", "smtp", "imap")]
_ZONES: Mapping[str, Sequence[str]] = {
    DOMAIN: ["@ MX 10 smtp", *_NAMES_4, f"*.bulk A {BULK}"],
    DUAL_DOMAIN: ["@ MX 10 smtp", *_NAMES_4, *(f"{name} AAAA {DEAD_IPV6}" for name in ("@", "smtp", "imap"))],
}


@dataclass(frozen=True, slots=True)
class World:
    """A running far end and the line to it."""

    line: Line
    ca_file: Path
    certificate: Issued
    context: ssl.SSLContext
    resolver_file: Path

    def use_names(self, server: str) -> None:
        """Which of the two name servers this computer asks from now on."""
        self.resolver_file.write_text(f"nameserver {server}\noptions timeout:5 attempts:1\n")


@contextmanager
def world() -> Iterator[World]:
    """The far end, answering without any delay until the line is told to carry."""
    accounts = [Account(f"ada@{domain}", PASSWORD) for domain in (DOMAIN, DUAL_DOMAIN)]
    hosts = [f"{name}.{domain}" for domain in (DOMAIN, DUAL_DOMAIN) for name in ("smtp", "imap", "mail")]
    with tempfile.TemporaryDirectory(prefix="mailwright-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        resolver_file = folder / "resolv.conf"
        resolver_file.touch()
        own_resolver(resolver_file)
        authority = Authority(folder)
        with Line([MAIL, NAMES, RELUCTANT_NAMES, BULK], [DEAD_IPV6]) as line:
            certificate = authority.issue(*hosts, f"*.{BULK_DOMAIN}")
            with (
                line.far.entered(),
                MailServer(
                    authority, hosts[0], accounts=accounts, standard_ports=True, address=MAIL, certificate=certificate,
                    # Postfix lets an envelope wait a second after a hundred that brought no message: ours never do.
                    postfix={"in_flow_delay": "0"},
                ),
                NameServer(_ZONES, NAMES, 53),
                _reluctant(RELUCTANT_NAMES, NAMES),
                line.near.entered(),
            ):
                made = World(line, authority.ca_file, certificate, authority.client_context(), resolver_file)
                made.use_names(NAMES)
                yield made


@contextmanager
def _reluctant(host: str, behind: str) -> Iterator[None]:
    """A name server that answers what `behind` does, but never about AAAA, SRV and names it does not have."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as front:
        front.bind((host, 53))
        front.settimeout(0.2)
        ended = threading.Event()
        thread = threading.Thread(target=_answer, args=(front, behind, ended), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _answer(front: socket.socket, behind: str, ended: threading.Event) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
        back.settimeout(1.0)
        while not ended.is_set():
            with suppress(TimeoutError, dns.exception.DNSException):
                asked, whom = front.recvfrom(4096)
                question = dns.message.from_wire(asked).question[0]
                if question.rdtype in (dns.rdatatype.AAAA, dns.rdatatype.SRV):
                    continue
                back.sendto(asked, (behind, 53))
                answer = back.recv(4096)
                if dns.message.from_wire(answer).rcode() == 0:
                    front.sendto(answer, whom)
