"""Accounts in an Apple configuration profile (.mobileconfig), signed or not."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from xml.parsers.expat import ExpatError

from wizard.errors import UsageError
from wizard.handover.programs.found import FoundAccount, FoundServer, found_address, found_server
from wizard.handover.words import SignInKind
from wizard.language import tr
from wizard.model.server import Protocol, Security, usual_security

_MAX_BYTES: Final = 8 * 1024 * 1024
_PROTOCOL: Final = {"EmailTypeIMAP": Protocol.IMAP, "EmailTypePOP": Protocol.POP3}
_SIGN_IN: Final = {
    "EmailAuthPassword": SignInKind.NORMAL,
    "EmailAuthCRAMMD5": SignInKind.ENCRYPTED,
    "EmailAuthNone": SignInKind.NONE,
}


def accounts(path: Path) -> Iterator[FoundAccount]:
    """The mail accounts of a profile.

    Raises:
        UsageError: the file cannot be read, or is no profile.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            tr("The file {name} cannot be read: {reason}.", name=path.name, reason=error.strerror or error)
        ) from error
    yield from accounts_in(content, path)


def accounts_in(content: bytes, path: Path) -> Iterator[FoundAccount]:
    """The mail accounts of a profile's content; `path` is where it stands, for what is said.

    Raises:
        UsageError: it is no profile.
    """
    for payload in _payloads(content, path):
        protocol = _PROTOCOL.get(str(payload.get("EmailAccountType")))
        if payload.get("PayloadType") != "com.apple.mail.managed" or protocol is None:
            continue
        address = payload.get("EmailAddress")
        name = payload.get("EmailAccountName")
        yield FoundAccount(
            "apple-mail",
            path,
            found_address(address if isinstance(address, str) else None),
            name if isinstance(name, str) else None,
            _server(payload, "Incoming", protocol),
            _server(payload, "Outgoing", Protocol.SMTP),
            label=str(payload.get("EmailAccountDescription", "")),
        )


def _payloads(content: bytes, path: Path) -> Iterator[Mapping[str, object]]:
    # A signed profile (CMS) has the same text inside.
    start, end = content.find(b"<?xml"), content.rfind(b"</plist>")
    if start < 0 or end < 0 or len(content) > _MAX_BYTES:
        raise UsageError(tr("The file {name} is no configuration profile.", name=path.name))
    try:
        profile = plistlib.loads(content[start : end + len(b"</plist>")], fmt=plistlib.FMT_XML)
    except (ValueError, ExpatError, LookupError, TypeError, AttributeError, RecursionError):
        raise UsageError(tr("The file {name} is no configuration profile.", name=path.name)) from None
    payloads = profile.get("PayloadContent") if isinstance(profile, dict) else None
    for payload in payloads if isinstance(payloads, list) else ():
        if isinstance(payload, dict):
            yield payload


def _server(payload: Mapping[str, object], side: str, protocol: Protocol) -> FoundServer | None:
    prefix = f"{side}MailServer"
    host, port, user = (payload.get(f"{prefix}{key}") for key in ("HostName", "PortNumber", "Username"))
    number = port if isinstance(port, int) else None
    security = Security.NONE
    if payload.get(f"{prefix}UseSSL") is True:
        # A profile says only that it is encrypted; how follows from the port.
        security = (usual_security(protocol, number) if number is not None else None) or Security.TLS
    return found_server(
        protocol,
        host if isinstance(host, str) else None,
        number,
        security,
        user if isinstance(user, str) else None,
        _SIGN_IN.get(str(payload.get(f"{prefix}Authentication"))),
    )
