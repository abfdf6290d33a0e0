"""A card of a text that was only pasted says what the text says: no sign-in that worked, no hint told as the reason."""

from __future__ import annotations

import pytest

from wizard import wiring
from wizard.diagnosis.fact_keys import Seen
from wizard.diagnosis.rule import fold
from wizard.diagnosis.standing import seen_in_text
from wizard.model.diagnosis import Diagnosis


def _card(text: str) -> Diagnosis:
    return wiring.diagnoser().of_text(text)


@pytest.mark.parametrize(
    ("text", "cause", "title", "first"),
    [
        (
            "The mail server rejected every recipient. Please check the recipients' addresses.",
            "recipient-rejected",
            "The server refused the recipient",
            "Correct the recipient's address",
        ),
        (
            "550 5.5.0 The mailbox of this recipient account is blocked (in reply to RCPT TO command)",
            "recipient-rejected",
            "The recipient's mailbox is shut",
            "Send the test message to yourself instead",
        ),
        (
            "a1 NO [AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled",
            "mail-access-disabled",
            "The server did not accept the user name or password",
            "Type the password again",
        ),
        (
            "Sorry, a password may hold ASCII characters only",
            "password-unusable",
            "The password holds a letter that is not taken here",
            "Type the password again, or copy it alone",
        ),
        (
            "UnicodeEncodeError: 'ascii' codec can't encode character '\\xe4' in position 7 at smtp.login(name, word)",
            "password-unusable",
            "The password holds a letter that is not taken here",
            "Type the password again, or copy it alone",
        ),
        (
            "Password contains invalid characters",
            "password-unusable",
            "The password holds a character that no password has",
            "Type the password again, or copy it alone",
        ),
        (
            "Das Sicherheitszertifikat wurde abgelehnt. Bitte den Hostnamen des Anbieters genau übernehmen.",
            "certificate-name-mismatch",
            "The server's certificate was not accepted",
            "Correct the server's name",
        ),
        (
            "hostname mismatch, certificate is not valid for 'mail.example.org'",
            "certificate-name-mismatch",
            "The server shows a certificate for another name",
            "Correct the server's name",
        ),
        (
            "535 5.7.139 Autenticación incorrecta, la solicitud no cumple los criterios para autenticarse.",
            "smtp-auth-disabled",
            "A rule for this mailbox or organisation refuses this sign-in",
            "Copy a message for your mail administrator",
        ),
        (
            "POST /api/auth/refresh failed: invalid refresh token",
            "token-expired",
            "The program's stored sign-in is no longer valid",
            "Sign out and in again in the program that showed this",
        ),
        (
            "invalid_grant: token has been expired or revoked (XOAUTH2)",
            "token-expired",
            "The browser sign-in is no longer valid",
            "Sign in again in the browser",
        ),
        (
            "invalid_grant AADSTS54005: the OAuth2 authorization code was already redeemed",
            "token-expired",
            "The one-time code of the sign-in was used already",
            "Sign in again in the browser",
        ),
        (
            "Encountered error: Couldn't resolve host name, retryable. Will retry in 5 sec.",
            "server-name-not-found",
            "The server's name was not found from here",
            "Check again once the connection is back, or from another network",
        ),
        (
            "curl: (6) Could not resolve host: smtp.exmaple.org",
            "server-name-not-found",
            "The server's name was not found from here",
            "Correct the sending server's name",
        ),
        (
            "NXDOMAIN for smtp.exmaple.org: the server name does not exist",
            "server-name-not-found",
            "This server name does not exist",
            "Correct the sending server's name",
        ),
        (
            "Microsoft 365 refused the login. Check the address and the password. Sending needs SMTP AUTH, which an"
            " administrator has to enable.",
            "smtp-auth-disabled",
            "Microsoft did not accept the user name or password",
            "Type the password again",
        ),
        (
            "Yahoo Mail refused the login. Enable IMAP access in the settings and check your password.",
            "mail-access-disabled",
            "Yahoo Mail did not accept the user name or password",
            "Switch on access for mail programs at Yahoo Mail",
        ),
        (
            "账号或授权码错误，不少邮箱必须使用授权码，不能用登录密码",
            "app-password-required",
            "The server did not accept the user name or password",
            "Create an app password and paste it here",
        ),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate in certificate chain",
            "certificate-self-signed",
            "No authority this computer knows vouches for the server",
            "Copy a message for your mail administrator",
        ),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate",
            "certificate-self-signed",
            "The server vouches for itself: its certificate is self-signed",
            "Copy a message for your mail administrator",
        ),
        (
            "メールサーバーに接続できませんでした。このホストの無料プランでは SMTP への接続が禁止されています。",
            "connection-timed-out",
            "The hosting provider lets no mail out",
            "Send through a mail service's web interface (API), then check again",
        ),
        (
            "SslHandshakeException: the certificate could not be validated: unable to get certificate CRL",
            "certificate-untrusted",
            "Whether the certificate was withdrawn could not be found out",
            "Check again later, or from another network",
        ),
        (
            "SMTPServerDisconnected: please run connect() first",
            "connection-dropped",
            "There was no open connection any more",
            "Look for the error before this one, then check again",
        ),
        (
            "SMTPServerDisconnected: Connection unexpectedly closed",
            "connection-dropped",
            "The server hung up in the middle",
            "Try the other kind of encryption",
        ),
        (
            "SMTP Fehler (250): Authentisierung fehlgeschlagen",
            "auth-not-offered",
            "The sign-in failed, probably because none is offered here",
            "Switch on encryption: sign-in is often offered only then",
        ),
        (
            "554 5.7.1 <ada@example.org>: Client host rejected: Access denied",
            "client-ip-blocked",
            "The server does not accept connections from this network",
            "Sign in: type the user name and password for sending",
        ),
        (
            "* BYE LOGOUT Intrusion prevention is active for 192.0.2.7",
            "client-ip-blocked",
            "The server does not accept connections from this network",
            "Wait a while, then check again",
        ),
        (
            "421 4.3.2 Your IP is filtered. You must register your IP at the page of this service.",
            "client-ip-blocked",
            "The server does not accept connections from this network",
            "Copy a message for your mail administrator",
        ),
        (
            "The account is not allowed to send as this sender. Use an address verified by your mail service.",
            "sender-not-allowed",
            "The account may not send from this address",
            "Type an address that the provider allows or has confirmed",
        ),
        (
            "451 4.7.1 Try again later",
            "server-error",
            "The receiving server asks to be called again in a few minutes",
            "Wait a while, then check again",
        ),
        (
            "550 Invalid HELO string (localhost)",
            "helo-refused",
            "The server does not like the name this computer gives itself",
            "Give the program that sends a full name of its own, then check again",
        ),
        (
            "error authenticating: unencrypted connection",
            "tls-required",
            "The program does not sign in without encryption",
            "Switch on encryption",
        ),
        (
            "Accountname oder Passwort konnte nicht überprüft werden.",
            "bad-credentials",
            "The user name or password could not be checked",
            "Type the password again",
        ),
        (
            "535 5.7.8 Authentication failed: the user name or password could not be verified",
            "bad-credentials",
            "The server did not accept the user name or password",
            "Type the password again",
        ),
    ],
)
def test_a_card_says_what_its_text_says(text: str, cause: str, title: str, first: str) -> None:
    found = _card(text)
    assert (found.cause, found.title, found.remedies[0].say) == (cause, title, first)


@pytest.mark.parametrize(
    ("text", "unknowable"),
    [
        ("SMTPRecipientsRefused: all recipients were refused", "Your account works"),
        ("553 5.7.1 Sender address rejected: not owned by user ada@example.org", "worked"),
        ("535 5.7.8 Error: authentication failed: wrong password", "the line is fine"),
        ("Password contains control characters", "sent to nobody"),
        ("getaddrinfo failed: could not resolve host mail.example.org", "No computer"),
    ],
)
def test_nothing_is_claimed_that_only_a_run_proves(text: str, unknowable: str) -> None:
    assert unknowable not in _card(text).why


@pytest.mark.parametrize(
    ("text", "fetches"),
    [
        ("Bij het ophalen van e-mail: Your IP 192.0.2.7 is blacklisted", True),
        ("Beim Abrufen der Mails: your IP address 192.0.2.7 is blacklisted", True),
        ("imap.example.org:993 * BYE your IP 192.0.2.7 is blacklisted", True),
        ("554 5.7.1 Your IP 192.0.2.7 is blacklisted", False),
    ],
)
def test_another_server_for_sending_does_not_help_where_mail_is_fetched(text: str, fetches: bool) -> None:
    found = _card(text)
    assert found.cause == "client-ip-blocked"
    offered = any(remedy.say == "Send through your internet provider's server" for remedy in found.remedies)
    assert offered is not fetches


def test_a_pasted_text_says_so_and_whether_mail_was_fetched() -> None:
    assert {Seen.PASTED, Seen.FETCHING} <= seen_in_text(fold("error while receiving messages"), None)
    assert Seen.FETCHING not in seen_in_text(fold("the receiving server refused it"), None)


@pytest.mark.parametrize(
    ("text", "fetches"),
    [
        ("Connection to mail.example.org:143 timed out", True),
        ("mail.example.org, port 995: no answer in time", True),
        ("Connection to mail.example.org:587 timed out", False),
        ("IMAP on port 993 works, SMTP on port 587: no answer in time", False),
        ("at 12:11:0 and 10.143.9.95:2143 nothing came back", False),
    ],
)
def test_the_port_tells_that_mail_was_fetched_and_no_way_to_send_is_offered(text: str, *, fetches: bool) -> None:
    assert (Seen.FETCHING in seen_in_text(fold(text), None)) is fetches
    if fetches:
        assert not [remedy for remedy in _card(text).remedies if "internet provider's server" in remedy.say]
