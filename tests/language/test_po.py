"""Translators' files: read, compiled, passed over when damaged."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from wizard.language import catalogues
from wizard.language.po import PoError, read_po

GERMAN = r"""
msgid ""
msgstr ""
"Language: de\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"Content-Type: text/plain; charset=utf-8\n"

#. window
#: wizard/gui/window.py
#, python-brace-format
msgid "Signing in to {host}"
msgstr ""
"Anmeldung "
"bei {host}"

msgid "{n} row"
msgid_plural "{n} rows"
msgstr[0] "{n} Zeile"
msgstr[1] "{n} Zeilen"
msgctxt "stage"
msgid "Connect"
msgstr "Verbinden"

msgid "“Quoted” \"so\"\nand on"
msgstr "„Zitiert“ \"so\"\nund weiter"

#, fuzzy
msgid "Doubted"
msgstr "Zweifelhaft"

msgid "Not translated"
msgstr ""

msgid "{n} half"
msgid_plural "{n} halves"
msgstr[0] "{n} Hälfte"
msgstr[1] ""

#~ msgid "Gone"
#~ msgstr "Weg"
"""


@pytest.fixture
def german(tmp_path: Path) -> Path:
    (tmp_path / catalogues.SOURCE_FILE).write_text(GERMAN, "utf-8")
    return tmp_path


def test_the_entries_of_a_file() -> None:
    entries = {entry.source: entry for entry in read_po(GERMAN)}
    assert list(entries)[1:] == [
        "Signing in to {host}",
        "{n} row",
        "Connect",
        '“Quoted” "so"\nand on',
        "Doubted",
        "Not translated",
        "{n} half",
    ]
    assert entries["Signing in to {host}"].said == ("Anmeldung bei {host}",)
    assert entries["Signing in to {host}"].comments == ("window",)
    assert entries["{n} row"].said == ("{n} Zeile", "{n} Zeilen")
    assert entries["Connect"].context == "stage"
    assert [source for source, entry in entries.items() if source and not entry.is_translated] == [
        "Doubted",
        "Not translated",
        "{n} half",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('msgid "a', 1),
        ('msgid "a"\nmsgstr "b" c\n', 2),
        ('msgid "a"\nmsgtext "b"\n', 2),
        ('"a"\n', 1),
        ('msgstr[x] ""', 1),
    ],
)
def test_a_line_that_is_none_is_named(text: str, line: int) -> None:
    with pytest.raises(PoError, match=f"line {line} "):
        read_po(text)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_catalogue_says_what_is_translated_and_nothing_else(german: Path, compiled: bool) -> None:
    if compiled:
        (german / catalogues.COMPILED).write_bytes(catalogues.compiled(german))
        (german / catalogues.SOURCE_FILE).unlink()  # as in a bundle
    found = catalogues.load(german)
    assert found is not None
    assert found.gettext("Signing in to {host}") == "Anmeldung bei {host}"
    assert [found.ngettext("{n} row", "{n} rows", n) for n in (0, 1, 2)] == ["{n} Zeilen", "{n} Zeile", "{n} Zeilen"]
    assert found.pgettext("stage", "Connect") == "Verbinden"
    assert found.gettext('“Quoted” "so"\nand on') == '„Zitiert“ "so"\nund weiter'
    assert found.gettext("Doubted") == "Doubted"
    assert found.gettext("Not translated") == "Not translated"
    assert found.ngettext("{n} half", "{n} halves", 1) == "{n} half"
    assert found.gettext("Gone") == "Gone"


def test_the_same_source_gives_the_same_bytes(german: Path) -> None:
    assert catalogues.compiled(german) == catalogues.compiled(german)


def test_an_edit_counts_at_once_and_a_damaged_file_is_passed_over(german: Path) -> None:
    compiled = german / catalogues.COMPILED
    compiled.write_bytes(catalogues.compiled(german))
    source = german / catalogues.SOURCE_FILE
    source.write_text(GERMAN.replace("Verbinden", "Verbindung"), "utf-8")
    found = catalogues.load(german)
    assert found is not None
    assert found.pgettext("stage", "Connect") == "Verbindung"
    whole = compiled.read_bytes()
    for damaged in (b"", whole[:40], gzip.compress(b"[]"), gzip.compress(b'{"source": 1}'), b"no gzip"):
        compiled.write_bytes(damaged)
        found = catalogues.load(german)
        assert found is not None
        assert found.pgettext("stage", "Connect") == "Verbindung"
    source.unlink()
    assert catalogues.load(german) is None
    source.write_text("msgid nothing", "utf-8")
    assert catalogues.load(german) is None


def test_what_unpacks_into_too_much_is_passed_over(german: Path) -> None:
    compiled = german / catalogues.COMPILED
    compiled.write_bytes(catalogues.compiled(german))
    (german / catalogues.SOURCE_FILE).unlink()
    assert catalogues.load(german) is not None
    padded = gzip.decompress(compiled.read_bytes()) + b" " * 16 * 1024 * 1024  # the same JSON
    compiled.write_bytes(gzip.compress(padded))
    assert catalogues.load(german) is None


def test_a_language_without_a_translation_is_none(german: Path) -> None:
    (german / catalogues.SOURCE_FILE).write_text(
        'msgid ""\nmsgstr "Language: de\\n"\n\nmsgid "A"\nmsgstr ""\n', "utf-8"
    )
    assert catalogues.load(german) is None
    assert catalogues.load(german / "nowhere") is None
