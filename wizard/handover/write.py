"""Hand-over files on the disk."""

from __future__ import annotations

from pathlib import Path

from wizard.errors import HandoverError
from wizard.private_file import write_private


def write_file(path: Path, content: bytes) -> None:
    """Leaves `content` at `path`, for its owner alone, read back and compared.

    Raises:
        HandoverError: it could not be written; what was at `path` before is still there.
    """
    try:
        write_private(path, content)
    except OSError as error:
        raise HandoverError(f"“{path}” could not be written: {error.strerror or error}.") from error
