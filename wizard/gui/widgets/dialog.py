"""The dialog all others are: no larger than its screen lets it be, and the keyboard never falls to its Close."""

from __future__ import annotations

from typing import Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPlainTextEdit, QPushButton, QWidget

_FRAME: Final = QSize(8, 40)  # what the title bar and the edges take


class Dialog(QDialog):
    """What is in it must be able to scroll, or to be small: on a low screen the buttons are still to be pressed.

    Where what has the keyboard is disabled or hidden, the keyboard waits on the dialog itself, where no key does
    anything but Escape, and goes back once that can be used again. Qt would hand it to the next button.
    """

    is_waiting = False  # what is waited for comes by itself: until then no key ends it but Escape

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lost: QWidget | None = None
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._keyboard_moved)

    def room(self) -> QSize:
        """The most it may be on the screen that its parent is on."""
        return (self.parentWidget() or self).screen().availableSize() - _FRAME

    def showEvent(self, event: QShowEvent) -> None:
        """Before Qt looks for the place where it stands."""
        self.resize(self.size().boundedTo(self.room()))
        super().showEvent(event)
        if self.is_waiting:  # Qt gives the keyboard to the only button there is
            for button in self.findChildren(QPushButton):
                button.setAutoDefault(False)
            QTimer.singleShot(0, self, lambda: self.setFocus(Qt.FocusReason.OtherFocusReason))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves what was typed into first; once more closes the dialog."""
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape and focused is not None and _was_typed_into(focused):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What lost the keyboard may be usable again."""
        if watched is self._lost and event.type() in (QEvent.Type.EnabledChange, QEvent.Type.Show):
            QTimer.singleShot(0, self, self._give_back)
        return super().eventFilter(watched, event)

    def _keyboard_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is None or new is None or not (shiboken6.isValid(old) and shiboken6.isValid(new)):
            return
        gone = not old.isVisible() or not old.isEnabled()
        if gone and self.isVisible() and self.isAncestorOf(old) and self.isAncestorOf(new):
            # Whoever took it away may have a better place for the keyboard, and says so by now.
            QTimer.singleShot(0, self, lambda: self._catch(old, new))

    def _catch(self, old: QWidget, thrown: QWidget) -> None:
        if not shiboken6.isValid(thrown) or self.focusWidget() is not thrown or not self.isVisible():
            return
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if shiboken6.isValid(old):
            self._lost = old
            old.installEventFilter(self)

    def _give_back(self) -> None:
        lost, self._lost = self._lost, None
        if lost is None or not shiboken6.isValid(lost):
            return
        lost.removeEventFilter(self)
        if lost.isVisible() and lost.isEnabled() and self.focusWidget() in (None, self):
            lost.setFocus(Qt.FocusReason.OtherFocusReason)


def _was_typed_into(widget: QWidget) -> bool:
    """Whether a text or a password would be lost; what one searches for is none."""
    if isinstance(widget, QPlainTextEdit):
        return not widget.isReadOnly() and widget.document().isModified() and bool(widget.toPlainText())
    is_password = isinstance(widget, QLineEdit) and widget.echoMode() is QLineEdit.EchoMode.Password
    return isinstance(widget, QLineEdit) and is_password and widget.isModified() and bool(widget.text())
