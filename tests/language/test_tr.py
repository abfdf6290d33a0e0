"""Texts in the language that is spoken, and English where a translation is missing or broken."""

from __future__ import annotations

import gettext
import threading
from collections.abc import Iterator

import pytest

from wizard.language import isolate, speak, speaking, spoken, tr, tr_context, tr_later, tr_plural


class _German(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return {"Signing in to {host}": "Anmeldung bei {host}", "Broken {host}": "Kaputt {hast}"}.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return "{n} Zeile" if n == 1 else "{n} Zeilen"

    def pgettext(self, context: str, message: str) -> str:
        return "Verbinden" if (context, message) == ("stage", "Connect") else message


@pytest.fixture(autouse=True)
def _english_after() -> Iterator[None]:
    yield
    speak("en")
    isolate(False)


def test_english_is_what_stands_in_the_code() -> None:
    assert spoken() == "en"
    assert tr("Signing in to {host}", host="mail.example.org") == "Signing in to mail.example.org"
    assert tr_plural("{n} row", "{n} rows", 1) == "1 row"
    assert tr_plural("{n} row", "{n} rows", 0) == "0 rows"
    assert tr_context("stage", "Connect") == "Connect"


def test_another_language_with_its_placeholders_and_plurals() -> None:
    speak("de", _German())
    assert spoken() == "de"
    assert tr("Signing in to {host}", host="mail.example.org") == "Anmeldung bei mail.example.org"
    assert tr_plural("{n} row", "{n} rows", 2) == "2 Zeilen"
    assert tr_context("stage", "Connect") == "Verbinden"
    assert tr_context("button", "Connect") == "Connect"


def test_what_is_missing_or_broken_stands_in_english() -> None:
    speak("de", _German())
    assert tr("Not translated {host}", host="a") == "Not translated a"
    assert tr("Broken {host}", host="a") == "Broken a"


def test_a_text_marked_for_later_is_translated_where_it_is_shown() -> None:
    text = tr_later("Signing in to {host}")
    speak("de", _German())
    assert text == "Signing in to {host}"
    assert tr(text, host="a") == "Anmeldung bei a"


def test_braces_in_a_text_without_values_are_its_own() -> None:
    assert tr("{not a place}") == "{not a place}"


def test_a_host_inside_words_read_from_right_to_left_keeps_its_own_direction() -> None:
    speak("ar")
    isolate(True)
    assert tr("Signing in to {host}", host="imap.example.org").count("\u2068imap.example.org\u2069") == 1
    speak("en")
    assert tr("Signing in to {host}", host="imap.example.org") == "Signing in to imap.example.org"


def test_one_letter_is_said_in_another_language_while_everybody_else_goes_on() -> None:
    elsewhere: list[str] = []
    with speaking("de", _German()):
        assert (spoken(), tr("Signing in to {host}", host="a")) == ("de", "Anmeldung bei a")
        other = threading.Thread(target=lambda: elsewhere.append(tr("Signing in to {host}", host="a")))
        other.start()
        other.join()
        with speaking("en"):
            assert tr("Signing in to {host}", host="a") == "Signing in to a"
        assert spoken() == "de"
    assert elsewhere == ["Signing in to a"]
    assert (spoken(), tr_plural("{n} row", "{n} rows", 2)) == ("en", "2 rows")
