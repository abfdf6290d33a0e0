"""The real servers are what the other tests believe they are; the standard library and swaks are the witnesses."""

from __future__ import annotations

import asyncio
import imaplib
import poplib
import smtplib
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.account import ADA, BOB, Account
from tests.lab.certificates import Authority
from tests.lab.dovecot import AuthAttempt
from tests.lab.mail_server import MailServer
from tests.lab.processes import LabUnavailable, Process, program, wait_until
from tests.lab.scripted import Conversation, ScriptedServer

MESSAGE = b"From: ada@example.org\r\nSubject: A test\r\nMessage-ID: <1@example.org>\r\n\r\nHello\r\n"


@pytest.fixture(params=["mail_server", "exim_server"])
def server(request: pytest.FixtureRequest) -> MailServer:
    found: MailServer = request.getfixturevalue(request.param)
    return found


def submit(server: MailServer, context: ssl.SSLContext, account: Account, *recipients: str) -> None:
    with smtplib.SMTP(*server.submission, timeout=10) as client:
        client.starttls(context=context)
        client.login(account.username, account.password)
        client.sendmail(account.address, recipients, MESSAGE)


def test_a_message_submitted_on_587_arrives_and_is_read_over_imap(server: MailServer, authority: Authority) -> None:
    context = authority.client_context()
    submit(server, context, ADA, ADA.address)
    wait_until(lambda: bool(server.mailbox(ADA.address)), "the message arrives", 5)
    with imaplib.IMAP4_SSL(*server.imaps, ssl_context=context) as client:
        client.login(ADA.address, ADA.password)
        assert client.select()[1] == [b"1"]
        fetched = client.fetch("1", "(BODY[HEADER.FIELDS (SUBJECT)])")[1][0]
    assert isinstance(fetched, tuple)
    assert fetched[1].strip() == b"Subject: A test"
    assert server.auth_log() == [AuthAttempt("smtp", "PLAIN"), AuthAttempt("imap", "PLAIN")]


def test_465_speaks_tls_from_the_start(server: MailServer, authority: Authority) -> None:
    with smtplib.SMTP_SSL(*server.submissions, timeout=10, context=authority.client_context()) as client:
        client.login(ADA.address, ADA.password)
        client.sendmail(ADA.address, [ADA.address], MESSAGE)
    wait_until(lambda: len(server.mailbox(ADA.address)) == 1, "the message arrives", 5)


def test_bobs_mail_lands_in_junk(server: MailServer, authority: Authority) -> None:
    submit(server, authority.client_context(), ADA, BOB.address)
    wait_until(lambda: len(server.mailbox(BOB.address, "Junk")) == 1, "the message arrives", 5)
    assert server.mailbox(BOB.address) == []


def test_junk_is_marked_as_such(mail_server: MailServer, authority: Authority) -> None:
    with imaplib.IMAP4_SSL(*mail_server.imaps, ssl_context=authority.client_context()) as client:
        client.login(BOB.address, BOB.password)
        assert b'(\\HasNoChildren \\Junk) "." Junk' in client.list()[1]


def test_pop3_in_both_ways_and_every_sign_in_is_counted(mail_server: MailServer, authority: Authority) -> None:
    context = authority.client_context()
    mail_server.deliver(ADA.address, MESSAGE)
    host, port = mail_server.pop3s
    tls = poplib.POP3_SSL(host, port, context=context)
    tls.user(ADA.address)
    tls.pass_(ADA.password)
    assert tls.stat()[0] == 1
    tls.quit()
    starttls = poplib.POP3(*mail_server.pop3)
    starttls.stls(context)
    starttls.user(ADA.address)
    starttls.pass_(ADA.password)
    starttls.quit()
    assert mail_server.auth_log() == [AuthAttempt("pop3", "PLAIN")] * 2


def test_a_refused_sign_in_is_counted_as_well(server: MailServer, authority: Authority) -> None:
    with smtplib.SMTP_SSL(*server.submissions, timeout=10, context=authority.client_context()) as client:
        client.ehlo()
        client.user, client.password = ADA.address, "not it"
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            client.auth("PLAIN", client.auth_plain)
    assert refused.value.smtp_code == 535
    assert server.auth_log() == [AuthAttempt("smtp", "PLAIN")]


def test_nobody_signs_in_without_encryption(server: MailServer) -> None:
    with smtplib.SMTP(*server.submission, timeout=10) as client:
        client.ehlo()
        assert not client.has_extn("auth")
        assert client.has_extn("starttls")
    with imaplib.IMAP4(*server.imap) as imap:
        assert "LOGINDISABLED" in imap.capabilities


def test_unknown_mailboxes_are_refused(server: MailServer, authority: Authority) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        submit(server, authority.client_context(), ADA, "nobody@example.org")
    assert refused.value.recipients["nobody@example.org"][0] == 550


def test_a_stranger_may_not_relay(server: MailServer) -> None:
    with smtplib.SMTP(*server.smtp, timeout=10) as client, pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail("stranger@example.net", ["somebody@example.net"], MESSAGE)


def test_swaks_agrees(server: MailServer, authority: Authority) -> None:
    host, port = server.submission
    done = subprocess.run(
        [
            program("swaks", "swaks"), "--server", host, "--port", str(port), "--tls", "--tls-verify",
            "--tls-ca-path", str(authority.ca_file), "--auth", "LOGIN", "--auth-user", ADA.username,
            "--auth-password", ADA.password, "--from", ADA.address, "--to", ADA.address, "--silent", "2",
        ],
        check=False, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.auth_log() == [AuthAttempt("smtp", "LOGIN")]
    wait_until(lambda: len(server.mailbox(ADA.address)) == 1, "the message arrives", 5)


@pytest.mark.slow
def test_where_only_the_local_part_signs_in(new_mail_server: Callable[..., MailServer], authority: Authority) -> None:
    short = ADA.by_local_part()
    server = new_mail_server(accounts=[short])
    with pytest.raises(smtplib.SMTPAuthenticationError):
        submit(server, authority.client_context(), ADA, ADA.address)
    submit(server, authority.client_context(), short, ADA.address)
    wait_until(lambda: len(server.mailbox(ADA.address)) == 1, "the message arrives", 5)


def test_where_smtp_auth_is_off(new_mail_server: Callable[..., MailServer], authority: Authority) -> None:
    for kind in ("postfix", "exim"):
        server = new_mail_server(sends_with=kind, smtp_auth=False)
        with pytest.raises(smtplib.SMTPNotSupportedError):
            submit(server, authority.client_context(), ADA, ADA.address)


def test_where_relaying_is_denied(new_mail_server: Callable[..., MailServer], authority: Authority) -> None:
    server = new_mail_server(relay_denied=True)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        submit(server, authority.client_context(), ADA, ADA.address)
    assert refused.value.recipients[ADA.address] == (554, b"5.7.1 <ada@example.org>: Relay access denied")


def test_where_messages_must_be_small(new_mail_server: Callable[..., MailServer], authority: Authority) -> None:
    server = new_mail_server(message_size_limit=1000)
    with smtplib.SMTP_SSL(*server.submissions, timeout=10, context=authority.client_context()) as client:
        client.login(ADA.address, ADA.password)
        assert client.esmtp_features["size"] == "1000"
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            client.sendmail(ADA.address, [ADA.address], MESSAGE + b"x" * 2000)
    assert refused.value.smtp_code == 552


def test_the_receiving_side_says_what_it_found(
    new_mail_server: Callable[..., MailServer], authority: Authority
) -> None:
    server = new_mail_server(authentication_results="spf=pass smtp.mailfrom=example.org; dkim=pass; dmarc=pass")
    submit(server, authority.client_context(), ADA, ADA.address)
    wait_until(lambda: bool(server.mailbox(ADA.address)), "the message arrives", 5)
    assert b"Authentication-Results: mail.example.org; spf=pass smtp.mailfrom=" in server.mailbox(ADA.address)[0]


def test_standard_ports_on_an_address_of_its_own(
    new_mail_server: Callable[..., MailServer], authority: Authority
) -> None:
    server = new_mail_server(standard_ports=True)
    assert (server.submission[1], server.submissions[1], server.imaps[1], server.pop3s[1]) == (587, 465, 993, 995)
    submit(server, authority.client_context(), ADA, ADA.address)


def test_a_certificate_that_ended_is_refused(new_mail_server: Callable[..., MailServer], authority: Authority) -> None:
    server = new_mail_server(certificate=authority.issue("mail.example.org", expired_days=3))
    context = authority.client_context()
    context.check_hostname = False
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        imaplib.IMAP4_SSL(*server.imaps, ssl_context=context)


def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(LabUnavailable, match="no-such-program is missing: install the package some-package"):
        program("no-such-program", "some-package")


def test_a_program_that_ends_at_once_is_told_with_its_words(tmp_path: Path) -> None:
    process = Process(["sh", "-c", "echo no luck; exit 3"], tmp_path / "output", lambda: False)
    with pytest.raises(LabUnavailable, match=r"(?s)ended with 3.*no luck"):
        process.__enter__()


async def test_a_scripted_server_switches_to_tls_in_the_middle_and_keeps_what_it_heard(authority: Authority) -> None:
    async def script(client: Conversation) -> None:
        await client.send(b"220 hello")
        assert await client.line() == b"STARTTLS"
        await client.send(b"220 go")
        await client.start_tls()
        assert client.encrypted
        await client.drip(b"250 inside\r\n", 0)
        await client.line()

    async with ScriptedServer(script, certificate=authority.issue("127.0.0.1")) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        assert await reader.readline() == b"220 hello\r\n"
        writer.write(b"STARTTLS\r\n")
        assert await reader.readline() == b"220 go\r\n"
        await writer.start_tls(authority.client_context(), server_hostname="127.0.0.1")
        assert await reader.readline() == b"250 inside\r\n"
        writer.write(b"QUIT\r\n")
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
    assert server.received == b"STARTTLS\r\nQUIT\r\n"


async def test_a_scripted_server_resets(authority: Authority) -> None:
    async def script(client: Conversation) -> None:
        await client.line()
        client.reset()

    async with ScriptedServer(script, certificate=authority.issue("127.0.0.1"), tls_at_start=True) as server:
        reader, writer = await asyncio.open_connection(
            server.host, server.port, ssl=authority.client_context(), server_hostname="127.0.0.1"
        )
        writer.write(b"EHLO me\r\n")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.transport.abort()


async def test_a_mistake_in_a_script_fails_the_test() -> None:
    async def script(client: Conversation) -> None:
        raise ZeroDivisionError

    async def visit() -> None:
        async with ScriptedServer(script) as server:
            reader, writer = await asyncio.open_connection(server.host, server.port)
            await reader.read()
            writer.close()
            await writer.wait_closed()

    with pytest.raises(ZeroDivisionError):
        await visit()
