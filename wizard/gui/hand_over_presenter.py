"""Serves the programs of a panel: their sheets, files, paper, a message to oneself, and the program's own files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from wizard.gui.saving import Saving
from wizard.language import tr, tr_later

if TYPE_CHECKING:
    from wizard.gui.bridge import Starts
    from wizard.gui.placing import Placing
    from wizard.gui.widgets.hand_over_panel import HandOverPanel
    from wizard.gui.widgets.sheet_card import SheetCard
    from wizard.handover.sheet import HandoverFile, Sheet
    from wizard.model.account import VerifiedAccount
    from wizard.model.address import Address
    from wizard.model.dav import DavService
    from wizard.model.progress import Listener
    from wizard.model.secret import Secret
    from wizard.setup.session import SetupSession

    PasswordSource = Callable[[], Awaitable[Secret]]


class HandOverPresenter(QObject):
    """Its dialogs belong to `window`; `say` is told what went wrong."""

    def __init__(self, jobs: Starts, panel: HandOverPanel, window: QWidget, say: Callable[[str], None]) -> None:
        super().__init__(window)
        self._jobs, self._panel, self._window, self._say = jobs, panel, window, say
        self._saving = Saving(jobs, say)
        self._account: VerifiedAccount | None = None
        self._password: PasswordSource | None = None
        self._limits = ""
        self._placing: Placing | None = None
        panel.file_requested.connect(self._save_file)
        panel.save_requested.connect(self._save_settings)
        panel.print_requested.connect(self._print_settings)
        panel.mail_requested.connect(self._mail_settings)
        panel.phone_requested.connect(self._offer_to_phone)
        panel.target_chosen.connect(self._offer_password)
        panel.password_wanted.connect(self._want_password)

    @property
    def has_placed(self) -> bool:
        """Whether a program here has the account, as far as has been looked."""
        return self._placing is not None and self._placing.has_placed

    def forget(self) -> None:
        """Nothing can be put into a program's files until `begin`."""
        self._password = None
        if self._placing is not None:
            self._placing.begin(None)

    def begin(
        self,
        account: VerifiedAccount,
        *,
        can_be_placed: bool,
        password: PasswordSource | None = None,
        limits: str = "",
    ) -> None:
        """Shows how this account gets into each program, and the one that is installed here first.

        Args:
            can_be_placed: it may be put into a program's own files; not where nothing is kept on this computer.
            password: fetches it, for who wants it in a program's file; None where it may stand in none.
            limits: what the account may send, in a line; "" where that is not known.
        """
        self.forget()
        self._account, self._password, self._limits = account, password, limits
        self._panel.begin(_sheets(account, _known_calendars().get(account.provider or "", ()), limits))
        if can_be_placed:
            self._offer_placing(account)
        self._jobs.start(_installed, self._show_installed, lambda _: None)

    def show_calendars(self, found: Sequence[DavService]) -> None:
        """Calendars and contacts were found as well; what is known by heart is believed first."""
        account = self._account
        if account is not None and found:
            known = _known_calendars().get(account.provider or "", ())
            kinds = [service.kind for service in known]
            others = [service for service in found if service.kind not in kinds]
            self._panel.renew(_sheets(account, (*known, *others), self._limits))

    def _offer_password(self, target: str) -> None:
        """Not where the program asks for it, or runs a command for it: there it need not stand in a file."""
        account, card = self._account, self._panel.sheet_card
        if account is None or card is None or self._password is None:
            return
        from wizard.handover.targets import may_hold_password

        if may_hold_password(card.sheet.target, account):
            card.offer_password(is_on=False)

    def _want_password(self, is_wanted: bool) -> None:
        account, card, password = self._account, self._panel.sheet_card, self._password
        if account is None or card is None or password is None:
            return
        if not is_wanted:
            self._panel.show_without_password()
            return
        target = card.sheet.target.id

        async def make(_session: SetupSession, _listener: Listener) -> Sheet:
            from wizard.handover.targets import sheet

            return sheet(target, account, await password())

        def show(made: Sheet) -> None:
            if card is self._panel.sheet_card:  # no other program was chosen meanwhile
                self._panel.show_with_password(made)

        def refuse(why: str) -> None:
            if card is self._panel.sheet_card:
                card.refuse_password(why)

        self._jobs.start(make, show, refuse)

    def _offer_placing(self, account: VerifiedAccount) -> None:
        from wizard.gui.placing import Placing

        if self._placing is None:
            self._placing = Placing(self._jobs, self._panel, self._window)
            self._placing.setParent(self)
        self._placing.begin(account)

    def _show_installed(self, installed: list[str]) -> None:
        self._panel.prefer(installed)
        if self._placing is not None:
            self._placing.offer(installed)

    def _save_settings(self) -> None:
        sheet = self._panel.sheet
        if sheet is None:
            return
        from PySide6.QtWidgets import QFileDialog

        name = str(documents_folder() / "mail-settings.pdf")
        kinds = {tr(words): suffix for suffix, words in _SHEET_KINDS.items()}
        path, kind = QFileDialog.getSaveFileName(self._window, tr("Save these settings"), name, ";;".join(kinds))
        if not path:
            return
        suffix = Path(path).suffix.lower()
        if suffix not in _SHEET_KINDS:
            suffix = kinds.get(kind, ".pdf")
            path += suffix
        content = sheet_content(sheet, suffix)
        self._saving.write(path, lambda: content, self._tell_saved, others_may_read=True)

    def _save_file(self, file: HandoverFile) -> None:
        from PySide6.QtWidgets import QFileDialog

        path, _ = QFileDialog.getSaveFileName(self._window, tr("Save"), str(documents_folder() / file.name))
        if path:
            self._saving.write(path, lambda: file.content, self._tell_saved, others_may_read=not file.holds_secret)

    def _offer_to_phone(self, file: HandoverFile) -> None:
        if self._account is not None:
            from wizard.gui.phone_link import open_phone_link

            open_phone_link(self._jobs, file, str(self._account.address), self._window)

    def _tell_saved(self) -> None:
        self._panel.told.emit(tr("Saved."), False)

    def _print_settings(self) -> None:
        sheet = self._panel.sheet
        if sheet is not None:
            from wizard.gui.paper import print_page
            from wizard.handover.sheet_page import sheet_html

            print_page(sheet_html(sheet), sheet.title, self._window)

    def _mail_settings(self) -> None:
        card, account = self._panel.sheet_card, self._account
        if card is not None and account is not None:
            self._jobs.start(_takes_mail_links, partial(self._open_mail, card, account.address), self._say)

    def _open_mail(self, card: SheetCard, address: Address, takes: bool) -> None:
        """Begins the message; says so, or that no program here does that."""
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        from wizard.handover.mail_link import sheet_link

        if card is not self._panel.sheet_card:
            return
        is_open = takes and QDesktopServices.openUrl(QUrl(sheet_link(card.sheet, address.wire)))
        if is_open:
            said = tr("Your mail program opens a message to you: send it there. Where none opens, press “Copy all”.")
        else:
            said = tr("No mail program is set up here to write one. Press “Copy all” and paste it where you can.")
        card.say_about_mailing(said, is_open=is_open)


def _sheets(account: VerifiedAccount, services: Sequence[DavService], limits: str) -> Callable[[str], Sheet]:
    """Makes the sheet of a target, with the calendars and contacts beside the mail, and what the account may send."""
    from wizard.handover.calendars import with_calendars
    from wizard.handover.sheet import Note
    from wizard.handover.targets import sheet

    def sheet_of(target: str) -> Sheet:
        made = sheet(target, account)
        if limits:
            made = replace(made, notes=(*made.notes, Note(limits)))
        # Of every field there is, that page shows as many as a person can take in.
        return made if target == "other" else with_calendars(made, account, services)

    return sheet_of


_SHEET_KINDS: Final = {".pdf": "PDF (*.pdf)", ".html": tr_later("Page (*.html)"), ".txt": tr_later("Text (*.txt)")}


def sheet_content(sheet: Sheet, suffix: str) -> bytes:
    """The sheet as a file of that kind."""
    from wizard.handover.sheet_page import sheet_html, sheet_text

    if suffix == ".pdf":
        from wizard.gui.paper import pdf

        return pdf(sheet_html(sheet), sheet.title)
    return (sheet_html(sheet) if suffix == ".html" else sheet_text(sheet)).encode()


def documents_folder() -> Path:
    """Where people keep what they save, as the system names it."""
    from PySide6.QtCore import QStandardPaths

    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))


@cache
def _known_calendars() -> Mapping[str, Sequence[DavService]]:
    """Where the providers that are known by heart keep calendars and contacts; nobody is asked."""
    from wizard import assets
    from wizard.discovery.calendars import known_services

    return known_services(assets.resources() / "calendars.toml")


async def _takes_mail_links(_session: SetupSession, _listener: Listener) -> bool:
    from wizard.handover.mail_link import takes_mail_links

    return await asyncio.to_thread(takes_mail_links)


async def _installed(_session: SetupSession, _listener: Listener) -> list[str]:
    """The ids of the programs that are on this computer."""
    from wizard.handover.installed import is_installed
    from wizard.handover.targets import targets

    return await asyncio.to_thread(lambda: [target.id for target in targets() if is_installed(target)])
