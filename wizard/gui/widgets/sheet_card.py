"""One program's sheet: numbered steps, what can be done with all of it, its fields, and the code a phone can scan."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui import theme
from wizard.gui.accessibility import announce
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import Button, LinkButton, SecondaryButton
from wizard.gui.widgets.copy_row import COPIED, LABEL_WIDTH, WIDEST_LABEL, CopyRow
from wizard.gui.widgets.diagnosis_parts import Steps
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.fold import FoldArea, FoldButton, WrappingSecondaryButton
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.qr_code import QrCode
from wizard.gui.widgets.selectable import selectable
from wizard.gui.widgets.surfaces import Card, Separator
from wizard.gui.widgets.switch import Switch
from wizard.handover.sheet import HandoverFile, Sheet
from wizard.language import tr, tr_context, tr_later

_COPY_ALL = tr_later("Copy all")
_SAID_MS = 2000
_FOR_A_PHONE = ("iphone",)  # its file is on the wrong device as long as it is here


class SheetCard(Card):
    """`file_requested` asks to save a file of the sheet, `save_requested` and `print_requested` the sheet itself.

    `mail_requested` asks for a message to oneself with the sheet in it.

    `place_requested` asks to put the account into the program's own files, `undo_requested` to take it out again.

    `phone_requested` asks to offer a file of the sheet to a phone in the same network.

    `password_wanted` (bool) asks for the sheet whose file holds the password, or for the one without again.
    """

    file_requested = Signal(object)
    save_requested = Signal()
    print_requested = Signal()
    mail_requested = Signal()
    place_requested = Signal()
    undo_requested = Signal()
    phone_requested = Signal(object)
    password_wanted = Signal(bool)

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.sheet = sheet
        self.setObjectName(f"sheet:{sheet.target.id}")
        self.setAccessibleName(sheet.title)
        self.box.setContentsMargins(20, 16, 20, 14)
        # What sets the program up stands by itself; what is done with the text is below it, and quieter.
        self._main_ways = Flow(gap=8)
        self._actions = Flow(gap=16)
        self._rows: list[CopyRow] = []
        self._is_compact = self._above = False
        self._width_beside = (
            0  # the least width with the code and the labels beside the fields; 0 where that is not asked for
        )
        self._then: Steps | None = None  # what is left to do once the program is set up
        left = QVBoxLayout()
        left.setSpacing(0)
        self._steps = Steps(sheet.steps)
        left.addLayout(self._make_placed())
        left.addWidget(self._steps)
        left.addLayout(self._make_notes())
        self._add_actions()
        left.addSpacing(10)
        left.addLayout(self._main_ways)
        left.addSpacing(4 if sheet.files else 0)
        left.addLayout(self._actions)
        left.addLayout(self._make_password())
        self.mailed = Paragraph("", Role.SMALL, "ink2")
        self.mailed.setObjectName("mailed")
        self.mailed.setContentsMargins(0, 6, 0, 0)
        self.mailed.hide()
        left.addWidget(self.mailed)
        self._add_rows(left)
        left.addStretch(1)
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._across.setSpacing(20)
        self._across.addLayout(left, 1)
        if sheet.qr is not None:
            self._across.addWidget(self._code(sheet.qr), 0, Qt.AlignmentFlag.AlignTop)
        self.box.addLayout(self._across)
        theme.current().changed.connect(self._measure_soon)

    def _measure_soon(self) -> None:
        """Another font: measured once all that is in it has that font too."""
        QTimer.singleShot(0, self, lambda: self.set_compact(self._is_compact))

    def set_compact(self, compact: bool) -> None:
        """The code below the fields, labels above their values; so too where the card is too narrow for both."""
        self._is_compact = compact
        needed = max((row.longest_word for row in self._rows), default=0)
        self._width_beside = 0
        self._arrange(above=compact or needed > self._widest_label)
        if not self._above:
            self._width_beside = self.box.totalMinimumSize().width()
            self._give_room()
        self._main_ways.set_stacked(compact)
        self._actions.set_stacked(compact)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Below each other where the card has become too narrow, beside each other again where there is room."""
        super().resizeEvent(event)
        self._give_room()

    def _give_room(self) -> None:
        above = self._width_beside > self.width()
        has_width = self.testAttribute(Qt.WidgetAttribute.WA_Resized)  # until then it is as wide as Qt guesses
        if self._width_beside and has_width and above != self._above:
            self._arrange(above=above)

    def _arrange(self, *, above: bool) -> None:
        self._above = above
        needed = max((row.longest_word for row in self._rows), default=0)
        wanted = min(max((row.whole_label for row in self._rows), default=0), self._widest_label)
        width = max(needed, wanted, round(LABEL_WIDTH * theme.current().scale))
        self._across.setDirection(QBoxLayout.Direction.TopToBottom if above else QBoxLayout.Direction.LeftToRight)
        for row in self._rows:
            row.set_compact(above, width)

    @property
    def _widest_label(self) -> int:
        """How wide the labels may be beside their values."""
        return round((LABEL_WIDTH + 8 if self.sheet.qr is not None else WIDEST_LABEL) * theme.current().scale)

    def offer_password(self, *, is_on: bool) -> None:
        """The program's file has a place for the password, and it may stand there, or does where it `is_on`."""
        self.password.setChecked(is_on)
        for part in (self.password, self.password_note):
            part.show()

    def refuse_password(self, why: str) -> None:
        """The password cannot stand in the file."""
        self.password.setChecked(False)
        self.password_note.setText(why)
        announce(self.password, why, urgent=True)

    def offer_placing(self) -> None:
        """The program is here and its files can be written from here."""
        self.place.setVisible(self.undo.isHidden())

    def show_placed(self, verdict: str, then: Sequence[str]) -> None:
        """The account is in the program's files: what they say, and what is left to do in place of all the steps."""
        self._drop_then()
        if then:
            self._then = Steps(then)
            self._placed.addWidget(self._then)
        self._steps.setVisible(not then)
        self.say_about_placing(verdict)
        self._show_instead(self.place, self.undo)

    def show_taken_out(self, sentence: str) -> None:
        """The account is out of the program's files again: the steps are back."""
        self._drop_then()
        self._steps.show()
        self.say_about_placing(sentence)
        self._show_instead(self.undo, self.place)

    def say_about_placing(self, sentence: str) -> None:
        """What became of it, above the steps."""
        self.outcome.setText(sentence)
        self.outcome.show()

    def say_about_mailing(self, sentence: str, *, is_open: bool) -> None:
        """Whether a mail program opened; where none did, the keyboard is on what helps instead."""
        self.mailed.setText(sentence)
        self.mailed.show()
        if not is_open:
            self.copy_all.setFocus()
        announce(self, sentence, urgent=not is_open)

    def _show_instead(self, old: QWidget, new: QWidget) -> None:
        has_keyboard = self.window().focusWidget() is old
        new.show()
        if has_keyboard:
            new.setFocus()
        old.hide()

    def _drop_then(self) -> None:
        if self._then is not None:
            self._placed.removeWidget(self._then)
            self._then.hide()
            self._then.deleteLater()
            self._then = None

    def _make_placed(self) -> QVBoxLayout:
        """The outcome with its undo, and below it what is left to do."""
        self.outcome = selectable(Paragraph("", Role.STRONG))
        self.outcome.setObjectName("place-outcome")
        self.outcome.setContentsMargins(0, 0, 0, 8)
        self.outcome.hide()
        self.undo = LinkButton(tr("Undo"))
        self.undo.setObjectName("place-undo")
        self.undo.setAccessibleDescription(
            tr("Takes the account out of {program} again", program=self.sheet.target.name)
        )
        self.undo.clicked.connect(lambda: self.undo_requested.emit())
        self.undo.hide()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.outcome, 1)
        row.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignTop)
        self._placed = QVBoxLayout()
        self._placed.setSpacing(0)
        self._placed.addLayout(row)
        return self._placed

    def _make_notes(self) -> QBoxLayout:
        """What nobody has to do, behind a button: the steps are what there is to do."""
        column = QVBoxLayout()
        column.setSpacing(0)
        if not self.sheet.notes_at():
            return column
        area = FoldArea()
        area.box.setContentsMargins(0, 4, 0, 4)
        for text in self.sheet.notes_at():
            area.box.addWidget(selectable(Paragraph(text, Role.SMALL, "ink2")))
        button = FoldButton(tr_context("heading", "Good to know"))
        button.setObjectName("good-to-know")
        button.turned.connect(area.set_open)
        row = QHBoxLayout()
        row.setContentsMargins(-button.overhang, 4, 0, 0)
        row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(area)
        return column

    def _make_password(self) -> QVBoxLayout:
        """The switch, and below it what it risks, said before it is pressed."""
        self.password = Switch(tr("Put the password into the file"))
        self.password.setObjectName("password-in-file")
        self.password.clicked.connect(self.password_wanted)
        risk = tr("Whoever gets the file, or a backup of it, can then send and read as you.")
        self.password.setAccessibleDescription(risk)
        self.password_note = Paragraph(risk, Role.SMALL, "ink2")
        self.password_note.setObjectName("password-note")
        row = Flow(gap=12, row_gap=4)
        for part in (self.password, self.password_note):
            row.addWidget(part)
            part.hide()
        column = QVBoxLayout()
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(row)
        return column

    def _add_actions(self) -> None:
        self.place = SecondaryButton(tr("Set it up for me"), "wand")
        self.place.setObjectName("place")
        self.place.setAccessibleDescription(
            tr("Writes {program}'s own files, after a question", program=self.sheet.target.name)
        )
        self.place.clicked.connect(lambda: self.place_requested.emit())
        self.place.hide()
        self._main_ways.addWidget(self.place)
        for file in self.sheet.files:
            if self.sheet.target.id in _FOR_A_PHONE:
                self._add_phone_link(file)
            button = WrappingSecondaryButton(tr("Save {file}…", file=file.name), "download")
            button.setObjectName(f"save:{file.name}")
            button.setAccessibleDescription(file.say)
            button.clicked.connect(lambda _=False, file=file: self.file_requested.emit(file))
            self._main_ways.addWidget(button)
            if not file.told_in_steps and file.say not in self.sheet.steps:
                purpose = selectable(Paragraph(file.say, Role.SMALL, "ink2"))
                purpose.setObjectName(f"purpose:{file.name}")
                self._main_ways.addWidget(purpose)
        self.copy_all = LinkButton(tr(_COPY_ALL), "copy")
        self.copy_all.setObjectName("copy-all")
        self.copy_all.clicked.connect(self._copy_all)
        self.save = LinkButton(tr("Save…"), "file")
        self.save.setObjectName("save-or-print")
        self.save.setAccessibleName(tr("Save these settings"))
        self.save.clicked.connect(lambda: self.save_requested.emit())
        self.print = LinkButton(tr("Print…"), "printer")
        self.print.setObjectName("print")
        self.print.setAccessibleName(tr("Print these settings"))
        self.print.clicked.connect(lambda: self.print_requested.emit())
        self.mail = LinkButton(tr("Mail to me…"), "mail")
        self.mail.setObjectName("mail-to-me")
        self.mail.setAccessibleDescription(tr("Begins a message to yourself with these settings, without the password"))
        self.mail.clicked.connect(lambda: self.mail_requested.emit())
        actions: tuple[Button, ...] = (self.copy_all, self.save, self.print, self.mail)
        for each in actions:
            self._actions.addWidget(each)

    def _add_phone_link(self, file: HandoverFile) -> None:
        link = WrappingSecondaryButton(tr("To the phone by a code…"), "smartphone")
        link.setObjectName("phone-link")
        link.setAccessibleDescription(
            tr("Offers the profile to a phone in the same network for five minutes, after a question")
        )
        link.clicked.connect(lambda: self.phone_requested.emit(file))
        self._main_ways.addWidget(link)

    def _copy_all(self) -> None:
        from wizard.handover.sheet_page import sheet_text

        QGuiApplication.clipboard().setText(sheet_text(self.sheet))
        self.copy_all.setText(tr(COPIED))
        self.copy_all.set_icon("check")
        announce(self.copy_all, tr("All of it copied"))
        QTimer.singleShot(_SAID_MS, self.copy_all, self._say_copy_all)

    def _say_copy_all(self) -> None:
        self.copy_all.setText(tr(_COPY_ALL))
        self.copy_all.set_icon("copy")

    def _add_rows(self, column: QVBoxLayout) -> None:
        group = None
        for row in self.sheet.rows:
            if row.group != group:
                column.addSpacing(10 if group is None else 2)
                column.addWidget(Separator())
                column.addSpacing(6)
                column.addWidget(Paragraph(row.group, Role.SMALL_LABEL))
                for note in self.sheet.notes_at(row.group):
                    column.addWidget(selectable(Paragraph(note, Role.SMALL, "ink2")))
                group = row.group
            made = CopyRow(row)
            self._rows.append(made)
            column.addWidget(made)

    def _code(self, text: str) -> QWidget:
        held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        code = QrCode()
        code.show_text(text)
        larger = LinkButton(tr("Larger"), "search", role=LinkButton.SMALL)
        larger.setObjectName("larger-code")
        larger.setAccessibleName(tr("Show the code larger"))
        larger.clicked.connect(lambda: self._show_larger(text))
        column.addWidget(code, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(Label(tr("Without your password"), Role.SMALL, "ink2"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(larger, 0, Qt.AlignmentFlag.AlignHCenter)
        return held

    def _show_larger(self, text: str) -> None:
        from wizard.gui.code_dialog import CodeDialog

        dialog = CodeDialog(text, parent=self.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
