"""docs/CONTRACT.md and its schema say what the program really prints, takes and ends with."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_check import SCENARIOS
from tests.schema import violations
from wizard.cli.main import COMMANDS, command_module, main
from wizard.model.account import RoundTripStatus, Status, Verdict
from wizard.model.diagnosis import ACTION_NAMES
from wizard.model.evidence import Detail, Outcome, Stage
from wizard.model.server import Protocol, Security, Source
from wizard.practice.scenarios import Scenario

DOCS = Path(__file__).parent.parent / "docs"
CONTRACT = (DOCS / "CONTRACT.md").read_text("utf-8")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((DOCS / "schema" / "check-1.schema.json").read_text("utf-8"))
    # The keys of a detail are a closed set in the code; they are not written down twice.
    read["$defs"]["entry"]["properties"]["detail"]["properties"] |= {key: {} for key in Detail.__annotations__}
    return read


def against(schema: dict[str, Any], document: object) -> list[str]:
    return list(violations(document, schema, schema))


def test_the_schema_names_what_the_code_knows(schema: dict[str, Any]) -> None:
    defs = schema["$defs"]
    for name, members in (("protocol", Protocol), ("security", Security), ("source", Source), ("stage", Stage)):
        assert defs[name]["enum"] == [member.value for member in members]
    assert defs["side"]["properties"]["status"]["enum"] == [status.value for status in Status]
    assert defs["round_trip"]["properties"]["status"]["enum"] == [status.value for status in RoundTripStatus]
    assert schema["properties"]["verdict"]["enum"] == [verdict.value for verdict in Verdict]
    assert set(defs["remedy"]["properties"]["action"]["enum"]) == set(ACTION_NAMES.values())
    told = {outcome.value for outcome in Outcome} - {Outcome.STARTED.value}  # which occurs in progress only
    assert set(defs["entry"]["properties"]["outcome"]["enum"]) == told


def test_the_judge_of_schemas_finds_what_is_wrong(schema: dict[str, Any]) -> None:
    part = {"$ref": "#/$defs/change"}
    assert list(violations({"port": 465}, part, schema)) == []
    assert list(violations({"port": "465"}, part, schema)) == ["$.port: '465' is no integer"]
    assert list(violations({"port": True}, part, schema)) == ["$.port: True is no integer"]
    assert list(violations({"security": "ssl", "colour": 1}, part, schema)) == [
        "$.security: 'ssl' is none of ['tls', 'starttls', 'none']",
        "$: colour is new",
    ]
    assert "$: lacks verdict" in against(schema, {})


QUICK = ("all-well", "wrong-password", "certificate-expired", "server-name-mistyped")


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(each, marks=() if each.id in QUICK else pytest.mark.slow, id=each.id) for each in SCENARIOS],
)
def test_what_check_prints_is_what_the_schema_says(
    scenario: Scenario, schema: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", scenario.account.address, "--practice", "--test-message", "--json", "--quiet"])
    document = json.loads(capsys.readouterr().out)
    assert against(schema, document) == []


def test_a_line_of_bulk_is_the_same_with_its_row(
    schema: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "accounts.csv"
    table.write_text("address,password\nada@all-well.example,practice-all-well\n")
    main(["bulk", str(table), "--practice", "--quiet"])
    document = json.loads(capsys.readouterr().out.splitlines()[0])
    assert document["row"] in (1, 2)
    beside = {key for key in ("row", "line") if key in document}
    assert against(schema, {key: value for key, value in document.items() if key not in beside}) == []


@pytest.mark.slow
def test_a_saved_account_is_checked_with_the_same_document(
    schema: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    monkeypatch.setenv("PASSWORD", "practice-all-well")
    words = ("ada@all-well.example", "--practice", "--password-env", "PASSWORD", "--quiet")
    assert main(["accounts", "add", *words, "--without-password"]) == 0
    capsys.readouterr()
    assert main(["accounts", "check", *words, "--test-message", "--json"]) == 0
    (document,) = json.loads(capsys.readouterr().out)["accounts"]
    beside = {"cause", "worked_until", "note"}
    assert beside <= document.keys()
    assert against(schema, {key: value for key, value in document.items() if key not in beside}) == []


def test_explain_prints_a_diagnosis_of_the_same_shape(
    schema: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "535 5.7.8 Username and Password not accepted", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document.pop("schema") == "mailwright/explain/1"
    assert list(violations(document, {"$ref": "#/$defs/diagnosis"}, schema)) == []


def parsers() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for name in COMMANDS:
        parser = argparse.ArgumentParser()
        command_module(name).add_arguments(parser)
        yield name, parser


def test_every_command_is_named_and_no_other() -> None:
    block = CONTRACT.split("```")[1]
    named = {words[1].strip("[]") for line in block.splitlines() if (words := line.split())[:1] == ["mailwright"]}
    assert named == set(COMMANDS)


def test_every_option_is_named_and_no_other() -> None:
    known = {
        option
        for _, parser in parsers()
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--")
    } | {"--json", "--quiet", "--language", "--version"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", CONTRACT))
    assert named == known


def test_every_exit_code_is_the_real_one() -> None:
    from wizard.cli.check import EXIT_CODES
    from wizard.cli.main import EXIT_CANCELLED, EXIT_FAILS, EXIT_INTERNAL, EXIT_USAGE

    named = {int(code) for code in re.findall(r"^\| (\d+) \|", CONTRACT, re.MULTILINE)}
    assert named == {*EXIT_CODES.values(), EXIT_CANCELLED, EXIT_FAILS, EXIT_INTERNAL, EXIT_USAGE}
