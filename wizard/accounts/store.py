"""The saved accounts: one versioned file of settings, without any secret."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from wizard.accounts.migrations import CURRENT, migrate
from wizard.errors import MailwrightError, ResourceError
from wizard.model.account import CheckResult, Verdict, VerifiedAccount
from wizard.model.address import Address
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.private_file import write_private

_MAX_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SavedAccount:
    """Settings that were proven once, and what the last check of them said; its password lies in the keyring.

    `has_secret` tells whether the keyring was given one. What begins with `last` belongs to `last_checked_at`;
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
    has_secret: bool = False

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
    """The saved accounts in the file at `path`; every change is on disk when the call returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changing = threading.Lock()  # several checks at once note their results

    def list(self) -> tuple[SavedAccount, ...]:
        """Every saved account, by address.

        Raises:
            ResourceError: the file cannot be read; the sentence names it.
        """
        return tuple(sorted(self._read().values(), key=lambda account: account.id))

    def get(self, address: Address) -> SavedAccount | None:
        """The account saved under that address."""
        return self._read().get(address.wire)

    def save(self, account: VerifiedAccount, *, has_secret: bool = False) -> SavedAccount:
        """Keeps proven settings, in place of older ones of the same address; `remember` keeps the secret as well."""
        saved = SavedAccount(
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
            has_secret=has_secret,
        )
        with self._changing:
            accounts = self._read()
            accounts[saved.id] = saved
            self._write(accounts)
        return saved

    def forget(self, address: Address) -> bool:
        """Drops the account; whether there was one."""
        with self._changing:
            accounts = self._read()
            found = accounts.pop(address.wire, None) is not None
            if found:
                self._write(accounts)
        return found

    def record_check(self, address: Address, result: CheckResult) -> SavedAccount | None:
        """Notes what a check of the account said; settings a fix changed and proved are kept from now on.

        `None` when no such account is saved. A check that was cut short changes nothing but its date.
        """
        with self._changing:
            accounts = self._read()
            before = accounts.get(address.wire)
            if before is None:
                return None
            accounts[address.wire] = after = _after_check(before, result)
            self._write(accounts)
        return after

    def _read(self) -> dict[str, SavedAccount]:
        try:
            with self._path.open("rb") as file:
                content = file.read(_MAX_BYTES + 1)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ResourceError(f"The saved accounts in {self._path} could not be read: {error.strerror}.") from error
        try:
            if len(content) > _MAX_BYTES:
                raise ValueError("too large")
            document = migrate(json.loads(content))
            accounts = [_account(item) for item in document["accounts"]]
        except (ValueError, TypeError, KeyError, RecursionError, MailwrightError) as error:
            raise ResourceError(
                f"The accounts in {self._path} are damaged or newer than this version ({error}). Nothing was changed."
            ) from error
        return {account.id: account for account in accounts}

    def _write(self, accounts: Mapping[str, SavedAccount]) -> None:
        document = {"schema": CURRENT, "accounts": [_document(accounts[key]) for key in sorted(accounts)]}
        content = json.dumps(document, indent=1).encode() + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(self._path, content)
        except OSError as error:
            raise ResourceError(f"The accounts could not be saved in {self._path}: {error.strerror}.") from error


def _after_check(before: SavedAccount, result: CheckResult) -> SavedAccount:
    if result.verdict is Verdict.UNDECIDED:
        return replace(before, last_checked_at=result.started_at, last_status=result.verdict)
    first = result.diagnoses[0] if result.diagnoses and result.verdict is Verdict.FAILS else None
    after = replace(
        before,
        last_checked_at=result.started_at,
        last_status=result.verdict,
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
        "has_secret": account.has_secret,
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


def _account(document: Mapping[str, object]) -> SavedAccount:
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
        has_secret=document["has_secret"] is True,
    )


def _server(document: object) -> tuple[ServerCandidate | None, str | None]:
    if document is None:
        return None, None
    if not isinstance(document, Mapping):
        raise TypeError("a server is not written as one")
    port = document["port"]
    if type(port) is not int or not 0 < port < 65536:
        raise ValueError("a port is not between 1 and 65535")
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


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _string_or_none(value: object) -> str | None:
    return None if value is None else _string(value)


def _time(value: object) -> datetime:
    time = datetime.fromisoformat(_string(value))
    return time if time.tzinfo else time.replace(tzinfo=UTC)
