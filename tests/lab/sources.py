"""A lab for where settings come from: real DNS, web servers on port 443 and mail servers on the standard ports."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import dns.message
import dns.rdatatype

from tests.lab.account import Account
from tests.lab.certificates import Authority
from tests.lab.mail_server import STANDARD, MailServer
from tests.lab.names import NameServer
from tests.lab.processes import free_addresses
from tests.lab.web import Page, Request, WebServer

PASSWORD = "tulip-wagon-64"
CONFIG = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
MAIL_V1 = "/.well-known/mail-v1.xml"
PACC = "/.well-known/user-agent-configuration.json"
POX = "/autodiscover/autodiscover.xml"
ISPDB = "ispdb.mailwright.example"  # the lab's own copy of the community's database
ISPDB_URL = f"https://{ISPDB}/v1.1/"

Pages = Mapping[tuple[str, str], Page | Callable[[Request], Page]]


@dataclass(frozen=True, slots=True)
class Domain:
    """A mail domain with one account; `login` is its user name where that is not the whole address.

    `zone` are its master-file lines; there, %MAIL% stands for the mail server's address, %WEB%, %SILENT% (connections
    are not answered) and %DEAD% (connections are refused) for other addresses. `mail_hosts` are names of the mail
    server beside `post.` the domain, which nobody would guess.
    """

    name: str
    zone: Sequence[str] = ()
    pages: Pages = field(default_factory=dict)
    mail_hosts: Sequence[str] = ()
    local: str = "ada"
    login: str | None = None

    @property
    def account(self) -> Account:
        """Its account."""
        return Account(f"{self.local}@{self.wire}", PASSWORD, self.login)

    @property
    def wire(self) -> str:
        """Its name as it is looked up."""
        return self.name.encode("idna").decode("ascii")

    @property
    def post(self) -> str:
        """The mail server's name."""
        return f"post.{self.wire}"


class SourceLab:
    """`with SourceLab(authority, domains) as lab:`: the running servers of all these domains.

    Names of pages lead to the web server unless the zone says otherwise.
    """

    def __init__(self, authority: Authority, domains: Sequence[Domain]) -> None:
        self._authority = authority
        self._domains = domains
        self._started = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            mail_hosts = [host for domain in self._domains for host in (domain.post, *domain.mail_hosts)]
            self.mail = stack.enter_context(
                MailServer(
                    self._authority,
                    accounts=[domain.account for domain in self._domains],
                    standard_ports=True,
                    certificate=self._authority.issue(*mail_hosts),
                    dovecot="auth_username_chars =\n",  # plus-addresses sign in too
                )
            )
            web, silent, dead = free_addresses(3, (443, *STANDARD.values()))
            pages = {place: page for domain in self._domains for place, page in domain.pages.items()}
            self.web = stack.enter_context(WebServer(self._authority.ca, pages, [ISPDB], web, 443))
            stack.enter_context(unanswered(silent, 443))
            places = {"%MAIL%": self.mail.address, "%WEB%": web, "%SILENT%": silent, "%DEAD%": dead}
            self.names = stack.enter_context(NameServer(_zones(self._domains, pages, places)))
            self._started = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._started.close()

    @property
    def options(self) -> tuple[str, ...]:
        """What makes `mailwright check` and `discover` live in this lab."""
        return ("--nameserver", self.names.option, "--ca-file", str(self._authority.ca_file), "--ispdb", ISPDB_URL)


class MuteNames:
    """`with MuteNames(names, {"SRV"}) as mute:` passes questions on to a name server, except those of these kinds."""

    def __init__(self, names: NameServer, kinds: Collection[str]) -> None:
        self._names = names
        self._kinds = kinds
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((names.host, 0))
        self._thread = threading.Thread(target=self._serve)

    @property
    def option(self) -> str:
        """Host and port, as the command line's --nameserver takes them."""
        return "{}:{}".format(*self._socket.getsockname())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, client = self._socket.recvfrom(4096)
            if not question:
                return
            kind = dns.rdatatype.to_text(dns.message.from_wire(question).question[0].rdtype)
            if kind in self._kinds:
                continue
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as onward:
                onward.settimeout(5)
                onward.sendto(question, self._names.address)
                self._socket.sendto(onward.recv(4096), client)


def unanswered(host: str, port: int) -> ExitStack:
    """A port that answers no SYN: nobody accepts, and the queue of those who wait is full."""
    stack = ExitStack()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = stack.enter_context(socket.socket(family))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(0)
    for _ in range(4):
        waiting = stack.enter_context(socket.socket(family))
        waiting.setblocking(False)
        waiting.connect_ex((host, port))
    return stack


def config(host: str, smtp: str | None = None) -> bytes:
    """A config-v1.1.xml with IMAP and SMTP at these hosts, by the address's whole name."""
    rest = (
        "<socketType>SSL</socketType><authentication>password-cleartext</authentication>"
        "<username>%EMAILADDRESS%</username>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><clientConfig version="1.1"><emailProvider id="lab">'
        f'<incomingServer type="imap"><hostname>{host}</hostname><port>993</port>{rest}</incomingServer>'
        f'<outgoingServer type="smtp"><hostname>{smtp or host}</hostname><port>465</port>{rest}</outgoingServer>'
        "</emailProvider></clientConfig>"
    ).encode()


def pox(host: str) -> bytes:
    """An Autodiscover answer with IMAP and SMTP at this host."""
    servers = "".join(
        f"<Protocol><Type>{kind}</Type><Server>{host}</Server><Port>{port}</Port><SSL>on</SSL></Protocol>"
        for kind, port in (("IMAP", 993), ("SMTP", 465))
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">'
        '<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">'
        f"<Account><Action>settings</Action>{servers}</Account></Response></Autodiscover>"
    ).encode()


def pacc(host: str) -> bytes:
    """A PACC file with IMAP and SMTP at this host."""
    servers = {kind: {"host": host} for kind in ("imap", "smtp")}
    return json.dumps({"protocols": servers, "authentication": {"password": True}}).encode()


def pacc_record(body: bytes) -> str:
    """The zone's line that vouches for a PACC file."""
    return f'_ua-auto-config TXT "v=UAAC1; a=sha256; d={base64.b64encode(hashlib.sha256(body).digest()).decode()}"'


def _zones(domains: Sequence[Domain], pages: Pages, places: Mapping[str, str]) -> dict[str, list[str]]:
    zones = {domain.wire: [*domain.zone, "post A %MAIL%"] for domain in domains}
    hosts = {host for host, _ in pages} | {ISPDB}
    for host in hosts:
        zone = next((name for name in zones if host == name or host.endswith(f".{name}")), None)
        if zone is None:
            zones[host] = ["@ A %WEB%"]
            continue
        label = host.removesuffix(zone).removesuffix(".") or "@"
        if not any(line.split()[:2] == [label, "A"] for line in zones[zone]):
            zones[zone].append(f"{label} A %WEB%")
    return {zone: [_filled(line, places) for line in lines] for zone, lines in zones.items()}


def _filled(line: str, places: Mapping[str, str]) -> str:
    for name, address in places.items():
        line = line.replace(name, address)
    return line
