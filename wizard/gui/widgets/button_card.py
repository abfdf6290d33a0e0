"""A card whose buttons stand at the right of its words, or below them in the one-column layout."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout

from wizard.gui.widgets.buttons import SecondaryButton
from wizard.gui.widgets.surfaces import Card


class ButtonCard(Card):
    """`row` is for what stands left of the buttons; `gap` parts them from it where they stand below."""

    def __init__(self, gap: int) -> None:
        super().__init__()
        self._gap = gap
        self.row = QHBoxLayout()
        self._buttons: list[SecondaryButton] = []

    def button(self, name: str, text: str, pressed: Callable[[], None]) -> SecondaryButton:
        """A button at the right, or below in the one-column layout."""
        made = SecondaryButton(text)
        made.setObjectName(name)
        made.clicked.connect(lambda: pressed())
        self.row.addWidget(made)
        self._buttons.append(made)
        return made

    def set_compact(self, compact: bool) -> None:
        """Moves the buttons below the words, as wide as the card."""
        for button in self._buttons:
            self.row.removeWidget(button)
            self.box.removeWidget(button)
            button.set_wide(compact)
            if compact:
                self.box.addWidget(button)
            else:
                self.row.addWidget(button)
        self.box.setSpacing(self._gap if compact else 0)
