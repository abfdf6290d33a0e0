"""Every action and field of the catalogue, pressed on a card: the right page, the right field, nothing proven lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.samples import DRAFT, FAILS, USERNAME_FORMAT, WORKS
from wizard import assets, wiring
from wizard.diagnosis.catalogue import Catalogue
from wizard.gui.administrator_dialog import AdministratorDialog
from wizard.gui.app import Wizard
from wizard.gui.bridge import Job
from wizard.gui.pages.page import Page
from wizard.model.account import CheckResult, RoundTrip, RoundTripStatus, Status
from wizard.model.diagnosis import AskAdministrator, CopyText, Diagnosis, EditField, Field, Remedy
from wizard.model.evidence import Stage
from wizard.model.plan import Plan

_CATALOGUE = Catalogue.load([assets.resources() / "diagnoses"])
NAMED = {rule.field for cause in _CATALOGUE.causes.values() for rule in cause.remedies if rule.field is not None}
MAIL_REFUSED = replace(
    WORKS,
    round_trip=RoundTrip(RoundTripStatus.FAILED),
    diagnoses=(replace(USERNAME_FORMAT, cause="recipient-unknown", stage=Stage.ENVELOPE, reply=None, remedies=()),),
)


class Idle:
    """An engine that is given work and begins none of it."""

    def start(self, *_: object) -> Job:
        """A job that never ends."""
        return Job()


def on_the_test_page(wizard: Wizard) -> None:
    """Where a message was refused, after a check that worked."""
    walk(wizard, WORKS)
    wizard.window.next()
    wizard.test.to_field.set_text("friend@example.org")
    assert wizard.state.result is not None
    wizard.flow._sent(wizard.state.result, MAIL_REFUSED)
    assert wizard.window.current_page() is wizard.test


def on_the_check_page(wizard: Wizard) -> None:
    """Where sending was refused and receiving works."""
    walk(wizard, FAILS)
    assert wizard.window.current_page() is wizard.check


def walk(wizard: Wizard, result: CheckResult) -> None:
    """To the Check page with that result; the address is typed, the engine idle."""
    wizard.flow.attach(Idle())
    wizard.account.address_field.set_text(str(DRAFT.address))
    wizard.account.password_field.set_text("correct horse")
    wizard.account.look_up()
    wizard.state.set_plan(Plan(DRAFT.address, tuple(filter(None, (DRAFT.incoming, DRAFT.outgoing)))))
    wizard.window.next()
    wizard.window.next()
    wizard.check.begin(result.draft)
    wizard.flow.checking._done(result)


def target(wizard: Wizard, field: Field, *, tested: bool) -> tuple[Page, QWidget]:
    """The page and the field where the person must find the cursor."""
    account, settings, test = wizard.account, wizard.settings, wizard.test
    return {
        Field.ADDRESS: (account, account.address_field.input),
        Field.PASSWORD: (account, account.password_field.input),
        Field.INCOMING_HOST: (settings, settings.receiving.host.control),
        Field.INCOMING_PORT: (settings, settings.receiving.port.control),
        Field.INCOMING_USERNAME: (settings, settings.receiving.username.control),
        Field.OUTGOING_HOST: (settings, settings.sending.host.control),
        Field.OUTGOING_PORT: (settings, settings.sending.port.control),
        Field.OUTGOING_USERNAME: (settings, settings.sending.username.control),
        # Before a test message was sent, the account itself is the only recipient.
        Field.RECIPIENT: (test, test.to_field.input) if tested else (account, account.address_field.input),
        Field.TEST_TO: (test, test.to_field.input) if tested else (account, account.address_field.input),
    }[field]


def has_cursor(field: QWidget) -> bool:
    """Whether the keyboard is in the field, or in the line that a list of choices is typed into."""
    focused = QApplication.focusWidget()
    return focused is not None and (focused is field or field.isAncestorOf(focused))


def test_the_catalogue_leads_to_every_field() -> None:
    assert set(Field) == NAMED


@pytest.mark.slow
@pytest.mark.parametrize("field", Field)
@pytest.mark.parametrize("begin", [on_the_check_page, on_the_test_page])
def test_an_edit_leads_to_its_field_and_forgets_nothing(
    wizard: Wizard, qtbot: QtBot, begin: Callable[[Wizard], None], field: Field
) -> None:
    wizard.window.activateWindow()
    qtbot.waitActive(wizard.window)
    begin(wizard)
    page = wizard.window.current_page()
    assert page is wizard.check or page is wizard.test
    page.remedy_chosen.emit(USERNAME_FORMAT, Remedy("edit", "Change it", EditField(field)))
    wanted, control = target(wizard, field, tested=begin is on_the_test_page)
    assert wizard.window.current_page() is wanted
    qtbot.waitUntil(lambda: has_cursor(control), timeout=2000)
    proven = wizard.flow.checking._last
    assert proven is not None
    assert proven.incoming is not None
    assert proven.incoming.status is Status.VERIFIED
    assert wizard.account.password_field.text() == "correct horse"
    if wanted is wizard.test:
        assert wizard.state.result is not None, "the check is not made again for another recipient"
        assert wizard.window.current_page() is not None
        assert wizard.test.isComplete()


def test_to_yourself_is_the_accounts_own_address(wizard: Wizard) -> None:
    on_the_test_page(wizard)
    wizard.test.remedy_chosen.emit(USERNAME_FORMAT, Remedy("a", "a", EditField(Field.RECIPIENT)))
    assert wizard.test.to_field.text() == "friend@example.org"
    wizard.test.remedy_chosen.emit(USERNAME_FORMAT, Remedy("b", "b", EditField(Field.TEST_TO)))
    assert wizard.test.to_field.text() == str(DRAFT.address)


def test_after_an_edit_the_half_that_works_is_not_proven_again(wizard: Wizard) -> None:
    on_the_check_page(wizard)
    wizard.check.remedy_chosen.emit(USERNAME_FORMAT, Remedy("a", "a", EditField(Field.OUTGOING_HOST)))
    assert wizard.settings.sending.is_editing
    wizard.settings.sending.host.set_text("smtp2.example.net")
    wizard.window.next()
    assert wizard.window.current_page() is wizard.check
    assert wizard.check.is_running
    assert [lane.protocol.value for lane in wizard.check.lanes if lane.works] == ["imap"]


def asking(*remedies: Remedy) -> Diagnosis:
    """A card with these."""
    return replace(USERNAME_FORMAT, cause="oauth-required", remedies=remedies)


STEPS = Remedy("use-thunderbird", "Set it up in Thunderbird", CopyText("Thunderbird, step by step"))
ASK = Remedy("ask-administrator", "Copy a message", AskAdministrator("Allow mail programs for our accounts."))


@pytest.mark.parametrize(
    ("order", "first"), [((STEPS, ASK), "Set it up in Thunderbird"), ((ASK, STEPS), "Ask your administrator…")]
)
def test_the_administrators_message_is_the_one_for_the_administrator(
    wizard: Wizard, order: tuple[Remedy, ...], first: str
) -> None:
    on_the_check_page(wizard)
    told = asking(*order)
    wizard.flow.checking._done(replace(FAILS, diagnoses=(told,)))
    card = wizard.check.cards[0]
    assert card.primary is not None
    assert card.primary.text() == first
    card.administrator_wanted.emit()
    dialog = wizard.window.findChild(AdministratorDialog)
    assert dialog is not None
    assert "\n\nAllow mail programs for our accounts.\n\nWhat was seen:\n" in dialog.text.toPlainText()
    dialog.reject()


def test_steps_for_another_program_are_copied(wizard: Wizard) -> None:
    on_the_check_page(wizard)
    wizard.check.remedy_chosen.emit(asking(STEPS), STEPS)
    assert QGuiApplication.clipboard().text() == "Thunderbird, step by step"
    assert wizard.state.result is not None


def test_a_message_to_the_administrator_can_be_copied(wizard: Wizard) -> None:
    on_the_check_page(wizard)
    wizard.check.administrator_wanted.emit(asking(ASK))
    dialog = wizard.window.findChild(AdministratorDialog)
    assert dialog is not None
    dialog.text.setPlainText("Subject: Mail\n\nMy own words.")
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == "Subject: Mail\n\nMy own words."
    dialog.reject()


def test_without_a_message_of_its_own_one_is_written(wizard: Wizard) -> None:
    on_the_check_page(wizard)
    wizard.check.administrator_wanted.emit(asking(STEPS))
    dialog = wizard.window.findChild(AdministratorDialog)
    assert dialog is not None
    text = dialog.text.toPlainText()
    assert "smtp.example.net" in text
    assert "535" in text
    dialog.reject()


def test_a_message_is_in_the_language_of_its_reader_and_the_window_in_the_persons(
    wizard: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr("wizard.gui.administrator_dialog.QDesktopServices.openUrl", opened.append)
    told = wiring.diagnoser().of_cause("smtp-auth-disabled")
    assert told is not None
    wizard.state.letter_language = "de"
    on_the_check_page(wizard)
    wizard.check.administrator_wanted.emit(told)
    dialog = wizard.window.findChild(AdministratorDialog)
    assert dialog is not None
    assert dialog.windowTitle() == "Ask your administrator"
    german = dialog.text.toPlainText()
    assert german.startswith("Betreff: ")
    assert told.title not in german
    assert "I cannot" not in german

    dialog.text.setPlainText(german + "Viele Grüße")
    english = dialog.language.choice.findData("en")
    dialog.language.choice.setCurrentIndex(english)
    assert told.title in dialog.text.toPlainText()
    assert "Betreff" not in dialog.text.toPlainText()
    dialog.write.click()
    assert "subject=Mail" in opened[0].toString(QUrl.ComponentFormattingOption.FullyEncoded)
    dialog.text.undo()
    assert dialog.text.toPlainText() == german + "Viele Grüße"
    dialog.reject()


def test_without_a_helpdesk_pack_a_message_is_in_the_persons_language(wizard: Wizard) -> None:
    on_the_check_page(wizard)
    wizard.check.administrator_wanted.emit(asking(ASK))
    dialog = wizard.window.findChild(AdministratorDialog)
    assert dialog is not None
    assert dialog.language.choice.currentText() == "English"
    assert dialog.text.toPlainText().startswith("Subject: ")
    assert not dialog.text.document().isUndoAvailable()
    dialog.reject()
