"""What Mailwright is, and what a helpdesk asks for first: versions, system, and how the window is drawn."""

from __future__ import annotations

import platform

from PySide6.QtCore import QLocale, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard import __version__
from wizard.gui.widgets.dialog_buttons import CopyButton, closing_row
from wizard.gui.widgets.fitted_dialog import FittedDialog
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.selectable import selectable
from wizard.gui.widgets.side_panel import in_a_line
from wizard.language import tr, tr_later
from wizard.setup.pack import Helpdesk

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

    def __init__(self, helpdesk: Helpdesk | None, *, parent: QWidget) -> None:
        super().__init__(460, parent=parent)
        self.setObjectName("about-dialog")
        self.setWindowTitle(tr("About Mailwright"))
        self.facts = selectable(Paragraph(facts(parent)))
        self.facts.setObjectName("about-facts")
        self.copy = CopyButton(tr("Copy"), self.facts.text, "copy:about")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(Heading("Mailwright"))
        column.addWidget(Paragraph(tr(_WHAT), tone="ink2"))
        column.addWidget(self.facts)
        if helpdesk is not None:
            column.addWidget(Paragraph(in_a_line(helpdesk)))
        column.addWidget(Paragraph(tr(_KEYS), tone="ink2"))
        column.addSpacing(4)
        column.addLayout(closing_row(self, self.copy))
        self.copy.setFocus()
