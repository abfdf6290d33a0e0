"""Claws Mail's accounts in its accountrc."""

from __future__ import annotations

import configparser
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from wizard.errors import UsageError
from wizard.handover.programs.found import FoundAccount, found_address, found_server
from wizard.handover.words import SignInKind
from wizard.model.server import Protocol, Security
from wizard.text_file import read_text

_MAX_BYTES: Final = 4 * 1024 * 1024
_SECURITY: Final = {"0": Security.NONE, "1": Security.TLS, "2": Security.STARTTLS}
# Claws numbers them anew since its first version of these files (prefs_migration.c); the numbers before it still occur.
_PROTOCOL: Final = {"0": Protocol.POP3, "1": Protocol.IMAP}
_PROTOCOL_BEFORE: Final = {"0": Protocol.POP3, "1": Protocol.POP3, "3": Protocol.IMAP}


def folder() -> Path:
    """Where Claws Mail keeps everything."""
    return Path.home() / ".claws-mail"


def accounts(place: Path | None = None) -> Iterator[FoundAccount]:
    """The mail accounts in accountrc."""
    place = place or folder()
    path = place / "accountrc"
    ini = _sections(path)
    version_for_all = _version(_sections(place / "clawsrc").get("Common", {}))
    for section, got in ini.items():
        numbers = _PROTOCOL if max(_version(got), version_for_all) > 0 else _PROTOCOL_BEFORE
        protocol = numbers.get(got.get("protocol", ""))
        if not section.startswith("Account") or protocol is None:
            continue
        kind = "imap" if protocol is Protocol.IMAP else "pop"
        signs_in = got.get("use_smtp_auth") == "1"
        yield FoundAccount(
            "claws",
            path,
            found_address(got.get("address")),
            got.get("name") or None,
            found_server(
                protocol,
                got.get("receive_server"),
                got.get(f"{kind}_port") if got.get(f"set_{kind}port") == "1" else None,
                _SECURITY.get(got.get(f"ssl_{kind}", "0"), Security.NONE),
                got.get("user_id"),
            ),
            found_server(
                Protocol.SMTP,
                got.get("smtp_server"),
                got.get("smtp_port") if got.get("set_smtpport") == "1" else None,
                _SECURITY.get(got.get("ssl_smtp", "0"), Security.NONE),
                (got.get("smtp_user_id") or got.get("user_id")) if signs_in else None,
                None if signs_in else SignInKind.NONE,
            ),
            label=got.get("account_name", section),
        )


def _sections(path: Path) -> dict[str, dict[str, str]]:
    """The values in a file of Claws Mail's, by section; none where there is no such file."""
    ini = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    try:
        if os.path.isfile(path):
            ini.read_string(read_text(path, limit_bytes=_MAX_BYTES))
    except (UsageError, configparser.Error):
        return {}
    return {section: dict(ini.items(section)) for section in ini.sections()}


def _version(values: dict[str, str]) -> int:
    """The version of the file's format; 0 where it says none."""
    text = values.get("config_version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
