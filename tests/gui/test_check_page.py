"""The Check page: while it runs, when it has ended, when somebody presses something."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.samples import (
    ASK,
    BAD_CREDENTIALS,
    DRAFT,
    EDIT_PASSWORD,
    FAILS,
    FIX,
    IMAP,
    NAME_MISMATCH,
    RECEIVES,
    SMTP,
    TLS_1_3,
    TO_SIGN_IN,
    TRUST,
    USERNAME_FORMAT,
    WORKS,
    WORKS_AFTER_FIX,
    event,
    now,
    seen,
)
from wizard import wiring
from wizard.gui import languages, theme
from wizard.gui.exception_dialog import ExceptionDialog
from wizard.gui.pages.check_page import CheckPage
from wizard.gui.pages.page import Page
from wizard.gui.widgets.lane_line import LaneLine
from wizard.gui.widgets.stage_table import SideHead, StageMark
from wizard.language import SOURCE, choice, speak
from wizard.model.account import SideResult, Status, Verdict
from wizard.model.diagnosis import Diagnosis, Remedy
from wizard.model.evidence import NO_DETAIL, ErrorKind, Outcome, ProbeReport, Stage
from wizard.model.server import Protocol

pytestmark = [pytest.mark.qt_log_level_fail("WARNING"), pytest.mark.qt_log_ignore("propagateSizeHints")]


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[CheckPage]:
    """The page as it stands in the window."""
    made = CheckPage(now)
    qtbot.addWidget(made)
    made.setFixedSize(644, 556)
    made.show()
    yield made
    made.leave()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What a screen reader is told, and whether it interrupts."""
    said: list[tuple[str, bool]] = []

    def listen(update: object) -> None:
        if isinstance(update, QAccessibleAnnouncementEvent):
            said.append((update.message(), update.politeness() == QAccessible.AnnouncementPoliteness.Assertive))

    monkeypatch.setattr(QAccessible, "updateAccessibility", listen)
    return said


def find(page: QWidget, name: str) -> QWidget:
    """What is shown under that id; Qt shows what was just added with the next turn of its loop."""
    QApplication.processEvents()
    shown = [each for each in page.findChildren(QWidget, name) if each.isVisible()]
    assert len(shown) == 1, f"{name}: {len(shown)}"
    return shown[0]


def press(page: QWidget, name: str) -> None:
    """Presses the button of that id."""
    found = find(page, name)
    assert isinstance(found, QPushButton)
    found.click()


def marks(page: CheckPage) -> dict[str, tuple[str, str]]:
    """Every stage mark by its id: accessible name and state word."""
    QApplication.processEvents()
    return {
        each.objectName(): (each.accessibleName(), each.accessibleDescription())
        for each in page.findChildren(StageMark)
        if each.isVisible()
    }


def test_the_page_is_found_by_its_id(page: CheckPage) -> None:
    assert page.objectName() == "page:check"
    assert isinstance(page, Page)


def test_a_running_check_shows_its_stages_and_cannot_be_left_forwards(page: CheckPage) -> None:
    page.begin(DRAFT)
    for stage in (Stage.DNS, Stage.CONNECT, Stage.TLS):
        page.on_progress(event(stage, SMTP, Outcome.STARTED))
        page.on_progress(event(stage, SMTP, Outcome.OK, 0.2, TLS_1_3 if stage is Stage.TLS else NO_DETAIL))
    page.on_progress(event(Stage.AUTH, SMTP, Outcome.STARTED))
    page.on_progress(event(Stage.DNS, IMAP, Outcome.STARTED))
    page.on_progress(event(Stage.AUTH, SMTP, Outcome.STARTED))
    shown = marks(page)
    assert shown["stage:smtp:connect"] == ("Sending: Connect: ok", "OK, 0.2 s")
    assert shown["stage:smtp:tls"] == ("Sending: Encrypt: ok", "OK, TLS 1.3")
    assert shown["stage:smtp:auth"] == ("Sending: Sign in: trying", "Trying")
    assert shown["stage:imap:auth"] == ("Receiving: Sign in: waiting", "Waiting")
    labels = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert "Signing in to smtp.example.net as ada@example.net" in labels
    assert "Your password goes only to these two servers, and only encrypted." in labels
    assert page.heading.text() == "Checking both servers"
    assert not page.isComplete()
    assert page.step_note == "Running"


def test_waiting_for_the_greeting_is_not_called_signing_in(page: CheckPage) -> None:
    page.begin(DRAFT)
    for stage in (Stage.DNS, Stage.CONNECT, Stage.TLS):
        page.on_progress(event(stage, IMAP, Outcome.OK))
    page.on_progress(event(Stage.GREETING, IMAP, Outcome.STARTED))
    QApplication.processEvents()
    labels = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert "Waiting for imap.example.net to answer" in labels


def test_a_side_that_works_is_announced_once(page: CheckPage, heard: list[tuple[str, bool]]) -> None:
    page.begin(DRAFT)
    for stage in (Stage.DNS, Stage.CONNECT, Stage.TLS, Stage.AUTH):
        assert heard == []
        page.on_progress(event(stage, SMTP, Outcome.STARTED))
        page.on_progress(event(stage, SMTP, Outcome.OK, 0.1))
    assert heard == [("Sending works.", False)]


def test_the_diagnosis_is_announced_at_once(page: CheckPage, heard: list[tuple[str, bool]]) -> None:
    page.begin(DRAFT)
    page.show_result(FAILS)
    assert heard == [(f"{BAD_CREDENTIALS.title}. {BAD_CREDENTIALS.why}", True)]


def test_stop_answers_at_once_and_offers_another_check(page: CheckPage, qtbot: QtBot) -> None:
    page.begin(DRAFT)
    page.on_progress(event(Stage.DNS, SMTP, Outcome.STARTED))
    with qtbot.waitSignal(page.stop_requested):
        press(page, "stop")
    assert page.heading.text() == "The check was stopped"
    assert marks(page)["stage:smtp:dns"] == ("Sending: Find: not tried", "Not tried")
    page.on_progress(event(Stage.DNS, SMTP, Outcome.OK))  # what was under way is late
    assert marks(page)["stage:smtp:dns"] == ("Sending: Find: not tried", "Not tried")
    with qtbot.waitSignal(page.check_again_requested):
        press(page, "check-again")
    assert not page.isComplete()


def test_what_works_leads_on(page: CheckPage) -> None:
    page.begin(DRAFT)
    page.show_result(WORKS)
    assert page.isComplete()
    assert page.heading.text() == "Both servers work"
    assert page.step_note == "Both servers work"
    assert page.cards == []
    find(page, "check-again")


def test_a_fix_that_was_found_waits_to_be_accepted(page: CheckPage, qtbot: QtBot) -> None:
    page.begin(DRAFT)
    page.show_result(WORKS_AFTER_FIX)
    assert page.heading.text() == "One thing to change"
    assert page.subheading.text() == "Receiving works and stays as it is. Sending stopped at Sign in."
    assert marks(page)["stage:smtp:auth"] == ("Sending: Sign in: failed", "Refused")
    assert not page.isComplete()
    with qtbot.waitSignals([page.fix_accepted, page.completeChanged]):
        press(page, "remedy:use-local-part")
    qtbot.waitUntil(page.isComplete)
    assert page.heading.text() == "Both servers work"
    assert marks(page)["stage:smtp:auth"] == ("Sending: Sign in: ok", "OK, 0.3 s")
    assert page.cards == []


def test_two_fixes_are_accepted_one_after_the_other(page: CheckPage, qtbot: QtBot) -> None:
    other = replace(USERNAME_FORMAT, cause="certificate-name-mismatch")
    result = replace(WORKS_AFTER_FIX, diagnoses=(USERNAME_FORMAT, other), fixes=(FIX, replace(FIX, cause=other.cause)))
    page.begin(DRAFT)
    page.show_result(result)
    assert page.heading.text() == "Two things to change"
    assert [card.objectName() for card in page.cards] == [
        "diagnosis:username-format",
        "diagnosis:certificate-name-mismatch",
    ]
    press(page, "remedy:use-local-part")
    qtbot.waitUntil(lambda: len(page.cards) == 1)
    assert not page.isComplete()
    press(page, "remedy:use-local-part")
    qtbot.waitUntil(page.isComplete)


def test_a_failure_offers_its_remedies_and_another_check(page: CheckPage, qtbot: QtBot) -> None:
    page.begin(DRAFT)
    page.show_result(FAILS)
    assert not page.isComplete()
    with qtbot.waitSignal(page.remedy_chosen) as chosen:
        press(page, "remedy:edit-password")
    assert chosen.args == [BAD_CREDENTIALS, EDIT_PASSWORD]
    with qtbot.waitSignal(page.check_again_requested):
        press(page, "check-again")


def test_another_remedy_of_a_fixed_cause_is_for_the_window(page: CheckPage, qtbot: QtBot) -> None:
    page.begin(DRAFT)
    page.show_result(WORKS_AFTER_FIX)
    page.cards[0].findChildren(QPushButton, "remedy:edit-password")[0].setVisible(True)
    with qtbot.waitSignal(page.remedy_chosen) as chosen, qtbot.assertNotEmitted(page.fix_accepted):
        page.cards[0].findChildren(QPushButton, "remedy:edit-password")[0].click()
    assert chosen.args == [USERNAME_FORMAT, EDIT_PASSWORD]


def test_checking_again_keeps_the_half_that_works(page: CheckPage) -> None:
    page.begin(DRAFT)
    page.show_result(FAILS)
    page.begin(DRAFT, kept=FAILS)
    shown = marks(page)
    assert shown["stage:imap:auth"] == ("Receiving: Sign in: ok", "OK, 0.4 s")
    assert shown["stage:smtp:dns"] == ("Sending: Find: waiting", "Waiting")
    assert page.cards == []
    assert page.result is None


def test_an_exception_is_asked_about_twice_and_not_by_default(page: CheckPage, qtbot: QtBot) -> None:
    page.begin(DRAFT)
    page.show_result(replace(FAILS, diagnoses=(NAME_MISMATCH,)))
    with qtbot.assertNotEmitted(page.remedy_chosen):
        press(page, "remedy:trust-certificate")
        dialog = page.findChild(ExceptionDialog)
        assert dialog is not None
        qtbot.waitExposed(dialog)
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        assert dialog.result() == 0
    press(page, "remedy:trust-certificate")
    dialog = next(each for each in page.findChildren(ExceptionDialog) if each.isVisible())
    fingerprint = dialog.findChild(QLabel, "fingerprint")
    assert fingerprint is not None
    assert fingerprint.text().split() == ["3FA9"] * 16
    with qtbot.waitSignal(page.remedy_chosen) as chosen:
        dialog.trust.click()
    assert chosen.args == [NAME_MISMATCH, TRUST]


@pytest.mark.parametrize(
    ("remedies", "name"), [((EDIT_PASSWORD, ASK), "remedy:ask-administrator"), ((), "ask-administrator")]
)
def test_a_message_to_the_administrator_can_be_wanted(
    page: CheckPage, qtbot: QtBot, remedies: tuple[Remedy, ...], name: str
) -> None:
    told = replace(BAD_CREDENTIALS, remedies=remedies)
    page.begin(DRAFT)
    page.show_result(replace(FAILS, diagnoses=(told,)))
    with qtbot.waitSignal(page.administrator_wanted) as wanted:
        press(page, name)
    assert wanted.args == [told]


@pytest.mark.parametrize("width", [900, 644, 420])
def test_what_was_refused_after_the_sign_in_has_a_mark_of_its_own(page: CheckPage, qtbot: QtBot, width: int) -> None:
    page.setFixedSize(width, 560)
    denied = Diagnosis("relay-denied", Stage.ENVELOPE, 1.0, "x", "y", (), Protocol.SMTP, str(SMTP.endpoint))
    page.begin(DRAFT)
    page.show_result(
        replace(
            FAILS,
            outgoing=SideResult(SMTP, Status.FAILED),
            diagnoses=(denied,),
            timeline=(*TO_SIGN_IN, seen(Stage.AUTH, SMTP, 0.3, 0.9)),
        )
    )
    QApplication.processEvents()
    shown = marks(page)
    assert shown["stage:smtp:auth"][0] == "Sending: Sign in: ok"
    assert shown["stage:smtp:envelope"][0] == "Sending: Send: failed"
    assert "stage:imap:envelope" not in shown
    places = [mark.geometry() for mark in page.findChildren(StageMark) if mark.isVisible()]
    assert not [1 for one, other in combinations(places, 2) if one.intersects(other)]
    page.show_result(FAILS)
    qtbot.waitUntil(lambda: "stage:smtp:envelope" not in marks(page))


@pytest.mark.parametrize("cause", ["no-internet", "captive-portal", "clock-wrong", "address-mistyped"])
def test_nobody_is_to_be_asked_about_what_is_wrong_here(page: CheckPage, cause: str) -> None:
    told = wiring.diagnoser().of_cause(cause)
    assert told is not None
    page.begin(DRAFT)
    page.show_result(replace(FAILS, diagnoses=(told,)))
    names = {button.objectName() for button in page.findChildren(QAbstractButton)}
    assert "save-report" in names
    assert not {name for name in names if "ask-administrator" in name}


def test_only_one_side_is_checked_where_only_one_is_wanted(page: CheckPage) -> None:
    draft = replace(DRAFT, wants_incoming=False)
    page.begin(draft)
    assert page.heading.text() == "Checking the sending server"
    page.show_result(replace(WORKS, draft=draft, incoming=None))
    assert page.heading.text() == "Sending works"
    assert page.isComplete()


def test_an_undecided_check_without_a_cause_is_a_stopped_one(page: CheckPage) -> None:
    page.begin(DRAFT)
    page.show_result(replace(FAILS, verdict=Verdict.UNDECIDED, diagnoses=()))
    assert page.heading.text() == "The check was stopped"


def test_a_failure_of_both_sides_names_both(page: CheckPage) -> None:
    failed = SideResult(IMAP, Status.FAILED)
    receiving = replace(BAD_CREDENTIALS, protocol=IMAP.protocol, server=str(IMAP.endpoint), evidence=())
    page.begin(DRAFT)
    page.show_result(replace(FAILS, incoming=failed, diagnoses=(BAD_CREDENTIALS, receiving), timeline=()))
    assert page.subheading.text() == "Sending and receiving stopped at Sign in."
    QApplication.processEvents()
    assert [card.title.isVisible() for card in page.cards] == [True, True]
    assert [card.primary is not None and card.primary.isVisible() for card in page.cards] == [True, False]


def test_in_one_column_each_side_is_a_line_and_the_card_has_the_keyboard(page: CheckPage, qtbot: QtBot) -> None:
    page.setFixedSize(640, 370)
    page.set_compact(True)
    page.begin(DRAFT)
    page.show_result(WORKS_AFTER_FIX)
    page.activateWindow()
    primary = find(page, "remedy:use-local-part")
    assert page.lead_to() is primary
    labels = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert {"Receiving", "works, kept", "Sending", "stopped at Sign in"} <= set(labels)
    assert labels.count("stopped at Sign in") == 1
    assert marks(page) == {}
    assert not primary.visibleRegion().isEmpty()


@pytest.mark.parametrize("height", [190, 210, 230, 250])
def test_in_one_column_no_line_above_the_card_is_cut_in_half(page: CheckPage, qtbot: QtBot, height: int) -> None:
    page.setFixedSize(480, height)
    page.set_compact(True)
    page.begin(DRAFT)
    page.show_result(WORKS_AFTER_FIX)
    page.activateWindow()
    primary = find(page, "remedy:use-local-part")
    bar = page.scroll.verticalScrollBar()

    def cut() -> list[int]:
        texts: list[QWidget] = [page.heading, page.subheading, *page.findChildren(LaneLine)]
        lines = [(line, line.mapTo(page.scroll.content, QPoint(0, 0)).y()) for line in texts if line.isVisible()]
        return [bar.value() - top for line, top in lines if 0 < bar.value() - top < line.height()]

    primary.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(lambda: bar.value() > 0 and not cut() and not primary.visibleRegion().isEmpty())


def test_another_account_finds_nothing_of_the_last_one(page: CheckPage) -> None:
    page.begin(DRAFT)
    page.show_result(FAILS)
    page.restart()
    assert page.result is None
    assert page.cards == []
    assert page.step_note == ""
    assert page.heading.text() == "Checking both servers"


def test_every_text_on_the_page_is_plain(page: CheckPage) -> None:
    page.begin(DRAFT)
    page.show_result(replace(FAILS, diagnoses=(BAD_CREDENTIALS, NAME_MISMATCH)))
    labels = page.findChildren(QLabel)
    assert len(labels) > 30
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_a_check_that_ended_leaves_no_clock_running(page: CheckPage) -> None:
    page.begin(DRAFT)
    assert page.is_running
    page.show_result(WORKS)
    assert not page.is_running


@pytest.mark.slow
@pytest.mark.parametrize("error", ErrorKind)
def test_no_word_of_a_stage_is_cut_where_the_page_scrolls(error: ErrorKind, page: CheckPage) -> None:
    page.setFixedSize(640, 556)
    stage = Stage.TLS if "TLS" in error.name else Stage.CONNECT
    broken = seen(stage, SMTP, 0.4, 1.0, Outcome.FAILED, error=error)
    failed = SideResult(SMTP, Status.FAILED, report=ProbeReport(SMTP, (broken,)))
    page.begin(DRAFT)
    cause = replace(BAD_CREDENTIALS, stage=stage, evidence=(broken,))
    page.show_result(replace(FAILS, outgoing=failed, diagnoses=(cause,), timeline=(broken, *RECEIVES)))
    QApplication.processEvents()
    parts = [*page.findChildren(StageMark), *page.findChildren(SideHead)]
    assert any("failed" in part.accessibleName() for part in parts)
    assert [part.accessibleName() for part in parts if part.width() < part.minimumSizeHint().width()] == []


@pytest.mark.parametrize("tag", ["en", "de", "fr", "ar", "pl", "nl"])
def test_the_stages_of_a_side_stand_in_one_row_in_a_window_of_the_usual_size(
    tag: str, qapp: QApplication, qtbot: QtBot
) -> None:
    before = QFont(qapp.font())
    font = QFont("Inter")
    font.setPixelSize(14)
    choice.begin(tag)
    try:
        qapp.setFont(font)
        theme.current().follow_font()
        languages.follow()
        made = CheckPage(now)
        qtbot.addWidget(made)
        made.setFixedSize(644, 556)
        made.show()
        made.show_result(WORKS_AFTER_FIX)
        QApplication.processEvents()
        rows = {each.mapTo(made, QPoint(0, 0)).y() for each in made.findChildren(StageMark)}
        assert len(rows) == 2, "one for each side"
        for each in (*made.findChildren(StageMark), *made.findChildren(SideHead)):
            assert each.width() >= each.sizeHint().width(), "nothing is cut"
        made.leave()
    finally:
        choice.begin("en")
        speak(SOURCE)
        languages.follow()
        qapp.setFont(before)
        theme.current().follow_font()
