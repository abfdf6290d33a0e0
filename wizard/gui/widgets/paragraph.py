"""Running text: wraps, and never claims more height than it needs at the width it gets."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from wizard.gui import theme
from wizard.gui.theme import Role
from wizard.gui.widgets.label import Label


class Paragraph(Label):
    """A wrapping label; Qt's own asks for the height of its narrowest form, which gives pages needless scroll bars."""

    def __init__(
        self, text: str = "", role: Role = Role.BODY, tone: str = "ink", *, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, role, tone, wrap=True, parent=parent)

    def sizeHint(self) -> QSize:
        """All of it on as many lines as it was written on; it wraps where that is not to be had."""
        metrics = QFontMetrics(self.font())
        lines = self.text().split("\n")
        return QSize(max(theme.text_width(self.font(), line) for line in lines) + 2, metrics.height() * len(lines))

    def minimumSizeHint(self) -> QSize:
        """The longest word on one line."""
        metrics = QFontMetrics(self.font())
        longest = max(
            (theme.text_width(self.font(), word) for word in re.split(r"[\s\u200b]+", self.text())), default=0
        )
        return QSize(min(longest + 2, metrics.averageCharWidth() * 24), metrics.height())
