"""Text: always plain, in one of the theme's roles and tones."""

from __future__ import annotations

import unicodedata
from typing import Final, TypeVar

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from wizard.gui import theme
from wizard.gui.reading import is_mirrored
from wizard.gui.theme import Role

_MARK: Final = "\u200f"  # RIGHT-TO-LEFT MARK: what it stands before is read from the right
_BREAKS: Final = "SSL/TLS"  # a line may end at a stroke (UAX #14)
_HOLDS: Final = "SSL/\u2060TLS"  # with a WORD JOINER


_L = TypeVar("_L", bound="Label")


def _has_arabic(text: str) -> bool:
    """Whether there are words in it that are read from the right; Qt goes by the first word, which may be a host."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


class Label(QLabel):
    """A text that is never read as markup; `tone` is the name of a colour of the theme."""

    spoken_role: str | None = None  # accessible_roles asks for it

    def __init__(
        self,
        text: str = "",
        role: Role = Role.BODY,
        tone: str = "ink",
        *,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role, self._tone, self._factor = role, tone, None
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        self.setWordWrap(wrap)
        if is_mirrored(self):  # else Qt would place a host, a number or an English sentence by its own direction
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
            self.setAlignment(right | Qt.AlignmentFlag.AlignVCenter)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self.setText(text)
        self._retheme()
        theme.current().changed.connect(self._retheme)

    def setText(self, text: str) -> None:
        """Shows it, read as its language is."""
        is_copied = bool(self.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse)
        shown = text.replace(_BREAKS, _HOLDS) if self.wordWrap() and not is_copied else text
        super().setText(_MARK + shown if is_mirrored(self) and _has_arabic(text) else shown)

    def text(self) -> str:
        """What was given to it."""
        return super().text().removeprefix(_MARK).replace(_HOLDS, _BREAKS)

    def paintEvent(self, event: QPaintEvent) -> None:
        """As Qt does; but where lines end at the right Qt counts the blank that a line was broken at, and cuts it."""
        in_lines = self.wordWrap() and not self.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
        if in_lines and is_mirrored(self) and _has_arabic(self.text()):
            self._paint_lines()
        else:
            super().paintEvent(event)

    def _paint_lines(self) -> None:
        option = QTextOption(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft)
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        layouts, height, room = [], 0.0, self.contentsRect()
        for text in super().text().split("\n"):
            layout = QTextLayout(text, self.font(), self)
            layout.setTextOption(option)
            layout.beginLayout()
            while (line := layout.createLine()).isValid():
                line.setLineWidth(room.width())
                line.setPosition(QPointF(0, height))
                height += line.height()
            layout.endLayout()
            layouts.append(layout)
        painter = QPainter(self)
        role = QPalette.ColorGroup.Normal if self.isEnabled() else QPalette.ColorGroup.Disabled
        painter.setPen(self.palette().color(role, QPalette.ColorRole.WindowText))
        is_at_top = bool(self.alignment() & Qt.AlignmentFlag.AlignTop)
        top = room.top() + (0.0 if is_at_top else (room.height() - height) / 2)
        for layout in layouts:
            layout.draw(painter, QPointF(room.left(), top))

    def set_tone(self, tone: str) -> None:
        """Another colour of the theme."""
        self._tone = tone
        self._retheme()

    def set_role(self, role: Role, *, factor: float | None = None) -> None:
        """Another size and weight; `factor` overrides the role's size."""
        self._role, self._factor = role, factor
        self._retheme()

    _factor: float | None

    def _retheme(self) -> None:
        self.setFont(theme.font(self._role, factor=self._factor))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, theme.tokens()[self._tone])
        self.setPalette(palette)


def named_by_its_value(label: _L) -> _L:
    """The name beside a value that says it too: a paragraph, for a screen reader reads out all labels, and both."""
    label.spoken_role = "Paragraph"
    label.setAccessibleName(label.text())
    return label
