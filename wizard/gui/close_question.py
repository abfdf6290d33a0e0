"""Asks once before the window closes and what was typed is lost."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui.widgets.buttons import PrimaryButton, SecondaryButton
from wizard.gui.widgets.fitted_dialog import FittedDialog
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.language import tr


class EndsSession(Protocol):
    """What the desktop asks before it ends the session (Qt's QSessionManager)."""

    def allowsInteraction(self) -> bool:
        """Whether the person may be asked; False ends without."""

    def cancel(self) -> None:
        """The session goes on."""

    def release(self) -> None:
        """Nobody is asked any more."""


def ask_before_session_ends(session: EndsSession, *, is_proven: bool, parent: QWidget) -> None:
    """The same question when the desktop ends the session, where it lets programs ask."""
    if not session.allowsInteraction():
        return
    question = CloseQuestion(is_proven=is_proven, parent=parent)
    if question.exec() != CloseQuestion.DialogCode.Accepted:
        session.cancel()
    session.release()
    question.deleteLater()


class CloseQuestion(FittedDialog):
    """Accepted when the window is to close; "Keep going" has the keyboard, and Escape means it too."""

    def __init__(self, *, is_proven: bool, parent: QWidget | None = None) -> None:
        super().__init__(400, parent=parent)
        self.setObjectName("close-question")
        self.setWindowTitle("Mailwright")
        title = tr("Close without these settings?") if is_proven else tr("Stop setting up?")
        sentence = (
            tr("They are proven, but not yet brought to a mail program or kept on this computer.")
            if is_proven
            else tr("What you typed is forgotten.")
        )
        self.keep = PrimaryButton(tr("Keep going"))
        self.keep.setObjectName("keep-going")
        self.keep.setDefault(True)
        self.keep.clicked.connect(self.reject)
        self.stop = SecondaryButton(tr("Close") if is_proven else tr("Stop"))
        self.stop.setObjectName("close-anyway")
        self.stop.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.stop)
        buttons.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(8)
        column.addWidget(Heading(title))
        column.addWidget(Paragraph(sentence, tone="ink2"))
        column.addSpacing(16)
        column.addLayout(buttons)
        self.setAccessibleDescription(f"{title} {sentence}")
        self.keep.setFocus()
