"""Three points in time on one line: sent, accepted by the server, arrived."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from wizard.gui import theme
from wizard.gui.lanes import State
from wizard.gui.reading import placed, placed_rect
from wizard.gui.widgets.marks import ArcClock, paint_mark
from wizard.gui.words import spoken_list, state_word

_APART: Final = 8  # pixels between two names, at the least


class Moment(Struct, frozen=True):
    """One point: what happened, when (as shown), and its state."""

    name: str
    word: str
    state: State


class Timeline(QLabel):
    """Shows moments beside each other as one reads, or below each other where there is no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName("timeline")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._moments: tuple[Moment, ...] = ()
        self._was_in_rows = False
        self._clock = ArcClock(self)
        self._clock.frame.connect(self._turn)

    @property
    def moments(self) -> tuple[Moment, ...]:
        """What is shown."""
        return self._moments

    def show_moments(self, moments: tuple[Moment, ...]) -> None:
        """Shows these moments."""
        self._moments = moments
        self._clock.run(any(moment.state is State.TRYING for moment in moments))
        self.setAccessibleName(spoken_list((each.name, each.word or state_word(each.state.value)) for each in moments))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Three columns, or as many rows."""
        name, small = (QFontMetricsF(theme.font(role)).height() for role in (theme.Role.LABEL, theme.Role.SMALL))
        small = small if any(moment.word for moment in self._moments) else 0.0
        if self._in_rows:
            return QSize(200, round(len(self._moments) * (name + small + 16)))
        return QSize(400, round(theme.mark(18) + 9 + name + 1 + small))

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for the smallest window."""
        return QSize(200, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may need rows, or leave them."""
        super().resizeEvent(event)
        if self._in_rows != self._was_in_rows:
            self._was_in_rows = self._in_rows
            self.updateGeometry()

    @property
    def _in_rows(self) -> bool:
        """Whether the names do not fit beside each other."""
        return theme.current().is_large or self._lefts() is None

    def _lefts(self) -> list[float] | None:
        """Where each stands in columns: at its usual place, or apart by what is left; `None` where they do not fit."""
        names = QFontMetricsF(theme.font(theme.Role.LABEL))
        widths = [names.horizontalAdvance(moment.name) + _APART for moment in self._moments]
        usual = [0.0, self.width() / 3, self.width() * 0.704][: len(widths)]
        ends = [*usual[1:], float(self.width())][: len(usual)]
        if all(left + wide <= end for left, wide, end in zip(usual, widths, ends, strict=True)):
            return usual
        spare = (self.width() - sum(widths)) / max(1, len(widths) - 1)
        return [sum(widths[:place]) + place * spare for place in range(len(widths))] if spare >= 0 else None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Marks, lines between them, names and times."""
        painter = QPainter(self)
        if self._in_rows:
            self._paint_rows(painter)
        else:
            self._paint_columns(painter)

    def _paint_columns(self, painter: QPainter) -> None:
        size, tokens = theme.mark(18), theme.tokens()
        name_font, small_font = theme.font(theme.Role.LABEL), theme.font(theme.Role.SMALL)
        name, small = QFontMetricsF(name_font), QFontMetricsF(small_font)
        lefts = self._lefts() or []
        for index, (moment, left) in enumerate(zip(self._moments, lefts, strict=False)):
            paint_mark(painter, QPointF(placed(self, left + size / 2), size / 2), size, moment.state, self._clock.turn)
            if index + 1 < len(self._moments):
                self._paint_line(
                    painter, left + size + 5, lefts[index + 1] - 5, size / 2, self._moments[index + 1].state
                )
            painter.setFont(name_font)
            painter.setPen(tokens.ink if moment.state is State.OK else tokens.ink2)
            top = size + 9.0
            painter.drawText(placed_rect(self, QRectF(left, top, self.width() - left, name.height())), 0, moment.name)
            painter.setFont(small_font)
            painter.setPen(tokens.ink2)
            painter.drawText(
                placed_rect(self, QRectF(left, top + name.height() + 1, self.width() - left, small.height())),
                0,
                moment.word,
            )

    def _paint_rows(self, painter: QPainter) -> None:
        size, tokens = theme.mark(18), theme.tokens()
        name, small = theme.font(theme.Role.LABEL), theme.font(theme.Role.SMALL)
        heights = [QFontMetricsF(font).height() for font in (name, small)]
        heights[1] *= any(moment.word for moment in self._moments)
        top = 0.0
        for moment in self._moments:
            paint_mark(
                painter, QPointF(placed(self, size / 2), top + heights[0] / 2), size, moment.state, self._clock.turn
            )
            left = size + 12.0
            painter.setFont(name)
            painter.setPen(tokens.ink if moment.state is State.OK else tokens.ink2)
            painter.drawText(placed_rect(self, QRectF(left, top, self.width() - left, heights[0])), 0, moment.name)
            painter.setFont(small)
            painter.setPen(tokens.ink2)
            painter.drawText(
                placed_rect(self, QRectF(left, top + heights[0], self.width() - left, heights[1])), 0, moment.word
            )
            top += sum(heights) + 16

    def _paint_line(self, painter: QPainter, start: float, end: float, y: float, towards: State) -> None:
        tokens = theme.tokens()
        if towards is State.OK:
            pen = QPen(tokens.ok_disc, 2)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLine(QPointF(placed(self, start + 1), y), QPointF(placed(self, end - 1), y))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.edge)
        x = start + 1
        while x <= end:
            painter.drawEllipse(QPointF(placed(self, x), y), 1.0, 1.0)
            x += 6.5

    def _turn(self) -> None:
        if self.isVisible():
            self.update()
