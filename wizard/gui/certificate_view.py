"""What a server's certificate says, for the fold of a diagnosis and for the exception dialog; the latter asks twice."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui import theme, words
from wizard.gui.theme import Role
from wizard.gui.widgets.fold import WrappingPrimaryButton, WrappingSecondaryButton
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.scroll_page import ScrollPage
from wizard.gui.widgets.surfaces import Card
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


class ExceptionDialog(QDialog):
    """Asks whether exactly this certificate is to be trusted; "Go back" is the default, in every way to press it."""

    def __init__(self, facts: CertificateFacts, server: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exception-dialog")
        self.setWindowTitle("Make an exception")
        scroll = ScrollPage()
        scroll.body.setContentsMargins(24, 24, 24, 16)
        scroll.body.setSpacing(12)
        scroll.body.addWidget(Heading("Trust exactly this certificate?"))
        why = (
            f"Nobody vouches that {server} is who it says it is. Your password would go to whoever owns this "
            "certificate. Compare the fingerprint with the one your administrator tells you, on the phone or on paper."
        )
        scroll.body.addWidget(Paragraph(why, tone="ink2"))
        card = Card()
        card.box.addWidget(CertificateView(facts))
        scroll.body.addWidget(card)
        scroll.body.addStretch(1)
        self.back = WrappingPrimaryButton("Go back")
        self.back.setObjectName("exception-back")
        self.back.setDefault(True)
        self.back.clicked.connect(self.reject)
        self.trust = WrappingSecondaryButton("Trust this certificate")
        self.trust.setObjectName("exception-trust")
        self.trust.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(24, 12, 24, 16)
        buttons.setSpacing(8)
        buttons.addWidget(self.trust)
        buttons.addStretch(1)
        buttons.addWidget(self.back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scroll)
        column.addLayout(buttons)
        self.resize(round(520 * min(theme.current().scale, 1.4)), 440)
        self.back.setFocus()


class FixedWidthText(Paragraph):
    """Small text in the system's font of fixed width: fingerprints and server replies."""

    def __init__(self, text: str, *, parent: QWidget | None = None) -> None:
        super().__init__(text, Role.SMALL, parent=parent)

    def _retheme(self) -> None:
        super()._retheme()
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.font().pointSizeF())
        self.setFont(font)


def selectable(label: Label) -> Label:
    """The label, with text that can be selected by mouse and keyboard; links in it stay dead."""
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label
