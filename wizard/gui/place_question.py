"""Says which files of a program will be written, and asks before any of them is."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QHBoxLayout, QWidget

from wizard.gui.widgets.buttons import PrimaryButton, SecondaryButton
from wizard.gui.widgets.fitted_dialog import FittedDialog
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.language import tr


def breakable_paths(text: str) -> str:
    """The text, in which a path may go on in the next line behind each of its folders: it has no blanks for that."""
    return re.sub(r"(?<!~)([/\\])", "\\1\u200b", text)


class PlaceQuestion(FittedDialog):
    """Accepted when the files may be written; No is filled and has the keyboard: a second Enter writes nothing."""

    def __init__(self, title: str, sentence: str, *, parent: QWidget | None = None) -> None:
        super().__init__(460, parent=parent)
        self.setObjectName("place-question")
        self.setWindowTitle("Mailwright")
        self.yes = SecondaryButton(tr("Yes"))
        self.yes.setObjectName("place-yes")
        self.yes.setAutoDefault(False)
        self.yes.clicked.connect(self.accept)
        self.no = PrimaryButton(tr("No"))
        self.no.setObjectName("place-no")
        self.no.setDefault(True)
        self.no.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.yes)
        buttons.addWidget(self.no)
        said = Paragraph(breakable_paths(sentence), tone="ink2")
        said.setObjectName("place-files")
        said.setAccessibleName(sentence)
        self.body.addWidget(Heading(title))
        self.body.addWidget(said)
        self.add_buttons(buttons)
        self.setAccessibleDescription(f"{title} {sentence}")
        self.no.setFocus()
