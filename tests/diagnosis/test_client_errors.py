"""What is read out of pasted texts."""

from __future__ import annotations

import base64

import pytest

from wizard.diagnosis.client_errors import MAX_TEXT, read, telling_lines


@pytest.mark.parametrize(
    ("text", "code", "enhanced"),
    [
        ("535 5.7.8 Authentication failed", "535", "5.7.8"),
        ("(535, b'5.7.139 Authentication unsuccessful')", "535", "5.7.139"),
        ("550-5.7.26 first\n550 5.7.26 second", "550", "5.7.26"),
        ("connect ECONNREFUSED 192.0.2.8:587", None, None),
        ("Port: 465, Secure(SSL): Yes", None, None),
        ("sorry, that domain isn't in my list (#5.7.1)", None, "5.7.1"),
        ("smtp; 550 Rejected", "550", None),
        ("version 4.2.1.7 of the server", None, None),
    ],
)
def test_codes(text: str, code: str | None, enhanced: str | None) -> None:
    reading = read(text)
    assert (reading.code, reading.enhanced) == (code, enhanced)


def test_lines_of_one_reply_become_one_sentence() -> None:
    assert "likely unsolicited mail" in read("550-5.7.1 this is likely\n550 5.7.1 unsolicited mail").folded


def test_imap_and_pop_answers() -> None:
    assert (read("a1 NO [UNAVAILABLE] Try later").status, read("a1 NO [UNAVAILABLE] x").response_code) == (
        "NO",
        "UNAVAILABLE",
    )
    assert read("-ERR [SYS/TEMP] later").response_code == "SYS/TEMP"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("535 L&#39;authentification a &eacute;chou&eacute;", "535 L'authentification a échoué"),
        ("550 &lt;ada@example.org&gt;: no such user", "550 <ada@example.org>: no such user"),
        (r"Anmeldung ung\u00fcltig", "Anmeldung ungültig"),
        (r"535 5.7.8 failed\r\n535 try again", "535 5.7.8 failed\n535 try again"),
    ],
)
def test_what_a_pages_source_or_a_log_escaped_is_read_as_it_was_said(source: str, shown: str) -> None:
    assert read(source) == read(shown)


@pytest.mark.parametrize(
    "text",
    [
        "Client host rejected: um zu senden, bitte zuerst anmelden",
        "System.Security.Authentication.AuthenticationException: um zu senden, bitte zuerst anmelden",
        'Expected response code 250 but got code "550", with message um zu senden, bitte zuerst anmelden',
        'Expected response code "250/251" but got code "550", with message um zu senden, bitte zuerst anmelden',
    ],
)
def test_what_a_program_says_before_every_reason_is_left_out(text: str) -> None:
    assert read(text).folded.strip() == "um zu senden, bitte zuerst anmelden"


@pytest.mark.parametrize(
    "around",
    [
        "Could not connect to SMTP host: smtp.example.org, port: 465;\n  nested exception is:\n\t",
        "Couldn't connect to host, port: smtp.example.org, 465; timeout 60000;\n nested exception is: ",
        "Could not connect to SMTP host: smtp.example.org, port: 465: ",
    ],
)
def test_what_java_says_around_a_failure_of_tls_is_left_out(around: str) -> None:
    inner = "javax.net.ssl.SSLHandshakeException: um zu senden, bitte zuerst anmelden"
    assert read(around + inner).folded.strip() == inner.lower()


def test_the_json_of_a_refused_token_is_read() -> None:
    blob = base64.b64encode(b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}').decode()
    assert "schemes" in read(f"334 {blob}").folded


@pytest.mark.parametrize(
    "shown",
    [
        "请使用授权码登录".encode("gbk").decode("latin-1"),
        "".join(f"\\x{byte:02x}" for byte in "请使用授权码登录".encode("gbk")),
        "请使用授权码登录".encode().decode("latin-1"),
        "".join(f"\\u{ord(sign):04x}" for sign in "请使用授权码登录"),
    ],
)
def test_mangled_chinese_is_put_right(shown: str) -> None:
    assert "授权码" in read(f"535 Error: {shown}").folded


def test_html_is_unwrapped() -> None:
    assert "relay access denied" in read("<p>554&nbsp;5.7.1 <b>Relay</b> access denied</p>").folded


def test_the_diagnostic_code_of_a_bounce_is_what_counts() -> None:
    bounce = (
        "The mail system\n\nFinal-Recipient: rfc822; ada@example.net\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 <ada@example.net>: Recipient address rejected:\n    User unknown\n\n"
        "Subject: quota exceeded\n"
    )
    reading = read(bounce)
    assert "user unknown" in reading.folded
    assert "quota" not in reading.folded


def test_the_telling_line_is_found_in_a_long_log() -> None:
    noise = [f"2026-11-21 10:00:{i % 60:02d} info worker {i} polled the queue and went on" for i in range(5_000)]
    noise.insert(4_000, "2026-11-21 10:01:00 send: 554 5.7.1 Relay access denied")
    assert telling_lines("\n".join(noise)).strip().endswith("Relay access denied")


@pytest.mark.parametrize(
    ("text", "protocol"),
    [
        ("-ERR [AUTH] no", "pop3"),
        ("* BYE later", "imap"),
        ("SMTP error 535", "smtp"),
        ("the pop3 server said no", "pop3"),
        ("no", None),
    ],
)
def test_whose_language_a_text_speaks(text: str, protocol: str | None) -> None:
    assert read(text).protocol == protocol


def test_of_a_log_without_end_the_start_and_the_end_are_read() -> None:
    noise = "2026-11-26 12:00:00 failed to be of interest\n" * (2 * MAX_TEXT // 46)
    first, last, amid = "535 5.7.8 refused at first", "553 5.1.8 refused at last", "550 5.1.1 refused amid"
    told = telling_lines(f"{first}\n{noise}{amid}\n{noise}{last}")
    assert first in told
    assert last in told
    assert amid not in told


def test_names_of_errors_are_taken_apart_into_their_words() -> None:
    said = read("SMTPKit.SMTPError.loginFailure, TLS_CERT_EXPIRED in mail.example.org").names
    assert said.splitlines() == ["login failure", "tls cert expired"]


@pytest.mark.parametrize(
    ("text", "command", "left"),
    [
        ("Sent: STARTTLS\nGot: 500 5.5.1 Command unrecognized", "starttls", "got: command unrecognized"),
        ("<-- STARTTLS\n--> 220 Ready\n* SSL error 0x80090302", None, "* ssl error 0x80090302"),
        ("C: RCPT TO:<ada@example.org>\nS: 550 no such user", "rcpt", "s: no such user"),
        ("C: EHLO pc\nS: 250 HELP\nC: AUTH LOGIN\nS: 535 no", "auth", "s: no"),
    ],
)
def test_of_a_logged_conversation_what_was_refused_is_left(text: str, command: str | None, left: str) -> None:
    reading = read(text)
    assert (reading.command, reading.folded) == (command, left)


@pytest.mark.parametrize(
    "text",
    [
        "Protocol: SMTP\nServer: data.example.org",
        "Client: AUTH LOGIN failed\nServer: gone",
        "C: QUIT\nS: 221 Bye",
        "Client: HELO rejected\nServer: gone",
    ],
)
def test_a_line_that_says_more_than_a_command_is_kept(text: str) -> None:
    assert read(text).telling == text


def test_the_fields_of_a_log_line_are_no_words_of_its_sentence() -> None:
    line = "postfix/error[70720]: 5C9B: to=<ada@example.org>, relay=none, dsn=4.3.0, status=deferred (no transport)"
    reading = read(line)
    assert reading.sentences.split() == ["5c9b:", "(no", "transport)"]
    assert "relay=none" in reading.folded


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Не удалось подключиться к серверу. Порт: 25, Ошибка сокета: 10051", "winerror 10051"),
        ("ソケット エラー: 10060, エラー番号: 0x800CCC0E", "winerror 10060"),
        ("Failed to connect. Winsock error code: 10061, Win32 error code: 10061.", "winerror 10061"),
    ],
)
def test_the_number_of_a_socket_error_stands_for_the_reason(text: str, said: str) -> None:
    assert read(text).sentences == said


def test_a_server_that_refused_for_good_is_heard_beside_a_socket_error() -> None:
    assert "no such user" in read("550 5.1.1 no such user\nSocket Error # 10054").sentences


@pytest.mark.parametrize(
    "frame",
    [
        "   at MailKit.Net.Smtp.SmtpClient.SendAsync(FormatOptions options, MailboxAddress sender)",
        "   bei System.Net.Mail.SmtpClient.Send(MailMessage message)",
        "   à System.Net.Mail.SmtpClient.Send(MailMessage message)",
        "\tat com.sun.mail.smtp.SMTPTransport.authenticate(SMTPTransport.java:826)",
        "#0 /var/www/mail.php(33): Mailer->authenticate()",
        "from /usr/lib/ruby/net/smtp.rb:551:in `initialize'",
    ],
)
def test_where_a_program_was_is_no_reason(frame: str) -> None:
    assert read(f"The server is busy\n{frame}").sentences.strip() == "the server is busy"


def test_a_stack_trace_alone_is_read() -> None:
    assert "authenticate" in read("  at com.sun.mail.smtp.SMTPTransport.authenticate(SMTPTransport.java:826)").sentences


def test_a_reply_that_a_bounce_broke_into_lines_is_one_sentence() -> None:
    bounce = "host mx.example.org said: 550 sorry, user over\n    quota (in reply to RCPT\n    TO command)"
    reading = read(bounce)
    assert "user over quota (in reply to rcpt to command)" in reading.sentences
    assert reading.command == "rcpt"


def test_what_a_login_server_counts_is_no_reason() -> None:
    line = "imap-login: Disconnected: Too many invalid commands (no auth attempts in 0 secs): user=<>, rip=192.0.2.9"
    assert read(line).sentences.split() == ["disconnected:", "too", "many", "invalid", "commands", ":"]
