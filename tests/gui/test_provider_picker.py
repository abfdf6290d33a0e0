"""The list of providers: nobody is given a stranger's servers, and what most people look for comes first."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from wizard import wiring
from wizard.gui.country_names import WORLD_WIDE
from wizard.gui.provider_picker import ProviderPicker


@pytest.fixture
def picker(qtbot: QtBot) -> ProviderPicker:
    """The list as it opens, for an address of a company's own domain."""
    made = ProviderPicker(wiring.presets().search, "my-own-company.example")
    qtbot.addWidget(made)
    made.show()
    return made


def rows(picker: ProviderPicker) -> list[str]:
    """What stands in the list, headings included."""
    return [picker.list.item(row).text() for row in range(picker.list.count())]


def test_nobody_is_chosen_before_somebody_chooses(picker: ProviderPicker, qtbot: QtBot) -> None:
    assert picker.list.currentRow() == -1
    assert not picker.choose.isEnabled()
    with qtbot.assertNotEmitted(picker.picked):
        QTest.keyClick(picker.field.input, Qt.Key.Key_Return)
    assert picker.result() != QDialog.DialogCode.Accepted


def test_who_searches_and_presses_return_gets_what_was_found(picker: ProviderPicker, qtbot: QtBot) -> None:
    QTest.keyClicks(picker.field.input, "fastmail")
    assert picker.choose.isEnabled()
    with qtbot.waitSignal(picker.picked) as picked:
        picker.choose.click()
    assert picked.args is not None
    assert picked.args[0].id == "fastmail"


def test_a_domain_of_ones_own_is_said_before_it_is_too_late(picker: ProviderPicker) -> None:
    QTest.keyClicks(picker.field.input, "gmail")
    assert picker.note.isVisible()
    assert picker.note.text().startswith("my-own-company.example is not one of")
    picker.field.input.clear()
    assert not picker.note.isVisible()


def test_a_providers_own_domain_is_not_remarked_upon(qtbot: QtBot) -> None:
    own = ProviderPicker(wiring.presets().search, "gmail.com")
    qtbot.addWidget(own)
    own.show()
    QTest.keyClicks(own.field.input, "gmail.com")
    assert not own.note.isVisible()


def test_what_most_look_for_comes_first_and_countries_have_names(picker: ProviderPicker) -> None:
    shown = rows(picker)
    assert shown[0] == "Popular"
    assert "Gmail" in shown[1]
    assert shown.index(WORLD_WIDE) < shown.index("Austria") < shown.index("United States")
    assert not [row for row in shown if len(row) == 2 and row.isupper()]
