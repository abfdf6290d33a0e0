"""A table of a few columns, to be read along its rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from wizard.gui.theme import Role
from wizard.gui.widgets.label import Label


class SideBySide(QWidget):
    """The first row names the columns, the first column the rows; what is long wraps in its place."""

    def __init__(self, table: Sequence[Sequence[str]], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side-by-side")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        for number, row in enumerate(table):
            for column, text in enumerate(row):
                is_head = number == 0 or column == 0
                label = Label(text, Role.STRONG if number == 0 else Role.BODY, "ink2" if is_head else "ink", wrap=True)
                grid.addWidget(label, number, column, Qt.AlignmentFlag.AlignTop)
        for column in range(len(table[0])):
            grid.setColumnStretch(column, 1)
