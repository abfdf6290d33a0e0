"""Settings the person brings along, by paste, file or drop, taken over before those that were found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from wizard.gui.bring_dialog import BringDialog
    from wizard.gui.jobs import Jobs
    from wizard.gui.pages.account_page import AccountPage
    from wizard.gui.pages.settings_page import SettingsPage
    from wizard.gui.state import WizardState
    from wizard.gui.window import WizardWindow
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
        settings.bring_settings.connect(self.open)
        # Not by lambdas, which would outlive this: the window stays where another language is chosen.
        window.brought_file.connect(self._read_file)
        window.brought_text.connect(self._read_text)

    def open(self) -> None:
        """Shows the dialog."""
        from wizard.gui.bring_dialog import BringDialog
        from wizard.gui.hand_over import documents_folder

        dialog = BringDialog(str(documents_folder()), parent=self._window)
        dialog.pasted.connect(lambda text: self._read_for(dialog, None, text))
        dialog.file_chosen.connect(lambda path: self._read_for(dialog, path, None))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

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
        page = self._window.current_page()
        if self._settings.is_locked or page not in (self._account, self._settings):
            return

        async def read(_session: SetupSession, _listener: Listener) -> Brought:
            """What stands in the file or the text."""
            return await asyncio.to_thread(partial(_brought, path, text, self._state.address))

        def done(brought: Brought) -> None:
            on_done()
            self._take(brought)

        self._jobs.start(read, done, on_error)

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
