"""The focus mark: a 2 pixel line, 2 pixels away from what has the keyboard."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from wizard.gui import theme

_REACH = 4


class FocusRing(QWidget):
    """Follows one widget; made by `show_for`, gone with the focus."""

    def __init__(self, target: QWidget, radius: int) -> None:
        super().__init__(_room_for(target))
        self._target, self._radius = target, radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._watched: list[QWidget] = []
        self._watch()
        target.destroyed.connect(self.deleteLater)
        self._follow()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Moves along, also when what the widget lies in moves, and leaves when the focus does."""
        # At the interpreter's exit Qt still sends events, when the modules are already emptied.
        kind = event.type() if QEvent is not None and shiboken6 is not None and shiboken6.isValid(self) else None
        if kind is None or not shiboken6.isValid(self._target):
            return False
        if kind in (QEvent.Type.Move, QEvent.Type.Resize):
            self._follow()
        elif kind is QEvent.Type.FocusOut and watched is self._target:
            self._end()
        elif kind is QEvent.Type.Hide:  # another layout hides it for a moment only, and the keyboard stays
            self.hide()
            QTimer.singleShot(0, self, self._end_if_hidden)
        elif kind is QEvent.Type.Show and self._target.isVisible():
            self._follow()
            self.show()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line."""
        painter = QPainter(self)
        theme.rounded(painter, QRectF(self.rect()), self._radius + _REACH, None, theme.tokens().accent, 2)

    def _way_up(self) -> list[QWidget]:
        """The widget and what it lies in, up to where the ring is drawn: each of them may move."""
        room = self.parentWidget()
        found = [self._target]
        while (outer := found[-1].parentWidget()) is not None and outer is not room and not outer.isWindow():
            found.append(outer)
        return found

    def _end_if_hidden(self) -> None:
        if not (shiboken6.isValid(self._target) and self._target.isVisible()):
            self._end()

    def _watch(self) -> None:
        for widget in self._watched:
            if shiboken6.isValid(widget):
                widget.removeEventFilter(self)
        self._watched = self._way_up()
        for widget in self._watched:
            widget.installEventFilter(self)

    def _end(self) -> None:
        for widget in self._watched:
            if shiboken6.isValid(widget):
                widget.removeEventFilter(self)
        self._watched = []
        self.hide()
        self.deleteLater()

    def _follow(self) -> None:
        room = _room_for(self._target)
        if room is not self.parentWidget():  # it has become too tight, or wide enough
            self.setParent(room)
            self._watch()
            self.show()
            self.raise_()
        corner = self._target.mapTo(room, QPoint(0, 0))
        self.setGeometry(QRect(corner, self._target.size()).adjusted(-_REACH, -_REACH, _REACH, _REACH))


def show_for(target: QWidget, event: QFocusEvent, radius: int = 8) -> None:
    """Marks `target` when the focus came from the keyboard or from the program, not from the mouse."""
    if event.reason() is not Qt.FocusReason.MouseFocusReason:
        FocusRing(target, radius)


def _room_for(target: QWidget) -> QWidget:
    """The nearest widget around it that does not cut the ring off."""
    room = target.parentWidget() or target
    while (outer := room.parentWidget()) is not None and not room.isWindow():
        corner = target.mapTo(room, QPoint(0, 0))
        ring = QRect(corner, target.size()).adjusted(-_REACH, -_REACH, _REACH, _REACH)
        if room.rect().contains(ring) or isinstance(outer.parentWidget(), QAbstractScrollArea):
            break
        room = outer
    return room
