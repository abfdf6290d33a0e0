from __future__ import annotations

import threading
import traceback

import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend

from tests.accounts.keyrings import (
    BrokenKeyring,
    ForgetfulKeyring,
    LockedKeyring,
    MemoryKeyring,
    PlaintextKeyring,
    WeakKeyring,
)
from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.errors import SecretStoreError
from wizard.model.address import Address
from wizard.model.secret import Secret

ADA = Address.parse("ada@example.org")
SECRET = Secret("Kanarienvogel")


async def test_a_secret_comes_back_and_can_be_forgotten() -> None:
    memory = MemoryKeyring()
    store = SecretStore(memory)
    await store.save(ADA, SECRET)
    await store.save(ADA, Secret("other"), SecretKind.OUTGOING_PASSWORD)
    assert await store.load(ADA) == SECRET
    assert await store.load(ADA, SecretKind.OUTGOING_PASSWORD) == Secret("other")
    assert await store.load(Address.parse("eve@example.org")) is None
    await store.forget(ADA)
    assert memory.kept == {}
    await store.forget(ADA)


async def test_no_call_runs_on_the_event_loops_thread() -> None:
    memory = MemoryKeyring()
    await SecretStore(memory).save(ADA, SECRET)
    assert memory.threads
    assert threading.get_ident() not in memory.threads


@pytest.mark.parametrize(
    "backend",
    [
        keyring.backends.fail.Keyring(),  # type: ignore[no-untyped-call]
        keyring.backends.null.Keyring(),  # type: ignore[no-untyped-call]
        WeakKeyring(),
        PlaintextKeyring(),
        BrokenKeyring(),
    ],
    ids=lambda backend: type(backend).__name__,
)
async def test_an_unsafe_keyring_is_refused_in_a_sentence(backend: KeyringBackend) -> None:
    store = SecretStore(backend)
    for call in (store.save(ADA, SECRET), store.load(ADA), store.forget(ADA), store.name()):
        with pytest.raises(SecretStoreError, match="no safe keyring") as refusal:
            await call
        assert "written nowhere" in str(refusal.value)
    assert not getattr(backend, "kept", {})


class Chain(ChainerBackend):
    """keyring's own chain over given links."""

    viable = False
    links: tuple[KeyringBackend, ...] = ()

    @property
    def backends(self) -> tuple[KeyringBackend, ...]:
        return self.links


Chain.__module__ = ChainerBackend.__module__


async def test_a_chain_is_used_through_its_safe_link_only() -> None:
    weak, safe = WeakKeyring(), MemoryKeyring()
    chain = Chain()  # type: ignore[no-untyped-call]
    chain.links = (weak, safe)
    await SecretStore(chain).save(ADA, SECRET)
    assert weak.kept == {}
    assert list(safe.kept.values()) == ["Kanarienvogel"]


async def test_a_chain_without_a_safe_link_is_refused() -> None:
    chain = Chain()  # type: ignore[no-untyped-call]
    chain.links = (WeakKeyring(), keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(SecretStoreError, match="no safe keyring"):
        await SecretStore(chain).save(ADA, SECRET)


async def test_a_locked_keyring_is_named_and_its_error_not_quoted() -> None:
    with pytest.raises(SecretStoreError, match=r"refused \(KeyringLocked\)") as refusal:
        await SecretStore(LockedKeyring()).save(ADA, SECRET)
    assert "Kanarienvogel" not in "".join(traceback.format_exception(refusal.value))


async def test_a_keyring_that_gives_something_else_back_is_noticed() -> None:
    with pytest.raises(SecretStoreError, match="did not give the password back"):
        await SecretStore(ForgetfulKeyring()).save(ADA, SECRET)


@pytest.mark.parametrize(
    ("module", "desktop", "name"),
    [
        ("keyring.backends.Windows", "", "Windows Credential Manager"),
        ("keyring.backends.macOS", "", "macOS Keychain"),
        ("keyring.backends.kwallet", "KDE", "KDE Wallet"),
        ("keyring.backends.SecretService", "ubuntu:GNOME", "GNOME Keyring"),
        ("keyring.backends.SecretService", "XFCE", "the desktop's keyring (Secret Service)"),
    ],
)
async def test_a_keyring_is_called_what_people_call_it(
    monkeypatch: pytest.MonkeyPatch, module: str, desktop: str, name: str
) -> None:
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", desktop)
    backend = type("Keyring", (MemoryKeyring,), {"__module__": module})
    assert await SecretStore(backend()).name() == name


async def test_the_systems_keyring_is_asked_for_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    failing = keyring.backends.fail.Keyring()  # type: ignore[no-untyped-call]
    monkeypatch.setattr("keyring.core._keyring_backend", failing)
    with pytest.raises(SecretStoreError, match=r"keyring\.backends\.fail"):
        await SecretStore().name()
