"""Keyring entries of any length: what is too long for one entry is laid into several.

Windows' Credential Manager takes 2,560 bytes an entry (CRED_MAX_CREDENTIAL_BLOB_SIZE) and keyring writes UTF-16 there;
a permission of Microsoft's is longer. Every keyring is used alike, so that a test shows what happens on Windows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

ENTRY_BYTES: Final = 2560
_PART: Final = 640  # characters of at most two UTF-16 units of two bytes each
_HEAD: Final = "mailwright:parts:"
MAX_CHARACTERS: Final = 999 * _PART


def get(keyring: KeyringBackend, service: str, name: str) -> str | None:
    """The value as it was put; `None` where there is none, or where a part of it is gone."""
    head = keyring.get_password(service, name)
    count = _count(head)
    if count is None:
        return head
    parts = [keyring.get_password(_part(service, number), name) for number in range(1, count + 1)]
    found = [part for part in parts if part is not None]
    return "".join(found) if len(found) == count else None


def put(keyring: KeyringBackend, service: str, name: str, value: str) -> None:
    """Keeps the value; its parts before the entry that names them, so that a half-written one is never read."""
    before = _count(keyring.get_password(service, name)) or 0
    parts: list[str] = []
    if len(value.encode("utf-16-le", "surrogatepass")) > ENTRY_BYTES or value.startswith(_HEAD):
        parts = [value[start : start + _PART] for start in range(0, len(value), _PART)]
    for number, part in enumerate(parts, 1):
        keyring.set_password(_part(service, number), name, part)
    keyring.set_password(service, name, f"{_HEAD}{len(parts)}" if parts else value)
    _delete_parts(keyring, service, name, range(len(parts) + 1, before + 1))


def delete(keyring: KeyringBackend, service: str, name: str) -> None:
    """Deletes the value, if there is one."""
    head = keyring.get_password(service, name)
    if head is not None:
        _delete_parts(keyring, service, name, range(1, (_count(head) or 0) + 1))
        keyring.delete_password(service, name)


def _delete_parts(keyring: KeyringBackend, service: str, name: str, numbers: range) -> None:
    for number in numbers:
        if keyring.get_password(_part(service, number), name) is not None:
            keyring.delete_password(_part(service, number), name)


def _count(head: str | None) -> int | None:
    """How many parts an entry stands for; `None` when it is the value itself."""
    digits = (head or "").removeprefix(_HEAD)
    return (
        int(digits) if head is not None and head.startswith(_HEAD) and digits.isdecimal() and len(digits) < 4 else None
    )


def _part(service: str, number: int) -> str:
    return f"{service} part {number}"
