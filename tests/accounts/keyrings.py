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

    priority = 0.99  # type: ignore[assignment]


class JustSafeKeyring(MemoryKeyring):
    """The least that keyring recommends."""

    priority = 1


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


class WindowsKeyring(MemoryKeyring):
    """One that takes no more than Windows' Credential Manager: 2,560 bytes of UTF-16 an entry."""

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password.encode("utf-16-le", "surrogatepass")) > 2560:
            raise OSError(1783, "The stub received bad data.")
        super().set_password(service, username, password)


class WaitingKeyring(MemoryKeyring):
    """One that waits for its prompt, which nobody sees, until `answer` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = threading.Event()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self._wait()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._wait()
        super().set_password(service, username, password)

    def _wait(self) -> None:
        self.asked += 1
        self.answer.wait()


class RefusingKeyring(MemoryKeyring):
    """One that keeps nothing more once it holds `room` entries, and can be told to delete nothing."""

    def __init__(self, room: int = 0) -> None:
        super().__init__()
        self.room = room

    def set_password(self, service: str, username: str, password: str) -> None:
        if (service, username) not in self.kept and len(self.kept) >= self.room:
            raise OSError("no room")
        super().set_password(service, username, password)
