"""One writer at a time, in this program and among all programs of this computer."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from wizard.errors import ResourceError
from wizard.language import tr

# Longer than the keyring may take, for whose answer another program may be waiting with the lock in its hand.
WAIT_S: Final = 30.0
_LOOK_AGAIN_S: Final = 0.02
_TAKEN: Final = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


@asynccontextmanager
async def locked(path: Path, *, wait_s: float = WAIT_S) -> AsyncIterator[None]:
    """Holds the lock that the file at `path` stands for; the system frees it when a program ends, however it ends.

    The file stays: who deletes a lock file may delete the one that another program has just taken.

    Raises:
        ResourceError: another program did not let go within `wait_s` seconds, or the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ResourceError(
            tr("The accounts could not be saved in {place}: {reason}.", place=path.parent, reason=error.strerror)
        ) from error
    try:
        end = asyncio.get_running_loop().time() + wait_s
        while not take(descriptor):
            if asyncio.get_running_loop().time() > end:
                raise ResourceError(
                    tr("Another Mailwright is changing the saved accounts and does not finish. Close it.")
                )
            await asyncio.sleep(_LOOK_AGAIN_S)
        yield
    finally:
        os.close(descriptor)  # which lets go of the lock


def take(descriptor: int) -> bool:
    """Takes the lock, or says that somebody has it; each opened descriptor is somebody of its own."""
    if sys.platform == "win32":
        import msvcrt

        try:
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    else:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # A file system that knows no locks (some network drives) is written to as it always was.
            return error.errno not in _TAKEN
        return True
