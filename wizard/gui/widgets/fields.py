"""What people type into: a label above, a state to its right, help or an error below."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from wizard.gui import icons, theme
from wizard.gui.reading import is_mirrored
from wizard.gui.theme import Role
from wizard.gui.widgets import focus_ring
from wizard.gui.widgets.buttons import LinkButton
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Icon
from wizard.language import tr

if TYPE_CHECKING:
    from wizard.model.secret import Secret


class Input(QLineEdit):
    """A line to type in, 40 high."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wrong = False
        self.setFrame(False)
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
        self._error: str | None = None
        self.help_gap = 6
        self.label = Label(label, Role.LABEL)
        self.label.setBuddy(control)
        control.setAccessibleName(accessible_name or label)
        self._above = QHBoxLayout()
        self._above.setSpacing(6)
        self._above.addWidget(self.label)
        self._above.addStretch(1)
        self.help_row = QHBoxLayout()
        self.help_row.setSpacing(6)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        self.box.addLayout(self._above)
        self.box.addSpacing(6)
        self.box.addWidget(control)
        self.box.addLayout(self.help_row)

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
        self.help_row.insertWidget(0, made, 1)
        return made

    @cached_property
    def _help_icon(self) -> Icon:
        made = Icon("warning", 14, "stop")
        self.help_row.insertWidget(0, made, 0, Qt.AlignmentFlag.AlignTop)
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
        self.control.setAccessibleDescription(text)


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
        self._by_program = True
        self.input.setText(text)
        self._by_program = False

    def _changed(self, text: str) -> None:
        if not self._by_program:
            self.edited.emit(text)


class PasswordField(Field):
    """A field whose text is hidden until the eye is pressed; warns about caps lock and pasted blanks."""

    def __init__(self, label: str, *, accessible_name: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(label, accessible_name=accessible_name, parent=parent)
        self.input.setEchoMode(QLineEdit.EchoMode.Password)
        self.input.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
            | Qt.InputMethodHint.ImhSensitiveData
        )
        margins = (42, 0, 12, 0) if is_mirrored(self) else (12, 0, 42, 0)
        self.input.setTextMargins(*margins)
        self._caps_lock = False
        self._shape_warning: str | None = None
        self._blanks_matter = True
        self.eye = _Eye(self.input)
        self.eye.toggled.connect(self._reveal)
        inside = QGridLayout(self.input)
        inside.setContentsMargins(0, 0, 4, 0)
        inside.addWidget(self.eye, 0, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.input.textChanged.connect(self._draw_small_bullets)
        self.input.textChanged.connect(self._warn)
        self.input.installEventFilter(self)

    def set_shape_warning(self, sentence: str | None, *, blanks_matter: bool = True) -> None:
        """A sentence about a password of the wrong shape; some providers' blanks mean nothing."""
        self._shape_warning, self._blanks_matter = sentence, blanks_matter
        self._warn()

    @property
    def has_shape_warning(self) -> bool:
        """Whether it says that the password has the wrong shape."""
        return self._shape_warning is not None

    def warning(self) -> str | None:
        """The sentence that is shown as a warning."""
        if self._caps_lock:
            return tr("Caps Lock is on.")
        if self._has_outer_blank():
            return tr("There is a blank at the start or the end. It was probably copied along with the password.")
        return self._shape_warning

    def _has_outer_blank(self) -> bool:
        return self._blanks_matter and self._without_blank() != self.text()

    def _without_blank(self) -> str:
        text = self.text()
        if not text:  # at the start, when nothing more is imported than the first page needs
            return text
        from wizard.model.secret import Secret

        return Secret.typed(text).without_outer_blanks().reveal()

    @cached_property
    def _take_off(self) -> LinkButton:
        """Takes the blank off; made when there is one."""
        made = LinkButton(tr("Remove it"))
        made.setObjectName("remove-blank")
        made.setAccessibleName(tr("Remove the blank"))
        made.clicked.connect(self._remove_blank)
        self.help_row.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
        self.setTabOrder(self.eye, made)  # made late, it would come behind everything else
        return made

    def follow(self, secret: Secret) -> None:
        """Takes the blank off that a remedy took off the password."""
        if secret.reveal() == self._without_blank() != self.text():
            self.set_text(secret.reveal())

    def _remove_blank(self) -> None:
        self.input.setText(self._without_blank())
        self.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: object, event: object) -> bool:
        """Watches the keys: a capital without Shift gives Caps Lock away."""
        if watched is self.input and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            text = event.text()
            if event.key() == Qt.Key.Key_CapsLock:
                self._caps_lock = False
                self._warn()
            elif len(text) == 1 and text.isalpha() and text.lower() != text.upper():
                shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self._caps_lock = text.isupper() != shift
                self._warn()
        return False

    def _draw_small_bullets(self) -> None:
        """Some styles draw them so large that they look like buttons. Takes time, hence not before they are seen."""
        if not self.input.styleSheet():
            self.input.setStyleSheet("background: transparent; border: none; lineedit-password-character: 8226")

    def _warn(self) -> None:
        self._show_help(self.warning())

    def _show_help(self, warning: str | None = None) -> None:
        super()._show_help(warning or (self.warning() if hasattr(self, "eye") else None))
        is_offered = hasattr(self, "eye") and not self._caps_lock and self._has_outer_blank()
        if is_offered or "_take_off" in vars(self):
            self._take_off.setVisible(is_offered)

    def _reveal(self, shown: bool) -> None:
        self.input.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)


class _Eye(QToolButton):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("Show the password"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        size = theme.mark(20) + 8
        return QSize(size, size)

    def focusInEvent(self, event: object) -> None:
        super().focusInEvent(event)  # type: ignore[arg-type]
        focus_ring.show_for(self, event, 4)  # type: ignore[arg-type]

    def paintEvent(self, event: QPaintEvent) -> None:
        size = theme.mark(20)
        name = "eye-off" if self.isChecked() else "eye"
        corner = (self.width() - size) / 2
        icons.draw(QPainter(self), name, corner, corner, size, theme.tokens().ink2)


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
