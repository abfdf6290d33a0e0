"""`mailwright publish`: what a domain serves so that mail programs find its settings, and what is found there now."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

from msgspec import Struct

from wizard import internal_error, wiring
from wizard.cli import render, words
from wizard.cli.options import add_network_arguments, settings_from
from wizard.errors import UsageError
from wizard.handover.document import verified_account
from wizard.handover.publish import published
from wizard.handover.write import write_file
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.address import Address
from wizard.model.host import NotAHost, host_name
from wizard.model.plan import Plan, PlanOptions
from wizard.model.server import ServerCandidate, Source, Way
from wizard.text_file import read_text
from wizard.wiring import Settings

HELP = tr_later("what a domain serves so that mail programs find its settings; --check: what they find now")
EXAMPLE = "mailwright publish example.org --from result.json --output example.org"

SCHEMA: Final = "mailwright/publish/1"
CHECK_SCHEMA: Final = "mailwright/publish-check/1"
_MAX_BYTES: Final = 8 * 1024 * 1024
_OWN: Final = (Source.AUTOCONFIG, Source.PACC, Source.AUTODISCOVER, Source.SRV)  # what a domain itself can publish
_SAYS: Final = {
    "right": tr_later("served and right"),
    "other": tr_later("says something else"),
    "part": tr_later("says one direction only"),
    "found": tr_later("served"),
    "nothing": tr_later("not served"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("domain", metavar="DOMAIN", help=tr("the domain of the addresses"))
    parser.add_argument(
        "--from", dest="source", metavar="RESULT.json", help=tr("what `check --json` proved; - is stdin")
    )
    parser.add_argument("--output", metavar="FOLDER", type=Path, help=tr("where the files go"))
    parser.add_argument("--web-host", metavar="NAME", help=tr("the web server that serves them (default: DOMAIN)"))
    parser.add_argument("--check", action="store_true", help=tr("say what is served, found and trusted now"))
    add_network_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Writes the files, or checks what is served: 0 when a trusted source is right and none says otherwise."""
    domain = _host(args.domain, "DOMAIN")
    account = _account(args.source, domain) if args.source is not None else None
    if args.check:
        if args.output is not None:
            raise UsageError(tr("--check looks at what is served; it writes nothing."))
        return _check(domain, account, settings_from(args), as_json=args.json)
    if account is None or args.output is None:
        raise UsageError(tr("publish needs --from with a result of check, and --output with a folder; or --check."))
    return _write(account, args.output, _host(args.web_host, "--web-host") if args.web_host else None, args.json)


def _host(text: str, what: str) -> str:
    try:
        return host_name(text)
    except NotAHost as error:
        raise UsageError(tr("{what} is no domain: {error}.", what=what, error=error)) from None


def _account(source: str, domain: str) -> VerifiedAccount:
    text = read_text(source, limit_bytes=_MAX_BYTES)
    try:
        account = verified_account(json.loads(text))
    except (ValueError, RecursionError):
        raise UsageError(tr("This file holds no readable JSON.")) from None
    if account.address.domain.casefold() != domain.casefold():
        raise UsageError(
            tr(
                "This result is about an address at {found}, not at {domain}.",
                found=account.address.domain,
                domain=domain,
            )
        )
    return account


def _write(account: VerifiedAccount, folder: Path, web_host: str | None, as_json: bool) -> int:
    made = published(account, web_host)
    for name, content in made.files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                tr(
                    "{folder} cannot be made: {reason}.",
                    folder=path.parent,
                    reason=error.strerror or type(error).__name__,
                )
            ) from None
        write_file(path, content, others_may_read=True)
    if as_json:
        render.print_json({"schema": SCHEMA, "files": sorted(made.files), "left_out": list(made.left_out)})
        return 0
    render.print_text(made.files["STEPS.txt"].decode().rstrip("\n"))
    return 0


class Said(Struct, frozen=True):
    """What one source says: one of `_SAYS`, the places that were asked, and whether it counts without a question."""

    source: Source
    says: str
    asked: tuple[tuple[str, str], ...]
    servers: tuple[ServerCandidate, ...]


def _check(domain: str, account: VerifiedAccount | None, settings: Settings, *, as_json: bool) -> int:
    address = account.address if account is not None else Address.parse(f"postmaster@{domain}")
    plan = internal_error.run(_plan(settings, address))
    said = [_said(plan, source, account) for source in _OWN]
    is_right = _is_right(said, account)
    if as_json:
        render.print_json(
            {
                "schema": CHECK_SCHEMA,
                "domain": domain,
                "right": is_right,
                "sources": [
                    {
                        "source": each.source.value,
                        "says": each.says,
                        "trusted": _is_trusted(each),
                        "asked": [{"whom": whom, "answer": answer} for whom, answer in each.asked],
                        "servers": [_server(server) for server in each.servers],
                    }
                    for each in said
                ],
            }
        )
    else:
        render.print_text("\n".join(_lines(domain, said, is_right, account)))
    return 0 if is_right else 1


async def _plan(settings: Settings, address: Address) -> Plan:
    async with wiring.planner(settings) as planner:
        return await planner.plan(address, PlanOptions(repair=True, everybody=True))


def _said(plan: Plan, source: Source, account: VerifiedAccount | None) -> Said:
    asked = tuple((one.whom, one.answer) for one in plan.asked if one.source is source)
    servers = tuple(one for one in plan.candidates if source in (one.source, *one.also))
    if not servers:
        return Said(source, "nothing", asked, ())
    if account is None:
        return Said(source, "found", asked, servers)
    proven = {_place(one) for one in (account.incoming, account.outgoing) if one is not None}
    named = {_place(one) for one in servers}
    if proven <= named:
        return Said(source, "right", asked, servers)
    ways = {one.way for one in servers}
    only_part = ways != set(Way) and named <= proven
    return Said(source, "part" if only_part else "other", asked, servers)


def _place(server: ServerCandidate) -> tuple[object, ...]:
    return server.protocol, server.host.casefold(), server.port, server.security


def _is_trusted(said: Said) -> bool:
    return bool(said.servers) and all(server.trusted for server in said.servers) and said.source is not Source.SRV


def _is_right(said: list[Said], account: VerifiedAccount | None) -> bool:
    good = "right" if account is not None else "found"
    return any(each.says == good and _is_trusted(each) for each in said) and all(each.says != "other" for each in said)


def _server(server: ServerCandidate) -> dict[str, object]:
    return {
        "protocol": server.protocol.value,
        "host": server.host,
        "port": server.port,
        "security": server.security.value,
        "username": server.username,
    }


def _lines(domain: str, said: list[Said], is_right: bool, account: VerifiedAccount | None) -> list[str]:
    lines = [tr("What mail programs find at {domain}", domain=domain)]
    for each in said:
        told = tr(_SAYS[each.says])
        if each.servers:
            trust = tr("counts without a question") if _is_trusted(each) else tr("DNS alone: programs ask first")
            told = f"{told}, {trust}"
        lines.append(f"  {each.source.value:<12} {told}")
        lines += [f"      {whom}: {answer}" for whom, answer in each.asked]
        for server in each.servers if each.says != "right" else ():
            lines.append(f"      {server.protocol.value} {server.endpoint} {words.security(server.security)}")
    if not is_right:
        lines.append(tr("Not every program finds the right settings: see above."))
    elif account is not None:
        lines.append(tr("Every program that asks the domain finds what was proven."))
    else:
        lines.append(tr("Every program that asks the domain finds settings."))
    return lines
