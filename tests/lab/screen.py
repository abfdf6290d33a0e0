"""A program in a terminal of its own, whose screen is read and on which is typed; POSIX only."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import subprocess
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self


class Screen:
    """`with Screen(["aerc"], environment) as screen:`; the program is ended with the block."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        import fcntl  # here, because tests that Windows leaves out import this file there
        import pty
        import termios

        self.shown = b""
        self._line, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
        # setsid(1) makes it the program's controlling terminal, /dev/tty, which is what many open.
        self._child = subprocess.Popen(
            ["setsid", "--ctty", *command], stdin=other, stdout=other, stderr=other, env=environment
        )
        os.close(other)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        os.close(self._line)

    def wait(self, words: str, timeout_s: float = 30) -> None:
        """Until the words were on the screen; the failure shows what was there instead."""
        end = time.monotonic() + timeout_s
        while words.encode() not in self.shown:
            if time.monotonic() > end:
                raise AssertionError(self.shown[-3000:].decode("utf-8", "replace"))
            if select.select([self._line], [], [], 0.2)[0]:
                with contextlib.suppress(OSError):
                    self.shown += os.read(self._line, 65536)

    def type(self, keys: str) -> None:
        """As on the keyboard."""
        os.write(self._line, keys.encode())
