"""The row of buttons below a dialog, and the one that copies what it shows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout

from wizard.gui.accessibility import announce
from wizard.gui.widgets.buttons import PrimaryButton, SecondaryButton
from wizard.language import tr


class CopyButton(PrimaryButton):
    """The dialog's default button: puts what `content` gives onto the clipboard, and says that it did."""

    def __init__(self, text: str, content: Callable[[], str], object_name: str) -> None:
        super().__init__(text, "copy")
        self.setObjectName(object_name)
        self.setDefault(True)
        self._content = content
        self.clicked.connect(self._copy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._content())
        self.setText(tr("Copied"))
        self.set_icon("check")
        announce(self, tr("Copied."))


def closing_row(dialog: QDialog, primary: PrimaryButton | None = None) -> QHBoxLayout:
    """At the right: Close, which rejects the dialog, then its primary button, where it has one."""
    close = SecondaryButton(tr("Close"))
    close.setObjectName("close")
    close.clicked.connect(dialog.reject)
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addStretch(1)
    row.addWidget(close)
    if primary is not None:
        row.addWidget(primary)
    return row
