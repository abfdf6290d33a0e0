"""The engine's own thread: one asyncio loop for every probe, look-up, fetch and handshake.

Two crossings: work goes in by `run`, progress comes back as frozen events that the caller's listener must carry over.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from wizard.internal_error import new_loop

T = TypeVar("T")

STOP_S = 2.0
CLOSING_TURNS = 5  # an aborted TLS transport needs a few turns of the loop until its socket is closed


class EngineThread:
    """Runs coroutines in a thread of their own; `start` before the first `run`, `stop` at the end."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)

    def start(self) -> None:
        """Starts the thread; returns when its loop runs."""
        self._thread.start()
        self._ready.wait()

    def run(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Begins `work` on the engine's loop; cancelling the future cancels it there."""
        if self._loop is None:
            work.close()
            raise RuntimeError("the engine is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self) -> None:
        """Cancels all that runs and ends the thread, within two seconds."""
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join(STOP_S)

    def _work(self) -> None:
        loop = new_loop()
        asyncio.set_event_loop(loop)
        self._loop = loop
        loop.call_soon(self._ready.set)
        try:
            loop.run_forever()
        finally:
            self._cancel_all(loop)
            asyncio.set_event_loop(None)
            loop.close()

    @staticmethod
    def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
        while tasks := asyncio.all_tasks(loop):  # what is cancelled may begin to close its connections
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        for _ in range(CLOSING_TURNS):
            loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_asyncgens())
