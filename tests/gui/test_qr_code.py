"""The QR code: the modules of the text, whole pixels, a quiet zone, dark on white."""

from __future__ import annotations

import pytest
import segno
from PySide6.QtCore import QSize, Qt
from pytestqt.qtbot import QtBot

from wizard.gui import theme
from wizard.gui.widgets.qr_code import MODULE, QUIET_ZONE, QrCode, matrix_of

TEXT = '[1,[1,1],[0,"imap.example.net",993,3,1,"ada@example.net"]]'


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
def test_every_module_is_painted_in_both_schemes(qtbot: QtBot, scheme: Qt.ColorScheme) -> None:
    code = QrCode()
    qtbot.addWidget(code)
    code.show_text(TEXT)
    side = len(code.matrix) + 2 * QUIET_ZONE
    assert code.sizeHint() == QSize(side * MODULE, side * MODULE)
    theme.current().prefer(scheme)
    try:
        code.resize(code.sizeHint())
        image = code.grab().toImage()
    finally:
        theme.current().prefer(None)
    ratio = image.width() / code.width()
    for y in range(side):
        for x in range(side):
            inside = 0 <= y - QUIET_ZONE < len(code.matrix) and 0 <= x - QUIET_ZONE < len(code.matrix)
            dark = inside and code.matrix[y - QUIET_ZONE][x - QUIET_ZONE]
            if x in (0, side - 1) and y in (0, side - 1):
                continue  # the card's rounded corners
            at = round((x + 0.5) * MODULE * ratio), round((y + 0.5) * MODULE * ratio)
            assert (image.pixelColor(*at).lightness() < 60) is dark, (x, y)


def test_the_matrix_is_the_texts_own() -> None:
    made = segno.make(TEXT, micro=False, encoding="utf-8")
    assert [list(map(bool, row)) for row in made.matrix] == [list(row) for row in matrix_of(TEXT)]
    assert matrix_of(TEXT) != matrix_of(TEXT.replace("993", "995"))
