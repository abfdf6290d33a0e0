"""Deadlines: time counts only while the loop has its turn."""

import asyncio
import time

import pytest

from wizard.net.patience import BEAT_S, Deadline, is_done, now, sleep_until, within


def _hold_the_loop(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


async def _silence(after_held_s: float = 0.0) -> None:
    _hold_the_loop(after_held_s)
    await asyncio.Event().wait()


async def test_who_stays_silent_is_given_up() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError), within(0.05):
        await _silence()
    tick_s = time.get_clock_info("monotonic").resolution  # 16 ms on Windows
    assert 0.05 - tick_s <= time.monotonic() - began < 1.0


async def test_who_stays_silent_for_long_is_given_up_when_each_waits_for_another_moment() -> None:
    began = time.monotonic()
    ended: list[float] = []

    async def wait(seconds: float) -> None:
        with pytest.raises(TimeoutError), within(seconds):
            await _silence()
        ended.append(seconds)

    moments = [BEAT_S * 4, BEAT_S * 2.5, BEAT_S * 6, BEAT_S]
    await asyncio.gather(*map(wait, moments))
    assert ended == sorted(moments)
    assert time.monotonic() - began >= BEAT_S * 5.5


async def test_a_deadline_in_the_past_rings_at_once() -> None:
    with pytest.raises(TimeoutError), Deadline(now() - 1.0):
        await _silence()


async def test_what_is_done_in_time_is_left_alone() -> None:
    with within(5.0):
        await asyncio.sleep(0)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_cancellation_from_outside_is_no_timeout() -> None:
    async def wait() -> None:
        with within(5.0):
            await _silence()

    task = asyncio.ensure_future(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_inner_deadline_leaves_the_outer_one_standing() -> None:
    with within(5.0):
        with pytest.raises(TimeoutError), within(0.01):
            await _silence()
        await asyncio.sleep(0)


async def test_an_answer_that_came_while_the_loop_was_held_is_in_time() -> None:
    loop = asyncio.get_running_loop()
    with within(0.4):
        _hold_the_loop(BEAT_S * 5)
        for _ in range(5):  # as a handshake needs turns of the loop: of 16 ms on Windows, or later by chance
            answer = loop.create_future()
            loop.call_later(0.005, answer.set_result, None)
            await answer


@pytest.mark.slow
async def test_the_deadline_of_a_whole_run_counts_the_work_of_the_program() -> None:
    async def work() -> None:
        await asyncio.sleep(0)
        until = time.process_time() + BEAT_S * 10
        while time.process_time() < until:
            pass
        for _ in range(10):  # the same that is in time for a server
            await asyncio.sleep(0.005)

    with pytest.raises(TimeoutError), within(BEAT_S * 3, counts_work=True):
        await work()


@pytest.mark.slow
async def test_the_deadline_of_a_whole_run_counts_no_work_of_others() -> None:
    with within(BEAT_S * 3, counts_work=True):
        await asyncio.sleep(0)
        time.sleep(BEAT_S * 10)  # noqa: ASYNC251 - others had the processor
        for _ in range(10):
            await asyncio.sleep(0.005)


@pytest.mark.slow
async def test_a_loop_held_again_and_again_is_still_in_time() -> None:
    with within(0.3):
        for _ in range(5):
            _hold_the_loop(BEAT_S * 3)
            await asyncio.sleep(0)


async def test_a_held_loop_makes_no_deadline_endless() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError), within(0.1):
        await _silence(after_held_s=0.3)
    assert time.monotonic() - began < 2.0


async def test_time_without_a_turn_is_not_counted() -> None:
    with within(5.0):
        began = now()
        _hold_the_loop(BEAT_S * 5)
        assert now() - began < BEAT_S * 3
        await asyncio.sleep(BEAT_S / 10)
        assert now() - began < BEAT_S * 3


async def test_work_that_is_not_done_in_time_goes_on() -> None:
    work = asyncio.get_running_loop().create_future()
    assert not await is_done(work, 0.05)
    assert not work.done()
    work.set_result(None)
    assert await is_done(work, 0.0)


async def test_work_that_came_while_the_loop_was_held_is_done_in_time() -> None:
    loop = asyncio.get_running_loop()
    work = loop.create_future()
    loop.call_soon(_hold_the_loop, BEAT_S * 5)
    loop.call_later(BEAT_S * 3, work.set_result, None)
    assert await is_done(work, BEAT_S)


async def test_nobody_wakes_early_because_the_loop_was_held() -> None:
    with within(5.0):
        began = now()
        asyncio.get_running_loop().call_soon(_hold_the_loop, BEAT_S * 5)
        await sleep_until(began + BEAT_S * 2)
        assert now() - began >= BEAT_S * 2
