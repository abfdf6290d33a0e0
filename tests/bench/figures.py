"""Figures: what was measured, what it is compared with, the goal, and whether it is met."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `goal` is the most (or, with `at_least`, the least) that meets it, None where none is set.

    What has a `base` is judged by its ratio to it, everything else by its value.
    """

    part: str
    name: str
    value: float
    unit: str
    against: str = ""
    base: float | None = None
    goal: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the base."""
        return self.value / self.base if self.base else None

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if self.goal is None:
            return None
        judged = round(self.ratio if self.ratio is not None else self.value, 3)
        return judged >= self.goal if self.at_least else judged <= self.goal


def median(values: Iterable[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def table(figures: Sequence[Figure]) -> str:
    """All figures for reading."""
    rows = [("", "measured", "", "ratio", "goal", "")]
    part = None
    for one in figures:
        if one.part != part:
            part = one.part
            rows.append((part.upper(), "", "", "", "", ""))
        verdict = {None: "", True: "met", False: "NOT MET"}[one.is_met]
        goal = "" if one.goal is None else f"{'>=' if one.at_least else '<='} {one.goal:g}"
        compared = f"{one.against} {one.base:.3g} {one.unit}" if one.base is not None else one.against
        ratio = "" if one.ratio is None else f"{one.ratio:.2f} x"
        note = f"  {one.note}" if one.note else ""
        rows.append((f"  {one.name}", f"{one.value:.3g} {one.unit}", compared, ratio, goal, verdict + note))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join([*map(str.ljust, row[:5], widths), row[5]]) for row in rows]
    missed = sum(one.is_met is False for one in figures)
    goals = sum(one.goal is not None for one in figures)
    return "\n".join(line.rstrip() for line in lines) + f"\n\n{goals - missed} of {goals} goals met.\n"


def write(path: Path, figures: Sequence[Figure], line: str, command: str, load: tuple[float, float]) -> dict[str, Any]:
    """Keeps the run as JSON, which is returned.

    `line` is the one that was used, `load` how many programs wanted a processor, for each there is, before and after.
    """
    document = {
        "schema": "mailwright/bench/1",
        "measured": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": command,
        "line": line,
        "load_per_processor": [round(one, 2) for one in load],
        "figures": [
            {**asdict(one), "value": round(one.value, 5), "ratio": one.ratio and round(one.ratio, 3), "met": one.is_met}
            for one in figures
        ],
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return document
