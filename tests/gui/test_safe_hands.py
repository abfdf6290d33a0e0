"""Under any hand: two clicks for one, one Space too many, Escape in the middle, a password typed without looking."""

from __future__ import annotations

import platform
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QFont, QFontInfo, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QWidget, QWizard
from pytestqt.qtbot import QtBot

from tests.gui.samples import (
    ARRIVED,
    BAD_CREDENTIALS,
    DRAFT,
    FAILS,
    SMTP,
    TO_SIGN_IN,
    WAIT,
    WORKS,
    WORKS_AFTER_FIX,
    seen,
)
from tests.gui.test_actions import Idle, walk
from wizard import __version__
from wizard.gui import theme
from wizard.gui.about_dialog import AboutDialog
from wizard.gui.app import Wizard
from wizard.gui.close_question import CloseQuestion
from wizard.gui.explain_dialog import ExplainDialog
from wizard.gui.pages.page import _SPARED, COLUMN, Page
from wizard.gui.state import PracticeAccount
from wizard.gui.widgets.buttons import Button
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.scroll_page import ScrollPage
from wizard.gui.window import FRESH_S, SMALLEST
from wizard.model.account import CheckResult, SideResult, Status
from wizard.model.evidence import ProbeReport, Stage
from wizard.model.plan import Plan
from wizard.model.secret import Secret
from wizard.setup.pack import Helpdesk

LEFT = Qt.MouseButton.LeftButton
WAITS = replace(
    FAILS,
    outgoing=SideResult(SMTP, Status.FAILED, report=ProbeReport(SMTP, (*TO_SIGN_IN, seen(Stage.AUTH, SMTP, 0.1, 1.0)))),
    diagnoses=(replace(BAD_CREDENTIALS, cause="sending-limit-exceeded", stage=Stage.ENVELOPE, remedies=(WAIT,)),),
)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The seconds so far."""
        return self.now


@pytest.fixture
def clock(wizard: Wizard) -> Clock:
    """The window's clock, standing still."""
    made = Clock()
    wizard.window.clock = made
    return made


@pytest.fixture
def active(wizard: Wizard, qtbot: QtBot) -> Wizard:
    """The window with the keyboard in it."""
    wizard.window.activateWindow()
    qtbot.waitActive(wizard.window)
    return wizard


def settle(qtbot: QtBot) -> None:
    """Lets what was put off for a turn of the loop happen."""
    for _ in range(4):
        QApplication.processEvents()


def primary(wizard: Wizard) -> QAbstractButton:
    """The primary button that shows."""
    shown = [each for each in wizard.window.findChildren(QAbstractButton) if each.objectName() == "continue"]
    return next(each for each in shown if each.isVisible())


def focused(wizard: Wizard) -> str:
    """The id of what has the keyboard."""
    widget = wizard.window.focusWidget()
    return widget.objectName() if widget is not None else ""


# The keyboard


@pytest.mark.parametrize(
    ("result", "wanted"),
    [(WORKS, "continue"), (WORKS_AFTER_FIX, "remedy:use-local-part"), (FAILS, "remedy:edit-password")],
)
def test_after_a_check_the_keyboard_is_on_what_comes_next(
    active: Wizard, qtbot: QtBot, result: CheckResult, wanted: str
) -> None:
    walk(active, result)
    settle(qtbot)
    assert focused(active) == wanted


def test_no_space_closes_the_window_after_a_check(active: Wizard, qtbot: QtBot) -> None:
    walk(active, WORKS)
    settle(qtbot)
    for _ in range(4):
        widget = active.window.focusWidget()
        assert widget is not None
        assert widget.objectName() != "cancel"
        QTest.keyClick(widget, Qt.Key.Key_Space)
        settle(qtbot)
        assert active.window.isVisible()


def test_after_stop_the_keyboard_is_on_the_title_or_what_can_be_done(active: Wizard, qtbot: QtBot) -> None:
    walk(active, WORKS)
    active.check.begin(DRAFT)
    settle(qtbot)
    active.check.stop_button.setFocus()
    QTest.keyClick(active.check.stop_button, Qt.Key.Key_Space)
    settle(qtbot)
    assert focused(active) == "title"
    assert active.window.isVisible()


def test_after_sending_the_keyboard_waits_on_the_title_and_then_leads_on(active: Wizard, qtbot: QtBot) -> None:
    walk(active, WORKS)
    active.window.next()
    settle(qtbot)
    assert focused(active) == "continue"
    QTest.keyClick(primary(active), Qt.Key.Key_Space)
    settle(qtbot)
    assert focused(active) == "title"
    active.test.show_result(replace(WORKS, round_trip=ARRIVED))
    settle(qtbot)
    assert focused(active) == "continue"


def test_done_is_read_before_it_is_pressed(active: Wizard, qtbot: QtBot) -> None:
    walk(active, WORKS)
    active.window.next()
    active.window.skip_step()
    settle(qtbot)
    assert active.window.current_page() is active.done
    assert focused(active) == "title"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_every_key_that_presses_presses_what_has_the_keyboard(active: Wizard, qtbot: QtBot, key: Qt.Key) -> None:
    walk(active, FAILS)
    settle(qtbot)
    (card,) = active.check.cards
    assert card.primary is not None
    assert active.window.focusWidget() is card.primary
    QTest.keyClick(card.primary, key)
    settle(qtbot)
    assert active.window.current_page() is active.account
    assert active.account.password_field.input.hasFocus()
    asked = []
    active.account.explain.connect(lambda: asked.append("explain"))
    link = active.account._error_link
    link.setFocus()
    QTest.keyClick(link, key)
    settle(qtbot)
    assert asked == ["explain"]
    assert active.window.current_page() is active.account, "not the next one"


def test_a_person_who_works_elsewhere_is_left_there(active: Wizard, qtbot: QtBot) -> None:
    walk(active, WORKS)
    active.check.begin(DRAFT)
    settle(qtbot)
    back = active.window.button(QWizard.WizardButton.BackButton)
    back.setFocus()
    active.check.show_result(WORKS)
    settle(qtbot)
    assert active.window.focusWidget() is back


# Two clicks for one


def steps(wizard: Wizard) -> list[Callable[[], None]]:
    """From page to page by the primary button; each begins where the one before ended."""
    return [
        lambda: walk(wizard, WORKS),
        lambda: wizard.window.next(),
        lambda: wizard.test.show_result(replace(WORKS, round_trip=ARRIVED)),
    ]


def double_click(wizard: Wizard) -> None:
    """Both clicks on one spot of the screen, whatever button is there at the second one."""
    button = primary(wizard)
    spot = button.mapTo(wizard.window, button.rect().center())
    QTest.mouseClick(button, LEFT)
    under = wizard.window.childAt(spot)
    assert isinstance(under, QWidget)
    QTest.mouseDClick(under, LEFT, pos=under.mapFrom(wizard.window, spot))


def test_a_double_click_on_a_test_that_arrived_shows_the_last_page(active: Wizard, qtbot: QtBot) -> None:
    for step in steps(active):
        step()
        settle(qtbot)
    active.window.clock = Clock()
    active.window._fresh_since = 0.0
    with qtbot.assertNotEmitted(active.window.finish_requested):
        double_click(active)
    assert active.window.current_page() is active.done
    assert active.window.isVisible()


def test_a_double_click_after_a_check_sends_no_message(active: Wizard, qtbot: QtBot) -> None:
    walk(active, WORKS)
    settle(qtbot)
    with qtbot.assertNotEmitted(active.test.send_requested):
        double_click(active)
    assert active.window.current_page() is active.test


def test_a_press_is_too_soon_for_what_has_only_just_come(active: Wizard, clock: Clock, qtbot: QtBot) -> None:
    walk(active, WORKS)
    settle(qtbot)
    clock.now += FRESH_S
    QTest.mouseClick(primary(active), LEFT)
    assert active.window.current_page() is active.test
    for soon in (0.0, FRESH_S - 0.01):
        clock.now += soon
        QTest.mouseClick(primary(active), LEFT)
        QTest.keyClick(primary(active), Qt.Key.Key_Space)
        QTest.keyClick(active.window, Qt.Key.Key_Return)
        assert active.test.primary_text == "Send test message"
    clock.now += 0.02
    with qtbot.waitSignal(active.test.send_requested):
        QTest.mouseClick(primary(active), LEFT)


def test_what_took_long_to_be_filled_is_fresh_when_it_is_there(active: Wizard, clock: Clock) -> None:
    def fill() -> None:
        clock.now += 3 * FRESH_S

    active.done.entered.connect(fill)
    walk(active, WORKS)
    active.window.skip_steps()
    assert active.window.current_page() is active.done
    assert not active.window.takes_presses()


# Closing


def question(wizard: Wizard) -> CloseQuestion | None:
    """The question that shows."""
    return next((each for each in wizard.window.findChildren(CloseQuestion) if each.isVisible()), None)


def close_by_escape(wizard: Wizard) -> None:
    """Escape."""
    QTest.keyClick(wizard.window, Qt.Key.Key_Escape)


def close_by_cancel(wizard: Wizard) -> None:
    """Cancel."""
    wizard.window.button(QWizard.WizardButton.CancelButton).click()


def close_by_window(wizard: Wizard) -> None:
    """The window's own button."""
    wizard.window.close()


@pytest.mark.parametrize("close", [close_by_escape, close_by_cancel, close_by_window])
def test_closing_asks_once_when_something_would_be_lost(
    active: Wizard, qtbot: QtBot, close: Callable[[Wizard], None]
) -> None:
    active.account.address_field.set_text("ada@example.net")
    close(active)
    asked = question(active)
    assert asked is not None
    assert active.window.isVisible()
    assert asked.focusWidget() is asked.keep
    QTest.keyClick(asked, Qt.Key.Key_Escape)
    settle(qtbot)
    assert question(active) is None
    assert active.window.isVisible()
    close(active)
    again = question(active)
    assert again is not None
    with qtbot.waitSignal(active.window.closing, timeout=1000):
        again.stop.click()
    assert not active.window.isVisible()


@pytest.mark.parametrize("close", [close_by_escape, close_by_cancel, close_by_window])
def test_an_empty_first_page_closes_at_once(active: Wizard, qtbot: QtBot, close: Callable[[Wizard], None]) -> None:
    with qtbot.waitSignal(active.window.closing, timeout=1000):
        close(active)
    assert not active.window.isVisible()


class Session:
    """A desktop that ends its session."""

    def __init__(self, *, may_ask: bool = True) -> None:
        self._may_ask = may_ask
        self.said: list[str] = []

    def allowsInteraction(self) -> bool:
        """Whether the person may be asked."""
        return self._may_ask

    def cancel(self) -> None:
        """The session goes on."""
        self.said.append("cancel")

    def release(self) -> None:
        """Nobody is asked any more."""
        self.said.append("release")


@pytest.mark.parametrize(("button", "said"), [("keep-going", ["cancel", "release"]), ("close-anyway", ["release"])])
def test_the_end_of_the_session_asks_as_well(active: Wizard, button: str, said: list[str]) -> None:
    active.account.address_field.set_text("ada@example.net")

    def answer() -> None:
        asked = question(active)
        assert asked is not None
        next(each for each in asked.findChildren(QAbstractButton) if each.objectName() == button).click()

    QTimer.singleShot(0, answer)
    session = Session()
    active.end_session(session)
    assert session.said == said


def test_a_session_that_lets_nobody_ask_or_an_empty_page_ends_at_once(active: Wizard) -> None:
    session = Session()
    active.end_session(session)
    active.account.address_field.set_text("ada@example.net")
    silent = Session(may_ask=False)
    active.end_session(silent)
    assert session.said == silent.said == []


def test_finish_asks_nothing(active: Wizard, qtbot: QtBot) -> None:
    walk(active, WORKS)
    active.window.next()
    active.window.skip_step()
    with qtbot.waitSignal(active.window.closing, timeout=1000):
        QTest.mouseClick(primary(active), LEFT)
    assert not active.window.isVisible()


# Tab


def order(wizard: Wizard, start: QWidget, presses: int) -> list[QWidget]:
    """What Tab comes to, from `start` on."""
    start.setFocus()
    found = [start]
    for _ in range(presses):
        QTest.keyClick(found[-1], Qt.Key.Key_Tab)
        widget = wizard.window.focusWidget()
        assert widget is not None
        found.append(widget)
    return found


@pytest.mark.parametrize("practice", [False, True])
def test_the_password_comes_right_after_the_address(active: Wizard, practice: bool) -> None:
    page, window = active.account, active.window
    accounts = (PracticeAccount("ada@all-well.example", "x", "teaches"),) if practice else ()
    page.offer_practice(accounts)
    first = [page.practice.choice] if page.practice is not None else []
    wanted: list[QWidget] = [
        page.language,
        *first,
        page.name_field.input,
        page.address_field.input,
        page.password_field.input,
        page.password_field.eye,
        page.ask_nobody,
        page.sends_test,
        page.every_step,
        page._error_link,
        page._bring_link,
        page._about_link,
        window.button(QWizard.WizardButton.CancelButton),
        window.button(QWizard.WizardButton.NextButton),
    ]
    assert order(active, wanted[0], len(wanted) - 1) == wanted


def place(wizard: Wizard, widget: QWidget) -> tuple[int, int]:
    """Where it stands in its page, in rows of 20 pixels, then from left to right."""
    corner = widget.mapTo(wizard.window, QPoint(0, 0))
    page = wizard.window.current_page()
    assert page is not None
    if page.scroll.content.isAncestorOf(widget):
        corner = widget.mapTo(page.scroll.content, QPoint(0, 0))
    return round((corner.y() + widget.height() / 2) / 20), corner.x()


def on_settings(wizard: Wizard) -> None:
    """Settings were found."""
    walk(wizard, WORKS)
    wizard.window.back()


def on_check(wizard: Wizard) -> None:
    """A card is shown."""
    walk(wizard, FAILS)


def on_done(wizard: Wizard) -> None:
    """The last page."""
    walk(wizard, WORKS)
    wizard.window.next()
    wizard.window.skip_step()


@pytest.mark.parametrize("begin", [on_settings, on_check, on_done])
def test_tab_goes_as_one_reads(active: Wizard, qtbot: QtBot, begin: Callable[[Wizard], None]) -> None:
    begin(active)
    settle(qtbot)
    page = active.window.current_page()
    assert isinstance(page, Page)
    page.heading.setFocus()
    found: list[QWidget] = []
    while len(found) < 60:
        QTest.keyClick(found[-1] if found else page.heading, Qt.Key.Key_Tab)
        widget = active.window.focusWidget()
        assert widget is not None
        if not page.isAncestorOf(widget):
            break
        found.append(widget)
    assert len(found) > 1
    places = [place(active, widget) for widget in found]
    assert places == sorted(places), [widget.objectName() or widget.accessibleName() for widget in found]


# What has the keyboard is seen


def in_view(page: Page, widget: QWidget) -> bool:
    """Whether all of it is within what shows of the page."""
    scroll: ScrollPage = page.scroll
    top = widget.mapTo(scroll.viewport(), QPoint(0, 0)).y()
    return top >= 0 and top + widget.height() <= scroll.viewport().height()


def test_what_has_the_keyboard_stays_in_view_as_long_as_things_come_above_it(active: Wizard, qtbot: QtBot) -> None:
    page = active.account
    focused = page.password_field.input
    focused.setFocus()
    settle(qtbot)
    late = QWidget()
    page.scroll.body.insertWidget(0, late)
    late.setFixedHeight(600)
    qtbot.waitUntil(lambda: in_view(page, focused), timeout=2000)
    page.scroll.bar.triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
    late.setFixedHeight(700)
    settle(qtbot)
    assert page.scroll.verticalScrollBar().value() == 0, "the person looks elsewhere"


def test_a_field_that_is_wrong_is_brought_into_view(active: Wizard, qtbot: QtBot, qapp: QApplication) -> None:
    before = QFont(qapp.font())
    large = QFont(before)
    large.setPixelSize(28)
    try:
        qapp.setFont(large)
        active.window.resize(QSize(640, 520))
        page = active.account
        page.name_field.set_text("Ada")
        page.address_field.set_text("ada@example.net")
        active.flow.attach(Idle())
        page.look_up()
        active.state.set_plan(Plan(DRAFT.address, ()))
        page.scroll.verticalScrollBar().setValue(0)
        assert not page.validatePage()
        qtbot.waitUntil(lambda: in_view(page, page.password_field.input), timeout=2000)
        assert page.password_field.error is not None
        qtbot.waitUntil(lambda: in_view(page, page.password_field.help), timeout=2000)
    finally:
        qapp.setFont(before)


# The window fits


@pytest.mark.parametrize("pixels", [12, 14, 28])
def test_the_buttons_are_within_the_smallest_window(
    active: Wizard, qtbot: QtBot, qapp: QApplication, pixels: int
) -> None:
    before = QFont(qapp.font())
    font = QFont(before)
    font.setPixelSize(pixels)
    try:
        qapp.setFont(font)
        walk(active, FAILS)
        active.window.resize(SMALLEST)
        settle(qtbot)
        qtbot.waitUntil(lambda: active.window.width() <= max(SMALLEST.width(), active.window.minimumWidth()))
        for name in ("cancel", "back", "continue"):
            button = next(
                each
                for each in active.window.findChildren(QAbstractButton)
                if each.objectName() == name and each.isVisible()
            )
            whole = button.rect().translated(button.mapTo(active.window, QPoint(0, 0)))
            assert active.window.rect().contains(whole), name
        assert active.window.height() <= SMALLEST.height()
    finally:
        qapp.setFont(before)


# What assistive technology does is what a click does


def test_a_toggled_tile_shows_its_program(active: Wizard, qtbot: QtBot) -> None:
    on_done(active)
    active.done.programs.tiles["outlook"].toggle()
    sheet = active.done.sheet
    assert sheet is not None
    assert sheet.target.id == "outlook-new"


def test_a_toggled_encryption_brings_its_port(active: Wizard) -> None:
    on_settings(active)
    card = active.settings.receiving
    card.open_editor()
    card.security.segments._keys["starttls"].toggle()
    assert card.port.choice.currentText().startswith("143")


def test_nothing_is_remembered_unless_it_is_chosen(active: Wizard) -> None:
    on_done(active)
    active.done.offer_remembering("KWallet")
    assert active.done.remember.isEnabled()
    assert not active.done.wants_remembering


# Keys


def test_f1_tells_version_and_system_and_copies_them(active: Wizard, qtbot: QtBot) -> None:
    QTest.keyClick(active.window, Qt.Key.Key_F1)
    dialog = active.window.findChild(AboutDialog)
    assert dialog is not None
    dialog.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith(f"Mailwright {__version__}\n")
    assert all(word in copied for word in ("Python", "Qt", "Screen", platform.system()))
    assert dialog.copy.text() == "Copied"
    dialog.reject()


def test_alt_left_goes_back_and_not_past_the_first_page(active: Wizard) -> None:
    on_settings(active)
    for _ in range(2):
        QTest.keyClick(active.window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert active.window.current_page() is active.account


@pytest.mark.parametrize("begin", [on_settings, on_check, on_done])
def test_every_button_that_shows_has_a_letter_of_its_own(active: Wizard, begin: Callable[[Wizard], None]) -> None:
    begin(active)
    role = QWizard.WizardButton
    which = (role.NextButton, role.FinishButton, role.BackButton, role.CancelButton, role.CustomButton1)
    shown = [button for each in which if isinstance(button := active.window.button(each), Button)]
    letters = [button.letter for button in shown if not button.isHidden()]
    assert None not in letters
    assert len(letters) == len(set(letters)) > 1
    for button in shown:
        if not button.isHidden():
            assert button.shortcut().toString() == f"Alt+{button.letter}"
            assert "&" not in button.text()


def test_a_letter_presses_its_button(active: Wizard, qtbot: QtBot) -> None:
    on_settings(active)
    settle(qtbot)
    back = active.window.button(QWizard.WizardButton.BackButton)
    assert isinstance(back, Button)
    assert back.letter == "B"
    QTest.keyClick(active.window, Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: active.window.current_page() is active.account, timeout=2000)


def test_a_card_is_copied_from_anywhere_on_it(active: Wizard, qtbot: QtBot) -> None:
    on_check(active)
    settle(qtbot)
    widget = active.window.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[0] == FAILS.diagnoses[0].title
    assert "smtp.example.net:587, SMTP, Sign in" in copied
    assert "535 5.7.8" in copied[-1]


# Sizes


@pytest.mark.parametrize("pixels", [9, 12, 14])
def test_no_text_is_smaller_than_people_can_read(active: Wizard, qtbot: QtBot, qapp: QApplication, pixels: int) -> None:
    before = QFont(qapp.font())
    font = QFont(before)
    font.setPixelSize(pixels)
    try:
        qapp.setFont(font)
        for begin in (on_check, on_done):
            begin(active)
            settle(qtbot)
            for label in active.window.findChildren(Label):
                if label.isVisible() and label.text():
                    size = QFontInfo(label.font()).pixelSize()
                    assert size >= 11, label.text()  # Qt counts whole pixels: 11.5 is 11 or 12
    finally:
        qapp.setFont(before)


def told_elsewhere(wizard: Wizard) -> list[str]:
    """The buttons whose place, as assistive technology is told it, is not that of the button."""
    shown = [each for each in wizard.window.findChildren(QAbstractButton) if each.isVisible()]
    told = [(each, QAccessible.queryAccessibleInterface(each)) for each in shown]
    return [each.objectName() for each, place in told if place is None or place.rect().size() != each.size()]


@pytest.mark.parametrize("begin", [on_settings, on_check, on_done])
def test_what_can_be_pressed_is_large_enough(active: Wizard, qtbot: QtBot, begin: Callable[[Wizard], None]) -> None:
    begin(active)
    settle(qtbot)
    small = [
        (each.objectName() or each.text(), each.height())
        for each in active.window.findChildren(QAbstractButton)
        if each.isVisible() and min(each.height(), each.width()) < 24
    ]
    assert small == []
    qtbot.waitUntil(lambda: told_elsewhere(active) == [], timeout=2000)


# Sending with a password of its own


def test_sending_may_have_a_password_of_its_own(active: Wizard) -> None:
    on_settings(active)
    card = active.settings.sending
    card.open_editor()
    own = card.editor.own_password
    assert own is not None
    assert own.input.accessibleName() == "Sending password"
    assert own.isVisible()
    own.input.setText("another")
    card.username.choice.setEditText("relay-user")
    assert card.close_editor()
    draft = active.state.draft()
    assert draft is not None
    assert draft.outgoing_secret == Secret("another")
    outgoing, incoming = active.state.outgoing, active.state.incoming
    assert outgoing is not None
    assert incoming is not None
    assert outgoing.username == "relay-user"
    assert draft.secret_for(outgoing) == Secret("another")
    assert draft.secret_for(incoming) == DRAFT.secret
    assert active.settings.receiving.editor.own_password is None


def test_undo_takes_the_own_password_back(active: Wizard) -> None:
    on_settings(active)
    card = active.settings.sending
    card.open_editor()
    own = card.editor.own_password
    assert own is not None
    own.input.setText("another")
    assert card.close_editor()
    card.open_editor()
    card.undo.click()
    draft = active.state.draft()
    assert draft is not None
    assert draft.outgoing_secret is None


def test_the_step_is_never_cut_by_the_helpdesk(active: Wizard, qtbot: QtBot, qapp: QApplication) -> None:
    before = QFont(qapp.font())
    large = QFont(before)
    large.setPixelSize(28)
    active.state.set_helpdesk(Helpdesk("Helpdesk", "555 0100", None))
    try:
        qapp.setFont(large)
        walk(active, WORKS)
        active.window.next()
        active.window.resize(QSize(640, 520))
        settle(qtbot)
        header = active.window._headers[3]
        qtbot.waitUntil(lambda: header._where.width() >= header._where.sizeHint().width(), timeout=2000)
    finally:
        qapp.setFont(before)


def test_a_very_wide_window_keeps_its_column(active: Wizard, qtbot: QtBot) -> None:
    walk(active, FAILS)
    active.window.resize(QSize(1900, 900))
    settle(qtbot)
    card, page = active.check.cards[0], active.check
    qtbot.waitUntil(lambda: card.width() <= round(COLUMN * theme.current().scale) + 1, timeout=2000)
    left = card.mapTo(page, QPoint(0, 0)).x()
    assert abs(left - (page.width() - left - card.width())) <= 16, "in the middle, but for the scroll bar"
    ends = [each.mapTo(active.window, QPoint(each.width(), 0)).x() for each in (primary(active), card)]
    assert abs(ends[0] - ends[1]) <= 16, "the buttons stand where the column ends"


@pytest.mark.parametrize("result", [WAITS, FAILS])
def test_the_way_on_is_not_cut_in_a_narrow_window(
    active: Wizard, qtbot: QtBot, qapp: QApplication, result: CheckResult
) -> None:
    before = QFont(qapp.font())
    large = QFont(before)
    large.setPixelSize(28)
    try:
        qapp.setFont(large)
        active.window.resize(QSize(640, 520))
        walk(active, result)
        settle(qtbot)
        for each in active.window.findChildren(Button):
            if each.isVisible() and each.objectName() in {"continue", "skip", "back", "cancel"}:
                assert each.width() >= each.sizeHint().width(), each.text()
    finally:
        qapp.setFont(before)


# What is said and shown


@pytest.mark.parametrize("pixels", [14, 28])
def test_about_shows_all_of_its_lines(active: Wizard, qapp: QApplication, qtbot: QtBot, pixels: int) -> None:
    before = QFont(qapp.font())
    font = QFont(before)
    font.setPixelSize(pixels)
    try:
        qapp.setFont(font)
        settle(qtbot)
        active.window.show_about()
        dialog = active.window.findChild(AboutDialog)
        assert dialog is not None
        settle(qtbot)
        for label in dialog.findChildren(Label):
            assert label.height() >= label.heightForWidth(label.width()), label.text()
        dialog.reject()
    finally:
        qapp.setFont(before)


def test_another_page_is_announced_by_title_and_subtitle(active: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def hear(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            heard.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(hear))
    on_settings(active)
    heard.clear()
    active.window.next()
    active.window.back()
    settings = active.settings
    assert f"{settings.heading.text()}. {settings.subheading.text()}" in heard


@pytest.mark.parametrize("begin", [on_settings, on_check, on_done])
def test_a_pages_title_is_a_heading(active: Wizard, begin: Callable[[Wizard], None]) -> None:
    begin(active)
    page = active.window.current_page()
    assert page is not None
    told = QAccessible.queryAccessibleInterface(page.heading)
    assert told is not None
    assert told.role() == QAccessible.Role.Heading
    assert told.text(QAccessible.Text.Name) == page.heading.text()


def test_a_child_that_is_gone_is_asked_for_in_vain(active: Wizard) -> None:
    """A screen reader counts the children of what scrolls, the scroll bar goes, and it asks for the last one."""
    for page in active.window.pages:
        told = QAccessible.queryAccessibleInterface(page.scroll)
        assert told is not None
        assert told.childCount() > 0
        for number in (told.childCount(), told.childCount() + 7):
            assert told.child(number) is None


def test_a_text_box_shows_that_it_has_the_keyboard(active: Wizard, qtbot: QtBot) -> None:
    dialog = ExplainDialog(parent=active.window)
    dialog.open()
    dialog.activateWindow()
    qtbot.waitActive(dialog)
    box = dialog.box.input.parentWidget()
    assert box is not None
    dialog.box.input.setFocus()
    qtbot.waitUntil(dialog.box.input.hasFocus)
    accent = theme.tokens().accent.rgb()
    edge = box.grab().toImage()
    assert edge.pixel(edge.width() // 2, 0) == accent
    dialog.explain.setEnabled(True)
    dialog.explain.setFocus()
    edge = box.grab().toImage()
    assert edge.pixel(edge.width() // 2, 0) != accent
    dialog.reject()


# Larger text, and a change taken back


def test_ctrl_plus_makes_the_text_larger_and_ctrl_0_what_it_was(active: Wizard, qapp: QApplication) -> None:
    usual = QFontInfo(qapp.font()).pixelSize()
    sizes = []
    try:
        for key in (Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_0):
            QTest.keyClick(active.window, key, Qt.KeyboardModifier.ControlModifier)
            sizes.append(QFontInfo(qapp.font()).pixelSize())
        for _ in range(9):
            QTest.keyClick(active.window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
        assert QFontInfo(qapp.font()).pixelSize() == 2 * usual
        assert active.account.is_compact, "one column, where the text is so large"
    finally:
        theme.current().zoom(0)
    assert usual < sizes[0] < sizes[1]
    assert sizes[2:] == [sizes[0], usual]
    assert QFontInfo(qapp.font()).pixelSize() == usual


def test_a_change_that_was_taken_can_be_taken_back(active: Wizard, qtbot: QtBot) -> None:
    walk(active, WORKS_AFTER_FIX)
    settle(qtbot)
    undo = active.check._undo_link
    assert not undo.isVisible()
    card = active.check.cards[0]
    assert card.primary is not None
    card.primary.click()
    qtbot.waitUntil(undo.isVisible, timeout=2000)
    assert not active.check.cards
    undo.click()
    assert [each.diagnosis.cause for each in active.check.cards] == [card.diagnosis.cause]
    assert not undo.isVisible()
    assert not active.check.isComplete()


# Nothing scrolls by a few pixels


@pytest.mark.slow
@pytest.mark.parametrize("pixels", [12, 14, 19])
@pytest.mark.parametrize(
    "begin", [lambda _: None, on_settings, on_check, on_done], ids=["account", "settings", "check", "done"]
)
def test_no_page_scrolls_by_a_few_pixels(
    active: Wizard, qtbot: QtBot, qapp: QApplication, pixels: int, begin: Callable[[Wizard], None]
) -> None:
    before = QFont(qapp.font())
    font = QFont("Inter")
    font.setPixelSize(pixels)
    try:
        qapp.setFont(font)
        begin(active)
        page = active.window.current_page()
        assert page is not None
        few = sum(_SPARED)
        for height in range(560, 800, 20):
            active.window.resize(QSize(860, height))
            qtbot.waitUntil(lambda: not 0 < page.scroll.verticalScrollBar().maximum() <= few, timeout=2000)
    finally:
        qapp.setFont(before)


def test_a_step_that_was_passed_is_pressed_to_see_it_again(active: Wizard, qtbot: QtBot) -> None:
    walk(active, FAILS)
    settle(qtbot)
    rows = active.window._panel._rows
    QTest.mouseClick(rows[3], LEFT)
    assert active.window.current_page() is active.check, "what is to come is not led to"
    QTest.mouseClick(rows[1], LEFT)
    assert active.window.current_page() is active.settings
