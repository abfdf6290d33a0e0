"""The test message: how it fared, in words and as a way with its moments."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from wizard.gui.widgets.button_card import ButtonCard
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.surfaces import IconTile
from wizard.gui.widgets.timeline import Timeline


class TripCard(ButtonCard):
    """Tile, verdict, the message's name, a button; below it the way as a timeline."""

    def __init__(self) -> None:
        super().__init__(gap=12)
        self.setObjectName("verdict")
        self._tile = IconTile("send", "accent", 44)
        self.verdict = Heading("")
        self.verdict.setObjectName("verdict-title")
        self._about = Paragraph("", tone="ink2")
        self.timeline = Timeline()
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(self.verdict)
        text.addWidget(self._about)
        self.row.setSpacing(16)
        self.row.addWidget(self._tile)
        self.row.addLayout(text, 1)
        self.box.addLayout(self.row)
        self.box.addSpacing(18)
        self.box.addWidget(self.timeline)

    def say(self, icon: str, tone: str, verdict: str, about: str) -> None:
        """Says this."""
        self._tile.set_icon(icon, tone)
        self.verdict.setText(verdict)
        self._about.setText(about)
        self.setAccessibleName(f"{verdict}. {about}")
