"""Where things stand, measured: edges that are one line, gaps, rows; at the usual size and in small windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPalette, QTextLayout
from PySide6.QtWidgets import QApplication, QLabel, QWidget, QWizard
from pytestqt.qtbot import QtBot

from tests.gui import fits
from tests.gui.test_accessibility import PLACES, on_account, on_settings
from tests.gui.test_safe_hands import on_done, settle
from wizard.gui import theme
from wizard.gui.app import Wizard
from wizard.gui.lanes import State
from wizard.gui.pages.page import Page
from wizard.gui.theme import Role
from wizard.gui.widgets.choices import ChoiceField, _Inner
from wizard.gui.widgets.copy_row import CopyRow
from wizard.gui.widgets.elided_label import ElidedLabel
from wizard.gui.widgets.facts import Facts
from wizard.gui.widgets.fold import WrappingSecondaryButton
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.selectable import selectable
from wizard.gui.widgets.timeline import Moment, Timeline
from wizard.gui.widgets.veil import Veil
from wizard.model.address import Address
from wizard.model.plan import Plan

USUAL = QSize(860, 620)


@pytest.fixture(autouse=True)
def _inter(qapp: QApplication) -> Iterator[None]:
    """The font the sizes are drawn for, at 14 pixels."""
    before = QFont(qapp.font())
    font = QFont("Inter")
    font.setPixelSize(14)
    qapp.setFont(font)
    theme.current().follow_font()
    yield
    qapp.setFont(before)
    theme.current().follow_font()


def page_of(wizard: Wizard) -> Page:
    page = wizard.window.current_page()
    assert page is not None
    return page


def be_still(wizard: Wizard, qtbot: QtBot) -> None:
    """Waits until a new card has come in and all is laid out."""
    settle(qtbot)
    qtbot.waitUntil(lambda: not wizard.window.findChildren(Veil))
    settle(qtbot)


def left(widget: QWidget) -> int:
    return widget.mapTo(widget.window(), QPoint(0, 0)).x()


def right(widget: QWidget) -> int:
    return left(widget) + widget.width()


@pytest.mark.parametrize("size", [USUAL, QSize(860, 472), QSize(640, 520), QSize(480, 400)], ids=str)
@pytest.mark.parametrize("begin", PLACES)
def test_what_scrolls_ends_where_the_buttons_end(
    wizard: Wizard, qtbot: QtBot, begin: Callable[[Wizard], None], size: QSize
) -> None:
    begin(wizard)
    wizard.window.resize(size)
    be_still(wizard, qtbot)
    page = page_of(wizard)
    role = QWizard.WizardButton
    buttons = [wizard.window.button(each) for each in (role.NextButton, role.FinishButton)]
    margins, content = page.scroll.body.contentsMargins(), page.scroll.content
    ends = [right(button) for button in buttons if button.isVisible()]
    assert ends == [right(content) - margins.right()]
    wanted = content.width() - margins.left() - margins.right()
    assert page.subheading.width() == wanted, "a bar that comes takes no room from the text"


def test_the_first_pages_links_are_one_row(wizard: Wizard, qtbot: QtBot) -> None:
    wizard.account.offer_saved_accounts(True)
    wizard.window.resize(USUAL)
    settle(qtbot)
    links = wizard.account.links
    items = [item for index in range(links.count()) if (item := links.itemAt(index)) is not None]
    shown = [link for item in items if (link := item.widget()) is not None and link.isVisible()]
    assert [link.objectName() for link in shown] == ["explain", "saved-accounts", "settings-i-have", "about"]
    assert len({link.y() for link in shown}) == 1
    assert right(wizard.account.language) == right(wizard.account.name_field), "the language stands beside the title"


@pytest.mark.parametrize("height", range(460, 660, 20))
def test_the_title_keeps_its_distance_from_the_first_field(wizard: Wizard, qtbot: QtBot, height: int) -> None:
    on_account(wizard)
    wizard.window.resize(QSize(860, height))
    settle(qtbot)
    page = page_of(wizard)
    title_ends = page.subheading.mapTo(page.scroll.content, QPoint(0, page.subheading.height())).y()
    assert wizard.account.name_field.mapTo(page.scroll.content, QPoint(0, 0)).y() - title_ends >= 14


def font_of(pixels: int) -> QFont:
    font = QFont("Inter")
    font.setPixelSize(pixels)
    return font


@pytest.mark.parametrize("begin", PLACES)
def test_a_font_that_comes_back_leaves_no_trace(
    wizard: Wizard, qtbot: QtBot, qapp: QApplication, begin: Callable[[Wizard], None]
) -> None:
    begin(wizard)
    wizard.window.resize(USUAL)
    be_still(wizard, qtbot)
    before = places(wizard)
    for pixels in (28, 14):
        qapp.setFont(font_of(pixels))
        theme.current().follow_font()
        be_still(wizard, qtbot)
    assert places(wizard) == before


def places(wizard: Wizard) -> dict[str, QRect]:
    """Where each thing that shows stands on the page."""
    content = page_of(wizard).scroll.content
    shown = [each for each in content.findChildren(QWidget) if each.isVisible()]
    return {
        f"{number} {each.objectName() or each.accessibleName()}": QRect(each.mapTo(content, QPoint(0, 0)), each.size())
        for number, each in enumerate(shown)
    }


def test_no_fact_is_cut_while_there_is_room_for_all(wizard: Wizard, qtbot: QtBot) -> None:
    on_settings(wizard)
    wizard.window.resize(USUAL)
    settle(qtbot)
    facts = wizard.settings.findChildren(Facts)
    values = [each for shown in facts if shown.isVisible() for each in shown.findChildren(ElidedLabel)]
    assert len(values) == 8
    assert [each.text() for each in values] == [each.whole for each in values]
    rows = [[each.mapTo(shown, QPoint(0, 0)).x() for each in shown.findChildren(ElidedLabel)] for shown in facts]
    assert rows[0] == rows[1], "both sides in the same columns"


def test_a_fields_name_stands_on_one_line_beside_its_value(wizard: Wizard, qtbot: QtBot) -> None:
    on_done(wizard)
    wizard.window.resize(USUAL)
    settle(qtbot)
    rows = wizard.done.findChildren(CopyRow)
    assert len(rows) > 8
    assert [row._row.label for row in rows if row.height() > theme.control(32) + 4] == []


@pytest.mark.parametrize("error", ["An email address has an @ in the middle.", "So long a sentence. " * 9])
def test_a_warnings_sign_stands_at_its_first_line(wizard: Wizard, qtbot: QtBot, error: str) -> None:
    field = wizard.account.address_field
    field.set_error(error)
    settle(qtbot)
    sign, said = field._help_icon, field.help
    line = QFontMetrics(said.font()).height()
    middle = sign.mapTo(field, QPoint(0, sign.height() // 2)).y()
    first = said.mapTo(field, QPoint(0, line // 2)).y()
    assert abs(middle - first) <= 2


def test_in_high_contrast_a_banner_has_a_line(wizard: Wizard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    palette = QPalette(QColor("black"), QColor("black"))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text):
        palette.setColor(role, QColor("white"))
    monkeypatch.setattr(theme.current(), "tokens", theme._of_palette(palette))
    wizard.account.tell_newer("9.9", lambda: None)
    settle(qtbot)
    banner = wizard.account.findChild(QWidget, "newer-version")
    assert banner is not None
    picture = banner.grab().toImage()
    assert picture.pixelColor(picture.width() // 2, 0) == QColor("white")


@pytest.mark.parametrize("begin", PLACES)
@pytest.mark.parametrize("width", [480, 520, 600, 700])
def test_no_title_ends_in_a_line_of_one_short_word(
    wizard: Wizard, qtbot: QtBot, begin: Callable[[Wizard], None], width: int
) -> None:
    begin(wizard)
    wizard.window.resize(QSize(width, 620))
    be_still(wizard, qtbot)
    page = page_of(wizard)
    for said in (page.heading, page.subheading):
        lines = lines_of(said)
        height = said.fontMetrics().lineSpacing()
        assert said.height() < (len(lines) + 1) * height, "no empty line below"
        assert len(lines) == 1 or len(lines[-1].split()) > 1, lines


def lines_of(label: QLabel, width: int | None = None) -> list[str]:
    """The lines it is shown in, or would be at that width."""
    layout = QTextLayout(QLabel.text(label), label.font(), label)
    layout.beginLayout()
    lines = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(label.contentsRect().width() if width is None else width)
        lines.append(layout.text()[line.textStart() : line.textStart() + line.textLength()].strip())
    layout.endLayout()
    return lines


def test_nothing_is_left_out_where_there_is_the_room_that_was_asked_for(qtbot: QtBot, qapp: QApplication) -> None:
    label = ElidedLabel(theme.Role.LABEL)
    qtbot.addWidget(label)
    label.show()  # a hidden one hears of its size later
    for pixels in range(12, 31):
        font = QFont("Inter")
        font.setPixelSize(pixels)
        qapp.setFont(font)
        theme.current().follow_font()
        for text in ("STARTTLS", "ada@example.net", "imap.example.net"):
            label.set_whole(text)
            label.resize(label.sizeHint())
            assert label.text() == text, pixels


def test_long_names_on_the_way_of_a_message_share_its_line(qtbot: QtBot) -> None:
    names = ("Gesendet", "Vom Server angenommen", "Angekommen in Posteingang")
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.show_moments(tuple(Moment(name, "14:02:10", State.OK) for name in names))
    timeline.resize(540, 60)
    metrics = QFontMetrics(theme.font(theme.Role.LABEL))
    lefts = timeline._lefts()
    assert lefts is not None
    ends = [left + metrics.horizontalAdvance(name) for left, name in zip(lefts, names, strict=True)]
    assert all(end < left for end, left in zip(ends, [*lefts[1:], 540], strict=True))
    timeline.resize(300, 60)
    assert timeline._lefts() is None, "below each other"


def test_lines_that_are_read_from_the_right_begin_below_each_other(qapp: QApplication, qtbot: QtBot) -> None:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        label = Label("مرحبا " * 30, Role.TITLE, wrap=True)
        qtbot.addWidget(label)
        label.resize(333, label.heightForWidth(333))
        label.show()
        picture = label.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    ground = picture.pixelColor(0, 0).lightness()
    rows = [
        max((x for x in range(picture.width()) if abs(picture.pixelColor(x, y).lightness() - ground) > 60), default=0)
        for y in range(picture.height())
    ]
    line = round(label.height() / (label.height() // QFontMetrics(label.font()).height()))
    ends = [max(rows[top : top + line]) for top in range(0, picture.height() - line + 1, line)]
    assert len(ends) > 2
    assert max(ends) - min(ends) <= 2


@pytest.mark.slow
def test_a_long_address_on_a_link_or_a_button_goes_on_in_the_next_line(wizard: Wizard, qtbot: QtBot) -> None:
    font = QFont("Inter")
    font.setPixelSize(28)
    QApplication.setFont(font)
    theme.current().follow_font()
    address = Address.parse("bob.the.builder@a-rather-long-company-name.example.net")
    wizard.window.resize(640, 520)
    wizard.account.offer_last(address, None)
    settle(qtbot)
    assert "last-account" in {each.objectName() for each in fits.shown(wizard.window)}
    assert fits.cut(wizard.window) == []
    wizard.account.address_field.set_text("bob@example.net")
    wizard.account.look_up()
    wizard.state.set_plan(Plan(Address.parse("bob@example.net"), (), suggestion=address))
    settle(qtbot)
    assert "use-suggestion" in {each.objectName() for each in fits.shown(wizard.window)}
    assert fits.cut(wizard.window) == []
    save = WrappingSecondaryButton(
        "Save bob.the.builder@a-rather-long-company-name.example.net.mobileconfig…", "download"
    )
    qtbot.addWidget(save)
    save.resize(552, save.heightForWidth(552))
    save.show()
    assert fits.cut(save.window()) == []
    assert save.minimumSizeHint().width() < 552 < save.sizeHint().width()


def test_what_a_list_has_no_room_for_is_cut_with_a_sign(qtbot: QtBot) -> None:
    field = ChoiceField("Port", typed=True)
    qtbot.addWidget(field)
    field.choice.addItem("587 – switches to encryption after the greeting")
    field.resize(200, 80)
    field.show()
    inner = field.choice.lineEdit()
    assert isinstance(inner, _Inner)
    qtbot.waitUntil(lambda: inner.shown().endswith("…"), timeout=2000)
    field.resize(600, 80)
    qtbot.waitUntil(lambda: inner.shown() == inner.text(), timeout=2000)


def test_no_line_ends_within_the_name_of_an_encryption(qapp: QApplication) -> None:
    label = Label("smtp.example.net, 465, SSL/TLS", wrap=True)
    whole = QFontMetrics(label.font()).horizontalAdvance(label.text())
    broken = [lines_of(label, width) for width in range(whole // 3, whole)]
    assert {len(lines) for lines in broken} >= {2, 3}
    assert all(lines[-1].endswith("TLS") and lines[-1] != "TLS" for lines in broken)
    assert label.text() == "smtp.example.net, 465, SSL/TLS"
    assert QLabel.text(selectable(label)) == label.text(), "what is copied is what is meant"
