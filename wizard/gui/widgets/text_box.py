"""A box for several lines of text, such as a pasted error."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from wizard.gui import theme
from wizard.gui.theme import Role
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.surfaces import InputBox


class TextBox(QWidget):
    """A labelled box; Tab leaves it. What is pasted comes in as plain text."""

    def __init__(self, label: str, *, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.input = QPlainTextEdit()
        self.input.setFrameShape(QFrame.Shape.NoFrame)
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
        self.input.setFont(theme.font(Role.BODY))
        palette = QPalette(self.input.palette())
        palette.setColor(QPalette.ColorRole.Base, theme.tokens().card)
        palette.setColor(QPalette.ColorRole.Text, theme.tokens().ink)
        palette.setColor(QPalette.ColorRole.PlaceholderText, theme.tokens().ink2)
        self.input.setPalette(palette)
