"""The wizard's window: five pages, the panel that says where one is, and the row of buttons.

Longer than most files: the order of pages, buttons, keys and closing are handlers of the one QWizard Qt has for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractButton, QWidget, QWizard

from wizard.gui import theme
from wizard.gui.dropped import files_of, names_files
from wizard.gui.keyboard import Keyboard
from wizard.gui.pages.page import Page
from wizard.gui.state import Loss, WizardState
from wizard.gui.trimming import trim
from wizard.gui.widgets.buttons import Button
from wizard.gui.widgets.fold import WrappingPrimaryButton, WrappingQuietButton, WrappingSecondaryButton
from wizard.gui.widgets.side_panel import SidePanel, Step, StepHeader, Where
from wizard.language import tr, tr_context

if TYPE_CHECKING:
    from wizard.gui.close_question import CloseQuestion
    from wizard.gui.newer import NewerVersion

SIZE = QSize(860, 620)
SMALLEST = QSize(480, 400)
FRAME: Final = QSize(0, 40)  # what the title bar takes of the screen
FRESH_S: Final = 0.4  # a press sooner after a change of what is shown was meant for what was there before
COMPACT_WIDTH = 760
STEPS: Final = 5

_ORDER = [
    QWizard.WizardButton.CancelButton,
    QWizard.WizardButton.CustomButton2,
    QWizard.WizardButton.Stretch,
    QWizard.WizardButton.CustomButton1,
    QWizard.WizardButton.BackButton,
    QWizard.WizardButton.NextButton,
    QWizard.WizardButton.FinishButton,
]


def step_names() -> tuple[str, ...]:
    """The names of the pages, in their order."""
    return (
        tr_context("step", "Account"),
        tr_context("step", "Settings"),
        tr_context("step", "Check"),
        tr_context("step", "Test message"),
        tr_context("step", "Done"),
    )


class WizardWindow(QWizard):
    """Shows the pages it is given, in the order of `step_names`; what they want done is for `Flow` to do.

    The first page is enough to be shown; the others may come after the first paint. `following` names the page that
    comes after another; without it none is passed over. `proven_loss` tells what closing would lose of proven settings.

    `brought_file` (a path) and `brought_text` carry what is dropped.

    `closing` is emitted once, when the person finishes, cancels or closes the window.
    """

    closing = Signal()
    finish_requested = Signal()
    another_account = Signal()
    brought_file = Signal(str)
    brought_text = Signal(str)

    def __init__(self, state: WizardState) -> None:
        super().__init__()
        self._state = state
        # Qt's windows platform resizes the window while the options are set: what `_settle` reads is born before that.
        self._pages: list[Page] = []
        self._headers: list[StepHeader] = []
        self._closed = False
        self._skipping = False
        self._travelling = False
        self._jump: int | None = None
        self.following: Callable[[Page], str] | None = None
        self.takes_drops: Callable[[], bool] = lambda: True
        self.proven_loss: Callable[[], Loss | None] = lambda: Loss.PROVEN
        self._compact: bool | None = None
        self._question: CloseQuestion | None = None
        self.newer: NewerVersion | None = None  # once it may be looked for
        self.clock = time.monotonic
        self._fresh_since = -FRESH_S
        self._panel = SidePanel(step_names())
        self._panel.step_pressed.connect(lambda index: self.go_back_to(self._pages[index].name))
        self.setObjectName("mailwright")
        self.setWindowTitle("Mailwright")
        self.setWizardStyle(QWizard.WizardStyle.ModernStyle)
        self.setOption(QWizard.WizardOption.ExtendedWatermarkPixmap)
        self.setOption(QWizard.WizardOption.NoBackButtonOnStartPage)
        self.setOption(QWizard.WizardOption.NoCancelButtonOnLastPage)
        self.setOption(QWizard.WizardOption.NoDefaultButton, False)
        self._make_buttons()
        self._say_buttons()
        self.setSideWidget(self._panel)
        self._keyboard = Keyboard(self, self.current_page, self._primary)
        state.helpdesk_changed.connect(self._show_helpdesk)
        self.currentIdChanged.connect(self._page_changed)
        room = self.screen().availableSize() - FRAME
        QShortcut(QKeySequence(Qt.Key.Key_F1), self, self.show_about)
        QShortcut(QKeySequence(Qt.Modifier.ALT | Qt.Key.Key_Left), self, self._go_back)
        self.setAcceptDrops(True)
        self.setMinimumSize(SMALLEST.boundedTo(room))
        self.resize(SIZE.boundedTo(room))
        theme.current().changed.connect(self._settle)

    def add_step(self, page: Page) -> None:
        """Adds the page of the next step."""
        header = StepHeader()
        header.setVisible(bool(self._compact))
        page.outer.insertWidget(0, header)
        header.show_helpdesk(self._state.helpdesk)
        page.helpdesk = self._state.helpdesk
        page.set_compact(bool(self._compact))
        page.next_index = len(self._pages) + 1 if len(self._pages) + 1 < STEPS else -1
        page.looks_changed.connect(self._show_looks)
        page.grew.connect(self._keyboard.order)
        page.turned.connect(lambda: self._page_turned(page))
        self._pages.append(page)
        self._headers.append(header)
        self.addPage(page)

    def drop_steps(self) -> None:
        """Takes all pages away, for others to take their place; only while the first one shows."""
        with self._on_the_way():
            for number in reversed(self.pageIds()):
                self.removePage(number)
        for page in self._pages:
            page.leave()
            page.hide()
            page.deleteLater()
        self._pages.clear()
        self._headers.clear()
        self._say_buttons()

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages, in order."""
        return tuple(self._pages)

    def current_page(self) -> Page | None:
        """The page that is showing."""
        return page if isinstance(page := self.currentPage(), Page) else None

    def go_back_to(self, name: str) -> bool:
        """Goes back to the page of that name, also where it was passed over; False where it is still to come."""
        here = self.current_page()
        target = self._index(name)
        if here is None or target > self.currentId():
            return False
        with self._on_the_way():
            while self.currentId() > target:
                self.back()
        if self.currentId() < target and self.go_on_to(name):
            return True
        if self.current_page() is not here:
            self._page_changed()
        return self.currentId() == target

    def go_on_to(self, name: str) -> bool:
        """Goes on to the page of that name past those between, unless this page has something to say against it."""
        self._jump = self._index(name)
        try:
            self.next()
        finally:
            self._jump = None
        page = self.current_page()
        return page is not None and page.name == name

    def nextId(self) -> int:
        """The step that follows; pages with nothing to decide are passed over."""
        if self._jump is not None:
            return self._jump
        page = self.current_page()
        if page is None or page.next_index < 0 or self.following is None:
            return super().nextId()
        return self._index(self.following(page))

    def takes_presses(self) -> bool:
        """Whether what is shown has been there long enough for a press to be meant for it."""
        return self.clock() - self._fresh_since >= FRESH_S

    def lead_keyboard(self) -> None:
        """To the page's own choice, its primary button, or else its title."""
        self._keyboard.lead()

    def reject(self) -> None:
        """Cancel, Escape and the window's own button: asks once where something would be lost."""
        loss = self.loss()
        if self._closed or loss is None:
            self.abandon()
        elif self._question is None:
            from wizard.gui.close_question import CloseQuestion

            self._question = CloseQuestion(loss, parent=self)
            self._question.accepted.connect(self.abandon)
            self._question.finished.connect(self._answered)
            self._question.open()

    def show_about(self) -> None:
        """Version, system and keys."""
        from wizard.gui.about_dialog import AboutDialog

        dialog = AboutDialog(self._state.helpdesk, self.newer, parent=self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _go_back(self) -> None:
        self.button(QWizard.WizardButton.BackButton).click()

    def abandon(self) -> None:
        """Closes the window without a question; what was typed is forgotten."""
        self._leave()
        super().reject()

    def accept(self) -> None:
        """Finish was pressed; whoever serves the last page calls `finish` when all is kept."""
        self.finish_requested.emit()

    def finish(self) -> None:
        """Closes the window as finished."""
        self._leave()
        super().accept()

    def skip_step(self) -> None:
        """Goes on without what the page is for."""
        self._skipping = True
        try:
            self.next()
        finally:
            self._skipping = False

    def skip_steps(self) -> None:
        """Goes on to the last page; none of those between begins its work."""
        with self._on_the_way():
            while self.currentId() < STEPS - 2 and self.following is not None:
                before = self.currentId()
                self.skip_step()
                if self.currentId() == before:
                    break
        if self.currentId() < STEPS - 1:
            self.skip_step()
        else:
            self._page_changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the primary button, unless that has only just come."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.takes_presses():
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file or a text may be dropped anywhere where it would be read: there may be settings in it."""
        data = event.mimeData()
        if self.takes_drops() and (names_files(data) or data.hasText()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Whoever serves the pages reads it."""
        data = event.mimeData()
        files = files_of(data)
        event.acceptProposedAction()
        if files:
            self.brought_file.emit(files[0])
        elif data.hasText():
            self.brought_text.emit(data.text())

    def validateCurrentPage(self) -> bool:
        """A page that is skipped is not asked."""
        return self._skipping or super().validateCurrentPage()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window has no side panel."""
        super().resizeEvent(event)
        self._settle()

    def showEvent(self, event: QShowEvent) -> None:
        """The first moment at which Qt's layout is there to be settled."""
        super().showEvent(event)
        self._settle()

    def changeEvent(self, event: QEvent) -> None:
        """Another system font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.ApplicationFontChange, QEvent.Type.FontChange):
            theme.current().follow_font()

    def event(self, event: QEvent) -> bool:
        """Lays out anew when Qt did."""
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._trim()
        return done

    def _show_helpdesk(self) -> None:
        helpdesk = self._state.helpdesk
        self._panel.show_helpdesk(helpdesk)
        for page, header in zip(self._pages, self._headers, strict=True):
            header.show_helpdesk(helpdesk)
            page.helpdesk = helpdesk

    def _make_buttons(self) -> None:
        role = QWizard.WizardButton
        for which, button, name in (
            (role.CancelButton, WrappingQuietButton(flush=True), "cancel"),
            (role.CustomButton2, WrappingQuietButton(flush=True), "another"),
            (role.CustomButton1, WrappingQuietButton(), "skip"),
            (role.BackButton, WrappingSecondaryButton(""), "back"),
            (role.NextButton, WrappingPrimaryButton(""), "continue"),
            (role.FinishButton, WrappingPrimaryButton(""), "continue"),
        ):
            self.setButton(which, button)
            button.setObjectName(name)
        self.setButtonLayout(_ORDER)
        self.customButtonClicked.connect(self._custom_clicked)

    def _say_buttons(self) -> None:
        role = QWizard.WizardButton
        for which, text in (
            (role.CancelButton, tr("Cancel")),
            (role.CustomButton2, tr("Set up another account")),
            (role.CustomButton1, tr("Skip")),
            (role.BackButton, tr("Back")),
            (role.NextButton, tr("Continue")),
            (role.FinishButton, tr("Finish")),
        ):
            self.setButtonText(which, text)

    def _custom_clicked(self, which: int) -> None:
        page = self.current_page()
        if which == QWizard.WizardButton.CustomButton1.value and page is not None:
            page.skip()
        elif which == QWizard.WizardButton.CustomButton2.value:
            self.another_account.emit()

    def _index(self, name: str) -> int:
        return [page.name for page in self._pages].index(name)

    @contextmanager
    def _on_the_way(self) -> Iterator[None]:
        """Pages that are only gone through are not entered: none of them begins its work."""
        self._travelling = True
        try:
            yield
        finally:
            self._travelling = False

    def _page_changed(self) -> None:
        if self._travelling:
            return
        self._show_looks()
        page = self.current_page()
        if page is not None:
            page.entered.emit()
            self._keyboard.order()
            self._keyboard.lead()
            page.tell(f"{page.heading.text()}. {page.subheading.text()}".strip())
        self._fresh_since = self.clock()  # now that it is there: filling it may have taken a slow computer long

    def _page_turned(self, page: Page) -> None:
        if page is self.current_page():
            self._fresh_since = self.clock()
            self._keyboard.order()
            self._keyboard.follow(page)

    def _primary(self) -> QAbstractButton | None:
        buttons = [self.button(each) for each in (QWizard.WizardButton.NextButton, QWizard.WizardButton.FinishButton)]
        return next((button for button in buttons if button is not None and button.isVisible()), None)

    def loss(self) -> Loss | None:
        """What closing would lose of what the person put in, or of what was proven with it."""
        if not any(page.has_input for page in self._pages):
            return None
        result = self._state.result
        return Loss.TYPED if result is None or result.verified_account() is None else self.proven_loss()

    def _answered(self) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None

    def _give_letters(self) -> None:
        """A letter for each button that shows, to be pressed with Alt."""
        role = QWizard.WizardButton
        order = (role.NextButton, role.FinishButton, role.BackButton, role.CancelButton, role.CustomButton1)
        taken: set[str] = set()
        for which in (*order, role.CustomButton2):
            button = self.button(which)
            if isinstance(button, Button) and not button.isHidden():
                letters = (letter for letter in button.text().upper() if letter.isalpha() and letter not in taken)
                button.set_letter(next(letters, None))
                taken.add(button.letter or "")

    def _show_looks(self) -> None:
        """Step list, header and the buttons that only some pages have."""
        page = self.current_page()
        if page is None:
            return
        here = self._pages.index(page)
        steps = []
        for index, name in enumerate(step_names()):
            is_done = index < here and self._pages[index].is_settled
            where = Where.HERE if index == here else Where.DONE if is_done else Where.TO_COME
            note = self._pages[index].step_note if index <= here else ""
            steps.append(Step(name, where, note, leads=index < here))
        self._panel.show_steps(tuple(steps))
        self._headers[here].show_step(here + 1, STEPS, step_names()[here])
        is_last = here == STEPS - 1
        skip = self.button(QWizard.WizardButton.CustomButton1)
        skip.setText(page.skip_text or tr("Skip"))
        skip.setVisible(page.skip_text is not None)
        another = self.button(QWizard.WizardButton.CustomButton2)
        another.setText(tr("Another account") if theme.current().is_large else tr("Set up another account"))
        another.setVisible(is_last)
        for which in (QWizard.WizardButton.NextButton, QWizard.WizardButton.FinishButton):
            self.button(which).updateGeometry()
        self._give_letters()
        self._trim()

    def _settle(self) -> None:
        """Side panel or header, by width and font."""
        compact = self.width() < COMPACT_WIDTH * theme.current().scale or theme.current().is_large
        if compact != self._compact:
            self._compact = compact
            self._panel_frame.setVisible(not compact)
            self._panel.setVisible(not compact)
            for page, header in zip(self._pages, self._headers, strict=True):
                header.setVisible(compact)
                page.set_compact(compact)
        self._trim()

    def _trim(self) -> None:
        self._spare_cancel()
        trim(self, self._panel_frame, page.edge if (page := self.current_page()) is not None else 32)

    def _spare_cancel(self) -> None:
        """Where the buttons have no room side by side Cancel steps back: Escape and the title bar do the same."""
        page, role = self.current_page(), QWizard.WizardButton
        if page is None or self._pages.index(page) == STEPS - 1:
            return
        others = (role.CustomButton1, role.BackButton, role.NextButton)
        cancel = self.button(role.CancelButton)
        row = [cancel, *(button for each in others if not (button := self.button(each)).isHidden())]
        needed = sum(button.minimumSizeHint().width() for button in row) + 8 * len(row) + 2 * page.edge
        if cancel.isHidden() == (needed <= self.width()):
            cancel.setVisible(needed <= self.width())

    @property
    def _panel_frame(self) -> QWidget:
        """The label Qt puts the side panel into."""
        return self._panel.parentWidget() or self._panel

    def _leave(self) -> None:
        if not self._closed:
            self._closed = True
            focused = self.focusWidget()
            if focused is not None:  # a field that ends being edited while it is taken down speaks to what is gone
                focused.clearFocus()
            for page in self._pages:
                page.leave()
            self.closing.emit()
