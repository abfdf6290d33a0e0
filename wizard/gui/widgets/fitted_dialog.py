"""A dialog of a few sentences, as high as they are at its width."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from wizard.gui import theme


class FittedDialog(QDialog):
    """`width` is that at the usual font; Qt by itself would take the height of text that does not wrap."""

    def __init__(self, width: int, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual_width = width

    def showEvent(self, event: QShowEvent) -> None:
        """All is in it by now."""
        width = round(self._usual_width * min(theme.current().scale, 1.4))
        layout = self.layout()
        if layout is not None:
            self.resize(width, layout.totalHeightForWidth(width))
        super().showEvent(event)
