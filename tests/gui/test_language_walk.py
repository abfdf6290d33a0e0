"""A walk through the window in another language, at the usual size of text, at twice that, and so in a small window:
nothing is left in English, no text is cut, none stands over another.

Each language that has translations is walked, and the pseudo-language, mirrored too, in which what nobody translated
stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui import fits
from wizard import assets
from wizard.gui import languages, theme
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.gui.widgets.fold import FoldButton
from wizard.gui.widgets.program_choice import families
from wizard.gui.window import SIZE
from wizard.language import MIRRORED, SOURCE, choice, speak
from wizard.language.catalogues import folder_of, load
from wizard.language.choice import PSEUDO
from wizard.practice.scenarios import PracticeAccount, load_scenarios
from wizard.wiring import Settings

pytestmark = pytest.mark.slow

SECONDS = 30_000
STILL_MS = 300
ACCOUNTS = {one.account.scenario: one.account for one in load_scenarios(assets.resources() / "practice")}
CARDS = ("wrong-password", "certificate-expired", "port-587-blocked")
TRANSLATED = [tag for tag in choice.LANGUAGES if tag != SOURCE and load(folder_of(tag)) is not None]
SPOKEN = [SOURCE, PSEUDO, MIRRORED, *TRANSLATED]
TWICE = len(theme.ZOOM) - 1
SMALL = QSize(640, 520)


@pytest.fixture(params=SPOKEN)
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """Each language in turn; English afterwards."""
    choice.begin(request.param)
    yield request.param
    theme.current().zoom(0)
    choice.begin("en")
    speak(SOURCE)
    languages.follow()


@pytest.fixture
def walked(language: str, qtbot: QtBot, qapp: QApplication) -> Iterator[Wizard]:
    """The window in that language, its engine in the practice network."""
    wizard = Wizard()
    wizard.add_other_steps()
    wizard.account.every_step.setChecked(True)
    wizard.window.show()
    engine = Engine(lambda: Settings(practice=True))
    engine.start()
    bridge = Bridge(engine, qapp)
    wizard.flow.attach(bridge)
    bridge.start(engine.opened, wizard.welcome, wizard.account.engine_failed)
    qtbot.waitUntil(lambda: wizard.account.practice is not None, timeout=SECONDS)
    yield wizard
    wizard.window.abandon()
    bridge.close()
    wizard.window.deleteLater()


class Faults:
    """What was found wrong, page by page."""

    def __init__(self, wizard: Wizard, language: str) -> None:
        self._wizard, self._language = wizard, language
        self.found: dict[str, list[str]] = {}

    def look(self, place: str) -> None:
        """Measures what shows, at the usual size and at twice that; in a small window, too, with words that are real.

        Those of the pseudo-languages are a third longer than any, which is more than the smallest has room for.
        """
        window = self._wizard.window
        small = () if self._language in (PSEUDO, MIRRORED) else ((TWICE, SMALL),)
        for zoom, size in ((0, SIZE), (TWICE, SIZE), *small):
            theme.current().zoom(zoom)
            window.resize(size)
            for _ in range(6):
                QApplication.processEvents()
            wrong = [*fits.cut(window), *fits.over_each_other(window)]
            if wrong:  # once the page stands still
                QTest.qWait(STILL_MS)
                wrong = [*fits.cut(window), *fits.over_each_other(window)]
            if self._language == PSEUDO:
                wrong += fits.not_translated(window)
            if wrong:
                where = f"{place} at {100 if zoom == 0 else 200} % in {size.width()}x{size.height()}"
                self.found[f"{self._language}: {where}"] = wrong
        theme.current().zoom(0)
        window.resize(SIZE)

    def __str__(self) -> str:
        return json.dumps(self.found, indent=1, ensure_ascii=False)


def begin(wizard: Wizard, account: PracticeAccount, qtbot: QtBot) -> None:
    page = wizard.account
    page.name_field.input.setText("Ada Example")
    page.address_field.input.setText(account.address)
    page.password_field.input.setText(account.password)
    qtbot.waitUntil(lambda: wizard.state.plan is not None, timeout=SECONDS)


def test_every_page_is_whole(walked: Wizard, language: str, qtbot: QtBot) -> None:
    faults = Faults(walked, language)
    faults.look("account, empty")
    begin(walked, ACCOUNTS["all-well"], qtbot)
    faults.look("account")
    walked.window.next()
    faults.look("settings")
    walked.settings.sending.open_editor()
    faults.look("settings, editor")
    walked.settings.close_editors()
    walked.window.next()
    qtbot.waitUntil(lambda: walked.check.result is not None, timeout=SECONDS)
    faults.look("check")
    walked.window.next()
    faults.look("test, before")
    walked.window.next()
    qtbot.waitUntil(lambda: walked.test.shows_verdict, timeout=SECONDS)
    faults.look("test")
    walked.window.next()
    for family in families():
        walked.done.choose(family.id)
        faults.look(f"done, {family.id}")
    assert not faults.found, str(faults)


@pytest.mark.parametrize("scenario", CARDS)
def test_every_card_is_whole(walked: Wizard, language: str, scenario: str, qtbot: QtBot) -> None:
    faults = Faults(walked, language)
    begin(walked, ACCOUNTS[scenario], qtbot)
    walked.window.next()
    walked.window.next()
    qtbot.waitUntil(lambda: bool(walked.check.cards), timeout=SECONDS)
    faults.look(f"{scenario}")
    for fold in walked.check.cards[0].findChildren(FoldButton):
        if fold.isVisible():
            fold.turn(True)
            qtbot.wait(250)  # until all of it is there
            faults.look(f"{scenario}, {fold.text()}")
    assert not faults.found, str(faults)
