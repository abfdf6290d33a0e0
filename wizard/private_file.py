"""Writes a file so that it is whole and proven to be what was meant, and reads one of our own."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import time
from pathlib import Path
from typing import Final

from wizard.language import tr

# On Windows a file that another program has open just now cannot be replaced.
_MAY_BE_HELD: Final = os.name == "nt"
_REPLACE_TRIES: Final = 40
_REPLACE_PAUSE_S: Final = 0.05


def read_private(path: Path, *, limit_bytes: int) -> bytes:
    """The first `limit_bytes` of a file of our own; a pipe or a device in its place is not waited for.

    Raises:
        OSError: it cannot be read, or is no file.
    """
    # Not to wait for a writer, where somebody has put a pipe in the file's place.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(None, tr("{file} is not a file.", file=path.name).rstrip(".。"))
        return file.read(limit_bytes)


def write_private(path: Path, content: bytes) -> None:
    """Leaves `content` at `path`, readable by its owner alone (0600), replacing what was there in one step.

    It is read back and compared, because a full disk or a network drive can say yes and keep less. A link is replaced
    too, not followed: whoever may put one there would choose what is overwritten. A device or a pipe is not replaced.

    Raises:
        OSError: it could not be written or reads back differently, or is no file; then `path` is as it was before.
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


def _is_no_file(path: Path) -> bool:
    """Whether a device, a pipe or a socket has the name, or a link to an open file of this process, as /dev/stdout."""
    if path.is_symlink() and os.readlink(path).startswith("/proc/"):
        return True
    return os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path))


def _write(path: Path, content: bytes, mode: int) -> None:
    if _is_no_file(path):
        raise OSError(None, tr("{file} is not a file.", file=path.name).rstrip(".。"))
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
