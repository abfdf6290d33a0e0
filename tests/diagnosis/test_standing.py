"""Where words were said decides what a card says: a bounce, an organisation, an MX, this computer itself."""

from __future__ import annotations

import pytest

from wizard import wiring
from wizard.diagnosis.fact_keys import Seen
from wizard.diagnosis.rule import fold
from wizard.diagnosis.standing import seen_in_reply, seen_in_text, takes_mail_in

ADMINISTRATOR = "Copy a message for your mail administrator"


@pytest.mark.parametrize(
    "text",
    [
        "smtp; 550 5.7.1 Service unavailable; client [192.0.2.7] blocked",
        "SMTP error from remote mail server after RCPT TO:<ada@example.org>: 550 no",
        "host mx.example.org[192.0.2.1] said: 554 5.7.1 refused (in reply to end of DATA command)",
        "status=bounced, dsn=5.0.0, relay=mx.example.org",
        "Remote host said: 550 no. Giving up on 192.0.2.1.",
        "Der Server des Empfängers hat die Nachricht abgelehnt",
        "сервер получателя не отвечает",
        "受信者のサーバーが応答しません",
    ],
)
def test_a_bounce_and_a_servers_log_speak_of_the_next_server(text: str) -> None:
    assert Seen.NEXT_SERVER in seen_in_text(fold(text), None)


@pytest.mark.parametrize(
    "text",
    [
        "550 5.7.1 Service unavailable; client [192.0.2.7] blocked",
        "javax.mail.MessagingException: Could not connect to SMTP host: smtp.example.org",
        "The remote server returned an error: (407) Proxy Authentication Required.",
        "An existing connection was forcibly closed by the remote host",
    ],
)
def test_what_ones_own_server_said_does_not(text: str) -> None:
    assert Seen.NEXT_SERVER not in seen_in_text(fold(text), None)


@pytest.mark.parametrize(
    ("text", "is_about_it"),
    [
        ("IMAP access is disabled for your domain.", True),
        ("5.7.705 Access denied, tenant has exceeded threshold", True),
        ("Fragen Sie die IT Ihrer Organisation", True),
        ("组织已禁用 IMAP", True),
        ("IMAP access is disabled for your account.", False),
        ("Domain of sender address does not exist", False),
    ],
)
def test_whose_organisation_is_meant(text: str, is_about_it: bool) -> None:
    assert (Seen.ORGANISATION in seen_in_reply(fold(text))) is is_about_it


@pytest.mark.parametrize(
    ("host", "takes"),
    [
        ("aspmx.l.google.com", True),
        ("alt1.aspmx.l.google.com", True),
        ("gmail-smtp-in.l.google.com", True),
        ("mx00.ionos.de", True),
        ("mxa-00176a02.gslb.pphosted.com", True),
        ("mta7.am0.yahoodns.net", True),
        ("example-org.mail.protection.outlook.com", True),
        ("smtp.example.org", False),
        ("inbound.att.net", False),
        ("mxroute.example.org", False),
        ("smtp.office365.com", False),
    ],
)
def test_which_names_are_those_of_servers_that_take_mail_in(host: str, takes: bool) -> None:
    assert takes_mail_in(host) is takes


def test_a_server_of_that_name_with_a_port_for_sending_signs_people_in() -> None:
    assert Seen.TAKES_MAIL_IN in seen_in_text("connect to mx.example.org:25 timed out", "mx.example.org")
    assert Seen.TAKES_MAIL_IN not in seen_in_text("connect to mx.example.org:587 timed out", "mx.example.org")


@pytest.mark.parametrize(
    ("text", "stage", "protocol", "server", "cause", "title", "first"),
    [
        (
            "host mta5.example.net [192.0.2.5] SMTP error from remote mail server after MAIL FROM:<ada@example.org>:"
            " 553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.9, because the ip is in Spamhaus's list",
            "mail",
            "smtp",
            None,
            "client-ip-blocked",
            "The server that sends your mail is on a block list",
            ADMINISTRATOR,
        ),
        (
            "550 5.7.1 Service unavailable, Client host [192.0.2.9] blocked using Spamhaus.",
            "mail",
            "smtp",
            "outlook.com",
            "client-ip-blocked",
            "The server that sends your mail is on a block list",
            ADMINISTRATOR,
        ),
        (
            "SMTP error from remote mail server after RCPT TO:<ada@example.org>: 550 Relay not permitted",
            "rcpt",
            "smtp",
            None,
            "relay-denied",
            "The next server on the way does not take mail for this recipient",
            ADMINISTRATOR,
        ),
        (
            "status=deferred (SASL authentication failed: offered no compatible authentication mechanisms)",
            "auth",
            "smtp",
            None,
            "auth-mechanism-unsupported",
            "The server that passes mail on cannot sign in at the next one",
            ADMINISTRATOR,
        ),
        (
            "Der SMTP-Server erlaubt die ungesicherte Übertragung des Passworts im Klartext nicht.",
            "client",
            "client",
            None,
            "auth-mechanism-unsupported",
            "The server takes no password over a line without encryption",
            "Switch on encryption",
        ),
        (
            "501 5.1.3 Bad recipient address syntax",
            "rcpt",
            "smtp",
            None,
            "address-malformed",
            "The recipient's address is not written correctly",
            "Correct the recipient's address",
        ),
        (
            "SMTP отклонил логин/пароль отправителя. Нужен пароль приложения.",
            "auth",
            "smtp",
            None,
            "app-password-required",
            "An app password is needed here",
            "Create an app password and paste it here",
        ),
        (
            "Amazon SES has suppressed sending to this address because it has a recent history of bouncing",
            "rcpt",
            "smtp",
            None,
            "recipient-unknown",
            "Amazon SES sends nothing more to this address",
            "Correct the recipient's address",
        ),
        (
            "java.net.UnknownHostException: smtp.gmail.com",
            "dns",
            "smtp",
            "smtp.gmail.com",
            "server-name-not-found",
            "smtp.gmail.com was not found from here",
            "Check again once the connection is back, or from another network",
        ),
        (
            "554 5.4.6 Too many hops 26 (25 max)",
            "data",
            "smtp",
            None,
            "server-error",
            "The message went round in circles (mail loop)",
            ADMINISTRATOR,
        ),
        (
            "SSL routines:tls_process_ske_dhe:dh key too small",
            "tls",
            "smtp",
            None,
            "tls-handshake-failed",
            "The server's encryption is too weak for programs of today",
            ADMINISTRATOR,
        ),
        (
            "535 5.7.0 authentication rejected: your password is too simple",
            "auth",
            "smtp",
            "smtp.tiscali.it",
            "bad-credentials",
            "The password is too simple for Tiscali (Italy)",
            "Set a stronger password at Tiscali (Italy), then type it here",
        ),
        (
            "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1) I'm not going to try again;"
            " this message has been in the queue too long.",
            "connect",
            "smtp",
            None,
            "connection-refused",
            "The next server on the way takes no connection",
            "Send the message once more later",
        ),
        (
            "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents others.",
            "rcpt",
            "smtp",
            "gmail-smtp-in.l.google.com",
            "recipient-rejected",
            "The recipient's mailbox takes no more mail for the moment",
            "Wait an hour, then check again",
        ),
        (
            "You don't have permission to send to it. Ask the recipient's email admin to add you to the accept list.",
            "rcpt",
            "smtp",
            None,
            "recipient-rejected",
            "The recipient takes mail from certain senders only",
            "Copy a message for the recipient's administrator",
        ),
        (
            "550 5.1.8 Access denied, bad outbound sender",
            "data",
            "smtp",
            "smtp.office365.com",
            "account-disabled",
            "Microsoft 365 has stopped this mailbox from sending",
            ADMINISTRATOR,
        ),
        (
            "This app is blocked\nThis app tried to access sensitive info in your Google Account. "
            "To keep your account safe, Google blocked this access.",
            "client",
            "client",
            "imap.gmail.com",
            "consent-required",
            "Gmail has not approved this program",
            "Use an app password of Gmail in its place",
        ),
        (
            "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
            "data",
            "smtp",
            "smtp.office365.com",
            "client-ip-blocked",
            "Microsoft 365 takes no mail from this sending address",
            ADMINISTRATOR,
        ),
        (
            "550 5.7.606 Access denied, banned sending IP [192.0.2.9]",
            "mail",
            "smtp",
            "example-org.mail.protection.outlook.com",
            "client-ip-blocked",
            "Microsoft has shut out the sending server's address",
            ADMINISTRATOR,
        ),
        (
            "[ALERT] IMAP access is disabled for your domain. Please contact your domain administrator. (Failure)",
            "auth",
            "imap",
            "imap.gmail.com",
            "mail-access-disabled",
            "The organisation has mail programs switched off",
            ADMINISTRATOR,
        ),
        (
            "5.7.705 Access denied, tenant has exceeded threshold",
            "data",
            "smtp",
            "smtp.office365.com",
            "sending-limit-exceeded",
            "Microsoft 365 has stopped sending for the whole organisation",
            ADMINISTRATOR,
        ),
        (
            "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
            "data",
            "smtp",
            None,
            "sending-limit-exceeded",
            "Mail is sent faster than the server allows",
            "Wait some minutes, then check again and send more slowly",
        ),
        (
            "550 You are temporarily blocked from sending emails due to repeated bad requests.",
            "mail",
            "smtp",
            "smtp.sendgrid.net",
            "too-many-attempts",
            "Too many requests, or faulty ones: the server wants a pause",
            "Stop the program that sends, wait a while, then check again",
        ),
        (
            "535 5.7.0 (#AUTH005) Too many bad auth attempts.",
            "auth",
            "smtp",
            "smtp.mail.yahoo.com",
            "too-many-attempts",
            "Too many failed sign-ins: more are refused for a while",
            "Stop other programs that try, wait a while, then check again",
        ),
        (
            "-ERR [IN-USE] mailbox already in use by pid 12345",
            "auth",
            "pop",
            None,
            "server-busy",
            "Another program or session has this mailbox open",
            "Close the other mail program or wait some minutes, then check again",
        ),
        (
            "Connecting to aspmx.l.google.com [192.0.2.27]:25 ... failed: Connection timed out (timeout=5m)",
            "connect",
            "smtp",
            "aspmx.l.google.com",
            "connection-timed-out",
            "Nothing comes back from the server on this port",
            "Use your provider's sending server, with sign-in",
        ),
        (
            "tls: unknown certificate authority",
            "tls",
            "smtp",
            "127.0.0.1",
            "certificate-untrusted",
            "No authority vouches for the program on this computer",
            "Let this computer trust that program's own certificate, then check again",
        ),
        (
            "The revocation function was unable to check revocation because the revocation server was offline.",
            "tls",
            "smtp",
            None,
            "certificate-untrusted",
            "Whether the certificate was withdrawn could not be found out",
            "Check again later, or from another network",
        ),
        (
            "The certificate for imap.example.org expired on 2027-03-12.",
            "client",
            "client",
            None,
            "certificate-expired",
            "The server's certificate has run out",
            "Look whether this computer's date is right, then check again",
        ),
        (
            "smtp; 550 5.1.0 <ada@example.org> sender rejected. AUP#CDRBL",
            "mail",
            "smtp",
            "cox.net",
            "sender-address-rejected",
            "The server keeps mail from this sender out",
            ADMINISTRATOR,
        ),
        (
            "554 5.7.7 Email policy violation detected (in reply to end of DATA command)",
            "data",
            "smtp",
            "mx.zoho.com",
            "message-rejected-as-spam",
            "The message breaks a rule of the receiving server",
            "Send a plain test message to yourself",
        ),
        (
            "The server does not support the selected authentication method.",
            "client",
            "client",
            None,
            "auth-mechanism-unsupported",
            "The server does not know this way of signing in",
            "Check again with “Normal password” and without “SPA”",
        ),
    ],
)
def test_a_card_fits_where_its_text_was_said(
    text: str, stage: str, protocol: str, server: str | None, cause: str, title: str, first: str
) -> None:
    found = wiring.diagnoser().of_text(text, stage=stage, protocol=protocol, server=server)
    assert (found.cause, found.title, found.remedies[0].say) == (cause, title, first)
