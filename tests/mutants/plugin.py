"""A plugin of pytest (`-p tests.mutants.plugin`): sees which tests come by which lines, or runs only those it is told.

`--reach LINES` names a JSON file `{file: [line, ...]}` of an absolute path each; `--only TESTS` a JSON list of node
ids, which run in that order. Either writes a JSON file at the end, under the path that `--told` names.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import pytest

NOT_IN_A_TEST: Final = ""
_TIMED_OUT: Final = "from pytest-timeout"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mutants")
    group.addoption("--reach", type=Path)
    group.addoption("--only", type=Path)
    group.addoption("--told", type=Path)


def pytest_configure(config: pytest.Config) -> None:
    told: Path | None = config.getoption("told")
    if told is None:
        return
    if config.getoption("reach") is not None:
        config.pluginmanager.register(Reach(json.loads(config.getoption("reach").read_text("utf-8")), told))
    else:
        config.pluginmanager.register(Only(json.loads(config.getoption("only").read_text("utf-8")), told))


class Reach:
    """Which tests come by which of the lines, and how long each test takes."""

    def __init__(self, lines: dict[str, list[int]], told: Path) -> None:
        self._wanted = {file: frozenset(numbers) for file, numbers in lines.items()}
        self._of_code: dict[CodeType, frozenset[int]] = {}
        self._test = NOT_IN_A_TEST
        self._hits: defaultdict[str, set[str]] = defaultdict(set)
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._failed: set[str] = set()
        self._told = told
        threading.settrace(self._called)
        sys.settrace(self._called)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._test = item.nodeid
        sys.settrace(self._called)  # a test may have ended it
        try:
            return (yield)
        finally:
            self._test = NOT_IN_A_TEST

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[report.nodeid] += report.duration
        if report.failed:
            self._failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        sys.settrace(None)
        hits = {place: sorted(tests) for place, tests in self._hits.items()}
        seconds = {test: round(took, 4) for test, took in self._seconds.items() if test not in self._failed}
        self._told.write_text(json.dumps({"seconds": seconds, "hits": hits}), "utf-8")

    def _called(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        wanted = self._wanted.get(frame.f_code.co_filename)
        if wanted is None:
            return None
        code = frame.f_code
        lines = self._of_code.get(code)
        if lines is None:
            lines = self._of_code[code] = wanted & {line for _, _, line in code.co_lines() if line is not None}
        if not lines:
            return None

        def line_run(frame: FrameType, event: str, _arg: Any) -> Any:
            if event == "line" and frame.f_lineno in lines:
                self._hits[f"{code.co_filename}:{frame.f_lineno}"].add(self._test)
            return line_run

        return line_run


class Only:
    """Only these tests, in this order; tells which failed, and whether one took too long instead."""

    def __init__(self, tests: list[str], told: Path) -> None:
        self._places = {test: place for place, test in enumerate(tests)}
        self._failed: list[str] = []
        self._timed_out = False
        self._told = told

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        left_out = [item for item in items if item.nodeid not in self._places]
        items[:] = sorted(
            (item for item in items if item.nodeid in self._places), key=lambda item: self._places[item.nodeid]
        )
        config.hook.pytest_deselected(items=left_out)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)
            self._timed_out = self._timed_out or _TIMED_OUT in report.longreprtext

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self._told.write_text(json.dumps({"failed": self._failed, "timed_out": self._timed_out}), "utf-8")
