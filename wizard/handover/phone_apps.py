"""Mail apps of phones: the fields of each, in its words."""

from __future__ import annotations

from typing import Final

from wizard.handover.sheet import Row, Sheet, Target, TargetKind, rows_about_you
from wizard.handover.words import ACCOUNT_TYPE, ENCRYPTION, SignInKind, password_step, require_outgoing, sign_in_kinds
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security, ServerCandidate

GMAIL = Target("gmail-app", "Gmail app (Android)", TargetKind.PERSON)
OUTLOOK = Target("outlook-mobile", "Outlook (phone)", TargetKind.PERSON)
SAMSUNG = Target("samsung-email", "Samsung Email", TargetKind.PERSON)
GMAIL_SEND_AS = Target("gmail-send-as", "Gmail: send mail as", TargetKind.PERSON)

_SAMSUNG_SECURITY: Final = {Security.TLS: "SSL", Security.STARTTLS: "TLS", Security.NONE: "None"}
_GMAIL_CONNECTION: Final = {
    Security.TLS: "Secured connection using SSL",
    Security.STARTTLS: "Secured connection using TLS",
    Security.NONE: "Unsecured connection",
}


def gmail(account: VerifiedAccount) -> Sheet:
    """The Gmail app as a program for another provider's account."""
    rows = rows_about_you(account, "Your name", "Email address")
    for side, server in _sides(account):
        kind = ACCOUNT_TYPE[server.protocol]
        direction = "Incoming server" if side == "incoming" else "Outgoing server"
        rows += [
            Row(f"{side}-username", "Username", server.username, f"{direction} settings"),
            Row(f"{side}-server", f"{kind} server" if side == "outgoing" else "Server", server.host,
                f"{direction} settings"),
            Row(f"{side}-port", "Port", str(server.port), f"{direction} settings"),
            Row(f"{side}-security", "Security type", ENCRYPTION[server.security], f"{direction} settings"),
        ]  # fmt: skip
    steps = (
        "In the Gmail app tap your picture, Add another account, Other.",
        "Type your email address, tap Manual setup, and choose "
        f"{'Personal (POP3)' if _receives_pop3(account) else 'Personal (IMAP)'}.",
        "Copy the fields below; Security type and Port stand behind “Server settings”.",
        _password_step(account, "Gmail", "the Google, Outlook and Yahoo entries"),
    )
    return Sheet(GMAIL, "Use it in the Gmail app", steps, tuple(rows))


def outlook(account: VerifiedAccount) -> Sheet:
    """Outlook on a phone, which has IMAP and no POP3 on iPhones, and takes HOST:PORT in one field."""
    rows = rows_about_you(account, "Display Name", "Email Address")
    for side, server in _sides(account):
        kind, group = ACCOUNT_TYPE[server.protocol], "Advanced settings"
        direction = "Incoming" if side == "incoming" else "Outgoing"
        rows += [
            Row(f"{side}-server", f"{kind} {direction} Mail Server", server.host, group),
            Row(f"{side}-port", f"Port ({kind})", str(server.port), group),
            Row(f"{side}-security", f"Security ({kind})", ENCRYPTION[server.security], group),
            Row(f"{side}-username", f"{kind} Username", server.username, group),
        ]
    steps = [
        "In Outlook tap your picture, the envelope with the +, Add email account, and type your email address.",
        "Choose IMAP (or POP3 on Android) where it asks, switch on “Use Advanced Settings”, and copy the fields below.",
        "Where there is one field for the server, type server and port with a colon between, such as "
        f"{_example(account)}.",
        _password_step(account, "Outlook", "its Google, Yahoo and iCloud entries"),
        "Outlook on a phone fetches your mail through Microsoft's servers, which then keep your password.",
    ]
    if _receives_pop3(account):
        steps.insert(2, "Outlook on an iPhone has no POP3: use Apple Mail there.")
    return Sheet(OUTLOOK, "Use it in Outlook on a phone", tuple(steps), tuple(rows))


def samsung(account: VerifiedAccount) -> Sheet:
    """Samsung's own app, which asks for both servers on one page."""
    rows = [Row("address", "Email address", str(account.address), "Account")]
    for side, server in _sides(account):
        group = "Incoming server" if side == "incoming" else "Outgoing server"
        label = f"{ACCOUNT_TYPE[server.protocol]} server" if side == "incoming" else "SMTP server"
        rows += [
            Row(f"{side}-server", label, server.host, group),
            Row(f"{side}-security", "Security type", _SAMSUNG_SECURITY[server.security], group),
            Row(f"{side}-port", "Port", str(server.port), group),
            Row(f"{side}-username", "User name", server.username, group),
        ]
    steps = (
        "In Samsung Email tap Add account, Other, and type your email address.",
        f"Tap Manual setup, then {'POP3' if _receives_pop3(account) else 'IMAP'} account, and copy the fields below.",
        "Leave the IMAP path prefix empty, and leave “Authentication required before sending emails” on.",
        _password_step(account, "Samsung Email", "its Google, Outlook and Yahoo entries"),
    )
    return Sheet(SAMSUNG, "Use it in Samsung Email", steps, tuple(rows))


def gmail_send_as(account: VerifiedAccount) -> Sheet:
    """Gmail on the web writing in this address's name, through this account's sending server."""
    rows = rows_about_you(account, "Name", "Email address")
    server = require_outgoing(account, "Gmail")
    group = "Send mail through your SMTP server"
    rows += [
        Row("outgoing-server", "SMTP Server", server.host, group),
        Row("outgoing-port", "Port", str(server.port), group),
        Row("outgoing-username", "Username", server.username, group),
        Row("outgoing-security", "Connection", _GMAIL_CONNECTION[server.security], group),
    ]
    steps = [
        "In Gmail on a computer choose the gear, See all settings, Accounts and Import.",
        "Beside “Send mail as” choose Add another email address, and copy the fields below.",
        "Gmail sends a code to this address: read it there, and type it in.",
        "Gmail takes ports 465, 587 and 25 only, and a certificate that is valid for the server's name.",
        _password_step(account, "Gmail", "accounts of Gmail itself"),
    ]
    return Sheet(GMAIL_SEND_AS, "Write as this address in Gmail", tuple(steps), tuple(rows))


def _sides(account: VerifiedAccount) -> list[tuple[str, ServerCandidate]]:
    sides = (("incoming", account.incoming), ("outgoing", account.outgoing))
    return [(side, server) for side, server in sides if server is not None]


def _receives_pop3(account: VerifiedAccount) -> bool:
    return account.incoming is not None and ACCOUNT_TYPE[account.incoming.protocol] == "POP3"


def _example(account: VerifiedAccount) -> str:
    _, server = _sides(account)[0]
    return f"{server.host}:{server.port}"


def _password_step(account: VerifiedAccount, app: str, by_browser: str) -> str:
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        return (
            f"Your provider takes no password here, and {app} signs in in the browser only for {by_browser}: use that "
            "entry, where your provider has one, in place of the fields."
        )
    return password_step(account, app)
