"""The README shows what was measured, nothing else."""

from __future__ import annotations

import json
import re

from tests.bench.__main__ import CHART, LAST, README
from tests.bench.chart import OTHERS
from tests.bench.readme import END, START, section


def test_the_readme_shows_the_last_run() -> None:
    document = json.loads(LAST.read_text("utf-8"))
    shown = re.search(f"{START}\n(.*?){END}", README.read_text("utf-8"), re.DOTALL)
    assert shown is not None
    assert shown[1] == section(document)


def test_the_chart_is_of_the_last_run() -> None:
    figures = {one["name"]: one["value"] for one in json.loads(LAST.read_text("utf-8"))["figures"]}
    chart = CHART.read_text("utf-8")
    assert all(f">{figures[name]:.3g} s<" in chart for name in OTHERS)
