"""One account on its way: what the person said, what was found, what was proven. Both faces hold one and show it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from wizard.model.account import CheckResult, Status
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.plan import Plan
from wizard.model.secret import Secret
from wizard.model.server import ServerCandidate, Source, Way
from wizard.net.sites import registrable_domain
from wizard.setup.secret_gate import needs_yes


def is_agreed(draft: AccountDraft, candidate: ServerCandidate) -> bool:
    """Whether a password may go to the server without another yes; what was typed is looked at once more."""
    if candidate.trusted and candidate.source is not Source.GIVEN:
        return True
    return not needs_yes(candidate, draft, None)


class AccountInProgress(Struct, frozen=True):
    """The account as far as it has got. Every change gives a new one; nothing here waits for a network or a window.

    Args:
        draft: what the person said, and what remedies made of it; None before there is an address.
        plan: what discovery found; None before it answered.
        result: what the last check proved; None when something it rests on has changed since.
    """

    draft: AccountDraft | None = None
    plan: Plan | None = None
    result: CheckResult | None = None

    # What is known

    def server(self, way: Way) -> ServerCandidate | None:
        """The server of this side: the one settled on, else the person's, else the first one found."""
        side = self.result.side(way) if self.result is not None else None
        if side is not None and side.status in (Status.VERIFIED, Status.REACHED):
            return side.candidate
        return next(iter(self.servers(way)), None)

    def servers(self, way: Way) -> tuple[ServerCandidate, ...]:
        """All servers that would be tried on this side before any repair, best first."""
        given = self.draft.given(way) if self.draft is not None else ()
        if given or self.plan is None:
            return given
        return tuple(candidate for candidate in self.plan.candidates if candidate.way is way)

    def expected(self) -> AccountDraft | None:
        """The draft with the servers that a source named, and without a side that nobody named one for: to be shown.

        A guess is left out: beside it the check tries others at once, and any of them may be the one.
        """
        draft = self.draft
        if draft is None or self.plan is None:
            return draft
        for way in Way:
            server = next(iter(self.servers(way)), None)
            if server is None and self.plan.candidates:
                draft = draft.without(way)
            elif server is not None and server.source is not Source.GUESS:
                draft = draft.with_server(server)
        return draft

    def to_agree_to(self) -> tuple[str, ...]:
        """The registrable domains of servers that wait for the person's yes before a password goes there."""
        if self.draft is None:
            return ()
        first = (self.server(way) for way in Way if self.draft.wants(way))
        waiting = (server for server in first if server is not None and not is_agreed(self.draft, server))
        return tuple(dict.fromkeys(registrable_domain(server.host) for server in waiting))

    # What happens to it

    def addressed(self, address: Address | None, *, ask_nobody: bool = False) -> AccountInProgress:
        """Another address was typed, or none any more: names and passwords stay, whatever was found does not."""
        if address is None:
            return AccountInProgress()
        if self.draft is None or self.draft.address != address:
            kept = self.draft or AccountDraft(address)
            draft = AccountDraft(address, display_name=kept.display_name, secret=kept.secret, ask_nobody=ask_nobody)
            return AccountInProgress(draft)
        return self._said(replace(self.draft, ask_nobody=ask_nobody))

    def found(self, plan: Plan | None) -> AccountInProgress:
        """Discovery answered, or is asked anew: the servers follow it."""
        return replace(self, draft=self._unpinned(), plan=plan, result=None)

    def answered(self, plan: Plan) -> AccountInProgress:
        """The plan with what only the person knew, such as a region: the servers follow it."""
        changed = plan != self.plan
        return replace(self, draft=self._unpinned(), plan=plan, result=None if changed else self.result)

    def chose(self, candidate: ServerCandidate) -> AccountInProgress:
        """The person typed or picked this server: its side is held to it."""
        if self.draft is None or candidate == self.server(candidate.way):
            return self
        return self._said(self.draft.with_server(candidate))

    def named(self, display_name: str | None) -> AccountInProgress:
        """The name beside the address; nothing that was proven depends on it."""
        return replace(self, draft=replace(self.draft, display_name=display_name)) if self.draft else self

    def with_secret(self, secret: Secret | None) -> AccountInProgress:
        """Another password: what was checked with the old one no longer counts."""
        return self._said(replace(self.draft, secret=secret)) if self.draft is not None else self

    def with_own_sending(self, username: str | None, secret: Secret | None) -> AccountInProgress:
        """A user name and a password that are for sending only; None where it is the same as for receiving."""
        if self.draft is None:
            return self
        return self._said(replace(self.draft, outgoing_username=username, outgoing_secret=secret))

    def with_token(self, token: Secret | None) -> AccountInProgress:
        """What a sign-in in the browser gave, used instead of the password."""
        return self._said(replace(self.draft, oauth_token=token)) if self.draft is not None else self

    def agreed(self, sites: tuple[str, ...]) -> AccountInProgress:
        """The person's yes to servers of these registrable domains."""
        if self.draft is None:
            return self
        return self._said(replace(self.draft, agreed=self.draft.agreed | frozenset(sites)))

    def remedied(self, draft: AccountDraft) -> AccountInProgress:
        """A remedy changed the account; the half that was proven before may still hold."""
        moved = self.draft is not None and draft.address.domain != self.draft.address.domain
        # Servers that were found for another domain are not this one's; those the remedy holds to stay in the draft.
        return replace(self, draft=draft, plan=None if moved else self.plan)

    def checked(self, result: CheckResult) -> AccountInProgress:
        """A check ended: the account is what was checked, and the plan the one that it went by."""
        return replace(self, draft=result.draft, plan=result.plan or self.plan, result=result)

    def reconsidered(self) -> AccountInProgress:
        """Something is about to be changed: the next check is a new one."""
        return replace(self, result=None)

    def _said(self, draft: AccountDraft) -> AccountInProgress:
        return self if draft == self.draft else replace(self, draft=draft, result=None)

    def _unpinned(self) -> AccountDraft | None:
        if self.draft is None:
            return None
        return replace(self.draft, incoming=None, outgoing=None, incoming_others=(), outgoing_others=())
