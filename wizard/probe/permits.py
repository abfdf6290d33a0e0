"""How many connections there may be at once: two per host and twenty-four per run (safety promise 15)."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

PER_HOST = 2
PER_RUN = 24


class Permit:
    """Leave for one connection; give it back when the connection has ended."""

    def __init__(self, held: tuple[asyncio.Semaphore, ...]) -> None:
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


class HostPermits:
    """Two connections for each host, for all runs that share these."""

    def __init__(self) -> None:
        # A host that nobody is connected to any more is forgotten with its last permit.
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, host: str) -> asyncio.Semaphore:
        """The host's."""
        found = self._hosts.get(host.lower())
        if found is None:
            found = self._hosts[host.lower()] = asyncio.Semaphore(PER_HOST)
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

    async def take(self, host: str) -> Permit:
        """A permit, as soon as there is one; in order of asking."""
        at_host = self._hosts.of(host)
        await at_host.acquire()
        try:
            await self._run.acquire()
        except BaseException:
            at_host.release()
            raise
        self.taken += 1  # never goes down for a connection that was tried: a run makes so many, not more
        return Permit((at_host, self._run))
