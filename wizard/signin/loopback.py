"""Where the browser comes back to: one address on this computer, for one answer, for five minutes (RFC 8252 §7.3)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from wizard.language import spoken, tr, tr_later
from wizard.model.secret import Secret
from wizard.net.patience import within

HOST: Final = "127.0.0.1"
PATH: Final = "/"
WAIT_S: Final = 300.0
REQUEST_S: Final = 5.0
MAX_HEAD: Final = 16 * 1024
MAX_AT_ONCE: Final = 8
BACKLOG: Final = 128

DONE = tr_later("Mailwright has the answer. Close this page and go back to Mailwright.")
NOT_HERE = tr_later("This page belongs to Mailwright and is of no use by itself. Close it and go back to Mailwright.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider sent the browser back with; the first value of each parameter."""

    code: Secret | None
    error: str | None
    description: str


class Loopback:
    """Listens while its `async with listening(...)` block runs; made there.

    Only the request with the right state counts, and only one: all others are answered with a page that says nothing.
    """

    def __init__(self, is_ours: Callable[[str], bool]) -> None:
        self.is_ours = is_ours
        self.redirect_uri = ""
        self._host = ""
        self._answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._writers: dict[asyncio.StreamWriter, None] = {}  # in the order they came

    async def answer(self, timeout_s: float = WAIT_S) -> Answer:
        """The answer with the right state; raises TimeoutError.

        The plain clock counts: it is a person who is waited for, and what this page promises them is in minutes.
        """
        async with asyncio.timeout(timeout_s):
            return await asyncio.shield(self._answer)

    def bound(self, port: int) -> None:
        """Names the address the browser is to come back to."""
        self._host = f"{HOST}:{port}"
        self.redirect_uri = f"http://{self._host}{PATH}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one connection and closes it."""
        if len(self._writers) >= MAX_AT_ONCE:
            # The one that has said nothing for longest makes room: a crowd that waits keeps no browser out.
            oldest = next(iter(self._writers))
            del self._writers[oldest]
            oldest.transport.abort()
        self._writers[writer] = None
        try:
            with within(REQUEST_S):
                head = await reader.readuntil(b"\r\n\r\n")
                found = self._read(head)
                took = found is not None and not self._answer.done()
                writer.write(_page(200, DONE) if took else _page(404, NOT_HERE))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
            # Told last: the block ends with it, and the browser shall have its page by then.
            if found is not None and not self._answer.done():
                self._answer.set_result(found)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever that was, the browser's own request is still awaited
        finally:
            self._writers.pop(writer, None)
            writer.transport.abort()

    def close(self) -> None:
        """Frees what is still open."""
        for writer in tuple(self._writers):
            writer.transport.abort()
        self._answer.cancel()

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
    loopback = Loopback(is_ours)
    server = await asyncio.start_server(loopback.serve, HOST, 0, limit=MAX_HEAD, backlog=BACKLOG)
    loopback.bound(server.sockets[0].getsockname()[1])
    try:
        yield loopback
    finally:
        server.close()
        loopback.close()
        with contextlib.suppress(TimeoutError), within(REQUEST_S):
            await server.wait_closed()


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
