"""What happens when: takes the pages' wishes to the engine and its answers to the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication

from wizard.gui.state import WizardState
from wizard.model.diagnosis import CopyText, Diagnosis, EditField, OpenUrl, Remedy, SignIn

if TYPE_CHECKING:
    from wizard.gui.bridge import Job
    from wizard.gui.engine import Work
    from wizard.gui.pages.account_page import AccountPage
    from wizard.gui.pages.check_page import CheckPage
    from wizard.gui.pages.settings_page import SettingsPage
    from wizard.gui.window import WizardWindow
    from wizard.model.account import CheckResult
    from wizard.model.address import Address
    from wizard.model.draft import AccountDraft
    from wizard.model.plan import Plan
    from wizard.model.progress import Listener, Progress
    from wizard.setup.session import SetupSession


class Starts(Protocol):
    """What begins work in the engine; `Bridge` is one."""

    def start(
        self,
        work: Work[Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[str], None],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Job:
        """Begins `work`."""


class Flow(QObject):
    """Connects pages, state and engine; before `attach` wishes wait, so that pages can be used from the first paint."""

    sign_in_wanted = Signal()

    def __init__(self, state: WizardState, window: WizardWindow) -> None:
        super().__init__(window)
        self._state = state
        self._window = window
        self._bridge: Starts | None = None
        self._waiting: list[Callable[[], None]] = []
        self._looking: Job | None = None
        self._running: Job | None = None
        window.closing.connect(self._close)

    def attach(self, bridge: Starts) -> None:
        """The engine is there: what was wished for meanwhile begins."""
        self._bridge = bridge
        waiting, self._waiting = self._waiting, []
        for begin in waiting:
            begin()

    # Step 1 and 2

    def serve_account(self, page: AccountPage, settings: SettingsPage) -> None:
        """Looks settings up as soon as there is an address."""

        def discover(address: Address, ask_nobody: bool) -> None:
            if self._looking is not None:
                self._looking.cancel()

            def found(plan: Plan) -> None:
                if self._state.address == address:
                    self._state.set_plan(plan)

            def failed(sentence: str) -> None:
                page.discovery_failed(sentence)
                settings.discovery_failed(sentence)

            def begin() -> None:
                self._looking = self._start(
                    lambda session, listener: session.discover(address, ask_nobody=ask_nobody, listener=listener),
                    found,
                    failed,
                )

            self._when_ready(begin)

        page.discover.connect(discover)

    # Step 3

    def serve_check(self, page: CheckPage) -> None:
        """Checks when the page is entered, and does what its cards offer."""
        page.entered.connect(lambda: self._enter_check(page))
        page.stop_requested.connect(self._stop)
        page.check_again_requested.connect(lambda: self._check(page, keep=self._state.result))
        page.fix_accepted.connect(lambda _diagnosis, _remedy: self._accept(page))
        page.remedy_chosen.connect(lambda diagnosis, remedy: self._apply(page, diagnosis, remedy))

    def _enter_check(self, page: CheckPage) -> None:
        if self._state.result is None:
            self._check(page, keep=None)

    def _check(self, page: CheckPage, *, keep: CheckResult | None) -> None:
        draft = self._state.draft()
        if draft is None:
            return
        self._stop()
        page.begin(draft, kept=keep)
        plan = self._state.plan

        def done(result: CheckResult) -> None:
            self._state.set_result(result)
            page.show_result(result)

        def failed(sentence: str) -> None:
            page.show_stopped()
            page.tell(sentence, urgent=True)

        self._running = self._start(
            lambda session, listener: session.check(draft, plan=plan, previous=keep, listener=listener),
            done,
            failed,
            page.on_progress,
        )

    def _accept(self, page: CheckPage) -> None:
        """The proven settings are the account now; the step list says so."""
        if page.result is not None:
            self._state.set_result(page.result)

    def _apply(self, page: CheckPage, diagnosis: Diagnosis, remedy: Remedy) -> None:
        """Does what a remedy says."""
        result = page.result or self._state.result
        match remedy.action:
            case OpenUrl(url):
                open_page(url)
            case CopyText(text):
                copy_text(text)
                page.tell("Copied.")
            case EditField(field):
                self.edit(field)
            case SignIn():
                self.sign_in_wanted.emit()
            case _ if result is not None:
                before = result

                async def apply(session: SetupSession, _: Listener) -> AccountDraft:
                    return session.apply(remedy, diagnosis, before)

                def applied(draft: AccountDraft) -> None:
                    self._state.set_draft(draft)
                    self._check(page, keep=before)

                self._start(apply, applied, lambda sentence: page.tell(sentence, urgent=True))

    def edit(self, field: str) -> None:
        """Goes back to the field, with the cursor in it; what was typed is still there."""
        side, _, part = field.partition("-")
        name = "settings" if part else "account"
        self._state.forget_result()
        self._window.go_back_to(name)
        page = self._window.current_page()
        focus = getattr(page, "edit", None)
        if focus is not None:
            focus(side, part or None)

    # What all of them share

    def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _when_ready(self, begin: Callable[[], None]) -> None:
        if self._bridge is not None:
            begin()
        else:
            self._waiting = [begin]

    def _start(
        self,
        work: Work[Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[str], None],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Job:
        if self._bridge is None:
            raise RuntimeError("the engine is not attached yet")
        return self._bridge.start(work, on_done, on_error, on_progress)

    def _close(self) -> None:
        for job in (self._looking, self._running):
            if job is not None:
                job.cancel()


def open_page(url: str) -> None:
    """Opens a provider's page in the browser; nothing but https."""
    if url.startswith("https://"):
        QDesktopServices.openUrl(QUrl(url))


def copy_text(text: str) -> None:
    """Puts a text into the clipboard."""
    QGuiApplication.clipboard().setText(text)
