"""A heading: a label that screen readers list, and jump to, as a heading."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from wizard.gui.theme import Role
from wizard.gui.widgets.paragraph import Paragraph

# Qt's cache owns the interfaces but does not count as a holder of their Python halves.
_interfaces: dict[int, QAccessibleWidget] = {}
_installed = False


class Heading(Paragraph):
    """A heading whose accessible name is its text."""

    def __init__(self, text: str = "", role: Role = Role.HEADING, *, parent: QWidget | None = None) -> None:
        _install()
        super().__init__(text, role, parent=parent)

    def setText(self, text: str) -> None:
        """Shows and names it."""
        super().setText(text)
        self.setAccessibleName(text)


def _install() -> None:
    global _installed
    if not _installed and hasattr(QAccessible, "installFactory"):
        QAccessible.installFactory(_interface_of)
        _installed = True


def _interface_of(_: str, thing: QObject) -> Any:
    if not isinstance(thing, Heading):
        return None
    made = QAccessibleWidget(thing, QAccessible.Role.Heading)
    _interfaces[id(thing)] = made
    return made
