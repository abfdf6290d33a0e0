"""Writes a file so that it is whole and proven to be what was meant."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path
from typing import Final

from wizard.language import tr

# On Windows a file that another program has open just now cannot be replaced.
_MAY_BE_HELD: Final = os.name == "nt"
_REPLACE_TRIES: Final = 40
_REPLACE_PAUSE_S: Final = 0.05


def write_private(path: Path, content: bytes) -> None:
    """Leaves `content` at `path`, readable by its owner alone (0600), replacing what was there in one step.

    It is read back and compared, because a full disk or a network drive can say yes and keep less.

    Raises:
        OSError: it could not be written or reads back differently; then `path` is as it was before.
    """
    _write(path, content, 0o600)


def write_public(path: Path, content: bytes) -> None:
    """As `write_private`, for what holds no secret and is read by other users' programs: 0644 (less the umask).

    Raises:
        OSError: as for `write_private`.
    """
    _write(path, content, 0o644)


def remove_leftovers(path: Path) -> None:
    """Removes what a program left that was killed while it wrote to `path`; nobody may be writing to it now."""
    for temporary in path.parent.glob(f".{path.name[:80]}.*.tmp"):
        with contextlib.suppress(OSError):
            temporary.unlink()


def _write(path: Path, content: bytes, mode: int) -> None:
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if temporary.read_bytes() != content:
            raise OSError(None, tr("it did not read back as it was written"))
        _replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _replace(temporary: Path, path: Path) -> None:
    for tries_left in reversed(range(_REPLACE_TRIES)):
        try:
            temporary.replace(path)
        except PermissionError:
            if not _MAY_BE_HELD or not tries_left:
                raise
            time.sleep(_REPLACE_PAUSE_S)
        else:
            return
