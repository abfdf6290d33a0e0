"""Results of several places side by side."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from wizard.cli.bulk_merge import MISSING, merged
from wizard.cli.main import main
from wizard.errors import UsageError


def line(row: int, address: str | None, verdict: str | None = "works", cause: str | None = None) -> str:
    document = {"row": row, "line": row + 1, "address": address, "verdict": verdict}
    if cause is not None:
        document["diagnoses"] = [{"cause": cause, "title": cause.title()}]  # type: ignore[assignment]
    return json.dumps(document) + "\n"


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    """The second place cannot send to one account, the third died after its first row."""
    texts = {
        "north": line(1, "ada@example.org") + line(2, "bob@example.org") + line(3, "eve@example.org", "fails", "x"),
        "south": line(1, "ada@example.org", "works-after-fix")
        + line(2, "bob@example.org", "fails", "connection-timed-out")
        + line(3, "eve@example.org", "fails", "x"),
        "west": line(1, "ada@example.org") + '{"row": 2, "li',
    }
    paths = [tmp_path / f"{name}.jsonl" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text)
    return paths


def test_what_works_where_and_which_cause_only_from_where(
    places: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bulk", "--merge", *map(str, places[:2])]) == 1
    assert capsys.readouterr().out == (
        "3 accounts from 2 places: north, south\n"
        "  1 works everywhere\n"
        "  1 works only from some\n"
        "  1 works nowhere\n"
        "connection-timed-out only from south: 1\n"
        "\n"
        "Address          north  south\n"
        "bob@example.org  works  connection-timed-out\n"
        "eve@example.org  x      x\n"
    )


def test_a_place_that_died_is_told(places: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bulk", "--merge", *map(str, places)]) == 1
    out = capsys.readouterr().out
    assert "west has no result for 2 accounts.\n" in out
    assert f"bob@example.org  works  connection-timed-out  {MISSING}\n" in out


def test_as_json_every_account_has_every_place(places: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bulk", "--merge", *map(str, places), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "mailwright/bulk-merge/1"
    assert document["missing"] == {"north": 0, "south": 0, "west": 2}
    assert document["accounts"][0] == {
        "address": "ada@example.org",
        "kind": "works everywhere",
        "found": {"north": "works", "south": "works-after-fix", "west": "works"},
    }


def test_an_account_that_a_table_has_twice_stays_two(tmp_path: Path) -> None:
    one, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    one.write_text(line(1, "ada@example.org") + line(2, "ada@example.org", "fails", "x"))
    other.write_text(line(2, "ada@example.org", "fails", "y") + line(3, None, None))
    assert [account.found for account in merged([one, other]).accounts] == [
        ("works", "y"),
        ("x", MISSING),
        (MISSING, "not-checked"),
    ]


def test_tables_of_them_are_inert(places: list[Path], tmp_path: Path) -> None:
    places[0].write_text(line(1, "=cmd()@example.org", "fails", "<b>"))
    table, page = tmp_path / "t.csv", tmp_path / "t.html"
    assert main(["bulk", "--merge", *map(str, places), "--table", str(table)]) == 1
    assert main(["bulk", "--merge", *map(str, places), "--table", str(page)]) == 1
    rows = list(csv.reader(io.StringIO(table.read_text("utf-8-sig"), newline="")))
    assert rows[0] == ["Address", "Kind", "north", "south", "west"]
    assert rows[1][0] == "'=cmd()@example.org"
    assert "<b>" not in page.read_text()
    assert "&lt;b&gt;" in page.read_text()


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("hello\n")
    with pytest.raises(UsageError, match="does not hold results of bulk"):
        merged([path])
    (tmp_path / "b").mkdir()
    with pytest.raises(UsageError, match="different names"):
        merged([path, tmp_path / "b" / "a.jsonl"])
    assert main(["bulk", "--merge", str(path), "--table", str(tmp_path / "t.xlsx")]) == 2
