from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.handover.csv_export import write_csv
from wizard.handover.inert import csv_cell, file_stem

FORMULA_STARTS = "=+-@＝＋－＠"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\n=1",
        "\r\n \n=1",
        "\u00a0=1",
        "\ufeff=1",
        "\tplain",
        "\rplain",
        "＝1",
    ],
)
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert csv_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["ada@example.org", "535 5.7.8 refused", "a=b", "", "smtp.example.org:465"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert csv_cell(text) == text


def csv_text(header: list[str], row: list[object]) -> str:
    out = io.StringIO(newline="")
    write_csv(out, header, [row])
    return out.getvalue()


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_no_cell_of_a_table_is_a_formula_or_holds_a_line(cells: list[str]) -> None:
    header, row = csv.reader(io.StringIO(csv_text(["x"] * len(cells), [*cells]), newline=""))
    assert len(row) == len(header) == len(cells)
    for cell in row:
        assert not cell.lstrip().startswith(tuple(FORMULA_STARTS))
        assert not any(ord(char) < 32 for char in cell)


def test_numbers_of_ours_stay_numbers_and_nothing_stays_empty() -> None:
    assert csv_text(["a", "b"], [-1, None]) == '"a","b"\r\n"-1",""\r\n'


@given(st.text(max_size=200))
def test_a_file_name_stays_in_its_folder(text: str) -> None:
    stem = file_stem(text)
    assert 0 < len(stem) <= 100
    assert not stem.startswith(".")
    assert stem.isascii()
    assert not set(stem) & set("/\\:\0")
