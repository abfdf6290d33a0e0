"""Accounts kept on this computer, from the Done page's switch to the window that checks them again."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QWidget, QWizard
from pytestqt.qtbot import QtBot

from tests.accounts.books import note, put
from tests.accounts.keyrings import LockedKeyring, MemoryKeyring, WeakKeyring
from tests.gui.conftest import SECONDS
from tests.gui.test_flow import ACCOUNTS, SignUp, press, to_the_check
from tests.handover.accounts import ADDRESS, WHEN, account, diagnosis, failed
from wizard.accounts.saved_accounts import SavedAccounts
from wizard.accounts.schedule import Every, ScheduleRule
from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.accounts.store import AccountBook
from wizard.gui.app import Wizard
from wizard.gui.keeping import Keeping
from wizard.gui.saved_accounts import SavedAccountsPresenter
from wizard.gui.watching import WatchQuestion
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret

pytestmark = pytest.mark.slow

WORKS = next(account for account in ACCOUNTS if account.cause is None)
ToTheEnd = Callable[..., Wizard]


@pytest.fixture
def book(tmp_path: Path) -> AccountBook:
    return AccountBook(tmp_path / "accounts.json")


@pytest.fixture
def to_the_end(qtbot: QtBot, sign_up: SignUp, book: AccountBook) -> ToTheEnd:
    """Takes an account that works to the Done page; it would be kept in `book` and the keyring that is handed in."""

    def go(keyring: MemoryKeyring, rule: ScheduleRule | None = None) -> Wizard:
        wizard = sign_up(WORKS.address, WORKS.password)
        qtbot.waitUntil(lambda: wizard.account.practice is not None, timeout=SECONDS)
        wizard.state.schedule_rule = rule
        wizard.flow.keep_accounts(SavedAccounts(book, SecretStore(keyring)))
        to_the_check(qtbot, wizard)
        press(qtbot, wizard)
        wizard.window.skip_step()
        qtbot.waitUntil(lambda: wizard.done.sheet is not None, timeout=SECONDS)
        return wizard

    return go


@pytest.fixture
def scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose systemctl notes what it was asked, and where the schedule's files land."""
    (tmp_path / "systemctl").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def finish(wizard: Wizard) -> None:
    QTest.mouseClick(wizard.window.button(QWizard.WizardButton.FinishButton), Qt.MouseButton.LeftButton)


def test_finish_keeps_settings_and_password(qtbot: QtBot, to_the_end: ToTheEnd, book: AccountBook) -> None:
    keyring = MemoryKeyring()
    wizard = to_the_end(keyring)
    qtbot.waitUntil(wizard.done.remember.isEnabled, timeout=SECONDS)
    wizard.done.remember.click()
    with qtbot.waitSignal(wizard.window.closing, timeout=SECONDS):
        finish(wizard)
    (saved,) = book.list()
    assert saved.id == WORKS.address
    assert saved.secrets == {SecretKind.PASSWORD}
    assert list(keyring.kept.values()) == [WORKS.password]
    assert WORKS.password not in (book._path).read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in plays systemctl")
@pytest.mark.parametrize("answer", ["watch-yes", "watch-no"])
def test_what_is_kept_is_watched_once_its_files_were_shown(
    answer: str, qtbot: QtBot, to_the_end: ToTheEnd, scheduler: Path, book: AccountBook
) -> None:
    wizard = to_the_end(MemoryKeyring())
    qtbot.waitUntil(wizard.done.remember.isEnabled, timeout=SECONDS)
    assert not wizard.done.watch.isVisible()  # what is not kept cannot be watched
    wizard.done.remember.click()
    qtbot.waitUntil(wizard.done.watch.isVisible, timeout=SECONDS)
    assert wizard.done.watch.text() == "Check every day"
    wizard.done.watch.click()
    question = wizard.window.findChild(WatchQuestion)
    assert question is not None
    assert question.no.hasFocus() or question.no.isDefault()
    assert any("mailwright-check.timer" in label.accessibleName() for label in question.findChildren(QLabel))
    question.show_files.click()
    written = question.findChild(QPlainTextEdit)
    assert written is not None
    qtbot.waitUntil(written.isVisible, timeout=SECONDS)
    assert "OnCalendar=*-*-* 09:00:00" in written.toPlainText()
    answered = question.findChild(QPushButton, answer)
    assert answered is not None
    answered.click()
    qtbot.waitUntil(lambda: not question.isVisible(), timeout=SECONDS)
    assert not (scheduler / "asked").exists()  # not before the account is kept
    with qtbot.waitSignal(wizard.window.closing, timeout=SECONDS):
        finish(wizard)
    assert len(book.list()) == 1
    timer = scheduler / "config" / "systemd" / "user" / "mailwright-check.timer"
    assert timer.is_file() is (answer == "watch-yes")


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in plays systemctl")
@pytest.mark.parametrize(
    ("rule", "offered"),
    [
        (ScheduleRule(Every(12)), "Check every 12 hours"),
        (ScheduleRule(Every(168), locked=True), "Check every week"),
        (ScheduleRule(None, locked=True), None),
    ],
)
def test_the_last_page_offers_what_the_helpdesk_wants(
    rule: ScheduleRule, offered: str | None, qtbot: QtBot, to_the_end: ToTheEnd, scheduler: Path
) -> None:
    wizard = to_the_end(MemoryKeyring(), rule)
    qtbot.waitUntil(wizard.done.remember.isEnabled, timeout=SECONDS)
    wizard.done.remember.click()
    if offered is None:
        qtbot.wait(50)
        assert not wizard.done.watch.isVisible()
    else:
        qtbot.waitUntil(wizard.done.watch.isVisible, timeout=SECONDS)
        assert wizard.done.watch.text() == offered
        assert rule.words() in wizard.done.watch.accessibleDescription()
    assert not wizard.done.watch.isChecked()
    assert not (scheduler / "asked").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in plays systemctl")
def test_a_scheduler_that_refuses_is_said_and_the_account_kept(
    qtbot: QtBot, to_the_end: ToTheEnd, scheduler: Path, book: AccountBook
) -> None:
    (scheduler / "systemctl").write_text("#!/bin/sh\necho no bus >&2\nexit 1\n")
    wizard = to_the_end(MemoryKeyring())
    qtbot.waitUntil(wizard.done.remember.isEnabled, timeout=SECONDS)
    wizard.done.remember.click()
    qtbot.waitUntil(wizard.done.watch.isVisible, timeout=SECONDS)
    wizard.done.watch.click()
    question = wizard.window.findChild(WatchQuestion)
    assert question is not None
    question.yes.click()
    finish(wizard)
    qtbot.waitUntil(lambda: not wizard.done.watch.isChecked(), timeout=SECONDS)
    assert len(book.list()) == 1
    assert not [path for path in (scheduler / "config").rglob("*") if path.is_file()]
    with qtbot.waitSignal(wizard.window.closing, timeout=SECONDS):  # a second press ends it
        finish(wizard)


async def test_a_sign_in_in_the_browser_is_kept_as_one_and_forgotten_whole(qtbot: QtBot, book: AccountBook) -> None:
    token, keyring = Secret("an-access-token"), MemoryKeyring()
    kept = SavedAccounts(book, SecretStore(keyring))

    class Session:
        def sign_in_to_keep(self, draft: AccountDraft) -> Secret | None:
            return Secret("a-permission") if draft.oauth_token == token else None

    class Engine:
        """Does the work at once, in the test's own loop."""

        jobs: list[asyncio.Task[object]] = []  # noqa: RUF012 - one test, one engine

        def start(self, work: Any, on_done: object, on_error: object, _: object = None) -> Any:
            self.jobs.append(asyncio.ensure_future(work(Session(), None)))

    parent = QWidget()
    qtbot.addWidget(parent)
    engine = Engine()
    draft = AccountDraft(ADDRESS, oauth_token=token)
    Keeping(engine, kept, parent).keep(account(), draft, lambda: None, pytest.fail)
    await asyncio.gather(*engine.jobs)
    (saved,) = book.list()
    assert saved.secrets == {SecretKind.REFRESH_TOKEN}
    assert list(keyring.kept.values()) == ["a-permission"]
    assert await kept.forget(ADDRESS)
    assert keyring.kept == {}


def test_what_nobody_asked_to_keep_is_not_kept(qtbot: QtBot, to_the_end: ToTheEnd, book: AccountBook) -> None:
    keyring = MemoryKeyring()
    wizard = to_the_end(keyring)
    qtbot.waitUntil(wizard.done.remember.isEnabled, timeout=SECONDS)
    with qtbot.waitSignal(wizard.window.closing, timeout=SECONDS):
        finish(wizard)
    assert book.list() == ()
    assert keyring.kept == {}


def test_without_a_safe_keyring_the_switch_says_why(qtbot: QtBot, to_the_end: ToTheEnd) -> None:
    wizard = to_the_end(WeakKeyring())
    qtbot.waitUntil(lambda: "no safe keyring" in wizard.done.remember.accessibleDescription(), timeout=SECONDS)
    assert not wizard.done.remember.isEnabled()
    assert not wizard.done.wants_remembering


def test_a_keyring_that_stays_locked_keeps_the_window_open(
    qtbot: QtBot, to_the_end: ToTheEnd, book: AccountBook
) -> None:
    wizard = to_the_end(LockedKeyring())
    qtbot.waitUntil(wizard.done.remember.isEnabled, timeout=SECONDS)
    wizard.done.remember.click()
    finish(wizard)
    qtbot.waitUntil(lambda: "is locked" in wizard.done.remember.accessibleDescription(), timeout=SECONDS)
    assert wizard.window.isVisible()
    assert not wizard.done.wants_remembering
    assert book.list() == ()


def test_a_saved_account_is_checked_by_the_real_session(qtbot: QtBot, to_the_end: ToTheEnd, book: AccountBook) -> None:
    keyring = MemoryKeyring()
    wizard = to_the_end(keyring)
    qtbot.waitUntil(wizard.done.remember.isEnabled, timeout=SECONDS)
    wizard.done.remember.click()
    wizard.window.another_account.emit()
    qtbot.waitUntil(lambda: wizard.window.currentPage() is wizard.account, timeout=SECONDS)
    before = book.list()[0].last_checked_at
    wizard.account._saved_link.click()
    served = next(each for each in wizard.window.findChildren(SavedAccountsPresenter))
    qtbot.waitUntil(lambda: bool(served.dialog.cards), timeout=SECONDS)
    served.dialog.check_all.click()
    qtbot.waitUntil(lambda: book.list()[0].last_checked_at > before, timeout=SECONDS)
    assert book.list()[0].is_verified
    keyring.kept.clear()
    served.dialog.check_all.click()
    card = served.dialog.cards[WORKS.address]
    qtbot.waitUntil(card.password.isVisible, timeout=SECONDS)
    QTest.keyClicks(card.password.input, WORKS.password)
    again = card.findChild(QPushButton, f"reconnect-now:{WORKS.address}")
    assert again is not None
    again.click()
    qtbot.waitUntil(lambda: WORKS.password in keyring.kept.values(), timeout=SECONDS)
    served.dialog.close()


def test_practice_accounts_are_not_kept(qtbot: QtBot, sign_up: SignUp) -> None:
    wizard = sign_up(WORKS.address, WORKS.password)
    qtbot.waitUntil(lambda: wizard.account.practice is not None, timeout=SECONDS)
    assert not wizard.account._saved_link.isVisible()
    to_the_check(qtbot, wizard)
    press(qtbot, wizard)
    wizard.window.skip_step()
    qtbot.waitUntil(lambda: wizard.done.sheet is not None, timeout=SECONDS)
    assert not wizard.done.remember.isEnabled()
    assert wizard.done.remember.accessibleDescription() == "Practice accounts are not kept."


def kept(book: AccountBook, *broken: bool) -> None:
    """Accounts that work, or do not any more; the last one was proven last."""
    for number, is_broken in enumerate(broken):
        address = Address.parse(f"ada{number}@example.net")
        saved = replace(account(), address=address, verified_at=WHEN + timedelta(days=number))
        made = put(book, saved)
        if is_broken:
            note(book, made, replace(failed(), diagnoses=(diagnosis(cause="of-another-version"),)))


def test_the_first_page_offers_the_account_that_was_kept_last(
    qtbot: QtBot, practising: Wizard, book: AccountBook
) -> None:
    kept(book, False, False)
    qtbot.waitUntil(lambda: practising.account.practice is not None, timeout=SECONDS)
    practising.flow.keep_accounts(SavedAccounts(book, SecretStore(MemoryKeyring())))
    page = practising.account
    qtbot.waitUntil(lambda: page.findChild(QPushButton, "last-account") is not None, timeout=SECONDS)
    link = page.findChild(QPushButton, "last-account")
    assert link is not None
    assert link.text() == "ada1@example.net"
    assert page.findChild(QWidget, "broken-account") is None
    link.click()
    assert page.address_field.text() == "ada1@example.net"
    assert page.name_field.text() == "Ada Example"
    assert page.password_field.text() == ""


def test_an_account_that_broke_is_said_on_the_first_page_and_set_up_again(
    qtbot: QtBot, practising: Wizard, book: AccountBook
) -> None:
    kept(book, True, False)
    qtbot.waitUntil(lambda: practising.account.practice is not None, timeout=SECONDS)
    practising.flow.keep_accounts(SavedAccounts(book, SecretStore(MemoryKeyring())))
    page = practising.account
    qtbot.waitUntil(lambda: page.findChild(QWidget, "broken-account") is not None, timeout=SECONDS)
    shown = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert "ada0@example.net does not work any more." in shown
    assert any(text.startswith("Not verified") for text in shown)
    button = page.findChild(QPushButton, "show-broken")
    assert button is not None
    button.click()
    qtbot.waitUntil(
        lambda: practising.window.findChild(QPushButton, "set-up:ada0@example.net") is not None, timeout=SECONDS
    )
    again = practising.window.findChild(QPushButton, "set-up:ada0@example.net")
    assert again is not None
    again.click()
    assert page.address_field.text() == "ada0@example.net"
    works = practising.window.findChild(QPushButton, "set-up:ada1@example.net")
    assert works is None or works.isHidden(), "what works is not set up again"
