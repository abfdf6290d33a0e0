"""Passwords and permissions in the operating system's keyring, and nowhere else (SECURITY.md T16)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from wizard.accounts import long_secret
from wizard.daemon_thread import in_daemon_thread
from wizard.errors import SecretStoreError
from wizard.language import tr, tr_later
from wizard.model.address import Address
from wizard.model.secret import Secret
from wizard.model.text import single_line

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_T = TypeVar("_T")

# A person needs a moment to unlock a keyring that asks; a keyring that is stuck must not look like a program that is.
LIMIT_S: Final = 20.0
# keyring's own scale: 1 and more is recommended; its plain-text and file backends stay below, fail is 0 and null -1.
_SAFE_PRIORITY: Final = 1
_UNSAFE_MODULES: Final = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
_LONGEST_NAME: Final = 80
_NAMES: Final = {
    "keyring.backends.Windows": "Windows Credential Manager",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.kwallet": "KDE Wallet",
    "keyring.backends.SecretService": tr_later("the desktop's keyring (Secret Service)"),
    "keyring.backends.libsecret": tr_later("the desktop's keyring (Secret Service)"),
}


class SecretKind(StrEnum):
    """Which secret of an account it is; each has an entry of its own."""

    PASSWORD = "password"  # noqa: S105 - a word for the kind, not a password
    OUTGOING_PASSWORD = "outgoing-password"  # noqa: S105 - likewise
    REFRESH_TOKEN = "refresh-token"  # noqa: S105 - likewise


class NoSafeKeyring(SecretStoreError):
    """This computer has no keyring that protects what it keeps: nothing of ours can be in it."""


Secrets = Mapping[SecretKind, Secret]


class SecretStore:
    """The keyring of the person who is signed in at this computer.

    A keyring may ask the person to unlock it and take as long as that takes; every call ends within `limit_s` all the
    same, and its thread never keeps the program from ending.

    Args:
        backend: the keyring to use; the system's when left out.
        limit_s: how long a call may take, in seconds.
    """

    def __init__(self, backend: KeyringBackend | None = None, *, limit_s: float = LIMIT_S) -> None:
        self._given = backend
        self._limit_s = limit_s
        self._stuck: _Call | None = None

    async def name(self) -> str:
        """What people call this keyring.

        Raises:
            SecretStoreError: there is no safe one; the sentence says what that means.
        """
        return await self._run(lambda entries: _name(entries.keyring))

    async def save(self, address: Address, secrets: Secrets) -> Secrets:
        """Keeps these secrets, each read back and compared, and deletes the account's other kinds: all or nothing.

        Returns what was kept before, for `restore`.

        Raises:
            SecretStoreError: there is no safe keyring, or it refused, or did not answer in time; all is as it was.
        """
        return await self._run(lambda entries: entries.put(address, secrets, SecretKind))

    async def restore(self, address: Address, before: Secrets) -> None:
        """Makes a `save` undone that turned out to be for nothing.

        Raises:
            SecretStoreError: as for `save`.
        """
        await self.save(address, before)

    async def replace(self, address: Address, kind: SecretKind, secret: Secret) -> bool:
        """Keeps the secret in place of one of its kind; whether there was one: where none is kept, none is added.

        Raises:
            SecretStoreError: as for `save`.
        """

        def work(entries: _Entries) -> bool:
            if entries.get(address, kind) is None:
                return False
            entries.put(address, {kind: secret}, (kind,))
            return True

        return await self._run(work)

    async def load(self, address: Address, kinds: Iterable[SecretKind] = SecretKind) -> Secrets:
        """The account's secrets of these kinds, as far as they are kept.

        Raises:
            SecretStoreError: there is no safe keyring, it stayed locked, or did not answer in time.
        """
        wanted = tuple(kinds)
        return await self._run(lambda entries: entries.all(address, wanted))

    async def forget(self, address: Address) -> frozenset[SecretKind]:
        """Deletes the account's secrets of every kind; which there were.

        Raises:
            SecretStoreError: as for `save`.
        """
        return await self._run(lambda entries: frozenset(entries.put(address, {}, SecretKind)))

    async def _run(self, work: Callable[[_Entries], _T]) -> _T:
        if self._stuck is not None and self._stuck.is_running:
            raise SecretStoreError(_slow(self._stuck.keyring_name))  # one prompt is enough, and one thread
        call = _Call(self._given)
        try:
            return await in_daemon_thread(lambda: call.run(work), name="keyring", limit_s=self._limit_s)
        except TimeoutError:
            self._stuck = call
            raise SecretStoreError(_slow(call.keyring_name)) from None
        finally:
            call.is_abandoned.set()


class _Call:
    """One call in its thread; once it is abandoned it undoes what it began."""

    def __init__(self, given: KeyringBackend | None) -> None:
        self._given = given
        self.is_abandoned = threading.Event()
        self.is_running = True
        self.keyring_name = tr("The keyring")

    def run(self, work: Callable[[_Entries], _T]) -> _T:
        try:
            keyring = _safe(self._given or _system_keyring())
            self.keyring_name = _capital(_name(keyring))
            return work(_Entries(keyring, self.is_abandoned))
        except SecretStoreError:
            raise
        except BaseException as error:
            # Backends let through whatever their system raises, also what would end a program or a task; its text
            # could quote what was being saved.
            raise SecretStoreError(_refusal(self.keyring_name, error)) from None
        finally:
            self.is_running = False


class _Entries:
    """The account's entries in a keyring that is safe; used in the keyring's thread only."""

    def __init__(self, keyring: KeyringBackend, is_abandoned: threading.Event) -> None:
        self.keyring = keyring
        self._is_abandoned = is_abandoned

    def get(self, address: Address, kind: SecretKind) -> Secret | None:
        value = long_secret.get(self.keyring, _service(kind), address.wire)
        # Nobody's password is empty or longer than what is kept here: another program, or damage, put it there.
        return Secret(value) if type(value) is str and 0 < len(value) <= long_secret.MAX_CHARACTERS else None

    def all(self, address: Address, kinds: Iterable[SecretKind]) -> dict[SecretKind, Secret]:
        found = {kind: self.get(address, kind) for kind in kinds}
        return {kind: secret for kind, secret in found.items() if secret is not None}

    def put(self, address: Address, secrets: Secrets, kinds: Iterable[SecretKind]) -> dict[SecretKind, Secret]:
        """Makes the entries of these kinds what `secrets` says; what they were. Undone as a whole when it fails."""
        wanted = tuple(kinds)
        before = self.all(address, wanted)
        try:
            for kind in wanted:
                self._set(address, kind, secrets.get(kind), before.get(kind))
                if self._is_abandoned.is_set():
                    raise SecretStoreError(tr("Nobody waited for the keyring any more."))
        except BaseException:
            for kind in wanted:
                try:
                    self._set(address, kind, before.get(kind), self.get(address, kind))
                except BaseException:  # noqa: S112 - what cannot be undone in one kind does not stop the others
                    continue
            raise
        return before

    def _set(self, address: Address, kind: SecretKind, secret: Secret | None, now: Secret | None) -> None:
        if secret is None:
            long_secret.delete(self.keyring, _service(kind), address.wire)  # also what is left of a damaged one
            if now is not None and self.get(address, kind) is not None:
                raise SecretStoreError(tr("The keyring still holds the password that was to be deleted."))
            return
        if secret == now:
            return
        long_secret.put(self.keyring, _service(kind), address.wire, secret.reveal())
        if self.get(address, kind) != secret:
            raise SecretStoreError(tr("The keyring did not give the password back as it was saved."))


def _system_keyring() -> KeyringBackend:
    try:
        import keyring

        backend: KeyringBackend = keyring.get_keyring()
    except Exception as error:  # a configured backend that cannot be imported says so by any exception
        raise NoSafeKeyring(_absent(tr("it could not be opened, {error}", error=type(error).__name__))) from None
    return backend


def _safe(keyring: KeyringBackend) -> KeyringBackend:
    """The keyring, or the first safe one inside a chain."""
    if type(keyring).__module__ == "keyring.backends.chainer":
        chained: list[KeyringBackend] = list(getattr(keyring, "backends", ()))
        safe = next((inner for inner in chained if _why_unsafe(inner) is None), None)
        if safe is None:
            raise NoSafeKeyring(_absent(tr("none of those installed is one")))
        return safe
    reason = _why_unsafe(keyring)
    if reason is not None:
        raise NoSafeKeyring(_absent(reason))
    return keyring


def _why_unsafe(keyring: KeyringBackend) -> str | None:
    kind = type(keyring)
    if kind.__module__.startswith(_UNSAFE_MODULES) or "plaintext" in kind.__name__.lower():
        return tr("“{keyring}” does not protect what it keeps", keyring=kind.__module__)
    try:
        priority = float(kind.priority)
    except Exception:  # a backend says by any exception that it cannot work here
        return tr("“{keyring}” does not work here", keyring=kind.__module__)
    if priority >= _SAFE_PRIORITY:
        return None
    return tr("“{keyring}” is not a recommended one", keyring=kind.__module__)


def _absent(reason: str) -> str:
    return tr(
        "This computer has no safe keyring for the password ({reason}). "
        "The password stays in memory until Mailwright is closed, and is written nowhere.",
        reason=reason,
    )


def _slow(name: str) -> str:
    return tr(
        "{keyring} does not answer. It may be waiting to be unlocked, in a window behind this one; then try again.",
        keyring=name,
    )


def _refusal(name: str, error: BaseException) -> str:
    from keyring.errors import KeyringLocked

    if isinstance(error, KeyringLocked):
        return tr("{keyring} is locked, or did not let Mailwright in. Unlock it and try again.", keyring=name)
    return tr(
        "{keyring} refused ({error}). Nothing was changed there.", keyring=name, error=single_line(type(error).__name__)
    )


def _name(keyring: KeyringBackend) -> str:
    module = type(keyring).__module__
    desktop = os.environ.get("XDG_CURRENT_DESKTOP", "")
    if "SecretService" in module and "GNOME" in desktop.upper():
        return "GNOME Keyring"
    return (
        tr(_NAMES[module]) if module in _NAMES else single_line(str(getattr(keyring, "name", module)))[:_LONGEST_NAME]
    )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _service(kind: SecretKind) -> str:
    return "Mailwright" if kind is SecretKind.PASSWORD else f"Mailwright {kind}"
