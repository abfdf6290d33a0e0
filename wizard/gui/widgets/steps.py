"""Numbered instructions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui.widgets.label import Label
from wizard.gui.widgets.surfaces import Chip


class Steps(QWidget):
    """One line for each step, its number in a chip."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 8, 0, 6)
        self._box.setSpacing(6)

    def show_steps(self, steps: Sequence[str]) -> None:
        """Shows these instead."""
        while (item := self._box.takeAt(0)) is not None:
            if (line := item.widget()) is not None:
                line.hide()
                line.deleteLater()
        for number, step in enumerate(steps, 1):
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(10)
            row.addWidget(Chip(str(number)), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Label(step, wrap=True), 1)
            self._box.addWidget(line)
