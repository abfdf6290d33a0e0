"""Reads a text that a person hands us in a file or a pipe, whichever editor or shell of whichever system wrote it."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from wizard.errors import UsageError

STANDARD_INPUT: Final = "-"
_PIECE: Final = 64 * 1024
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


def read_lines(source: Path | str, *, limit_bytes: int, ansi: bool = False) -> Iterator[str]:
    """The lines of a file or of standard input ("-") with their ends, one after the other: memory holds one.

    Decoded as `read_text` does it, each line for itself where there is no mark; with `ansi`, what is no text at all
    reads as U+FFFD, so that one bad line costs no other. `limit_bytes` is what a line may have.

    Raises:
        UsageError: as `read_text`; a line that cannot be used is told by its number, once all before it were given.
    """
    if source == STANDARD_INPUT:
        yield from _lines_of(sys.stdin.buffer, "What came in", limit_bytes, ansi)
        return
    what = f"The file {Path(source).name}"
    with _opened(Path(source), None) as file:
        yield from _lines_of(file, what, limit_bytes, ansi)


def _lines_of(stream: BinaryIO, what: str, limit_bytes: int, ansi: bool) -> Iterator[str]:
    first = stream.readline(limit_bytes + 1)
    if first.startswith(_UTF16):
        yield from _utf16_lines(first, stream, what, limit_bytes)
        return
    line, number = first, 1
    while line:
        yield decoded(line, f"{what}: line {number}", limit_bytes=limit_bytes, ansi=ansi, lenient=ansi)
        line, number = stream.readline(limit_bytes + 1), number + 1


def _utf16_lines(first: bytes, stream: BinaryIO, what: str, limit_bytes: int) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-16")()
    rest, number, content = "", 1, first
    while content or rest:
        try:
            rest += decoder.decode(content, final=not content)
        except UnicodeDecodeError:
            raise UsageError(f"{what}: line {number} is not text in UTF-16. Save it as UTF-8, and try again.") from None
        *whole, rest = rest.split("\n") if content else (rest, "")
        for line in whole:
            yield f"{line}\n" if content else line
            number += 1
        if 2 * len(rest) > limit_bytes:
            raise UsageError(f"{what}: line {number} is larger than {_size(limit_bytes)}: it is hardly the right one.")
        content = stream.read(_PIECE) if content else b""


def _read(path: Path, limit_bytes: int, field: str | None) -> tuple[bytes, str]:
    """The file's content up to one byte past the limit, and what to call it in a sentence."""
    with _opened(path, field) as file:
        return file.read(limit_bytes + 1), f"The file {path.name or path}"


@contextmanager
def _opened(path: Path, field: str | None) -> Iterator[BinaryIO]:
    what = f"The file {path.name or path}"
    try:
        if path.is_dir():  # Windows only says that access is denied
            raise UsageError(f"{path.name or path} is a folder, not a file.", field)
        with path.open("rb") as file:
            yield file
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


def decoded(
    content: bytes,
    what: str,
    *,
    limit_bytes: int,
    ansi: bool = False,
    lenient: bool = False,
    field: str | None = None,
) -> str:
    """The text in bytes that came some other way, as `read_text` decodes it; `what` begins the sentence of an error.

    Raises:
        UsageError: more than `limit_bytes`, or no text and not `lenient`, which reads what is none as U+FFFD.
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
    if lenient:
        return content.decode("utf-8", "replace")
    raise UsageError(f"{what} is not text in UTF-8. Save it as UTF-8 in your editor, and try again.", field)


def _size(limit_bytes: int) -> str:
    for unit, worth in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if limit_bytes >= worth:
            return f"{limit_bytes // worth} {unit}"
    return f"{limit_bytes} bytes"
