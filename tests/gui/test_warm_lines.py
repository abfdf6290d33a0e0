"""In the window the servers are opened while the password is typed; the button then costs the sign-in alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.test_flow import to_the_check
from tests.lab.certificates import Authority
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import PASSWORD, USER, Mail, Names, candidate, tls_server
from tests.setup.accounts import Known
from wizard import wiring
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.model.account import Verdict
from wizard.model.server import Protocol, Security, Source
from wizard.net.dial import SystemDialer
from wizard.net.tls import Trust
from wizard.wiring import Settings

Served = list[tuple[Mail, ScriptedServer]]


@pytest.fixture
def served(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, wizard: Wizard, qapp: QApplication
) -> Iterator[Served]:
    """Two scripted servers that the window's engine finds for the address."""
    certificate = authority.issue("imap.example.org", "smtp.example.org")
    running: Served = []

    @asynccontextmanager
    async def network(settings: Settings) -> AsyncIterator[tuple[Any, ...]]:
        receive, send = Mail(Protocol.IMAP), Mail(Protocol.SMTP)
        async with (
            tls_server(receive, certificate, Security.TLS) as receiving,
            tls_server(send, certificate, Security.TLS) as sending,
        ):
            running.extend(((receive, receiving), (send, sending)))
            found = [
                candidate(server, mail.protocol, Security.TLS, host=host, source=Source.AUTOCONFIG)
                for (mail, server), host in zip(running, ("imap.example.org", "smtp.example.org"), strict=True)
            ]
            names = Names()
            dialer, trust = SystemDialer(names, lab=True), Trust((authority.ca_file,))
            yield names, dialer, trust, Known(*found), wiring.presets()

    monkeypatch.setattr(wiring, "_network", network)
    engine = Engine(Settings)
    engine.start()
    bridge = Bridge(engine, qapp)
    wizard.flow.attach(bridge)
    bridge.start(engine.opened, wizard.welcome, wizard.account.engine_failed)
    yield running
    wizard.window.abandon()
    bridge.close()


def verbs(served: Served) -> list[list[str]]:
    return [mail.verbs for mail, _ in served]


def test_the_servers_wait_for_the_password(served: Served, wizard: Wizard, qtbot: QtBot) -> None:
    QTest.keyClicks(wizard.account.address_field.input, USER)
    qtbot.waitUntil(lambda: verbs(served) == [["hello"], ["hello"]], timeout=SECONDS)
    QTest.keyClicks(wizard.account.password_field.input, PASSWORD)
    assert verbs(served) == [["hello"], ["hello"]]
    to_the_check(qtbot, wizard)
    assert wizard.state.result is not None
    assert wizard.state.result.verdict is Verdict.WORKS
    assert [said[:2] for said in verbs(served)] == [["hello", "auth"]] * 2
    assert [len(server.conversations) for _, server in served] == [1, 1]


def test_who_wants_nobody_asked_has_no_server_dialled(served: Served, wizard: Wizard, qtbot: QtBot) -> None:
    wizard.account.ask_nobody.setChecked(True)
    QTest.keyClicks(wizard.account.address_field.input, USER)
    qtbot.waitUntil(lambda: wizard.state.plan is not None, timeout=SECONDS)
    QTest.keyClicks(wizard.account.password_field.input, PASSWORD)
    qtbot.wait(100)
    assert [len(server.conversations) for _, server in served] == [0, 0]
    to_the_check(qtbot, wizard)
    assert [len(server.conversations) for _, server in served] == [1, 1]
