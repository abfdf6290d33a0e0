"""Which language is spoken: the person's word, the variable, what was kept, the pack, the system, in this order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wizard.language import catalogues, choice, speak, spoken
from wizard.language.choice import By, begin, best, choose, languages_of


@pytest.fixture(autouse=True)
def _english_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(choice.VARIABLE, raising=False)
    yield
    speak("en")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("de_AT.UTF-8", "de"),
        ("de-CH", "de"),
        ("pt", "pt-BR"),
        ("pt_PT", "pt-BR"),
        ("zh_CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh_TW", None),
        ("zh-Hant", None),
        ("EN_us", "en"),
        ("ar-EG", "ar"),
        ("fr_CA@euro", "fr"),
        ("sv_SE", None),
        ("", None),
        ("qps-ploc", "qps-ploc"),
    ],
)
def test_a_tag_is_matched_to_a_language(wanted: str, found: str | None) -> None:
    assert best([wanted]) == found


def test_the_first_language_that_is_spoken_here_counts() -> None:
    assert best(["sv", "nl_BE", "de"]) == "nl"
    assert best(["sv", "fi"]) is None


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR"}, "fr"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "pl_PL", "LC_MESSAGES": "fr_FR"}, "pl"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "sv:it:de"}, "it"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "it"}, "en"),
        ({"LC_ALL": "C", "LANG": "de_DE"}, "en"),
        ({"LC_ALL": "", "LANG": "de_DE"}, "de"),
        ({"LANG": "zh_TW.UTF-8"}, None),
        ({}, "en"),
    ],
)
def test_the_variables_of_a_posix_system(environment: dict[str, str], found: str | None) -> None:
    assert best(languages_of(environment)) == found


def test_a_stronger_voice_is_not_talked_over() -> None:
    begin("qps-ploc")
    assert not choose("en", By.PACK)
    assert not choose("en", By.KEPT)
    assert spoken() == "qps-ploc"
    assert choose("en", By.PERSON)
    assert spoken() == "en"


def test_what_a_pack_wants_goes_before_the_system_and_after_what_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "system_languages", lambda: ("en",))
    begin(None)
    assert choose("qps-ploc", By.PACK)
    assert choose("en", By.KEPT)
    assert not choose("qps-ploc", By.PACK)
    assert spoken() == "en"


def test_the_variable_and_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(choice.VARIABLE, "qps-ploc")
    begin(None)
    assert spoken() == "qps-ploc"
    begin("en")
    assert spoken() == "en"
    monkeypatch.setenv(choice.VARIABLE, "xx")
    monkeypatch.setattr(choice, "system_languages", lambda: ("qps-ploc",))
    begin(None)
    assert spoken() == "qps-ploc"


def test_scripts_hear_english_unless_they_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(choice.VARIABLE, "qps-ploc")
    begin(None, for_scripts=True)
    assert spoken() == "en"
    assert not choose("qps-ploc", By.PACK)
    begin("qps-ploc", for_scripts=True)
    assert spoken() == "qps-ploc"


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^xx$"):
        begin("xx")


def test_where_nothing_is_translated_english_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "load", lambda *_: None)
    begin("de")
    assert spoken() == "en"
