"""The four facts about a server: every value can be read, however long it is and however narrow the card."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from wizard.gui.widgets.elided_label import ElidedLabel
from wizard.gui.widgets.facts import Fact, Facts

LONG = "ada.with-a-name-that-goes-on-and-on@a-really-long-subdomain.of-a-department.example.org"


def shown(facts: Facts) -> list[ElidedLabel]:
    QApplication.processEvents()
    return [label for label in facts.findChildren(ElidedLabel) if label.isVisible()]


@pytest.mark.parametrize("width", [200, 300, 540, 1000])
@pytest.mark.parametrize("user", ["ada", "ada@example.org", LONG, LONG * 3])
@pytest.mark.parametrize("pixels", [12, 14, 28])
def test_no_value_is_cut_off(qtbot: QtBot, qapp: QApplication, width: int, user: str, pixels: int) -> None:
    before = qapp.font()
    larger = QFont(before)
    larger.setPixelSize(pixels)
    qapp.setFont(larger)
    try:
        facts = Facts()
        qtbot.addWidget(facts)
        facts.show_facts(
            (
                Fact("Server", LONG, ()),
                Fact("Port", "993", ()),
                Fact("Encryption", "SSL/TLS", ()),
                Fact("User name", user, ()),
            ),
            "globe",
            "From your provider",
        )
        facts.setFixedWidth(width)
        facts.show()
        values = shown(facts)
        assert [label.whole for label in values] == [LONG, "993", "SSL/TLS", user]
        for label in values:
            assert QFontMetrics(label.font()).horizontalAdvance(label.text()) <= label.width()
            if label.text() != label.whole:
                begin, _, end = label.text().partition("…")
                assert label.whole.startswith(begin)
                assert label.whole.endswith(end)
                assert label.textInteractionFlags() == Qt.TextInteractionFlag.NoTextInteraction
            assert label.toolTip() == label.whole
            assert label.accessibleName() == label.whole
    finally:
        qapp.setFont(before)
