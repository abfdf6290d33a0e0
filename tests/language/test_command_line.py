"""The command line in the pseudo-language: no English sentence is left in what a person reads there."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.language.english import english_in
from wizard import assets
from wizard.cli.main import COMMANDS, main
from wizard.handover.targets import targets
from wizard.language import speak
from wizard.language.choice import PSEUDO
from wizard.language.pseudo import pseudo
from wizard.practice.scenarios import Scenario, load_scenarios

SCENARIOS = load_scenarios(assets.resources() / "practice")
QUICK = ("all-well", "wrong-password", "app-password")

# What stands in a text for people and is no language's.
NAMES = (
    "Practice Post",  # a provider's name
    "Authority that nobody knows",  # whom a certificate names as its issuer
    "autoconfig, ispdb, pacc, autodiscover, mx, srv",  # the sources' names in JSON and in `discover`
    "thunderbird, evolution, claws, msmtp, mbsync, neomutt",  # the names of programs that are typed
    "address, password, name, outgoing, incoming",  # the columns of a table for `bulk`
    "freemail, preparation",  # a provider's category and status, as presets and JSON have them
)
_SERVER_SAID = re.compile(re.escape(pseudo("The server said: {text}").partition("{")[0]) + ".*")
_SOURCES = re.compile(re.escape(pseudo("Sources")) + "(\\n  .*)+")  # names of lists and pages the facts come from
# What is typed: a command and its word, in the list of tasks of its help and in examples.
_COMMAND = re.compile(rf"\b(mailwright )?({'|'.join(COMMANDS)}) [a-z]+")


@pytest.fixture(autouse=True)
def _english_after() -> Iterator[None]:
    yield
    speak("en")


def _left(text: str) -> list[str]:
    for pattern in (_SERVER_SAID, _SOURCES, _COMMAND):
        text = pattern.sub("", text)
    return english_in(text, but=NAMES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (pseudo("The server did not accept name and password"), []),
        ("The server did not accept it", ["The server did not accept it"]),
        (pseudo("Copy a message for {whom}").replace("{whom}", "your administrator"), ["your administrator"]),
        (pseudo("{server} refused").replace("{server}", "mail.example.org:465"), []),
        ("mailwright check ada@example.org --test-message", ["mailwright check"]),
    ],
)
def test_the_search_finds_what_was_not_marked(text: str, found: list[str]) -> None:
    assert english_in(text) == found


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(each, marks=() if each.id in QUICK else pytest.mark.slow, id=each.id) for each in SCENARIOS],
)
def test_a_check_says_nothing_in_english(scenario: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", scenario.account.address, "--practice", "--test-message", "--language", PSEUDO])
    told = capsys.readouterr()
    assert pseudo("x")[0] in told.out
    assert _left(told.out + told.err) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_nothing_in_english(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help", "--language", PSEUDO]) == 0
    # What is typed stays as it is typed: the synopsis, and the example at the end.
    told = capsys.readouterr().out
    said = "\n".join(part for part in told.split("\n\n")[1:] if "mailwright" not in part)
    assert said
    assert _left(said) == []


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "535 5.7.8 Error: authentication failed"],
        ["presets", "gmail"],
        ["practice", "list"],
        ["discover", "ada@all-well.example", "--practice"],
        ["check", "ada.example.org"],
        ["--help"],
    ],
    ids=lambda words: words[0],
)
def test_a_command_says_nothing_in_english(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main([*words, "--language", PSEUDO])
    told = capsys.readouterr()
    assert _left(told.out + told.err) == []


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result to hand over, as `check --json` prints it."""
    file = tmp_path_factory.mktemp("proven") / "result.json"
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        main(["check", "ada@all-well.example", "--practice", "--json", "--quiet"])
    file.write_text(said.getvalue(), "utf-8")
    return file


# Names of programs, and what is typed at a prompt or into a file.
_IN_STEPS = ("Apple Mail", "Samsung Email", "Claws Mail", "Subject: test", "account default", "const transport")
_TYPED = re.compile(r"(systemctl|npm|secret-tool) [a-z ]+")


@pytest.mark.parametrize("target", [target.id for target in targets()])
def test_the_steps_for_a_program_say_nothing_in_english(
    target: str, proven: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["handover", target, "--from", str(proven), "--json", "--language", PSEUDO]) == 0
    document = json.loads(capsys.readouterr().out)
    steps = [*document["steps"], *(file["say"] for file in document.get("files", ()))]
    assert steps
    assert [found for step in steps if (found := english_in(_TYPED.sub("", step), but=_IN_STEPS))] == []
