"""Writes a file so that it is whole, private, and proven to be what was meant."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Leaves `content` at `path`, readable by its owner alone (0600), replacing what was there in one step.

    It is read back and compared, because a full disk or a network drive can say yes and keep less.

    Raises:
        OSError: it could not be written or reads back differently; then `path` is as it was before.
    """
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if temporary.read_bytes() != content:
            raise OSError(None, "it did not read back as it was written")
        temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
