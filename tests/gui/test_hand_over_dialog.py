"""A saved account handed to a program, from its card among the saved accounts: the same choices as on the Done page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from tests.accounts.books import note, put
from tests.accounts.keyrings import MemoryKeyring
from tests.gui.conftest import SECONDS
from tests.gui.test_placing import home
from tests.handover.accounts import WHEN, account, failed
from wizard.accounts.saved_accounts import SavedAccounts
from wizard.accounts.secret_store import SecretStore
from wizard.accounts.store import AccountBook
from wizard.gui.app import Wizard
from wizard.gui.hand_over_dialog import HandOverDialog
from wizard.gui.place_question import PlaceQuestion
from wizard.gui.saved_accounts import SavedAccountsPresenter
from wizard.handover.sheet_page import sheet_text

__all__ = ["home"]
pytestmark = pytest.mark.slow

Opens = Callable[..., tuple[SavedAccountsPresenter, HandOverDialog]]


@pytest.fixture
def book(tmp_path: Path) -> AccountBook:
    return AccountBook(tmp_path / "accounts.json")


@pytest.fixture
def handed(practising: Wizard, qtbot: QtBot, book: AccountBook) -> Iterator[Opens]:
    """Saves Ada's account, opens the saved accounts, and presses the button on her card."""
    opened: list[SavedAccountsPresenter] = []

    def press(*, works: bool = True, targets: tuple[str, ...] = ()) -> tuple[SavedAccountsPresenter, HandOverDialog]:
        saved = put(book, account())
        if not works:
            note(book, saved, replace(failed(), started_at=WHEN + timedelta(days=2)))
        accounts = SavedAccounts(book, SecretStore(MemoryKeyring()))
        served = SavedAccountsPresenter(practising.flow._jobs, accounts, practising.window, targets=targets)
        opened.append(served)
        qtbot.waitUntil(lambda: practising.account.practice is not None, timeout=SECONDS)
        served.open()
        qtbot.waitUntil(lambda: "ada@example.org" in served.dialog.cards, timeout=SECONDS)
        button = served.dialog.findChild(QPushButton, "hand-over:ada@example.org")
        assert button is not None
        assert button.text() == "Use it in a program…"
        button.setFocus()
        button.click()
        dialog = served.dialog.findChild(HandOverDialog)
        assert dialog is not None
        assert dialog.isVisible()
        return served, dialog

    yield press
    for served in opened:
        served.dialog.close()
        served.dialog.deleteLater()


def _button(dialog: HandOverDialog, name: str) -> QPushButton | None:
    found = [each for each in dialog.findChildren(QPushButton) if each.objectName() == name]
    return next((each for each in found if each.isVisible()), None)


def choose(dialog: HandOverDialog, target: str) -> None:
    tile = dialog.findChild(QRadioButton, f"target:{target}")
    assert tile is not None
    tile.click()
    QApplication.processEvents()


def test_the_proven_settings_go_into_any_program(
    handed: Opens, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, dialog = handed()
    assert dialog.windowTitle() == "ada@example.org"
    assert dialog.note.text() == "Verified, 21 November 2026"
    choose(dialog, "outlook")
    assert dialog.panel.sheet is not None
    assert dialog.panel.sheet.target.id == "outlook-new"
    assert "imap.example.org" in [row.value for row in dialog.panel.sheet.rows]
    card = dialog.panel.sheet_card
    assert card is not None
    card.copy_all.click()
    assert QGuiApplication.clipboard().text() == sheet_text(dialog.panel.sheet)
    target = tmp_path / "settings.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), "Text (*.txt)"))
    card.save.click()
    qtbot.waitUntil(target.exists, timeout=SECONDS)
    assert target.read_text("utf-8") == sheet_text(dialog.panel.sheet)


def test_one_that_failed_since_is_handed_over_with_a_word_about_it(handed: Opens) -> None:
    _, dialog = handed(works=False)
    assert dialog.note.text() == (
        "ada@example.org: Not verified: The server refused this password, 23 November 2026 (worked until "
        "21 November 2026). These are the settings that worked then."
    )
    assert dialog.panel.sheet is not None


def test_a_helpdesk_names_the_programs_here_too(handed: Opens) -> None:
    _, dialog = handed(targets=("outlook-classic", "iphone"))
    offered = [name for name, tile in dialog.panel.programs.tiles.items() if not tile.isHidden()]
    assert offered == ["outlook", "apple-mail", "phone"]
    assert dialog.panel.sheet is not None
    assert dialog.panel.sheet.target.id == "outlook-classic"


@pytest.mark.skipif(sys.platform != "linux", reason="these programs keep their files so on Linux")
def test_it_is_set_up_in_a_program_that_is_here(home: Path, handed: Opens, qtbot: QtBot) -> None:
    _, dialog = handed()
    qtbot.waitUntil(lambda: dialog.panel.programs.target == "thunderbird", timeout=SECONDS)
    qtbot.waitUntil(lambda: _button(dialog, "place") is not None, timeout=SECONDS)  # what is installed is known
    dialog.panel.choose("msmtp")
    card = dialog.panel.sheet_card
    assert card is not None
    qtbot.waitUntil(card.place.isVisible, timeout=SECONDS)
    card.place.click()
    qtbot.waitUntil(lambda: dialog.findChild(PlaceQuestion) is not None, timeout=SECONDS)
    question = dialog.findChild(PlaceQuestion)
    assert question is not None
    question.accept()
    qtbot.waitUntil(card.undo.isVisible, timeout=SECONDS)
    assert card.outcome.text() == "msmtp has these settings now."
    assert 'host "smtp.example.org"' in (home / ".msmtprc").read_text("utf-8")


def test_closed_at_once_nothing_is_heard_of_it_any_more(handed: Opens, qtbot: QtBot) -> None:
    served, dialog = handed()
    close = dialog.findChild(QPushButton, "close")
    assert close is not None
    close.click()
    qtbot.waitUntil(lambda: served.dialog.findChild(HandOverDialog) is None, timeout=SECONDS)
    assert served.dialog.isVisible()


def test_little_room_makes_one_column(handed: Opens, qtbot: QtBot) -> None:
    _, dialog = handed()
    dialog.resize(480, 400)
    QApplication.processEvents()
    choose(dialog, "phone")
    assert dialog.panel.sheet_card is not None
    assert dialog.panel.sheet_card._actions._stacked
    assert dialog.panel.width() <= 480
