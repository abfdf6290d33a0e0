"""How often the catalogue names the labelled cause: `python -m wizard.diagnosis.score FILE` prints the figures.

FILE holds JSON lines with "id", "text", "cause", "also_ok" and optionally "stage", "protocol", "server". A third of the
lines, chosen by their ids, is held out: shown only when asked for, so that rules are not written for the text.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wizard.assets import resources
from wizard.diagnosis.catalogue import Catalogue
from wizard.diagnosis.diagnose import Diagnoser


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled line and the answer to it."""

    id: str
    text: str
    cause: str
    also_ok: tuple[str, ...]
    answer: str
    held_out: bool

    @property
    def acceptable(self) -> bool:
        """Whether the answer is the label or one that is acceptable beside it."""
        return self.answer == self.cause or self.answer in self.also_ok


def judge(lines: Iterable[str], diagnoser: Diagnoser) -> list[Judged]:
    """Every line with the diagnoser's answer."""
    judged: list[Judged] = []
    for line in lines:
        if not line.strip():
            continue
        row = json.loads(line)
        hints = {name: row.get(name) for name in ("stage", "protocol", "server")}
        answer = diagnoser.of_text(row["text"], **hints).cause
        held_out = int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 3 == 0
        judged.append(Judged(row["id"], row["text"], row["cause"], tuple(row.get("also_ok") or ()), answer, held_out))
    return judged


def figures(judged: list[Judged]) -> str:
    """Acceptable, exact and the macro average over causes of acceptable, in per cent."""
    if not judged:
        return "no lines"
    by_cause: dict[str, list[bool]] = defaultdict(list)
    for row in judged:
        by_cause[row.cause].append(row.acceptable)
    acceptable = sum(row.acceptable for row in judged) / len(judged)
    exact = sum(row.answer == row.cause for row in judged) / len(judged)
    macro = sum(sum(hits) / len(hits) for hits in by_cause.values()) / len(by_cause)
    shares = f"acceptable {acceptable:6.1%}  exact {exact:6.1%}  macro over {len(by_cause)} causes {macro:6.1%}"
    return f"{len(judged):5} lines  {shares}"


def main() -> int:
    """Prints the figures and the confusions; 0 always."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", choices=("wrong", "inexact", "none"), default="wrong")
    parser.add_argument("--show-held-out", action="store_true", help="show the held-out lines as well")
    args = parser.parse_args()
    diagnoser = Diagnoser(Catalogue.load([resources() / "diagnoses"]))
    judged = judge(args.file.read_text(encoding="utf-8").splitlines(), diagnoser)
    for name, rows in (
        ("all", judged),
        ("seen", [row for row in judged if not row.held_out]),
        ("held out", [row for row in judged if row.held_out]),
    ):
        print(f"{name:9}{figures(rows)}")
    for row in judged:
        if args.show == "none" or (row.held_out and not args.show_held_out):
            continue
        if not row.acceptable or (args.show == "inexact" and row.answer != row.cause):
            mark = "wrong  " if not row.acceptable else "inexact"
            print(f"{mark} {row.id}: {row.cause} {list(row.also_ok)} answered {row.answer}: {row.text[:200]!r}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
