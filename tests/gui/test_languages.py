"""The window in another language: chosen on the first page, at once, and with all that was typed still there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWizard
from pytestqt.qtbot import QtBot

from wizard.gui import languages
from wizard.gui.app import Wizard
from wizard.gui.preferences import Preferences
from wizard.gui.widgets.buttons import LinkButton
from wizard.language import SOURCE, choice, speak
from wizard.language.choice import PSEUDO
from wizard.language.pseudo import pseudo

SECONDS = 30_000


@pytest.fixture(autouse=True)
def _english_again(qapp: QApplication) -> Iterator[None]:
    """Whatever a test speaks, the next one begins in English, read from left to right."""
    choice.begin(None)
    yield
    speak(SOURCE)
    languages.follow()


def test_every_language_is_offered_in_its_own_name(wizard: Wizard, qtbot: QtBot) -> None:
    assert wizard.account.language.text() == "English"
    wizard.account.language.click()
    menu = wizard.account.language.findChild(QMenu, "languages")
    assert menu is not None
    names = [action.text() for action in menu.actions()]
    assert names[:3] == ["English", "Deutsch", "Français"]
    assert "العربية" in names
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["English"]
    with qtbot.waitSignal(wizard.account.language_chosen) as chosen:
        next(action for action in menu.actions() if action.text() == "Deutsch").trigger()
    assert chosen.args == ["de"]
    menu.close()


def test_another_language_is_there_at_once_and_nothing_that_was_typed_is_lost(wizard: Wizard) -> None:
    page = wizard.account
    page.name_field.input.setText("Ada Example")
    QTest.keyClicks(page.address_field.input, "ada@")
    QTest.keyClicks(page.password_field.input, "s3cret of mine")
    page.ask_nobody.setChecked(True)
    wizard.speak(PSEUDO)
    now = wizard.account
    assert now is not page
    assert wizard.window.current_page() is now
    assert now.heading.text() == pseudo("Set up your email")
    assert now.name_field.text() == "Ada Example"
    assert now.address_field.text() == "ada@"
    assert now.password_field.text() == "s3cret of mine"
    assert now.ask_nobody.isChecked()
    assert now.every_step.isChecked()
    explain = now.findChild(LinkButton, "explain")
    assert explain is not None
    assert explain.text() == pseudo("I have an error message")
    assert wizard.window.button(QWizard.WizardButton.CancelButton).text() == pseudo("Cancel")
    wizard.speak("en")
    assert wizard.account.heading.text() == "Set up your email"
    assert wizard.account.password_field.text() == "s3cret of mine"


def test_what_was_found_and_proven_is_not_asked_for_again(practising: Wizard, qtbot: QtBot) -> None:
    wizard = practising
    qtbot.waitUntil(lambda: wizard.account.practice is not None, timeout=SECONDS)
    QTest.keyClicks(wizard.account.address_field.input, "ada@all-well.example")
    QTest.keyClicks(wizard.account.password_field.input, "practice-all-well")
    qtbot.waitUntil(lambda: wizard.state.plan is not None, timeout=SECONDS)
    plan = wizard.state.plan
    wizard.window.go_on_to("check")
    qtbot.waitUntil(lambda: wizard.check.result is not None, timeout=SECONDS)
    assert wizard.check.heading.text() == "Both servers work"
    proven = wizard.check.result
    assert proven is not None
    assert wizard.window.go_back_to("account")
    wizard.speak(PSEUDO)
    assert wizard.state.plan is plan
    assert wizard.account.practice is not None
    assert wizard.window.windowTitle() == pseudo("Mailwright: practice")
    wizard.window.go_on_to("check")
    qtbot.waitUntil(lambda: wizard.check.result is not None, timeout=SECONDS)
    assert wizard.check.heading.text() == pseudo("Both servers work")
    again = wizard.check.result
    assert again is not None
    assert (again.incoming, again.outgoing) == (proven.incoming, proven.outgoing), "no side was proven again"


def test_the_arabic_window_is_read_from_right_to_left(wizard: Wizard, qapp: QApplication, qtbot: QtBot) -> None:
    speak("ar")
    languages.follow()
    assert qapp.layoutDirection() is Qt.LayoutDirection.RightToLeft
    panel = wizard.window._panel
    qtbot.waitUntil(lambda: panel.mapTo(wizard.window, panel.rect().topLeft()).x() > wizard.window.width() / 2)


def test_the_chosen_language_is_spoken_at_the_next_start(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(given: str | None) -> Wizard:
        choice.begin(given)
        made = Wizard(Preferences(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)))
        qtbot.addWidget(made.window)
        made.add_other_steps()
        made.window.show()
        return made

    monkeypatch.delenv(choice.VARIABLE)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.setenv(name, "C")
    first = start(None)
    assert first.account.heading.text() == "Set up your email"
    first.speak(PSEUDO)
    assert start(None).account.heading.text() == pseudo("Set up your email")
    assert start("en").account.heading.text() == "Set up your email", "who asks for a language at the start gets it"
