"""Work that several want at the same time, done once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class _Work(Struct, Generic[T]):
    task: asyncio.Task[T]
    waiting: int = 0
    ended_at: float | None = None


class Shared(Generic[T]):
    """Gives everybody who asks for the same key the result of one piece of work.

    A good result is kept for `keep_s` seconds, so that who comes a moment later has it too; a failure is not kept. Work
    that nobody waits for any more is cancelled.
    """

    def __init__(self, keep_s: float) -> None:
        self._keep_s = keep_s
        self._looked_at = 0.0
        self._works: dict[Hashable, _Work[T]] = {}

    async def result(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of the work for `key`, which `start` begins where it is not under way or known yet."""
        clock = asyncio.get_running_loop().time
        self._drop_old(clock())
        work = self._works.get(key)
        if work is None or self._is_old(work, clock()):
            work = self._works[key] = _Work(asyncio.ensure_future(start()))
        work.waiting += 1
        try:
            value = await asyncio.shield(work.task)
        except BaseException:
            if (work.task.done() or work.waiting == 1) and self._works.get(key) is work:
                del self._works[key]
            if work.waiting == 1 and work.task.cancel():
                await asyncio.wait([work.task])
            raise
        finally:
            work.waiting -= 1
        work.ended_at = work.ended_at or clock()
        return value

    def _drop_old(self, now: float) -> None:
        """Lets go of what is old; not at each question, for a table of accounts has hundreds of names."""
        if now - self._looked_at < self._keep_s:
            return
        self._looked_at = now
        self._works = {key: work for key, work in self._works.items() if not self._is_old(work, now)}

    def _is_old(self, work: _Work[T], now: float) -> bool:
        return work.ended_at is not None and now - work.ended_at > self._keep_s
