"""Puts an account into a program's files, with a copy of what was there, and takes it out again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from wizard.errors import HandoverError
from wizard.handover.programs import thunderbird
from wizard.handover.programs.putting import Part, PartKind, Placement
from wizard.language import tr
from wizard.private_file import write_private, write_public

_OPEN: Final = "# >>> Mailwright: {name} >>>"
_CLOSE: Final = "# <<< Mailwright: {name} <<<"
# The file of a program's new profile that is taken out last: Thunderbird's, Claws Mail's.
_LAST_OF_A_PROFILE: Final = frozenset({"user.js", "clawsrc"})
_MAX_BYTES: Final = 16 * 1024 * 1024


class _Note(Struct, frozen=True):
    """What the record keeps of one file: how it was changed, and what it was before (`backup`, in the record)."""

    kind: PartKind
    path: Path
    existed: bool
    sha256: str
    detail: str = ""


class Placed:
    """The record of one account in one program; `folder` is where this program keeps such records, `name` its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder / name
        self._name = name

    @property
    def exists(self) -> bool:
        """Whether the account was put in place and not taken out since."""
        return os.path.isfile(self._folder / "record.json")

    def put(self, placement: Placement) -> tuple[Path, ...]:
        """Makes and changes the files, all or none; one that was put before is replaced.

        Raises:
            HandoverError: the program runs, a file is there already or cannot be written; nothing was changed then.
        """
        running = running_program(placement.commands)
        if running is not None:
            raise HandoverError(tr("Close {program} first: it writes its settings when it ends.", program=running))
        if self.exists:
            self.undo()
        planned = [(part, self._before(part)) for part in placement.parts]
        contents = [self._after(part, before) for part, before in planned]
        notes = [
            _Note(part.kind, part.path, before is not None, _sha256(content), _detail(part))
            for (part, before), content in zip(planned, contents, strict=True)
        ]
        self._remember(notes, [before for _, before in planned])
        done: list[tuple[Path, bytes | None]] = []
        try:
            for (part, before), content in zip(planned, contents, strict=True):
                done.append((part.path, before))
                # A configuration that is new here is nobody else's to read.
                is_new_folder = not os.path.isdir(part.path.parent)
                _write(part.path, content, private=part.private or (before is None and part.kind is PartKind.BLOCK))
                if part.for_everybody:
                    part.path.chmod(0o644)
                    if is_new_folder:
                        part.path.parent.chmod(0o755)
        except OSError as error:
            for path, before in reversed(done):
                _restore(path, before)
            with contextlib.suppress(HandoverError):
                self._forget()
            raise HandoverError(
                tr("“{path}” could not be written: {reason}.", path=part.path, reason=error.strerror or error)
            ) from error
        return tuple(part.path for part in placement.parts)

    def undo(self) -> tuple[Path, ...]:
        """Takes the account out again; what the person or the program changed in the same files since stays.

        Returns:
            Folders that are kept, because the program put mail or settings of its own there.

        Raises:
            HandoverError: nothing was put in place, or a file cannot be changed back.
        """
        kept: list[Path] = []
        for number, note in reversed(list(enumerate(self._notes()))):
            try:
                self._undo(number, note, kept)
            except OSError as error:
                raise HandoverError(
                    tr("“{path}” could not be changed back: {reason}.", path=note.path, reason=error.strerror or error)
                ) from error
        self._forget()
        return tuple(kept)

    def _undo(self, number: int, note: _Note, kept: list[Path]) -> None:
        now = _read(note.path)
        if now is None:
            return
        before = _read(self._folder / f"{number}.before") if note.existed else None
        if note.kind is PartKind.FILE and before is None:
            note.path.unlink()
            kept += _remove_if_empty(note.path.parent, note.path)
        elif _sha256(now) == note.sha256:
            _restore(note.path, before)
        elif note.kind is PartKind.BLOCK:
            rest = _without_block(now, self._name)
            _restore(note.path, rest if note.existed or rest.strip() else None)
        elif note.kind is PartKind.PROFILE:
            _write(note.path, thunderbird.without_profile(note.path.parent, note.detail), private=False)
        else:
            kept_in = self._folder / f"{number}.before"
            raise HandoverError(
                tr(
                    "“{path}” was changed since. What was there before is kept in {kept_in}.",
                    path=note.path,
                    kept_in=kept_in,
                )
            )

    def _before(self, part: Part) -> bytes | None:
        try:
            before = _read(part.path)
        except OSError as error:
            raise HandoverError(
                tr("“{path}” cannot be read: {reason}.", path=part.path, reason=error.strerror or error)
            ) from error
        if before is not None and part.kind is PartKind.FILE:
            raise HandoverError(
                tr("“{path}” is there already, and not from here. Nothing was changed.", path=part.path)
            )
        return before

    def _after(self, part: Part, before: bytes | None) -> bytes:
        match part.kind:
            case PartKind.FILE:
                return part.content
            case PartKind.BLOCK:
                head = _without_block(before or b"", self._name)
                if head and not head.endswith(b"\n"):
                    head += b"\n"
                if head and not head.endswith(b"\n\n"):
                    head += b"\n"  # in some files a blank line ends what stands before
                marks = (_OPEN.format(name=self._name).encode(), _CLOSE.format(name=self._name).encode())
                return head + marks[0] + b"\n" + part.content.rstrip(b"\n") + b"\n" + marks[1] + b"\n"
            case PartKind.PROFILE:
                folder, _, name = part.content.decode().partition("\n")
                return thunderbird.with_profile(part.path.parent, folder, name)

    def _remember(self, notes: Sequence[_Note], befores: Sequence[bytes | None]) -> None:
        document = [
            {
                "kind": note.kind.value,
                "path": str(note.path),
                "existed": note.existed,
                "sha256": note.sha256,
                "detail": note.detail,
            }
            for note in notes
        ]
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for number, before in enumerate(befores):
                if before is not None:
                    write_private(self._folder / f"{number}.before", before)
            write_private(self._folder / "record.json", json.dumps(document, indent=1).encode())
        except OSError as error:
            raise HandoverError(
                tr(
                    "“{path}” could not be written, so nothing was changed: {reason}.",
                    path=self._folder,
                    reason=error.strerror or error,
                )
            ) from error

    def _notes(self) -> list[_Note]:
        try:
            document = json.loads((self._folder / "record.json").read_text("utf-8"))
            return [
                _Note(
                    PartKind(entry["kind"]), Path(entry["path"]), entry["existed"] is True, str(entry["sha256"]),
                    str(entry["detail"]),
                )
                for entry in document
            ]  # fmt: skip
        except FileNotFoundError:
            raise HandoverError(
                tr("This account was not put in place there from here, so there is nothing to undo.")
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise HandoverError(
                tr("The record of what was changed cannot be read: {path}.", path=self._folder)
            ) from error

    def _forget(self) -> None:
        try:
            for path in self._folder.glob("*"):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise HandoverError(
                tr("“{path}” could not be changed back: {reason}.", path=path, reason=error.strerror or error)
            ) from error
        with contextlib.suppress(OSError):
            self._folder.rmdir()


def running_program(commands: Sequence[str]) -> str | None:
    """Which of the commands this person runs now; `None` where none does, or the system does not tell.

    A program that was given another home folder has its settings there, and is no reason to wait.
    """
    if not sys.platform.startswith("linux"):
        return None
    home = os.fsencode(f"HOME={Path.home()}")
    for name in Path("/proc").glob("[0-9]*/comm"):
        try:
            mine = name.parent.stat().st_uid == os.getuid()  # the folder's: of a sealed program the rest is root's
            command = name.read_text("utf-8", "replace").strip()
            if not mine or command not in {command[:15] for command in commands}:  # the kernel keeps 15 characters
                continue
            homes = [word for word in (name.parent / "environ").read_bytes().split(b"\0") if word.startswith(b"HOME=")]
        except PermissionError:
            homes = []  # sealed, as in a sandbox: nobody knows
        except OSError:
            continue  # it ended meanwhile
        if not homes or home in homes:
            return command
    return None


def _detail(part: Part) -> str:
    return part.content.decode().partition("\n")[0] if part.kind is PartKind.PROFILE else ""


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    if len(content) > _MAX_BYTES:
        raise OSError(None, tr("it is larger than any settings are"))
    return content


def _write(path: Path, content: bytes, *, private: bool) -> None:
    """In place of what is there, through a link to where the person really keeps it, with the modes it had."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(path.stat().st_mode) if os.path.exists(path) else None
    (write_private if private or mode is not None else write_public)(path, content)
    if mode is not None:
        path.chmod(mode & 0o600 if private else mode)


def _restore(path: Path, before: bytes | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
    else:
        _write(path, before, private=False)


def _remove_if_empty(folder: Path, made: Path) -> list[Path]:
    """Removes a profile's folder of ours where nothing else came into it; else it is kept, and named."""
    if made.name not in _LAST_OF_A_PROFILE:
        return []
    try:
        folder.rmdir()
    except OSError:
        return [folder]
    return []


def _without_block(content: bytes, name: str) -> bytes:
    opening, closing = _OPEN.format(name=name).encode(), _CLOSE.format(name=name).encode()
    kept, inside = [], False
    for line in content.splitlines(keepends=True):
        if line.strip() == opening:
            inside = True
        elif line.strip() == closing:
            inside = False
        elif not inside:
            kept.append(line)
    return b"".join(kept)
