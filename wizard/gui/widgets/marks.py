"""The mark of a stage in any painting, and the clock that turns every running arc in step."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from wizard.gui import theme
from wizard.gui.lanes import State
from wizard.gui.widgets.state_disc import TURN_MS, DiscState, paint_state

_FRAME_MS: Final = 33
_DISCS: Final = {
    State.OK: DiscState.OK,
    State.FAILED: DiscState.FAILED,
    State.TRYING: DiscState.TRYING,
    State.WAITING: DiscState.WAITING,
    State.NOT_TRIED: DiscState.NOT_TRIED,
    State.NOT_NEEDED: DiscState.NOT_TRIED,
}


class ArcClock(QObject):
    """Tells the widgets inside `owner` when to repaint their running arcs; stands still where motion is not wanted."""

    frame = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._elapsed = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self.frame)

    def run(self, running: bool) -> None:
        """Starts or stops the turning."""
        if not running or not theme.animates():
            self._timer.stop()
        elif not self._timer.isActive():
            self._elapsed.start()
            self._timer.start()

    @property
    def turn(self) -> float:
        """How far the arc has turned, between 0 and 1."""
        return self._elapsed.elapsed() % TURN_MS / TURN_MS if self._timer.isActive() else 0.0


def paint_mark(painter: QPainter, centre: QPointF, size: float, state: State, turn: float = 0.0) -> None:
    """Paints the mark of that state, `size` wide."""
    paint_state(painter, centre, size, _DISCS[state], turn=turn)
