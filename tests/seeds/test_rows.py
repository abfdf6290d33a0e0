"""Every row by both faces: the command line prints the card as JSON, the window shows it with its first button.

`python -m tests.seeds` prints the table.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from tests.cli.commands import run
from tests.gui.conftest import SECONDS
from tests.gui.test_flow import has_ended, press
from tests.lab.stage import PASSWORD, listed, world
from tests.seeds.rows import ROWS, Row
from wizard import wiring
from wizard.cli import check
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.model.account import CheckResult
from wizard.wiring import Settings

pytestmark = pytest.mark.slow


def put_on_stage(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the whole program, whichever face, find the row's servers for the world."""

    @asynccontextmanager
    async def network(settings: Settings) -> AsyncIterator[tuple[Any, ...]]:
        listing = tuple(listed(server) for server in row.listing)
        second = tuple(listed(server) for server in row.second)
        how: dict[str, Any] = {"mx": row.mx, "found_by": row.found_by, "listing": listing, "second": second}
        how["line"] = row.line
        async with world(row.address, *row.servers, **how) as (servers, planner, known):
            yield servers.resolver, servers.dialer, servers.trust, planner, known

    monkeypatch.setattr(wiring, "_network", network)


def command_line_test(row: Row) -> Callable[[pytest.MonkeyPatch, pytest.CaptureFixture[str]], None]:
    def test(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        put_on_stage(row, monkeypatch)
        monkeypatch.setenv("SEED_PASSWORD", PASSWORD)
        words = [row.address, "--json", "--yes", "--password-env", "SEED_PASSWORD"]
        for name, value in row.given.items():
            words += [f"--{name.replace('_', '-')}", value]
        if row.sends or row.test_to:
            words += ["--test-message", *([row.test_to] if row.test_to else [])]
        code = run(check, *words)
        printed = capsys.readouterr().out
        document = json.loads(printed)
        assert (document["verdict"], code) == (row.verdict.value, check.EXIT_CODES[row.verdict])
        first = document["diagnoses"][0]
        assert (first["cause"], first["title"]) == (row.cause, row.title)
        offered = first["remedies"]
        assert (offered[0]["id"], offered[0]["say"]) == (row.remedy, row.say), [each["id"] for each in offered]
        assert_target(row, offered[0])
        further = [each["id"] for each in offered[1:]]
        assert [id_ for id_ in further if id_ in row.also] == list(row.also), further
        for said in row.says:
            assert said in json.dumps(first, ensure_ascii=False), first
        if row.after is not None:
            fix = next(fix for fix in document["fixes"] if fix["remedy"] == row.remedy)
            assert fix["cause"] == row.cause
            assert {name: fix["after"][name] for name in row.after} == row.after
        assert PASSWORD not in printed

    return test


def assert_target(row: Row, remedy: dict[str, Any]) -> None:
    """The first remedy acts on what the row says."""
    if row.target is None:
        return
    acts_on = next(
        (remedy[key] for key in ("field", "url", "change", "seconds", "text") if remedy.get(key) is not None), None
    )
    if isinstance(row.target, str) and "text" in remedy:
        assert row.target in " ".join(str(acts_on).split()), acts_on
    else:
        assert acts_on == row.target


def button_of(row: Row) -> str:
    """What the card's first button says; what to do before checking again stands above it, in the row's words."""
    if row.remedy == "ask-administrator":
        return "Ask your administrator…"
    if row.remedy in ("wait", "try-again", "try-another-network", "split-recipients", "make-message-smaller"):
        return "Check again"
    return row.say


def window_test(row: Row) -> Callable[[pytest.MonkeyPatch, Wizard, QApplication, QtBot], None]:
    def test(monkeypatch: pytest.MonkeyPatch, wizard: Wizard, qapp: QApplication, qtbot: QtBot) -> None:
        put_on_stage(row, monkeypatch)
        engine = Engine(Settings)
        engine.start()
        bridge = Bridge(engine, qapp)
        wizard.flow.attach(bridge)
        bridge.start(engine.opened, wizard.welcome, wizard.account.engine_failed)
        try:
            QTest.keyClicks(wizard.account.address_field.input, row.address)
            QTest.keyClicks(wizard.account.password_field.input, PASSWORD)
            qtbot.waitUntil(lambda: wizard.state.plan is not None, timeout=SECONDS)
            press(qtbot, wizard)
            type_servers(row, wizard)
            if wizard.settings.consent.isVisible():
                wizard.settings.agree.click()
            press(qtbot, wizard)
            assert wizard.window.currentPage() is wizard.check
            qtbot.waitUntil(lambda: wizard.check.result is not None, timeout=SECONDS)
            if row.sends or row.test_to:
                send_the_test(row, qtbot, wizard)
            page = wizard.test if row.sends or row.test_to else wizard.check
            result = wizard.state.result
            assert result is not None
            assert result.verdict is row.verdict
            if row.after is not None:
                assert_fixed(row, wizard, result)
                return
            card = page.cards[0]
            assert (card.diagnosis.cause, card.title.text()) == (row.cause, row.title)
            buttons = card.findChildren(QAbstractButton)
            first = next(button for button in buttons if button.objectName().startswith("remedy:"))
            assert (first.objectName(), first.text()) == (f"remedy:{row.remedy}", button_of(row))
            assert (first.accessibleDescription() or first.text()) == row.say
        finally:
            wizard.window.abandon()
            bridge.close()

    return test


def type_servers(row: Row, wizard: Wizard) -> None:
    """Types what the person types into the editors of the second page."""
    for way, card in (("incoming", wizard.settings.receiving), ("outgoing", wizard.settings.sending)):
        name = row.given.get("outgoing_username" if way == "outgoing" else "", row.given.get("username"))
        if way not in row.given and name is None:
            continue
        card.open_editor()
        if way in row.given:
            card.host.input.selectAll()
            QTest.keyClicks(card.host.input, row.given[way])
        if name is not None:
            card.username.choice.setEditText(name)


def send_the_test(row: Row, qtbot: QtBot, wizard: Wizard) -> None:
    """Goes on to the page of the test message, and sends it to whom the row says."""
    press(qtbot, wizard)
    assert wizard.window.currentPage() is wizard.test
    if row.test_to:
        wizard.test.to_field.input.selectAll()
        QTest.keyClicks(wizard.test.to_field.input, row.test_to)
    press(qtbot, wizard)
    qtbot.waitUntil(lambda: has_ended(wizard), timeout=SECONDS)


def assert_fixed(row: Row, wizard: Wizard, result: CheckResult) -> None:
    """The change is in the result, and the first card says it and offers to take it over."""
    assert row.after is not None
    fix = next(fix for fix in result.fixes if fix.remedy == row.remedy)
    assert fix.cause == row.cause
    assert {name: getattr(fix.after, name) for name in row.after} == row.after
    card = wizard.check.cards[0]
    assert (card.diagnosis.cause, card.title.text(), card.fix) == (row.cause, row.title, fix)
    assert card.primary is not None
    assert (card.primary.objectName(), card.primary.text()) == (f"remedy:{row.remedy}", row.say)


for _row in ROWS:
    globals()[f"test_seed_{_row.id}_{_row.what}_on_the_command_line"] = command_line_test(_row)
    globals()[f"test_seed_{_row.id}_{_row.what}_in_the_window"] = window_test(_row)
