"""A box for several lines of text, such as a pasted error."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QPalette, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from wizard.gui import theme
from wizard.gui.dropped import names_files
from wizard.gui.theme import Role
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.scroll_page import ScrollBar
from wizard.gui.widgets.selectable import fixed_width
from wizard.gui.widgets.surfaces import InputBox

MOST: Final = 2_000_000  # characters of what is pasted: more than anybody reads of it
_LONG_WORD: Final = re.compile(r"\S{2000}")


class _Lines(QPlainTextEdit):
    """Takes in text, and no files: what lies around it may know what to do with them."""

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return not names_files(source) and super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()[:MOST]
        if _LONG_WORD.search(text):  # Qt looks for the end of such a word again at every line: a window that hangs
            self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.textCursor().insertText(text)
        self.ensureCursorVisible()


class TextBox(QWidget):
    """A labelled box; Tab leaves it. What is pasted comes in as plain text.

    `columns` is for text whose columns are made of blanks: letters of one width.
    """

    def __init__(
        self, label: str, *, placeholder: str = "", columns: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._columns = columns
        self.input: QPlainTextEdit = _Lines()
        self.input.setFrameShape(QFrame.Shape.NoFrame)
        self.input.setVerticalScrollBar(ScrollBar())
        self.input.setTabChangesFocus(True)
        self.input.setPlaceholderText(placeholder)
        self.input.setAccessibleName(label)
        self.input.setAccessibleDescription(placeholder)
        self.label = Label(label, Role.LABEL)
        self.label.setBuddy(self.input)
        box = InputBox(self.input)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.label)
        column.addWidget(box, 1)
        self._retheme()
        theme.current().changed.connect(self._retheme)

    def text(self) -> str:
        """What stands in it."""
        return self.input.toPlainText()

    def _retheme(self) -> None:
        self.input.setFont(fixed_width(theme.font(Role.SMALL)) if self._columns else theme.font(Role.BODY))
        palette = QPalette(self.input.palette())
        palette.setColor(QPalette.ColorRole.Base, theme.tokens().card)
        palette.setColor(QPalette.ColorRole.Text, theme.tokens().ink)
        palette.setColor(QPalette.ColorRole.PlaceholderText, theme.tokens().ink2)
        self.input.setPalette(palette)
