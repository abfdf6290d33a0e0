"""A switch: on or off."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from wizard.gui import theme
from wizard.gui.reading import placed, placed_rect
from wizard.gui.theme import Role
from wizard.gui.widgets import focus_ring

_AFTER_FIRST_PAINT_MS: Final = 100


class Switch(QCheckBox):
    """On or off, with its words behind it; `small` is the one that stands in a line of small text."""

    def __init__(self, text: str, *, small: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._small = small
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._retheme()
        theme.current().changed.connect(self._retheme)
        # After the first paint, which has a switch in it: what tells the style's place takes long to load.
        QTimer.singleShot(_AFTER_FIRST_PAINT_MS, self, self._tell_whole_rect)

    def _tell_whole_rect(self) -> None:
        from wizard.gui.widgets.whole_rect import tell_whole_rect

        tell_whole_rect(self)

    def _track(self) -> QSize:
        return QSize(theme.mark(28), theme.mark(16)) if self._small else QSize(theme.mark(40), theme.mark(22))

    def sizeHint(self) -> QSize:
        """Track, gap and words."""
        metrics = QFontMetrics(self.font())
        track = self._track()
        gap = 8 if self._small else 12
        return QSize(
            track.width() + gap + theme.text_width(self.font(), self.text()), max(track.height(), metrics.height(), 24)
        )

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """Words count as well as the track."""
        return self.rect().contains(pos)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Nothing: who clicks twice means once, and the second click would take back what the first one did."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows where the keyboard is."""
        super().focusInEvent(event)
        focus_ring.show_for(self, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, knob, words."""
        tokens = theme.tokens()
        painter = QPainter(self)
        track = self._track()
        top = (self.height() - track.height()) / 2
        rect = QRectF(placed(self, 0, track.width()), top, track.width(), track.height())
        on = self.isChecked()
        if on:
            theme.rounded(painter, rect, track.height() / 2, tokens.fill)
        else:
            theme.rounded(painter, rect, track.height() / 2, tokens.card, tokens.edge)
        knob = track.height() - 6 if on else track.height() * 0.56
        inset = (track.height() - knob) / 2
        left = track.width() - knob - inset if on else inset
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.fill_ink if on else tokens.edge)
        painter.drawEllipse(QRectF(placed(self, left, knob), top + inset, knob, knob))
        painter.setPen(tokens.ink if self.isEnabled() else tokens.off)
        painter.setFont(self.font())
        start = track.width() + (8 if self._small else 12)
        area = placed_rect(self, QRectF(start, 0, self.width() - start, self.height()))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), self.text())

    def _retheme(self) -> None:
        self.setFont(theme.font(Role.SMALL_LABEL if self._small else Role.LABEL))
        self.updateGeometry()
        self.update()
