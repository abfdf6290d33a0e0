"""The password in one program's file, where the person switches that on: never by itself, and for its owner alone."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.accounts.keyrings import MemoryKeyring
from tests.gui.conftest import SECONDS
from tests.gui.samples import DRAFT, WORKS
from tests.gui.test_promises_in_the_window import everything_said
from wizard.accounts.saved_accounts import SavedAccounts
from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.accounts.store import AccountBook
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.gui.hand_over_dialog import HandOverDialog
from wizard.gui.saved_accounts import SavedAccountsPresenter
from wizard.gui.widgets.hand_over_panel import HandOverPanel
from wizard.gui.widgets.sheet_card import SheetCard
from wizard.handover.targets import sheet, targets
from wizard.model.account import CheckResult, VerifiedAccount
from wizard.model.secret import Secret
from wizard.wiring import Settings

pytestmark = pytest.mark.slow

CANARY = "Kanarienvogel-9f3a"
RISK = "Whoever gets the file, or a backup of it, can then send and read as you."
IN_FILE = [one.id for one in targets() if one.takes_password and not one.takes_command]
BY_COMMAND = [one.id for one in targets() if one.takes_command]


def _account() -> VerifiedAccount:
    made = WORKS.verified_account()
    assert made is not None
    return made


@pytest.fixture
def at_work(wizard: Wizard, qapp: QApplication) -> Iterator[Wizard]:
    """An engine, and nothing found on this computer."""
    engine = Engine(lambda: Settings(practice=True))
    engine.start()
    bridge = Bridge(engine, qapp)
    wizard.flow.attach(bridge)
    yield wizard
    wizard.window.abandon()
    bridge.close()


def to_the_end(wizard: Wizard, password: str = CANARY, result: CheckResult = WORKS) -> HandOverPanel:
    """On the Done page, the account proven with that password."""
    wizard.state.set_result(replace(result, draft=replace(result.draft, secret=Secret(password))))
    while wizard.window.current_page() is not wizard.done:
        wizard.window.skip_step()
    QApplication.processEvents()
    return wizard.done.panel


def card_of(panel: HandOverPanel, target: str | None = None) -> SheetCard:
    if target is not None:
        panel.programs.touched = True  # what is installed here is not preferred to a person's own choice
        panel.choose(target)
        QApplication.processEvents()
    assert panel.sheet_card is not None
    return panel.sheet_card


def tick(panel: HandOverPanel, qtbot: QtBot) -> SheetCard:
    """Presses the switch and waits for the sheet that follows."""
    before = card_of(panel)
    assert before.password.isVisible()
    assert not before.password.isChecked()
    before.password.click()
    qtbot.waitUntil(lambda: panel.sheet_card is not before, timeout=SECONDS)
    return card_of(panel)


def save(card: SheetCard, name: str, path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> str:
    """Presses the button that saves this file; what is in it then."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    button = card.findChild(QPushButton, f"save:{name}")
    assert button is not None
    button.click()
    qtbot.waitUntil(path.exists, timeout=SECONDS)
    return path.read_text("utf-8")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("target", IN_FILE)
def test_the_file_holds_it_once_that_is_switched_on_and_no_other_word_does(
    target: str, at_work: Wizard, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = to_the_end(at_work)
    card = card_of(panel, target)
    assert card.password.text() == "Put the password into the file"
    assert card.password_note.text() == RISK
    assert not any(CANARY in file.text for file in card.sheet.files)
    card = tick(panel, qtbot)
    assert card.password.isChecked()
    assert any("The password stands in the file, readable by you alone" in step for step in card.sheet.steps)
    (held,) = [file for file in card.sheet.files if file.holds_secret]
    path = tmp_path / "with"
    assert CANARY in save(card, held.name, path, qtbot, monkeypatch)
    for file in card.sheet.files:
        if file is not held:
            assert CANARY not in save(card, file.name, tmp_path / file.name, qtbot, monkeypatch)
            assert mode(tmp_path / file.name) & 0o044 or sys.platform == "win32"
    if sys.platform != "win32":
        assert mode(path) == 0o600
    card.copy_all.click()
    assert CANARY not in QGuiApplication.clipboard().text()
    assert not any(CANARY in said for said in everything_said(at_work.window))
    card.password.click()
    QApplication.processEvents()
    card = card_of(panel)
    assert not card.password.isChecked()
    assert not any(CANARY in file.text for file in card.sheet.files)


@pytest.mark.parametrize("target", [*BY_COMMAND, "thunderbird", "neomutt", "git", "outlook-classic", "iphone"])
def test_what_runs_a_command_or_asks_for_it_has_no_such_switch(target: str, at_work: Wizard) -> None:
    card = card_of(to_the_end(at_work), target)
    assert card.password.isHidden()
    assert card.password_note.isHidden()


def test_a_target_takes_a_command_if_its_file_runs_one() -> None:
    made = {one.id: sheet(one.id, _account()).files for one in targets() if one.takes_password}
    runs = [one for one, files in made.items() if any("secret-tool" in file.text for file in files)]
    assert [one.id for one in targets() if one.id in runs] == BY_COMMAND or sys.platform == "darwin"


def test_another_program_begins_without_it(at_work: Wizard, qtbot: QtBot) -> None:
    panel = to_the_end(at_work)
    card_of(panel, "env")
    tick(panel, qtbot)
    for target in ("wordpress", "env"):
        card = card_of(panel, target)
        assert not card.password.isChecked()
        assert not any(CANARY in file.text for file in card.sheet.files)


def test_a_password_that_the_program_cannot_send_is_refused_in_words(at_work: Wizard, qtbot: QtBot) -> None:
    panel = to_the_end(at_work, "schön")
    card = card_of(panel, "django")
    card.password.click()
    qtbot.waitUntil(lambda: card.password_note.text() != RISK, timeout=SECONDS)
    assert card.password_note.text().startswith("The password has characters beyond ASCII, which Django cannot send")
    assert not card.password.isChecked()
    assert panel.sheet_card is card


def test_two_passwords_and_what_is_not_kept_here_are_put_into_no_file(at_work: Wizard) -> None:
    two = replace(WORKS, draft=replace(DRAFT, outgoing_secret=Secret("other")))
    panel = to_the_end(at_work, result=two)
    assert card_of(panel, "env").password.isHidden()
    at_work.flow.hand_over.why_not_kept = "Your helpdesk keeps no accounts on this computer."
    at_work.state.set_result(replace(WORKS, draft=replace(DRAFT, secret=Secret(CANARY))))
    at_work.done.entered.emit()
    QApplication.processEvents()
    assert card_of(panel, "env").password.isHidden()
    at_work.flow.hand_over.why_not_kept = ""
    at_work.done.entered.emit()
    QApplication.processEvents()
    assert card_of(panel, "env").password.isVisible()


def test_a_saved_account_s_password_comes_from_the_keyring(at_work: Wizard, qtbot: QtBot, tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    accounts = SavedAccounts(AccountBook(tmp_path / "accounts.json"), SecretStore(keyring))
    done: list[object] = []

    async def keep(_session: object, _listener: object) -> None:
        await accounts.save(_account(), {SecretKind.PASSWORD: Secret(CANARY)})

    at_work.flow._jobs.start(keep, done.append, done.append)
    qtbot.waitUntil(lambda: done == [None], timeout=SECONDS)
    served = SavedAccountsPresenter(at_work.flow._jobs, accounts, at_work.window)
    served.open()
    qtbot.waitUntil(lambda: "ada@example.net" in served.dialog.cards, timeout=SECONDS)
    hand_over = served.dialog.findChild(QPushButton, "hand-over:ada@example.net")
    assert hand_over is not None
    hand_over.click()
    dialog = served.dialog.findChild(HandOverDialog)
    assert dialog is not None
    card_of(dialog.panel, "env")
    card = tick(dialog.panel, qtbot)
    assert CANARY in card.sheet.files[0].text
    assert not any(CANARY in label.text() for label in dialog.findChildren(QLabel))
    card = card_of(dialog.panel, "wordpress")
    keyring.kept.clear()
    card.password.click()
    said = "The keyring has no password for this account any more: reconnect it."
    qtbot.waitUntil(lambda: card.password_note.text() == said, timeout=SECONDS)
    served.dialog.close()
