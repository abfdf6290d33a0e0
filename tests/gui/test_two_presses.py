"""Address, password, Continue, Finish: pages with nothing to decide are passed over, and nothing is passed unseen."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.samples import ARRIVED, DRAFT, FAILS, WORKS, WORKS_AFTER_FIX
from tests.gui.test_actions import Idle
from tests.gui.test_flow import ACCOUNTS, SignUp, press
from wizard.gui.app import Wizard
from wizard.model.account import CheckResult, RoundTrip, RoundTripStatus
from wizard.model.address import Address
from wizard.model.plan import Plan
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.setup.pack import WindowRules

WELL = next(account for account in ACCOUNTS if account.scenario == "all-well")
FOUND = Plan(DRAFT.address, tuple(filter(None, (DRAFT.incoming, DRAFT.outgoing))))
FOREIGN = ServerCandidate(
    Protocol.IMAP, "imap.stranger.example", 993, Security.TLS, str(DRAFT.address), Source.SRV, trusted=False
)


@pytest.fixture
def short(wizard: Wizard) -> Wizard:
    """The window as people get it, its engine idle."""
    wizard.account.every_step.setChecked(False)
    wizard.flow.attach(Idle())
    return wizard


def page_of(wizard: Wizard) -> str:
    """The page that shows."""
    page = wizard.window.current_page()
    return page.name if page is not None else ""


def pages_of(wizard: Wizard) -> list[str]:
    """Collects the pages that are shown from now on."""
    seen = [page_of(wizard)]
    wizard.window.currentIdChanged.connect(lambda _: seen.append(page_of(wizard)))
    return seen


def fill_in(wizard: Wizard, plan: Plan | None = FOUND) -> None:
    """Address and password, and what discovery found."""
    wizard.account.address_field.set_text(str(DRAFT.address))
    wizard.account.password_field.set_text("correct horse")
    wizard.account.look_up()
    if plan is not None:
        wizard.state.set_plan(plan)


def button(wizard: Wizard, name: str) -> QAbstractButton:
    """The button of that id that shows."""
    found = [each for each in wizard.window.findChildren(QAbstractButton) if each.objectName() == name]
    return next(each for each in found if each.isVisible())


def checked(wizard: Wizard, result: CheckResult) -> None:
    """The check that runs ends so."""
    wizard.flow.checking._done(result)


@pytest.mark.slow
def test_address_password_continue_finish(qtbot: QtBot, sign_up: SignUp) -> None:
    wizard = sign_up(WELL.address, WELL.password)
    wizard.account.every_step.setChecked(False)
    seen = pages_of(wizard)
    press(qtbot, wizard)
    qtbot.waitUntil(lambda: page_of(wizard) == "done", timeout=SECONDS)
    assert seen == ["account", "check", "test", "done"]
    result = wizard.state.result
    assert result is not None
    assert result.round_trip.status is RoundTripStatus.ARRIVED
    assert wizard.window.isVisible(), "Finish is the second press"
    with qtbot.waitSignal(wizard.window.closing):
        press(qtbot, wizard)


def test_the_servers_stand_on_the_first_page_before_anything_is_pressed(short: Wizard) -> None:
    fill_in(short)
    words = short.account.servers_line.words
    assert words.isVisible()
    for server in (DRAFT.incoming, DRAFT.outgoing):
        assert server is not None
        assert server.host in words.text()
    password = short.account.password_field
    assert password.input.accessibleDescription() == words.text(), "said where the password is typed, too"
    short.account.address_field.input.setText("ada@example.o")
    assert not words.isVisible()
    assert password.input.accessibleDescription() == ""


@pytest.mark.slow
def test_who_presses_before_the_servers_are_found_sees_them_first(short: Wizard, qtbot: QtBot) -> None:
    fill_in(short, plan=None)
    short.window.next()
    assert page_of(short) == "account"
    assert not short.account.isComplete()
    short.state.set_plan(FOUND)
    assert short.account.servers_line.isVisible()
    assert page_of(short) == "account"
    qtbot.waitUntil(lambda: page_of(short) == "check", timeout=5000)


@pytest.mark.slow
def test_who_types_on_while_the_servers_are_looked_for_is_taken_nowhere(short: Wizard, qtbot: QtBot) -> None:
    fill_in(short, plan=None)
    short.window.next()
    QTest.keyClicks(short.account.password_field.input, "x")
    short.state.set_plan(FOUND)
    qtbot.wait(1200)
    assert page_of(short) == "account"
    assert short.account.isComplete()


def test_a_look_up_that_fails_leads_to_where_servers_are_typed(short: Wizard, qtbot: QtBot) -> None:
    fill_in(short, plan=None)
    short.window.next()
    short.flow._not_found("Nobody could be asked.")
    qtbot.waitUntil(lambda: page_of(short) == "settings", timeout=5000)
    assert short.settings.subheading.text() == "Nobody could be asked."


@pytest.mark.slow
def test_a_suggestion_that_came_after_the_press_is_read_first(short: Wizard, qtbot: QtBot) -> None:
    fill_in(short, plan=None)
    short.window.next()
    short.state.set_plan(replace(FOUND, suggestion=Address.parse("ada@example.com")))
    qtbot.wait(1200)
    assert page_of(short) == "account"
    assert short.account.isComplete()


@pytest.mark.parametrize(
    "plan",
    [Plan(DRAFT.address, (FOREIGN,)), Plan(DRAFT.address, ())],
    ids=["a stranger's server wants a yes", "no server is known"],
)
def test_what_has_to_be_decided_has_its_page(short: Wizard, plan: Plan) -> None:
    fill_in(short, plan)
    short.window.next()
    assert page_of(short) == "settings"


@pytest.mark.parametrize("from_page", ["account", "check"])
def test_edit_leads_to_the_settings_and_on_from_there(short: Wizard, from_page: str) -> None:
    fill_in(short)
    if from_page == "check":
        short.window.next()
        assert page_of(short) == "check"
    button(short, "edit-settings").click()
    assert page_of(short) == "settings"
    short.window.next()
    assert page_of(short) == "check"
    short.window.back()
    assert page_of(short) == "settings"


@pytest.mark.slow
def test_back_leads_to_every_page_that_was_shown(short: Wizard, qtbot: QtBot) -> None:
    fill_in(short)
    short.window.next()
    checked(short, WORKS)
    qtbot.waitUntil(lambda: page_of(short) == "test", timeout=5000)
    arrived = replace(WORKS, round_trip=ARRIVED)
    short.flow._sent(WORKS, arrived)
    qtbot.waitUntil(lambda: page_of(short) == "done", timeout=5000)
    seen = []
    for _ in range(3):
        short.window.back()
        seen.append(page_of(short))
    assert seen == ["test", "check", "account"]
    qtbot.wait(900)
    assert page_of(short) == "account", "nothing leads on by itself from where somebody went back to"


def test_a_message_is_part_of_the_run_and_sent_once(short: Wizard, qtbot: QtBot) -> None:
    fill_in(short)
    short.window.next()
    with qtbot.waitSignal(short.test.send_requested, timeout=5000) as sent:
        checked(short, WORKS)
    assert sent.args == [None], "to oneself"
    short.test.stop_button.click()
    short.window.back()
    with qtbot.assertNotEmitted(short.test.send_requested):
        short.window.next()
    assert page_of(short) == "test"


def test_without_the_switch_no_message_is_sent(short: Wizard, qtbot: QtBot) -> None:
    assert short.account.sends_test.isChecked()
    short.account.sends_test.click()
    fill_in(short)
    short.window.next()
    with qtbot.assertNotEmitted(short.test.send_requested):
        checked(short, WORKS)
        qtbot.waitUntil(lambda: page_of(short) == "done", timeout=5000)


@pytest.mark.slow
@pytest.mark.parametrize("result", [FAILS, WORKS_AFTER_FIX])
def test_a_card_is_never_passed(short: Wizard, qtbot: QtBot, result: CheckResult) -> None:
    fill_in(short)
    short.window.next()
    checked(short, result)
    qtbot.wait(900)
    assert page_of(short) == "check"


@pytest.mark.slow
@pytest.mark.parametrize(
    "trip",
    [
        replace(ARRIVED, is_junk=True, folder="Junk"),
        replace(ARRIVED, dmarc="fail"),
        RoundTrip(RoundTripStatus.SENT),
    ],
    ids=["junk", "dmarc failed", "not seen yet"],
)
def test_a_message_about_which_something_is_to_be_said_stays_to_be_read(
    short: Wizard, qtbot: QtBot, trip: RoundTrip
) -> None:
    fill_in(short)
    short.window.next()
    checked(short, WORKS)
    qtbot.waitUntil(lambda: page_of(short) == "test", timeout=5000)
    short.flow._sent(WORKS, replace(WORKS, round_trip=trip))
    qtbot.wait(900)
    assert page_of(short) == "test"


@pytest.mark.slow
def test_nothing_leads_on_below_a_dialog(short: Wizard, qtbot: QtBot) -> None:
    fill_in(short)
    short.window.next()
    short.window.show_about()
    checked(short, WORKS)
    qtbot.wait(900)
    assert page_of(short) == "check"
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    dialog.close()


def test_who_goes_back_stops_the_check(short: Wizard) -> None:
    fill_in(short)
    short.window.next()
    running = [short.check.is_running]
    short.window.back()
    running.append(short.check.is_running)
    assert running == [True, False]
    assert short.flow.checking._running is None


def test_every_step_is_shown_to_whoever_wants_each(short: Wizard) -> None:
    seen = pages_of(short)
    short.account.every_step.click()
    fill_in(short)
    short.window.next()
    short.window.next()
    checked(short, WORKS)
    short.window.next()
    assert seen == ["account", "settings", "check", "test"]
    assert short.test.primary_text == "Send test message"


def test_a_helpdesk_may_demand_every_step(short: Wizard) -> None:
    short.obey(WindowRules(every_step=True))
    assert not short.account.every_step.isVisible()
    fill_in(short)
    short.window.next()
    assert page_of(short) == "settings"


def test_a_step_gone_through_to_another_begins_nothing(short: Wizard, qtbot: QtBot) -> None:
    short.account.every_step.setChecked(True)
    fill_in(short)
    short.window.next()
    short.window.next()
    checked(short, WORKS)
    short.window.next()
    short.state.forget_result()
    with qtbot.assertNotEmitted(short.check.entered):
        short.window.go_back_to("account")
    assert page_of(short) == "account"
