"""What assistive technology is told about our own widgets where Qt's answer is missing or dangerous."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QScrollArea, QWidget

# Qt's cache owns the interfaces but does not count as a holder of their Python halves.
_interfaces: dict[int, Any] = {}
_installed = False


def is_installed() -> bool:
    """Whether `install` was called."""
    return _installed


def install() -> None:
    """From now on headings are headings, steps are no labels, and a page that scrolls can be read in peace.

    Qt 6's own interface of a scroll area counts the scroll bar among its children and hands out a child by its number
    without looking whether there is one: a screen reader that counted while the bar was there, and asks once it is
    gone, ends the program.
    """
    global _installed
    from PySide6.QtGui import QAccessible

    if not _installed and hasattr(QAccessible, "installFactory"):
        QAccessible.installFactory(_interface_of)
        _installed = True


def _interface_of(_: str, thing: QObject) -> Any:
    role = "Client" if isinstance(thing, QScrollArea) else getattr(thing, "spoken_role", None)
    if role is None or not isinstance(thing, QWidget):
        return None
    from PySide6.QtGui import QAccessible
    from PySide6.QtWidgets import QAccessibleWidget

    made = QAccessibleWidget(thing, QAccessible.Role[role])
    _interfaces[id(thing)] = made
    return made
