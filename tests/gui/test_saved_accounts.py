"""The saved accounts' window over a real event loop; the session's check is the only part that is handed in."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.accounts.books import note, put
from tests.accounts.keyrings import MemoryKeyring
from tests.handover.accounts import ADDRESS, WHEN, account, diagnosis, failed, smtp, works
from wizard import assets
from wizard.accounts.saved_accounts import SavedAccounts
from wizard.accounts.schedule import Every, ScheduleRule, check_command, schedule
from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.accounts.store import AccountBook
from wizard.diagnosis.catalogue import Catalogue
from wizard.diagnosis.diagnose import Diagnoser
from wizard.errors import MailwrightError
from wizard.gui.bridge import Job
from wizard.gui.keyboard import in_reading_order
from wizard.gui.saved_accounts import SavedAccountsDialog, SavedAccountsPresenter
from wizard.gui.watching import WatchQuestion
from wizard.gui.widgets.diagnosis_card import DiagnosisCard
from wizard.gui.widgets.fold import WrappingPrimaryButton
from wizard.gui.widgets.state_disc import DiscState
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import (
    AskAdministrator,
    Change,
    ChangeSettings,
    Diagnosis,
    EditField,
    Field,
    OpenUrl,
    Remedy,
    TryAgain,
)
from wizard.model.draft import AccountDraft
from wizard.model.progress import nobody
from wizard.model.secret import Secret
from wizard.model.server import Security
from wizard.setup.session import SetupSession

EVE = Address.parse("eve@example.net")
CATALOGUE = Catalogue.load([assets.resources() / "diagnoses"])
DIAGNOSER = Diagnoser(CATALOGUE)


class Session:
    """Answers checks with these results in turn."""

    def __init__(self) -> None:
        self.answers: list[CheckResult] = []
        self.drafts: list[AccountDraft] = []

    async def check_saved(
        self, draft: AccountDraft, *, permission: Secret | None = None, spent_s: float = 0.0
    ) -> CheckResult:
        self.drafts.append(draft)
        return replace(self.answers.pop(0), draft=draft)

    def cause(self, name: str) -> Diagnosis | None:
        return DIAGNOSER.of_cause(name)

    def apply(self, remedy: Remedy, diagnosis: Diagnosis, result: CheckResult) -> AccountDraft:
        return SetupSession.apply(self, remedy, diagnosis, result)  # type: ignore[arg-type]  # the new server is known


class Now:
    """Runs each piece of work to its end at once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(
        self,
        work: Callable[..., Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[str], None],
        on_progress: Callable[[Any], None] | None = None,
    ) -> Job:
        try:
            result = asyncio.run(work(self._session, nobody))
        except MailwrightError as error:
            on_error(str(error))
        else:
            on_done(result)
        return Job()


@dataclass
class Stage:
    served: SavedAccountsPresenter
    session: Session
    kept: SavedAccounts
    keyring: MemoryKeyring

    def press(self, name: str) -> None:
        button = self.served.dialog.findChild(QPushButton, name)
        assert button is not None
        assert button.isEnabled()
        button.click()
        QApplication.processEvents()

    def words(self) -> str:
        QApplication.processEvents()
        labels = self.served.dialog.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisibleTo(self.served.dialog))


class Browser(QObject):
    """Takes the pages that are opened."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.pages.append(url.toString())


@pytest.fixture
def browser() -> Iterator[Browser]:
    taken = Browser()
    QDesktopServices.setUrlHandler("https", taken, "open")  # type: ignore[arg-type]  # the stub says bytes
    yield taken
    QDesktopServices.unsetUrlHandler("https")


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Iterator[Stage]:
    keyring = MemoryKeyring()
    kept, session = SavedAccounts(AccountBook(tmp_path / "accounts.json"), SecretStore(keyring)), Session()
    served = SavedAccountsPresenter(Now(session), kept)
    qtbot.addWidget(served.dialog)
    yield Stage(served, session, kept, keyring)
    served.dialog.close()


def save(stage: Stage, address: Address = ADDRESS, *, with_password: bool = True) -> None:
    secrets = {SecretKind.PASSWORD: Secret("old")} if with_password else {}
    asyncio.run(stage.kept.save(account(address=address), secrets))


def test_without_accounts_it_says_how_one_gets_there(stage: Stage) -> None:
    stage.served.open()
    assert "Remember on this computer" in stage.words()
    assert not stage.served.dialog.check_all.isVisible(), "there is nothing to check"
    save(stage)
    stage.served.open()
    assert stage.served.dialog.check_all.isVisible()


def test_each_account_shows_mark_date_and_cause(stage: Stage) -> None:
    save(stage)
    put_failed = replace(failed(), started_at=WHEN + timedelta(days=2))
    note(stage.kept.book, put(stage.kept.book, account(address=EVE)), put_failed)
    stage.served.open()
    words = stage.words()
    assert "Verified, 21 November 2026" in words
    assert "Not verified: The server refused this password, 23 November 2026" in words
    cards = stage.served.dialog.cards
    assert cards["ada@example.org"].disc.state is DiscState.OK
    assert cards["eve@example.net"].disc.state is DiscState.FAILED


def test_check_now_uses_the_kept_password_and_tells_until_when_it_worked(stage: Stage) -> None:
    save(stage)
    stage.session.answers = [failed()]
    stage.served.open()
    stage.press("check-now:ada@example.org")
    assert stage.session.drafts[0].secret == Secret("old")
    assert "With the same settings it worked until " in stage.words()
    saved = stage.kept.book.get(ADDRESS)
    assert saved is not None
    assert saved.last_cause == "bad-credentials"


def test_check_all_checks_every_account(stage: Stage) -> None:
    save(stage)
    save(stage, EVE)
    stage.session.answers = [works(), failed()]
    stage.served.open()
    stage.press("check-all")
    assert [draft.address for draft in stage.session.drafts] == [ADDRESS, EVE]
    discs = [card.disc.state for card in stage.served.dialog.cards.values()]
    assert discs == [DiscState.OK, DiscState.FAILED]


def test_reconnecting_keeps_the_new_password_once_it_works(stage: Stage) -> None:
    save(stage)
    stage.session.answers = [works()]
    stage.served.open()
    stage.press("reconnect:ada@example.org")
    card = stage.served.dialog.cards["ada@example.org"]
    stage.press("reconnect-now:ada@example.org")
    assert card.password.error == "The new password is missing."
    card.password.set_text("new")
    stage.press("reconnect-now:ada@example.org")
    assert stage.session.drafts[0].secret == Secret("new")
    assert list(stage.keyring.kept.values()) == ["new"]
    assert card.password.text() == ""


def test_an_account_without_a_kept_password_asks_for_it(stage: Stage) -> None:
    save(stage, with_password=False)
    stage.served.open()
    stage.press("check-now:ada@example.org")
    assert stage.session.drafts == []
    assert "No password is kept for it." in stage.words()
    assert stage.served.dialog.cards["ada@example.org"].password.isVisibleTo(stage.served.dialog)


def test_what_signs_in_in_clear_is_asked_about_on_the_pages(stage: Stage, qtbot: QtBot) -> None:
    in_clear = account(outgoing=smtp(host="127.0.0.1", port=1025, security=Security.NONE))
    asyncio.run(stage.kept.save(in_clear, {SecretKind.PASSWORD: Secret("old")}))
    stage.served.open()
    stage.press("check-now:ada@example.org")
    assert stage.session.drafts == []
    assert "It signs in without encryption, and a yes to that is never remembered." in stage.words()
    with qtbot.waitSignal(stage.served.dialog.set_up):
        stage.press("set-up:ada@example.org")


def test_forgetting_asks_once_and_deletes_settings_and_password(stage: Stage) -> None:
    save(stage)
    stage.served.open()
    stage.press("forget:ada@example.org")
    assert stage.kept.book.get(ADDRESS) is not None
    stage.press("keep:ada@example.org")
    stage.press("forget:ada@example.org")
    stage.press("forget-now:ada@example.org")
    assert stage.kept.book.list() == ()
    assert stage.keyring.kept == {}
    assert stage.served.dialog.cards == {}


def test_a_damaged_file_is_said(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "accounts.json").write_text("{")
    stage.served.open()
    assert "accounts.json are damaged" in stage.words()


def test_former_accounts_that_were_kept_aside_are_named(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "accounts.json").write_text("{")
    save(stage)
    stage.served.open()
    assert list(stage.served.dialog.cards) == ["ada@example.org"]
    assert f"They are kept in {tmp_path / 'accounts-unreadable-'}" in stage.words()


def test_every_button_and_field_has_a_name(stage: Stage) -> None:
    save(stage)
    stage.served.open()
    for button in stage.served.dialog.findChildren(QPushButton):
        assert button.text() or button.accessibleName()
        assert button.objectName()
    assert stage.served.dialog.cards["ada@example.org"].password.input.accessibleName() == "New password"


def test_tab_comes_to_the_accounts_before_the_dialogs_own_buttons(stage: Stage, qtbot: QtBot) -> None:
    save(stage)
    stage.served.open()
    dialog = stage.served.dialog
    dialog.activateWindow()
    qtbot.waitActive(dialog)
    qtbot.waitUntil(lambda: bool(dialog.cards))
    found = [next(in_reading_order(dialog))]
    found[0].setFocus()
    while len(found) < 10 and found[-1] is not dialog.check_all:
        QTest.keyClick(found[-1], Qt.Key.Key_Tab)
        widget = dialog.focusWidget()
        assert widget is not None
        found.append(widget)
    assert [widget.objectName() for widget in found[-2:]] == ["close", "check-all"]
    assert len(found) > 2


def keyboard(stage: Stage) -> str:
    QApplication.processEvents()
    widget = stage.served.dialog.focusWidget()
    return widget.objectName() if widget is not None else ""


@pytest.mark.parametrize("outcome", ["works", "fails"])
def test_after_a_check_the_keyboard_is_where_it_was_pressed(stage: Stage, outcome: str) -> None:
    save(stage)
    save(stage, EVE)
    stage.session.answers = [works() if outcome == "works" else failing(Remedy("retry", "Try again", TryAgain()))]
    stage.served.open()
    QApplication.processEvents()
    button = stage.served.dialog.findChild(QPushButton, "check-now:ada@example.org")
    assert button is not None
    button.setFocus()
    stage.press("check-now:ada@example.org")
    assert keyboard(stage) == "check-now:ada@example.org"


def test_while_it_runs_the_keyboard_checks_no_other_account_and_who_went_elsewhere_stays_there(stage: Stage) -> None:
    save(stage)
    save(stage, EVE)
    stage.served.open()
    QApplication.processEvents()
    card, other = (stage.served.dialog.cards[name] for name in ("ada@example.org", "eve@example.net"))
    button = card.findChild(QPushButton, "check-now:ada@example.org")
    assert button is not None
    button.setFocus()
    card.show_checking()
    assert keyboard(stage) == "saved:ada@example.org"
    elsewhere = other.findChild(QPushButton, "forget:eve@example.net")
    assert elsewhere is not None
    elsewhere.setFocus()
    card.show_trouble("Nothing came of it.")
    assert keyboard(stage) == "forget:eve@example.net"


def test_a_new_password_that_was_checked_leaves_the_keyboard_on_its_account(stage: Stage) -> None:
    save(stage)
    save(stage, EVE)
    stage.session.answers = [works()]
    stage.served.open()
    QApplication.processEvents()
    stage.press("reconnect:ada@example.org")
    stage.served.dialog.cards["ada@example.org"].password.set_text("new")
    send = stage.served.dialog.findChild(QPushButton, "reconnect-now:ada@example.org")
    assert send is not None
    send.setFocus()
    stage.press("reconnect-now:ada@example.org")
    assert keyboard(stage) == "check-now:ada@example.org"


def offered(stage: Stage, address: str = "ada@example.org") -> list[str]:
    """The words on the buttons of that account's card."""
    QApplication.processEvents()
    card = stage.served.dialog.cards[address]
    return [button.text() for button in card.findChildren(QPushButton) if button.text() and button.isVisibleTo(card)]


def failing(*remedies: Remedy) -> CheckResult:
    return replace(failed(), diagnoses=(diagnosis(remedies=remedies),))


def check(stage: Stage, *remedies: Remedy) -> None:
    """The saved account is checked, and fails with these remedies."""
    save(stage)
    stage.session.answers = [failing(*remedies)]
    stage.served.open()
    stage.press("check-now:ada@example.org")


def test_where_the_password_is_refused_the_button_asks_for_it_there(stage: Stage) -> None:
    check(stage, Remedy("edit-password", "Type the password again", EditField(Field.PASSWORD)))
    assert offered(stage) == ["Type the password again", "Check now", "Use it in a program…", "Forget"]
    stage.press("remedy:edit-password:ada@example.org")
    assert stage.served.dialog.cards["ada@example.org"].password.isVisibleTo(stage.served.dialog)


def test_a_password_with_a_blank_is_typed_again_for_it_was_not_kept(stage: Stage) -> None:
    words = "Try the password without that blank"
    check(stage, Remedy("take-blank-off", words, ChangeSettings(Change.PASSWORD_WITHOUT_BLANK)))
    checked = len(stage.session.drafts)
    assert offered(stage)[0] == words
    stage.press("remedy:take-blank-off:ada@example.org")
    assert stage.served.dialog.cards["ada@example.org"].password.isVisibleTo(stage.served.dialog)
    assert len(stage.session.drafts) == checked


def test_where_settings_help_the_button_changes_them_proves_them_and_keeps_them(stage: Stage) -> None:
    other = smtp(port=587, security=Security.STARTTLS)
    check(stage, Remedy("use-port", "Use port 587", ChangeSettings(Change.OTHER_PORT, other)))
    assert offered(stage) == ["Use port 587", "Check now", "Reconnect", "Use it in a program…", "Forget"]
    proven = works()
    assert proven.outgoing is not None
    stage.session.answers = [replace(proven, outgoing=replace(proven.outgoing, candidate=other))]
    stage.press("remedy:use-port:ada@example.org")
    assert stage.session.drafts[-1].outgoing == other
    assert stage.session.drafts[-1].secret == Secret("old")
    saved = stage.kept.book.get(ADDRESS)
    assert saved is not None
    assert saved.outgoing == other
    assert offered(stage) == ["Check now", "Reconnect", "Use it in a program…", "Forget"]


def test_where_only_the_administrator_helps_the_button_shows_the_letter(stage: Stage) -> None:
    ask = Remedy("ask-administrator", "Copy a message", AskAdministrator("Please let ada sign in."))
    check(stage, ask)
    assert offered(stage) == ["Ask your administrator…", "Check now", "Reconnect", "Use it in a program…", "Forget"]
    stage.press("remedy:ask-administrator:ada@example.org")
    letter = stage.served.dialog.findChild(QPlainTextEdit, "administrator-message")
    assert letter is not None
    assert "Please let ada sign in." in letter.toPlainText()
    assert "old" not in letter.toPlainText().split()


def test_where_checking_again_helps_what_to_do_first_is_said_and_one_button_checks(stage: Stage) -> None:
    check(stage, Remedy("set-clock", "Set this computer's clock", TryAgain()))
    assert offered(stage) == ["Check now", "Reconnect", "Use it in a program…", "Forget"]
    assert "Set this computer's clock." in stage.words()


def test_what_is_put_right_on_a_page_leads_there(stage: Stage, qtbot: QtBot) -> None:
    check(stage, Remedy("edit-server", "Correct the server's name", EditField(Field.OUTGOING_HOST)))
    assert offered(stage) == ["Correct the server's name", "Check now", "Reconnect", "Use it in a program…", "Forget"]
    with qtbot.waitSignal(stage.served.dialog.set_up) as led:
        stage.press("remedy:edit-server:ada@example.org")
    assert led.args[0].address == ADDRESS


def test_steps_are_shown_with_what_they_are_for(stage: Stage, browser: Browser) -> None:
    url = "https://example.org/app-passwords"
    check(stage, Remedy("make", "Make an app password", OpenUrl(url), steps=("Sign in there", "Press Create")))
    assert "Press Create" not in stage.words()
    stage.press("remedy:make:ada@example.org")
    assert browser.pages == [url]
    assert "Sign in there\n2\nPress Create" in stage.words()


def test_a_former_check_is_reminded_of_by_its_cause(stage: Stage) -> None:
    """Of the last start's check only the cause's name was kept."""
    saved = put(stage.kept.book, account())
    note(stage.kept.book, saved, failed())
    stage.served.open()
    assert offered(stage) == ["Type the password again", "Check now", "Use it in a program…", "Forget"]


def test_a_cause_that_nobody_knows_any_more_leads_to_the_first_page(stage: Stage) -> None:
    saved = put(stage.kept.book, account())
    note(stage.kept.book, saved, replace(failed(), diagnoses=(diagnosis(cause="long-gone"),)))
    stage.served.open()
    assert offered(stage) == ["Set up again", "Check now", "Reconnect", "Use it in a program…", "Forget"]


@pytest.mark.slow
@pytest.mark.parametrize("cause", sorted(CATALOGUE.causes))
def test_a_saved_account_offers_first_what_the_check_page_does(stage: Stage, qtbot: QtBot, cause: str) -> None:
    told = DIAGNOSER.of_cause(cause)
    assert told is not None
    save(stage)
    stage.session.answers = [replace(failed(), diagnoses=(told,))]
    stage.served.open()
    stage.press("check-now:ada@example.org")
    card = DiagnosisCard(told)
    qtbot.addWidget(card)
    first = card.findChild(WrappingPrimaryButton)
    wanted = first.text() if first is not None else "Check again" if card.checks_again else "Set up again"
    assert offered(stage)[0] == "Check now" if wanted == "Check again" else wanted in offered(stage)
    assert ("Set up again" in offered(stage)) == (wanted == "Set up again")


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in plays systemctl")
def test_the_switch_watches_the_accounts_and_stops_it(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "systemctl").write_text("#!/bin/sh\n")
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    timer = tmp_path / "systemd" / "user" / "mailwright-check.timer"
    dialog = stage.served.dialog
    stage.served.open()
    assert not dialog.watch.isVisibleTo(dialog)  # there is nothing to watch
    save(stage)
    stage.served.open()
    assert dialog.watch.isVisibleTo(dialog)
    assert dialog.watch.text() == "Check every day"

    for answer, is_on in (("watch-no", False), ("watch-yes", True)):
        dialog.watch.click()
        assert not timer.exists()
        question = next(each for each in dialog.findChildren(WatchQuestion) if each.isVisible())
        answered = question.findChild(QPushButton, answer)
        assert answered is not None
        answered.click()
        assert (timer.is_file(), dialog.watch.isChecked()) == (is_on, is_on)

    stage.served.open()
    assert dialog.watch.isChecked()
    dialog.watch.click()
    assert not timer.exists()
    stage.served.open()
    assert not dialog.watch.isChecked()


@pytest.fixture
def scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A systemctl that agrees to everything; the schedule's timer lands where this says."""
    (tmp_path / "systemctl").write_text("#!/bin/sh\n")
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "systemd" / "user" / "mailwright-check.timer"


def ruled(stage: Stage, rule: ScheduleRule, qtbot: QtBot) -> SavedAccountsDialog:
    """The dialog with an account in it, as a helpdesk's rule makes it."""
    save(stage)
    served = SavedAccountsPresenter(Now(stage.session), stage.kept, stage.served.dialog, schedule_rule=rule)
    qtbot.addWidget(served.dialog)
    served.open()
    return served.dialog


def watch_question(dialog: SavedAccountsDialog) -> WatchQuestion:
    return next(each for each in dialog.findChildren(WatchQuestion) if each.isVisible())


def words_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in plays systemctl")
@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (ScheduleRule(Every(6)), "Your helpdesk recommends: every 6h."),
        (ScheduleRule(Every(6), locked=True), "Your helpdesk sets how often: every 6h."),
    ],
)
def test_the_switch_is_for_the_helpdesks_time_and_nothing_is_switched_on_by_itself(
    rule: ScheduleRule, told: str, stage: Stage, scheduler: Path, qtbot: QtBot
) -> None:
    dialog = ruled(stage, rule, qtbot)
    assert dialog.watch.text() == "Check every 6 hours"
    assert told in words_of(dialog)
    assert told in dialog.watch.accessibleDescription()
    assert not scheduler.exists()
    dialog.watch.click()
    question = watch_question(dialog)
    assert "Check the saved accounts every 6 hours?" in words_of(question)
    question.yes.click()
    assert "OnCalendar=*-*-* 00/6:00:00" in scheduler.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in plays systemctl")
def test_a_check_that_is_on_at_another_time_says_that_time_until_it_is_switched_off(
    stage: Stage, scheduler: Path, qtbot: QtBot
) -> None:
    schedule(Every(1), check_command()).put()
    dialog = ruled(stage, ScheduleRule(Every(8), locked=True), qtbot)
    assert (dialog.watch.isChecked(), dialog.watch.text()) == (True, "Check every hour")
    dialog.watch.click()
    assert not scheduler.exists()
    assert dialog.watch.text() == "Check every 8 hours"
    dialog.watch.click()
    watch_question(dialog).yes.click()
    assert "OnCalendar=*-*-* 00/8:00:00" in scheduler.read_text()
    scheduler.write_text("[Timer]\nOnCalendar=hourly\n")
    dialog = ruled(stage, ScheduleRule(Every(8), locked=True), qtbot)
    assert (dialog.watch.isChecked(), dialog.watch.text()) == (True, "Check regularly")


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in plays systemctl")
def test_where_the_helpdesk_wants_no_check_there_is_no_switch_but_for_one_that_is_on(
    stage: Stage, scheduler: Path, qtbot: QtBot
) -> None:
    never = ScheduleRule(None, locked=True)
    dialog = ruled(stage, never, qtbot)
    assert not dialog.watch.isVisibleTo(dialog)
    schedule(Every(1), check_command()).put()
    dialog = ruled(stage, never, qtbot)
    assert dialog.watch.isVisibleTo(dialog)
    dialog.watch.click()
    assert not scheduler.exists()
    dialog.watch.click()
    assert not [each for each in dialog.findChildren(WatchQuestion) if each.isVisible()]
    assert "Your helpdesk wants no regular check of saved accounts on this computer." in dialog.note.text()
    assert (scheduler.exists(), dialog.watch.isChecked()) == (False, False)


def test_a_server_that_waits_for_a_yes_is_said_and_the_button_gives_it(stage: Stage) -> None:
    """The account's mail moved to another company: the check proved nothing, and says what it waits for."""
    save(stage)
    moved = smtp(host="out.example.net")
    agree = Remedy("agree", "Yes, out.example.net may have the password", ChangeSettings(Change.AGREE_TO_SERVER, moved))
    asks = replace(diagnosis(remedies=(agree,)), title="out.example.net waits for your yes")
    stage.session.answers = [replace(failed(), verdict=Verdict.UNDECIDED, diagnoses=(asks,)), works()]
    stage.served.open()
    stage.press("check-now:ada@example.org")
    assert "out.example.net waits for your yes." in stage.words()
    assert offered(stage)[0] == "Yes, out.example.net may have the password"
    stage.press("remedy:agree:ada@example.org")
    assert stage.session.drafts[-1].outgoing == moved
    assert "example.net" in stage.session.drafts[-1].agreed


def test_a_server_that_has_another_name_now_is_said(stage: Stage) -> None:
    """The account works and is kept so; other programs still have the former name."""
    save(stage)
    use = Remedy(
        "use-other-host", "Use “out.example.org”", ChangeSettings(Change.OTHER_HOST, smtp(host="out.example.org"))
    )
    gone = replace(diagnosis(remedies=(use,)), title="smtp.example.org does not exist")
    stage.session.answers = [replace(works(), verdict=Verdict.WORKS_AFTER_FIX, diagnoses=(gone,))]
    stage.served.open()
    stage.press("check-now:ada@example.org")
    assert "smtp.example.org does not exist." in stage.words()
    assert "Use “out.example.org”." in stage.words()
    assert offered(stage) == ["Check now", "Reconnect", "Use it in a program…", "Forget"]
