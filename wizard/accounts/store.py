"""The saved accounts: one versioned file of settings, without any secret."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from wizard.accounts.migrations import CURRENT, migrate
from wizard.accounts.secret_store import SecretKind
from wizard.errors import MailwrightError, ResourceError
from wizard.language import tr
from wizard.model.account import CheckResult, Verdict, VerifiedAccount
from wizard.model.address import Address
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.private_file import read_private, remove_leftovers, write_private

_MAX_BYTES: Final = 8 * 1024 * 1024
_KEPT_ASIDE: Final = "unreadable"  # in the name of a file that could not be read and was kept


class SavedAccount(Struct, frozen=True):
    """Settings that were proven once, and what the last check of them said; its secrets lie in the keyring.

    `secrets` are the kinds the keyring was given. What begins with `last` belongs to `last_checked_at`;
    a cause, and its title in words, are there only while the account does not work.
    """

    address: Address
    display_name: str | None
    incoming: ServerCandidate | None
    outgoing: ServerCandidate | None
    incoming_auth: str | None
    outgoing_auth: str | None
    provider: str | None
    verified_at: datetime
    last_checked_at: datetime
    last_status: Verdict
    last_cause: str | None = None
    last_title: str | None = None
    secrets: frozenset[SecretKind] = frozenset()

    @property
    def id(self) -> str:
        """What names this account in files, in the keyring and on the command line: its address."""
        return self.address.wire

    @property
    def is_verified(self) -> bool:
        """Whether the last check proved it."""
        return self.last_status in (Verdict.WORKS, Verdict.WORKS_AFTER_FIX)

    def verified_account(self) -> VerifiedAccount:
        """The settings as they were proven, for a hand-over."""
        return VerifiedAccount(
            address=self.address,
            display_name=self.display_name,
            incoming=self.incoming,
            outgoing=self.outgoing,
            incoming_auth=self.incoming_auth,
            outgoing_auth=self.outgoing_auth,
            provider=self.provider,
            verified_at=self.verified_at,
        )


def default_path() -> Path:
    """Where this computer's user keeps the file."""
    from platformdirs import user_data_path

    return user_data_path("mailwright", appauthor=False) / "accounts.json"


class AccountBook:
    """The saved accounts in the file at `path`, read at any time; they are changed through `SavedAccounts`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def lock_path(self) -> Path:
        """The file whose lock is held while the accounts change."""
        return self._file.with_name(f"{self._file.name}.lock")

    def list(self) -> tuple[SavedAccount, ...]:
        """Every saved account, by address.

        Raises:
            ResourceError: the file cannot be read; the sentence names it and says what happens next.
        """
        return tuple(sorted(self._read().values(), key=lambda account: account.id))

    def get(self, address: Address) -> SavedAccount | None:
        """The account saved under that address.

        Raises:
            ResourceError: as for `list`.
        """
        return self._read().get(address.wire)

    def kept_aside(self) -> tuple[Path, ...]:
        """The files of former accounts that could not be read when something was to be saved, oldest first."""
        file = self._file
        try:
            return tuple(sorted(file.parent.glob(f"{file.stem}-{_KEPT_ASIDE}-*{file.suffix}")))
        except OSError:
            return ()

    def change(self, change: Callable[[dict[str, SavedAccount]], object]) -> None:
        """Lets `change` alter the accounts, by id; they are on disk when the call returns. The lock must be held.

        A file that cannot be read is kept aside under a name with the date, and the accounts begin anew.

        Raises:
            ResourceError: the file could not be written, or not be kept aside.
        """
        try:
            accounts = self._read()
        except Unreadable:
            self._keep_aside()
            accounts = {}
        before = dict(accounts)
        change(accounts)
        if accounts != before:
            self._write(accounts)

    @property
    def _file(self) -> Path:
        """The file itself, where `path` is a symbolic link to it."""
        return Path(os.path.realpath(self._path))

    def _read(self) -> dict[str, SavedAccount]:
        content = self._content()
        if content is None:
            return {}
        try:
            if len(content) > _MAX_BYTES:
                raise ValueError(tr("it is too large"))
            if not content.strip(b"\0 \t\r\n"):
                raise ValueError(tr("it is empty"))
            document = migrate(json.loads(content))
            accounts = [_account(item) for item in document["accounts"]]
        except (ValueError, TypeError, KeyError, RecursionError, MailwrightError) as error:
            raise Unreadable(
                tr(
                    "The saved accounts in {file} are damaged or of a newer version ({reason}). Nothing was changed. "
                    "The next account you save begins a new list; this file is kept beside it under another name.",
                    file=self._path,
                    reason=_reason(error),
                )
            ) from error
        return {account.id: account for account in accounts}

    def _content(self) -> bytes | None:
        try:
            return read_private(self._path, limit_bytes=_MAX_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ResourceError(
                tr("The saved accounts in {file} could not be read: {reason}.", file=self._path, reason=error.strerror)
            ) from error

    def _keep_aside(self) -> None:
        file = self._file
        now = datetime.now().astimezone()
        target = file.with_name(f"{file.stem}-{_KEPT_ASIDE}-{now:%Y-%m-%d-%H%M%S-%f}{file.suffix}")
        try:
            file.rename(target)
        except OSError as error:
            raise ResourceError(
                tr("{file} could not be kept as {name}: {reason}.", file=file, name=target.name, reason=error.strerror)
            ) from error

    def _write(self, accounts: Mapping[str, SavedAccount]) -> None:
        document = {"schema": CURRENT, "accounts": [_document(accounts[key]) for key in sorted(accounts)]}
        content = json.dumps(document, indent=1).encode() + b"\n"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            remove_leftovers(self._file)
            write_private(self._file, content)
        except OSError as error:
            raise ResourceError(
                tr("The accounts could not be saved in {place}: {reason}.", place=self._path, reason=error.strerror)
            ) from error


class Unreadable(ResourceError):
    """The file is there and holds no accounts that this version can read."""


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return tr("it is no JSON after character {position}", position=error.pos)
    if isinstance(error, KeyError):
        return tr("{key} is missing", key=error)
    return str(error) or type(error).__name__


def proven_now(account: VerifiedAccount, secrets: frozenset[SecretKind]) -> SavedAccount:
    """The account as it is saved when it has just been proven."""
    return SavedAccount(
        address=account.address,
        display_name=account.display_name,
        incoming=account.incoming,
        outgoing=account.outgoing,
        incoming_auth=account.incoming_auth,
        outgoing_auth=account.outgoing_auth,
        provider=account.provider,
        verified_at=account.verified_at,
        last_checked_at=account.verified_at,
        last_status=Verdict.WORKS,
        secrets=secrets,
    )


def after_check(
    before: SavedAccount, result: CheckResult, secrets: frozenset[SecretKind] | None = None
) -> SavedAccount:
    """The account with what a check said; settings a fix changed and proved are kept from now on.

    `secrets` are the kinds that are kept now, when they changed. A check that was cut short changes only its date.
    """
    if secrets is not None:
        before = replace(before, secrets=secrets)
    if result.verdict is Verdict.UNDECIDED:
        return replace(before, last_checked_at=result.started_at, last_status=result.verdict)
    is_anothers = result.is_about_another_mailbox
    first = result.diagnoses[0] if result.diagnoses and result.verdict is Verdict.FAILS and not is_anothers else None
    after = replace(
        before,
        last_checked_at=result.started_at,
        last_status=Verdict.WORKS if is_anothers else result.verdict,
        last_cause=first.cause if first else None,
        last_title=first.title if first else None,
    )
    proven = result.verified_account()
    if proven is None:
        return after
    return replace(
        after,
        incoming=proven.incoming or before.incoming,
        outgoing=proven.outgoing or before.outgoing,
        incoming_auth=proven.incoming_auth or before.incoming_auth,
        outgoing_auth=proven.outgoing_auth or before.outgoing_auth,
        verified_at=proven.verified_at,
    )


def _document(account: SavedAccount) -> dict[str, object]:
    return {
        "address": account.address.wire,
        "display_name": account.display_name,
        "incoming": _server_document(account.incoming, account.incoming_auth),
        "outgoing": _server_document(account.outgoing, account.outgoing_auth),
        "provider": account.provider,
        "verified_at": account.verified_at.astimezone(UTC).isoformat(),
        "last_checked_at": account.last_checked_at.astimezone(UTC).isoformat(),
        "last_status": account.last_status.value,
        "last_cause": account.last_cause,
        "last_title": account.last_title,
        "secrets": sorted(account.secrets),
    }


def _server_document(server: ServerCandidate | None, auth: str | None) -> dict[str, object] | None:
    if server is None:
        return None
    return {
        "protocol": server.protocol.value,
        "host": server.host,
        "port": server.port,
        "security": server.security.value,
        "username": server.username,
        "source": server.source.value,
        "trusted": server.trusted,
        "auth": auth,
    }


def _account(document: object) -> SavedAccount:
    if not isinstance(document, Mapping):
        raise TypeError(tr("an account is not written as one"))
    incoming, incoming_auth = _server(document["incoming"])
    outgoing, outgoing_auth = _server(document["outgoing"])
    return SavedAccount(
        address=Address.parse(_string(document["address"])),
        display_name=_string_or_none(document["display_name"]),
        incoming=incoming,
        outgoing=outgoing,
        incoming_auth=incoming_auth,
        outgoing_auth=outgoing_auth,
        provider=_string_or_none(document["provider"]),
        verified_at=_time(document["verified_at"]),
        last_checked_at=_time(document["last_checked_at"]),
        last_status=Verdict(_string(document["last_status"])),
        last_cause=_string_or_none(document["last_cause"]),
        last_title=_string_or_none(document["last_title"]),
        secrets=_kinds(document["secrets"]),
    )


def _server(document: object) -> tuple[ServerCandidate | None, str | None]:
    if document is None:
        return None, None
    if not isinstance(document, Mapping):
        raise TypeError(tr("a server is not written as one"))
    port = document["port"]
    if type(port) is not int or not 0 < port < 65536:
        raise ValueError(tr("a port is not between 1 and 65535"))
    server = ServerCandidate(
        protocol=Protocol(_string(document["protocol"])),
        host=_string(document["host"]),
        port=port,
        security=Security(_string(document["security"])),
        username=_string(document["username"]),
        source=Source(_string(document["source"])),
        trusted=document["trusted"] is True,
    )
    return server, _string_or_none(document["auth"])


def _kinds(value: object) -> frozenset[SecretKind]:
    if not isinstance(value, list):
        raise TypeError(tr("the kinds of secrets are not a list"))
    return frozenset(SecretKind(_string(kind)) for kind in value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(tr("a text is missing"))
    return value


def _string_or_none(value: object) -> str | None:
    return None if value is None else _string(value)


def _time(value: object) -> datetime:
    time = datetime.fromisoformat(_string(value))
    return time if time.tzinfo else time.replace(tzinfo=UTC)
