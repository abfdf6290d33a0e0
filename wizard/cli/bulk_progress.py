"""How far a bulk run is: a bar on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter, deque
from collections.abc import Mapping
from typing import Final, TextIO

from wizard.cli import render
from wizard.cli.bulk_results import NO_VERDICT
from wizard.cli.monitoring import checked_of_document
from wizard.language import tr
from wizard.language.formats import number_text
from wizard.model.columns import cut, padded

LINE_EVERY_S: Final = 10.0
BAR_EVERY_S: Final = 0.2
RATE_OVER_S: Final = 60.0  # what the rate and the time left are judged by
_WIDTH: Final = 20


class Bar:
    """Tells what is done, how fast, which causes there are so far and how long it takes yet.

    Args:
        total: rows of the table; None where they cannot be counted before.
        done: rows that an earlier run did.
    """

    def __init__(self, total: int | None, done: int = 0, *, stream: TextIO | None = None) -> None:
        self._total, self._done = total, done
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._causes: Counter[str] = Counter()
        self._ended: deque[float] = deque(maxlen=10_000)
        self._shown_at = self._began = time.monotonic()

    def add(self, document: Mapping[str, object]) -> None:
        """A row has a result."""
        self._done += 1
        checked = checked_of_document(document)
        self._causes["works" if checked.works else checked.cause or NO_VERDICT] += 1
        now = time.monotonic()
        self._ended.append(now)
        if now - self._shown_at >= (BAR_EVERY_S if self._live else LINE_EVERY_S):
            self._shown_at = now
            self._show(now)

    def end(self) -> None:
        """Says it for the last time."""
        self._show(time.monotonic())
        if self._live and not render.is_quiet():
            self._stream.write("\n")

    def line(self, now: float) -> str:
        """What is said, without the bar."""
        while self._ended and now - self._ended[0] > RATE_OVER_S:
            self._ended.popleft()
        span = max(now - max(self._began, now - RATE_OVER_S), 0.001)
        rate = len(self._ended) / span
        done = number_text(self._done)
        parts = [done if self._total is None else tr("{done} of {total}", done=done, total=number_text(self._total))]
        if rate < 1:
            parts.append(tr("{rate} a minute", rate=number_text(rate * 60)))
        else:
            parts.append(tr("{rate} a second", rate=number_text(rate, 1)))
        if self._total is not None and self._total > self._done and rate > 0:
            parts.append(tr("{time} left", time=_time((self._total - self._done) / rate)))
        causes = [f"{cause} {number_text(count)}" for cause, count in self._causes.most_common(4)]
        return "; ".join([", ".join(parts), *([", ".join(causes)] if causes else [])])

    def _show(self, now: float) -> None:
        if not self._live:
            render.progress(self.line(now))
            return
        if render.is_quiet():
            return
        share = self._done / self._total if self._total else 0
        bar = "#" * round(share * _WIDTH)
        text = f"[{bar:<{_WIDTH}}] {self.line(now)}"
        room = shutil.get_terminal_size().columns - 1
        self._stream.write("\r" + padded(cut(text, room), room))
        self._stream.flush()


def _time(seconds: float) -> str:
    if seconds < 90:
        return tr("{seconds} s", seconds=number_text(seconds))
    if seconds < 90 * 60:
        return tr("{minutes} min", minutes=number_text(seconds / 60))
    return tr("{hours} h", hours=number_text(seconds / 3600, 1))
