"""The profile on its way to an iPhone: what will happen, then the code of a link that is good for five minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from wizard.gui import theme, words
from wizard.gui.accessibility import announce
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import PrimaryButton
from wizard.gui.widgets.choices import ChoiceField
from wizard.gui.widgets.copy_row import CopyRow
from wizard.gui.widgets.diagnosis_card import local_now
from wizard.gui.widgets.diagnosis_parts import Steps
from wizard.gui.widgets.dialog_buttons import closing_row
from wizard.gui.widgets.fitted_dialog import FittedDialog
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.qr_code import QrCode
from wizard.handover.sheet import Row
from wizard.language import tr, tr_plural

_LEAST_MODULE = 5  # pixels: a camera reads it from the other side of a desk
_NARROW = 560


class PhoneLinkDialog(FittedDialog):
    """Asks first: nothing is offered before the person presses the button, and nothing once this is closed.

    `wanted` (str) carries the address of this computer at which the profile is to be offered. `opened` (str, the link)
    and `taken` may be emitted in any thread.
    """

    wanted = Signal(str)
    opened = Signal(str)
    taken = Signal()

    def __init__(self, account: str, addresses: Sequence[str], minutes: int, *, parent: QWidget | None = None) -> None:
        super().__init__(640, parent=parent)
        self.setObjectName("phone-link-dialog")
        self.setWindowTitle(tr("To the iPhone or iPad"))
        self._minutes = minutes
        self._count = 0
        self.url = ""
        self.body.setSpacing(12)
        self.body.addWidget(Heading(tr("Bring the profile to the iPhone or iPad")))
        self.sentence = Paragraph(
            tr(
                "For {minutes} minutes this computer offers the profile of {account} to the network it is in, under an "
                "address that nobody can guess. The profile holds no password.",
                minutes=minutes,
                account=account,
            )
        )
        self.body.addWidget(self.sentence)
        self.where = Paragraph("")
        self.where.setObjectName("offered-at")
        self.body.addWidget(self.where)
        self.address = ChoiceField(tr("Address of this computer"))
        self.address.choice.setObjectName("offer-at")
        for each in addresses:
            self.address.choice.addItem(each, each)
        self.body.addWidget(self.address)
        self.trust = Paragraph(
            tr(
                "Only in a network that you trust, at home or in the office. The phone must be in the same one. The "
                "computer's firewall may ask: allow it for private networks."
            ),
            tone="ink2",
        )
        self.body.addWidget(self.trust)
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._across.setSpacing(20)
        self.body.addLayout(self._across)
        self.code = QrCode()
        self.code.setAccessibleName(tr("QR code of the link to the profile"))
        self._held = QWidget()
        self._words = QVBoxLayout(self._held)
        self._words.setContentsMargins(0, 0, 0, 0)
        self._words.setSpacing(8)
        self._words.addWidget(Steps(_steps()))
        self.link: CopyRow | None = None
        self._across.addWidget(self._held, 1)
        self._across.addWidget(self.code, 0, Qt.AlignmentFlag.AlignTop)
        self.state = Paragraph("", Role.STRONG)
        self.state.setObjectName("phone-link-state")
        self.body.addWidget(self.state)
        self.show_code = PrimaryButton(tr("Show the code"), "smartphone")
        self.show_code.setObjectName("show-code")
        self.show_code.setDefault(True)  # or Return would be Close's
        self.show_code.clicked.connect(self._ask)
        self.add_buttons(closing_row(self, self.show_code))
        self.opened.connect(self._show_link)
        self.taken.connect(self._count_taken)
        self.address.choice.currentIndexChanged.connect(self._name_address)
        self._show_parts(is_open=False)
        self._name_address()
        if not addresses:
            self.show_failure(
                tr(
                    "This computer is in no network of a home or an office that a phone could be in as well. Save the "
                    "profile and bring it there another way: AirDrop, Files, or a message."
                )
            )
            for part in (self.sentence, self.trust, self.show_code):
                part.hide()
        else:
            self.show_code.setFocus()

    def show_over(self) -> None:
        """The time is up: nothing is offered any more."""
        self._show_parts(is_open=False)
        self._say(tr("The time is over: the link leads nowhere now."))
        self.show_code.setFocus()

    def show_failure(self, sentence: str) -> None:
        """It could not be offered, and why."""
        self._show_parts(is_open=False)
        self._say(sentence)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The code above the steps where there is little room."""
        super().resizeEvent(event)
        narrow = self.width() < _NARROW * theme.current().scale
        self._across.setDirection(QBoxLayout.Direction.BottomToTop if narrow else QBoxLayout.Direction.LeftToRight)

    def _ask(self) -> None:
        self.setFocus()  # a button that goes would hand the keyboard to Close, where a Space ends the offer
        self.show_code.setEnabled(False)
        self._count = 0
        self._say("")
        self.wanted.emit(str(self.address.choice.currentData()))

    def _name_address(self) -> None:
        address = self.address.choice.currentData()
        self.where.setText(tr("This computer's address there is {address}.", address=address) if address else "")

    def _show_link(self, url: str) -> None:
        self.url = url
        self.code.show_text(url, fits_in=_LEAST_MODULE * 41)
        if self.link is not None:
            self.link.deleteLater()
        self.link = CopyRow(Row("phone-link", tr("Address"), url, ""), shown=words.breakable_anywhere(url))
        self.link.set_compact(True)
        self._words.addWidget(self.link)
        self._show_parts(is_open=True)
        self.link.button.setFocus()
        until = local_now() + timedelta(minutes=self._minutes)
        self._say(tr("Offered until {time}. No phone has taken it yet.", time=words.clock(until)))

    def _count_taken(self) -> None:
        self._count += 1
        self._say(
            tr_plural(
                "The profile was taken {n} time. On the phone, open Settings and tap Profile Downloaded.",
                "The profile was taken {n} times. On the phone, open Settings and tap Profile Downloaded.",
                self._count,
            )
        )

    def _say(self, sentence: str) -> None:
        self.state.setText(sentence)
        self.state.setVisible(bool(sentence))
        self.fit()
        if sentence:
            announce(self, sentence, urgent=True)

    def _show_parts(self, *, is_open: bool) -> None:
        for part in (self._held, self.code):
            part.setVisible(is_open)
        for part in (self.sentence, self.trust):
            part.setVisible(not is_open)
        has_choice = not is_open and self.address.choice.count() > 1
        self.address.setVisible(has_choice)
        self.where.setVisible(not has_choice and self.address.choice.count() > 0)
        self.show_code.setVisible(not is_open)
        self.show_code.setEnabled(not is_open)


def _steps() -> tuple[str, ...]:
    return (
        tr("On the phone, in the same network, open Camera, hold it over the code and tap the link."),
        tr("Allow the download of the profile."),
        tr(
            "Within 8 minutes open Settings, tap Profile Downloaded, then Install. It says “Not Signed”, because this "
            "computer made it."
        ),
        tr("Mail then asks for the password."),
    )
