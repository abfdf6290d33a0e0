"""Work that may never come back, such as a keyring that waits for its prompt, where it can hold nobody up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(work: Callable[[], T], *, name: str, limit_s: float | None = None) -> T:
    """What `work` returns or raises, run in a thread that does not keep the program from ending.

    `asyncio.to_thread` would not do: its threads are waited for when the loop or the program ends. Cancelled, or after
    `limit_s` seconds, the work goes on unheard.

    Raises:
        TimeoutError: it was not done within `limit_s`.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():  # nobody waits any more
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # None is what work returned then

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as caught:  # carried over, so that it is raised where somebody hears it
            error = caught
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name=name, daemon=True).start()
    async with asyncio.timeout(limit_s):  # the plain clock: what is waited for has its turn in a thread of its own
        return await future
