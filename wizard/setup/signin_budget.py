"""The sign-in budget: nobody is locked out of an account by this program, and no server is rushed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wizard.model.secret import Secret
from wizard.private_file import write_private

MAX_FAILURES = 3
WINDOW_S = 600.0
PER_HOST = 60  # sign-ins in HOST_WINDOW_S: many rows of a table may belong to one server
HOST_WINDOW_S = 60.0
_MAX_BYTES = 4096


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
        self, ledger: Ledger | None = None, clock: Callable[[], float] = time.time, *, per_host: int = PER_HOST
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._per_host = per_host
        self._failures: dict[str, list[float]] = {}
        self._under_way: dict[str, int] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._at_host: dict[str, deque[float]] = {}

    def allows(self, *accounts: str) -> bool:
        """Whether an attempt may be made now; those under way count as refused until they are settled.

        An account may go by several names, such as its address and who signs in where: each of them must allow it.
        """
        return all(
            len(self._recent(account)) + self._under_way.get(account, 0) < MAX_FAILURES
            for account in map(str.lower, accounts)
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

    async def until_known(self, *accounts: str) -> None:
        """Returns once it is known whether an attempt is allowed: one that is under way may still be refused."""
        while not self.allows(*accounts) and not self.pause_s(*accounts):
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter

    def pause_s(self, *accounts: str) -> int:
        """Seconds until another attempt is allowed; 0 when one is allowed now."""
        return max(map(self._pause_of, map(str.lower, accounts)))

    def _pause_of(self, account: str) -> int:
        recent = self._recent(account)
        if len(recent) < MAX_FAILURES:
            return 0
        return max(1, round(WINDOW_S - (self._clock() - recent[-MAX_FAILURES])))

    def _recent(self, account: str) -> list[float]:
        """When it was refused of late; only those who were are remembered, for a table has many accounts."""
        now = self._clock()
        noted = [*self._failures.get(account, ()), *(self._ledger.read(account) if self._ledger else ())]
        # A moment that lies ahead is from a clock that was set back since: it says nothing.
        recent: list[float] = sorted({moment for moment in noted if 0 <= now - moment < WINDOW_S})
        if recent:
            self._failures[account] = recent
        else:
            self._failures.pop(account, None)
        return recent

    def refused(self, *accounts: str) -> None:
        """Notes that an attempt was refused."""
        for account in map(str.lower, accounts):
            recent = [*self._recent(account), self._clock()]
            self._failures[account] = recent
            if self._ledger is not None:
                self._ledger.write(account, recent)

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


class Ledger:
    """When sign-ins were refused, kept in a folder for the next run; no account can be read out of it.

    One small file per account, named by a keyed hash of its address. What cannot be read or written is not kept: then
    the budget holds for this run alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key_file = folder / "key"  # made with the first refusal: who is never refused leaves no trace
        self._key: bytes | None = None

    def read(self, account: str) -> list[float]:
        """The moments noted for the account, in seconds since the epoch."""
        path = self._path(account) if self._key or self._key_file.exists() else None
        try:
            if path is None or path.stat().st_size > _MAX_BYTES:
                return []
            noted = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return []
        if not isinstance(noted, list):
            return []
        return [float(moment) for moment in noted if isinstance(moment, int | float)]

    def write(self, account: str, moments: list[float]) -> None:
        """Keeps the moments of the account, and lets go of other accounts' that have run out."""
        path = self._path(account)
        if path is None:
            return
        with contextlib.suppress(OSError):
            write_private(path, json.dumps(moments[-MAX_FAILURES:]).encode())
            for old in self._folder.glob("*.json"):
                if time.time() - old.stat().st_mtime > WINDOW_S:
                    old.unlink()

    def _path(self, account: str) -> Path | None:
        key = self._hash_key()
        if key is None:
            return None
        name = hashlib.blake2b(account.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()
        return self._folder / f"{name}.json"

    def _hash_key(self) -> bytes | None:
        """This computer's key, without which nobody can try which addresses the names stand for."""
        if self._key is None:
            path = self._key_file
            try:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                with contextlib.suppress(FileExistsError):
                    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                    with os.fdopen(descriptor, "wb") as file:
                        file.write(secrets.token_bytes(32))
                key = path.read_bytes()[:64]
            except OSError:
                return None
            self._key = key or None
        return self._key
