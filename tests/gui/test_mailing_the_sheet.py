"""“Mail to me” on the Done page: a message to oneself with the sheet, or what to do where no program writes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.test_flow import ACCOUNTS, SignUp, press, to_the_check
from wizard.gui.app import Wizard
from wizard.gui.widgets.sheet_card import SheetCard

pytestmark = pytest.mark.slow

WORKS = next(account for account in ACCOUNTS if account.cause is None)


class MailProgram(QObject):
    """Takes the links that would open a mail program."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    @Slot(QUrl)
    def write(self, url: QUrl) -> None:
        self.links.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bool], MailProgram]]:
    """Says whether a mail program is set up on this computer, and is it."""
    taken = MailProgram()

    def begin(is_there: bool) -> MailProgram:
        command = tmp_path / "xdg-mime"
        command.write_text(f"#!/bin/sh\n{'echo letters.desktop' if is_there else 'true'}\n")
        command.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        return taken

    QDesktopServices.setUrlHandler("mailto", taken, "write")  # type: ignore[arg-type]  # the stub says bytes
    yield begin
    QDesktopServices.unsetUrlHandler("mailto")


@pytest.fixture
def at_the_end(qtbot: QtBot, sign_up: SignUp) -> Wizard:
    """An account that works, on the Done page."""
    wizard = sign_up(WORKS.address, WORKS.password)
    to_the_check(qtbot, wizard)
    press(qtbot, wizard)
    wizard.window.skip_step()
    qtbot.waitUntil(lambda: wizard.done.sheet is not None, timeout=SECONDS)
    wizard.done.programs.tiles["other"].click()  # what is installed here is not preferred to a person's own choice
    return wizard


def mail(qtbot: QtBot, wizard: Wizard) -> SheetCard:
    card = wizard.done.sheet_card
    assert card is not None
    card.mail.setFocus()
    card.mail.click()
    qtbot.waitUntil(card.mailed.isVisible, timeout=SECONDS)
    return card


def test_a_message_to_oneself_is_begun_with_the_settings_and_without_the_password(
    qtbot: QtBot, at_the_end: Wizard, program: Callable[[bool], MailProgram]
) -> None:
    taken = program(True)
    card = mail(qtbot, at_the_end)
    (link,) = taken.links
    assert link.startswith(f"mailto:{WORKS.address}?subject=")
    told = parse_qs(urlsplit(link).query)["body"][0]
    assert all(row.value in told for row in card.sheet.rows)
    assert WORKS.password not in told
    assert card.mailed.text() == (
        "Your mail program opens a message to you: send it there. Where none opens, press “Copy all”."
    )


def test_where_no_mail_program_is_set_up_it_says_so_and_copy_all_is_next(
    qtbot: QtBot, at_the_end: Wizard, program: Callable[[bool], MailProgram]
) -> None:
    taken = program(False)
    with qtbot.waitActive(at_the_end.window):
        at_the_end.window.activateWindow()
    card = mail(qtbot, at_the_end)
    assert taken.links == []
    assert card.mailed.text() == (
        "No mail program is set up here to write one. Press “Copy all” and paste it where you can."
    )
    assert at_the_end.window.focusWidget() is card.copy_all
    QTest.keyClick(card.copy_all, Qt.Key.Key_Space)
    assert card.sheet.rows[0].value in QGuiApplication.clipboard().text()
