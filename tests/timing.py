"""What a test may say about time: that something ended by itself, and not how fast a busy computer was."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

# What hangs, hangs for ever in these tests, and the limits they set are shorter than a second: so much more time tells
# both apart on any computer. How long things take is measured by `make bench`, on a quiet one.
BUSY_S: Final = 5.0


def assert_ended_by(started: float, limit_s: float, clock: Callable[[], float] = time.monotonic) -> None:
    """Fails when more than `limit_s` seconds, and what a busy computer may add, have passed since `started`.

    Args:
        started: a moment of the clock.
        limit_s: the deadline that should have ended it, in seconds.
        clock: `time.process_time` for what works and never waits: what others work meanwhile is no part of it.
    """
    seconds = clock() - started
    assert seconds <= limit_s * 1.1 + BUSY_S, f"it took {seconds:.2f} s, and {limit_s:g} s were given"
