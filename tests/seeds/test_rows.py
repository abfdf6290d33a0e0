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
from tests.gui.test_flow import to_the_check
from tests.lab.stage import PASSWORD, listed, world
from tests.seeds.rows import ROWS, Row
from wizard import wiring
from wizard.cli import check
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.wiring import Settings

pytestmark = pytest.mark.slow

# What the window cannot type on its first page, or asks about first, is driven on the command line alone.
BY_COMMAND_ONLY = {row.id for row in ROWS if row.given or row.sends or row.test_to}


def put_on_stage(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the whole program, whichever face, find the row's servers for the world."""

    @asynccontextmanager
    async def network(settings: Settings) -> AsyncIterator[tuple[Any, ...]]:
        second = tuple(listed(server) for server in row.second)
        how: dict[str, Any] = {"mx": row.mx, "found_by": row.found_by, "second": second}
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
        assert str(acts_on).startswith(row.target), acts_on
    else:
        assert acts_on == row.target


def button_of(row: Row) -> str:
    """What the card's first button says; what to do before checking again stands above it, in the row's words."""
    if row.remedy == "ask-administrator":
        return "Ask your administrator…"
    if row.remedy in ("wait", "try-again", "try-another-network", "split-recipients"):
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
            to_the_check(qtbot, wizard)
            card = wizard.check.cards[0]
            assert (card.diagnosis.cause, card.title.text()) == (row.cause, row.title)
            buttons = card.findChildren(QAbstractButton)
            first = next(button for button in buttons if button.objectName().startswith("remedy:"))
            shown = (first.objectName(), first.text(), first.accessibleDescription())
            assert shown == (f"remedy:{row.remedy}", button_of(row), row.say)
        finally:
            wizard.window.abandon()
            bridge.close()

    return test


for _row in ROWS:
    globals()[f"test_seed_{_row.id}_{_row.what}_on_the_command_line"] = command_line_test(_row)
    if _row.id not in BY_COMMAND_ONLY:
        globals()[f"test_seed_{_row.id}_{_row.what}_in_the_window"] = window_test(_row)
