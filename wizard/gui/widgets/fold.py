"""Folds: a button with a chevron, and what it opens; and buttons whose words may need a second line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from wizard.gui import icons, theme
from wizard.gui.reading import placed, placed_rect
from wizard.gui.theme import Tokens
from wizard.gui.widgets.buttons import Button, LinkButton, PrimaryButton, QuietButton, SecondaryButton
from wizard.language import tr

_FOLD_MS: Final = 180
_BREAK: Final = "\u200b"
_ANY_HEIGHT: Final = 16777215  # QWIDGETSIZE_MAX


class FoldButton(Button):
    """Opens and closes a fold, as `turned` says; quiet, or with a border where buttons take the full width.

    Assistive technology hears a button, and in its description whether it is open; of a checkable one, a check box.
    """

    turned = Signal(bool)
    padding = 12

    def __init__(self, text: str, *, parent: QWidget | None = None) -> None:
        self._is_open = False
        super().__init__(text, parent=parent)
        self._bordered = False
        self.clicked.connect(lambda: self.turn(not self._is_open))
        self._describe()

    @property
    def is_open(self) -> bool:
        """Whether what it opens is open."""
        return self._is_open

    def turn(self, is_open: bool) -> None:
        """Opens or closes it, as a press does."""
        if is_open != self._is_open:
            self._is_open = is_open
            self._describe()
            self.update()
            self.turned.emit(is_open)

    def _describe(self) -> None:
        self.setAccessibleDescription(tr("Is open below") if self._is_open else tr("Opens below"))

    def _chevron(self) -> str:
        return "chevron-up" if self._is_open else "chevron-down"

    def set_bordered(self, bordered: bool) -> None:
        """With the border and ink of a secondary button."""
        self._bordered = bordered
        self.update()

    @property
    def overhang(self) -> int:
        """How far it may reach over the left edge, so that its words stand in the text column."""
        return 0 if self._bordered else self.padding

    def _ink(self, tokens: Tokens) -> QColor:
        return tokens.ink if self._bordered or self.underMouse() else tokens.ink2

    def _paint_box(self, painter: QPainter, rect: QRectF, tokens: Tokens) -> None:
        if self._bordered:
            theme.rounded(painter, rect, self.radius, tokens.button, tokens.btnline)


class FoldArea(QWidget):
    """What a fold opens; put things into `box`. `opened` comes when all of it is there."""

    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(8)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._motion = QPropertyAnimation(self, b"maximumHeight", self)
        self._motion.setDuration(_FOLD_MS)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.finished.connect(self._ended)
        self._open = False
        self.setVisible(False)

    @property
    def is_open(self) -> bool:
        """Whether its content can be seen."""
        return self._open

    def set_open(self, is_open: bool) -> None:
        """Opens or closes it, at once where motion is not wanted."""
        if is_open == self._open:
            return
        self._open = is_open
        self._motion.stop()
        full = max(self.box.heightForWidth(self.width()), self.box.minimumSize().height())
        if not theme.animates() or self.window() is self or not self.window().isVisible():
            self._ended()
            return
        if is_open:
            self.setMaximumHeight(0)
            self.setVisible(True)
        self._motion.setStartValue(0 if is_open else self.height())
        self._motion.setEndValue(full if is_open else 0)
        self._motion.start()

    def _ended(self) -> None:
        self.setMaximumHeight(_ANY_HEIGHT)
        self.setVisible(self._open)
        if self._open:
            self.opened.emit()


# PySide cannot build a class with two Qt bases, even of one kind: at run time the mixin has none.
if TYPE_CHECKING:
    _Base = Button
else:
    _Base = object


class _Wrapping(_Base):
    """A button whose words go on in the next line when it is narrower than they are."""

    _align = int(Qt.AlignmentFlag.AlignCenter)

    def _allow_wrapping(self) -> None:
        # A fixed height would be that of one line, whatever heightForWidth says.
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_wide(self, wide: bool) -> None:
        """As wide as there is room, and still able to wrap."""
        self._allow_wrapping()
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding if wide else QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        """One line of a word or two; no word is cut."""
        full = self.sizeHint()
        words = self._in_pieces().replace(_BREAK, " ").split()
        longest = max((theme.text_width(self.font(), word) for word in words), default=0)
        least = max(160, longest + 2 * self.padding + self._icon_width())
        return QSize(min(full.width(), least), full.height())

    def hasHeightForWidth(self) -> bool:
        """Narrower is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As many lines as the words need."""
        full = self.sizeHint()
        if width >= full.width():
            return full.height()
        room = QRectF(0, 0, max(1, width - 2 * self.padding - self._icon_width()), 10_000).toRect()
        words = QFontMetrics(self.font()).boundingRect(room, _WRAP, self._in_pieces())
        return max(
            full.height(), words.height() + theme.control(self.height_at_14) - QFontMetrics(self.font()).height()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """As any button, or in lines."""
        if self.width() >= self.sizeHint().width():
            super().paintEvent(event)
            return
        tokens = theme.tokens()
        painter = QPainter(self)
        self._paint_box(painter, QRectF(self.rect()), tokens)
        ink = self._ink(tokens) if self.isEnabled() else tokens.off
        left = float(self.padding)
        if self._icon is not None:
            size = theme.mark(16)
            icons.draw(painter, self._icon, placed(self, left, size), (self.height() - size) / 2, size, ink)
            left += self._icon_width()
        painter.setFont(self.font())
        painter.setPen(ink)
        area = placed_rect(self, QRectF(left, 0, self.width() - left - self.padding, self.height()))
        painter.drawText(area, self._align | int(Qt.TextFlag.TextWordWrap), self._in_pieces())

    def _in_pieces(self) -> str:
        """The words, an address or the name of a file with places where it may go on in the next line."""
        return re.sub(r"(?<=[.@_-])(?=\w)", _BREAK, self.text())

    def _icon_width(self) -> int:
        return theme.mark(16) + 8 if self._icon is not None else 0


_WRAP: Final = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)


class WrappingPrimaryButton(_Wrapping, PrimaryButton):
    """A primary button whose words may come from a rule file or a host name, and so be long."""

    def __init__(self, text: str, icon: str | None = None, *, parent: QWidget | None = None) -> None:
        super().__init__(text, icon, parent=parent)
        self._allow_wrapping()


class WrappingSecondaryButton(_Wrapping, SecondaryButton):
    """Likewise with a border."""

    def __init__(self, text: str, icon: str | None = None, *, parent: QWidget | None = None) -> None:
        super().__init__(text, icon, parent=parent)
        self._allow_wrapping()


class WrappingQuietButton(_Wrapping, QuietButton):
    """A quiet button whose words may take several lines."""

    def __init__(self, text: str = "", *, flush: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, flush=flush, parent=parent)
        self._allow_wrapping()


class WrappingLinkButton(_Wrapping, LinkButton):
    """A link whose words may take several lines."""

    _align = int(Qt.AlignmentFlag.AlignLeading) | int(Qt.AlignmentFlag.AlignVCenter)

    def __init__(self, text: str, icon: str | None = None, *, parent: QWidget | None = None) -> None:
        super().__init__(text, icon, parent=parent)
        self._allow_wrapping()
