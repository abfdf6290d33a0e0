"""A message to the administrator, written out and ready to copy: what happened, what was said, what to change."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from wizard.gui import theme
from wizard.gui.theme import Role
from wizard.gui.widgets.dialog_buttons import CopyButton, closing_row
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.scroll_page import ScrollBar
from wizard.gui.widgets.surfaces import InputBox
from wizard.model.account import CheckResult
from wizard.model.diagnosis import AskAdministrator, Diagnosis


def message_for(diagnosis: Diagnosis, result: CheckResult | None) -> str:
    """The diagnosis' own message where it brings one, else one made from what `result` saw; it holds no secret."""
    for remedy in diagnosis.remedies:
        if isinstance(remedy.action, AskAdministrator):
            return remedy.action.text
    if result is None:
        return f"{diagnosis.title}. {diagnosis.why}"
    from wizard.handover.administrator_message import administrator_message

    return administrator_message(
        diagnosis,
        address=result.draft.address,
        when=result.started_at,
        ask="Setting up my account in a mail program stops here. Can you look into it?",
        public_address=result.surroundings.public_address,
    )


class AdministratorDialog(QDialog):
    """Shows the message; it can be changed before it is copied."""

    def __init__(self, message: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("administrator-dialog")
        self.setWindowTitle("Ask your administrator")
        self.text = QPlainTextEdit(message)
        self.text.setObjectName("administrator-message")
        self.text.setAccessibleName("Message to your administrator")
        self.text.setTabChangesFocus(True)
        self.text.setVerticalScrollBar(ScrollBar())
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setFont(theme.font(Role.BODY))
        box = InputBox(self.text)

        self.copy = CopyButton("Copy message", self.text.toPlainText, "copy:administrator-message")

        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(Heading("A message you can send on"))
        hint = "It says what happened and what to change. Your password is not in it."
        column.addWidget(Paragraph(hint, tone="ink2"))
        column.addWidget(box, 1)
        column.addLayout(closing_row(self, self.copy))
        self.resize(560, 440)
