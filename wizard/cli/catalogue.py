"""`mailwright catalogue`: proves diagnosis files, lists what they may name, begins a new one."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

from wizard.cli.parser import task_list
from wizard.cli.render import print_json, print_text
from wizard.errors import ResourceError, UsageError
from wizard.language import tr, tr_later, tr_plural

HELP = tr_later("prove diagnosis files, list the facts they may name, begin a new one")
EXAMPLE = "mailwright catalogue check resources/diagnoses/auth/app-password-required.toml"

_CHECKED: Final = "mailwright/catalogue-check/1"
_LARGEST_REPLY: Final = 256 * 1024
_TASKS: Final = {
    "catalogue check [FILE]": tr_later("validate the files and prove every sample; 1 when something is wrong"),
    "catalogue facts": tr_later("every key that a file may name, with its values"),
    "catalogue new CAUSE --from REPLY": tr_later("begin a file around a reply: a text file, or - for standard input"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of catalogue."""
    parser.description = task_list([(task, tr(says)) for task, says in _TASKS.items()])
    parser.add_argument("task", choices=("check", "facts", "new"))
    parser.add_argument("name", nargs="?", metavar="FILE | CAUSE", help=tr("one diagnosis file (check); the new cause"))
    parser.add_argument(
        "--pack", metavar="FOLDER", type=Path, action="append", default=[], help=tr("a helpdesk pack's causes as well")
    )
    parser.add_argument(
        "--from", dest="reply", metavar="REPLY", help=tr("the reply the new cause is about, a file or -")
    )
    parser.add_argument("--stage", help=tr("where the new cause happens: the folder it goes into (default: auth)"))
    parser.add_argument("--protocol", choices=("smtp", "imap", "pop3"), help=tr("what the reply was said in"))
    parser.add_argument("--server", help=tr("the server that said it"))
    parser.add_argument(
        "--into", type=Path, default=Path("diagnoses"), metavar="FOLDER", help=tr("where to (default: ./diagnoses)")
    )


def run(args: argparse.Namespace) -> int:
    """The exit code: 1 when a file does not hold what it must."""
    match args.task:
        case "facts":
            return _facts(args.json)
        case "new":
            return _new(args)
        case _:
            try:
                return _check(args)
            except ResourceError as error:  # what was asked, and no wrong usage
                return _told_unreadable(str(error), args.json)


def _told_unreadable(why: str, as_json: bool) -> int:
    """Prints why a file could not be read, so that none was proven."""
    if as_json:
        print_json({"schema": _CHECKED, "causes": 0, "samples": 0, "faults": [], "complaints": [why]})
    else:
        print_text(why)
    return 1


def _check(args: argparse.Namespace) -> int:
    from wizard import wiring
    from wizard.assets import resources
    from wizard.diagnosis.catalogue import Catalogue, load_cause
    from wizard.diagnosis.diagnose import Diagnoser
    from wizard.diagnosis.meanings import our_meanings
    from wizard.diagnosis.proof import complaints, faults
    from wizard.diagnosis.rule import STAGE_FOLDERS
    from wizard.diagnosis.samples import load_sayings, unproven, unshown

    packs = tuple(args.pack)
    folders = [*wiring.pack(packs).diagnosis_folders, resources() / "diagnoses"]
    catalogue = Catalogue.load(folders, with_samples=True)
    if args.name is not None:
        path = Path(args.name)
        if not os.path.isfile(path):
            raise UsageError(tr("{file} is not a file.", file=path))
        if path.resolve().parent.name not in STAGE_FOLDERS:
            raise UsageError(
                tr(
                    "{file} must lie in a folder named after its stage: {stages}.",
                    file=path,
                    stages=", ".join(STAGE_FOLDERS),
                )
            )
        cause = load_cause(path.resolve())
        # The others' samples are proven as well: a new file must not win texts that are theirs.
        catalogue = Catalogue({**catalogue.causes, cause.id: cause}, catalogue.families)
    book = wiring.presets(packs)
    diagnoser = Diagnoser(catalogue, book.for_host)
    found = faults(catalogue.causes.values(), diagnoser)
    sayings = load_sayings()
    wrong = (
        *complaints(catalogue, {provider.id for provider in book.all()}),
        *unproven(sayings, diagnoser),
        *unshown(sayings, catalogue.causes.values(), our_meanings()),
    )
    samples = len(sayings) + sum(len(cause.samples) for cause in catalogue.causes.values())
    if args.json:
        print_json(
            {
                "schema": _CHECKED,
                "causes": len(catalogue.causes),
                "samples": samples,
                "faults": [
                    {"cause": f.cause, "winner": f.winner, "tie": f.is_tie, "text": f.sample.text} for f in found
                ],
                "complaints": list(wrong),
            }
        )
    else:
        for sentence in (*wrong, *map(str, found)):
            print_text(sentence)
        count = len(found) + len(wrong)
        numbers = {"causes": len(catalogue.causes), "samples": samples}
        print_text(
            tr_plural(
                "{causes} causes, {samples} samples: {n} fault.",
                "{causes} causes, {samples} samples: {n} faults.",
                count,
                **numbers,
            )
            if count
            else tr("{causes} causes, {samples} samples: every sample gives its own cause, no ties.", **numbers)
        )
    return 1 if found or wrong else 0


def _facts(as_json: bool) -> int:
    from wizard.diagnosis.fact_keys import KEYS
    from wizard.diagnosis.fact_page import page

    if not as_json:
        print_text(page().rstrip("\n"))
        return 0
    keys = {
        key: {
            "says": fact.says,
            "weight": fact.weight,
            "values": sorted(fact.values),
            "pattern": fact.pattern.pattern if fact.pattern is not None else None,
        }
        for key, fact in KEYS.items()
    }
    print_json({"schema": "mailwright/catalogue-facts/1", "facts": keys})
    return 0


def _new(args: argparse.Namespace) -> int:
    import re
    from datetime import UTC, datetime

    from wizard.diagnosis.rule import STAGE_FOLDERS
    from wizard.diagnosis.skeleton import skeleton
    from wizard.text_file import read_text

    if args.name is None or args.reply is None:
        raise UsageError(tr("catalogue new needs the cause's name, and --from with the reply it is about."))
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", args.name):
        raise UsageError(tr("“{name}” is not a name for a cause: lower-case words with hyphens are.", name=args.name))
    stage = args.stage or "auth"
    if stage not in STAGE_FOLDERS:
        raise UsageError(tr("--stage takes one of {stages}.", stages=", ".join(STAGE_FOLDERS)))
    text = read_text(args.reply, limit_bytes=_LARGEST_REPLY, ansi=True)
    today = datetime.now(UTC).date().isoformat()
    hint = stage if stage in ("dns", "connect", "tls", "auth", "message") else None
    try:
        content = skeleton(text, stage=hint, protocol=args.protocol, server=args.server, today=today)
    except ValueError as error:
        raise UsageError(tr("No file can be made of this reply: {error}.", error=error)) from None
    path = Path(args.into) / stage / f"{args.name}.toml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(content)
    except FileExistsError:
        raise UsageError(tr("{file} exists already.", file=path)) from None
    except OSError as error:
        raise UsageError(tr("{file} cannot be written: {reason}.", file=path, reason=error.strerror or error)) from None
    if args.json:
        print_json({"schema": "mailwright/catalogue-new/1", "written": str(path)})
    else:
        print_text(
            tr("{file} is written. Put in the sentences, then run: mailwright catalogue check {file}", file=path)
        )
    return 0
