"""Hand-over files on the disk."""

from __future__ import annotations

from pathlib import Path

from wizard.errors import ResourceError
from wizard.language import tr
from wizard.private_file import write_private, write_public


def write_file(path: Path, content: bytes, *, others_may_read: bool = False) -> None:
    """Leaves `content` at `path`, for its owner alone, read back and compared.

    Settings for a program hold no secret and `others_may_read` them: a web server or a program that root installed
    could not, and would silently go without.

    Raises:
        ResourceError: it could not be written; what was at `path` before is still there.
    """
    try:
        (write_public if others_may_read else write_private)(path, content)
    except OSError as error:
        raise ResourceError(
            tr("“{path}” could not be written: {reason}.", path=path, reason=error.strerror or error)
        ) from error
    except ValueError:  # empty, "." or "/", or with a NUL
        raise ResourceError(tr("“{path}” could not be written: it is no name of a file.", path=path)) from None
