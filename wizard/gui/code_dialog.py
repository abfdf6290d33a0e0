"""The code for a phone as large as the screen lets it be, for cameras that do not read the small one."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.gui.widgets.buttons import PrimaryButton
from wizard.gui.widgets.dialog import Dialog
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.qr_code import QrCode
from wizard.language import tr

_AROUND: Final = 160  # pixels for the title bar, the words and the button


class CodeDialog(Dialog):
    """The code of `text`; every module is whole pixels."""

    def __init__(self, text: str, *, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("code-dialog")
        self.setWindowTitle(tr("Code for the phone"))
        room = min(parent.screen().availableSize().width(), parent.screen().availableSize().height()) - _AROUND
        self.code = QrCode()
        self.code.show_text(text, fits_in=room)
        close = PrimaryButton(tr("Close"))
        close.setObjectName("close")
        close.setDefault(True)
        close.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(self.code, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(
            Label(tr("Hold the phone an arm’s length away."), tone="ink2"), 0, Qt.AlignmentFlag.AlignHCenter
        )
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        close.setFocus()
