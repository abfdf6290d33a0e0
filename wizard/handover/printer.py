"""A printer, scanner or camera that sends by email: the fields of its web page, by the names that makers use."""

from __future__ import annotations

from wizard.handover.sheet import Note, Row, Sheet, Target, TargetKind, tr_field
from wizard.handover.words import (
    NOBODY_SIGNS_IN,
    ascii_host,
    browser_only,
    require_outgoing,
    sends_with_token,
    sends_without_sign_in,
)
from wizard.language import tr, tr_context, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security

TARGET = Target("printer", tr_later("Printer or scanner"), TargetKind.PERSON)


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for scan to email; a device only sends."""
    server = require_outgoing(
        account, refusal=tr("A printer needs the sending server, and only receiving was checked.")
    )
    group = tr("Email or SMTP settings of the device")
    rows = [
        Row(
            "outgoing-server",
            tr_field("field of printer", "SMTP server (outgoing server, mail server)"),
            ascii_host(server.host),
            group,
        ),
        Row("outgoing-port", tr_field("field of printer", "SMTP port"), str(server.port), group),
        Row("outgoing-security", tr_field("field of printer", "Secure connection"), _tls(server.security), group),
    ]
    if sends_without_sign_in(account):
        label = tr_field("field of printer", "SMTP authentication")
        rows.append(Row("outgoing-auth", label, tr_field("field of printer", "Off"), group))
    elif not sends_with_token(account):
        label = tr_field("field of printer", "SMTP authentication (SMTP-AUTH)")
        login = tr_field("field of printer", "Login name (user name, account)")
        rows += [
            Row("outgoing-auth", label, tr_field("field of printer", "On; not POP before SMTP"), group),
            Row("outgoing-username", login, server.username, group),
        ]
    label = tr_field("field of printer", "Sender address (from, device email, reply to)")
    rows.append(Row("from", label, account.address.wire, group))
    notes = (
        tr("Send from the address below: most servers refuse any other sender."),
        tr("Set the device's clock (SNTP): with a wrong date it finds no certificate valid."),
        tr(
            "It must speak TLS 1.2. A device from before about 2015 may know only older ones, which mail servers "
            "refuse: install its newest firmware, or let it send to a relay in your network."
        ),
    )
    title = tr("Use it in a printer or scanner")
    return Sheet(TARGET, title, _steps(account), tuple(rows), notes=tuple(Note(text) for text in notes))


def _tls(security: Security) -> str:
    match security:
        case Security.TLS:
            return tr_field("field of printer", "SSL/TLS (also called Implicit TLS, SMTPS, or SSL on)")
        case Security.STARTTLS:
            return tr_field("field of printer", "STARTTLS (also called Explicit TLS, or TLS on)")
        case Security.NONE:
            return tr_field("field of printer", "Off")


def _steps(account: VerifiedAccount) -> tuple[str, ...]:
    steps = [
        tr("Open the device's page: type its network address into a browser; the device shows it under Network."),
        tr("Sign in as its administrator, look for Scan to Email, Email Server or SMTP, and copy the fields below."),
    ]
    if sends_with_token(account):
        return (  # most devices end here
            browser_only(
                tr_context(
                    "an access token",
                    "Few devices can fetch one (look for “OAuth 2.0” or “Modern authentication” and the maker's newest "
                    "firmware). Any other needs a sending service of your provider that takes a password, or a relay: "
                    "ask your administrator for one.",
                )
            ),
            *steps,
        )
    if sends_without_sign_in(account):
        steps.append(tr(NOBODY_SIGNS_IN))
    else:
        steps.append(
            tr(
                "Give it the password that worked here; make an app password just for the device where your provider "
                "has them: it stays in the device, and can be withdrawn alone."
            )
        )
    steps.append(tr("Send a scan to yourself; the device's log names the server's answer where it is refused."))
    return tuple(steps)
