"""How far each side got: the way as a picture, and every stage of both sides in a table."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.gui.lanes import Lane, speaking
from wizard.gui.widgets.marks import ArcClock
from wizard.gui.widgets.path_picture import PathPicture, way_of
from wizard.gui.widgets.stage_table import StageTable
from wizard.gui.widgets.surfaces import Card, Separator
from wizard.model.evidence import Surroundings


class EvidenceCard(Card):
    """Shows both sides of a check; `clock` turns what is under way."""

    def __init__(self, clock: ArcClock) -> None:
        super().__init__()
        self.setObjectName("evidence")
        self.box.setContentsMargins(12, 16, 12, 3)
        self._path = PathPicture(clock)
        self._table = StageTable(clock)
        self._above = QWidget()
        above = QVBoxLayout(self._above)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(0)
        above.addWidget(self._path)
        above.addSpacing(11)
        line = QVBoxLayout()
        line.setContentsMargins(8, 0, 8, 4)
        line.addWidget(Separator())
        above.addLayout(line)
        self.box.addWidget(self._above)
        inner = QVBoxLayout()
        inner.setContentsMargins(8, 0, 8, 0)
        inner.setSpacing(0)
        inner.addWidget(self._table)
        self.box.addLayout(inner)
        # With a wide font its hint exceeds the page; Qt would then measure every card below for that width, too low.
        self.setMinimumWidth(1)

    def set_low(self, low: bool) -> None:
        """Without the picture, where what is below needs its room; the stages say the same."""
        self._above.setHidden(low)
        self.box.setContentsMargins(12, 5 if low else 16, 12, 3)
        self.updateGeometry()

    def show_lanes(self, lanes: tuple[Lane, ...], surroundings: Surroundings | None) -> None:
        """Shows these; the picture is that of the side which has most to say."""
        shown = speaking(lanes)
        if shown is not None:
            other_works = any(lane.works for lane in lanes if lane is not shown)
            self._path.show_way(way_of(shown, other_works=other_works, surroundings=surroundings))
        self._table.show_lanes(lanes)
