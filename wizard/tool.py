"""Runs a program of the system's, such as its scheduler, and takes what it says."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from tempfile import TemporaryFile


def run_tool(command: Sequence[str], limit_s: float) -> subprocess.CompletedProcess[bytes]:
    """The program's exit code and words, once it has ended, whatever it started goes on beside it.

    Its words come by files: a pipe would be waited for until nobody has it open any more, which what the program leaves
    behind may have for ever; on Windows without a limit even.

    Raises:
        OSError: it cannot be run.
        TimeoutExpired: it was still at work after `limit_s` seconds, and was ended.
    """
    with TemporaryFile() as out, TemporaryFile() as errors:
        done = subprocess.run(  # noqa: S603 - the callers' words
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, timeout=limit_s, check=False
        )
        for file in (out, errors):
            file.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, out.read(), errors.read())
