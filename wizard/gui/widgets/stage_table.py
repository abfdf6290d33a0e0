"""The stages of sending and receiving: one row each, its marks, and a word for how each ended."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from wizard.gui import icons, theme, words
from wizard.gui.lanes import SHOWN, Lane, Mark, State
from wizard.gui.reading import placed, placed_rect
from wizard.gui.widgets.marks import ArcClock, paint_mark
from wizard.language import tr
from wizard.model.server import Protocol

_ROW: Final = 44
_LINE_GAP: Final = 1.5
_MARK_GAP: Final = 4
_ICON_GAP: Final = 10
_APART: Final = 8
_SCROLL_BAR: Final = 24  # pixels, at the most


class StageMark(QLabel):
    """One stage of one side: mark, name, state; `stage:smtp:connect` to scripts, "Sending: Connect: ok" to ears."""

    def __init__(self, clock: ArcClock, protocol: Protocol, mark: Mark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._clock = clock
        self._clock.frame.connect(self._turn)
        self.show_mark(protocol, mark)

    def show_mark(self, protocol: Protocol, mark: Mark) -> None:
        """Shows another state, without animation."""
        self.mark = mark
        self.setObjectName(f"stage:{protocol.value}:{mark.stage.value}")
        self.setAccessibleName(words.mark_name(protocol, mark.stage, mark.state.value))
        self.setAccessibleDescription(mark.word)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for its own state word, and for what it says while it is tried and once it passed."""
        name = theme.text_width(theme.font(theme.Role.LABEL), words.stage_name(self.mark.stage))
        small = theme.font(theme.Role.SMALL_LABEL)
        # Columns keep their place while these change. What is said once a check has ended has no room held for it: in
        # most languages both sides would need two rows, for words that are hardly ever there.
        words_there = (self.mark.word, words.passed(9.9), tr(words.TRYING), tr(words.WAITING))
        word = max(theme.text_width(small, word) for word in words_there)
        return QSize(round(theme.mark(18) + _MARK_GAP + max(name, word)) + 2, theme.control(_ROW))

    def minimumSizeHint(self) -> QSize:
        """Nothing is cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The mark, then name and word."""
        tokens = theme.tokens()
        painter = QPainter(self)
        size = theme.mark(18)
        paint_mark(painter, QPointF(placed(self, size / 2), self.height() / 2), size, self.mark.state, self._clock.turn)
        ahead = self.mark.state in (State.WAITING, State.NOT_TRIED, State.NOT_NEEDED)
        ink = {State.FAILED: tokens.stop, State.TRYING: tokens.accent}.get(self.mark.state, tokens.ink2)
        _two_lines(
            painter,
            placed_rect(self, QRectF(size + _MARK_GAP, 0, self.width() - size - _MARK_GAP, self.height())),
            (words.stage_name(self.mark.stage), theme.Role.LABEL, tokens.ink2 if ahead else tokens.ink),
            (self.mark.word, theme.Role.SMALL_LABEL if ink is not tokens.ink2 else theme.Role.SMALL, ink),
        )

    def _turn(self) -> None:
        if self.mark.state is State.TRYING and self.isVisible():
            self.update(round(placed(self, 0, theme.mark(18) + 2)), 0, theme.mark(18) + 2, self.height())


class SideHead(QLabel):
    """The head of a row: Sending or Receiving, and below it the protocol or that this half works and is kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._name, self._word, self._kept, self._icon = "", "", False, "send"
        self._has_icon = True

    def show_side(self, lane: Lane, *, kept: bool) -> None:
        """Shows the side's name and its state."""
        self._name = words.side_name(lane.protocol)
        self._icon = "send" if lane.protocol is Protocol.SMTP else "inbox"
        self._kept = kept
        self._word = tr(words.WORKS_KEPT) if kept else words.PROTOCOL_NAMES[lane.protocol]
        self.setObjectName(f"side:{lane.protocol.value}")
        self.setAccessibleName(f"{self._name}: {self._word}")
        self.updateGeometry()  # "Works, kept" is wider than a protocol's name
        self.update()

    def spare_icon(self, spared: bool) -> None:
        """Without its icon where that makes room for all stages in one row."""
        if self._has_icon == spared:
            self._has_icon = not spared
            self.updateGeometry()
            self.update()

    @property
    def icon_width(self) -> int:
        """What the icon takes, with the gap behind it."""
        return theme.mark(22) + _ICON_GAP

    def sizeHint(self) -> QSize:
        """Wide enough for the names of both sides, and for its own word."""
        sides = (words.side_name(Protocol.IMAP), words.side_name(Protocol.SMTP))
        name = max(theme.text_width(theme.font(theme.Role.STRONG), side) for side in sides)
        word = theme.text_width(theme.font(theme.Role.SMALL_LABEL), self._word)
        return QSize(round(self.icon_width * self._has_icon + max(name, word)) + 2, theme.control(_ROW))

    def minimumSizeHint(self) -> QSize:
        """Nothing is cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The icon, then name and word."""
        tokens = theme.tokens()
        painter = QPainter(self)
        size, before = theme.mark(22), self.icon_width * self._has_icon
        if self._has_icon:
            icons.draw(painter, self._icon, placed(self, 0, size), (self.height() - size) / 2, size, tokens.ink2)
        _two_lines(
            painter,
            placed_rect(self, QRectF(before, 0, self.width() - before, self.height())),
            (self._name, theme.Role.STRONG, tokens.ink),
            (
                self._word,
                theme.Role.SMALL_LABEL if self._kept else theme.Role.SMALL,
                tokens.ok if self._kept else tokens.ink2,
            ),
        )


class StageTable(QWidget):
    """A row for each side, or two where words are long; call `show_lanes` whenever something changed."""

    def __init__(self, clock: ArcClock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(0)
        self._grid.setHorizontalSpacing(6)
        self._heads: list[SideHead] = []
        self._marks: list[list[StageMark]] = []
        self._columns = 0

    def show_lanes(self, lanes: tuple[Lane, ...]) -> None:
        """Shows these sides; a side that works while the other does not is marked as kept."""
        while len(self._heads) > len(lanes):
            for widget in (self._heads.pop(), *self._marks.pop()):
                self._grid.removeWidget(widget)
                widget.deleteLater()
        for row, lane in enumerate(lanes):
            if row == len(self._heads):
                self._heads.append(SideHead(self))
                self._marks.append([])
            there = self._marks[row]
            while len(there) > len(lane.marks):
                widget = there.pop()
                self._grid.removeWidget(widget)
                widget.deleteLater()
            if len(there) < len(lane.marks):
                there += [StageMark(self._clock, lane.protocol, mark, self) for mark in lane.marks[len(there) :]]
                self._columns = 0  # until each has its place
            self._heads[row].show_side(lane, kept=lane.works and any(each.broken is not None for each in lanes))
            for widget, mark in zip(there, lane.marks, strict=True):
                widget.show_mark(lane.protocol, mark)
        if self._heads and not self._columns:
            self._arrange(self._most)
        self._fit()
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may have room for all stages in a row, or not."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """As narrow as the page: then there are fewer stages in a row."""
        return QSize(0, super().minimumSizeHint().height())

    def _fit(self) -> None:
        if not self._heads or self.width() <= 0:
            return
        gap = self._grid.horizontalSpacing()
        for head in self._heads:
            head.spare_icon(False)
        head_width = max(head.sizeHint().width() for head in self._heads)
        columns: list[int] = [
            max(marks[place].sizeHint().width() for marks in self._marks if place < len(marks))
            for place in range(self._most)
        ]

        def fits(each: int, room: int) -> bool:
            # A scroll bar that comes or goes because of the rows must not turn them around again.
            room -= head_width + (_SCROLL_BAR if each > self._columns else 0)
            return sum(max(columns[place::each]) + gap for place in range(each)) <= room

        whole = self._most
        spares = not fits(whole, self.width()) and fits(whole, self.width() + self._heads[0].icon_width)
        for head in self._heads:
            head.spare_icon(spares)
        in_two_rows = -(-whole // 2)
        wanted = whole if spares else next((each for each in (whole, in_two_rows, 2) if fits(each, self.width())), 1)
        if self._columns != wanted:
            self._arrange(wanted)

    @property
    def _most(self) -> int:
        """How many stages the longest row has."""
        return max(map(len, self._marks))

    def _arrange(self, columns: int) -> None:
        self._columns = columns
        rows = -(-self._most // columns)
        apart = rows > 1  # then a gap tells the sides from each other
        for row in range(len(SHOWN) + 2):
            self._grid.setRowMinimumHeight(row, _APART if apart and row == rows else 0)
        for row, (head, marks) in enumerate(zip(self._heads, self._marks, strict=True)):
            self._grid.removeWidget(head)
            self._grid.addWidget(head, row * (rows + apart), 0)
            for number, mark in enumerate(marks):
                self._grid.removeWidget(mark)
                self._grid.addWidget(mark, row * (rows + apart) + number // columns, 1 + number % columns)
        for column in range(1, len(SHOWN) + 2):
            self._grid.setColumnStretch(column, int(column <= columns))


def _two_lines(
    painter: QPainter, box: QRectF, first: tuple[str, theme.Role, QColor], second: tuple[str, theme.Role, QColor]
) -> None:
    heights = [QFontMetricsF(theme.font(role)).height() for _, role, _ in (first, second)]
    top = box.top() + (box.height() - sum(heights) - _LINE_GAP) / 2
    for (text, role, colour), height in zip((first, second), heights, strict=True):
        painter.setFont(theme.font(role))
        painter.setPen(colour)
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(box.left(), top, box.width(), height), align, text)
        top += height + _LINE_GAP
