"""The saved accounts under one roof: settings in the file, secrets in the keyring, one change at a time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from wizard.accounts.file_lock import locked
from wizard.accounts.recheck import Recheck, draft, signs_in_in_clear, with_history
from wizard.accounts.secret_store import NoSafeKeyring, SecretKind, Secrets, SecretStore
from wizard.accounts.store import AccountBook, SavedAccount, Unreadable, after_check, default_path, proven_now
from wizard.daemon_thread import in_daemon_thread
from wizard.errors import ResourceError, SecretStoreError
from wizard.language import tr
from wizard.model.account import CheckResult, VerifiedAccount
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret


class Checker(Protocol):
    """Runs a check of a saved account; `SetupSession.check_saved` is one."""

    async def __call__(
        self, draft: AccountDraft, *, permission: Secret | None = None, spent_s: float = 0.0
    ) -> CheckResult:
        """The result, `spent_s` seconds of its deadline being over; without a password `permission` signs in."""


class SavedAccounts:
    """Reads and changes what is kept; the only part of the program that adds or removes a saved secret.

    Args:
        book: the file of settings; this computer's when left out.
        store: the keyring; the system's when left out.
    """

    def __init__(self, book: AccountBook | None = None, store: SecretStore | None = None) -> None:
        self.book = book or AccountBook(default_path())
        self.store = store or SecretStore()

    async def list(self) -> tuple[SavedAccount, ...]:
        """Every saved account, by address.

        Raises:
            ResourceError: the file cannot be read.
        """
        return await in_daemon_thread(self.book.list, name="accounts")

    async def get(self, address: Address) -> SavedAccount | None:
        """The account saved under that address.

        Raises:
            ResourceError: the file cannot be read.
        """
        return await in_daemon_thread(lambda: self.book.get(address), name="accounts")

    async def save(self, account: VerifiedAccount, secrets: Secrets | None = None) -> SavedAccount:
        """Keeps proven settings and these secrets in place of all that was kept for the address: all or nothing.

        Without secrets the settings alone are kept, for which no keyring is needed, and a later check asks for one.

        Raises:
            SecretStoreError: there is no safe keyring, or it refused; nothing was changed.
            ResourceError: the file could not be written; nothing was changed.
        """
        saved = proven_now(account, frozenset(secrets or ()))
        async with self._changing():
            before = await self._put_secrets(account.address, secrets or {})
            try:
                await self._note(saved)
            except BaseException:
                if before is not None:
                    await self.store.restore(account.address, before)
                raise
        return saved

    async def forget(self, address: Address) -> bool:
        """Deletes the account's settings and its secrets of every kind, whatever the file says; whether any was there.

        Raises:
            SecretStoreError: the keyring refused; the settings stay then, as a reminder that it holds a secret.
            ResourceError: the file cannot be read or written; the secrets are gone.
        """
        async with self._changing():
            secrets: frozenset[SecretKind] = frozenset()
            try:
                secrets = await self.store.forget(address)
            except SecretStoreError as error:
                saved = await self.get(address)
                if (saved is None and not isinstance(error, NoSafeKeyring)) or (saved is not None and saved.secrets):
                    raise
            try:
                saved = await self.get(address)
                if saved is not None:
                    await self._change(lambda accounts: accounts.pop(address.wire, None))
            except ResourceError as error:
                if not secrets:
                    raise
                gone = tr("{address} has no secret in the keyring any more.", address=address)
                raise ResourceError(f"{gone} {error}") from error
        return saved is not None or bool(secrets)

    async def check(
        self, saved: SavedAccount, check: Checker, *, new_secret: Secret | None = None, may_be_in_clear: bool = False
    ) -> Recheck:
        """Checks the account with its kept password or sign-in and records the outcome.

        A `new_secret` is used as its password instead, and once it works takes the place of what was kept. Settings
        that sign in without encryption are checked only where that was agreed to now, `may_be_in_clear`: a yes given
        when they were proven is not remembered.
        """
        if signs_in_in_clear(saved) and not may_be_in_clear:
            told = tr("It signs in without encryption, and a yes to that is never remembered.")
            return Recheck(saved, why_not=told)
        began = time.monotonic()
        kept: Secrets = {}
        refusal = None
        try:
            kept = await self.store.load(saved.address, saved.secrets) if saved.secrets else {}
        except SecretStoreError as error:
            refusal = str(error)
            if new_secret is None:
                return Recheck(saved, why_not=refusal, needs_password=True)
        password = new_secret or kept.get(SecretKind.PASSWORD)
        permission = kept.get(SecretKind.REFRESH_TOKEN) if password is None else None
        if password is None and permission is None:
            return Recheck(saved, why_not=tr("No password is kept for it."), needs_password=True)
        wanted = draft(saved, password, kept.get(SecretKind.OUTGOING_PASSWORD))
        checked = await check(wanted, permission=permission, spent_s=time.monotonic() - began)
        result = with_history(saved, checked, typed=new_secret is not None)
        secrets: dict[SecretKind, Secret] = {}
        if new_secret is not None and saved.secrets and refusal is None and result.verified_account() is not None:
            secrets = {**kept, SecretKind.PASSWORD: new_secret}
            secrets.pop(SecretKind.REFRESH_TOKEN, None)
        try:
            return Recheck(await self._record(saved, result, secrets), result, why_not=refusal)
        except (SecretStoreError, ResourceError) as error:
            return Recheck(after_check(saved, result), result, why_not=str(error))

    async def _record(self, saved: SavedAccount, result: CheckResult, secrets: Secrets) -> SavedAccount:
        """Notes what the check said, and keeps `secrets` where there are some; the account as it is kept then."""
        recorded = saved

        def change(accounts: dict[str, SavedAccount]) -> None:
            nonlocal recorded
            before = accounts.get(saved.id)
            if before is not None:  # else it was forgotten while it was checked
                recorded = accounts[saved.id] = after_check(before, result, frozenset(secrets) or before.secrets)

        async with self._changing():
            if await self.get(saved.address) is None or not secrets:
                await self._change(change)
                return recorded
            refusal = None
            try:
                before = await self.store.save(saved.address, secrets)
            except SecretStoreError as error:
                refusal, secrets = error, {}
            try:
                await self._change(change)
            except BaseException:
                if refusal is None:
                    await self.store.restore(saved.address, before)
                raise
            if refusal is not None:
                raise refusal
        return recorded

    async def _put_secrets(self, address: Address, secrets: Secrets) -> Secrets | None:
        """What was kept before; `None` where there is no safe keyring and none is needed."""
        try:
            return await self.store.save(address, secrets)
        except SecretStoreError:
            if secrets or await self._was_given_secrets(address):
                raise
            return None

    async def _was_given_secrets(self, address: Address) -> bool:
        try:
            saved = await self.get(address)
        except Unreadable:
            return False  # nobody knows, and a new list is begun
        return saved is not None and bool(saved.secrets)

    async def _note(self, saved: SavedAccount) -> None:
        def change(accounts: dict[str, SavedAccount]) -> None:
            accounts[saved.id] = saved

        await self._change(change)

    async def _change(self, change: Callable[[dict[str, SavedAccount]], object]) -> None:
        await in_daemon_thread(lambda: self.book.change(change), name="accounts")

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[None]:
        async with locked(self.book.lock_path):
            yield
