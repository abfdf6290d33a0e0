"""A helpdesk pack in the window: whom to ask, its providers, and what is said when it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.samples import BAD_CREDENTIALS, FAILS, FIX, USERNAME_FORMAT
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.gui.widgets.diagnosis_card import DiagnosisCard
from wizard.gui.widgets.side_panel import SidePanel, StepHeader
from wizard.setup.pack import Helpdesk
from wizard.wiring import Settings

HELPDESK = Helpdesk("Helpdesk", "555 0100", "Mon to Fri, 8:00-17:00", "https://example.org/help")
PACK = """
[helpdesk]
name = "Helpdesk"
phone = "555 0100"

[oauth.gmail]
client_id = "example-client"
"""


def texts(widget: object) -> list[str]:
    assert hasattr(widget, "findChildren")
    return [label.text() for label in widget.findChildren(QLabel)]


def test_the_panel_and_the_header_say_whom_to_ask(wizard: Wizard) -> None:
    wizard.state.set_helpdesk(HELPDESK)
    panel = wizard.window.findChild(SidePanel)
    assert panel is not None
    assert {"Helpdesk", "555 0100", "Mon to Fri, 8:00-17:00"} <= set(texts(panel))
    headers = wizard.window.findChildren(StepHeader)
    assert len(headers) == 5
    assert all("Helpdesk: 555 0100" in texts(header) for header in headers)


def test_a_failed_card_says_whom_to_ask(wizard: Wizard) -> None:
    wizard.state.set_helpdesk(HELPDESK)
    wizard.check.show_result(FAILS)
    assert "Helpdesk: 555 0100" in texts(wizard.check.cards[0])


def test_a_card_with_a_change_that_works_does_not(qtbot: QtBot) -> None:
    card = DiagnosisCard(USERNAME_FORMAT, FIX, helpdesk=HELPDESK)
    qtbot.addWidget(card)
    assert "Helpdesk: 555 0100" not in texts(card)
    plain = DiagnosisCard(BAD_CREDENTIALS)
    qtbot.addWidget(plain)
    assert plain.findChild(QLabel, "helpdesk") is None


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    (tmp_path / "helpdesk.toml").write_text(PACK)
    return tmp_path


@pytest.fixture
def opened(wizard: Wizard, qapp: QApplication, pack: Path) -> Iterator[Wizard]:
    engine = Engine(lambda: Settings(practice=True, pack_paths=(pack,)))
    engine.start()
    bridge = Bridge(engine, qapp)
    wizard.flow.attach(bridge)
    bridge.start(engine.opened, wizard.welcome, wizard.account.engine_failed)
    yield wizard
    wizard.window.abandon()
    bridge.close()


def test_the_pack_of_the_command_line_reaches_the_window(qtbot: QtBot, opened: Wizard) -> None:
    qtbot.waitUntil(lambda: opened.state.helpdesk is not None, timeout=SECONDS)
    assert opened.state.helpdesk == Helpdesk("Helpdesk", "555 0100")
    assert opened.state.browser_providers == {"gmail"}
    assert opened.flow._find_providers is not None
    found = opened.flow._find_providers("")
    assert found
    assert all(domain.endswith(".example") for provider in found for domain in provider.domains)


def test_a_pack_that_is_not_there_is_said_on_the_first_page(
    qtbot: QtBot, wizard: Wizard, qapp: QApplication, tmp_path: Path
) -> None:
    engine = Engine(lambda: Settings(pack_paths=(tmp_path / "missing",)))
    engine.start()
    bridge = Bridge(engine, qapp)
    wizard.flow.attach(bridge)
    bridge.start(engine.opened, wizard.welcome, wizard.account.engine_failed)
    qtbot.waitUntil(lambda: any("does not exist" in text for text in texts(wizard.account)), timeout=SECONDS)
    assert not wizard.account.isComplete()
    bridge.close()
