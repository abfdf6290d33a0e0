"""Asks once before the window closes and what was typed is lost."""

from __future__ import annotations

from typing import Final, Protocol

from PySide6.QtWidgets import QHBoxLayout, QWidget

from wizard.gui.state import Loss
from wizard.gui.widgets.buttons import PrimaryButton, SecondaryButton
from wizard.gui.widgets.fitted_dialog import FittedDialog
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.language import tr, tr_later

_WORDS: Final = {
    Loss.TYPED: (tr_later("Stop setting up?"), tr_later("What you typed is forgotten.")),
    Loss.PROVEN: (
        tr_later("Close without these settings?"),
        tr_later("They are proven, but not yet brought to a mail program or kept on this computer."),
    ),
    Loss.REMEMBERING: (
        tr_later("Close without remembering this account?"),
        tr_later("It is set up in your program. It is remembered on this computer once you press Finish."),
    ),
}


class EndsSession(Protocol):
    """What the desktop asks before it ends the session (Qt's QSessionManager)."""

    def allowsInteraction(self) -> bool:
        """Whether the person may be asked; False ends without."""

    def cancel(self) -> None:
        """The session goes on."""

    def release(self) -> None:
        """Nobody is asked any more."""


def ask_before_session_ends(session: EndsSession, loss: Loss, *, parent: QWidget) -> None:
    """The same question when the desktop ends the session, where it lets programs ask."""
    if not session.allowsInteraction():
        return
    question = CloseQuestion(loss, parent=parent)
    if question.exec() != CloseQuestion.DialogCode.Accepted:
        session.cancel()
    session.release()
    question.deleteLater()


class CloseQuestion(FittedDialog):
    """Accepted when the window is to close; "Keep going" has the keyboard, and Escape means it too."""

    def __init__(self, loss: Loss, *, parent: QWidget | None = None) -> None:
        super().__init__(400, parent=parent)
        self.setObjectName("close-question")
        self.setWindowTitle("Mailwright")
        title, sentence = (tr(words) for words in _WORDS[loss])
        self.keep = PrimaryButton(tr("Keep going"))
        self.keep.setObjectName("keep-going")
        self.keep.setDefault(True)
        self.keep.clicked.connect(self.reject)
        self.stop = SecondaryButton(tr("Stop") if loss is Loss.TYPED else tr("Close"))
        self.stop.setObjectName("close-anyway")
        self.stop.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.stop)
        buttons.addWidget(self.keep)
        self.body.addWidget(Heading(title))
        self.body.addWidget(Paragraph(sentence, tone="ink2"))
        self.add_buttons(buttons)
        self.setAccessibleDescription(f"{title} {sentence}")
        self.keep.setFocus()
