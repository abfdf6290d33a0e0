"""What the receiving server wrote about a message, a line for each check: plain words, the short name, the verdict."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui import trip_words
from wizard.gui.theme import Role
from wizard.gui.widgets.fold import FoldArea, FoldButton
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Card, Separator
from wizard.language import tr
from wizard.model.account import RoundTrip

_LOOKS: Final = {
    trip_words.Verdict.PASSED: (DiscState.OK, "ok"),
    trip_words.Verdict.FAILED: (DiscState.FAILED, "stop"),
}


class VerdictCard(Card):
    """SPF, DKIM and DMARC as the receiver saw them; behind a fold where all of it is well."""

    def __init__(self, trip: RoundTrip, domain: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("verdicts")
        lines = (
            ("spf", trip_words.spf_line(trip.spf, domain), trip.spf),
            ("dkim", trip_words.dkim_line(trip.dkim), trip.dkim),
            ("dmarc", trip_words.dmarc_line(trip.dmarc), trip.dmarc),
        )
        title = tr("What the receiving server says about your mail")
        self.area = FoldArea()
        self.area.box.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(Paragraph(title, Role.STRONG), 1)
        self.box.addLayout(head)
        if all(trip_words.verdict_of(verdict) is trip_words.Verdict.PASSED for _, _, verdict in lines):
            self.box.setContentsMargins(20, 8, 20, 8)
            fold = FoldButton(tr("Show"))
            fold.setObjectName("show-verdicts")
            fold.setAccessibleName(tr("{name}: {value}", name=tr("Show"), value=title))
            fold.turned.connect(self.area.set_open)
            head.addWidget(fold)
        else:
            self.box.setContentsMargins(20, 17, 20, 8)
            self.box.addSpacing(8)
            self.area.set_open(True)
        self.box.addWidget(self.area)
        for index, (name, sentence, verdict) in enumerate(lines):
            if index:
                self.area.box.addWidget(Separator())
            self.area.box.addWidget(_Line(name, sentence, trip_words.verdict_of(verdict)))


class _Line(QWidget):
    def __init__(self, name: str, sentence: str, verdict: trip_words.Verdict) -> None:
        super().__init__()
        self.setObjectName(f"verdict:{name}")
        state, tone = _LOOKS.get(verdict, (DiscState.NOT_TRIED, "ink2"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 11, 0, 11)
        row.setSpacing(8)
        row.addWidget(StateDisc(state, 18), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(8)
        text = QVBoxLayout()
        text.addWidget(Paragraph(sentence))
        row.addLayout(text)
        row.addWidget(Label(name.upper(), Role.SMALL, "ink2"))
        row.addStretch(1)
        said = trip_words.verdict_word(verdict)
        word = Label(said, Role.LABEL, tone)
        word.setAccessibleName(f"{name.upper()}: {said}")
        row.addWidget(word)
