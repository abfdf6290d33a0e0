"""`mailwright catalogue`: validates diagnosis files and proves their samples."""

from __future__ import annotations

import argparse
from pathlib import Path

from wizard.cli.render import print_json, print_text
from wizard.errors import UsageError

HELP = "validate diagnosis files and prove their samples"
EXAMPLE = "mailwright catalogue check resources/diagnoses/auth/app-password-required.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of catalogue."""
    parser.add_argument(
        "task",
        choices=("check",),
        help="check: validate the files and prove every sample",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="one diagnosis file; all of ours when left out")


def run(args: argparse.Namespace) -> int:
    """The exit code: 1 when a sample is not proven."""
    return _check(args)


def _check(args: argparse.Namespace) -> int:
    from wizard.assets import resources
    from wizard.diagnosis.catalogue import Catalogue, load_cause
    from wizard.diagnosis.diagnose import Diagnoser
    from wizard.diagnosis.proof import faults
    from wizard.diagnosis.rule import STAGE_FOLDERS

    catalogue = Catalogue.load([resources() / "diagnoses"], with_samples=True)
    checked = list(catalogue.causes.values())
    if args.file is not None:
        path = Path(args.file)
        if not path.is_file():
            raise UsageError(f"{path} is not a file.")
        if path.resolve().parent.name not in STAGE_FOLDERS:
            raise UsageError(f"{path} must lie in a folder named after its stage: {', '.join(STAGE_FOLDERS)}.")
        cause = load_cause(path.resolve())
        # The others' samples are proven as well: a new file must not win texts that are theirs.
        catalogue = Catalogue({**catalogue.causes, cause.id: cause}, catalogue.families)
        checked = list(catalogue.causes.values())
    found = faults(checked, Diagnoser(catalogue))
    samples = sum(len(cause.samples) for cause in checked)
    if args.json:
        print_json(
            {
                "schema": "mailwright/catalogue-check/1",
                "causes": len(checked),
                "samples": samples,
                "faults": [
                    {"cause": f.cause, "winner": f.winner, "tie": f.is_tie, "text": f.sample.text} for f in found
                ],
            }
        )
    else:
        for fault in found:
            print_text(str(fault))
        verdict = f"{len(found)} faults" if found else "every sample gives its own cause, no ties"
        print_text(f"{len(checked)} causes, {samples} samples: {verdict}.")
    return 1 if found else 0
