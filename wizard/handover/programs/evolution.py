"""Evolution's accounts, three key files each in its folder of sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from wizard.errors import UsageError
from wizard.handover.keyfile import read_keyfile
from wizard.handover.programs.found import FoundAccount, FoundServer, found_address, found_server
from wizard.handover.words import SignInKind
from wizard.model.server import AuthMethod, Protocol, Security
from wizard.text_file import read_text

_MAX_BYTES: Final = 1024 * 1024
_SECURITY: Final = {
    "ssl-on-alternate-port": Security.TLS,
    "starttls-on-standard-port": Security.STARTTLS,
    "none": Security.NONE,
}
_BACKEND: Final = {"imapx": Protocol.IMAP, "imap": Protocol.IMAP, "pop": Protocol.POP3, "smtp": Protocol.SMTP}
_ENCRYPTED: Final = frozenset(
    {AuthMethod.CRAM_MD5.value, AuthMethod.SCRAM_SHA_1.value, AuthMethod.SCRAM_SHA_256.value, "DIGEST-MD5", "+APOP"}
)
_BROWSER: Final = frozenset({"OAuth2", "Google", "Outlook", "Yahoo!", "XOAUTH2", "OAUTHBEARER"})

Sections = dict[str, dict[str, str]]


def folder() -> Path:
    """Where Evolution keeps its sources."""
    config = os.environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else Path.home() / ".config") / "evolution" / "sources"


def accounts(sources: Path | None = None) -> Iterator[FoundAccount]:
    """The mail accounts in the folder of sources."""
    place = sources or folder()
    read: dict[str, Sections] = {}
    for path in sorted(place.glob("*.source")) if os.path.isdir(place) else ():
        try:
            read[path.stem] = read_keyfile(read_text(path, limit_bytes=_MAX_BYTES))
        except UsageError:
            continue
    for uid, sections in read.items():
        mail = sections.get("Mail Account", {})
        protocol = _BACKEND.get(mail.get("BackendName", ""))
        identity = read.get(mail.get("IdentityUid", ""), {})
        if protocol is None or not identity:
            continue
        transport = read.get(identity.get("Mail Submission", {}).get("TransportUid", ""), {})
        sends = transport.get("Mail Transport", {}).get("BackendName") == "smtp"
        who = identity.get("Mail Identity", {})
        yield FoundAccount(
            "evolution",
            place / f"{uid}.source",
            found_address(who.get("Address")),
            who.get("Name") or None,
            _server(sections, protocol),
            _server(transport, Protocol.SMTP) if sends else None,
            label=sections.get("Data Source", {}).get("DisplayName", uid),
        )


def _server(sections: Sections, protocol: Protocol) -> FoundServer | None:
    signs_in = sections.get("Authentication", {})
    security = _SECURITY.get(sections.get("Security", {}).get("Method", "none"), Security.NONE)
    method = signs_in.get("Method", "")
    kind = SignInKind.NORMAL
    if method in _BROWSER:
        kind = SignInKind.OAUTH2
    elif method in _ENCRYPTED:
        kind = SignInKind.ENCRYPTED
    elif method == "none" and protocol is Protocol.SMTP:
        kind = SignInKind.NONE
    return found_server(protocol, signs_in.get("Host"), signs_in.get("Port"), security, signs_in.get("User"), kind)
