"""A heading: a label that screen readers list, and jump to, as a heading."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from wizard.gui import accessible_roles
from wizard.gui.theme import Role
from wizard.gui.widgets.balance import balance, balanced_height
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph

_AFTER_FIRST_PAINT_MS = 100


class Heading(Paragraph):
    """A heading whose accessible name is its text; `seen_first` is that of a page which may be the first thing seen."""

    spoken_role = "Heading"

    def __init__(
        self, text: str = "", role: Role = Role.HEADING, *, seen_first: bool = False, parent: QWidget | None = None
    ) -> None:
        if not seen_first:
            accessible_roles.install()
        super().__init__(text, role, parent=parent)
        if seen_first and not accessible_roles.is_installed():
            # What it takes would hold up the first paint; a title is heard later than it is seen.
            QTimer.singleShot(_AFTER_FIRST_PAINT_MS, self, accessible_roles.install)

    def setText(self, text: str) -> None:
        """Shows and names it."""
        super().setText(text)
        self.setAccessibleName(text)
        balance(self)

    def heightForWidth(self, width: int) -> int:
        """Of the lines it will have, not of those it has at another width."""
        return balanced_height(self, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In lines of about one length."""
        super().resizeEvent(event)
        balance(self)


class Subheading(Label):
    """The sentence below a page's title."""

    def __init__(self, text: str) -> None:
        super().__init__(text, tone="ink2", wrap=True)

    def setText(self, text: str) -> None:
        """Shows it."""
        super().setText(text)
        balance(self)

    def heightForWidth(self, width: int) -> int:
        """Of the lines it will have, not of those it has at another width."""
        return balanced_height(self, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Likewise."""
        super().resizeEvent(event)
        balance(self)
