"""Outlook, classic and new: the fields of both, in their words."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from wizard.handover import autodiscover_xml
from wizard.handover.sheet import Row, Sheet, Target, TargetKind, rows_about_you
from wizard.handover.words import ACCOUNT_TYPE, ENCRYPTION, SignInKind, password_step, sign_in_kinds
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security, ServerCandidate

TARGET = Target("outlook", "Outlook", TargetKind.PERSON, ("outlook", "olk", "microsoft outlook"))
NEW = Target("outlook-new", "New Outlook", TargetKind.PERSON, ("olk",))
CLASSIC = Target("outlook-classic", "Classic Outlook", TargetKind.PERSON, ("outlook",))

_CLASSIC: Final = "Classic Outlook: POP and IMAP Account Settings"
_MORE: Final = "Classic Outlook: More Settings, Outgoing Server"
_ADVANCED: Final = "Classic Outlook: More Settings, Advanced"
_NEW: Final = "New Outlook"
_NO_SPA: Final = "Leave Secure Password Authentication (SPA) off: it means Windows sign-in, not encryption."
_NEW_SECURITY: Final = {Security.TLS: "SSL/TLS", Security.STARTTLS: "StartTLS", Security.NONE: "None"}


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for classic Outlook (2016 and later) and for new Outlook."""
    rows = (*_classic(account), *_new(account))
    steps = (*autodiscover_xml.steps(account), *_steps(account))
    return Sheet(TARGET, "Use it in Outlook", steps, rows, files=autodiscover_xml.files(account))


def classic(account: VerifiedAccount) -> Sheet:
    """The sheet for classic Outlook alone, its groups without the name that stands above them all."""
    rows = (replace(row, group=row.group.removeprefix("Classic Outlook: ")) for row in _classic(account))
    steps = (*autodiscover_xml.steps(account), *_steps(account, CLASSIC))
    files = autodiscover_xml.files(account)
    return Sheet(CLASSIC, "Use it in classic Outlook", steps, tuple(rows), files=files)


def new(account: VerifiedAccount) -> Sheet:
    """The sheet for new Outlook alone."""
    rows = (replace(row, field_id=row.field_id.removeprefix("new-"), group=_side_of(row)) for row in _new(account))
    return Sheet(NEW, "Use it in new Outlook", _steps(account, NEW), tuple(rows))


def _side_of(row: Row) -> str:
    return "Receiving" if "incoming" in row.field_id else "Sending"


def _classic(account: VerifiedAccount) -> list[Row]:
    rows = rows_about_you(account, "Your Name", "Email Address", _CLASSIC)
    incoming, outgoing = account.incoming, account.outgoing
    if incoming is not None:
        rows.append(Row("account-type", "Account Type", ACCOUNT_TYPE[incoming.protocol], _CLASSIC))
        rows.append(Row("incoming-server", "Incoming mail server", incoming.host, _CLASSIC))
    if outgoing is not None:
        rows.append(Row("outgoing-server", "Outgoing mail server (SMTP)", outgoing.host, _CLASSIC))
    first = incoming or outgoing
    if first is not None:
        rows.append(Row("username", "User Name", first.username, _CLASSIC))
    rows.append(Row("spa", "Require logon using Secure Password Authentication (SPA)", "Off", _CLASSIC))
    if outgoing is not None:
        rows += _outgoing_sign_in(incoming, outgoing)
    if incoming is not None:
        label = f"Incoming server ({ACCOUNT_TYPE[incoming.protocol]})"
        rows.append(Row("incoming-port", label, str(incoming.port), _ADVANCED))
        rows.append(Row("incoming-security", _encryption_label(incoming), ENCRYPTION[incoming.security], _ADVANCED))
    if outgoing is not None:
        rows.append(Row("outgoing-port", "Outgoing server (SMTP)", str(outgoing.port), _ADVANCED))
        rows.append(Row("outgoing-security", _encryption_label(outgoing), ENCRYPTION[outgoing.security], _ADVANCED))
    return rows


def _outgoing_sign_in(incoming: ServerCandidate | None, outgoing: ServerCandidate) -> list[Row]:
    rows = [Row("outgoing-auth", "My outgoing server (SMTP) requires authentication", "On", _MORE)]
    if incoming is not None and incoming.username == outgoing.username:
        rows.append(Row("outgoing-same", "Use same settings as my incoming mail server", "Chosen", _MORE))
    else:
        rows.append(Row("outgoing-log-on", "Log on using", "Chosen", _MORE))
        rows.append(Row("outgoing-username", "User Name", outgoing.username, _MORE))
    return rows


def _encryption_label(server: ServerCandidate) -> str:
    side = "incoming" if server.is_incoming else "outgoing"
    return f"Use the following type of encrypted connection ({side})"


def _new(account: VerifiedAccount) -> list[Row]:
    rows = []
    for side, server in (("incoming", account.incoming), ("outgoing", account.outgoing)):
        if server is None:
            continue
        kind, direction = ACCOUNT_TYPE[server.protocol], side.capitalize()
        rows += [
            Row(f"new-{side}-username", f"{kind} username", server.username, _NEW),
            Row(f"new-{side}-server", f"{kind} {direction} server", server.host, _NEW),
            Row(f"new-{side}-port", f"{kind} port", str(server.port), _NEW),
            Row(f"new-{side}-security", f"{kind} Secure connection type", _NEW_SECURITY[server.security], _NEW),
        ]
    return rows


def _steps(account: VerifiedAccount, target: Target = TARGET) -> tuple[str, ...]:
    kinds = sign_in_kinds(account)
    if SignInKind.OAUTH2 in kinds:
        way = "Settings, Accounts, Add account" if target is NEW else "File, then Add Account"
        return (
            f"Choose {way}, and type only your email address.",
            "Sign in on your provider's page when Outlook opens it. If no page opens, this Outlook cannot sign in to "
            "your provider in the browser; Thunderbird can.",
            "The fields below are for comparing: "
            + ("Settings, Accounts, Manage." if target is NEW else "File, Account Settings, then Change."),
        )
    steps = {
        CLASSIC: (
            "Choose File, Account Settings, Manage Profiles, Email Accounts, New, then Manual setup and POP or IMAP.",
            "Copy the fields below. More Settings is a button on the same page.",
            password_step(account, "Outlook"),
            _NO_SPA,
        ),
        NEW: (
            "Choose Settings, Accounts, Add account, type your email address and choose IMAP or POP.",
            "Switch on Show more and copy the fields below.",
            password_step(account, "Outlook"),
        ),
        TARGET: (
            "Classic Outlook: choose File, Account Settings, Manage Profiles, Email Accounts, New, then Manual setup "
            "and POP or IMAP, and copy the fields below. More Settings is a button on the same page.",
            "New Outlook: choose Settings, Accounts, Add account, type your email address, choose IMAP or POP, switch "
            "on Show more, and copy the fields under New Outlook.",
            password_step(account, "Outlook"),
            _NO_SPA,
        ),
    }[target]
    if SignInKind.ENCRYPTED in kinds:
        return (
            "Your server took the password encrypted by a method Outlook does not have (CRAM-MD5 or APOP). "
            "If Outlook is refused, Thunderbird can do it.",
            *steps,
        )
    return steps
