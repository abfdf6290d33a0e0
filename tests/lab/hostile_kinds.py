"""Hostile and broken servers of further kinds, as data: other services, other languages, other stages, odd pieces.

The cause of each was written down as an expert would give it before any of them was run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from tests.lab.hostile import IMAP, POP3, RECEIVING, SMTP, STARTTLS, TLS, Hostile, at, hooked
from tests.lab.hostile_replies import REPLIES
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import PROTOCOLS, Hook, Mail, ok, say, tag_of
from wizard.model.server import Protocol

BUSY = ("server-busy", "server-error", "temporary-auth-failure")
CLOSED = ("server-error", "server-busy", "temporary-auth-failure")  # 4.3.2 and SYS/TEMP name the server, not the crowd
NOT_MAIL = ("not-a-mail-server", "wrong-protocol")
PORTAL = ("captive-portal", "not-a-mail-server")
NO_HANDSHAKE = ("tls-handshake-failed", "security-software-interference", "tls-intercepted")
DROPPED = ("connection-dropped", "server-busy", "server-error")

# What other services say first, in full; the first of the causes helps most.
SERVICES: tuple[tuple[str, bytes, tuple[str, ...], tuple[Protocol, ...]], ...] = (
    ("a database (MySQL)", b"J\0\0\0\n8.0.36\0\x0b\0\0\0Zx\x1ctmysql_native_password\0", NOT_MAIL, PROTOCOLS),
    ("a cache (Redis)", b"-DENIED Redis is running in protected mode because no password is set.\r\n", NOT_MAIL,
     PROTOCOLS),
    ("a chat server (XMPP)", b"<?xml version='1.0'?><stream:stream from='example.org' version='1.0'>", NOT_MAIL,
     PROTOCOLS),
    ("a chat server (IRC)", b":irc.example.org NOTICE * :*** Looking up your hostname...\r\n", NOT_MAIL, PROTOCOLS),
    ("a news server", b"201 news.example.org InterNetNews NNRP server ready (no posting)\r\n", NOT_MAIL, PROTOCOLS),
    ("a filter server (ManageSieve)", b'"IMPLEMENTATION" "Dovecot Pigeonhole"\r\n"SIEVE" "fileinto"\r\nOK "ready."\r\n',
     NOT_MAIL, PROTOCOLS),
    ("a server for delivery (LMTP)", b"220 mail.example.org LMTP Postfix\r\n", NOT_MAIL, (SMTP,)),
    ("a screen (VNC)", b"RFB 003.008\n", NOT_MAIL, PROTOCOLS),
    ("a file mirror (rsync)", b"@RSYNCD: 31.0\n", NOT_MAIL, RECEIVING),
    ("a terminal (Telnet)", b"\r\nDebian GNU/Linux 12\r\nmail login: ", NOT_MAIL, PROTOCOLS),
    ("a telephone server (SIP)", b"SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n", NOT_MAIL, (SMTP,)),
    ("a web server in frames (HTTP/2)", b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80\0\x04\0\x01\0\0\0\x05", NOT_MAIL,
     (SMTP, POP3)),
    ("a SOCKS proxy", b"\x05\xff", NOT_MAIL, (IMAP,)),
    ("a file server (FTP) in German", b"220-Willkommen auf dem Dateiserver\r\n220 ProFTPD bereit.\r\n", NOT_MAIL,
     (SMTP, IMAP)),
    ("a sign-in page that is moved to", b"HTTP/1.1 302 Found\r\nLocation: http://login.hotel.example/guest?from=mail"
     b"\r\n\r\n", PORTAL, PROTOCOLS),
    ("a network that wants a sign-in", b"HTTP/1.0 511 Network Authentication Required\r\n\r\n<html>", PORTAL,
     (SMTP, IMAP)),
    ("a guest network's page", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><title>Guest Wi-Fi login"
     b"</title>", PORTAL, (POP3,)),
    ("a web server that knows no such request", b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n", NOT_MAIL,
     (SMTP, POP3)),
    ("a POP3 server in small letters", b"+ok pop3 server ready\r\n", ("wrong-protocol",), (SMTP, IMAP)),
    ("a POP3 server that is busy", b"-ERR [IN-USE] maildrop locked\r\n", ("wrong-protocol",), (IMAP,)),
    ("an IMAP server that says goodbye", b"* BYE Autologout; idle for too long\r\n", ("wrong-protocol",), (SMTP, POP3)),
    ("an SMTP server that is busy", b"421 4.3.2 Too many connections\r\n", ("wrong-protocol", "server-busy"),
     RECEIVING),
)  # fmt: skip

# What a mail server answers to one command: the protocol, the command, the whole answer, what comes then, the causes.
ANSWERS: tuple[tuple[str, Protocol, str, bytes, str, tuple[str, ...]], ...] = (
    # Nothing is the matter with these.
    ("a greeting with a NUL and 8-bit letters", SMTP, "greeting", b"220 mail\0.example.org Gr\xfc\xdfe\r\n", "", ()),
    ("a bare number for a greeting", SMTP, "greeting", b"220\r\n", "", ()),
    ("a greeting of forty lines", SMTP, "greeting", b"220-No advertising, please\r\n" * 40 + b"220 go on\r\n", "", ()),
    ("a greeting with a bare line feed", SMTP, "greeting", b"220 mail.example.org ESMTP\n", "", ()),
    ("a greeting with a bare line feed", IMAP, "greeting", b"* OK ready\n", "", ()),
    ("small letters for a greeting", POP3, "greeting", b"+ok ready\r\n", "", ()),
    ("small letters for a greeting", IMAP, "greeting", b"* ok ready\r\n", "", ()),
    ("small letters for a sign-in", POP3, "auth", b"+ok welcome\r\n", "", ()),
    ("small letters for a sign-in", IMAP, "auth", b"{tag} ok welcome\r\n", "", ()),
    ("signed in already, inside TLS", IMAP, "greeting", b"* PREAUTH welcome back\r\n", "", ()),
    ("the offer after its own end", IMAP, "hello", b"{tag} OK done\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", "", ()),
    ("the inbox after its own end", IMAP, "examine", b"{tag} OK done\r\n* 3 EXISTS\r\n* FLAGS ()\r\n", "", ()),
    ("an alert beside the yes", IMAP, "auth", b"* NO [ALERT] Your mailbox is 92% full\r\n{tag} OK in\r\n", "", ()),
    ("no CAPABILITY", IMAP, "hello", b"{tag} BAD unknown\r\n", "", ()),
    ("no CAPA", POP3, "hello", b"-err unknown command\r\n", "", ()),
    ("AUTH with an equals sign", SMTP, "hello", b"250-mail.example.org\r\n250 AUTH=LOGIN PLAIN\r\n", "", ()),
    # Greetings that refuse.
    ("repairs in German", SMTP, "greeting", b"421 4.3.2 Wartungsarbeiten, bitte sp\xc3\xa4ter erneut versuchen\r\n",
     "fin", CLOSED),
    ("too many in French", IMAP, "greeting", b"* BYE Trop de connexions depuis votre adresse\r\n", "fin", BUSY),
    ("blocked after bad sign-ins", IMAP, "greeting", b"* BYE Your IP 192.0.2.9 is blocked: too many failed logins\r\n",
     "fin", ("client-ip-blocked", "too-many-attempts")),
    ("on a list", SMTP, "greeting", b"554 5.7.1 192.0.2.9 rejected, see https://www.spamhaus.org/query/ip/192.0.2.9\r\n",
     "fin", ("client-ip-blocked",)),
    ("out of service", POP3, "greeting", b"-ERR [SYS/TEMP] Serveur en maintenance\r\n", "fin", CLOSED),
    # How the server answers our name, or the question for its offer.
    ("busy at EHLO, and the end", SMTP, "hello", b"421 4.3.2 Service not available, closing\r\n", "fin", CLOSED),
    ("a bare 421 at EHLO, and the end", SMTP, "hello", b"421\r\n", "fin", BUSY),
    ("not from here", SMTP, "hello", b"554 5.7.1 Access denied for 192.0.2.9\r\n", "", ("client-ip-blocked",)),
    ("a name without a dot", SMTP, "hello", b"550 5.7.1 HELO argument is not a fully qualified host name\r\n", "",
     ("helo-refused",)),
    ("an offer without end", SMTP, "hello", b"250-mail.example.org\r\n250-AUTH PLAIN\r\n", "silence",
     ("greeting-timeout", "connection-dropped", "server-error")),
    ("an offer without end", POP3, "hello", b"+OK\r\nUSER\r\nSASL PLAIN\r\n", "silence",
     ("greeting-timeout", "connection-dropped", "server-error")),
    ("only Windows sign-ins", SMTP, "hello", b"250-mail.example.org\r\n250 AUTH NTLM GSSAPI\r\n", "",
     ("auth-mechanism-unsupported",)),
    ("no sign-in left", IMAP, "hello", b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n{tag} OK done\r\n", "",
     ("auth-not-offered", "auth-mechanism-unsupported")),
    # Sign-ins refused, in the server's language and by its codes.
    ("a wrong password in German", SMTP, "auth", b"535 5.7.8 Benutzername oder Passwort falsch\r\n", "",
     ("bad-credentials",)),
    ("a wrong password in Russian", SMTP, "auth",
     "535 5.7.8 Неверное имя пользователя или пароль\r\n".encode(), "", ("bad-credentials",)),
    ("a wrong password in Chinese", IMAP, "auth", "{tag} NO 用户名或密码错误\r\n".encode(), "", ("bad-credentials",)),
    ("a wrong password in Japanese", POP3, "auth",
     "-ERR ユーザー名またはパスワードが違います\r\n".encode(), "", ("bad-credentials",)),
    ("[AUTH]", POP3, "auth", b"-ERR [AUTH] no\r\n", "", ("bad-credentials",)),
    ("a locked account in German", SMTP, "auth", b"535 5.7.1 Das Konto ist gesperrt\r\n", "",
     ("account-disabled", "too-many-attempts")),
    ("[CONTACTADMIN] in Spanish", IMAP, "auth", b"{tag} NO [CONTACTADMIN] Cuenta suspendida\r\n", "",
     ("account-disabled",)),
    ("[EXPIRED]", IMAP, "auth", b"{tag} NO [EXPIRED] no\r\n", "", ("password-expired",)),
    ("[LOGIN-DELAY]", POP3, "auth", b"-ERR [LOGIN-DELAY] wait\r\n", "", ("too-many-attempts", "server-busy")),
    ("[IN-USE] in Spanish", POP3, "auth", b"-ERR [IN-USE] El buz\xc3\xb3n est\xc3\xa1 ocupado\r\n", "",
     ("server-busy",)),
    ("[SYS/TEMP] in French", POP3, "auth", b"-ERR [SYS/TEMP] Base de donn\xc3\xa9es indisponible\r\n", "",
     ("temporary-auth-failure", "server-error")),
    ("[UNAVAILABLE] in German", IMAP, "auth", b"{tag} NO [UNAVAILABLE] Verzeichnisdienst antwortet nicht\r\n", "",
     ("temporary-auth-failure", "server-error")),
    ("[LIMIT]", IMAP, "auth", b"{tag} NO [LIMIT] no\r\n", "", ("server-busy", "too-many-attempts")),
    ("[INUSE]", IMAP, "auth", b"{tag} NO [INUSE] no\r\n", "", ("server-busy",)),
    ("[SERVERBUG]", IMAP, "auth", b"{tag} NO [SERVERBUG] no\r\n", "", ("server-error", "temporary-auth-failure")),
    ("a bare 454", SMTP, "auth", b"454\r\n", "", ("temporary-auth-failure",)),
    ("421 and the end", SMTP, "auth", b"421 4.7.0 Try again later, closing connection\r\n", "fin",
     ("server-busy", "temporary-auth-failure", "server-error", "too-many-attempts")),
    ("two codes in one answer", SMTP, "auth", b"535-5.7.8 no\r\n454 4.7.0 later\r\n", "",
     ("server-error", "auth-mechanism-unsupported")),
    ("a goodbye in the middle", IMAP, "auth", b"* BYE Internal error occurred. Refer to server log\r\n", "fin",
     ("server-error", "server-busy")),
    ("the answer to a later command", IMAP, "auth", b"A77 OK done\r\n", "silence",
     ("server-error", "connection-dropped")),
    ("an answer in binary", POP3, "auth", b"\xff\xfe\0\0\r\n", "", ("server-error",)),
    # Signed in, and then.
    ("the inbox in use", IMAP, "examine", b"{tag} NO [INUSE] Mailbox is locked by another client\r\n", "",
     ("server-busy",)),
    ("the store is down", IMAP, "examine", b"{tag} NO [UNAVAILABLE] Backend storage not reachable\r\n", "",
     ("server-error", "server-busy", "temporary-auth-failure")),
    ("the store is down", POP3, "stat", b"-ERR [SYS/TEMP] Storage unavailable\r\n", "",
     ("server-error", "server-busy", "temporary-auth-failure")),
    ("there is no inbox", IMAP, "examine", b"{tag} NO [NONEXISTENT] Mailbox doesn't exist: INBOX\r\n", "",
     ("server-error", "mail-access-disabled")),
    ("a no without a reason", IMAP, "examine", b"{tag} NO EXAMINE failed\r\n", "",
     ("server-error", "mail-access-disabled")),
    ("IMAP is not in the plan", IMAP, "examine", b"{tag} NO Ihr Tarif erlaubt keinen IMAP-Zugriff\r\n", "",
     ("mail-access-disabled",)),
    ("a reset", POP3, "stat", b"", "rst", DROPPED),
    # The envelope.
    ("a bare 553 5.1.8", SMTP, "mail", b"553 5.1.8\r\n", "", ("sender-address-rejected",)),
    ("the sender's domain, for the moment", SMTP, "mail",
     b"450 4.1.8 <ada@example.org>: Sender address rejected: Domain not found\r\n", "", ("sender-address-rejected",)),
    ("a full disk", SMTP, "mail", b"452 4.3.1 Insufficient system storage\r\n", "", ("server-error", "server-busy")),
    ("busy, and the end", SMTP, "mail", b"421 4.3.2 Server shutting down\r\n", "fin", CLOSED),
    ("not your address", SMTP, "mail", b"553 5.7.1 <ada@example.org>: Sender address rejected: not owned by user\r\n",
     "", ("sender-not-allowed",)),
    ("no relaying in German", SMTP, "rcpt", b"550 5.7.1 Weiterleitung (Relaying) nicht erlaubt\r\n", "",
     ("relay-denied",)),
    ("unknown in Spanish", SMTP, "rcpt", b"550 5.1.1 Usuario desconocido\r\n", "", ("recipient-unknown",)),
    ("full in French", SMTP, "rcpt", "552 5.2.2 Boîte de réception pleine\r\n".encode(), "",
     ("recipient-mailbox-full",)),
    ("grey in French", SMTP, "rcpt", "451 4.7.1 Liste grise : réessayez dans 5 minutes\r\n".encode(), "",
     ("greylisted",)),
    ("a limit in Portuguese", SMTP, "rcpt", "550 5.4.5 Limite diário de envio excedido\r\n".encode(), "",
     ("sending-limit-exceeded",)),
    ("no right to the sender, in Polish", SMTP, "mail",
     "550 5.7.1 Nadawca nie ma prawa używać tego adresu\r\n".encode(), "", ("sender-not-allowed",)),
    ("blocked under a code of the sender's domain", SMTP, "mail", b"554 5.1.8 Email Outgoing Blocked\r\n", "",
     ("account-disabled", "message-rejected-as-spam", "sending-limit-exceeded")),
    ("encryption is asked for later", SMTP, "rcpt", b"451 4.7.1 Please use TLS\r\n", "", ("tls-required",)),
    ("the server's disk, not a mailbox", SMTP, "rcpt", b"452 4.3.1 Insufficient system storage\r\n", "",
     ("server-error", "server-busy")),
    ("a block list at the sign-in", SMTP, "auth",
     b"550 5.7.1 Authentication denied: 192.0.2.9 listed at zen.spamhaus.org\r\n", "", ("client-ip-blocked",)),
    ("locked after bad tries, in German", SMTP, "auth",
     "535 5.7.8 Anmeldung fehlgeschlagen: Konto wegen zu vieler Fehlversuche vorübergehend gesperrt\r\n".encode(), "",
     ("too-many-attempts", "account-disabled")),
    ("locked after bad tries, in Spanish", SMTP, "auth",
     b"535 5.7.1 Cuenta bloqueada temporalmente por exceso de intentos fallidos\r\n", "",
     ("too-many-attempts", "account-disabled")),
    ("too often, in German", POP3, "auth",
     "-ERR Sie rufen Ihre E-Mails zu häufig ab. Bitte warten Sie 15 Minuten\r\n".encode(), "",
     ("too-many-attempts", "server-busy")),
    ("too often, in Chinese", POP3, "auth", "-ERR 登录过于频繁，请稍后再试\r\n".encode(), "",
     ("too-many-attempts", "server-busy")),
    ("a file server that does not say so (FTP)", SMTP, "hello", b"530 Please login with USER and PASS.\r\n", "",
     ("not-a-mail-server", "wrong-protocol")),
    ("two lines, the second tells", SMTP, "rcpt",
     b"550-Requested action not taken: mailbox unavailable\r\n550 Sender address is not allowed.\r\n", "",
     ("sender-not-allowed",)),
)  # fmt: skip

# What comes in one packet with the yes to STARTTLS: rubbish is no reply that anybody could take for the server's.
RUBBISH = b"\x00\x8f\xfe\x01\xff\x80\x1f"

# What follows a server's yes to STARTTLS, or its first packet where encryption is due, instead of a handshake.
NO_TLS: tuple[tuple[str, bytes, tuple[str, ...]], ...] = (
    ("an alert: no shared cipher", b"\x15\x03\x03\0\x02\x02\x28", NO_HANDSHAKE),
    ("an alert: a version it does not speak", b"\x15\x03\x01\0\x02\x02\x46", ("tls-version-too-old",)),
    ("an alert: a name it does not know", b"\x15\x03\x03\0\x02\x02\x70", (*NO_HANDSHAKE, "certificate-name-mismatch")),
    ("an alert: an application it does not speak (ALPN)", b"\x15\x03\x03\0\x02\x02\x78", NO_HANDSHAKE),
    ("a record that is cut", b"\x16\x03\x03\x40\0garbage", NO_HANDSHAKE),
    ("a record of rubbish", b"\x16\x03\x03\0\x05\xff\xff\xff\xff\xff", NO_HANDSHAKE),
)

# Words of the server in clear after its own yes to STARTTLS, once our half of the handshake has come.
IN_CLEAR = {SMTP: b"500 5.5.1 Command unrecognized\r\n", IMAP: b"* BAD Invalid tag\r\n", POP3: b"-ERR bad command\r\n"}


def instead_of_a_handshake(data: bytes) -> Callable[[Protocol], Mail]:
    """A server that takes the client's first TLS record, and answers it so."""

    async def answer(talk: Talk, line: bytes) -> None:
        await talk.some_bytes()
        await talk.send_raw(data)
        await talk.silence()

    return lambda protocol: Mail(protocol, greeting=answer)


def after_starttls(data: Callable[[Protocol], bytes]) -> Callable[[Protocol], Mail]:
    """As above, after the yes to STARTTLS."""

    def make(protocol: Protocol) -> Mail:
        async def answer(talk: Talk, line: bytes) -> None:
            await talk.send_raw(ok(protocol, line))
            await talk.some_bytes()
            await talk.send_raw(data(protocol))
            await talk.silence()

        return Mail(protocol, starttls=answer)

    return make


def with_the_yes(data: bytes) -> Callable[[Protocol], Mail]:
    """A server that sends these bytes in one packet with its yes to STARTTLS."""

    async def answer(talk: Talk, line: bytes, protocol: Protocol) -> None:
        await talk.send_raw(ok(protocol, line) + data)
        await talk.silence()

    return hooked("starttls", lambda protocol: lambda talk, line: answer(talk, line, protocol))


def _always(data: bytes) -> Callable[[Protocol], bytes]:
    return lambda _: data


def in_pieces(protocol: Protocol) -> Mail:
    """A good server whose greeting comes byte by byte."""

    async def greet(talk: Talk, line: bytes) -> None:
        words = {SMTP: b"220 mail ESMTP\r\n", IMAP: b"* OK hello\r\n", POP3: b"+OK hello\r\n"}[protocol]
        await talk.drip(words, 0.005)

    return Mail(protocol, greeting=greet)


def out_of_order(_: Protocol) -> Mail:
    """A good server that answers EXAMINE before the ID that was sent with it (RFC 9051 §5.5)."""

    async def hello(talk: Talk, line: bytes) -> None:
        await talk.send_raw(b"* CAPABILITY IMAP4rev1 ID AUTH=PLAIN\r\n" + tag_of(line) + b" OK done\r\n")

    async def other(talk: Talk, line: bytes) -> None:
        opening = await talk.line()
        await talk.send_raw(b"* 0 EXISTS\r\n" + tag_of(opening) + b" OK opened\r\n" + tag_of(line) + b" OK done\r\n")

    return Mail(IMAP, hello=hello, other=other)


def dripping(protocol: Protocol) -> Hook:
    """One sign every third of a second, for ever."""

    async def drip(talk: Talk, line: bytes) -> None:
        await talk.drip({SMTP: b"2", IMAP: b"*", POP3: b"+"}[protocol] * 10_000, 0.3)

    return drip


def after_the_dot(answer: bytes, then: str) -> Callable[[Protocol], Mail]:
    """A sending server that takes the whole message and then answers so."""

    def make(protocol: Protocol) -> Mail:
        async def data(talk: Talk, line: bytes) -> bool | None:
            await talk.send(b"354 go on")
            await talk.lines_until(b".")
            return await say(answer, then=then)(talk, line)

        return Mail(protocol, data=data)

    return make


def kinds() -> Iterator[Hostile]:
    """Every server of these kinds."""
    for name, words, causes, protocols in SERVICES:
        yield Hostile("T25", f"instead: {name}", at("greeting", words, then="silence"), causes, protocols, STARTTLS)
        if causes is NOT_MAIL and protocols is PROTOCOLS:
            yield Hostile("T25", f"inside TLS: {name}", at("greeting", words, then="silence"), causes, (IMAP,), TLS)
    for name, protocol, verb, words, then, causes in (*ANSWERS, *REPLIES):
        signs_in = 0 if verb in ("greeting", "hello") and causes else 3
        yield Hostile(
            "T24", f"{verb}: {name}", at(verb, words, then=then or "go on"), causes, (protocol,), TLS, sign_ins=signs_in
        )  # fmt: skip
    for name, data, causes in NO_TLS:
        yield Hostile("T04", f"at once: {name}", instead_of_a_handshake(data), causes, PROTOCOLS, TLS, served=STARTTLS)
        yield Hostile("T04", f"later: {name}", after_starttls(_always(data)), causes, (SMTP, IMAP), STARTTLS)
    yield Hostile(
        "T04", "later: words in clear", after_starttls(IN_CLEAR.__getitem__), NO_HANDSHAKE, PROTOCOLS, STARTTLS
    )
    yield Hostile("T04", "at once: rubbish", with_the_yes(RUBBISH), NO_HANDSHAKE, PROTOCOLS, STARTTLS)
    yield Hostile("T24", "a greeting byte by byte", in_pieces, (), PROTOCOLS, STARTTLS, sign_ins=1)
    yield Hostile("T24", "answers out of order", out_of_order, (), (IMAP,), TLS, sign_ins=1)
    yield Hostile(
        "T23",
        "a greeting without end",
        hooked("greeting", _endless_greeting),
        ("server-error", *NOT_MAIL),
        (SMTP,),
        TLS,
    )
    # Bytes of another service without the end of a line, where nobody waits for one.
    for name, words, causes, protocols in SERVICES:
        if b"\n" not in words:
            yield Hostile(
                "T25",
                f"soon: {name}",
                at("greeting", words, then="silence"),
                causes,
                protocols,
                STARTTLS,
                deadline_s=3.0,
            )
    for verb, causes in (
        ("greeting", ("greeting-timeout",)),
        ("hello", ("greeting-timeout",)),
        ("starttls", ("tls-handshake-failed", "starttls-not-offered", "connection-dropped")),
        ("auth", ("connection-dropped", "server-error")),
    ):
        yield Hostile(
            "T21",
            f"a slow drip at {verb}",
            hooked(verb, dripping),
            causes,
            PROTOCOLS,
            STARTTLS,
            sign_ins=1,
            deadline_s=1.5,
        )
    for verb, protocol in (("examine", IMAP), ("stat", POP3), ("mail", SMTP), ("rcpt", SMTP)):
        yield Hostile(
            "T21", f"a slow drip at {verb}", hooked(verb, dripping), ("connection-dropped", "server-error"),
            (protocol,), TLS, sign_ins=1, deadline_s=1.5,
        )  # fmt: skip
    for name, answer, then, causes in (
        ("silence", b"", "silence", ("server-error", "connection-dropped")),
        ("the end", b"", "fin", ("server-error", "connection-dropped")),
        ("spam in Spanish", b"550 5.7.1 Mensaje rechazado: contenido considerado spam\r\n", "go on",
         ("message-rejected-as-spam",)),
        ("an unavailable mailbox that RCPT has just taken, with a page of rules",
         b"550-Requested action not taken: mailbox unavailable\r\n550 See https://postmaster.example.org/error?c=hc\r\n",
         "go on", ("message-rejected-as-spam",)),
        ("too large", b"552 5.3.4 Nachricht zu gro\xc3\x9f\r\n", "go on", ("message-too-large",)),
        ("a full queue", b"452 4.3.1 Queue disk full\r\n", "go on", ("server-error", "server-busy")),
        ("two codes", b"250-taken\r\n550 not taken\r\n", "go on", ("server-error",)),
    ):  # fmt: skip
        yield Hostile(
            "T12", f"after the dot: {name}", after_the_dot(answer, then), causes, (SMTP,), TLS, sign_ins=1, sends=True
        )


def _endless_greeting(_: Protocol) -> Hook:
    async def greet(talk: Talk, line: bytes) -> None:
        while True:
            await talk.send_raw(b"220-still not at the end\r\n" * 20)
            await asyncio.sleep(0)

    return greet
