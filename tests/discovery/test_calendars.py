"""Calendars and contacts beside the mail, as real name servers and web servers publish them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import trustme

from tests.lab.names import NameServer
from tests.lab.web import LabDialer, Page, WebServer, moved, trust_of
from wizard import assets
from wizard.discovery.calendars import find_services, known_services
from wizard.discovery.presets import PresetBook
from wizard.errors import ResourceError
from wizard.model.address import Address
from wizard.model.dav import DavKind, DavService, DavSource
from wizard.net.dns import DnsResolver
from wizard.net.fetch import Fetcher

pytestmark = pytest.mark.slow
ADDRESS = Address.parse("ada@example.org")
HOSTS = ["@ A 127.0.0.1", "dav A 127.0.0.1"]
CALENDARS = ("example.org", "/.well-known/caldav")


async def found(
    lines: Sequence[str], pages: Mapping[tuple[str, str], Page], known: tuple[DavService, ...] = ()
) -> dict[DavKind, DavService]:
    ca = trustme.CA()
    with (
        NameServer({"example.org": [*HOSTS, *lines], "example.net": HOSTS}) as names,
        WebServer(ca, pages, names=["example.org", "dav.example.org"]) as web,
    ):
        fetcher = Fetcher(LabDialer(names, web.port), trust_of(ca))
        services = await find_services(ADDRESS, DnsResolver(names.address), fetcher, known)
    return {service.kind: service for service in services}


async def test_the_domains_own_page_sends_on_to_them() -> None:
    pages = {
        CALENDARS: moved("https://dav.example.org/calendars/"),
        ("dav.example.org", "/calendars/"): Page(status=401),
    }
    assert await found([], pages) == {
        DavKind.CALENDARS: DavService(
            DavKind.CALENDARS, "https://dav.example.org/calendars/", DavSource.WELL_KNOWN, True
        )
    }


@pytest.mark.parametrize("page", [Page(b"<html>Welcome"), moved("/"), Page(status=404), Page(status=500)])
async def test_a_web_site_that_answers_anything_is_no_calendar(page: Page) -> None:
    assert await found([], {CALENDARS: page, ("example.org", "/"): Page(b"<html>Welcome")}) == {}


async def test_service_records_with_and_without_a_path() -> None:
    lines = [
        "_caldavs._tcp SRV 0 1 443 dav",
        '_caldavs._tcp TXT "path=/calendars"',
        "_carddavs._tcp SRV 0 1 8443 dav.example.net.",
    ]
    services = await found(lines, {})
    assert services[DavKind.CALENDARS] == DavService(
        DavKind.CALENDARS, "https://dav.example.org/calendars", DavSource.SRV, True
    )
    assert services[DavKind.CONTACTS] == DavService(
        DavKind.CONTACTS, "https://dav.example.net:8443/.well-known/carddav", DavSource.SRV, False
    )


@pytest.mark.parametrize("lines", [["_caldavs._tcp SRV 0 0 0 ."], ["_caldav._tcp SRV 0 1 80 dav"], []])
async def test_what_is_not_offered_or_not_encrypted_is_none(lines: Sequence[str]) -> None:
    assert await found(lines, {}) == {}


@pytest.mark.parametrize("path", ["path=//evil.example/", "path=/a?b", "path=/a b", "path=x", "path=/ü"])
async def test_a_path_that_is_none_is_left_out(path: str) -> None:
    lines = ["_caldavs._tcp SRV 0 1 443 dav", f'_caldavs._tcp TXT "{path}"']
    service = (await found(lines, {}))[DavKind.CALENDARS]
    assert service.url == "https://dav.example.org/.well-known/caldav"


async def test_the_preset_is_believed_first() -> None:
    known = (DavService(DavKind.CALENDARS, "https://dav.example.com/", DavSource.PRESET, True),)
    services = await found(["_caldavs._tcp SRV 0 1 443 dav", "_carddavs._tcp SRV 0 1 443 dav"], {}, known)
    assert services[DavKind.CALENDARS] == known[0]
    assert services[DavKind.CONTACTS].source is DavSource.SRV


def test_the_presets_name_providers_that_are_there() -> None:
    known = known_services(assets.resources() / "calendars.toml")
    book = PresetBook.load([assets.resources() / "presets"])
    assert known
    assert [name for name in known if book.get(name) is None] == []
    assert all(len(services) == 2 for services in known.values())


@pytest.mark.parametrize(
    "text",
    ['[providers.a]\ncaldav = "http://a.example/"', "[providers.a]\ncaldav = 1", '[providers.a]\nx = "y"', "x = 1"],
)
def test_a_file_with_a_slip_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "calendars.toml").write_text(text)
    with pytest.raises(ResourceError, match=r"calendars\.toml"):
        known_services(tmp_path / "calendars.toml")
