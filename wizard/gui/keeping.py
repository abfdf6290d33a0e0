"""Accounts kept on this computer: the Done page's switch, and the window of saved accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from wizard.accounts.secret_store import SecretStore
    from wizard.accounts.store import AccountBook
    from wizard.gui.bridge import Starts
    from wizard.gui.saved_accounts import SavedAccounts
    from wizard.model.account import VerifiedAccount
    from wizard.model.draft import AccountDraft
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession


class Keeping(QObject):
    """Settings go into the `book`, secrets into the `store`; both are touched in the engine's threads only."""

    def __init__(self, bridge: Starts, book: AccountBook, store: SecretStore, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._book, self._store, self._window = bridge, book, store, window
        self._served: SavedAccounts | None = None

    def name_keyring(self, on_name: Callable[[str], None], on_none: Callable[[str], None]) -> None:
        """Tells the keyring's name, or why there is no safe one."""

        async def name(_session: SetupSession, _listener: Listener) -> str:
            return await self._store.name()

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
            from wizard.accounts.remember import remember

            has_sign_in = draft.oauth_token is not None and await session.keep_sign_in(draft)
            await remember(
                account,
                draft.secret,
                book=self._book,
                store=self._store,
                outgoing_secret=draft.outgoing_secret,
                has_sign_in=has_sign_in,
            )

        self._bridge.start(keep, lambda _: on_done(), on_error)

    def open(self) -> SavedAccounts:
        """Shows the saved accounts."""
        from wizard.gui.saved_accounts import SavedAccounts

        if self._served is None:
            self._served = SavedAccounts(self._bridge, self._book, self._store, self._window)
        self._served.open()
        return self._served
