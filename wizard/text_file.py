"""Reads what a person hands us in a file or a pipe, whichever editor or shell of whichever system wrote it.

Every file has a limit of size and one of time. What is read is an ordinary file or a pipe: a device may be without an
end, wait for a person, or do something when it is opened. A pipe may be named or come from the shell (`<(command)`);
it is waited for. Standard input is waited for without a limit, as every program does.
"""

from __future__ import annotations

import codecs
import io
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from wizard.errors import UsageError
from wizard.language import tr, tr_plural

STANDARD_INPUT: Final = "-"
WAIT_S: Final = 60.0  # for a file; for each line, where lines are read one by one. A command may ask for a passphrase
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
        content, what = standard_input().read(limit_bytes + 1), tr("What came in")
    else:
        content, what = read_bytes(Path(source), limit_bytes=limit_bytes, field=field), _called(Path(source))
    return decoded(content, what, limit_bytes=limit_bytes, ansi=ansi, field=field)


def read_first_line(source: Path | str, *, limit_bytes: int, ansi: bool = False, field: str | None = None) -> str:
    """The first line without its end, read as `read_text` does; of a pipe, which need not end, no more is read."""
    if source == STANDARD_INPUT:
        content, what = _first_line_of(standard_input(), limit_bytes), tr("What came in")
    else:
        what = _called(Path(source))
        with _opened(Path(source), what, field) as file:
            content = _first_line_of(file, limit_bytes)
    text = decoded(content, what, limit_bytes=limit_bytes, ansi=ansi, field=field)
    return text.replace("\r\n", "\n").replace("\r", "\n").partition("\n")[0]


def read_lines(
    source: Path | str, *, limit_bytes: int, ansi: bool = False, look: Callable[[bytes], None] | None = None
) -> Iterator[str]:
    """The lines of a file or of standard input ("-") with their ends, one after the other: memory holds one.

    Decoded as `read_text` does it, each line for itself where there is no mark; with `ansi`, what is no text at all
    reads as U+FFFD, so that one bad line costs no other. `limit_bytes` is what a line may have. A file that grows
    meanwhile is read as far as it went when it was opened. `look` is given a file's first bytes before anything is
    read, and may raise.

    Raises:
        UsageError: as `read_text`; a line that cannot be used is told by its number, once all before it were given.
    """
    if source == STANDARD_INPUT:
        yield from _lines_of(standard_input(), tr("What came in"), limit_bytes, ansi)
        return
    what = _called(Path(source))
    with _opened(Path(source), what, None, by_line=True) as file:
        if look is not None:
            look(file.peek(64)[:64])
        yield from _lines_of(file, what, limit_bytes, ansi)


def read_bytes(path: Path, *, limit_bytes: int, what: str | None = None, field: str | None = None) -> bytes:
    """A file's content, up to one byte past the limit, which tells that there is more.

    Raises:
        UsageError: a sentence that begins with `what`, or names the file; `field` goes with it.
    """
    with _opened(path, what or _called(path), field) as file:
        return file.read(limit_bytes + 1)


def standard_input() -> BinaryIO:
    """Standard input's bytes.

    Raises:
        UsageError: the program was started without one, as a desktop or `<&-` does.
    """
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError(tr("There is no standard input to read from."))
    return sys.stdin.buffer


def _lines_of(stream: BinaryIO, what: str, limit_bytes: int, ansi: bool) -> Iterator[str]:
    first = stream.readline(limit_bytes + 1)
    if first.startswith(_UTF16):
        yield from _utf16_lines(first, stream, what, limit_bytes)
        return
    line, number = first, 1
    while line:
        yield decoded(
            line,
            tr("{what}: line {number}", what=what, number=number),
            limit_bytes=limit_bytes,
            ansi=ansi,
            lenient=ansi,
        )
        line, number = stream.readline(limit_bytes + 1), number + 1


def _utf16_lines(first: bytes, stream: BinaryIO, what: str, limit_bytes: int) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-16")()
    rest, number, content = "", 1, first
    while content or rest:
        try:
            rest += decoder.decode(content, final=not content)
        except UnicodeDecodeError:
            raise UsageError(
                tr(
                    "{what}: line {number} is not text in UTF-16. Save it as UTF-8, and try again.",
                    what=what,
                    number=number,
                )
            ) from None
        *whole, rest = rest.split("\n") if content else (rest, "")
        for line in whole:
            yield f"{line}\n" if content else line
            number += 1
        if 2 * len(rest) > limit_bytes:
            raise UsageError(
                tr(
                    "{what}: line {number} is larger than {size}: it is hardly the right one.",
                    what=what,
                    number=number,
                    size=_size(limit_bytes),
                )
            )
        content = stream.read(_PIECE) if content else b""


def _called(path: Path) -> str:
    return tr("The file {name}", name=path.name or path)


@contextmanager
def _opened(
    path: Path, what: str, field: str | None, *, by_line: bool = False
) -> Iterator[io.BufferedReader[_Patient]]:
    try:
        _refuse_other_kinds(os.stat(path).st_mode, what, field)  # first: opening may already do something to a device
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
        raw = _Patient(os.open(path, flags), what, field, by_line=by_line)
        with io.BufferedReader(raw, _PIECE) as file:
            _refuse_other_kinds(os.fstat(raw.fileno()).st_mode, what, field)
            yield file
    except FileNotFoundError:
        raise UsageError(tr("{what} does not exist.", what=what), field) from None
    except PermissionError:
        raise UsageError(tr("{what} cannot be read: this user may not.", what=what), field) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UsageError(tr("{what} cannot be read: {reason}.", what=what, reason=reason), field) from None


def _refuse_other_kinds(mode: int, what: str, field: str | None) -> None:
    if stat.S_ISDIR(mode):
        raise UsageError(tr("{what} cannot be read: it is a folder.", what=what), field)
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise UsageError(tr("{what} cannot be read: it is a device.", what=what), field)
    if stat.S_ISSOCK(mode):
        raise UsageError(tr("{what} cannot be read: it is a socket.", what=what), field)


class _Patient(io.RawIOBase):
    """An open file that is waited for, but no longer than `WAIT_S`, and read no further than it went at the start."""

    def __init__(self, descriptor: int, what: str, field: str | None, *, by_line: bool) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._what = what
        self._field = field
        self._by_line = by_line
        self._left_s = WAIT_S
        found = os.fstat(descriptor)
        self._waits = not stat.S_ISREG(found.st_mode)
        # What the system makes up when it is read, such as /proc, has no size that is known.
        self._left_bytes = found.st_size if stat.S_ISREG(found.st_mode) and found.st_size else None

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()

    def readinto(self, buffer: Any) -> int:
        most = len(buffer) if self._left_bytes is None else min(len(buffer), self._left_bytes)
        if self._waits:  # before the first byte of a pipe: until somebody writes to it, it reads as if it had ended
            self._wait()
        while True:
            try:
                content = os.read(self._descriptor, most)
                break
            except BlockingIOError:
                self._wait()
        if self._left_bytes is not None:
            self._left_bytes -= len(content)
        if self._by_line and b"\n" in content:
            self._left_s = WAIT_S
        buffer[: len(content)] = content
        return len(content)

    def _wait(self) -> None:
        if sys.platform == "win32":  # whose pipes are waited for by reading
            return
        import select

        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        began = time.monotonic()
        if not poll.poll(max(0, self._left_s) * 1000):
            raise UsageError(
                tr(
                    "{what} cannot be read: what it holds did not come within {seconds} seconds.",
                    what=self._what,
                    seconds=f"{WAIT_S:.0f}",
                ),
                self._field,
            )
        self._left_s -= time.monotonic() - began


def _first_line_of(stream: BinaryIO, limit_bytes: int) -> bytes:
    content = stream.readline(limit_bytes + 1)
    # In UTF-16 the byte of a line's end has another half, and may be half of another character.
    while content.startswith(_UTF16) and len(content) <= limit_bytes and "\n" not in content.decode("utf-16", "ignore"):
        more = stream.read(1) if len(content) % 2 else stream.readline(limit_bytes + 1 - len(content))
        if not more:
            break
        content += more
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
        raise UsageError(
            tr("{what} is larger than {size}: it is hardly the right one.", what=what, size=_size(limit_bytes)), field
        )
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
    raise UsageError(
        tr("{what} is not text in UTF-8. Save it as UTF-8 in your editor, and try again.", what=what), field
    )


def _size(limit_bytes: int) -> str:
    for unit, worth in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if limit_bytes >= worth:
            return f"{limit_bytes // worth} {unit}"
    return tr_plural("{n} byte", "{n} bytes", limit_bytes)
