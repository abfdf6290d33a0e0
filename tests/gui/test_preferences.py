"""What a person set in the window is there again at the next start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QFontInfo
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from wizard.gui import theme
from wizard.gui.app import Wizard
from wizard.gui.engine import Opened
from wizard.gui.preferences import Preferences
from wizard.gui.state import PracticeAccount
from wizard.setup.pack import NO_RULES, WindowRules

Start = Callable[[], Wizard]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "window.ini"


@pytest.fixture
def start(qtbot: QtBot, qapp: QApplication, file: Path) -> Iterator[Start]:
    """Starts the window as the program does, each time with the text in the system's size."""
    begun: list[Wizard] = []

    def end() -> None:
        if begun:
            begun[-1].window.abandon()
            theme.current().zoomed.disconnect(begun[-1]._keep_zoom)
        theme.current().zoom(0)

    def made() -> Wizard:
        end()
        begun.append(Wizard(Preferences(QSettings(str(file), QSettings.Format.IniFormat))))
        begun[-1].add_other_steps()
        qtbot.addWidget(begun[-1].window)
        begun[-1].window.show()
        with qtbot.waitActive(begun[-1].window):
            begun[-1].window.activateWindow()
        return begun[-1]

    yield made
    end()


def larger(wizard: Wizard) -> None:
    QTest.keyClick(wizard.window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)


def welcome(wizard: Wizard, rules: WindowRules = NO_RULES, *practice: PracticeAccount) -> None:
    wizard.flow.hand_over.why_not_kept = "Accounts are another test's."
    wizard.welcome(Opened(practice, None, frozenset(), lambda _: (), rules))


def size(app: QApplication) -> int:
    return QFontInfo(app.font()).pixelSize()


def test_every_step_is_shown_again_at_the_next_start(start: Start) -> None:
    first = start()
    assert not first.account.every_step.isChecked()
    first.account.every_step.click()
    second = start()
    assert second.account.every_step.isChecked()
    assert second.state.every_step
    second.account.every_step.click()
    assert not start().account.every_step.isChecked()


def test_larger_text_is_as_large_at_the_next_start(start: Start, qapp: QApplication) -> None:
    usual = size(qapp)
    first = start()
    larger(first)
    larger(first)
    set_to = size(qapp)
    assert set_to > usual
    second = start()
    assert size(qapp) == set_to
    QTest.keyClick(second.window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert size(qapp) == usual
    start()
    assert size(qapp) == usual


def test_what_a_helpdesk_demands_is_not_kept_as_the_persons_wish(start: Start, qapp: QApplication) -> None:
    first = start()
    welcome(first, WindowRules(every_step=True))
    assert first.state.every_step
    assert not start().state.every_step


def test_larger_text_of_a_helpdesk_and_ones_own_go_together(start: Start, qapp: QApplication) -> None:
    system = qapp.font()
    usual = size(qapp)
    larger(start())
    second = start()
    try:
        welcome(second, WindowRules(large_text=True))
        QTest.keyClick(second.window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
        assert size(qapp) == round(usual * theme.LARGE_TEXT)
    finally:
        qapp.setFont(system)


@pytest.mark.parametrize("kiosk", [True, False], ids=["kiosk", "practice"])
def test_a_kiosk_and_practice_keep_nothing(start: Start, qapp: QApplication, file: Path, kiosk: bool) -> None:
    accounts = () if kiosk else (PracticeAccount("ada@all-well.example", "password", "how it goes"),)
    first = start()
    welcome(first, WindowRules(kiosk=kiosk), *accounts)
    first.account.every_step.click()
    larger(first)
    assert not file.exists()


@pytest.mark.parametrize(
    "content",
    ["zoom=99\nevery-step=maybe\n", "zoom=-1\n", "zoom=\nevery-step=1, 2\n", "zoom=1.5\n", "\x00\xff[[[", "zoom=1,2\n"],
)
def test_whatever_stands_in_the_file_the_window_opens_as_usual(
    start: Start, qapp: QApplication, file: Path, content: str
) -> None:
    usual = size(qapp)
    file.write_text(f"[General]\n{content}", encoding="latin-1")
    wizard = start()
    assert size(qapp) == usual
    assert not wizard.state.every_step


def test_a_folder_that_cannot_be_written_is_no_trouble(start: Start, file: Path) -> None:
    file.mkdir()
    wizard = start()
    wizard.account.every_step.click()
    assert wizard.state.every_step


def test_nothing_of_the_account_is_in_the_file(start: Start, file: Path) -> None:
    wizard = start()
    wizard.account.prefill("ada@example.org")
    wizard.account.password_field.set_text("Kanarienvogel-9f3a")
    wizard.account.every_step.click()
    larger(wizard)
    assert file.read_text().split() == ["[General]", "every-step=true", "zoom=1"]
