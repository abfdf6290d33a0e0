"""“Use it in”: the programs, and the sheet of the one that is chosen; on the Done page and for a saved account."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.gui.theme import Role
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.program_choice import ProgramChoice
from wizard.gui.widgets.sheet_card import SheetCard
from wizard.handover.sheet import Sheet
from wizard.language import tr


class HandOverPanel(QWidget):
    """Knows no engine; `begin` is given what makes the sheet of a target when it is chosen.

    Signals:
        target_chosen: (str) the id of the program now shown.
        file_requested: (HandoverFile) a file of the sheet is to be saved.
        save_requested, print_requested: the sheet that is shown is to be saved, or printed.
        mail_requested: a message to oneself is to be begun, with the sheet that is shown.
        place_requested, undo_requested: the account is to be put into the chosen program's files, or taken out again.
        phone_requested: (HandoverFile) a file of the sheet is to be offered to a phone in the same network.
        password_wanted: (bool) the sheet whose file holds the password is to be shown, or the one without again.
        told: (str, bool) a sentence for a screen reader, and whether it is urgent.
        grew: there is something new on it that Tab has to come to.
        came: (QWidget) something new that belongs into view.
    """

    target_chosen = Signal(str)
    file_requested = Signal(object)
    save_requested = Signal()
    print_requested = Signal()
    mail_requested = Signal()
    place_requested = Signal()
    undo_requested = Signal()
    phone_requested = Signal(object)
    password_wanted = Signal(bool)
    told = Signal(str, bool)
    grew = Signal()
    came = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._sheet_of: Callable[[str], Sheet] | None = None
        self._is_compact = False
        self.sheet_card: SheetCard | None = None
        self.programs = ProgramChoice()
        self.programs.chosen.connect(self._picked)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(Label(tr("Use it in"), Role.STRONG))
        self._column.addSpacing(8)
        self._column.addWidget(self.programs)
        self._column.addSpacing(12)

    def begin(self, sheet_of: Callable[[str], Sheet]) -> None:
        """Another account; the program that was chosen stays."""
        self._sheet_of = sheet_of
        self.choose(self.programs.target)

    def renew(self, sheet_of: Callable[[str], Sheet]) -> None:
        """The sheets say more by now; the one that is shown is changed where it does, and the keyboard stays."""
        before, self._sheet_of = self._sheet_of, sheet_of
        card = self.sheet_card
        if before is None or card is None or before(card.sheet.target.id) == sheet_of(card.sheet.target.id):
            return
        focused = self.window().focusWidget()
        name = focused.objectName() if focused is not None and card.isAncestorOf(focused) else ""
        self.choose(card.sheet.target.id)
        again = self.sheet_card.findChild(QWidget, name) if self.sheet_card is not None and name else None
        if again is not None:
            again.setFocus()

    @property
    def sheet(self) -> Sheet | None:
        """The sheet that is shown."""
        return self.sheet_card.sheet if self.sheet_card is not None else None

    def choose(self, target: str) -> None:
        """Shows how the settings get into this program."""
        if self._sheet_of is None:
            return
        self.programs.choose(target)
        self._show(self._sheet_of(self.programs.target))

    def show_with_password(self, sheet: Sheet) -> None:
        """The sheet of the program that is shown, its file with the password; the keyboard stays on the switch."""
        self._show(sheet)
        if self.sheet_card is not None:
            self.sheet_card.offer_password(is_on=True)
            self.sheet_card.password.setFocus()

    def show_without_password(self) -> None:
        """The program's usual sheet again."""
        self.choose(self.programs.target)
        if self.sheet_card is not None:
            self.sheet_card.password.setFocus()

    def _show(self, sheet: Sheet) -> None:
        card = SheetCard(sheet)
        card.file_requested.connect(self.file_requested)
        card.save_requested.connect(self.save_requested)
        card.print_requested.connect(self.print_requested)
        card.mail_requested.connect(self.mail_requested)
        card.place_requested.connect(self.place_requested)
        card.undo_requested.connect(self.undo_requested)
        card.phone_requested.connect(self.phone_requested)
        card.password_wanted.connect(self.password_wanted)
        card.set_compact(self._is_compact)
        self._drop_sheet()
        self.sheet_card = card
        self._column.addWidget(card)
        self.grew.emit()
        self.target_chosen.emit(self.programs.target)

    def offer_only(self, targets: Sequence[str]) -> None:
        """Offers these programs and no other; all of them where none is named."""
        self.programs.offer_only(targets)

    def prefer(self, installed: Sequence[str]) -> None:
        """Shows the program that is installed on this computer, unless the person has chosen one."""
        if self.programs.prefer(installed) is not None:
            self.choose(self.programs.target)

    def offer_placing(self) -> None:
        """The account can be put into the files of the program that is shown."""
        if self.sheet_card is not None:
            self.sheet_card.offer_placing()
            self.grew.emit()

    def tell_about_placing(self, sentence: str, *, urgent: bool = False) -> None:
        """What became of it is said, what shows it comes into view, and Tab to what is new."""
        self.grew.emit()
        card = self.sheet_card
        if card is not None:
            QTimer.singleShot(0, card, lambda: self.came.emit(card.outcome))
        self.told.emit(sentence, urgent)

    def restart(self) -> None:
        """Nothing of the last account is left."""
        self.programs.restart()
        self._drop_sheet()

    def set_compact(self, compact: bool) -> None:
        """Tiles two by two, the code below the fields, buttons as wide as their card."""
        self._is_compact = compact
        self.programs.set_compact(compact)
        if self.sheet_card is not None:
            self.sheet_card.set_compact(compact)

    def _drop_sheet(self) -> None:
        if self.sheet_card is not None:
            self._column.removeWidget(self.sheet_card)
            self.sheet_card.hide()
            self.sheet_card.deleteLater()
            self.sheet_card = None

    def _picked(self, target: str) -> None:
        self.choose(target)
        if self.sheet_card is not None:
            self.told.emit(self.sheet_card.sheet.title, False)
