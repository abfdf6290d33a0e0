"""Accounts in the configuration files of msmtp, mbsync, NeoMutt and git, which are lines of names and values."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from wizard.errors import UsageError
from wizard.handover.programs.found import FoundAccount, FoundServer, found_address, found_server
from wizard.handover.words import SignInKind, sign_in_kind
from wizard.model.server import Protocol, Security
from wizard.text_file import read_text

_MAX_BYTES: Final = 4 * 1024 * 1024
_MAX_FILES: Final = 20  # of one program's configuration, those that it includes among them
Block = dict[str, str]


def config_home() -> Path:
    """Where programs of Linux keep their configuration (XDG Base Directory)."""
    named = os.environ.get("XDG_CONFIG_HOME")
    return Path(named) if named else Path.home() / ".config"


def _lines(path: Path) -> list[str]:
    try:
        return read_text(path, limit_bytes=_MAX_BYTES).splitlines()
    except UsageError:
        return []


# msmtp


def msmtp_places() -> tuple[Path, ...]:
    """Where msmtp looks, first the one it takes."""
    return (Path.home() / ".msmtprc", config_home() / "msmtp" / "config")


def msmtp_accounts(path: Path) -> Iterator[FoundAccount]:
    """The accounts of one file; of an account that takes over another's settings, those it ends up with."""
    defaults: Block = {}
    blocks: dict[str, Block] = {}
    current = defaults
    for line in _lines(path):
        word, _, value = line.strip().partition(" ")
        value = value.strip()
        if not word or word.startswith("#"):
            continue
        if word == "defaults":
            current = defaults
        elif word == "account":
            name, _, bases = value.partition(":")
            current = dict(defaults)
            for base in bases.split(","):
                current |= blocks.get(base.strip(), {})
            blocks[name.strip()] = current
        else:
            # It takes whatever stands between the first and the last quotation mark.
            quoted = len(value) > 1 and value[0] == value[-1] == '"'
            current[word] = value[1:-1] if quoted else value
    seen = set()
    for name, block in blocks.items():
        server = _msmtp_server(block)
        address = found_address(block.get("from")) or found_address(block.get("user")) or found_address(name)
        if server is not None and (address, server) not in seen:  # “account default : ada” says it once more
            seen.add((address, server))
            yield FoundAccount("msmtp", path, address, None, None, server, label=name)


def _msmtp_server(block: Block) -> FoundServer | None:
    security = Security.NONE
    if block.get("tls", "off") in ("on", ""):
        security = Security.TLS if block.get("tls_starttls", "on") == "off" else Security.STARTTLS
    auth = block.get("auth", "off")
    port = block.get("port") or ("465" if security is Security.TLS else "25")
    kind = SignInKind.NONE if auth == "off" else None if auth in ("on", "") else sign_in_kind(auth.upper())
    return found_server(Protocol.SMTP, block.get("host"), port, security, block.get("user"), kind)


# mbsync


def mbsync_places() -> tuple[Path, ...]:
    """Where mbsync looks."""
    return (Path.home() / ".mbsyncrc", config_home() / "isyncrc")


def mbsync_accounts(path: Path) -> Iterator[FoundAccount]:
    """The IMAP accounts of one file, those that stand inside a store as well."""
    block: Block = {}
    blocks = [block]
    for line in _lines(path):
        word, _, rest = line.strip().partition(" ")
        if not word:
            block = {}
            blocks.append(block)
        elif not word.startswith("#"):
            block[word.lower()] = _mbsync_value(rest)
    for found in blocks:
        name = found.get("imapaccount") or found.get("imapstore")
        if name and found.get("host"):
            server = _mbsync_server(found)
            address = found_address(found.get("user")) or found_address(name)
            if server is not None:
                yield FoundAccount("mbsync", path, address, None, server, None, label=name)


def _mbsync_value(text: str) -> str:
    """The first word, which may be in quotation marks; a backslash takes its meaning from the sign behind it."""
    text = text.strip()
    if not text.startswith('"'):
        return text.split(maxsplit=1)[0] if text else ""
    match = re.match(r'"((?:[^"\\]|\\.)*)"', text)
    return re.sub(r"\\(.)", r"\1", match[1]) if match else text


def _mbsync_server(block: Block) -> FoundServer | None:
    word = (block.get("tlstype") or block.get("ssltype") or "").upper()
    # mbsync 1.4: STARTTLS unless another type is said; port 993 means IMAPS in its older way to say it.
    security = {"IMAPS": Security.TLS, "NONE": Security.NONE}.get(word, Security.STARTTLS)
    methods = block.get("authmechs", "").upper()
    kind = sign_in_kind(methods) if methods and methods != "*" else None
    return found_server(Protocol.IMAP, block.get("host"), block.get("port"), security, block.get("user"), kind)


# NeoMutt and Mutt


def neomutt_places() -> tuple[Path, ...]:
    """Where NeoMutt and Mutt look, first the one they take."""
    home, config = Path.home(), config_home()
    return (
        config / "neomutt" / "neomuttrc",
        home / ".neomuttrc",
        home / ".muttrc",
        home / ".mutt" / "muttrc",
        config / "mutt" / "muttrc",
    )


def neomutt_accounts(path: Path) -> Iterator[FoundAccount]:
    """The one account a muttrc sets up, its other files included; none where it names no server."""
    got = _mutt_settings(path, [])
    incoming, outgoing = _mutt_incoming(got), _mutt_outgoing(got)
    if incoming is not None or outgoing is not None:
        label = got.get("from", "")
        yield FoundAccount("neomutt", path, found_address(label), got.get("realname"), incoming, outgoing, label=label)


def _is_due(path: Path, read: list[Path]) -> bool:
    """Whether an included file is to be read: once, and so many in all; `read` is what was read before it."""
    if len(read) >= _MAX_FILES or path in read:
        return False
    read.append(path)
    return True


def _mutt_settings(path: Path, read: list[Path]) -> Block:
    got: Block = {}
    if not _is_due(path, read):
        return got
    for line in _lines(path):
        word, _, rest = line.strip().partition(" ")
        if word == "source":
            got |= _mutt_settings(Path(os.path.expanduser(_mutt_value(rest))), read)
        elif word == "set":
            name, _, value = rest.partition("=")
            got[name.strip()] = _mutt_value(value)
    return got


def _mutt_value(text: str) -> str:
    """The value without its quotes: pieces in single quotes as they are, in double ones with backslashes resolved."""
    parts = re.findall(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(.)|([^\s'\"\\]+)|(\s)", text.strip())
    value = ""
    for single, double, escaped, bare, blank in parts:
        if blank:
            break
        value += single + re.sub(r"\\(.)", r"\1", double) + escaped + bare
    return value


def _mutt_incoming(got: Block) -> FoundServer | None:
    for name, user in (("folder", "imap_user"), ("spoolfile", "imap_user"), ("pop_host", "pop_user")):
        url = _url(got.get(name, ""))
        if url is not None and url.scheme in ("imap", "imaps", "pop", "pops"):
            protocol = Protocol.IMAP if url.scheme.startswith("imap") else Protocol.POP3
            security = _mutt_security(url.scheme in ("imaps", "pops"), got)
            kind = _mutt_kind(got.get("imap_authenticators", ""))
            return found_server(protocol, url.hostname, _port(url), security, _user(url) or got.get(user), kind)
    return None


def _mutt_outgoing(got: Block) -> FoundServer | None:
    url = _url(got.get("smtp_url", ""))
    if url is None or url.scheme not in ("smtp", "smtps"):
        return None
    kind = _mutt_kind(got.get("smtp_authenticators", ""))
    user = _user(url) or got.get("smtp_user")
    security = _mutt_security(url.scheme == "smtps", got)
    return found_server(Protocol.SMTP, url.hostname, _port(url), security, user, kind if user else SignInKind.NONE)


def _mutt_security(from_the_start: bool, got: Block) -> Security:
    if from_the_start:
        return Security.TLS
    return Security.NONE if got.get("ssl_starttls") == "no" or got.get("ssl_force_tls") == "no" else Security.STARTTLS


def _mutt_kind(methods: str) -> SignInKind | None:
    return sign_in_kind(methods.split(":")[0].upper()) if methods else None


# git send-email


def git_places() -> tuple[Path, ...]:
    """Where git keeps a person's configuration."""
    return (Path.home() / ".gitconfig", config_home() / "git" / "config")


def git_accounts(path: Path) -> Iterator[FoundAccount]:
    """The account of send-email in one file, its included files as well."""
    got = _git_settings(path, [])
    encryption = got.get("smtpencryption", "").lower()
    security = {"ssl": Security.TLS, "tls": Security.STARTTLS}.get(encryption, Security.NONE)
    auth = got.get("smtpauth", "")
    kind = SignInKind.NONE if auth == "none" else sign_in_kind(auth.upper()) if auth else None
    port = got.get("smtpserverport") or ("465" if security is Security.TLS else None)
    server = found_server(Protocol.SMTP, got.get("smtpserver"), port, security, got.get("smtpuser"), kind)
    if server is not None:
        sender = got.get("from", "")
        address = found_address(sender) or found_address(server.username)
        yield FoundAccount("git", path, address, None, None, server, label=sender)


def _git_settings(path: Path, read: list[Path]) -> Block:
    got: Block = {}
    if not _is_due(path, read):
        return got
    section = ""
    for line in _lines(path):
        header = re.match(r"\s*\[\s*([\w.-]+)[^\]]*\]", line)
        if header:
            section = header[1].lower()
            continue
        name, equals, value = line.strip().partition("=")
        if not equals or name.startswith(("#", ";")):
            continue
        key = name.strip().lower()
        if section == "include" and key == "path":
            included = Path(os.path.expanduser(_git_value(value)))
            got |= _git_settings(path.parent / included, read)
        elif section == "sendemail":
            got[key] = _git_value(value)
    return got


def _git_value(text: str) -> str:
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"|([^"#;]+)|([#;].*)', text.strip())
    value = "".join(re.sub(r"\\(.)", r"\1", quoted + bare) for quoted, bare, _ in parts)
    return value.strip()


# URLs


def _url(text: str) -> SplitResult | None:
    try:
        url = urlsplit(text)
        return url if url.hostname and (url.port is None or url.port) else None
    except ValueError:
        return None


def _port(url: SplitResult) -> int | None:
    return url.port


def _user(url: SplitResult) -> str | None:
    return unquote(url.username) if url.username else None
