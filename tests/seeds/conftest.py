"""Both faces of the rows: the window in its own light, and saved accounts that are nobody's but the test's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.accounts.keyrings import MemoryKeyring
from tests.gui.conftest import _light
from tests.gui.test_saved_accounts import Browser, browser
from tests.seeds.faces import Program

__all__ = ["Browser", "_light", "browser"]


@pytest.fixture(autouse=True)
def safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    """The keyring of both faces; the file of saved accounts is the test's own as well."""
    for name in ("XDG_DATA_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    before, ours = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot) -> Iterator[Callable[[], Program]]:
    """Starts the program with its window; one that was started before is closed."""
    running: list[Program] = []

    def start() -> Program:
        while running:
            running.pop().close()
        running.append(Program(qapp, qtbot))
        return running[-1]

    yield start
    while running:
        running.pop().close()
