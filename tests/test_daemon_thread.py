from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

import pytest

from wizard.daemon_thread import in_daemon_thread


async def test_what_it_returns_and_raises_comes_back() -> None:
    names: list[str] = []

    def work() -> int:
        names.append(threading.current_thread().name)
        assert threading.current_thread().daemon
        return 7

    assert await in_daemon_thread(work, name="keyring") == 7
    assert names == ["keyring"]
    with pytest.raises(ZeroDivisionError):
        await in_daemon_thread(lambda: 1 // 0, name="x")
    absent: dict[int, int] = {}
    assert await in_daemon_thread(lambda: absent.get(1), name="x") is None


async def test_who_waits_too_long_goes_on_and_the_late_answer_is_unheard() -> None:
    go, ended = threading.Event(), Future[None]()

    def work() -> None:
        go.wait()
        ended.set_result(None)

    with pytest.raises(TimeoutError):
        await in_daemon_thread(work, name="x", limit_s=0.02)
    go.set()
    await asyncio.wrap_future(ended)
    await asyncio.sleep(0)  # its answer finds nobody, and that is no error


async def test_a_cancelled_wait_ends_at_once() -> None:
    go = threading.Event()
    waiting = asyncio.ensure_future(in_daemon_thread(go.wait, name="x"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go.set()


def test_an_answer_after_the_loop_has_ended_is_unheard() -> None:
    go = threading.Event()
    threads: list[threading.Thread] = []

    def work() -> None:
        threads.append(threading.current_thread())
        go.wait()

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await in_daemon_thread(work, name="x", limit_s=0.02)

    asyncio.run(main())
    go.set()
    threads[0].join(5)
    assert not threads[0].is_alive()
