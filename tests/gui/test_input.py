"""The line people type in, when the keyboard comes to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from wizard.gui.widgets.fields import Input


@pytest.fixture
def both(qtbot: QtBot) -> Iterator[tuple[Input, Input]]:
    """Two lines side by side; the first one has the keyboard."""
    window = QWidget()
    row = QHBoxLayout(window)
    first, second = Input(), Input()
    row.addWidget(first)
    row.addWidget(second)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    yield first, second
    window.close()


def test_all_is_selected_for_who_comes_by_tab(both: tuple[Input, Input], qtbot: QtBot) -> None:
    first, second = both
    second.setText("imap.example.org")
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    qtbot.waitUntil(lambda: second.selectedText() == "imap.example.org")
    QTest.keyClick(second, Qt.Key.Key_Backtab)
    QApplication.processEvents()
    assert first.hasFocus()
    assert second.selectedText() == ""


@pytest.mark.parametrize(("before", "typed"), [("", "secret"), ("imap.example.org", "mail.example.org")])
def test_nothing_is_lost_of_what_a_password_manager_types(both: tuple[Input, Input], before: str, typed: str) -> None:
    first, second = both
    second.setText(before)
    QTest.keyClick(first, Qt.Key.Key_Tab)
    QTest.keyClicks(second, typed[:3])  # in one go with the Tab
    QApplication.processEvents()
    QTest.keyClicks(second, typed[3:])
    assert second.text() == typed


def test_nor_of_what_an_input_method_writes(both: tuple[Input, Input]) -> None:
    first, second = both
    second.setText("before")
    QTest.keyClick(first, Qt.Key.Key_Tab)
    written = QInputMethodEvent("", [])
    written.setCommitString("名前")
    QApplication.sendEvent(second, written)
    QApplication.processEvents()
    assert second.text() == "名前"
    assert second.selectedText() == ""


def test_what_is_put_there_meanwhile_is_not_selected(both: tuple[Input, Input]) -> None:
    first, second = both
    second.setText("before")
    QTest.keyClick(first, Qt.Key.Key_Tab)
    second.setText("put there")
    QApplication.processEvents()
    assert second.selectedText() == ""
