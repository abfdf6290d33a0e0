"""What a remedy's button does, whatever card or dialog it stands on: the one place where actions are carried out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from wizard.language import tr
from wizard.model.diagnosis import (
    AskAdministrator,
    ChangeSettings,
    CopyText,
    Diagnosis,
    EditField,
    Field,
    OpenUrl,
    Remedy,
    SignIn,
    TrustCertificate,
    TryAgain,
    Wait,
)

if TYPE_CHECKING:
    from wizard.gui.checking import Checking
    from wizard.gui.pages.account_page import AccountPage
    from wizard.gui.pages.settings_page import SettingsPage
    from wizard.gui.pages.test_page import TestPage
    from wizard.gui.state import WizardState
    from wizard.gui.window import WizardWindow
    from wizard.model.server import ServerCandidate


class Actions(QObject):
    """Carries remedies out; settings are changed and proven on the Check page, wherever the card stood."""

    def __init__(
        self,
        state: WizardState,
        window: WizardWindow,
        account: AccountPage,
        settings: SettingsPage,
        test: TestPage,
        checking: Checking,
    ) -> None:
        super().__init__(window)
        self._state, self._window, self._checking = state, window, checking
        self._account, self._settings, self._test = account, settings, test

    def do(self, diagnosis: Diagnosis, remedy: Remedy) -> None:
        """Does what the remedy says."""
        match remedy.action:
            case OpenUrl(url):
                open_page(url)
            case CopyText(text):
                self._copy(text)
            case AskAdministrator():
                self.ask_administrator(diagnosis)
            case EditField(field, server):
                self.edit(field, server)
            case SignIn():
                self._window.go_back_to("check")
                self._checking.sign_in_again()
            case ChangeSettings() | TryAgain() | TrustCertificate() | Wait():
                self._window.go_back_to("check")
                self._checking.apply(diagnosis, remedy)
            case _:
                assert_never(remedy.action)

    def edit(self, field: Field, server: ServerCandidate | None = None) -> None:
        """Goes back to the field, with the cursor in it; what was typed, and what was proven, is still there.

        `server` stands around the field, and its login is one of its own.
        """
        match field:
            case Field.ADDRESS | Field.PASSWORD:
                self._go_back_to_account(field)
            case (
                Field.INCOMING_HOST
                | Field.INCOMING_PORT
                | Field.INCOMING_USERNAME
                | Field.OUTGOING_HOST
                | Field.OUTGOING_PORT
                | Field.OUTGOING_USERNAME
            ):
                self._state.forget_result()
                self._window.go_back_to(self._settings.name)
                self._settings.edit(field, server)
            case Field.RECIPIENT | Field.TEST_TO:
                self._window.go_back_to(self._test.name)
                if self._window.current_page() is self._test:
                    self._test.edit(field)
                else:  # before the test message the only recipient is the account itself
                    self._go_back_to_account(Field.ADDRESS)
            case _:
                assert_never(field)

    def ask_administrator(self, diagnosis: Diagnosis) -> None:
        """Shows the letter for whoever runs the server."""
        from wizard.handover.administrator_message import administrator_letter

        result = self._state.result
        self.show_message(lambda: str(administrator_letter(diagnosis, result)))

    def show_message(self, write: Callable[[], str]) -> None:
        """Shows the message for whoever runs the server or keeps the domain, to be changed and copied."""
        from wizard.gui.administrator_dialog import AdministratorDialog

        dialog = AdministratorDialog(write, self._state.letter_language, parent=self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _go_back_to_account(self, field: Field) -> None:
        self._state.forget_result()
        self._window.go_back_to(self._account.name)
        self._account.edit(field)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        page = self._window.current_page()
        if page is not None:
            page.tell(tr("Copied."))


def open_page(url: str) -> None:
    """Opens a provider's page in the browser; nothing but https."""
    if url.startswith("https://"):
        QDesktopServices.openUrl(QUrl(url))
