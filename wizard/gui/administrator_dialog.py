"""A message to the administrator, written out and ready to copy: what happened, what was said, what to change."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from wizard.gui import theme
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import SecondaryButton
from wizard.gui.widgets.dialog_buttons import CopyButton, closing_row
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.scroll_page import ScrollBar
from wizard.gui.widgets.surfaces import InputBox
from wizard.handover.administrator_message import mailto
from wizard.language import tr


class AdministratorDialog(QDialog):
    """Shows the message; it can be changed before it is copied."""

    def __init__(self, message: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("administrator-dialog")
        self.setWindowTitle(tr("Ask your administrator"))
        self.text = QPlainTextEdit(message)
        self.text.setObjectName("administrator-message")
        self.text.setAccessibleName(tr("Message to your administrator"))
        self.text.setTabChangesFocus(True)
        self.text.setVerticalScrollBar(ScrollBar())
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setFont(theme.font(Role.BODY))
        box = InputBox(self.text)

        self.copy = CopyButton(tr("Copy message"), self.text.toPlainText, "copy:administrator-message")
        self.write = SecondaryButton(tr("Write an email"), "mail")
        self.write.setObjectName("write-email")
        self.write.clicked.connect(self._write)

        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(Heading(tr("A message you can send on")))
        hint = tr("It says what happened and what to change. Your password is not in it.")
        column.addWidget(Paragraph(hint, tone="ink2"))
        column.addWidget(box, 1)
        row = closing_row(self, self.copy)
        row.insertWidget(0, self.write)
        column.addLayout(row)
        self.resize(620, 520)

    def _write(self) -> None:
        letter = self.text.toPlainText()
        QGuiApplication.clipboard().setText(letter)
        QDesktopServices.openUrl(QUrl(mailto(letter)))
