"""The sign-in in the browser, from the wish to the token in the state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from wizard.gui.browser_dialog import BrowserDialog
    from wizard.gui.jobs import Jobs
    from wizard.gui.state import WizardState
    from wizard.gui.window import WizardWindow
    from wizard.model.draft import AccountDraft
    from wizard.model.plan import Plan
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession
    from wizard.signin.refusals import SignInRefused


class BrowserSignIn(QObject):
    """Shows the dialog that waits with the person, and keeps the token they come back with."""

    def __init__(self, state: WizardState, window: WizardWindow, jobs: Jobs, say: Callable[[str], None]) -> None:
        super().__init__(window)
        self._state, self._window, self._jobs, self._say = state, window, jobs, say

    def begin(self, on_token: Callable[[], None], on_refused: Callable[[SignInRefused], None]) -> None:
        """Signs in; with a token in the state, or with the provider's refusal, it goes on."""
        draft, plan = self._state.draft(), self._state.plan
        if draft is None:
            return
        from wizard.gui.browser_dialog import BrowserDialog

        provider = plan.provider if plan is not None else None
        name = provider.spoken_name if provider is not None else None
        dialog = BrowserDialog(name, str(draft.address), parent=self._window)
        job = self._jobs.start(
            partial(_sign_in, draft, plan, dialog.page_found.emit),
            partial(self._ended, dialog, on_token, on_refused),
            partial(self._failed, dialog),
        )
        dialog.rejected.connect(job.cancel)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ended(
        self,
        dialog: BrowserDialog,
        on_token: Callable[[], None],
        on_refused: Callable[[SignInRefused], None],
        outcome: AccountDraft | SignInRefused,
    ) -> None:
        from wizard.model.draft import AccountDraft

        dialog.accept()
        self._window.activateWindow()
        if isinstance(outcome, AccountDraft):
            self._state.set_token(outcome.oauth_token)
            on_token()
        else:
            on_refused(outcome)

    def _failed(self, dialog: BrowserDialog, sentence: str) -> None:
        dialog.accept()
        self._say(sentence)


async def _sign_in(
    draft: AccountDraft, plan: Plan | None, open_browser: Callable[[str], None], session: SetupSession, _: Listener
) -> AccountDraft | SignInRefused:
    """The account with its token, or the refusal as something to show."""
    from wizard.signin.refusals import SignInRefused

    try:
        return await session.sign_in(draft, plan=plan, open_browser=open_browser)
    except SignInRefused as refused:
        return refused
