"""A lab for discovery: real DNS and a real HTTPS server over loopback, and a planner that asks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import trustme

from tests.lab.names import NameServer
from tests.lab.web import LabDialer, Page, Request, WebServer, trust_of
from wizard.discovery.planner import Patience, Planner
from wizard.model.provider import Provider, ProviderServer
from wizard.model.server import Protocol, Security
from wizard.net.dns import DnsResolver
from wizard.net.fetch import Fetcher

UNHURRIED = Patience(cap_s=20, better_s=20, lesser_s=20)
Pages = Mapping[tuple[str, str], Page | Callable[[Request], Page]]


@dataclass(frozen=True, slots=True)
class Book:
    """Presets written out in a test."""

    providers: tuple[Provider, ...] = ()

    def for_domain(self, domain: str) -> Provider | None:
        return next((p for p in self.providers if domain in p.domains), None)

    def for_mx(self, host: str) -> Provider | None:
        return next((p for p in self.providers if host.endswith(p.mx_suffixes)), None)

    def for_host(self, host: str) -> Provider | None:
        return next((p for p in self.providers if any(server.host == host for server in p.servers)), None)

    def get(self, provider_id: str) -> Provider | None:
        return next((p for p in self.providers if p.id == provider_id), None)

    def is_from_pack(self, provider_id: str) -> bool:
        return provider_id == "pack"


@dataclass(frozen=True, slots=True)
class Lab:
    """The servers of one test and what asks them."""

    names: NameServer
    web: WebServer
    dialer: LabDialer
    resolver: DnsResolver
    fetcher: Fetcher
    planner: Planner


StartLab = Callable[..., Lab]


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def start_lab(ca: trustme.CA) -> Iterator[StartLab]:
    """Starts servers: `start_lab(zones, pages, presets)`; web servers' names lead to loopback through the zones."""
    with ExitStack() as stack:

        def start(
            zones: Mapping[str, Sequence[str]] | None = None,
            pages: Pages | None = None,
            presets: Sequence[Provider] = (),
            *,
            patience: Patience = UNHURRIED,
        ) -> Lab:
            lines = {zone: [*own] for zone, own in (zones or {}).items()}
            for host, _ in pages or {}:
                zone = next((zone for zone in lines if host == zone or host.endswith("." + zone)), None)
                record = f"{host}. A 127.0.0.1"
                if zone is None:
                    lines[".".join(host.split(".")[-2:])] = [record]
                elif record not in lines[zone]:
                    lines[zone].append(record)
            names = stack.enter_context(NameServer(lines))
            web = stack.enter_context(WebServer(ca, pages or {}))
            dialer = LabDialer(names, web.port)
            resolver = DnsResolver(names.address)
            fetcher = Fetcher(dialer, trust_of(ca))
            planner = Planner(resolver, fetcher, Book(tuple(presets)), patience=patience)
            return Lab(names, web, dialer, resolver, fetcher, planner)

        yield start


def hoster(
    name: str = "hoster", *, domains: tuple[str, ...] = (), mx: tuple[str, ...] = ("hoster.example",)
) -> Provider:
    """A provider with one server each way."""
    return Provider(
        id=name,
        name=name.title(),
        country="XX",
        category="hoster",
        domains=domains,
        mx_suffixes=mx,
        servers=(
            ProviderServer(Protocol.IMAP, f"imap.{name}.example", 993, Security.TLS),
            ProviderServer(Protocol.SMTP, f"smtp.{name}.example", 465, Security.TLS),
        ),
    )


def config(
    imap: str = "imap.example.org", smtp: str = "smtp.example.org", *, username: str = "%EMAILADDRESS%"
) -> bytes:
    """A config-v1.1.xml with one server each way."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><clientConfig version="1.1"><emailProvider id="example.org">'
        f'<incomingServer type="imap"><hostname>{imap}</hostname><port>993</port><socketType>SSL</socketType>'
        f"<authentication>password-cleartext</authentication><username>{username}</username></incomingServer>"
        f'<outgoingServer type="smtp"><hostname>{smtp}</hostname><port>465</port><socketType>SSL</socketType>'
        f"<authentication>password-cleartext</authentication><username>{username}</username></outgoingServer>"
        "</emailProvider></clientConfig>"
    ).encode()
