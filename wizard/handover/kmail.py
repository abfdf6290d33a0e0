"""KMail: the fields of its account dialogs."""

from __future__ import annotations

from typing import Final

from wizard.handover.sheet import Row, Sheet, Target, TargetKind, rows_about_you
from wizard.handover.words import (
    ACCOUNT_TYPE,
    BROWSER_ONLY,
    SignInKind,
    password_step,
    sends_without_sign_in,
    sign_in_kind,
    sign_in_kinds,
)
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security, ServerCandidate

TARGET = Target("kmail", "KMail", TargetKind.PERSON, ("kmail",))

_SECURITY: Final = {Security.TLS: "SSL/TLS", Security.STARTTLS: "STARTTLS", Security.NONE: "None"}


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for KMail 5 and 6; the labels are those of Settings, Configure KMail, Accounts."""
    rows = rows_about_you(account, "Your name", "Email address", "Identity")
    if account.incoming is not None:
        group = f"Receiving: {ACCOUNT_TYPE[account.incoming.protocol].removesuffix('3')} account"
        rows.append(Row("incoming-server", "Server", account.incoming.host, group))
        rows += _server("incoming", group, account.incoming, account.incoming_auth)
    if account.outgoing is not None:
        group = "Sending: SMTP account"
        rows.append(Row("outgoing-server", "Outgoing mail server", account.outgoing.host, group))
        rows += _server("outgoing", group, account.outgoing, account.outgoing_auth)
    return Sheet(TARGET, "Use it in KMail", _steps(account), tuple(rows))


def _server(side: str, group: str, server: ServerCandidate, auth: str | None) -> list[Row]:
    rows = [
        Row(f"{side}-security", "Encryption (page Advanced)", _SECURITY[server.security], group),
        Row(f"{side}-port", "Port (page Advanced)", str(server.port), group),
    ]
    if sign_in_kind(auth) is SignInKind.NONE:
        return [*rows, Row(f"{side}-auth", "Server requires authentication", "Off", group)]
    return [
        *rows,
        Row(f"{side}-username", "Username", server.username, group),
        Row(f"{side}-auth", "Authentication (page Advanced)", _authentication(auth), group),
    ]


def _authentication(auth: str | None) -> str:
    match sign_in_kind(auth):
        case SignInKind.OAUTH2:
            return "Gmail"
        case SignInKind.ENCRYPTED:
            return str(auth)
        case SignInKind.NORMAL | SignInKind.NONE:
            return "PLAIN" if auth is None or "PLAIN" in auth else "LOGIN"


def _steps(account: VerifiedAccount) -> tuple[str, ...]:
    steps = [
        "In KMail choose Settings, Configure KMail, Accounts.",
        "Under Receiving choose Add, Custom Account, under Sending choose Add, and copy the fields below.",
        password_step(account, "KMail"),
    ]
    if sends_without_sign_in(account):
        steps[1] += " Leave “Server requires authentication” off for sending."
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        steps[2] = f"{BROWSER_ONLY} KMail fetches one for Gmail alone; choose another program for any other provider."
    return tuple(steps)
