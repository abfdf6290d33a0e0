"""Thunderbird on a computer: the fields of its manual set-up, in its words."""

from __future__ import annotations

from wizard.handover import autoconfig_xml
from wizard.handover.sheet import Row, Sheet, Target, TargetKind, rows_about_you, tr_field
from wizard.handover.words import ACCOUNT_TYPE, encryption_words, password_step, sign_in_kind, sign_in_words
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.server import ServerCandidate

TARGET = Target("thunderbird", "Thunderbird", TargetKind.PERSON, ("thunderbird", "betterbird"))


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for Thunderbird 102 and later; the labels are those of “Configure manually” / “Edit configuration”."""
    rows = rows_about_you(
        account, tr_field("field of thunderbird", "Your full name"), tr_field("field of thunderbird", "Email address")
    )
    if account.incoming is not None:
        group, kind = tr_field("field of thunderbird", "Incoming server"), ACCOUNT_TYPE[account.incoming.protocol]
        rows.append(Row("incoming-protocol", tr_field("field of thunderbird", "Protocol"), kind, group))
        rows += _server("incoming", group, account.incoming, account.incoming_auth)
    if account.outgoing is not None:
        group = tr_field("field of thunderbird", "Outgoing server")
        rows += _server("outgoing", group, account.outgoing, account.outgoing_auth)
    return Sheet(
        TARGET,
        tr("Use it in {program}", program="Thunderbird"),
        _steps(account),
        tuple(rows),
        files=autoconfig_xml.files(account),
    )


def _server(side: str, group: str, server: ServerCandidate, auth: str | None) -> list[Row]:
    return [
        Row(f"{side}-server", tr_field("field of thunderbird", "Hostname"), server.host, group),
        Row(f"{side}-port", tr_field("field of thunderbird", "Port"), str(server.port), group),
        Row(
            f"{side}-security",
            tr_field("field of thunderbird", "Connection security"),
            encryption_words(server.security),
            group,
        ),
        Row(
            f"{side}-auth",
            tr_field("field of thunderbird", "Authentication method"),
            sign_in_words(sign_in_kind(auth)),
            group,
        ),
        Row(f"{side}-username", tr_field("field of thunderbird", "Username"), server.username, group),
    ]


def _steps(account: VerifiedAccount) -> tuple[str, ...]:
    if account.incoming is None:
        return (
            tr("In Thunderbird open the menu ≡ and choose Account Settings."),
            tr("Choose Outgoing Server (SMTP), then Add, and copy the fields below."),
            tr("In the account that is to send with it, choose this server under Outgoing Server (SMTP)."),
            password_step(account, "Thunderbird"),
        )
    return (
        tr("In Thunderbird open the menu ≡ and choose New Account, then Email."),
        tr("Type your name and your email address, then choose Continue."),
        tr(
            "If Thunderbird shows the same servers as below, accept them. Otherwise choose Edit configuration (in "
            "older versions Configure manually) and copy the fields below."
        ),
        password_step(account, "Thunderbird"),
    )
