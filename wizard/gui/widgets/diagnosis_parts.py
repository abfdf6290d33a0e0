"""What a diagnosis card is made of: its side, numbered steps, the server's own words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui import theme, words
from wizard.gui.theme import Role
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.selectable import FixedWidthText, selectable
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Chip, Strip
from wizard.language import tr
from wizard.model.diagnosis import Diagnosis, Likely


class LaneLine(QWidget):
    """ "Sending stopped at Sign in", at the top of the card in the one-column layout."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 4)
        row.setSpacing(12)
        row.addWidget(StateDisc(DiscState.FAILED, 22), 0, Qt.AlignmentFlag.AlignTop)
        side = words.side_name(diagnosis.protocol) if diagnosis.protocol is not None else ""
        text = Flow(gap=10, row_gap=0)
        text.addWidget(Label(side, Role.STRONG))
        text.addWidget(Label(words.stopped_at(diagnosis.stage), tone="stop"))
        row.addLayout(text, 1)


class Steps(QWidget):
    """Numbered steps."""

    def __init__(self, steps: Sequence[str]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for number, step in enumerate(steps, start=1):
            row = QHBoxLayout()
            row.setSpacing(10)
            row.addWidget(Chip(str(number)), 0, Qt.AlignmentFlag.AlignTop)
            label = selectable(Paragraph(step))
            label.setAccessibleName(tr("Step {number}: {step}", number=number, step=step))
            # On one line the words stand in the middle of their number's box, on more they begin there.
            label.setContentsMargins(0, max(0, (theme.control(22) - label.fontMetrics().height()) // 2), 0, 0)
            row.addWidget(label, 1)
            column.addLayout(row)


class LikelyCauses(QWidget):
    """What comes into question where no cause is clear: each with the question that decides, the likeliest first."""

    def __init__(self, likely: Sequence[Likely]) -> None:
        super().__init__()
        self.setObjectName("most-likely")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(6)
        column.addWidget(Label(tr("Most likely"), Role.STRONG))
        for each in likely:
            box = Strip()
            words_of_it = QVBoxLayout()
            words_of_it.setSpacing(2)
            words_of_it.addWidget(Paragraph(each.title, Role.LABEL))
            words_of_it.addWidget(Paragraph(each.question, tone="ink2"))
            box.row.addLayout(words_of_it, 1)
            column.addWidget(box)


class ServerWords(QWidget):
    """The server's answer, inert: plain text in a box, with where and when it was said."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(Paragraph(words.where(diagnosis), Role.SMALL, "ink2"))
        box = Strip()
        text = words.reply_text(diagnosis.reply) if diagnosis.reply is not None else ""
        label = selectable(FixedWidthText(words.breakable(text)))
        label.setObjectName("server-words")
        label.setAccessibleName(text)
        box.row.addWidget(label)
        column.addWidget(box)
