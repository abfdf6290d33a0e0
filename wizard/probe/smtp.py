"""SMTP submission: aiosmtplib's wire on a socket we connected, one command at a time, one sign-in at most."""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import Sequence
from typing import cast

from aiosmtplib.errors import SMTPDataError, SMTPException, SMTPResponseException
from aiosmtplib.esmtp import parse_esmtp_extensions
from aiosmtplib.protocol import MAX_RESPONSE_LENGTH, SMTPProtocol
from aiosmtplib.response import SMTPResponse

from wizard.model.evidence import Detail, ErrorKind, Reply, Stage
from wizard.model.server import AuthMethod, ServerCandidate
from wizard.net.patience import within
from wizard.probe.conversation import SIGN_IN_S, Outbox, Terms
from wizard.probe.credentials import Credentials
from wizard.probe.environment import public_address
from wizard.probe.error_kinds import InjectedBeforeTls, StageFailed, Unparsable, what_speaks
from wizard.probe.mechanisms import Answer, Attempt, Challenge, both_ways, methods_for, nothing_fits
from wizard.probe.recorder import StageFacts
from wizard.probe.sasl import decoded, mechanism_of, said_in
from wizard.probe.tls import encrypt

EHLO_NAME = "[127.0.0.1]"  # RFC 5321 §4.1.3; the computer's own name is nobody's business (T35)
MESSAGE_S = 60.0
OUTCOME_S = 55.0  # for both answers to DATA together
MAX_COMMAND = 512  # with CRLF (RFC 5321 §4.5.3.1.4); a token of Microsoft's alone is three times as long
GOODBYE_S = 0.25
RESET_S = 5.0
_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


class SmtpWire(SMTPProtocol):
    """aiosmtplib's protocol with what it does not keep: the first bytes, and anything sent before it was asked for."""

    def __init__(self) -> None:
        super().__init__(asyncio.get_running_loop())
        self.first_bytes = b""
        self._unasked = False
        self._due = 0  # answers to commands sent together that nobody has read yet

    def send_together(self, commands: Sequence[bytes]) -> None:
        """Sends commands in one piece (RFC 2920); `read_response` then gives their answers in turn."""
        self._due = len(commands)
        self.write(b"".join(command + b"\r\n" for command in commands))

    async def read_response(self, timeout: float | None = None) -> SMTPResponse:
        if self._due:
            self._due -= 1
            # aiosmtplib reads one answer and leaves what came with it in its buffer.
            ready = self._read_response_from_buffer()
            if ready is not None:
                return ready
        return await super().read_response(timeout)

    def data_received(self, data: bytes) -> None:
        if self._due and not self._is_awaited and len(self._buffer) + len(data) <= MAX_RESPONSE_LENGTH:
            self._buffer += data  # an answer before its turn
            return
        if len(self.first_bytes) < 256:
            self.first_bytes += data[:256]
        # aiosmtplib drops these bytes; at the switch to TLS they are a reason to stop (T03).
        self._unasked |= not self._is_awaited
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
            raise InjectedBeforeTls
        self.transport = await encrypt(cast(asyncio.Transport, plain), cast(asyncio.Protocol, self), context, host, pin)
        self._over_ssl = True

    def abort(self) -> None:
        """Frees the socket at once."""
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()


class SmtpConversation(Outbox):
    """One connection to a sending server."""

    def __init__(self, candidate: ServerCandidate, terms: Terms) -> None:
        super().__init__(candidate, terms)
        self.extensions: dict[str, str] = {}
        self.mechanisms: tuple[str, ...] = ()
        self._seen_as: str | None = None

    def _new_wire(self) -> SmtpWire:
        return SmtpWire()

    @property
    def _smtp(self) -> SmtpWire:
        if not isinstance(self.connector.wire, SmtpWire):
            raise ConnectionResetError("not connected")
        return self.connector.wire

    @property
    def is_open(self) -> bool:
        """Whether the line still stands."""
        return isinstance(self.connector.wire, SmtpWire) and self.connector.wire.is_connected

    @property
    def offered(self) -> tuple[str, ...]:
        """What stands behind AUTH in the answer to EHLO."""
        return self.mechanisms

    async def _greet(self) -> None:
        await self.connector.first_words(self._read_greeting)

    def _note_offer(self, facts: StageFacts) -> None:
        facts.capabilities = tuple(key.upper() for key in self.extensions)
        facts.detail |= Detail(mechanisms=" ".join(self.mechanisms) or None, seen_as=self._seen_as)
        size = self.extensions.get("size", "").split(" ")[0]
        if size.isascii() and size.isdigit() and 0 < int(size) < 2**53:
            self.recorder.max_message_bytes = int(size)

    async def _read_greeting(self) -> bytes:
        try:
            response = await self._smtp.read_response()
        except SMTPResponseException as error:
            raise self._not_smtp() from error
        reply = self._reply(response)
        if response.code != 220:
            if response.code < 200 or response.code > 599:
                raise self._not_smtp()
            raise StageFailed(Stage.GREETING, ErrorKind.REPLY, reply=reply)
        if what_speaks(self._smtp.first_bytes) == "ftp":
            raise self._not_smtp()
        return response.message.encode("utf-8", "replace")

    def _not_smtp(self) -> StageFailed:
        speaks = what_speaks(self._smtp.first_bytes)
        reply = self.recorder.make_reply(self._smtp.first_bytes.decode("utf-8", "replace").split("\n")[0])
        kind = {
            "imap": ErrorKind.OTHER_PROTOCOL,
            "pop3": ErrorKind.OTHER_PROTOCOL,
            "tls": ErrorKind.TLS_WHERE_PLAINTEXT,
            "smtp": ErrorKind.PROTOCOL_ERROR,
        }.get(speaks, ErrorKind.NOT_MAIL)
        stage = Stage.TLS if kind is ErrorKind.TLS_WHERE_PLAINTEXT else Stage.GREETING
        return StageFailed(stage, kind, reply=reply, detail={"speaks": speaks})

    async def _ask_offer(self) -> None:
        response = await self._command("EHLO " + EHLO_NAME)
        self.extensions, self.mechanisms = {}, ()
        if response.code == 250:
            self.extensions, methods = parse_esmtp_extensions(response.message)
            self.mechanisms = tuple(dict.fromkeys(method.upper() for method in methods))
        elif response.code in (500, 502, 504):
            response = await self._command("HELO " + EHLO_NAME)
        if response.code != 250:
            raise StageFailed(Stage.GREETING, ErrorKind.REPLY, reply=self._reply(response))
        # Many servers greet the client by the address they see (RFC 5321 §4.1.1.1): what an allow list must hold.
        self._seen_as = public_address(response.message.split("\n")[0])

    async def _starttls(self) -> None:
        if "starttls" not in self.extensions:
            self.abort()
            raise StageFailed(Stage.TLS, ErrorKind.STARTTLS_MISSING)
        response = await self._command("STARTTLS")
        if response.code != 220:
            self.abort()
            raise StageFailed(Stage.TLS, ErrorKind.STARTTLS_REFUSED, reply=self._reply(response))

    async def _ask_again(self) -> None:
        # Exchange Online leaves AUTH out of an answer now and then (python/cpython#115251).
        if self.extensions:
            await self._ask_offer()

    def _attempts(self, credentials: Credentials) -> list[Attempt]:
        methods = methods_for(credentials, self.mechanisms)
        if not methods:
            raise nothing_fits(self.mechanisms)
        if AuthMethod.PLAIN in methods and AuthMethod.LOGIN not in methods:
            methods.append(AuthMethod.LOGIN)  # some announce the one and know the other (go-simple-mail#117)

        def fits(method: AuthMethod) -> bool:
            first = mechanism_of(method, credentials, self.candidate).first
            return first is not None and len(_auth_command(method, first)) + 2 <= MAX_COMMAND

        return both_ways(methods, fits)

    async def _begin(self, method: AuthMethod, first: bytes | None) -> Challenge | Answer:
        self.recorder.sent(f"AUTH {method.value}{' ***' if first is not None else ''}")
        return self._sasl(await self._smtp.execute_command(_auth_command(method, first)))

    async def _respond(self, data: bytes) -> Challenge | Answer:
        self.recorder.sent("***" if data else "")
        return self._sasl(await self._smtp.execute_command(base64.b64encode(data)))

    def _sasl(self, response: SMTPResponse) -> Challenge | Answer:
        self._heard(response)
        if response.code == 334:
            return Challenge(decoded(response.message))
        return Answer(response.code == 235, self._reply(response))

    async def prove_usable(self, address: str) -> None:
        """Asks whether a message of the address to itself would be taken."""
        await self.try_envelope(address, address)

    async def try_envelope(self, sender: str, recipient: str, *, keep: bool = False) -> None:
        """Asks whether the server would take a message from `sender` to `recipient` (RFC 5321 §3.3).

        Without `keep` the envelope is dropped again and nothing is sent.
        """
        with self._stage(Stage.ENVELOPE, SIGN_IN_S) as facts:
            needs_utf8 = not (sender.isascii() and recipient.isascii())
            if needs_utf8 and "smtputf8" not in self.extensions:
                raise StageFailed(Stage.ENVELOPE, ErrorKind.SMTPUTF8_MISSING)
            facts.detail |= {"sender": sender, "recipient": recipient}
            options = " SMTPUTF8" if needs_utf8 else ""
            commands = {"mail": f"MAIL FROM:<{sender}>{options}", "rcpt": f"RCPT TO:<{recipient}>"}
            together = "pipelining" in self.extensions
            if together:
                self._send_together([*commands.values(), *([] if keep else ["RSET"])])
            for step, command in commands.items():
                response = self._heard(await self._smtp.read_response()) if together else await self._command(command)
                if not 200 <= response.code < 300:
                    facts.detail["command"] = step
                    raise StageFailed(Stage.ENVELOPE, ErrorKind.REPLY, reply=self._reply(response))
        if not keep:
            await self._reset(sent=together)

    def _send_together(self, commands: Sequence[str]) -> None:
        for command in commands:
            self.recorder.sent(command)
        self._smtp.send_together([command.encode("utf-8") for command in commands])

    async def _reset(self, *, sent: bool) -> None:
        # The answer that was wanted is there already; a line that fails now is no longer used, that is all.
        try:
            with within(RESET_S):
                if sent:
                    self._heard(await self._smtp.read_response())
                else:
                    await self._command("RSET")
        except (TimeoutError, OSError, SMTPException, Unparsable):
            self.abort()

    async def send(self, sender: str, recipient: str, message: bytes) -> Reply:
        """Sends one message, once; the server's acceptance. Silence after the final dot is OUTCOME_UNKNOWN (T12)."""
        await self.try_envelope(sender, recipient, keep=True)
        with self._stage(Stage.MESSAGE, MESSAGE_S) as facts:
            facts.detail |= {"sender": sender, "recipient": recipient}
            self.recorder.sent(f"DATA ({len(message)} bytes)")
            try:
                with within(OUTCOME_S):
                    response = await self._smtp.execute_data_command(message)
            except SMTPDataError as error:
                refusal = SMTPResponse(error.code, error.message)
                self.recorder.received(f"{refusal.code} {refusal.message}")
                raise StageFailed(Stage.MESSAGE, ErrorKind.REPLY, reply=self._reply(refusal)) from error
            except (SMTPException, OSError) as error:  # TimeoutError is one of them
                raise StageFailed(Stage.MESSAGE, ErrorKind.OUTCOME_UNKNOWN) from error
            self.recorder.received(f"{response.code} {response.message}")
            facts.reply = self._reply(response)
            return facts.reply

    async def close(self) -> None:
        """Says QUIT and frees the socket, whatever the server makes of it."""
        if self.is_open:
            try:
                with within(GOODBYE_S):
                    await self._smtp.execute_command(b"QUIT")
            except (TimeoutError, OSError, SMTPException, Unparsable, ValueError):
                pass
        self.abort()

    async def _command(self, command: str) -> SMTPResponse:
        self.recorder.sent(command)
        response = await self._smtp.execute_command(command.encode("utf-8"))
        return self._heard(response)

    def _heard(self, response: SMTPResponse) -> SMTPResponse:
        for line in response.message.split("\n"):
            # A challenge is kept as its words: in base64 a secret could hide from the mask (T14).
            self.recorder.received(f"{response.code} {said_in(line) if response.code == 334 else line}")
        if not 200 <= response.code <= 599:
            raise Unparsable
        return response

    def _reply(self, response: SMTPResponse) -> Reply:
        text = response.message
        first = _ENHANCED.match(text)
        if first is not None:
            # Some servers repeat the enhanced code on every line (RFC 2034 §4); once is enough.
            text = re.sub(rf"(?m)^{re.escape(first[1])}[ \t]*", "", text)
        text = re.sub(r"\s*\n\s*", "\n", text).strip()  # the mask sees the lines, whoever is shown it does not
        return self.recorder.make_reply(text, code=response.code, enhanced=first[1] if first else None)


def _auth_command(method: AuthMethod, first: bytes | None) -> bytes:
    """AUTH, with what the client says first behind it (RFC 4954 §4)."""
    command = f"AUTH {method.value}".encode("ascii")
    return command if first is None else command + b" " + base64.b64encode(first)
