"""Four facts about a server and who said each of them."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui.theme import Role
from wizard.gui.widgets.elided_label import ElidedLabel
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.surfaces import Icon

_SHARES: Final = (30, 10, 14, 30)  # of what is left over: names are long, ports are short
_GAP: Final = 16


class Fact(Struct, frozen=True):
    """A setting's name, its value, and a line for each source that is not that of the whole: its icon and its words."""

    name: str
    value: str
    lines: tuple[tuple[str, str], ...]


class _SourceLine(QWidget):
    """Who said something, with the icon that stands for them."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = Icon("globe", 14, flush=True)
        self._words = Label("", Role.SMALL, "ink2")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)

    def say(self, icon: str, words: str) -> None:
        self._icon.set_icon(icon, "ink2")
        self._words.setText(words)


class _FactView(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(3)
        self._name = Label("", Role.SMALL, "ink2")
        self._value = ElidedLabel(Role.LABEL)
        self._box.addWidget(self._name)
        self._box.addWidget(self._value)
        self._box.addSpacing(2)
        self._lines: list[QWidget] = []
        self._box.addStretch(1)

    def show_fact(self, fact: Fact) -> None:
        self._name.setText(fact.name)
        self._value.set_whole(fact.value)
        for line in self._lines:
            line.hide()
            line.deleteLater()
        self._lines = []
        for icon, words in fact.lines:
            line = _SourceLine()
            line.say(icon, words)
            self._box.insertWidget(self._box.count() - 1, line)
            self._lines.append(line)


class Facts(QWidget):
    """Four facts in a row, two rows or four where their words need the room; below them who said so."""

    def __init__(self) -> None:
        super().__init__()
        self._above_or_below: Facts | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_GAP)
        self._grid.setVerticalSpacing(12)
        self._views = [_FactView() for _ in range(4)]
        self._source = _SourceLine()
        self._columns = 0
        self._arrange(4)

    def show_facts(self, facts: tuple[Fact, ...], icon: str, source: str) -> None:
        """Shows these four, and once for all of them who said so."""
        self._source.say(icon, source)
        for view, fact in zip(self._views, facts, strict=True):
            view.show_fact(fact)
        self._fit_both()

    def share_columns(self, other: Facts) -> None:
        """Has the facts of two cards, one above the other, stand in the same columns, where there is room."""
        self._above_or_below, other._above_or_below = other, self

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit_both()
        return super().event(event)

    def _fit_both(self) -> None:
        self._fit()
        if self._above_or_below is not None:
            self._above_or_below._fit()

    def _needed(self) -> list[int]:
        return [view.sizeHint().width() for view in self._views] if self.isVisible() else [0] * 4

    def _fit(self) -> None:
        needed = [view.sizeHint().width() for view in self._views]
        if self._above_or_below is not None:
            shared = [max(pair) for pair in zip(needed, self._above_or_below._needed(), strict=True)]
            needed = shared if sum(shared) + 3 * _GAP <= self.width() else needed
        two = max(needed[0], needed[2]), max(needed[1], needed[3])
        if sum(needed) + 3 * _GAP <= self.width():
            columns, widths = 4, needed
        elif sum(two) + _GAP <= self.width():
            columns, widths = 2, [*two]
        else:
            columns, widths = 1, []
        if self.width() <= 0:
            return
        if columns != self._columns:
            self._arrange(columns)
        for column in range(4):  # no value is cut where there is room for all
            self._grid.setColumnMinimumWidth(column, widths[column] if column < len(widths) else 0)

    def _arrange(self, columns: int) -> None:
        self._columns = columns
        for view in self._views:
            self._grid.removeWidget(view)
        for index, view in enumerate(self._views):
            self._grid.addWidget(view, index // columns, index % columns)
        self._grid.removeWidget(self._source)
        self._grid.addWidget(self._source, 4, 0, 1, columns)
        for column in range(4):
            self._grid.setColumnStretch(column, _SHARES[column] if columns == 4 else int(column < columns))

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        hint.setWidth(0)
        return hint
