"""How a check ended, from how its sides ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wizard.model.account import Status, Verdict
from wizard.model.diagnosis import Diagnosis, Fix

if TYPE_CHECKING:
    from wizard.setup.side_outcome import SideOutcome


def verdict_of(
    outcomes: Sequence[SideOutcome],
    diagnoses: Sequence[Diagnosis],
    fixes: Sequence[Fix],
    *,
    signs_in: bool,
    timed_out: bool,
) -> Verdict:
    """The verdict on the whole account.

    Args:
        outcomes: the sides that came to an end.
        diagnoses: the cards that will be told.
        fixes: what was put right.
        signs_in: whether the check was to sign in; without that, reaching both servers is all that was asked.
        timed_out: whether the deadline passed first.
    """
    statuses = [outcome.result.status for outcome in outcomes]
    if Status.FAILED in statuses or (diagnoses and not fixes):
        return Verdict.FAILS
    if timed_out or not outcomes:
        return Verdict.UNDECIDED
    if signs_in and any(status is not Status.VERIFIED for status in statuses):
        return Verdict.FAILS if any(outcome.shared_refusal for outcome in outcomes) else Verdict.UNDECIDED
    return Verdict.WORKS_AFTER_FIX if fixes else Verdict.WORKS
