"""The command line's promises, through the window: no secret anywhere, no own network without a yes."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QInputMethodQueryEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.test_flow import press
from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import Mail, Names, no, offers, tls_server
from tests.test_promises import CANARY, _forms, _found_in, _unseen
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.gui.report_dialog import ReportDialog, pdf
from wizard.gui.widgets.fold import FoldArea
from wizard.handover.report import report_bytes
from wizard.model.server import Protocol, Security
from wizard.setup.options import Options
from wizard.wiring import Settings

pytestmark = pytest.mark.slow

ADDRESS = "ada@example.org"
NOBODY = "127.0.0.1:9"  # no name server answers there


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> Issued:
    return authority.issue("mail.example.org", "127.0.0.1")


@contextmanager
def standing(certificate: Issued, *mails: Mail) -> Iterator[list[int]]:
    """Servers in a thread of their own, as the window has this one; their ports."""
    ports: list[int] = []
    is_up, loop, end = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def stand() -> None:
        async with AsyncExitStack() as stack:
            for mail in mails:
                ports.append((await stack.enter_async_context(tls_server(mail, certificate, Security.TLS))).port)
            is_up.set()
            await end.wait()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(stand())

    thread = threading.Thread(target=run)
    thread.start()
    is_up.wait()
    try:
        yield ports
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()


@contextmanager
def connected(wizard: Wizard, qapp: QApplication, settings: Settings) -> Iterator[Wizard]:
    """The window with the real engine."""
    engine = Engine(lambda: settings)
    engine.start()
    bridge = Bridge(engine, qapp)
    wizard.flow.attach(bridge)
    bridge.start(engine.opened, wizard.welcome, wizard.account.engine_failed)
    try:
        yield wizard
    finally:
        wizard.window.abandon()
        bridge.close()


def type_account(qtbot: QtBot, wizard: Wizard, password: str, receiving: str, sending: str) -> None:
    """Address, password and both servers, as far as the settings page."""
    QTest.keyClicks(wizard.account.address_field.input, ADDRESS)
    wizard.account.password_field.input.setText(password)
    qtbot.waitUntil(lambda: wizard.state.plan is not None, timeout=SECONDS)
    press(qtbot, wizard)
    for card, server in ((wizard.settings.receiving, receiving), (wizard.settings.sending, sending)):
        card.open_editor("host")
        card.host.input.setText(server)
        assert card.close_editor()


def everything_said(widget: QWidget) -> Iterator[str]:
    """All that a window shows, says to a screen reader or keeps for a pointer; of a password field what it tells."""
    for one in (widget, *widget.findChildren(QWidget)):
        yield from (
            one.accessibleName(),
            one.accessibleDescription(),
            one.toolTip(),
            one.windowTitle(),
            one.whatsThis(),
        )
        if isinstance(one, QLabel | QAbstractButton):
            yield one.text()
        elif isinstance(one, QLineEdit):
            yield one.displayText()
        elif isinstance(one, QPlainTextEdit):
            yield one.toPlainText()
        elif isinstance(one, QComboBox):
            yield from (one.itemText(index) for index in range(one.count()))
        told = QAccessible.queryAccessibleInterface(one)
        if told is not None:
            yield from (told.text(kind) for kind in QAccessible.Text if kind is not QAccessible.Text.UserText)


def _echo(protocol: Protocol) -> Mail:
    async def auth(talk: Talk, line: bytes) -> None:
        every_form = " ".join(_forms()).encode()
        said = b"\x1b[31m" + line + b" \xe2\x80\xae<img src=http://192.0.2.1/> " + every_form
        await talk.send_raw(no(protocol, line, said))

    async def hello(talk: Talk, line: bytes) -> None:
        await talk.send_raw(offers(protocol, line, starttls=False, auth=True).replace(b"PLAIN", b"PLAIN LOGIN"))

    return Mail(protocol, auth=auth, hello=hello)


@pytest.mark.parametrize("incoming", [Protocol.IMAP, Protocol.POP3])
def test_the_canary_is_nowhere_in_the_window(
    incoming: Protocol,
    qtbot: QtBot,
    qapp: QApplication,
    wizard: Wizard,
    authority: Authority,
    certificate: Issued,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    QGuiApplication.clipboard().clear()
    said: list[str] = []
    options = Options(ask_nobody=True, deadline_s=20, autofix=False)
    settings = Settings(nameserver=NOBODY, ca_files=(authority.ca_file,), options=options)
    with standing(certificate, _echo(incoming), _echo(Protocol.SMTP)) as ports, connected(wizard, qapp, settings):
        servers = [f"{incoming.value}://127.0.0.1:{ports[0]}/tls", f"127.0.0.1:{ports[1]}/tls"]
        type_account(qtbot, wizard, CANARY, *servers)
        said += everything_said(wizard.window)
        press(qtbot, wizard)
        if wizard.window.currentPage() is wizard.settings:  # it wants a yes
            wizard.settings.agree.click()
            press(qtbot, wizard)
        qtbot.waitUntil(lambda: wizard.check.result is not None, timeout=SECONDS)
        assert wizard.check.cards
        for fold in wizard.window.findChildren(FoldArea):
            fold.set_open(True)
        save = wizard.check.cards[0].findChild(QAbstractButton, "save-report")
        assert save is not None
        save.click()
        dialog = wizard.window.findChild(ReportDialog)
        assert dialog is not None
        for readable in (False, True):
            dialog.address.setChecked(readable)
            said += everything_said(dialog)
            said += [report_bytes(dialog._document, kind).decode() for kind in (".html", ".txt", ".json")]
            assert not any(form.encode() in pdf(dialog._document) for form in _forms())
        dialog.reject()
        for button in wizard.window.findChildren(QAbstractButton):
            if "copy" in button.objectName().lower() and button.isVisible():
                button.click()
                said.append(QGuiApplication.clipboard().text())
        said += everything_said(wizard.window)
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "key"]
    said += [path.read_text("utf-8", "replace") for path in kept]
    assert any("127.0.0.1" in text for text in said)
    assert any("***" in text for text in said), "what the server said is shown, without the secret"
    assert [(form, text) for text in said for form in _found_in(text)] == []
    assert set().union(*map(_unseen, said)) == set()


def test_an_input_method_is_not_told_a_hidden_password(qtbot: QtBot, wizard: Wizard) -> None:
    """Qt itself gives it the text around the cursor, whatever is shown."""
    field = wizard.account.password_field
    QTest.keyClicks(field.input, CANARY[:6])
    field.input.selectAll()

    def told() -> set[object]:
        asked = Qt.InputMethodQuery
        query = QInputMethodQueryEvent(asked.ImQueryAll)
        QApplication.sendEvent(field.input, query)
        kinds = (asked.ImSurroundingText, asked.ImTextBeforeCursor, asked.ImTextAfterCursor, asked.ImCurrentSelection)
        return {query.value(kind) for kind in kinds} - {"", None}

    assert told() == set()
    field.eye.setChecked(True)
    assert told() == {CANARY[:6]}  # an input method that people see their text with works as ever
    field.eye.setChecked(False)
    assert told() == set()


class OwnNames(Names):
    """Names that lead into the person's own network; not those of a test's name server, as far as the program knows."""

    is_lab = False


@pytest.mark.parametrize("address", ["10.66.66.66", "192.168.77.1", "100.64.0.9", "fd00::7"])
def test_the_own_network_wants_a_yes_in_the_window(
    address: str, qtbot: QtBot, wizard: Wizard, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that nobody typed lead there: dialled after the card's button, and not before."""
    dialled: list[str] = []

    async def refuse(_: object, __: socket.socket, where: tuple[str, int]) -> None:
        dialled.append(where[0])
        raise ConnectionRefusedError

    monkeypatch.setattr("asyncio.selector_events.BaseSelectorEventLoop.sock_connect", refuse)
    names = OwnNames({f"{kind}.example.org": [address] for kind in ("imap", "smtp", "mail", "pop")}, default=None)
    monkeypatch.setattr("wizard.net.dns.DnsResolver", lambda _: names)
    with connected(wizard, qapp, Settings(options=Options(ask_nobody=True, deadline_s=10))):
        QTest.keyClicks(wizard.account.address_field.input, ADDRESS)
        wizard.account.password_field.input.setText("tulip-wagon-64")
        qtbot.waitUntil(lambda: wizard.state.plan is not None, timeout=SECONDS)
        press(qtbot, wizard)
        press(qtbot, wizard)
        qtbot.waitUntil(lambda: wizard.check.result is not None, timeout=SECONDS)
        assert dialled == []
        first = wizard.check.cards[0]
        assert first.objectName() == "diagnosis:server-in-own-network"
        assert any(address in text for text in everything_said(first))
        before = wizard.check.result
        yes = next(one for one in first.findChildren(QAbstractButton) if one.objectName().startswith("remedy:"))
        yes.click()
        qtbot.waitUntil(lambda: wizard.check.result not in (None, before), timeout=SECONDS)
        assert address in dialled
