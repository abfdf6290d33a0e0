"""What may stand above the first page's fields: the practice accounts, a kept account that broke, what stops all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.language import tr

if TYPE_CHECKING:  # loaded after the first paint
    from collections.abc import Callable

    from wizard.gui.state import PracticeAccount
    from wizard.gui.widgets.surfaces import Banner
    from wizard.model.address import Address

_GAP = 16
_BELOW_PRACTICE = 10


class AccountNotices(QWidget):
    """Takes no room before there is something to say.

    `practice_picked` carries a PracticeAccount, or None for the line that names none; `saved_accounts` asks for them.
    """

    practice_picked = Signal(object)
    saved_accounts = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.practice: PracticeField | None = None
        self._broken: Banner | None = None
        self._newer: Banner | None = None
        self._first: Banner | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def offer_practice(self, accounts: tuple[PracticeAccount, ...]) -> None:
        """One of the practice network's accounts can be picked."""
        field = PracticeField()
        field.choice.addItem(tr("Pick an account to practise with"))
        for account in accounts:
            field.choice.addItem(f"{account.address}: {account.lesson}", account)
        field.choice.activated.connect(lambda index: self.practice_picked.emit(field.choice.itemData(index)))
        self.practice = field
        self._put_first(field, _BELOW_PRACTICE)

    def tell_broken(self, address: Address, why: str) -> str:
        """An account that is kept here does not work any more; what is said about it, in one line."""
        from wizard.gui.widgets.surfaces import Banner

        if self._broken is None:
            self._broken = Banner("warn", "warning")
            self._broken.setObjectName("broken-account")
            link = self._broken.add_link(tr("Show saved accounts"), lambda: self.saved_accounts.emit(), icon="users")
            link.setObjectName("show-broken")
            self._put_first(self._broken)
        fact = tr("{address} does not work any more.", address=address)
        self._broken.say(fact, why)
        return f"{fact} {why}"

    def tell_newer(self, version: str, on_show: Callable[[], object]) -> str:
        """A newer version of the program is to be had; what is said about it."""
        from wizard.gui.widgets.surfaces import Banner

        said = tr("Mailwright {version} is out.", version=version)
        if self._newer is None:
            self._newer = Banner()
            self._newer.setObjectName("newer-version")
            self._newer.add_link(tr("Show where to get it"), on_show, icon="external").setObjectName("show-newer")
            self._put_first(self._newer)
        self._newer.say(said)
        return said

    def tell_first(self, cause: str) -> str:
        """What was explained is tried by a check, which wants an account; what is said about it."""
        from wizard.gui.widgets.surfaces import Banner

        if self._first is None:
            self._first = Banner()
            self._first.setObjectName("tried-here")
            self._put_first(self._first)
        said = tr("Type your address and password, then press Continue: it is tried here.")
        self._first.say(cause, said)
        self._first.show()
        return said

    def forget_first(self) -> None:
        """It has begun, or somebody else is here."""
        if self._first is not None:
            self._first.hide()

    def tell_trouble(self, sentence: str) -> None:
        """Nothing can be looked up or checked; says why."""
        from wizard.gui.widgets.surfaces import Banner

        trouble = Banner("stop", "warning")
        trouble.setObjectName("trouble")
        trouble.say(tr("Mailwright cannot work like this."), sentence)
        self._put_first(trouble)

    def _put_first(self, widget: QWidget, gap: int = _GAP) -> None:
        self._column.insertWidget(0, widget)
        self._column.insertSpacing(1, gap)
        widget.show()


class PracticeField(QWidget):
    """The practice accounts in one row with their label: the page below is the everyday one, and whole as well."""

    def __init__(self) -> None:
        from wizard.gui.theme import Role
        from wizard.gui.widgets.choices import Choice
        from wizard.gui.widgets.label import Label

        super().__init__()
        self.choice = Choice()
        self.choice.setAccessibleName(tr("Practice account"))
        label = Label(tr("Practice account"), Role.LABEL)
        label.setBuddy(self.choice)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(label)
        row.addWidget(self.choice, 1)
