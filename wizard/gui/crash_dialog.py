"""What a person sees when something went wrong inside: that nothing of theirs was touched, and a report to send on."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from wizard import internal_error
from wizard.gui.about_dialog import facts
from wizard.gui.widgets.dialog_buttons import CopyButton, closing_row
from wizard.gui.widgets.fitted_dialog import FittedDialog
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.selectable import selectable
from wizard.language import tr, tr_later

_WHAT = tr_later(
    "Your mailbox and your settings are as they were. Close this and try it once more. If it happens again, send the "
    "report to your helpdesk."
)
_REPORT = tr_later(
    "The report names the parts of the program that it came through. It holds no address, password or message."
)
MAX_LINES = 12


class CrashDialog(FittedDialog):
    """The report, to be read and copied; the whole of it is in the log too."""

    def __init__(self, report: str, *, parent: QWidget) -> None:
        super().__init__(520, parent=parent)
        self.setObjectName("crash-dialog")
        self.setWindowTitle("Mailwright")
        self.report = f"{facts(parent)}\n\n{report}"
        lines = report.strip().splitlines()
        shown = lines if len(lines) <= MAX_LINES else [*lines[:2], "  …", *lines[-MAX_LINES + 3 :]]
        self.copy = CopyButton(tr("Copy report"), lambda: self.report, "copy:crash")
        column = self.body
        column.setSpacing(12)
        column.addWidget(Heading(tr("Something went wrong inside Mailwright")))
        column.addWidget(Paragraph(tr(_WHAT)))
        column.addWidget(Paragraph(tr(_REPORT), tone="ink2"))
        told = selectable(Paragraph("\n".join(shown), tone="ink2"))
        told.setObjectName("crash-report")
        column.addWidget(told)
        self.add_buttons(closing_row(self, self.copy))
        self.copy.setFocus()


class CrashReporter(QObject):
    """Shows errors of our own, from any thread, until `close`: one dialog at a time, however many there are."""

    _happened = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: CrashDialog | None = None
        self._happened.connect(self._show)
        internal_error.tell_also(self._happened.emit)

    def close(self) -> None:
        """Errors are only logged from now on."""
        internal_error.tell_also(None)

    def _show(self, report: str) -> None:
        if self._dialog is not None:
            return
        self._dialog = CrashDialog(report, parent=self._window)
        self._dialog.finished.connect(self._over)
        self._dialog.open()

    def _over(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None
