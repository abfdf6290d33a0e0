"""What a server's certificate says, for the fold of a diagnosis and for the exception dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from wizard.gui import words
from wizard.gui.theme import Role
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.selectable import FixedWidthText, selectable
from wizard.model.dates import date_text
from wizard.model.evidence import CertificateFacts

_NAMES_SHOWN = 6


class CertificateView(QWidget):
    """Names, issuer, dates and fingerprint; all of it can be selected and copied."""

    def __init__(self, facts: CertificateFacts, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        names = ", ".join(facts.names[:_NAMES_SHOWN]) or facts.subject
        if len(facts.names) > _NAMES_SHOWN:
            names += f" and {len(facts.names) - _NAMES_SHOWN} more"
        rows = (
            ("Made out to", names),
            ("Issued by", f"{facts.issuer} (itself)" if facts.self_signed else facts.issuer),
            ("Valid from", date_text(facts.not_before.date())),
            ("Valid until", date_text(facts.not_after.date())),
            ("Fingerprint", words.fingerprint(facts.sha256)),
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (label, value) in enumerate(rows):
            name = Label(label, Role.SMALL, "ink2")
            is_print = label == "Fingerprint"
            text = selectable(FixedWidthText(value) if is_print else Paragraph(value, Role.SMALL_LABEL))
            text.setAccessibleName(f"{label}: {value}")
            if is_print:
                text.setObjectName("fingerprint")
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1)
