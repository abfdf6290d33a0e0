"""`mailwright accounts`: the saved accounts, checked again or forgotten."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from typing import Final

from wizard.accounts import recheck
from wizard.accounts.recheck import Checker, Recheck, check_saved
from wizard.accounts.remember import forget
from wizard.accounts.secret_store import SecretStore
from wizard.accounts.store import AccountBook, SavedAccount, default_path
from wizard.cli import render
from wizard.cli.options import (
    add_network_arguments,
    add_password_arguments,
    add_run_arguments,
    ask_password,
    password_from,
    settings_from,
)
from wizard.errors import UsageError
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret
from wizard.wiring import Settings

HELP = "list, check again or forget saved accounts"
EXAMPLE = "mailwright accounts check --all"

_AT_ONCE: Final = 4
_EXIT_CODES: Final = {Verdict.WORKS: 0, Verdict.WORKS_AFTER_FIX: 3, Verdict.FAILS: 1, Verdict.UNDECIDED: 4}
_WORST_FIRST: Final = (Verdict.FAILS, Verdict.UNDECIDED, Verdict.WORKS_AFTER_FIX, Verdict.WORKS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options; a password given here is a new one, to reconnect with."""
    parser.add_argument("what", nargs="?", choices=("list", "check", "forget"), default="list", help="default: list")
    parser.add_argument("address", nargs="?", metavar="ADDRESS", help="which account to check or forget")
    parser.add_argument("--all", action="store_true", help="every saved account")
    add_password_arguments(parser)
    add_run_arguments(parser)
    add_network_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """0 when every account that was checked works; otherwise the worst exit code of `check`."""
    book, store = AccountBook(default_path()), SecretStore()
    if args.what == "list":
        return show(book, as_json=args.json)
    accounts = chosen(book, args.address, everyone=args.all)
    if args.what == "forget":
        return asyncio.run(forget_accounts(accounts, book, store, as_json=args.json))
    new_secret = password_from(args, ask_for=None)
    if new_secret is not None and len(accounts) != 1:
        raise UsageError("A new password belongs to one account: name it instead of --all.")
    checker = session_checker(settings_from(args))
    return asyncio.run(check_accounts(accounts, checker, book, store, new_secret=new_secret, as_json=args.json))


def session_checker(settings: Settings) -> Checker:
    """A checker in which every account has a session, and so a sign-in budget, of its own."""

    async def check(draft: AccountDraft) -> CheckResult:
        from wizard import wiring

        async with wiring.session(settings) as session:
            return await session.check_saved(draft)

    return check


def show(book: AccountBook, *, as_json: bool) -> int:
    """Prints the saved accounts."""
    accounts = book.list()
    if as_json:
        render.print_json({"accounts": [document(account) for account in accounts]})
    elif accounts:
        width = max(len(str(account.address)) for account in accounts)
        render.print_text("\n".join(f"{account.address!s:<{width}}  {recheck.state(account)}" for account in accounts))
    else:
        render.print_text("No account is saved.")
    return 0


def document(account: SavedAccount) -> dict[str, object]:
    """A saved account as JSON, without any secret."""
    return {
        "address": str(account.address),
        "provider": account.provider,
        "verified": account.is_verified,
        "verified_at": account.verified_at.isoformat(),
        "last_checked_at": account.last_checked_at.isoformat(),
        "last_status": account.last_status.value,
        "last_cause": account.last_cause,
        "password_kept": account.has_secret,
        "incoming": str(account.incoming.endpoint) if account.incoming else None,
        "outgoing": str(account.outgoing.endpoint) if account.outgoing else None,
    }


def chosen(book: AccountBook, address: str | None, *, everyone: bool) -> tuple[SavedAccount, ...]:
    """The accounts a command line names.

    Raises:
        UsageError: none is named, or one that is not saved.
    """
    if (address is None) != everyone:
        raise UsageError("Name one saved account, or say --all.")
    if address is None:
        return book.list()
    saved = book.get(Address.parse(address))
    if saved is None:
        raise UsageError(f"{address} is not a saved account; `accounts list` shows those there are.")
    return (saved,)


async def forget_accounts(
    accounts: Sequence[SavedAccount], book: AccountBook, store: SecretStore, *, as_json: bool
) -> int:
    """Deletes settings and secrets."""
    for account in accounts:
        await forget(account.address, book=book, store=store)
        render.progress(f"Forgotten: {account.address}")
    if as_json:
        render.print_json({"forgotten": [str(account.address) for account in accounts]})
    return 0


async def check_accounts(
    accounts: Sequence[SavedAccount],
    checker: Checker,
    book: AccountBook,
    store: SecretStore,
    *,
    new_secret: Secret | None = None,
    as_json: bool = False,
) -> int:
    """Checks the accounts, a few at once, records and prints what came out; the worst exit code of `check`.

    A `new_secret` that works takes the place of the one in the keyring.
    """
    gate, terminal = asyncio.Semaphore(_AT_ONCE), asyncio.Lock()

    async def check(saved: SavedAccount) -> Recheck:
        async with gate:
            render.progress(f"Checking {saved.address}")
            checked = await check_saved(saved, checker, book=book, store=store, new_secret=new_secret)
            if not checked.needs_password:
                return checked
            async with terminal:
                typed = await asyncio.to_thread(ask_password, str(saved.address))
            if typed is None:
                return checked
            return await check_saved(saved, checker, book=book, store=store, new_secret=typed)

    checked = await asyncio.gather(*(check(saved) for saved in accounts))
    if as_json:
        render.print_json({"accounts": [_document(item) for item in checked]})
    else:
        render.print_text("\n".join(_line(item) for item in checked) or "No account is saved.")
    worst = next(
        (verdict for verdict in _WORST_FIRST if any(item.verdict is verdict for item in checked)), Verdict.WORKS
    )
    return _EXIT_CODES[worst]


def _document(item: Recheck) -> dict[str, object]:
    until = recheck.worked_until(item.saved, item.result) if item.result is not None else None
    return {
        "address": str(item.saved.address),
        "verdict": item.verdict.value,
        "cause": item.saved.last_cause if item.result is not None else None,
        "worked_until": until.isoformat() if until is not None else None,
        "note": item.why_not,
    }


def _line(item: Recheck) -> str:
    if item.result is None:
        return f"{item.saved.address}: not checked. {item.why_not} Give one with --password-env or --password-file."
    lines = [f"{item.saved.address}: {recheck.state(item.saved)}"]
    if item.result.diagnoses and item.result.verdict is not Verdict.WORKS:
        first = item.result.diagnoses[0]
        lines += [f"  {first.title}", f"  {first.why}"]
        lines += [f"  → {remedy.say}" for remedy in first.remedies[:1]]
    return "\n".join(lines)
