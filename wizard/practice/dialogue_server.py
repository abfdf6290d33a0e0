"""One connection to a practice server: bounded lines in, replies out, TLS at the switch."""

from __future__ import annotations

import asyncio
import base64
import binascii
import ssl
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Final

from wizard.model.server import Security
from wizard.practice.mailbox import Mailbox
from wizard.practice.scenarios import Accepts, PracticeServer, Scenario

MAX_LINE: Final = 8192
_HIGH_WATER: Final = 256 * 1024
HANDSHAKE_TIMEOUT_S: Final = 20.0


class PeerGoneError(Exception):
    """The client left."""


class TooLongError(Exception):
    """A line or literal past the bounds."""


class Line(asyncio.Protocol):
    """Bytes from and to one client."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._news = asyncio.Event()
        self._ended = False
        self._paused = False
        self._lost = asyncio.Event()
        self._transport: asyncio.Transport | None = None

    @property
    def encrypted(self) -> bool:
        """Whether TLS is in place."""
        return self._transport is not None and self._transport.get_extra_info("ssl_object") is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker; a stream always has one
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._news.set()
        if len(self._buffer) > _HIGH_WATER and self._transport is not None and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def eof_received(self) -> None:
        self._ended = True
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost.set()
        self._ended = True
        self._news.set()

    async def read_line(self) -> bytes:
        """The next line without its ending. Raises PeerGoneError or TooLongError."""
        while (end := self._buffer.find(b"\n", 0, MAX_LINE)) < 0:
            if len(self._buffer) >= MAX_LINE:
                raise TooLongError
            await self._more()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._resume()
        return line.removesuffix(b"\r")

    async def read_exactly(self, count: int) -> bytes:
        """That many bytes. Raises PeerGoneError."""
        while len(self._buffer) < count:
            await self._more()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        self._resume()
        return data

    async def _more(self) -> None:
        if self._ended:
            raise PeerGoneError
        self._news.clear()
        await self._news.wait()

    def _resume(self) -> None:
        if self._paused and len(self._buffer) <= _HIGH_WATER // 2 and self._transport is not None and not self._ended:
            self._paused = False
            self._transport.resume_reading()

    def write(self, data: bytes) -> None:
        """Sends; nothing when the client left."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Encrypts the line; what was sent early is dropped, as RFC 3207 §4.2 demands."""
        self._buffer.clear()
        if self._transport is None or self._transport.is_closing():
            raise PeerGoneError
        self._transport = await asyncio.get_running_loop().start_tls(
            self._transport, self, context, server_side=True, ssl_handshake_timeout=HANDSHAKE_TIMEOUT_S
        )

    def close(self) -> None:
        """Ends after what is still to be sent."""
        if self._transport is not None:
            self._transport.close()

    async def lost(self) -> None:
        """Waits until the socket is closed."""
        if self._transport is not None:
            await self._lost.wait()

    def abort(self) -> None:
        """Ends at once."""
        if self._transport is not None:
            self._transport.abort()


class Dialogue(ABC):
    """What the three protocols' servers have in common.

    Args:
        line: the connection.
        server: how this server behaves.
        scenario: whose it is.
        mailbox: the account's.
        context: its TLS context.
    """

    def __init__(
        self,
        line: Line,
        server: PracticeServer,
        scenario: Scenario,
        mailbox: Mailbox,
        context: Callable[[], ssl.SSLContext],
    ) -> None:
        self.line = line
        self.server = server
        self.scenario = scenario
        self.mailbox = mailbox
        self._context = context

    @abstractmethod
    async def run(self) -> None:
        """Speaks until the client says good-bye."""

    def say(self, text: str) -> None:
        """Sends one line, or several parted by newlines."""
        self.line.write(text.replace("\n", "\r\n").encode("utf-8", "surrogateescape") + b"\r\n")

    @property
    def may_start_tls(self) -> bool:
        """Whether the switch is offered now."""
        return self.server.security is Security.STARTTLS and not self.line.encrypted

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The sign-in methods offered now; none in clear: a practice server never takes a password unencrypted."""
        return self.server.auth if self.line.encrypted and not self.server.relays else ()

    async def start_tls(self) -> None:
        """Encrypts the line."""
        await self.line.start_tls(self._context())

    def accepts(self, username: str, password: str) -> bool:
        """Whether this server lets them in."""
        address = self.scenario.account.address
        match self.server.accepts:
            case Accepts.FULL_ADDRESS:
                wanted = address
            case Accepts.LOCAL_PART:
                wanted = address.rpartition("@")[0]
            case Accepts.NOBODY:
                return False
        secret = self.server.password or self.scenario.accepted_password
        return username.lower() == (self.server.username or wanted).lower() and password == secret

    async def credentials(
        self, mechanism: str, initial: str | None, ask: Callable[[str], Awaitable[str | None]]
    ) -> tuple[str, str] | None:
        """User name and password by SASL PLAIN (RFC 4616) or LOGIN; None when the client gave up or sent nonsense.

        `ask` sends a challenge (base64) and returns the answer.
        """
        try:
            if mechanism == "PLAIN":
                answer = initial if initial is not None else await ask("")
                parts = _decoded(answer).split("\0")
                return (parts[1], parts[2]) if len(parts) == 3 else None
            username = _decoded(initial if initial is not None else await ask("VXNlcm5hbWU6"))
            return username, _decoded(await ask("UGFzc3dvcmQ6"))
        except (binascii.Error, UnicodeDecodeError, _GivenUpError):
            return None


class _GivenUpError(Exception):
    """The client answered a challenge with "*" (RFC 4954 §4)."""


def _decoded(answer: str | None) -> str:
    if answer is None or answer == "*":
        raise _GivenUpError
    return base64.b64decode("" if answer == "=" else answer, validate=True).decode()
