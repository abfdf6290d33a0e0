"""A fact and a sentence with an icon: what is being done, or how it ended."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from wizard.gui.theme import Role
from wizard.gui.widgets.button_card import ButtonCard
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Icon


class ProgressCard(ButtonCard):
    """An icon, a fact, a sentence, and a button at the right."""

    def __init__(self) -> None:
        super().__init__(gap=8)
        self.box.setContentsMargins(20, 13, 20, 12)
        self._icon = Icon("clock", 22, "accent")
        self._disc = StateDisc(DiscState.OK, 22)
        self._fact = Paragraph("", Role.STRONG)
        self._sentence = Paragraph("", tone="ink2")
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(self._fact)
        text.addWidget(self._sentence)
        self.row.setSpacing(12)
        self.row.addWidget(self._icon)
        self.row.addWidget(self._disc)
        self.row.addLayout(text, 1)
        self.box.addLayout(self.row)

    def say(self, icon: str | None, fact: str, sentence: str, tone: str = "ink2") -> None:
        """Says this; without an icon it says that all is well."""
        self._icon.setVisible(icon is not None)
        self._disc.setVisible(icon is None)
        if icon is not None:
            self._icon.set_icon(icon, tone)
        self._fact.setText(fact)
        self._sentence.setText(sentence)
        self.setAccessibleName(f"{fact}. {sentence}")
