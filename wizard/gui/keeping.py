"""Accounts kept on this computer: the Done page's switch, and the window of saved accounts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from wizard.accounts.saved_accounts import SavedAccounts
    from wizard.accounts.schedule import ScheduleRule
    from wizard.accounts.store import SavedAccount
    from wizard.gui.bridge import Starts
    from wizard.gui.pages.account_page import AccountPage
    from wizard.gui.pages.done_page import DonePage
    from wizard.gui.saved_accounts import SavedAccountsPresenter
    from wizard.gui.watching import Watching
    from wizard.gui.window import WizardWindow
    from wizard.model.account import VerifiedAccount
    from wizard.model.draft import AccountDraft
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession


class Keeping(QObject):
    """Keeps and shows `accounts`, which are touched in the engine's threads only.

    `letter_language` is that of messages to the administrator, and `schedule_rule` how often accounts are checked by
    the computer's scheduler once somebody wants that, as a helpdesk pack says; `targets` the programs that accounts
    are handed to, all of them where none is named.
    """

    def __init__(
        self,
        bridge: Starts,
        accounts: SavedAccounts,
        window: QWidget,
        letter_language: str | None = None,
        schedule_rule: ScheduleRule | None = None,
        targets: Sequence[str] = (),
    ) -> None:
        super().__init__(window)
        self._targets = targets
        self._letter_language, self._schedule_rule = letter_language, schedule_rule
        self._bridge, self._accounts, self._window = bridge, accounts, window
        self._served: SavedAccountsPresenter | None = None
        self._watches: Watching | None = None
        self._page: AccountPage | None = None
        self._wizard: WizardWindow | None = None

    def name_keyring(self, on_name: Callable[[str], None], on_none: Callable[[str], None]) -> None:
        """Tells the keyring's name, or why there is no safe one."""

        async def name(_session: SetupSession, _listener: Listener) -> str:
            return await self._accounts.store.name()

        self._bridge.start(name, on_name, on_none)

    def keep(
        self,
        account: VerifiedAccount,
        draft: AccountDraft,
        on_done: Callable[[], None],
        on_error: Callable[[str], None],
    ) -> None:
        """Keeps the account; after a sign-in in the browser its permission, in a password's place."""

        async def keep(session: SetupSession, _listener: Listener) -> None:
            from wizard.accounts.secret_store import SecretKind

            given = {
                SecretKind.PASSWORD: draft.secret,
                SecretKind.OUTGOING_PASSWORD: draft.outgoing_secret,
                SecretKind.REFRESH_TOKEN: session.sign_in_to_keep(draft) if draft.oauth_token is not None else None,
            }
            secrets = {kind: secret for kind, secret in given.items() if secret is not None}
            await self._accounts.save(account, secrets)

        self._bridge.start(keep, lambda _: on_done(), on_error)

    def offer_watching(self, page: DonePage) -> None:
        """Offers to have the account checked regularly, unless the computer's scheduler does that already."""
        from wizard.gui.watching import switch_words

        watching = self._watching()
        if watching.rule.every is None:
            return

        def offer(is_on: bool) -> None:
            if not is_on:
                page.offer_watching(switch_words(watching.every), watching.note())

        watching.tell_state(offer)

    def ask_to_watch(self, page: DonePage) -> None:
        """Shows what would be written, and asks; nothing is written yet."""
        self._watching().ask(page, lambda: None, lambda: page.watch.setChecked(False))

    def watch(self, on_done: Callable[[], None], on_error: Callable[[str], None]) -> None:
        """Switches the regular check on."""
        self._watching().begin(on_done, on_error)

    def _watching(self) -> Watching:
        from wizard.accounts.schedule import NO_RULE
        from wizard.gui.watching import Watching

        if self._watches is None:
            self._watches = Watching(self._bridge, self._window, self._schedule_rule or NO_RULE)
            self._watches.setParent(self)
        return self._watches

    def tell_first_page(self, page: AccountPage, window: WizardWindow) -> None:
        """Offers the account that was kept last, and says which one does not work any more."""
        self._page, self._wizard = page, window

        async def kept(_session: SetupSession, _listener: Listener) -> tuple[SavedAccount, ...]:
            return await self._accounts.list()

        def tell(accounts: tuple[SavedAccount, ...]) -> None:
            if not accounts:
                return
            last = max(accounts, key=lambda account: account.verified_at)
            page.offer_last(last.address, last.display_name)
            broken = next((account for account in accounts if not account.is_verified), None)
            if broken is not None:
                from wizard.accounts.recheck import state

                page.tell_broken(broken.address, f"{state(broken)}.")

        # A file that cannot be read is said where the accounts are shown.
        self._bridge.start(kept, tell, lambda _: None)

    def set_up_again(self, account: SavedAccount) -> None:
        """Begins with that account on the first page, its password still to be typed."""
        if self._page is not None and self._wizard is not None and self._wizard.go_back_to("account"):
            self._page.take_over(account.address, account.display_name)
            self._page.lead_to().setFocus()

    def close(self) -> None:
        """Nothing is shown any more."""
        if self._served is not None:
            self._served.dialog.close()
            self._served.dialog.deleteLater()
            self._served.deleteLater()
            self._served = None

    def open(self) -> SavedAccountsPresenter:
        """Shows the saved accounts."""
        from wizard.gui.saved_accounts import SavedAccountsPresenter

        if self._served is None:
            self._served = SavedAccountsPresenter(
                self._bridge,
                self._accounts,
                self._window,
                letter_language=self._letter_language,
                schedule_rule=self._schedule_rule,
                targets=self._targets,
            )
            self._served.dialog.set_up.connect(self.set_up_again)
        self._served.open()
        return self._served
