"""A heading: a label that screen readers list, and jump to, as a heading."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from wizard.gui.theme import Role
from wizard.gui.widgets.paragraph import Paragraph

# Qt's cache owns the interfaces but does not count as a holder of their Python halves.
_interfaces: dict[int, Any] = {}
_installed = False
_AFTER_FIRST_PAINT_MS = 100


class Heading(Paragraph):
    """A heading whose accessible name is its text; `seen_first` is that of a page which may be the first thing seen."""

    def __init__(
        self, text: str = "", role: Role = Role.HEADING, *, seen_first: bool = False, parent: QWidget | None = None
    ) -> None:
        if not seen_first:
            _install()
        super().__init__(text, role, parent=parent)
        if seen_first and not _installed:
            # What it takes would hold up the first paint; a title is heard later than it is seen.
            QTimer.singleShot(_AFTER_FIRST_PAINT_MS, self, _install)

    def setText(self, text: str) -> None:
        """Shows and names it."""
        super().setText(text)
        self.setAccessibleName(text)


def _install() -> None:
    global _installed
    from PySide6.QtGui import QAccessible

    if not _installed and hasattr(QAccessible, "installFactory"):
        QAccessible.installFactory(_interface_of)
        _installed = True


def _interface_of(_: str, thing: QObject) -> Any:
    if not isinstance(thing, Heading):
        return None
    from PySide6.QtGui import QAccessible
    from PySide6.QtWidgets import QAccessibleWidget

    made = QAccessibleWidget(thing, QAccessible.Role.Heading)
    _interfaces[id(thing)] = made
    return made
