"""Reads a text that a person hands us in a file or a pipe, whichever editor or shell of whichever system wrote it."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import BinaryIO, Final

from wizard.errors import UsageError

STANDARD_INPUT: Final = "-"
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What Windows' programs mean by "ANSI": the system's code page there, western Europe's elsewhere.
_ANSI: Final = "mbcs" if sys.platform == "win32" else "cp1252"


def read_text(source: Path | str, *, limit_bytes: int, ansi: bool = False, field: str | None = None) -> str:
    """The text of a file, or of standard input when `source` is "-": without a byte order mark, line ends as they are.

    It is UTF-16 where a byte order mark says so (PowerShell's `>`), else UTF-8, else Windows' ANSI if `ansi`. No more
    than `limit_bytes` are read, so a file without an end does no harm.

    Raises:
        UsageError: a sentence that names the file and says why it cannot be used; `field` goes with it.
    """
    if source == STANDARD_INPUT:
        content, what = sys.stdin.buffer.read(limit_bytes + 1), "What came in"
    else:
        content, what = _read(Path(source), limit_bytes, field)
    return decoded(content, what, limit_bytes=limit_bytes, ansi=ansi, field=field)


def read_first_line(source: Path | str, *, limit_bytes: int, ansi: bool = False, field: str | None = None) -> str:
    """The first line without its end, read as `read_text` does; of a pipe, which need not end, no more is read."""
    if source == STANDARD_INPUT:
        content, what = _first_line_of(sys.stdin.buffer, limit_bytes), "What came in"
    else:
        content, what = _read(Path(source), limit_bytes, field)
    text = decoded(content, what, limit_bytes=limit_bytes, ansi=ansi, field=field)
    return text.replace("\r\n", "\n").replace("\r", "\n").partition("\n")[0]


def _read(path: Path, limit_bytes: int, field: str | None) -> tuple[bytes, str]:
    """The file's content up to one byte past the limit, and what to call it in a sentence."""
    what = f"The file {path.name or path}"
    try:
        if path.is_dir():  # Windows only says that access is denied
            raise UsageError(f"{path.name or path} is a folder, not a file.", field)
        with path.open("rb") as file:
            return file.read(limit_bytes + 1), what
    except FileNotFoundError:
        raise UsageError(f"{what} does not exist.", field) from None
    except PermissionError:
        raise UsageError(f"{what} cannot be read: this user may not.", field) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UsageError(f"{what} cannot be read: {reason}.", field) from None


def _first_line_of(stream: BinaryIO, limit_bytes: int) -> bytes:
    content = stream.readline(limit_bytes + 1)
    if content.startswith(codecs.BOM_UTF16_LE) and content.endswith(b"\n"):
        content += stream.read(1)  # the other half of the line's end
    return content


def decoded(content: bytes, what: str, *, limit_bytes: int, ansi: bool = False, field: str | None = None) -> str:
    """The text in bytes that came some other way, as `read_text` decodes it; `what` begins the sentence of an error.

    Raises:
        UsageError: more than `limit_bytes`, or no text.
    """
    if len(content) > limit_bytes:
        raise UsageError(f"{what} is larger than {_size(limit_bytes)}: it is hardly the right one.", field)
    encodings = ["utf-16"] if content.startswith(_UTF16) else ["utf-8-sig", *([_ANSI] if ansi else [])]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:  # no text has one: a program or picture, or UTF-16 without its mark
            return text
    raise UsageError(f"{what} is not text in UTF-8. Save it as UTF-8 in your editor, and try again.", field)


def _size(limit_bytes: int) -> str:
    for unit, worth in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if limit_bytes >= worth:
            return f"{limit_bytes // worth} {unit}"
    return f"{limit_bytes} bytes"
