"""Settings that people have already: pasted, opened or dropped, with their source shown."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.samples import WORKS
from wizard.gui.app import Wizard
from wizard.gui.bring_dialog import BringDialog
from wizard.handover.programs.thunderbird import profile_preferences
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
    said = " ".join(label.text() for label in ready.settings.consent.findChildren(QLabel))
    assert "As they stand in what you pasted." in said
    assert "records" not in said, "no record names them"
    shown = [label.text() for label in ready.window.findChildren(QLabel) if label.isVisible()]
    assert not [each for each in shown if "typed" in each], "nobody typed them"


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


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("Ada Lovelace <ada@example.net>", "Ada Lovelace"),
        ('"Lovelace, Ada" <ada@example.net>', "Lovelace, Ada"),
        ("Lovelace, Ada <ada@example.net>", "Lovelace, Ada"),  # as Outlook copies it
        ("=?utf-8?q?Ad=C3=A1_L.?= <ada@example.net>", "Adá L."),
        ("„Ada“ <ada@example.net>;", "Ada"),
        ("E-mail: <ada@example.net>", ""),
        ("=?none?q?x?= <ada@example.net>", ""),
        ("<ada@example.net>", ""),
    ],
)
def test_a_pasted_name_goes_into_its_field(wizard: Wizard, pasted: str, name: str) -> None:
    wizard.account.address_field.input.setText(pasted)
    wizard.account.address_field.input.editingFinished.emit()
    assert wizard.account.address_field.text() == "ada@example.net"
    assert wizard.account.name_field.text() == name


# What the mail programs of this computer have


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a Thunderbird profile that has Ada's account, as Thunderbird's own files have it, and an msmtp's."""
    account = WORKS.verified_account()
    assert account is not None
    profile = tmp_path / ".thunderbird" / "abc.default"
    profile.mkdir(parents=True)
    (profile / "prefs.js").write_bytes(profile_preferences(account))
    listed = "[Profile0]\nName=default\nIsRelative=1\nPath=abc.default\nDefault=1\n"
    (profile.parent / "profiles.ini").write_text(listed)
    (tmp_path / ".msmtprc").write_text("account eve\nhost smtp.example.com\nport 465\ntls on\nfrom eve@example.com\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    return tmp_path


def offered(dialog: BringDialog, qtbot: QtBot) -> list[str]:
    qtbot.waitUntil(lambda: dialog.found.choice.count() > 0 and dialog.use_found.isVisible(), timeout=SECONDS)
    return [dialog.found.choice.itemText(index) for index in range(dialog.found.choice.count())]


def opened(wizard: Wizard, name: str) -> BringDialog:
    """The dialog, opened by the link of the first page or of the second."""
    link = wizard.window.findChild(QPushButton, name)
    assert link is not None
    assert link.isVisible()
    link.click()
    dialog = wizard.window.findChild(BringDialog)
    assert dialog is not None
    return dialog


@pytest.mark.skipif(sys.platform != "linux", reason="these programs keep their files so on Linux")
def test_an_account_that_a_program_has_needs_its_password_only(ready: Wizard, qtbot: QtBot, programs: Path) -> None:
    ready.flow.bringing.reads_programs = True  # practice knows no program's servers: here it is what is read
    dialog = opened(ready, "settings-i-have")
    assert offered(dialog, qtbot) == ["ada@example.net in Thunderbird", "eve@example.com in msmtp"]
    dialog.use_found.click()
    qtbot.waitUntil(lambda: len(servers(ready)) == 2, timeout=SECONDS)
    assert ready.account.address_field.text() == str(ADA)
    assert ready.account.name_field.text() == "Ada Example"
    assert ready.window.focusWidget() is ready.account.password_field.input
    assert servers(ready) == ["imap.example.net", "smtp.example.net"]
    assert ready.state.outgoing is not None
    assert (ready.state.outgoing.port, ready.state.outgoing.username) == (587, "ada")
    ready.account.password_field.set_text("tulip-wagon-64")
    ready.window.next()
    assert ready.window.current_page() is ready.settings
    assert ready.settings.subheading.text() == "As they stand in Thunderbird."
    assert not ready.settings.has_to_decide, "they are the person's own words: no stranger is asked about"


@pytest.mark.skipif(sys.platform != "linux", reason="these programs keep their files so on Linux")
def test_where_the_address_stands_its_own_accounts_are_offered(ready: Wizard, qtbot: QtBot, programs: Path) -> None:
    ready.flow.bringing.reads_programs = True
    on_settings(ready)
    dialog = opened(ready, "bring-settings")
    assert offered(dialog, qtbot) == ["ada@example.net in Thunderbird"]
    dialog.use_found.click()
    qtbot.waitUntil(lambda: servers(ready) == ["imap.example.net", "smtp.example.net"], timeout=SECONDS)
    assert ready.settings.subheading.text().startswith("As they stand in Thunderbird.")


@pytest.mark.skipif(sys.platform != "linux", reason="these programs keep their files so on Linux")
def test_another_account_that_was_typed_gives_way_to_the_one_that_is_chosen(
    ready: Wizard, qtbot: QtBot, programs: Path
) -> None:
    ready.flow.bringing.reads_programs = True
    ready.account.address_field.set_text("somebody@example.org")
    ready.account._address_edited("somebody@example.org")
    dialog = opened(ready, "settings-i-have")
    assert "eve@example.com in msmtp" in offered(dialog, qtbot)
    dialog.found.choice.setCurrentIndex(1)
    dialog.use_found.click()
    qtbot.waitUntil(lambda: servers(ready)[-1:] == ["smtp.example.com"], timeout=SECONDS)
    assert ready.account.address_field.text() == "eve@example.com"
    assert str(ready.state.address) == "eve@example.com"


def test_without_programs_nothing_is_offered_nor_in_practice_nor_where_servers_are_locked(
    ready: Wizard, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not ready.flow.bringing.reads_programs, "it is the practice network"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    ready.flow.bringing.reads_programs = True
    dialog = opened(ready, "settings-i-have")
    qtbot.waitUntil(lambda: all(job.is_over for job in ready.flow._jobs._begun), timeout=SECONDS)
    assert not dialog.use_found.isVisible()
    dialog.reject()
    ready.obey(WindowRules(locked=frozenset({Lock.SERVERS})))
    link = ready.window.findChild(QPushButton, "settings-i-have")
    assert link is not None
    assert not link.isVisible()
