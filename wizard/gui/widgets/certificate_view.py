"""What a server's certificate says, for the fold of a diagnosis and for the exception dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from wizard.gui import words
from wizard.gui.theme import Role
from wizard.gui.widgets.label import Label, named_by_its_value
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.selectable import FixedWidthText, selectable
from wizard.language import tr, tr_plural
from wizard.language.formats import date_text
from wizard.model.evidence import CertificateFacts

_NAMES_SHOWN = 6


class CertificateView(QWidget):
    """Names, issuer, dates and fingerprint; all of it can be selected and copied."""

    def __init__(self, facts: CertificateFacts, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        names = ", ".join(facts.names[:_NAMES_SHOWN]) or facts.subject
        left = len(facts.names) - _NAMES_SHOWN
        if left > 0:
            names = tr_plural("{names} and {n} more", "{names} and {n} more", left, names=names)
        issuer = tr("{issuer} (itself)", issuer=facts.issuer) if facts.self_signed else facts.issuer
        rows = (
            ("certificate-names", tr("Made out to"), names),
            ("certificate-issuer", tr("Issued by"), issuer),
            ("certificate-begins", tr("Valid from"), date_text(facts.not_before.date())),
            ("certificate-ends", tr("Valid until"), date_text(facts.not_after.date())),
            ("fingerprint", tr("Fingerprint"), words.fingerprint(facts.sha256)),
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (id_, label, value) in enumerate(rows):
            name = named_by_its_value(Label(label, Role.SMALL, "ink2"))
            text = selectable(FixedWidthText(value) if id_ == "fingerprint" else Paragraph(value, Role.SMALL_LABEL))
            text.setAccessibleName(tr("{name}: {value}", name=label, value=value))
            text.setObjectName(id_)
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1)
