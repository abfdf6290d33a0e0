"""Settings the person has already: pasted, or in a file."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui.accessibility import announce
from wizard.gui.widgets.buttons import PrimaryButton, SecondaryButton
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.text_box import TextBox
from wizard.language import tr, tr_later

_KINDS = tr_later("Settings (*.mobileconfig *.xml *.json *.html *.eml *.txt);;All files (*)")


class BringDialog(QDialog):
    """`pasted` carries the text, `file_chosen` a path; `show_failure` says why neither could be used."""

    pasted = Signal(str)
    file_chosen = Signal(str)

    def __init__(self, folder: str, *, parent: QWidget) -> None:
        super().__init__(parent)
        self._folder = folder
        self.setObjectName("bring-dialog")
        self.setWindowTitle(tr("Settings you have"))
        self.resize(QSize(600, 440))
        self.box = TextBox(
            tr("Settings"), placeholder=tr("Paste the lines or the whole message that names the servers.")
        )
        self.use = PrimaryButton(tr("Use these"))
        self.use.setObjectName("use-brought")
        self.use.setEnabled(False)
        self.use.setDefault(True)
        self.use.clicked.connect(lambda: self.pasted.emit(self.box.text()))
        self.open_file = SecondaryButton(tr("Open a file…"), "file")
        self.open_file.setObjectName("open-brought")
        self.open_file.clicked.connect(self._choose_file)
        close = SecondaryButton(tr("Close"))
        close.setObjectName("close")
        close.clicked.connect(self.reject)
        self.note = Label("", tone="stop", wrap=True)
        self.note.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.open_file)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(Heading(tr("Settings you have")))
        column.addWidget(
            Paragraph(
                tr(
                    "A message from your provider, an autoconfig file, an Apple profile (.mobileconfig) or a saved "
                    "report. A password in it is not read."
                ),
                tone="ink2",
            )
        )
        column.addWidget(self.box, 1)
        column.addWidget(self.note)
        column.addLayout(buttons)
        self.box.input.textChanged.connect(lambda: self.use.setEnabled(bool(self.box.text().strip())))
        self.box.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_failure(self, sentence: str) -> None:
        """Says why it could not be used."""
        self.note.setText(sentence)
        self.note.show()
        announce(self, sentence, urgent=True)

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Open settings"), self._folder, tr(_KINDS))
        if path:
            self.file_chosen.emit(path)
