"""The Done page: what was proven, and how to bring it to the program where mail is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui import theme, words
from wizard.gui.pages.page import Page
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import SecondaryButton
from wizard.gui.widgets.choices import Tile
from wizard.gui.widgets.copy_row import CopyRow
from wizard.gui.widgets.diagnosis_card import local_now
from wizard.gui.widgets.diagnosis_parts import Steps
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.fold import WrappingSecondaryButton
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.qr_code import QrCode
from wizard.gui.widgets.selectable import selectable
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Card, Separator
from wizard.gui.widgets.switch import Switch
from wizard.handover.sheet import Sheet
from wizard.model.account import CheckResult, SideResult, Status, VerifiedAccount
from wizard.model.server import Way

_TILES: Final = (
    ("thunderbird", "Thunderbird", "mail"),
    ("outlook", "Outlook", "window"),
    ("apple-mail", "Apple Mail", "at"),
    ("phone", "Phone", "smartphone"),
    ("other", "Something else", "ellipsis"),
)


_TITLE: Final = "Your email works"
_SUBTITLE: Final = "Now bring the settings to the program where you read your mail."


class DonePage(Page):
    """Shows proven settings and hands them over; knows no engine.

    The window calls `begin(account, sheet_of, keyring)`. `sheet_of` makes the sheet of a target when it is chosen.

    Signals:
        target_chosen: (str) the id of the program now shown.
        file_requested: (HandoverFile) a file of the sheet is to be saved.
        save_requested: settings are to be saved or printed.
        remember_changed: (bool) the switch; `wants_remembering` tells it too, when the page is finished.
    """

    target_chosen = Signal(str)
    file_requested = Signal(object)
    save_requested = Signal()
    remember_changed = Signal(bool)

    def __init__(self, now: Callable[[], datetime] = local_now) -> None:
        super().__init__("done", _TITLE, _SUBTITLE, "Finish")
        self._now = now
        self._sheet_of: Callable[[str], Sheet] | None = None
        self._sheet_card: _SheetCard | None = None
        self._first = self._chosen = _TILES[0][0]
        self._disc = StateDisc(DiscState.OK, 22)
        self._address = selectable(Paragraph("", Role.STRONG))
        self._line = Paragraph("", tone="ink2")
        self._limits = Paragraph("", Role.SMALL, "ink2")
        self._limits.setObjectName("limits")
        self.save_button = SecondaryButton("Save or print…", "printer")
        self.save_button.setObjectName("save-or-print")
        self.save_button.clicked.connect(lambda: self.save_requested.emit())
        self.remember = Switch("Remember on this computer")
        self.remember.setObjectName("remember")
        self.remember.toggled.connect(self.remember_changed)
        self._remember_note = Paragraph("", Role.SMALL, "ink2")
        self._tiles: dict[str, Tile] = {}
        self._by_program = False
        self.body.addWidget(self._make_summary())
        self.body.addSpacing(15)
        self.body.addWidget(Label("Use it in", Role.STRONG))
        self.body.addSpacing(8)
        self.body.addWidget(self._make_tiles())
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
        self._limits.setText(limits)
        self._limits.setVisible(bool(limits))
        self._say_what_lacks(account, lacks)
        self.refuse_remembering(why_not_kept)
        self.choose(self._chosen)

    def _say_what_lacks(self, account: VerifiedAccount, result: CheckResult | None) -> None:
        """Title and subtitle: all works, or what does not."""
        self._disc.set_state(DiscState.OK if result is None else DiscState.NOT_TRIED)
        if result is None:
            self.set_title(_TITLE, _SUBTITLE)
            return
        sides = [server.protocol for server in (account.outgoing, account.incoming) if server is not None]
        title = "Your settings are right" if len(sides) > 1 else f"{words.side_name(sides[0])} works"
        told = result.diagnoses[0] if result.diagnoses else None
        side = f"{words.side_name(told.protocol)}: " if told is not None and told.protocol is not None else ""
        self.set_title(title, f"{side}{told.title}." if told is not None else "Not everything was proven.")

    def offer_remembering(self, keyring: str) -> None:
        """The account can be kept, its password in the keyring of that name."""
        self.remember.setEnabled(True)
        self._say_about_keeping(f"Password in {keyring}")

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

    def choose(self, target: str) -> None:
        """Shows how the settings get into this program."""
        if self._sheet_of is None:
            return
        self._chosen = target
        self._by_program = True
        self._tiles[target].setChecked(True)
        self._by_program = False
        card = _SheetCard(self._sheet_of(target))
        card.file_requested.connect(self.file_requested)
        card.set_compact(self.is_compact)
        self._drop_sheet()
        self._sheet_card = card
        self._sheet_place.addWidget(card)
        self.grew.emit()
        self.target_chosen.emit(target)

    def offer_only(self, targets: Sequence[str]) -> None:
        """Offers these programs and no other; all of them where none is named."""
        offered = [target for target in self._tiles if target in targets] or list(self._tiles)
        for target, tile in self._tiles.items():
            tile.setVisible(target in offered)
        self._first = self._chosen = offered[0]

    def lead_to(self) -> QWidget:
        """The title: who presses Space here without reading would close the window."""
        return self.heading

    def restart(self) -> None:
        """Nothing of the last account is left."""
        super().restart()
        self._chosen = self._first
        self._drop_sheet()

    def set_compact(self, compact: bool) -> None:
        """Tiles two by two, the code below the fields, buttons as wide as their card."""
        super().set_compact(compact)
        self._summary_row.setDirection(
            QBoxLayout.Direction.TopToBottom if compact else QBoxLayout.Direction.LeftToRight
        )
        self.save_button.set_wide(compact)
        columns = 2 if compact else len(_TILES)
        for index, tile in enumerate(self._tiles.values()):
            self._tile_grid.removeWidget(tile)
            self._tile_grid.addWidget(tile, index // columns, index % columns)
        for column in range(len(_TILES)):
            self._tile_grid.setColumnStretch(column, 1 if column < columns else 0)
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
        self._summary_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._summary_row.setSpacing(12)
        self._summary_row.addLayout(left, 1)
        self._summary_row.addWidget(self.save_button)
        card.box.addLayout(self._summary_row)
        keeping = Flow(gap=12, row_gap=4)
        keeping.addWidget(self.remember)
        keeping.addWidget(self._remember_note)
        below = QHBoxLayout()
        below.setContentsMargins(theme.mark(22) + 12, 10, 0, 0)
        below.addLayout(keeping, 1)
        card.box.addLayout(below)
        return card

    def _make_tiles(self) -> QWidget:
        held = QWidget()
        held.setAccessibleName("Use it in")
        self._tile_grid = QGridLayout(held)
        self._tile_grid.setContentsMargins(0, 0, 0, 0)
        self._tile_grid.setSpacing(8)
        group = QButtonGroup(held)
        for index, (target, name, icon) in enumerate(_TILES):
            tile = Tile(name, icon)
            tile.setObjectName(f"target:{target}")
            tile.toggled.connect(lambda chosen, target=target: self._picked(target) if chosen else None)
            group.addButton(tile)
            self._tile_grid.addWidget(tile, 0, index)
            self._tiles[target] = tile
        return held

    def _picked(self, target: str) -> None:
        if self._by_program:
            return
        self.choose(target)
        if self._sheet_card is not None:
            self.tell(self._sheet_card.sheet.title)


class _SheetCard(Card):
    """One sheet: numbered steps, files, fields to copy, and at the right the code a phone can scan."""

    file_requested = Signal(object)

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.sheet = sheet
        self.setObjectName(f"sheet:{sheet.target.id}")
        self.setAccessibleName(sheet.title)
        self.box.setContentsMargins(20, 16, 20, 14)
        self._file_flow = Flow(gap=8)
        self._rows: list[CopyRow] = []
        self._files: list[WrappingSecondaryButton] = []
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(Steps(sheet.steps))
        if sheet.files:
            left.addSpacing(10)
            left.addLayout(self._make_files())
        self._add_rows(left)
        left.addStretch(1)
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._across.setSpacing(20)
        self._across.addLayout(left, 1)
        if sheet.qr is not None:
            self._across.addWidget(_code(sheet.qr), 0, Qt.AlignmentFlag.AlignTop)
        self.box.addLayout(self._across)

    def set_compact(self, compact: bool) -> None:
        """The code below the fields; labels above their values."""
        self._across.setDirection(QBoxLayout.Direction.TopToBottom if compact else QBoxLayout.Direction.LeftToRight)
        for row in self._rows:
            row.set_compact(compact)
        self._file_flow.set_stacked(compact)

    def _make_files(self) -> Flow:
        for file in self.sheet.files:
            button = WrappingSecondaryButton(f"Save {file.name}…", "download")
            button.setObjectName(f"save:{file.name}")
            button.setAccessibleDescription(file.say)
            button.setToolTip(file.say)
            button.clicked.connect(lambda _=False, file=file: self.file_requested.emit(file))
            self._file_flow.addWidget(button)
            self._files.append(button)
        return self._file_flow

    def _add_rows(self, column: QVBoxLayout) -> None:
        group = None
        for row in self.sheet.rows:
            if row.group != group:
                column.addSpacing(10 if group is None else 2)
                column.addWidget(Separator())
                column.addSpacing(6)
                column.addWidget(Label(row.group, Role.SMALL_LABEL))
                group = row.group
            made = CopyRow(row)
            self._rows.append(made)
            column.addWidget(made)


def _is_verified(side: SideResult | None) -> bool:
    return side is not None and side.status is Status.VERIFIED


def _code(text: str) -> QWidget:
    held = QWidget()
    column = QVBoxLayout(held)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    code = QrCode()
    code.show_text(text)
    column.addWidget(code, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addWidget(Label("Without your password", Role.SMALL, "ink2"), 0, Qt.AlignmentFlag.AlignHCenter)
    return held
