"""The Check page served: checks are begun and stopped, and what its cards change is proven again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from wizard.gui import needs
from wizard.language import tr

if TYPE_CHECKING:
    from wizard.gui.bridge import Job
    from wizard.gui.browser_sign_in import BrowserSignIn
    from wizard.gui.jobs import Jobs
    from wizard.gui.pages.check_page import CheckPage
    from wizard.gui.state import WizardState
    from wizard.gui.window import WizardWindow
    from wizard.model.account import CheckResult
    from wizard.model.diagnosis import Diagnosis, Remedy
    from wizard.model.draft import AccountDraft
    from wizard.model.plan import Plan
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession
    from wizard.signin.refusals import SignInRefused


class Checking(QObject):
    """Runs one check at a time; what an earlier one proved is kept as long as it is still true.

    `begun` brings the account of each check, `ended` the result of each that was not stopped. Whoever goes back stops
    the one that runs.
    """

    begun = Signal(object)
    ended = Signal(object)

    def __init__(
        self, state: WizardState, window: WizardWindow, jobs: Jobs, page: CheckPage, browser: BrowserSignIn
    ) -> None:
        super().__init__(window)
        self._state, self._jobs, self._page, self._browser = state, jobs, page, browser
        self._running: Job | None = None
        self._waiting: Job | None = None  # for the network that a check did not find
        self._last: CheckResult | None = None
        page.entered.connect(self._enter)
        window.currentIdChanged.connect(self._leave)
        self._window = window
        page.stop_requested.connect(self.stop)
        page.check_again_requested.connect(self.check)
        page.fix_accepted.connect(lambda _diagnosis, _remedy: self._accept())

    def check(self, refused: SignInRefused | None = None) -> None:
        """Checks; after a `refused` sign-in in the browser what can be proven without one."""
        draft = self._state.draft()
        if draft is None:
            return
        self.stop()
        # The session takes over only what was proven with the same password at the same server.
        keep = _still_holds(self._last, draft) if self._last is not None and refused is None else None
        from wizard.setup.network_return import found_no_network

        # What was found without a network is found anew.
        plan = self._state.plan if self._last is None or not found_no_network(self._last) else None
        self._page.begin(self._state.account.expected() or draft, kept=keep)
        self._running = self._jobs.start(
            partial(_check, draft, plan, keep, refused), self._done, self._failed, self._page.on_progress
        )
        self.begun.emit(draft)

    def stop(self) -> None:
        """Ends the check that runs, or the wait for the network, if there is one."""
        for job in (self._running, self._waiting):
            if job is not None:
                job.cancel()
        self._running = self._waiting = None

    def take_over(self, before: Checking) -> None:
        """What another one proved need not be proven again."""
        self._last = before._page.result or before._last

    def forget(self) -> None:
        """Another account begins."""
        self.stop()
        self._last = None

    @property
    def has_result(self) -> bool:
        """Whether there was a check, whose settings a remedy can change."""
        return (self._page.result or self._last) is not None

    def apply(self, diagnosis: Diagnosis, remedy: Remedy) -> None:
        """Changes the settings as the remedy says and checks them; without a check there is nothing to change."""
        before = self._page.result or self._last
        if before is None:
            return
        self._last = before

        async def apply(session: SetupSession, _: Listener) -> AccountDraft:
            """The account with the remedy applied."""
            return session.apply(remedy, diagnosis, before)

        self._jobs.start(apply, self._applied, lambda sentence: self._page.tell(sentence, urgent=True))

    def sign_in_again(self) -> None:
        """Signs in in the browser, then checks, with what came of it."""
        self._browser.begin(self.check, self.check)

    def _enter(self) -> None:
        if self._state.result is None:
            self.check()

    def _leave(self) -> None:
        page = self._window.current_page()
        is_before = page is not None and self._window.pages.index(page) < self._window.pages.index(self._page)
        if is_before and self._running is not None:
            self._page.leave()
        if is_before:
            self.stop()

    def _done(self, result: CheckResult) -> None:
        self._last = result
        self._state.set_result(result)
        self._page.show_result(result)
        self._wait_for_network(result)
        self.ended.emit(result)

    def _wait_for_network(self, result: CheckResult) -> None:
        """Checks again by itself once there is a network, as long as this is what the page shows."""
        from wizard.setup.network_return import found_no_network

        if not found_no_network(result):
            return

        async def wait(session: SetupSession, _: Listener) -> None:
            await session.wait_for_network(result)

        def is_back(_: None) -> None:
            if self._page.result is result and self._window.current_page() is self._page:
                self.check()

        # Whoever does not wait for it presses the button.
        self._waiting = self._jobs.start(wait, is_back, lambda _: None)
        self._page.tell_observed(*result.observed, tr("The check begins again by itself once there is a network."))

    def _failed(self, sentence: str) -> None:
        self._page.show_stopped()
        self._page.tell(sentence, urgent=True)

    def _accept(self) -> None:
        """The proven settings are the account now; the step list says so."""
        if self._page.result is not None:
            self._state.set_result(self._page.result)

    def _applied(self, draft: AccountDraft) -> None:
        self._state.set_draft(draft)
        self.check()


async def _check(
    draft: AccountDraft,
    plan: Plan | None,
    keep: CheckResult | None,
    refused: SignInRefused | None,
    session: SetupSession,
    listener: Listener,
) -> CheckResult:
    """The check, or what can be proven where there is nothing to sign in with."""
    why = refused or _no_client_id(draft, plan)
    if why is not None:
        return await session.check_without_token(draft, why, plan=plan, listener=listener)
    return await session.check(draft, plan=plan, previous=keep, listener=listener)


def _no_client_id(draft: AccountDraft, plan: Plan | None) -> SignInRefused | None:
    """Why there is nothing to sign in with, where the browser is the only way and nobody registered a client id."""
    provider = plan.provider if plan is not None else None
    if provider is None or not needs.wants_browser(provider) or draft.oauth_token or draft.secret:
        return None
    from wizard.model.refusal import Refusal
    from wizard.signin.refusals import SignInRefused

    return SignInRefused(Refusal.CLIENT_ID_MISSING, provider=provider.spoken_name)


def _still_holds(result: CheckResult, now: AccountDraft) -> CheckResult | None:
    """What of an earlier check may still be true of the account; sending is not, once it has another password."""
    before = result.draft
    if (before.address, before.secret, before.oauth_token) != (now.address, now.secret, now.oauth_token):
        return None
    return result if before.outgoing_secret == now.outgoing_secret else replace(result, outgoing=None)
