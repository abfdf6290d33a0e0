"""The Done page: what was proven, and how to bring it to the program where mail is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui import theme, words
from wizard.gui.pages.page import Page
from wizard.gui.theme import Role
from wizard.gui.widgets.diagnosis_card import local_now
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.program_choice import ProgramChoice
from wizard.gui.widgets.selectable import selectable
from wizard.gui.widgets.sheet_card import SheetCard
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Card
from wizard.gui.widgets.switch import Switch
from wizard.handover.sheet import Sheet
from wizard.language import tr, tr_later
from wizard.model.account import CheckResult, SideResult, Status, VerifiedAccount
from wizard.model.diagnosis import Diagnosis
from wizard.model.server import Protocol, Way

_TITLE: Final = tr_later("Your email works")
_SUBTITLE: Final = tr_later("Now bring the settings to the program where you read your mail.")


class DonePage(Page):
    """Shows proven settings and hands them over; knows no engine.

    The window calls `begin(account, sheet_of, keyring)`. `sheet_of` makes the sheet of a target when it is chosen.

    Signals:
        target_chosen: (str) the id of the program now shown.
        file_requested: (HandoverFile) a file of the sheet is to be saved.
        save_requested, print_requested: the sheet that is shown is to be saved, or printed.
        mail_requested: a message to oneself is to be begun, with the sheet that is shown.
        place_requested, undo_requested: the account is to be put into the chosen program's files, or taken out again.
        remember_changed: (bool) the switch; `wants_remembering` tells it too, when the page is finished.
    """

    target_chosen = Signal(str)
    file_requested = Signal(object)
    save_requested = Signal()
    print_requested = Signal()
    mail_requested = Signal()
    place_requested = Signal()
    undo_requested = Signal()
    remember_changed = Signal(bool)

    def __init__(self, now: Callable[[], datetime] = local_now) -> None:
        super().__init__("done", tr(_TITLE), tr(_SUBTITLE), tr("Finish"))
        self._now = now
        self._sheet_of: Callable[[str], Sheet] | None = None
        self._sheet_card: SheetCard | None = None
        self._disc = StateDisc(DiscState.OK, 22)
        self._address = selectable(Paragraph("", Role.STRONG))
        self._line = Paragraph("", tone="ink2")
        self._limits = Paragraph("", Role.SMALL, "ink2")
        self._limits.setObjectName("limits")
        self.remember = Switch(tr("Remember on this computer"))
        self.remember.setObjectName("remember")
        self.remember.toggled.connect(self.remember_changed)
        self._remember_note = Paragraph("", Role.SMALL, "ink2")
        self.programs = ProgramChoice()
        self.programs.chosen.connect(self._picked)
        self.body.addWidget(self._make_summary())
        self.body.addSpacing(15)
        self.body.addWidget(Label(tr("Use it in"), Role.STRONG))
        self.body.addSpacing(8)
        self.body.addWidget(self.programs)
        self.body.addSpacing(12)
        self._sheet_place = QVBoxLayout()
        self.body.addLayout(self._sheet_place)

    def begin(
        self,
        account: VerifiedAccount,
        sheet_of: Callable[[str], Sheet],
        why_not_kept: str = "",
        result: CheckResult | None = None,
        limits: str = "",
    ) -> None:
        """Shows this account; it cannot be kept here until `offer_remembering` says that it can.

        Args:
            sheet_of: makes the sheet of a target by its id.
            why_not_kept: a sentence beside the switch.
            result: the check, where it did not prove all of the account.
            limits: what the account may send, in a line; "" where that is not known.
        """
        self._sheet_of = sheet_of
        self._address.setText(str(account.address))
        incoming, outgoing = account.incoming is not None, account.outgoing is not None
        lacks = result if result is not None and result.verified_account() is None else None
        if lacks is not None:
            incoming, outgoing = (_is_verified(lacks.side(way)) for way in (Way.RECEIVING, Way.SENDING))
        self._line.setText(words.verified_line(incoming, outgoing, account.verified_at, self._now()))
        self._limits.setText(limits.replace(" MB", "\u00a0MB"))
        self._limits.setVisible(bool(limits))
        self._say_what_lacks(account, lacks)
        self.refuse_remembering(why_not_kept)
        self.choose(self.programs.target)

    def _say_what_lacks(self, account: VerifiedAccount, result: CheckResult | None) -> None:
        """Title and subtitle: all works, or what does not."""
        self._disc.set_state(DiscState.OK if result is None else DiscState.NOT_TRIED)
        if result is None:
            self.set_title(tr(_TITLE), tr(_SUBTITLE))
            return
        sides = [server.protocol for server in (account.outgoing, account.incoming) if server is not None]
        if len(sides) > 1:
            title = tr("Your settings are right")
        else:
            title = tr("Sending works") if sides[0] is Protocol.SMTP else tr("Receiving works")
        self.set_title(
            title, _what_lacks(result.diagnoses[0]) if result.diagnoses else tr("Not everything was proven.")
        )

    def offer_remembering(self, keyring: str) -> None:
        """The account can be kept, its password in the keyring of that name."""
        self.remember.setEnabled(True)
        self._say_about_keeping(tr("Password in {keyring}", keyring=keyring))

    def refuse_remembering(self, why: str) -> None:
        """The account cannot be kept; `why` is a sentence."""
        self.remember.setChecked(False)
        self.remember.setEnabled(False)
        self._say_about_keeping(why)

    def _say_about_keeping(self, words: str) -> None:
        self._remember_note.setText(words)
        self._remember_note.setVisible(bool(words))
        self.remember.setAccessibleDescription(words)

    @property
    def wants_remembering(self) -> bool:
        """Whether the account is to be kept on this computer."""
        return self.remember.isChecked()

    @property
    def sheet(self) -> Sheet | None:
        """The sheet that is shown."""
        return self._sheet_card.sheet if self._sheet_card is not None else None

    @property
    def sheet_card(self) -> SheetCard | None:
        """What shows it."""
        return self._sheet_card

    def offer_placing(self) -> None:
        """The account can be put into the files of the program that is shown."""
        if self._sheet_card is not None:
            self._sheet_card.offer_placing()
            self.grew.emit()

    def tell_about_placing(self, sentence: str, *, urgent: bool = False) -> None:
        """What became of it is said, what shows it comes into view, and Tab to what is new."""
        self.grew.emit()
        card = self._sheet_card
        if card is not None:
            QTimer.singleShot(0, card, lambda: self.scroll.bring_into_view(card.outcome))
        self.tell(sentence, urgent=urgent)

    def choose(self, target: str) -> None:
        """Shows how the settings get into this program."""
        if self._sheet_of is None:
            return
        self.programs.choose(target)
        card = SheetCard(self._sheet_of(self.programs.target))
        card.file_requested.connect(self.file_requested)
        card.save_requested.connect(self.save_requested)
        card.print_requested.connect(self.print_requested)
        card.mail_requested.connect(self.mail_requested)
        card.place_requested.connect(self.place_requested)
        card.undo_requested.connect(self.undo_requested)
        card.set_compact(self.is_compact)
        self._drop_sheet()
        self._sheet_card = card
        self._sheet_place.addWidget(card)
        self.grew.emit()
        self.target_chosen.emit(self.programs.target)

    def offer_only(self, targets: Sequence[str]) -> None:
        """Offers these programs and no other; all of them where none is named."""
        self.programs.offer_only(targets)

    def prefer(self, installed: Sequence[str]) -> None:
        """Shows the program that is installed on this computer, unless the person has chosen one."""
        if self.programs.prefer(installed) is not None:
            self.choose(self.programs.target)

    def lead_to(self) -> QWidget:
        """The title: who presses Space here without reading would close the window."""
        return self.heading

    def restart(self) -> None:
        """Nothing of the last account is left."""
        super().restart()
        self.programs.restart()
        self._drop_sheet()

    def set_compact(self, compact: bool) -> None:
        """Tiles two by two, the code below the fields, buttons as wide as their card."""
        super().set_compact(compact)
        self.programs.set_compact(compact)
        if self._sheet_card is not None:
            self._sheet_card.set_compact(compact)

    def _drop_sheet(self) -> None:
        if self._sheet_card is not None:
            self._sheet_place.removeWidget(self._sheet_card)
            self._sheet_card.hide()
            self._sheet_card.deleteLater()
            self._sheet_card = None

    def _make_summary(self) -> Card:
        card = Card()
        card.setObjectName("summary")
        card.box.setContentsMargins(20, 11, 20, 11)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(self._address)
        text.addWidget(self._line)
        text.addWidget(self._limits)
        left = QHBoxLayout()
        left.setSpacing(12)
        left.addWidget(self._disc)
        left.addLayout(text, 1)
        card.box.addLayout(left)
        keeping = Flow(gap=12, row_gap=4)
        keeping.addWidget(self.remember)
        keeping.addWidget(self._remember_note)
        below = QHBoxLayout()
        below.setContentsMargins(theme.mark(22) + 12, 10, 0, 0)
        below.addLayout(keeping, 1)
        card.box.addLayout(below)
        return card

    def _picked(self, target: str) -> None:
        self.choose(target)
        if self._sheet_card is not None:
            self.tell(self._sheet_card.sheet.title)


def _is_verified(side: SideResult | None) -> bool:
    return side is not None and side.status is Status.VERIFIED


def _what_lacks(told: Diagnosis) -> str:
    """Why not all is proven, in a line."""
    match told.protocol:
        case None:
            return tr("{title}.", title=told.title)
        case Protocol.SMTP:
            return tr("Sending: {title}.", title=told.title)
        case _:
            return tr("Receiving: {title}.", title=told.title)
