"""What the window's tests share: a theme that does not follow the machine, and a wizard on the practice network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from wizard.gui import theme
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.wiring import Settings

SECONDS = 30_000


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    """Every test begins in the light scheme, without the windows of those before, which would all be painted anew."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    theme.current().prefer(Qt.ColorScheme.Light)


@pytest.fixture
def parent(qtbot: QtBot) -> Iterator[QWidget]:
    """A window behind the dialog."""
    made = QWidget()
    made.resize(860, 620)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def wizard(qtbot: QtBot) -> Iterator[Wizard]:
    """The window with all its pages, shown, without an engine."""
    made = Wizard()
    made.add_other_steps()
    made.account.every_step.setChecked(True)  # one page after the other; the short way has tests of its own
    made.window.clock = count(1).__next__  # hands are never too fast, but in the tests that are about it
    made.window.show()
    yield made
    made.window.abandon()
    made.window.deleteLater()


@pytest.fixture
def practising(wizard: Wizard, qapp: QApplication) -> Iterator[Wizard]:
    """The same, its engine working in the practice network."""
    engine = Engine(lambda: Settings(practice=True))
    engine.start()
    bridge = Bridge(engine, qapp)
    wizard.flow.attach(bridge)
    bridge.start(engine.opened, wizard.welcome, wizard.account.engine_failed)
    yield wizard
    wizard.window.abandon()
    bridge.close()


@pytest.fixture
def sign_up(practising: Wizard, qtbot: QtBot) -> Callable[[str, str], Wizard]:
    """Types an account into the first page and waits for what discovery finds."""

    def typed(address: str, password: str) -> Wizard:
        page = practising.account
        page.name_field.input.setText("Ada Example")
        QTest.keyClicks(page.address_field.input, address)
        QTest.keyClicks(page.password_field.input, password)
        qtbot.waitUntil(lambda: practising.state.plan is not None, timeout=SECONDS)
        return practising

    return typed
