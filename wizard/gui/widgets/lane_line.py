"""One side of a check in one line, as it stands in the one-column layout."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from wizard.gui import theme, words
from wizard.gui.lanes import Lane, State
from wizard.gui.theme import Role
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.language import tr, tr_context
from wizard.model.evidence import Stage

_DISCS: Final = {
    State.OK: DiscState.OK,
    State.FAILED: DiscState.FAILED,
    State.TRYING: DiscState.TRYING,
    State.WAITING: DiscState.WAITING,
    State.NOT_TRIED: DiscState.NOT_TRIED,
    State.NOT_NEEDED: DiscState.NOT_TRIED,
}


class LaneLine(QWidget):
    """One side in one line: "Receiving works, kept"."""

    def __init__(self, lane: Lane, *, kept: bool) -> None:
        super().__init__()
        self.setObjectName(f"side:{lane.protocol.value}")
        state, tone, text = _line_of(lane, kept)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(StateDisc(_DISCS[state], 22), 0, Qt.AlignmentFlag.AlignTop)
        flow = Flow(gap=theme.mark(8), row_gap=0)
        flow.addWidget(Label(words.side_name(lane.protocol), Role.STRONG))
        flow.addWidget(Label(text, tone=tone))
        row.addLayout(flow, 1)


def _line_of(lane: Lane, kept: bool) -> tuple[State, str, str]:
    if lane.broken is Stage.INPUT:  # stopped by what was typed: no mark is red then
        return State.NOT_TRIED, "ink2", words.stopped_at(lane.broken)
    if lane.broken is not None:
        return State.FAILED, "stop", words.stopped_at(lane.broken)
    if lane.works:
        if kept:
            return State.OK, "ok", tr_context("beside a side's name", "works, kept")
        return State.OK, "ok", tr_context("beside a side's name", "works")
    if lane.running is not None:
        return State.TRYING, "accent", tr("{stage}, trying", stage=words.stage_name(lane.running))
    waits = any(mark.state is State.WAITING for mark in lane.marks)
    if waits:
        return State.WAITING, "ink2", tr_context("beside a side's name", "waiting")
    return State.NOT_TRIED, "ink2", tr_context("beside a side's name", "not tried")
