"""aiosmtplib's protocol as a wire for our conversations; tests/probe/test_aiosmtplib.py names what it leans on."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from typing import cast

from aiosmtplib.errors import SMTPServerDisconnected
from aiosmtplib.protocol import MAX_RESPONSE_LENGTH, SMTPProtocol
from aiosmtplib.response import SMTPResponse

from wizard.probe.error_kinds import InjectedBeforeTls
from wizard.probe.tls import encrypt

FIRST_BYTES = 1024  # enough for who speaks, and for where a web page leads
NO_CODE = -1  # aiosmtplib's for an answer it cannot read


class SmtpWire(SMTPProtocol):
    """aiosmtplib's protocol with what it does not keep: the first bytes, and anything sent before it was asked for."""

    def __init__(self) -> None:
        super().__init__(asyncio.get_running_loop())
        self.first_bytes = b""
        self._unasked = False
        self._latest = b""  # what came in the last packet
        self._sent = b""  # what was sent last
        self._due = 0  # answers to commands sent together that nobody has read yet
        self._ended_by: Exception | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether the line stands and nothing came that was not asked for, such as the 421 of a server that ends it."""
        return self.is_connected and not self._buffer and not self._unasked

    @property
    def waits_to_hand_over(self) -> bool:
        """Whether DATA was sent and not answered, so that nothing of the message has left."""
        return self._sent == b"DATA\r\n"

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended_by = exc
        super().connection_lost(exc)

    async def execute_command(self, *args: bytes, timeout: float | None = None) -> SMTPResponse:
        try:
            return await super().execute_command(*args, timeout=timeout)
        except SMTPServerDisconnected as error:
            # Of a line that ended before it was spoken on aiosmtplib does not say why, such as an alert of TLS 1.3.
            raise error from error.__cause__ or self._ended_by

    def write(self, data: bytes) -> None:
        super().write(data)
        self._sent = data[:10]

    def send_together(self, commands: Sequence[bytes]) -> None:
        """Sends commands in one piece (RFC 2920); `read_response` then gives their answers in turn."""
        self._due += len(commands)
        self.write(b"".join(command + b"\r\n" for command in commands))

    async def read_response(self, timeout: float | None = None) -> SMTPResponse:
        if not self._due:
            return await super().read_response(timeout)
        # aiosmtplib reads one answer and leaves what came with it in its buffer.
        response = self._read_response_from_buffer() or await super().read_response(timeout)
        self._due -= 1
        return response

    def _read_response_from_buffer(self) -> SMTPResponse | None:
        before = bytes(self._buffer)
        response = super()._read_response_from_buffer()
        if response is None:
            return None
        # aiosmtplib goes by the last line; one answer has one code (RFC 5321 §4.2.1), and two of them are no answer.
        lines = before[: len(before) - len(self._buffer)].splitlines()
        return response if len({line[:3] for line in lines}) == 1 else SMTPResponse(NO_CODE, response.message)

    def data_received(self, data: bytes) -> None:
        if self._due and not self._is_awaited and len(self._buffer) + len(data) <= MAX_RESPONSE_LENGTH:
            self._buffer += data  # an answer before its turn
            return
        if len(self.first_bytes) < FIRST_BYTES:
            self.first_bytes += data[:FIRST_BYTES]
        # aiosmtplib drops these bytes; at the switch to TLS they are a reason to stop (T03).
        self._unasked |= not self._is_awaited
        self._latest = data[:FIRST_BYTES]
        super().data_received(data)

    @property
    def _is_awaited(self) -> bool:
        return self._response_pending and self._response_waiter is not None and not self._response_waiter.done()

    async def encrypt(self, context: ssl.SSLContext, host: str, pin: str | None) -> None:
        """Switches to TLS; raises InjectedBeforeTls when the server has already sent something else."""
        plain = self.transport
        if plain is None:
            raise ConnectionResetError("the connection is closed")
        spoke_first = self._response_waiter is not None and self._response_waiter.done() and not self._over_ssl
        if self._buffer or self._unasked or spoke_first:
            self.abort()
            raise InjectedBeforeTls(self._latest)
        self.transport = await encrypt(cast(asyncio.Transport, plain), cast(asyncio.Protocol, self), context, host, pin)
        self._over_ssl = True

    def abort(self) -> None:
        """Frees the socket at once."""
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()
