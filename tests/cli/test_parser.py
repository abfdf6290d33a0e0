"""Help and complaints about options in the language spoken, within the columns of the terminal."""

from __future__ import annotations

import argparse
import ast
import gettext
import inspect
import re
from collections.abc import Iterator

import pytest

from wizard.cli import main as entry
from wizard.cli import parser
from wizard.language import speak
from wizard.model.columns import width

# What argparse says to programmers, or about what no command of ours has: commands within commands, files, own actions.
_NOT_MET = re.compile(
    r"subparser|subcommands|parser %|can't open|argument \"-\"|conflict|mutually exclusive|cannot merge|callable"
    r"|__call__|invalid option string|dest=|'required' is|unexpected option string|ambiguous option"
    r"|^usage: $"  # ours is without the blank, which translators lose
    r"|is deprecated$|: warning: |^%\(heading\)s:$|^ \(default: |program's version"  # from Python 3.13 on
)


class _Long(gettext.NullTranslations):
    """Each text half as long again, in letters of one script."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self._letter = letter

    def gettext(self, message: str) -> str:
        if "%" in message or "{" in message:
            return message
        return re.sub(r"[a-z]", self._letter, message + message[: len(message) // 2])

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if n == 1 else msgid2

    def pgettext(self, context: str, message: str) -> str:
        return message


@pytest.fixture(autouse=True)
def _english_after() -> Iterator[None]:
    yield
    speak("en")


def _of_argparse() -> Iterator[str]:
    """Every text that this Python's argparse gives to gettext."""
    for node in ast.walk(ast.parse(inspect.getsource(argparse))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
            for each in node.args[: 1 if node.func.id == "_" else 2]:
                if isinstance(each, ast.Constant):
                    yield str(each.value)


def test_all_that_argparse_can_say_here_is_given_to_translators() -> None:
    found = set(_of_argparse())
    assert len(found) > 20
    known = {*parser.TEXTS, "expected %s argument", "expected %s arguments"}
    assert {text for text in found - known if not _NOT_MET.search(text)} == set()


def _help(command: str) -> str:
    """The help of a command, or of all, in the language spoken now."""
    if not command:
        return entry._overview()
    return entry._parser(command, entry.command_module(command)).format_help()


@pytest.mark.parametrize("command", ["", *entry.COMMANDS])
def test_no_english_is_left_in_the_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main([*([command] if command else []), "--help", "--language", "qps-ploc"]) == 0
    told = capsys.readouterr().out
    usage, _, rest = told.partition("\n\n") if command else ("", "", told)
    assert "ûšåĝé" in usage or not command
    example = rest.rpartition("Éxåmplé")[2] if "Éxåmplé" in rest else ""
    left = [line for line in rest.removesuffix(example).splitlines() if _english(line)]
    assert left == []


def _english(line: str) -> bool:
    """Whether words of English sentences stand there, which are in no name of an option or of a value."""
    return re.search(r"(?<!-)\b(?:the|and|for|with|is|of|not|what|where|this|at|a)\b", line) is not None


@pytest.mark.parametrize("letter", ["w", "あ", "漢"])
@pytest.mark.parametrize("command", ["", *entry.COMMANDS])
def test_help_fits_eighty_columns_in_every_script(command: str, letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    speak("ja", _Long(letter))
    told = _help(command)
    assert letter * 3 in told
    assert [line for line in told.splitlines() if width(line) > 80 and "mailwright " not in line] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["check"], "ADDRESS"),
        (["check", "ada@example.org", "--deadline", "soon"], "soon"),
        (["check", "ada@example.org", "--nonsense"], "--nonsense"),
        (["check", "ada@example.org", "--password-file"], "--password-file"),
        (["accounts", "sing"], "sing"),
        (["bulk", "--merge"], "--merge"),
        (["check", "ada@example.org", "--browser-sign-in", "--device-sign-in"], "--device-sign-in"),
        (["check", "ada@example.org", "--offline=yes"], "yes"),
    ],
)
def test_a_complaint_about_an_option_is_in_the_language_spoken(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert entry.main([*words, "--language", "qps-ploc"]) == entry.EXIT_USAGE
    said = capsys.readouterr().err.splitlines()
    complaint = "\n".join(said[next(number for number, line in enumerate(said) if "éřřöř" in line) :])
    assert told in complaint
    assert not re.search(r"\b(?:argument|arguments|expected|invalid|required|choose|ignored|allowed)\b", complaint)


class _Broken(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return message.replace("%(message)s", "%(nachricht)s").replace("%s", "%d").replace("email", "100 % email")

    def pgettext(self, context: str, message: str) -> str:
        return message


def test_a_translation_that_names_what_is_not_there_costs_no_complaint(capsys: pytest.CaptureFixture[str]) -> None:
    speak("de", _Broken())
    with pytest.raises(SystemExit):
        entry._parser("check", entry.command_module("check")).parse_args([])
    assert "error: the following arguments are required: ADDRESS" in capsys.readouterr().err


def test_a_per_cent_sign_in_a_translation_means_itself() -> None:
    speak("de", _Broken())
    assert "the 100 % email address" in _help("check")
