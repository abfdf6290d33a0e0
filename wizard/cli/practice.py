"""`mailwright practice`: the practice network's accounts, and the network alone."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import tempfile
from pathlib import Path

from wizard import assets, internal_error
from wizard.cli.render import print_json, print_text
from wizard.language import tr, tr_context, tr_later
from wizard.model.columns import padded, width
from wizard.practice.scenarios import PracticeAccount, Scenario, load_scenarios

HELP = tr_later("the practice network: its accounts, or its servers alone")
EXAMPLE = "mailwright practice list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "what",
        nargs="?",
        choices=("list", "serve"),
        default="list",
        help=tr("list prints the accounts (default); serve starts their servers on this computer until it is stopped"),
    )


def run(args: argparse.Namespace) -> int:
    """The exit code."""
    scenarios = load_scenarios(assets.resources() / "practice")
    if args.what == "serve":
        with (
            tempfile.TemporaryDirectory(prefix="mailwright-practice-") as folder,
            contextlib.suppress(KeyboardInterrupt),
        ):
            internal_error.run(_serve(scenarios, Path(folder, "practice-ca.pem"), as_json=args.json))
    elif args.json:
        print_json(accounts_document(scenarios))
    else:
        print_text(_accounts_text(tuple(scenario.account for scenario in scenarios)))
    return 0


def accounts_document(scenarios: tuple[Scenario, ...]) -> dict[str, list[dict[str, object]]]:
    """The accounts in the contract's form."""
    return {
        "accounts": [
            {
                "address": account.address,
                "password": account.password,
                "teaches": account.lesson,
                "cause": account.cause,
                "fixable": account.fixable,
            }
            for account in (scenario.account for scenario in scenarios)
        ]
    }


def _accounts_text(accounts: tuple[PracticeAccount, ...]) -> str:
    rows = [(tr("Address"), tr("Password"), tr("Outcome"))]
    rows += [(account.address, account.password, _outcome(account)) for account in accounts]
    widths = [max(width(row[column]) for row in rows) for column in (0, 1)]
    lines: list[str] = []
    for index, row in enumerate(rows):
        lines.append(f"{padded(row[0], widths[0])}  {padded(row[1], widths[1])}  {row[2]}")
        if index:
            lines.append(f"    {accounts[index - 1].lesson}")
    example = f"mailwright check {accounts[0].address} --practice --test-message"
    lines += ["", tr("Try one: {command}", command=example)]
    return "\n".join(lines)


def _outcome(account: PracticeAccount) -> str:
    if account.cause is None:
        return tr_context("practice account", "works")
    return tr("{cause}, works after a fix", cause=account.cause) if account.fixable else account.cause


async def _serve(scenarios: tuple[Scenario, ...], ca_file: Path, *, as_json: bool) -> None:
    from wizard.practice.network import LOOPBACK, PracticeNetwork

    stop = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl+C arrives as KeyboardInterrupt
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with PracticeNetwork.start(scenarios) as network:
        await asyncio.to_thread(ca_file.write_text, network.ca_pem, "ascii")
        endpoints = network.endpoints()
        if as_json:
            rows = [
                {
                    "host": endpoint.host,
                    "port": endpoint.port,
                    "protocol": endpoint.speaks,
                    "security": endpoint.security,
                    "real_host": LOOPBACK,
                    "real_port": endpoint.real_port,
                }
                for endpoint in endpoints
            ]
            print_json({**accounts_document(scenarios), "endpoints": rows, "ca_file": str(ca_file)})
        else:
            print_text(_accounts_text(network.accounts) + "\n")
            for endpoint in endpoints:
                place = tr("blocked") if endpoint.real_port is None else f"{LOOPBACK}:{endpoint.real_port}"
                print_text(f"{f'{endpoint.host}:{endpoint.port}':44} {endpoint.speaks:5} {endpoint.security:8} {place}")
            print_text("\n" + tr("The authority to trust: {file}", file=ca_file) + "\n" + tr("Stop with Ctrl+C."))
        await stop.wait()
