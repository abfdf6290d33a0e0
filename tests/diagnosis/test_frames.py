"""What people and programs put around an error changes nothing of what it means."""

from __future__ import annotations

import pytest

from wizard import wiring

FRAMES = (
    "Something went wrong: {}",
    "An error occurred while sending mail. The mail server responded:  {}. Please check the message and try again.",
    "Sending of the message failed.\n{}",
    "Failed to send email: {}",
    "Connection Test Failed! Here is what we got instead:\n {}",
    "System.Net.Mail.SmtpException: {}",
    "Failure sending mail. ---> {}",
    "javax.mail.MessagingException: {}",
    'Expected response code 250 but got code "550", with message {}',
    "Error: {}\n    at SMTPConnection._formatError (/app/node_modules/nodemailer/lib/smtp-connection/index.js:790:19)",
    'time=2026-11-02T10:11:12 level=error logger=mailer msg="{}"',
    "2026-11-02 10:11:12,345 ERROR [mail.sender] (worker-3) {}",
    '{{"success":false,"error":"{}"}}',
    "<p>Mailer Error: {}</p>",
    "E-Mail konnte nicht gesendet werden: {}",
    "Échec de l'envoi du message : {}",
    "No se pudo enviar el mensaje: {}",
    "Не удалось отправить сообщение: {}",
    "邮件发送失败：{}",
    "Hello, since yesterday my mail does not work any more. I get this error: {}. What can I do?",
    "Dear support, when I try to send mail I get {}. Please help.",
    "Hallo, seit gestern kommt bei mir immer diese Meldung: {} – was kann ich tun?",
    "Bonjour, depuis ce matin j'ai ce message : {}. Merci de votre aide.",
    "{}\n\nSent from my iPhone",
)
ERRORS = (
    "535 5.7.8 Authentication failed",
    "Error code: 0x80072f0d",
    "Error code: 0x80072ee7",
    "connect ECONNREFUSED 192.0.2.8:587",
    "dial tcp 192.0.2.7:587: i/o timeout",
    "curl: (56) Recv failure: Connection reset by peer",
    "x509: certificate signed by unknown authority",
    "x509: certificate has expired or is not yet valid",
    "tls: first record does not look like a TLS handshake",
    "STARTTLS extension not supported by server.",
    "550 5.1.1 User unknown",
    "554 5.7.1 Relay access denied",
    "552 5.3.4 Message size exceeds fixed limit",
    "530 5.7.0 Must issue a STARTTLS command first",
    "535 5.7.139 SmtpClientAuthentication is disabled for the Tenant",
    "534 5.7.9 Application-specific password required",
    "553 5.7.1 Sender address rejected: not owned by user",
    "554 5.7.1 Client host blocked using Spamhaus PBL",
)  # fmt: skip


@pytest.mark.parametrize("error", ERRORS)
def test_a_frame_changes_no_cause(error: str) -> None:
    diagnoser = wiring.diagnoser()
    cause = diagnoser.of_text(error).cause
    assert cause != "unknown"
    changed = {frame: got for frame in FRAMES if (got := diagnoser.of_text(frame.format(error)).cause) != cause}
    assert changed == {}, cause
