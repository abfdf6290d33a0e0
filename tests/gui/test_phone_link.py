"""“To the phone by a code”: nothing listens before the press and after the end, and what the code says is the link."""

from __future__ import annotations

import http.client
import socket
import threading
from urllib.parse import urlsplit

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.test_password_in_file import CANARY, at_work, card_of, to_the_end
from tests.gui.test_promises_in_the_window import everything_said
from wizard.gui.app import Wizard
from wizard.gui.phone_link_dialog import PhoneLinkDialog
from wizard.gui.widgets.qr_code import matrix_of
from wizard.handover import phone_link
from wizard.net import own_addresses

__all__ = ["at_work"]
pytestmark = pytest.mark.slow


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of this computer; loopback plays the network that the phone is in."""
    addresses = ["127.0.0.1"]
    monkeypatch.setattr(own_addresses, "own_addresses", lambda: tuple(addresses))
    return addresses


def dialog_of(wizard: Wizard) -> PhoneLinkDialog:
    """Presses the button on the iPhone's sheet."""
    card = card_of(to_the_end(wizard), "iphone")
    button = card.findChild(QPushButton, "phone-link")
    assert button is not None
    assert button.isVisible()
    button.click()
    dialog = wizard.window.findChild(PhoneLinkDialog)
    assert dialog is not None
    return dialog


def shown(dialog: PhoneLinkDialog, qtbot: QtBot) -> str:
    dialog.show_code.click()
    qtbot.waitUntil(dialog.code.isVisible, timeout=SECONDS)
    return dialog.url


def fetched(url: str, path: str | None = None) -> tuple[int, bytes]:
    """What a phone gets, asked by a thread of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    try:
        connection.request("GET", path or parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def is_refused(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((str(parts.hostname), parts.port or 0), timeout=5).close()
    except OSError:
        return True
    return False


def words(dialog: PhoneLinkDialog) -> str:
    QApplication.processEvents()
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def test_the_keyboard_is_on_what_copies_the_link_once_it_is_there(
    at_work: Wizard, network: list[str], qtbot: QtBot
) -> None:
    dialog = dialog_of(at_work)
    dialog.activateWindow()
    shown(dialog, qtbot)
    QApplication.processEvents()
    assert dialog.link is not None
    assert dialog.link.button.isVisible()
    assert dialog.focusWidget() is dialog.link.button, "with a ring around it"


def test_the_person_is_told_first_and_presses_then(
    at_work: Wizard, qtbot: QtBot, network: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[str] = []
    real = phone_link.offering

    def offering(file: object, address: str, on_taken: object) -> object:
        began.append(address)
        return real(file, address, on_taken)  # type: ignore[arg-type]

    monkeypatch.setattr(phone_link, "offering", offering)
    dialog = dialog_of(at_work)
    said = words(dialog)
    assert "For 5 minutes this computer offers the profile of ada@example.net to the network it is in" in said
    assert "The profile holds no password." in said
    assert "This computer's address there is 127.0.0.1." in said
    assert "The phone must be in the same one." in said
    assert not dialog.code.isVisible()
    assert began == []
    assert dialog.focusWidget() is dialog.show_code
    url = shown(dialog, qtbot)
    assert dialog.link is not None
    assert dialog.focusWidget() is dialog.link.button, "a Space closes nothing"
    QTest.keyClick(dialog.link.button, Qt.Key.Key_Space)
    assert QApplication.clipboard().text() == url, "without what lets it break into lines"
    assert not dialog.show_code.isVisible(), "it is shown"
    assert began == ["127.0.0.1"]
    assert url.startswith("http://127.0.0.1:")
    assert dialog.code.matrix == matrix_of(url)
    assert "No phone has taken it yet." in dialog.state.text()
    assert "Within 8 minutes open Settings, tap Profile Downloaded, then Install." in words(dialog)


def test_the_phone_takes_it_and_that_is_said(at_work: Wizard, qtbot: QtBot, network: list[str]) -> None:
    dialog = dialog_of(at_work)
    url = shown(dialog, qtbot)
    got: list[tuple[int, bytes]] = []
    for path in ("/", None):
        asking = threading.Thread(target=lambda path=path: got.append(fetched(url, path)))
        asking.start()
        asking.join()
    assert got[0] == (404, b"")
    status, content = got[1]
    assert status == 200
    assert b"<string>imap.example.net</string>" in content
    assert CANARY.encode() not in content
    qtbot.waitUntil(lambda: dialog.state.text().startswith("The profile was taken 1 time."), timeout=SECONDS)
    assert not any(CANARY in said for said in everything_said(at_work.window))


@pytest.mark.parametrize("how", ["closed", "over", "the window ends"])
def test_afterwards_nobody_listens(
    how: str, at_work: Wizard, qtbot: QtBot, network: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "over":
        monkeypatch.setattr(phone_link, "OFFER_S", 0.3)
    dialog = dialog_of(at_work)
    if how == "over":
        dialog.show_code.click()
        qtbot.waitUntil(lambda: dialog.url != "", timeout=SECONDS)
        url = dialog.url
        qtbot.waitUntil(lambda: "The time is over" in dialog.state.text(), timeout=SECONDS)
        assert not dialog.code.isVisible()
        assert dialog.show_code.isEnabled()
    else:
        url = shown(dialog, qtbot)
        assert not is_refused(url)
        if how == "closed":
            dialog.reject()
        else:
            at_work.window.abandon()
            dialog.reject()
    qtbot.waitUntil(lambda: is_refused(url), timeout=SECONDS)


def test_each_time_it_is_another_link(at_work: Wizard, qtbot: QtBot, network: list[str]) -> None:
    dialog = dialog_of(at_work)
    first = shown(dialog, qtbot)
    dialog.reject()
    qtbot.waitUntil(lambda: at_work.window.findChild(PhoneLinkDialog) is None, timeout=SECONDS)
    assert shown(dialog_of(at_work), qtbot) != first


def test_in_several_networks_the_person_chooses(at_work: Wizard, qtbot: QtBot, network: list[str]) -> None:
    network[:] = ["192.168.77.1", "127.0.0.1"]
    dialog = dialog_of(at_work)
    assert dialog.address.isVisible()
    dialog.address.choice.setCurrentIndex(1)
    assert "This computer's address there is" not in words(dialog), "the list says it"
    assert shown(dialog, qtbot).startswith("http://127.0.0.1:")
    assert "This computer's address there is 127.0.0.1." in words(dialog)


def test_an_address_that_went_away_is_said(at_work: Wizard, qtbot: QtBot, network: list[str]) -> None:
    network[:] = ["192.0.2.1"]
    dialog = dialog_of(at_work)
    dialog.show_code.click()
    qtbot.waitUntil(lambda: "The file cannot be offered at 192.0.2.1: " in dialog.state.text(), timeout=SECONDS)
    assert dialog.show_code.isEnabled()
    assert not dialog.code.isVisible()


def test_without_a_network_there_is_no_code(at_work: Wizard, network: list[str]) -> None:
    network.clear()
    dialog = dialog_of(at_work)
    assert "This computer is in no network of a home or an office" in words(dialog)
    assert "this computer offers the profile" not in words(dialog), "it does not"
    assert not dialog.show_code.isVisible()


@pytest.mark.parametrize("target", ["apple-mail-mac", "thunderbird-android", "outlook-classic", "env"])
def test_only_what_belongs_on_an_iphone_is_offered(target: str, at_work: Wizard) -> None:
    card = card_of(to_the_end(at_work), target)
    assert card.findChild(QPushButton, "phone-link") is None
