"""`mailwright discover`: the settings that would be tried, best first, and where each came from."""

from __future__ import annotations

import argparse
import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from wizard import internal_error, wiring
from wizard.cli import render, words
from wizard.cli.options import add_network_arguments, json_object, settings_from
from wizard.errors import MailwrightError, UsageError
from wizard.language import tr, tr_later
from wizard.language.formats import comma_list, number_text
from wizard.model import columns
from wizard.model.address import Address
from wizard.model.evidence import Outcome
from wizard.model.plan import BrowserOffer, Plan, PlanOptions
from wizard.model.progress import Progress, nobody
from wizard.model.server import Protocol, ServerCandidate
from wizard.text_file import read_lines
from wizard.wiring import Settings

if TYPE_CHECKING:
    from wizard.discovery.planner import Planner

HELP = tr_later("the settings that would be tried for an address, best first, and where each came from")
EXAMPLE = "mailwright discover ada@example.org --json"

MAX_LINE_BYTES = 64 * 1024
AT_ONCE = 16  # addresses of a --lines file that are looked up at the same time


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("address", nargs="?", metavar="ADDRESS", help=tr("the email address"))
    parser.add_argument(
        "--lines",
        metavar="FILE",
        type=Path,
        help=tr("many addresses, {example} on each line", example='{"address": …}'),
    )
    parser.add_argument("--incoming-protocol", choices=["imap", "pop3"], help=tr("leave out the other one"))
    add_network_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Prints the plan, or one plan a line; the exit code is 0 whenever a plan could be made."""
    if (args.address is None) == (args.lines is None):
        raise UsageError(tr("Give an email address, or --lines with a file of them."))
    if args.lines is not None and not args.json:
        raise UsageError(tr("--lines prints JSON: add --json."))
    settings = settings_from(args)
    if args.lines is not None:
        internal_error.run(_print_lines(args, settings))
        return 0
    plan = internal_error.run(_one(args, settings, Address.parse(args.address)))
    if args.json:
        offer = {"oauth": _offer(plan.oauth)} if plan.oauth is not None else {}
        render.print_json(document(plan) | {"asked": _asked(plan)} | offer)
    else:
        render.print_text(text(plan))
    return 0


async def _one(args: argparse.Namespace, settings: Settings, address: Address) -> Plan:
    async with wiring.planner(settings) as planner:
        return await _How(planner, args).plan(address, told=True)


class _How:
    def __init__(self, planner: Planner, args: argparse.Namespace) -> None:
        self._planner = planner
        protocol = Protocol(args.incoming_protocol) if args.incoming_protocol else None
        self._options = PlanOptions(offline=args.offline, ask_nobody=args.ask_nobody, incoming_protocol=protocol)

    async def plan(self, address: Address, *, told: bool = False) -> Plan:
        return await self._planner.plan(address, replace(self._options, listener=_tell if told else nobody))


def document(plan: Plan) -> dict[str, Any]:
    """The plan as the contract's JSON."""
    return {
        "address": str(plan.address),
        "provider": plan.provider.id if plan.provider is not None else None,
        "candidates": [_candidate(candidate) for candidate in plan.candidates],
        "notes": list(plan.notes),
    }


def _candidate(candidate: ServerCandidate) -> dict[str, Any]:
    return {
        "protocol": candidate.protocol.value,
        "host": candidate.host,
        "port": candidate.port,
        "security": candidate.security.value,
        "username": candidate.username,
        "auth": list(candidate.auth),
        "source": candidate.source.value,
        "trusted": candidate.trusted,
    }


def _offer(offer: BrowserOffer) -> dict[str, Any]:
    return {
        "source": offer.source.value,
        "issuer": offer.issuer,
        "scopes": list(offer.scopes),
        "authorization": offer.authorization,
        "token": offer.token,
        "trusted": offer.trusted,
    }


def _asked(plan: Plan) -> list[dict[str, Any]]:
    return [
        {"source": one.source.value, "whom": one.whom, "answer": one.answer, "seconds": round(one.seconds, 3)}
        for one in plan.asked
    ]


def text(plan: Plan) -> str:
    """The plan for people: a line per server, then what else was said, then who was asked."""
    lines = [_heading(plan)]
    endpoints = max((len(str(candidate.endpoint)) for candidate in plan.candidates), default=0)
    for candidate in plan.candidates:
        sources = comma_list(words.source(source) for source in (candidate.source, *candidate.also))
        told = (
            tr("from {sources}", sources=sources)
            if candidate.trusted
            else tr("from {sources}   not confirmed: needs your yes", sources=sources)
        )
        security = columns.padded(words.security(candidate.security), 8)
        server = f"{candidate.protocol.value:<5} {candidate.endpoint!s:<{endpoints}}  {security}"
        lines.append(f"  {server} {candidate.username}   {told}")
    if not plan.candidates:
        lines.append("  " + tr("No servers are known."))
    lines += [tr("Note: {note}", note=note) for note in plan.notes]
    if plan.oauth is not None:
        lines.append(_browser_line(plan.oauth))
    if plan.asked:
        lines.append(tr("Asked:"))
        lines += [
            f"  {columns.padded(words.source(one.source), 12)} "
            + tr(
                "{whom}: {answer} ({seconds} s)", whom=one.whom, answer=one.answer, seconds=number_text(one.seconds, 2)
            )
            for one in plan.asked
        ]
    else:
        lines.append(tr("Nobody was asked."))
    return "\n".join(lines)


def _heading(plan: Plan) -> str:
    if plan.provider is None:
        return tr("Settings for {address}", address=plan.address)
    if plan.probably:
        return tr("Settings for {address} (probably {provider})", address=plan.address, provider=plan.provider.name)
    return tr("Settings for {address} ({provider})", address=plan.address, provider=plan.provider.name)


def _browser_line(offer: BrowserOffer) -> str:
    where, source = offer.authorization or offer.issuer, words.source(offer.source)
    if offer.trusted:
        return tr("Sign-in in the browser: {where}   from {source}", where=where, source=source)
    return tr("Sign-in in the browser: {where}   from {source}   not confirmed", where=where, source=source)


def _tell(progress: Progress) -> None:
    if progress.outcome is Outcome.STARTED:
        render.progress(tr("Asking {whom}", whom=progress.detail["whom"]))


async def _print_lines(args: argparse.Namespace, settings: Settings) -> None:
    async with wiring.planner(settings) as planner:
        async for line in _answers(_How(planner, args), _lines(args.lines)):
            render.print_json(line)


async def _answers(how: _How, texts: Iterator[str]) -> AsyncIterator[dict[str, Any]]:
    """One document per line, in order, while the next ones are already looked up."""
    under_way: deque[asyncio.Task[dict[str, Any]]] = deque()
    try:
        for written in texts:
            under_way.append(asyncio.ensure_future(_answer(how, written)))
            if len(under_way) >= AT_ONCE:
                yield await under_way.popleft()
        while under_way:
            yield await under_way.popleft()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _answer(how: _How, written: str) -> dict[str, Any]:
    row = json_object(written)
    address = row.get("address") if row is not None else None
    if not isinstance(address, str):
        return _failed(None, tr("This line is no JSON object with an address."))
    try:
        return document(await how.plan(Address.parse(address))) | {"address": address}
    except MailwrightError as error:
        return _failed(address, str(error))
    except Exception as error:  # of our own: it costs no other line
        log = internal_error.write_log(error)
        return _failed(address, tr("Something went wrong inside. What happened is in {log}", log=log))


def _failed(address: str | None, note: str) -> dict[str, Any]:
    return {"address": address, "provider": None, "candidates": [], "notes": [note]}


def _lines(path: Path) -> Iterator[str]:
    return (line for line in read_lines(path, limit_bytes=MAX_LINE_BYTES, ansi=True) if line.strip())
