"""The mark of a state: always a shape as well as a colour."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from wizard.gui import theme
from wizard.gui.theme import Role

TURN_MS = 900


class DiscState(StrEnum):
    """What a mark can say."""

    OK = "ok"
    FAILED = "failed"
    WARN = "warn"
    TRYING = "trying"
    WAITING = "waiting"
    NOT_TRIED = "not-tried"
    NUMBER = "number"
    HERE = "here"
    DONE = "done"


def paint_state(
    painter: QPainter, centre: QPointF, size: float, state: DiscState, *, number: int = 0, turn: float = 0.0
) -> None:
    """Paints the mark, `size` pixels wide, around `centre`; `turn` between 0 and 1 is where the running arc is."""
    tokens = theme.tokens()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    match state:
        case DiscState.OK:
            _disc(painter, centre, size, tokens.ok_disc)
            theme.tick(painter, centre, size, tokens.ok_mark)
        case DiscState.DONE:
            _disc(painter, centre, size, tokens.fill)
            theme.tick(painter, centre, size, tokens.fill_ink)
        case DiscState.FAILED:
            _disc(painter, centre, size, tokens.stop_disc)
            theme.cross(painter, centre, size, tokens.stop_mark)
        case DiscState.WARN:
            _ring(painter, centre, size, tokens.warn, size / 12)
            _exclamation(painter, centre, size, tokens.warn)
        case DiscState.TRYING:
            faint = QColor(tokens.accent)
            faint.setAlphaF(0.3)
            _ring(painter, centre, size, faint, size / 9)
            pen = QPen(tokens.accent, size / 9)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawArc(_box(centre, size - size / 9), round((90 - turn * 360) * 16), -120 * 16)
        case DiscState.WAITING:
            pen = QPen(tokens.edge, 1.5)
            pen.setDashPattern([1.9, 1.9])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(_box(centre, size - 1.5))
        case DiscState.NOT_TRIED:
            _ring(painter, centre, size, tokens.edge, 1.25)
            theme.dash(painter, centre, size, tokens.ink2)
        case DiscState.NUMBER:
            _ring(painter, centre, size, tokens.edge, 1.25)
            painter.setFont(theme.font(Role.SMALL_LABEL))
            painter.setPen(tokens.ink2)
            painter.drawText(_box(centre, size * 1.5), Qt.AlignmentFlag.AlignCenter, str(number))
        case DiscState.HERE:
            _ring(painter, centre, size, tokens.accent, 2)
            _disc(painter, centre, size * 0.42, tokens.accent)


def _box(centre: QPointF, size: float) -> QRectF:
    return QRectF(centre.x() - size / 2, centre.y() - size / 2, size, size)


def _disc(painter: QPainter, centre: QPointF, size: float, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(_box(centre, size))


def _ring(painter: QPainter, centre: QPointF, size: float, colour: QColor, width: float) -> None:
    painter.setPen(QPen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(_box(centre, size - width))


def _exclamation(painter: QPainter, centre: QPointF, size: float, colour: QColor) -> None:
    pen = QPen(colour, size / 10)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLine(centre - QPointF(0, size * 0.22), centre + QPointF(0, size * 0.06))
    painter.drawPoint(centre + QPointF(0, size * 0.24))


class StateDisc(QWidget):
    """A mark as a widget; an arc that runs while it says TRYING, unless the system asks for less motion."""

    def __init__(
        self, state: DiscState = DiscState.WAITING, size: int = 18, *, number: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._size, self._number = state, size, number
        self._turn = 0.0
        self._motion = QVariantAnimation(self)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.setDuration(TURN_MS)
        self._motion.setLoopCount(-1)
        self._motion.valueChanged.connect(self._turned)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self._retheme)

    @property
    def state(self) -> DiscState:
        """What it says now."""
        return self._state

    def set_state(self, state: DiscState, *, number: int = 0) -> None:
        """Says something else, at once."""
        self._state, self._number = state, number
        self._run()
        self.update()

    def sizeHint(self) -> QSize:
        """A square that grows with the font."""
        size = theme.mark(self._size)
        return QSize(size, size)

    def showEvent(self, event: QShowEvent) -> None:
        """Motion begins when it can be seen."""
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        """And ends when it cannot."""
        super().hideEvent(event)
        self._motion.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The mark."""
        painter = QPainter(self)
        centre = QRectF(self.rect()).center()
        paint_state(painter, centre, theme.mark(self._size), self._state, number=self._number, turn=self._turn)

    def _run(self) -> None:
        if self._state is DiscState.TRYING and self.isVisible() and theme.animates():
            if self._motion.state() is not QVariantAnimation.State.Running:
                self._motion.start()
        else:
            self._motion.stop()

    def _turned(self, value: object) -> None:
        self._turn = float(value) if isinstance(value, float) else 0.0
        self.update()

    def _retheme(self) -> None:
        self.updateGeometry()
        self._run()
        self.update()
