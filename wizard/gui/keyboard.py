"""Where the keyboard is: it goes where the eye is, and never on to Cancel because what had it went away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QLayout, QScrollArea, QWidget

from wizard.gui import theme
from wizard.gui.pages.page import Page


def in_reading_order(widget: QWidget) -> Iterator[QWidget]:
    """What Tab stops at within the widget, as its layouts place it: top to bottom, then left to right."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
    held = widget.widget() if isinstance(widget, QScrollArea) else None
    if held is not None:
        yield from in_reading_order(held)
    elif not widget.inherits("QComboBox"):  # by name: the class is not needed before somebody chooses
        yield from _laid_out(widget.layout())


def _laid_out(layout: QLayout | None) -> Iterator[QWidget]:
    for index in range(layout.count() if layout is not None else 0):
        item = layout.itemAt(index) if layout is not None else None
        inner = item.widget() if item is not None else None
        if inner is not None:
            yield from in_reading_order(inner)
        elif item is not None:
            yield from _laid_out(item.layout())


def add_zoom_keys(window: QWidget) -> None:
    """Ctrl+Plus, Ctrl+Minus and Ctrl+0 make the text larger, smaller, and what it was."""
    keys = ((QKeySequence.StandardKey.ZoomIn, 1), (QKeySequence.StandardKey.ZoomOut, -1), ("Ctrl+=", 1), ("Ctrl+0", 0))
    for key, steps in keys:
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.activated.connect(lambda steps=steps: theme.current().zoom(steps))


class Keyboard(QObject):
    """Leads the keyboard within one window.

    Args:
        window: the window.
        page: tells the page that is showing.
        primary: tells the primary button that is showing.
    """

    def __init__(
        self, window: QWidget, page: Callable[[], Page | None], primary: Callable[[], QAbstractButton | None]
    ) -> None:
        super().__init__(window)
        self._window, self._page, self._primary = window, page, primary
        add_zoom_keys(window)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._moved)

    def order(self) -> None:
        """Tab goes through the page as one reads it, whatever came onto it in between."""
        page = self._page()
        if page is not None:
            for before, after in pairwise(page.tab_order(in_reading_order(page))):
                QWidget.setTabOrder(before, after)

    def lead(self) -> None:
        """Puts the keyboard where the page wants it: on its own choice, its primary button, or else its title."""
        page = self._page()
        if page is None:
            return
        primary = self._primary()
        usable = primary if primary is not None and primary.isEnabled() and primary.isVisible() else None
        target = page.lead_to() or usable or page.heading
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, page: Page) -> None:
        """The page shows something else now: leads, unless the person is at work somewhere that is still there."""
        if page is self._page() and self._is_free(page):
            self.lead()

    def _is_free(self, page: Page) -> bool:
        focused = self._window.focusWidget()
        if focused is None or focused is page.heading or focused is self._primary():
            return True
        return not (focused.isVisible() and focused.isEnabled())

    def _moved(self, old: QWidget | None, new: QWidget | None) -> None:
        """Qt gives the keyboard of what was hidden or disabled to the next in the chain, whatever that is."""
        if old is None or new is None or not (shiboken6.isValid(old) and shiboken6.isValid(new)):
            return
        gone = not old.isVisible() or not old.isEnabled()
        if gone and new.window() is self._window and self._window.isVisible():
            # Whoever hid it may have a better place for the keyboard, and says so by now.
            QTimer.singleShot(0, self, lambda: self._lead_from(new))

    def _lead_from(self, thrown: QWidget) -> None:
        if not shiboken6.isValid(thrown) or self._window.focusWidget() is not thrown:
            return
        # What one types into is where somebody wanted it, or does no harm.
        if isinstance(thrown, QAbstractButton) and self._window.isVisible():
            self.lead()
