"""The last run's goals as the README shows them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

START, END = "<!-- written by make bench -->", "<!-- so far -->"


def show(readme: Path, document: dict[str, Any]) -> None:
    """Puts the table of the run `document` tells of between the two marks."""
    text = readme.read_text("utf-8")
    block = f"{START}\n{section(document)}{END}"
    readme.write_text(re.sub(f"{START}.*?{END}", lambda _: block, text, flags=re.DOTALL), "utf-8")


def section(document: dict[str, Any]) -> str:
    """What had a goal, a row each, and which run it was."""
    rows = [one for one in document["figures"] if one["goal"] is not None]
    met = sum(one["met"] for one in rows)
    lines = [
        f"`{document['command']}` on {document['measured'][:10]}: {met} of {len(rows)} goals met.",
        "",
        "| | measured | against | ratio | goal | |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_row(one) for one in rows]
    return "\n".join(lines) + "\n"


def _row(one: dict[str, Any]) -> str:
    against = one["against"]
    if one["base"] is not None:
        against = f"{against} {one['base']:.3g} {one['unit']}".rstrip()
    ratio = f"{one['ratio']:.2f}" if one["base"] is not None else ""
    goal = f"{'≥' if one['at_least'] else '≤'} {one['goal']:g}"
    value = f"{one['value']:.3g} {one['unit']}".rstrip()
    cells = (f"{one['part']}: {one['name']}", value, against, ratio, goal, "met" if one["met"] else "missed")
    return f"| {' | '.join(cells)} |"
