from __future__ import annotations

import asyncio
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
    JustSafeKeyring,
    LockedKeyring,
    MemoryKeyring,
    PlaintextKeyring,
    WeakKeyring,
    WindowsKeyring,
)
from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.errors import SecretStoreError
from wizard.model.address import Address
from wizard.model.secret import Secret

ADA = Address.parse("ada@example.org")
SECRET = Secret("Kanarienvogel")
ONE = {SecretKind.PASSWORD: SECRET}


async def test_secrets_come_back_and_can_be_forgotten() -> None:
    memory = MemoryKeyring()
    store = SecretStore(memory)
    both = {SecretKind.PASSWORD: SECRET, SecretKind.OUTGOING_PASSWORD: Secret("other")}
    assert await store.save(ADA, both) == {}
    assert await store.load(ADA) == both
    assert await store.load(ADA, [SecretKind.PASSWORD]) == {SecretKind.PASSWORD: SECRET}
    assert await store.load(Address.parse("eve@example.org")) == {}
    assert await store.save(ADA, {SecretKind.PASSWORD: SECRET}) == both
    await store.restore(ADA, both)
    assert await store.forget(ADA) == set(both)
    assert memory.kept == {}
    assert await store.forget(ADA) == set()


async def test_replacing_adds_nothing_where_nothing_is_kept() -> None:
    store = SecretStore(memory := MemoryKeyring())
    assert not await store.replace(ADA, SecretKind.REFRESH_TOKEN, Secret("new"))
    assert memory.kept == {}
    await store.save(ADA, {SecretKind.REFRESH_TOKEN: Secret("old"), SecretKind.PASSWORD: SECRET})
    assert await store.replace(ADA, SecretKind.REFRESH_TOKEN, Secret("new"))
    assert await store.load(ADA) == {SecretKind.REFRESH_TOKEN: Secret("new"), SecretKind.PASSWORD: SECRET}


async def test_no_call_runs_on_the_event_loops_thread() -> None:
    memory = MemoryKeyring()
    await SecretStore(memory).save(ADA, ONE)
    assert memory.threads
    assert threading.get_ident() not in memory.threads


@pytest.mark.parametrize("length", [1, 1280, 1281, 5000])
@pytest.mark.parametrize("letter", ["a", "ü", "🔑"])
async def test_a_secret_of_any_length_fits_where_windows_keeps_it(length: int, letter: str) -> None:
    store = SecretStore(keyring_ := WindowsKeyring())
    long = Secret("".join(letter if number % 2 else "x" for number in range(length)))
    for secret in (long, SECRET, long):
        await store.save(ADA, {SecretKind.REFRESH_TOKEN: secret})
        assert await store.load(ADA) == {SecretKind.REFRESH_TOKEN: secret}
    await store.save(ADA, {SecretKind.REFRESH_TOKEN: SECRET})
    assert list(keyring_.kept.values()) == ["Kanarienvogel"]  # no part of the long one stays
    await store.save(ADA, {SecretKind.REFRESH_TOKEN: long})
    await store.forget(ADA)
    assert keyring_.kept == {}


async def test_a_password_that_looks_like_ours_is_none_of_ours() -> None:
    store = SecretStore(MemoryKeyring())
    for text in ("mailwright:parts:2", "mailwright:parts:", "mailwright:parts:²"):
        await store.save(ADA, {SecretKind.PASSWORD: Secret(text)})
        assert await store.load(ADA) == {SecretKind.PASSWORD: Secret(text)}


async def test_a_long_secret_that_lost_a_part_is_none() -> None:
    store = SecretStore(memory := MemoryKeyring())
    await store.save(ADA, {SecretKind.REFRESH_TOKEN: Secret("a" * 2000)})
    del memory.kept["Mailwright refresh-token part 2", ADA.wire]
    assert await store.load(ADA) == {}
    await store.forget(ADA)
    assert memory.kept == {}


async def test_the_least_that_is_recommended_is_safe() -> None:
    await SecretStore(just_safe := JustSafeKeyring()).save(ADA, ONE)
    assert list(just_safe.kept.values()) == ["Kanarienvogel"]


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
    for call in (store.save(ADA, ONE), store.load(ADA), store.forget(ADA), store.name()):
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
    await SecretStore(chain).save(ADA, ONE)
    assert weak.kept == {}
    assert list(safe.kept.values()) == ["Kanarienvogel"]


async def test_a_chain_without_a_safe_link_is_refused() -> None:
    chain = Chain()  # type: ignore[no-untyped-call]
    chain.links = (WeakKeyring(), keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(SecretStoreError, match="no safe keyring"):
        await SecretStore(chain).save(ADA, ONE)


async def test_a_locked_keyring_is_named_and_its_error_not_quoted() -> None:
    with pytest.raises(
        SecretStoreError, match=r"is locked, or did not let Mailwright in\. Unlock it and try again\."
    ) as refusal:
        await SecretStore(LockedKeyring()).save(ADA, ONE)
    assert "Kanarienvogel" not in "".join(traceback.format_exception(refusal.value))


async def test_nobody_is_told_that_a_keyring_forgot_what_it_still_holds() -> None:
    class Sticky(MemoryKeyring):
        def delete_password(self, service: str, username: str) -> None:
            pass

    store = SecretStore(Sticky())
    await store.save(ADA, ONE)
    with pytest.raises(SecretStoreError, match="still holds"):
        await store.forget(ADA)
    with pytest.raises(SecretStoreError, match="still holds"):
        await store.save(ADA, {SecretKind.REFRESH_TOKEN: Secret("Kanarienvogel")})


class RaisingKeyring(MemoryKeyring):
    """One whose system raises whatever it likes, also while it is asked for its name."""

    def __init__(self, raised: BaseException, where: str) -> None:
        super().__init__()
        self._raised = raised
        self._where = where

    @property
    def name(self) -> str:
        if self._where == "name":
            raise self._raised
        return "Odd"

    def get_password(self, service: str, username: str) -> str | None:
        raise self._raised


@pytest.mark.parametrize("where", ["name", "get"])
@pytest.mark.parametrize(
    "raised",
    [
        SystemExit("Kanarienvogel"),
        KeyboardInterrupt(),
        GeneratorExit(),
        asyncio.CancelledError(),
        StopIteration("Kanarienvogel"),
        MemoryError(),
        BaseExceptionGroup("Kanarienvogel", [SystemExit(3)]),
        type("Odd\x1b[31m\u202e", (BaseException,), {})("Kanarienvogel"),
    ],
    ids=lambda raised: type(raised).__name__[:14],
)
async def test_whatever_a_keyring_raises_is_a_sentence(raised: BaseException, where: str) -> None:
    """Neither the program ends by it, nor the task that asked."""
    store = SecretStore(RaisingKeyring(raised, where))
    for call in (store.save(ADA, ONE), store.load(ADA), store.forget(ADA)):
        with pytest.raises(SecretStoreError, match="refused") as refusal:
            await call
        assert "Kanarienvogel" not in "".join(traceback.format_exception(refusal.value))
        assert str(refusal.value).isprintable()


@pytest.mark.parametrize("value", ["", "x" * 20_000_000, "mailwright:parts:0"], ids=["empty", "endless", "no parts"])
async def test_what_nobody_saved_is_no_secret_and_can_be_forgotten(value: str) -> None:
    backend = MemoryKeyring()
    store = SecretStore(backend)
    await store.save(ADA, ONE)
    for entry in backend.kept:
        backend.kept[entry] = value
    assert await store.load(ADA) == {}
    await store.forget(ADA)
    assert backend.kept == {}


async def test_what_a_keyring_calls_itself_is_shown_on_one_short_line() -> None:
    class Odd(MemoryKeyring):
        name = "\x1b[31mOdd\u202e\nring" + "x" * 1000

    shown = await SecretStore(Odd()).name()
    assert shown.isprintable()
    assert len(shown) <= 80


async def test_a_keyring_that_gives_something_else_back_is_noticed() -> None:
    with pytest.raises(SecretStoreError, match="did not give the password back"):
        await SecretStore(ForgetfulKeyring()).save(ADA, ONE)


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
