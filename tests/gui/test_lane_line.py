"""One side of a check in one line: red only where something was tried and failed, as in the picture."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from wizard.gui import theme
from wizard.gui.lanes import SHOWN, Lane, Mark, State
from wizard.gui.widgets.lane_line import LaneLine
from wizard.model.evidence import Stage
from wizard.model.server import Protocol

MARKS = tuple(Mark(stage, State.NOT_TRIED, "Not tried") for stage in SHOWN)


@pytest.mark.parametrize(
    ("broken", "words", "tone"),
    [
        (Stage.INPUT, "was not tried", "ink2"),
        (Stage.AUTH, "stopped at Sign in", "stop"),
        (None, "not tried", "ink2"),
    ],
)
def test_a_side_that_was_not_tried_is_no_failure(qtbot: QtBot, broken: Stage | None, words: str, tone: str) -> None:
    line = LaneLine(Lane(Protocol.SMTP, "smtp.example.net", "ada", MARKS, broken=broken), kept=False)
    qtbot.addWidget(line)
    said = next(each for each in line.findChildren(QLabel) if each.text() == words)
    assert said.palette().color(QPalette.ColorRole.WindowText) == theme.tokens()[tone]
