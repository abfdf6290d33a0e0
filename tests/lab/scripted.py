"""A server that says what a test wants, byte by byte, over a real socket: for what real servers will not do."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from tests.lab.certificates import Issued

LINE_LIMIT = 1 << 20


class Conversation:
    """One connection as the script sees it; `received` is every byte the client sent, inside TLS as plain text."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, certificate: Issued | None) -> None:
        self._reader = reader
        self._writer = writer
        self._certificate = certificate
        self.received = bytearray()

    @property
    def encrypted(self) -> bool:
        """Whether TLS is on."""
        return self._writer.get_extra_info("ssl_object") is not None

    async def send(self, *lines: bytes) -> None:
        """Sends the lines, each with CRLF, in one piece."""
        await self.send_raw(b"".join(line + b"\r\n" for line in lines))

    async def send_raw(self, data: bytes) -> None:
        """Sends exactly these bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def drip(self, data: bytes, every_s: float) -> None:
        """Sends one byte after the other."""
        for position in range(len(data)):
            await self.send_raw(data[position : position + 1])
            await asyncio.sleep(every_s)

    async def line(self) -> bytes:
        """The client's next line without its end; raises EOFError once the client is gone."""
        data = await self._reader.readline()
        self.received += data
        if not data.endswith(b"\n"):
            raise EOFError
        return data.rstrip(b"\r\n")

    async def some_bytes(self) -> bytes:
        """Whatever the client sends first, such as a TLS greeting."""
        data = await self._reader.read(65536)
        self.received += data
        return data

    async def lines_until(self, last: bytes) -> list[bytes]:
        """The client's lines up to one that is `last`, without it: a message after DATA ends with b"."."""
        lines = []
        while (line := await self.line()) != last:
            lines.append(line)
        return lines

    async def start_tls(self) -> None:
        """The server's half of the handshake."""
        if self._certificate is None:
            raise ValueError("a server that starts TLS needs a certificate")
        await self._writer.start_tls(self._certificate.server_context())

    async def silence(self) -> None:
        """Says nothing more; comes back when the client is gone."""
        while data := await self._reader.read(65536):
            self.received += data

    def reset(self) -> None:
        """Ends the connection with RST."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def close(self) -> None:
        """Ends the connection in order."""
        if not self._writer.is_closing():  # Python 3.11.2, Debian 12's, cannot abort what was closed twice
            self._writer.close()

    def abort(self) -> None:
        """Ends the connection at once, whatever the client still says."""
        self._writer.transport.abort()


Script = Callable[[Conversation], Awaitable[None]]


class ScriptedServer:
    """Listens while the `async with` block runs and plays the script to every client; then all connections are ended.

    An error of the script's own fails the test at the end of the block; a client that goes away does not.

    Args:
        script: called for each connection; the connection is closed when it returns.
        certificate: what it shows; None: no TLS.
        tls_at_start: TLS before the first byte instead of on `start_tls`.
    """

    def __init__(
        self,
        script: Script,
        *,
        certificate: Issued | None = None,
        tls_at_start: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._script = script
        self._certificate = certificate
        self._tls_at_start = tls_at_start
        self._errors: list[BaseException] = []
        self._playing: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.host = host
        self.port = port
        self.conversations: list[Conversation] = []

    @property
    def received(self) -> bytes:
        """Every byte from every client, in order of the connections."""
        return b"".join(bytes(conversation.received) for conversation in self.conversations)

    async def __aenter__(self) -> Self:
        if self._tls_at_start and self._certificate is None:
            raise ValueError("TLS at the start needs a certificate")
        self._server = await asyncio.start_server(self._play, self.host, self.port, limit=LINE_LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await asyncio.sleep(0)  # who was accepted a moment ago gets a task, which is then ended like the others
        playing = list(self._playing)
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)
        for conversation in self.conversations:
            conversation.abort()
        await self._server.wait_closed()
        if self._errors and error is None:
            raise self._errors[0]

    async def _play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._playing.add(task)
        conversation = Conversation(reader, writer, self._certificate)
        self.conversations.append(conversation)
        try:
            if self._tls_at_start:  # here and not by the listener, so that a handshake under way is ended as well
                await conversation.start_tls()
            await self._script(conversation)
        except (EOFError, ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass  # the client went, or the test is over
        except Exception as error:
            self._errors.append(error)
        finally:
            self._playing.discard(task)
            conversation.close()
