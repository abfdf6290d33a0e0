"""How many connections there may be at once: two per host and twenty-four per run (safety promise 15)."""

from __future__ import annotations

import asyncio
from collections import deque
from weakref import WeakValueDictionary

PER_HOST = 2
PER_RUN = 24


class Permit:
    """Leave for one connection; give it back when the connection has ended."""

    def __init__(self, held: tuple[asyncio.Semaphore | Room, ...]) -> None:
        self._held = held

    @property
    def is_held(self) -> bool:
        """Whether it was not given back yet."""
        return bool(self._held)

    def give_back(self) -> None:
        """Lets another connection begin; a second call does nothing."""
        held, self._held = self._held, ()
        for semaphore in held:
            semaphore.release()


class Room:
    """A semaphore of one host: in order of asking, but whoever had its turn before comes before all others."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._returning: deque[asyncio.Future[None]] = deque()

    def locked(self) -> bool:
        """Whether whoever asks now would have to wait."""
        return not self._free

    async def acquire(self, *, again: bool = False) -> None:
        """Waits for room; `again`: it had some already and gave it back, so nobody who came later overtakes it."""
        if self._free:  # whoever waits was handed what became free
            self._free -= 1
            return
        queue = self._returning if again else self._waiting
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release()  # its turn came in the same moment
            raise

    def release(self) -> None:
        """Hands the room on."""
        for queue in (self._returning, self._waiting):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1


class HostPermits:
    """Two connections for each host, for all runs that share these."""

    def __init__(self) -> None:
        # A host that nobody is connected to any more is forgotten with its last permit.
        self._hosts: WeakValueDictionary[str, Room] = WeakValueDictionary()

    def of(self, host: str) -> Room:
        """The host's."""
        found = self._hosts.get(host.lower())
        if found is None:
            found = self._hosts[host.lower()] = Room(PER_HOST)
        return found


class Permits:
    """The connections one run may make; `hosts` are shared by the runs of a program that checks many accounts."""

    def __init__(self, hosts: HostPermits | None = None) -> None:
        self._run = asyncio.Semaphore(PER_RUN)
        self._hosts = hosts or HostPermits()
        self.taken = 0

    def is_full(self, host: str) -> bool:
        """Whether another connection to the host would have to wait."""
        return self._hosts.of(host).locked() or self._run.locked()

    def not_needed(self) -> None:
        """A permit was taken for a name that does not exist: no connection was tried."""
        self.taken -= 1

    async def take(self, host: str, *, again: bool = False) -> Permit:
        """A permit, as soon as there is one; in order of asking, those first that had one before (`again`)."""
        at_host = self._hosts.of(host)
        await at_host.acquire(again=again)
        try:
            await self._run.acquire()
        except BaseException:
            at_host.release()
            raise
        self.taken += 1  # never goes down for a connection that was tried: a run makes so many, not more
        return Permit((at_host, self._run))
