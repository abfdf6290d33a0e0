"""One saved account: its mark, what the last check said, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.accounts.recheck import Recheck, state
from wizard.accounts.store import SavedAccount
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from wizard.gui.widgets.diagnosis_card import local_now
from wizard.gui.widgets.diagnosis_parts import Steps
from wizard.gui.widgets.flow import flow_of
from wizard.gui.widgets.fold import WrappingSecondaryButton
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.password_field import PasswordField
from wizard.gui.widgets.remedy_order import in_order, said_before, words_of
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Card
from wizard.language import tr, tr_later
from wizard.language.formats import paragraph
from wizard.model.account import Verdict
from wizard.model.diagnosis import ChangeSettings, Diagnosis, EditField, Field, Remedy, TryAgain, Wait
from wizard.model.secret import Secret

_SET_UP: Final = tr_later("Set up again")  # where nothing is known to help: what does stands on the pages it leads to


class SavedCard(Card):
    """`check`, `forget`, `set_up`, `hand_over` and `reconnect` (a Secret) ask for what their buttons say.

    `remedy_chosen` (a Diagnosis, a Remedy) asks for what helps; a new password is asked for on the card itself.
    """

    check = Signal()
    forget = Signal()
    reconnect = Signal(object)
    set_up = Signal()
    hand_over = Signal()
    remedy_chosen = Signal(object, object)

    def __init__(
        self, account: SavedAccount, *, now: Callable[[], datetime] = local_now, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self.account, self._now = account, now
        self.setObjectName(f"saved:{account.id}")
        self.disc = StateDisc(DiscState.OK, 22)
        self.state = Paragraph("", tone="ink2")
        self.why = Paragraph("")
        self._check = SecondaryButton(tr("Check now"), "refresh")
        self._check.setObjectName(f"check-now:{account.id}")
        self._check.clicked.connect(lambda: self.check.emit())
        self._open_reconnect = SecondaryButton(tr("Reconnect"), "key")
        self._open_reconnect.setObjectName(f"reconnect:{account.id}")
        self._open_reconnect.clicked.connect(self.ask_for_password)
        self._open_hand_over = SecondaryButton(tr("Use it in a program…"), "window")
        self._open_hand_over.setObjectName(f"hand-over:{account.id}")
        self._open_hand_over.clicked.connect(lambda: self.hand_over.emit())
        self._open_forget = QuietButton(tr("Forget"), "trash")
        self._open_forget.setObjectName(f"forget:{account.id}")
        self._open_forget.clicked.connect(self._ask_to_forget)
        self._help = WrappingSecondaryButton(tr(_SET_UP), "wand")
        self._help.setObjectName(f"set-up:{account.id}")
        self._help.clicked.connect(self._help_it)
        self._told: tuple[Diagnosis, Remedy] | None = None
        self._pressed: QWidget | None = None  # what had the keyboard when a check began
        self._buttons = (self._help, self._check, self._open_reconnect, self._open_hand_over, self._open_forget)
        for button in self._buttons:
            button.setAccessibleDescription(str(account.address))
        self._steps: Steps | None = None
        self._steps_place = QVBoxLayout()
        self._steps_place.setContentsMargins(0, 0, 0, 0)
        self._password_row = self._make_password_row()
        self._forget_row = self._make_forget_row()
        self._lay_out()
        self._show_state()

    def show_checking(self) -> None:
        """A check of it is under way."""
        self._hold_keyboard()
        self._close_rows()
        self.why.hide()
        self.disc.set_state(DiscState.TRYING)
        self.state.setText(tr("Checking"))
        self._enable(False)

    def show_recheck(self, done: Recheck) -> str:
        """What the check came to; the sentence it says is also what a screen reader is told."""
        self.account = done.saved
        self._enable(True)
        self._show_state()
        sentences = []
        if done.result is not None and done.result.diagnoses and done.verdict is not Verdict.WORKS:
            told = done.result.diagnoses[0]
            if done.verdict is not Verdict.FAILS:  # then the state names it
                sentences.append(tr("{title}.", title=told.title))
            sentences.append(told.why)
            first = in_order(told.remedies)[0]
            if done.verdict is Verdict.WORKS_AFTER_FIX:
                sentences += [tr("{title}.", title=first.say)] if first is not None else []
            elif first is not None:
                self._offer(told, first)
                sentences += filter(None, [said_before(first, self._now())])
        if done.why_not is not None:
            sentences.append(done.why_not)
        if done.result is None and not done.needs_password:
            self._help.show()  # what held the check up is asked about on the pages
        self.why.setText(paragraph(sentences))
        self.why.setVisible(bool(sentences))
        self._give_keyboard_back()
        if done.needs_password:
            self.ask_for_password()
        return f"{self.account.address}: {self.state.text()}. {self.why.text()}".strip()

    def show_trouble(self, sentence: str) -> None:
        """Nothing came of it, and why."""
        self._enable(True)
        self._show_state()
        self.why.setText(sentence)
        self.why.show()
        self._give_keyboard_back()

    def _hold_keyboard(self) -> None:
        """Qt would hand it on to the next account's button, where Space checks that one."""
        focused = self.window().focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self._pressed = focused
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _give_keyboard_back(self) -> None:
        """To what was pressed, unless the person went elsewhere meanwhile."""
        pressed, self._pressed = self._pressed, None
        if pressed is not None and self.window().focusWidget() is self:
            usable = pressed.isVisibleTo(self) and pressed.isEnabled()
            (pressed if usable else self._check).setFocus(Qt.FocusReason.OtherFocusReason)

    def remind(self, diagnosis: Diagnosis) -> None:
        """Of a former check only the cause is known: its remedy is offered unless it takes that check's settings."""
        first = in_order(diagnosis.remedies)[0]
        if first is not None and not isinstance(first.action, ChangeSettings):
            self._offer(diagnosis, first)

    def _offer(self, diagnosis: Diagnosis, first: Remedy) -> None:
        """The card's button does first what the Check page's would do first."""
        self._told = diagnosis, first
        self._help.setText(words_of(first))
        self._help.setObjectName(f"remedy:{first.id}:{self.account.id}")
        # What only checks again is the button that stands there already, and so is a new password.
        self._help.setVisible(not isinstance(first.action, TryAgain | Wait))
        self._open_reconnect.setVisible(first.action != EditField(Field.PASSWORD))

    def ask_for_password(self) -> None:
        """Shows the field for a new password."""
        self._forget_row.hide()
        self._password_row.show()
        self.password.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(4)
        for widget in (Heading(str(self.account.address), Role.STRONG), self.state, self.why):
            words.addWidget(widget)
        words.addSpacing(8)
        words.addLayout(flow_of(*self._buttons, gap=8))
        words.addLayout(self._steps_place)
        for row in (self._password_row, self._forget_row):
            words.addWidget(row)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.disc, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        self.box.addLayout(line)
        self.why.hide()
        self._close_rows()

    def _make_password_row(self) -> QWidget:
        self.password = PasswordField(tr("New password"))
        self.password.input.setObjectName(f"new-password:{self.account.id}")
        self._send = PrimaryButton(tr("Reconnect"))
        self._send.setObjectName(f"reconnect-now:{self.account.id}")
        self._send.clicked.connect(self._reconnect)
        self.password.input.returnPressed.connect(self._reconnect)
        self.password.set_help(tr("The settings stay as they are; the new password is checked before it is kept."))
        return _column(self.password, self._send)

    def _make_forget_row(self) -> QWidget:
        yes = SecondaryButton(tr("Forget this account"), "trash")
        yes.setObjectName(f"forget-now:{self.account.id}")
        yes.clicked.connect(lambda: self.forget.emit())
        no = QuietButton(tr("Keep it"))
        no.setObjectName(f"keep:{self.account.id}")
        no.clicked.connect(self._close_rows)
        self._keep = no
        row = QWidget()
        row.setLayout(flow_of(yes, no, gap=8))
        return _column(
            Paragraph(tr("Its settings and its password leave this computer. The mailbox is not touched.")), row
        )

    def _ask_to_forget(self) -> None:
        self._password_row.hide()
        self._forget_row.show()
        self._keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _help_it(self) -> None:
        if self._told is None:
            self.set_up.emit()
            return
        diagnosis, remedy = self._told
        self._show_steps(remedy.steps)
        if remedy.action == EditField(Field.PASSWORD):
            self.ask_for_password()
        else:
            self.remedy_chosen.emit(diagnosis, remedy)

    def _show_steps(self, steps: Sequence[str]) -> None:
        if self._steps is not None:
            self._steps_place.removeWidget(self._steps)
            self._steps.hide()
            self._steps.deleteLater()
            self._steps = None
        if steps:
            self._steps = Steps(steps)
            self._steps.setContentsMargins(0, 12, 0, 0)
            self._steps_place.addWidget(self._steps)

    def _reconnect(self) -> None:
        text = self.password.text()
        if not text:
            self.password.set_error(tr("The new password is missing."))
            return
        self.password.set_error(None)
        self.password.set_text("")
        self.reconnect.emit(Secret.typed(text))

    def _close_rows(self) -> None:
        self._password_row.hide()
        self._forget_row.hide()

    def _enable(self, enabled: bool) -> None:
        for button in self._buttons:
            button.setEnabled(enabled)

    def _show_state(self) -> None:
        undecided = self.account.last_status is Verdict.UNDECIDED
        failed = DiscState.WARN if undecided else DiscState.FAILED
        self.disc.set_state(DiscState.OK if self.account.is_verified else failed)
        self.state.setText(state(self.account))
        self._told = None
        self._show_steps(())
        self._help.setText(tr(_SET_UP))
        self._help.setObjectName(f"set-up:{self.account.id}")
        self._help.setVisible(not self.account.is_verified)
        self._open_reconnect.show()


def _column(*widgets: QWidget) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 12, 0, 0)
    column.setSpacing(10)
    for widget in widgets:
        column.addWidget(
            widget, 0, Qt.AlignmentFlag.AlignLeft if isinstance(widget, PrimaryButton) else Qt.AlignmentFlag(0)
        )
    return made
