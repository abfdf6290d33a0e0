"""`mailwright bulk`: many accounts from a table, one result line each."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

from msgspec import Struct, field
from msgspec.structs import replace

from wizard import internal_error, wiring
from wizard.cli import bulk_merge, bulk_table, monitoring, render
from wizard.cli.bulk_progress import Bar
from wizard.cli.bulk_results import Results, read_briefs, unusable
from wizard.cli.options import (
    add_monitoring_arguments,
    add_network_arguments,
    add_run_arguments,
    expect_folders,
    settings_from,
)
from wizard.cli.table import COLUMNS, Row, Table
from wizard.errors import MailwrightError, UsageError
from wizard.handover.write import write_file
from wizard.language import tr, tr_later
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret
from wizard.model.server import Protocol
from wizard.model.text import single_line
from wizard.setup.given import given_draft
from wizard.setup.session import SetupSession
from wizard.setup.signin_budget import PER_HOST

HELP = tr_later("many accounts from a table (CSV as Excel writes it), one result line each")
EXAMPLE = "mailwright bulk accounts.csv --output results.jsonl --jobs 8"

READ_AHEAD: Final = 500  # rows among which those of different servers are chosen
MAX_RESULT_BYTES: Final = 4 * 1024 * 1024
_RECEIVING: Final = (Protocol.IMAP, Protocol.POP3)
_SENDING: Final = (Protocol.SMTP,)
WORKS: Final = (Verdict.WORKS.value, Verdict.WORKS_AFTER_FIX.value)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument(
        "file", metavar="FILE.csv", nargs="?", type=Path, help=tr("columns: {names}", names=", ".join(COLUMNS))
    )
    parser.add_argument(
        "--merge", metavar="RESULT.jsonl", nargs="+", type=Path, help=tr("show results of several places side by side")
    )
    parser.add_argument("--jobs", metavar="N", type=int, default=8, help=tr("accounts at the same time (default 8)"))
    parser.add_argument(
        "--output", metavar="OUT.jsonl", type=Path, help=tr("write the results there, not to the screen")
    )
    parser.add_argument("--table", metavar="FILE", type=Path, help=tr("write a table of them as well (.csv, .html)"))
    parser.add_argument(
        "--keep",
        metavar="HEAD",
        action="append",
        default=[],
        help=tr("a column of your own that goes into the results"),
    )
    parser.add_argument("--resume", action="store_true", help=tr("go on with OUT.jsonl: rows that are in it are done"))
    parser.add_argument(
        "--per-host-per-minute", metavar="N", type=int, help=tr("sign-ins that a server sees in a minute (default 60)")
    )
    add_monitoring_arguments(parser)
    add_run_arguments(parser)
    add_network_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Checks every account, or merges results; the exit code is 0 when all work, 1 otherwise."""
    if args.table is not None:
        bulk_table.check_kind(args.table)
    if args.merge:
        return _merge(args)
    if args.file is None:
        raise UsageError(tr("bulk needs a table of accounts, or results to --merge."))
    if not 1 <= args.jobs <= 200:
        raise UsageError(tr("--jobs takes a number from 1 to 200."))
    if args.per_host_per_minute is not None and not 1 <= args.per_host_per_minute <= 10_000:
        raise UsageError(tr("--per-host-per-minute takes a number from 1 to 10000."))
    if args.resume and args.output is None:
        raise UsageError(tr("--resume goes on with the file that --output names."))
    settings = replace(settings_from(args), per_host_per_minute=args.per_host_per_minute)
    for name in ("table", "junit", "nagios"):
        if getattr(args, name) and args.output is None:
            raise UsageError(tr("--{name} is made of the results that --output keeps.", name=name))
    expect_folders(args)
    table = Table(args.file, args.keep)
    if table.ignored:
        numbers = ", ".join(map(str, table.ignored))
        render.progress(tr("Columns that mean nothing here are left out: {numbers}", numbers=numbers))
    per_minute = settings.per_host_per_minute or PER_HOST
    render.progress(
        tr("At most 2 connections at once and {per_minute} sign-ins a minute for each server.", per_minute=per_minute)
    )
    with Results(args.output, resume=args.resume) as results:
        bar = Bar(_count(args.file), results.done_before)
        watch = Watch(args, bar)
        results.listener = watch.add
        try:
            code = internal_error.run(_run(table, results, settings, args.jobs))
        except BaseExceptionGroup as group:  # of tasks that were ended with the one that says why
            told = next((error for error in group.exceptions if isinstance(error, MailwrightError)), group)
            raise told from None
        finally:
            bar.end()
    if args.table is not None:
        bulk_table.write_table(args.output, args.table, table.separator)
    return watch.end(code)


class Watch:
    """Counts the results for monitors; what an earlier run did is counted already."""

    def __init__(self, args: argparse.Namespace, bar: Bar) -> None:
        self._args, self._bar = args, bar
        self._limits = monitoring.thresholds_of(args)
        self._tally = monitoring.Tally()
        if args.resume and os.path.exists(args.output) and (args.nagios or args.metrics is not None):
            for each in read_briefs(args.output):
                self._tally.add(each.checked, self._limits)

    def add(self, document: Mapping[str, object]) -> None:
        """A row has a result."""
        self._bar.add(document)
        checked = monitoring.checked_of_document(document)
        self._tally.add(checked, self._limits)
        if self._args.json_log is not None:
            monitoring.append_log(self._args.json_log, checked)

    def end(self, code: int) -> int:
        """Writes what was asked for; the exit code, which is a plugin's with --nagios."""
        args = self._args
        if args.metrics is not None:
            write_file(args.metrics, monitoring.metrics((), self._tally).encode(), others_may_read=True)
        if args.junit is not None:
            write_file(
                args.junit,
                monitoring.junit(each.checked for each in read_briefs(args.output)).encode(),
                others_may_read=True,
            )
        if not args.nagios:
            return code
        code, told = monitoring.nagios_of_many(self._tally)
        render.print_text(told)
        return code


def _merge(args: argparse.Namespace) -> int:
    result = bulk_merge.merged(args.merge)
    bulk_merge.show(result, as_json=args.json)
    if args.table is not None:
        bulk_merge.write(result, args.table)
    return 0 if all(account.kind == "works everywhere" for account in result.accounts) else 1


def _count(path: Path) -> int | None:
    """How many rows the table has; None where reading it twice is not possible, as with a pipe."""
    if not os.path.isfile(path):
        return None
    return sum(1 for _ in Table(path).rows())


async def _run(table: Table, results: Results, settings: wiring.Settings, jobs: int) -> int:
    async with wiring.sessions(settings) as new_session, asyncio.TaskGroup() as group:
        queue = Queue(results.missing(table.rows()))
        running = asyncio.Semaphore(jobs)
        servers = Servers()

        async def one(row: Row, hosts: str) -> None:
            try:
                results.add(row, await _document(new_session(), row, servers))
            finally:
                queue.done(hosts)
                running.release()

        while True:
            await running.acquire()
            found = await queue.next()
            if found is None:
                break
            row, hosts = found
            results.started(row)
            group.create_task(one(row, hosts))
    return 0 if results.all_work else 1


async def _document(session: SetupSession, row: Row, servers: Servers) -> dict[str, object]:
    """The result of one row; whatever is wrong with it or with us, the other rows go on."""
    from wizard.diagnosis.document import diagnosis_document
    from wizard.handover.document import check_document

    address: Address | None = None
    try:
        if row.fault is not None:
            raise UsageError(tr("Line {line}: {fault}.", line=row.line, fault=row.fault))
        address = Address.parse(row.cells.get("address", ""))
        result = await servers.check(session, _draft(address, row))
        return dict(check_document(result, diagnosis_document=diagnosis_document))
    except MailwrightError as error:
        return unusable(address, str(error))
    except Exception as error:
        log = internal_error.write_log(error)
        return unusable(address, tr("Something went wrong inside. What happened is in {log}", log=log))
    finally:
        await session.close()


def _draft(address: Address, row: Row) -> AccountDraft:
    cells = row.cells
    draft = given_draft(
        address,
        outgoing=cells.get("outgoing"),
        incoming=cells.get("incoming"),
        username=cells.get("username"),
        outgoing_username=cells.get("outgoing-username"),
    )
    return replace(
        draft,
        display_name=single_line(cells.get("name", "")) or None,
        secret=Secret.typed(cells.get("password", "")) or None,
        outgoing_secret=Secret.typed(cells.get("outgoing-password", "")) or None,
    )


class Servers:
    """Lets one row at a time have a server: a row may need both connections that a host is given (promise 15)."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def check(self, session: SetupSession, draft: AccountDraft) -> CheckResult:
        """The check, once every server it leads to first is free; who they are is looked up before."""
        plan = None
        if draft.incoming is None or draft.outgoing is None:
            plan = await session.discover(draft.address)
        first = [next(iter(plan.of(*protocols)), None) if plan else None for protocols in (_RECEIVING, _SENDING)]
        chosen = (draft.incoming or first[0], draft.outgoing or first[1])
        hosts = sorted({server.host for server in chosen if server is not None})
        async with AsyncExitStack() as held:
            for host in hosts:  # in one order: no circle
                await held.enter_async_context(self._lock(host))
            await session.wait_until_free(hosts)
            return await session.check(draft, plan=plan)

    def _lock(self, host: str) -> asyncio.Lock:
        found = self._locks.get(host)
        if found is None:
            found = self._locks[host] = asyncio.Lock()
        return found


class Queue(Struct):
    """Hands out rows so that one server has one row at a time, and the others go on meanwhile.

    Which servers a row leads to is told by what was typed, or by its domain: that keeps rows of one company from
    waiting for each other in places that others could have. It reads ahead no more than `READ_AHEAD` rows.
    """

    rows: Iterator[Row]
    _waiting: dict[str, deque[Row]] = field(default_factory=dict)
    _busy: set[str] = field(default_factory=set)
    _count: int = 0
    _freed: asyncio.Event = field(default_factory=asyncio.Event)

    async def next(self) -> tuple[Row, str] | None:
        """The next row whose server is free, and that server; None when there are no more."""
        while True:
            self._fill()
            if not self._count:
                return None
            free = next((hosts for hosts in self._waiting if hosts not in self._busy), None)
            if free is not None:
                return self._take(free), free
            self._freed.clear()
            await self._freed.wait()

    def done(self, hosts: str) -> None:
        """The row at that server has ended."""
        self._busy.discard(hosts)
        self._freed.set()

    def _take(self, hosts: str) -> Row:
        self._busy.add(hosts)
        self._count -= 1
        rows = self._waiting.pop(hosts)
        row = rows.popleft()
        if rows:
            self._waiting[hosts] = rows  # at the end: every server has its turn
        return row

    def _fill(self) -> None:
        while self._count < READ_AHEAD and (row := next(self.rows, None)) is not None:
            self._waiting.setdefault(_servers_of(row), deque()).append(row)
            self._count += 1


def _servers_of(row: Row) -> str:
    """The servers a row leads to, as far as they are told before anybody is asked."""
    try:
        address = Address.parse(row.cells.get("address", ""))
        draft = given_draft(address, outgoing=row.cells.get("outgoing"), incoming=row.cells.get("incoming"))
    except UsageError:
        return f"line {row.line}"
    given = (draft.incoming, draft.outgoing)
    return " ".join(sorted({server.host if server is not None else address.domain for server in given}))
