"""A program of the system's is waited for, and nothing that it leaves behind."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wizard.tool import run_tool

LEAVES_ONE_BEHIND = (
    "import subprocess, sys\n"
    "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)'])\n"
    "print(left.pid, flush=True)\n"
    "sys.exit('it said so')\n"
)
END = "import os, signal, sys; os.kill(int(sys.argv[1]), signal.SIGTERM)"


def test_what_it_said_and_how_it_ended() -> None:
    done = run_tool([sys.executable, "-c", "import sys; print(sys.stdin.read() + 'yes'); sys.exit('no')"], 60)
    assert (done.returncode, done.stdout.split(), done.stderr.split()) == (1, [b"yes"], [b"no"])


def test_who_leaves_something_behind_has_ended() -> None:
    done = run_tool([sys.executable, "-c", LEAVES_ONE_BEHIND], 60)
    subprocess.run([sys.executable, "-c", END, done.stdout.decode().strip()], check=True)  # it was there
    assert (done.returncode, done.stderr.strip()) == (1, b"it said so")


def test_who_does_not_end_is_ended() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run_tool([sys.executable, "-c", "import time; time.sleep(3600)"], 0.1)
