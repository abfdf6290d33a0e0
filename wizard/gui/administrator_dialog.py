"""A message to the administrator, written out and ready to copy: what happened, what was said, what to change."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from wizard.gui import languages, theme
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import SecondaryButton
from wizard.gui.widgets.choices import ChoiceField
from wizard.gui.widgets.dialog import Dialog
from wizard.gui.widgets.dialog_buttons import CopyButton, closing_row
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.scroll_page import ScrollBar
from wizard.gui.widgets.surfaces import InputBox
from wizard.handover.administrator_message import mailto
from wizard.language import RIGHT_TO_LEFT, spoken, tr
from wizard.language.choice import LANGUAGES, said_in


class AdministratorDialog(Dialog):
    """Shows the message; it can be changed before it is copied.

    Args:
        write: the message, in whatever language is spoken while it is called.
        language: that of its reader, where a helpdesk pack names one; the person's own when left out.
    """

    def __init__(self, write: Callable[[], str], language: str | None = None, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = write
        self.setObjectName("administrator-dialog")
        self.setWindowTitle(tr("Ask your administrator"))
        self.language = ChoiceField(tr("Language of the message"))
        self.language.choice.setObjectName("letter-language")
        for tag, name in LANGUAGES.items():
            if languages.missing_font(tag) is None:
                self.language.choice.addItem(name, tag)
        self.text = QPlainTextEdit()
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
        column.addWidget(self.language)
        column.addWidget(box, 1)
        row = closing_row(self, self.copy)
        row.insertWidget(0, self.write)
        column.addLayout(row)
        self.resize(620, 560)
        self._begin_in(language, spoken())
        self.language.choice.currentIndexChanged.connect(self._say)
        self.copy.setFocus()

    def _begin_in(self, *wanted: str | None) -> None:
        """In the first of these that can be read here, else in English."""
        places = [place for tag in wanted if (place := self.language.choice.findData(tag)) >= 0]
        self.language.choice.setCurrentIndex(next(iter(places), 0))
        self._say()
        self.text.document().clearUndoRedoStacks()
        self.text.moveCursor(QTextCursor.MoveOperation.Start)

    def _say(self) -> None:
        """Writes the message in the language that is chosen; Undo brings back what the person wrote into the last."""
        with said_in(self._tag()):
            message = self._make()
        cursor = self.text.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(message)
        self.text.document().setModified(False)
        is_mirrored = self._tag() in RIGHT_TO_LEFT
        self.text.setLayoutDirection(Qt.LayoutDirection.RightToLeft if is_mirrored else Qt.LayoutDirection.LeftToRight)

    def _tag(self) -> str:
        return str(self.language.choice.currentData())

    def _write(self) -> None:
        letter = self.text.toPlainText()
        QGuiApplication.clipboard().setText(letter)
        QDesktopServices.openUrl(QUrl(mailto(letter, self._tag())))
