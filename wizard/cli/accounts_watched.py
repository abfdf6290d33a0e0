"""What `mailwright accounts` does beyond a check: adding an account, the schedule, and what is told unasked."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from wizard import internal_error, wiring
from wizard.accounts import recheck
from wizard.accounts.notification import notify
from wizard.accounts.recheck import Recheck
from wizard.accounts.saved_accounts import SavedAccounts
from wizard.accounts.schedule import Every, Schedule, check_command, schedule, scheduler_here
from wizard.accounts.secret_store import SecretKind
from wizard.accounts.store import SavedAccount, default_path
from wizard.accounts.watch import News, Told, ToldFile, domain_news, news
from wizard.cli import render
from wizard.domain.finding import State
from wizard.domain.registration import registration
from wizard.errors import UsageError
from wizard.language import tr
from wizard.model.account import CheckResult
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret
from wizard.net.fetch import Fetcher
from wizard.net.sites import registrable_domain
from wizard.wiring import Settings

_TOLD = "told.json"  # beside the accounts


def add(args: argparse.Namespace, settings: Settings, saved: SavedAccounts) -> int:
    """Checks an account and keeps it once it is proven; the exit code of `check`, 1 where it could not be kept.

    Raises:
        UsageError: no address.
        SecretStoreError: the account works, and there is no safe keyring for its password.
        ResourceError: the account works, and the file of accounts cannot be written.
    """
    from wizard.cli import check

    if args.address is None:
        raise UsageError(tr("Say which account: mailwright accounts add ADDRESS"))
    draft = check.draft_from(args)
    result = internal_error.run(_checked(settings, draft))
    account = result.verified_account()
    if account is None and not args.json:
        render.print_text(check.text(result))
    if account is not None:
        given = {SecretKind.PASSWORD: draft.secret, SecretKind.OUTGOING_PASSWORD: draft.outgoing_secret}
        secrets = {kind: secret for kind, secret in given.items() if secret is not None}
        internal_error.run(saved.save(account, {} if args.without_password else secrets))
        if not args.json:
            render.print_text(check.text(result) + "\n" + tr("Saved: {address}", address=account.address))
    if args.json:
        from wizard.diagnosis.document import diagnosis_document
        from wizard.handover.document import check_document

        checked = check_document(result, diagnosis_document=diagnosis_document)
        render.print_json({"saved": account is not None, "check": checked})
    return check.EXIT_CODES[result.verdict]


async def _checked(settings: Settings, draft: AccountDraft) -> CheckResult:
    from wizard.cli.check import tell as tell_progress

    async with wiring.session(settings) as session:
        return await session.check(draft, listener=tell_progress)


def print_token(args: argparse.Namespace, settings: Settings, saved: SavedAccounts, account: SavedAccount) -> int:
    """Prints an access token into the pipe of a mail program, made from the kept sign-in; 0.

    Raises:
        UsageError: it would land on a screen, or no sign-in in the browser is kept for the account.
        SignInError: the kept sign-in has ended.
        SecretStoreError: the keyring refused.
    """
    if sys.stdout.isatty() or args.json:
        raise UsageError(tr("A token is for a mail program that runs this command; it is not shown on a screen."))
    if SecretKind.REFRESH_TOKEN not in account.secrets:
        raise UsageError(tr("No sign-in in the browser is kept for {address}.", address=account.address))
    token = internal_error.run(_token(settings, saved, account))
    sys.stdout.write(f"{token.reveal()}\n")
    sys.stdout.flush()
    return 0


async def _token(settings: Settings, saved: SavedAccounts, account: SavedAccount) -> Secret:
    kept = await saved.store.load(account.address, account.secrets)
    permission = kept.get(SecretKind.REFRESH_TOKEN)
    if permission is None:
        raise UsageError(
            tr("The keyring has no sign-in of {address} any more: sign in once more.", address=account.address)
        )
    async with wiring.session(settings) as session:
        draft = await session.sign_in_again(recheck.draft(account, None), permission)
    if draft.oauth_token is None:
        raise UsageError(tr("The provider of {address} gave no token.", address=account.address))
    return draft.oauth_token


def run_schedule(args: argparse.Namespace) -> int:
    """Shows, switches on or switches off the schedule; without an option it is shown."""
    every = Every.parse(args.every or "1d")
    planned = schedule(every, check_command())
    if args.off:
        was_on = planned.take_away()
        return _show_schedule(
            args, planned, tr("Switched off, and its files are gone.") if was_on else tr("It was not on.")
        )
    if args.every is None:
        on, off = tr("On. These are its files:"), tr("Off. With --every 1d these files would be written:")
        state = on if planned.is_on else off
        return _show_schedule(args, planned, state)
    if not args.json:
        render.print_text(planned.text())  # first shown, then written
    planned.put()
    said = tr("Switched on: every {time}. Off again: mailwright accounts schedule --off", time=every)
    return _show_schedule(args, planned, said)


def _show_schedule(args: argparse.Namespace, planned: Schedule, said: str) -> int:
    if args.json:
        files = [{"path": str(path), "content": text} for path, text in planned.texts()]
        render.print_json({"scheduler": scheduler_here().value, "on": planned.is_on, "files": files})
        return 0
    render.print_text(said)
    if args.every is None and not args.off:
        render.print_text(planned.text() if not planned.is_on else planned.text_there())
    return 0


def tell(checked: Sequence[Recheck], settings: Settings) -> tuple[News, ...]:
    """Notifies of what is new since the last time, and of nothing else; what was told."""
    file = ToldFile(default_path().parent / _TOLD)
    now = datetime.now(UTC)
    found, told = news(file.read(), checked, now.date())
    options = settings.options
    if not settings.practice and not (options is not None and (options.offline or options.ask_nobody)):
        found += internal_error.run(_of_domains(checked, told, settings, now))
    file.write(told)  # first: rather not told than told again at each check
    if found:
        internal_error.run(_notify(found))
    return tuple(found)


async def _of_domains(
    checked: Sequence[Recheck], told: dict[str, Told], settings: Settings, now: datetime
) -> list[News]:
    """What the registries say of the domains, each asked once a week; `told` remembers that."""
    async with wiring.names(settings) as (_, fetcher):
        return await ending_domains(checked, told, fetcher, now)


async def ending_domains(
    checked: Sequence[Recheck], told: dict[str, Told], fetcher: Fetcher, now: datetime
) -> list[News]:
    """A word about each domain whose registration ends; one domain is asked about once, for its first account."""
    first: dict[str, Address] = {}
    for item in checked:
        first.setdefault(registrable_domain(item.saved.address.domain), item.saved.address)
    found: list[News] = []
    for domain, address in first.items():
        before = told.get(address.wire, Told())
        if not before.wants_domain_asked(now.date()):
            continue
        finding = await registration(domain, fetcher, now)
        ends = finding.state in (State.WARNING, State.WRONG)
        new, told[address.wire] = domain_news(address, before, finding.says if ends else None, now.date())
        found += new
    return found


async def _notify(found: Sequence[News]) -> None:
    """All at once: one whose button waits for a click holds up none of the others."""
    shown = await asyncio.gather(*(asyncio.to_thread(notify, item, wizard_command()) for item in found))
    for item, was_shown in zip(found, shown, strict=True):
        if not was_shown:
            render.warn(f"{item.title}. {item.body}".strip())


def wizard_command() -> tuple[str, ...]:
    """What opens the window of this very program."""
    return (sys.executable, "gui") if getattr(sys, "frozen", False) else (sys.executable, "-m", "wizard", "gui")
