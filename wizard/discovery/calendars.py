"""Calendars and contacts of an address: the provider's preset, well-known pages and SRV records (RFC 6764)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from wizard.errors import DnsUnavailable, FetchError, NameNotFound
from wizard.model.address import Address
from wizard.model.dav import DavKind, DavService, DavSource
from wizard.model.host import NotAHost, host_name
from wizard.net.dns import Resolver
from wizard.net.fetch import Fetcher
from wizard.net.sites import same_site
from wizard.toml_reader import read_toml

# A server of calendars wants a sign-in, or another method than GET; a web site answers anything with a page.
_ANSWERS: Final = frozenset({401, 405, 207})
_TIMEOUT_S: Final = 4.0


def known_services(path: Path) -> dict[str, tuple[DavService, ...]]:
    """The services by provider, as the file states them.

    Raises:
        ResourceError: the file does not hold what it must; the sentence names the key.
    """
    table = read_toml(path)
    providers = table.table("providers")
    found: dict[str, tuple[DavService, ...]] = {}
    for name, entry in providers.named_tables() if providers is not None else ():
        urls = [(kind, entry.url(kind.value)) for kind in DavKind]
        entry.end()
        found[name] = tuple(DavService(kind, url, DavSource.PRESET, True) for kind, url in urls if url is not None)
    table.end()
    return found


async def find_services(
    address: Address,
    resolver: Resolver,
    fetcher: Fetcher | None,
    known: tuple[DavService, ...] = (),
) -> tuple[DavService, ...]:
    """The place of the calendars and that of the contacts; those that nobody names are left out.

    Args:
        fetcher: asks the domain's own pages; without it they are not asked.
        known: what the provider's preset says, which is believed first.
    """
    found = await asyncio.gather(*(_find(kind, address, resolver, fetcher, known) for kind in DavKind))
    return tuple(service for service in found if service is not None)


async def _find(
    kind: DavKind, address: Address, resolver: Resolver, fetcher: Fetcher | None, known: tuple[DavService, ...]
) -> DavService | None:
    preset = next((service for service in known if service.kind is kind), None)
    if preset is not None:
        return preset
    page, record = await asyncio.gather(_well_known(kind, address, fetcher), _srv(kind, address, resolver))
    return page or record


async def _well_known(kind: DavKind, address: Address, fetcher: Fetcher | None) -> DavService | None:
    """By the domain's own page (§5), which mostly sends on to where the calendars are."""
    if fetcher is None:
        return None
    try:
        page = await fetcher.get(f"https://{address.domain}/.well-known/{kind.value}", timeout_s=_TIMEOUT_S)
    except FetchError:
        return None
    if page.status not in _ANSWERS:
        return None
    return DavService(kind, page.url, DavSource.WELL_KNOWN, True)


async def _srv(kind: DavKind, address: Address, resolver: Resolver) -> DavService | None:
    """By SRV and TXT records (§3, §4); those of services without encryption are not asked for."""
    name = f"_{kind.value}s._tcp.{address.domain}"
    try:
        record = next((record for record in await resolver.srv(name) if record.host), None)
        if record is None:
            return None  # "." is "not offered"
        host = host_name(record.host)
    except (NameNotFound, DnsUnavailable, NotAHost):
        return None
    port = "" if record.port == 443 else f":{record.port}"
    path = await _path(name, resolver)
    url = f"https://{host}{port}{path or f'/.well-known/{kind.value}'}"
    return DavService(kind, url, DavSource.SRV, same_site(host, address.domain))


async def _path(name: str, resolver: Resolver) -> str | None:
    try:
        texts = await resolver.txt(name)
    except (NameNotFound, DnsUnavailable):
        return None
    paths = [text.removeprefix("path=") for text in texts if text.startswith("path=/")]
    return next((path for path in paths if urlsplit(path).path == path and path.isascii() and " " not in path), None)
