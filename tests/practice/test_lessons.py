"""Every practice account's servers really say what the account teaches."""

from __future__ import annotations

import imaplib
import poplib
import smtplib
import ssl

import pytest

from tests.practice.conftest import Clients, server_of
from wizard.model.server import Protocol
from wizard.practice.network import PracticeNetwork
from wizard.practice.scenarios import PracticeServer, Scenario

pytestmark = pytest.mark.slow

# How a whole message fares at the first sending server that can be reached: where it stops, and the server's words.
SENDING = {
    "all-well": "sent",
    "app-password": "auth 534 5.7.9 Application-specific password required",
    "browser-sign-in": "auth 535 5.7.139 Authentication unsuccessful, basic authentication is disabled",
    "certificate-expired": "tls 10",
    "certificate-not-yet-valid": "tls 9",
    "certificate-other-name": "tls 62",
    "certificate-self-signed": "tls 18",
    "certificate-untrusted": "tls 20",
    "connection-refused": "sent",
    "consent-missing": "auth 535 5.7.3 Authentication unsuccessful: AADSTS90094",
    "helo-name-refused": "helo 550 5.7.1 Access denied - Invalid HELO name",
    "imap-switched-off": "sent",
    "lands-in-junk": "sent",
    "mailbox-full": "rcpt 552 5.2.2 <ada@full.example> Quota exceeded",
    "mailbox-shut": "sent",
    "only-pop3": "sent",
    "password-expired": "auth 535 5.7.8 Password expired",
    "port-587-blocked": "sent",
    "published-without-encryption": "sent",
    "relay-denied": "rcpt 554 5.7.1 <ada@relay-denied.example>: Relay access denied",
    "relay-without-sign-in": "sent without a sign-in",
    "sender-not-allowed": "mail 550 5.7.60 SMTP; Client does not have permissions to send as this sender",
    "sending-limit": "mail 550 5.4.5 Daily user sending limit exceeded.",
    "sending-own-login": "auth 535 5.7.8 ",
    "sending-suspended": "auth 525 5.7.13 User account disabled",
    "server-busy": "greeting 421 4.7.0 smtp.busy.example Error: too many connections",
    "server-name-mistyped": "sent",
    "slow-server": "sent",
    "smtp-auth-off": "auth 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the",
    "spam-filter": "data 554 5.7.1 Message rejected as spam",
    "ssl-on-starttls-port": "sent",
    "starttls-missing": "no starttls",
    "too-many-sign-ins": "auth 535 5.7.0 Too many failed login attempts",
    "user-name-without-domain": "auth 535 5.7.8 ",
    "web-server-answers": "greeting -1 ",
    "wrong-password": "auth 535 5.7.8 ",
}
RECEIVING = {
    "app-password": "NO [ALERT] Application-specific password required",
    "browser-sign-in": "LOGINDISABLED AUTH=XOAUTH2",
    "consent-missing": "NO [AUTHENTICATIONFAILED] AADSTS90094: admin consent is required",
    "imap-switched-off": "NO [AUTHORIZATIONFAILED] IMAP access is disabled for this account",
    "mailbox-shut": "signed in, then NO [ALERT] Please enable IMAP access in your account settings first.",
    "password-expired": "NO [EXPIRED] Password expired, please change it",
    "too-many-sign-ins": "NO [LIMIT] Too many failed login attempts",
    "user-name-without-domain": "NO [AUTHENTICATIONFAILED] Authentication failed.",
    "wrong-password": "NO [AUTHENTICATIONFAILED] Authentication failed.",
}


def text_of(error: smtplib.SMTPResponseException) -> str:
    words = error.smtp_error
    return words if isinstance(words, str) else words.decode("utf-8", "replace")


def send(clients: Clients, server: PracticeServer, username: str, password: str, address: str) -> str:
    try:
        smtp = clients.smtp(server.host, server.port, server.security)
    except ssl.SSLCertVerificationError as error:
        return f"tls {error.verify_code}"
    except smtplib.SMTPHeloError as error:
        return f"helo {error.smtp_code} {text_of(error)}"
    except smtplib.SMTPConnectError as error:
        return f"greeting {error.smtp_code} {text_of(error)}"
    with smtp:
        if not smtp.sock.__class__.__name__.startswith("SSL"):
            assert not smtp.has_extn("starttls")
            return "no starttls"
        try:
            if not smtp.has_extn("auth"):
                smtp.sendmail(address, [address], "Subject: x\r\n\r\nx\r\n")
                return "sent without a sign-in"
            smtp.login(username, password)
            smtp.sendmail(address, [address], "Subject: x\r\n\r\nx\r\n")
        except smtplib.SMTPAuthenticationError as error:
            return f"auth {error.smtp_code} {text_of(error)}"
        except smtplib.SMTPSenderRefused as error:
            return f"mail {error.smtp_code} {text_of(error)}"
        except smtplib.SMTPRecipientsRefused as error:
            (code, text) = error.recipients[address]
            return f"rcpt {code} {text.decode()}"
        except smtplib.SMTPDataError as error:
            return f"data {error.smtp_code} {text_of(error)}"
    return "sent"


def receive(clients: Clients, server: PracticeServer, username: str, password: str) -> str:
    if server.protocol is Protocol.POP3:
        pop3 = clients.pop3(server.host, server.port)
        try:
            pop3.user(username)
            pop3.pass_(password)
        except poplib.error_proto as error:
            return str(error)
        finally:
            pop3.quit()
        return "signed in"
    with clients.imap(server.host, server.port, server.security) as imap:
        if "LOGINDISABLED" in imap.capabilities:
            return " ".join(["LOGINDISABLED", *(word for word in imap.capabilities if word.startswith("AUTH="))])
        try:
            imap.login(username, password)
        except imaplib.IMAP4.error as error:
            return f"NO {error}".replace("b'", "").replace("NO NO", "NO")
        opened, words = imap.select(readonly=True)
        if opened != "OK":
            return f"signed in, then {opened} {(words[0] or b'').decode()}"
    return "signed in"


async def test_the_table_is_complete(scenarios: tuple[Scenario, ...]) -> None:
    listening = (scenario for scenario in scenarios if not all(server.no_route for server in scenario.servers))
    assert {scenario.id for scenario in listening} == set(SENDING)


@pytest.mark.parametrize("name", SENDING)
async def test_sending(clients: Clients, scenarios: tuple[Scenario, ...], name: str) -> None:
    scenario = next(scenario for scenario in scenarios if scenario.id == name)
    account, server = scenario.account, server_of(scenario, Protocol.SMTP)
    said = await clients.run(send, clients, server, account.address, account.password, account.address)
    assert said.startswith(SENDING[name])


@pytest.mark.parametrize("name", SENDING)
async def test_receiving(clients: Clients, scenarios: tuple[Scenario, ...], name: str) -> None:
    scenario = next(scenario for scenario in scenarios if scenario.id == name)
    account = scenario.account
    server = next(server for server in scenario.servers if server.protocol is not Protocol.SMTP)
    said = await clients.run(receive, clients, server, account.address, account.password)
    assert said.startswith(RECEIVING.get(name, "signed in"))


@pytest.mark.parametrize(
    ("name", "username", "password"),
    [
        ("app-password", "ada@app-password.example", "abcdefghijklmnop"),
        ("wrong-password", "ada@wrong-password.example", "practice-right"),
        ("user-name-without-domain", "ada", "practice-short-name"),
    ],
)
async def test_the_way_out_that_is_taught_works(
    clients: Clients, scenarios: tuple[Scenario, ...], name: str, username: str, password: str
) -> None:
    scenario = next(scenario for scenario in scenarios if scenario.id == name)
    outgoing, incoming = server_of(scenario, Protocol.SMTP), server_of(scenario, Protocol.IMAP)
    assert await clients.run(send, clients, outgoing, username, password, scenario.account.address) == "sent"
    assert await clients.run(receive, clients, incoming, username, password) == "signed in"


@pytest.mark.parametrize(
    ("name", "host", "port"),
    [
        ("port-587-blocked", "post.wrong-port.example", 465),
        ("certificate-other-name", "node7.misnamed.example", 465),
        ("server-name-mistyped", "smtp.mistyped.example", 465),
        ("starttls-missing", "post.no-starttls.example", 465),
        ("connection-refused", "post.port-closed.example", 465),
        ("ssl-on-starttls-port", "post.wrong-encryption.example", 587),
    ],
)
async def test_the_fixed_settings_are_not_the_listed_ones_and_work(
    network: PracticeNetwork, clients: Clients, name: str, host: str, port: int
) -> None:
    scenario = next(scenario for scenario in network.scenarios if scenario.id == name)
    server = next(server for server in scenario.servers if (server.host, server.port) == (host, port))
    account = scenario.account
    assert (host, port, server.security) not in [(item.host, item.port, item.security) for item in scenario.listed]
    assert await clients.run(send, clients, server, account.address, account.password, account.address) == "sent"
