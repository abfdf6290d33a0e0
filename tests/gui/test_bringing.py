"""Settings that people have already: pasted, opened or dropped, with their source shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.samples import WORKS
from wizard.gui.app import Wizard
from wizard.gui.bring_dialog import BringDialog
from wizard.handover.targets import sheet
from wizard.model.address import Address
from wizard.model.plan import Plan
from wizard.setup.pack import Lock, WindowRules

MAIL = "Your settings:\nIMAP: imap.example.net, port 993, SSL\nSMTP: smtp.example.net, port 587, STARTTLS\n"
ADA = Address.parse("ada@example.net")


@pytest.fixture
def ready(practising: Wizard, qtbot: QtBot) -> Wizard:
    """The window with its engine, before anything is typed."""
    qtbot.waitUntil(lambda: practising.account.practice is not None, timeout=SECONDS)
    return practising


def on_settings(wizard: Wizard) -> None:
    """Where nothing was found."""
    wizard.account.address_field.set_text(str(ADA))
    wizard.account.password_field.set_text("tulip-wagon-64")
    wizard.state.set_address(ADA)
    wizard.state.set_plan(Plan(ADA, ()))
    wizard.window.next()
    assert wizard.window.current_page() is wizard.settings


def dialog_of(wizard: Wizard) -> BringDialog:
    """The dialog, opened by its link."""
    wizard.settings._bring_link.click()
    dialog = wizard.window.findChild(BringDialog)
    assert dialog is not None
    return dialog


def drop(wizard: Wizard, data: QMimeData) -> None:
    """Drops it onto the window."""
    wizard.window.dropEvent(
        QDropEvent(
            QPointF(20, 20), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )


def servers(wizard: Wizard) -> list[str]:
    """Which servers stand on the Settings page."""
    return [each.host for each in (wizard.state.incoming, wizard.state.outgoing) if each is not None]


def test_a_pasted_mail_becomes_the_settings(ready: Wizard, qtbot: QtBot) -> None:
    on_settings(ready)
    dialog = dialog_of(ready)
    dialog.box.input.setPlainText(MAIL)
    dialog.use.click()
    qtbot.waitUntil(lambda: servers(ready) == ["imap.example.net", "smtp.example.net"], timeout=SECONDS)
    assert ready.settings.subheading.text().startswith("As they stand in what you pasted.")
    assert ready.settings.isComplete()
    qtbot.waitUntil(lambda: ready.window.findChild(BringDialog) is None, timeout=SECONDS)


def test_what_names_no_server_is_said_in_the_dialog(ready: Wizard, qtbot: QtBot) -> None:
    on_settings(ready)
    dialog = dialog_of(ready)
    dialog.box.input.setPlainText("Good morning")
    dialog.use.click()
    qtbot.waitUntil(dialog.note.isVisible, timeout=SECONDS)
    assert dialog.note.text().startswith("No mail server is named there.")
    assert dialog.isVisible()
    dialog.reject()


def test_a_strangers_server_is_asked_about(ready: Wizard, qtbot: QtBot) -> None:
    on_settings(ready)
    dialog = dialog_of(ready)
    dialog.box.input.setPlainText(MAIL.replace("example.net", "example.com"))
    dialog.use.click()
    qtbot.waitUntil(lambda: len(servers(ready)) == 2, timeout=SECONDS)
    assert ready.settings.consent.isVisible()
    assert not ready.settings.isComplete()


def test_a_dropped_profile_fills_in_whose_it_is(ready: Wizard, qtbot: QtBot, tmp_path: Path) -> None:
    account = WORKS.verified_account()
    assert account is not None
    file = sheet("apple-mail", account).files[0]
    path = tmp_path / file.name
    path.write_bytes(file.content)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop(ready, data)
    qtbot.waitUntil(lambda: len(servers(ready)) == 2, timeout=SECONDS)
    assert ready.account.address_field.text() == str(ADA)
    assert ready.account.name_field.text() == "Ada Example"
    assert "imap.example.net" in ready.account.servers_line.words.text()
    assert servers(ready) == ["imap.example.net", "smtp.example.net"]


def test_a_dropped_text_is_read_as_well(ready: Wizard, qtbot: QtBot) -> None:
    on_settings(ready)
    data = QMimeData()
    data.setText(MAIL)
    drop(ready, data)
    qtbot.waitUntil(lambda: len(servers(ready)) == 2, timeout=SECONDS)


def test_a_file_that_is_none_is_said(ready: Wizard, qtbot: QtBot, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "gone.xml"))])
    drop(ready, data)
    qtbot.waitUntil(lambda: ready.window.findChild(QMessageBox) is not None, timeout=SECONDS)
    box = ready.window.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "gone.xml" in box.text()
    box.close()


def test_a_pack_that_locks_the_servers_takes_none(ready: Wizard) -> None:
    ready.obey(WindowRules(locked=frozenset({Lock.SERVERS})))
    on_settings(ready)
    assert not ready.settings._bring_link.isVisible()
    data = QMimeData()
    data.setText(MAIL)
    drop(ready, data)
    QApplication.processEvents()
    assert servers(ready) == []


def test_a_pasted_name_goes_into_its_field(wizard: Wizard) -> None:
    wizard.account.address_field.input.setText("Ada Lovelace <ada@example.net>")
    wizard.account.address_field.input.editingFinished.emit()
    assert wizard.account.address_field.text() == "ada@example.net"
    assert wizard.account.name_field.text() == "Ada Lovelace"
