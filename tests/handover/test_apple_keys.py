"""The Apple profile against the keys that Apple publishes: none unknown, none missing, each of its type and range.

The tables are those of Apple's own description of profiles, github.com/apple/device-management, mdm/profiles/
TopLevel.yaml, CommonPayloadKeys.yaml, com.apple.mail.managed.yaml, com.apple.caldav.account.yaml and
com.apple.carddav.account.yaml, read on 2026-11-27; the same as pages:
https://developer.apple.com/documentation/devicemanagement/mail
"""

from __future__ import annotations

import plistlib
import re
from dataclasses import dataclass
from typing import Any, Final

import pytest

from tests.handover.accounts import account, imap
from tests.handover.programs.test_reading import KINDS
from wizard.handover.calendars import with_calendars
from wizard.handover.targets import sheet
from wizard.model.account import VerifiedAccount
from wizard.model.dav import DavKind, DavService, DavSource
from wizard.model.server import Protocol


@dataclass(frozen=True)
class Key:
    """One key as it is published."""

    type: type
    required: bool = False
    values: tuple[object, ...] = ()


_AUTHENTICATION: Final = ("EmailAuthNone", "EmailAuthPassword", "EmailAuthCRAMMD5", "EmailAuthNTLM", "EmailAuthHTTPMD5")
COMMON: Final = {
    "PayloadIdentifier": Key(str, required=True),
    "PayloadUUID": Key(str, required=True),
    "PayloadType": Key(str, required=True),
    "PayloadVersion": Key(int, required=True, values=(1,)),
    "PayloadDescription": Key(str),
    "PayloadDisplayName": Key(str),
    "PayloadOrganization": Key(str),
}
TOP: Final = {
    **COMMON,
    "PayloadType": Key(str, required=True, values=("Configuration",)),
    "PayloadContent": Key(list, required=True),
    "IsEncrypted": Key(bool),
    "HasRemovalPasscode": Key(bool),
    "PayloadRemovalDisallowed": Key(bool),
    "PayloadScope": Key(str, values=("System", "User")),
    "ConsentText": Key(dict),
    "TargetDeviceType": Key(int, values=(0, 1, 2, 3, 4, 5)),
}
MAIL: Final = {
    **COMMON,
    "EmailAccountDescription": Key(str),
    "EmailAccountName": Key(str),
    "EmailAccountType": Key(str, required=True, values=("EmailTypeIMAP", "EmailTypePOP")),
    "EmailAddress": Key(str),
    "IncomingMailServerAuthentication": Key(str, required=True, values=_AUTHENTICATION),
    "IncomingMailServerHostName": Key(str, required=True),
    "IncomingMailServerPortNumber": Key(int),
    "IncomingMailServerUseSSL": Key(bool),
    "IncomingMailServerUsername": Key(str),
    "IncomingMailServerIMAPPathPrefix": Key(str),
    "OutgoingPasswordSameAsIncomingPassword": Key(bool),
    "OutgoingMailServerAuthentication": Key(str, required=True, values=_AUTHENTICATION),
    "OutgoingMailServerHostName": Key(str, required=True),
    "OutgoingMailServerPortNumber": Key(int),
    "OutgoingMailServerUseSSL": Key(bool),
    "OutgoingMailServerUsername": Key(str),
}


def _dav(prefix: str) -> dict[str, Key]:
    return {
        **COMMON,
        f"{prefix}AccountDescription": Key(str),
        f"{prefix}HostName": Key(str, required=True),
        f"{prefix}Username": Key(str),
        f"{prefix}PrincipalURL": Key(str),
        f"{prefix}UseSSL": Key(bool),
        f"{prefix}Port": Key(int),
    }


PAYLOADS: Final = {
    "com.apple.mail.managed": MAIL,
    "com.apple.caldav.account": _dav("CalDAV"),
    "com.apple.carddav.account": _dav("CardDAV"),
}
# Published as well, and “only in encrypted profiles”: ours never have them.
PASSWORDS: Final = ("IncomingPassword", "OutgoingPassword", "CalDAVPassword", "CardDAVPassword")
_UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
SERVICES: Final = (
    DavService(DavKind.CALENDARS, "https://dav.example.org/calendars/", DavSource.PRESET, True),
    DavService(DavKind.CONTACTS, "https://dav.example.org:8443/contacts/", DavSource.PRESET, True),
)


def faults(payload: dict[str, Any], keys: dict[str, Key]) -> list[str]:
    """What is not as it is published."""
    found = [f"{name} is missing" for name, key in keys.items() if key.required and name not in payload]
    for name, value in payload.items():
        key = keys.get(name)
        if key is None:
            found.append(f"{name} is unknown")
        elif type(value) is not key.type:  # a bool is an int to Python, and is none to Apple
            found.append(f"{name} is {type(value).__name__}")
        elif key.values and value not in key.values:
            found.append(f"{name} is {value!r}")
    return found


def profile(verified: VerifiedAccount, target: str) -> dict[str, Any]:
    made = with_calendars(sheet(target, verified), verified, SERVICES)
    (file,) = [file for file in made.files if file.name.endswith(".mobileconfig")]
    return plistlib.loads(file.content)  # type: ignore[no-any-return]


ACCOUNTS: Final[dict[str, dict[str, object]]] = {
    **KINDS,
    "pop3": {"incoming": imap(protocol=Protocol.POP3, port=995)},
    "no name": {"display_name": None},
    "idn": {"incoming": imap(host="imap.bücher.example")},
}


@pytest.mark.parametrize("kind", ACCOUNTS)
@pytest.mark.parametrize("target", ["apple-mail", "apple-mail-mac", "iphone", "phone"])
def test_every_key_is_a_published_one_of_its_type_and_range(target: str, kind: str) -> None:
    made = profile(account(**ACCOUNTS[kind]), target)
    assert faults(made, TOP) == []
    payloads = made["PayloadContent"]
    assert [payload["PayloadType"] for payload in payloads] == list(PAYLOADS)[: len(payloads)]
    for payload in payloads:
        assert faults(payload, PAYLOADS[payload["PayloadType"]]) == []
        assert not set(PASSWORDS) & set(payload)
    every = [made, *payloads]
    assert len({payload["PayloadIdentifier"] for payload in every}) == len(every), "unique within the profile"
    assert len({payload["PayloadUUID"] for payload in every}) == len(every)
    assert all(_UUID.fullmatch(payload["PayloadUUID"]) for payload in every)


def test_installed_again_it_takes_its_own_place() -> None:
    before, after = profile(account(), "iphone"), profile(account(incoming=imap(port=10993)), "iphone")
    names = ("PayloadIdentifier", "PayloadUUID")
    for one, other in zip([before, *before["PayloadContent"]], [after, *after["PayloadContent"]], strict=True):
        assert [one[name] for name in names] == [other[name] for name in names]
    assert before != after


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"EmailAccountType": "IMAP"}, "EmailAccountType is 'IMAP'"),
        ({"IncomingMailServerPortNumber": "993"}, "IncomingMailServerPortNumber is str"),
        ({"IncomingMailServerUseSSL": 1}, "IncomingMailServerUseSSL is int"),
        ({"IncomingMailServerUseTLS": True}, "IncomingMailServerUseTLS is unknown"),
    ],
)
def test_what_is_not_published_is_noticed(change: dict[str, object], fault: str) -> None:
    (mail, *_) = profile(account(), "iphone")["PayloadContent"]
    assert faults({**mail, **change}, MAIL) == [fault]
    del mail["OutgoingMailServerHostName"]
    assert faults(mail, MAIL) == ["OutgoingMailServerHostName is missing"]
