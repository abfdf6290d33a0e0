"""The one reader of TOML files that people write: what it takes, and that a hostile file is a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest

from wizard.discovery.preset_file import read_preset
from wizard.errors import ResourceError, UsageError
from wizard.practice.scenarios import load_scenario
from wizard.setup.pack import load_packs
from wizard.toml_reader import MAX_BYTES, Table, parse_toml, read_toml


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def table(text: str) -> Table:
    return parse_toml(text.encode(), "file.toml")


def test_values_of_each_kind() -> None:
    read = table(
        'name = "Ada"\nmany = ["a", "b"]\none = "a"\ncode = [535, "5xx"]\non = true\nwhole = 3\nhalf = 0.5\n'
        'day = 2026-11-21\nurl = "https://mail.example.org/help"\ncolour = "red"\ncolours = ["blue"]\n'
        '[names]\nen = "one"\n[[item]]\nsay = "first"\n[[item]]\nsay = "second"\n'
    )
    assert read.text("name") == "Ada"
    assert read.texts("many") == ("a", "b")
    assert read.texts("one", or_one=True) == ("a",)
    assert read.texts("code", numbers=True) == ("535", "5xx")
    assert read.flag("on")
    assert not read.flag("off")
    assert read.whole("whole", 1, 9) == 3
    assert read.number("half", 0, 1, 1.0) == 0.5
    assert read.day("day") == date(2026, 11, 21)
    assert read.url("url") == "https://mail.example.org/help"
    assert read.member("colour", Colour) is Colour.RED
    assert read.member("missing", Colour, Colour.BLUE) is Colour.BLUE
    assert read.members("colours", Colour) == (Colour.BLUE,)
    assert read.texts_by_name("names") == {"en": "one"}
    assert [item.text("say") for item in read.tables("item")] == ["first", "second"]
    read.end()


@pytest.mark.parametrize(
    ("text", "take", "sentence"),
    [
        ("", lambda t: t.text("name"), "file.toml: name: is missing."),
        ('name = " "', lambda t: t.text("name"), "name: must be text that is not blank."),
        ("name = 5", lambda t: t.text("name"), "name: must be text that is not blank."),
        (f'name = "{"x" * 30_000}"', lambda t: t.text("name"), "name: is longer than 20000 characters."),
        ('name = "a\\nb"', lambda t: t.line("name"), "name: must be a line of text"),
        ('many = "a"', lambda t: t.texts("many"), "many: must be a list of texts."),
        ("many = []", lambda t: t.texts("many", needed=True), "many: is empty."),
        ("many = [true]", lambda t: t.texts("many", numbers=True), "many: must be text that is not blank."),
        ("many = [99999999999999999999]", lambda t: t.texts("many", numbers=True), "many: must be text"),
        ('on = "yes"', lambda t: t.flag("on"), "on: must be true or false."),
        ("whole = true", lambda t: t.whole("whole", 0, 9), "whole: must be a whole number from 0 to 9."),
        ("half = nan", lambda t: t.number("half", 0, 9, 1), "half: must be a number from 0 to 9."),
        ("day = 2026-11-21T10:00:00", lambda t: t.day("day"), "day: must be a day such as 2026-11-21."),
        ('url = "http://a.example"', lambda t: t.url("url"), "url: must be an address that begins with https://."),
        ('url = "https://a.example/ b"', lambda t: t.url("url"), "url: must be an address"),
        ('colour = "green"', lambda t: t.member("colour", Colour), "colour: “green” is not one of red, blue."),
        ('side = "x"', lambda t: t.table("side"), "side: must be a table, written [side]."),
        ("[item]", lambda t: list(t.tables("item")), "item: must be tables, written [[item]]."),
        ("[[item]]\n[[item]]\nx = 1", lambda t: [i.end() for i in t.tables("item")], "item 2.x: is not a key that is"),
        ("[side.inner]\nx = 1", lambda t: t.table("side").table("inner").end(), "side.inner.x: is not a key"),
        ('"\\u001b[31m" = 1', lambda t: t.end(), "'\\x1b[31m': is not a key that is known here."),
    ],
)
def test_what_is_not_of_the_kind_is_a_sentence(text: str, take: Callable[[Table], object], sentence: str) -> None:
    with pytest.raises(ResourceError) as caught:
        take(table(text))
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("file.toml: ")


HOSTILE = {
    "deep-lists": b"a = " + b"[" * 20_000 + b"]" * 20_000,
    "deep-tables": b"a = " + b"{a=" * 3_000 + b"1" + b"}" * 3_000,
    "nine-levels": b"[a.b.c.d.e.f.g.h.i]\nx = 1",
    "long-key": b"a." * 100_000 + b"a = 1",
    "long-key-with-blanks": b"a . " * 100_000 + b"a = 1",
    "long-word": b"a" * MAX_BYTES,
    "digits": b"a = " + b"9" * 5_000,
    "large": b"#" * (MAX_BYTES + 1),
    "not-text": b"a = '\xff\xfe'",
    "not-toml": b"a = = 1",
    "twice": b"a = 1\na = 1",
    "nul": b"a = \x00",
    "no-such-day": b"a = 2026-02-31",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_a_sentence_for_whoever_reads_it(tmp_path: Path, name: str) -> None:
    file = tmp_path / "helpdesk.toml"
    file.write_bytes(HOSTILE[name])
    preset = tmp_path / "preset.toml"
    preset.write_bytes(HOSTILE[name])
    for read in (
        lambda: read_toml(file),
        lambda: read_preset(preset),
        lambda: load_scenario(file),
        lambda: load_packs([tmp_path]),
    ):
        with pytest.raises(ResourceError) as caught:
            read()
        assert ".toml: " in str(caught.value)
        assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", HOSTILE)
def test_the_sentence_is_no_programmers(name: str) -> None:
    with pytest.raises(ResourceError) as caught:
        parse_toml(HOSTILE[name], "file.toml")
    assert not re.search(r"_|\(\)|sys\.|Error\b", str(caught.value).removeprefix("file.toml: "))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_whatever_editor_wrote_it(encoding: str) -> None:
    assert parse_toml('name = "Ädä"\r\n'.encode(encoding), "file.toml").text("name") == "Ädä"


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(UsageError, match=r"does not exist|it is a folder"):
            read_toml(path)
