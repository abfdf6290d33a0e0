"""The details of evidence: what is read of them somewhere is written somewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import wizard
from wizard.handover.report import _FROM_EVIDENCE, SHOWN_DETAILS
from wizard.model.evidence import Detail

SOURCES = Path(wizard.__file__).parent
# Calls whose keyword arguments become details.
WRITERS = {"passed", "hint", "note", "with_detail", "Detail"}


def _written(tree: ast.AST) -> Iterator[str]:
    """The keys that code puts into a detail: by name, in a display for `detail`, or as a keyword."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Subscript(value=target, slice=ast.Constant(value=str(key)))]) if _is_detail(
                target
            ):
                yield key
            case ast.AugAssign(target=target, value=ast.Dict() as made) if _is_detail(target):
                yield from _keys(made)
            case ast.AnnAssign(target=target, value=ast.Dict() as made) if _is_detail(target):
                yield from _keys(made)
            case ast.keyword(arg="detail", value=ast.Dict() as made):
                yield from _keys(made)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in WRITERS:
                yield from (keyword.arg for keyword in node.keywords if keyword.arg is not None)
            case ast.FunctionDef(returns=ast.Name(id="Detail")):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and isinstance(inner.value, ast.Dict):
                        yield from _keys(inner.value)
            case ast.Dict(keys=[None, *_]) as made:
                yield from _keys(made)  # {**item.detail, "key": …}


def _is_detail(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "detail") or (
        isinstance(node, ast.Attribute) and node.attr == "detail"
    )


def _keys(made: ast.Dict) -> Iterator[str]:
    for key in made.keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value


def test_every_detail_is_written_by_some_code_and_no_other_is() -> None:
    written = {
        key
        for path in SOURCES.rglob("*.py")
        if "detail" in (text := path.read_text("utf-8"))
        for key in _written(ast.parse(text))
    }
    assert set(Detail.__annotations__) - written == set()


def test_a_report_shows_no_detail_that_nobody_writes() -> None:
    assert set(Detail.__annotations__) >= SHOWN_DETAILS - _FROM_EVIDENCE
