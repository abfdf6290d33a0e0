"""Every fact that a rule may name is produced by some code; every fact produced is of use to some rule.

A value that nobody produces is a rule that never holds; a value that no rule names is work for nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import get_type_hints

import pytest

import wizard
from wizard.diagnosis.catalogue import UNKNOWN, Catalogue
from wizard.diagnosis.fact_keys import (
    KEYS,
    Browser,
    Command,
    Line,
    LooksLike,
    Mechanisms,
    Preset,
    Seen,
    Speaks,
    Status,
)
from wizard.model.evidence import CertificateProblem, Detail, ErrorKind
from wizard.model.provider import Quirk
from wizard.model.refusal import Refusal
from wizard.model.run_fact import RunFact
from wizard.wiring import presets

NAMED_AS_EXAMPLES = {("cli/catalogue.py", "app-password-required")}  # in the help of `catalogue new`
READ_BY_CODE = {"category": "whether the message goes to an administrator or to the provider's support"}
PACKAGE = Path(wizard.__file__).parent
# Where facts are produced; what only names one (words for the window, reports) is not looked at.
ROOMS = ("accounts", "diagnosis", "discovery", "model", "net", "probe", "setup")
PRODUCED = (Browser, Line, LooksLike, Mechanisms, Preset, Seen, CertificateProblem, ErrorKind, RunFact)
# Facts that the person sees without a rule's help, and how.
SHOWN_OTHERWISE = {
    Preset.CLOSED: "the placeholder closed_provider, known only there",
    ErrorKind.NOT_ARRIVED: "the test message's own result; a message that is still on its way is nobody's fault",
    Browser.NO: "the remedies of browser = yes are left out",
    LooksLike.OUTGOING: "an outgoing server typed as incoming is put right by its own port and name",
}


@cache
def _trees() -> tuple[ast.AST, ...]:
    paths = [path for room in ROOMS for path in (PACKAGE / room).rglob("*.py") if path.name != "fact_keys.py"]
    return tuple(ast.parse(path.read_text("utf-8")) for path in paths)


@cache
def _attributes() -> frozenset[tuple[str, str]]:
    """Every CLASS.MEMBER in the rooms."""
    return frozenset(
        (node.value.id, node.attr)
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    )


@cache
def _words() -> frozenset[str]:
    """Every text, and every name of an argument that is handed over, in the rooms."""
    return frozenset(_words_in(_trees()))


def _words_in(trees: tuple[ast.AST, ...]) -> Iterator[str]:
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value.lower()
            elif isinstance(node, ast.keyword) and node.arg is not None:
                yield node.arg


def _named(catalogue: Catalogue) -> frozenset[tuple[str, str]]:
    """Every key and value that a rule or a remedy names."""
    pairs = [pair for cause in catalogue.causes.values() for match in cause.matches for pair in match.keys]
    for cause in catalogue.causes.values():
        presupposed = [remedy.presupposed for remedy in cause.remedies]
        presupposed += [case.presupposed for case in cause.cases] + [other.presupposed for other in cause.instead]
        for each in presupposed:
            pairs += [*each.when.keys, *each.unless.keys]
    return frozenset((key, value) for key, values in pairs for value in values)


@pytest.mark.slow
@pytest.mark.parametrize("member", [member for kind in PRODUCED for member in kind], ids=str)
def test_a_fact_is_produced_by_some_code(member: StrEnum) -> None:
    assert (type(member).__name__, member.name) in _attributes(), f"nobody says {type(member).__name__}.{member.name}"


@pytest.mark.parametrize("word", [*Command, *Speaks, *Status], ids=str)
def test_a_word_is_said_by_some_code(word: str) -> None:
    assert word in _words()


def _true_or_false() -> list[str]:
    return [name for name, kind in get_type_hints(Detail).items() if kind is bool]


@pytest.mark.parametrize("name", _true_or_false())
def test_a_true_detail_is_written_by_some_code(name: str) -> None:
    assert name in _words()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("line", value) for value in Line],
        *[("kind", value) for value in ErrorKind],
        *[("certificate", value) for value in CertificateProblem],
        *[("seen", value) for value in (*RunFact, *Seen)],
        *[("looks_like", value) for value in LooksLike],
        *[("mechanism", value) for value in Mechanisms],
        *[("preset", value) for value in Preset],
        *[("browser", value) for value in Browser],
        *[("quirk", value) for value in Quirk],
    ],
    ids=str,
)
def test_a_fact_is_named_by_some_rule_or_shown(catalogue: Catalogue, key: str, value: StrEnum) -> None:
    if value in SHOWN_OTHERWISE:
        return
    read = (type(value).__name__, value.name) in _attributes() if isinstance(value, Quirk) else False
    assert (key, value.value) in _named(catalogue) or read, f"no rule names {key} = {value}"


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_named_by_some_rule(catalogue: Catalogue, key: str) -> None:
    assert key in {name for name, _ in _named(catalogue)} | set(READ_BY_CODE), f"no rule names {key}"


@pytest.mark.parametrize("refusal", Refusal)
def test_a_refusal_stands_in_the_file_of_one_cause(catalogue: Catalogue, refusal: Refusal) -> None:
    assert len([cause.id for cause in catalogue.causes.values() if refusal in cause.refusals]) == 1


def _strings(tree: ast.AST) -> Iterator[str]:
    """The texts of a file, but for docstrings and for the words of a closed set, some of which a cause is called by."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases):
            node.body = [part for part in node.body if not isinstance(part, ast.Assign)]
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = node.body[ast.get_docstring(node) is not None :]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.slow
def test_no_code_names_a_cause(catalogue: Catalogue) -> None:
    """What a cause implies stands in its file; `unknown`, which no file's rules lead to, is the catalogue's own."""
    ids = "|".join(cause for cause in catalogue.causes if cause != UNKNOWN)
    named = re.compile(rf"(?<![\w-])({ids})(?![\w-])")
    found = {
        (path.relative_to(PACKAGE).as_posix(), name)
        for path in PACKAGE.rglob("*.py")
        if named.search(source := path.read_text("utf-8"))
        for text in _strings(ast.parse(source))
        for name in named.findall(text)
    }
    assert found == NAMED_AS_EXAMPLES


def test_every_quirk_is_some_presets() -> None:
    assert {quirk for provider in presets(()).all() for quirk in provider.quirks} == set(Quirk)
