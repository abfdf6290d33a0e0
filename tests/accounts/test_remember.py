from __future__ import annotations

from pathlib import Path

import pytest

from tests.accounts.keyrings import LockedKeyring, MemoryKeyring, WeakKeyring
from tests.handover.accounts import ADDRESS, CANARY, account
from wizard.accounts.remember import forget, remember
from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.accounts.store import AccountBook
from wizard.errors import SecretStoreError
from wizard.model.secret import Secret


async def test_settings_go_into_the_file_and_secrets_into_the_keyring(tmp_path: Path) -> None:
    book, store = AccountBook(tmp_path / "accounts.json"), SecretStore(MemoryKeyring())
    saved = await remember(account(), Secret(CANARY), book=book, store=store, outgoing_secret=Secret("second"))
    assert saved.has_secret
    assert await store.load(ADDRESS) == Secret(CANARY)
    assert await store.load(ADDRESS, SecretKind.OUTGOING_PASSWORD) == Secret("second")
    assert CANARY not in (tmp_path / "accounts.json").read_text()
    assert await forget(ADDRESS, book=book, store=store)
    assert book.list() == ()
    assert await store.load(ADDRESS) is None
    assert not await forget(ADDRESS, book=book, store=store)


async def test_an_unsafe_keyring_leaves_nothing_behind(tmp_path: Path) -> None:
    book = AccountBook(tmp_path / "accounts.json")
    with pytest.raises(SecretStoreError):
        await remember(account(), Secret(CANARY), book=book, store=SecretStore(WeakKeyring()))
    assert book.list() == ()


async def test_settings_alone_need_no_keyring_and_are_forgotten_without_one(tmp_path: Path) -> None:
    book, store = AccountBook(tmp_path / "accounts.json"), SecretStore(WeakKeyring())
    saved = await remember(account(), None, book=book, store=store)
    assert not saved.has_secret
    assert await forget(ADDRESS, book=book, store=store)


async def test_a_secret_that_cannot_be_deleted_keeps_its_account_listed(tmp_path: Path) -> None:
    book = AccountBook(tmp_path / "accounts.json")
    await remember(account(), Secret(CANARY), book=book, store=SecretStore(MemoryKeyring()))
    with pytest.raises(SecretStoreError):
        await forget(ADDRESS, book=book, store=SecretStore(LockedKeyring()))
    assert len(book.list()) == 1


async def test_forget_asks_the_keyring_whatever_the_file_says(tmp_path: Path) -> None:
    book, store = AccountBook(tmp_path / "accounts.json"), SecretStore(keyring := MemoryKeyring())
    await store.save(ADDRESS, Secret(CANARY), SecretKind.REFRESH_TOKEN)
    saved = await remember(account(), None, book=book, store=store)
    assert not saved.has_secret
    assert await forget(ADDRESS, book=book, store=store)
    assert keyring.kept == {}
    await store.save(ADDRESS, Secret(CANARY))  # as a saving leaves it whose file could not be written
    assert not await forget(ADDRESS, book=book, store=store)
    assert keyring.kept == {}


async def test_saving_again_deletes_the_kinds_that_are_not_saved(tmp_path: Path) -> None:
    book, store = AccountBook(tmp_path / "accounts.json"), SecretStore(keyring := MemoryKeyring())
    await remember(account(), Secret("one"), book=book, store=store, outgoing_secret=Secret("two"))
    await remember(account(), Secret("three"), book=book, store=store)
    assert list(keyring.kept.values()) == ["three"]
    await store.save(ADDRESS, Secret("token"), SecretKind.REFRESH_TOKEN)
    assert (await remember(account(), None, book=book, store=store, has_sign_in=True)).has_secret
    assert list(keyring.kept.values()) == ["token"]
    assert not (await remember(account(), None, book=book, store=store)).has_secret
    assert keyring.kept == {}
