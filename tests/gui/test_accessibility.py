"""The window's controls as assistive technology is told of them: name, role, state, order, size; on every page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFont, QFontInfo
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QProxyStyle, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.samples import ARRIVED, DRAFT, FAILS, WORKS
from tests.gui.test_actions import walk
from tests.gui.test_safe_hands import in_view, on_done, settle
from wizard.gui import theme
from wizard.gui.app import Wizard
from wizard.gui.widgets.switch import Switch

LEAST = 24  # pixels, WCAG 2.2 target size (2.5.8)
LEAST_TEXT = 11.5
ROLES = {
    QAccessible.Role.Button,
    QAccessible.Role.CheckBox,
    QAccessible.Role.RadioButton,
    QAccessible.Role.EditableText,
    QAccessible.Role.ComboBox,
    QAccessible.Role.Heading,
    QAccessible.Role.StaticText,
}


def on_account(wizard: Wizard) -> None:
    """All fields filled in, the servers found."""
    walk(wizard, WORKS)
    wizard.window.go_back_to("account")


def on_settings(wizard: Wizard) -> None:
    """Two servers."""
    walk(wizard, WORKS)
    wizard.window.go_back_to("settings")


def on_editor(wizard: Wizard) -> None:
    """One of them is being changed."""
    on_settings(wizard)
    wizard.settings.sending.open_editor()


def on_running(wizard: Wizard) -> None:
    """A check is under way."""
    walk(wizard, WORKS)
    wizard.check.begin(DRAFT)


def on_card(wizard: Wizard) -> None:
    """A card is shown."""
    walk(wizard, FAILS)


def on_test(wizard: Wizard) -> None:
    """A message arrived."""
    walk(wizard, WORKS)
    wizard.window.next()
    wizard.test._send()
    wizard.test.show_result(WORKS_AND_ARRIVED)


WORKS_AND_ARRIVED = replace(WORKS, round_trip=ARRIVED)
PLACES = [on_account, on_settings, on_editor, on_running, on_card, on_test, on_done]
Begin = Callable[[Wizard], None]


@pytest.fixture
def active(wizard: Wizard, qtbot: QtBot) -> Wizard:
    """The window with the keyboard in it."""
    wizard.window.activateWindow()
    qtbot.waitActive(wizard.window)
    return wizard


def stops(wizard: Wizard) -> list[QWidget]:
    """What Tab stops at now."""
    found = wizard.window.findChildren(QWidget)
    return [
        each for each in found if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible() and each.isEnabled()
    ]


@pytest.mark.parametrize("begin", PLACES)
def test_every_control_has_name_role_state_and_size(active: Wizard, qtbot: QtBot, begin: Begin) -> None:
    begin(active)
    settle(qtbot)
    controls = stops(active)
    assert len(controls) > 2
    # A switch tells its whole place a moment after the first paint.
    qtbot.waitUntil(lambda: all(isinstance(each.style(), QProxyStyle) for each in controls if isinstance(each, Switch)))
    for widget in controls:
        told = QAccessible.queryAccessibleInterface(widget)
        name = told.text(QAccessible.Text.Name)
        label = f"{widget.objectName() or type(widget).__name__} “{name}”"
        assert name.strip(), label
        assert told.role() in ROLES, f"{label}: {told.role()}"
        assert told.state().focusable, label
        assert not told.state().disabled, label
        assert min(told.rect().width(), told.rect().height()) >= LEAST, f"{label}: {told.rect()}"
        said = told.text(QAccessible.Text.Description)
        assert said != name, f"{label} is said twice"


@pytest.mark.parametrize("begin", PLACES)
def test_no_two_controls_have_one_name(active: Wizard, qtbot: QtBot, begin: Begin) -> None:
    begin(active)
    settle(qtbot)
    # A list and the line one types in within it are one control; Windows is told one name of both.
    controls = [widget for widget in stops(active) if not isinstance(widget.parent(), QComboBox)]
    names = Counter(QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name) for widget in controls)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("begin", PLACES)
def test_what_has_the_keyboard_is_in_view_all_the_way_round(active: Wizard, qtbot: QtBot, begin: Begin) -> None:
    begin(active)
    settle(qtbot)
    page = active.window.current_page()
    assert page is not None
    for widget in stops(active):
        if not page.scroll.content.isAncestorOf(widget):
            continue
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.waitUntil(partial(in_view, page, widget), timeout=2000)


@pytest.mark.parametrize("begin", PLACES)
def test_no_text_is_smaller_than_can_be_read(active: Wizard, qtbot: QtBot, qapp: QApplication, begin: Begin) -> None:
    before = QFont(qapp.font())
    small = QFont(before)
    small.setPixelSize(12)  # 9 points, as Windows and plain Qt have it
    try:
        qapp.setFont(small)
        theme.current().follow_font()
        begin(active)
        settle(qtbot)
        for label in active.window.findChildren(QLabel):
            if label.isVisible() and label.text():
                assert QFontInfo(label.font()).pixelSize() >= LEAST_TEXT, label.text()
    finally:
        qapp.setFont(before)
        theme.current().follow_font()
