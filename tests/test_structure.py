"""The shape of the code: imports go one way, also those for types only."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import wizard

ROOT = Path(wizard.__file__).parent
FILES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
}


def imported(path: Path) -> set[str]:
    """Our modules that a file names in an import, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (names & FILES.keys()) or ({node.module} & FILES.keys())
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & FILES.keys()
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """One circle of modules that import each other; empty without any."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_what_lies_behind_a_locked_folder_is_not_there() -> None:
    """Path's own question raises PermissionError then, which nobody expects: os.path's says no.

    Where a policy could be lost in silence (`policy.py`), the error is what is wanted.
    """
    asks = {"exists", "is_file", "is_dir"}
    found = [
        f"{name}:{node.lineno}"
        for name, path in FILES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in asks
        if not node.args and not node.keywords and ast.unparse(node.func.value) != "member"  # of an archive
    ]
    assert [place for place in found if not place.startswith("wizard.policy:")] == []
    assert found, "the search finds those"


@pytest.mark.slow
def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle({"a": {"b"}, "b": {"a"}}), "the search finds one"
    assert circle({name: imported(path) for name, path in FILES.items()}) == []


def test_a_long_file_gives_its_reason() -> None:
    """Four hundred lines are what one reads at a sitting; more stand where taking them apart would not help."""
    long = [path for path in FILES.values() if len(path.read_text(encoding="utf-8").splitlines()) > 400]
    assert long, "there are some"
    without = [str(path) for path in long if "\nLonger than most" not in path.read_text(encoding="utf-8")[:500]]
    assert without == []
