"""A helpdesk pack in the window: whom to ask, its providers, and what is said when it cannot be read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.samples import BAD_CREDENTIALS, FAILS, FIX, USERNAME_FORMAT
from tests.gui.test_flow import ACCOUNTS, press, to_the_check
from tests.setup.test_pack_signature import made_key
from wizard.accounts.schedule import Every, ScheduleRule
from wizard.diagnosis.document import diagnosis_document
from wizard.diagnosis.telephone_code import telephone_code
from wizard.gui import theme
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.engine import Engine
from wizard.gui.explain_dialog import ExplainDialog
from wizard.gui.theme import Role
from wizard.gui.widgets.diagnosis_card import DiagnosisCard
from wizard.gui.widgets.side_panel import _TEXT_WIDTH, SidePanel, Step, StepHeader, StepRow, Where, scaled
from wizard.gui.widgets.surfaces import Banner
from wizard.gui.window import step_names
from wizard.handover.report import report_document, write_report
from wizard.model.diagnosis import Field
from wizard.setup.pack import NO_RULES, Helpdesk, Lock, WindowRules
from wizard.setup.pack_signature import sign
from wizard.wiring import Settings

HELPDESK = Helpdesk("Helpdesk", "555 0100", "Mon to Fri, 8:00-17:00", "https://example.org/help")
LOGO = Path(__file__).resolve().parents[2] / "docs" / "screenshots" / "05-done-light.png"
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
def pack(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    (tmp_path / "helpdesk.toml").write_text(getattr(request, "param", PACK))
    shutil.copy(LOGO, tmp_path / "logo.png")
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


@pytest.mark.parametrize("pack", ['[schedule]\nevery = "6h"\nlocked = true\n'], indirect=True)
def test_the_schedule_of_a_pack_reaches_the_window(qtbot: QtBot, opened: Wizard) -> None:
    qtbot.waitUntil(lambda: opened.state.schedule_rule is not None, timeout=SECONDS)
    assert opened.state.schedule_rule == ScheduleRule(Every(6), locked=True)


def test_a_pack_that_was_changed_after_it_was_signed_is_said_on_the_first_page(
    qtbot: QtBot, wizard: Wizard, qapp: QApplication, pack: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    key = tmp_path_factory.mktemp("key") / "ours"
    made_key(key)
    sign(pack, pack, key)
    (pack / "helpdesk.toml").write_text('[helpdesk]\nname = "Others"\n')
    engine = Engine(lambda: Settings(pack_paths=(pack,)))
    engine.start()
    bridge = Bridge(engine, qapp)
    wizard.flow.attach(bridge)
    bridge.start(engine.opened, wizard.welcome, wizard.account.engine_failed)
    qtbot.waitUntil(
        lambda: any("was changed after it was signed" in text for text in texts(wizard.account)), timeout=SECONDS
    )
    assert not wizard.account.isComplete()
    assert wizard.state.helpdesk is None
    bridge.close()


KIOSK = """
[helpdesk]
name = "Helpdesk"
logo = "logo.png"

[window]
targets = ["outlook", "phone"]
locked = ["servers"]
kiosk = true
"""


@pytest.fixture
def usual_font(qapp: QApplication) -> Iterator[QFont]:
    """The font, which a pack may enlarge; afterwards it is as it was."""
    font = QFont(qapp.font())
    yield font
    qapp.setFont(font)
    theme.current().follow_font()


@pytest.mark.slow
@pytest.mark.parametrize("pack", [KIOSK], indirect=True)
def test_one_computer_for_many_keeps_nothing_and_begins_anew(
    qtbot: QtBot, usual_font: QFont, opened: Wizard, qapp: QApplication
) -> None:
    qtbot.waitUntil(lambda: opened.state.helpdesk is not None, timeout=SECONDS)
    assert qapp.font().pointSizeF() > usual_font.pointSizeF()
    logo = opened.window.findChild(QLabel, "helpdesk-logo")
    assert logo is not None
    assert logo.pixmap().height() == 40
    account = next(one for one in ACCOUNTS if one.cause is None)
    page = opened.account
    QTest.keyClicks(page.address_field.input, account.address)
    QTest.keyClicks(page.password_field.input, account.password)
    qtbot.waitUntil(lambda: opened.state.plan is not None, timeout=SECONDS)
    opened.settings.edit(Field.INCOMING_HOST)
    for card in (opened.settings.receiving, opened.settings.sending):
        assert card.candidate is not None
        assert card.edit.isHidden()
        assert not card.is_editing
    assert page.servers_line.isVisible()
    assert page.servers_line.link.isHidden(), "there is nothing to edit"
    to_the_check(qtbot, opened)
    edit = opened.check.findChild(QAbstractButton, "edit-settings")
    assert edit is not None
    assert edit.isHidden()
    press(qtbot, opened)
    opened.window.skip_step()
    qtbot.waitUntil(lambda: opened.done.sheet is not None, timeout=SECONDS)
    assert opened.done.sheet is not None
    assert opened.done.sheet.target.id == "outlook-new"
    assert [name for name, tile in opened.done.programs.tiles.items() if not tile.isHidden()] == ["outlook", "phone"]
    assert not opened.done.remember.isEnabled()
    opened.window.finish_requested.emit()
    assert opened.window.isVisible()
    assert opened.window.currentPage() is opened.account
    assert opened.account.address_field.text() == opened.account.password_field.text() == ""
    assert opened.state.result is None


@pytest.mark.parametrize("pixels", [14, 19])
def test_the_steps_and_the_number_have_the_room_they_need(
    pixels: int, qtbot: QtBot, usual_font: QFont, wizard: Wizard, qapp: QApplication
) -> None:
    font = QFont("Inter")
    font.setPixelSize(pixels)
    qapp.setFont(font)
    theme.current().follow_font()
    wizard.window.resize(1280, 800)
    wizard.state.set_helpdesk(Helpdesk("IT service of the library", "+1 202 555 0143", "Mon to Fri, 8:00-17:00"))
    panel = wizard.window.findChild(SidePanel)
    assert panel is not None
    note = "Both servers work, and both were asked"
    panel.show_steps(tuple(Step(name, Where.DONE, note) for name in step_names()))
    qtbot.waitUntil(panel.isVisible)
    rows = panel.findChildren(StepRow)
    name, small = (QFontMetrics(theme.font(role)).height() for role in (Role.LABEL, Role.SMALL))
    qtbot.waitUntil(lambda: all(row.height() >= name + small * len(row.note_lines()) for row in rows))
    assert any(len(row.note_lines()) == 2 for row in rows)
    number = next(label for label in panel.findChildren(QLabel) if label.text().startswith("+1"))
    assert QFontMetrics(number.font()).horizontalAdvance(number.text()) <= number.width()


def test_large_text_takes_the_steps_above_the_page_in_a_window_of_the_usual_size(
    usual_font: QFont, wizard: Wizard, qtbot: QtBot
) -> None:
    panel = wizard.window.findChild(SidePanel)
    assert panel is not None
    assert panel.isVisible()
    theme.current().enlarge()
    qtbot.waitUntil(lambda: not panel.isVisible())
    assert wizard.account.is_compact


@pytest.mark.parametrize("name", ["Helpdesk", "IT service of the library of the university of Example"])
def test_large_text_leaves_the_helpdesks_number_to_be_read(
    name: str, usual_font: QFont, wizard: Wizard, qapp: QApplication, qtbot: QtBot
) -> None:
    wizard.state.set_helpdesk(Helpdesk(name, "+1 202 555 0143 9876"))
    font = QFont("Inter")
    font.setPixelSize(28)
    qapp.setFont(font)
    theme.current().follow_font()
    wizard.window.resize(640, 620)
    header = wizard.window.findChildren(StepHeader)[0]
    qtbot.waitUntil(header.isVisible)
    number = next(each for each in header.findChildren(QLabel) if "555 0143" in each.text())
    qtbot.waitUntil(number.isVisible)
    qtbot.waitUntil(lambda: number.height() >= number.heightForWidth(number.width()))
    assert header.rect().contains(number.geometry())
    step = next(each for each in header.findChildren(QLabel) if each is not number)
    assert not step.geometry().intersects(number.geometry())
    assert step.width() >= step.sizeHint().width()


def test_without_rules_all_is_in_the_person_s_hands(wizard: Wizard) -> None:
    wizard.obey(WindowRules(("thunderbird",), frozenset(Lock)))
    wizard.obey(NO_RULES)
    assert not any(tile.isHidden() for tile in wizard.done.programs.tiles.values())
    assert not wizard.settings.receiving.edit.isHidden()
    assert not wizard.flow.hand_over.begins_anew


def test_a_card_shows_its_code_and_the_box_for_errors_takes_it(qtbot: QtBot, practising: Wizard) -> None:
    card = DiagnosisCard(BAD_CREDENTIALS)
    qtbot.addWidget(card)
    label = card.findChild(QLabel, "telephone-code")
    assert label is not None
    assert label.text() == f"Code {telephone_code(BAD_CREDENTIALS)}"
    practising.flow.explain()
    dialog = practising.window.findChild(ExplainDialog)
    assert dialog is not None
    dialog.box.input.setPlainText(label.text().removeprefix("Code "))
    dialog.explain.click()
    qtbot.waitUntil(lambda: dialog.findChild(DiagnosisCard) is not None, timeout=SECONDS)
    told = dialog.findChild(DiagnosisCard)
    assert told is not None
    assert (told.diagnosis.cause, told.diagnosis.protocol) == (BAD_CREDENTIALS.cause, BAD_CREDENTIALS.protocol)
    dialog.reject()


def test_what_only_a_check_can_do_leads_to_the_first_empty_field_and_says_so(qtbot: QtBot, practising: Wizard) -> None:
    practising.account.name_field.set_text("Ada")
    practising.flow.explain()
    dialog = practising.window.findChild(ExplainDialog)
    assert dialog is not None
    dialog.box.input.setPlainText("connection timed out to smtp.example.org:587")
    dialog.explain.click()
    qtbot.waitUntil(lambda: dialog.findChild(DiagnosisCard) is not None, timeout=SECONDS)
    button = dialog.findChild(QAbstractButton, "remedy:use-other-port")
    assert button is not None
    button.click()
    assert not dialog.isVisible()
    said = practising.account.notices.findChild(Banner, "tried-here")
    assert said is not None
    assert said.isVisible()
    assert "Type your address and password, then press Continue: it is tried here." in texts(said)
    assert practising.window.focusWidget() is practising.account.address_field.input
    practising.account.restart()
    assert not said.isVisible()


def test_a_report_opens_as_the_card_that_was_seen(
    qtbot: QtBot, practising: Wizard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    write_report(path, report_document(FAILS, diagnosis_document=diagnosis_document))
    chosen = [str(tmp_path / "gone.html"), str(path)]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([chosen.pop(0)], ""))
    practising.flow.explain()
    dialog = practising.window.findChild(ExplainDialog)
    assert dialog is not None
    dialog.open_report.click()
    qtbot.waitUntil(lambda: any("does not exist" in text for text in texts(dialog)), timeout=SECONDS)
    dialog.open_report.click()
    qtbot.waitUntil(lambda: dialog.findChild(DiagnosisCard) is not None, timeout=SECONDS)
    card = dialog.findChild(DiagnosisCard)
    assert card is not None
    assert card.diagnosis.title == FAILS.diagnoses[0].title
    buttons = [one for one in card.findChildren(QAbstractButton) if one.objectName().startswith("remedy:")]
    assert buttons
    assert not any(one.isEnabled() for one in buttons)
    assert any("It does not work yet." in box.toPlainText() for box in dialog.findChildren(QPlainTextEdit))
    dialog.reject()


@pytest.mark.parametrize(
    "note", ["δοκιμήδοκιμή@παράδειγμαπαράδειγμα.example", "這是一個非常長的用戶名稱而且沒有空格也沒有縮短@例子.example"]
)
def test_what_stands_below_a_step_is_never_cut_without_a_sign(note: str, qtbot: QtBot) -> None:
    row = StepRow(1)
    qtbot.addWidget(row)
    row.show_step(Step("Account", Where.DONE, note))
    metrics = QFontMetrics(theme.font(theme.Role.SMALL))
    lines = row.note_lines()
    assert max(metrics.horizontalAdvance(line) for line in lines) <= scaled(_TEXT_WIDTH) + 1
    assert "…" in "".join(lines) or "".join(lines) == note
    assert row.toolTip() in ("", note)
