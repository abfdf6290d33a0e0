"""Outlook, classic and new: the fields of both, in their words."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from wizard.handover import autodiscover_xml
from wizard.handover.sheet import Row, Sheet, Target, TargetKind, rows_about_you, tr_field
from wizard.handover.words import (
    ACCOUNT_TYPE,
    SignInKind,
    encryption_words,
    password_step,
    sends_without_sign_in,
    sign_in_kinds,
)
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security, ServerCandidate

TARGET = Target("outlook", "Outlook", TargetKind.PERSON, ("outlook", "olk", "microsoft outlook"))
NEW = Target("outlook-new", tr_later("New Outlook"), TargetKind.PERSON, ("olk",))
CLASSIC = Target("outlook-classic", tr_later("Classic Outlook"), TargetKind.PERSON, ("outlook",))

_NO_SPA: Final = tr_later("Leave Secure Password Authentication (SPA) off: it means Windows sign-in, not encryption.")


class _Groups(Struct, frozen=True):
    """The headings of classic Outlook's pages: its first, More Settings with two tabs."""

    page: str
    more: str
    advanced: str


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for classic Outlook (2016 and later) and for new Outlook."""
    rows = (*_classic(account, _groups()), *_new(account))
    steps = (*autodiscover_xml.steps(account), *_steps(account))
    return Sheet(
        TARGET, tr("Use it in {program}", program="Outlook"), steps, rows, files=autodiscover_xml.files(account)
    )


def classic(account: VerifiedAccount) -> Sheet:
    """The sheet for classic Outlook alone, its groups without the name that stands above them all."""
    rows = _classic(account, _groups_alone())
    steps = (*autodiscover_xml.steps(account), *_steps(account, CLASSIC))
    files = autodiscover_xml.files(account)
    return Sheet(CLASSIC, tr("Use it in classic Outlook"), steps, tuple(rows), files=files)


def new(account: VerifiedAccount) -> Sheet:
    """The sheet for new Outlook alone."""
    rows = (replace(row, field_id=row.field_id.removeprefix("new-"), group=_side_of(row)) for row in _new(account))
    return Sheet(NEW, tr("Use it in new Outlook"), _steps(account, NEW), tuple(rows))


def _side_of(row: Row) -> str:
    return tr("Receiving") if "incoming" in row.field_id else tr("Sending")


def _groups() -> _Groups:
    return _Groups(
        tr_field("field of outlook-classic", "Classic Outlook: POP and IMAP Account Settings"),
        tr_field("field of outlook-classic", "Classic Outlook: More Settings, Outgoing Server"),
        tr_field("field of outlook-classic", "Classic Outlook: More Settings, Advanced"),
    )


def _groups_alone() -> _Groups:
    return _Groups(
        tr_field("field of outlook-classic", "POP and IMAP Account Settings"),
        tr_field("field of outlook-classic", "More Settings, Outgoing Server"),
        tr_field("field of outlook-classic", "More Settings, Advanced"),
    )


def _classic(account: VerifiedAccount, groups: _Groups) -> list[Row]:
    page, advanced = groups.page, groups.advanced
    name, address = (
        tr_field("field of outlook-classic", "Your Name"),
        tr_field("field of outlook-classic", "Email Address"),
    )
    rows = rows_about_you(account, name, address, page)
    incoming, outgoing = account.incoming, account.outgoing
    if incoming is not None:
        rows += [
            Row(
                "account-type",
                tr_field("field of outlook-classic", "Account Type"),
                ACCOUNT_TYPE[incoming.protocol],
                page,
            ),
            Row("incoming-server", tr_field("field of outlook-classic", "Incoming mail server"), incoming.host, page),
        ]
    if outgoing is not None:
        label = tr_field("field of outlook-classic", "Outgoing mail server (SMTP)")
        rows.append(Row("outgoing-server", label, outgoing.host, page))
    first = incoming or outgoing
    if first is not None and not (first is outgoing and sends_without_sign_in(account)):
        rows.append(Row("username", tr_field("field of outlook-classic", "User Name"), first.username, page))
    label = tr_field("field of outlook-classic", "Require logon using Secure Password Authentication (SPA)")
    rows.append(Row("spa", label, tr_field("field of outlook-classic", "Off"), page))
    if outgoing is not None:
        rows += _outgoing_sign_in(account, outgoing, groups.more)
    if incoming is not None:
        kind = ACCOUNT_TYPE[incoming.protocol]
        label = tr_field("field of outlook-classic", "Use the following type of encrypted connection (incoming)")
        rows += [
            Row(
                "incoming-port",
                tr_field("field of outlook-classic", "Incoming server ({kind})", kind=kind),
                str(incoming.port),
                advanced,
            ),
            Row("incoming-security", label, encryption_words(incoming.security), advanced),
        ]
    if outgoing is not None:
        label = tr_field("field of outlook-classic", "Use the following type of encrypted connection (outgoing)")
        rows += [
            Row(
                "outgoing-port",
                tr_field("field of outlook-classic", "Outgoing server (SMTP)"),
                str(outgoing.port),
                advanced,
            ),
            Row("outgoing-security", label, encryption_words(outgoing.security), advanced),
        ]
    return rows


def _outgoing_sign_in(account: VerifiedAccount, outgoing: ServerCandidate, more: str) -> list[Row]:
    incoming = account.incoming
    label = tr_field("field of outlook-classic", "My outgoing server (SMTP) requires authentication")
    if sends_without_sign_in(account):
        return [Row("outgoing-auth", label, tr_field("field of outlook-classic", "Off"), more)]
    rows = [Row("outgoing-auth", label, tr_field("field of outlook-classic", "On"), more)]
    chosen = tr_field("field of outlook-classic", "Chosen")
    if incoming is not None and incoming.username == outgoing.username:
        label = tr_field("field of outlook-classic", "Use same settings as my incoming mail server")
        return [*rows, Row("outgoing-same", label, chosen, more)]
    return [
        *rows,
        Row("outgoing-log-on", tr_field("field of outlook-classic", "Log on using"), chosen, more),
        Row("outgoing-username", tr_field("field of outlook-classic", "User Name"), outgoing.username, more),
    ]


def _new(account: VerifiedAccount) -> list[Row]:
    rows, group = [], tr("New Outlook")
    for side, server in (("incoming", account.incoming), ("outgoing", account.outgoing)):
        if server is None:
            continue
        kind = ACCOUNT_TYPE[server.protocol]
        label = (
            tr_field("field of outlook-new", "{kind} Incoming server", kind=kind)
            if server.is_incoming
            else tr_field("field of outlook-new", "{kind} Outgoing server", kind=kind)
        )
        secured = tr_field("field of outlook-new", "{kind} Secure connection type", kind=kind)
        encryption = "StartTLS" if server.security is Security.STARTTLS else encryption_words(server.security)
        rows += [
            Row(
                f"new-{side}-username",
                tr_field("field of outlook-new", "{kind} username", kind=kind),
                server.username,
                group,
            ),
            Row(f"new-{side}-server", label, server.host, group),
            Row(
                f"new-{side}-port", tr_field("field of outlook-new", "{kind} port", kind=kind), str(server.port), group
            ),
            Row(f"new-{side}-security", secured, encryption, group),
        ]
    return rows


def _steps(account: VerifiedAccount, target: Target = TARGET) -> tuple[str, ...]:
    kinds = sign_in_kinds(account)
    if SignInKind.OAUTH2 in kinds:
        sign_in = tr(
            "Sign in on your provider's page when Outlook opens it. If no page opens, this Outlook cannot sign in to "
            "your provider in the browser; Thunderbird can."
        )
        if target is NEW:
            return (
                tr("Choose Settings, Accounts, Add account, and type only your email address."),
                sign_in,
                tr("The fields below are for comparing: Settings, Accounts, Manage."),
            )
        return (
            tr("Choose File, then Add Account, and type only your email address."),
            sign_in,
            tr("The fields below are for comparing: File, Account Settings, then Change."),
        )
    steps = {
        CLASSIC: (
            tr(
                "Choose File, Account Settings, Manage Profiles, Email Accounts, New, then Manual setup and POP or "
                "IMAP."
            ),
            tr("Copy the fields below. More Settings is a button on the same page."),
            password_step(account, "Outlook"),
            tr(_NO_SPA),
        ),
        NEW: (
            tr("Choose Settings, Accounts, Add account, type your email address and choose IMAP or POP."),
            tr("Switch on Show more and copy the fields below."),
            password_step(account, "Outlook"),
        ),
        TARGET: (
            tr(
                "Classic Outlook: choose File, Account Settings, Manage Profiles, Email Accounts, New, then Manual "
                "setup and POP or IMAP, and copy the fields below. More Settings is a button on the same page."
            ),
            tr(
                "New Outlook: choose Settings, Accounts, Add account, type your email address, choose IMAP or POP, "
                "switch on Show more, and copy the fields under New Outlook."
            ),
            password_step(account, "Outlook"),
            tr(_NO_SPA),
        ),
    }[target]
    if SignInKind.ENCRYPTED in kinds:
        return (
            tr(
                "Your server took the password encrypted by a method Outlook does not have (CRAM-MD5 or APOP). If "
                "Outlook is refused, Thunderbird can do it."
            ),
            *steps,
        )
    return steps
