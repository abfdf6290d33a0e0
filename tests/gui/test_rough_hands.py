"""Hands that click twice, drop the wrong thing, paste a whole log or press Escape by mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.samples import FAILS, WORKS
from tests.gui.test_accessibility import PLACES, on_settings
from tests.gui.test_actions import Idle, walk
from tests.gui.test_dialogs import opened
from tests.gui.test_dialogs_in_every_language import DIALOGS
from tests.gui.test_safe_hands import settle
from wizard.gui.app import Wizard
from wizard.gui.bring_dialog import BringDialog
from wizard.gui.explain_dialog import ExplainDialog
from wizard.gui.widgets.choices import Choice
from wizard.gui.widgets.switch import Switch
from wizard.gui.widgets.text_box import MOST, TextBox

LEFT = Qt.MouseButton.LeftButton
COPY = Qt.DropAction.CopyAction


def double_click(widget: QWidget) -> None:
    """As the window system reports it: press, release, double click, release."""
    QTest.mouseClick(widget, LEFT)
    QTest.mouseDClick(widget, LEFT)


@pytest.mark.parametrize("begin", PLACES)
def test_a_double_click_on_a_switch_turns_it_once(
    wizard: Wizard, qtbot: QtBot, begin: Callable[[Wizard], None]
) -> None:
    begin(wizard)
    settle(qtbot)
    page = wizard.window.current_page()
    assert page is not None
    for switch in page.findChildren(Switch):
        if switch.isVisible() and switch.isEnabled():
            before = switch.isChecked()
            double_click(switch)
            assert switch.isChecked() is not before, switch.text()


def test_a_double_click_on_the_eye_shows_the_password(wizard: Wizard) -> None:
    field = wizard.account.password_field
    double_click(field.eye)
    assert field.eye.isChecked()


@pytest.mark.parametrize("begin", PLACES)
def test_the_wheel_changes_no_choice(wizard: Wizard, qtbot: QtBot, begin: Callable[[Wizard], None]) -> None:
    begin(wizard)
    settle(qtbot)
    for choice in wizard.window.findChildren(QComboBox):
        assert isinstance(choice, Choice)
        if not choice.isVisible():
            continue
        before = choice.currentIndex(), choice.currentText()
        for way in (-120, 120):
            spot = QPointF(choice.rect().center())
            turned = QWheelEvent(
                *(spot, choice.mapToGlobal(spot), QPoint(), QPoint(0, way)),
                *(Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False),
            )
            QApplication.sendEvent(choice, turned)
            assert (choice.currentIndex(), choice.currentText()) == before


# What is dropped


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mail.xml"
    path.write_text("<clientConfig/>")
    return path


def naming(path: Path) -> QMimeData:
    """As a file manager hands it over: the file, and its name as a text."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    data.setText(path.as_uri())
    return data


def drag_onto(widget: QWidget, data: QMimeData) -> bool:
    """Whether it, or what it lies in, takes what is dropped: Qt asks them in turn and drops it onto who agreed."""
    spot = widget.rect().center()
    enters = QDragEnterEvent(spot, COPY, data, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, enters)
    if enters.isAccepted():
        drop = QDropEvent(QPointF(spot), COPY, data, LEFT, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(widget, drop)
    return enters.isAccepted()


def test_a_file_on_a_field_is_read_and_not_written_into_it(wizard: Wizard, qtbot: QtBot, file: Path) -> None:
    page = wizard.account
    assert not drag_onto(page.name_field, naming(file)), "nobody can read it yet"
    wizard.flow.attach(Idle())
    for field in (page.name_field, page.address_field, page.password_field):
        with qtbot.waitSignal(wizard.window.brought_file) as brought:
            assert drag_onto(field.input, naming(file))
        assert brought.args == [str(file)]
        assert field.text() == ""


def test_a_text_on_a_field_is_written_into_it(wizard: Wizard) -> None:
    data = QMimeData()
    data.setText("ada@example.org")
    field = wizard.account.address_field.input
    assert drag_onto(field, data)
    assert field.text() == "ada@example.org"


def test_nothing_is_taken_where_it_would_not_be_read(wizard: Wizard, qtbot: QtBot, file: Path) -> None:
    walk(wizard, FAILS)
    settle(qtbot)
    assert wizard.window.current_page() is wizard.check
    assert not drag_onto(wizard.check, naming(file))
    wizard.window.go_back_to("account")
    picture = QMimeData()
    picture.setData("image/png", b"\x89PNG")
    for other in (picture, QMimeData()):
        assert not drag_onto(wizard.account, other)


def test_a_file_on_the_dialog_for_settings_is_opened(parent: QWidget, qtbot: QtBot, file: Path) -> None:
    dialog = opened(lambda widget: BringDialog("/", parent=widget), parent, qtbot)
    assert isinstance(dialog, BringDialog)
    with qtbot.waitSignal(dialog.file_chosen) as chosen:
        assert drag_onto(dialog.box.input, naming(file))
    assert chosen.args == [str(file)]
    assert dialog.box.text() == ""
    dialog.close()


def test_a_file_on_the_box_for_an_error_leaves_no_name_in_it(parent: QWidget, qtbot: QtBot, file: Path) -> None:
    dialog = opened(lambda widget: ExplainDialog(parent=widget), parent, qtbot)
    assert isinstance(dialog, ExplainDialog)
    drag_onto(dialog.box.input, naming(file))
    assert dialog.box.text() == ""
    dialog.close()


# What is pasted


@pytest.mark.parametrize(
    "text",
    ["a" * 1_000_000, "ada@example.org " * 60_000, "535 5.7.8 refused\n" * 50_000, "\u202e\u200d💥" * 200_000],
    ids=["one word", "one line", "a log", "signs"],
)
def test_a_megabyte_is_pasted_into_a_box_and_can_be_read(qtbot: QtBot, text: str) -> None:
    box = TextBox("Error message")
    qtbot.addWidget(box)
    box.resize(600, 300)
    box.show()
    QGuiApplication.clipboard().setText(text)
    box.input.paste()
    settle(qtbot)
    assert box.text() == text
    QGuiApplication.clipboard().setText("b" * (MOST + 1))
    box.input.selectAll()
    box.input.paste()
    assert len(box.text()) == MOST
    box.input.undo()
    assert box.text() == text


@pytest.mark.parametrize("text", ["a" * 1_000_000, "ada@example.org " * 60_000, "\u202e\u200d💥" * 200_000])
def test_a_megabyte_in_the_fields_is_said_to_be_wrong(wizard: Wizard, qtbot: QtBot, text: str) -> None:
    page = wizard.account
    width = wizard.window.width()
    QGuiApplication.clipboard().setText(text)
    for field in (page.name_field, page.address_field, page.password_field):
        field.input.paste()
    wizard.window.next()
    settle(qtbot)
    assert wizard.window.current_page() is page
    assert page.address_field.error
    assert len(page.address_field.error) < 200
    assert wizard.window.width() == width
    assert page.scroll.content.width() <= page.scroll.viewport().width()


# Escape


@pytest.mark.parametrize("name", ["explain", "bring", "administrator"])
def test_escape_leaves_the_text_before_it_closes(name: str, parent: QWidget, qtbot: QtBot) -> None:
    dialog = opened(DIALOGS[name], parent, qtbot)
    box = dialog.findChild(QWidget, "administrator-message") if name == "administrator" else None
    text = box if box is not None else dialog.findChildren(TextBox)[0].input
    text.setFocus()
    QTest.keyClicks(text, "All that I wrote")
    QTest.keyClick(text, Qt.Key.Key_Escape)
    assert dialog.isVisible(), "what was typed is still there"
    QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("name", ["explain", "bring", "administrator", "report", "provider"])
def test_escape_closes_at_once_where_nothing_was_typed(name: str, parent: QWidget, qtbot: QtBot) -> None:
    dialog = opened(DIALOGS[name], parent, qtbot)
    focused = dialog.focusWidget()
    QTest.keyClick(focused or dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


# Space on what is on the pages


def press_by_keyboard(wizard: Wizard, name: str, qtbot: QtBot) -> QWidget:
    """Where the keyboard is after Space on it."""
    wizard.window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    page = wizard.window.current_page()
    assert page is not None
    button = page.findChild(QAbstractButton, name)
    assert button is not None
    assert button.isVisible()
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    settle(qtbot)
    focused = wizard.window.focusWidget()
    assert focused is not None
    return focused


@pytest.mark.parametrize("side", ["receiving", "sending"])
def test_edit_leads_into_the_first_field_and_return_applies(wizard: Wizard, qtbot: QtBot, side: str) -> None:
    on_settings(wizard)
    field = press_by_keyboard(wizard, f"edit:{side}", qtbot)
    assert field.accessibleName() == f"{side.capitalize()} server"
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "other.example.net")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot)
    assert wizard.window.current_page() is wizard.settings, "Return applies, and begins no check"
    card = wizard.settings.receiving if side == "receiving" else wizard.settings.sending
    assert card.candidate is not None
    assert card.candidate.host == "other.example.net"
    focused = wizard.window.focusWidget()
    assert focused is not None
    assert focused.objectName() == f"edit:{side}"


@pytest.mark.parametrize("way", ["escape", "undo", "apply"])
def test_whoever_leaves_the_editor_is_on_edit_again(wizard: Wizard, qtbot: QtBot, way: str) -> None:
    on_settings(wizard)
    field = press_by_keyboard(wizard, "edit:sending", qtbot)
    card = wizard.settings.sending
    if way == "escape":
        QTest.keyClick(field, Qt.Key.Key_Escape)
    else:
        button = card.undo if way == "undo" else card.apply
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)
    settle(qtbot)
    focused = wizard.window.focusWidget()
    assert focused is not None
    assert focused.objectName() == "edit:sending"
    assert wizard.window.isVisible()


# The window is moved about while it works


def test_a_window_that_changes_while_it_checks_keeps_the_keyboard(wizard: Wizard, qtbot: QtBot) -> None:
    wizard.window.activateWindow()
    qtbot.waitActive(wizard.window)
    walk(wizard, WORKS)
    wizard.check.begin(WORKS.draft)
    settle(qtbot)
    for width, height in ((480, 400), (1600, 900), (700, 420), (860, 620)):
        wizard.window.resize(width, height)
        settle(qtbot)
    wizard.window.move(5000, 5000)
    focused = wizard.window.focusWidget()
    assert focused is not None
    assert focused.isVisible()
    assert focused.objectName() not in {"cancel", "back"}
    wizard.check.show_result(WORKS)
    settle(qtbot)
    focused = wizard.window.focusWidget()
    assert focused is not None
    assert focused.objectName() == "continue"


def test_a_second_click_takes_the_keyboard_nowhere(wizard: Wizard, qtbot: QtBot) -> None:
    """On Done it would stay on Finish, where the next Space ends the program before the settings were read."""
    walk(wizard, WORKS)
    wizard.window.next()
    wizard.window.skip_step()
    wizard.window.activateWindow()
    assert wizard.window.current_page() is wizard.done
    settle(qtbot)
    (finish,) = (
        each
        for each in wizard.window.findChildren(QAbstractButton)
        if each.objectName() == "continue" and each.isVisible()
    )
    wizard.window.clock = lambda: 0.0
    wizard.window._fresh_since = 0.0  # it has only just come
    double_click(finish)
    settle(qtbot)
    assert wizard.window.isVisible()
    assert wizard.window.focusWidget() is wizard.done.heading
