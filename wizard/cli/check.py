"""`mailwright check`: the wizard's whole run without a window."""

from __future__ import annotations

import argparse
import asyncio
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from wizard import internal_error, wiring
from wizard.cli import browser, render, reporting, words
from wizard.cli.check_options import EXAMPLE, HELP, add_arguments
from wizard.cli.options import (
    expect_folders,
    has_terminal,
    password_from,
    read_password,
    settings_from,
    spent_s,
)
from wizard.errors import UsageError
from wizard.imports import begin, begin_import
from wizard.installed_packs import installed_packs
from wizard.language import tr, tr_context
from wizard.language.formats import comma_list, number_text
from wizard.model.account import CheckResult, RoundTrip, RoundTripStatus, SideResult, Verdict
from wizard.model.address import Address
from wizard.model.columns import padded, width
from wizard.model.diagnosis import Change, ChangeSettings, Diagnosis, ServerChange
from wizard.model.draft import AccountDraft
from wizard.model.evidence import Outcome, Stage
from wizard.model.limits import limits_line
from wizard.model.progress import Progress
from wizard.model.secret import Secret
from wizard.model.server import WITHOUT_SIGN_IN, Source
from wizard.net import look_up
from wizard.probe.environment import look_around
from wizard.setup.account_in_progress import AccountInProgress
from wizard.setup.given import given_draft
from wizard.wiring import Settings

__all__ = ["EXAMPLE", "HELP", "add_arguments", "run"]

EXIT_CODES = {Verdict.WORKS: 0, Verdict.WORKS_AFTER_FIX: 3, Verdict.FAILS: 1, Verdict.UNDECIDED: 4}
WRITERS = ("wizard.diagnosis.document", "wizard.handover.document")  # write the result, and are needed at its end
WRITTEN_S = 0.4  # they are imported once nobody who was asked waits for what speaks with them
CAUSES_S = 1.5  # a check that is not done by then is likely to need words for why; they are read while it waits


def run(args: argparse.Namespace) -> int:
    """Checks the account; the exit code is 0 (works), 3 (works after a fix), 1 (fails) or 4 (no verdict in time)."""
    try:
        return _run(args)
    finally:
        look_up.let_go()


def _run(args: argparse.Namespace) -> int:
    reporting.expect_place(args)
    expect_folders(args)
    if args.no_incoming and args.no_outgoing:
        raise UsageError(tr("With --no-incoming and --no-outgoing there is nothing to check."))
    draft = draft_from(args)
    to = Address.parse(args.test_message) if args.test_message else None
    result, broken = internal_error.run(_check(settings_from(args), draft, args, to))
    code = _print(result, args)  # first: what is known is told, whatever becomes of the files
    if args.metrics or args.junit or args.json_log:
        from wizard.cli import monitoring

        monitoring.write_all(args, [monitoring.checked_of(result)])
    if args.report is not None:
        reporting.write_reports(args, (result,))
    if args.letter is not None and result.diagnoses:
        _write_letter(args.letter, result, wiring.pack((*args.pack, *installed_packs())).language)
    if broken is not None:
        raise broken
    return code


async def _check(
    settings: Settings, draft: AccountDraft, args: argparse.Namespace, to: Address | None
) -> tuple[CheckResult, Exception | None]:
    """The result, and what broke in us after the account was proven: that takes nothing from what is known."""
    broken: Exception | None = None
    loop = asyncio.get_running_loop()
    loop.call_later(WRITTEN_S, begin_import, *WRITERS)
    loop.call_later(WRITTEN_S, begin, look_around)
    async with wiring.session(settings) as session:
        is_begun = False
        asked_s = 0.0  # what is over since its first question, which was asked while all this was loaded

        def read_causes() -> None:
            nonlocal is_begun
            if not is_begun:
                is_begun = True
                # While others are still asked; who does not connect, or is silent, says no words.
                begin(partial(session.get_ready, for_words=False))

        def listener(progress: Progress) -> None:
            if progress.stage is Stage.CONNECT and progress.outcome is Outcome.FAILED:
                read_causes()
            tell(progress)

        loop.call_later(min(CAUSES_S, args.deadline / 2), read_causes)
        began_s = spent_s(args)
        if browser.is_wanted(args):
            result = await browser.check(session, draft, None, args, listener)
        else:
            asked_s = look_up.began_s()
            result = await session.check(draft, listener=listener, spent_s=began_s, asked_s=asked_s)
            account = AccountInProgress(draft).checked(result)
            may_ask = session.options.sign_in and not args.json and has_terminal()
            agreed = await _agreed(account) if may_ask else None
            if agreed is not None:
                result = await session.check(agreed.draft or draft, plan=agreed.plan, listener=listener)
        if args.test_message is not None and result.works:
            left_s = args.deadline - began_s - result.elapsed_s + asked_s
            try:
                result = await session.send_test_message(result, to, listener=listener, deadline_s=left_s)
            except Exception as error:
                broken = error
        await session.close(waits=False)
        return result, broken


async def _agreed(account: AccountInProgress) -> AccountInProgress | None:
    """The account with the person's yes to what waits for one, which is asked for here; None without it."""
    draft, sites = account.draft, account.to_agree_to()
    if draft is None or draft.secret is None:
        return None
    if account.result is not None and _doubts_address(account.result):
        render.warn(account.result.diagnoses[0].title)
        is_right = await _yes(tr("Is {address} right all the same? [y/N]", address=draft.address) + " ")
        return account.remedied(replace(draft, address_is_right=True)) if is_right else None
    if not sites:
        return None
    render.warn(tr("Nobody vouches for these servers' domains: {sites}", sites=", ".join(sites)))
    return account.agreed(sites) if await _yes(tr("Send your password to them? [y/N]") + " ") else None


async def _yes(question: str) -> bool:
    answer = await asyncio.to_thread(input, question)
    return answer.strip().casefold() in {"y", "yes", *tr_context("answers that agree", "y yes").split()}


def _doubts_address(result: CheckResult) -> bool:
    """Whether the address itself was questioned, and nothing was tried."""
    actions = (remedy.action for diagnosis in result.diagnoses for remedy in diagnosis.remedies)
    return ChangeSettings(Change.ADDRESS_IS_RIGHT) in actions


def draft_from(args: argparse.Namespace) -> AccountDraft:
    """The account as these options tell it; the password is asked for where it may be.

    Raises:
        UsageError: an option that cannot be used.
    """
    address = Address.parse(args.address)
    wants_sign_in = not args.no_sign_in and not browser.is_wanted(args)
    secret = password_from(args, ask_for=None)
    if secret is None and wants_sign_in and args.practice:
        secret = _practice_password(address)
    if secret is None and wants_sign_in:
        secret = password_from(args, ask_for=str(address))
    draft = given_draft(
        address,
        outgoing=args.outgoing,
        incoming=args.incoming,
        username=args.username,
        outgoing_username=args.outgoing_username,
    )
    return replace(
        draft,
        display_name=args.name,
        secret=secret,
        outgoing_secret=read_password(args.outgoing_password_file) if args.outgoing_password_file else None,
        wants_incoming=not args.no_incoming,
        wants_outgoing=not args.no_outgoing,
    )


def _practice_password(address: Address) -> Secret | None:
    from wizard import assets
    from wizard.practice.scenarios import load_scenarios

    accounts = (scenario.account for scenario in load_scenarios(assets.resources() / "practice"))
    return next((Secret(account.password) for account in accounts if account.address == address.wire), None)


def tell(progress: Progress) -> None:
    """A line on standard error for each stage that ends."""
    if progress.stage.value == "input":
        return
    if progress.outcome is Outcome.STARTED and not progress.detail.get("suspected_blocked"):
        return
    where = f"{progress.protocol.value} {progress.endpoint}" if progress.protocol and progress.endpoint else None
    where = where or tr_context("stage", "discovery")
    time = number_text(progress.t_s, 2).rjust(6)
    if progress.detail.get("suspected_blocked"):
        render.progress(tr("{time} s  {where}: no answer yet, this port may be blocked", time=time, where=where))
        return
    what = words.outcome(progress.outcome) + (f" ({progress.error.value})" if progress.error is not None else "")
    render.progress(
        tr(
            "{time} s  {where}: {stage} {outcome}, {seconds} s",
            time=time,
            where=where,
            stage=words.stage(progress.stage),
            outcome=what,
            seconds=number_text(progress.seconds, 3),
        )
    )


def _write_letter(path: Path, result: CheckResult, language: str | None) -> None:
    from wizard.handover.administrator_message import administrator_letter
    from wizard.handover.write import write_file

    letter = administrator_letter(result.diagnoses[0], result, language)
    write_file(path, str(letter).encode("utf-8", "replace"))


def _print(result: CheckResult, args: argparse.Namespace) -> int:
    if args.nagios:
        from wizard.cli import monitoring

        code, told = monitoring.nagios([monitoring.checked_of(result)], monitoring.thresholds_of(args))
        render.print_text(told)
        return code
    if args.json:
        from wizard.diagnosis.document import diagnosis_document
        from wizard.handover.document import check_document

        render.print_json(check_document(result, diagnosis_document=diagnosis_document))
    else:
        render.print_text("\n".join([text(result), *_whom_to_ask(result, args)]))
    return EXIT_CODES[result.verdict]


def _whom_to_ask(result: CheckResult, args: argparse.Namespace) -> list[str]:
    helpdesk = wiring.pack((*args.pack, *installed_packs())).helpdesk
    if helpdesk is None or result.works:
        return []
    return ["", tr("Whom to ask: {words}", words=", ".join(helpdesk.words().values()))]


def text(result: CheckResult) -> str:
    """The result for people."""
    both = result.incoming is not None and result.outgoing is not None
    headline = {
        Verdict.WORKS: tr("Sending and receiving work.") if both else tr("It works."),
        Verdict.WORKS_AFTER_FIX: tr("It works, after a change."),
        Verdict.FAILS: tr("It does not work yet."),
        Verdict.UNDECIDED: tr("There is no verdict."),
    }[result.verdict]
    lines = [
        tr(
            "{address}: {headline} ({seconds} s)",
            address=result.draft.address,
            headline=headline,
            seconds=number_text(result.elapsed_s, 1),
        )
    ]
    heads = (tr("Receiving"), tr("Sending"), tr("Message"))
    receiving, sending, message = (padded(head, max(map(width, heads))) for head in heads)
    for head, side in ((receiving, result.incoming), (sending, result.outgoing)):
        if side is not None:
            lines.append(f"  {head} {_side(side)}")
    if result.round_trip.status is not RoundTripStatus.SKIPPED:
        lines.append(f"  {message} {became_of(result.round_trip)}")
    for diagnosis in result.diagnoses:
        lines += ["", *_diagnosis(diagnosis)]
    for fix in result.fixes:
        lines.append(
            "  "
            + tr(
                "Changed for {protocol}: {before} to {after}",
                protocol=fix.protocol.value,
                before=_change(fix.before),
                after=_change(fix.after),
            )
        )
    size = result.outgoing.max_message_bytes if result.outgoing is not None else None
    limits = limits_line(result.known_provider, size)
    if limits:
        lines.append(tr("Limits: {limits}", limits=limits))
    lines += [tr("Note: {note}", note=note) for note in result.notes]
    if _doubts_address(result) or AccountInProgress(result.draft).checked(result).to_agree_to():
        lines.append(tr("To agree, run the same command with --yes."))
    asked = [words.source(one.source) for one in result.asked if one.source not in (Source.PACK, Source.PRESET)]
    if asked:
        lines.append(tr("Asked, without the password: {sources}", sources=comma_list(dict.fromkeys(asked))))
    return "\n".join(lines)


def became_of(trip: RoundTrip) -> str:
    """What became of the test message, for people."""
    if trip.status is not RoundTripStatus.ARRIVED:
        return words.round_trip(trip.status)
    seconds = number_text(trip.seconds or 0.0, 1)
    return tr("arrived in {folder} after {seconds} s", folder=trip.folder, seconds=seconds)


def _side(side: SideResult) -> str:
    candidate = side.candidate
    told: dict[str, object] = {
        "status": words.status(side.status),
        "server": f"{candidate.endpoint} {words.security(candidate.security)}",
        "user": candidate.username,
    }
    if side.auth == WITHOUT_SIGN_IN:
        return tr("{status}: {server}, user {user}, no sign-in needed", **told)
    if side.auth:
        return tr("{status}: {server}, user {user}, signed in with {method}", method=side.auth, **told)
    return tr("{status}: {server}, user {user}", **told)


def _diagnosis(diagnosis: Diagnosis) -> list[str]:
    lines = [diagnosis.title, f"  {diagnosis.why}"]
    if diagnosis.reply is not None:
        code = " ".join(str(part) for part in (diagnosis.reply.code, diagnosis.reply.enhanced) if part)
        said = f"{code} {diagnosis.reply.text}".strip()
        lines.append("  " + tr("The server said: {reply}", reply=said))
    for remedy in diagnosis.remedies:
        lines.append(f"  - {remedy.say}")
        lines += [f"      {number}. {step}" for number, step in enumerate(remedy.steps, 1)]
    return lines


def _change(change: ServerChange) -> str:
    parts = [
        change.host,
        tr("port {number}", number=change.port) if change.port else None,
        words.security(change.security) if change.security is not None else None,
        change.username,
    ]
    return ", ".join(str(part) for part in parts if part)
