"""Colours that can be read, in both schemes, and that follow the scheme as it changes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from wizard.gui import theme
from wizard.gui.widgets.label import Label

TEXT = [
    *[(ink, ground) for ink in ("ink", "ink2") for ground in ("page", "side", "card", "sunken", "accenttint")],
    *[("accent", ground) for ground in ("page", "side", "card", "accenttint")],
    *[(ink, ground) for ink in ("ok", "stop", "warn") for ground in ("page", "card", "sunken")],
    *[(ink, f"{ink}_tint") for ink in ("ok", "stop", "warn")],
    ("fill_ink", "fill"),
    ("fill_ink", "fill_hover"),
    ("ink", "button"),
    ("ok_mark", "ok_disc"),
    ("stop_mark", "stop_disc"),
]


def luminance(colour: QColor) -> float:
    parts = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(scheme: Qt.ColorScheme, ink: str, ground: str) -> None:
    theme.current().prefer(scheme)
    tokens = theme.tokens()
    assert contrast(tokens[ink], tokens[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
def test_lines_that_carry_meaning_can_be_seen(scheme: Qt.ColorScheme) -> None:
    theme.current().prefer(scheme)
    tokens = theme.tokens()
    assert contrast(tokens.edge, tokens.card) >= 3
    assert contrast(tokens.accent, tokens.card) >= 3


def test_palette_and_labels_follow_the_scheme(qtbot: QtBot, qapp: QApplication) -> None:
    label = Label("x", tone="ink2")
    qtbot.addWidget(label)
    light = label.palette().color(QPalette.ColorRole.WindowText)
    with qtbot.waitSignal(theme.current().changed):
        theme.current().prefer(Qt.ColorScheme.Dark)
    assert label.palette().color(QPalette.ColorRole.WindowText) != light
    assert qapp.palette().color(QPalette.ColorRole.Window) == theme.tokens().page


def test_a_label_never_reads_markup(qtbot: QtBot) -> None:
    label = Label("<b>x</b>")
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText
