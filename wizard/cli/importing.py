"""`mailwright import`: accounts that the mail programs of this computer have, listed and checked without typing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from wizard import internal_error, wiring
from wizard.cli import render
from wizard.cli.check import EXIT_CODES, text
from wizard.cli.options import (
    add_network_arguments,
    add_password_arguments,
    add_run_arguments,
    password_from,
    settings_from,
)
from wizard.errors import UsageError
from wizard.handover.programs.found import FoundAccount, FoundServer
from wizard.handover.programs.reading import accounts_in, accounts_of, every_account, readable_programs
from wizard.handover.words import SignInKind, encryption_words
from wizard.language import tr, tr_later
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.columns import padded, width
from wizard.model.draft import AccountDraft
from wizard.wiring import Settings

HELP = tr_later("accounts found in the mail programs of this computer")
EXAMPLE = "mailwright import thunderbird --check"

_WORST_FIRST = (Verdict.FAILS, Verdict.UNDECIDED, Verdict.WORKS_AFTER_FIX, Verdict.WORKS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument(
        "program", metavar="PROGRAM", nargs="?", choices=readable_programs(), help=", ".join(readable_programs())
    )
    parser.add_argument("--file", metavar="FILE", type=Path, help=tr("that program's file, folder or profile"))
    parser.add_argument("--account", "--address", metavar="ADDRESS", help=tr("this account only"))
    parser.add_argument("--check", action="store_true", help=tr("check them with the settings the program has"))
    add_password_arguments(parser)
    add_run_arguments(parser)
    add_network_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """0; with --check the worst exit code of `check`."""
    found = _found(args)
    if args.check:
        return _check(args, found)
    if args.json:
        render.print_json({"accounts": [document(account) for account in found]})
    elif found:
        render.print_text("\n\n".join(shown(account) for account in found))
    else:
        render.print_text(tr("No account was found in the mail programs of this computer."))
    return 0


def _found(args: argparse.Namespace) -> tuple[FoundAccount, ...]:
    if args.file is not None:
        if args.program is None:
            raise UsageError(tr("Say whose file it is: mailwright import PROGRAM --file FILE"))
        found = accounts_in(args.program, args.file)
    else:
        found = every_account() if args.program is None else accounts_of(args.program)
    if args.account is None:
        return found
    wanted = Address.parse(args.account)
    chosen = tuple(account for account in found if account.address == wanted)
    if not chosen:
        raise UsageError(
            tr("{wanted} is in none of these programs; `mailwright import` lists what there is.", wanted=wanted)
        )
    return chosen


def document(account: FoundAccount) -> dict[str, object]:
    """A found account as JSON."""
    return {
        "program": account.program,
        "place": str(account.place),
        "address": str(account.address) if account.address is not None else None,
        "name": account.name,
        "incoming": _server_document(account.incoming),
        "outgoing": _server_document(account.outgoing),
    }


def _server_document(server: FoundServer | None) -> dict[str, object] | None:
    if server is None:
        return None
    return {
        "protocol": server.protocol.value,
        "host": server.host,
        "port": server.port,
        "security": server.security.value,
        "username": server.username,
        "sign_in": server.sign_in.value if server.sign_in is not None else None,
    }


def shown(account: FoundAccount) -> str:
    """A found account for people."""
    lines = [f"{account.address or account.label or tr('An account without an address')}  ({account.program})"]
    heads = (tr("Receiving"), tr("Sending"))
    receiving, sending = (padded(head, max(map(width, heads))) for head in heads)
    for head, server in ((receiving, account.incoming), (sending, account.outgoing)):
        if server is not None:
            place, encryption = (
                f"{server.protocol.value} {server.host}:{server.port}",
                encryption_words(server.security),
            )
            if server.username:
                told = tr(
                    "{server}, {encryption}, user {user}", server=place, encryption=encryption, user=server.username
                )
            else:
                told = tr("{server}, {encryption}", server=place, encryption=encryption)
            lines.append(f"  {head}  {told}")
    lines.append("  " + tr("in {place}", place=account.place))
    return "\n".join(lines)


def _check(args: argparse.Namespace, found: Sequence[FoundAccount]) -> int:
    """Checks each account once, however many programs have it, with what the first of them has."""
    settings = settings_from(args)
    first: dict[Address, FoundAccount] = {}
    for account in found:
        if account.address is not None:
            first.setdefault(account.address, account)
    if not first:
        raise UsageError(tr("No account with an address was found, so there is nothing to check."))
    if len(first) > 1 and (args.password_file or args.password_env):
        raise UsageError(tr("A password belongs to one account: name it with --account ADDRESS."), "password")
    checked = [(account, _checked(args, account, settings)) for account in first.values()]
    if args.json:
        from wizard.diagnosis.document import diagnosis_document
        from wizard.handover.document import check_document

        render.print_json(
            {
                "accounts": [
                    {
                        "program": account.program,
                        "check": check_document(result, diagnosis_document=diagnosis_document),
                    }
                    for account, result in checked
                ]
            }
        )
    else:
        told = [tr("As {program} has it: {text}", program=each.program, text=text(result)) for each, result in checked]
        render.print_text("\n\n".join(told))
    verdicts = {result.verdict for _, result in checked}
    return EXIT_CODES[next(verdict for verdict in _WORST_FIRST if verdict in verdicts)]


def _checked(args: argparse.Namespace, account: FoundAccount, settings: Settings) -> CheckResult:
    servers = [server for server in (account.incoming, account.outgoing) if server is not None]
    in_browser = any(server.sign_in is SignInKind.OAUTH2 for server in servers)
    wants = not args.no_sign_in and not in_browser
    secret = password_from(args, ask_for=str(account.address) if not args.json else None) if wants else None
    if secret is None and settings.options is not None:
        if wants:
            render.warn(
                tr(
                    "{address}: without a password the servers are reached, and nobody signs in.",
                    address=account.address,
                )
            )
        settings = replace(settings, options=replace(settings.options, sign_in=False))
    draft = account.draft(secret)
    return internal_error.run(_run(settings, draft))


async def _run(settings: Settings, draft: AccountDraft) -> CheckResult:
    async with wiring.session(settings) as session:
        return await session.check(draft)
