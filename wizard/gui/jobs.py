"""Begins work in the engine, for everybody in the window who has some; before the engine is there wishes wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # qasync and the engine are loaded after the first paint
    from wizard.gui.bridge import Job, Starts
    from wizard.gui.engine import Work
    from wizard.model.progress import Progress


class Jobs:
    """`start` begins work once `attach` has brought the engine; `when_ready` remembers one wish until then."""

    def __init__(self) -> None:
        self._bridge: Starts | None = None
        self._waiting: Callable[[], None] | None = None
        self._begun: list[Job] = []

    def attach(self, bridge: Starts) -> None:
        """The engine is there: what was wished for last begins."""
        self._bridge = bridge
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()

    @property
    def bridge(self) -> Starts | None:
        """What the engine is reached by, once it is there."""
        return self._bridge

    def when_ready(self, begin: Callable[[], None]) -> None:
        """Calls `begin` now, or when the engine is there; a later wish takes the place of an earlier one."""
        if self._bridge is not None:
            begin()
        else:
            self._waiting = begin

    def start(
        self,
        work: Work[Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[str], None],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Job:
        """Begins `work`; what is called, and when, says `Bridge.start`.

        Raises:
            RuntimeError: the engine is not there yet.
        """
        if self._bridge is None:
            raise RuntimeError("the engine is not attached yet")
        job = self._bridge.start(work, on_done, on_error, on_progress)
        self._begun = [*(each for each in self._begun if not each.is_over), job]
        return job

    def close(self) -> None:
        """Nobody waits any more for what was begun here."""
        for job in self._begun:
            job.cancel()
        self._begun.clear()
        self._waiting = None
