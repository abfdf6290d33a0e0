"""Which page comes next: two presses where all goes well, every step for whoever wants each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from wizard.gui import trip_words
from wizard.model.account import CheckResult, RoundTripStatus, Verdict

if TYPE_CHECKING:
    from wizard.gui.pages.account_page import AccountPage
    from wizard.gui.pages.page import Page
    from wizard.gui.pages.settings_page import SettingsPage
    from wizard.gui.pages.test_page import TestPage
    from wizard.gui.state import WizardState
    from wizard.gui.window import WizardWindow

SEEN_MS: Final = 700  # long enough to see what a page says before the next one comes by itself


class Route(QObject):
    """Passes over pages with nothing to decide, and goes on by itself from what is proven.

    A page is left by itself only while it is the one that shows: whoever goes back, stops or looks elsewhere is left
    there.
    """

    def __init__(
        self, state: WizardState, window: WizardWindow, account: AccountPage, settings: SettingsPage, test: TestPage
    ) -> None:
        super().__init__(window)
        self._state, self._window = state, window
        self._account, self._settings, self._test = account, settings, test
        window.following = self._following
        account.servers_seen.connect(window.next)
        account.edit_servers.connect(lambda: window.go_on_to(settings.name))

    def checked(self, result: CheckResult) -> None:
        """A check ended: where nothing has to be said, the next page comes by itself."""
        if result.verdict is Verdict.WORKS and not result.diagnoses and result.verified_account() is not None:
            self._go_on_from("check", SEEN_MS)

    def entered_test(self) -> None:
        """The test message is part of the run: it is sent by itself, once for one account."""
        if not self._state.every_step and self._state.sends_test:
            self._test.send_by_itself()

    def tested(self, result: CheckResult) -> None:
        """A message came back: where nothing has to be said about it, the last page comes by itself."""
        trip = result.round_trip
        if trip.status is RoundTripStatus.ARRIVED and not trip.told and not trip_words.wants_administrator(trip):
            self._go_on_from("test", 0)  # all there is to say stands on the last page

    def _following(self, page: Page) -> str:
        every = self._state.every_step
        if page is self._account:
            return "settings" if every or self._settings.has_to_decide else "check"
        if page.name == "settings":
            return "check"
        return "test" if page.name == "check" and (every or self._state.sends_test) else "done"

    def _go_on_from(self, name: str, after_ms: int) -> None:
        if self._state.every_step:
            return
        result = self._state.result

        def go_on() -> None:
            page = self._window.current_page()
            is_there = page is not None and page.name == name and self._window.isVisible()
            if is_there and self._state.result is result and QApplication.activeModalWidget() is None:
                self._window.next()

        QTimer.singleShot(after_ms, self, go_on)
