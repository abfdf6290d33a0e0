"""Prints the table of seed rows with pass or fail: `python -m tests.seeds`."""

from __future__ import annotations

import contextlib
import io
import re
import sys

import pytest

SEEDS = (
    *(f"I{number}" for number in range(1, 16)),
    *(f"F{number}" for number in range(1, 15)),
    *(f"C{number}" for number in range(1, 6)),
    *(f"E{number}" for number in range(1, 8)),
    *(f"G{number}" for number in range(1, 20)),
)
_NAME = re.compile(r"test_seed_([IFCEG]\d+)_(\w+)")


class _Table:
    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[str, bool]]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = _NAME.search(report.nodeid)
        if found is not None and (report.when == "call" or report.failed):
            self.rows.setdefault(found[1], []).append((found[2], report.passed))


def main() -> int:
    """Runs the rows; 0 when every one has a scenario and all of them passed."""
    table = _Table()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["-q", "--no-header", "--no-summary", "tests/seeds"], plugins=[table])
    missing = 0
    for seed in SEEDS:
        for what, passed in table.rows.get(seed, [("no scenario", False)]):
            print(f"{seed:4} {'pass' if passed else 'FAIL'}  {what.replace('_', ' ')}")
            missing += not passed
    print(f"{len(SEEDS)} rows, {missing} not passed")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
