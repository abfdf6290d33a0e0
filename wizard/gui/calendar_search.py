"""Calendars and contacts, looked for beside a check: it waits for nothing of this, and Done shows what was found."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from wizard.gui.bridge import Job
    from wizard.gui.jobs import Jobs
    from wizard.gui.state import WizardState
    from wizard.model.address import Address
    from wizard.model.dav import DavService
    from wizard.model.draft import AccountDraft
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession


class CalendarSearch(QObject):
    """Looks once for each address; `found` tells that there is something for the address of the last check."""

    found = Signal()

    def __init__(self, state: WizardState, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._state, self._jobs = state, jobs
        self.can_search = True  # not in practice, whose domains are its own
        self._address: Address | None = None
        self._services: tuple[DavService, ...] = ()
        self._job: Job | None = None

    def begin(self, draft: AccountDraft) -> None:
        """A check of this account has begun."""
        if not self.can_search or draft.address == self._address:
            return
        if self._job is not None:
            self._job.cancel()
        self._address, self._services = draft.address, ()
        plan = self._state.plan
        provider = plan.provider.id if plan is not None and plan.provider is not None else None
        # Mail needs none of it: nothing is said where nobody answers.
        self._job = self._jobs.start(
            partial(look_for, draft.address, provider, draft.ask_nobody), self._keep, lambda _: None
        )

    def services(self, address: Address) -> tuple[DavService, ...]:
        """What was found for this address by now."""
        return self._services if address == self._address else ()

    def _keep(self, services: tuple[DavService, ...]) -> None:
        self._services = services
        if services:
            self.found.emit()


async def look_for(
    address: Address, provider: str | None, ask_nobody: bool, session: SetupSession, _listener: Listener
) -> tuple[DavService, ...]:
    """The places of the account's calendars and contacts."""
    return await session.look_ups.calendars(address, provider, ask_nobody=ask_nobody)
