"""Both faces of the program over one stage: what a person types, presses and reads, in a terminal and in the window."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import platformdirs
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QPlainTextEdit, QWidget, QWizard
from pytestqt.qtbot import QtBot

from tests.cli.commands import run
from tests.gui.conftest import SECONDS
from tests.lab.scripted import Script, ScriptedServer
from tests.lab.stage import PASSWORD, world
from wizard import wiring
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.gui.widgets.diagnosis_card import DiagnosisCard
from wizard.model.account import CheckResult, RoundTripStatus
from wizard.practice.network import PracticeNetwork
from wizard.practice.scenarios import PracticeServer
from wizard.wiring import Settings


def put_on_stage(
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    *servers: PracticeServer,
    played: Mapping[tuple[str, int], Script] | None = None,
    on_network: Callable[[PracticeNetwork], None] | None = None,
    **how: Any,
) -> list[ScriptedServer]:
    """Lets the whole program, whichever face, find these servers for the world; its other arguments are `world`'s.

    `played` are hosts and ports that follow a script, byte by byte; `on_network` is given each network that begins.
    Returns the servers that follow a script, each once it runs.
    """
    scripted: list[ScriptedServer] = []

    @asynccontextmanager
    async def network(_settings: Settings) -> AsyncIterator[tuple[Any, ...]]:
        async with AsyncExitStack() as running:
            served, planner, known = await running.enter_async_context(world(address, *servers, **how))
            for place, script in (played or {}).items():
                server = await running.enter_async_context(ScriptedServer(script))
                served._real_ports[place] = server.port
                scripted.append(server)
            if on_network is not None:
                on_network(served)
            yield served.resolver, served.dialer, served.trust, planner, known

    monkeypatch.setattr(wiring, "_network", network)
    return scripted


class CommandLine:
    """Commands as a person types them, the password from a variable; what was printed is `out`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.out = ""

    def run(self, command: ModuleType, *words: str, password: str | None = PASSWORD) -> int:
        """The exit code; no password is given where it is None, and none is ever printed."""
        if password is not None:
            self._monkeypatch.setenv("SEED_PASSWORD", password)
            words = (*words, "--password-env", "SEED_PASSWORD")
        code = run(command, *words)
        printed = self._capsys.readouterr()
        self.out = printed.out
        assert password is None or password not in printed.out + printed.err
        return code


class Program:
    """The program with its window, shown and at its first page, every step of it seen."""

    def __init__(self, app: QApplication, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.wizard = Wizard()
        self.wizard.add_other_steps()
        self.wizard.account.every_step.setChecked(True)  # one page after the other; the short way has tests of its own
        self.wizard.window.clock = count(1).__next__  # hands are never too fast, but in the tests that are about it
        self.wizard.window.show()
        engine = Engine(Settings)
        engine.start()
        self._bridge = Bridge(engine, app)
        self.wizard.flow.attach(self._bridge)
        self._bridge.start(engine.opened, self.wizard.welcome, self.wizard.account.engine_failed)

    def close(self) -> None:
        """Ends it; nothing is asked."""
        self.wizard.window.abandon()
        self._bridge.close()
        self.wizard.window.deleteLater()

    def wait(self, until: Callable[[], bool]) -> None:
        """Lets the program work until that is so."""
        self.qtbot.waitUntil(until, timeout=SECONDS)

    def button(self, name: str, where: QWidget | None = None) -> QAbstractButton:
        """The button of that id that can be seen."""
        QApplication.processEvents()
        found = (where or self.wizard.window).findChildren(QAbstractButton)
        return next(each for each in found if each.objectName() == name and each.isVisible())

    def press_link(self, name: str) -> None:
        """Presses the link of that id on the first page, once it is offered."""
        found = self.wizard.account.findChild(QAbstractButton, name)
        assert found is not None
        self.wait(found.isVisible)
        self.click(found)

    def press(self, name: str, where: QWidget | None = None) -> None:
        """Presses the button of that id."""
        self.click(self.button(name, where))

    def click(self, button: QAbstractButton) -> None:
        """Presses it, by the mouse; what lies outside of the view is scrolled to by whoever looks for it."""
        assert button.isEnabled()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    def go_on(self) -> None:
        """Presses the page's primary button, once it can be pressed."""
        page = self.wizard.window.current_page()
        assert page is not None
        self.wait(page.isComplete)
        self.press("continue")

    def sign_up(self, address: str, password: str = PASSWORD) -> None:
        """Types an account into the first page and goes on to the settings that are found."""
        QTest.keyClicks(self.wizard.account.address_field.input, address)
        QTest.keyClicks(self.wizard.account.password_field.input, password)
        self.wait(lambda: self.wizard.state.plan is not None)
        self.go_on()
        assert self.wizard.window.currentPage() is self.wizard.settings

    def check(self) -> CheckResult:
        """Goes on from the settings, agreed to where that is asked, to the end of the check."""
        if self.wizard.settings.consent.isVisible():
            self.wizard.settings.agree.click()
        self.go_on()
        assert self.wizard.window.currentPage() is self.wizard.check
        return self.checked()

    def checked(self, before: CheckResult | None = None) -> CheckResult:
        """The result of the check that runs, another one than `before`."""
        self.wait(lambda: self.wizard.check.result not in (None, before) and self.wizard.state.result is not before)
        result = self.wizard.check.result
        assert result is not None
        return result

    def send(self, to: str | None = None) -> CheckResult:
        """Goes on to the page of the test message, and sends it: to the account itself unless said otherwise."""
        self.go_on()
        assert self.wizard.window.currentPage() is self.wizard.test
        if to is not None:
            self.wizard.test.to_field.input.selectAll()
            QTest.keyClicks(self.wizard.test.to_field.input, to)
        self.go_on()
        self.wait(self._has_sent)
        result = self.wizard.state.result
        assert result is not None
        return result

    def _has_sent(self) -> bool:
        result = self.wizard.state.result
        return result is not None and result.round_trip.status is not RoundTripStatus.SKIPPED

    def finish(self, *, remembering: bool) -> None:
        """Ends the last page, the account kept where it is to be."""
        assert self.wizard.window.currentPage() is self.wizard.done
        if remembering:
            self.wait(self.wizard.done.remember.isEnabled)
            self.wizard.done.remember.click()
        with self.qtbot.waitSignal(self.wizard.window.closing, timeout=SECONDS):
            self.click(self.wizard.window.button(QWizard.WizardButton.FinishButton))

    def set_up(self, address: str, password: str = PASSWORD, *, remembering: bool = True) -> None:
        """The whole way of an account that works, without a test message."""
        self.sign_up(address, password)
        self.check()
        self.go_on()
        self.wizard.window.skip_step()
        self.wait(lambda: self.wizard.done.sheet is not None)
        self.finish(remembering=remembering)

    def dialog(self, name: str) -> QDialog:
        """The dialog of that id, once it is open."""
        found: list[QDialog] = []

        def is_open() -> bool:
            found[:] = [
                each
                for each in QApplication.topLevelWidgets()
                if isinstance(each, QDialog) and each.objectName() == name and each.isVisible()
            ]
            return bool(found)

        self.wait(is_open)
        return found[0]


def a_day_passes() -> None:
    """What was refused is so long ago that it does not count any more."""
    shutil.rmtree(Path(platformdirs.user_state_dir("mailwright", appauthor=False), "sign-ins"), ignore_errors=True)


def words(widget: QWidget) -> str:
    """What can be read on it, a line for each text."""
    QApplication.processEvents()
    labels = [each.text() for each in widget.findChildren(QLabel) if each.isVisibleTo(widget)]
    texts = [each.toPlainText() for each in widget.findChildren(QPlainTextEdit) if each.isVisibleTo(widget)]
    return plain("\n".join((*labels, *texts)))


def plain(text: str) -> str:
    """The text without the marks that keep words together or say where they may part."""
    return re.sub("[\u200b\u2060\u2068\u2069\u202a-\u202c]", "", text.replace("\u00a0", " "))


def remedies(card: DiagnosisCard) -> list[QAbstractButton]:
    """The buttons of a card that do something about it, in the order they are read."""
    QApplication.processEvents()
    return [each for each in card.findChildren(QAbstractButton) if each.objectName().startswith("remedy:")]
