"""Settings the person has already: pasted, or in a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui import theme
from wizard.gui.accessibility import announce
from wizard.gui.dropped import files_of, names_files
from wizard.gui.widgets.buttons import PrimaryButton, SecondaryButton
from wizard.gui.widgets.choices import ChoiceField
from wizard.gui.widgets.dialog import Dialog
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.text_box import TextBox
from wizard.handover.targets import target
from wizard.language import tr, tr_later, tr_plural

if TYPE_CHECKING:
    from wizard.handover.programs.found import FoundAccount

_KINDS = tr_later("Settings (*.mobileconfig *.xml *.json *.html *.eml *.txt);;All files (*)")


class BringDialog(Dialog):
    """`pasted` carries the text, `file_chosen` a path; `show_failure` says why neither could be used.

    `account_chosen` carries a FoundAccount of those that `offer_accounts` was given.
    """

    pasted = Signal(str)
    file_chosen = Signal(str)
    account_chosen = Signal(object)

    def __init__(self, folder: str, *, parent: QWidget) -> None:
        super().__init__(parent)
        self._folder = folder
        self.setObjectName("bring-dialog")
        self.setWindowTitle(tr("Settings you have"))
        self.resize(QSize(600, 440))
        self.box = TextBox(
            tr("Settings"), placeholder=tr("Paste the lines or the whole message that names the servers.")
        )
        self.use = PrimaryButton(tr("Use these"))
        self.use.setObjectName("use-brought")
        self.use.setEnabled(False)
        self.use.setDefault(True)
        self.use.clicked.connect(lambda: self.pasted.emit(self.box.text()))
        self.open_file = SecondaryButton(tr("Open a file…"), "file")
        self.open_file.setObjectName("open-brought")
        self.open_file.clicked.connect(self._choose_file)
        close = SecondaryButton(tr("Close"))
        close.setObjectName("close")
        close.clicked.connect(self.reject)
        self.found = ChoiceField(tr("In a mail program on this computer"))
        self.found.choice.setObjectName("found-account")
        self.use_found = SecondaryButton(tr("Use this one"), "users")
        self.use_found.setObjectName("use-found")
        self.use_found.clicked.connect(self._choose_account)
        self._accounts: tuple[FoundAccount, ...] = ()
        self._found_row = QWidget()
        is_large = theme.current().scale > 1.5
        found_row = QBoxLayout(
            QBoxLayout.Direction.TopToBottom if is_large else QBoxLayout.Direction.LeftToRight, self._found_row
        )
        found_row.setContentsMargins(0, 0, 0, 0)
        found_row.setSpacing(8)
        found_row.addWidget(self.found, 1)
        found_row.addWidget(self.use_found, 0, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
        self._found_row.hide()
        self.note = Label("", tone="stop", wrap=True)
        self.note.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.open_file)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(Heading(tr("Settings you have")))
        column.addWidget(
            Paragraph(
                tr(
                    "A message from your provider, an autoconfig file, an Apple profile (.mobileconfig) or a saved "
                    "report. A password in it is not read."
                ),
                tone="ink2",
            )
        )
        column.addWidget(self._found_row)
        column.addWidget(self.box, 1)
        column.addWidget(self.note)
        column.addLayout(buttons)
        self.setAcceptDrops(True)
        self.box.input.textChanged.connect(lambda: self.use.setEnabled(bool(self.box.text().strip())))
        self.box.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file may be dropped anywhere on it."""
        if names_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """The file is read as one that was opened."""
        event.acceptProposedAction()
        self.file_chosen.emit(files_of(event.mimeData())[0])

    def offer_accounts(self, accounts: Sequence[FoundAccount]) -> None:
        """The accounts that mail programs of this computer have can be used as they are."""
        self._accounts = tuple(accounts)
        self.found.choice.clear()
        for account in accounts:
            name = target(account.program).name
            words = tr("{address} in {program}", address=account.address, program=name)
            self.found.choice.addItem(words, str(account.place))
        self._found_row.setVisible(bool(accounts))
        if accounts:
            self.resize(self.width(), self.height() + self._found_row.sizeHint().height() + 12)
            announce(self, tr_plural("{n} account was found.", "{n} accounts were found.", len(accounts)))

    def show_failure(self, sentence: str) -> None:
        """Says why it could not be used."""
        self.note.setText(sentence)
        self.note.show()
        announce(self, sentence, urgent=True)

    def _choose_account(self) -> None:
        self.account_chosen.emit(self._accounts[self.found.choice.currentIndex()])

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Open settings"), self._folder, tr(_KINDS))
        if path:
            self.file_chosen.emit(path)
