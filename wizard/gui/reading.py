"""Where things are painted in a language that is read from right to left; layouts turn around by themselves.

Widgets that paint themselves place everything as for reading from left to right, and ask here where that is.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QWidget


def is_mirrored(widget: QWidget) -> bool:
    """Whether the widget is read from right to left."""
    return widget.layoutDirection() is Qt.LayoutDirection.RightToLeft


def placed(widget: QWidget, left: float, width: float = 0) -> float:
    """The left edge of what is `width` wide and stands `left` from where reading begins."""
    return widget.width() - left - width if is_mirrored(widget) else left


def placed_rect(widget: QWidget, rect: QRectF) -> QRectF:
    """Where the rectangle stands."""
    return QRectF(placed(widget, rect.x(), rect.width()), rect.y(), rect.width(), rect.height())
