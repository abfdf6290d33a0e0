"""“Remember on this computer”: the settings into the file, the secret into the keyring, and both out again."""

from __future__ import annotations

import asyncio

from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.accounts.store import AccountBook, SavedAccount
from wizard.errors import SecretStoreError
from wizard.model.account import VerifiedAccount
from wizard.model.address import Address
from wizard.model.secret import Secret


async def remember(
    account: VerifiedAccount,
    secret: Secret | None,
    *,
    book: AccountBook,
    store: SecretStore,
    outgoing_secret: Secret | None = None,
    has_sign_in: bool = False,
) -> SavedAccount:
    """Saves proven settings and their secrets; the secret first, so that a refusing keyring leaves nothing behind.

    Without a `secret` only the settings are kept, and a later check asks for it; `has_sign_in` says that the permission
    of a sign-in in the browser is in the keyring instead.

    Raises:
        SecretStoreError: there is no safe keyring, or it refused; nothing was saved.
        ResourceError: the file could not be written.
    """
    given = {SecretKind.PASSWORD: secret, SecretKind.OUTGOING_PASSWORD: outgoing_secret}
    for kind, kept in given.items():
        if kept is not None:
            await store.save(account.address, kept, kind)
    before = await asyncio.to_thread(book.get, account.address)
    if before is not None and before.has_secret:
        # What an earlier saving put there would be used again by the next check, or stay for good.
        stale = {kind for kind, kept in given.items() if kept is None}
        await store.forget(account.address, stale if has_sign_in else stale | {SecretKind.REFRESH_TOKEN})
    return await asyncio.to_thread(book.save, account, has_secret=secret is not None or has_sign_in)


async def forget(address: Address, *, book: AccountBook, store: SecretStore) -> bool:
    """Deletes the account's secrets and settings; whether it was saved.

    The keyring is asked for every kind of secret, whatever the file says it was given.

    Raises:
        SecretStoreError: the keyring refused to delete; the settings stay then, as a reminder that it holds a secret.
    """
    saved = await asyncio.to_thread(book.get, address)
    try:
        await store.forget(address)
    except SecretStoreError:
        if saved is not None and saved.has_secret:
            raise  # without a safe keyring nothing was ever put there
    return await asyncio.to_thread(book.forget, address) if saved is not None else False
