"""Where the password goes, said before it goes there, with the way to change it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from wizard.gui import theme
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import LinkButton
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.surfaces import Icon
from wizard.language import tr


class ServersLine(QWidget):
    """A sentence with the servers' names, and Edit; `edit` asks for the page where they are changed."""

    edit = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("servers-line")
        self.words = Label("", Role.SMALL, "ink2", wrap=True)
        self.words.setObjectName("servers-found")
        self.link = LinkButton(tr("Edit"), role=LinkButton.SMALL)
        self.link.setObjectName("edit-settings")
        self.link.setAccessibleName(tr("Edit settings"))
        self.link.clicked.connect(lambda: self.edit.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(6)
        row.addWidget(Icon("shield-check", 14), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.words, 1)
        row.addWidget(self.link, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumHeight(theme.mark(24))

    def say(self, sentence: str) -> None:
        """Shows the sentence; "" hides the line."""
        self.words.setText(sentence)
        self.setVisible(bool(sentence))
