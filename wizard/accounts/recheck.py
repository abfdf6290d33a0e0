"""A saved account checked again: what has changed since it last worked is evidence of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from wizard.accounts.store import SavedAccount
from wizard.language import tr, tr_context
from wizard.language.formats import and_list, date_text, paragraph, time_text
from wizard.model.account import CheckResult, SideResult, Verdict
from wizard.model.diagnosis import Diagnosis, EditField, Field
from wizard.model.draft import AccountDraft
from wizard.model.evidence import Evidence, Outcome
from wizard.model.secret import Secret
from wizard.model.server import WITHOUT_SIGN_IN, Security, ServerCandidate
from wizard.net.sites import registrable_domain


class Recheck(Struct, frozen=True):
    """What a check of a saved account came to.

    `saved` is the account as it is kept now. `result` is `None` when no check was made; `why_not` says what could not
    be done, that check or keeping the new password, and `needs_password` that one from the person would help.
    """

    saved: SavedAccount
    result: CheckResult | None = None
    why_not: str | None = None
    needs_password: bool = False

    @property
    def verdict(self) -> Verdict:
        """The check's verdict; undecided when there was none."""
        return self.result.verdict if self.result is not None else Verdict.UNDECIDED


def state(account: SavedAccount) -> str:
    """The mark people see: verified or not, when, why not, and until when it worked."""
    date = day(account.last_checked_at)
    if account.is_verified:
        return tr("Verified, {date}", date=date)
    worked = until(account.verified_at, account.last_checked_at)
    if account.last_title:
        return tr(
            "Not verified: {title}, {date} (worked until {moment})",
            title=account.last_title,
            date=date,
            moment=worked,
        )
    return tr("Not verified, {date} (worked until {moment})", date=date, moment=worked)


def kept_aside_sentence(files: Sequence[Path]) -> str | None:
    """Where former accounts are that could not be read; `None` when there are none."""
    if not files:
        return None
    return tr(
        "Former accounts could not be read when something was saved. They are kept in {files}.",
        files=and_list([str(file) for file in files]),
    )


def draft(saved: SavedAccount, secret: Secret | None, outgoing_secret: Secret | None = None) -> AccountDraft:
    """The saved settings with a secret, as the circuit wants them; a direction that was never proven stays out.

    Servers that were proven with this person's password are theirs by now, whoever named them first.
    """
    proven = [server for server in (saved.incoming, saved.outgoing) if server is not None]
    return AccountDraft(
        address=saved.address,
        display_name=saved.display_name,
        secret=secret,
        incoming=saved.incoming,
        outgoing=saved.outgoing,
        outgoing_secret=outgoing_secret,
        signs_in_to_send=saved.outgoing_auth != WITHOUT_SIGN_IN,
        wants_incoming=saved.incoming is not None,
        wants_outgoing=saved.outgoing is not None,
        address_is_right=True,
        worked_before=True,
        agreed=frozenset(registrable_domain(server.host) for server in proven),
    )


def signs_in_in_clear(saved: SavedAccount) -> bool:
    """Whether a check of these settings would give a secret to a line in clear, which needs a yes each time."""
    outgoing = saved.outgoing if saved.outgoing_auth != WITHOUT_SIGN_IN else None
    return any(server is not None and server.security is Security.NONE for server in (saved.incoming, outgoing))


def worked_until(saved: SavedAccount, result: CheckResult) -> datetime | None:
    """When these very settings last worked, if they no longer do; `None` when they work, or others were tried.

    Where a test message alone failed they worked a moment before.
    """
    if result.verdict is not Verdict.FAILS or result.verified_account() is not None:
        return None
    same = _is_same(saved.incoming, result.incoming) and _is_same(saved.outgoing, result.outgoing)
    return saved.verified_at if same else None


def with_history(saved: SavedAccount, result: CheckResult, *, typed: bool = False) -> CheckResult:
    """The result with "worked until" in the failing evidence (detail `worked_until`) and in each card's why.

    A password that was not `typed` but kept has no slip in it: a card that blames it says that first.
    """
    worked = worked_until(saved, result)
    if worked is None:
        return result
    return replace(
        result,
        diagnoses=tuple(_dated(diagnosis, worked, result.started_at, typed=typed) for diagnosis in result.diagnoses),
        timeline=tuple(_marked(item, worked) for item in result.timeline),
    )


def _dated(diagnosis: Diagnosis, worked: datetime, now: datetime, *, typed: bool) -> Diagnosis:
    blames_password = any(remedy.action == EditField(Field.PASSWORD) for remedy in diagnosis.remedies)
    sentences = [diagnosis.why, tr("With the same settings it worked until {moment}.", moment=until(worked, now))]
    if blames_password and not typed:
        kept = tr("This is the password that was kept: it was probably changed or withdrawn since it last worked.")
        sentences.insert(0, kept)
    return replace(
        diagnosis,
        why=paragraph(sentences),
        evidence=tuple(_marked(item, worked) for item in diagnosis.evidence),
    )


def _marked(item: Evidence, worked: datetime) -> Evidence:
    if item.outcome is not Outcome.FAILED:
        return item
    return replace(item, detail={**item.detail, "worked_until": worked.date().isoformat()})


def day(time: datetime) -> str:
    """The day as people write it, in this computer's time zone: 21 November 2026."""
    local = time.astimezone()
    return date_text(local)


def until(time: datetime, now: datetime) -> str:
    """The day, and on the day itself the time as well: 14:30 on 21 November 2026."""
    local = time.astimezone()
    if local.date() != now.astimezone().date():
        return day(time)
    return tr_context("moment inside a sentence", "{time} on {date}", time=time_text(local), date=day(time))


def _is_same(saved: ServerCandidate | None, side: SideResult | None) -> bool:
    if saved is None or side is None:
        # A side that never got as far as a server cannot have been tried with other settings.
        return True
    tried = side.candidate
    return saved.endpoint == tried.endpoint and saved.username == tried.username
