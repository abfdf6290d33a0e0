"""Carries work to the engine's thread and its progress and results back: the one file that knows qasync."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Protocol, TypeVar

import qasync
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from wizard import internal_error
from wizard.errors import MailwrightError
from wizard.gui.engine import Engine, Work
from wizard.language import tr, tr_later
from wizard.model.progress import Progress

T = TypeVar("T")
INTERNAL = tr_later("Something went wrong inside Mailwright. Nothing was changed; try it once more.")


@contextmanager
def _ctrl_c_ends_it() -> Iterator[None]:
    """Has Ctrl+C end the program as SIGTERM does: of a KeyboardInterrupt Qt says that it was, and goes on."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # in the background it hears nothing
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class Job:
    """Work that was started; `cancel` ends it, and nothing of it is heard afterwards."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self.is_over = False

    def cancel(self) -> None:
        """Ends the work at once."""
        self.is_over = True
        if self._task is not None:
            self._task.cancel()


class Starts(Protocol):
    """What begins work in the engine: `Bridge`, and `Jobs` in front of it."""

    def start(
        self,
        work: Work[Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[str], None],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Job:
        """Begins `work`."""


class Bridge(QObject):
    """Belongs to the UI thread; `start` begins work, `close` ends all of it."""

    _posted = Signal(int, object)  # emitted in the engine's thread, heard in this one

    def __init__(self, engine: Engine, app: QApplication) -> None:
        super().__init__()
        self._engine = engine
        self._loop: Any = qasync.QEventLoop(app)
        self._loop.set_exception_handler(internal_error.unawaited)
        self._numbers = count(1)
        self._listeners: dict[int, Callable[[Progress], None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._posted.connect(self._hear)

    def run(self) -> None:
        """Runs Qt's event loop until the last window is closed, or Ctrl+C ends the program."""
        with _ctrl_c_ends_it(), self._loop:
            self._loop.run_forever()

    def start(
        self,
        work: Work[T],
        on_done: Callable[[T], None],
        on_error: Callable[[str], None],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Job:
        """Begins `work` in the engine. All three are called in the UI thread, and none once the job is cancelled."""
        job = Job()
        number = next(self._numbers)
        if on_progress is not None:
            self._listeners[number] = on_progress
        task = self._loop.create_task(self._boundary(job, number, work, on_done, on_error))
        job._task = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def close(self) -> None:
        """Ends all work, the engine and the loop."""
        for task in tuple(self._tasks):
            task.cancel()
        self._listeners.clear()
        self._engine.stop()
        if self._loop.is_closed():
            return
        if self._tasks:
            self._loop.run_until_complete(self._end_tasks())
        self._loop.close()

    async def _end_tasks(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _boundary(
        self,
        job: Job,
        number: int,
        work: Work[T],
        on_done: Callable[[T], None],
        on_error: Callable[[str], None],
    ) -> None:
        """Where every way a job can end comes together; nothing escapes into Qt's event loop."""
        try:
            future = self._engine.run(work, lambda progress: self._posted.emit(number, progress))
            result = await asyncio.wrap_future(future, loop=self._loop)
        except asyncio.CancelledError:
            return
        except MailwrightError as error:
            if not job.is_over:
                on_error(str(error))
        except Exception as error:
            internal_error.tell(error)
            if not job.is_over:
                on_error(tr(INTERNAL))
        else:
            if not job.is_over:
                on_done(result)
        finally:
            job.is_over = True
            self._listeners.pop(number, None)

    def _hear(self, number: int, progress: Progress) -> None:
        listener = self._listeners.get(number)
        if listener is not None:
            listener(progress)
