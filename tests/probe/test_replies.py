"""What hostile servers answer: named, bounded, inert, never mistaken for yes (T09 to T15, T24 to T26, T35)."""

from __future__ import annotations

import base64
import json
from contextlib import suppress

import pytest

from tests.lab.certificates import Issued
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import (
    CREDENTIALS,
    PASSWORD,
    PROTOCOLS,
    USER,
    Hook,
    Mail,
    candidate,
    no,
    offers,
    ok,
    probe,
    say,
    secrets_in,
    tag_of,
    tls_server,
)
from wizard.model.evidence import ErrorKind, ProbeReport, Stage
from wizard.model.secret import Redactor, Secret
from wizard.model.server import Protocol, Security
from wizard.probe.connector import Network
from wizard.probe.credentials import Credentials
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed
from wizard.probe.smtp import SmtpConversation

pytestmark = pytest.mark.usefixtures("short_limits")
each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS)


async def _probe_inside(mail: Mail, network: Network, certificate: Issued) -> ProbeReport:
    async with tls_server(mail, certificate, Security.TLS) as server:
        return await probe(candidate(server, mail.protocol, Security.TLS), network)


def _everything_in(report: ProbeReport) -> str:
    return repr(report)


@each_protocol
async def test_an_ordinary_refusal_costs_one_attempt(protocol: Protocol, network: Network, certificate: Issued) -> None:
    async def refuse(talk: Talk, line: bytes) -> None:
        await talk.send_raw(no(protocol, line))

    mail = Mail(protocol, auth=refuse)
    report = await _probe_inside(mail, network, certificate)
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.AUTH, ErrorKind.REPLY)
    assert len(mail.sign_ins) == report.sign_in_attempts == 1


@pytest.mark.parametrize(
    ("protocol", "answer"),
    [
        (Protocol.SMTP, b"250 2.0.0 fine\r\n"),
        (Protocol.SMTP, b"334 \r\n"),
        (Protocol.IMAP, b"* OK fine\r\n"),
        (Protocol.IMAP, b"OK fine\r\n"),
        (Protocol.IMAP, b"A99 OK fine\r\n"),
        (Protocol.IMAP, b"{tag} OKAY fine\r\n"),
        (Protocol.IMAP, b"{tag}OK fine\r\n"),
        (Protocol.IMAP, b"* PREAUTH fine\r\n"),
        (Protocol.POP3, b"OK fine\r\n"),
        (Protocol.POP3, b" +OK fine\r\n"),
        (Protocol.POP3, b"235 fine\r\n"),
    ],
)
async def test_only_the_right_yes_is_yes(
    protocol: Protocol, answer: bytes, network: Network, certificate: Issued
) -> None:
    report = await _probe_inside(Mail(protocol, auth=say(answer)), network, certificate)
    assert not report.signed_in
    assert report.sign_in_attempts == 1


@each_protocol
async def test_challenges_without_end_are_bounded(protocol: Protocol, network: Network, certificate: Issued) -> None:
    challenge = b"334 AAAA\r\n" if protocol is Protocol.SMTP else b"+ AAAA\r\n"

    async def for_ever(talk: Talk, line: bytes) -> None:
        await talk.send_raw(challenge)
        while len(mail.verbs) < 100:
            mail.verbs.append(repr(await talk.line()))
            await talk.send_raw(challenge)

    mail = Mail(protocol, auth=for_ever)
    for credentials in (CREDENTIALS, Credentials(USER, token=Secret(PASSWORD))):
        mail.verbs.clear()
        mail.hooks["hello"] = _offers_everything(protocol)
        async with tls_server(mail, certificate, Security.TLS) as server:
            conversation = Prober(network, Redactor((), ())).conversation(candidate(server, protocol, Security.TLS))
            try:
                await conversation.open()
                with pytest.raises(StageFailed):
                    await conversation.sign_in(credentials)
            finally:
                conversation.abort()
        assert len(mail.verbs) < 8


def _offers_everything(protocol: Protocol) -> Hook:
    async def hello(talk: Talk, line: bytes) -> None:
        await talk.send_raw(
            offers(protocol, line, starttls=False, auth=True)
            .replace(b"AUTH PLAIN LOGIN", b"AUTH PLAIN LOGIN XOAUTH2")
            .replace(b"AUTH=PLAIN", b"AUTH=PLAIN AUTH=XOAUTH2")
            .replace(b"SASL PLAIN", b"SASL PLAIN XOAUTH2")
        )

    return hello


async def test_a_referral_is_ignored(network: Network, certificate: Issued) -> None:
    async with ScriptedServer(Mail(Protocol.IMAP)) as elsewhere:
        referral = b"{tag} NO [REFERRAL imap://127.0.0.1:%d/] moved\r\n" % elsewhere.port
        report = await _probe_inside(Mail(Protocol.IMAP, auth=say(referral)), network, certificate)
        assert elsewhere.conversations == []
    assert report.failure is not None
    assert report.failure.error is ErrorKind.REPLY


@pytest.mark.parametrize("after_the_dot", ["silence", "fin", "rst", "garbage"])
async def test_an_unknown_outcome_is_said_and_nothing_sent_again(
    after_the_dot: str, network: Network, certificate: Issued
) -> None:
    async def data(talk: Talk, line: bytes) -> None:
        await talk.send(b"354 go on")
        await talk.lines_until(b".")
        if after_the_dot == "garbage":
            await talk.send_raw(b"\xff\x00 what?\r\n")
        await say(b"", then=after_the_dot if after_the_dot != "garbage" else "silence")(talk, line)

    mail = Mail(Protocol.SMTP, data=data)
    async with tls_server(mail, certificate, Security.TLS) as server:
        conversation = Prober(network, Redactor((), ())).conversation(candidate(server, Protocol.SMTP, Security.TLS))
        assert isinstance(conversation, SmtpConversation)
        try:
            await conversation.open()
            await conversation.sign_in(CREDENTIALS)
            with pytest.raises(StageFailed) as failed:
                await conversation.send(USER, USER, b"Subject: hello\r\n\r\nhello\r\n")
        finally:
            conversation.abort()
    assert (failed.value.stage, failed.value.kind) == (Stage.MESSAGE, ErrorKind.OUTCOME_UNKNOWN)
    assert mail.verbs.count("data") == 1
    assert len(server.conversations) == 1


NASTY = (
    "\x1b[31mred\x07\x00\x08\x7f",
    "\u202eevil\u2066\u200b\ufeff",
    "<img src=file:///etc/passwd><script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\x9b31m\x85\u2028\ud7ff",
)


@each_protocol
@pytest.mark.parametrize("nasty", NASTY)
async def test_what_a_server_says_is_inert(
    protocol: Protocol, nasty: str, network: Network, certificate: Issued
) -> None:
    text = nasty.encode("utf-8")

    async def say_it(talk: Talk, line: bytes) -> None:
        await talk.send_raw(no(protocol, line, text + b"\xff\xfe"))

    async def offer_it(talk: Talk, line: bytes) -> None:
        whole = offers(protocol, line, starttls=False, auth=True)
        word = text.replace(b" ", b"")
        await talk.send_raw(
            whole.replace(b"250-AUTH", b"250-X" + word + b"\r\n250-AUTH")
            .replace(b"IMAP4rev1", b"IMAP4rev1 X" + word)
            .replace(b"TOP\r\n", b"X" + word + b"\r\nTOP\r\n")
            .replace(b"PLAIN", b"PLAIN " + word)
        )

    for report in (
        await _probe_inside(Mail(protocol, auth=say_it), network, certificate),
        await _probe_inside(Mail(protocol, auth=say_it, hello=offer_it), network, certificate),
        await _probe_inside(Mail(protocol, greeting=say(text + b"\xff\r\n")), network, certificate),
    ):
        texts = [*report.transcript]
        for item in report.evidence:
            texts += [item.reply.text, item.reply.code_text or ""] if item.reply is not None else []
            texts += [*item.capabilities, *(str(value) for value in item.detail.values())]
        assert all(one.isprintable() for one in texts)
        json.dumps(texts).encode("utf-8")
        "".join(texts).encode("utf-8")


def _echoes() -> dict[str, bytes]:
    plain = f"\0{USER}\0{PASSWORD}".encode()
    return {
        "raw": PASSWORD.encode(),
        "base64": base64.b64encode(PASSWORD.encode()),
        "plain-blob": base64.b64encode(plain),
        "shifted": base64.b64encode(b"x" + plain + b"yz"),
        "json-in-base64": base64.b64encode(json.dumps({"error": PASSWORD}).encode()),
        "xoauth2": base64.b64encode(b"user=" + USER.encode() + b"\1auth=Bearer " + PASSWORD.encode() + b"\1\1"),
        "controls-between": b"tulip-\x00wagon-64",
        "capitals": PASSWORD.upper().encode(),
        "percent": "".join(f"%{byte:02x}" for byte in PASSWORD.encode()).encode(),
        "html": PASSWORD.replace("-", "&#45;").encode(),
        "quoted-printable": PASSWORD.replace("-", "=2D").encode(),
        "base64-in-capitals": base64.b64encode(plain).upper(),
        "base64-cut": base64.b64encode(plain)[:-6],
        "base64-in-groups": b" ".join(base64.b64encode(plain)[at : at + 8] for at in range(0, 48, 8)),
        "cut": PASSWORD[:9].encode() + b"\xe2\x80\xa6",
    }


@pytest.mark.slow
@each_protocol
@pytest.mark.parametrize("form", list(_echoes()))
async def test_an_echoed_password_is_masked(
    protocol: Protocol, form: str, network: Network, certificate: Issued
) -> None:
    echo = _echoes()[form]
    blob = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()

    async def refuse(talk: Talk, line: bytes) -> None:
        await talk.send_raw(no(protocol, line, b"wrong: " + echo + b" [" + echo + b"]"))

    async def challenge(talk: Talk, line: bytes) -> None:
        await talk.send_raw((b"334 " if protocol is Protocol.SMTP else b"+ ") + echo + b"\r\n")

    for hook in (refuse, challenge):
        report = await _probe_inside(Mail(protocol, auth=hook), network, certificate)
        shown = _everything_in(report)
        assert PASSWORD not in shown
        assert blob not in shown
        assert base64.b64encode(PASSWORD.encode()).decode() not in shown
        if form not in ("raw", "controls-between"):
            assert echo.decode() not in shown


@each_protocol
async def test_our_own_lines_in_the_transcript_hold_no_secret(
    protocol: Protocol, network: Network, certificate: Issued
) -> None:
    report = await _probe_inside(Mail(protocol), network, certificate)
    assert report.signed_in
    assert any("***" in line for line in report.transcript)
    assert secrets_in("\n".join(report.transcript).encode()) == []


@pytest.mark.parametrize(
    ("words", "speaks"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n<html>", "http"),
        (b"<html><body>Sign in to the hotel</body></html>\r\n", "http"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "ssh"),
        (b"220 ProFTPD FTP Server ready\r\n", "ftp"),
        (b"\x15\x03\x01\x00\x02\x02\x46\r\n", "tls"),
        (b"220 mail.example.org ESMTP\r\n", "smtp"),
        (b"* OK IMAP ready\r\n", "imap"),
        (b"+OK POP ready\r\n", "pop3"),
        (b"hello\r\n", "unknown"),
        (b"\x00\x01\x02\xff\xfe\r\n", "unknown"),
        (b"\r\n", "unknown"),
    ],
)
@each_protocol
async def test_another_service_is_named_as_what_it_is(
    protocol: Protocol, words: bytes, speaks: str, network: Network
) -> None:
    if speaks == protocol.value:
        words, speaks = b"what?\r\n", "unknown"
    mail = Mail(protocol, greeting=say(words, then="silence"))
    async with ScriptedServer(mail) as server:
        report = await probe(candidate(server, protocol), network)
    assert report.failure is not None
    assert report.failure.detail["speaks"] == speaks
    expected = {
        "tls": ErrorKind.TLS_WHERE_PLAINTEXT,
        "smtp": ErrorKind.OTHER_PROTOCOL,
        "imap": ErrorKind.OTHER_PROTOCOL,
        "pop3": ErrorKind.OTHER_PROTOCOL,
    }
    assert report.failure.error is expected.get(speaks, ErrorKind.NOT_MAIL)


@pytest.mark.parametrize(
    ("words", "speaks"), [(b"SSH-2.0-OpenSSH_9.2\r\n", "ssh"), (b"220 FTP server\r\n", "ftp"), (b"", "http")]
)
@each_protocol
async def test_another_service_where_tls_was_due_is_named(
    protocol: Protocol, words: bytes, speaks: str, network: Network
) -> None:
    async def serve(talk: Talk) -> None:
        await talk.send_raw(words)
        await talk.line()  # a handshake, or the empty request that follows it
        await talk.send_raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with ScriptedServer(serve) as server:
        report = await probe(candidate(server, protocol, Security.TLS), network)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.NOT_MAIL
    assert report.failure.detail["speaks"] == speaks


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        (Protocol.SMTP, b"421 4.3.2 too many connections, try later\r\n"),
        (Protocol.SMTP, b"554 5.7.1 your address is blocked\r\n"),
        (Protocol.IMAP, b"* BYE [UNAVAILABLE] too many connections\r\n"),
        (Protocol.POP3, b"-ERR [SYS/TEMP] too many connections\r\n"),
    ],
)
async def test_a_busy_server_is_quoted_and_not_asked_again(protocol: Protocol, words: bytes, network: Network) -> None:
    async with ScriptedServer(Mail(protocol, greeting=say(words, then="fin"))) as server:
        report = await probe(candidate(server, protocol), network)
        assert len(server.conversations) == 1
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.GREETING, ErrorKind.REPLY)
    assert report.failure.reply is not None
    assert report.failure.reply.text


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["hello", "auth", "mail", "rset"])
@pytest.mark.parametrize(
    "answer",
    [
        b"2_5 ok\r\n", b"+25 ok\r\n", b"-25 ok\r\n", b"999 ok\r\n",
        b"ok\r\n", b"\r\n", b"\xff\xfe\x00\x01\r\n", b"{tag} MAYBE\r\n",
    ],
)  # fmt: skip
@each_protocol
async def test_answers_out_of_any_grammar_end_the_stage(
    protocol: Protocol, verb: str, answer: bytes, network: Network, certificate: Issued
) -> None:
    mail = Mail(protocol)
    mail.hooks[verb] = say(answer, then="fin")
    async with tls_server(mail, certificate, Security.TLS) as server:
        conversation = Prober(network, Redactor((), ())).conversation(candidate(server, protocol, Security.TLS))
        try:
            with suppress(StageFailed):
                await conversation.open()
                await conversation.sign_in(CREDENTIALS)
                if isinstance(conversation, SmtpConversation):
                    await conversation.try_envelope(USER, USER)
        finally:
            conversation.abort()
    fine = {None, ErrorKind.PROTOCOL_ERROR, ErrorKind.REPLY, ErrorKind.CONNECTION_DROPPED}
    assert {item.error for item in conversation.recorder.report().evidence} <= fine | {ErrorKind.NOT_MAIL}
    assert not (verb in ("hello", "auth") and conversation.recorder.report().signed_in)


async def test_the_computer_is_not_named(network: Network, certificate: Issued) -> None:
    greetings: list[bytes] = []

    async def note(talk: Talk, line: bytes) -> bool:
        greetings.append(line)
        return True

    await _probe_inside(Mail(Protocol.SMTP, hello=note), network, certificate)
    async with tls_server(Mail(Protocol.SMTP, hello=note), certificate, Security.STARTTLS) as server:
        await probe(candidate(server, Protocol.SMTP), network)
    assert set(greetings) == {b"EHLO [127.0.0.1]"}


async def test_an_untagged_goodbye_explains_a_dropped_line(network: Network, certificate: Issued) -> None:
    async def bye(talk: Talk, line: bytes) -> None:
        await talk.send(b"* BYE too many wrong passwords")
        talk.close()
        raise EOFError

    report = await _probe_inside(Mail(Protocol.IMAP, auth=bye), network, certificate)
    assert report.failure is not None
    assert report.failure.reply is not None
    assert report.failure.reply.text == "too many wrong passwords"


@each_protocol
@pytest.mark.parametrize("where", ["username", "secret", "token"])
async def test_control_characters_are_not_sent(
    protocol: Protocol, where: str, network: Network, certificate: Issued
) -> None:
    credentials = {
        "username": Credentials("ada\0eve", Secret("x")),
        "secret": Credentials(USER, Secret("x\r\nDELETE")),
        "token": Credentials(USER, token=Secret("x\1host=evil")),
    }[where]
    mail = Mail(protocol, hello=_offers_everything(protocol))
    async with tls_server(mail, certificate, Security.TLS) as server:
        conversation = Prober(network, Redactor((), ())).conversation(candidate(server, protocol, Security.TLS))
        try:
            await conversation.open()
            with pytest.raises(StageFailed):
                await conversation.sign_in(credentials)
        finally:
            conversation.abort()
    assert mail.sign_ins == []


def test_helpers_agree_on_tags() -> None:
    assert ok(Protocol.IMAP, b"A7 NOOP").startswith(tag_of(b"A7 NOOP"))
