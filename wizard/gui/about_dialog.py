"""What Mailwright is, and what a helpdesk asks for first: versions, system, and how the window is drawn."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QLocale, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard import __version__
from wizard.gui.accessibility import announce
from wizard.gui.theme import Role
from wizard.gui.widgets.dialog_buttons import CopyButton, closing_row
from wizard.gui.widgets.fitted_dialog import FittedDialog
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.selectable import selectable
from wizard.gui.widgets.side_panel import in_a_line
from wizard.gui.widgets.switch import Switch
from wizard.language import tr, tr_later
from wizard.setup.pack import Helpdesk

if TYPE_CHECKING:
    from wizard.gui.newer import NewerVersion

_WHAT = tr_later(
    "Finds the settings of your email, proves that they work, explains what does not, and brings them to your mail "
    "program."
)
_KEYS = tr_later(
    "Keys: Alt+Left goes back, Ctrl+C copies a card, Ctrl+Plus and Ctrl+Minus change the size of the text, Escape "
    "closes, F1 shows this."
)


def facts(window: QWidget) -> str:
    """The lines a helpdesk asks for; nothing about the account."""
    screen = window.screen()
    size = screen.size()
    lines = (
        f"Mailwright {__version__}",
        f"{platform.system()} {platform.release()} ({platform.machine()})",
        f"Python {platform.python_version()}, Qt {qVersion()}, {QGuiApplication.platformName()}",
        f"Screen {size.width()} × {size.height()} at {screen.devicePixelRatio():g}, {QLocale.system().name()}",
    )
    return "\n".join(lines)


class AboutDialog(FittedDialog):
    """Version and system, to be read out or copied, and whom to ask."""

    def __init__(self, helpdesk: Helpdesk | None, newer: NewerVersion | None = None, *, parent: QWidget) -> None:
        super().__init__(460, parent=parent)
        self.setObjectName("about-dialog")
        self.setWindowTitle(tr("About Mailwright"))
        self.facts = selectable(Paragraph(facts(parent)))
        self.facts.setObjectName("about-facts")
        self.copy = CopyButton(tr("Copy"), self.facts.text, "copy:about")
        column = self.body
        column.setSpacing(12)
        column.addWidget(Heading("Mailwright"))
        column.addWidget(Paragraph(tr(_WHAT), tone="ink2"))
        column.addWidget(self.facts)
        if helpdesk is not None:
            column.addWidget(Paragraph(in_a_line(helpdesk)))
        column.addWidget(Paragraph(tr(_KEYS), tone="ink2"))
        if newer is not None:
            self._add_newer(column, newer)
        self.add_buttons(closing_row(self, self.copy))
        self.copy.setFocus()

    def _add_newer(self, column: QVBoxLayout, newer: NewerVersion) -> None:
        switch = Switch(tr("Look for newer versions"))
        switch.setObjectName("newer-versions")
        switch.setChecked(newer.is_on)
        note = Paragraph(
            tr("Once a week it asks {site} for a signed list. Nothing about you is sent.", site=newer.where.site),
            Role.SMALL,
            "ink2",
        )
        note.setObjectName("newer-note")
        switch.setAccessibleDescription(note.text())

        def tell(sentence: str) -> None:
            if not shiboken6.isValid(self):  # closed before an answer came
                return
            note.setText(sentence)
            self.fit()
            announce(self, sentence)

        switch.clicked.connect(lambda is_on: newer.switch(is_on, tell))
        column.addWidget(switch)
        column.addWidget(note)
