"""The window driven through the practice network, to the card or the Done page that must come."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWizard
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from wizard import assets, wiring
from wizard.gui.app import Wizard
from wizard.gui.widgets.side_panel import StepRow
from wizard.model.account import RoundTripStatus
from wizard.practice.scenarios import PracticeAccount, load_scenarios

pytestmark = pytest.mark.slow

ACCOUNTS = [scenario.account for scenario in load_scenarios(assets.resources() / "practice")]
SignUp = Callable[[str, str], Wizard]


def press(qtbot: QtBot, wizard: Wizard) -> None:
    """The page's primary button, once it can be pressed."""
    page = wizard.window.current_page()
    assert page is not None
    qtbot.waitUntil(page.isComplete, timeout=SECONDS)
    shown = [button for button in wizard.window.findChildren(QAbstractButton) if button.objectName() == "continue"]
    button = next(each for each in shown if each.isVisible())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def to_the_check(qtbot: QtBot, wizard: Wizard) -> None:
    press(qtbot, wizard)
    assert wizard.window.currentPage() is wizard.settings
    if wizard.settings.consent.isVisible():
        wizard.settings.agree.click()
    press(qtbot, wizard)
    assert wizard.window.currentPage() is wizard.check
    qtbot.waitUntil(lambda: wizard.check.result is not None, timeout=SECONDS)


def causes(wizard: Wizard) -> list[str]:
    page = wizard.window.current_page()
    cards = wizard.check.cards if page is wizard.check else wizard.test.cards
    return [card.objectName() for card in cards]


def test_the_causes_are_read_while_the_password_is_typed(qtbot: QtBot, practising: Wizard, sign_up: SignUp) -> None:
    wiring._catalogue.cache_clear()
    qtbot.waitUntil(lambda: practising.account.practice is not None, timeout=SECONDS)
    assert wiring._catalogue.cache_info().currsize == 0
    with qtbot.waitSignal(practising.flow.all_is_read, timeout=SECONDS):
        sign_up("ada@all-well.example", "")
    assert wiring._catalogue.cache_info().currsize == 1


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.scenario)
def test_every_practice_account_ends_as_it_teaches(qtbot: QtBot, sign_up: SignUp, account: PracticeAccount) -> None:
    wizard = sign_up(account.address, account.password)
    to_the_check(qtbot, wizard)
    expected = f"diagnosis:{account.cause}"
    if causes(wizard):
        assert causes(wizard)[0] == expected
        assert account.cause != "bad-credentials" or len(causes(wizard)) == 1, "one refusal is one card"
        if not account.fixable:
            return
        first = wizard.check.cards[0].findChildren(QAbstractButton)
        primary = next(button for button in first if button.objectName().startswith("remedy:"))
        QTest.mouseClick(primary, Qt.MouseButton.LeftButton)
    press(qtbot, wizard)
    assert wizard.window.currentPage() is wizard.test
    press(qtbot, wizard)
    qtbot.waitUntil(lambda: has_ended(wizard), timeout=SECONDS)
    if wizard.test.cards:
        assert causes(wizard)[0] == expected
        return
    assert account.cause is None or account.fixable
    press(qtbot, wizard)
    assert wizard.window.currentPage() is wizard.done
    qtbot.waitUntil(lambda: wizard.done.sheet is not None, timeout=SECONDS)


def has_ended(wizard: Wizard) -> bool:
    result = wizard.state.result
    return result is not None and result.round_trip.status is not RoundTripStatus.SKIPPED


def test_back_keeps_what_was_typed_and_checks_anew_only_after_a_change(qtbot: QtBot, sign_up: SignUp) -> None:
    account = next(one for one in ACCOUNTS if one.cause is None)
    wizard = sign_up(account.address, account.password)
    to_the_check(qtbot, wizard)
    result = wizard.state.result
    wizard.window.back()
    wizard.window.back()
    assert wizard.account.address_field.text() == account.address
    assert wizard.account.password_field.text() == account.password
    press(qtbot, wizard)
    press(qtbot, wizard)
    assert wizard.window.currentPage() is wizard.check
    assert wizard.state.result is result


def remedy(wizard: Wizard, cause: str, named: str) -> QAbstractButton:
    card = next(card for card in wizard.check.cards if card.objectName() == f"diagnosis:{cause}")
    return next(b for b in card.findChildren(QAbstractButton) if b.objectName() == f"remedy:{named}")


def test_a_mistyped_provider_is_questioned_and_the_suggestion_taken(qtbot: QtBot, sign_up: SignUp) -> None:
    wizard = sign_up("ada@gmial.com", "tulip-wagon-64")
    to_the_check(qtbot, wizard)
    assert causes(wizard) == ["diagnosis:address-mistyped"]
    result = wizard.state.result
    assert result is not None
    assert (result.reports, dict(result.sign_in_attempts)) == ((), {})
    QTest.mouseClick(remedy(wizard, "address-mistyped", "use-suggested-address"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: wizard.state.result not in (None, result), timeout=SECONDS)
    assert str(wizard.state.address) == "ada@gmail.com"
    wizard.window.go_back_to("account")
    assert wizard.account.address_field.text() == "ada@gmail.com"
    assert wizard.account.password_field.text() == "tulip-wagon-64"


def test_a_blank_beside_the_password_is_taken_off_and_stays_off(qtbot: QtBot, sign_up: SignUp) -> None:
    account = next(one for one in ACCOUNTS if one.cause is None)
    wizard = sign_up(account.address, f"{account.password}\u00a0")
    to_the_check(qtbot, wizard)
    result = wizard.state.result
    assert causes(wizard) == ["diagnosis:bad-credentials"]
    QTest.mouseClick(remedy(wizard, "bad-credentials", "take-blank-off"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: wizard.state.result not in (None, result), timeout=SECONDS)
    assert causes(wizard) == []
    wizard.window.go_back_to("account")
    assert wizard.account.password_field.text() == account.password


def test_a_mistyped_provider_can_be_said_to_be_right(qtbot: QtBot, sign_up: SignUp) -> None:
    wizard = sign_up("ada@gmial.com", "tulip-wagon-64")
    to_the_check(qtbot, wizard)
    result = wizard.state.result
    QTest.mouseClick(remedy(wizard, "address-mistyped", "address-is-right"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: wizard.state.result not in (None, result), timeout=SECONDS)
    assert str(wizard.state.address) == "ada@gmial.com"
    assert "diagnosis:address-mistyped" not in causes(wizard)


def test_stop_answers_at_once(qtbot: QtBot, sign_up: SignUp) -> None:
    account = next(one for one in ACCOUNTS if one.scenario == "port-587-blocked")
    wizard = sign_up(account.address, account.password)
    press(qtbot, wizard)
    press(qtbot, wizard)
    QTest.mouseClick(wizard.check.stop_button, Qt.MouseButton.LeftButton)
    assert "stopped" in wizard.check.heading.text()
    assert wizard.window.button(QWizard.WizardButton.BackButton).isEnabled()


def test_another_account_begins_empty(qtbot: QtBot, sign_up: SignUp) -> None:
    account = next(one for one in ACCOUNTS if one.cause is None)
    wizard = sign_up(account.address, account.password)
    to_the_check(qtbot, wizard)
    press(qtbot, wizard)
    wizard.window.skip_step()
    qtbot.waitUntil(lambda: wizard.done.sheet is not None, timeout=SECONDS)
    wizard.done.remember.setChecked(False)
    wizard.window.another_account.emit()
    assert wizard.window.currentPage() is wizard.account
    assert wizard.account.address_field.text() == ""
    assert wizard.account.password_field.text() == ""
    assert wizard.state.result is None


def to_the_end_of(wizard: Wizard, qtbot: QtBot, scenario: str, sign_up: SignUp) -> None:
    """The check of that practice account."""
    account = next(one for one in ACCOUNTS if one.scenario == scenario)
    sign_up(account.address, account.password)
    to_the_check(qtbot, wizard)


@pytest.mark.parametrize("scenario", ["mailbox-full", "sending-limit", "relay-denied"])
def test_where_only_time_is_missing_the_settings_can_be_handed_over(
    qtbot: QtBot, practising: Wizard, sign_up: SignUp, scenario: str
) -> None:
    to_the_end_of(practising, qtbot, scenario, sign_up)
    assert practising.check.primary_text == "Continue, the settings are right"
    press(qtbot, practising)
    assert practising.window.currentPage() is practising.done
    assert practising.done.heading.text() == "Your settings are right"
    assert practising.done.subheading.text().startswith("Sending: ")
    sheet = practising.done.sheet
    assert sheet is not None
    assert {row.group for row in sheet.rows} >= {"Incoming server", "Outgoing server"}
    assert not practising.done.wants_remembering


@pytest.mark.parametrize(
    ("name", "button", "note"),
    [
        ("full", "continue", "Not possible yet"),
        ("auth-off", "skip", "Not possible yet"),
        ("imap-off", "skip", "Skipped"),
    ],
)
def test_going_on_with_what_is_right_sends_no_message_unseen_and_ticks_no_step(
    sign_up: SignUp, qtbot: QtBot, name: str, button: str, note: str
) -> None:
    wizard = sign_up(f"ada@{name}.example", f"practice-{name}")
    wizard.account.every_step.setChecked(False)
    assert wizard.state.sends_test
    wizard.window.next()
    qtbot.waitUntil(lambda: bool(wizard.check.cards), timeout=SECONDS)
    with qtbot.assertNotEmitted(wizard.test.send_requested):
        next(each for each in wizard.window.findChildren(QAbstractButton) if each.objectName() == button).click()
        assert wizard.window.current_page() is wizard.done
    rows = [row.text() for row in wizard.window.findChildren(StepRow)]
    assert rows[2].startswith("3. Check: to come, One thing")
    assert rows[3] == f"4. Test message: to come, {note}"
    assert wizard.window.button(QWizard.WizardButton.CancelButton).isHidden()
    with qtbot.waitSignal(wizard.window.finish_requested):
        wizard.window.button(QWizard.WizardButton.FinishButton).click()


@pytest.mark.parametrize(
    ("scenario", "side"),
    [("server-busy", "receiving"), ("certificate-expired", "receiving"), ("imap-switched-off", "sending")],
)
def test_where_one_side_works_it_can_be_handed_over(
    qtbot: QtBot, practising: Wizard, sign_up: SignUp, scenario: str, side: str
) -> None:
    to_the_end_of(practising, qtbot, scenario, sign_up)
    assert not practising.check.isComplete(), "what helps is on the card"
    link, button = practising.check._one_side_link, practising.window.button(QWizard.WizardButton.CustomButton1)
    ways = [way for way in (link, button) if way.isVisible()]  # a button, unless its words are too long in this font
    assert [way.text().replace("&", "") for way in ways] == [f"Continue with {side} only"]
    QTest.mouseClick(ways[0], Qt.MouseButton.LeftButton)
    assert practising.window.currentPage() is practising.done
    assert practising.done.heading.text() == f"{side.capitalize()} works"
    assert "verified" in practising.done._line.text()


def test_where_nothing_works_there_is_no_way_on(qtbot: QtBot, practising: Wizard, sign_up: SignUp) -> None:
    to_the_end_of(practising, qtbot, "wrong-password", sign_up)
    assert not practising.check.isComplete()
    assert practising.check.skip_text is None
