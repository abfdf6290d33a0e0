"""What all dialogs have in common: they fit their screen, and the keyboard stays where it does no harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.test_dialogs_in_every_language import DIALOGS, REFUSED
from tests.gui.test_language_walk import TWICE
from tests.gui.test_safe_hands import settle
from wizard import wiring
from wizard.gui import theme
from wizard.gui.browser_dialog import BrowserDialog
from wizard.gui.domain_dialog import DomainDialog
from wizard.gui.explain_dialog import ExplainDialog
from wizard.gui.widgets.buttons import PrimaryButton
from wizard.gui.widgets.heading import Heading

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("screen", "pixels"),
    [((910, 512), 12), ((1092, 614), 12), ((683, 384), 14), ((800, 600), 24), ((1280, 720), 28)],
    ids=["1366x768 at 150 %", "at 125 %", "at 200 %", "800x600, large text", "1280x720, text of 200 %"],
)
def test_every_dialog_is_on_the_screen(screen: tuple[int, int], pixels: int) -> None:
    words = [sys.executable, "-m", "tests.gui.small_screen", *map(str, (*screen, pixels))]
    done = subprocess.run(words, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}


def opened(make: Callable[[QWidget], QDialog], parent: QWidget, qtbot: QtBot) -> QDialog:
    dialog = make(parent)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(lambda: (focused := QApplication.focusWidget()) is not None and focused.window() is dialog)
    return dialog


@pytest.mark.parametrize("name", DIALOGS)
def test_the_keyboard_of_what_is_disabled_falls_to_no_button(name: str, parent: QWidget, qtbot: QtBot) -> None:
    dialog = opened(DIALOGS[name], parent, qtbot)
    buttons = [each for each in dialog.findChildren(QAbstractButton) if each.isVisible() and each.isEnabled()]
    for button in buttons:
        button.setFocus()
        button.setEnabled(False)
        settle(qtbot)
        focused = dialog.focusWidget()
        assert not isinstance(focused, QAbstractButton), f"{button.objectName()}: {focused}"
        QTest.keyClick(focused or dialog, Qt.Key.Key_Space)
        assert dialog.isVisible()
        button.setEnabled(True)
        settle(qtbot)
        assert dialog.focusWidget() in (button, focused)
    dialog.close()


@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog_has_at_most_one_filled_button(name: str, parent: QWidget, qtbot: QtBot) -> None:
    dialog = opened(DIALOGS[name], parent, qtbot)
    filled = [each for each in dialog.findChildren(PrimaryButton) if each.isVisible() and each.isEnabled()]
    assert len(filled) <= 1, [each.text() for each in filled]
    dialog.close()


@pytest.mark.parametrize(
    "make",
    [
        lambda parent: BrowserDialog("Gmail", "ada@example.org", parent=parent),
        lambda p: DomainDialog("a.org", parent=p),
    ],
    ids=["browser", "domain"],
)
def test_while_something_is_waited_for_no_key_ends_it_unawares(
    make: Callable[[QWidget], QDialog], parent: QWidget, qtbot: QtBot
) -> None:
    dialog = opened(make, parent, qtbot)
    settle(qtbot)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
        QTest.keyClick(dialog.focusWidget() or dialog, key)
        assert dialog.isVisible()
    QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("name", ["browser", "crash", "watch"])
def test_a_heading_has_the_height_of_its_lines(
    name: str, parent: QWidget, qtbot: QtBot, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: theme.current().zoom(0))
    theme.current().zoom(TWICE)
    dialog = opened(DIALOGS[name], parent, qtbot)
    settle(qtbot)
    for heading in dialog.findChildren(Heading):
        across = heading.contentsRect().width()
        lines = QFontMetrics(heading.font()).boundingRect(
            0, 0, across, 10_000, int(Qt.TextFlag.TextWordWrap), heading.text()
        )
        assert heading.height() - lines.height() < 8, heading.text()
    dialog.close()


def test_what_an_error_means_is_where_the_keyboard_goes(parent: QWidget, qtbot: QtBot) -> None:
    dialog = opened(lambda widget: ExplainDialog(parent=widget), parent, qtbot)
    assert isinstance(dialog, ExplainDialog)
    QTest.keyClicks(dialog.box.input, REFUSED)
    QTest.keyClick(dialog.box.input, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.explain
    QTest.keyClick(dialog.explain, Qt.Key.Key_Space)
    settle(qtbot)
    assert not isinstance(dialog.focusWidget(), QAbstractButton), "a second Space closes nothing"
    dialog.show_diagnosis(wiring.diagnoser().of_text(REFUSED))
    settle(qtbot)
    focused = dialog.focusWidget()
    assert focused is not None
    assert focused.objectName() == "diagnosis-title"
    QTest.keyClick(focused, Qt.Key.Key_Tab)
    first = dialog.focusWidget()
    assert first is not None
    assert first.objectName() == "remedy:edit-password"
    QTest.keyClicks(dialog.box.input, " 550")
    assert dialog.explain.isEnabled(), "another text can be explained"
    dialog.close()


def test_where_an_error_has_no_answer_it_can_be_asked_again(parent: QWidget, qtbot: QtBot) -> None:
    dialog = opened(lambda widget: ExplainDialog(parent=widget), parent, qtbot)
    assert isinstance(dialog, ExplainDialog)
    QTest.keyClicks(dialog.box.input, REFUSED)
    dialog.explain.setFocus()
    QTest.keyClick(dialog.explain, Qt.Key.Key_Space)
    settle(qtbot)
    dialog.show_failure("It cannot be told.")
    settle(qtbot)
    assert dialog.focusWidget() is dialog.explain
    dialog.close()
