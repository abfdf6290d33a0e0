"""Another language changes what people read and nothing that programs read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.cli.main import main
from wizard.language import speak

_PSEUDO = ("--language", "qps-ploc")


@pytest.fixture(autouse=True)
def _english_after() -> Iterator[None]:
    yield
    speak("en")


def _result(row: int, address: str, verdict: str) -> str:
    return json.dumps({"row": row, "line": row + 1, "address": address, "verdict": verdict}) + "\n"


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    north, south = tmp_path / "north.jsonl", tmp_path / "south.jsonl"
    north.write_text(_result(1, "ada@example.org", "works") + _result(2, "bob@example.org", "works"))
    south.write_text(_result(1, "ada@example.org", "works"))
    return [str(north), str(south)]


def _without_language(text: str) -> list[str]:
    """The lines of what a monitor reads, without the figures that differ from run to run."""
    return [line.rpartition(" ")[0] for line in text.splitlines()]


def test_results_side_by_side_are_told_in_the_language_and_stay_the_same_for_programs(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, page = tmp_path / "table.csv", tmp_path / "page.html"
    assert main(["bulk", "--merge", *places, "--table", str(table), *_PSEUDO]) == 1
    told = capsys.readouterr().out
    assert told.startswith("[2 åççöûñţš fřöm 2 plåçéš: north, south")
    assert "accounts" not in told
    assert list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig")))) == [
        {"Address": "ada@example.org", "Kind": "works everywhere", "north": "works", "south": "works"},
        {"Address": "bob@example.org", "Kind": "incomplete", "north": "works", "south": "no-result"},
    ]
    assert main(["bulk", "--merge", *places, "--json", *_PSEUDO]) == 1
    assert json.loads(capsys.readouterr().out)["kinds"] == {"works everywhere": 1, "incomplete": 1}
    assert main(["bulk", "--merge", *places, "--table", str(page), *_PSEUDO]) == 1
    html = page.read_text("utf-8")
    assert '<html lang="qps-ploc">' in html
    assert all(word not in html for word in (">Address<", ">Kind<", "Results", "works everywhere", "All ("))
    assert "bob@example.org" in html


def test_a_monitor_reads_the_same_in_every_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said: list[list[str]] = []
    for language in ("en", "qps-ploc"):
        metrics = tmp_path / f"{language}.prom"
        words = ["--practice", "--quiet", "--nagios", "--metrics", str(metrics), "--language", language]
        assert main(["check", "ada@app-password.example", *words]) == 2
        out = capsys.readouterr().out
        assert out.startswith("MAIL CRITICAL - ada@app-password.example: ")
        assert " | time=" in out
        said.append(_without_language(metrics.read_text()))
    assert said[0] == said[1]


def test_the_practice_accounts_are_listed_in_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", "list", *_PSEUDO]) == 0
    told = capsys.readouterr().out
    assert "ada@all-well.example" in told
    assert all(word not in told for word in ("Address", "Password", "Outcome", "works after", "Try one"))
    first, second = told.splitlines()[0], told.splitlines()[1]
    assert first.index("[Påššwöřð") == second.index("practice-all-well")


def test_json_stays_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    documents = []
    for language in ("en", "qps-ploc"):
        assert main(["practice", "list", "--json", "--language", language]) == 0
        accounts = json.loads(capsys.readouterr().out)["accounts"]
        documents.append([{key: each[key] for key in each if key != "teaches"} for each in accounts])
    assert documents[0] == documents[1]


def test_a_terminal_and_a_script_are_given_no_marks_of_direction(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A terminal shows them as signs; what would be shown so is replaced before it gets there."""
    words = ["check", "ada@app-password.example", "--practice", "--language", "qps-plocm"]
    assert main(words) == 1
    assert main([*words, "--json"]) == 1
    assert main(["presets", "check", str(tmp_path / "nowhere.toml"), "--language", "qps-plocm"]) == 2
    told = capsys.readouterr()
    assert "imap.app-password.example:993 tls" in told.out
    assert "nowhere.toml" in told.err
    assert not {"\N{REPLACEMENT CHARACTER}", "\N{FIRST STRONG ISOLATE}"} & {*told.out, *told.err}
    assert "\\u2068" not in told.out
