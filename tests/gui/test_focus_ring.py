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


def test_the_ring_is_whole_when_another_layout_fills_the_room_of_its_widget(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    outer = QWidget(window)
    outer.setGeometry(20, 20, 300, 200)
    button = SecondaryButton("Here", parent=outer)
    button.setGeometry(50, 50, 100, 36)
    window.show()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    (ring,) = window.findChildren(FocusRing)
    assert ring.parentWidget() is outer
    button.setGeometry(0, 50, 300, 36)
    room = ring.parentWidget()
    assert room is not None
    assert room.rect().contains(ring.geometry()), "nothing cuts it off"
    assert ring.isVisible()
    assert ring.geometry().center() == button.mapTo(room, button.rect().center())
