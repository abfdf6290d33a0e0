"""Passwords in the operating system's keyring, and nowhere else (T16)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from wizard.errors import SecretStoreError
from wizard.model.address import Address
from wizard.model.secret import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_T = TypeVar("_T")

# keyring's own scale: 1 and more is recommended; its plain-text and file backends stay below, fail is 0 and null -1.
_SAFE_PRIORITY: Final = 1
_UNSAFE_MODULES: Final = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
_NAMES: Final = {
    "keyring.backends.Windows": "Windows Credential Manager",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.kwallet": "KDE Wallet",
    "keyring.backends.SecretService": "the desktop's keyring (Secret Service)",
    "keyring.backends.libsecret": "the desktop's keyring (Secret Service)",
}


class SecretKind(StrEnum):
    """Which secret of an account it is; each has an entry of its own."""

    PASSWORD = "password"  # noqa: S105 - a word for the kind, not a password
    OUTGOING_PASSWORD = "outgoing-password"  # noqa: S105 - likewise
    REFRESH_TOKEN = "refresh-token"  # noqa: S105 - likewise


class SecretStore:
    """The keyring of the person who is signed in at this computer.

    Every call runs in a worker thread: a keyring may ask the person to unlock it and take as long as that takes.

    Args:
        backend: the keyring to use; the system's when left out.
    """

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._given = backend

    async def name(self) -> str:
        """What people call this keyring.

        Raises:
            SecretStoreError: there is no safe one; the sentence says what that means.
        """
        return await self._run(_name)

    async def save(self, address: Address, secret: Secret, kind: SecretKind = SecretKind.PASSWORD) -> None:
        """Keeps the secret, read back and compared.

        Raises:
            SecretStoreError: there is no safe keyring, or it refused.
        """

        def work(keyring: KeyringBackend) -> bool:
            keyring.set_password(_service(kind), address.wire, secret.reveal())
            return keyring.get_password(_service(kind), address.wire) == secret.reveal()

        if not await self._run(work):
            raise SecretStoreError("The keyring did not give the password back as it was saved.")

    async def load(self, address: Address, kind: SecretKind = SecretKind.PASSWORD) -> Secret | None:
        """The secret, `None` when none is kept.

        Raises:
            SecretStoreError: there is no safe keyring, or it stayed locked.
        """
        value = await self._run(lambda keyring: keyring.get_password(_service(kind), address.wire))
        return None if value is None else Secret(value)

    async def forget(self, address: Address, kinds: Iterable[SecretKind] = SecretKind) -> None:
        """Deletes the account's secrets of these kinds, every one when left out.

        Raises:
            SecretStoreError: there is no safe keyring, or it refused.
        """

        def work(keyring: KeyringBackend) -> None:
            for kind in kinds:
                if keyring.get_password(_service(kind), address.wire) is not None:
                    keyring.delete_password(_service(kind), address.wire)

        await self._run(work)

    async def _run(self, work: Callable[[KeyringBackend], _T]) -> _T:
        return await asyncio.to_thread(self._work, work)

    def _work(self, work: Callable[[KeyringBackend], _T]) -> _T:
        keyring = _safe(self._given or _system_keyring())
        try:
            return work(keyring)
        except Exception as error:
            # Backends let through whatever their system raises; its text could quote what was being saved.
            raise SecretStoreError(f"{_name(keyring)} refused ({type(error).__name__}).") from None


def _system_keyring() -> KeyringBackend:
    try:
        import keyring

        backend: KeyringBackend = keyring.get_keyring()
    except Exception as error:  # a configured backend that cannot be imported says so by any exception
        raise SecretStoreError(_sentence(f"it could not be opened, {type(error).__name__}")) from None
    return backend


def _safe(keyring: KeyringBackend) -> KeyringBackend:
    """The keyring, or the first safe one inside a chain."""
    if type(keyring).__module__ == "keyring.backends.chainer":
        chained: list[KeyringBackend] = list(getattr(keyring, "backends", ()))
        safe = next((inner for inner in chained if _why_unsafe(inner) is None), None)
        if safe is None:
            raise SecretStoreError(_sentence("none of those installed is one"))
        return safe
    reason = _why_unsafe(keyring)
    if reason is not None:
        raise SecretStoreError(_sentence(reason))
    return keyring


def _why_unsafe(keyring: KeyringBackend) -> str | None:
    kind = type(keyring)
    if kind.__module__.startswith(_UNSAFE_MODULES) or "plaintext" in kind.__name__.lower():
        return f"“{kind.__module__}” does not protect what it keeps"
    try:
        priority = float(kind.priority)
    except Exception:  # a backend says by any exception that it cannot work here
        return f"“{kind.__module__}” does not work here"
    return None if priority >= _SAFE_PRIORITY else f"“{kind.__module__}” is not a recommended one"


def _sentence(reason: str) -> str:
    return (
        f"This computer has no safe keyring for the password ({reason}). "
        "The password stays in memory until Mailwright is closed, and is written nowhere."
    )


def _name(keyring: KeyringBackend) -> str:
    module = type(keyring).__module__
    desktop = os.environ.get("XDG_CURRENT_DESKTOP", "")
    if "SecretService" in module and "GNOME" in desktop.upper():
        return "GNOME Keyring"
    return _NAMES.get(module, str(getattr(keyring, "name", module)))


def _service(kind: SecretKind) -> str:
    return "Mailwright" if kind is SecretKind.PASSWORD else f"Mailwright {kind}"
