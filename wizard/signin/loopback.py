"""Where the browser comes back to: one address on this computer, for one answer, for five minutes (RFC 8252 §7.3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from wizard.language import spoken, tr, tr_later
from wizard.model.secret import Secret
from wizard.net.visitors import Done, visitors

HOST: Final = "127.0.0.1"
PATH: Final = "/"
WAIT_S: Final = 300.0

DONE = tr_later("Mailwright has the answer. Close this page and go back to Mailwright.")
NOT_HERE = tr_later("This page belongs to Mailwright and is of no use by itself. Close it and go back to Mailwright.")


class Answer(Struct, frozen=True):
    """What the provider sent the browser back with; the first value of each parameter."""

    code: Secret | None
    error: str | None
    description: str


class Loopback:
    """Listens while its `async with listening(...)` block runs; made there.

    Only the request with the right state counts, and only one: all others are answered with a page that says nothing.
    """

    def __init__(self, is_ours: Callable[[str], bool], host: str) -> None:
        self.is_ours = is_ours
        self._host = host
        self._answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    @property
    def redirect_uri(self) -> str:
        """The address the browser is to come back to."""
        return f"http://{self._host}{PATH}"

    async def answer(self, timeout_s: float = WAIT_S) -> Answer:
        """The answer with the right state; raises TimeoutError.

        The plain clock counts: it is a person who is waited for, and what this page promises them is in minutes.
        """
        async with asyncio.timeout(timeout_s):
            return await asyncio.shield(self._answer)

    def respond(self, head: bytes) -> tuple[bytes, Done | None]:
        """The page for one request; the answer counts once it is sent: the block ends with it."""
        found = self._read(head)
        if found is None or self._answer.done():
            return _page(404, NOT_HERE), None
        return _page(200, DONE), partial(self._take, found)

    def close(self) -> None:
        """Nothing is awaited any more."""
        self._answer.cancel()

    def _take(self, found: Answer) -> None:
        if not self._answer.done():
            self._answer.set_result(found)

    def _read(self, head: bytes) -> Answer | None:
        """The answer in a request for us with our state; `None` for any other."""
        lines = head.decode("latin-1").split("\r\n")
        method, _, rest = lines[0].partition(" ")
        target, _, version = rest.partition(" ")
        hosts = [line[5:].strip() for line in lines[1:] if line[:5].lower() == "host:"]
        # A page elsewhere can make the browser ask here under a name of its own (DNS rebinding); only ours is meant.
        if method != "GET" or not version.startswith("HTTP/1.") or hosts != [self._host]:
            return None
        try:
            parts = urlsplit(target)
            query = parse_qs(parts.query, max_num_fields=20, errors="replace")
        except ValueError:
            return None
        states = query.get("state", [])
        if parts.path != PATH or parts.netloc or len(states) != 1 or not self.is_ours(states[0]):
            return None
        code, error = query.get("code", [None])[0], query.get("error", [None])[0]
        if (code is None) is (error is None):
            return None
        description = query.get("error_description", [""])[0]
        return Answer(Secret(code) if code is not None else None, error, description)


@asynccontextmanager
async def listening(is_ours: Callable[[str], bool] = lambda _: False) -> AsyncIterator[Loopback]:
    """A listener at 127.0.0.1 on a port of the system's choice; nothing of it is left after the block.

    `is_ours` says whether a state is the one that was sent out; it may be set before the page is opened.
    """
    async with visitors(HOST) as browsers:
        loopback = Loopback(is_ours, browsers.host)
        browsers.begin(loopback.respond)
        try:
            yield loopback
        finally:
            loopback.close()


def _page(status: int, words: str) -> bytes:
    """A page that loads nothing, runs nothing and keeps the address it was called by to itself."""
    from html import escape  # brings the names of two thousand characters

    body = (
        f'<!doctype html><html lang="{spoken()}" dir="auto"><meta charset="utf-8"><title>Mailwright</title>'
        f"<body><p>{escape(tr(words))}</p></body></html>"
    ).encode()
    reason = {200: "OK", 404: "Not Found"}[status]
    head = (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\n\r\n"
    )
    return head.encode() + body
