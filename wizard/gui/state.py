"""What the pages share: the account as far as it has got, from the typed address to the proven settings."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from wizard.language import tr_context
from wizard.language.data_texts import practice_context

if TYPE_CHECKING:  # most of the model is loaded after the first paint
    from wizard.accounts.schedule import ScheduleRule
    from wizard.model.account import CheckResult
    from wizard.model.address import Address
    from wizard.model.draft import AccountDraft
    from wizard.model.plan import Plan
    from wizard.model.provider import Provider
    from wizard.model.secret import Secret
    from wizard.model.server import ServerCandidate
    from wizard.setup.account_in_progress import AccountInProgress
    from wizard.setup.pack import Helpdesk


class PracticeAccount(Struct, frozen=True):
    """An account of the practice network, to be picked instead of typed."""

    address: str
    password: str
    teaches: str
    scenario: str = ""

    @property
    def lesson(self) -> str:
        """What it teaches, in the language spoken now."""
        return tr_context(practice_context(self.scenario), self.teaches)


class Loss(Enum):
    """What closing the window would lose."""

    TYPED = "typed"
    PROVEN = "proven"  # settings that are in no mail program yet
    REMEMBERING = "remembering"  # they are in one; Finish would keep them on this computer as well


class WizardState(QObject):
    """Holds the account on its way through the pages, and tells when a part of it changes that others look at."""

    plan_changed = Signal()
    draft_changed = Signal()
    result_changed = Signal()
    helpdesk_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.helpdesk: Helpdesk | None = None
        self.letter_language: str | None = None  # of messages to the administrator, where a helpdesk pack names one
        self.schedule_rule: ScheduleRule | None = None  # of the regular check, where a helpdesk pack has one
        self.every_step = False  # shows each page, whether there is something to decide or not
        self.sends_test = True  # a test message to oneself is part of the run
        self.browser_providers: frozenset[str] = frozenset()
        self.restart()

    def restart(self) -> None:
        """Forgets the account: the next one begins."""
        self._account: AccountInProgress | None = None  # made once it is needed, which is after the first paint

    @property
    def account(self) -> AccountInProgress:
        """The account as far as it has got."""
        if self._account is None:
            from wizard.setup.account_in_progress import AccountInProgress

            self._account = AccountInProgress()
        return self._account

    @property
    def address(self) -> Address | None:
        """The address; `None` before there is one."""
        draft = self._account.draft if self._account is not None else None
        return draft.address if draft is not None else None

    @property
    def plan(self) -> Plan | None:
        """What discovery found; `None` before it answered."""
        return self._account.plan if self._account is not None else None

    @property
    def result(self) -> CheckResult | None:
        """What the last check proved; `None` once something it rests on was changed."""
        return self._account.result if self._account is not None else None

    @property
    def incoming(self) -> ServerCandidate | None:
        """The receiving server that would be tried first."""
        from wizard.model.server import Way

        return self._account.server(Way.RECEIVING) if self._account is not None else None

    @property
    def outgoing(self) -> ServerCandidate | None:
        """The sending server that would be tried first."""
        from wizard.model.server import Way

        return self._account.server(Way.SENDING) if self._account is not None else None

    @property
    def secret(self) -> Secret | None:
        """The password as it was typed."""
        draft = self.draft()
        return draft.secret if draft is not None else None

    @property
    def oauth_token(self) -> Secret | None:
        """What a sign-in in the browser gave."""
        draft = self.draft()
        return draft.oauth_token if draft is not None else None

    def draft(self) -> AccountDraft | None:
        """The account as it would be checked, with the plan; `None` before there is an address."""
        return self._account.draft if self._account is not None else None

    def set_helpdesk(self, helpdesk: Helpdesk | None) -> None:
        """Whom people can ask, as a helpdesk pack names it."""
        self.helpdesk = helpdesk
        self.helpdesk_changed.emit()

    def signs_in_by_browser(self, provider: Provider | None) -> bool:
        """Whether this provider's sign-in in the browser can be used here: somebody registered a client id."""
        return provider is not None and provider.id in self.browser_providers

    def set_address(self, address: Address | None, *, ask_nobody: bool = False) -> None:
        """Another address: whatever was found for the one before is forgotten. No signal; `set_plan` follows."""
        self._account = self.account.addressed(address, ask_nobody=ask_nobody)

    def set_plan(self, plan: Plan | None) -> None:
        """What discovery found; the servers follow it."""
        self._account = self.account.found(plan)
        self.plan_changed.emit()

    def refine_plan(self, plan: Plan) -> None:
        """The same plan with what only the person knew; the servers follow it."""
        self._change(self.account.answered(plan))

    def choose_server(self, candidate: ServerCandidate) -> None:
        """The server the person made of it; its side is held to it."""
        self._change(self.account.chose(candidate))

    def agree(self) -> None:
        """The person's yes to the servers that wait for one."""
        self._change(self.account.agreed(self.account.to_agree_to()))

    def set_display_name(self, name: str | None) -> None:
        """The name beside the address."""
        self._account = self.account.named(name)

    def set_secret(self, secret: Secret | None) -> None:
        """Another password: what was checked with the old one no longer counts."""
        self._account = self.account.with_secret(secret)

    def set_own_sending(self, username: str | None, secret: Secret | None) -> None:
        """A user name and a password for sending only; `None` where it is the same as for receiving."""
        self._change(self.account.with_own_sending(username, secret))

    def set_token(self, token: Secret | None) -> None:
        """What a sign-in in the browser gave, used instead of the password."""
        self._account = self.account.with_token(token)

    def set_result(self, result: CheckResult | None) -> None:
        """What a check found out; the account is then what was proven."""
        self._account = self.account.checked(result) if result is not None else self.account.reconsidered()
        self.draft_changed.emit()
        self.result_changed.emit()

    def forget_result(self) -> None:
        """Something will be changed: the next check is a new one."""
        self._account = self.account.reconsidered()

    def set_draft(self, draft: AccountDraft) -> None:
        """The account as a remedy made it anew."""
        self._change(self.account.remedied(draft))

    def _change(self, account: AccountInProgress) -> None:
        if account != self._account:
            self._account = account
            self.draft_changed.emit()
