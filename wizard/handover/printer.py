"""A printer, scanner or camera that sends by email: the fields of its web page, by the names that makers use."""

from __future__ import annotations

from typing import Final

from wizard.handover.sheet import Row, Sheet, Target, TargetKind
from wizard.handover.words import (
    BROWSER_ONLY,
    NOBODY_SIGNS_IN,
    ascii_host,
    require_outgoing,
    sends_with_token,
    sends_without_sign_in,
)
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security

TARGET = Target("printer", "Printer or scanner", TargetKind.PERSON)

_TLS: Final = {
    Security.TLS: "SSL/TLS (also called Implicit TLS, SMTPS, or SSL on)",
    Security.STARTTLS: "STARTTLS (also called Explicit TLS, or TLS on)",
    Security.NONE: "Off",
}


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for scan to email; a device only sends."""
    server = require_outgoing(account, "A printer")
    group = "Email or SMTP settings of the device"
    rows = [
        Row("outgoing-server", "SMTP server (outgoing server, mail server)", ascii_host(server.host), group),
        Row("outgoing-port", "SMTP port", str(server.port), group),
        Row("outgoing-security", "Secure connection", _TLS[server.security], group),
    ]
    if sends_without_sign_in(account):
        rows.append(Row("outgoing-auth", "SMTP authentication", "Off", group))
    elif not sends_with_token(account):
        rows += [
            Row("outgoing-auth", "SMTP authentication (SMTP-AUTH)", "On; not POP before SMTP", group),
            Row("outgoing-username", "Login name (user name, account)", server.username, group),
        ]
    rows.append(Row("from", "Sender address (from, device email, reply to)", account.address.wire, group))
    return Sheet(TARGET, "Use it in a printer or scanner", _steps(account), tuple(rows))


def _steps(account: VerifiedAccount) -> tuple[str, ...]:
    steps = [
        "Open the device's page: type its network address into a browser; the device shows it under Network.",
        "Sign in as its administrator, look for Scan to Email, Email Server or SMTP, and copy the fields below, the "
        "sender address too: servers refuse a device that sends as anybody else.",
    ]
    if sends_without_sign_in(account):
        steps.append(NOBODY_SIGNS_IN)
    elif sends_with_token(account):
        steps.append(
            f"{BROWSER_ONLY} Few devices can fetch one (look for “OAuth 2.0” or “Modern authentication” and the "
            "maker's newest firmware). Any other needs a sending service of your provider that takes a password, or "
            "a relay inside your network: ask your administrator for one."
        )
    else:
        steps.append(
            "Give it the password that worked here; make an app password just for the device where your provider has "
            "them: it stays in the device, and can be withdrawn alone."
        )
    steps += [
        "Set the device's clock (SNTP): with a wrong date it finds no certificate valid.",
        "It must speak TLS 1.2. A device from before about 2015 may know only older ones, which mail servers refuse: "
        "install its newest firmware, or let it send to a relay in your network.",
        "Send a scan to yourself; the device's log names the server's answer where it is refused.",
    ]
    return tuple(steps)
