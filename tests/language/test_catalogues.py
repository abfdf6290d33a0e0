"""Translators' files hold what the code and the data say, whole; what is translated fits what it translates."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

import wizard
from wizard import assets
from wizard.language.catalogues import SOURCE_FILE, folder_of, load
from wizard.language.choice import LANGUAGES
from wizard.language.formats import HABITS
from wizard.language.po import Entry, key_of, read_po

CHECKOUT = Path(__file__).resolve().parents[2]
TAGS = [tag for tag in LANGUAGES if tag != "en"]
TEMPLATE = assets.resources() / "locale" / "mailwright.pot"
SOURCES = sorted(Path(wizard.__file__).parent.rglob("*.py"))
_PERCENT = re.compile(r"%(?:\(\w+\))?[srd]")
_TAGS = re.compile(r"</?[a-z][^<>]*>")
_QUOTATION_MARKS = "„“”«»「」『』‹›‚"
_ACCELERATOR = re.compile(r"&(?=\w)")
_AT_ONCE = ("tr", "tr_plural", "tr_context")
_KIN = {"tr": 0, "tr_later": 0, "tr_plural": 1, "tr_context": 1}


def _entries(tag: str) -> tuple[Entry, ...]:
    return read_po((folder_of(tag) / SOURCE_FILE).read_text("utf-8"))


def _names(text: str) -> set[str]:
    """The named places of a text; a text that no format reads has none, and is shown as it is."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return set()


def faults(entry: Entry, forms: int) -> list[str]:
    """What is wrong with a translation, a word each."""
    if entry.source == "" or not any(entry.said):
        return []
    found = []
    wanted = forms if entry.plural is not None else 1
    if len(entry.said) != wanted:
        found.append("forms")
    if not all(entry.said):
        found.append("incomplete")
    both = f"{entry.source}\n{entry.plural or ''}"
    for said in filter(None, entry.said):
        # A form for one thing may leave the number out, as may one whose English does; nothing else may be missing.
        names = _names(said)
        optional = {"n", *(_names(entry.plural) - _names(entry.source))} if entry.plural is not None else set()
        left_out = _names(entry.plural or entry.source) - names - optional
        if names - _names(both) or left_out:
            found.append("placeholders")
        if sorted(_PERCENT.findall(said)) != sorted(_PERCENT.findall(entry.source)):
            found.append("per cent")
        if sorted(_TAGS.findall(said)) != sorted(_TAGS.findall(entry.source)):
            found.append("tags")
        if len(_ACCELERATOR.findall(said)) != len(_ACCELERATOR.findall(entry.source)):
            found.append("accelerator")
        if said[:1].isspace() != entry.source[:1].isspace() or said[-1:].isspace() != entry.source[-1:].isspace():
            found.append("blanks")
    return found


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (Entry("Signing in to {host}", said=("Anmeldung bei {host}",)), []),
        (Entry("Signing in to {host}", said=("Anmeldung",)), ["placeholders"]),
        (Entry("Signing in to {host}", said=("Anmeldung bei {hast}",)), ["placeholders"]),
        (Entry("{n} row", "{n} rows", said=("Eine Zeile", "{n} Zeilen")), []),
        (Entry("One row", "{number} rows", said=("Eine Zeile", "{number} Zeilen")), []),
        (Entry("{n} row", "{n} rows", said=("{n} Zeile", "")), ["incomplete"]),
        (Entry("{n} row", "{n} rows", said=("{n} Zeile",)), ["forms"]),
        (Entry("{n} of {name}", "{n} of {name}", said=("{n}", "{n} von {name}")), ["placeholders"]),
        (Entry("<b>A</b>", said=("<b>A",)), ["tags"]),
        (Entry("&File", said=("Datei",)), ["accelerator"]),
        (Entry("argument %s", said=("Argument",)), ["per cent"]),
        (Entry("A ", said=("A",)), ["blanks"]),
        (Entry("A"), []),
    ],
)
def test_the_judge_finds_what_is_wrong(entry: Entry, found: list[str]) -> None:
    assert faults(entry, forms=2) == found


@pytest.mark.parametrize("tag", TAGS)
def test_every_translation_fits_its_text(tag: str) -> None:
    header, *entries = _entries(tag)
    said = re.search(r"^Plural-Forms: nplurals=(\d); plural=.+;$", header.said[0], re.MULTILINE)
    assert said is not None
    wrong = {key_of(entry): found for entry in entries if (found := faults(entry, int(said[1])))}
    assert wrong == {}


@pytest.mark.parametrize("tag", TAGS)
def test_what_is_quoted_stands_in_the_languages_own_marks(tag: str) -> None:
    """Also what the program quotes itself, `quoted`: the marks of both are the same."""
    opening, closing = HABITS[tag].quotes
    pair = re.compile(f"{re.escape(opening)}[^{_QUOTATION_MARKS}]*{re.escape(closing)}")
    said = [text for entry in _entries(tag) for text in entry.said]
    assert any(pair.search(text) for text in said)
    assert [text for text in said if re.search(f"[{_QUOTATION_MARKS}]", pair.sub("", text))] == []


# The first numbers of each form, by CLDR's rules for whole numbers below a million.
FORMS = {
    **dict.fromkeys(("de", "nl", "es", "it"), ([1], [0, 2, 5, 21, 101])),
    **dict.fromkeys(("fr", "pt-BR"), ([0, 1], [2, 5, 21, 101])),
    "pl": ([1], [2, 3, 4, 22, 104], [0, 5, 12, 14, 21, 112]),
    **dict.fromkeys(("ja", "zh-Hans"), ([0, 1, 2, 21],)),
    "ar": ([0], [1], [2], [3, 10, 103], [11, 99, 111], [100, 101, 102, 200]),
}


@pytest.mark.parametrize("tag", TAGS)
def test_a_number_takes_its_form(tag: str, tmp_path: Path) -> None:
    header = (folder_of(tag) / SOURCE_FILE).read_text("utf-8").split("\n\n")[0]
    forms = "\n".join(f'msgstr[{form}] "form {form}"' for form in range(len(FORMS[tag])))
    (tmp_path / SOURCE_FILE).write_text(f'{header}\n\nmsgid "{{n}} row"\nmsgid_plural "{{n}} rows"\n{forms}\n', "utf-8")
    found = load(tmp_path)
    assert found is not None
    for form, numbers in enumerate(FORMS[tag]):
        assert {found.ngettext("{n} row", "{n} rows", n) for n in numbers} == {f"form {form}"}


@pytest.mark.slow
@pytest.mark.parametrize("tag", TAGS)
def test_a_language_has_the_texts_of_the_template_and_no_others(tag: str) -> None:
    template = {key_of(entry): entry.comments for entry in read_po(TEMPLATE.read_text("utf-8"))}
    assert {key_of(entry): entry.comments for entry in _entries(tag)} == template
    assert len(template) > 1_000


def test_every_text_tells_translators_where_it_belongs() -> None:
    rooms = {"window", "engine", "cause", "provider", "practice", "handover", "cli", "sign-in"}
    entries = [entry for entry in read_po(TEMPLATE.read_text("utf-8")) if entry.source]
    assert [entry.source for entry in entries if not rooms.intersection(entry.comments)] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(Path(wizard.__file__).parent).as_posix())
def test_what_is_marked_can_be_gathered(path: Path) -> None:
    """A text is a literal, or a name whose literal is marked elsewhere; nothing is filled in before it is said."""
    wrong = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in _KIN:
            continue
        for text in node.args[: _KIN[node.func.id] + 1]:
            literal = isinstance(text, ast.Constant) and isinstance(text.value, str)
            name = isinstance(text, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.IfExp)
            if not literal and not (name and node.func.id not in ("tr_later", "tr_plural")):
                wrong.append(f"line {node.lineno}: {ast.unparse(node)[:80]}")
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(Path(wizard.__file__).parent).as_posix())
def test_nothing_is_translated_before_the_language_is_chosen(path: Path) -> None:
    """What runs while a module is read would be in English for good."""
    early = []

    def look(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                for default in (*child.args.defaults, *filter(None, child.args.kw_defaults)):
                    look(default)
                continue
            if isinstance(child, ast.Lambda):
                continue
            if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in _AT_ONCE:
                early.append(f"line {child.lineno}: {ast.unparse(child)[:80]}")
            look(child)

    look(ast.parse(path.read_text("utf-8")))
    assert early == []
