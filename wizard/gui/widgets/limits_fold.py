"""What an account may send, behind a fold: who sends like most people never meets it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.gui.widgets.fold import FoldArea, FoldButton
from wizard.gui.widgets.label import Label
from wizard.language import tr_context


class LimitsFold(QWidget):
    """A button that opens one sentence."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = FoldButton(tr_context("heading", "Limits"))
        self.button.setObjectName("show-limits")
        self.label = Label("", tone="ink2", wrap=True)
        self.area = FoldArea()
        self.area.box.setContentsMargins(self.button.padding, 0, self.button.padding, 0)
        self.area.box.addWidget(self.label)
        self.button.turned.connect(self.area.set_open)
        column = QVBoxLayout(self)
        column.setContentsMargins(20 - self.button.padding, 0, 20 - self.button.padding, 0)
        column.setSpacing(0)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self.area)

    def say(self, sentence: str) -> None:
        """Shows the button where there is a sentence, folded."""
        if sentence != self.label.text():
            self.label.setText(sentence)
            self.button.turn(False)
        self.setVisible(bool(sentence))
