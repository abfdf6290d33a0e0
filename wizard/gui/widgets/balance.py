"""Lines of about one length for what stands large or alone: no last line of a single word."""

from __future__ import annotations

import re

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel

from wizard.gui import theme
from wizard.gui.reading import is_mirrored

_WRAP = int(Qt.TextFlag.TextWordWrap)


def balance(label: QLabel) -> None:
    """Gives the label's text the least width at which it takes no more lines than at the label's own."""
    spare = _spare(label)
    margins = (spare, 0, 0, 0) if is_mirrored(label) else (0, 0, spare, 0)
    have = label.contentsMargins()
    if (have.left(), have.top(), have.right(), have.bottom()) != margins:
        label.setContentsMargins(*margins)


def balanced_height(label: QLabel, width: int) -> int:
    """How high it is at that width: the margin in force belongs to another one, and takes no line more at its own."""
    metrics = QFontMetrics(label.font())
    return metrics.boundingRect(QRect(0, 0, max(1, width), 10_000), _WRAP, label.text()).height()


def _spare(label: QLabel) -> int:
    text, width, font = label.text(), label.width(), label.font()
    if theme.text_width(font, text) <= width or "\n" in text:
        return 0
    metrics = QFontMetrics(font)

    def height(room: int) -> int:
        return metrics.boundingRect(QRect(0, 0, room, 10_000), _WRAP, text).height()

    least = max(theme.text_width(font, word) for word in re.split(r"[\s\u200b]+", text)) + 2
    lines, most = height(width), width
    while most - least > 4:
        middle = (least + most) // 2
        if height(middle) > lines:
            least = middle
        else:
            most = middle
    return max(0, width - most - 2)
