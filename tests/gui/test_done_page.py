"""The Done page: proven settings, and how they get into each program."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from tests.gui.samples import DRAFT, REFUSED, WORKS, now
from tests.gui.test_actions import Idle
from tests.gui.tour import MOST_ON_DONE, words_in_view
from wizard import wiring
from wizard.gui.app import Wizard
from wizard.gui.code_dialog import CodeDialog
from wizard.gui.hand_over_presenter import sheet_content
from wizard.gui.pages.done_page import DonePage
from wizard.gui.paper import print_on
from wizard.gui.widgets.buttons import LinkButton, SecondaryButton
from wizard.gui.widgets.program_choice import Family, families
from wizard.gui.widgets.qr_code import QrCode
from wizard.handover.sheet import Sheet
from wizard.handover.sheet_page import sheet_html
from wizard.handover.targets import sheet, targets
from wizard.model.account import RoundTrip, RoundTripStatus, Verdict, VerifiedAccount
from wizard.model.diagnosis import Diagnosis
from wizard.model.evidence import Detail, Stage
from wizard.model.server import Protocol

pytestmark = [pytest.mark.qt_log_level_fail("WARNING"), pytest.mark.qt_log_ignore("propagateSizeHints")]

TARGETS = ("thunderbird", "outlook", "apple-mail", "phone", "other")
# What a tile shows first where its name means several programs.
FIRST = {"outlook": "outlook-new", "apple-mail": "apple-mail-mac", "phone": "thunderbird-android"}


@pytest.fixture
def account() -> VerifiedAccount:
    """Ada's proven settings."""
    made = WORKS.verified_account()
    assert made is not None
    return made


@pytest.fixture
def page(qtbot: QtBot, account: VerifiedAccount) -> DonePage:
    """The page as it is entered."""
    made = DonePage(now)
    qtbot.addWidget(made)
    made.setFixedSize(644, 556)
    made.show()
    made.begin(account)
    made.panel.begin(lambda target: sheet(target, account))
    made.offer_remembering("the system keyring (GNOME)")
    return made


def texts(page: DonePage) -> list[str]:
    """All that can be read on it now."""
    QApplication.processEvents()
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def buttons(page: DonePage, prefix: str) -> list[QPushButton]:
    """The buttons whose id begins so."""
    QApplication.processEvents()
    shown = [each for each in page.findChildren(QPushButton) if each.isVisible()]
    return [each for each in shown if each.objectName().startswith(prefix)]


def choose(page: DonePage, target: str) -> Sheet:
    """Presses a tile."""
    tile = page.findChild(QRadioButton, f"target:{target}")
    assert tile is not None
    tile.click()
    QApplication.processEvents()
    assert page.sheet is not None
    return page.sheet


def test_the_summary_says_what_was_verified_and_when(page: DonePage) -> None:
    assert page.objectName() == "page:done"
    shown = texts(page)
    assert "ada@example.net" in shown
    assert f"Sending and receiving verified today at {WORKS.started_at.astimezone():%H:%M}" in shown


@pytest.mark.parametrize("target", TARGETS)
def test_each_program_gets_its_steps_and_its_own_fields(page: DonePage, qtbot: QtBot, target: str) -> None:
    choose(page, TARGETS[TARGETS.index(target) - 1])
    with qtbot.waitSignal(page.panel.target_chosen) as chosen:
        shown = choose(page, target)
    assert chosen.args == [FIRST.get(target, target)]
    assert shown.target.id == FIRST.get(target, target)
    visible = texts(page)
    assert set(shown.steps) <= set(visible)
    assert {button.objectName() for button in buttons(page, "copy:")} == {f"copy:{row.field_id}" for row in shown.rows}
    assert {row.label for row in shown.rows} <= set(visible)


def test_every_copy_button_copies_its_value_and_says_so(page: DonePage) -> None:
    shown = choose(page, "thunderbird")
    for row in shown.rows:
        (button,) = buttons(page, f"copy:{row.field_id}")
        button.click()
        assert QGuiApplication.clipboard().text() == row.value
        assert button.text() == "Copied"
        assert button.accessibleName().startswith("Copy ")


@pytest.mark.slow
def test_the_copied_word_goes_away_again(page: DonePage, qtbot: QtBot) -> None:
    button = buttons(page, "copy:")[0]
    button.click()
    qtbot.waitUntil(lambda: button.text() == "Copy", timeout=4000)


def test_the_phone_gets_a_code_and_no_other_program_does(page: DonePage) -> None:
    for target in TARGETS:
        shown = choose(page, target)
        codes = [each for each in page.findChildren(QrCode) if each.isVisible()]
        assert len(codes) == (1 if shown.qr is not None else 0)
        assert (target == "phone") == bool(codes)
    choose(page, "phone")
    assert "Without your password" in texts(page)


def test_files_are_offered_and_handed_to_the_window(page: DonePage, qtbot: QtBot) -> None:
    shown = choose(page, "thunderbird")
    assert shown.files
    with qtbot.waitSignal(page.panel.file_requested) as asked:
        buttons(page, "save:")[0].click()
    assert asked.args == [shown.files[0]]


def test_what_sets_the_program_up_stands_by_itself(page: DonePage) -> None:
    made = choose(page, "thunderbird")
    (file,) = made.files
    (save,) = buttons(page, f"save:{file.name}")
    assert isinstance(save, SecondaryButton)
    for name in ("copy-all", "save-or-print", "print", "mail-to-me"):
        (other,) = buttons(page, name)
        assert isinstance(other, LinkButton), "what is done with the text is quieter"
        assert other.mapTo(page, QPoint(0, 0)).y() > save.mapTo(page, QPoint(0, save.height())).y()


def test_remembering_names_the_keyring(page: DonePage, qtbot: QtBot) -> None:
    assert "Password in the system keyring (GNOME)" in texts(page)
    assert not page.wants_remembering
    with qtbot.waitSignal(page.remember_changed) as changed:
        page.remember.click()
    assert changed.args == [True]
    assert page.wants_remembering


def test_without_a_safe_keyring_nothing_is_remembered(page: DonePage, account: VerifiedAccount) -> None:
    page.begin(account, "Practice accounts are not kept.")
    assert "Practice accounts are not kept." in texts(page)
    page.offer_remembering("the system keyring (GNOME)")
    page.refuse_remembering("There is no safe keyring here, so the password cannot be kept.")
    assert not page.remember.isEnabled()
    assert not page.wants_remembering
    assert "There is no safe keyring here, so the password cannot be kept." in texts(page)


def test_settings_can_be_saved(page: DonePage, qtbot: QtBot) -> None:
    for asked, name in ((page.panel.save_requested, "save-or-print"), (page.panel.print_requested, "print")):
        with qtbot.waitSignal(asked):
            buttons(page, name)[0].click()


def test_one_side_alone_is_said(page: DonePage) -> None:
    alone = replace(WORKS, draft=replace(DRAFT, wants_incoming=False)).verified_account()
    assert alone is not None
    page.begin(alone)
    page.panel.begin(lambda target: sheet(target, alone))
    assert any(text.startswith("Sending verified today") for text in texts(page))


def test_in_one_column_the_tiles_stand_two_by_two(page: DonePage) -> None:
    page.set_compact(True)
    QApplication.processEvents()
    tiles = list(page.programs.tiles.values())
    assert len({tile.y() for tile in tiles}) == 3
    assert len({tile.x() for tile in tiles}) == 2
    assert tiles[-1].geometry().right() == tiles[1].geometry().right(), "no hole beside the last one"
    page.set_compact(False)
    QApplication.processEvents()
    assert len({tile.y() for tile in tiles}) == 1


def test_another_account_finds_nothing_of_the_last_one(page: DonePage) -> None:
    choose(page, "phone")
    page.restart()
    assert page.sheet is None


def test_every_text_is_plain(page: DonePage) -> None:
    choose(page, "phone")
    labels = page.findChildren(QLabel)
    assert len(labels) > 30
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


@pytest.mark.parametrize("target", TARGETS)
def test_every_copy_button_has_a_name_of_its_own(page: DonePage, target: str) -> None:
    choose(page, target)
    names = [each.accessibleName() for each in buttons(page, "copy:")]
    assert len(names) > 5
    assert len(names) == len(set(names))


def test_a_copy_button_says_which_side_it_is_of(page: DonePage) -> None:
    choose(page, "phone")
    names = {each.accessibleName() for each in page.findChildren(QPushButton)}
    assert {"Copy receiving port", "Copy sending port", "Copy IMAP server"} <= names


def test_what_is_good_to_know_is_one_press_away_and_what_may_be_sent_is_there(wizard: Wizard, qtbot: QtBot) -> None:
    wizard.flow.attach(Idle())
    wizard.state.set_result(replace(WORKS, known_provider=wiring.presets().get("gmail")))
    while wizard.window.current_page() is not wizard.done:
        wizard.window.skip_step()
    for target, note in (("thunderbird", "500 messages"), ("iphone", "STARTTLS"), ("printer", "TLS 1.2")):
        wizard.done.choose(target)
        QApplication.processEvents()
        (button,) = (each for each in buttons(wizard.done, "good-to-know") if each.isVisible())
        card = wizard.done.sheet_card
        assert card is not None
        (text,) = (each for each in card.findChildren(QLabel) if note in each.text())
        assert not text.isVisible()
        button.click()
        qtbot.waitUntil(text.isVisible)
        button.click()
        qtbot.waitUntil(lambda text=text: not text.isVisible())  # type: ignore[misc]


def test_a_program_of_which_there_is_no_more_to_know_has_no_such_button(page: DonePage) -> None:
    choose(page, "thunderbird")
    assert not buttons(page, "good-to-know")


@pytest.mark.parametrize(
    ("tile", "second"), [("outlook", "outlook-classic"), ("apple-mail", "iphone")], ids=["outlook", "apple"]
)
def test_a_name_that_means_two_programs_asks_which(page: DonePage, tile: str, second: str) -> None:
    choose(page, tile)
    shown = choose(page, second)
    assert shown.target.id == second
    assert choose(page, "thunderbird").target.id == "thunderbird"
    assert page.programs.second is None


@pytest.mark.parametrize("family", families(), ids=lambda family: family.id)
def test_every_program_can_be_chosen_and_has_six_steps_at_most(page: DonePage, family: Family) -> None:
    choose(page, family.id)
    for target, _ in family.options:
        page.programs.choose(target)
        page.choose(target)
        shown = page.sheet
        assert shown is not None
        assert shown.target.id == target
        assert page.programs.tiles[family.id].isChecked()
        assert len(shown.steps) <= 6


def test_every_target_stands_behind_some_tile() -> None:
    behind = {target for family in families() for target, _ in family.options}
    whole = {family.id for family in families()}
    assert {target.id for target in targets()} <= behind | whole


@pytest.mark.parametrize("target", [target.id for target in targets()])
def test_what_a_file_is_for_is_read_beside_its_button(page: DonePage, target: str) -> None:
    page.choose(target)
    shown = texts(page)
    made = page.panel.sheet
    assert made is not None
    for file in made.files:
        assert file.say in shown or file.told_in_steps, file.name
        assert shown.count(file.say) <= len(made.files), "said once"


@pytest.mark.parametrize("target", ["thunderbird", "apple-mail", "iphone", "evolution", "msmtp"])
def test_calendars_and_contacts_of_a_known_provider_stand_below_the_mail(wizard: Wizard, target: str) -> None:
    wizard.flow.attach(Idle())
    wizard.state.set_result(replace(WORKS, provider="gmx-net"))
    while wizard.window.current_page() is not wizard.done:
        wizard.window.skip_step()
    wizard.done.choose(target)
    for _ in range(10):  # until all of it has its place
        QApplication.processEvents()
    shown = wizard.done.sheet
    assert shown is not None
    values = [row.value for row in shown.rows]
    is_for_people = target != "msmtp"
    assert ("https://caldav.gmx.net/" in values) is is_for_people
    assert ("https://carddav.gmx.net/" in values) is is_for_people
    if is_for_people:
        assert values.index("imap.example.net") < values.index("https://caldav.gmx.net/")
    assert len(shown.steps) <= 6
    assert words_in_view(wizard.window) <= MOST_ON_DONE


def test_all_of_it_is_copied_at_once(page: DonePage) -> None:
    shown = choose(page, "outlook")
    (button,) = buttons(page, "copy-all")
    button.click()
    copied = QGuiApplication.clipboard().text()
    assert button.text() == "Copied"
    for row in shown.rows:
        assert row.value in copied
    for step in shown.steps:
        assert step in " ".join(copied.split())


def test_what_is_installed_here_is_shown_first(page: DonePage) -> None:
    page.panel.prefer(["kmail", "outlook", "olk"])
    assert page.sheet is not None
    assert page.sheet.target.id == "outlook-new"
    choose(page, "thunderbird")
    page.panel.prefer(["outlook"])
    assert page.sheet.target.id == "thunderbird", "what the person chose stays"


def test_a_larger_code_is_shown(page: DonePage, qtbot: QtBot) -> None:
    choose(page, "phone")
    small = page.findChild(QrCode)
    assert small is not None
    buttons(page, "larger-code")[0].click()
    dialog = page.window().findChild(CodeDialog)
    assert dialog is not None
    assert dialog.code.matrix == small.matrix
    assert dialog.code.sizeHint().width() > small.sizeHint().width()
    assert dialog.code.sizeHint().height() < dialog.screen().availableSize().height()
    dialog.reject()


@pytest.mark.parametrize(("suffix", "begins"), [(".pdf", b"%PDF-"), (".html", b"<!doctype"), (".txt", b"Use it")])
def test_the_sheet_is_saved_as_people_wish(account: VerifiedAccount, suffix: str, begins: bytes) -> None:
    content = sheet_content(sheet("thunderbird", account), suffix)
    assert content.lower().startswith(begins.lower())
    assert b"correct horse" not in content


def test_the_sheet_goes_to_a_printer(page: DonePage, account: VerifiedAccount, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    print_on(printer, sheet_html(sheet("thunderbird", account)))
    assert (tmp_path / "printed.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("cause", "recipient", "title"),
    [
        ("message-rejected-as-spam", "bob@example.org", "Your settings are right"),
        ("recipient-mailbox-full", str(DRAFT.address), "Your settings are right"),
        ("recipient-unknown", "bob@example.org", "Your email works"),
    ],
)
def test_after_a_refused_message_it_does_not_say_that_email_works(
    page: DonePage, account: VerifiedAccount, cause: str, recipient: str, title: str
) -> None:
    """Another recipient's mailbox says nothing of the account; its own does."""
    refusal = replace(REFUSED, stage=Stage.MESSAGE, detail=Detail(recipient=recipient))
    card = Diagnosis(
        cause, Stage.MESSAGE, 0.9, "The message was refused", "why", protocol=Protocol.SMTP, evidence=(refusal,)
    )
    refused = replace(WORKS, verdict=Verdict.FAILS, round_trip=RoundTrip(RoundTripStatus.FAILED), diagnoses=(card,))
    page.begin(account, result=refused)
    assert page.heading.text() == title
    assert (page.subheading.text() == "Sending: The message was refused.") is (title == "Your settings are right")
    assert "Sending and receiving verified" in " ".join(texts(page))
