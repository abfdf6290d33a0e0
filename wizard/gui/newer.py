"""A newer version of the program: the switch under About, and the line on the first page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from wizard.gui.bridge import Starts
    from wizard.gui.preferences import Preferences
    from wizard.model.progress import Listener
    from wizard.newer import Announcements
    from wizard.setup.session import SetupSession

_EVERY: Final = timedelta(days=7)


class NewerVersion(QObject):
    """Looks for one once a week, where the person switched that on; `found` then carries which version there is."""

    found = Signal(str)

    def __init__(self, bridge: Starts, where: Announcements, preferences: Preferences, parent: QObject) -> None:
        super().__init__(parent)
        self.where = where
        self._bridge, self._preferences = bridge, preferences

    @property
    def is_on(self) -> bool:
        """Whether it is looked for."""
        return self._preferences.looks_for_newer

    def begin(self, today: date | None = None) -> None:
        """Looks, where it is time to."""
        today = today or date.today()  # noqa: DTZ011 - the person's own week
        last = self._preferences.looked_for_newer
        if self.is_on and (last is None or not last <= today < last + _EVERY):
            self._look(today, lambda _: None)

    def switch(self, is_on: bool, tell: Callable[[str], None]) -> None:
        """Switches it on or off; switched on, it looks at once, and `tell` takes what it came to."""
        self._preferences.looks_for_newer = is_on
        if is_on:
            self._look(date.today(), tell)  # noqa: DTZ011 - as above

    def _look(self, today: date, tell: Callable[[str], None]) -> None:
        from wizard.language import tr

        async def look(_session: SetupSession, _listener: Listener) -> str | None:
            from wizard import wiring
            from wizard.newer import newer_version

            async with wiring.names(wiring.Settings()) as (_, fetcher):
                return await newer_version(fetcher, self.where)

        def done(version: str | None) -> None:
            self._preferences.looked_for_newer = today
            if version is None:
                tell(tr("This is the newest version."))
                return
            tell(tr("Mailwright {version} is out.", version=version))
            self.found.emit(version)

        self._bridge.start(look, done, tell)
