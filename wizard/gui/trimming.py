"""Takes the wizard style's own margins out of Qt's layout, so that panel, page and buttons stand where they belong."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractButton, QFrame, QLayout, QWidget, QWizard

from wizard.gui import theme


def trim(wizard: QWizard, panel_frame: QWidget, edge: int) -> None:
    """Does it after each time Qt has laid out; `edge` is the room left and right of the buttons."""
    root = wizard.findChild(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    grid = root.layout() if root is not None else None
    if root is None or grid is None:
        return
    large = theme.current().is_large
    _set_margins(grid, 0, 0, 0, 0)
    # Not by the grid's items: PySide keeps a wrapper of each that was asked for, Qt replaces them when it lays out
    # anew, and a wrapper of one that is gone can be taken for a widget that has come to lie at its address.
    for layout in grid.children():
        if isinstance(layout, QLayout):  # the buttons
            _set_margins(layout, edge, 8 if large else 12, edge, 9 if large else 14)
            if layout.spacing() != 8:
                layout.setSpacing(8)
    for widget in root.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if isinstance(widget, QAbstractButton):
            continue
        inner = widget.layout()
        if inner is not None:  # the page's frame, and the label around the side panel
            _set_margins(inner, 0, 0, 0, 0)
        if widget is panel_frame:
            continue
        if isinstance(widget, QFrame):
            widget.setBackgroundRole(QPalette.ColorRole.Window)
        else:
            _draw_as_hairline(widget)


def _set_margins(layout: QLayout, left: int, top: int, right: int, bottom: int) -> None:
    """Sets them only when they differ, because setting them lays everything out again."""
    have = layout.contentsMargins()
    if (have.left(), have.top(), have.right(), have.bottom()) != (left, top, right, bottom):
        layout.setContentsMargins(left, top, right, bottom)


def _draw_as_hairline(ruler: QWidget) -> None:
    """The ruler above the buttons paints one line in Mid and one in Base."""
    tokens = theme.tokens()
    palette = QPalette(ruler.palette())
    palette.setColor(QPalette.ColorRole.Mid, tokens.hair)
    palette.setColor(QPalette.ColorRole.Base, tokens.page)
    if palette != ruler.palette():
        ruler.setPalette(palette)
