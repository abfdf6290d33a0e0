"""The report before it is saved: what is in it, whether the address may be read, and as which kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from wizard.gui import paper, theme
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import PrimaryButton
from wizard.gui.widgets.dialog import Dialog
from wizard.gui.widgets.dialog_buttons import closing_row
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.scroll_page import ScrollBar
from wizard.gui.widgets.selectable import fixed_width
from wizard.gui.widgets.surfaces import InputBox
from wizard.gui.widgets.switch import Switch
from wizard.handover.report import report_bytes, report_name, report_page, report_text
from wizard.language import tr, tr_later

# The first is the one a helpdesk can open again, and people can read.
_KINDS: Final = {
    ".html": tr_later("Page (*.html)"),
    ".pdf": "PDF (*.pdf)",
    ".txt": tr_later("Text (*.txt)"),
    ".json": tr_later("Data (*.json)"),
}


class ReportDialog(Dialog):
    """Shows the report and saves it.

    Args:
        document: makes the report; it is given whether mail addresses are masked.

    Signals:
        chosen: (str, bytes) the file that the person named, and what belongs into it.
    """

    chosen = Signal(str, object)

    def __init__(self, document: Callable[[bool], Mapping[str, object]], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("report-dialog")
        self.setWindowTitle(tr("Save a report"))
        self._make = document
        self._document = document(True)
        self.text = QPlainTextEdit()
        self.text.setObjectName("report-text")
        self.text.setAccessibleName(tr("What is in the report"))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setVerticalScrollBar(ScrollBar())
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setFont(fixed_width(theme.font(Role.SMALL)))
        self.address = Switch(tr("Leave my address readable, for my own helpdesk"))
        self.address.setObjectName("report-address")
        self.address.toggled.connect(self._show)
        self.save = PrimaryButton(tr("Save…"), "file")
        self.save.setObjectName("report-save")
        self.save.setDefault(True)
        self.save.clicked.connect(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(Heading(tr("A report you can send on")))
        column.addWidget(Paragraph(tr("This is all that is in it. Your password is not."), tone="ink2"))
        column.addWidget(InputBox(self.text), 1)
        column.addWidget(self.address)
        column.addLayout(closing_row(self, self.save))
        self.resize(640, 560)
        self._show()

    def _show(self) -> None:
        self._document = self._make(not self.address.isChecked())
        self.text.setPlainText(report_text(self._document))

    def _save(self) -> None:
        name = f"{report_name(self._document)}.html"
        kinds = {tr(words): suffix for suffix, words in _KINDS.items()}
        path, kind = QFileDialog.getSaveFileName(self, tr("Save a report"), name, ";;".join(kinds))
        if not path:
            return
        suffix = Path(path).suffix.lower()
        if suffix not in _KINDS:
            suffix = kinds.get(kind, ".html")
            path += suffix
        self.chosen.emit(path, pdf(self._document) if suffix == ".pdf" else report_bytes(self._document, suffix))
        self.accept()


def pdf(document: Mapping[str, object]) -> bytes:
    """The report on pages of A4."""
    return paper.pdf(report_page(document), report_name(document))
