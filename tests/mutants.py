"""Do the tests notice? One small fault at a time is put into the program, and the nearest tests must fail.

    python -m tests.mutants                 120 faults, 24 in each of five rooms, the same ones for the same code
    python -m tests.mutants --room probe    those of one room

The faults: a condition turned round, a comparison or membership turned round, `and` for `or`, a flag turned round,
nothing returned, a call left out. Limits (8 KiB, 0.25 s) are left alone: whether one more is too many is a choice, and
no test can know it. The working tree is not touched: the faults are put into a copy. The quick tests that
name the module are run first; who survives them is shown to all of its room's (with --near it is not, and counts as a
survivor). It ends with 1 when fewer than the goal are killed.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
ROOMS: Final = ("setup", "probe", "diagnosis", "handover", "accounts")
COUNT: Final = 120
SEED: Final = 20261126
GOAL: Final = 0.85
LIMIT_S: Final = 300.0  # a fault that makes the tests hang is noticed as well
Placed = ast.stmt | ast.expr
_TURNED: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: ">=",
    ast.LtE: ">",
    ast.Gt: "<=",
    ast.GtE: "<",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
_LIKE_NOTHING: Final = ("None", "False", "True", "()", "[]", "{}", "''", "0")  # flags are turned round by themselves
_NOT_PRODUCT: Final = ("score.py",)  # a tool of those who write causes


@dataclass(frozen=True, slots=True)
class Fault:
    """Text to be put in place of another; `path` is relative to the checkout, positions are in the file's text."""

    path: Path
    line: int
    start: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        shown = [" ".join(text.split())[:70] for text in (self.before, self.after)]
        return f"{self.path}:{self.line}: {shown[0]} → {shown[1]}"


def main(argv: Sequence[str] | None = None) -> int:
    """Puts the faults in and prints which were noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--room", choices=ROOMS, action="append", help="only this room (may be given again)")
    parser.add_argument("--count", type=int, default=COUNT, help=f"how many faults in all rooms (default: {COUNT})")
    parser.add_argument("--seed", type=int, default=SEED, help="other faults")
    parser.add_argument("--near", action="store_true", help="only the quick tests that name the module")
    parser.add_argument("--list", action="store_true", help="only say which")
    args = parser.parse_args(argv)
    rooms = args.room or ROOMS
    chosen = {room: choose(room, args.count // len(ROOMS), args.seed) for room in rooms}
    if args.list:
        print("\n".join(str(fault) for faults in chosen.values() for fault in faults))
        return 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Copy(Path(folder), near=args.near)
        killed = {room: [copy.notices(fault) for fault in faults] for room, faults in chosen.items()}
    survivors = [fault for room in rooms for fault, dead in zip(chosen[room], killed[room], strict=True) if not dead]
    for room in rooms:
        print(f"{room:10} {sum(killed[room]):3} of {len(killed[room])}")
    made = sum(map(len, killed.values()))
    share = 1 - len(survivors) / made
    print(f"{'all':10} {made - len(survivors):3} of {made}: {share:.0%} (goal {GOAL:.0%})", *survivors, sep="\n  ")
    return 0 if share >= GOAL else 1


def choose(room: str, count: int, seed: int) -> list[Fault]:
    """So many faults of a room, in the order of the code."""
    files = sorted(file for file in (ROOT / "wizard" / room).rglob("*.py") if file.name not in _NOT_PRODUCT)
    possible = [fault for file in files for fault in faults_in(file.relative_to(ROOT), file.read_text("utf-8"))]
    chosen = random.Random(f"{seed} {room}").sample(possible, min(count, len(possible)))  # noqa: S311 - no secret
    return sorted(chosen, key=lambda fault: (fault.path, fault.start))


def faults_in(path: Path, text: str) -> Iterator[Fault]:
    """Every fault that can be put into a file."""
    starts = [0]
    for line in text.encode().split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)

    def at(node: Placed) -> tuple[int, int]:
        """Where the node stands, in bytes, as the parser counts."""
        last = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or node.col_offset)
        return starts[node.lineno - 1] + node.col_offset, last

    for node in _reachable(ast.parse(text)):
        for target, after in _turned(node):
            start, end = at(target)
            before = text.encode()[start:end].decode()
            yield Fault(path, target.lineno, start, end, before, after.replace("%", before, 1))


def _reachable(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run: no annotation, no decorator, no default, nothing for the type checker alone."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list", "args") and not isinstance(tree, ast.Call):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.Assert | ast.JoinedStr):
                continue
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            yield child
            yield from _reachable(child)


def _turned(node: ast.AST) -> Iterator[tuple[Placed, str]]:
    """What is put in place of what; % stands for the text as it was."""
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            if not isinstance(test, ast.Compare | ast.Constant):  # comparisons are turned by themselves
                yield test, "(not (%))"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            yield node, f"({ast.unparse(left)} {_TURNED[type(op)]} {ast.unparse(right)})"
        case ast.BoolOp(op=op, values=values):
            word = " or " if isinstance(op, ast.And) else " and "
            yield node, "(" + word.join(f"({ast.unparse(value)})" for value in values) + ")"
        case ast.Constant(value=bool() as flag):
            yield node, str(not flag)
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) not in _LIKE_NOTHING:
            yield node, "return None"
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield node, "pass"


class Copy:
    """A copy of the checkout in which one fault at a time is put."""

    def __init__(self, folder: Path, *, near: bool = False) -> None:
        self._folder = folder
        self._near = near
        self._seconds = 0
        self._good: set[tuple[str, ...]] = set()
        self._said = ""
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode()
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, folder / name)
        (folder / ".lab").symlink_to(ROOT / ".lab")

    def notices(self, fault: Fault) -> bool:
        """Whether some test fails with the fault in."""
        file = self._folder / fault.path
        good = file.read_bytes()
        began, dead = time.monotonic(), False
        for tests in self._tests(fault.path):
            if tests not in self._good:
                if not self._pass(tests) and not self._pass(tests):  # a busy computer may need a second chance
                    raise SystemExit(f"These tests fail without any fault: {' '.join(tests)}\n{self._said[-4000:]}")
                self._good.add(tests)
            self._put(file, good[: fault.start] + fault.after.encode() + good[fault.end :])
            try:
                dead = not self._pass(tests)
            finally:
                self._put(file, good)
            if dead:
                break
        print(f"{'killed  ' if dead else 'SURVIVED'} {time.monotonic() - began:5.1f} s  {fault}", flush=True)
        return dead

    def _tests(self, path: Path) -> Iterator[tuple[str, ...]]:
        """The tests to run, one set after the other: the module's own, those that name it, then all of its room."""
        room, module = path.parts[1], ".".join(path.with_suffix("").parts)
        folder = self._folder / "tests" / room
        own = folder / f"test_{path.stem}.py"
        if own.exists():
            yield (str(own.relative_to(self._folder)),)
        named = [file for file in sorted(folder.glob("test_*.py")) if f"{module} import" in file.read_text("utf-8")]
        nearest = tuple(str(file.relative_to(self._folder)) for file in named if file != own)
        if nearest:
            yield ("-m", "not slow", *nearest)
        if not self._near or not (nearest or own.exists()):
            yield (str(folder.relative_to(self._folder)),)

    def _put(self, file: Path, content: bytes) -> None:
        """Writes the file under a time of its own: Python believes a compiled file of the same second."""
        self._seconds += 10
        file.write_bytes(content)
        os.utime(file, (self._seconds, self._seconds))

    def _pass(self, tests: tuple[str, ...]) -> bool:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
        try:
            ran = subprocess.run(command, cwd=self._folder, capture_output=True, timeout=LIMIT_S)
            self._said = ran.stdout.decode(errors="replace")
            return ran.returncode in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)  # all of them slow
        except subprocess.TimeoutExpired:
            return False


if __name__ == "__main__":
    raise SystemExit(main())
