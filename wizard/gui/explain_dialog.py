"""Explains an error people paste: a code, a dialog's text, a log."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui.accessibility import announce
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import PrimaryButton, SecondaryButton
from wizard.gui.widgets.diagnosis_card import DiagnosisCard
from wizard.gui.widgets.dialog import Dialog
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.scroll_page import ScrollPage
from wizard.gui.widgets.text_box import TextBox
from wizard.language import tr
from wizard.model.diagnosis import Diagnosis

LONGEST = 200_000  # characters of a pasted log; what matters is in far less


class ExplainDialog(Dialog):
    """`asked` carries the pasted text; `show_diagnosis` answers. `remedy_chosen` carries diagnosis and remedy."""

    asked = Signal(str)
    report_wanted = Signal()
    remedy_chosen = Signal(object, object)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("explain-dialog")
        self.setWindowTitle(tr("What an error means"))
        self.resize(QSize(640, 560))
        self._answers: list[QWidget] = []
        self.box = TextBox(
            tr("Error message"), placeholder=tr("Paste what you have: a code, the text of a dialog, lines of a log.")
        )
        self.box.setMinimumHeight(110)
        self.box.setMaximumHeight(190)
        self.explain = PrimaryButton(tr("Explain"))
        self.explain.setObjectName("explain")
        self.explain.setEnabled(False)
        self.explain.clicked.connect(self._ask)
        close = SecondaryButton(tr("Close"))
        close.setObjectName("close")
        close.clicked.connect(self.reject)
        self._scroll = ScrollPage()
        self._scroll.body.setContentsMargins(24, 20, 24, 16)
        self._scroll.body.setSpacing(12)
        self._scroll.body.addWidget(Label(tr("What an error means"), Role.HEADING))
        self._scroll.body.addWidget(self.box)
        self._answer = QVBoxLayout()
        self._scroll.body.addLayout(self._answer)
        self._note = Label("", tone="stop", wrap=True)
        self._note.hide()
        self._scroll.body.addWidget(self._note)
        self._scroll.body.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(24, 12, 24, 14)
        buttons.setSpacing(8)
        self.open_report = SecondaryButton(tr("Open a report…"), "file")
        self.open_report.setObjectName("open-report")
        self.open_report.clicked.connect(lambda: self.report_wanted.emit())
        buttons.addWidget(self.open_report)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.explain)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addLayout(buttons)
        self.box.input.textChanged.connect(lambda: self.explain.setEnabled(bool(self.box.text().strip())))
        QWidget.setTabOrder(self.box.input, self.explain)
        QWidget.setTabOrder(self.explain, close)
        self.box.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_diagnosis(self, diagnosis: Diagnosis) -> None:
        """Shows what the text means."""
        self._clear()
        card = DiagnosisCard(diagnosis, links=False)
        card.remedy_chosen.connect(lambda remedy: self.remedy_chosen.emit(diagnosis, remedy))
        self._add(card)
        # The text is explained: what helps is the one filled button now, and the keyboard is where the eye goes.
        if self.focusWidget() in (None, self, self.explain):
            card.title.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, f"{diagnosis.title}. {diagnosis.why}")

    def show_reports(self, documents: Mapping[str, Mapping[str, object]]) -> None:
        """Shows the one report, or several side by side, each called as in `documents`."""
        if len(documents) == 1:
            self.show_report(*documents.values())
            return
        from wizard.gui.widgets.side_by_side import SideBySide
        from wizard.handover.compare import comparison

        self._clear()
        (section,) = comparison(list(documents.values()), list(documents))
        (sentence,) = section.paragraphs
        self._add(Paragraph(sentence))
        self._add(SideBySide(section.table))
        announce(self, sentence)

    def show_report(self, document: Mapping[str, object]) -> None:
        """Shows the cards that the person saw, whose buttons do nothing here, and below them the whole report."""
        from wizard.handover.report import report_name, report_text
        from wizard.handover.report_cards import cards_of

        self._clear()
        for diagnosis in cards_of(document):
            card = DiagnosisCard(diagnosis, links=False)
            for button in card.findChildren(QAbstractButton):
                if button.objectName().startswith("remedy:"):
                    button.setEnabled(False)
            self._add(card)
        text = TextBox(report_name(document), columns=True)
        text.input.setReadOnly(True)
        text.input.setPlainText(report_text(document))
        text.setMinimumHeight(260)
        self._add(text)
        announce(self, tr("The report {name}.", name=report_name(document)))

    def show_failure(self, sentence: str) -> None:
        """Says why there is no answer."""
        self._clear()
        self._note.setText(sentence)
        self._note.show()
        self.explain.setEnabled(True)

    def _ask(self) -> None:
        self.explain.setEnabled(False)
        self.asked.emit(self.box.text()[:LONGEST])

    def _clear(self) -> None:
        self._note.hide()
        for widget in self._answers:
            self._answer.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._answers.clear()

    def _add(self, widget: QWidget) -> None:
        self._answer.addWidget(widget)
        self._answers.append(widget)
