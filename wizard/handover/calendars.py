"""Calendars and contacts on a hand-over sheet: fields for people, and entries of the profile that can hold them."""

from __future__ import annotations

import plistlib
import uuid
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from wizard.handover import apple_mail
from wizard.handover.sheet import HandoverFile, Note, Row, Sheet
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.dav import DavKind, DavService

_LABEL: Final = {
    DavKind.CALENDARS: tr_later("Calendars (CalDAV)"),
    DavKind.CONTACTS: tr_later("Contacts (CardDAV)"),
}
_PAYLOAD: Final = {
    DavKind.CALENDARS: ("com.apple.caldav.account", "CalDAV"),
    DavKind.CONTACTS: ("com.apple.carddav.account", "CardDAV"),
}
_KNOW_CALDAV: Final = frozenset(
    {"thunderbird", "evolution", "kmail", "apple-mail", "apple-mail-mac", "iphone", "phone", "page", "other"}
)
_NAMESPACE: Final = uuid.UUID("2d9d3f0c-1e2b-4d43-8a0f-5b0c3b6b7a1d")
_DOUBT: Final = {
    DavKind.CALENDARS: tr_later(
        "Name servers alone say where the calendars are, at another company: use it only where your provider says the "
        "same."
    ),
    DavKind.CONTACTS: tr_later(
        "Name servers alone say where the contacts are, at another company: use it only where your provider says the "
        "same."
    ),
}

_DOUBT_BOTH: Final = tr_later(
    "Name servers alone say where the calendars and contacts are, at another company: use them only where your "
    "provider says the same."
)


def with_calendars(sheet: Sheet, account: VerifiedAccount, services: Sequence[DavService]) -> Sheet:
    """The sheet with the places of calendars and contacts, where a person reads it; how to take them stands there too.

    A place that only name servers name, at another company, is shown with a word about it, and is in no file. A
    printer, a web form and programs that know no CalDAV (Outlook, the Gmail app) have their sheet as it is.
    """
    if sheet.target.id not in _KNOW_CALDAV or not services:
        return sheet
    group = tr("Calendars and contacts")
    rows = [Row(service.kind.value, tr(_LABEL[service.kind]), service.url, group) for service in services]
    rows.append(Row("dav-username", tr("User name"), _username(account), group))
    trusted = [service for service in services if service.trusted]
    how = _how(sheet, {service.kind for service in services}, {service.kind for service in trusted})
    said = [how] if how is not None else []
    doubtful = [service.kind for service in services if not service.trusted]
    said += [tr(_DOUBT_BOTH)] if len(doubtful) > 1 else [tr(_DOUBT[kind]) for kind in doubtful]
    notes = (*sheet.notes, *(Note(text, group) for text in said))
    files = tuple(
        _with_payloads(file, account, trusted) if file.media_type == apple_mail.MEDIA_TYPE else file
        for file in sheet.files
    )
    return replace(sheet, rows=(*sheet.rows, *rows), notes=notes, files=files)


def _how(sheet: Sheet, kinds: set[DavKind], trusted: set[DavKind]) -> str | None:
    """How this program takes them; `None` where the rows say it all. Those that are `trusted` are in its file."""
    if any(file.media_type == apple_mail.MEDIA_TYPE for file in sheet.files):
        return _profile_step(trusted)
    if sheet.target.id == "thunderbird":
        return _thunderbird_step(kinds)
    if sheet.target.id == "evolution":
        return tr(
            "Calendars and contacts: choose File, New, Collection Account, and type the address below as the server."
        )
    return None


def _profile_step(kinds: set[DavKind]) -> str | None:
    if not kinds:
        return None
    if kinds == {DavKind.CALENDARS}:
        return tr("The profile sets up the calendars as well; they ask for the password once.")
    if kinds == {DavKind.CONTACTS}:
        return tr("The profile sets up the contacts as well; they ask for the password once.")
    return tr("The profile sets up calendars and contacts as well; each asks for the password once.")


def _thunderbird_step(kinds: set[DavKind]) -> str:
    if kinds == {DavKind.CALENDARS}:
        return tr("Calendars: choose New Calendar, On the Network, and type the user name and the address below.")
    if kinds == {DavKind.CONTACTS}:
        return tr(
            "Contacts: in the address book choose New CardDAV Address Book, and type the user name and the address "
            "below."
        )
    return tr(
        "Calendars: choose New Calendar, On the Network, and type the user name and the address below. Contacts: in "
        "the address book choose New CardDAV Address Book, the same way."
    )


def _username(account: VerifiedAccount) -> str:
    server = account.incoming or account.outgoing
    return server.username if server is not None else account.address.wire


def _with_payloads(file: HandoverFile, account: VerifiedAccount, services: Sequence[DavService]) -> HandoverFile:
    profile = plistlib.loads(file.content)
    profile["PayloadContent"] += [_payload(account, service) for service in services]
    return replace(file, content=plistlib.dumps(profile, fmt=plistlib.FMT_XML))


def _payload(account: VerifiedAccount, service: DavService) -> dict[str, str | int | bool]:
    kind, prefix = _PAYLOAD[service.kind]
    url = urlsplit(service.url)
    identifier = uuid.uuid5(_NAMESPACE, f"{service.kind.value} {account.address.wire}")
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"mailwright.{service.kind.value}.{identifier}",
        "PayloadUUID": str(identifier).upper(),
        "PayloadDisplayName": f"{_LABEL[service.kind]} ({account.address})",
        f"{prefix}AccountDescription": str(account.address),
        f"{prefix}HostName": url.hostname or "",
        f"{prefix}Port": url.port or 443,
        f"{prefix}PrincipalURL": url.path or "/",
        f"{prefix}UseSSL": True,
        f"{prefix}Username": _username(account),
    }
