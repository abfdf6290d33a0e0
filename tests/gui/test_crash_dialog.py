"""An error of our own is a dialog with a report that can be sent on, from whatever thread it came."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from wizard import __version__, internal_error
from wizard.gui.app import Wizard
from wizard.gui.crash_dialog import CrashDialog, CrashReporter

SECONDS = 30_000
CANARY = "canary-of-the-crash"


@pytest.fixture
def reporter(wizard: Wizard, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Iterator[CrashReporter]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = CrashReporter(wizard.window)
    yield made
    made.close()


def shown(wizard: Wizard) -> CrashDialog | None:
    """The dialog that is open."""
    dialogs = wizard.window.findChildren(CrashDialog, "crash-dialog")
    return next((dialog for dialog in dialogs if dialog.isVisible()), None)


def fail() -> None:
    raise ValueError(f"ada@example.org says {CANARY}")


def tell_of_a_failure() -> None:
    try:
        fail()
    except ValueError as error:
        internal_error.tell(error)


@pytest.mark.usefixtures("reporter")
def test_its_report_has_places_and_versions_and_no_value(
    wizard: Wizard, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    thread = threading.Thread(target=tell_of_a_failure)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: shown(wizard) is not None, timeout=SECONDS)
    dialog = shown(wizard)
    assert dialog is not None
    dialog.copy.click()
    report = QGuiApplication.clipboard().text()
    assert f"mailwright {__version__}\nValueError\n" in report
    assert "in fail" in report
    assert f"Python {sys.version_info[0]}.{sys.version_info[1]}" in report
    assert CANARY not in report + capsys.readouterr().err
    assert "ada@" not in report
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert shown(wizard) is None


@pytest.mark.usefixtures("reporter")
def test_one_dialog_however_many_errors(wizard: Wizard, qtbot: QtBot) -> None:
    for _ in range(5):
        tell_of_a_failure()
    qtbot.waitUntil(lambda: shown(wizard) is not None, timeout=SECONDS)
    assert len(wizard.window.findChildren(CrashDialog, "crash-dialog")) == 1


def test_an_error_in_a_slot_is_told_too(reporter: CrashReporter, wizard: Wizard, qtbot: QtBot) -> None:
    """PySide gives what a slot raises to `sys.excepthook`, which is ours in the program."""
    with qtbot.captureExceptions() as raised:
        QTimer.singleShot(0, fail)
        qtbot.waitUntil(lambda: len(raised) == 1, timeout=SECONDS)
    internal_error.tell(raised[0][1])
    qtbot.waitUntil(lambda: shown(wizard) is not None, timeout=SECONDS)
    reporter.close()
    dialog = shown(wizard)
    assert dialog is not None
    dialog.reject()
    tell_of_a_failure()
    qtbot.wait(50)
    assert shown(wizard) is None
