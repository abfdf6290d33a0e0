"""Prints the table of seed rows with pass or fail: `python -m tests.seeds`."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Iterator

import pytest

from tests.seeds.rows import ROWS, Row

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


def asserted(row: Row) -> Iterator[str]:
    """What both faces must show of a row, a line each."""
    yield f"cause {row.cause}: “{row.title}”"
    target = f" -> {row.target}" if row.target is not None else ""
    yield f"first remedy {row.remedy}: “{row.say}”{target}"
    if row.also or row.says:
        yield f"further {', '.join((*row.also, *(f'“{said}”' for said in row.says)))}"
    fixed = ", ".join(f"{name} {value}" for name, value in (row.after or {}).items())
    yield f"verdict {row.verdict.value}" + (f", after the fix {fixed}" if fixed else "")


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
        for row in ROWS:
            if row.id == seed:
                print("\n".join(f"           {line}" for line in asserted(row)))
    print(f"{len(SEEDS)} rows, {missing} not passed")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
