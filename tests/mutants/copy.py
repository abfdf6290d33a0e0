"""A copy of the checkout in which one fault at a time is put, and what the tests say of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import pytest

from tests.mutants.faults import ROOT, Fault

# Generous: a busy computer must never look like a fault that makes the tests hang.
_LEAST_S: Final = 240.0
_TIMES_AS_LONG: Final = 15
_FIRST_S: Final = 12.0  # the nearest tests alone first: that spares collecting all the others


class Outcome(StrEnum):
    """What became of a fault; `HANGS` is one whose test does not end, twice, and ends without it."""

    KILLED = "killed"
    HANGS = "hangs"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a fault, and by which test; `tests` is how many were asked."""

    outcome: Outcome
    by: str = ""
    tests: int = 0


@dataclass(frozen=True, slots=True)
class Reached:
    """Which tests come by which line (`file:line`), and how long each takes, in seconds."""

    seconds: dict[str, float]
    hits: dict[str, list[str]]

    def tests_for(self, fault: Fault, budget_s: float) -> list[str]:
        """The tests that come by the fault, nearest first and quick ones first, for so many seconds of them.

        After them all others of its room: what runs once for all (an import, a cache, a fixture of a whole file) is
        seen in the first test that needs it, and others may be the ones to notice.
        """
        places = (f"{fault.path.as_posix()}:{line}" for line in range(fault.line, fault.last_line + 1))
        near = f"tests/{fault.room}/"
        found = {test for place in places for test in self.hits.get(place, ()) if test in self.seconds}
        own = f"{near}test_{fault.path.stem}.py"

        def by_nearness(test: str) -> tuple[bool, bool, float, str]:
            return not test.startswith(own), not test.startswith(near), self.seconds[test], test

        chosen: list[str] = []
        left_s = budget_s
        of_room = {test for test in self.seconds if test.startswith(near)}
        for test in sorted(found, key=by_nearness) + sorted(of_room - found, key=by_nearness):
            if chosen and self.seconds[test] > left_s:
                continue
            chosen.append(test)
            left_s -= self.seconds[test]
        return chosen


class Copy:
    """A copy of the checkout; `folder` is an empty one of the caller's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "copy"
        self._notes = folder
        self._seconds = 0
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode()
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, self._folder / name)
                shutil.copymode(ROOT / name, self._folder / name)
        (self._folder / ".lab").symlink_to(ROOT / ".lab")

    def reach(self, faults: Sequence[Fault], tests: Sequence[str]) -> Reached:
        """Runs the tests (arguments of pytest) once without a fault, and sees which come by the faults' lines."""
        lines: dict[str, set[int]] = {}
        for fault in faults:
            lines.setdefault(str(self._folder / fault.path), set()).update(range(fault.line, fault.last_line + 1))
        wanted, told = self._notes / "lines.json", self._notes / "reached.json"
        wanted.write_text(json.dumps({file: sorted(numbers) for file, numbers in lines.items()}), "utf-8")
        told.unlink(missing_ok=True)
        self._run([f"--reach={wanted}", f"--told={told}", "--timeout=1200", *tests], None)
        if not told.exists():
            raise SystemExit(f"The tests could not be run:\n{(self._notes / 'said.txt').read_text('utf-8')[-4000:]}")
        noted = json.loads(told.read_text("utf-8"))
        base = f"{self._folder}/"
        return Reached(noted["seconds"], {place.removeprefix(base): tests for place, tests in noted["hits"].items()})

    def judge(self, fault: Fault, reached: Reached, budget_s: float) -> Judged:
        """Whether some test fails with the fault in that passes without it."""
        tests = reached.tests_for(fault, budget_s)
        asked = len(tests)
        part = list(_first(tests, reached.seconds))
        while tests:
            with self._put_in(fault):
                noticed = self._failing(part, reached)
            if noticed is None:
                part = tests = tests[len(part) :]
            elif self._is_of(noticed, fault, reached):
                return Judged(Outcome.HANGS if noticed.timed_out else Outcome.KILLED, noticed.test, asked)
            else:  # it fails, or is slow, without the fault as well: it says nothing
                tests.remove(noticed.test)
                part = [test for test in part if test != noticed.test] or tests
        return Judged(Outcome.SURVIVED, tests=asked)

    def _is_of(self, noticed: _Noticed, fault: Fault, reached: Reached) -> bool:
        """Whether it is the fault that the test notices, and not a busy computer."""
        if noticed.test not in reached.seconds:
            return True  # the program cannot even be imported
        if self._failing([noticed.test], reached) is not None:
            return False
        if not noticed.timed_out:
            return True
        with self._put_in(fault):
            return self._failing([noticed.test], reached) is not None

    def _failing(self, tests: Sequence[str], reached: Reached) -> _Noticed | None:
        """The first of the tests that fails."""
        only, told = self._notes / "only.json", self._notes / "told.json"
        only.write_text(json.dumps(tests), "utf-8")
        told.unlink(missing_ok=True)
        slowest = max(reached.seconds[test] for test in tests)
        whole = sum(reached.seconds[test] for test in tests)
        limit_s = _LEAST_S + _TIMES_AS_LONG * whole
        one_s = _LEAST_S / 2 + _TIMES_AS_LONG * slowest
        files = sorted({test.partition("::")[0] for test in tests})
        options = ["-x", f"--only={only}", f"--told={told}", f"--timeout={one_s:.0f}"]
        ended = self._run([*options, *files], limit_s)
        if ended is None:
            return _Noticed(tests[0], timed_out=True)
        if ended in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            return None
        noted: dict[str, Any] = {"failed": [], "timed_out": False}
        if told.exists():
            noted = json.loads(told.read_text("utf-8"))
        return _Noticed(noted["failed"][0] if noted["failed"] else "(nothing could be run)", noted["timed_out"])

    def _run(self, arguments: Sequence[str], limit_s: float | None) -> int | None:
        """Pytest's code at its end; `None` when it took longer than the limit."""
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider"]
        command += ["-p", "tests.mutants.plugin", *arguments]
        # The programs that tests start must be the copy's as well, not those that the environment is linked to.
        environment = os.environ | {"PYTHONPATH": str(self._folder)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling everything anew takes longer than most tests
        with (
            (self._notes / "said.txt").open("wb") as said,
            subprocess.Popen(
                command, cwd=self._folder, env=environment, stdout=said, stderr=said, start_new_session=True
            ) as pytest_run,
        ):
            try:
                return pytest_run.wait(limit_s)
            except subprocess.TimeoutExpired:
                os.killpg(pytest_run.pid, signal.SIGKILL)  # and the servers that its tests started
                return None

    @contextmanager
    def _put_in(self, fault: Fault) -> Iterator[None]:
        file = self._folder / fault.path
        good = file.read_bytes()
        self._write(file, good[: fault.start] + fault.after.encode() + good[fault.end :])
        try:
            yield
        finally:
            self._write(file, good)

    def _write(self, file: Path, content: bytes) -> None:
        """Writes the file under a time of its own: Python believes a compiled file of the same second."""
        self._seconds += 10
        file.write_bytes(content)
        os.utime(file, (self._seconds, self._seconds))


@dataclass(frozen=True, slots=True)
class _Noticed:
    test: str
    timed_out: bool


def _first(tests: Sequence[str], seconds: dict[str, float]) -> Iterator[str]:
    """The tests that are run before all others."""
    left_s = _FIRST_S
    for test in tests:
        left_s -= seconds[test]
        yield test
        if left_s < 0:
            return
