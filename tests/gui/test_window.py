"""The frame: names and ids of the contract, the panel and its short form, buttons, and an end at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWizard
from pytestqt.qtbot import QtBot

from wizard.gui.app import NO_DISPLAY, Wizard, has_display, main
from wizard.gui.state import WizardState
from wizard.gui.window import SMALLEST, STEPS, WizardWindow

PAGES = ["page:account", "page:settings", "page:check", "page:test", "page:done"]


def test_pages_and_buttons_carry_the_ids_of_the_contract(wizard: Wizard) -> None:
    assert [page.objectName() for page in wizard.window.pages] == PAGES
    shown = [page.objectName() for page in wizard.window.pages if page.isVisible()]
    assert shown == ["page:account"]
    names = {button.objectName(): button.text() for button in buttons(wizard)}
    assert names["continue"] == "Continue"
    assert names["cancel"] == "Cancel"
    assert "back" not in names


def test_a_resize_while_the_window_is_made_does_no_harm(qtbot: QtBot) -> None:
    class AsOnWindows(WizardWindow):
        """Qt's windows platform sends a resize as soon as the wizard's options are set."""

        def setOption(self, option: QWizard.WizardOption, on: bool = True) -> None:
            super().setOption(option, on)
            QApplication.sendEvent(self, QResizeEvent(QSize(500, 400), QSize(640, 480)))

    window = AsOnWindows(WizardState())
    qtbot.addWidget(window)
    assert window.minimumSize() == SMALLEST


def buttons(wizard: Wizard) -> list[QAbstractButton]:
    return [button for button in wizard.window.findChildren(QAbstractButton) if button.isVisible()]


def test_the_fields_carry_the_names_of_the_contract(wizard: Wizard) -> None:
    page = wizard.account
    for field, name in (
        (page.name_field, "Your name"),
        (page.address_field, "Email address"),
        (page.password_field, "Password"),
    ):
        assert field.input.accessibleName() == name
        assert field.label.buddy() is field.input


def test_every_input_and_button_has_an_accessible_name(wizard: Wizard) -> None:
    for page in wizard.window.pages:
        for field in page.findChildren(QLineEdit):
            assert field.accessibleName(), field.objectName()
        for button in page.findChildren(QAbstractButton):
            assert button.accessibleName() or button.text(), (page.objectName(), button.objectName())


def test_a_narrow_window_has_a_header_instead_of_the_panel(qtbot: QtBot, wizard: Wizard) -> None:
    assert wizard.window._panel.isVisible()
    wizard.window.resize(SMALLEST)
    qtbot.waitUntil(lambda: not wizard.window._panel.isVisible())
    header = wizard.window._headers[0]
    assert header.isVisible()
    assert header._where.text() == f"Step 1 of {STEPS}: Account"
    wizard.window.resize(860, 620)
    qtbot.waitUntil(wizard.window._panel.isVisible)


def test_everything_can_be_reached_at_twice_the_font(qtbot: QtBot, qapp: QApplication, wizard: Wizard) -> None:
    before = QFont(qapp.font())
    large = QFont(before)
    large.setPixelSize(28)
    try:
        qapp.setFont(large)
        wizard.window.resize(SMALLEST)
        qtbot.waitUntil(lambda: not wizard.window._panel.isVisible())
        view = wizard.account.scroll.viewport()
        qtbot.waitUntil(lambda: wizard.account.scroll.content.width() == view.width())
        for widget in (wizard.account.name_field.input, wizard.account.password_field.input):
            assert widget.mapTo(view, widget.rect().topRight()).x() <= view.width()
        for button in buttons(wizard):
            if button.objectName() in {"continue", "cancel"}:
                corner = button.mapTo(wizard.window, button.rect().bottomRight())
                assert wizard.window.rect().contains(corner)
    finally:
        qapp.setFont(before)


def test_without_a_display_it_says_what_to_do_instead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert not has_display()
    assert main() == 2
    assert "mailwright check" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="only there a display may be missing")
@pytest.mark.parametrize(
    "display",
    [
        {"DISPLAY": ":4711"},
        {"DISPLAY": "localhost:47.0"},
        {"WAYLAND_DISPLAY": "wayland-4711", "XDG_SESSION_TYPE": "wayland"},
        {"DISPLAY": ":4711", "QT_QPA_PLATFORM": "nonsense"},
    ],
)
def test_a_display_that_is_not_there_is_a_sentence_and_nothing_else(display: dict[str, str], tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if "DISPLAY" not in name and name != "QT_QPA_PLATFORM"}
    environment = {**kept, "XDG_RUNTIME_DIR": str(tmp_path), "LC_ALL": "C", **display}
    done = subprocess.run(
        [sys.executable, "-m", "wizard"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"mailwright: {NO_DISPLAY}\n")


@pytest.mark.parametrize(("rules", "warns"), [("", False), ("qt.qpa.wayland.textinput.warning=true", True)])
def test_the_terminal_is_not_told_of_every_change_of_the_focus(rules: str, warns: bool) -> None:
    """As Qt does on Wayland; who looks for an input method's trouble still gets it."""
    program = """
from wizard.gui.app import make_application
app = make_application()
from PySide6.QtCore import QLoggingCategory
print(*(QLoggingCategory(name).isWarningEnabled() for name in ("qt.qpa.wayland.textinput", "qt.qpa.wayland")))
"""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": rules}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.split() == [str(warns), "True"], "its other warnings stay"


@pytest.mark.slow
def test_an_open_window_holds_nothing_that_nobody_asked_for() -> None:
    """The network's libraries and the causes come with the first need of them; sources are never kept."""
    program = """
import linecache, sys
from wizard import wiring
from wizard.gui.app import NO_DISPLAY, Wizard, make_application
app = make_application()
wizard = Wizard()
wizard.window.show()
app.processEvents()
wizard.add_other_steps()
from wizard.gui.engine import Engine
engine = Engine(wiring.Settings)
engine.start()
engine.run(engine.opened, lambda _: None).result(30)
engine.stop()
print(*{"aiosmtplib", "cryptography", "dns", "httpcore", "keyring", "urllib.request", "xml.sax"} & set(sys.modules))
print(*{"email.message", "html.entities"} & set(sys.modules))
print(wiring._catalogue.cache_info().currsize, *[name for name in linecache.cache if "window.py" in name])
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.split() == ["0"]
