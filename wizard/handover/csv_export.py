"""Tables for spreadsheets in which nothing computes (T15)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

from wizard.handover.inert import csv_cell


def write_csv(out: TextIO, header: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ",") -> None:
    """The table as CSV (RFC 4180), every cell quoted and inert, `None` as an empty cell.

    Written row by row, so that memory holds one; `out` was opened with newline="".
    """
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n", delimiter=separator)
    writer.writerow([csv_cell(name) for name in header])
    for row in rows:
        writer.writerow([_cell(value) for value in row])


def _cell(value: object) -> str:
    if value is None:
        return ""
    # A number of ours may keep its minus sign: only text can be a formula.
    return str(value) if isinstance(value, int | float) else csv_cell(str(value))
