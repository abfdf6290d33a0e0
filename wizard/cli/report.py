"""`mailwright report open`: a saved report as text."""

from __future__ import annotations

import argparse
from pathlib import Path

from wizard.cli import render
from wizard.handover.report import load_report, report_text

HELP = "show a saved report as text"
EXAMPLE = "mailwright report open report.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("what", choices=("open",), help="open shows the report")
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="a report saved as .json or .html, or what `check --json` printed"
    )


def run(args: argparse.Namespace) -> int:
    """Prints the report, inert whoever made the file."""
    report = load_report(args.file)
    if args.json:
        render.print_json(report)
    else:
        render.print_text(report_text(report))
    return 0
