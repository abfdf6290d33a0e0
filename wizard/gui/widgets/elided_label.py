"""A text on one line that is never cut off: where there is no room for all of it, its middle is left out."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QWidget

from wizard.gui import theme
from wizard.gui.theme import Role
from wizard.gui.widgets.label import Label


class ElidedLabel(Label):
    """Begin and end of a name or an address stay; the whole of it is in the tool tip and for screen readers."""

    def __init__(self, role: Role = Role.BODY, tone: str = "ink", *, parent: QWidget | None = None) -> None:
        self._whole = ""
        super().__init__("", role, tone, parent=parent)

    @property
    def whole(self) -> str:
        """The text without anything left out."""
        return self._whole

    def set_whole(self, text: str) -> None:
        """Shows this text, as much of it as there is room for."""
        self._whole = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._show_what_fits()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        # Half a pixel that Qt rounds away is enough for it to leave something out.
        width = ceil(QFontMetricsF(self.font()).horizontalAdvance(self._whole))
        return QSize(max(width, theme.text_width(self.font(), self._whole)), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less of it fits."""
        super().resizeEvent(event)
        self._show_what_fits()

    def _retheme(self) -> None:
        super()._retheme()
        self._show_what_fits()

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self.font())

    def _show_what_fits(self) -> None:
        fits = self._metrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, self.width())
        if fits != self.text():
            self.setText(fits)
        # What is copied by hand is the whole text or nothing.
        can_select = Qt.TextInteractionFlag.TextSelectableByMouse
        self.setTextInteractionFlags(can_select if fits == self._whole else Qt.TextInteractionFlag.NoTextInteraction)
