"""`--report` of `check` and `accounts check`: what was found, redacted, in a file that can be sent on."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wizard.errors import UsageError
from wizard.installed_packs import installed_packs
from wizard.language import tr

if TYPE_CHECKING:
    from wizard.model.account import CheckResult

KINDS: Final = frozenset({".json", ".html", ".txt"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of a report."""
    parser.add_argument(
        "--report",
        metavar="FILE",
        type=Path,
        help=tr("write the redacted report (.json, .html, .txt); into a folder under the name of its case"),
    )
    parser.add_argument("--with-address", action="store_true", help=tr("leave the address readable in the report"))


def expect_place(args: argparse.Namespace, accounts: int = 1) -> None:
    """Says before the checks that their reports could not be written there.

    Raises:
        UsageError: it is no kind of file that a report may be, or one file for the reports of several accounts.
    """
    if args.report is None or os.path.isdir(args.report):
        return
    if args.report.suffix.lower() not in KINDS:
        raise UsageError(tr("--report takes a file that ends in .json, .html or .txt, or a folder that is there."))
    if accounts > 1:
        raise UsageError(tr("The reports of several accounts go into a folder: name one with --report."))


def write_reports(args: argparse.Namespace, results: Sequence[CheckResult]) -> None:
    """Writes the report of each check.

    Raises:
        ResourceError: one could not be written.
    """
    from wizard import wiring
    from wizard.diagnosis.document import diagnosis_document
    from wizard.handover.report import report_document, report_name, write_report

    helpdesk = wiring.pack((*args.pack, *installed_packs())).helpdesk
    path: Path = args.report
    for result in results:
        document = report_document(
            result,
            diagnosis_document=diagnosis_document,
            mask_addresses=not args.with_address,
            helpdesk=helpdesk.words() if helpdesk is not None else {},
        )
        write_report(path / f"{report_name(document)}.html" if os.path.isdir(path) else path, document)
