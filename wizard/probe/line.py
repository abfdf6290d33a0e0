"""A line-by-line connection that cannot be fooled at STARTTLS, for IMAP and POP3."""

from __future__ import annotations

import asyncio
import ssl
from typing import cast

from wizard.probe.error_kinds import InjectedBeforeTls, Oversized
from wizard.probe.tls import encrypt

FIRST_BYTES = 1024  # enough for who speaks, and for where a web page leads
MAX_LINE = 8 * 1024
MAX_BUFFER = 64 * 1024


class Line(asyncio.Protocol):
    """Reads lines and literals under caps.

    asyncio's own streams keep what was buffered in clear across their switch to TLS and hand it out as if it had come
    encrypted (CPython gh-142352); here bytes waiting at the switch end the connection (RFC 9051 §11.1, RFC 2595 §2.2).
    """

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.first_bytes = b""
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._ended: BaseException | None = None
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if len(self.first_bytes) < FIRST_BYTES:
            self.first_bytes += data[:FIRST_BYTES]
        self._buffer += data
        if len(self._buffer) > MAX_BUFFER and not self._paused and self.transport is not None:
            self._paused = True
            self.transport.pause_reading()
        self._arrived.set()

    def eof_received(self) -> bool:
        self._end(EOFError("the server closed the connection"))
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or EOFError("the connection is closed"))

    def _end(self, error: BaseException) -> None:
        if self._ended is None:
            self._ended = error
        self._arrived.set()

    @property
    def is_open(self) -> bool:
        """Whether something can still be sent."""
        return self.transport is not None and not self.transport.is_closing() and self._ended is None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has come that nobody read."""
        return self.is_open and not self._buffer

    def write(self, data: bytes) -> None:
        """Sends bytes; when the line is gone, raises what ended it, an OSError or EOFError."""
        if not self.is_open:
            raise self._ended or ConnectionResetError("the connection is closed")
        assert self.transport is not None  # noqa: S101 - is_open said so
        self.transport.write(data)

    async def readline(self) -> bytes:
        """The next line without its ending; raises Oversized past 8 KiB and EOFError or OSError at the end."""
        while True:
            end = self._buffer.find(b"\n")
            if end >= 0 and end <= MAX_LINE:
                line = bytes(self._buffer[:end]).rstrip(b"\r")
                del self._buffer[: end + 1]
                self._resume()
                return line
            if end > MAX_LINE or len(self._buffer) > MAX_LINE:
                raise Oversized("line")
            await self._more()

    async def readexactly(self, count: int) -> bytes:
        """The next `count` bytes, a literal's; raises Oversized past 64 KiB."""
        if count > MAX_BUFFER:
            raise Oversized("literal")
        while len(self._buffer) < count:
            await self._more()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        self._resume()
        return data

    async def _more(self) -> None:
        if self._ended is not None:
            raise self._ended
        self._resume(MAX_BUFFER)  # what is held does not do: however full the buffer is, more is needed
        self._arrived.clear()
        await self._arrived.wait()

    def _resume(self, below: int = MAX_BUFFER // 2) -> None:
        if self._paused and len(self._buffer) < below and self.is_open and self.transport is not None:
            self._paused = False
            self.transport.resume_reading()

    async def encrypt(self, context: ssl.SSLContext, host: str, pin: str | None) -> None:
        """Switches to TLS; raises InjectedBeforeTls when the server has already sent something else."""
        if self.transport is None or self._ended is not None:
            raise self._ended or ConnectionResetError("the connection is closed")
        if self._buffer:
            self.abort()
            raise InjectedBeforeTls(bytes(self._buffer))
        self.transport = await encrypt(self.transport, self, context, host, pin)

    def abort(self) -> None:
        """Frees the socket at once; a peer that ignores close_notify cannot hold it (T36)."""
        if self.transport is not None:
            self.transport.abort()
