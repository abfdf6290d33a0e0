"""The table of what is translated counts words, each text once for the whole."""

from __future__ import annotations

import pytest

from tests.language.shares import shares, table
from wizard.language.choice import LANGUAGES
from wizard.language.po import Entry


def test_words_count_and_doubted_translations_do_not() -> None:
    entries = [
        Entry(""),
        Entry("Sign in now", said=("Jetzt anmelden",), comments=("window", "cli")),
        Entry("{n} row", "{n} rows", said=("{n} Zeile", ""), comments=("window",)),
        Entry("Later", said=("Später",), comments=("cause", "title"), flags=frozenset({"fuzzy"})),
    ]
    assert shares(entries) == {"all": (3, 8), "window": (3, 7), "cause": (0, 1), "cli": (3, 3)}


@pytest.mark.slow
def test_every_language_has_its_line() -> None:
    head, *lines = table().splitlines()
    assert head.split()[:3] == ["words", "all", "window"]
    assert [line.split()[0] for line in lines] == [tag for tag in LANGUAGES if tag != "en"]
