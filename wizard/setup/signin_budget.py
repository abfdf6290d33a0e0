"""The sign-in budget: nobody is locked out of an account by this program, and no server is rushed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
import stat
import sys
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from wizard.model.secret import Secret
from wizard.private_file import read_private, write_private

MAX_FAILURES = 3
WINDOW_S = 600.0
PER_HOST = 60  # sign-ins in HOST_WINDOW_S: many rows of a table may belong to one server
HOST_WINDOW_S = 60.0
_KEY_BYTES = 32
_FULL = 1_000_000  # bytes: some five thousand sign-ins
_MOST_FILES, _MOST_BYTES = 1_000, 8_000_000
_FILE = re.compile(r"[0-9a-f]{16}-[0-9]{9}")
_NOTE = re.compile(r"([0-9]{1,12}\.[0-9]{6})-[0-9a-f]{8}")


def steady_clock() -> float:
    """Seconds since the epoch, which go on evenly where the computer's clock is set meanwhile, asleep or awake."""
    return _STARTED_AT + _since_boot()


def _since_boot() -> float:
    if sys.platform == "linux":  # where Python's own steady clock does not count the time asleep
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    else:
        return time.monotonic()


_STARTED_AT = time.time() - _since_boot()


class SignInBudget:
    """Counts refused sign-ins per account (safety promise 4), and all sign-ins per host.

    At most three refusals in ten minutes, then a pause: across both sides of an account, presses of "check", sessions,
    rows of a table, and programs where there is a `ledger`. One budget belongs to all sessions of a program.

    Args:
        ledger: what other runs of the program noted; None keeps all of it in memory.
        clock: seconds since the epoch.
        per_host: how many sign-ins a host sees in a minute; who is too early waits.
    """

    def __init__(
        self, ledger: Ledger | None = None, clock: Callable[[], float] = steady_clock, *, per_host: int = PER_HOST
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._per_host = per_host
        self._noted: dict[str, set[str]] = {}
        self._sent: set[str] = set()  # notes whose answer is awaited here: they stand for an attempt under way
        self._under_way: dict[str, int] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._at_host: dict[str, deque[float]] = {}

    def allows(self, *accounts: str) -> bool:
        """Whether an attempt may be made now."""
        return self.left(*accounts) > 0

    def left(self, *accounts: str) -> int:
        """How many attempts each of an account's names allows now; those under way count as refused until settled."""
        return MAX_FAILURES - max(
            len(notes - self._sent) + self._under_way.get(account.lower(), 0)
            for account, notes in zip(accounts, self._recent(accounts), strict=True)
        )

    @contextmanager
    def attempt(self, *accounts: str) -> Iterator[None]:
        """Holds a place in the budget while an attempt is under way."""
        names = [account.lower() for account in accounts]
        for name in names:
            self._under_way[name] = self._under_way.get(name, 0) + 1
        try:
            yield
        finally:
            for name in names:
                self._under_way[name] -= 1
                if not self._under_way[name]:
                    del self._under_way[name]
            waiting, self._waiting = self._waiting, []
            for waiter in waiting:
                if not waiter.done():
                    waiter.set_result(None)

    async def until_known(self, *accounts: str) -> bool:
        """Whether an attempt is allowed, once that is known: one that is under way may still be refused."""
        while not (is_allowed := self.allows(*accounts)) and not self.pause_s(*accounts):
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter
        return is_allowed

    def pause_s(self, *accounts: str) -> int:
        """Seconds until another attempt is allowed; 0 when one is allowed now."""
        pauses = [0]
        for notes in self._recent(accounts):
            moments = sorted(map(_moment_of, notes - self._sent))
            if len(moments) >= MAX_FAILURES:
                pauses.append(max(1, round(WINDOW_S - max(0.0, self._clock() - moments[-MAX_FAILURES]))))
        return max(pauses)

    def _recent(self, accounts: Sequence[str]) -> list[set[str]]:
        """What was noted of each of late, here and elsewhere; only those with a note are kept, for a table has many."""
        names = [account.lower() for account in accounts]
        own = {name: self._of_late(self._noted.pop(name, ())) for name in dict.fromkeys(names)}
        self._noted.update((name, notes) for name, notes in own.items() if notes)
        others = self._ledger.read_all(names) if self._ledger is not None else [set[str]() for _ in names]
        return [own[name] | self._of_late(theirs) for name, theirs in zip(names, others, strict=True)]

    def _of_late(self, notes: Iterable[str]) -> set[str]:
        now = self._clock()
        # A moment that lies further ahead is from a clock that was set back since: it says nothing.
        return {note for note in notes if abs(now - _moment_of(note)) < WINDOW_S}

    def refused(self, *accounts: str) -> None:
        """Notes that an attempt was refused."""
        self._note(accounts)

    @contextmanager
    def sending(self, *accounts: str) -> Iterator[Callable[[], None]]:
        """Notes an attempt as refused while its answer is awaited: who is killed meanwhile does not know of it.

        Whoever gets another answer, or sent nothing, calls what this gives, and the note is taken back.
        Raises BudgetSpent where another program was faster; nothing is noted then.
        """
        note = self._note(accounts)
        self._sent.add(note)
        take_back = partial(self._take_back, note, accounts)
        try:
            if any(len(notes) > MAX_FAILURES for notes in self._recent(accounts)):
                take_back()
                raise BudgetSpent
            yield take_back
        finally:
            self._sent.discard(note)

    def _note(self, accounts: Iterable[str]) -> str:
        note = f"{self._clock():.6f}-{secrets.token_hex(4)}"
        names = [account.lower() for account in accounts]
        for name in names:
            self._noted[name] = {*self._of_late(self._noted.get(name, ())), note}
        if self._ledger is not None:
            self._ledger.add(names, note)
        return note

    def _take_back(self, note: str, accounts: Iterable[str]) -> None:
        names = [account.lower() for account in accounts]
        for name in names:
            self._noted[name].discard(note)
            if not self._noted[name]:
                del self._noted[name]
        if self._ledger is not None:
            self._ledger.remove(names, note)

    async def wait_for_turn(self, host: str) -> None:
        """Returns once the host may see another sign-in, and counts it."""
        await self.wait_until_free(host)
        self._at_host[host.lower()].append(self._clock())

    async def wait_until_free(self, host: str) -> None:
        """Returns once the host may see another sign-in."""
        seen = self._at_host.setdefault(host.lower(), deque())
        while True:
            now = self._clock()
            while seen and not 0 <= now - seen[0] < HOST_WINDOW_S:
                seen.popleft()
            if len(seen) < self._per_host:
                return
            await asyncio.sleep(HOST_WINDOW_S - (now - seen[0]))


class Press:
    """What one press of "check" has sent: the same user name and secret go to the same server once.

    The program itself adds at most one attempt at each server, with another form of the user name. What the person asks
    for again may be sent again: each press has one of these.
    """

    def __init__(self) -> None:
        self._refused: set[tuple[str, str, Secret]] = set()
        self._other_forms: set[str] = set()

    def allows(self, server: str, username: str, secret: Secret) -> bool:
        """Whether this was not sent there in vain already."""
        return (server, username, secret) not in self._refused

    def allows_other_form(self, server: str) -> bool:
        """Whether another form of the user name may be tried there; True once."""
        if server in self._other_forms:
            return False
        self._other_forms.add(server)
        return True

    def refused(self, server: str, username: str, secret: Secret) -> None:
        """Notes an attempt that did not succeed."""
        self._refused.add((server, username, secret))


class BudgetSpent(Exception):
    """Others used the account's last attempt meanwhile."""


class Ledger:
    """When sign-ins were refused, kept in a folder for the next run; no account can be read out of it.

    Each program appends to a file of its own: a line for each note, and one where it is taken back, with keyed hashes
    of the names the account goes by. So programs at work at once lose nothing of each other's, and a line costs next to
    nothing beside a sign-in. A program that leaves no note behind removes its file. What cannot be read or written is
    not kept: then the budget holds for this run alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key_file = folder / "key"  # made with the first note
        self._key: bytes | None = None
        self._own = _OwnFile(folder)
        self._read_to: dict[str, int] = {}
        self._noted: dict[str, set[str]] = {}
        weakref.finalize(self, self._own.leave)

    def read(self, account: str) -> set[str]:
        """The notes of the account that other programs made."""
        return self.read_all((account,))[0]

    def read_all(self, accounts: Sequence[str]) -> list[set[str]]:
        """As `read`, for each of the accounts."""
        if not (self._key or os.path.exists(self._key_file)):
            return [set() for _ in accounts]
        self._catch_up()
        return [self._noted.get(name, set()) for name in self._names_of(accounts) or accounts]

    def add(self, accounts: Iterable[str], note: str) -> None:
        """Keeps the note of an account, by all names it goes by."""
        names = self._names_of(accounts)
        if names:
            self._own.add(f"+ {note} {' '.join(names)}\n")

    def remove(self, accounts: Iterable[str], note: str) -> None:
        """Lets go of the note."""
        names = self._names_of(accounts)
        if names:
            self._own.take_back(f"- {note} {' '.join(names)}\n")

    def _catch_up(self) -> None:
        """Reads what others have written since."""
        found: dict[str, int] = {}
        with contextlib.suppress(OSError):
            for name in sorted(islice(os.listdir(self._folder), _MOST_FILES)):  # a program's earlier files first
                if _FILE.fullmatch(name) and not self._own.is_mine(name):
                    found[name] = self._read_on(name)
        if self._read_to and not found:
            self._noted.clear()  # they have run out
        self._read_to = found

    def _read_on(self, name: str) -> int:
        """How far the file is read by now."""
        read_to = self._read_to.get(name, 0)
        path = os.path.join(self._folder, name)
        with contextlib.suppress(OSError):
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode) and min(status.st_size, _MOST_BYTES) > read_to:
                with open(path, "rb") as file:
                    file.seek(read_to)
                    lines, end, _ = file.read(_MOST_BYTES - read_to).rpartition(b"\n")
                for line in lines.decode("ascii", "replace").split("\n"):
                    self._take_in(line.split())
                return read_to + len(lines + end)
        return read_to

    def _take_in(self, words: Sequence[str]) -> None:
        match words:
            case ["+", note, *names] if _moment_of(note):
                for name in names:
                    self._noted.setdefault(name, set()).add(note)
            case ["-", note, *names]:
                for name in names:
                    self._noted.get(name, set()).discard(note)

    def _names_of(self, accounts: Iterable[str]) -> list[str]:
        """The accounts' names in the ledger; none without a key."""
        key = self._hash_key()
        if key is None:
            return []
        return [
            hashlib.blake2b(account.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()
            for account in accounts
        ]

    def _hash_key(self) -> bytes | None:
        """This computer's key, without which nobody can try which addresses the names stand for."""
        if self._key is None:
            with contextlib.suppress(OSError):
                self._key = self._kept_key() or self._new_key()
        return self._key

    def _kept_key(self) -> bytes | None:
        """The key that lies there; None where none does, or one that a full disk or another hand left in pieces."""
        with contextlib.suppress(OSError):
            key = read_private(self._key_file, limit_bytes=_KEY_BYTES + 1)
            return key if len(key) == _KEY_BYTES else None
        return None

    def _new_key(self) -> bytes | None:
        """A key put there whole, or that of another program that was faster."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole = self._folder / f".key.{secrets.token_hex(6)}.tmp"
        write_private(whole, secrets.token_bytes(_KEY_BYTES))
        try:
            os.link(whole, self._key_file)
        except OSError:  # something has the name, or this file system knows no links
            if self._kept_key() is None:
                os.replace(whole, self._key_file)
        finally:
            whole.unlink(missing_ok=True)
        return self._kept_key()


class _OwnFile:
    """What this program notes; a new file now and then, so that what has run out can be removed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mark = secrets.token_hex(8)
        self._number = 0
        self._file: int | None = None
        self._size = 0
        self._kept = 0

    def is_mine(self, name: str) -> bool:
        """Whether this program wrote the file."""
        return name.startswith(self._mark)

    def add(self, line: str) -> None:
        """Appends a note."""
        self._kept += 1
        self._write(line)

    def take_back(self, line: str) -> None:
        """Appends that a note counts no more."""
        self._kept -= 1
        self._write(line)

    def _write(self, line: str) -> None:
        with contextlib.suppress(OSError):
            if self._file is None:
                self._file = os.open(
                    self._path(self._number), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600
                )
                _remove_old(self._folder)
            self._size += os.write(self._file, line.encode("ascii"))
            if self._size > _FULL:
                os.close(self._file)
                self._file, self._size, self._number = None, 0, self._number + 1

    def leave(self) -> None:
        """Closes the file; nothing stays of it when nothing was kept."""
        with contextlib.suppress(OSError):
            if self._file is not None:
                os.close(self._file)
                self._file = None
            if not self._kept:
                for number in range(self._number + 1):
                    self._path(number).unlink(missing_ok=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._mark}-{number:09}"


def _remove_old(folder: Path) -> None:
    """Removes the files of programs that have noted nothing for so long that it counts no more."""
    for name in filter(_FILE.fullmatch, os.listdir(folder)):
        path = folder / name
        with contextlib.suppress(OSError):
            if time.time() - path.lstat().st_mtime > WINDOW_S:
                path.unlink()


def _moment_of(note: str) -> float:
    """When it was noted; 0 where it is no note."""
    match = _NOTE.fullmatch(note)
    return float(match[1]) if match is not None else 0.0
