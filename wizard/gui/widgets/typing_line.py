"""A line to type in, whose text is selected once the keyboard has come to it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

BY_KEYBOARD: Final = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class TypingLine(QLineEdit):
    """What is typed next replaces what stands there, for who comes by the keyboard.

    Qt selects it before it says where the focus went, and a screen reader that hears of the cursor first takes that for
    the news and does not say the field's name: Orca 43 with any field of Qt's.
    """

    selects_for: tuple[Qt.FocusReason, ...] = BY_KEYBOARD

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._to_select = ""  # what stood there when the keyboard came
        self.setFrame(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Selects all a turn later, where somebody comes by the keyboard."""
        if event.reason() not in self.selects_for:
            super().focusInEvent(event)
            return
        super().focusInEvent(QFocusEvent(event.type(), Qt.FocusReason.OtherFocusReason))
        self._to_select = self.text()
        QTimer.singleShot(0, self, self._select_all)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nothing is selected any more where the keyboard has gone on."""
        self._to_select = ""
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What is typed replaces what stands there, also where it comes with the Tab, as from a password manager."""
        self._select_all()
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Likewise."""
        if event.commitString() or event.preeditString():
            self._select_all()
        super().inputMethodEvent(event)

    def _select_all(self) -> None:
        text, self._to_select = self._to_select, ""
        if text and text == self.text():
            self.selectAll()
