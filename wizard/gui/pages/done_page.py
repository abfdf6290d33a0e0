"""The Done page: what was proven, and how to bring it to the program where mail is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui import theme, words
from wizard.gui.domain_check import DomainLink
from wizard.gui.pages.page import Page
from wizard.gui.theme import Role
from wizard.gui.widgets.diagnosis_card import local_now
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.hand_over_panel import HandOverPanel
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.program_choice import ProgramChoice
from wizard.gui.widgets.selectable import selectable
from wizard.gui.widgets.sheet_card import SheetCard
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Card
from wizard.gui.widgets.switch import Switch
from wizard.handover.sheet import Sheet
from wizard.language import tr, tr_later
from wizard.model.account import CheckResult, RoundTripStatus, SideResult, Status, VerifiedAccount
from wizard.model.diagnosis import Diagnosis
from wizard.model.server import Protocol, Way

_TITLE: Final = tr_later("Your email works")
_SUBTITLE: Final = tr_later("Now set up your mail program.")


class DonePage(Page):
    """Shows proven settings and hands them over; knows no engine.

    The window calls `begin(account)`; the programs and their sheets are those of `panel`.

    Signals:
        remember_changed: (bool) the switch; `wants_remembering` tells it too, when the page is finished.
        watch_pressed: (bool) the switch below it was put on or off by hand.
    """

    remember_changed = Signal(bool)
    watch_pressed = Signal(bool)

    def __init__(self, now: Callable[[], datetime] = local_now) -> None:
        super().__init__("done", tr(_TITLE), tr(_SUBTITLE), tr("Finish"))
        self._now = now
        self._can_watch = False
        self._disc = StateDisc(DiscState.OK, 22)
        self._address = selectable(Paragraph("", Role.STRONG))
        self._line = Paragraph("", tone="ink2")
        self._observed = Paragraph("", Role.SMALL, "ink2")
        self._observed.setObjectName("observed")
        self._observed.hide()
        self.remember = Switch(tr("Remember on this computer"))
        self.remember.setObjectName("remember")
        self.remember.toggled.connect(self.remember_changed)
        self._remember_note = Paragraph("", Role.SMALL, "ink2")
        self.watch = Switch(tr("Check every day"))
        self.watch.setObjectName("watch")
        self._watch_note = Paragraph("", Role.SMALL, "ink2")
        self._show_watch()
        self.watch.clicked.connect(self.watch_pressed)
        self.remember.toggled.connect(self._show_watch)
        self.panel = HandOverPanel()
        self.panel.grew.connect(self.grew)
        self.panel.told.connect(lambda sentence, urgent: self.tell(sentence, urgent=urgent))
        self.panel.came.connect(self.scroll.bring_into_view)
        self.body.addWidget(self._make_summary())
        self.body.addSpacing(15)
        self.body.addWidget(self.panel)
        self.body.addSpacing(8)
        self.domain_link = DomainLink()
        self.add_link(self.domain_link)

    def begin(self, account: VerifiedAccount, why_not_kept: str = "", result: CheckResult | None = None) -> None:
        """Shows this account; it cannot be kept here until `offer_remembering` says that it can.

        Args:
            why_not_kept: a sentence beside the switch.
            result: the check, where it did not prove all of the account.
        """
        self._address.setText(str(account.address))
        incoming, outgoing = account.incoming is not None, account.outgoing is not None
        lacks = result if result is not None and not _works(result) else None
        if lacks is not None:
            incoming, outgoing = (_is_verified(lacks.side(way)) for way in (Way.RECEIVING, Way.SENDING))
        self._line.setText(words.verified_line(incoming, outgoing, account.verified_at, self._now()))
        self._say_what_lacks(account, lacks)
        self.domain_link.follow(result)
        self.refuse_remembering(why_not_kept)

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

    def tell_observed(self, sentences: Sequence[str]) -> None:
        """What the check met that is no failure and should be known, such as a certificate that runs out soon."""
        self._observed.setText("\n".join(sentences))
        self._observed.setVisible(bool(sentences))

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

    def offer_watching(self, words: str, note: str) -> None:
        """The kept account can be checked by the computer's scheduler; not called where its checks are on already."""
        self._can_watch = True
        self.watch.setText(words)
        self.watch.setAccessibleDescription(note)
        self._watch_note.setText(note)
        self._show_watch()

    def _show_watch(self) -> None:
        """What is not kept cannot be watched."""
        for part in (self.watch, self._watch_note):
            part.setVisible(self._can_watch and self.remember.isChecked())
        if not self.remember.isChecked():
            self.watch.setChecked(False)

    @property
    def wants_watching(self) -> bool:
        """Whether what is kept on this computer is to be checked regularly."""
        return self.watch.isChecked()

    @property
    def wants_remembering(self) -> bool:
        """Whether the account is to be kept on this computer."""
        return self.remember.isChecked()

    @property
    def programs(self) -> ProgramChoice:
        """The programs to choose from."""
        return self.panel.programs

    @property
    def sheet(self) -> Sheet | None:
        """The sheet that is shown."""
        return self.panel.sheet

    @property
    def sheet_card(self) -> SheetCard | None:
        """What shows it."""
        return self.panel.sheet_card

    def choose(self, target: str) -> None:
        """Shows how the settings get into this program."""
        self.panel.choose(target)

    def lead_to(self) -> QWidget:
        """The title: who presses Space here without reading would close the window."""
        return self.heading

    def restart(self) -> None:
        """Nothing of the last account is left."""
        super().restart()
        self.panel.restart()

    def set_compact(self, compact: bool) -> None:
        """Tiles two by two, the code below the fields, buttons as wide as their card."""
        super().set_compact(compact)
        self.panel.set_compact(compact)

    def _make_summary(self) -> Card:
        card = Card()
        card.setObjectName("summary")
        card.box.setContentsMargins(20, 11, 20, 11)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(self._address)
        text.addWidget(self._line)
        text.addWidget(self._observed)
        left = QHBoxLayout()
        left.setSpacing(12)
        left.addWidget(self._disc)
        left.addLayout(text, 1)
        card.box.addLayout(left)
        keeping = Flow(gap=12, row_gap=4)
        keeping.addWidget(self.remember)
        keeping.addWidget(self._remember_note)
        rows = QVBoxLayout()
        rows.setSpacing(8)
        rows.addLayout(keeping)
        watching = Flow(gap=12, row_gap=4)
        watching.addWidget(self.watch)
        watching.addWidget(self._watch_note)
        rows.addLayout(watching)
        below = QHBoxLayout()
        below.setContentsMargins(theme.mark(22) + 12, 10, 0, 0)
        below.addLayout(rows, 1)
        card.box.addLayout(below)
        return card


def _is_verified(side: SideResult | None) -> bool:
    return side is not None and side.status is Status.VERIFIED


def _works(result: CheckResult) -> bool:
    """Whether all was proven, and no message was refused but for the mailbox of somebody else."""
    is_refused = result.round_trip.status is RoundTripStatus.FAILED and bool(result.diagnoses)
    return result.verified_account() is not None and (not is_refused or result.is_about_another_mailbox)


def _what_lacks(told: Diagnosis) -> str:
    """Why not all is proven, in a line."""
    match told.protocol:
        case None:
            return tr("{title}.", title=told.title)
        case Protocol.SMTP:
            return tr("Sending: {title}.", title=told.title)
        case _:
            return tr("Receiving: {title}.", title=told.title)
