"""Results of bulk as a table for a spreadsheet (CSV) or a browser (HTML): both inert, written row by row."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final, TextIO

from wizard.cli.bulk_results import Brief, read_briefs
from wizard.errors import UsageError
from wizard.handover.csv_export import write_csv
from wizard.handover.page import language_attributes
from wizard.language import tr, tr_later
from wizard.language.formats import number_text
from wizard.model.text import inert

KINDS: Final = (".csv", ".html", ".htm")
_HEADS: Final = (
    tr_later("Row"),
    tr_later("Line"),
    tr_later("Address"),
    tr_later("Cause"),
    tr_later("What it says"),
    tr_later("Sending"),
    tr_later("Receiving"),
    tr_later("Seconds"),
)  # in CSV, which programs read too, always English
_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem; }
table { border-collapse: collapse; } th, td { text-align: start; vertical-align: top; padding: .2rem .8rem .2rem 0; }
thead th { position: sticky; top: 0; background: Canvas; } td { overflow-wrap: anywhere; }
fieldset { border: 0; padding: 0; margin: 0 0 1rem; } label { margin-inline-end: 1rem; white-space: nowrap; }
"""


def check_kind(path: Path) -> None:
    """Raises UsageError where the file's ending is none of ours."""
    if path.suffix.lower() not in KINDS:
        raise UsageError(tr("--table takes a file that ends in .csv or .html."))


def write_table(results: Path, path: Path, separator: str = ",") -> None:
    """Writes what `results` (JSON lines) hold, in their order, readable by the owner alone.

    Raises:
        UsageError: the results cannot be read, or the table cannot be written.
    """
    kept = tuple(dict.fromkeys(head for each in read_briefs(results) for head in each.kept))
    rows = (_cells(each, kept) for each in read_briefs(results))
    with open_table(path) as out:
        if path.suffix.lower() == ".csv":
            write_csv(out, (*_HEADS, *kept), rows, separator)
        else:
            write_page(
                out,
                tr("Results"),
                (*map(tr, _HEADS), *kept),
                ((each.kind, _cells(each, kept)) for each in read_briefs(results)),
                Counter(each.kind for each in read_briefs(results)),
            )


def write_page(
    out: TextIO, title: str, heads: Sequence[str], rows: Iterable[tuple[str, Sequence[object]]], kinds: Counter[str]
) -> None:
    """A page without a script: each row belongs to one of `kinds`, and choosing one leaves its rows alone in view."""
    numbers = {kind: number for number, (kind, _) in enumerate(kinds.most_common(), 1)}
    hidden = "\n".join(
        f"body:has(#k{number}:checked) tbody tr:not(.k{number}) {{ display: none; }}" for number in numbers.values()
    )
    out.write(
        f'<!doctype html>\n<html {language_attributes()}>\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}{hidden}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n"
    )
    out.write(
        f"<fieldset><legend>{escape(tr('Show'))}</legend>\n" + "\n".join(_choices(numbers, kinds)) + "\n</fieldset>\n"
    )
    names = "".join(f'<th scope="col">{escape(inert(head))}</th>' for head in heads)
    out.write(f"<table><thead><tr>{names}</tr></thead>\n<tbody>\n")
    for kind, cells in rows:
        told = "".join(f"<td>{escape(inert('' if cell is None else str(cell)))}</td>" for cell in cells)
        out.write(f'<tr class="k{numbers[kind]}">{told}</tr>\n')
    out.write("</tbody></table>\n</body>\n</html>\n")


def _choices(numbers: dict[str, int], kinds: Counter[str]) -> Iterator[str]:
    every = tr("All ({count})", count=number_text(sum(kinds.values())))
    yield f'<label><input type="radio" name="kind" checked> {escape(every)}</label>'
    for kind, number in numbers.items():
        name = escape(inert(kind))
        yield f'<label><input type="radio" name="kind" id="k{number}"> {name} ({number_text(kinds[kind])})</label>'


def _cells(each: Brief, kept: Sequence[str]) -> tuple[object, ...]:
    checked = each.checked
    seconds = None if checked.seconds is None else round(checked.seconds, 1)
    told = (each.row, each.line, checked.address, each.kind, each.says, each.sending, each.receiving, seconds)
    return (*told, *(each.kept.get(head, "") for head in kept))


def open_table(path: Path) -> TextIO:
    """The file for its owner's eyes alone; a spreadsheet program knows UTF-8 by its mark."""
    encoding = "utf-8-sig" if path.suffix.lower() == ".csv" else "utf-8"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise UsageError(
            tr("{name} cannot be written: {reason}.", name=path.name, reason=error.strerror or type(error).__name__)
        ) from None
    return os.fdopen(descriptor, "w", encoding=encoding, errors="replace", newline="")
