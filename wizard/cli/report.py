"""`mailwright report`: a saved report as text, or several of one account side by side."""

from __future__ import annotations

import argparse
from pathlib import Path

from wizard.cli import render
from wizard.errors import UsageError
from wizard.handover.compare import comparison, comparison_rows
from wizard.handover.page import text_page
from wizard.handover.report import load_report, report_text
from wizard.language import tr, tr_later

HELP = tr_later("show a saved report as text, or several side by side")
EXAMPLE = "mailwright report open report.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument(
        "what",
        choices=("open", "compare"),
        help=tr("open shows the report; compare lays reports from several networks or computers side by side"),
    )
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        type=Path,
        help=tr("a report saved as .json or .html, or what `check --json` printed"),
    )


def run(args: argparse.Namespace) -> int:
    """Prints what was asked for, inert whoever made the files."""
    if args.what == "compare":
        return _compare(args.files, as_json=args.json)
    if len(args.files) > 1:
        raise UsageError(tr("One report is opened at a time; `report compare` lays several side by side."))
    report = load_report(args.files[0])
    if args.json:
        render.print_json(report)
    else:
        render.print_text(report_text(report))
    return 0


def _compare(files: list[Path], *, as_json: bool) -> int:
    """The table; a place is called as its file is."""
    places = [path.stem for path in files]
    if len(files) < 2:
        raise UsageError(tr("Name two reports or more: one from each network or computer."))
    if len(set(places)) < len(places):
        raise UsageError(tr("Each place is called as its file is: give the files different names."))
    reports = [load_report(path) for path in files]
    sections = comparison(reports, places)
    if as_json:
        says, rows = sections[0].paragraphs[0], comparison_rows(reports, places)
        render.print_json({"schema": "mailwright/comparison/1", "says": says, "rows": rows})
    else:
        render.print_text(text_page(sections))
    return 0
