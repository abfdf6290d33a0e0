"""The focus mark follows what it marks, however that moves."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from wizard.gui.widgets.buttons import SecondaryButton
from wizard.gui.widgets.focus_ring import FocusRing


def test_the_ring_moves_with_what_its_widget_lies_in(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 400)
    outer = QWidget(window)
    outer.setGeometry(10, 10, 120, 40)
    column = QVBoxLayout(outer)
    column.setContentsMargins(0, 0, 0, 0)
    button = SecondaryButton("Here")
    column.addWidget(button)
    window.show()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    ring = window.findChild(FocusRing)
    assert ring is not None
    assert ring.parentWidget() is window

    def is_around() -> bool:
        return ring.geometry().center() == QPoint(button.mapTo(window, button.rect().center()))

    assert is_around()
    outer.move(100, 200)
    assert is_around()
    outer.hide()
    qtbot.waitUntil(lambda: window.findChild(FocusRing) is None)


def test_a_widget_that_goes_takes_its_ring_along(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    button = SecondaryButton("Here")
    column.addWidget(button)
    window.show()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(button.destroyed):
        button.deleteLater()
    window.resize(500, 300)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: window.findChild(FocusRing) is None)
