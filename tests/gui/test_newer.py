"""Newer versions of the program: off until somebody switches it on, then once a week, and said on the first page."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from tests.gui.test_saved_accounts import Now, Session
from tests.lab.release import Publisher, publisher
from wizard import wiring
from wizard.gui.about_dialog import AboutDialog
from wizard.gui.app import Wizard
from wizard.gui.newer import NewerVersion
from wizard.gui.preferences import Preferences
from wizard.gui.widgets.switch import Switch

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not here")
TODAY = date(2026, 11, 27)


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    with publisher(tmp_path) as running:

        @asynccontextmanager
        async def names(_settings: wiring.Settings) -> AsyncIterator[tuple[None, object]]:
            yield None, running.fetcher

        monkeypatch.setattr(wiring, "names", names)
        yield running


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    return Preferences(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def served(ours: Publisher, preferences: Preferences, wizard: Wizard) -> NewerVersion:
    newer = NewerVersion(Now(Session()), ours.where, preferences, wizard.window)
    newer.found.connect(lambda version: wizard.account.tell_newer(version, lambda: None))
    return newer


def banner(wizard: Wizard) -> list[str]:
    labels = wizard.account.notices.findChildren(QLabel)
    return [label.text() for label in labels if label.isVisibleTo(wizard.account.notices) and label.text()]


def test_nobody_is_asked_until_it_is_switched_on(served: NewerVersion, ours: Publisher, wizard: Wizard) -> None:
    ours.publish("Mailwright-9.0-linux-x86_64.run")
    served.begin(TODAY)
    assert ours.web.requests == []
    assert banner(wizard) == []


def test_switched_on_under_about_it_looks_at_once_and_once_a_week(
    served: NewerVersion, ours: Publisher, wizard: Wizard, preferences: Preferences, qtbot: QtBot
) -> None:
    ours.publish("Mailwright-0.0.1-linux-x86_64.run")
    about = AboutDialog(None, served, parent=wizard.window)
    qtbot.addWidget(about)
    about.show()
    switch, note = about.findChild(Switch, "newer-versions"), about.findChild(QLabel, "newer-note")
    assert switch is not None
    assert note is not None
    assert not switch.isChecked()
    assert note.text() == "Once a week it asks www.example.org for a signed list. Nothing about you is sent."
    switch.click()
    assert note.text() == "This is the newest version."
    assert (preferences.looks_for_newer, preferences.looked_for_newer) == (True, date.today())  # noqa: DTZ011

    asked = len(ours.web.requests)
    preferences.looked_for_newer = TODAY
    served.begin(TODAY + timedelta(days=6))
    assert len(ours.web.requests) == asked
    ours.publish("Mailwright-9.0-linux-x86_64.run")
    served.begin(TODAY + timedelta(days=7))
    assert banner(wizard) == ["Mailwright 9.0 is out."]
    assert wizard.account.notices.findChild(QAbstractButton, "show-newer") is not None

    switch.click()
    assert (preferences.looks_for_newer, preferences.looked_for_newer) == (False, None)


def test_a_list_that_is_not_the_publishers_is_said_where_it_was_switched_on(
    served: NewerVersion, ours: Publisher, wizard: Wizard, preferences: Preferences
) -> None:
    ours.publish("Mailwright-9.0-linux-x86_64.run", key=ours.other_key)
    told: list[str] = []
    served.switch(True, told.append)
    assert told == ["The list of versions at www.example.org is not signed by the publisher."]
    assert banner(wizard) == []
    assert preferences.looked_for_newer is None
