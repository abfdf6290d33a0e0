"""The four buttons: primary, secondary, quiet and link."""

from __future__ import annotations

import sys
from typing import ClassVar, Final, Protocol, runtime_checkable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from wizard.gui import icons, theme
from wizard.gui.reading import placed
from wizard.gui.theme import Role, Tokens
from wizard.gui.widgets import focus_ring

_ICON_GAP = 8
_RETURN: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_PRESSING: Final = _RETURN | {Qt.Key.Key_Space, Qt.Key.Key_Select}


@runtime_checkable
class TakesPresses(Protocol):
    """A window that may be too fresh to be pressed in."""

    def takes_presses(self) -> bool:
        """Whether a press now can be meant for what is shown now."""

    def lead_keyboard(self) -> None:
        """Puts the keyboard where what is shown wants it."""


def takes_presses(widget: QWidget) -> bool:
    """Whether the widget's window takes presses; most windows always do."""
    window = widget.window()
    return not isinstance(window, TakesPresses) or window.takes_presses()


class Button(QPushButton):
    """What all four share. `icon` is the name of one of our icons."""

    height_at_14 = 36
    padding = 16
    role = Role.LABEL
    radius = 8
    letter: str | None = None  # presses it together with Alt

    def __init__(self, text: str = "", icon: str | None = None, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)  # the constructor that takes it would load all about icons
        self._icon = icon
        self._tone: str | None = None
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._retheme()
        theme.current().changed.connect(self._retheme)

    def set_icon(self, icon: str | None) -> None:
        """Another icon, or none."""
        self._icon = icon
        self.updateGeometry()
        self.update()

    def set_letter(self, letter: str | None) -> None:
        """The letter that presses it together with Alt; underlined where the system underlines such letters."""
        self.letter = letter
        # Other words take the shortcut away, so it is set anew even where the letter is the same.
        shortcut = QKeySequence(f"Alt+{letter}") if letter is not None else QKeySequence()
        if self.shortcut() != shortcut:
            self.setShortcut(shortcut)
        self.update()

    def set_tone(self, tone: str | None) -> None:
        """Text and icon in that colour of the theme; `None` is the button's own."""
        self._tone = tone
        self.update()

    def set_wide(self, wide: bool) -> None:
        """As wide as there is room, as buttons are in the one-column layout."""
        policy = QSizePolicy.Policy.Expanding if wide else QSizePolicy.Policy.Maximum
        self.setSizePolicy(policy, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Text, icon and chevron with the padding around them."""
        return QSize(max(24, self._content_width() + 2 * self.padding), theme.control(self.height_at_14))

    def minimumSizeHint(self) -> QSize:
        """The same: buttons are not cut off."""
        return self.sizeHint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Nothing while the window is fresh: what is under the hand was not there when it moved."""
        if takes_presses(self):
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Nothing: who clicks twice means once, and the second click would meet what the first one brought."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Likewise for the keys that press; Return presses what has the keyboard, not the window's primary button."""
        if event.key() not in _PRESSING:
            super().keyPressEvent(event)
        elif takes_presses(self):
            if event.key() not in _RETURN:
                super().keyPressEvent(event)
            elif not event.isAutoRepeat():
                self.click()  # left to Qt, it does so on some desktops only

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows where the keyboard is; a press that does not count leaves it where it was led."""
        super().focusInEvent(event)
        window, by_mouse = self.window(), event.reason() is Qt.FocusReason.MouseFocusReason
        if by_mouse and isinstance(window, TakesPresses) and not window.takes_presses():
            QTimer.singleShot(0, window, window.lead_keyboard)
        focus_ring.show_for(self, event, self.radius)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Another colour under the pointer."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box, icon, text, chevron."""
        tokens = theme.tokens()
        painter = QPainter(self)
        self._paint_box(painter, QRectF(self.rect()), tokens)
        ink = self._ink(tokens) if self.isEnabled() else tokens.off
        painter.setFont(self.font())
        left = self._content_left()
        middle = self.height() / 2
        if self._icon is not None:
            size = theme.mark(16)
            x = placed(self, left, size)
            icons.draw(painter, self._icon, x, middle - size / 2, size, self._icon_ink(tokens, ink))
            left += size + _ICON_GAP
        text = self._words()
        painter.setPen(ink)
        width = theme.text_width(self.font(), text)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        area = QRectF(placed(self, left, width + 2), 0, width + 2, self.height())
        painter.drawText(area, int(flags | self._mnemonic()), self._marked(text))
        chevron = self._chevron()
        if chevron is not None:
            size = theme.mark(16)
            x = placed(self, left + width + _ICON_GAP, size)
            icons.draw(painter, chevron, x, middle - size / 2, size, ink)

    def _chevron(self) -> str | None:
        """The icon behind the words."""
        return None

    def _mnemonic(self) -> Qt.TextFlag:
        # macOS underlines no letters; the style would know too, but takes as long to load as a page.
        return Qt.TextFlag.TextHideMnemonic if sys.platform == "darwin" else Qt.TextFlag.TextShowMnemonic

    def _marked(self, text: str) -> str:
        """With the sign that Qt underlines the letter by."""
        doubled = text.replace("&", "&&")
        at = doubled.upper().find(self.letter) if self.letter else -1
        return doubled if at < 0 else f"{doubled[:at]}&{doubled[at:]}"

    def _words(self) -> str:
        return self.text()

    def _content_width(self) -> int:
        width = theme.text_width(self.font(), self._words())
        extras = (self._icon is not None) + (self._chevron() is not None)
        return width + extras * (theme.mark(16) + _ICON_GAP)

    def _content_left(self) -> float:
        return max(0.0, (self.width() - self._content_width()) / 2)

    def _ink(self, tokens: Tokens) -> QColor:
        return tokens[self._tone] if self._tone else tokens.ink

    def _icon_ink(self, tokens: Tokens, ink: QColor) -> QColor:
        return ink

    def _paint_box(self, painter: QPainter, rect: QRectF, tokens: Tokens) -> None:
        """Nothing, unless a kind of button has a box."""

    def _retheme(self) -> None:
        self.setFont(theme.font(self.role))
        self.updateGeometry()
        self.update()


class PrimaryButton(Button):
    """The one filled button of a page or card."""

    padding = 19

    def _ink(self, tokens: Tokens) -> QColor:
        return tokens.fill_ink

    def _paint_box(self, painter: QPainter, rect: QRectF, tokens: Tokens) -> None:
        if not self.isEnabled():
            theme.rounded(painter, rect, self.radius, tokens.offfill, tokens.hair)
            return
        hot = self.underMouse() or self.isDown()
        theme.rounded(painter, rect, self.radius, tokens.fill_hover if hot else tokens.fill)


class SecondaryButton(Button):
    """A bordered button."""

    padding = 15

    def _icon_ink(self, tokens: Tokens, ink: QColor) -> QColor:
        return tokens.ink2 if self.isEnabled() else ink

    def _paint_box(self, painter: QPainter, rect: QRectF, tokens: Tokens) -> None:
        if not self.isEnabled():
            theme.rounded(painter, rect, self.radius, tokens.offfill, tokens.hair)
            return
        hot = self.underMouse() or self.isDown()
        theme.rounded(painter, rect, self.radius, tokens.sunken if hot else tokens.button, tokens.btnline)


class QuietButton(Button):
    """A button without a box, for folds and Cancel; its text stands where the text column does with `flush`."""

    padding = 12

    def __init__(
        self,
        text: str = "",
        icon: str | None = None,
        *,
        flush: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        if flush:
            self.padding = 0
        super().__init__(text, icon, parent=parent)

    def _ink(self, tokens: Tokens) -> QColor:
        if self.underMouse() and self._tone is None:
            return tokens.ink
        return tokens[self._tone or "ink2"]


class LinkButton(Button):
    """An accent-coloured button without a box, 24 high; `trailing` puts the icon behind the text."""

    height_at_14 = 24
    padding = 0
    radius = 4
    SMALL: ClassVar = Role.SMALL_LABEL

    def __init__(
        self,
        text: str = "",
        icon: str | None = None,
        *,
        trailing: str | None = None,
        role: Role = Role.LABEL,
        parent: QWidget | None = None,
    ) -> None:
        self.role = role
        self._trailing = trailing
        super().__init__(text, icon, parent=parent)

    def _ink(self, tokens: Tokens) -> QColor:
        return tokens[self._tone or "accent"]

    def _content_width(self) -> int:
        return super()._content_width() + (theme.mark(16) + _ICON_GAP if self._trailing else 0)

    def _content_left(self) -> float:
        return 0.0

    def paintEvent(self, event: QPaintEvent) -> None:
        """Adds the trailing icon, and a line under the text while the pointer is on it."""
        super().paintEvent(event)
        painter = QPainter(self)
        tokens = theme.tokens()
        ink = self._ink(tokens) if self.isEnabled() else tokens.off
        start = theme.mark(16) + _ICON_GAP if self._icon else 0
        metrics = QFontMetrics(self.font())
        width = theme.text_width(self.font(), self._words())
        if self._trailing:
            size = theme.mark(16)
            x = placed(self, start + width + _ICON_GAP, size)
            icons.draw(painter, self._trailing, x, (self.height() - size) / 2, size, ink)
        if self.underMouse() and self.isEnabled():
            base = round((self.height() + metrics.ascent() - metrics.descent()) / 2) + 2
            painter.fillRect(round(placed(self, start, width)), base, width, 1, ink)
