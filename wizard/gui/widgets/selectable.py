"""Text that can be selected and copied, by mouse and keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QWidget

from wizard.gui.theme import Role
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph


def fixed_width(font: QFont) -> QFont:
    """The system's font of fixed width in that one's size: for columns that are made of blanks."""
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    fixed.setPointSizeF(font.pointSizeF())
    return fixed


class FixedWidthText(Paragraph):
    """Small text in the system's font of fixed width: fingerprints and server replies."""

    def __init__(self, text: str, *, parent: QWidget | None = None) -> None:
        super().__init__(text, Role.SMALL, parent=parent)

    def _retheme(self) -> None:
        super()._retheme()
        self.setFont(fixed_width(self.font()))


def selectable(label: Label) -> Label:
    """The label, with text that can be selected by mouse and keyboard; links in it stay dead."""
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    label.setText(label.text())  # as it was given, for what is copied must be nothing else
    return label
