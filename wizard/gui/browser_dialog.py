"""Waits with the person while they sign in in the browser."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui.accessibility import announce
from wizard.gui.widgets.buttons import SecondaryButton
from wizard.gui.widgets.fitted_dialog import FittedDialog
from wizard.gui.widgets.fold import WrappingLinkButton
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.language import tr


class BrowserDialog(FittedDialog):
    """Opens the sign-in's page when it is told which; closing the dialog gives the sign-in up.

    `page_found` may be emitted in any thread.
    """

    page_found = Signal(str)
    is_waiting = True

    def __init__(self, provider: str | None, address: str, *, parent: QWidget | None = None) -> None:
        super().__init__(520, parent=parent)
        self.setObjectName("browser-dialog")
        self.setWindowTitle(tr("Sign in in the browser"))
        self._url: str | None = None
        self.heading = Heading(
            tr("Sign in at {provider} in your browser", provider=provider)
            if provider is not None
            else tr("Sign in at your provider in your browser")
        )
        what = tr(
            "Choose {address} there and allow the access. Then come back: this goes on by itself.", address=address
        )
        self.sentence = Paragraph(what, tone="ink2")
        self.copy = WrappingLinkButton(tr("The browser did not open? Copy the address of the page"), "copy")
        self.copy.setObjectName("copy-page")
        self.copy.setEnabled(False)
        self.copy.clicked.connect(self._copy)
        cancel = SecondaryButton(tr("Cancel"))
        cancel.setObjectName("close")
        cancel.clicked.connect(self.reject)
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(self.heading)
        words.addWidget(self.sentence)
        words.addSpacing(4)
        words.addWidget(self.copy)
        row = QHBoxLayout()
        row.setSpacing(12)
        disc = QVBoxLayout()
        disc.addWidget(StateDisc(DiscState.TRYING, 22))
        disc.addStretch(1)
        row.addLayout(disc)
        row.addLayout(words, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        self.body.addLayout(row)
        self.add_buttons(buttons)
        self.page_found.connect(self._open)

    def _open(self, url: str) -> None:
        self._url = url
        self.copy.setEnabled(True)
        QDesktopServices.openUrl(QUrl(url))

    def _copy(self) -> None:
        if self._url is not None:
            QGuiApplication.clipboard().setText(self._url)
            self.copy.setText(tr("Copied: open it in any browser on this computer"))
            self.copy.set_icon("check")
            announce(self, tr("Copied."))
