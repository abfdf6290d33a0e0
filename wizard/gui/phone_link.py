"""Offers a profile to a phone while its dialog is open; the engine listens, the window shows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from wizard.gui.bridge import Job, Starts
    from wizard.handover.sheet import HandoverFile
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession


def open_phone_link(jobs: Starts, file: HandoverFile, account: str, parent: QWidget) -> None:
    """Shows the dialog; nothing listens before its button is pressed, nor once it is closed."""
    from wizard.gui.phone_link_dialog import PhoneLinkDialog
    from wizard.handover.phone_link import OFFER_S
    from wizard.net.own_addresses import own_addresses

    dialog = PhoneLinkDialog(account, own_addresses(), round(OFFER_S / 60), parent=parent)
    running: list[Job] = []

    def begin(address: str) -> None:
        opened, taken = partial(_tell, dialog.opened.emit), partial(_tell, dialog.taken.emit)
        running.append(
            jobs.start(partial(_offer, file, address, opened, taken), lambda _: dialog.show_over(), dialog.show_failure)
        )

    def end() -> None:
        for job in running:
            job.cancel()

    dialog.wanted.connect(begin)
    dialog.finished.connect(end)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _tell(emit: Callable[..., None], *values: Any) -> None:
    """Tells the window, from the engine's thread; it may have been closed in this moment."""
    with contextlib.suppress(RuntimeError):
        emit(*values)


async def _offer(
    file: HandoverFile,
    address: str,
    opened: Callable[[str], None],
    taken: Callable[[], None],
    _session: SetupSession,
    _listener: Listener,
) -> None:
    from wizard.handover import phone_link

    async with phone_link.offering(file, address, taken) as link:
        opened(link.url)
        # The plain clock: it is a person who is waited for, and what they were promised is in minutes.
        await asyncio.sleep(phone_link.OFFER_S)
