"""`mailwright bulk`: many accounts from a CSV file, one result line each."""

from __future__ import annotations

import argparse
import asyncio
import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from wizard import internal_error, wiring
from wizard.cli import render
from wizard.cli.options import add_network_arguments, add_run_arguments, settings_from
from wizard.errors import MailwrightError, UsageError
from wizard.model.account import Verdict
from wizard.model.address import Address
from wizard.model.secret import Secret
from wizard.setup.given import given_draft
from wizard.setup.session import SetupSession

HELP = "many accounts from a CSV file, one result line each"
EXAMPLE = "mailwright bulk accounts.csv --jobs 8 > results.jsonl"

COLUMNS = {"address", "password", "name", "outgoing", "incoming", "username", "outgoing-username", "outgoing-password"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("file", metavar="FILE.csv", type=Path, help="columns: " + ", ".join(sorted(COLUMNS)))
    parser.add_argument("--jobs", metavar="N", type=int, default=8, help="accounts at the same time (default 8)")
    add_run_arguments(parser)
    add_network_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Checks every account; the exit code is 0 when all work, 1 otherwise."""
    if not 1 <= args.jobs <= 200:
        raise UsageError("--jobs takes a number from 1 to 200.")
    return internal_error.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    all_work = True
    rows = list(_rows(args.file))
    running = asyncio.Semaphore(args.jobs)
    async with wiring.sessions(settings_from(args)) as new_session, asyncio.TaskGroup() as group:

        async def one(row: Mapping[str, str], number: int) -> None:
            nonlocal all_work
            try:
                document = await _checked(new_session(), row)
                all_work &= document["verdict"] in (Verdict.WORKS.value, Verdict.WORKS_AFTER_FIX.value)
            except MailwrightError as error:
                all_work = False
                document = {"address": row.get("address"), "verdict": None, "error": str(error)}
            finally:
                running.release()
            render.print_json({"row": number} | document)

        for number, row in enumerate(rows, 1):
            await running.acquire()
            group.create_task(one(row, number))
    return 0 if all_work else 1


async def _checked(session: SetupSession, row: Mapping[str, str]) -> dict[str, object]:
    from wizard.diagnosis.document import diagnosis_document
    from wizard.handover.document import check_document

    draft = given_draft(
        Address.parse(row["address"]),
        outgoing=row.get("outgoing") or None,
        incoming=row.get("incoming") or None,
        username=row.get("username") or None,
        outgoing_username=row.get("outgoing-username") or None,
    )
    draft = replace(
        draft,
        display_name=row.get("name") or None,
        secret=Secret(row["password"]) if row.get("password") else None,
        outgoing_secret=Secret(row["outgoing-password"]) if row.get("outgoing-password") else None,
    )
    result = await session.check(draft)
    await session.close()
    return dict(check_document(result, diagnosis_document=diagnosis_document))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
            unknown = set(names) - COLUMNS
            if "address" not in names or unknown:
                told = f"; unknown: {', '.join(sorted(unknown))}" if unknown else ""
                raise UsageError(f"{path.name} needs a first line with column names, address among them{told}.")
            for row in reader:
                yield {plain: (row.get(name) or "").strip("\r\n") for plain, name in names.items()}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"The file {path.name} cannot be read: {type(error).__name__}.") from None
