"""`mailwright accounts`: the saved accounts, added, checked again, watched or forgotten."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from typing import Final

from wizard import internal_error
from wizard.accounts import recheck
from wizard.accounts.recheck import Recheck
from wizard.accounts.saved_accounts import Checker, SavedAccounts
from wizard.accounts.secret_store import LIMIT_S, SecretStore
from wizard.accounts.store import AccountBook, SavedAccount, default_path
from wizard.cli import browser, monitoring, render, reporting
from wizard.cli.options import (
    add_account_arguments,
    add_monitoring_arguments,
    add_network_arguments,
    add_password_arguments,
    add_run_arguments,
    add_test_message_argument,
    ask_password,
    expect_folders,
    password_from,
    settings_from,
)
from wizard.errors import MailwrightError, UsageError
from wizard.language import tr, tr_later
from wizard.model.account import CheckResult, RoundTripStatus, Verdict
from wizard.model.address import Address
from wizard.model.columns import padded, width
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret
from wizard.wiring import Settings

HELP = tr_later("saved accounts: list, add, check again, schedule or forget")
EXAMPLE = "mailwright accounts check --all"

_AT_ONCE: Final = 4
_EXIT_CODES: Final = {Verdict.WORKS: 0, Verdict.WORKS_AFTER_FIX: 3, Verdict.FAILS: 1, Verdict.UNDECIDED: 4}
_WORST_FIRST: Final = (Verdict.FAILS, Verdict.UNDECIDED, Verdict.WORKS_AFTER_FIX, Verdict.WORKS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options; a password given here is a new one, to reconnect with."""
    words = ("list", "add", "check", "schedule", "token", "forget")
    parser.add_argument("what", nargs="?", choices=words, default="list", help=tr("default: list"))
    parser.add_argument("address", nargs="?", metavar="ADDRESS", help=tr("which account to add, check, use or forget"))
    parser.add_argument("--all", action="store_true", help=tr("every saved account"))
    parser.add_argument(
        "--notify", action="store_true", help=tr("check: notify of a first failure, a recovery, an end")
    )
    parser.add_argument("--every", metavar="TIME", help=tr("schedule: check them this often (1h to 12h, 1d, 7d)"))
    parser.add_argument("--off", action="store_true", help=tr("schedule: switch it off and remove its files"))
    parser.add_argument("--show", action="store_true", help=tr("schedule: show its files (the default)"))
    parser.add_argument("--without-password", action="store_true", help=tr("add: keep the settings alone"))
    add_test_message_argument(parser)
    add_account_arguments(parser)
    browser.add_arguments(parser)
    add_monitoring_arguments(parser)
    reporting.add_arguments(parser)
    add_password_arguments(parser)
    add_run_arguments(parser)
    add_network_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """0 when every account that was checked works; otherwise the worst exit code of `check`."""
    if browser.is_wanted(args) and args.what != "add":
        raise UsageError(
            tr("A sign-in in the browser belongs to `accounts add`, which also keeps a new one in place of an old one.")
        )
    if args.test_message is not None and args.what not in ("add", "check"):
        # The schedule's own command sends none either: nobody wants a message in the mailbox at every check.
        raise UsageError(tr("A test message belongs to `accounts add` and `accounts check`."))
    settings = settings_from(args)
    # A check that is to be over sooner than a keyring may take does not wait for the keyring any longer than that.
    deadline_s = settings.options.deadline_s if settings.options is not None else LIMIT_S
    saved = SavedAccounts(AccountBook(default_path()), SecretStore(limit_s=min(LIMIT_S, deadline_s)))
    if args.what == "list":
        return show(saved.book, as_json=args.json)
    if args.what == "forget":
        addresses = to_forget(saved.book, args.address, everyone=args.all)
        return internal_error.run(forget_accounts(addresses, saved, as_json=args.json))
    from wizard.cli import accounts_watched  # what listing and forgetting do without

    if args.what == "schedule":
        from wizard import wiring
        from wizard.accounts.schedule import NO_RULE

        if args.off + args.show + (args.every is not None) > 1:
            raise UsageError(tr("Say one of --every, --off and --show."))
        return accounts_watched.run_schedule(args, wiring.pack(settings.pack_paths).schedule or NO_RULE)
    if args.what == "token":
        (one,) = chosen(saved.book, args.address, everyone=False)
        return accounts_watched.print_token(args, settings, saved, one)
    if args.what == "add":
        return accounts_watched.add(args, settings, saved)
    accounts = chosen(saved.book, args.address, everyone=args.all)
    reporting.expect_place(args, len(accounts))
    expect_folders(args)
    new_secret = password_from(args, ask_for=None)
    if new_secret is not None and len(accounts) != 1:
        raise UsageError(tr("A new password belongs to one account: name it instead of --all."))
    to = Address.parse(args.test_message) if args.test_message else None
    checker = session_checker(settings, sends_message=args.test_message is not None, to=to)
    in_clear = settings.options is not None and settings.options.allow_unencrypted
    checked = list(
        internal_error.run(check_accounts(accounts, checker, saved, new_secret=new_secret, may_be_in_clear=in_clear))
    )
    for number, item in enumerate(checked):
        # Asked between the checks and not during one: there Ctrl-C ends the program, and the terminal is as it was.
        typed = ask_password(str(item.saved.address)) if item.needs_password else None
        if typed is not None:
            checked[number] = internal_error.run(
                saved.check(item.saved, checker, new_secret=typed, may_be_in_clear=in_clear)
            )
    seen = [_seen(item) for item in checked]
    if args.nagios:  # first: what is known is told, whatever becomes of the files
        code, told = monitoring.nagios(seen, monitoring.thresholds_of(args))
        render.print_text(told)
    else:
        code = show_checked(checked, as_json=args.json)
    monitoring.write_all(args, seen)
    if args.report is not None:
        reporting.write_reports(args, [item.result for item in checked if item.result is not None])
    if args.notify:
        accounts_watched.tell(checked, settings)  # last: a notification with a button waits for the click
    return code


def _seen(item: Recheck) -> monitoring.Checked:
    """The account as a monitor sees it."""
    if item.result is None:
        return monitoring.Checked(str(item.saved.address), None, says=item.why_not or "")
    return monitoring.checked_of(item.result)


def session_checker(settings: Settings, *, sends_message: bool = False, to: Address | None = None) -> Checker:
    """A checker in which every account has a session, and so a sign-in budget, of its own.

    With `sends_message` each account that works sends a test message as well, to itself where `to` is None.
    """

    async def check(draft: AccountDraft, *, permission: Secret | None = None, spent_s: float = 0.0) -> CheckResult:
        from wizard import wiring

        whom = (to or draft.address) if sends_message else None
        async with wiring.session(settings) as session:
            return await session.check_saved(draft, permission=permission, spent_s=spent_s, test_message_to=whom)

    return check


def show(book: AccountBook, *, as_json: bool) -> int:
    """Prints the saved accounts."""
    accounts, former = book.list(), book.kept_aside()
    sentence = recheck.kept_aside_sentence(former)
    if sentence is not None:
        render.warn(sentence)
    if as_json:
        files = [str(file) for file in former]
        render.print_json({"accounts": [document(account) for account in accounts], "kept_aside": files})
    elif accounts:
        first = max(width(str(account.address)) for account in accounts)
        lines = [f"{padded(str(account.address), first)}  {recheck.state(account)}" for account in accounts]
        render.print_text("\n".join(lines))
    else:
        render.print_text(tr("No account is saved."))
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
        "password_kept": bool(account.secrets),
        "secrets_kept": sorted(account.secrets),
        "incoming": str(account.incoming.endpoint) if account.incoming else None,
        "outgoing": str(account.outgoing.endpoint) if account.outgoing else None,
    }


def chosen(book: AccountBook, address: str | None, *, everyone: bool) -> tuple[SavedAccount, ...]:
    """The accounts a command line names.

    Raises:
        UsageError: none is named, or one that is not saved.
    """
    if (address is None) != everyone:
        raise UsageError(tr("Name one saved account, or say --all."))
    if address is None:
        return book.list()
    saved = book.get(Address.parse(address))
    if saved is None:
        raise UsageError(
            tr("{address} is not a saved account; `accounts list` shows those there are.", address=address)
        )
    return (saved,)


def to_forget(book: AccountBook, address: str | None, *, everyone: bool) -> tuple[Address, ...]:
    """The addresses a command line names; one that is not saved may still have a secret in the keyring.

    Raises:
        UsageError: none is named.
    """
    if address is not None and not everyone:
        return (Address.parse(address),)
    return tuple(account.address for account in chosen(book, address, everyone=everyone))


async def forget_accounts(addresses: Sequence[Address], saved: SavedAccounts, *, as_json: bool) -> int:
    """Deletes settings and secrets; 1 when one could not be deleted or named nothing, and the others are gone."""
    forgotten: list[str] = []
    troubles: dict[str, str] = {}
    for address in addresses:
        try:
            if await saved.forget(address):
                forgotten.append(str(address))
                render.progress(tr("Forgotten: {address}", address=address))
            else:
                told = tr("{address} is not saved, and the keyring holds nothing of it", address=address)
                troubles[str(address)] = told
        except MailwrightError as error:
            troubles[str(address)] = tr("{address} was not forgotten. {error}", address=address, error=error)
    for trouble in troubles.values():
        render.warn(trouble)
    if as_json:
        render.print_json({"forgotten": forgotten, "not_forgotten": sorted(troubles)})
    return 1 if troubles else 0


async def check_accounts(
    accounts: Sequence[SavedAccount],
    checker: Checker,
    kept: SavedAccounts,
    *,
    new_secret: Secret | None = None,
    may_be_in_clear: bool = False,
) -> Sequence[Recheck]:
    """Checks the accounts, a few at once, and records what came out.

    A `new_secret` that works takes the place of the one in the keyring. `may_be_in_clear`: those that sign in without
    encryption, too.
    """
    gate = asyncio.Semaphore(_AT_ONCE)

    async def check(saved: SavedAccount) -> Recheck:
        async with gate:
            render.progress(tr("Checking {address}", address=saved.address))
            return await kept.check(saved, checker, new_secret=new_secret, may_be_in_clear=may_be_in_clear)

    return await asyncio.gather(*(check(saved) for saved in accounts))


def show_checked(checked: Sequence[Recheck], *, as_json: bool = False) -> int:
    """Prints what the checks came to; the worst exit code of `check`."""
    if as_json:
        render.print_json({"accounts": [_document(item) for item in checked]})
    else:
        render.print_text("\n".join(_line(item) for item in checked) or tr("No account is saved."))
    worst = next(
        (verdict for verdict in _WORST_FIRST if any(item.verdict is verdict for item in checked)), Verdict.WORKS
    )
    return _EXIT_CODES[worst]


def _document(item: Recheck) -> dict[str, object]:
    """The document of any check, and what is known of a saved account beside it; that alone where none was made."""
    from wizard.diagnosis.document import diagnosis_document
    from wizard.handover.document import check_document

    until = recheck.worked_until(item.saved, item.result) if item.result is not None else None
    checked = check_document(item.result, diagnosis_document=diagnosis_document) if item.result is not None else {}
    return checked | {
        "address": str(item.saved.address),
        "verdict": item.verdict.value,
        "cause": item.saved.last_cause if item.result is not None else None,
        "worked_until": until.isoformat() if until is not None else None,
        "note": item.why_not,
    }


def _help_of(item: Recheck) -> str:
    if item.needs_password:
        return tr("Give one with --password-env or --password-file.")
    if recheck.signs_in_in_clear(item.saved):
        return tr("Say yes for this one time with --allow-unencrypted.")
    return ""


def _line(item: Recheck) -> str:
    if item.result is None:
        told = tr("{address}: not checked. {reason}", address=item.saved.address, reason=item.why_not)
        return f"{told} {_help_of(item)}".rstrip()
    lines = [f"{item.saved.address}: {recheck.state(item.saved)}"]
    if item.result.diagnoses and item.result.verdict is not Verdict.WORKS:
        first = item.result.diagnoses[0]
        lines += [f"  {first.title}", f"  {first.why}"]
        lines += [f"  → {remedy.say}" for remedy in first.remedies[:1]]
    trip = item.result.round_trip
    if trip.status is not RoundTripStatus.SKIPPED:
        from wizard.cli.check import became_of

        lines.append(f"  {tr('Message')}  {became_of(trip)}")
    if item.why_not is not None:  # what could not be kept
        lines.append(f"  {tr('Note: {note}', note=item.why_not)}")
    if trip.status is RoundTripStatus.SENT:  # why nothing was seen arriving
        lines += [f"  {tr('Note: {note}', note=note)}" for note in item.result.notes]
    return "\n".join(lines)
