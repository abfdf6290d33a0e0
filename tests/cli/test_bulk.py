"""Many accounts from a CSV file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wizard.cli.main import main


def test_one_line_for_each_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "accounts.csv"
    table.write_text(
        "Address,Password\nada@all-well.example,practice-all-well\nada@expired.example,practice-expired\nnobody,x\n",
        encoding="utf-8-sig",
    )
    assert main(["bulk", str(table), "--practice", "--jobs", "2"]) == 1
    lines = {line["row"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert lines[1]["verdict"] == "works"
    assert lines[2]["diagnoses"][0]["cause"] == "certificate-expired"
    assert "has an @" in lines[3]["error"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "column names"), ("address,colour\n", "unknown: colour"), ("password\nx\n", "address among them")],
)
def test_a_table_that_is_none(tmp_path: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "accounts.csv"
    table.write_text(text)
    assert main(["bulk", str(table), "--practice"]) == 2
    assert words in capsys.readouterr().err
