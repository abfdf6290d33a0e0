"""A layout that sets things side by side as one reads, and goes on below when there is no room, or stacks them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from wizard.gui.reading import is_mirrored


class Flow(QLayout):
    """`gap` between neighbours and rows; `set_stacked` gives each thing a row of its own and all the width.

    `above` is kept free over the first row, as long as anything shows. The gap may shrink to `least_gap` where all then
    fit into one row.
    """

    def __init__(self, gap: int = 12, row_gap: int = 8, *, above: int = 0, least_gap: int | None = None) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap, self._row_gap, self._above = gap, row_gap, above
        self._least_gap = gap if least_gap is None else least_gap
        self._stacked = False
        self.setContentsMargins(0, 0, 0, 0)

    def set_stacked(self, stacked: bool) -> None:
        """One below the other, or side by side again."""
        self._stacked = stacked
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        """Appends."""
        self._items.append(item)

    def count(self) -> int:
        """How many things there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """One of them; Qt asks past the end to find it."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Removes one of them."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Takes what it needs, no more."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Fewer columns, more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height all rows need."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        """All in one row."""
        shown = self._shown()
        width = sum(item.sizeHint().width() for item in shown) + self._gap * max(0, len(shown) - 1)
        return QSize(width, self._above + max(item.sizeHint().height() for item in shown)) if shown else QSize(0, 0)

    def minimumSize(self) -> QSize:
        """The widest of them."""
        sizes = [item.minimumSize() for item in self._shown()]
        return QSize(
            max((size.width() for size in sizes), default=0), max((size.height() for size in sizes), default=0)
        )

    def minimumHeightForWidth(self, width: int) -> int:
        """The same: no row can be left out."""
        return self.heightForWidth(width)

    def setGeometry(self, rect: QRect) -> None:
        """Puts everything where it belongs."""
        super().setGeometry(rect)
        spare = max(0, rect.height() - self.heightForWidth(rect.width()))
        self._place(rect.translated(0, spare // 2), move=True)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, rect: QRect, *, move: bool) -> int:
        shown = self._shown()
        y, row = rect.top() + (self._above if shown else 0), list[tuple[QLayoutItem, QSize]]()
        gap, width = self._gap_in(shown, rect.width()), 0
        for item in shown:
            size = self._size(item, rect.width())
            if row and (self._stacked or width + gap + size.width() > rect.width()):
                y += self._place_row(row, rect, y, gap, move=move) + self._row_gap
                row, width = [], 0
            width += size.width() + (gap if row else 0)
            row.append((item, size))
        return y + (self._place_row(row, rect, y, gap, move=move) if row else 0) - rect.top()

    def _gap_in(self, shown: list[QLayoutItem], room: int) -> int:
        """The gap, or less of it where that makes one row of two."""
        if len(shown) < 2 or self._stacked:
            return self._gap
        fits = (room - sum(item.sizeHint().width() for item in shown)) // (len(shown) - 1)
        return fits if self._least_gap <= fits < self._gap else self._gap

    def _size(self, item: QLayoutItem, room: int) -> QSize:
        wanted = item.sizeHint()
        width = room if self._stacked else min(wanted.width(), room)
        return QSize(width, item.heightForWidth(width) if item.hasHeightForWidth() else wanted.height())

    def _place_row(self, row: list[tuple[QLayoutItem, QSize]], room: QRect, y: int, gap: int, *, move: bool) -> int:
        height = max(size.height() for _, size in row)
        x = -getattr(row[0][0].widget(), "overhang", 0)
        widget = self.parentWidget()
        mirrored = widget is not None and is_mirrored(widget)
        for item, size in row:
            if move:
                left = room.right() + 1 - x - size.width() if mirrored else room.left() + x
                item.setGeometry(QRect(QPoint(left, y + (height - size.height()) // 2), size))
            x += size.width() + gap
        return height


def flow_of(*widgets: QWidget, gap: int = 12) -> Flow:
    """A flow with these in it."""
    made = Flow(gap)
    for widget in widgets:
        made.addWidget(widget)
    return made
