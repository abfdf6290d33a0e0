"""At the usual size every cause's card is seen whole: what got how far is told in less room where the card needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.samples import FAILS
from tests.gui.test_actions import walk
from wizard import assets, wiring
from wizard.gui import languages, theme
from wizard.gui.app import Wizard
from wizard.gui.widgets.lane_line import LaneLine
from wizard.gui.widgets.path_picture import PathPicture
from wizard.gui.widgets.stage_table import StageTable
from wizard.gui.window import SIZE
from wizard.language import SOURCE, choice, speak
from wizard.practice.scenarios import load_scenarios

SECONDS = 60_000
PRACTICE = {each.account.scenario: each.account for each in load_scenarios(assets.resources() / "practice")}
# The ones with most to say: a strip of the certificate, three folds, long names.
LONG = (
    "app-password",
    "certificate-expired",
    "certificate-other-name",
    "certificate-self-signed",
    "certificate-untrusted",
    "server-name-mistyped",
    "sending-own-login",
)


@pytest.fixture(autouse=True)
def _spoken(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    """The language that is asked for, and the font the sizes are drawn for."""
    before = QFont(qapp.font())
    font = QFont("Inter")
    font.setPixelSize(14)
    qapp.setFont(font)
    theme.current().follow_font()
    choice.begin(request.node.callspec.params["language"] if hasattr(request.node, "callspec") else SOURCE)
    yield
    choice.begin("en")
    speak(SOURCE)
    languages.follow()
    qapp.setFont(before)
    theme.current().follow_font()


@pytest.mark.parametrize("language", [SOURCE, "de"])
def test_every_cause_is(language: str, wizard: Wizard, qtbot: QtBot) -> None:
    told = wiring.diagnoser()
    causes = [told.of_cause(cause) for cause in wiring.catalogue().causes]
    walk(wizard, FAILS)
    scrolls = {}
    for each in causes:
        assert each is not None
        wizard.check.show_result(replace(FAILS, diagnoses=(each,)))
        settle()
        scrolls[each.cause] = wizard.check.scroll.verticalScrollBar().maximum()
    assert len(scrolls) > 60
    assert {cause: pixels for cause, pixels in scrolls.items() if pixels} == {}


@pytest.mark.slow
@pytest.mark.parametrize("language", [SOURCE, "de"])
@pytest.mark.parametrize("scenario", LONG)
def test_so_is_what_a_check_finds(
    scenario: str, language: str, sign_up: Callable[[str, str], Wizard], qtbot: QtBot
) -> None:
    account = PRACTICE[scenario]
    wizard = sign_up(account.address, account.password)
    wizard.window.resize(SIZE)
    while wizard.window.current_page() is not wizard.check:
        wizard.settings.agree.setChecked(True)
        wizard.window.next()
    qtbot.waitUntil(lambda: bool(wizard.check.cards), timeout=SECONDS)
    settle()
    assert wizard.check.scroll.verticalScrollBar().maximum() == 0


def test_the_picture_goes_first_then_the_stages_and_both_come_back(wizard: Wizard, qtbot: QtBot) -> None:
    card = wiring.diagnoser().of_cause("app-password-required")
    assert card is not None
    walk(wizard, replace(FAILS, diagnoses=(replace(card, why=" ".join([card.why] * 3)),)))
    seen = []
    for height in (900, 630, 500, 900):
        wizard.window.resize(QSize(SIZE.width(), height))
        settle()
        page = wizard.check
        kinds: tuple[type[PathPicture] | type[StageTable] | type[LaneLine], ...] = (PathPicture, StageTable, LaneLine)
        seen.append([any(each.isVisible() for each in page.findChildren(kind)) for kind in kinds])
    assert seen == [[True, True, False], [False, True, False], [False, False, True], [True, True, False]]


def settle() -> None:
    """Until all that was shown or moved has its place."""
    for _ in range(12):
        QApplication.processEvents()
