"""POP3: just what a check needs of RFC 1939, RFC 2449, RFC 2595 and RFC 5034."""

from __future__ import annotations

import base64
import hashlib
import re

from wizard.model.evidence import ErrorKind, Reply, Stage
from wizard.model.server import AuthMethod, Security, ServerCandidate
from wizard.net.patience import within
from wizard.probe.conversation import SIGN_IN_S, Found, Terms
from wizard.probe.credentials import Credentials
from wizard.probe.error_kinds import Oversized, StageFailed, Unparsable
from wizard.probe.line_conversation import LineConversation
from wizard.probe.mechanisms import Answer, Attempt, Challenge, both_ways, methods_for, nothing_fits
from wizard.probe.recorder import StageFacts
from wizard.probe.sasl import decoded, mechanism_of, said_in

MAX_LINES = 2000
MAX_REPLY = 256 * 1024
NEWEST = 20
NEWEST_WHOLE = 5  # so many are fetched whole where there is no TOP
SMALL = 32 * 1024
GOODBYE_S = 0.25
MAX_COMMAND = 255  # with CRLF (RFC 2449 §4)
_TIMESTAMP = re.compile(r"<[^<>@\s]{1,200}@[^<>\s]{1,200}>")  # RFC 1939 §7, the form of a Message-ID
_CODE = re.compile(r"^\[([^\]]{1,100})\]\s*")  # RFC 2449 §8


class Pop3Conversation(LineConversation):
    """One connection to a receiving server that speaks POP3."""

    def __init__(self, candidate: ServerCandidate, terms: Terms) -> None:
        super().__init__(candidate, terms)
        self.capabilities: dict[str, tuple[str, ...]] = {}
        self._timestamp: str | None = None
        self._found: int | None = None
        self._has_top = True

    async def still_answers(self) -> bool:
        """Whether the line stands: POP3 has no command that asks for nothing before a sign-in (RFC 1939 §4)."""
        return self.is_quiet

    @property
    def offered(self) -> tuple[str, ...]:
        """What stands behind SASL in the answer to CAPA."""
        return self.capabilities.get("SASL", ())

    async def _greet(self) -> None:
        text = await self._first_line()
        try:
            ok, words = _read(text)
        except Unparsable:
            raise await self._not_ours(text) from None
        if not ok:
            raise StageFailed(Stage.GREETING, ErrorKind.REPLY, reply=self._reply(words))
        self.recorder.note(greeted=True)
        if self.connector.is_encrypted or self.candidate.security is not Security.STARTTLS:
            found = _TIMESTAMP.search(text)
            self._timestamp = found[0] if found is not None else None

    def _note_offer(self, facts: StageFacts) -> None:
        facts.capabilities = tuple(self.capabilities)

    async def _ask_offer(self) -> None:
        self.capabilities = {}
        ok, _ = await self._command("CAPA")
        if not ok:
            return
        for line in await self._lines():
            words = line.decode("ascii", "replace").upper().split()
            if words and len(self.capabilities) < 100:
                self.capabilities[words[0]] = tuple(words[1:])

    async def _starttls(self) -> None:
        # Servers without CAPA may still know STLS; a plain refusal then says so.
        if self.capabilities and "STLS" not in self.capabilities:
            self.abort()
            raise StageFailed(Stage.TLS, ErrorKind.STARTTLS_MISSING)
        ok, text = await self._command("STLS")
        if not ok:
            self.abort()
            raise StageFailed(Stage.TLS, ErrorKind.STARTTLS_REFUSED, reply=self._reply(text))

    def _attempts(self, credentials: Credentials) -> list[Attempt]:
        """AUTH PLAIN, else USER and PASS, else the other mechanisms, else APOP."""

        def fits(method: AuthMethod) -> bool:
            first = mechanism_of(method, credentials, self.candidate).first
            return first is not None and len(_auth_command(method, first)) + 2 <= MAX_COMMAND

        attempts = both_ways(methods_for(credentials, self.offered), fits)
        if credentials.token is None:
            user_pass, plain = Attempt(AuthMethod.USER_PASS), sum(one.method is AuthMethod.PLAIN for one in attempts)
            if "USER" in self.capabilities or not self.capabilities:
                attempts.insert(plain, user_pass)
            elif plain:
                attempts.append(user_pass)  # not announced, but known to all who take a password in clear
            attempts += [Attempt(AuthMethod.APOP)] * (self._timestamp is not None)
        if not attempts:
            raise nothing_fits(self.offered)
        return attempts

    async def _try(self, attempt: Attempt, credentials: Credentials) -> Answer:
        user, password = credentials.user, credentials.password_bytes()
        match attempt.method:
            case AuthMethod.USER_PASS:
                ok, text = await self._command(b"USER " + user, "USER ***")
                if ok:
                    self._saying()
                    ok, text = await self._command(b"PASS " + password, "PASS ***")
            case AuthMethod.APOP:
                self._saying()
                digest = hashlib.md5((self._timestamp or "").encode() + password, usedforsecurity=False).hexdigest()
                ok, text = await self._command(b"APOP " + user + b" " + digest.encode(), "APOP *** ***")
            case _:
                return await super()._try(attempt, credentials)
        return self._judged(ok, text)

    async def _begin(self, method: AuthMethod, first: bytes | None) -> Challenge | Answer:
        self._send(_auth_command(method, first), f"AUTH {method.value}{' ***' if first is not None else ''}")
        return await self._step()

    async def _respond(self, data: bytes) -> Challenge | Answer:
        self._send(base64.b64encode(data), "***" if data else "")
        return await self._step()

    async def _step(self) -> Challenge | Answer:
        text = (await self._line.readline()).decode("utf-8", "replace")
        if text.startswith("+") and not text.upper().startswith("+OK"):
            words = text[1:].strip()
            self.recorder.received(f"+ {said_in(words)}")
            return Challenge(decoded(words))
        self.recorder.received(text)
        return self._judged(*_read(text))

    def _judged(self, ok: bool, text: str) -> Answer:
        return Answer(ok, self._reply(text, "+OK" if ok else "-ERR"))

    async def prove_usable(self, address: str) -> None:
        """Asks how full the mailbox is, for a server may sign in whom it lets do nothing else."""
        with self._only_failure(Stage.AUTH, SIGN_IN_S) as facts:
            facts.detail["command"] = "stat"
            await self._count(Stage.AUTH)

    @property
    def sees_new_mail(self) -> bool:
        """No: a session shows the mailbox as it was at its sign-in (RFC 1939 §4)."""
        return False

    @property
    def sign_in_pause_s(self) -> float:
        """How many seconds the server wants between two sign-ins (LOGIN-DELAY, RFC 2449 §6.5)."""
        said = self.capabilities.get("LOGIN-DELAY", ())
        return float(said[0]) if said and said[0].isascii() and said[0].isdigit() and len(said[0]) < 7 else 0.0

    @property
    def looked_in(self) -> tuple[str, ...]:
        """POP3 knows one folder."""
        return ("INBOX",)

    async def find_message(self, token: str) -> Found | None:
        """The message whose Subject holds `token`, among the newest; None when it is not there."""
        with self._only_failure(Stage.ARRIVAL, SIGN_IN_S):
            count = await self._count(Stage.ARRIVAL)
            for number in range(count, max(0, count - NEWEST), -1):
                header = await self._header(number, nth=count - number)
                if header is not None and token.encode() in header:
                    self._found = number
                    return Found("INBOX", header)
            return None

    async def find_elsewhere(self, token: str) -> Found | None:
        """None: POP3 knows no other folder."""
        return None

    async def _header(self, number: int, *, nth: int) -> bytes | None:
        """The header of a message by TOP; where a server has none (neomutt#2707), from the newest that are small."""
        if self._has_top:
            ok, _ = await self._command(f"TOP {number} 0")
            if ok:
                return b"\r\n".join(await self._lines())
            self._has_top = False
        if nth >= NEWEST_WHOLE:
            return None
        ok, text = await self._command(f"LIST {number}")
        size = text.split()[1:2]
        if not ok or not size or not size[0].isdigit() or len(size[0]) > 6 or int(size[0]) > SMALL:
            return None
        ok, _ = await self._command(f"RETR {number}")
        if not ok:
            return None
        lines = await self._lines()
        return b"\r\n".join(lines[: lines.index(b"") if b"" in lines else len(lines)])

    async def _count(self, stage: Stage) -> int:
        """How many messages there are; STAT says so in one line, however full the mailbox (RFC 1939 §5)."""
        ok, text = await self._command("STAT")
        if not ok:
            raise StageFailed(stage, ErrorKind.REPLY, reply=self._reply(text))
        first = text.partition(" ")[0]
        return int(first) if first.isascii() and first.isdigit() and len(first) < 10 else 0

    async def delete_message(self, token: str, folder: str) -> bool:
        """Whether the message with `token` was removed; it goes when the connection is closed with QUIT."""
        if await self.find_message(token) is None:
            return False
        with self._only_failure(Stage.ARRIVAL, SIGN_IN_S):
            ok, _ = await self._command(f"DELE {self._found}")
            if ok:
                ok, _ = await self._command("QUIT")
        self.abort()
        return ok

    async def close(self) -> None:
        """Says QUIT and frees the socket, whatever the server makes of it."""
        if self.is_open:
            try:
                with within(GOODBYE_S):
                    await self._command("QUIT")
            except (TimeoutError, OSError, EOFError, Oversized, Unparsable):
                pass
        self.abort()

    async def _command(self, command: str | bytes, shown: str | None = None) -> tuple[bool, str]:
        """Whether it was +OK, and what stands behind that."""
        data = command.encode("ascii") if isinstance(command, str) else command
        self._send(data, shown if shown is not None else data.decode("ascii", "replace"))
        text = (await self._line.readline()).decode("utf-8", "replace")
        self.recorder.received(text)
        return _read(text)

    def _send(self, data: bytes, shown: str) -> None:
        self.recorder.sent(shown)
        self._line.write(data + b"\r\n")

    async def _lines(self) -> list[bytes]:
        lines: list[bytes] = []
        size = 0
        while len(lines) < MAX_LINES and size < MAX_REPLY:
            line = await self._line.readline()
            if line == b".":
                return lines
            size += len(line)
            lines.append(line.removeprefix(b"."))
        raise Oversized("reply")

    def _reply(self, text: str, status: str = "-ERR") -> Reply:
        code = _CODE.match(text)
        return self.recorder.make_reply(text, status=status, code_text=code[1] if code is not None else None)


def _read(text: str) -> tuple[bool, str]:
    """Whether a first line says +OK, and what stands behind that; raises Unparsable for anything but +OK and -ERR.

    RFC 1939 §3 wants them in capitals; a few servers have them in small letters.
    """
    indicator = text.upper()
    if indicator.startswith("+OK"):
        return True, text[3:].strip()
    if indicator.startswith("-ERR"):
        return False, text[4:].strip()
    raise Unparsable


def _auth_command(method: AuthMethod, first: bytes | None) -> bytes:
    """AUTH, with what the client says first behind it (RFC 5034 §4)."""
    command = f"AUTH {method.value}".encode("ascii")
    return command if first is None else command + b" " + base64.b64encode(first)
