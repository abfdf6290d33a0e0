"""The half of an earlier check that still holds: a side proven with the same secret is not tried again."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.model.account import CheckResult, SideResult, Status
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret
from wizard.model.server import ServerCandidate, Way


def kept_side(
    previous: CheckResult | None, draft: AccountDraft, candidates: Sequence[ServerCandidate], way: Way
) -> SideResult | None:
    """The side as an earlier check of this account proved it; None when it must be proven anew.

    Args:
        previous: the earlier check.
        draft: the account now.
        candidates: the servers of this side that would be tried now.
        way: which side.
    """
    if previous is None or previous.draft.address != draft.address:
        return None
    side = previous.side(way)
    if side is None or side.status is not Status.VERIFIED:
        return None
    if _secrets(previous.draft, way) != _secrets(draft, way):
        return None
    given = draft.given(way)
    return side if not given or given[0] == side.candidate or side.candidate in candidates else None


def _secrets(draft: AccountDraft, way: Way) -> tuple[Secret | None, Secret | None]:
    return draft.secret_of(way), draft.token_of(way)
