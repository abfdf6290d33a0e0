"""The saved accounts' own window, and what happens when its buttons are pressed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.accounts.recheck import Recheck, kept_aside_sentence
from wizard.accounts.saved_accounts import SavedAccounts
from wizard.accounts.schedule import NO_RULE, ScheduleRule
from wizard.accounts.secret_store import SecretKind
from wizard.accounts.store import SavedAccount
from wizard.errors import HandoverError
from wizard.gui.accessibility import announce
from wizard.gui.actions import open_page
from wizard.gui.keyboard import in_reading_order
from wizard.gui.theme import Role
from wizard.gui.watching import EVERY_DAY, NOTE, Watching, switch_words
from wizard.gui.widgets.buttons import PrimaryButton, SecondaryButton
from wizard.gui.widgets.dialog import Dialog
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.saved_card import SavedCard
from wizard.gui.widgets.scroll_page import ScrollPage
from wizard.gui.widgets.switch import Switch
from wizard.language import tr, tr_later
from wizard.model.account import Verdict
from wizard.model.diagnosis import AskAdministrator, Change, ChangeSettings, CopyText, OpenUrl
from wizard.model.secret import Secret

if TYPE_CHECKING:
    from wizard.gui.bridge import Job, Starts
    from wizard.gui.hand_over_presenter import PasswordSource
    from wizard.model.account import CheckResult
    from wizard.model.diagnosis import Diagnosis, Remedy
    from wizard.model.draft import AccountDraft
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession

_EMPTY = tr_later("No account is saved yet. On the last page of the wizard, switch on “Remember on this computer”.")

_OTHER_ADDRESS = (Change.SUGGESTED_ADDRESS, Change.SENDER_IS_USERNAME)  # that is another account, to be set up


class SavedAccountsDialog(Dialog):
    """Shows saved accounts.

    `check` carries the accounts to be checked; `reconnect` an account and its new Secret; `forget` an account;
    `set_up` one that is to be set up again, for which the dialog makes room; `hand_over` one that is wanted in a
    program. `remedy_chosen` carries an account, what
    stops it (a Diagnosis) and what is to be done about that (a Remedy).
    """

    check = Signal(object)
    reconnect = Signal(object, object)
    forget = Signal(object)
    set_up = Signal(object)
    hand_over = Signal(object)
    remedy_chosen = Signal(object, object, object)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("saved-accounts-dialog")
        self.setWindowTitle(tr("Saved accounts"))
        self.resize(QSize(680, 560))
        self.cards: dict[str, SavedCard] = {}
        self.note = Paragraph("", tone="ink2")
        self._list = QVBoxLayout()
        self._list.setSpacing(12)
        self._scroll = ScrollPage()
        self._scroll.body.setContentsMargins(24, 20, 24, 16)
        self._scroll.body.setSpacing(12)
        self._scroll.body.addWidget(Heading(tr("Saved accounts")))
        self._scroll.body.addWidget(self.note)
        self._scroll.body.addLayout(self._list)
        self.watch = Switch(switch_words(EVERY_DAY))
        self.watch.setObjectName("watch")
        self._watch_note = Paragraph("", Role.SMALL, "ink2")
        self._can_watch = True
        self.say_of_watching(tr(NOTE))
        watching = Flow(gap=12, row_gap=4)
        watching.addWidget(self.watch)
        watching.addWidget(self._watch_note)
        self._scroll.body.addSpacing(4)
        self._scroll.body.addLayout(watching)
        self._scroll.body.addStretch(1)
        self.check_all = PrimaryButton(tr("Check all"), "refresh")
        self.check_all.setObjectName("check-all")
        self.check_all.clicked.connect(self._check_all)
        close = SecondaryButton(tr("Close"))
        close.setObjectName("close")
        close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(24, 12, 24, 14)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.check_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addLayout(buttons)
        self.show_accounts(())

    def show_accounts(self, accounts: tuple[SavedAccount, ...]) -> None:
        """Shows these in place of what was shown."""
        for card in self.cards.values():
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = {account.id: self._card(account) for account in accounts}
        for card in self.cards.values():
            self._list.addWidget(card)
        for before, after in pairwise(in_reading_order(self)):
            QWidget.setTabOrder(before, after)
        self.tell("" if accounts else tr(_EMPTY))
        self.check_all.setVisible(bool(accounts))
        if accounts:
            self.check_all.setFocus()
        self.offer_watching(self._can_watch)

    def say_of_watching(self, note: str) -> None:
        """What stands beside the switch."""
        self.watch.setAccessibleDescription(note)
        self._watch_note.setText(note)

    def offer_watching(self, can_watch: bool) -> None:
        """Whether the switch is there, once there is something to watch."""
        self._can_watch = can_watch
        for part in (self.watch, self._watch_note):
            part.setVisible(can_watch and bool(self.cards))

    def tell(self, sentence: str) -> None:
        """A sentence above the accounts."""
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))

    def show_recheck(self, done: Recheck) -> None:
        """Shows and says what a check came to."""
        card = self.cards.get(done.saved.id)
        if card is not None:
            announce(self, card.show_recheck(done), urgent=not done.saved.is_verified)

    def _card(self, account: SavedAccount) -> SavedCard:
        card = SavedCard(account)
        card.check.connect(lambda: self.check.emit((card.account,)))
        card.reconnect.connect(lambda secret: self.reconnect.emit(card.account, secret))
        card.forget.connect(lambda: self.forget.emit(card.account))
        card.set_up.connect(lambda: self.make_room(card.account))
        card.hand_over.connect(lambda: self.hand_over.emit(card.account))
        card.remedy_chosen.connect(lambda diagnosis, remedy: self.remedy_chosen.emit(card.account, diagnosis, remedy))
        return card

    def make_room(self, account: SavedAccount) -> None:
        """Closes, for the account to be set up again where the pages are."""
        self.accept()
        self.set_up.emit(account)

    def _check_all(self) -> None:
        self.check.emit(tuple(card.account for card in self.cards.values()))


class SavedAccountsPresenter(QObject):
    """Serves the dialog: file, keyring and network are touched in the engine's threads only.

    `targets` are the programs that accounts are handed to; all of them where none is named.
    """

    def __init__(
        self,
        bridge: Starts,
        accounts: SavedAccounts,
        parent: QWidget | None = None,
        *,
        letter_language: str | None = None,
        schedule_rule: ScheduleRule | None = None,
        targets: Sequence[str] = (),
    ) -> None:
        super().__init__(parent)
        self._bridge, self._accounts, self._letter_language = bridge, accounts, letter_language
        self._targets = targets
        self._jobs: list[Job] = []
        self._failed: dict[str, CheckResult] = {}  # by account, as long as the dialog is open
        self.dialog = SavedAccountsDialog(parent=parent)
        self.dialog.check.connect(self._check)
        self.dialog.reconnect.connect(lambda account, secret: self._check((account,), secret))
        self.dialog.forget.connect(self._forget)
        self.dialog.remedy_chosen.connect(self._do)
        self.dialog.hand_over.connect(self._hand_over)
        self.dialog.finished.connect(self._stop)
        self._watching = Watching(bridge, self.dialog, schedule_rule or NO_RULE)
        self.dialog.say_of_watching(self._watching.note())
        self._watching.serve(self.dialog.watch, self.dialog.tell)

    def open(self) -> None:
        """Reads the accounts anew and shows the dialog."""
        self.dialog.open()
        never = self._watching.rule.every is None
        self.dialog.offer_watching(not never)
        # What was switched on before the helpdesk said so can still be switched off.
        self._watching.show_state(self.dialog.watch, lambda is_on: self.dialog.offer_watching(is_on or not never))
        self._load()

    def _load(self) -> None:
        async def load(
            session: SetupSession, _listener: Listener
        ) -> tuple[tuple[SavedAccount, ...], dict[str, Diagnosis | None]]:
            accounts = await self._accounts.list()
            broken = {account.id: account.last_cause for account in accounts if account.last_cause is not None}
            if not broken:
                return accounts, {}
            # Of what the last check said only the cause's name was kept.
            return accounts, await asyncio.to_thread(
                lambda: {one: session.cause(cause) for one, cause in broken.items()}
            )

        def show(found: tuple[tuple[SavedAccount, ...], dict[str, Diagnosis | None]]) -> None:
            accounts, causes = found
            self.dialog.show_accounts(accounts)
            for name, diagnosis in causes.items():
                if diagnosis is not None:
                    self.dialog.cards[name].remind(diagnosis)
            former = kept_aside_sentence(self._accounts.book.kept_aside())
            if former is not None:
                self.dialog.tell(former)

        self._jobs.append(self._bridge.start(load, show, self.dialog.tell))

    def _do(self, account: SavedAccount, diagnosis: Diagnosis, remedy: Remedy) -> None:
        """Does what the button of its card says."""
        match remedy.action:
            case OpenUrl(url):
                open_page(url)
            case CopyText(text):
                QGuiApplication.clipboard().setText(text)
                announce(self.dialog, tr("Copied."))
            case AskAdministrator():
                self._ask_administrator(account, diagnosis)
            case ChangeSettings(Change.PASSWORD_WITHOUT_BLANK):  # one that was refused is not kept: it is typed again
                self.dialog.cards[account.id].ask_for_password()
            case ChangeSettings(change) if change not in _OTHER_ADDRESS and account.id in self._failed:
                self._check((account,), change=(remedy, diagnosis, self._failed[account.id]))
            case _:
                self.dialog.make_room(account)

    def _hand_over(self, account: SavedAccount) -> None:
        """Shows how the account gets into a program, with the settings that were proven."""
        from wizard.gui.calendar_search import look_for
        from wizard.gui.hand_over_dialog import HandOverDialog
        from wizard.gui.hand_over_presenter import HandOverPresenter
        from wizard.gui.jobs import Jobs

        dialog = HandOverDialog(account, parent=self.dialog)
        dialog.panel.offer_only(self._targets)
        jobs = Jobs()
        jobs.attach(self._bridge)
        presenter = HandOverPresenter(jobs, dialog.panel, dialog, dialog.show_trouble)
        presenter.begin(account.verified_account(), can_be_placed=True, password=self._password_of(account))
        jobs.start(
            partial(look_for, account.address, account.provider, False), presenter.show_calendars, lambda _: None
        )
        dialog.finished.connect(jobs.close)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _password_of(self, account: SavedAccount) -> PasswordSource | None:
        """Fetches what the keyring has; nothing where it was refused, or where each side has its own."""
        if not account.is_verified or account.secrets != {SecretKind.PASSWORD}:
            return None

        async def fetch() -> Secret:
            kept = await self._accounts.store.load(account.address, account.secrets)
            if SecretKind.PASSWORD not in kept:
                raise HandoverError(tr("The keyring has no password for this account any more: reconnect it."))
            return kept[SecretKind.PASSWORD]

        return fetch

    def _ask_administrator(self, account: SavedAccount, diagnosis: Diagnosis) -> None:
        from wizard.gui.administrator_dialog import AdministratorDialog
        from wizard.handover.administrator_message import administrator_letter

        failed = self._failed.get(account.id)
        dialog = AdministratorDialog(
            lambda: str(administrator_letter(diagnosis, failed)), self._letter_language, parent=self.dialog
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _check(
        self,
        accounts: tuple[SavedAccount, ...],
        new_secret: Secret | None = None,
        change: tuple[Remedy, Diagnosis, CheckResult] | None = None,
    ) -> None:
        """One after the other, as one looks at them; the first with its settings changed, where there is a `change`."""
        if not accounts:
            return
        account, *later = accounts
        card = self.dialog.cards.get(account.id)
        if card is None:
            return
        card.show_checking()

        async def check(session: SetupSession, _listener: Listener) -> Recheck:
            checker = session.check_saved if change is None else _Changed(session, *change)
            return await self._accounts.check(account, checker, new_secret=new_secret)

        def done(recheck: Recheck) -> None:
            self._failed.pop(account.id, None)
            if recheck.result is not None and recheck.verdict in (Verdict.FAILS, Verdict.UNDECIDED):
                self._failed[account.id] = recheck.result
            self.dialog.show_recheck(recheck)
            self._check(tuple(later))

        def failed(sentence: str) -> None:
            card.show_trouble(sentence)
            self._check(tuple(later))

        self._jobs.append(self._bridge.start(check, done, failed))

    def _forget(self, account: SavedAccount) -> None:
        async def drop(_session: SetupSession, _listener: Listener) -> bool:
            return await self._accounts.forget(account.address)

        self._jobs.append(self._bridge.start(drop, lambda _gone: self._load(), self._trouble(account)))

    def _trouble(self, account: SavedAccount) -> Callable[[str], None]:
        def show(sentence: str) -> None:
            card = self.dialog.cards.get(account.id)
            if card is not None:
                card.show_trouble(sentence)

        return show

    def _stop(self) -> None:
        for job in self._jobs:
            job.cancel()
        self._jobs.clear()
        self._failed.clear()


class _Changed:
    """Checks a saved account with what a remedy changes in the settings that failed."""

    def __init__(self, session: SetupSession, remedy: Remedy, diagnosis: Diagnosis, failed: CheckResult) -> None:
        self._session, self._remedy, self._diagnosis, self._failed = session, remedy, diagnosis, failed

    async def __call__(
        self, draft: AccountDraft, *, permission: Secret | None = None, spent_s: float = 0.0
    ) -> CheckResult:
        changed = self._session.apply(self._remedy, self._diagnosis, replace(self._failed, draft=draft))
        return await self._session.check_saved(changed, permission=permission, spent_s=spent_s)
