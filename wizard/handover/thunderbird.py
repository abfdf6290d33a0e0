"""Thunderbird on a computer: the fields of its manual set-up, in its words."""

from __future__ import annotations

from wizard.handover import autoconfig_xml
from wizard.handover.sheet import Row, Sheet, Target, TargetKind, rows_about_you
from wizard.handover.words import ACCOUNT_TYPE, ENCRYPTION, password_step, sign_in_kind
from wizard.model.account import VerifiedAccount
from wizard.model.server import ServerCandidate

TARGET = Target("thunderbird", "Thunderbird", TargetKind.PERSON, ("thunderbird", "betterbird"))


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for Thunderbird 102 and later; the labels are those of “Configure manually” / “Edit configuration”."""
    rows = rows_about_you(account, "Your full name", "Email address")
    if account.incoming is not None:
        rows.append(Row("incoming-protocol", "Protocol", ACCOUNT_TYPE[account.incoming.protocol], "Incoming server"))
        rows += _server("incoming", "Incoming server", account.incoming, account.incoming_auth)
    if account.outgoing is not None:
        rows += _server("outgoing", "Outgoing server", account.outgoing, account.outgoing_auth)
    return Sheet(TARGET, "Use it in Thunderbird", _steps(account), tuple(rows), files=autoconfig_xml.files(account))


def _server(side: str, group: str, server: ServerCandidate, auth: str | None) -> list[Row]:
    return [
        Row(f"{side}-server", "Hostname", server.host, group),
        Row(f"{side}-port", "Port", str(server.port), group),
        Row(f"{side}-security", "Connection security", ENCRYPTION[server.security], group),
        Row(f"{side}-auth", "Authentication method", sign_in_kind(auth).value, group),
        Row(f"{side}-username", "Username", server.username, group),
    ]


def _steps(account: VerifiedAccount) -> tuple[str, ...]:
    if account.incoming is None:
        return (
            "In Thunderbird open the menu ≡ and choose Account Settings.",
            "Choose Outgoing Server (SMTP), then Add, and copy the fields below.",
            "In the account that is to send with it, choose this server under Outgoing Server (SMTP).",
            password_step(account, "Thunderbird"),
        )
    return (
        "In Thunderbird open the menu ≡ and choose New Account, then Email.",
        "Type your name and your email address, then choose Continue.",
        "If Thunderbird shows the same servers as below, accept them. Otherwise choose Edit configuration "
        "(in older versions Configure manually) and copy the fields below.",
        password_step(account, "Thunderbird"),
    )
