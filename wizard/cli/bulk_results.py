"""The results of a bulk run: one JSON line each, which rows an earlier run did, and what a line says in short."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TextIO

from msgspec import Struct

from wizard.accounts.file_lock import take
from wizard.cli import render
from wizard.cli.monitoring import Checked, checked_of_document
from wizard.cli.options import json_object
from wizard.cli.table import Row
from wizard.errors import UsageError
from wizard.language import tr, tr_later
from wizard.model.account import Verdict
from wizard.model.address import Address
from wizard.text_file import read_lines

MAX_RESULT_BYTES: Final = 4 * 1024 * 1024
WORKS: Final = (Verdict.WORKS.value, Verdict.WORKS_AFTER_FIX.value)
NO_VERDICT: Final = "not-checked"
_BEGIN: Final = '{"row": '  # of each line
_SAYS: Final = {
    Verdict.WORKS.value: tr_later("It works"),
    Verdict.WORKS_AFTER_FIX.value: tr_later("It works, after a change"),
}


class Brief(Struct, frozen=True):
    """One result in short: what a monitor sees of it, where it stands in the table, and its servers in words."""

    row: int
    line: int
    checked: Checked
    sending: str
    receiving: str
    kept: Mapping[str, str]

    @property
    def kind(self) -> str:
        """The cause's id, or "works", "works-after-fix", "undecided" or "not-checked"."""
        verdict = self.checked.verdict or NO_VERDICT
        return verdict if self.checked.works else self.checked.cause or verdict

    @property
    def says(self) -> str:
        """It in a sentence."""
        works = _SAYS.get(self.checked.verdict or "")
        return tr(works) if works is not None else self.checked.says or tr("There is no verdict")


def brief(document: Mapping[str, Any]) -> Brief:
    """A result line in short; what is missing in it, or of another kind, is empty."""
    kept = document.get("kept")
    return Brief(
        row=_number(document.get("row")),
        line=_number(document.get("line")),
        checked=checked_of_document(document),
        sending=_side(document.get("outgoing")),
        receiving=_side(document.get("incoming")),
        kept={str(key): _text(value) for key, value in kept.items()} if isinstance(kept, dict) else {},
    )


def read_briefs(path: Path) -> Iterator[Brief]:
    """The results that a run wrote, one by one; a line that was cut off at the end is left out.

    Raises:
        UsageError: the file cannot be read, or it does not hold results of bulk.
    """
    for line in read_lines(path, limit_bytes=MAX_RESULT_BYTES, ansi=True):
        document = json_object(line)
        if document is None or not isinstance(document.get("row"), int):
            if line.endswith("\n") and line.strip():
                raise UsageError(tr("{name} does not hold results of bulk.", name=path.name))
            continue
        yield brief(document)


def _side(value: object) -> str:
    side = value if isinstance(value, dict) else {}
    host, port, security, status = (side.get(key) for key in ("host", "port", "security", "status"))
    return f"{host}:{port} {security}, {status}" if host else _text(status)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


class Results:
    """Where the results go, one JSON line each as soon as it is there, and which rows an earlier run did.

    `listener` gets each new result.

    Beside a file stands another one that notes which rows were begun: a row that was begun and has no result, for the
    program was ended in the middle, is told and not tried a second time.
    """

    def __init__(self, output: Path | None, *, resume: bool) -> None:
        self.all_work = True
        self.done_before = 0  # rows that an earlier run did
        self.listener: Callable[[Mapping[str, object]], None] = lambda _: None
        self._output = output
        self._resume = resume
        self._done: dict[int, str | None] = {}
        self._begun: set[int] = set()
        self._open = ExitStack()
        self._file: TextIO | None = None
        self._ledger: TextIO | None = None

    def __enter__(self) -> Results:
        with ExitStack() as opened:
            if self._output is not None:
                opened.push(self._open)
                self._open_files(self._output)
            opened.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._output is None:
            return
        with self._told_what_stops_writing():
            if sys.platform == "win32":
                self._open.close()  # nobody may delete there what is open, so whoever took it meanwhile keeps it
                if kind is None:
                    with suppress(PermissionError):
                        _ledger_of(self._output).unlink(missing_ok=True)
            else:
                if kind is None:
                    _ledger_of(self._output).unlink(missing_ok=True)  # before its lock is let go
                self._open.close()

    def missing(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows that no earlier run did; of those that one left in the middle, the result says so."""
        for row in rows:
            if row.number in self._done:
                _same_row(row, self._done.pop(row.number))
            elif row.number in self._begun:
                told = tr("An earlier run was ended in the middle of this row. It is not tried again by itself.")
                self.add(row, unusable(_address_of(row), told))
            else:
                yield row

    def started(self, row: Row) -> None:
        """Notes that the row is begun."""
        if self._ledger is not None:
            self._write(self._ledger, f"{row.number}\n")

    def add(self, row: Row, document: dict[str, object]) -> None:
        """Writes the row's result."""
        self.all_work &= document["verdict"] in WORKS
        numbered = {"row": row.number, "line": row.line} | document | ({"kept": dict(row.kept)} if row.kept else {})
        self.listener(numbered)
        if self._file is None:
            render.print_json(numbered)
            return
        self._write(self._file, json.dumps(numbered) + "\n")

    def _write(self, file: TextIO, text: str) -> None:
        with self._told_what_stops_writing():
            file.write(text)
            file.flush()

    @contextmanager
    def _told_what_stops_writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            name = self._output.name if self._output is not None else tr("The output")
            raise UsageError(
                tr("{name} cannot be written: {reason}.", name=name, reason=error.strerror or type(error).__name__)
            ) from None

    def _open_files(self, output: Path) -> None:
        if not output.name or os.path.isdir(output):
            raise UsageError(tr("--output takes a file, and this is a folder."))
        if os.path.lexists(output) and not self._resume:
            raise UsageError(tr("{name} is there already: --resume goes on with it.", name=output.name))
        if os.path.exists(output) and not os.path.isfile(output):
            raise _no_results(output)
        with self._told_what_stops_writing():
            # Nothing is written through a link that somebody else laid there.
            ledger = self._open.enter_context(_appended(_ledger_of(output), getattr(os, "O_NOFOLLOW", 0)))
            if not take(ledger.fileno()):
                raise UsageError(tr("Another run of bulk is writing {name} just now.", name=output.name))
            self._ledger = ledger
            if self._resume and os.path.exists(output):
                self._read(output, ledger)
            else:
                ledger.truncate(0)  # of a run whose results are gone
            self._file = self._open.enter_context(_appended(output))

    def _read(self, output: Path, ledger: TextIO) -> None:
        line = "\n"
        for line in read_lines(output, limit_bytes=MAX_RESULT_BYTES, ansi=True):
            document = json_object(line)
            number = document.get("row") if document is not None else None
            if document is None or not isinstance(number, int):
                if line.endswith("\n") or not _may_be_torn(line):
                    raise _no_results(output)
                continue  # the last line, in the middle of which the program was ended
            self._done[number] = document.get("address")
            self.done_before += 1
            self.all_work &= document.get("verdict") in WORKS
        if not line.endswith("\n"):
            _cut_off_last_line(output)
        ledger.seek(0)
        self._begun = {int(line) for line in ledger if line[:20].strip().isdecimal()}


def _no_results(output: Path) -> UsageError:
    return UsageError(tr("{name} does not hold results of bulk: --resume cannot go on with it.", name=output.name))


def _may_be_torn(line: str) -> bool:
    """Whether a line is the beginning of a result, or the zeros that a computer leaves which lost its power."""
    return line.startswith(_BEGIN[: len(line)]) or not line.strip("\0")


def _cut_off_last_line(path: Path) -> None:
    """Takes off a line in the middle of which the program was ended: no reader could make anything of it."""
    with path.open("r+b") as file:
        begin = max(0, file.seek(0, os.SEEK_END) - MAX_RESULT_BYTES)
        file.seek(begin)
        file.truncate(begin + file.read().rfind(b"\n") + 1)


def _same_row(row: Row, address: object) -> None:
    """Raises UsageError where the table is another one than that of the results."""
    known = _address_of(row)
    if address is not None and known is not None and str(known) != address:
        raise UsageError(
            tr("Row {number} of the table is not the account of that row in the results.", number=row.number)
        )


def _address_of(row: Row) -> Address | None:
    try:
        return Address.parse(row.cells.get("address", ""))
    except UsageError:
        return None


def _ledger_of(output: Path) -> Path:
    return output.with_name(f"{output.name}.begun")


def _appended(path: Path, flags: int = 0) -> TextIO:
    """The file, for its owner's eyes alone, to be written on at its end."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | flags, 0o600)
    return os.fdopen(descriptor, "a+", encoding="utf-8", errors="replace", newline="\n")


def unusable(address: Address | None, told: str) -> dict[str, object]:
    """The result of a row that could not be checked."""
    return {"address": str(address) if address is not None else None, "verdict": None, "error": told}
