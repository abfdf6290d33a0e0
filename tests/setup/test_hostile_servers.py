"""Servers that answer as no server should, as the person is told of them: the first cause, and what was not blamed."""

from __future__ import annotations

import asyncio

import pytest

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import Hook, Mail, candidate, ok, say, tls_server
from tests.setup.accounts import checked, draft, new_session
from wizard.model.account import Verdict
from wizard.model.diagnosis import Diagnosis
from wizard.model.server import Protocol, Security
from wizard.setup.options import Options

pytestmark = pytest.mark.slow

SMTP, IMAP, POP3 = Protocol.SMTP, Protocol.IMAP, Protocol.POP3


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, seconds in (
        ("connector", "OPEN_S", 1.5), ("connector", "PEEK_AFTER_S", 0.3), ("connector", "PEEK_S", 0.3),
        ("conversation", "SIGN_IN_S", 0.6), ("imap", "SIGN_IN_S", 0.6), ("pop3", "SIGN_IN_S", 0.6),
        ("smtp", "ENVELOPE_S", 0.6), ("smtp", "TOGETHER_S", 0.2), ("smtp", "OUTCOME_S", 0.4),
        ("smtp", "PUT_OFF_S", 0.05),
    ):  # fmt: skip
        monkeypatch.setattr(f"wizard.probe.{module}.{name}", seconds)


async def first_card(
    mail: Mail,
    authority: Authority,
    certificate: Issued,
    security: Security = Security.TLS,
    *,
    test_message: bool = False,
    allow_unencrypted: bool = False,
) -> Diagnosis:
    """What the person hears first of an account with this one server, or with a good one for receiving beside it."""
    sending = mail.protocol is SMTP
    receive = Mail(IMAP) if sending and test_message else None
    result = await checked(
        authority,
        certificate,
        receive=receive if sending else mail,
        send=mail if sending else None,
        security=security,
        test_message=test_message,
        options=Options(autofix=False, allow_unencrypted=allow_unencrypted, deadline_s=20),
    )
    assert result.verdict is not Verdict.WORKS
    return result.diagnoses[0]


def server(protocol: Protocol, at: str, answer: bytes, then: str = "go on") -> Mail:
    """A server that answers one command in its own way."""
    return Mail(protocol, at={at: say(answer, then=then)})


def endless(line: bytes) -> bytes:
    return line * 400


@pytest.mark.parametrize(
    ("protocol", "at", "answer", "then", "cause"),
    [
        # Greetings of other protocols.
        (SMTP, "greeting", b"220 (vsFTPd 3.0.3)\r\n", "silence", "not-a-mail-server"),
        (SMTP, "greeting", b"220 ProFTPD Server (Debian) [::ffff:192.0.2.1]\r\n", "silence", "not-a-mail-server"),
        (POP3, "greeting", b"220-FileZilla Server 1.8\r\n220 welcome\r\n", "silence", "not-a-mail-server"),
        (IMAP, "greeting", b"220 Microsoft FTP Service\r\n", "silence", "not-a-mail-server"),
        (SMTP, "greeting", b"200 news.example.org NNRP server ready (posting ok)\r\n", "silence", "not-a-mail-server"),
        (SMTP, "greeting", b"\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23", "silence", "not-a-mail-server"),
        (IMAP, "greeting", b"\xff\xfd\x18", "silence", "not-a-mail-server"),
        (POP3, "greeting", b"SSH-2.0-OpenSSH_9.6\r\n", "silence", "not-a-mail-server"),
        (IMAP, "greeting", b"220 mail.example.org ESMTP Postfix\r\n", "silence", "wrong-protocol"),
        (SMTP, "greeting", b"* OK Dovecot ready.\r\n", "silence", "wrong-protocol"),
        (IMAP, "greeting", b"+OK POP3 ready\r\n", "silence", "wrong-protocol"),
        # Refusals in the greeting.
        (IMAP, "greeting", b"* BYE Too many connections from your address\r\n", "fin", "server-busy"),
        (POP3, "greeting", b"-ERR [SYS/TEMP] Too many connections, try later\r\n", "fin", "server-busy"),
        # Silence and dripping, each with its stage.
        (SMTP, "greeting", b"", "silence", "greeting-timeout"),
        (IMAP, "greeting", b"", "silence", "greeting-timeout"),
        (POP3, "greeting", b"+O", "silence", "greeting-timeout"),
        (SMTP, "hello", b"", "silence", "greeting-timeout"),
        (IMAP, "hello", b"* CAPA", "silence", "greeting-timeout"),
        (SMTP, "auth", b"", "silence", "connection-dropped"),
        (IMAP, "auth", b"* OK still there\r\n", "silence", "connection-dropped"),
        (POP3, "auth", b"+", "silence", "connection-dropped"),
        (IMAP, "examine", b"* 1 EXISTS\r\n", "silence", "connection-dropped"),
        (POP3, "stat", b"", "silence", "connection-dropped"),
        (SMTP, "mail", b"250-yes\r\n", "silence", "connection-dropped"),
        (SMTP, "rcpt", b"", "silence", "connection-dropped"),
        # Answers out of the grammar, after a right greeting.
        (SMTP, "hello", b"250-mail.example.org\r\n550 no\r\n", "go on", "server-error"),
        (SMTP, "hello", b"250-mail.example.org\r\n\r\n250 AUTH PLAIN\r\n", "go on", "server-error"),
        (SMTP, "auth", b"235-ok\r\n535 no\r\n", "go on", "server-error"),
        (SMTP, "auth", b"250 ok\r\n", "go on", "server-error"),
        (SMTP, "auth", b"334 VXNlcm5hbWU6\r\n", "go on", "server-error"),
        (SMTP, "rcpt", b"250-ok\r\n550 no\r\n", "go on", "server-error"),
        (IMAP, "auth", b"A99 OK done\r\n", "silence", "server-error"),
        (IMAP, "auth", endless(b"+ \r\n"), "silence", "server-error"),
        (IMAP, "auth", endless(b"+ VXNlcm5hbWU6\r\n"), "silence", "server-error"),
        (IMAP, "auth", b"{tag} PERHAPS\r\n", "go on", "server-error"),
        (IMAP, "examine", b"{tag} PREAUTH\r\n", "go on", "server-error"),
        (POP3, "auth", endless(b"+ \r\n"), "silence", "server-error"),
        (POP3, "auth", b"235 2.7.0 ok\r\n", "go on", "server-error"),
        # Refusals in words of their own.
        (IMAP, "auth", b"* BYE overloaded, come back later\r\n", "silence", "server-busy"),
        (POP3, "auth", b"-ERR [SYS/TEMP] Temporary authentication failure\r\n", "go on", "temporary-auth-failure"),
        (POP3, "auth", b"-ERR [IN-USE] Do you have another POP session running?\r\n", "go on", "server-busy"),
        (SMTP, "auth", b"454 4.7.0 Temporary authentication failure\r\n", "go on", "temporary-auth-failure"),
        (SMTP, "auth", b"501 5.5.2 Syntax error in parameters\r\n", "go on", "auth-mechanism-unsupported"),
        (SMTP, "auth", b"503 5.5.1 Bad sequence of commands\r\n", "go on", "auth-mechanism-unsupported"),
        (IMAP, "auth", b"{tag} BAD Command unknown\r\n", "go on", "auth-mechanism-unsupported"),
        # How we introduce ourselves.
        (SMTP, "hello", b"501 5.5.4 Invalid domain name\r\n", "go on", "helo-refused"),
        (SMTP, "hello", b"550 5.7.1 Rejected: forged HELO [127.0.0.1]\r\n", "go on", "helo-refused"),
        (SMTP, "mail", b"550 5.7.1 EHLO/HELO hostname does not resolve\r\n", "go on", "helo-refused"),
        (SMTP, "rcpt", b"504 5.5.2 <x>: Helo command rejected: host not found\r\n", "go on", "helo-refused"),
    ],
)  # fmt: skip
async def test_what_is_told_first(
    protocol: Protocol, at: str, answer: bytes, then: str, cause: str, authority: Authority, certificate: Issued
) -> None:
    card = await first_card(server(protocol, at, answer, then), authority, certificate)
    assert card.cause == cause, (card.title, card.reply)


@pytest.mark.parametrize("protocol", [SMTP, IMAP, POP3])
async def test_a_byte_now_and_then_is_silence(protocol: Protocol, authority: Authority, certificate: Issued) -> None:
    async def drip(talk: Talk, line: bytes) -> None:
        await talk.drip(b"2" * 200, 0.1)

    card = await first_card(Mail(protocol, auth=drip), authority, certificate)
    assert (card.cause, card.title) == ("connection-dropped", "The server stopped answering at the sign-in")


@pytest.mark.parametrize(
    ("at", "title"),
    [
        ("greeting", "127.0.0.1 accepts the connection and then stays silent"),
        ("hello", "127.0.0.1 greets and then stays silent"),
        ("auth", "The server stopped answering at the sign-in"),
        ("rcpt", "The server stopped answering in the middle"),
    ],
)
async def test_silence_is_told_where_it_fell(at: str, title: str, authority: Authority, certificate: Issued) -> None:
    card = await first_card(server(SMTP, at, b"", "silence"), authority, certificate)
    assert card.title == title


async def test_silence_after_the_final_dot_is_no_verdict(authority: Authority, certificate: Issued) -> None:
    async def data(talk: Talk, line: bytes) -> None:
        await talk.send(b"354 go on")
        await talk.lines_until(b".")
        await talk.silence()

    card = await first_card(Mail(SMTP, data=data), authority, certificate, test_message=True)
    assert card.title == "The server did not say whether it took the message"


def _with_words_behind(protocol: Protocol) -> Hook:
    async def starttls(talk: Talk, line: bytes) -> None:
        await talk.send_raw(ok(protocol, line) + ok(protocol, line))

    return starttls


@pytest.mark.parametrize("protocol", [SMTP, IMAP, POP3])
async def test_words_injected_at_the_switch_are_no_missing_offer(
    protocol: Protocol, authority: Authority, certificate: Issued
) -> None:
    mail = Mail(protocol, starttls=_with_words_behind(protocol))
    card = await first_card(mail, authority, certificate, Security.STARTTLS)
    assert card.cause == "security-software-interference"
    assert card.title == "Something put words into the connection to 127.0.0.1"
    assert b"AUTH" not in bytes(mail.in_clear)


@pytest.mark.parametrize("reply", [b"530 5.7.0 Must issue a STARTTLS command first", b"538 5.7.11 Encryption required"])
async def test_a_plain_port_that_wants_encryption(reply: bytes, authority: Authority, certificate: Issued) -> None:
    mail = Mail(SMTP, clear_auth=True, auth=say(reply + b"\r\n"))
    card = await first_card(mail, authority, certificate, Security.NONE, allow_unencrypted=True)
    assert card.cause == "tls-required"


@pytest.mark.parametrize(
    ("offers", "words", "first"),
    [
        (b"STARTTLS", "offers it", "switch-on-encryption"),
        (b"SIZE", "asks for it", "use-other-port"),
    ],
)
async def test_a_plain_port_without_a_sign_in_that_wants_encryption(
    offers: bytes, words: str, first: str, authority: Authority, certificate: Issued
) -> None:
    mail = Mail(
        SMTP,
        hello=say(b"250-mail.example.org\r\n250 " + offers + b"\r\n"),
        mail=say(b"530 5.7.0 Must issue a STARTTLS command first\r\n"),
    )
    card = await first_card(mail, authority, certificate, Security.NONE, allow_unencrypted=True)
    assert card.cause == "tls-required"
    assert card.title.endswith(words)
    assert card.remedies[0].id == first
    assert card.reply is not None
    assert card.reply.code == 530
    assert mail.sign_ins == []


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (b"550 5.7.1 Client host [192.0.2.9] blocked using zen.example.org", "client-ip-blocked"),
        (b"554 5.7.1 <ada@example.org>: Relay access denied", "auth-not-offered"),
        (b"530 5.7.0 Authentication required", "auth-not-offered"),
        (b"550 5.1.1 <ada@example.org>: User unknown", "auth-not-offered"),
    ],
)
async def test_a_server_without_a_sign_in_says_why_it_takes_no_mail(
    reply: bytes, cause: str, authority: Authority, certificate: Issued
) -> None:
    mail = Mail(SMTP, hello=say(b"250-mail.example.org\r\n250 SIZE\r\n"), mail=say(reply + b"\r\n"))
    assert (await first_card(mail, authority, certificate)).cause == cause


async def test_what_a_server_said_before_it_hung_up_is_told(authority: Authority, certificate: Issued) -> None:
    together = b"250-mail.example.org\r\n250-AUTH PLAIN\r\n250 PIPELINING\r\n"
    mail = Mail(SMTP, hello=say(together), mail=say(b"421 4.3.2 Server is restarted, come back later\r\n", then="fin"))
    card = await first_card(mail, authority, certificate)
    assert card.cause in ("server-error", "server-busy")
    assert card.reply is not None
    assert card.reply.code == 421


@pytest.mark.parametrize(("greeting", "cause"), [(b"Service ready", "not-a-mail-server"), (b"x ESMTP", "server-error")])
async def test_a_server_that_knows_no_hello_is_one_for_mail_only_where_it_says_so(
    greeting: bytes, cause: str, authority: Authority, certificate: Issued
) -> None:
    unknown = say(b"500 'EHLO [127.0.0.1]': command not understood.\r\n")
    mail = Mail(SMTP, greeting=say(b"220 " + greeting + b"\r\n"), hello=unknown)
    assert (await first_card(mail, authority, certificate)).cause == cause


async def test_a_server_that_knows_only_helo_is_asked_so(authority: Authority, certificate: Issued) -> None:
    async def hello(talk: Talk, line: bytes) -> None:
        known = line.startswith(b"HELO")
        await talk.send(b"250 mail.example.org" if known else b'500 5.5.1 Command unrecognized: "EHLO [127.0.0.1]"')

    card = await first_card(Mail(SMTP, hello=hello), authority, certificate)
    assert card.cause == "auth-not-offered"


async def test_a_dialogue_of_stars_names_the_firewall(authority: Authority, certificate: Issued) -> None:
    mail = Mail(
        SMTP,
        greeting=say(b"220 " + b"*" * 41 + b"\r\n"),
        hello=say(b"250-mail.example.org\r\n250-SIZE 1000000\r\n250-XXXXXXXA\r\n250-XXXB\r\n250 AUTH LOGIN PLAIN\r\n"),
    )
    card = await first_card(mail, authority, certificate, Security.STARTTLS)
    assert (card.cause, card.title) == ("security-software-interference", "A firewall blanks out what 127.0.0.1 says")


async def test_a_greeting_without_its_star_is_borne(authority: Authority, certificate: Issued) -> None:
    mail = Mail(IMAP, greeting=say(b"OK IMAP4 ready\r\n"))
    result = await checked(authority, certificate, receive=mail)
    assert result.verdict is Verdict.WORKS


@pytest.mark.parametrize(
    ("at", "cause", "title"),
    [
        ("greeting", "greeting-timeout", "127.0.0.1 accepts the connection and then stays silent"),
        ("hello", "greeting-timeout", "127.0.0.1 greets and then stays silent"),
        ("starttls", "tls-handshake-failed", None),
        ("auth", "connection-dropped", "The server stopped answering at the sign-in"),
    ],
)
@pytest.mark.parametrize("protocol", [SMTP, IMAP, POP3])
async def test_a_deadline_in_a_silence_tells_what_was_waited_for(
    protocol: Protocol,
    at: str,
    cause: str,
    title: str | None,
    authority: Authority,
    certificate: Issued,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()  # the deadline is shorter than every limit
    mail = server(protocol, at, b"", "silence")
    result = await checked(
        authority,
        certificate,
        receive=None if protocol is SMTP else mail,
        send=mail if protocol is SMTP else None,
        security=Security.STARTTLS,
        options=Options(autofix=False, deadline_s=1.0),
    )
    assert result.verdict is Verdict.UNDECIDED
    assert result.diagnoses[0].cause == cause
    assert title is None or result.diagnoses[0].title == title


@pytest.mark.parametrize(
    ("protocol", "answer"),
    [(SMTP, b"501 5.5.2 Syntax error\r\n"), (IMAP, b"{tag} BAD Command unknown\r\n"), (POP3, b"-ERR syntax error\r\n")],
)
async def test_a_server_that_refuses_its_own_ways_is_not_said_to_judge_the_password(
    protocol: Protocol, answer: bytes, authority: Authority, certificate: Issued
) -> None:
    mail = Mail(protocol, auth=say(answer), user=say(answer))
    card = await first_card(mail, authority, certificate)
    assert card.title == "127.0.0.1 refuses every way of signing in that it offers"
    assert "your password was not judged" in card.why
    assert card.reply is not None


@pytest.mark.parametrize("protocol", [SMTP, IMAP, POP3])
async def test_a_server_that_greets_late_is_waited_for_at_the_next_press(
    protocol: Protocol, authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.probe.connector.OPEN_S", 0.5)
    monkeypatch.setattr("wizard.probe.connector.SLOW_OPEN_S", 20.0)

    async def late(talk: Talk, line: bytes) -> bool:
        await asyncio.sleep(1.0)
        return True

    mail = Mail(protocol, greeting=late)
    async with tls_server(mail, certificate, Security.TLS) as running:
        where = candidate(running, protocol, Security.TLS)
        account = draft(where, None) if protocol is not SMTP else draft(None, where)
        session = new_session(authority, options=Options(autofix=False, deadline_s=25))
        first = await session.check(account)
        assert [one.cause for one in first.diagnoses] == ["greeting-timeout"]
        assert "wait-longer" in [remedy.id for remedy in first.diagnoses[0].remedies]
        second = await session.check(account)
        await session.close()
    assert second.verdict is Verdict.WORKS, second.diagnoses


@pytest.mark.parametrize("at", ["auth", "rcpt"])
async def test_mail_that_must_be_received_first_is_no_missing_password(
    at: str, authority: Authority, certificate: Issued
) -> None:
    mail = server(SMTP, at, b"535 5.7.1 Please do a POP3/IMAP login first\r\n")
    card = await first_card(mail, authority, certificate)
    assert (card.cause, card.title) == ("auth-required", "The server wants mail to be received before it takes any")


@pytest.mark.parametrize("protocol", [SMTP, IMAP, POP3])
@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"220 mail.example.org ESMTP\r\n", "tls-mode-mismatch"),
        (b"\x15\x03\x03\x00\x02\x02\x28", "tls-handshake-failed"),  # an alert: no shared cipher
    ],
)
async def test_a_deadline_tells_of_the_settings_and_not_of_what_was_tried_instead(
    protocol: Protocol,
    answer: bytes,
    cause: str,
    authority: Authority,
    certificate: Issued,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()

    async def no_tls(talk: Talk) -> None:
        if answer.startswith(b"\x15"):
            await talk.some_bytes()
        await talk.send_raw(answer)
        await talk.silence()

    async with ScriptedServer(no_tls) as running:
        where = candidate(running, protocol, Security.TLS)
        session = new_session(authority, options=Options(deadline_s=1.5))
        result = await session.check(draft(where, None) if protocol is not SMTP else draft(None, where))
        await session.close()
    assert [one.cause for one in result.diagnoses] == [cause]
