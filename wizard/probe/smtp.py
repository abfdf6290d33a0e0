"""SMTP submission: aiosmtplib's wire on a socket we connected, one command at a time, one sign-in at most."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress

from aiosmtplib.errors import SMTPDataError, SMTPException, SMTPResponseException
from aiosmtplib.esmtp import parse_esmtp_extensions
from aiosmtplib.response import SMTPResponse

from wizard.model.evidence import Detail, ErrorKind, Reply, Stage
from wizard.model.server import AuthMethod, Security, ServerCandidate
from wizard.net.patience import within
from wizard.probe.conversation import STILL_ANSWERS_S, Outbox, Terms
from wizard.probe.credentials import Credentials
from wizard.probe.environment import public_address
from wizard.probe.error_kinds import StageFailed, Unparsable, what_speaks
from wizard.probe.mechanisms import Answer, Attempt, Challenge, both_ways, methods_for, nothing_fits
from wizard.probe.recorder import StageFacts
from wizard.probe.sasl import decoded, mechanism_of, said_in
from wizard.probe.smtp_wire import NO_CODE, SmtpWire

# How we introduce ourselves (RFC 5321 §4.1.3), and how where a server does not like that; the computer's own name and
# address are nobody's business (T35).
EHLO_NAMES = ("[127.0.0.1]", "mailwright.invalid")
MESSAGE_S = 60.0
OUTCOME_S = 55.0  # for both answers to DATA together
MAX_COMMAND = 512  # with CRLF (RFC 5321 §4.5.3.1.4); a token of Microsoft's alone is three times as long
GOODBYE_S = 0.25
RESET_S = 5.0
PUT_OFF_S = 2.0  # who is asked to come again later asks once more after this pause, and then the person
ENVELOPE_S = 40.0
TOGETHER_S = 8.0  # answers to commands sent together come at once, or that packet was thrown away
# A refusal that names our greeting; where it answers the greeting itself, one that names a host name will do.
_OF_OUR_NAME = re.compile(r"\b(?:helo|ehlo)\b", re.IGNORECASE)
_OF_A_NAME = re.compile(r"host\s?name|domain name|fqdn|fully.qualified|invalid (?:name|domain|address|argument)", re.I)
_UNKNOWN = (500, 502)  # of a command, whose name may stand beside it
# What a firewall that blanks out the dialogue leaves: stars for the greeting, X for what it does not know (Cisco PIX).
_STARS = re.compile(r"[*\s]*\*{6}[*0-9\s]*")
_CROSSED_OUT = re.compile(r"X{3,}[A-Z]?", re.IGNORECASE)
_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


class SmtpConversation(Outbox):
    """One connection to a sending server."""

    _new_wire = SmtpWire

    def __init__(self, candidate: ServerCandidate, terms: Terms) -> None:
        super().__init__(candidate, terms)
        self.extensions: dict[str, str] = {}
        self.mechanisms: tuple[str, ...] = ()
        self._seen_as: str | None = None
        self._names = list(EHLO_NAMES)

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
    def is_quiet(self) -> bool:
        """Whether the line stands and nothing came that was not asked for."""
        return isinstance(self.connector.wire, SmtpWire) and self.connector.wire.is_quiet

    async def still_answers(self) -> bool:
        """Whether the server answers NOOP (RFC 5321 §4.1.1.9)."""
        with suppress(TimeoutError, OSError, SMTPException, Unparsable), within(STILL_ANSWERS_S):
            return (await self._command("NOOP")).code == 250 and self.is_quiet
        return False

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
            raise await self._not_smtp() from error
        for line in response.message.split("\n"):
            self.recorder.received(f"{response.code} {line}")
        if response.code != 220:
            if not 400 <= response.code <= 599:  # 200 is what news servers say
                raise await self._not_smtp()
            raise StageFailed(Stage.GREETING, ErrorKind.REPLY, reply=self._reply(response))
        if what_speaks(self._smtp.first_bytes) in ("ftp", "lmtp"):
            raise await self._not_smtp()
        self.recorder.note(greeted=True)
        if _STARS.fullmatch(response.message):
            self.recorder.note(masked=True)
        return response.message.encode("utf-8", "replace")

    async def _not_smtp(self) -> StageFailed:
        first = self._smtp.first_bytes
        speaks = what_speaks(first)
        if speaks == "smtp":
            self.recorder.note(greeted=True)
        reply = self.recorder.make_reply(first.decode("utf-8", "replace").split("\n")[0])
        if speaks == "http":
            detail = await self.connector.seen_on_the_web(first)
            return StageFailed(Stage.GREETING, ErrorKind.NOT_MAIL, reply=reply, detail=detail)
        kind = {
            "imap": ErrorKind.OTHER_PROTOCOL,
            "pop3": ErrorKind.OTHER_PROTOCOL,
            "tls": ErrorKind.TLS_WHERE_PLAINTEXT,
            "smtp": ErrorKind.PROTOCOL_ERROR,
        }.get(speaks, ErrorKind.NOT_MAIL)
        stage = Stage.TLS if kind is ErrorKind.TLS_WHERE_PLAINTEXT else Stage.GREETING
        return StageFailed(stage, kind, reply=reply, detail={"speaks": speaks})

    async def _ask_offer(self) -> None:
        response = await self._hello()
        is_of_name = self._is_of_name(response, at_hello=True)
        if is_of_name and await self._renamed():
            return
        if response.code == 250:
            self._take_offer(response)
            return
        if response.code == 503 and self.candidate.security is Security.STARTTLS and self.connector.is_encrypted:
            # "You already said HELO" (MailKit PR#33): what it offers inside TLS stays unsaid, so the usual is tried.
            self.extensions, self.mechanisms = {}, (AuthMethod.PLAIN.value, AuthMethod.LOGIN.value)
            return
        kind, detail = ErrorKind.HELO_REFUSED if is_of_name else ErrorKind.REPLY, Detail(command="ehlo")
        speaks = what_speaks(f"{response.code} {response.message}".encode())
        is_quiet_about_smtp = b"SMTP" not in self._smtp.first_bytes.upper() and not _CROSSED_OUT.search(
            response.message
        )
        if speaks == "ftp" or (kind is ErrorKind.REPLY and response.code in _UNKNOWN and is_quiet_about_smtp):
            # Every mail server knows EHLO or HELO.
            kind, detail = ErrorKind.NOT_MAIL, Detail(speaks=speaks)
        raise StageFailed(Stage.GREETING, kind, reply=self._reply(response), detail=detail)

    async def _hello(self) -> SMTPResponse:
        """The answer to EHLO, or to HELO where a server does not know that."""
        response = await self._command(f"EHLO {self._names[0]}")
        if response.code not in (500, 502, 504) or self._is_of_name(response, at_hello=False):
            return response
        if _CROSSED_OUT.search(response.message):
            self.recorder.note(masked=True)
        return await self._command(f"HELO {self._names[0]}")

    def _take_offer(self, response: SMTPResponse) -> None:
        # A few servers part their words with tabs; RFC 5321 §4.1.1.1 has blanks.
        self.extensions, methods = parse_esmtp_extensions(response.message.replace("\t", " "))
        self.mechanisms = tuple(dict.fromkeys(method.upper() for method in methods))
        if any(_CROSSED_OUT.fullmatch(name) for name in self.extensions):
            self.recorder.note(masked=True)
        # Many servers greet the client by the address they see (RFC 5321 §4.1.1.1): what an allow list must hold.
        self._seen_as = public_address(response.message.split("\n")[0])

    @staticmethod
    def _is_of_name(response: SMTPResponse, *, at_hello: bool) -> bool:
        """Whether a refusal is of how we introduced ourselves."""
        if response.code < 400 or response.code in (421, 503):
            return False
        if at_hello and (response.code in (501, 504, 553) or _OF_A_NAME.search(response.message)):
            return True
        return response.code not in _UNKNOWN and _OF_OUR_NAME.search(response.message) is not None

    async def _renamed(self) -> bool:
        """Whether the server took the other name, once; a sign-in stands (RFC 5321 §4.1.4 lets EHLO come again)."""
        if len(self._names) == 1:
            return False
        del self._names[0]
        response = await self._hello()
        if response.code == 250:
            self._take_offer(response)
        return response.code == 250

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
            response = await self._hello()
            if response.code == 250:  # "503 you already said HELO" takes nothing back
                self._take_offer(response)

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
        if response.code < 400 and response.code != 235:
            raise Unparsable  # neither yes nor no (RFC 4954 §4)
        return Answer(response.code == 235, self._reply(response))

    async def prove_usable(self, address: str) -> None:
        """Asks whether a message of the address to itself would be taken."""
        await self.try_envelope(address, address)

    async def try_envelope(self, sender: str, recipient: str, *, keep: bool = False) -> None:
        """Asks whether the server would take a message from `sender` to `recipient` (RFC 5321 §3.3).

        Without `keep` the envelope is dropped again and nothing is sent.
        """
        with self._stage(Stage.ENVELOPE, ENVELOPE_S) as facts:
            needs_utf8 = not (sender.isascii() and recipient.isascii())
            if needs_utf8 and "smtputf8" not in self.extensions:
                raise StageFailed(Stage.ENVELOPE, ErrorKind.SMTPUTF8_MISSING)
            facts.detail |= {"sender": sender, "recipient": recipient}
            options = " SMTPUTF8" if needs_utf8 else ""
            commands = {"mail": f"MAIL FROM:<{sender}>{options}", "rcpt": f"RCPT TO:<{recipient}>"}
            if not keep:
                commands["rset"] = "RSET"
            refused = await self._envelope(commands)
            is_of_name = refused is not None and self._is_of_name(refused[1], at_hello=False)
            if is_of_name and await self._renamed():
                refused = await self._envelope(commands)
                is_of_name = refused is not None and self._is_of_name(refused[1], at_hello=False)
            if refused is not None and self._may_be_taken_later(refused[1]) and not is_of_name:
                refused = await self._asked_once_more(commands, refused[1], facts)
            if refused is not None:
                facts.detail["command"] = refused[0]
                kind = ErrorKind.HELO_REFUSED if is_of_name else ErrorKind.REPLY
                raise StageFailed(Stage.ENVELOPE, kind, reply=self._reply(refused[1]))

    def _may_be_taken_later(self, response: SMTPResponse) -> bool:
        """Whether a refusal is for the moment, as in greylisting; after 421 the line is gone (RFC 5321 §3.8)."""
        return 400 <= response.code <= 499 and response.code != 421 and self.is_open

    async def _asked_once_more(
        self, commands: Mapping[str, str], response: SMTPResponse, facts: StageFacts
    ) -> tuple[str, SMTPResponse] | None:
        """As `_envelope`, after a pause; what the server said at first is kept, and that it was not the last word."""
        facts.reply = self._reply(response)  # a deadline in the pause has this to tell
        facts.detail["put_off"] = f"{response.code} {response.message}".replace("\n", " ")
        await asyncio.sleep(PUT_OFF_S)
        await self._dropped(self._command("RSET"))
        if not self.is_open:
            raise ConnectionResetError("the connection is closed")
        refused = await self._envelope(commands)
        facts.reply = None
        return refused

    async def _envelope(self, commands: Mapping[str, str]) -> tuple[str, SMTPResponse] | None:
        """The first of the commands that was refused, with its answer; None when all went well."""
        if "pipelining" in self.extensions:
            try:
                with within(TOGETHER_S):
                    return await self._envelope_together(commands)
            except TimeoutError:
                # Some servers drop what comes with MAIL in one packet: asked again, one command at a time.
                await self._start_over()
        for step, command in commands.items():
            if step == "rset":
                await self._dropped(self._command(command))
                continue
            response = await self._command(command)
            if response.code >= 300:
                return step, response
        return None

    async def _envelope_together(self, commands: Mapping[str, str]) -> tuple[str, SMTPResponse] | None:
        self._send_together(list(commands.values()))
        refused = None
        for step in commands:
            if step == "rset" or refused is not None:  # who hangs up after a refusal has said why (421)
                await self._dropped(self._smtp.read_response())
                continue
            response = self._heard(await self._smtp.read_response())
            if response.code >= 300:
                refused = step, response
        return refused

    async def _dropped(self, answer: Coroutine[None, None, SMTPResponse]) -> None:
        """Awaits an answer that decides nothing more: what was wanted is there, a line that fails is left."""
        try:
            with within(RESET_S):
                await answer
        except (TimeoutError, OSError, SMTPException, Unparsable):
            self.abort()

    async def _start_over(self) -> None:
        """Asks EHLO again, which drops the envelope, and whose answer of several lines is no other command's."""
        del self.extensions["pipelining"]
        command = f"EHLO {self._names[0]}"
        self._send_together([command])
        for _ in range(4):
            response = self._heard(await self._smtp.read_response())
            if "\n" in response.message or response.code >= 500:
                return
        raise Unparsable

    def _send_together(self, commands: Sequence[str]) -> None:
        for command in commands:
            self.recorder.sent(command)
        self._smtp.send_together([command.encode("utf-8") for command in commands])

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
                if error.code == NO_CODE:  # yes and no in one answer
                    raise StageFailed(Stage.MESSAGE, ErrorKind.OUTCOME_UNKNOWN) from error
                refusal = SMTPResponse(error.code, error.message)
                self.recorder.received(f"{refusal.code} {refusal.message}")
                kind = ErrorKind.HELO_REFUSED if self._is_of_name(refusal, at_hello=False) else ErrorKind.REPLY
                raise StageFailed(Stage.MESSAGE, kind, reply=self._reply(refusal)) from error
            except (SMTPException, OSError, asyncio.CancelledError) as error:  # TimeoutError is one of them
                if self._smtp.waits_to_hand_over:
                    facts.detail["command"] = "data"
                if self._smtp.waits_to_hand_over or isinstance(error, asyncio.CancelledError):
                    raise
                raise StageFailed(Stage.MESSAGE, ErrorKind.OUTCOME_UNKNOWN) from error
            self.recorder.received(f"{response.code} {response.message}")
            facts.reply = self._reply(response)
            return facts.reply

    async def close(self) -> None:
        """Says QUIT and frees the socket, whatever the server makes of it."""
        if self.is_open:
            with suppress(TimeoutError, OSError, SMTPException, Unparsable, ValueError), within(GOODBYE_S):
                await self._command("QUIT")
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
