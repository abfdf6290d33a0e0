"""--language, on every command: what people read is spoken in it, what scripts read stays as it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.cli.main import main
from wizard.language import catalogues, speak, spoken
from wizard.language.choice import PSEUDO
from wizard.language.pseudo import pseudo
from wizard.setup.pack import Pack

REPLY = "535 5.7.8 Error: authentication failed"
TITLE = "The server did not accept name and password"


@pytest.fixture(autouse=True)
def _english_after() -> Iterator[None]:
    yield
    speak("en")


@pytest.mark.parametrize(
    "words",
    [
        ["--language", PSEUDO, "explain", REPLY],
        ["explain", "--language", PSEUDO, REPLY],
        ["explain", REPLY, f"--language={PSEUDO}"],
    ],
)
def test_a_cause_is_told_in_the_language_that_is_asked_for(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", REPLY]) == 0
    english = capsys.readouterr().out.splitlines()[0]
    assert main(words) == 0
    assert pseudo(english) in capsys.readouterr().out


def test_what_follows_two_dashes_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--", "--language xx"]) == 0
    assert "[" not in capsys.readouterr().out.splitlines()[0]


@pytest.mark.parametrize("words", [["--language", "xx"], ["check", "--language=xx", "ada@all-well.example"]])
def test_an_unknown_language_is_refused_with_those_there_are(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said == "mailwright: The language “xx” is not one of en, de, fr, es, it, pt-BR, nl, pl, ja, zh-Hans, ar.\n"


def test_a_language_that_is_left_out_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", REPLY, "--language"]) == 2
    assert "--language" in capsys.readouterr().err


def test_scripts_read_english_unless_they_name_a_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["explain", REPLY, "--json"])
    english = json.loads(capsys.readouterr().out)
    monkeypatch.setenv("MAILWRIGHT_LANGUAGE", PSEUDO)
    main(["explain", REPLY, "--json"])
    assert json.loads(capsys.readouterr().out) == english
    main(["explain", REPLY, "--json", "--language", PSEUDO])
    other = json.loads(capsys.readouterr().out)
    assert other["title"] == pseudo(english["title"])
    assert other["cause"] == english["cause"]
    assert [each["id"] for each in other["remedies"]] == [each["id"] for each in english["remedies"]]
    assert other.keys() == english.keys()


@pytest.mark.slow
def test_the_variable_speaks_in_the_real_program() -> None:
    environment = {**os.environ, "MAILWRIGHT_LANGUAGE": PSEUDO, "PYTHONIOENCODING": "utf-8"}
    words = [sys.executable, "-m", "wizard", "practice", "list"]
    said = subprocess.run(words, env=environment, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    lesson = "Everything works: the provider publishes its settings, you sign in, and the test message arrives."
    assert pseudo(lesson) in said


def test_a_packs_language_is_spoken_where_nobody_chose_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "helpdesk.toml").write_text(f'language = "{PSEUDO}"\n', "utf-8")
    monkeypatch.delenv("MAILWRIGHT_LANGUAGE")
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setattr("wizard.language.choice.system_languages", lambda: ("en",))
    main(["explain", REPLY])
    english = capsys.readouterr().out.splitlines()[0]
    main(["explain", REPLY, "--pack", str(tmp_path)])
    assert pseudo(english) in capsys.readouterr().out
    main(["explain", REPLY, "--pack", str(tmp_path), "--language", "en"])
    assert english in capsys.readouterr().out


def test_a_pack_is_read_for_its_language_only_where_that_could_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[Path, ...]] = []

    def pack(paths: tuple[Path, ...]) -> Pack:
        read.append(paths)
        return Pack(language=PSEUDO)

    monkeypatch.delenv("MAILWRIGHT_LANGUAGE")
    monkeypatch.setattr("wizard.language.choice.system_languages", lambda: ("en",))
    monkeypatch.setattr("wizard.wiring.pack", pack)
    for command in ("presets", "gui"):
        monkeypatch.setattr(f"wizard.cli.{command}.run", lambda _args: 0)
    assert main(["presets", "--pack", str(tmp_path)]) == 0
    assert (spoken(), len(read)) == (PSEUDO, 1)
    assert main(["presets", "--pack", str(tmp_path), "--language", "en"]) == 0  # who chose is not asked again
    assert main(["gui", "--pack", str(tmp_path)]) == 0  # the window hears it once it is there
    assert (spoken(), len(read)) == ("en", 1)


@pytest.mark.slow
def test_the_letter_to_the_administrator_is_in_the_language_of_the_helpdesks_pack(tmp_path: Path) -> None:
    (tmp_path / "helpdesk.toml").write_text('language = "de"\n', "utf-8")
    words = ["check", "ada@auth-off.example", "--practice", "--quiet", "--language", "en"]
    letters = [tmp_path / "own.txt", tmp_path / "theirs.txt"]
    assert main([*words, "--letter", str(letters[0])]) == 1
    assert main([*words, "--letter", str(letters[1]), "--pack", str(tmp_path)]) == 1
    own, theirs = (letter.read_text("utf-8").splitlines() for letter in letters)
    assert own[0].startswith("Subject: Mail for ada@auth-off.example: ")
    assert theirs[0].startswith("Betreff: ")
    assert not set(filter(None, own)) & set(theirs)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_pack_brings_its_own_translations(
    zipped: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    pack = tmp_path / "pack"
    cause, german = pack / "diagnoses" / "auth" / "smart-card-required.toml", pack / "locale" / "de" / "mailwright.po"
    for file in (cause, german):
        file.parent.mkdir(parents=True)
    cause.write_text(
        'title = "A smart card is wanted"\nwhy = "It says so."\n[[match]]\ntext = "smart card required"\n'
        '[[remedy]]\nid = "try-again"\nsay = "Check again"\ndo = "try-again"\n'
        '[[sample]]\ntext = "smart card required"\n',
        "utf-8",
    )
    german.write_text(
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgctxt "cause smart-card-required"\nmsgid "A smart card is wanted"\nmsgstr "Eine Chipkarte wird verlangt"\n',
        "utf-8",
    )
    for file in (cause, german):  # as an editor on Windows writes them
        file.write_bytes(b"\r\n".join(file.read_bytes().splitlines()))
    where = shutil.make_archive(str(tmp_path / "zipped"), "zip", pack) if zipped else str(pack)
    assert main(["explain", "535 smart card required", "--pack", where, "--language", "de"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Eine Chipkarte wird verlangt\n")
    assert "It says so." in told
    assert main(["explain", "535 smart card required", "--pack", where, "--language", "en"]) == 0
    assert capsys.readouterr().out.startswith("A smart card is wanted\n")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("xx/mailwright.po", 'msgid ""\nmsgstr ""\n', "translations are called TAG/mailwright.po"),
        ("de/other.po", 'msgid ""\nmsgstr ""\n', "translations are called TAG/mailwright.po"),
        ("de/mailwright.po", "what is this\n", "de/mailwright.po: line 1"),
    ],
)
def test_translations_of_a_pack_that_cannot_be_used_are_told(
    name: str, content: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "locale" / name
    file.parent.mkdir(parents=True)
    file.write_text(content, "utf-8")
    assert main(["pack", "check", str(tmp_path)]) != 0
    said = capsys.readouterr()
    assert told in said.out + said.err


def test_a_pack_with_an_unknown_language_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "helpdesk.toml").write_text('language = "xx"\n', "utf-8")
    assert main(["explain", REPLY, "--pack", str(tmp_path)]) == 2
    assert "language: “xx” is not one of en, de" in capsys.readouterr().err


def test_what_is_translated_is_said_and_the_rest_stands_in_english_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / catalogues.SOURCE_FILE).write_text(
        'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgctxt "cause bad-credentials"\nmsgid "Type the password again"\n'
        'msgstr "Geben Sie das Passwort noch einmal ein"\n',
        "utf-8",
    )
    monkeypatch.setattr(catalogues, "folder_of", lambda tag: tmp_path)
    monkeypatch.delenv("MAILWRIGHT_LANGUAGE")
    monkeypatch.setattr("wizard.language.choice.system_languages", lambda: ("sv_SE", "de_AT"))
    main(["explain", REPLY])
    said = capsys.readouterr().out
    assert "Geben Sie das Passwort noch einmal ein" in said
    assert "Change the user name" in said
    main(["explain", REPLY, "--json"])
    assert "Geben Sie" not in capsys.readouterr().out
