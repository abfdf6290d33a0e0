"""Dates, numbers and lists speak the language of our sentences, whatever the system's is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

import wizard
from wizard.language import isolate, isolated, speak
from wizard.language.choice import LANGUAGES
from wizard.language.formats import (
    HABITS,
    and_list,
    comma_list,
    date_text,
    duration_text,
    ended,
    number_text,
    or_list,
    paragraph,
    quoted,
    size_text,
    time_text,
)

# %a %A %b %B %c %p %x %X: the codes of strftime whose words come from the system's language (Python, datetime).
_IN_THE_SYSTEMS_LANGUAGE = re.compile(r"(?<!%)%[aAbBcpxX](?![\w.])")
SOURCES = sorted(Path(wizard.__file__).parent.rglob("*.py"))


@pytest.fixture(autouse=True)
def _english_after() -> Iterator[None]:
    yield
    speak("en")
    isolate(False)


def test_every_language_has_its_habits() -> None:
    assert HABITS.keys() == LANGUAGES.keys()
    assert all(len(habits.months) == 12 for habits in HABITS.values())


# CLDR 47; in English the day comes first and "and" has no comma before it, as everywhere in our sentences.
@pytest.mark.parametrize(
    ("tag", "day", "number", "all_", "one", "said"),
    [
        ("en", "12 March 2027", "12,345.5", "a, b and c", "a, b or c", "“x”"),
        ("de", "12. März 2027", "12.345,5", "a, b und c", "a, b oder c", "„x“"),
        ("fr", "12 mars 2027", "12\u202f345,5", "a, b et c", "a, b ou c", "«\u202fx\u202f»"),
        ("es", "12 de marzo de 2027", "12.345,5", "a, b y c", "a, b o c", "«x»"),
        ("it", "12 marzo 2027", "12.345,5", "a, b e c", "a, b o c", "“x”"),
        ("pt-BR", "12 de março de 2027", "12.345,5", "a, b e c", "a, b ou c", "“x”"),
        ("nl", "12 maart 2027", "12.345,5", "a, b en c", "a, b of c", "“x”"),
        ("pl", "12 marca 2027", "12\xa0345,5", "a, b i c", "a, b lub c", "„x”"),
        ("ja", "2027年3月12日", "12,345.5", "a、b、c", "a、b、またはc", "「x」"),
        ("zh-Hans", "2027年3月12日", "12,345.5", "a、b和c", "a、b或c", "“x”"),
        ("ar", "12 مارس 2027", "12,345.5", "a وb وc", "a أو b أو c", "«x»"),
    ],
)
def test_the_habits_of_a_language(tag: str, day: str, number: str, all_: str, one: str, said: str) -> None:
    speak(tag)
    assert date_text(date(2027, 3, 12)) == day
    assert number_text(12345.5, 1) == number
    assert and_list(["a", "b", "c"]) == all_
    assert or_list(["a", "b", "c"]) == one
    assert quoted("x") == said


def test_spanish_and_polish_group_from_five_digits_on_and_spanish_links_by_ear() -> None:
    speak("es")
    assert number_text(1234) == "1234"
    assert and_list(["POP", "IMAP"]) == "POP e IMAP"
    assert and_list(["agua", "hielo"]) == "agua y hielo"
    assert or_list(["siete", "ocho"]) == "siete u ocho"
    speak("pl")
    assert number_text(1234) == "1234"
    speak("de")
    assert number_text(1234) == "1.234"


def test_short_lists() -> None:
    assert (and_list([]), and_list(["a"]), and_list(["a", "b"])) == ("", "a", "a and b")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (120, "2 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (7200, "2 hours"),
        (86_400, "1 day"),
        (172_800, "2 days"),
    ],
)
def test_a_duration(seconds: float, said: str) -> None:
    assert duration_text(seconds) == said


def test_a_time_and_a_size() -> None:
    moment = datetime(2027, 3, 12, 8, 5, 9)  # noqa: DTZ001 - shown as it is
    assert (time_text(moment), time_text(moment, with_seconds=True)) == ("08:05", "08:05:09")
    assert size_text(26_214_400) == "25 MB"


def test_a_date_names_its_month() -> None:
    assert date_text(date(2027, 3, 12)) == "12 March 2027"
    assert date_text(date(2026, 12, 1)) == "1 December 2026"


@pytest.mark.parametrize("code", ["{moment:%B %Y}", 'strftime("%d %b")', "%x"])
def test_the_search_finds_such_a_code(code: str) -> None:
    assert _IN_THE_SYSTEMS_LANGUAGE.search(code)


def test_no_sentence_is_written_in_the_systems_language() -> None:
    found = [
        f"{path.name}: {line.strip()}"
        for path in SOURCES
        for line in path.read_text(encoding="utf-8").splitlines()
        if ("strftime" in line or re.search(r"\{[^}]*:[^}]*%", line)) and _IN_THE_SYSTEMS_LANGUAGE.search(line)
    ]
    assert not found


@pytest.mark.parametrize(
    ("tag", "beside", "sentences"),
    [
        ("en", "465, TLS", "One. Two."),
        ("ja", "465、TLS", "One.Two."),
        ("zh-Hans", "465、TLS", "One.Two."),
        ("ar", "465، TLS", "One. Two."),
    ],
)
def test_things_beside_each_other_and_sentences(tag: str, beside: str, sentences: str) -> None:
    speak(tag)
    assert comma_list(["465", "TLS"]) == beside
    assert paragraph(["One.", "Two."]) == sentences


def test_a_sentence_gets_its_full_stop_once() -> None:
    assert [ended("One"), ended("One."), ended("Why?"), ended("一。")] == ["One.", "One.", "Why?", "一。"]


def test_in_words_read_from_right_to_left_each_thing_of_a_list_keeps_its_own_direction() -> None:
    """A mark around the whole list would have it begin where its first host does."""
    speak("ar")
    isolate(True)
    apart = [isolated("a.example"), isolated("b.example")]
    assert and_list(["a.example", "b.example"]) == " و".join(apart)
    assert comma_list(["a.example", "b.example"]) == "، ".join(apart)
    assert ended("كلام") == "كلام."
