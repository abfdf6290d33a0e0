"""Work that several want at the same time."""

from __future__ import annotations

import asyncio

import pytest

from wizard.net.shared import Shared


class Work:
    """Counts how often it was begun; ends when it is told to."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = 0
        self.go_on = asyncio.Event()
        self.failure: Exception | None = None

    async def __call__(self) -> int:
        self.begun += 1
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.failure is not None:
            raise self.failure
        return self.begun


async def _asking(shared: Shared[int], work: Work, count: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.ensure_future(shared.result("key", work)) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_all_who_ask_at_once_and_a_moment_later_share_one_result() -> None:
    shared, work = Shared[int](keep_s=60), Work()
    tasks = await _asking(shared, work, 3)
    work.go_on.set()
    assert await asyncio.gather(*tasks) == [1, 1, 1]
    assert await shared.result("key", work) == 1
    assert await shared.result("another key", work) == 2


async def test_an_old_result_is_forgotten() -> None:
    shared, work = Shared[int](keep_s=-1), Work()
    work.go_on.set()
    assert await shared.result("key", work) == 1
    assert await shared.result("key", work) == 2


async def test_a_failure_is_everybodys_but_is_not_kept() -> None:
    shared, work = Shared[int](keep_s=60), Work()
    tasks = await _asking(shared, work, 2)
    work.failure = ValueError("no")
    work.go_on.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results == [work.failure, work.failure]
    work.failure = None
    assert await shared.result("key", work) == 2


async def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    shared, work = Shared[int](keep_s=60), Work()
    leaving, staying = await _asking(shared, work, 2)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    work.go_on.set()
    assert await staying == 1
    assert work.cancelled == 0


async def test_when_the_last_one_leaves_the_work_ends() -> None:
    shared, work = Shared[int](keep_s=60), Work()
    tasks = await _asking(shared, work, 2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (work.begun, work.cancelled) == (1, 1)
    work.go_on.set()
    assert await shared.result("key", work) == 2
