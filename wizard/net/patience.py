"""Deadlines that count only time in which this program had its turn: a busy computer makes no server late.

Nor does work of the program's own, which holds the loop as well; the deadline of a whole run counts that.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from time import process_time
from types import TracebackType
from typing import Any, Self
from weakref import ref

BEAT_S = 0.1
LATE_S = 0.05  # less is chance
NEAR_S = 2 * BEAT_S  # a deadline nearer than this has a timer of its own; nearly none ever is
ASLEEP_S = 20.0  # who was away for longer did not work but sleep: what was open then is gone


class _Pulse:
    """Beats in a loop while somebody waits there; a beat that comes late tells how long the loop had no turn."""

    def __init__(self) -> None:
        self._waiting: set[Deadline] = set()
        self._due: float | None = None
        self._lost_s = 0.0
        self._own_work_s = 0.0
        self._worked_s = 0.0

    def join(self, deadline: Deadline) -> None:
        """Somebody waits."""
        self._waiting.add(deadline)
        if self._due is None:
            self._beat()

    def leave(self, deadline: Deadline) -> None:
        """Somebody waits no longer."""
        self._waiting.discard(deadline)

    def now(self) -> float:
        """The loop's clock, without the time it had no turn."""
        time = asyncio.get_running_loop().time()
        return time - self._lost_s - self._late_s(time)

    def own_work_s(self) -> float:
        """How much of the time that `now` leaves out went into work of the program's own."""
        return self._own_work_s + self._own(self._late_s(asyncio.get_running_loop().time()))

    def _own(self, late_s: float) -> float:
        return min(late_s, process_time() - self._worked_s)

    def _late_s(self, time: float) -> float:
        late_s = time - self._due if self._due is not None else 0.0
        return min(late_s, ASLEEP_S) if late_s > LATE_S else 0.0

    def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        time = loop.time()
        late_s = self._late_s(time)
        self._lost_s += late_s
        self._own_work_s += self._own(late_s)
        self._worked_s = process_time()
        self._due = time + BEAT_S if self._waiting else None
        if self._due is not None:
            loop.call_at(self._due, self._beat)
            for deadline in self._waiting:
                deadline.come_near()


class _Here(threading.local):
    """The pulse of this thread's loop: there is one at a time."""

    loop: Callable[[], asyncio.AbstractEventLoop | None] = staticmethod(lambda: None)
    pulse = _Pulse()


_here = _Here()


def _pulse() -> _Pulse:
    loop = asyncio.get_running_loop()
    if _here.loop() is not loop:
        _here.loop, _here.pulse = ref(loop), _Pulse()
    return _here.pulse


def now() -> float:
    """Seconds on the running loop's clock, without those in which it had no turn while a deadline was waited for."""
    return _pulse().now()


class Deadline:
    """`with Deadline(moment):` raises TimeoutError when `now` gets there; as `asyncio.timeout_at`, which costs more."""

    __slots__ = ("_cancellations", "_counts_work", "_expired", "_moment", "_pulse", "_task", "_timer")

    def __init__(self, moment: float, *, counts_work: bool = False) -> None:
        self._moment = moment
        self._counts_work = counts_work
        self._expired = False

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline belongs to a task")
        self._task = task
        self._cancellations = task.cancelling()
        self._pulse = _pulse()
        self._timer: asyncio.TimerHandle | None = None
        self._pulse.join(self)
        if self._counts_work:
            self._moment += self._pulse.own_work_s()  # what was done before is none of this deadline's
        self.come_near()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._pulse.leave(self)
        # Who else cancelled the task meant it: only our own cancellation is a timeout.
        if self._expired and self._task.uncancel() <= self._cancellations and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _left_s(self) -> float:
        worked_s = self._pulse.own_work_s() if self._counts_work else 0.0
        return self._moment - self._pulse.now() - worked_s

    def come_near(self) -> None:
        """Sets the timer, once the moment is near."""
        if self._timer is None and (left_s := self._left_s()) < NEAR_S:
            self._timer = asyncio.get_running_loop().call_later(left_s, self._ring)

    def _ring(self) -> None:
        left_s = self._left_s()
        if left_s > 0:
            self._timer = asyncio.get_running_loop().call_later(left_s, self._ring)
        else:
            self._expired = True
            self._task.cancel()


def within(seconds: float, *, counts_work: bool = False) -> Deadline:
    """The deadline so many seconds from now; of a whole run, it counts the program's own work as well."""
    return Deadline(now() + seconds, counts_work=counts_work)


async def is_done(work: asyncio.Future[Any], seconds: float) -> bool:
    """Whether the work is done, which is waited for so many seconds at most; it goes on where it is not."""
    with contextlib.suppress(TimeoutError), within(seconds):
        await asyncio.wait([work])
    return work.done()


async def sleep_until(moment: float) -> None:
    """Sleeps until `now` gets there."""
    with contextlib.suppress(TimeoutError), Deadline(moment):
        await asyncio.get_running_loop().create_future()
