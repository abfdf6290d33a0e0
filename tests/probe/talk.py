"""A mail server of three tongues whose every answer a test may replace, and a probe that talks to it."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress

from tests.lab.certificates import Issued
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from wizard.errors import NameNotFound
from wizard.model.evidence import ProbeReport
from wizard.model.secret import Redactor, Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.dns import MxRecord, SrvRecord
from wizard.net.reach import IPAddress
from wizard.probe.connector import Network
from wizard.probe.conversation import Conversation
from wizard.probe.credentials import Credentials
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed

USER = "ada@example.org"
PASSWORD = "tulip-wagon-64"
CREDENTIALS = Credentials(USER, Secret(PASSWORD))
PROTOCOLS = (Protocol.SMTP, Protocol.IMAP, Protocol.POP3)

# A hook answers one command its own way. True: the default answer is still to be sent; None: it has been dealt with.
Hook = Callable[[Talk, bytes], Awaitable[bool | None]]

_VERBS = {
    b"EHLO": "hello", b"HELO": "hello", b"CAPABILITY": "hello", b"CAPA": "hello",
    b"STARTTLS": "starttls", b"STLS": "starttls",
    b"AUTH": "auth", b"AUTHENTICATE": "auth", b"LOGIN": "auth", b"USER": "user", b"PASS": "auth", b"APOP": "auth",
    b"MAIL": "mail", b"RCPT": "rcpt", b"RSET": "rset", b"DATA": "data", b"QUIT": "quit", b"LOGOUT": "quit",
    b"LIST": "list", b"EXAMINE": "examine", b"SELECT": "examine", b"UID": "uid", b"STAT": "stat", b"TOP": "top",
    b"DELE": "dele",
}  # fmt: skip


def tag_of(line: bytes) -> bytes:
    """IMAP's tag."""
    return line.split(b" ")[0]


def verb_of(protocol: Protocol, line: bytes) -> str:
    """Which command a line is, the same word in every protocol."""
    words = line.split(b" ")
    word = words[1] if protocol is Protocol.IMAP and len(words) > 1 else words[0]
    return _VERBS.get(word.upper(), "other")


def ok(protocol: Protocol, line: bytes, text: bytes = b"done") -> bytes:
    """The answer yes to a command."""
    match protocol:
        case Protocol.SMTP:
            code = {"auth": b"235", "data": b"354", "quit": b"221", "starttls": b"220"}.get(
                verb_of(protocol, line), b"250"
            )
            return code + b" " + text + b"\r\n"
        case Protocol.IMAP:
            return tag_of(line) + b" OK " + text + b"\r\n"
        case Protocol.POP3:
            return b"+OK " + text + b"\r\n"


def no(protocol: Protocol, line: bytes, text: bytes = b"5.7.8 Error: authentication failed", code: int = 535) -> bytes:
    """The answer no to a command."""
    match protocol:
        case Protocol.SMTP:
            return b"%d " % code + text + b"\r\n"
        case Protocol.IMAP:
            return tag_of(line) + b" NO " + text + b"\r\n"
        case Protocol.POP3:
            return b"-ERR " + text + b"\r\n"


def greeting(protocol: Protocol) -> bytes:
    """The first words."""
    return {
        Protocol.SMTP: b"220 mail.example.org ESMTP\r\n",
        Protocol.IMAP: b"* OK ready\r\n",
        Protocol.POP3: b"+OK ready\r\n",
    }[protocol]


def offers(protocol: Protocol, line: bytes, *, starttls: bool, auth: bool) -> bytes:
    """What is offered, as the answer to EHLO, CAPABILITY or CAPA."""
    match protocol:
        case Protocol.SMTP:
            lines = [b"mail.example.org"] + [b"STARTTLS"] * starttls + [b"AUTH PLAIN LOGIN"] * auth
            return b"".join(b"250-" + item + b"\r\n" for item in lines) + b"250 SIZE 1000000\r\n"
        case Protocol.IMAP:
            words = b"IMAP4rev1" + b" STARTTLS" * starttls + (b" SASL-IR AUTH=PLAIN" if auth else b" LOGINDISABLED")
            return b"* CAPABILITY " + words + b"\r\n" + tag_of(line) + b" OK done\r\n"
        case Protocol.POP3:
            return b"+OK\r\n" + b"STLS\r\n" * starttls + b"SASL PLAIN\r\nUSER\r\n" * auth + b"TOP\r\n.\r\n"


class Mail:
    """The script of a server.

    Args:
        protocol: what it speaks.
        switch: whether it offers STARTTLS or STLS.
        clear_auth: whether it offers sign-in in clear as well.
        at, hooks: own answers, by the command's word; "greeting" comes before the first.
    """

    def __init__(
        self,
        protocol: Protocol,
        *,
        switch: bool = True,
        clear_auth: bool = False,
        at: Mapping[str, Hook] | None = None,
        **hooks: Hook,
    ) -> None:
        self.protocol = protocol
        self.switch = switch
        self.clear_auth = clear_auth
        self.hooks: dict[str, Hook] = {**(at or {}), **hooks}
        self.in_clear = bytearray()
        self.verbs: list[str] = []
        self.sign_ins: list[bytes] = []

    async def __call__(self, talk: Talk) -> None:
        try:
            if await self._hooked(talk, "greeting", b""):
                await talk.send_raw(greeting(self.protocol))
            while True:
                line = await talk.line()
                if not talk.encrypted:
                    self.in_clear += line + b"\r\n"
                verb = verb_of(self.protocol, line)
                self.verbs.append(verb)
                if verb == "auth":
                    self.sign_ins.append(line)
                if await self._hooked(talk, verb, line):
                    await self._answer(talk, verb, line)
                if verb == "quit":
                    return
        finally:
            if not talk.encrypted:
                self.in_clear += talk.received[len(self.in_clear) :]

    async def _hooked(self, talk: Talk, verb: str, line: bytes) -> bool | None:
        hook = self.hooks.get(verb)
        return True if hook is None else await hook(talk, line)

    async def _answer(self, talk: Talk, verb: str, line: bytes) -> None:
        if verb == "hello":
            inside = talk.encrypted
            await talk.send_raw(
                offers(self.protocol, line, starttls=self.switch and not inside, auth=inside or self.clear_auth)
            )
            return
        await talk.send_raw(ok(self.protocol, line))
        if verb == "starttls":
            await talk.start_tls()
        elif verb == "data":
            await talk.lines_until(b".")
            await talk.send_raw(b"250 taken\r\n")


def say(data: bytes, *, then: str = "go on") -> Hook:
    """A hook that sends these bytes; `then` "go on", "silence", "fin", "rst" or "default"."""

    async def hook(talk: Talk, line: bytes) -> bool | None:
        await talk.send_raw(data.replace(b"{tag}", tag_of(line)))
        match then:
            case "silence":
                await talk.silence()
            case "fin":
                talk.close()
                raise EOFError
            case "rst":
                talk.reset()
                raise EOFError
            case "default":
                return True
        return None

    return hook


def tls_server(mail: Mail, certificate: Issued, security: Security) -> ScriptedServer:
    """The server behind a port that is encrypted as `security` says."""
    return ScriptedServer(mail, certificate=certificate, tls_at_start=security is Security.TLS)


def candidate(
    server: ScriptedServer,
    protocol: Protocol,
    security: Security = Security.STARTTLS,
    *,
    host: str = "127.0.0.1",
    username: str = USER,
    source: Source = Source.GIVEN,
) -> ServerCandidate:
    """The server as the person would have given it."""
    return ServerCandidate(protocol, host, server.port, security, username, source, trusted=True)


async def probe(
    target: ServerCandidate, network: Network, *, sign_in: bool = True, allow_unencrypted: bool = False
) -> ProbeReport:
    """Opens, signs in where wanted, frees the socket; what was seen."""
    prober = Prober(network, Redactor((Secret(PASSWORD),), (USER,)), allow_unencrypted=allow_unencrypted)
    conversation = prober.conversation(target)
    with suppress(StageFailed):
        await talk_to(conversation, sign_in=sign_in)
    return conversation.recorder.report()


async def talk_to(conversation: Conversation, *, sign_in: bool = True) -> None:
    """Opens and signs in; the socket is freed whatever happens. Raises StageFailed."""
    try:
        await conversation.open()
        if sign_in:
            await conversation.sign_in(CREDENTIALS)
    finally:
        conversation.abort()


def secrets_in(data: bytes) -> list[bytes]:
    """Which forms of the password these bytes hold."""
    blob = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())
    forms = [PASSWORD.encode(), base64.b64encode(PASSWORD.encode()), blob]
    return [form for form in forms if form in data]


def assert_nothing_secret(mail: Mail) -> None:
    """Nothing that signs in went over the line in clear."""
    assert secrets_in(bytes(mail.in_clear)) == []
    clear_verbs = {verb_of(mail.protocol, line) for line in bytes(mail.in_clear).split(b"\r\n")}
    assert not clear_verbs & {"auth", "user"}


class Names:
    """Resolves names from a table; every name is 127.0.0.1 where the table does not say otherwise."""

    def __init__(self, table: dict[str, Iterable[str]] | None = None, *, default: str | None = "127.0.0.1") -> None:
        self._table = table or {}
        self._default = default
        self.asked: list[str] = []

    def _addresses(self, host: str, version: int) -> tuple[IPAddress, ...]:
        self.asked.append(host)
        with suppress(ValueError):
            literal = ipaddress.ip_address(host)
            if literal.version != version:
                raise NameNotFound(host)
            return (literal,)
        texts = self._table.get(host, () if self._default is None else (self._default,))
        found = tuple(ipaddress.ip_address(text) for text in texts)
        usable = tuple(address for address in found if address.version == version)
        if not usable:
            raise NameNotFound(host)
        return usable

    async def ipv4(self, host: str) -> tuple[IPAddress, ...]:
        return self._addresses(host, 4)

    async def ipv6(self, host: str) -> tuple[IPAddress, ...]:
        return self._addresses(host, 6)

    async def mx(self, domain: str) -> tuple[MxRecord, ...]:
        raise NameNotFound(domain)

    async def srv(self, name: str) -> tuple[SrvRecord, ...]:
        raise NameNotFound(name)

    async def txt(self, name: str) -> tuple[str, ...]:
        raise NameNotFound(name)

    async def ptr(self, address: IPAddress) -> tuple[str, ...]:
        raise NameNotFound(str(address))

    async def alias(self, host: str) -> str:
        raise NameNotFound(host)

    async def exists(self, domain: str) -> bool:
        return True


async def until(condition: Callable[[], bool], limit_s: float = 5.0) -> None:
    """Waits until it is so; the loop runs meanwhile."""
    end = time.monotonic() + limit_s
    for _ in iter(condition, True):
        assert time.monotonic() < end
        await asyncio.sleep(0)
