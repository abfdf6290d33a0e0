"""The Test message page: send, watch, verdict."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.samples import ARRIVED, BAD_CREDENTIALS, EDIT_PASSWORD, SMTP, WAIT, WORKS, event, now
from wizard.gui.lanes import State
from wizard.gui.pages.test_page import TestPage
from wizard.gui.widgets.timeline import Timeline
from wizard.model.account import RoundTrip, RoundTripStatus, Verdict
from wizard.model.address import Address
from wizard.model.evidence import Outcome, Stage

pytestmark = [pytest.mark.qt_log_level_fail("WARNING"), pytest.mark.qt_log_ignore("propagateSizeHints")]


@pytest.fixture
def page(qtbot: QtBot) -> TestPage:
    """The page as it is entered after a check that worked."""
    made = TestPage(now)
    qtbot.addWidget(made)
    made.setFixedSize(644, 556)
    made.show()
    made.begin(WORKS)
    return made


def texts(page: TestPage) -> list[str]:
    """All that can be read on it now."""
    QApplication.processEvents()
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def way(page: TestPage) -> list[tuple[str, State]]:
    """The points of the timeline that is shown."""
    (timeline,) = (each for each in page.findChildren(Timeline) if each.isVisibleTo(page))
    return [(moment.name, moment.state) for moment in timeline.moments]


def press(page: TestPage, name: str) -> None:
    """Presses what is shown under that id."""
    QApplication.processEvents()
    shown = [each for each in page.findChildren(QPushButton, name) if each.isVisible()]
    assert len(shown) == 1, name
    shown[0].click()


def test_it_offers_to_send_to_oneself_and_can_be_skipped(page: TestPage, qtbot: QtBot) -> None:
    assert page.objectName() == "page:test"
    assert page.to_field.text() == "ada@example.net"
    assert page.primary_text == "Send test message"
    assert page.skip_text == "Skip"
    with qtbot.waitSignal(page.skip_requested):
        page.skip()


def test_the_way_ahead_is_shown_before_anything_is_sent(page: TestPage) -> None:
    ahead = [("Sent", State.WAITING), ("Accepted by the server", State.WAITING), ("Arrived", State.WAITING)]
    assert way(page) == ahead
    page.to_field.set_text("friend@example.org")
    assert way(page) == ahead[:2], "another's mailbox is not looked into"


def test_the_primary_button_sends_to_oneself(page: TestPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.send_requested) as sent:
        assert not page.validatePage()
    assert sent.args == [None]
    assert not page.isComplete()
    assert way(page) == [
        ("Sent", State.OK),
        ("Accepted by the server", State.TRYING),
        ("Arrived", State.WAITING),
    ]
    with qtbot.assertNotEmitted(page.send_requested):
        assert not page.validatePage()  # one message for one press


def test_another_address_is_sent_to_and_not_watched(page: TestPage, qtbot: QtBot) -> None:
    page.to_field.set_text("friend@example.org")
    with qtbot.waitSignal(page.send_requested) as sent:
        page.validatePage()
    assert sent.args == [Address("friend", "example.org", "example.org")]
    page.show_result(replace(WORKS, round_trip=RoundTrip(RoundTripStatus.SENT, token="AAAA-BBBB-CCCC")))
    assert [name for name, _ in way(page)] == ["Sent", "Accepted by the server"]
    assert "“Mailwright test AAAA-BBBB-CCCC”, to friend@example.org" in texts(page)
    assert page.isComplete()


def test_a_malformed_address_gets_its_sentence_at_the_field(page: TestPage, qtbot: QtBot) -> None:
    page.to_field.set_text("friend")
    with qtbot.assertNotEmitted(page.send_requested):
        assert not page.validatePage()
    assert page.to_field.error is not None
    assert page.to_field.text() == "friend"


def test_acceptance_is_seen_while_it_runs(page: TestPage) -> None:
    page.validatePage()
    page.on_progress(event(Stage.MESSAGE, SMTP, Outcome.OK))
    assert way(page)[1:] == [("Accepted by the server", State.OK), ("Arrived", State.TRYING)]
    assert "Sent. Waiting for it to arrive…" in texts(page)


def test_stop_goes_back_to_the_start(page: TestPage, qtbot: QtBot) -> None:
    page.validatePage()
    with qtbot.waitSignal(page.stop_requested):
        press(page, "stop")
    assert page.primary_text == "Send test message"
    assert page.isComplete()


def test_arrival_is_the_verdict(page: TestPage) -> None:
    page.validatePage()
    page.show_result(replace(WORKS, round_trip=ARRIVED))
    shown = texts(page)
    assert page.heading.text() == "The test message arrived"
    assert "Arrived in Inbox after 3 seconds" in shown
    assert "“Mailwright test 4F7K-QW2M-XR8T”, to yourself" in shown
    assert "SPF" not in shown, "where all of it is well it is behind a fold"
    assert page.isComplete()
    assert page.validatePage()
    assert page.primary_text == "Continue"
    assert page.skip_text is None
    assert page.step_note == "Arrived after 3 s"


def test_what_the_receiver_found_well_is_one_press_away(page: TestPage, qtbot: QtBot) -> None:
    page.validatePage()
    page.show_result(replace(WORKS, round_trip=ARRIVED))
    press(page, "show-verdicts")
    qtbot.waitUntil(lambda: texts(page).count("Passed") == 3)
    assert {"SPF", "DKIM", "DMARC", "The server may send for example.net"} <= set(texts(page))


def test_junk_is_said_and_so_is_what_was_not_stated(page: TestPage) -> None:
    page.validatePage()
    trip = replace(ARRIVED, folder="Spam", is_junk=True, spf="softfail", dkim=None, dmarc="temperror")
    page.show_result(replace(WORKS, round_trip=trip))
    shown = texts(page)
    assert page.heading.text() == "The test message went to Junk"
    assert "It went to Spam after 3 seconds" in shown
    assert {"Failed", "Not stated", "No verdict"} <= set(shown)
    assert page.isComplete()


def test_the_message_can_be_deleted(page: TestPage, qtbot: QtBot) -> None:
    page.validatePage()
    page.show_result(replace(WORKS, round_trip=ARRIVED))
    with qtbot.waitSignal(page.delete_requested):
        press(page, "delete-test-message")
    page.show_deleted(True)
    assert "The test message is deleted." in texts(page)
    assert not page.delete_link.isVisible()


def test_another_one_can_be_sent(page: TestPage, qtbot: QtBot) -> None:
    page.validatePage()
    page.show_result(replace(WORKS, round_trip=ARRIVED))
    press(page, "send-another")
    assert page.primary_text == "Send test message"
    with qtbot.waitSignal(page.send_requested):
        page.validatePage()


def test_a_refused_message_is_diagnosed_in_place(page: TestPage, qtbot: QtBot) -> None:
    page.validatePage()
    failed = replace(
        WORKS,
        verdict=Verdict.FAILS,
        round_trip=RoundTrip(RoundTripStatus.FAILED),
        diagnoses=(replace(BAD_CREDENTIALS, cause="relay-denied", stage=Stage.ENVELOPE),),
    )
    page.show_result(failed)
    assert page.heading.text() == "The test message was not sent"
    assert [card.objectName() for card in page.cards] == ["diagnosis:relay-denied"]
    assert not page.isComplete()
    assert page.skip_text == "Skip"
    with qtbot.waitSignal(page.remedy_chosen) as chosen:
        press(page, "remedy:edit-password")
    assert chosen.args == [failed.diagnoses[0], EDIT_PASSWORD]


def test_coming_back_keeps_the_verdict(page: TestPage) -> None:
    page.validatePage()
    page.show_result(replace(WORKS, round_trip=ARRIVED))
    page.begin(WORKS)
    assert page.heading.text() == "The test message arrived"
    page.begin(replace(WORKS, draft=replace(WORKS.draft, display_name="Ada")))
    assert page.primary_text == "Send test message"


def test_another_account_finds_nothing_of_the_last_one(page: TestPage) -> None:
    page.validatePage()
    page.show_result(replace(WORKS, round_trip=ARRIVED))
    page.restart()
    assert page.to_field.text() == ""
    assert "Arrived in Inbox after 3 seconds" not in texts(page)
    assert page.step_note == ""


def test_every_text_is_plain(page: TestPage) -> None:
    page.validatePage()
    page.show_result(replace(WORKS, round_trip=ARRIVED))
    labels = page.findChildren(QLabel)
    assert len(labels) > 15
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_a_message_that_was_not_seen_says_where_was_looked(page: TestPage) -> None:
    folders = ("INBOX", "Spam", "Listen/Rundbriefe", "Archiv", "Werbung")
    trip = RoundTrip(RoundTripStatus.SENT, token="AAAA-BBBB-CCCC", seconds=44.6, looked_in=folders)
    page.show_result(replace(WORKS, round_trip=trip))
    hint = (
        "Not seen within 45 seconds in Inbox, Spam, Listen/Rundbriefe and 2 more folders. Look again in a few minutes."
    )
    assert hint in texts(page)
    assert page.cards == []


def test_what_the_server_said_meanwhile_is_a_card_and_the_way_on_is_open(page: TestPage) -> None:
    trip = RoundTrip(RoundTripStatus.SENT, token="AAAA-BBBB-CCCC", seconds=4.0, told=(BAD_CREDENTIALS,))
    page.show_result(replace(WORKS, diagnoses=(BAD_CREDENTIALS,), round_trip=trip))
    assert [card.diagnosis for card in page.cards] == [BAD_CREDENTIALS]
    assert BAD_CREDENTIALS.title in texts(page)
    assert page.isComplete()
    assert page.primary_text == "Continue"


JUNK = replace(ARRIVED, folder="Junk", is_junk=True, spf="fail", dkim=None, dmarc="fail")


@pytest.mark.parametrize(("trip", "asks"), [(ARRIVED, False), (replace(ARRIVED, dkim="fail"), True), (JUNK, True)])
def test_a_sender_that_is_not_believed_is_something_for_the_administrator(
    page: TestPage, trip: RoundTrip, asks: bool
) -> None:
    page.validatePage()
    page.show_result(replace(WORKS, round_trip=trip))
    QApplication.processEvents()
    assert page._ask_link.isVisible() is asks


def test_the_administrator_is_told_which_records_are_missing(page: TestPage, qtbot: QtBot) -> None:
    page.validatePage()
    page.show_result(replace(WORKS, round_trip=JUNK))
    with qtbot.waitSignal(page.records_wanted) as wanted:
        press(page, "ask-administrator")
    assert wanted.args is not None
    text = wanted.args[0]()
    assert text.startswith("Subject: A message that smtp.example.net sent for example.net went to Junk\n\nHello,\n")
    assert "Could you please set up what is missing?\n- SPF: a TXT record" in text
    assert text.rstrip().endswith("Thank you.")
    assert "- SPF: Failed" in text
    assert "a TXT record at example.net that begins with v=spf1" in text
    assert "_domainkey.example.net" in text
    assert "_dmarc.example.net" in text


def test_what_passed_is_not_asked_for(page: TestPage, qtbot: QtBot) -> None:
    page.validatePage()
    page.show_result(replace(WORKS, round_trip=replace(JUNK, spf="pass")))
    with qtbot.waitSignal(page.records_wanted) as wanted:
        press(page, "ask-administrator")
    assert wanted.args is not None
    assert "- SPF: Passed" in wanted.args[0]()
    assert "v=spf1" not in wanted.args[0]()


def test_where_no_other_setting_helps_a_refused_message_does_not_end_the_way(page: TestPage) -> None:
    told = replace(BAD_CREDENTIALS, cause="sending-limit-exceeded", stage=Stage.MESSAGE, remedies=(WAIT,))
    page.validatePage()
    page.show_result(replace(WORKS, diagnoses=(told,), round_trip=RoundTrip(RoundTripStatus.FAILED)))
    assert page.isComplete()
    assert page.primary_text == "Continue, the settings are right"
    assert page.skip_text is None
    assert page.lead_to() is None
    assert page.validatePage()
