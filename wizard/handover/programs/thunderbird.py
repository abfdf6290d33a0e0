"""Thunderbird's profiles: the accounts in their preferences, and a new profile with one that was proven."""

from __future__ import annotations

import configparser
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from wizard.errors import HandoverError, UsageError
from wizard.handover.programs.found import FoundAccount, FoundServer, found_address, found_server
from wizard.handover.words import SignInKind, ascii_host, name_of, sign_in_kind
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.server import Protocol, Security, ServerCandidate
from wizard.text_file import read_text

_MAX_BYTES: Final = 16 * 1024 * 1024
_PREFERENCE: Final = re.compile(r'^user_pref\("((?:[^"\\]|\\.)*)",\s*(.*)\);\s*$', re.MULTILINE)
# nsMsgSocketType and nsMsgAuthMethod (MailNewsTypes2.idl).
_SECURITY: Final = {0: Security.NONE, 1: Security.STARTTLS, 2: Security.STARTTLS, 3: Security.TLS}
_SOCKET: Final = {Security.NONE: 0, Security.STARTTLS: 2, Security.TLS: 3}
_SIGN_IN: Final = {
    1: SignInKind.NONE,
    3: SignInKind.NORMAL,
    4: SignInKind.ENCRYPTED,
    10: SignInKind.OAUTH2,
}
_METHOD: Final = {kind: number for number, kind in _SIGN_IN.items()}
_PROTOCOL: Final = {"imap": Protocol.IMAP, "pop3": Protocol.POP3}

Preferences = Mapping[str, str | int | bool]


def roots() -> tuple[Path, ...]:
    """The folders that may hold profiles.ini here: as installed, as Flatpak, as Snap."""
    home = Path.home()
    if sys.platform == "win32":
        return (Path(os.environ.get("APPDATA", home)) / "Thunderbird",)
    if sys.platform == "darwin":
        return (home / "Library" / "Thunderbird",)
    return (
        home / ".thunderbird",
        home / ".var" / "app" / "org.mozilla.Thunderbird" / ".thunderbird",
        home / "snap" / "thunderbird" / "common" / ".thunderbird",
    )


def profiles(root: Path) -> tuple[Path, ...]:
    """The profile folders that profiles.ini below `root` names; none where it is not there or cannot be read."""
    ini = _ini(root)
    found = []
    for name in ini.sections():
        if name.lower().startswith("profile") and ini.has_option(name, "Path"):
            path = Path(ini.get(name, "Path"))
            found.append(root / path if ini.get(name, "IsRelative", fallback="1") == "1" else path)
    return tuple(found)


def accounts() -> Iterator[FoundAccount]:
    """The mail accounts of every profile on this computer."""
    for root in roots():
        for profile in profiles(root):
            yield from accounts_of(profile)


def accounts_of(profile: Path) -> Iterator[FoundAccount]:
    """The mail accounts of one profile: of its prefs.js, and of a user.js that will win over it at the next start."""
    read: dict[str, str | int | bool] = {}
    for name in ("prefs.js", "user.js"):
        path = profile / name
        if os.path.isfile(path):
            try:
                read |= preferences(read_text(path, limit_bytes=_MAX_BYTES))
            except UsageError:
                continue
    for key in _names(read.get("mail.accountmanager.accounts")):
        found = _account(read, key, profile)
        if found is not None:
            yield found


def preferences(text: str) -> dict[str, str | int | bool]:
    """The preferences in the text of a prefs.js; what is no JSON value is left out."""
    found: dict[str, str | int | bool] = {}
    for key, value in _PREFERENCE.findall(text):
        try:
            read = json.loads(value, strict=False)
        except ValueError:
            continue
        if isinstance(read, str | int):
            found[key] = read
    return found


def _account(read: Preferences, key: str, profile: Path) -> FoundAccount | None:
    server = f"mail.server.{read.get(f'mail.account.{key}.server', '')}"
    protocol = _PROTOCOL.get(str(read.get(f"{server}.type", "")))
    if protocol is None:
        return None  # local folders, news, feeds
    identity = next(iter(_names(read.get(f"mail.account.{key}.identities"))), "")
    address = found_address(_text(read, f"mail.identity.{identity}.useremail"))
    incoming = found_server(
        protocol,
        # What was changed after the account was made stands under “real…”.
        _text(read, f"{server}.realhostname") or _text(read, f"{server}.hostname"),
        _number(read, f"{server}.port"),
        _SECURITY.get(_number(read, f"{server}.socketType") or 0, Security.NONE),
        _text(read, f"{server}.realuserName") or _text(read, f"{server}.userName"),
        _SIGN_IN.get(_number(read, f"{server}.authMethod") or 3),
    )
    return FoundAccount(
        "thunderbird",
        profile,
        address,
        _text(read, f"mail.identity.{identity}.fullName"),
        incoming,
        _outgoing(read, identity),
        label=_text(read, f"{server}.name") or key,
    )


def _outgoing(read: Preferences, identity: str) -> FoundServer | None:
    servers = _names(read.get("mail.smtpservers"))
    chosen = _text(read, f"mail.identity.{identity}.smtpServer") or _text(read, "mail.smtp.defaultserver")
    key = chosen or next(iter(servers), "")
    server = f"mail.smtpserver.{key}"
    return found_server(
        Protocol.SMTP,
        _text(read, f"{server}.hostname"),
        _number(read, f"{server}.port"),
        _SECURITY.get(_number(read, f"{server}.try_ssl") or 0, Security.NONE),
        _text(read, f"{server}.username"),
        _SIGN_IN.get(_number(read, f"{server}.authMethod") or 3),
    )


def profile_preferences(account: VerifiedAccount) -> bytes:
    """The user.js of a new profile with this account; Thunderbird adds its local folders by itself.

    Raises:
        HandoverError: a direction was not checked.
    """
    incoming, outgoing = account.incoming, account.outgoing
    if incoming is None or outgoing is None:
        raise HandoverError(tr("A Thunderbird profile needs both directions, and only one was checked."))
    pairs: list[tuple[str, str | int | bool]] = [
        ("mail.accountmanager.accounts", "account1"),
        ("mail.accountmanager.defaultaccount", "account1"),
        ("mail.account.account1.server", "server1"),
        ("mail.account.account1.identities", "id1"),
        ("mail.identity.id1.fullName", name_of(account)),
        ("mail.identity.id1.useremail", account.address.wire),
        ("mail.identity.id1.smtpServer", "smtp1"),
        ("mail.identity.id1.valid", True),
        ("mail.server.server1.type", incoming.protocol.value),
        ("mail.server.server1.name", str(account.address)),
        ("mail.server.server1.hostname", ascii_host(incoming.host)),
        ("mail.server.server1.port", incoming.port),
        ("mail.server.server1.socketType", _SOCKET[incoming.security]),
        ("mail.server.server1.authMethod", _METHOD[sign_in_kind(account.incoming_auth)]),
        ("mail.server.server1.userName", incoming.username),
        ("mail.server.server1.login_at_startup", True),
        ("mail.server.server1.check_new_mail", True),
        ("mail.smtpservers", "smtp1"),
        ("mail.smtp.defaultserver", "smtp1"),
        ("mail.smtpserver.smtp1.type", "smtp"),
        *_smtp(outgoing, account.outgoing_auth),
        ("mail.shell.checkDefaultClient", False),
    ]
    return "".join(f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in pairs).encode()


def _smtp(server: ServerCandidate, auth: str | None) -> list[tuple[str, str | int | bool]]:
    prefix, kind = "mail.smtpserver.smtp1", sign_in_kind(auth)
    pairs: list[tuple[str, str | int | bool]] = [
        (f"{prefix}.hostname", ascii_host(server.host)),
        (f"{prefix}.port", server.port),
        (f"{prefix}.try_ssl", _SOCKET[server.security]),
        (f"{prefix}.authMethod", _METHOD[kind]),
    ]
    return pairs if kind is SignInKind.NONE else [*pairs, (f"{prefix}.username", server.username)]


def with_profile(root: Path, folder: str, name: str) -> bytes:
    """profiles.ini below `root` with one more profile, which becomes nobody's default.

    Raises:
        HandoverError: what is there cannot be read, and its profiles would be lost.
    """
    ini = _whole_ini(root)
    numbers = [int(section[7:]) for section in ini.sections() if re.fullmatch(r"Profile\d+", section)]
    section = f"Profile{max(numbers, default=-1) + 1}"
    ini[section] = {"Name": name, "IsRelative": "1", "Path": folder}
    if not ini.has_section("General"):
        ini["General"] = {"StartWithLastProfile": "1", "Version": "2"}
    return _ini_text(ini)


def without_profile(root: Path, folder: str) -> bytes:
    """profiles.ini below `root` without that profile.

    Raises:
        HandoverError: what is there cannot be read, and the other profiles would be lost.
    """
    ini = _whole_ini(root)
    for section in ini.sections():
        if ini.get(section, "Path", fallback=None) == folder:
            ini.remove_section(section)
    return _ini_text(ini)


def _ini(root: Path) -> configparser.RawConfigParser:
    try:
        return _whole_ini(root)
    except HandoverError:
        return configparser.RawConfigParser()


def _whole_ini(root: Path) -> configparser.RawConfigParser:
    ini = configparser.RawConfigParser(strict=False)
    ini.optionxform = str  # type: ignore[method-assign, assignment]  # Mozilla's keys keep their capitals
    path = root / "profiles.ini"
    if os.path.isfile(path):
        try:
            ini.read_string(read_text(path, limit_bytes=_MAX_BYTES))
        except (UsageError, configparser.Error):
            raise HandoverError(
                tr("“{path}” is not as Thunderbird writes it, and the profiles in it would be lost.", path=path)
            ) from None
    return ini


def _ini_text(ini: configparser.RawConfigParser) -> bytes:
    sections = [
        "\n".join([f"[{name}]", *(f"{key}={value}" for key, value in ini.items(name))]) for name in ini.sections()
    ]
    return ("\n\n".join(sections) + "\n").encode()


def _names(value: object) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(value or "").split(",") if part.strip())


def _text(read: Preferences, key: str) -> str | None:
    value = read.get(key)
    return value if isinstance(value, str) and value else None


def _number(read: Preferences, key: str) -> int | None:
    value = read.get(key)
    return value if isinstance(value, int) else None
