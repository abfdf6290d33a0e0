"""A diagnosis as a card: what it says, what it offers, what it hides until asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.samples import (
    APP_PASSWORD,
    ASK,
    BAD_CREDENTIALS,
    EDIT_PASSWORD,
    FIX,
    NAME_MISMATCH,
    NOW,
    REPLY,
    TRUST,
    USE_LOCAL_PART,
    USERNAME_FORMAT,
    WAIT,
    now,
)
from wizard.gui.widgets.diagnosis_card import DiagnosisCard
from wizard.gui.widgets.fold import FoldButton
from wizard.model.diagnosis import Diagnosis, Fix, Likely, Remedy, ServerChange, TryAgain, Wait
from wizard.model.evidence import CertificateProblem
from wizard.model.server import Protocol, Security

pytestmark = [pytest.mark.qt_log_level_fail("WARNING"), pytest.mark.qt_log_ignore("propagateSizeHints")]

Show = Callable[..., DiagnosisCard]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Shows a card, 580 wide."""

    def make(diagnosis: Diagnosis, fix: Fix | None = None, *, is_open: bool = True) -> DiagnosisCard:
        card = DiagnosisCard(diagnosis, fix, is_open=is_open, now=now)
        qtbot.addWidget(card)
        card.setFixedWidth(580)
        card.show()
        return card

    return make


def button(card: QWidget, name: str) -> QPushButton:
    """The button of that id."""
    found = card.findChild(QPushButton, name)
    assert found is not None, name
    return found


def texts(card: QWidget) -> list[str]:
    """All that can be read on it now."""
    return [label.text() for label in card.findChildren(QLabel) if label.isVisible()]


def fold(card: QWidget, text: str) -> FoldButton:
    """The fold of that name."""
    return next(each for each in card.findChildren(FoldButton) if each.text() == text)


def test_ids_and_heading(show: Show) -> None:
    card = show(USERNAME_FORMAT, FIX)
    assert card.objectName() == "diagnosis:username-format"
    heading = QAccessible.queryAccessibleInterface(card.title)
    assert heading.role() == QAccessible.Role.Heading
    assert heading.text(QAccessible.Text.Name) == USERNAME_FORMAT.title


def test_the_first_remedy_is_the_primary_button_and_says_the_new_value(show: Show, qtbot: QtBot) -> None:
    card = show(USERNAME_FORMAT, FIX)
    primary = button(card, "remedy:use-local-part")
    assert card.primary is primary
    assert primary.text() == "Use “ada”"
    with qtbot.waitSignal(card.remedy_chosen) as chosen:
        primary.click()
    assert chosen.args == [USE_LOCAL_PART]


def test_without_a_tried_change_the_button_says_what_the_remedy_says(show: Show) -> None:
    assert button(show(USERNAME_FORMAT), "remedy:use-local-part").text() == "Use the part before the @"


def test_the_strip_shows_before_and_after(show: Show) -> None:
    shown = texts(show(USERNAME_FORMAT, FIX))
    assert shown.index("User name") < shown.index("ada@example.net") < shown.index("ada")
    assert "Tried, works" in shown
    assert "Tried, works" not in texts(show(USERNAME_FORMAT))


def test_port_and_encryption_share_a_line_of_the_strip(show: Show) -> None:
    before = ServerChange(port=587, security=Security.STARTTLS)
    fix = Fix("username-format", "use-local-part", Protocol.SMTP, before, ServerChange(port=465, security=Security.TLS))
    card = show(USERNAME_FORMAT, fix)
    assert {"587, STARTTLS", "465, SSL/TLS"} <= {text.replace("\u200b", "") for text in texts(card)}
    assert card.primary is not None
    assert card.primary.text() == "Use port 465"


def test_other_remedies_are_folded_away_and_work_once_unfolded(show: Show, qtbot: QtBot) -> None:
    card = show(USERNAME_FORMAT, FIX)
    other = button(card, "remedy:create-app-password")
    assert not other.isVisible()
    fold(card, "Other options").click()
    assert other.isVisible()
    assert {"1", "2", "3", *APP_PASSWORD.steps} <= set(texts(card))
    with qtbot.waitSignal(card.remedy_chosen) as chosen:
        other.click()
    assert chosen.args == [APP_PASSWORD]


def test_one_fold_is_open_at_a_time(show: Show, qtbot: QtBot) -> None:
    card = show(USERNAME_FORMAT, FIX)
    others, said = fold(card, "Other options"), fold(card, "Server’s reply")
    others.click()
    said.click()
    assert not others.is_open
    assert said.is_open
    qtbot.waitUntil(lambda: not button(card, "remedy:edit-password").isVisible())


def test_a_screen_reader_hears_of_a_fold_as_a_button_and_whether_it_is_open(show: Show, qtbot: QtBot) -> None:
    others = fold(show(USERNAME_FORMAT, FIX), "Other options")
    told = QAccessible.queryAccessibleInterface(others)

    def heard() -> tuple[object, str, str]:
        return told.role(), told.text(QAccessible.Text.Name), told.text(QAccessible.Text.Description)

    assert heard() == (QAccessible.Role.Button, "Other options", "Opens below")
    action = told.actionInterface()
    action.doAction(action.pressAction())
    qtbot.waitUntil(lambda: heard() == (QAccessible.Role.Button, "Other options", "Is open below"))


def test_the_steps_of_the_primary_remedy_have_their_own_fold(show: Show) -> None:
    card = show(replace(BAD_CREDENTIALS, remedies=(APP_PASSWORD,)))
    assert APP_PASSWORD.steps[0] not in texts(card)
    fold(card, "Show me how").click()
    assert set(APP_PASSWORD.steps) <= set(texts(card))


def test_opening_the_providers_page_opens_the_steps_too(show: Show) -> None:
    card = show(replace(BAD_CREDENTIALS, remedies=(APP_PASSWORD,)))
    button(card, "remedy:create-app-password").click()
    assert fold(card, "Show me how").is_open


def test_the_servers_words_are_folded_plain_and_selectable(show: Show) -> None:
    hostile = replace(REPLY, text="<img src='file:///etc/hostname'><a href='http://bad.example'>click</a>")
    card = show(replace(USERNAME_FORMAT, reply=hostile))
    words = card.findChild(QLabel, "server-words")
    assert words is not None
    assert not words.isVisible()
    fold(card, "Server’s reply").click()
    assert words.isVisible()
    assert words.textFormat() == Qt.TextFormat.PlainText
    assert not words.openExternalLinks()
    assert words.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert not words.textInteractionFlags() & Qt.TextInteractionFlag.LinksAccessibleByMouse
    assert words.accessibleName() == f"535 5.7.8 {hostile.text}"
    assert "smtp.example.net:587, SMTP, Sign in" in texts(card)


def test_every_text_is_plain(show: Show) -> None:
    for diagnosis, fix in ((USERNAME_FORMAT, FIX), (NAME_MISMATCH, None)):
        labels = show(diagnosis, fix).findChildren(QLabel)
        assert len(labels) > 5
        assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_the_administrators_message_is_a_link_with_the_remedys_id(show: Show, qtbot: QtBot) -> None:
    card = show(BAD_CREDENTIALS)
    with qtbot.waitSignal(card.administrator_wanted):
        button(card, "remedy:ask-administrator").click()
    with qtbot.waitSignal(card.report_wanted):
        button(card, "save-report").click()


def test_an_exception_comes_last_and_is_never_the_primary(show: Show) -> None:
    card = show(NAME_MISMATCH)
    assert card.primary is not None
    assert card.primary.objectName() == "remedy:edit-password"
    link = button(card, f"remedy:{TRUST.id}")
    assert link.text() == "Make an exception…"
    assert not link.isDefault()
    only = show(replace(NAME_MISMATCH, remedies=(TRUST,)))
    assert only.primary is None
    assert not only.has_pending_primary


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (CertificateProblem.NAME_MISMATCH, {"We asked for", "smtp.example.net", "mail.webhost.example"}),
        (CertificateProblem.EXPIRED, {"Valid until", "2 March 2027", "Today", "21 November 2026"}),
        (CertificateProblem.NOT_YET_VALID, {"Valid from", "2 March 2026", "Today"}),
        (CertificateProblem.UNTRUSTED, {"It is made out to", "Issued by", "Example Trust CA 2"}),
    ],
)
def test_a_certificate_strip_names_the_two_names_or_dates(
    show: Show, problem: CertificateProblem, expected: set[str]
) -> None:
    assert NAME_MISMATCH.certificate is not None
    facts = replace(NAME_MISMATCH.certificate, problem=problem)
    shown = [text.replace("\u200b", "") for text in texts(show(replace(NAME_MISMATCH, certificate=facts)))]
    assert expected <= set(shown)
    assert "Certificate fits" not in shown


def test_waiting_says_until_when_and_checks_again_whenever_one_likes(show: Show, qtbot: QtBot) -> None:
    card = show(replace(BAD_CREDENTIALS, remedies=(WAIT,)))
    at = (NOW + timedelta(minutes=15)).astimezone().strftime("%H:%M")
    assert f"The server wants a pause. Wait until {at}, 15 minutes from now." in texts(card)
    again = button(card, "remedy:wait")
    assert again.text() == "Check again"
    with qtbot.waitSignal(card.remedy_chosen):
        again.click()
    assert card.primary is None, "waiting is nothing that the way on waits for"
    assert card.checks_again


def test_waiting_without_an_end_says_no_time(show: Show) -> None:
    card = show(replace(BAD_CREDENTIALS, remedies=(replace(WAIT, action=Wait(None)),)))
    assert "The server wants a pause." in texts(card)
    assert button(card, "remedy:wait").isEnabled()


def test_what_has_to_be_done_first_is_said_and_the_button_checks(show: Show) -> None:
    clock = Remedy("set-clock", "Set this computer's date and time, then check again", TryAgain())
    card = show(replace(BAD_CREDENTIALS, remedies=(clock, ASK)))
    assert card.primary is not None
    assert card.primary.text() == "Check again"
    assert f"{clock.say}." in texts(card)


def test_check_again_is_offered_once(show: Show) -> None:
    again = Remedy("try-again", "Check again", TryAgain())
    card = show(replace(BAD_CREDENTIALS, remedies=(WAIT, again, EDIT_PASSWORD)))
    shown = [each for each in card.findChildren(QPushButton) if each.text() == "Check again"]
    assert len(shown) == 1


def test_where_only_the_administrator_can_help_asking_is_the_button(show: Show, qtbot: QtBot) -> None:
    card = show(replace(NAME_MISMATCH, remedies=(ASK, TRUST)))
    assert card.primary is not None
    assert card.primary.objectName() == "remedy:ask-administrator"
    asked = [each for each in card.findChildren(QPushButton) if each.text() == card.primary.text()]
    assert len(asked) == 1
    with qtbot.waitSignal(card.administrator_wanted):
        card.primary.click()


def test_a_change_of_encryption_alone_names_the_encryption(show: Show) -> None:
    before = ServerChange(port=587, security=Security.TLS)
    fix = replace(FIX, before=before, after=ServerChange(port=587, security=Security.STARTTLS))
    card = show(USERNAME_FORMAT, fix)
    assert card.primary is not None
    assert card.primary.text() == "Use STARTTLS"
    assert "Encryption" in texts(card)
    assert "Port" not in texts(card)


def test_a_closed_card_shows_its_heading_until_it_is_opened(show: Show) -> None:
    card = show(BAD_CREDENTIALS, is_open=False)
    assert card.title.isVisible()
    assert not button(card, "remedy:edit-password").isVisible()
    fold(card, "Show").click()
    assert button(card, "remedy:edit-password").isVisible()


def test_in_one_column_buttons_fill_the_card_and_the_strip_goes(show: Show, qtbot: QtBot) -> None:
    card = show(USERNAME_FORMAT, FIX)
    card.set_compact(True)
    assert card.primary is not None
    primary = card.primary
    qtbot.waitUntil(lambda: primary.width() > 500)
    shown = texts(card)
    assert "Tried, works" not in shown
    assert {"Sending", "stopped at Sign in"} <= set(shown)
    assert not card.disc.isVisible()


def test_a_very_long_word_on_a_button_wraps_instead_of_widening_the_card(show: Show, qtbot: QtBot) -> None:
    long = Remedy("long", "Use the server of your provider, " * 6, USE_LOCAL_PART.action)
    card = show(replace(USERNAME_FORMAT, remedies=(long,)))
    primary = button(card, "remedy:long")
    qtbot.waitUntil(lambda: primary.height() > 60)
    assert primary.geometry().right() <= 580


def test_where_no_cause_is_clear_the_likeliest_are_named_with_the_question_that_decides(qtbot: QtBot) -> None:
    likely = (
        Likely("bad-credentials", 0.5, "The password is wrong", "Does the same password work in the web mail?"),
        Likely("account-locked", 0.3, "The account is locked", "Were there many attempts before?"),
    )
    card = DiagnosisCard(replace(BAD_CREDENTIALS, confidence=0.5, likely=likely))
    qtbot.addWidget(card)
    card.show()
    shown = [label.text() for label in card.findChildren(QLabel) if label.isVisible()]
    at = shown.index("Most likely")
    told = [text for each in likely for text in (each.title, each.question)]
    assert shown[at + 1 : at + 5] == told
    assert all(text in card.text() for text in told)
    clear = DiagnosisCard(BAD_CREDENTIALS)
    qtbot.addWidget(clear)
    assert clear.findChild(QWidget, "most-likely") is None
