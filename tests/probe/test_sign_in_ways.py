"""A refused command is no refused password: the next way is tried, each once, and the password is judged once.

The servers are those of the threads: thunderbird-android#11237, MailKit#216, go-simple-mail#117, enough_mail#53, fdm#30
(QQ takes no literals), curl#4080 (the reverse), nextcloud/mail#7505 (CRAM-MD5 on both sides), python/cpython#115251.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable

import pytest

from tests.lab.certificates import Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import PASSWORD, PROTOCOLS, USER, Hook, Mail, candidate, no, ok, probe, say, tag_of, tls_server
from wizard.model.evidence import ErrorKind, ProbeReport, Reply, Stage
from wizard.model.secret import Redactor, Secret
from wizard.model.server import AuthMethod, Protocol, Security, ServerCandidate, Source
from wizard.probe.connector import Network
from wizard.probe.credentials import Credentials
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import Unparsable
from wizard.probe.mechanisms import refuses_command
from wizard.probe.sasl import mechanism_of

each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS)
SMTP, IMAP, POP3 = PROTOCOLS
PLAIN = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())
LOGIN = [base64.b64encode(USER.encode()), base64.b64encode(PASSWORD.encode())]


def offering(protocol: Protocol, names: str, *, more: bytes = b"") -> Hook:
    """The answer to EHLO, CAPABILITY or CAPA, with these SASL names."""

    async def hello(talk: Talk, line: bytes) -> None:
        words = names.encode()
        match protocol:
            case Protocol.SMTP:
                auth = [b"250-AUTH " + words] if words else []
                await talk.send(b"250-mail.example.org", *auth, b"250 SIZE 1000000")
            case Protocol.IMAP:
                names_there = b"".join(b" AUTH=" + name for name in words.split())
                await talk.send(b"* CAPABILITY IMAP4rev1" + more + names_there, tag_of(line) + b" OK done")
            case Protocol.POP3:
                await talk.send(b"+OK", *([b"SASL " + words] if words else []), b"TOP" + more, b".")

    return hello


def ask(protocol: Protocol, data: bytes = b"") -> bytes:
    """A challenge."""
    return (b"334 " if protocol is Protocol.SMTP else b"+ ") + base64.b64encode(data)


async def inside(mail: Mail, network: Network, certificate: Issued) -> ProbeReport:
    async with tls_server(mail, certificate, Security.TLS) as server:
        return await probe(candidate(server, mail.protocol, Security.TLS), network)


def parts(line: bytes, protocol: Protocol) -> list[bytes]:
    """The words of a command, without IMAP's tag."""
    words = line.split(b" ")
    return words[1:] if protocol is Protocol.IMAP else words


@pytest.mark.parametrize(
    ("protocol", "refusal"),
    [
        (SMTP, b"501 5.5.2 Syntax error"),
        (SMTP, b"500 Unrecognized command"),
        (SMTP, b"502 5.5.1 Command not implemented"),
        (SMTP, b"503 Bad sequence of commands"),
        (SMTP, b"504 5.7.4 Unrecognized authentication type"),
        (SMTP, b"535 5.7.8 Unsupported authentication mechanism"),
        (IMAP, b"BAD Invalid command"),
        (IMAP, b"BAD Unexpected extra arguments to AUTHENTICATE"),
        (IMAP, b"NO [CANNOT] Unsupported authentication mechanism."),
        (POP3, b"-ERR invalid command"),
        (POP3, b"-ERR Unbekannter Befehl"),
        (POP3, b"-ERR AUTH command not supported"),
    ],
)
@pytest.mark.parametrize("works", ["in two steps", "another"])
async def test_the_next_way_is_tried(
    protocol: Protocol, refusal: bytes, works: str, network: Network, certificate: Issued
) -> None:
    mail = Mail(protocol)

    async def auth(talk: Talk, line: bytes) -> None:
        words, lead = parts(line, protocol), tag_of(line) + b" " if protocol is Protocol.IMAP else b""
        verb = words[0].upper()
        if verb == b"LOGIN":
            right = words[1:] == [b'"%s"' % USER.encode(), b'"%s"' % PASSWORD.encode()]
            await talk.send_raw(ok(protocol, line) if works == "another" and right else no(protocol, line))
        elif verb == b"PASS":
            await talk.send_raw(ok(protocol, line) if words[1] == PASSWORD.encode() else no(protocol, line))
        elif words[1].upper() == b"LOGIN" and works == "another":
            for expected in LOGIN:
                await talk.send(ask(protocol))
                assert await talk.line() == expected
            await talk.send_raw(ok(protocol, line))
        elif words[1].upper() == b"PLAIN" and len(words) == 2 and works == "in two steps":
            await talk.send(ask(protocol))
            await talk.send_raw(ok(protocol, line) if await talk.line() == PLAIN else no(protocol, line))
        else:
            await talk.send(lead + refusal)

    mail.hooks |= {"auth": auth, "hello": offering(protocol, "PLAIN", more=b" SASL-IR" if protocol is IMAP else b"")}
    report = await inside(mail, network, certificate)
    assert report.signed_in, report.failure
    assert report.sign_in_attempts == 1


@pytest.mark.parametrize(
    ("protocol", "refusal"),
    [(SMTP, b"501 5.5.2 Syntax error"), (IMAP, b"BAD Invalid command"), (POP3, b"-ERR unknown command")],
)
async def test_where_every_command_is_refused_the_password_is_not_blamed(
    protocol: Protocol, refusal: bytes, network: Network, certificate: Issued
) -> None:
    async def refuse(talk: Talk, line: bytes) -> None:
        await talk.send((tag_of(line) + b" " if protocol is IMAP else b"") + refusal)

    mail = Mail(protocol, auth=refuse, user=refuse)
    report = await inside(mail, network, certificate)
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.AUTH, ErrorKind.NO_COMMON_AUTH)
    assert report.failure.reply is not None
    assert report.failure.reply.text in refusal.decode()
    assert report.sign_in_attempts == 0
    assert len(mail.sign_ins) == len(set(mail.sign_ins)) <= 4, "each way once"


@pytest.mark.parametrize(
    ("protocol", "refusal"),
    [
        (SMTP, b"535 5.7.8 no"),
        (SMTP, b"501 5.7.0 Authentication failed"),
        (SMTP, b"500 5.7.8 Bad username or password"),
        (IMAP, b"BAD [AUTHENTICATIONFAILED] no"),
        (IMAP, b"BAD invalid user name or password"),
        (IMAP, b"NO LOGIN failed"),
        (POP3, b"-ERR [AUTH] bad command or so"),
        (POP3, b"-ERR Invalid login or password"),
    ],
)
async def test_a_judged_password_is_not_sent_again(
    protocol: Protocol, refusal: bytes, network: Network, certificate: Issued
) -> None:
    async def refuse(talk: Talk, line: bytes) -> None:
        await talk.send((tag_of(line) + b" " if protocol is IMAP else b"") + refusal)

    mail = Mail(protocol, auth=refuse)
    report = await inside(mail, network, certificate)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.REPLY
    assert len(mail.sign_ins) == report.sign_in_attempts == 1


async def test_an_empty_auth_plain_that_is_refused_says_nothing_of_the_password(
    network: Network, certificate: Issued
) -> None:
    async def auth(talk: Talk, line: bytes) -> None:
        if line == b"AUTH LOGIN":
            for expected in LOGIN:
                await talk.send(ask(SMTP))
                assert await talk.line() == expected
            await talk.send(b"235 yes")
        else:
            await talk.send(b"535 5.7.8 no" if line == b"AUTH PLAIN" else b"501 5.5.4 too long")

    mail = Mail(SMTP, auth=auth)
    report = await inside(mail, network, certificate)
    assert report.signed_in
    assert report.sign_in_attempts == 1
    assert [line.split(b" ")[1:2] for line in mail.sign_ins] == [[b"PLAIN"], [b"PLAIN"], [b"LOGIN"]]


@pytest.mark.parametrize("refusal", [b"BAD literals not supported", b"BAD Command Error. 12"])
async def test_a_password_with_letters_beyond_ascii_goes_without_a_literal_where_none_is_taken(
    refusal: bytes, network: Network, certificate: Issued
) -> None:
    password = "Tülpe-64"

    async def auth(talk: Talk, line: bytes) -> None:
        right = f'LOGIN "{USER}" "{password}"'.encode()
        await talk.send(tag_of(line) + b" " + (b"OK yes" if line.endswith(right) else refusal))

    mail = Mail(IMAP, auth=auth, hello=offering(IMAP, ""))
    async with tls_server(mail, certificate, Security.TLS) as server:
        conversation = Prober(network, Redactor((), ())).conversation(candidate(server, IMAP, Security.TLS))
        try:
            await conversation.open()
            assert await conversation.sign_in(Credentials(USER, Secret(password))) == "IMAP LOGIN"
        finally:
            conversation.abort()
    assert conversation.recorder.sign_in_attempts == 1


@each_protocol
@pytest.mark.parametrize("right", [True, False])
async def test_cram_md5(protocol: Protocol, right: bool, network: Network, certificate: Issued) -> None:
    question = b"<1896.697170952@mail.example.org>"
    known = PASSWORD if right else "another"

    async def auth(talk: Talk, line: bytes) -> None:
        assert parts(line, protocol)[1] == b"CRAM-MD5"
        await talk.send(ask(protocol, question))
        digest = hmac.new(known.encode(), question, "md5").hexdigest()
        given = base64.b64decode(await talk.line())
        await talk.send_raw((ok if given == f"{USER} {digest}".encode() else no)(protocol, line))

    report = await inside(Mail(protocol, auth=auth, hello=_without_login(protocol, "CRAM-MD5")), network, certificate)
    assert report.signed_in is right
    assert report.sign_in_attempts == 1


def _without_login(protocol: Protocol, names: str) -> Hook:
    return offering(protocol, names, more=b" LOGINDISABLED SASL-IR" if protocol is IMAP else b"")


def scram(
    protocol: Protocol, name: str, password: str, *, spoil: Callable[[str], str] = str, rounds: int = 4096
) -> Hook:
    """A server that signs in by SCRAM; `spoil` changes what it says last."""
    digest = "sha256" if name.endswith("256") else "sha1"

    def mac(key: bytes, message: bytes) -> bytes:
        return hmac.new(key, message, digest).digest()

    async def auth(talk: Talk, line: bytes) -> None:
        words = parts(line, protocol)
        assert words[1] == name.encode()
        if len(words) == 2:
            await talk.send(ask(protocol))
            words.append(await talk.line())
        first = base64.b64decode(words[2]).decode()
        assert first.startswith(f"n,,n={USER},r=")
        bare, salt = first[3:], secrets.token_bytes(16)
        nonce = bare.split(",r=")[1] + secrets.token_urlsafe(12)
        asked = f"r={nonce},s={base64.b64encode(salt).decode()},i={rounds}"
        await talk.send(ask(protocol, asked.encode()))
        last = base64.b64decode(await talk.line()).decode()
        without, _, proof = last.rpartition(",p=")
        assert without == f"c=biws,r={nonce}"
        salted = hashlib.pbkdf2_hmac(digest, password.encode(), salt, rounds)
        key = mac(salted, b"Client Key")
        message = f"{bare},{asked},{without}".encode()
        signature = mac(hashlib.new(digest, key).digest(), message)
        if bytes(a ^ b for a, b in zip(key, signature, strict=True)) != base64.b64decode(proof):
            await talk.send_raw(no(protocol, line))
            return
        server = base64.b64encode(mac(mac(salted, b"Server Key"), message)).decode()
        if said := spoil(f"v={server}"):
            await talk.send(ask(protocol, said.encode()))
            assert await talk.line() == b""
        await talk.send_raw(ok(protocol, line))

    return auth


@each_protocol
@pytest.mark.parametrize("name", ["SCRAM-SHA-256", "SCRAM-SHA-1"])
@pytest.mark.parametrize("right", [True, False])
async def test_scram(protocol: Protocol, name: str, right: bool, network: Network, certificate: Issued) -> None:
    auth = scram(protocol, name, PASSWORD if right else "another")
    mail = Mail(protocol, auth=auth, hello=_without_login(protocol, f"GSSAPI {name}"))
    report = await inside(mail, network, certificate)
    assert report.signed_in is right
    assert report.sign_in_attempts == 1
    assert report.auth == (name if right else None)
    assert PASSWORD not in repr(report)


@each_protocol
@pytest.mark.parametrize("last", ["", "v=AAAA", "e=other-error", "v=!"])
async def test_a_server_that_does_not_prove_itself_has_not_signed_us_in(
    protocol: Protocol, last: str, network: Network, certificate: Issued
) -> None:
    auth = scram(protocol, "SCRAM-SHA-256", PASSWORD, spoil=lambda _: last)
    report = await inside(
        Mail(protocol, auth=auth, hello=_without_login(protocol, "SCRAM-SHA-256")), network, certificate
    )
    assert not report.signed_in
    assert report.failure is not None
    assert report.failure.error is ErrorKind.PROTOCOL_ERROR


@pytest.mark.parametrize(
    ("method", "first", "last"),
    [
        # RFC 5802 §5 and RFC 7677 §3: their nonce in place of ours.
        (
            AuthMethod.SCRAM_SHA_1,
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        ),
        (
            AuthMethod.SCRAM_SHA_256,
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        ),
    ],
)
async def test_scram_as_in_its_rfc(method: AuthMethod, first: str, last: str, monkeypatch: pytest.MonkeyPatch) -> None:
    nonce = {"SCRAM-SHA-1": "fyko+d2lbbFgONRv9qkxdawL", "SCRAM-SHA-256": "rOprNGfwEbeRWgbNEkqO"}[method.value]
    monkeypatch.setattr("wizard.probe.sasl.secrets.token_urlsafe", lambda _: nonce)
    server = ServerCandidate(IMAP, "mail.example.org", 993, Security.TLS, "user", Source.GIVEN, trusted=True)
    mechanism = mechanism_of(method, Credentials("user", Secret("pencil")), server)
    mechanism.first = None
    assert (await mechanism.answer(first.encode())).decode() == last
    assert not mechanism.has_proof


@pytest.mark.parametrize(
    "asked",
    [
        "", "r=other,s=QSXCR+Q6sek8bf92,i=4096", "r={nonce},s=QSXCR+Q6sek8bf92,i=4096", "r={nonce}x,s=!,i=4096",
        "r={nonce}x,s=QSXCR+Q6sek8bf92,i=0", "r={nonce}x,s=QSXCR+Q6sek8bf92,i=99999999999999999999",
        "r={nonce}x,s=QSXCR+Q6sek8bf92,i=" + "9" * 5000, "r={nonce}x,s=QSXCR+Q6sek8bf92",
    ],
)  # fmt: skip
async def test_scram_does_not_compute_whatever_it_is_told(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.probe.sasl.secrets.token_urlsafe", lambda _: "nonce")
    server = ServerCandidate(IMAP, "mail.example.org", 993, Security.TLS, "user", Source.GIVEN, trusted=True)
    mechanism = mechanism_of(AuthMethod.SCRAM_SHA_256, Credentials("user", Secret("pencil")), server)
    mechanism.first = None
    with pytest.raises(Unparsable):
        await mechanism.answer(asked.format(nonce="nonce").encode())


async def test_a_line_that_opens_signed_in_needs_no_password(network: Network, certificate: Issued) -> None:
    mail = Mail(IMAP, greeting=say(b"* PREAUTH [CAPABILITY IMAP4rev1] welcome\r\n"))
    report = await inside(mail, network, certificate)
    assert report.signed_in
    assert report.auth == "PREAUTH"
    assert mail.sign_ins == []
    assert report.sign_in_attempts == 0


async def test_a_server_that_leaves_auth_out_once_is_asked_again(network: Network, certificate: Issued) -> None:
    mail = Mail(SMTP)

    async def hello(talk: Talk, line: bytes) -> bool | None:
        if mail.verbs.count("hello") > 1:
            return True
        await talk.send(b"250-mail.example.org", b"250 SIZE 1000000")
        return None

    mail.hooks["hello"] = hello
    report = await inside(mail, network, certificate)
    assert report.signed_in
    assert mail.verbs.count("hello") == 2


async def test_a_server_without_sign_in_is_asked_twice_and_not_more(network: Network, certificate: Issued) -> None:
    mail = Mail(SMTP, hello=offering(SMTP, ""))
    report = await inside(mail, network, certificate)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.AUTH_MISSING
    assert mail.verbs.count("hello") == 2


async def test_in_clear_with_leave_no_password_is_sent_where_a_challenge_does(
    network: Network, certificate: Issued
) -> None:
    """Who agreed to a line in clear still need not show the password to whoever listens there."""
    auth = scram(IMAP, "SCRAM-SHA-256", PASSWORD)
    mail = Mail(IMAP, switch=False, auth=auth, hello=offering(IMAP, "PLAIN SCRAM-SHA-256"))
    async with tls_server(mail, certificate, Security.NONE) as server:
        report = await probe(candidate(server, IMAP, Security.NONE), network, allow_unencrypted=True)
    assert report.auth == "SCRAM-SHA-256"
    assert PASSWORD.encode() not in bytes(mail.in_clear)


@pytest.mark.parametrize(
    ("reply", "of_the_command"),
    [
        (Reply("Unknown command", 500), True),
        (Reply("no", 500), True),
        (Reply("no", 504), True),
        (Reply("no", 505), False),
        (Reply("5.7.4 Unrecognized Authentication Type", 504, "5.7.4"), True),
        (Reply("Command rejected: wrong password", 502), False),
        (Reply("Authentication unsuccessful", 535, "5.7.3"), False),
        (Reply("Temporary authentication failure", 454, "4.7.0"), False),
        (Reply("Service unavailable, unknown command", 421), False),
        (Reply("Unknown AUTH method", status="-ERR"), True),
        (Reply("[AUTH] Unsupported authentication mechanism.", status="-ERR", code_text="AUTH"), True),
        (Reply("[AUTH] bad command", status="-ERR", code_text="AUTH"), False),
        (Reply("[SYS/TEMP] try again", status="-ERR", code_text="SYS/TEMP"), False),
        (Reply("Logon failure: unknown user name or bad password.", status="-ERR"), False),
        (Reply("AUTHENTICATE mechanism is not supported", status="NO"), True),
        (Reply("Comando desconocido", status="-ERR"), True),
        (Reply("Please log in via your web browser", status="NO", code_text="WEBALERT"), False),
        (Reply("mailbox is not available", status="NO"), False),
    ],
)
def test_what_a_refusal_speaks_of(reply: Reply, of_the_command: bool) -> None:
    assert refuses_command(reply) is of_the_command
