"""A dialog of a few sentences, as high as they are at its width."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui import theme
from wizard.gui.widgets.dialog import Dialog
from wizard.gui.widgets.scroll_page import ScrollPage

_EDGE: Final = 24
_BELOW: Final = 8  # room for the ring around what has the keyboard
_ABOVE_BUTTONS: Final = 8


class FittedDialog(Dialog):
    """`width` is that at the usual font. What is put into `body` scrolls where the screen is too low for all of it.

    Qt by itself would take the height of text that does not wrap.
    """

    def __init__(self, width: int, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual_width = width
        self._scroll = ScrollPage()
        self.body = self._scroll.body
        self.body.setContentsMargins(_EDGE, _EDGE, _EDGE, _BELOW)
        self.body.setSpacing(8)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 16)
        self._column.setSpacing(0)
        self._column.addWidget(self._scroll, 1)

    def add_buttons(self, row: QHBoxLayout) -> None:
        """The row of buttons, which stays where it is; last."""
        row.setContentsMargins(_EDGE, _ABOVE_BUTTONS, _EDGE, 0)
        self._column.addLayout(row)

    def showEvent(self, event: QShowEvent) -> None:
        """All is in it by now."""
        self.fit()
        super().showEvent(event)

    def fit(self) -> None:
        """Takes the height of what is in it."""
        width = min(round(self._usual_width * min(theme.current().scale, 1.4)), self.room().width())
        around = self._column.totalSizeHint().height() - self._scroll.sizeHint().height()
        self.resize(width, min(self.body.totalHeightForWidth(width) + around, self.room().height()))
