"""What a domain publishes about its mail, thing by thing, to be read, copied, or saved and sent on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from wizard.domain.finding import Finding, Record, State
from wizard.gui import paper
from wizard.gui.accessibility import announce
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import SecondaryButton
from wizard.gui.widgets.copy_row import CopyRow
from wizard.gui.widgets.dialog import Dialog
from wizard.gui.widgets.dialog_buttons import CopyButton, closing_row
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.scroll_page import ScrollPage
from wizard.gui.widgets.selectable import FixedWidthText, selectable
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Card, Strip
from wizard.handover.page import html_page, text_page
from wizard.handover.sheet import Row
from wizard.language import tr, tr_later
from wizard.setup.domain_report import state_words

if TYPE_CHECKING:
    from wizard.setup.domain_report import DomainReport

_KINDS: Final = {".html": tr_later("Page (*.html)"), ".pdf": "PDF (*.pdf)", ".txt": tr_later("Text (*.txt)")}
_LOOKS: Final = {
    State.OK: (DiscState.OK, "ok"),
    State.WARNING: (DiscState.WARN, "warn"),
    State.WRONG: (DiscState.FAILED, "stop"),
    State.ABSENT: (DiscState.NOT_TRIED, "ink2"),
    State.UNKNOWN: (DiscState.NOT_TRIED, "ink2"),
}


class DomainDialog(Dialog):
    """Says that the domain is being looked at until `show_report` or `show_failure`; closing it gives that up.

    Signals:
        chosen: (str, bytes) the file that the person named, and what belongs into it.
    """

    chosen = Signal(str, object)
    is_waiting = True

    def __init__(self, shown: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("domain-dialog")
        self.setWindowTitle(tr("Mail of {domain}", domain=shown))
        self._report: DomainReport | None = None
        self._scroll = ScrollPage()
        self._scroll.body.setContentsMargins(24, 20, 24, 16)
        self._scroll.body.setSpacing(12)
        self._scroll.body.addWidget(Heading(tr("Mail of {domain}", domain=shown)))
        self.summary = selectable(Paragraph(tr("Asking the name servers what {domain} publishes…", domain=shown)))
        self.summary.setObjectName("domain-summary")
        self._disc = StateDisc(DiscState.TRYING, 22)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self._disc, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.summary, 1)
        self._scroll.body.addLayout(line)
        self._list = QVBoxLayout()
        self._list.setSpacing(12)
        self._scroll.body.addLayout(self._list)
        self._scroll.body.addStretch(1)
        self.copy = CopyButton(tr("Copy all"), self._text, "copy:domain")
        self.save = SecondaryButton(tr("Save…"), "file")
        self.save.setObjectName("domain-save")
        self.save.setAccessibleDescription(tr("A page or a text that you can send to whoever keeps the domain"))
        self.save.clicked.connect(self._save)
        for button in (self.copy, self.save):
            button.setEnabled(False)
        row = closing_row(self, self.copy)
        row.setContentsMargins(24, 12, 24, 14)
        row.insertWidget(0, self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addLayout(row)
        self.resize(QSize(680, 600))

    def show_report(self, report: DomainReport) -> None:
        """Shows what was found, and says how it stands."""
        self._report = report
        states = {finding.state for finding in report.findings}
        if report.says_nothing:
            self._disc.set_state(DiscState.WARN)
        elif State.WRONG in states:
            self._disc.set_state(DiscState.FAILED)
        else:
            self._disc.set_state(DiscState.WARN if State.WARNING in states else DiscState.OK)
        self.summary.setText(report.summary)
        for finding in report.findings:
            self._list.addWidget(FindingCard(finding))
        for button in (self.copy, self.save):
            button.setEnabled(True)
        self.copy.setFocus()
        announce(self, report.summary, urgent=True)

    def show_failure(self, sentence: str) -> None:
        """Nothing came of it, and why."""
        self._disc.set_state(DiscState.FAILED)
        self.summary.setText(sentence)
        announce(self, sentence, urgent=True)

    def _text(self) -> str:
        return text_page(self._report.sections()) if self._report is not None else ""

    def _save(self) -> None:
        report = self._report
        if report is None:
            return
        kinds = {tr(words): suffix for suffix, words in _KINDS.items()}
        path, kind = QFileDialog.getSaveFileName(self, tr("Save"), f"mail-of-{report.shown}.html", ";;".join(kinds))
        if not path:
            return
        suffix = Path(path).suffix.lower()
        if suffix not in _KINDS:
            suffix = kinds.get(kind, ".html")
            path += suffix
        self.chosen.emit(path, report_file(report, suffix))


class FindingCard(Card):
    """One thing: how it stands, in plain words; what is published now, and what to publish, each with its button."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.setObjectName(f"finding:{finding.id}")
        self.box.setContentsMargins(20, 14, 20, 12)
        state, tone = _LOOKS[finding.state]
        words = QVBoxLayout()
        words.setSpacing(4)
        head = Flow(gap=12, row_gap=0)
        head.addWidget(Heading(finding.title, Role.STRONG))
        head.addWidget(Label(state_words(finding.state), Role.LABEL, tone))
        words.addLayout(head)
        words.addWidget(selectable(Paragraph(finding.says)))
        for line in finding.lines:
            words.addWidget(_published(line))
        for number, record in enumerate(finding.publish):
            words.addWidget(_to_publish(f"{finding.id}-{number}", record))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(StateDisc(state, 18), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.box.addLayout(row)


def _published(line: str) -> QWidget:
    box = Strip()
    text = FixedWidthText(_breakable(line))
    text.setAccessibleName(tr("now: {line}", line=line))
    box.row.addWidget(text)
    return box


def _to_publish(name: str, record: Record) -> QWidget:
    label = tr("Publish as {kind} at {name}", kind=record.type, name=_breakable(record.name))
    row = CopyRow(Row(f"publish-{name}", label, record.value, ""), shown=_breakable(record.value))
    row.set_compact(True)
    return row


def _breakable(text: str) -> str:
    """With places to break words that may have no room: a record is one long word. It is not selected but copied."""
    return re.sub(r"(\S{20})(?=\S)", "\\1\u200b", text)


def report_file(report: DomainReport, suffix: str) -> bytes:
    """The report as a file of that kind."""
    if suffix == ".txt":
        return text_page(report.sections()).encode()
    page = html_page(report.title, report.sections())
    return paper.pdf(page, report.title) if suffix == ".pdf" else page.encode()
