"""The faults: small changes of the program, each of which some test should notice.

A condition turned round, a comparison or membership turned round, `and` for `or`, a flag turned round, nothing
returned, a call left out. Limits (8 KiB, 0.25 s) are left alone: whether one more is too many is a choice, and no test
can know it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
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
    last_line: int
    start: int
    end: int
    before: str
    after: str

    @property
    def room(self) -> str:
        """The folder of wizard/ that it is in."""
        return self.path.parts[1]

    def __str__(self) -> str:
        shown = [" ".join(text.split())[:70] for text in (self.before, self.after)]
        return f"{self.path}:{self.line}: {shown[0]} → {shown[1]}"


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
            yield Fault(
                path,
                target.lineno,
                target.end_lineno or target.lineno,
                start,
                end,
                before,
                after.replace("%", before, 1),
            )


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
            yield node, f"(({ast.unparse(left)}) {_TURNED[type(op)]} ({ast.unparse(right)}))"
        case ast.BoolOp(op=op, values=values):
            word = " or " if isinstance(op, ast.And) else " and "
            yield node, "(" + word.join(f"({ast.unparse(value)})" for value in values) + ")"
        case ast.Constant(value=bool() as flag):
            yield node, str(not flag)
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) not in _LIKE_NOTHING:
            yield node, "return None"
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield node, "pass"
