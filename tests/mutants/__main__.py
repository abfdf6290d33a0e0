"""Do the tests notice? One small fault at a time is put into the program, and a test must fail.

    python -m tests.mutants                       120 faults, 24 in each of five rooms, the same ones for the same code
    python -m tests.mutants --room probe          those of one room
    python -m tests.mutants --into .lab/mutants   goes on where a run of the same code was ended
    python -m tests.mutants --into .lab/mutants --again tests/setup/test_judge.py
                                                  asks tests that were written since about those that survived;
                                                  without a test, those that are known
    python -m tests.mutants -- -m "not slow"      what follows -- are pytest's arguments: which tests are asked

The working tree is not touched: the faults are put into a copy. All tests are run once without a fault, to see which
come by its line; those are asked, the nearest first, for --budget seconds of them. A test that fails is asked again
without the fault, and one that takes too long both with and without it: a busy computer kills nothing. It ends with 1
when fewer than the goal are killed. SURVIVORS.md says of the last run what survived, and why.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final

from tests.mutants.copy import Copy, Judged, Outcome, Reached
from tests.mutants.faults import ROOT, Fault, faults_in

ROOMS: Final = ("setup", "probe", "diagnosis", "handover", "accounts")
COUNT: Final = 120
SEED: Final = 20261126
GOAL: Final = 0.85
BUDGET_S: Final = 120.0
_NOT_PRODUCT: Final = ("score.py",)  # a tool of those who write causes


def main(argv: Sequence[str] | None = None) -> int:
    """Puts the faults in and prints which were noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--room", choices=ROOMS, action="append", help="only this room (may be given again)")
    parser.add_argument("--count", type=int, default=COUNT, help=f"how many faults in all rooms (default: {COUNT})")
    parser.add_argument("--seed", type=int, default=SEED, help="other faults")
    parser.add_argument("--budget", type=float, default=BUDGET_S, help="seconds of tests for each (default: 120)")
    parser.add_argument("--into", type=Path, help="a folder that keeps what is known, to go on from")
    parser.add_argument("--again", action="store_true", help="only what survived in --into, with the tests of now")
    parser.add_argument("--list", action="store_true", help="only say which")
    parser.add_argument("tests", nargs="*", default=["tests"], help="the tests that are asked (default: all)")
    args = parser.parse_args(argv)
    chosen = {room: choose(room, args.count // len(ROOMS), args.seed) for room in args.room or ROOMS}
    # By turns, so that a part of a run says something of every room.
    faults = [fault for fault in chain.from_iterable(zip_longest(*chosen.values())) if fault is not None]
    if args.list:
        print(*faults, sep="\n")
        return 0
    with ExitStack() as stack:
        notes = Notes((args.into or Path(stack.enter_context(tempfile.TemporaryDirectory()))).resolve())
        copy = Copy(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mutants-"))))
        judged = run_again(faults, copy, notes, args) if args.again else run(faults, copy, notes, args)
    return told(judged)


def choose(room: str, count: int, seed: int) -> list[Fault]:
    """So many faults of a room, in an order of chance: the first of them are spread over its files as well."""
    files = sorted(file for file in (ROOT / "wizard" / room).rglob("*.py") if file.name not in _NOT_PRODUCT)
    possible = [fault for file in files for fault in faults_in(file.relative_to(ROOT), file.read_text("utf-8"))]
    return random.Random(f"{seed} {room}").sample(possible, min(count, len(possible)))  # noqa: S311 - no secret


class Notes:
    """What a folder keeps of a run: `reached.json` and `judged.jsonl`, each for the code it was found with."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._reached = folder / "reached.json"
        self._judged = folder / "judged.jsonl"

    def reached(self, faults: Sequence[Fault]) -> Reached | None:
        """What was seen for these very faults."""
        if not self._reached.exists():
            return None
        kept = json.loads(self._reached.read_text("utf-8"))
        same = kept["faults"] == [_key(fault) for fault in faults]
        return Reached(kept["seconds"], kept["hits"]) if same else None

    def keep_reached(self, faults: Sequence[Fault], reached: Reached) -> None:
        """Keeps it for the next run."""
        self._reached.write_text(json.dumps({"faults": [_key(fault) for fault in faults], **asdict(reached)}), "utf-8")

    def judged(self) -> dict[str, Judged]:
        """What became of which fault in earlier runs."""
        if not self._judged.exists():
            return {}
        lines = [json.loads(line) for line in self._judged.read_text("utf-8").splitlines()]
        return {line["fault"]: Judged(Outcome(line["outcome"]), line["by"], line["tests"]) for line in lines}

    def keep_judged(self, fault: Fault, judged: Judged) -> None:
        """Adds a line."""
        with self._judged.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"fault": _key(fault), "shown": str(fault), **asdict(judged)}) + "\n")


def run(faults: Sequence[Fault], copy: Copy, notes: Notes, args: argparse.Namespace) -> dict[Fault, Judged]:
    """Judges every fault that no earlier run has judged."""
    reached = notes.reached(faults)
    if reached is None:
        print("Running all tests once without a fault …", flush=True)
        reached = copy.reach(faults, args.tests)
        notes.keep_reached(faults, reached)
    known = notes.judged()
    return {fault: known.get(_key(fault)) or _judged(fault, copy, reached, notes, args.budget) for fault in faults}


def run_again(faults: Sequence[Fault], copy: Copy, notes: Notes, args: argparse.Namespace) -> dict[Fault, Judged]:
    """Asks about the survivors of earlier runs once more, and keeps what is known of the others."""
    known = {fault: notes.judged()[_key(fault)] for fault in faults if _key(fault) in notes.judged()}
    survivors = [fault for fault, judged in known.items() if judged.outcome is Outcome.SURVIVED]
    kept = notes.reached(faults) if args.tests == ["tests"] else None
    reached = kept or copy.reach(survivors, args.tests)
    return known | {fault: _judged(fault, copy, reached, notes, args.budget) for fault in survivors}


def _judged(fault: Fault, copy: Copy, reached: Reached, notes: Notes, budget_s: float) -> Judged:
    began = time.monotonic()
    judged = copy.judge(fault, reached, budget_s)
    notes.keep_judged(fault, judged)
    print(f"{judged.outcome:8} {time.monotonic() - began:6.1f} s  {fault}  {judged.by}", flush=True)
    return judged


def told(judged: dict[Fault, Judged]) -> int:
    """Prints the figures; 0 when the goal is reached."""
    survivors = [fault for fault, one in judged.items() if one.outcome is Outcome.SURVIVED]
    for room in ROOMS:
        of_room = [fault for fault in judged if fault.room == room]
        if of_room:
            print(f"{room:10} {len(of_room) - sum(fault in survivors for fault in of_room):3} of {len(of_room)}")
    dead = len(judged) - len(survivors)
    share = dead / len(judged)
    print(f"{'all':10} {dead:3} of {len(judged)}: {share:.0%} (goal {GOAL:.0%})", *survivors, sep="\n  ")
    return 0 if share >= GOAL else 1


def _key(fault: Fault) -> str:
    """The fault and its place; a file that changed above it makes another fault of it."""
    return f"{fault.path.as_posix()}:{fault.start}:{fault.before}:{fault.after}"


if __name__ == "__main__":
    raise SystemExit(main())
