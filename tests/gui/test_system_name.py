"""The name that the first page begins with."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtTest import QTest

from tests.gui.test_actions import Idle
from wizard.gui.app import Wizard
from wizard.gui.engine import Opened
from wizard.gui.system_name import of_a_person, system_name
from wizard.setup.pack import NO_RULES, WindowRules


@pytest.mark.parametrize(
    ("full_name", "login", "wanted"),
    [
        ("Ada Example", "ada", "Ada Example"),
        ("  Ada \t Example ", "ada", "Ada Example"),
        ("Zoë Ångström", "zoe", "Zoë Ångström"),
        ("ada", "ada", ""),
        ("Root", "root", ""),
        ("Debian Live user", "user", ""),
        ("Administrator", "x", ""),
        ("Ada\x1b[31m", "ada", ""),
        ("", "ada", ""),
    ],
)
def test_only_a_persons_name_is_taken(full_name: str, login: str, wanted: str) -> None:
    assert of_a_person(full_name, login) == wanted


def test_this_computer_can_be_asked() -> None:
    assert system_name() == " ".join(system_name().split())


@pytest.fixture
def opened(wizard: Wizard, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """The engine's answer, on a computer whose system knows Ada."""
    wizard.flow.attach(Idle())
    monkeypatch.setattr("wizard.gui.system_name.system_name", lambda: "Ada Example")
    return Opened((), None, frozenset(), lambda _: (), NO_RULES)


def test_the_name_stands_there_and_the_keyboard_is_in_the_address(wizard: Wizard, opened: Opened) -> None:
    wizard.welcome(opened)
    assert wizard.account.name_field.text() == "Ada Example"
    assert wizard.window.focusWidget() is wizard.account.address_field.input


def test_a_computer_that_many_use_offers_nobodys_name(wizard: Wizard, opened: Opened) -> None:
    wizard.welcome(replace(opened, rules=WindowRules(kiosk=True)))
    assert wizard.account.name_field.text() == ""


def test_a_name_that_was_typed_stays(wizard: Wizard, opened: Opened) -> None:
    QTest.keyClicks(wizard.account.name_field.input, "Gr")
    wizard.welcome(opened)
    assert wizard.account.name_field.text() == "Gr"
    assert wizard.window.focusWidget() is wizard.account.name_field.input
