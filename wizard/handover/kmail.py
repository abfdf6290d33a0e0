"""KMail: the fields of its account dialogs."""

from __future__ import annotations

from wizard.handover.sheet import Row, Sheet, Target, TargetKind, rows_about_you, tr_field
from wizard.handover.words import (
    ACCOUNT_TYPE,
    SignInKind,
    browser_only,
    encryption_words,
    in_a_row,
    password_step,
    sends_without_sign_in,
    sign_in_kind,
    sign_in_kinds,
)
from wizard.language import tr, tr_context
from wizard.model.account import VerifiedAccount
from wizard.model.server import ServerCandidate

TARGET = Target("kmail", "KMail", TargetKind.PERSON, ("kmail",))


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for KMail 5 and 6; the labels are those of Settings, Configure KMail, Accounts."""
    rows = rows_about_you(
        account,
        tr_field("field of kmail", "Your name"),
        tr_field("field of kmail", "Email address"),
        tr_field("field of kmail", "Identity"),
    )
    if account.incoming is not None:
        kind = ACCOUNT_TYPE[account.incoming.protocol].removesuffix("3")
        group = tr_field("field of kmail", "Receiving: {kind} account", kind=kind)
        rows.append(Row("incoming-server", tr_field("field of kmail", "Server"), account.incoming.host, group))
        rows += _server("incoming", group, account.incoming, account.incoming_auth)
    if account.outgoing is not None:
        group = tr_field("field of kmail", "Sending: SMTP account")
        rows.append(
            Row("outgoing-server", tr_field("field of kmail", "Outgoing mail server"), account.outgoing.host, group)
        )
        rows += _server("outgoing", group, account.outgoing, account.outgoing_auth)
    return Sheet(TARGET, tr("Use it in {program}", program="KMail"), _steps(account), tuple(rows))


def _server(side: str, group: str, server: ServerCandidate, auth: str | None) -> list[Row]:
    rows = [
        Row(
            f"{side}-security",
            tr_field("field of kmail", "Encryption (page Advanced)"),
            encryption_words(server.security),
            group,
        ),
        Row(f"{side}-port", tr_field("field of kmail", "Port (page Advanced)"), str(server.port), group),
    ]
    if sign_in_kind(auth) is SignInKind.NONE:
        return [
            *rows,
            Row(
                f"{side}-auth",
                tr_field("field of kmail", "Server requires authentication"),
                tr_field("field of kmail", "Off"),
                group,
            ),
        ]
    return [
        *rows,
        Row(f"{side}-username", tr_field("field of kmail", "Username"), server.username, group),
        Row(f"{side}-auth", tr_field("field of kmail", "Authentication (page Advanced)"), _authentication(auth), group),
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
        tr("In KMail choose Settings, Configure KMail, Accounts."),
        tr("Under Receiving choose Add, Custom Account, under Sending choose Add, and copy the fields below."),
        password_step(account, "KMail"),
    ]
    if sends_without_sign_in(account):
        steps[1] = in_a_row(steps[1], tr("Leave “Server requires authentication” off for sending."))
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        steps[2] = browser_only(
            tr_context(
                "an access token",
                "KMail fetches one for Gmail alone; choose another program for any other provider.",
            )
        )
    return tuple(steps)
