"""Keyrings for tests, through keyring's own extension point: a class with a priority."""

from __future__ import annotations

import threading

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class MemoryKeyring(KeyringBackend):
    """A safe keyring that forgets when the test ends; notes which threads used it."""

    # keyring collects every class that exists; as a recommended one it would offer itself to `get_keyring`.
    viable = False
    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.threads: set[int] = set()

    def get_password(self, service: str, username: str) -> str | None:
        self.threads.add(threading.get_ident())
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.threads.add(threading.get_ident())
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


class WeakKeyring(MemoryKeyring):
    """One that keyring itself does not recommend, as its file backends are."""

    priority = 0.5  # type: ignore[assignment]


class PlaintextKeyring(MemoryKeyring):
    """One that says by its name what it does."""


class BrokenKeyring(MemoryKeyring):
    """One that raises while its priority is asked, as Secret Service does without a bus."""

    @property
    def priority(self) -> float:  # type: ignore[override]
        raise RuntimeError("no bus")


class LockedKeyring(MemoryKeyring):
    """One the person does not unlock; its error quotes what was to be saved."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"could not keep {password}")


class ForgetfulKeyring(MemoryKeyring):
    """One that cuts what it keeps."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:4])
