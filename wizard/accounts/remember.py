"""“Remember on this computer”: the settings into the file, the secret into the keyring, and both out again."""

from __future__ import annotations

import asyncio

from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.accounts.store import AccountBook, SavedAccount
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
    if secret is not None:
        await store.save(account.address, secret)
    if outgoing_secret is not None:
        await store.save(account.address, outgoing_secret, SecretKind.OUTGOING_PASSWORD)
    return await asyncio.to_thread(book.save, account, has_secret=secret is not None or has_sign_in)


async def forget(address: Address, *, book: AccountBook, store: SecretStore) -> bool:
    """Deletes the account's secrets and settings; whether it was saved.

    Raises:
        SecretStoreError: the keyring refused to delete; the settings stay then, as a reminder that it holds a secret.
    """
    saved = await asyncio.to_thread(book.get, address)
    if saved is None:
        return False
    if saved.has_secret:
        await store.forget(address)
    return await asyncio.to_thread(book.forget, address)
