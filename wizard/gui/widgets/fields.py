"""What people type into: a label above, a state to its right, help or an error below."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from wizard.gui import theme
from wizard.gui.dropped import names_files
from wizard.gui.theme import Role
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Icon
from wizard.gui.widgets.typing_line import TypingLine

_TEXT_AROUND: Final = (
    Qt.InputMethodQuery.ImSurroundingText,
    Qt.InputMethodQuery.ImTextBeforeCursor,
    Qt.InputMethodQuery.ImTextAfterCursor,
    Qt.InputMethodQuery.ImCurrentSelection,
)


_NARROW: Final = 420  # pixels at the usual font: less has no room for anything beside the words below


class Input(TypingLine):
    """A line to type in, 40 high."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._wrong = False
        self.setTextMargins(12, 0, 10, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._retheme()
        theme.current().changed.connect(self._retheme)

    def set_wrong(self, wrong: bool) -> None:
        """Marks it as what the sentence below is about."""
        self._wrong = wrong
        self.update()

    def sizeHint(self) -> QSize:
        """Grows with the font."""
        return QSize(200, theme.control(40))

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for the smallest window."""
        return QSize(100, theme.control(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, then the text."""
        painter = QPainter(self)
        paint_field_box(painter, self, self._wrong)
        painter.end()
        super().paintEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A text may be dropped into it; a file is for the window, which looks for settings in it."""
        if names_files(event.mimeData()):
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def inputMethodQuery(self, query: Qt.InputMethodQuery, *argument: Any) -> Any:
        """What an input method asks; hidden text is told to none, for some learn what people write, or send it on."""
        if self.echoMode() is QLineEdit.EchoMode.Password and query in _TEXT_AROUND:
            return ""
        return super().inputMethodQuery(query, *argument)

    def _retheme(self) -> None:
        self.setFont(theme.font(Role.BODY))
        palette = QPalette(self.palette())
        palette.setBrush(QPalette.ColorRole.Base, Qt.BrushStyle.NoBrush)
        palette.setColor(QPalette.ColorRole.Text, theme.tokens().ink)
        palette.setColor(QPalette.ColorRole.PlaceholderText, theme.tokens().ink2)
        self.setPalette(palette)
        self.updateGeometry()


class LabelledField(QWidget):
    """Label, note, control and help line around any control; `accessible_name` stays, whatever the label says."""

    def __init__(
        self, label: str, control: QWidget, *, accessible_name: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.control = control
        self._name = accessible_name
        self._help = ""
        self._spoken = ""
        self._error: str | None = None
        self.help_gap = 6
        self.label = Label(label, Role.LABEL)
        self.label.setBuddy(control)
        control.setAccessibleName(accessible_name or label)
        self._above = QHBoxLayout()
        self._above.setSpacing(6)
        self._above.addWidget(self.label)
        self._above.addStretch(1)
        self.help_row = QHBoxLayout()  # the words, and what else belongs below
        self.help_row.setSpacing(6)
        self._words_row: QHBoxLayout | None = None
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        self.box.addLayout(self._above)
        self.box.addSpacing(6)
        self.box.addWidget(control)
        self.box.addLayout(self.help_row)
        theme.current().changed.connect(self._turn_help)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Little room has the words above what stands beside them."""
        super().resizeEvent(event)
        self._turn_help()

    def _turn_help(self) -> None:
        narrow = self.width() < _NARROW * theme.current().scale
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self.help_row.direction() != direction:
            self.help_row.setDirection(direction)

    # What is said beside and below is made when there is something to say: the first page is to be seen at once.

    @cached_property
    def note(self) -> Paragraph:
        """The words beside the label; they go on in another line where there is no room."""
        made = Paragraph("", Role.SMALL, "ink2")
        self._above.addWidget(made)
        return made

    @cached_property
    def _note_disc(self) -> StateDisc:
        made = StateDisc(DiscState.OK, 16)
        self._above.insertWidget(2, made)
        return made

    @cached_property
    def _note_icon(self) -> Icon:
        made = Icon("shield-check", 14)
        self._above.insertWidget(2, made)
        return made

    @cached_property
    def help(self) -> Label:
        """The words below."""
        made = Label("", Role.SMALL, "ink2", wrap=True)
        self._words().addWidget(made, 1)
        return made

    def _words(self) -> QHBoxLayout:
        """The words with their icon, which keep together beside something that is higher."""
        if self._words_row is None:
            held = QWidget()
            self._words_row = QHBoxLayout(held)
            self._words_row.setContentsMargins(0, 0, 0, 0)
            self._words_row.setSpacing(6)
            self.help_row.insertWidget(0, held, 1, Qt.AlignmentFlag.AlignVCenter)
        return self._words_row

    @cached_property
    def _help_icon(self) -> Icon:
        made = Icon("warning", 14, "stop")
        self._words().insertWidget(0, made, 0, Qt.AlignmentFlag.AlignTop)
        return made

    def set_label(self, label: str) -> None:
        """Other words above; they are the accessible name too, unless one was given."""
        self.label.setText(label)
        self.control.setAccessibleName(self._name or label)

    def set_note(
        self, text: str, *, icon: str | None = None, disc: DiscState | None = None, tone: str = "ink2"
    ) -> None:
        """What is said to the right of the label: a source with its icon, or a state with its disc."""
        if text or "note" in vars(self):
            self.note.setText(text)
            self.note.set_tone(tone)
            self.note.set_role(Role.SMALL if tone == "ink2" else Role.SMALL_LABEL)
            self.note.setVisible(bool(text))
        if icon is not None:
            self._note_icon.set_icon(icon, tone)
        if disc is not None:
            self._note_disc.set_state(disc)
        if "_note_icon" in vars(self):
            self._note_icon.setVisible(bool(text) and icon is not None)
        if "_note_disc" in vars(self):
            self._note_disc.setVisible(bool(text) and disc is not None)

    def set_help(self, text: str) -> None:
        """A sentence below, while there is no error."""
        self._help = text
        self._show_help()

    def set_spoken(self, sentence: str) -> None:
        """What a screen reader says of it besides, because it stands elsewhere on the page."""
        self._spoken = sentence
        self._show_help()

    def set_error(self, sentence: str | None) -> None:
        """What is wrong with it, at the field; `None` when nothing is."""
        self._error = sentence
        set_wrong = getattr(self.control, "set_wrong", None)
        if set_wrong is not None:
            set_wrong(sentence is not None)
        self._show_help()

    @property
    def error(self) -> str | None:
        """The sentence that is shown as wrong."""
        return self._error

    def _show_help(self, warning: str | None = None) -> None:
        text = self._error or warning or self._help
        tone = "stop" if self._error else "warn" if warning else "ink2"
        if text or "help" in vars(self):
            self.help.setText(text)
            self.help.set_tone(tone)
            self.help.setVisible(bool(text))
        self.help_row.setContentsMargins(0, self.help_gap if text else 0, 0, 0)
        if tone != "ink2":
            self._help_icon.set_icon("warning", tone)
        if "_help_icon" in vars(self):
            self._help_icon.setVisible(tone != "ink2")
        self.control.setAccessibleDescription(" ".join(filter(None, (text, self._spoken))))


class Field(LabelledField):
    """A labelled line to type in; `edited` is emitted when the person types, not when the program does."""

    edited = Signal(str)

    def __init__(
        self,
        label: str,
        *,
        accessible_name: str | None = None,
        placeholder: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self.input = Input()
        super().__init__(label, self.input, accessible_name=accessible_name, parent=parent)
        self.input.setPlaceholderText(placeholder)
        self._by_program = False
        # Not textEdited: assistive technology sets the text as a program does.
        self.input.textChanged.connect(self._changed)

    def text(self) -> str:
        """What stands in it."""
        return self.input.text()

    def set_text(self, text: str) -> None:
        """Puts a text in, without telling."""
        if text == self.input.text():  # a screen reader would hear of its cursor before it hears of the field
            return
        self._by_program = True
        self.input.setText(text)
        self._by_program = False

    def _changed(self, text: str) -> None:
        if not self._by_program:
            self.edited.emit(text)


def paint_field_box(painter: QPainter, field: QWidget, wrong: bool, *, has_keyboard: bool | None = None) -> None:
    """The box of anything one types or chooses in: focus and errors are its line."""
    tokens = theme.tokens()
    rect = QRectF(field.rect())
    if not field.isEnabled():
        theme.rounded(painter, rect, 8, tokens.offfill, tokens.hair)
    elif field.hasFocus() if has_keyboard is None else has_keyboard:
        theme.rounded(painter, rect, 8, tokens.card, tokens.stop if wrong else tokens.accent, 2)
    elif wrong:
        theme.rounded(painter, rect, 8, tokens.card, tokens.stop, 1.5)
    else:
        theme.rounded(painter, rect, 8, tokens.card, tokens.edge)
