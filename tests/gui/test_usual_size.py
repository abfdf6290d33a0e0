"""At the usual size no page scrolls by a line or two, in any language: what is there every day is seen at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QLabel, QLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.samples import ADDRESS, FAILS, FIX, IMAP, REFUSED, SMTP, TO_SIGN_IN, WORKS, WORKS_AFTER_FIX
from tests.gui.test_actions import walk
from tests.gui.test_language_walk import TRANSLATED
from tests.gui.tour import MOST_ON_DONE, words_in_view
from wizard import wiring
from wizard.gui import languages, theme
from wizard.gui.app import Wizard
from wizard.gui.pages.page import Page
from wizard.gui.state import PracticeAccount
from wizard.gui.widgets.change_strip import ChangeStrip
from wizard.gui.widgets.program_choice import families
from wizard.gui.widgets.stage_table import StageTable
from wizard.gui.widgets.surfaces import Icon
from wizard.gui.widgets.veil import Veil
from wizard.gui.window import SIZE
from wizard.handover.targets import sheet
from wizard.language import SOURCE, choice, speak
from wizard.model.account import CheckResult
from wizard.model.diagnosis import ChangeSettings
from wizard.model.evidence import Detail, ProbeReport, Surroundings
from wizard.model.plan import Asked, Plan
from wizard.model.server import Security, Source

STILL_MS = 300
SHOWN_BY_TILES = ["thunderbird", *sorted({target for family in families()[:-1] for target, _ in family.options})]


@pytest.fixture(params=[SOURCE, *TRANSLATED])
def wizard(request: pytest.FixtureRequest, qtbot: QtBot, qapp: QApplication) -> Iterator[Wizard]:
    """The window in each language, in the font the sizes are drawn for."""
    before = QFont(qapp.font())
    font = QFont("Inter")
    font.setPixelSize(14)
    qapp.setFont(font)
    theme.current().follow_font()
    choice.begin(request.param)
    made = Wizard()
    made.add_other_steps()
    made.account.every_step.setChecked(True)
    made.account.offer_saved_accounts(True)
    made.window.clock = count(1).__next__  # hands are never too fast
    made.window.resize(SIZE)
    made.window.show()
    yield made
    made.window.abandon()
    made.window.deleteLater()
    choice.begin("en")
    speak(SOURCE)
    languages.follow()
    qapp.setFont(before)
    theme.current().follow_font()


def be_still(wizard: Wizard, qtbot: QtBot) -> Page:
    """The page that shows, once it stands still."""
    qtbot.waitUntil(lambda: not wizard.window.findChildren(Veil))
    qtbot.wait(STILL_MS)
    page = wizard.window.current_page()
    assert page is not None
    return page


def test_the_first_page_is_whole_where_a_provider_wants_something(wizard: Wizard, qtbot: QtBot) -> None:
    wizard.account.name_field.set_text("Ada Example")
    wizard.account.address_field.set_text(str(ADDRESS))
    wizard.account.look_up()
    asked = (Asked(Source.AUTOCONFIG, "example.net", "found", 0.1), Asked(Source.ISPDB, "database", "nothing", 0.1))
    wizard.state.set_plan(Plan(ADDRESS, (IMAP, SMTP), wiring.presets().get("gmail"), asked=asked))
    page = be_still(wizard, qtbot)
    assert page.scroll.verticalScrollBar().maximum() == 0
    assert len({link.y() for link in widgets_of(page.links)}) == 1, "the links are one row"


@pytest.mark.parametrize("points", [None, 9], ids=["14 px", "9 pt"])
def test_the_first_page_is_whole_in_practice_as_well(
    wizard: Wizard, qtbot: QtBot, qapp: QApplication, points: int | None
) -> None:
    if points is not None:
        font = QFont("Inter")
        font.setPointSize(points)
        qapp.setFont(font)
        theme.current().follow_font()
    wizard.account.offer_saved_accounts(False)  # in practice nothing is kept
    wizard.account.offer_practice((PracticeAccount(str(ADDRESS), "practice", "What it teaches."),))
    wizard.account.name_field.set_text("Ada Example")
    wizard.account.address_field.set_text(str(ADDRESS))
    wizard.account.look_up()
    asked = (Asked(Source.AUTOCONFIG, "example.net", "found", 0.1), Asked(Source.ISPDB, "database", "nothing", 0.1))
    for provider in ("gmail", "gmx-net", "microsoft-365"):
        wizard.state.set_plan(Plan(ADDRESS, (IMAP, SMTP), wiring.presets().get(provider), asked=asked))
        page = be_still(wizard, qtbot)
        assert page.scroll.verticalScrollBar().maximum() == 0, provider
        assert wizard.account.practice is not None
        assert not page.scroll.verticalScrollBar().isVisible()


def test_a_card_with_a_change_that_works_is_whole(wizard: Wizard, qtbot: QtBot) -> None:
    walk(wizard, wants_another_name())
    page = be_still(wizard, qtbot)
    assert page.scroll.verticalScrollBar().maximum() == 0
    (stages,) = (each for each in page.findChildren(StageTable) if each.isVisible())
    assert stages._columns == 4, "the stages of a side are one row"
    buttons = widgets_of(wizard.check.cards[0]._actions)
    assert len(buttons) == 3
    assert len({button.geometry().center().y() for button in buttons}) == 1, "what can be done is one row"


@pytest.mark.parametrize("wizard", [SOURCE], indirect=True)
@pytest.mark.parametrize("target", SHOWN_BY_TILES)
def test_no_more_words_than_can_be_read_are_in_view(wizard: Wizard, qtbot: QtBot, target: str) -> None:
    # Apple's have nine words too many where the server switches to encryption: what that means there is a note of 27.
    assert WORKS.outgoing is not None
    encrypted = replace(WORKS.outgoing, candidate=replace(SMTP, port=465, security=Security.TLS))
    result = replace(WORKS, outgoing=encrypted)
    account = result.verified_account()
    assert account is not None
    walk(wizard, result)
    wizard.window.next()
    wizard.window.skip_step()
    wizard.done.begin(account)
    wizard.done.panel.begin(lambda one: sheet(one, account))
    wizard.done.offer_remembering("the system keyring (GNOME)")
    wizard.done.choose(target)
    assert be_still(wizard, qtbot) is wizard.done
    assert 60 < words_in_view(wizard.window) <= MOST_ON_DONE


def test_the_arrow_stands_beside_what_it_leads_to(wizard: Wizard, qtbot: QtBot) -> None:
    walk(wizard, wants_another_name())
    for width in (860, 800, 770):
        wizard.window.resize(width, SIZE.height())
        be_still(wizard, qtbot)
        (strip,) = wizard.check.findChildren(ChangeStrip)
        arrow = next(each for each in strip.findChildren(Icon) if each.isVisible())
        now = next(each for each in strip.findChildren(QLabel) if each.text() == "ada")
        middles = [each.mapTo(strip, QPoint(0, each.height() // 2)).y() for each in (arrow, now)]
        assert abs(middles[0] - middles[1]) <= 2, width


def test_a_refused_password_is_whole(wizard: Wizard, qtbot: QtBot) -> None:
    report = ProbeReport(SMTP, (*TO_SIGN_IN, REFUSED), sign_in_attempts=1)
    diagnoses = wiring.diagnoser().of_reports((report,), provider=None, surroundings=Surroundings(), address=ADDRESS)
    walk(wizard, replace(FAILS, diagnoses=diagnoses))
    page = be_still(wizard, qtbot)
    assert len({button.geometry().center().y() for button in widgets_of(wizard.check.cards[0]._actions)}) == 1
    assert page.scroll.verticalScrollBar().maximum() == 0


def wants_another_name() -> CheckResult:
    """What a check that found the user name by itself is told as, in the language spoken."""
    detail = Detail(other_form_works=True, other_username="ada", username=str(ADDRESS))
    report = ProbeReport(SMTP, (*TO_SIGN_IN, replace(REFUSED, detail=detail)), sign_in_attempts=1)
    (told,) = wiring.diagnoser().of_reports((report,), provider=None, surroundings=Surroundings(), address=ADDRESS)
    (form,) = (each.action for each in WORKS_AFTER_FIX.diagnoses[0].remedies if isinstance(each.action, ChangeSettings))
    remedies = tuple(
        replace(each, action=form) if isinstance(each.action, ChangeSettings) else each for each in told.remedies
    )
    fix = replace(FIX, cause=told.cause, remedy=told.remedies[0].id)
    return replace(WORKS_AFTER_FIX, diagnoses=(replace(told, remedies=remedies),), fixes=(fix,))


def widgets_of(layout: QLayout) -> list[QWidget]:
    """What shows in it."""
    items = [item for index in range(layout.count()) if (item := layout.itemAt(index)) is not None]
    return [widget for item in items if (widget := item.widget()) is not None and widget.isVisible()]
