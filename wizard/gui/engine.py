"""The window's hold on the engine: one session in the engine's thread, for as long as the window is open.

Nothing of the network is imported before `start`, which is called after the first paint.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from wizard.engine_thread import EngineThread
from wizard.gui.state import PracticeAccount
from wizard.model.progress import Listener

if TYPE_CHECKING:
    from wizard.accounts.schedule import ScheduleRule
    from wizard.model.provider import Provider
    from wizard.setup.pack import Helpdesk, WindowRules
    from wizard.setup.session import SetupSession
    from wizard.wiring import Settings

T = TypeVar("T")
Work = Callable[["SetupSession", Listener], Awaitable[T]]


class Opened(Struct, frozen=True):
    """What the window learns once the engine is open.

    `practice_accounts` is empty outside practice; `browser_providers` are the ids of providers whose sign-in in the
    browser has a client id; `find_providers` searches the list of providers, and may take a moment the first time.
    `rules` are what a helpdesk pack takes from the person's hands, `language` the tag of the one its people are spoken
    to in, unless they choose another; `schedule` is what it says of the regular check.
    """

    practice_accounts: tuple[PracticeAccount, ...]
    helpdesk: Helpdesk | None
    browser_providers: frozenset[str]
    find_providers: Callable[[str], Sequence[Provider]]
    rules: WindowRules
    language: str | None = None
    schedule: ScheduleRule | None = None

    @property
    def is_practice(self) -> bool:
        """Whether everything happens in the practice network: nothing of it is kept on this computer."""
        return bool(self.practice_accounts)


class Engine:
    """Runs work with the session; `stop` cancels all of it and closes every socket."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._thread = EngineThread()
        self._chosen: Settings | None = None
        self._holding: concurrent.futures.Future[None] | None = None
        self._opened: concurrent.futures.Future[SetupSession] = concurrent.futures.Future()

    def start(self) -> None:
        """Starts the thread and opens the session there."""
        self._thread.start()
        # Kept, because asyncio itself holds a task that waits only weakly.
        self._holding = self._thread.run(self._hold_session())

    def run(self, work: Work[T], listener: Listener) -> concurrent.futures.Future[T]:
        """Begins `work`, which is handed the session and the listener, in the engine's thread."""
        return self._thread.run(self._with_session(work, listener))

    def stop(self) -> None:
        """Cancels what runs and ends the thread."""
        self._thread.stop()

    async def opened(self, _session: SetupSession, _listener: Listener) -> Opened:
        """What the window shows of it."""
        from wizard import wiring

        settings = self._chosen
        if settings is None:
            raise RuntimeError("the session is open before its settings are chosen")
        pack = wiring.pack(settings.pack_paths)
        accounts: tuple[PracticeAccount, ...] = ()
        if settings.practice:
            from wizard import assets
            from wizard.practice.scenarios import load_scenarios

            found = [scenario.account for scenario in load_scenarios(assets.resources() / "practice")]
            accounts = tuple(PracticeAccount(one.address, one.password, one.teaches, one.scenario) for one in found)
        find = wiring.known_providers(settings).search
        return Opened(
            accounts, pack.helpdesk, frozenset(pack.oauth_clients), find, pack.window, pack.language, pack.schedule
        )

    async def _hold_session(self) -> None:
        try:
            from wizard import wiring

            self._chosen = self._settings()
            async with wiring.session(self._chosen) as session:
                self._opened.set_result(session)
                await asyncio.Event().wait()
        except Exception as error:
            if not self._opened.done():
                self._opened.set_exception(error)

    async def _with_session(self, work: Work[T], listener: Listener) -> T:
        session = await asyncio.shield(asyncio.wrap_future(self._opened))
        return await work(session, listener)
