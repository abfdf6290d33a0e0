"""Opens every dialog on a screen of a given size and prints what of it lies off the screen, as JSON.

`python -m tests.gui.small_screen WIDTH HEIGHT FONT_PIXELS`: Qt's offscreen platform takes its screen from a file.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path


def main(width: int, height: int, pixels: int) -> None:
    """Prints, by dialog, the size it has and its buttons that cannot be pressed."""
    screen = {"name": "small", "x": 0, "y": 0, "width": width, "height": height}
    screen |= {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "screens.json"
        config.write_text(json.dumps({"screens": [screen]}))
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={config}"
        print(json.dumps(off_the_screen(pixels)))


def off_the_screen(pixels: int) -> dict[str, list[str]]:
    """By dialog: what lies off the screen; only those of which anything does."""
    from PySide6.QtGui import QFont
    from PySide6.QtWidgets import QAbstractButton, QWidget

    from tests.gui.test_dialogs_in_every_language import DIALOGS
    from wizard.gui import theme
    from wizard.gui.app import make_application

    app = make_application()
    font = QFont("Inter")
    font.setPixelSize(pixels)
    app.setFont(font)
    theme.current().follow_font()
    parent = QWidget()
    parent.resize(480, 400)
    parent.show()
    room = parent.screen().availableGeometry()
    found = {}
    for name, make in DIALOGS.items():
        dialog = make(parent)
        dialog.show()
        for _ in range(6):
            app.processEvents()
        wrong = [] if room.contains(dialog.geometry()) else [f"{dialog.geometry()} in {room}"]
        for button in dialog.findChildren(QAbstractButton):
            in_row = button.parentWidget() is dialog and button.isVisible()
            if in_row and not dialog.rect().contains(button.geometry()):
                wrong.append(f"{button.objectName()} at {button.geometry()}")
        if wrong:
            found[name] = wrong
        dialog.close()
        dialog.deleteLater()
    parent.close()
    return found


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
