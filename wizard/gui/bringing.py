"""Settings the person brings along, by paste, file or drop, taken over before those that were found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from wizard.gui.bring_dialog import BringDialog
    from wizard.gui.jobs import Jobs
    from wizard.gui.pages.account_page import AccountPage
    from wizard.gui.pages.settings_page import SettingsPage
    from wizard.gui.state import WizardState
    from wizard.gui.window import WizardWindow
    from wizard.handover.programs.found import FoundAccount
    from wizard.model.progress import Listener
    from wizard.setup.brought import Brought
    from wizard.setup.session import SetupSession


class Bringing(QObject):
    """Reads what is brought in the engine's thread; `say` tells what could not be read where no dialog can."""

    def __init__(
        self,
        state: WizardState,
        window: WizardWindow,
        jobs: Jobs,
        account: AccountPage,
        settings: SettingsPage,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._state, self._window, self._jobs = state, window, jobs
        self._account, self._settings, self._say = account, settings, say
        self._brought: Brought | None = None
        self.reads_programs = True  # not in practice, whose servers no program knows
        account.bring_settings.connect(self.open)
        settings.bring_settings.connect(self.open)
        settings.locked.connect(self._lock)
        # Not by lambdas, which would outlive this: the window stays where another language is chosen.
        window.brought_file.connect(self._read_file)
        window.brought_text.connect(self._read_text)
        window.takes_drops = self._can_read

    def open(self) -> None:
        """Shows the dialog."""
        from wizard.gui.bring_dialog import BringDialog
        from wizard.gui.hand_over_presenter import documents_folder

        dialog = BringDialog(str(documents_folder()), parent=self._window)
        dialog.pasted.connect(lambda text: self._read_for(dialog, None, text))
        dialog.file_chosen.connect(lambda path: self._read_for(dialog, path, None))
        dialog.account_chosen.connect(lambda account: self._take_account(dialog, account))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        if self.reads_programs:
            # Files that cannot be read offer nothing; whoever knows better opens them.
            job = self._jobs.start(_in_programs, partial(self._offer, dialog), lambda _: None)
            dialog.finished.connect(job.cancel)

    def _offer(self, dialog: BringDialog, accounts: Sequence[FoundAccount]) -> None:
        """Those of this address alone, where it stands already."""
        is_open = self._window.current_page() is self._account
        dialog.offer_accounts([one for one in accounts if is_open or one.address == self._state.address])

    def _take_account(self, dialog: BringDialog, account: FoundAccount) -> None:
        from wizard.errors import UsageError
        from wizard.setup.brought import from_program

        try:
            brought = from_program(account)
        except UsageError as error:
            dialog.show_failure(str(error))
            return
        dialog.accept()
        self._brought = brought
        if self._window.current_page() is self._account and brought.address is not None:
            self._account.take_over(brought.address, brought.name)
            self._account.lead_to().setFocus()
        if self._state.plan is not None and self._state.address == brought.address:
            self._take_over(brought)

    def _lock(self, locked: bool) -> None:
        self._account.offer_bringing(not locked)

    def found(self) -> None:
        """Discovery answered or failed: what was brought before goes first."""
        brought, address = self._brought, self._state.address
        if brought is not None and address is not None and brought.address in (None, address):
            self._take_over(brought)

    def forget(self) -> None:
        """Another account begins."""
        self._brought = None

    def take_over(self, before: Bringing) -> None:
        """What was brought to another one goes first here too."""
        self._brought = before._brought

    def _read_file(self, path: str) -> None:
        self._read(path, None, self._say, lambda: None)

    def _read_text(self, text: str) -> None:
        self._read(None, text, self._say, lambda: None)

    def _read_for(self, dialog: BringDialog, path: str | None, text: str | None) -> None:
        self._read(path, text, dialog.show_failure, dialog.accept)

    def _read(
        self, path: str | None, text: str | None, on_error: Callable[[str], None], on_done: Callable[[], None]
    ) -> None:
        if not self._can_read():
            return

        async def read(_session: SetupSession, _listener: Listener) -> Brought:
            """What stands in the file or the text."""
            return await asyncio.to_thread(partial(_brought, path, text, self._state.address))

        def done(brought: Brought) -> None:
            on_done()
            self._take(brought)

        self._jobs.start(read, done, on_error)

    def _can_read(self) -> bool:
        """On the first two pages, while the servers are not locked; not before the engine is there."""
        is_there = self._jobs.bridge is not None and self._window.current_page() in (self._account, self._settings)
        return is_there and not self._settings.is_locked

    def _take(self, brought: Brought) -> None:
        self._brought = brought
        if self._state.address is None and brought.address is not None:
            self._account.take_over(brought.address, brought.name)
        elif self._state.plan is not None or self._window.current_page() is self._settings:
            self._take_over(brought)

    def _take_over(self, brought: Brought) -> None:
        from wizard.model.plan import Plan

        address = self._state.address
        if address is None:
            return
        plan = self._state.plan or Plan(address, ())
        rest = (server for server in plan.candidates if server not in brought.servers)
        self._settings.brought(brought.said_by)
        self._state.set_plan(replace(plan, candidates=(*brought.servers, *rest), suggestion=None))


async def _in_programs(_session: SetupSession, _listener: Listener) -> tuple[FoundAccount, ...]:
    """The accounts of the mail programs on this computer that can be checked."""
    from wizard.handover.programs.reading import every_account

    found = await asyncio.to_thread(every_account)
    return tuple(one for one in found if one.address is not None and (one.incoming or one.outgoing))


def _brought(path: str | None, text: str | None, address: object) -> Brought:
    """Reads the file, or the text.

    Raises:
        UsageError: it cannot be read, or names no server.
    """
    from pathlib import Path

    from wizard.model.address import Address
    from wizard.setup.brought import LIMIT_BYTES, read_settings
    from wizard.text_file import read_bytes

    content = read_bytes(Path(path), limit_bytes=LIMIT_BYTES) if path is not None else (text or "").encode()
    return read_settings(content, address if isinstance(address, Address) else None)
