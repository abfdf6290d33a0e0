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
from wizard.accounts.schedule import Every, Schedule, ScheduleRule, check_command, schedule, scheduler_here
from wizard.accounts.secret_store import SecretKind
from wizard.accounts.store import SavedAccount, default_path
from wizard.accounts.watch import News, Told, ToldFile, domain_news, news
from wizard.cli import browser, render
from wizard.domain.finding import State
from wizard.domain.registration import registration
from wizard.errors import MailwrightError, SecretStoreError, UsageError
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
    """Checks an account and keeps it once it works; the exit code of `check`, 1 where it could not be kept.

    After a sign-in in the browser its permission is kept, from which `accounts token` makes access tokens.

    Raises:
        UsageError: no address.
        SecretStoreError: the account works, and there is no safe keyring for its password.
        ResourceError: the account works, and the file of accounts cannot be written.
    """
    from wizard.cli import check

    if args.address is None:
        raise UsageError(tr("Say which account: mailwright accounts add ADDRESS"))
    to = Address.parse(args.test_message) if args.test_message else None
    draft = check.draft_from(args)
    result, permission = internal_error.run(_checked(settings, draft, args, to))
    account = result.verified_account() if result.works else None
    if not args.json:
        render.print_text(check.text(result))  # first: what is known is told, whether or not it can be kept
    if account is not None:
        given = {
            SecretKind.PASSWORD: draft.secret,
            SecretKind.OUTGOING_PASSWORD: draft.outgoing_secret,
            SecretKind.REFRESH_TOKEN: permission,
        }
        secrets = {kind: secret for kind, secret in given.items() if secret is not None}
        try:
            internal_error.run(saved.save(account, {} if args.without_password else secrets))
        except MailwrightError as error:
            if args.json:
                _print_added(result, is_saved=False)
            if isinstance(error, SecretStoreError):
                hint = tr("With --without-password the settings alone are kept.")
                raise SecretStoreError(f"{error} {hint}") from error
            raise
        if not args.json:
            render.print_text(tr("Saved: {address}", address=account.address))
    if args.json:
        _print_added(result, is_saved=account is not None)
    return check.EXIT_CODES[result.verdict]


def _print_added(result: CheckResult, *, is_saved: bool) -> None:
    from wizard.diagnosis.document import diagnosis_document
    from wizard.handover.document import check_document

    checked = check_document(result, diagnosis_document=diagnosis_document)
    render.print_json({"saved": is_saved, "check": checked})


async def _checked(
    settings: Settings, draft: AccountDraft, args: argparse.Namespace, to: Address | None
) -> tuple[CheckResult, Secret | None]:
    """The result, and the permission behind a sign-in in the browser, where there was one."""
    from wizard.cli.check import tell as tell_progress

    async with wiring.session(settings) as session:
        if browser.is_wanted(args):
            result = await browser.check(session, draft, None, args, tell_progress)
        else:
            result = await session.check(draft, listener=tell_progress)
        if args.test_message is not None and result.works:
            left_s = args.deadline - result.elapsed_s
            result = await session.send_test_message(result, to, listener=tell_progress, deadline_s=left_s)
        permission = session.sign_in_to_keep(result.draft) if result.draft.oauth_token is not None else None
        return result, permission


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


def run_schedule(args: argparse.Namespace, rule: ScheduleRule) -> int:
    """Shows, switches on or switches off the schedule; without an option it is shown. `rule` is the helpdesk's.

    Raises:
        UsageError: the helpdesk does not want what `--every` says.
        ResourceError: the schedule cannot be written, or its files cannot be read.
    """
    every = Every.parse(args.every) if args.every is not None else rule.default
    planned = schedule(every, check_command())
    if args.off:
        was_on = planned.take_away()
        said = tr("Switched off, and its files are gone.") if was_on else tr("It was not on.")
        return _show_schedule(args, planned, rule, said)
    if args.every is None:
        return _show_schedule(args, planned, rule, _state(planned, rule))
    rule.check(every)
    if not args.json:
        render.print_text(planned.text())  # first shown, then written
    planned.put()
    said = tr("Switched on: every {time}. Off again: mailwright accounts schedule --off", time=every)
    return _show_schedule(args, planned, rule, said)


def _state(planned: Schedule, rule: ScheduleRule) -> str:
    if planned.is_on:
        told = [tr("On. These are its files:")]
        if rule.every is None:
            told = [tr("On; mailwright accounts schedule --off switches it off. These are its files:")]
        elif rule.locked and planned.text() != planned.text_there():
            told = [
                tr("On, but not as your helpdesk sets it; --every {time} does. These are its files:", time=rule.every)
            ]
    elif rule.every is None:
        told = [tr("Off.")]
    else:
        told = [tr("Off. With --every {time} these files would be written:", time=rule.every)]
    return "\n".join([rule.words(), *told]).strip()


def _show_schedule(args: argparse.Namespace, planned: Schedule, rule: ScheduleRule, said: str) -> int:
    if args.json:
        files = [{"path": str(path), "content": text} for path, text in planned.texts()]
        wanted = {"every": str(rule.every) if rule.every is not None else "never", "locked": rule.locked}
        helpdesk = wanted if rule.words() else None
        document = {"scheduler": scheduler_here().value, "on": planned.is_on, "files": files, "helpdesk": helpdesk}
        render.print_json(document)
        return 0
    render.print_text(said)
    if args.every is None and not args.off and (planned.is_on or rule.every is not None):
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
