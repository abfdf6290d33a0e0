"""The window in another language: chosen on the first page, at once, and with all that was typed still there."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QSettings, Qt
from PySide6.QtGui import QColor, QFontDatabase, QImage, QPainter, QTransform
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget, QWizard
from pytestqt.qtbot import QtBot

from wizard.gui import icons, languages
from wizard.gui.app import Wizard
from wizard.gui.engine import Opened
from wizard.gui.preferences import Preferences
from wizard.gui.widgets.buttons import LinkButton
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.language_link import add_languages
from wizard.gui.widgets.marks import ArcClock
from wizard.gui.widgets.password_field import PasswordField
from wizard.gui.widgets.path_picture import PathPicture
from wizard.language import MIRRORED, SOURCE, choice, speak, spoken
from wizard.language.choice import PSEUDO, VARIABLE
from wizard.language.pseudo import pseudo
from wizard.setup.pack import Helpdesk, Lock, WindowRules

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
    assert explain.text() == pseudo("Explain an error")
    assert wizard.window.button(QWizard.WizardButton.CancelButton).text() == pseudo("Cancel")
    wizard.speak("en")
    assert wizard.account.heading.text() == "Set up your email"
    assert wizard.account.password_field.text() == "s3cret of mine"


@pytest.mark.slow
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
    assert wizard.window.windowTitle() == pseudo("For practice — Mailwright")
    wizard.window.go_on_to("check")
    qtbot.waitUntil(lambda: wizard.check.result is not None, timeout=SECONDS)
    assert wizard.check.heading.text() == pseudo("Both servers work")
    again = wizard.check.result
    assert again is not None
    assert (again.incoming, again.outgoing) == (proven.incoming, proven.outgoing), "no side was proven again"


def test_a_pack_speaks_where_nobody_chose(wizard: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(choice.VARIABLE)
    monkeypatch.setattr(choice, "system_languages", lambda: ("en",))
    choice.begin(None)
    QTest.keyClicks(wizard.account.address_field.input, "ada@")
    helpdesk = Helpdesk("Example helpdesk")
    rules = WindowRules(locked=frozenset({Lock.REMEMBER}))
    wizard.welcome(Opened((), helpdesk, frozenset(), lambda _: (), rules, PSEUDO))
    assert wizard.account.heading.text() == pseudo("Set up your email")
    assert wizard.account.address_field.text() == "ada@"
    assert wizard.state.helpdesk is helpdesk
    wizard.speak("en")
    assert wizard.account.heading.text() == "Set up your email"
    wizard.welcome(Opened((), helpdesk, frozenset(), lambda _: (), rules, PSEUDO))
    assert wizard.account.heading.text() == "Set up your email", "the person's word counts"


@pytest.fixture
def mirrored(qtbot: QtBot) -> Wizard:
    """The window in a language that is read from right to left."""
    choice.begin(MIRRORED)
    made = Wizard()
    qtbot.addWidget(made.window)
    made.add_other_steps()
    made.window.show()
    return made


def left_in(window: QWidget, widget: QWidget) -> int:
    return widget.mapTo(window, QPoint(0, 0)).x()


def test_a_window_read_from_right_to_left_has_its_steps_at_the_right(mirrored: Wizard, qapp: QApplication) -> None:
    window, page = mirrored.window, mirrored.account
    assert qapp.layoutDirection() is Qt.LayoutDirection.RightToLeft
    assert left_in(window, window._panel) > window.width() / 2
    explain = page.findChild(LinkButton, "explain")
    assert explain is not None
    assert left_in(window, explain) > left_in(window, page.language)
    go_on = window.button(QWizard.WizardButton.NextButton)
    assert left_in(window, go_on) < left_in(window, window.button(QWizard.WizardButton.CancelButton))


@pytest.mark.parametrize("packed", [False, True])
def test_qt_speaks_the_language_too_from_its_own_file_or_the_bundles(
    packed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice.begin("de")
    if packed:
        (tmp_path / "qt").mkdir()
        words = (Path(languages._qt_folder()) / "qtbase_de.qm").read_bytes()
        (tmp_path / "qt" / "qtbase_de.qm.gz").write_bytes(gzip.compress(words))
        monkeypatch.setattr("wizard.assets.resources", lambda: tmp_path)
        monkeypatch.setattr(languages, "_qt_folder", lambda: "")
    languages.follow()
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
    choice.begin("en")
    languages.follow()
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


def test_the_password_stays_clear_of_its_eye_in_both_directions(mirrored: Wizard) -> None:
    field = mirrored.account.password_field
    margins = field.input.textMargins()
    assert left_in(field, field.eye) < field.width() / 2
    assert margins.left() > field.eye.width()
    choice.begin("en")
    languages.follow()
    plain = PasswordField("Password")
    assert plain.input.textMargins().right() > margins.right()


def test_words_that_begin_with_a_host_are_read_from_the_right_all_the_same(mirrored: Wizard) -> None:
    port = Label("\u2068\u0627\u0644\u0645\u0646\u0641\u0630 465\u2069\u060c SSL/TLS", parent=mirrored.window)
    assert QLabel.text(port).startswith("\u200f")
    assert not port.text().startswith("\u200f")
    host = Label("imap.example.net", parent=mirrored.window)
    assert QLabel.text(host) == "imap.example.net"


def test_the_way_of_a_message_begins_where_one_reads(mirrored: Wizard) -> None:
    picture = PathPicture(ArcClock(mirrored.window), mirrored.window)
    assert picture._centre(0).x() > picture._centre(3).x()
    picture.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert picture._centre(0).x() < picture._centre(3).x()


def test_arrows_point_where_one_reads_on_and_other_pictures_stay(mirrored: Wizard) -> None:
    def drawn(name: str, direction: Qt.LayoutDirection) -> QImage:
        image = QImage(16, 16, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setLayoutDirection(direction)
        icons.draw(painter, name, 0, 0, 16, QColor("black"))
        painter.end()
        return image

    right, left = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
    assert drawn("arrow-right", left) == drawn("arrow-right", right).transformed(QTransform().scale(-1, 1))
    assert drawn("check", left) == drawn("check", right)


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


def test_a_language_without_a_font_is_said_and_not_chosen(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    without = next(script for script in QFontDatabase.WritingSystem if not QFontDatabase.families(script))
    monkeypatch.setitem(languages._SCRIPTS, "de", (without, "German"))
    monkeypatch.delenv(VARIABLE, raising=False)
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "de_DE.UTF-8")
    choice.begin(None)
    assert spoken() == "de"
    wizard = Wizard()
    qtbot.addWidget(wizard.window)
    assert spoken() == "en"
    menu = QMenu()
    qtbot.addWidget(menu)
    add_languages(menu, lambda tag: None)
    said = {action.objectName(): (action.text(), action.isEnabled()) for action in menu.actions()}
    assert said["language:de"] == ("German: no font on this computer", False)
    assert said["language:fr"] == ("Français", True)


def test_a_language_named_for_this_start_is_spoken_without_a_font_too(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = next(script for script in QFontDatabase.WritingSystem if not QFontDatabase.families(script))
    monkeypatch.setitem(languages._SCRIPTS, "de", (without, "German"))
    choice.begin("de")
    wizard = Wizard()
    qtbot.addWidget(wizard.window)
    assert spoken() == "de"
