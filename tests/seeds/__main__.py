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
FACES = {"in_the_window": "window", "on_the_command_line": "command line"}
SCENARIO = re.compile(rf"test_seed_([IFCEG]\d+)_(\w+?)_({'|'.join(FACES)})\b")


class Table:
    """What became of each scenario: by row and what it is about, which faces it passed in.

    A face that a row cannot be shown in has a test that is skipped, and the reason of that.
    """

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, dict[str, bool]]] = {}
        self.reasons: dict[tuple[str, str, str], str] = {}
        self.seconds = 0.0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes a face's outcome."""
        self.seconds += report.duration
        found = SCENARIO.search(report.nodeid)
        if found is None:
            return
        seed, what, face = found[1], found[2], FACES[found[3]]
        faces = self.rows.setdefault(seed, {}).setdefault(what, {})
        if report.skipped and isinstance(report.longrepr, tuple):
            self.reasons[seed, what, face] = report.longrepr[2]
        elif report.when == "call" or report.failed:
            faces[face] = faces.get(face, True) and report.passed

    def lacking(self, seed: str) -> dict[str, list[str]]:
        """The faces that each scenario of the row is not shown in, with no reason; none where the row is whole."""
        return {
            what: [face for face in FACES.values() if not faces.get(face, (seed, what, face) in self.reasons)]
            for what, faces in self.rows.get(seed, {}).items()
        }


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
    """Runs the rows; 0 when every one has a scenario, shown by both faces, and all of them passed."""
    table = Table()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["-q", "--no-header", "--no-summary", "tests/seeds"], plugins=[table])
    failed = 0
    for seed in SEEDS:
        lacking = table.lacking(seed)
        failed += not lacking or any(lacking.values())
        if not lacking:
            print(f"{seed:4} FAIL  no scenario")
        for what, faces in table.rows.get(seed, {}).items():
            shown = ", ".join(face for face in FACES.values() if faces.get(face))
            print(f"{seed:4} {'FAIL' if lacking[what] else 'pass'}  {shown:<22}  {what.replace('_', ' ')}")
            for face in FACES.values():
                if face in lacking[what]:
                    print(f"           {face}: {'fails' if face in faces else 'not shown'}")
                elif face not in faces:
                    print(f"           {face}: {table.reasons[seed, what, face]}")
            for row in ROWS:
                if (row.id, row.what) == (seed, what):
                    print("\n".join(f"           {line}" for line in asserted(row)))
    print(f"{len(SEEDS)} rows by {len(FACES)} faces, {failed} not shown; {table.seconds:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
