"""Mail on Mac, iPhone and iPad: its fields, and a configuration profile without a password."""

from __future__ import annotations

import plistlib
import sys
import uuid
from typing import Final

from msgspec.structs import replace

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Note, Row, Sheet, Target, TargetKind, rows_about_you, tr_field
from wizard.handover.words import (
    ACCOUNT_TYPE,
    SignInKind,
    ascii_host,
    name_of,
    password_step,
    sends_without_sign_in,
    sign_in_kind,
    sign_in_kinds,
)
from wizard.language import tr, tr_later
from wizard.language.formats import and_list
from wizard.model.account import VerifiedAccount
from wizard.model.server import AuthMethod, Protocol, Security, ServerCandidate

TARGET = Target("apple-mail", "Apple Mail", TargetKind.PERSON, ("mail",) if sys.platform == "darwin" else ())
MAC = Target("apple-mail-mac", tr_later("Mail on a Mac"), TargetKind.PERSON, TARGET.commands)
MEDIA_TYPE: Final = "application/x-apple-aspen-config"

_AUTHENTICATION: Final = {
    SignInKind.NORMAL: "EmailAuthPassword",
    SignInKind.ENCRYPTED: "EmailAuthCRAMMD5",
    SignInKind.NONE: "EmailAuthNone",
}
_ACCOUNT_TYPE: Final = {Protocol.IMAP: "EmailTypeIMAP", Protocol.POP3: "EmailTypePOP"}
_NO_STARTTLS: Final = tr_later(
    "The server switches to encryption (STARTTLS). A profile and Mail know only “Use SSL”, and switch by themselves on "
    "the usual ports; neither can insist on it."
)
# The same account must give the same identifiers, so that installing again replaces the profile and adds no second one.
_NAMESPACE: Final = uuid.UUID("7d8f4c34-5d0e-4d58-9c0b-6f8e5a3f2b11")


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for Mail; the labels are those of its account set-up and of Server Settings."""
    name, address = tr_field("field of apple-mail", "Full Name"), tr_field("field of apple-mail", "Email Address")
    rows = rows_about_you(account, name, address)
    title = tr("Use it in {program}", program="Apple Mail")
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        return Sheet(TARGET, title, browser_steps(account), tuple(rows))
    if account.incoming is not None:
        group = tr_field("field of apple-mail", "Incoming Mail Server")
        rows.append(
            Row("account-type", tr_field("field of apple-mail", "Account Type"), _shown_type(account.incoming), group)
        )
        rows += _server("incoming", group, account.incoming, account.incoming_auth)
    if account.outgoing is not None:
        group = tr_field("field of apple-mail", "Outgoing Mail Server")
        rows += _server("outgoing", group, account.outgoing, account.outgoing_auth)
    notes = (Note(tr(_NO_STARTTLS)),) if _switches_to_encryption(account) else ()
    return Sheet(TARGET, title, _steps(account), tuple(rows), files=files(account), notes=notes)


def mac(account: VerifiedAccount) -> Sheet:
    """The sheet for Mail on a Mac alone."""
    made = replace(sheet(account), target=MAC, title=tr("Use it in Mail on a Mac"))
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        on_mac, _, without_button = browser_steps(account)
        return replace(made, steps=(on_mac, without_button))
    quick = (tr("The quick way: save the profile, open it, and allow it in System Settings."),) if made.files else ()
    steps = (
        *quick,
        tr(
            "By hand: choose Mail, Settings, Accounts, the + button, then Other Mail Account, and copy the fields "
            "below."
        ),
        tr(
            "Port, TLS/SSL and Authentication stand under Server Settings: first switch off “Automatically manage "
            "connection settings”."
        ),
        password_step(account, "Mail"),
    )
    return replace(made, steps=steps)


def files(account: VerifiedAccount) -> tuple[HandoverFile, ...]:
    """The profile; none where its format cannot say what was proven: a direction missing, OAuth2, APOP."""
    incoming, outgoing = account.incoming, account.outgoing
    if incoming is None or outgoing is None:
        return ()
    if SignInKind.OAUTH2 in sign_in_kinds(account) or account.incoming_auth == AuthMethod.APOP:
        return ()
    say = tr("Open it on the Mac, iPhone or iPad and allow it in Settings. Mail then asks for the password.")
    name = f"{file_stem(str(account.address))}.mobileconfig"
    return (HandoverFile(name, MEDIA_TYPE, _profile(account, incoming, outgoing), say, told_in_steps=True),)


def _switches_to_encryption(account: VerifiedAccount) -> bool:
    """Whether a direction is encrypted by STARTTLS, which Mail's settings cannot name."""
    return any(server and server.security is Security.STARTTLS for server in (account.incoming, account.outgoing))


def _profile(account: VerifiedAccount, incoming: ServerCandidate, outgoing: ServerCandidate) -> bytes:
    address = account.address.wire
    identifier = f"mailwright.account.{uuid.uuid5(_NAMESPACE, address)}"
    mail = {
        "PayloadType": "com.apple.mail.managed",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{identifier}.mail",
        "PayloadUUID": str(uuid.uuid5(_NAMESPACE, f"mail {address}")).upper(),
        "PayloadDisplayName": f"Mail ({account.address})",
        "EmailAccountDescription": str(account.address),
        "EmailAccountName": name_of(account),
        "EmailAccountType": _ACCOUNT_TYPE[incoming.protocol],
        "EmailAddress": address,
        **_profile_server("Incoming", incoming, account.incoming_auth),
        **_profile_server("Outgoing", outgoing, account.outgoing_auth),
        "OutgoingPasswordSameAsIncomingPassword": (
            incoming.username == outgoing.username and not sends_without_sign_in(account)
        ),
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier,
        "PayloadUUID": str(uuid.uuid5(_NAMESPACE, f"profile {address}")).upper(),
        "PayloadDisplayName": f"Mail settings for {account.address}",
        "PayloadDescription": "Mail servers that were checked. It holds no password.",
        "PayloadContent": [mail],
    }
    return plistlib.dumps(profile, fmt=plistlib.FMT_XML)


def _profile_server(side: str, server: ServerCandidate, auth: str | None) -> dict[str, str | int | bool]:
    prefix = f"{side}MailServer"
    kind = sign_in_kind(auth)
    name: dict[str, str | int | bool] = {} if kind is SignInKind.NONE else {f"{prefix}Username": server.username}
    return name | {
        f"{prefix}Authentication": _AUTHENTICATION[kind],
        f"{prefix}HostName": ascii_host(server.host),
        f"{prefix}PortNumber": server.port,
        # One switch for both ways to encrypt: on the usual STARTTLS ports Mail switches by itself.
        f"{prefix}UseSSL": server.security is not Security.NONE,
    }


def _server(side: str, group: str, server: ServerCandidate, auth: str | None) -> list[Row]:
    on, off = tr_field("field of apple-mail", "On"), tr_field("field of apple-mail", "Off")
    return [
        Row(f"{side}-server", tr_field("field of apple-mail", "Host Name"), server.host, group),
        Row(f"{side}-username", tr_field("field of apple-mail", "User Name"), server.username, group),
        Row(f"{side}-port", tr_field("field of apple-mail", "Port"), str(server.port), group),
        Row(
            f"{side}-security",
            tr_field("field of apple-mail", "Use TLS/SSL"),
            on if server.security is not Security.NONE else off,
            group,
        ),
        Row(f"{side}-auth", tr_field("field of apple-mail", "Authentication"), _authentication_words(auth), group),
    ]


def _authentication_words(auth: str | None) -> str:
    if auth == AuthMethod.APOP:
        return tr_field("field of apple-mail", "Authenticated POP (APOP)")
    match sign_in_kind(auth):
        case SignInKind.ENCRYPTED:
            return tr_field("field of apple-mail", "MD5 Challenge-Response")
        case SignInKind.NONE:
            return tr_field("field of apple-mail", "None")
        case SignInKind.NORMAL | SignInKind.OAUTH2:
            return tr_field("field of apple-mail", "Password")


def _shown_type(server: ServerCandidate) -> str:
    return ACCOUNT_TYPE[server.protocol].removesuffix("3")


def browser_steps(account: VerifiedAccount) -> tuple[str, str, str]:
    """For an account that signs in in the browser: Mail does that for providers with a button of their own only.

    The way there on a Mac, on an iPhone or iPad, and what to know where there is no such button.
    """
    hosts = [server.host for server in (account.incoming, account.outgoing) if server is not None]
    return (
        tr(
            "On a Mac: choose Mail, Settings, Accounts, the + button, then your provider's own button (such as Google, "
            "Microsoft Exchange or Yahoo), and sign in on its page."
        ),
        tr("On an iPhone or iPad: open Settings, Apps, Mail, Mail Accounts, Add Account, then your provider's button."),
        tr(
            "If it has no button there, Mail cannot sign in at {servers}: “Other” takes passwords only, and this "
            "account signs in in the browser.",
            servers=and_list(hosts),
        ),
    )


def _steps(account: VerifiedAccount) -> tuple[str, ...]:
    steps = []
    if files(account):
        steps.append(
            tr("The quick way: save the profile, open it on the Mac, iPhone or iPad, and allow it in Settings.")
        )
    steps += [
        tr("By hand, on a Mac: choose Mail, Settings, Accounts, the + button, then Other Mail Account."),
        tr("By hand, on an iPhone or iPad: open Settings, Apps, Mail, Mail Accounts, Add Account, then Other."),
        tr(
            "Copy the fields below. Port, TLS/SSL and Authentication stand under Server Settings (iPhone: Advanced); "
            "on a Mac, switch off “Automatically manage connection settings” first."
        ),
    ]
    steps.append(password_step(account, "Mail"))
    return tuple(steps)
