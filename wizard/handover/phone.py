"""A phone: the QR code Thunderbird for Android scans, the profile an iPhone installs, the fields for any other app."""

from __future__ import annotations

import json
from typing import Final

from msgspec.structs import replace

from wizard.handover import apple_mail
from wizard.handover.sheet import Row, Sheet, Target, TargetKind, rows_about_you, tr_field
from wizard.handover.words import (
    ACCOUNT_TYPE,
    SignInKind,
    ascii_host,
    encryption_words,
    name_of,
    password_step,
    sign_in_kind,
    sign_in_kinds,
    sign_in_words,
)
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.server import Protocol, Security, ServerCandidate

TARGET = Target("phone", tr_later("Phone"), TargetKind.PERSON)
ANDROID = Target("thunderbird-android", tr_later("Thunderbird for Android"), TargetKind.PERSON)
IPHONE = Target("iphone", tr_later("iPhone and iPad"), TargetKind.PERSON)

# Numbers of Thunderbird's QR code format, version 1 (2025-02-06).
_FORMAT: Final = 1
_PROTOCOL: Final = {Protocol.IMAP: 0, Protocol.POP3: 1, Protocol.SMTP: 0}
_SECURITY: Final = {Security.NONE: 0, Security.STARTTLS: 2, Security.TLS: 3}
_SIGN_IN: Final = {SignInKind.NORMAL: 1, SignInKind.ENCRYPTED: 2, SignInKind.OAUTH2: 6, SignInKind.NONE: 0}

_PROFILE_STEP: Final = tr_later(
    "Save the profile, bring it there (AirDrop, Files, or a message to an account it has) and open it; then, within "
    "8 minutes, choose Settings, Profile Downloaded, Install."
)


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for phones; `qr` is `None` where the format cannot carry this account."""
    code = qr_text(account)
    return Sheet(
        TARGET, tr("Use it on a phone"), _steps(account, code), _rows(account), code, apple_mail.files(account)
    )


def android(account: VerifiedAccount) -> Sheet:
    """The sheet for Thunderbird for Android and K-9 Mail 8: the code, and the fields where it is not read."""
    code = qr_text(account)
    title = tr("Use it in {program}", program=ANDROID.name)
    by_hand = (
        tr("Tap Settings, Add account, type your email address, tap Edit configuration, and copy the fields below."),
        password_step(account, "Thunderbird"),
    )
    if code is None:
        return Sheet(ANDROID, title, by_hand, _rows(account))
    steps = (
        tr("Open Thunderbird on the phone, tap Import settings (later: Settings, Import), then Scan QR code."),
        tr("Hold the phone an arm's length away until it shows “1 code”, then tap Done: it says nothing before that."),
        tr(
            "If it finds nothing, show the code larger and hold the phone further away, or take the fields: {way}",
            way=by_hand[0],
        ),
        by_hand[1],
    )
    return Sheet(ANDROID, title, steps, _rows(account), code)


def iphone(account: VerifiedAccount) -> Sheet:
    """The sheet for Mail on an iPhone or iPad: the profile where its format can say what was proven, and the fields."""
    made = replace(apple_mail.sheet(account), target=IPHONE, title=tr("Use it on an iPhone or iPad"))
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        _, on_iphone, without_button = apple_mail.browser_steps(account)
        return replace(made, steps=(on_iphone, without_button))
    steps = (
        *([tr(_PROFILE_STEP)] if made.files else []),
        tr(
            "By hand: open Settings, Apps, Mail, Mail Accounts, Add Account, then Other, and copy the fields below; "
            "port, TLS/SSL and Authentication stand behind Advanced."
        ),
        password_step(account, "Mail"),
    )
    return replace(made, steps=steps)


def _rows(account: VerifiedAccount) -> tuple[Row, ...]:
    name, address = (
        tr_field("field of thunderbird-android", "Your name"),
        tr_field("field of thunderbird-android", "Email address"),
    )
    rows = rows_about_you(account, name, address)
    sides = (
        ("incoming", tr("Receiving"), account.incoming, account.incoming_auth),
        ("outgoing", tr("Sending"), account.outgoing, account.outgoing_auth),
    )
    for side, group, server, auth in sides:
        if server is not None:
            label = tr_field("field of thunderbird-android", "{kind} server", kind=ACCOUNT_TYPE[server.protocol])
            security = tr_field("field of thunderbird-android", "Security")
            method = tr_field("field of thunderbird-android", "Authentication")
            rows += [
                Row(f"{side}-server", label, server.host, group),
                Row(f"{side}-security", security, encryption_words(server.security), group),
                Row(f"{side}-port", tr_field("field of thunderbird-android", "Port"), str(server.port), group),
                Row(f"{side}-username", tr_field("field of thunderbird-android", "Username"), server.username, group),
                Row(f"{side}-auth", method, sign_in_words(sign_in_kind(auth)), group),
            ]
    return tuple(rows)


def qr_text(account: VerifiedAccount) -> str | None:
    """The QR code's text without any password.

    `None` where the format cannot carry the account: it wants both directions and an ASCII address.
    """
    incoming, outgoing = account.incoming, account.outgoing
    if incoming is None or outgoing is None or not account.address.is_ascii:
        return None
    document = [
        _FORMAT,
        [1, 1],
        _server(incoming, account.incoming_auth),
        [[_server(outgoing, account.outgoing_auth), [account.address.wire, name_of(account)]]],
    ]
    # ASCII alone: a code does not say which letters its bytes are, and cameras that guess read “ë” as Chinese.
    return json.dumps(document, separators=(",", ":"))


def _server(server: ServerCandidate, auth: str | None) -> list[str | int]:
    return [
        _PROTOCOL[server.protocol],
        ascii_host(server.host),
        server.port,
        _SECURITY[server.security],
        _SIGN_IN[sign_in_kind(auth)],
        server.username,
    ]


def _steps(account: VerifiedAccount, code: str | None) -> tuple[str, ...]:
    steps = []
    if code is not None:
        steps.append(tr("Android: open Thunderbird, tap Import settings, then Scan QR code."))
    if apple_mail.files(account):
        steps.append(
            tr(
                "iPhone or iPad: save the profile, bring it there (AirDrop, Files, or a message to an account it has) "
                "and open it; then, within 8 minutes, choose Settings, Profile Downloaded, Install."
            )
        )
    steps += [
        tr("Any other mail app: add an account by hand with the fields below."),
        password_step(account),
    ]
    return tuple(steps)
