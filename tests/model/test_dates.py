"""Dates speak the language of our sentences, whatever the system's is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import wizard
from wizard.model.dates import date_text

# %a %A %b %B %c %p %x %X: the codes of strftime whose words come from the system's language (Python, datetime).
_IN_THE_SYSTEMS_LANGUAGE = re.compile(r"(?<!%)%[aAbBcpxX](?![\w.])")
SOURCES = sorted(Path(wizard.__file__).parent.rglob("*.py"))


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
