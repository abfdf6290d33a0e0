"""Asks twice before an exception is made for a certificate that nobody vouches for."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from wizard.gui.widgets.certificate_view import CertificateView
from wizard.gui.widgets.fitted_dialog import FittedDialog
from wizard.gui.widgets.fold import WrappingPrimaryButton, WrappingSecondaryButton
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.surfaces import Card
from wizard.language import tr
from wizard.model.evidence import CertificateFacts


class ExceptionDialog(FittedDialog):
    """Asks whether exactly this certificate is to be trusted; "Go back" is the default, in every way to press it."""

    def __init__(self, facts: CertificateFacts, server: str | None, *, parent: QWidget | None = None) -> None:
        super().__init__(520, parent=parent)
        self.setObjectName("exception-dialog")
        self.setWindowTitle(tr("Make an exception"))
        self.body.setSpacing(12)
        self.body.addWidget(Heading(tr("Trust exactly this certificate?")))
        if server is not None:
            why = tr(
                "Nobody vouches that {server} is who it says it is. Your password would go to whoever owns this "
                "certificate. Compare the fingerprint with the one your administrator tells you, on the phone or on "
                "paper.",
                server=server,
            )
        else:
            why = tr(
                "Nobody vouches that the server is who it says it is. Your password would go to whoever owns this "
                "certificate. Compare the fingerprint with the one your administrator tells you, on the phone or on "
                "paper."
            )
        self.body.addWidget(Paragraph(why, tone="ink2"))
        card = Card()
        card.box.addWidget(CertificateView(facts))
        self.body.addWidget(card)
        self.back = WrappingPrimaryButton(tr("Go back"))
        self.back.setObjectName("exception-back")
        self.back.setDefault(True)
        self.back.clicked.connect(self.reject)
        self.trust = WrappingSecondaryButton(tr("Trust this certificate"))
        self.trust.setObjectName("exception-trust")
        self.trust.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.trust)
        buttons.addStretch(1)
        buttons.addWidget(self.back)
        self.add_buttons(buttons)
        self.back.setFocus()
