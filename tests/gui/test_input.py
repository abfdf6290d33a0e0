"""The line people type in, when the keyboard comes to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.test_accessibility import on_settings
from wizard.gui.app import Wizard
from wizard.gui.widgets.choices import Choice
from wizard.gui.widgets.fields import Input


def show_beside(first: Input, second: Input | Choice, qtbot: QtBot) -> QWidget:
    """A window with both; the first one has the keyboard."""
    window = QWidget()
    row = QHBoxLayout(window)
    row.addWidget(first)
    row.addWidget(second)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    return window


@pytest.fixture
def both(qtbot: QtBot) -> Iterator[tuple[Input, Input]]:
    """Two lines side by side; the first one has the keyboard."""
    first, second = Input(), Input()
    window = show_beside(first, second, qtbot)
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


@pytest.mark.parametrize("typed", [Input, lambda: Choice(typed=True)], ids=["line", "list"])
def test_the_focus_comes_before_the_selection(
    typed: Callable[[], Input | Choice], qtbot: QtBot, qapp: QApplication
) -> None:
    first, second = Input(), typed()
    line = second if isinstance(second, Input) else second.lineEdit()
    assert line is not None
    line.setText("imap.example.org")
    window = show_beside(first, second, qtbot)
    heard: list[str] = []
    line.selectionChanged.connect(lambda: heard.append("selection"))
    qapp.focusChanged.connect(lambda *_: heard.append("focus"))
    QTest.keyClick(first, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: line.selectedText() == "imap.example.org")
    assert heard == ["focus", "selection"]
    window.close()


def test_nothing_moves_in_an_editor_that_opens(wizard: Wizard, qtbot: QtBot) -> None:
    on_settings(wizard)
    card = wizard.settings.receiving
    lines = card.editor.findChildren(QLineEdit)
    assert len(lines) == 3
    moved: list[str] = []
    for line in lines:
        line.textChanged.connect(moved.append)
        line.cursorPositionChanged.connect(lambda *at: moved.append(f"cursor {at}"))
    card.open_editor()
    qtbot.waitUntil(card.host.input.hasFocus)
    assert lines[0].text() == "imap.example.net"
    assert moved == [], "a screen reader would say that, and not which field it is"
