"""Hostile and broken servers as data: what each does, which causes may be named for it, whether it may see a sign-in.

The ids are those of the threat table that the promises stand on: what the other side does, and what is expected.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import PROTOCOLS, Hook, Mail, no, ok, say, tag_of
from wizard.model.server import Protocol, Security

SMTP, IMAP, POP3 = Protocol.SMTP, Protocol.IMAP, Protocol.POP3
RECEIVING = (IMAP, POP3)
TLS, STARTTLS = Security.TLS, Security.STARTTLS


@dataclass(frozen=True, slots=True)
class Hostile:
    """One kind of misbehaviour.

    `causes` may be named for it, the first of them is the one that helps most; empty means that nothing is the matter,
    and the check works. `sign_ins` is how many sign-ins the server may see at most. With `deadline_s` the whole check
    may take so long and each step as long as it does for people; with `sends` a test message follows.
    """

    threat: str
    name: str
    make: Callable[[Protocol], Mail]
    causes: tuple[str, ...]
    protocols: tuple[Protocol, ...] = PROTOCOLS
    security: Security = TLS
    sign_ins: int = 0
    served: Security | None = None  # how the port really is encrypted, where that is not what was said
    certificate: str = "good"  # or "expired", "of a stranger", "of another name"
    deadline_s: float | None = None
    sends: bool = False

    def __str__(self) -> str:
        return f"{self.threat} {self.name}"


def at(verb: str, data: bytes = b"", *, then: str = "go on") -> Callable[[Protocol], Mail]:
    """A server that answers one command with these bytes, and then goes on, is silent, or ends ("fin", "rst")."""
    return lambda protocol: Mail(protocol, at={verb: say(data, then=then)})


def inside(verb: str, data: bytes = b"", *, then: str = "go on") -> Callable[[Protocol], Mail]:
    """As `at`, once the line is encrypted."""

    def make(protocol: Protocol) -> Mail:
        hook = say(data, then=then)

        async def once_encrypted(talk: Talk, line: bytes) -> bool | None:
            return await hook(talk, line) if talk.encrypted else True

        return Mail(protocol, at={verb: once_encrypted})

    return make


def refusing(verb: str, text: bytes, code: int = 535) -> Callable[[Protocol], Mail]:
    """A server that says no to one command in its own tongue."""

    def make(protocol: Protocol) -> Mail:
        async def refuse(talk: Talk, line: bytes) -> None:
            await talk.send_raw(no(protocol, line, text, code))

        return Mail(protocol, at={verb: refuse})

    return make


def hooked(verb: str, hook: Callable[[Protocol], Hook]) -> Callable[[Protocol], Mail]:
    """A server with a hook of its own at one command."""
    return lambda protocol: Mail(protocol, at={verb: hook(protocol)})


def dripping(protocol: Protocol) -> Hook:
    """One byte after the other, for ever."""

    async def drip(talk: Talk, line: bytes) -> None:
        await talk.drip(b"2" * 10_000, 0.05)

    return drip


def flooding(piece: bytes) -> Callable[[Protocol], Hook]:
    """The same bytes again and again until the client has gone."""

    def make(protocol: Protocol) -> Hook:
        async def flood(talk: Talk, line: bytes) -> None:
            while True:
                await talk.send_raw(piece)
                await asyncio.sleep(0)

        return flood

    return make


def challenging(protocol: Protocol) -> Hook:
    """A challenge after every answer."""

    async def challenge(talk: Talk, line: bytes) -> None:
        for _ in range(50):
            await talk.send_raw(b"334 bW9yZQ==\r\n" if protocol is SMTP else b"+ bW9yZQ==\r\n")
            await talk.line()

    return challenge


def echoing(protocol: Protocol) -> Hook:
    """A refusal that holds the password in every form that a server could make of it."""

    async def echo(talk: Talk, line: bytes) -> None:
        blob = line.split(b" ")[-1]
        secret = base64.b64decode(blob).split(b"\0")[-1] if b"AUTH" in line.upper() else blob
        said = b" ".join(
            (line, secret, secret.upper(), base64.b64encode(secret), secret[:9] + b"...", secret.hex().encode())
        )
        await talk.send_raw(no(protocol, line, b"5.7.8 authentication failed: " + said))

    return echo


def _wrong_yes(protocol: Protocol) -> Hook:
    """What looks like a yes and is none (T11)."""

    async def answer(talk: Talk, line: bytes) -> None:
        other = {SMTP: b"250 2.7.0 welcome", IMAP: b"* OK signed in", POP3: b"OK signed in"}[protocol]
        await talk.send_raw(other + b"\r\n")
        await talk.silence()

    return answer


def _other_tag(_: Protocol) -> Hook:
    async def answer(talk: Talk, line: bytes) -> None:
        await talk.send_raw(b"Z" + tag_of(line) + b" OK done\r\n")
        await talk.silence()

    return answer


def _early(protocol: Protocol) -> Hook:
    """The yes to STARTTLS and, in the same packet, words that are to be read as if they were encrypted (T03)."""

    async def answer(talk: Talk, line: bytes) -> None:
        extra = {SMTP: b"250-mail\r\n250 AUTH PLAIN\r\n", IMAP: b"* PREAUTH welcome\r\n", POP3: b"+OK welcome\r\n"}[
            protocol
        ]
        await talk.send_raw(ok(protocol, line) + extra)
        await talk.start_tls()

    return answer


def _no_tls(data: bytes, *, then: str) -> Callable[[Protocol], Hook]:
    """The yes to STARTTLS, and then no handshake (T04)."""

    def make(protocol: Protocol) -> Hook:
        async def answer(talk: Talk, line: bytes) -> bool | None:
            return await say(ok(protocol, line) + data, then=then)(talk, line)

        return answer

    return make


def _stripped(protocol: Protocol) -> Mail:
    return Mail(protocol, switch=False, clear_auth=True)


LATER = ("connection-dropped", "server-error", "server-busy", "greeting-timeout")  # it had spoken before
SILENT = ("greeting-timeout", "connection-timed-out", "server-busy", "server-error")
DROPPED = ("connection-dropped", "tls-handshake-failed", "server-busy", "security-software-interference")
NOT_MAIL = ("not-a-mail-server", "server-error", "wrong-protocol")
GARBLED = ("not-a-mail-server", "wrong-protocol", "server-error", "greeting-timeout", "connection-dropped")
BROKEN = ("server-error", "not-a-mail-server", "auth-mechanism-unsupported", "connection-dropped")

GREETINGS: tuple[tuple[str, str, bytes, tuple[str, ...]], ...] = (
    (
        "T25",
        "a web server",
        b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html>",
        ("not-a-mail-server", "captive-portal"),
    ),
    (
        "T25",
        "a page",
        b"<!doctype html><title>Sign in to the hotel</title>\r\n",
        ("not-a-mail-server", "captive-portal"),
    ),
    ("T25", "ssh", b"SSH-2.0-OpenSSH_9.2\r\n", ("not-a-mail-server",)),
    ("T25", "ftp", b"220 ProFTPD FTP Server ready\r\n", ("not-a-mail-server", "wrong-protocol")),
    ("T24", "binary", b"\x00\x01\xff\xfe\x80\r\n", NOT_MAIL),
    ("T24", "words", b"hello and welcome\r\n", NOT_MAIL),
    ("T24", "an empty line", b"\r\n", NOT_MAIL),
    ("T13", "escapes", b"\x1b[2J\x1b]8;;http://192.0.2.1\x07hello\r\n", NOT_MAIL),
)

REFUSALS: tuple[tuple[str, bytes, int, tuple[str, ...]], ...] = (
    ("a wrong password", b"5.7.8 Error: authentication failed: invalid credentials", 535, ("bad-credentials",)),
    ("an app password", b"5.7.9 Application-specific password required", 534, ("app-password-required",)),
    (
        "a locked account",
        b"5.7.1 Account locked, too many failed logins",
        535,
        ("too-many-attempts", "account-disabled"),
    ),
    ("a suspended account", b"5.7.1 Your account has been suspended", 535, ("account-disabled",)),
    ("a moment's trouble", b"4.7.0 Temporary authentication failure", 454, ("temporary-auth-failure", "server-error")),
    (
        "escapes and directions",
        b"5.7.8 \x1b[31mauthentication failed\xe2\x80\xae <img src=x>",
        535,
        ("bad-credentials",),
    ),
    ("formulas", b"5.7.8 =cmd|'/c calc'!A1 authentication failed", 535, ("bad-credentials",)),
)


def cases() -> Iterator[Hostile]:
    """Every misbehaviour."""
    for threat, name, words, causes in GREETINGS:
        yield Hostile(threat, f"greeted by {name}", at("greeting", words, then="silence"), causes, security=STARTTLS)
    for stage in ("greeting", "hello", "auth"):
        signed = 1 if stage == "auth" else 0
        # Sign-in may be tried a second time by another way where the first was not answered at all.
        silent = LATER if stage == "auth" else SILENT
        garbled = GARBLED if stage == "greeting" else BROKEN  # it greeted as a mail server
        yield Hostile("T20", f"silence at {stage}", at(stage, then="silence"), silent, sign_ins=signed)
        yield Hostile("T21", f"a drip at {stage}", hooked(stage, dripping), (*silent, *NOT_MAIL), sign_ins=signed)
        yield Hostile("T22", f"the end at {stage}", at(stage, then="fin"), DROPPED, sign_ins=2 * signed)
        yield Hostile("T22", f"a reset at {stage}", at(stage, then="rst"), DROPPED, sign_ins=2 * signed)
        yield Hostile(
            "T23", f"an endless line at {stage}", hooked(stage, flooding(b"x" * 8192)), garbled, sign_ins=signed
        )
        yield Hostile(
            "T24",
            f"garbage at {stage}",
            at(stage, b"\xff\xfe%&/(\r\n", then="silence"),
            (*garbled, *SILENT),
            sign_ins=2 * signed,
        )
    yield Hostile("T01", "STARTTLS is not offered", _stripped, ("starttls-not-offered",), security=STARTTLS)
    for code, text in (
        (454, b"4.7.0 TLS not available due to temporary reason"),
        (502, b"5.5.1 Command not implemented"),
    ):
        yield Hostile(
            "T01",
            f"STARTTLS is refused with {code}",
            refusing("starttls", text, code),
            ("starttls-not-offered", "tls-handshake-failed", "server-busy"),
            security=STARTTLS,
        )
    injected = ("security-software-interference", "tls-intercepted", "tls-handshake-failed", "starttls-not-offered")
    yield Hostile("T03", "replies before encryption", hooked("starttls", _early), injected, security=STARTTLS)
    yield Hostile(
        "T07", "signed in before encryption", at("greeting", b"* PREAUTH welcome\r\n"), injected, (IMAP,), STARTTLS
    )
    for name, data, then, causes in (
        ("garbage", b"\x00garbage\r\n", "silence", injected),
        ("words", b"220 plain\r\n", "silence", injected),
        ("the end", b"", "fin", ("tls-handshake-failed", "connection-dropped", *injected)),
        ("silence", b"", "silence", ("tls-handshake-failed", *SILENT)),
    ):
        hook = _no_tls(data, then=then)
        yield Hostile("T04", f"{name} instead of a handshake", hooked("starttls", hook), causes, security=STARTTLS)
    for name, text, code, causes in REFUSALS:
        yield Hostile("T10", f"sign-in refused for {name}", refusing("auth", text, code), causes, sign_ins=2)
    yield Hostile("T14", "an echo of the password", hooked("auth", echoing), ("bad-credentials",), sign_ins=2)
    yield Hostile(
        "T11", "challenges for ever", hooked("auth", challenging), (*BROKEN, "bad-credentials", *SILENT), sign_ins=2
    )
    yield Hostile(
        "T11", "a yes that is none", hooked("auth", _wrong_yes), (*BROKEN, "bad-credentials", *SILENT), sign_ins=2
    )
    yield Hostile("T24", "a yes to another tag", hooked("auth", _other_tag), LATER, (IMAP,), sign_ins=1)
    yield Hostile(
        "T26",
        "busy",
        refusing("greeting", b"4.3.2 Too many connections, try again later", 421),
        ("server-busy",),
        (SMTP,),
    )
    yield Hostile(
        "T26",
        "busy",
        at("greeting", b"* BYE Too many connections, try again later\r\n", then="fin"),
        ("server-busy",),
        (IMAP,),
    )
    yield Hostile(
        "T26",
        "busy",
        at("greeting", b"-ERR [IN-USE] Too many connections, try again later\r\n", then="fin"),
        ("server-busy",),
        (POP3,),
    )
    yield Hostile(
        "T26",
        "blocked",
        refusing("greeting", b"5.7.1 Your IP address 192.0.2.7 is listed at zen.spamhaus.org", 554),
        ("client-ip-blocked",),
        (SMTP,),
    )
    yield Hostile(
        "T09",
        "a referral",
        refusing("auth", b"[REFERRAL imap://evil.example/] Try elsewhere"),
        ("bad-credentials", "server-error", "username-format", "temporary-auth-failure"),
        (IMAP,),
        sign_ins=2,
    )
    yield Hostile(
        "T02",
        "the mailbox stays shut",
        refusing("examine", b"IMAP access is disabled for this account"),
        ("mail-access-disabled",),
        (IMAP,),
        sign_ins=1,
    )
    yield Hostile(
        "T22",
        "the end after sign-in",
        at("examine", b"* BYE Internal error\r\n", then="fin"),
        ("server-error", "server-busy", "connection-dropped"),
        (IMAP,),
        sign_ins=2,
    )
    for verb, code, text, causes in (
        ("mail", 550, b"5.7.1 Sender address rejected: not owned by user", ("sender-not-allowed",)),
        ("mail", 451, b"4.3.0 Temporary server error", ("server-error", "temporary-auth-failure", "server-busy")),
        ("rcpt", 550, b"5.1.1 User unknown", ("recipient-unknown",)),
        ("rcpt", 554, b"5.7.1 Relay access denied", ("relay-denied",)),
        ("rcpt", 450, b"4.2.0 Greylisted, try again in 300 seconds", ("greylisted",)),
        ("rcpt", 452, b"4.2.2 Mailbox full", ("recipient-mailbox-full",)),
    ):  # fmt: skip
        yield Hostile(
            "T10", f"{verb} refused: {text.decode()}", refusing(verb, text, code), causes, (SMTP,), sign_ins=2
        )
    for verb in ("mail", "rcpt"):
        yield Hostile("T20", f"silence at {verb}", at(verb, then="silence"), LATER, (SMTP,), sign_ins=2)
        yield Hostile(
            "T22", f"the end at {verb}", at(verb, then="fin"), (*DROPPED, "server-error"), (SMTP,), sign_ins=2
        )
    for certificate, causes in (
        ("expired", ("certificate-expired",)),
        ("of a stranger", ("certificate-untrusted", "certificate-self-signed")),
        ("of another name", ("certificate-name-mismatch",)),
    ):
        for security in (TLS, STARTTLS):
            yield Hostile(
                "T06", f"a certificate {certificate}", Mail, causes, security=security, certificate=certificate
            )
    mismatch = ("tls-mode-mismatch", "tls-handshake-failed")
    yield Hostile("T05", "encrypted from the start", Mail, mismatch, security=STARTTLS, served=TLS)
    yield Hostile("T05", "not encrypted at the start", Mail, mismatch, security=TLS, served=STARTTLS)
    yield Hostile("T00", "the good twin", Mail, (), sign_ins=1)
    yield Hostile("T00", "the good twin", Mail, (), security=STARTTLS, sign_ins=1)
