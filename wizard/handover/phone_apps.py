"""Mail apps of phones: the fields of each, in its words."""

from __future__ import annotations

from wizard.handover.sheet import Note, Row, Sheet, Target, TargetKind, rows_about_you, tr_field
from wizard.handover.words import (
    ACCOUNT_TYPE,
    SignInKind,
    encryption_words,
    password_step,
    require_outgoing,
    sign_in_kinds,
)
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security, ServerCandidate

GMAIL = Target("gmail-app", tr_later("Gmail app (Android)"), TargetKind.PERSON)
OUTLOOK = Target("outlook-mobile", tr_later("Outlook (phone)"), TargetKind.PERSON)
SAMSUNG = Target("samsung-email", "Samsung Email", TargetKind.PERSON)
GMAIL_SEND_AS = Target("gmail-send-as", tr_later("Gmail: send mail as"), TargetKind.PERSON)


def gmail(account: VerifiedAccount) -> Sheet:
    """The Gmail app as a program for another provider's account."""
    name, address = tr_field("field of gmail-app", "Your name"), tr_field("field of gmail-app", "Email address")
    rows = rows_about_you(account, name, address)
    for side, server in _sides(account):
        if server.is_incoming:
            group = tr_field("field of gmail-app", "Incoming server settings")
            label = tr_field("field of gmail-app", "Server")
        else:
            group = tr_field("field of gmail-app", "Outgoing server settings")
            label = tr_field("field of gmail-app", "{kind} server", kind=ACCOUNT_TYPE[server.protocol])
        security = tr_field("field of gmail-app", "Security type")
        rows += [
            Row(f"{side}-username", tr_field("field of gmail-app", "Username"), server.username, group),
            Row(f"{side}-server", label, server.host, group),
            Row(f"{side}-port", tr_field("field of gmail-app", "Port"), str(server.port), group),
            Row(f"{side}-security", security, encryption_words(server.security), group),
        ]
    steps = (
        tr("In the Gmail app tap your picture, Add another account, Other."),
        tr("Type your email address, tap Manual setup, and choose Personal (POP3).")
        if _receives_pop3(account)
        else tr("Type your email address, tap Manual setup, and choose Personal (IMAP)."),
        tr("Copy the fields below; Security type and Port stand behind “Server settings”."),
        _browser_step(
            account,
            tr(
                "Your provider takes no password here, and Gmail signs in in the browser only for the Google, Outlook "
                "and Yahoo entries: use that entry, where your provider has one, in place of the fields."
            ),
        )
        or password_step(account, "Gmail"),
    )
    return Sheet(GMAIL, tr("Use it in the Gmail app"), steps, tuple(rows))


def outlook(account: VerifiedAccount) -> Sheet:
    """Outlook on a phone, which has IMAP and no POP3 on iPhones, and takes HOST:PORT in one field."""
    name, address = (
        tr_field("field of outlook-mobile", "Display Name"),
        tr_field("field of outlook-mobile", "Email Address"),
    )
    rows, group = rows_about_you(account, name, address), tr_field("field of outlook-mobile", "Advanced settings")
    for side, server in _sides(account):
        kind = ACCOUNT_TYPE[server.protocol]
        label = (
            tr_field("field of outlook-mobile", "{kind} Incoming Mail Server", kind=kind)
            if server.is_incoming
            else tr_field("field of outlook-mobile", "{kind} Outgoing Mail Server", kind=kind)
        )
        security = tr_field("field of outlook-mobile", "Security ({kind})", kind=kind)
        username = tr_field("field of outlook-mobile", "{kind} Username", kind=kind)
        rows += [
            Row(f"{side}-server", label, server.host, group),
            Row(
                f"{side}-port", tr_field("field of outlook-mobile", "Port ({kind})", kind=kind), str(server.port), group
            ),
            Row(f"{side}-security", security, encryption_words(server.security), group),
            Row(f"{side}-username", username, server.username, group),
        ]
    steps = [
        tr("In Outlook tap your picture, the envelope with the +, Add email account, and type your email address."),
        tr(
            "Choose IMAP (or POP3 on Android) where it asks, switch on “Use Advanced Settings”, and copy the fields "
            "below."
        ),
        _browser_step(
            account,
            tr(
                "Your provider takes no password here, and Outlook signs in in the browser only for its Google, Yahoo "
                "and iCloud entries: use that entry, where your provider has one, in place of the fields."
            ),
        )
        or password_step(account, "Outlook"),
        tr("Outlook on a phone fetches your mail through Microsoft's servers, which then keep your password."),
    ]
    if _receives_pop3(account):
        steps.insert(2, tr("Outlook on an iPhone has no POP3: use Apple Mail there."))
    one_field = tr(
        "Where there is one field for the server, type server and port with a colon between, such as {example}.",
        example=_example(account),
    )
    title = tr("Use it in Outlook on a phone")
    return Sheet(OUTLOOK, title, tuple(steps), tuple(rows), notes=(Note(one_field, group),))


def samsung(account: VerifiedAccount) -> Sheet:
    """Samsung's own app, which asks for both servers on one page."""
    address, group = tr_field("field of samsung-email", "Email address"), tr_field("field of samsung-email", "Account")
    rows = [Row("address", address, str(account.address), group)]
    for side, server in _sides(account):
        group = (
            tr_field("field of samsung-email", "Incoming server")
            if server.is_incoming
            else tr_field("field of samsung-email", "Outgoing server")
        )
        label = tr_field("field of samsung-email", "{kind} server", kind=ACCOUNT_TYPE[server.protocol])
        security = tr_field("field of samsung-email", "Security type")
        rows += [
            Row(f"{side}-server", label, server.host, group),
            Row(f"{side}-security", security, _samsung_security(server.security), group),
            Row(f"{side}-port", tr_field("field of samsung-email", "Port"), str(server.port), group),
            Row(f"{side}-username", tr_field("field of samsung-email", "User name"), server.username, group),
        ]
    steps = (
        tr("In Samsung Email tap Add account, Other, and type your email address."),
        tr(
            "Tap Manual setup, then {kind} account, and copy the fields below.",
            kind="POP3" if _receives_pop3(account) else "IMAP",
        ),
        tr("Leave the IMAP path prefix empty, and leave “Authentication required before sending emails” on."),
        _browser_step(
            account,
            tr(
                "Your provider takes no password here, and Samsung Email signs in in the browser only for its Google, "
                "Outlook and Yahoo entries: use that entry, where your provider has one, in place of the fields."
            ),
        )
        or password_step(account, "Samsung Email"),
    )
    return Sheet(SAMSUNG, tr("Use it in {program}", program="Samsung Email"), steps, tuple(rows))


def gmail_send_as(account: VerifiedAccount) -> Sheet:
    """Gmail on the web writing in this address's name, through this account's sending server."""
    name, address = tr_field("field of gmail-send-as", "Name"), tr_field("field of gmail-send-as", "Email address")
    rows = rows_about_you(account, name, address)
    server = require_outgoing(account, "Gmail")
    group = tr_field("field of gmail-send-as", "Send mail through your SMTP server")
    connection = tr_field("field of gmail-send-as", "Connection")
    rows += [
        Row("outgoing-server", tr_field("field of gmail-send-as", "SMTP Server"), server.host, group),
        Row("outgoing-port", tr_field("field of gmail-send-as", "Port"), str(server.port), group),
        Row("outgoing-username", tr_field("field of gmail-send-as", "Username"), server.username, group),
        Row("outgoing-security", connection, _gmail_connection(server.security), group),
    ]
    steps = [
        tr("In Gmail on a computer choose the gear, See all settings, Accounts and Import."),
        tr("Beside “Send mail as” choose Add another email address, and copy the fields below."),
        tr("Gmail sends a code to this address: read it there, and type it in."),
        _browser_step(
            account,
            tr(
                "Your provider takes no password here, and Gmail signs in in the browser only for accounts of Gmail "
                "itself: use that entry, where your provider has one, in place of the fields."
            ),
        )
        or password_step(account, "Gmail"),
    ]
    title = tr("Write as this address in Gmail")
    limits = tr("Gmail takes ports 465, 587 and 25 only, and a certificate that is valid for the server's name.")
    return Sheet(GMAIL_SEND_AS, title, tuple(steps), tuple(rows), notes=(Note(limits, group),))


def _sides(account: VerifiedAccount) -> list[tuple[str, ServerCandidate]]:
    sides = (("incoming", account.incoming), ("outgoing", account.outgoing))
    return [(side, server) for side, server in sides if server is not None]


def _receives_pop3(account: VerifiedAccount) -> bool:
    return account.incoming is not None and ACCOUNT_TYPE[account.incoming.protocol] == "POP3"


def _example(account: VerifiedAccount) -> str:
    _, server = _sides(account)[0]
    return f"{server.host}:{server.port}"


def _browser_step(account: VerifiedAccount, sentence: str) -> str:
    """The sentence where the account signs in in the browser; empty where it takes a password."""
    return sentence if SignInKind.OAUTH2 in sign_in_kinds(account) else ""


def _samsung_security(security: Security) -> str:
    if security is Security.NONE:
        return tr_field("field of samsung-email", "None")
    return "SSL" if security is Security.TLS else "TLS"


def _gmail_connection(security: Security) -> str:
    match security:
        case Security.TLS:
            return tr_field("field of gmail-send-as", "Secured connection using SSL")
        case Security.STARTTLS:
            return tr_field("field of gmail-send-as", "Secured connection using TLS")
        case Security.NONE:
            return tr_field("field of gmail-send-as", "Unsecured connection")
