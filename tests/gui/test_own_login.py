"""Sending that wants a login of its own, servers that wait for a yes: from the card's button to what works."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from tests.cli.commands import run
from tests.gui.conftest import SECONDS
from tests.gui.test_flow import press
from tests.lab.stage import PASSWORD, imap, smtp
from tests.seeds.rows import ROWS, Row
from tests.seeds.test_rows import put_on_stage
from wizard.cli import check
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.model.account import Verdict
from wizard.model.server import Protocol
from wizard.practice.scenarios import FoundBy
from wizard.wiring import Settings

pytestmark = pytest.mark.slow
LINE_USER, LINE_PASSWORD = "line-4711", "harbour-mint-31"
_E3 = next(row for row in ROWS if row.id == "E3")
RELAY = replace(_E3, servers=(*_E3.servers, smtp("securesmtp.t-online.de", username=LINE_USER, password=LINE_PASSWORD)))
OWN_LOGIN = replace(
    next(row for row in ROWS if row.id == "E4"),
    servers=(smtp("smtp.example.org", username=LINE_USER, password=LINE_PASSWORD), imap("imap.example.org")),
)


Begin = Callable[[Row], Wizard]


@pytest.fixture
def begin(wizard: Wizard, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Puts a row's servers on stage, and starts the window's engine there."""
    bridges: list[Bridge] = []

    def started(row: Row) -> Wizard:
        put_on_stage(row, monkeypatch)
        engine = Engine(Settings)
        engine.start()
        bridges.append(Bridge(engine, qapp))
        wizard.flow.attach(bridges[0])
        bridges[0].start(engine.opened, wizard.welcome, wizard.account.engine_failed)
        return wizard

    yield started
    wizard.window.abandon()
    for bridge in bridges:
        bridge.close()


def check_in(wizard: Wizard, qtbot: QtBot, row: Row) -> None:
    """Types the account and goes to the end of its check."""
    QTest.keyClicks(wizard.account.address_field.input, row.address)
    QTest.keyClicks(wizard.account.password_field.input, PASSWORD)
    qtbot.waitUntil(lambda: wizard.state.plan is not None, timeout=SECONDS)
    press(qtbot, wizard)
    if wizard.window.currentPage() is wizard.settings:
        if wizard.settings.consent.isVisible():
            wizard.settings.agree.click()
        press(qtbot, wizard)
    qtbot.waitUntil(lambda: wizard.check.result is not None, timeout=SECONDS)


def remedy_button(wizard: Wizard, remedy: str) -> QAbstractButton:
    """The first card's button of that remedy."""
    buttons = wizard.check.cards[0].findChildren(QAbstractButton)
    return next(button for button in buttons if button.objectName() == f"remedy:{remedy}")


@pytest.mark.parametrize(
    ("row", "host"), [(RELAY, "securesmtp.t-online.de"), (OWN_LOGIN, "smtp.example.org")], ids=["relay", "own-login"]
)
def test_the_cards_button_leads_to_the_login_and_the_login_to_an_account_that_works(
    row: Row, host: str, begin: Begin, qtbot: QtBot
) -> None:
    running = begin(row)
    check_in(running, qtbot, row)
    QTest.mouseClick(remedy_button(running, row.remedy), Qt.MouseButton.LeftButton)
    settings, editor = running.settings, running.settings.sending.editor
    assert running.window.currentPage() is settings
    assert (editor.host.text(), editor.port.choice.currentData()[1]) == (host, 465)
    name = editor.username.choice
    line = name.lineEdit()
    assert line is not None
    qtbot.waitUntil(lambda: name.hasFocus() or line.hasFocus(), timeout=SECONDS)
    line.selectAll()
    QTest.keyClicks(line, LINE_USER)
    assert editor.own_password is not None
    if row is RELAY:  # another company's server must not get the account's own password
        press(qtbot, running)
        assert running.window.currentPage() is settings
        assert editor.own_password.error == "Type the password that belongs to this server: it is not the account's."
    QTest.keyClicks(editor.own_password.input, LINE_PASSWORD)
    press(qtbot, running)
    assert running.window.currentPage() is running.check
    qtbot.waitUntil(lambda: running.check.result is not None, timeout=SECONDS)
    result = running.state.result
    assert result is not None
    told = [(each.cause, each.title, each.reply.text if each.reply else None) for each in result.diagnoses]
    assert result.verdict is Verdict.WORKS, (told, result.outgoing and result.outgoing.candidate)
    assert result.outgoing is not None
    assert (result.outgoing.candidate.host, result.outgoing.candidate.port) == (host, 465)
    assert result.outgoing.candidate.username == LINE_USER


def test_a_blank_beside_the_login_for_sending_is_taken_off_where_it_was_typed(begin: Begin, qtbot: QtBot) -> None:
    running = begin(RELAY)
    check_in(running, qtbot, RELAY)
    QTest.mouseClick(remedy_button(running, RELAY.remedy), Qt.MouseButton.LeftButton)
    editor = running.settings.sending.editor
    line = editor.username.choice.lineEdit()
    assert line is not None
    assert editor.own_password is not None
    qtbot.waitUntil(lambda: editor.username.choice.hasFocus() or line.hasFocus(), timeout=SECONDS)
    line.selectAll()
    QTest.keyClicks(line, LINE_USER)
    QTest.keyClicks(editor.own_password.input, f"{LINE_PASSWORD} ")
    press(qtbot, running)
    qtbot.waitUntil(lambda: running.check.result is not None, timeout=SECONDS)
    before = running.check.result
    QTest.mouseClick(remedy_button(running, "take-blank-off"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: running.check.result not in (None, before), timeout=SECONDS)
    assert running.check.result is not None
    assert running.check.result.verdict is Verdict.WORKS
    running.window.go_back_to("settings")
    assert editor.own_password.text() == LINE_PASSWORD


def test_undo_brings_the_own_server_back(begin: Begin, qtbot: QtBot) -> None:
    running = begin(RELAY)
    check_in(running, qtbot, RELAY)
    QTest.mouseClick(remedy_button(running, RELAY.remedy), Qt.MouseButton.LeftButton)
    card = running.settings.sending
    card.undo.click()
    assert card.candidate is not None
    assert card.candidate.host == "smtp.example.org"


def test_the_command_line_names_the_server_whose_login_is_missing_and_takes_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    put_on_stage(RELAY, monkeypatch)
    monkeypatch.setenv("SEED_PASSWORD", PASSWORD)
    words = [RELAY.address, "--json", "--yes", "--password-env", "SEED_PASSWORD"]
    assert run(check, *words) == 1
    remedy = json.loads(capsys.readouterr().out)["diagnoses"][0]["remedies"][0]
    server = remedy["candidate"]
    assert (remedy["id"], remedy["action"], remedy["field"]) == ("use-isp-relay", "edit-field", "outgoing-username")
    assert (server["host"], server["port"], server["security"]) == ("securesmtp.t-online.de", 465, "tls")
    assert server["username"] == ""
    (tmp_path / "password").write_text(LINE_PASSWORD)
    words += ["--outgoing", f"{server['host']}:{server['port']}/{server['security']}"]
    words += ["--outgoing-username", LINE_USER, "--outgoing-password-file", str(tmp_path / "password")]
    assert run(check, *words) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["verdict"], document["outgoing"]["username"]) == ("works", LINE_USER)


def test_the_yes_that_a_card_asks_for_is_given_on_the_card(begin: Begin, qtbot: QtBot) -> None:
    own, others, receiving = smtp("smtp.example.org"), smtp("smtp.hosting.example"), imap("imap.example.org")
    named = {"found_by": FoundBy.AUTOCONFIG, "listing": (own, receiving), "second": (others,)}
    row = Row("", "", "server-not-agreed", "", "agree-to-server", "", None, (others, receiving), **named)  # type: ignore[arg-type]
    running = begin(row)
    check_in(running, qtbot, row)
    before = running.state.result
    assert before is not None
    assert before.verdict is Verdict.UNDECIDED
    assert before.sign_in_attempts == {Protocol.IMAP: 1}
    cards = {card.diagnosis.cause: card for card in running.check.cards}
    assert list(cards) == ["server-not-agreed"], "what is asked for, and not the guess that came before it"
    card = cards["server-not-agreed"]
    assert card.title.text() == "smtp.hosting.example gets your password only after your yes"
    buttons = card.findChildren(QAbstractButton)
    agree = next(button for button in buttons if button.objectName() == "remedy:agree-to-server")
    assert agree.text() == "Yes, smtp.hosting.example may have the password"
    QTest.mouseClick(agree, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: running.check.result not in (None, before), timeout=SECONDS)
    after = running.state.result
    assert after is not None
    assert (after.verdict, after.diagnoses) == (Verdict.WORKS, ())
    assert after.outgoing is not None
    assert after.outgoing.candidate.host == "smtp.hosting.example"
    assert after.sign_in_attempts == {Protocol.SMTP: 1}, "receiving is not proven twice"
