"""The field for a password: hidden until the eye is pressed, and warned about."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from wizard.gui import icons, theme
from wizard.gui.reading import is_mirrored
from wizard.gui.widgets import focus_ring
from wizard.gui.widgets.buttons import LinkButton
from wizard.gui.widgets.fields import Field
from wizard.language import tr

if TYPE_CHECKING:
    from wizard.model.secret import Secret


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

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Nothing, as for every button."""

    def focusInEvent(self, event: object) -> None:
        super().focusInEvent(event)  # type: ignore[arg-type]
        focus_ring.show_for(self, event, 4)  # type: ignore[arg-type]

    def paintEvent(self, event: QPaintEvent) -> None:
        size = theme.mark(20)
        name = "eye-off" if self.isChecked() else "eye"
        corner = (self.width() - size) / 2
        icons.draw(QPainter(self), name, corner, corner, size, theme.tokens().ink2)
