"""What the person saves is written in a thread of the engine, never in the window's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.gui.bridge import Starts
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession


class Saving:
    """Writes files; `say` is told why one could not be written."""

    def __init__(self, jobs: Starts, say: Callable[[str], None]) -> None:
        self._jobs, self._say = jobs, say

    def write(
        self, path: str, content: Callable[[], bytes], on_saved: Callable[[], None], *, others_may_read: bool = False
    ) -> None:
        """Makes the content and writes it, both in a thread of their own; for its owner alone unless said otherwise."""

        async def write(_session: SetupSession, _listener: Listener) -> None:
            from wizard.handover.write import write_file

            await asyncio.to_thread(lambda: write_file(Path(path), content(), others_may_read=others_may_read))

        self._jobs.start(write, lambda _: on_saved(), self._say)
