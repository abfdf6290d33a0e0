"""What the pages share: the account as far as it has got, from the typed address to the proven settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:  # most of the model is loaded after the first paint
    from wizard.model.account import CheckResult
    from wizard.model.address import Address
    from wizard.model.draft import AccountDraft
    from wizard.model.plan import Plan
    from wizard.model.provider import Provider
    from wizard.model.secret import Secret
    from wizard.model.server import Protocol, ServerCandidate
    from wizard.setup.pack import Helpdesk


@dataclass(frozen=True, slots=True)
class PracticeAccount:
    """An account of the practice network, to be picked instead of typed."""

    address: str
    password: str
    teaches: str


class WizardState(QObject):
    """One account on its way through the pages; a signal for each part that others look at."""

    plan_changed = Signal()
    draft_changed = Signal()
    result_changed = Signal()
    helpdesk_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.helpdesk: Helpdesk | None = None
        self.browser_providers: frozenset[str] = frozenset()
        self.restart()

    def restart(self) -> None:
        """Forgets the account: the next one begins."""
        self.display_name: str | None = None
        self.address: Address | None = None
        self.secret: Secret | None = None
        self.oauth_token: Secret | None = None
        self.ask_nobody = False
        self.plan: Plan | None = None
        self.incoming: ServerCandidate | None = None
        self.outgoing: ServerCandidate | None = None
        self.agreed: frozenset[str] = frozenset()  # registrable domains the person agreed to give the password to
        self.result: CheckResult | None = None
        self._draft: AccountDraft | None = None

    def set_helpdesk(self, helpdesk: Helpdesk | None) -> None:
        """Whom people can ask, as a helpdesk pack names it."""
        self.helpdesk = helpdesk
        self.helpdesk_changed.emit()

    def signs_in_by_browser(self, provider: Provider | None) -> bool:
        """Whether this provider's sign-in in the browser can be used here: somebody registered a client id."""
        return provider is not None and provider.id in self.browser_providers

    def set_plan(self, plan: Plan | None) -> None:
        """What discovery found; the servers follow it."""
        from wizard.model.server import Protocol

        self.plan = plan
        self.incoming = first(plan, Protocol.IMAP, Protocol.POP3)
        self.outgoing = first(plan, Protocol.SMTP)
        self.result = None
        self._draft = None
        self.plan_changed.emit()

    def refine_plan(self, plan: Plan) -> None:
        """The same plan with what only the person knew; the servers follow it."""
        from wizard.model.server import Protocol

        self.plan = plan
        self.set_servers(first(plan, Protocol.IMAP, Protocol.POP3), first(plan, Protocol.SMTP))

    def set_servers(self, incoming: ServerCandidate | None, outgoing: ServerCandidate | None) -> None:
        """What the person made of them."""
        if (incoming, outgoing) != (self.incoming, self.outgoing):
            self.incoming, self.outgoing = incoming, outgoing
            self.result = None
            if self._draft is not None:
                self._draft = replace(self._draft, incoming=incoming, outgoing=outgoing)
            self.draft_changed.emit()

    def set_secret(self, secret: Secret | None) -> None:
        """Another password: what was checked with the old one no longer counts."""
        if secret != self.secret:
            self.secret = secret
            self.result = None
            if self._draft is not None:
                self._draft = replace(self._draft, secret=secret)

    def set_token(self, token: Secret | None) -> None:
        """What a sign-in in the browser gave, used instead of the password."""
        if token != self.oauth_token:
            self.oauth_token = token
            self.result = None
            if self._draft is not None:
                self._draft = replace(self._draft, oauth_token=token)

    def set_result(self, result: CheckResult | None) -> None:
        """What a check found out; the account is then what was proven."""
        self.result = result
        if result is not None:
            self.set_draft(result.draft)
        self.result_changed.emit()

    def forget_result(self) -> None:
        """Something will be changed: the next check is a new one."""
        self.result = None

    def set_draft(self, draft: AccountDraft) -> None:
        """The account as a remedy made it anew."""
        self._draft = draft
        self.incoming, self.outgoing = draft.incoming or self.incoming, draft.outgoing or self.outgoing
        self.secret = draft.secret
        self.oauth_token = draft.oauth_token
        self.draft_changed.emit()

    def draft(self) -> AccountDraft | None:
        """The account as it would be checked; `None` before there is an address."""
        if self._draft is not None:
            return self._draft
        if self.address is None:
            return None
        from wizard.model.draft import AccountDraft

        return AccountDraft(
            address=self.address,
            display_name=self.display_name or None,
            secret=self.secret,
            incoming=_settled(self.incoming),
            outgoing=_settled(self.outgoing),
            oauth_token=self.oauth_token,
            wants_incoming=self.incoming is not None or self.plan is None,
            wants_outgoing=self.outgoing is not None or self.plan is None,
        )


def _settled(candidate: ServerCandidate | None) -> ServerCandidate | None:
    """The server to hold the check to; `None` for a guess, beside which the check tries the others at once."""
    return candidate if candidate is not None and candidate.source.value != "guess" else None


def first(plan: Plan | None, *protocols: Protocol) -> ServerCandidate | None:
    """The best candidate of these protocols; `None` without one."""
    return next(iter(plan.of(*protocols)), None) if plan is not None else None
