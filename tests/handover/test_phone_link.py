"""The link that brings a profile to a phone: one path, one file, no longer than its block, and nobody holds it up."""

from __future__ import annotations

import asyncio
import plistlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from tests.handover.accounts import CANARY, account
from wizard.errors import HandoverError
from wizard.handover.calendars import with_calendars
from wizard.handover.phone import iphone
from wizard.handover.phone_link import PhoneLink, offering
from wizard.handover.sheet import HandoverFile
from wizard.model.dav import DavKind, DavService, DavSource
from wizard.net import visitors
from wizard.net.visitors import MAX_AT_ONCE

HERE = "127.0.0.1"


def profile() -> HandoverFile:
    (file,) = iphone(account()).files
    return file


@dataclass
class Offered:
    link: PhoneLink
    taken: list[None] = field(default_factory=list)

    @property
    def port(self) -> int:
        port = urlsplit(self.link.url).port
        assert port is not None
        return port

    @property
    def path(self) -> str:
        return urlsplit(self.link.url).path

    async def ask(self, first_line: str, host: str | None = None) -> bytes:
        head = f"{first_line}\r\nHost: {host or f'{HERE}:{self.port}'}\r\n\r\n"
        return await asked(self.port, head.encode())


@asynccontextmanager
async def offered(file: HandoverFile | None = None) -> AsyncIterator[Offered]:
    taken: list[None] = []
    async with offering(file or profile(), HERE, lambda: taken.append(None)) as link:
        yield Offered(link, taken)


async def asked(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(HERE, port)
    writer.write(request)
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


async def test_the_phone_gets_the_profile_as_often_as_it_asks() -> None:
    async with offered() as offer:
        for times in (1, 2):
            answer = await offer.ask(f"GET {offer.path} HTTP/1.1")
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"\r\nContent-Type: application/x-apple-aspen-config\r\n" in head
            assert b"\r\nCache-Control: no-store" in head
            assert body == profile().content
            assert len(offer.taken) == times
        assert plistlib.loads(body)["PayloadContent"][0]["IncomingMailServerHostName"] == "imap.example.org"


WRONG: dict[str, Callable[[str], str]] = {
    "the root": lambda path: "GET / HTTP/1.1",
    "a guess": lambda path: "GET /mail.mobileconfig HTTP/1.1",
    "one letter less": lambda path: f"GET {path[:-1]} HTTP/1.1",
    "one letter more": lambda path: f"GET {path}a HTTP/1.1",
    "other capitals": lambda path: f"GET {path.swapcase()} HTTP/1.1",
    "a second path": lambda path: f"GET {path}/.. HTTP/1.1",
    "below it": lambda path: f"GET {path}/x HTTP/1.1",
    "up and down": lambda path: f"GET /../{path} HTTP/1.1",
    "percent": lambda path: f"GET /%{ord(path[1]):02X}{path[2:]} HTTP/1.1",
    "a query": lambda path: f"GET {path}?a=b HTTP/1.1",
    "a whole address": lambda path: f"GET http://other.example{path} HTTP/1.1",
    "another method": lambda path: f"POST {path} HTTP/1.1",
    "the head alone": lambda path: f"HEAD {path} HTTP/1.1",
    "another protocol": lambda path: f"GET {path} HTTP/2.0",
    "no protocol": lambda path: f"GET {path}",
    "letters beyond ASCII": lambda path: f"GET {path}ü HTTP/1.1",
}


@pytest.mark.parametrize("how", WRONG)
async def test_every_other_path_is_nothing(how: str) -> None:
    async with offered() as offer:
        answer = await offer.ask(WRONG[how](offer.path))
        assert answer.startswith(b"HTTP/1.1 404 Not Found\r\n")
        assert answer.endswith(b"\r\n\r\n")
        assert b"example.org" not in answer
        assert offer.taken == []


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", ""])
async def test_it_answers_to_its_own_address_alone(host: str) -> None:
    async with offered() as offer:
        request = f"GET {offer.path} HTTP/1.1\r\nHost: {host}\r\n\r\n"
        assert (await asked(offer.port, request.encode())).startswith(b"HTTP/1.1 404 ")
        own = f"Host: {HERE}:{offer.port}\r\n"
        twice = f"GET {offer.path} HTTP/1.1\r\n{own}{own}\r\n"
        assert (await asked(offer.port, twice.encode())).startswith(b"HTTP/1.1 404 ")


async def test_nobody_guesses_the_path() -> None:
    paths = set()
    for _ in range(20):
        async with offered() as offer:
            paths.add(offer.path)
    assert len(paths) == 20
    assert all(len(path) == 1 + 22 for path in paths)  # 128 bits, six in a letter


async def test_after_the_end_nobody_listens_and_what_was_open_is_cut() -> None:
    async with offered() as offer:
        port, path = offer.port, offer.path
        reader, writer = await asyncio.open_connection(HERE, port)
        writer.write(b"GET ")
        await writer.drain()
        await asyncio.sleep(0)
    with suppress(ConnectionError):
        assert await reader.read() == b""
    writer.transport.abort()
    with pytest.raises(OSError, match=r"."):
        await asked(port, f"GET {path} HTTP/1.1\r\nHost: {HERE}:{port}\r\n\r\n".encode())


@pytest.mark.parametrize(("before", "after"), [(2 * MAX_AT_ONCE, 0), (10, 50)], ids=["silent ones", "and newcomers"])
async def test_a_crowd_keeps_no_phone_out(before: int, after: int) -> None:
    """Also not where more come in the moment between the phone's connection and its request."""
    async with offered() as offer:
        crowd = [await asyncio.open_connection(HERE, offer.port) for _ in range(before)]
        for _, writer in crowd:
            writer.write(b"GET /")
        reader, phone = await asyncio.open_connection(HERE, offer.port)
        crowd += [await asyncio.open_connection(HERE, offer.port) for _ in range(after)]
        phone.write(f"GET {offer.path} HTTP/1.1\r\nHost: {HERE}:{offer.port}\r\n\r\n".encode())
        assert (await reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")
        for _, writer in [*crowd, (reader, phone)]:
            writer.transport.abort()


async def test_one_that_is_slow_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "REQUEST_S", 0.1)
    async with offered() as offer:
        assert await asked(offer.port, b"GET / HTTP/1.1\r\n") == b""  # it never says the rest, and is not waited for


async def test_a_head_without_an_end_is_cut_off() -> None:
    async with offered() as offer:
        assert await asked(offer.port, b"GET /" + b"a" * 2 * visitors.MAX_HEAD) == b""
        assert offer.taken == []


async def test_what_holds_a_secret_is_not_offered() -> None:
    with pytest.raises(HandoverError, match="with a password in it"):
        async with offered(replace(profile(), holds_secret=True)):
            pass


async def test_an_address_that_is_not_ours_is_said() -> None:
    with pytest.raises(HandoverError, match=r"^The file cannot be offered at 192\.0\.2\.1: "):
        async with offering(profile(), "192.0.2.1", lambda: None):
            pass


def test_no_profile_has_a_password() -> None:
    dav = tuple(DavService(kind, "https://dav.example.org/", DavSource.PRESET, True) for kind in DavKind)
    made = with_calendars(iphone(account(display_name="Ada")), account(), dav)
    (file,) = made.files
    loaded = plistlib.loads(file.content)
    keys = {key for payload in (loaded, *loaded["PayloadContent"]) for key in payload}
    assert [key for key in keys if "Password" in key] == ["OutgoingPasswordSameAsIncomingPassword"]
    assert CANARY not in file.text
    assert not file.holds_secret
