"""The last step served: sheets for other programs, files where the person wants them, and the account kept here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from wizard.gui.state import Loss
from wizard.language import tr, tr_later

if TYPE_CHECKING:
    from wizard.accounts.saved_accounts import SavedAccounts
    from wizard.gui.jobs import Jobs
    from wizard.gui.keeping import Keeping
    from wizard.gui.pages.account_page import AccountPage
    from wizard.gui.pages.done_page import DonePage
    from wizard.gui.pages.page import Page
    from wizard.gui.placing import Placing
    from wizard.gui.state import WizardState
    from wizard.gui.widgets.sheet_card import SheetCard
    from wizard.gui.window import WizardWindow
    from wizard.handover.sheet import Sheet
    from wizard.model.account import CheckResult, VerifiedAccount
    from wizard.model.address import Address
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession


class HandOver(QObject):
    """Serves the Done page and every file that is saved; `on_another` begins with another account.

    `why_not_kept` is a sentence where accounts are not kept on this computer.
    """

    def __init__(
        self,
        state: WizardState,
        window: WizardWindow,
        jobs: Jobs,
        page: DonePage,
        say: Callable[[str], None],
        on_another: Callable[[], None],
    ) -> None:
        super().__init__(window)
        self._state, self._window, self._jobs, self._page, self._say = state, window, jobs, page, say
        self._keeping: Keeping | None = None
        self.why_not_kept = ""
        self._placing: Placing | None = None
        page.entered.connect(self._begin)
        page.file_requested.connect(lambda file: self._save_file(file.name, file.content))
        page.save_requested.connect(self._save_settings)
        page.print_requested.connect(self._print_settings)
        page.mail_requested.connect(self._mail_settings)
        window.proven_loss = self._loss
        self.begins_anew = False  # the window stays open for the next person, with nothing of the last one
        self._on_another = on_another
        # Not by a lambda, which would outlive this: the window stays where another language is chosen.
        window.finish_requested.connect(self._finish)
        window.another_account.connect(self._begin_another)

    def _loss(self) -> Loss | None:
        """What closing now would lose of settings that are proven."""
        if self._placing is None or not self._placing.has_placed:
            return Loss.PROVEN
        return Loss.REMEMBERING if self._page.wants_remembering else None

    def keep_accounts(self, accounts: SavedAccounts, page: AccountPage) -> None:
        """Accounts can be kept on this computer, and those that are can be looked at from `page`."""
        from wizard.gui.keeping import Keeping

        self._keeping = Keeping(self._jobs, accounts, self._window, self._state.letter_language)
        self._keeping.setParent(self)
        page.saved_accounts.connect(self._keeping.open)
        page.offer_saved_accounts(True)
        self._keeping.tell_first_page(page, self._window)

    def close(self) -> None:
        """Its windows go with it."""
        if self._keeping is not None:
            self._keeping.close()

    def save_report(self) -> None:
        """Shows what was tried, every secret removed, and saves it where the person says."""
        page, result = self._window.current_page(), self._state.result
        if page is None or result is None:
            return
        from wizard.gui.report_dialog import ReportDialog

        helpdesk = self._state.helpdesk
        words = helpdesk.words() if helpdesk is not None else {}
        dialog = ReportDialog(lambda masked: _report(result, masked, words), parent=self._window)
        dialog.chosen.connect(lambda path, content: self._write(page, path, lambda: content))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _finish(self) -> None:
        self._keep(self._on_another if self.begins_anew else self._window.finish)

    def _begin_another(self) -> None:
        self._keep(self._on_another)

    def _begin(self) -> None:
        result = self._state.result
        proven = result.verified_account() if result is not None else None
        if self._placing is not None:
            self._placing.begin(None)
        account = proven or (result.right_so_far() if result is not None else None)
        if result is None or account is None:
            return

        from wizard.handover.targets import sheet
        from wizard.model.limits import limits_line

        why_not_kept = self.why_not_kept or (
            "" if proven is not None else tr("An account is kept once all of it is proven.")
        )
        size = result.outgoing.max_message_bytes if result.outgoing is not None else None
        limits = limits_line(result.known_provider, size)
        self._page.begin(account, lambda target: sheet(target, account), why_not_kept, result, limits)
        if proven is not None and not self.why_not_kept:
            self._offer_placing(proven)
        self._jobs.start(_installed, self._show_installed, lambda _: None)
        if self._keeping is not None and proven is not None:
            self._keeping.name_keyring(self._page.offer_remembering, self._page.refuse_remembering)

    def _offer_placing(self, account: VerifiedAccount) -> None:
        """Not where nothing is kept on this computer: in practice, in a helpdesk's kiosk."""
        from wizard.gui.placing import Placing

        if self._placing is None:
            self._placing = Placing(self._jobs, self._page, self._window)
            self._placing.setParent(self)
        self._placing.begin(account)

    def _show_installed(self, installed: list[str]) -> None:
        self._page.prefer(installed)
        if self._placing is not None:
            self._placing.offer(installed)

    def _keep(self, and_then: Callable[[], None]) -> None:
        """Keeps the account first, where that is wanted; a keyring that refuses is said, and nothing is lost."""
        result = self._state.result
        account = result.verified_account() if result is not None else None
        if result is None or account is None or self._keeping is None or not self._page.wants_remembering:
            and_then()
            return
        self._keeping.keep(account, result.draft, and_then, self._not_kept)

    def _not_kept(self, why: str) -> None:
        self._page.refuse_remembering(why)
        self._page.tell(why, urgent=True)

    def _save_settings(self) -> None:
        sheet = self._page.sheet
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
        self._write(self._page, path, lambda: content, others_may_read=True)

    def _print_settings(self) -> None:
        sheet = self._page.sheet
        if sheet is not None:
            from wizard.gui.paper import print_page
            from wizard.handover.sheet_page import sheet_html

            print_page(sheet_html(sheet), sheet.title, self._window)

    def _mail_settings(self) -> None:
        card, result = self._page.sheet_card, self._state.result
        if card is not None and result is not None:
            self._jobs.start(_takes_mail_links, partial(self._open_mail, card, result.draft.address), self._say)

    def _open_mail(self, card: SheetCard, address: Address, takes: bool) -> None:
        """Begins the message; says so, or that no program here does that."""
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        from wizard.handover.mail_link import sheet_link

        if card is not self._page.sheet_card:
            return
        is_open = takes and QDesktopServices.openUrl(QUrl(sheet_link(card.sheet, address.wire)))
        if is_open:
            said = tr("Your mail program opens a message to you: send it there. Where none opens, press “Copy all”.")
        else:
            said = tr("No mail program is set up here to write one. Press “Copy all” and paste it where you can.")
        card.say_about_mailing(said, is_open=is_open)

    def _save_file(self, name: str, content: bytes) -> None:
        from PySide6.QtWidgets import QFileDialog

        path, _ = QFileDialog.getSaveFileName(self._window, tr("Save"), str(documents_folder() / name))
        if path:
            self._write(self._page, path, lambda: content, others_may_read=True)

    def _write(self, page: Page, path: str, content: Callable[[], bytes], *, others_may_read: bool = False) -> None:
        async def write(_session: SetupSession, _listener: Listener) -> None:
            """Makes the content and writes it, both in a thread of their own."""
            from wizard.handover.write import write_file

            await asyncio.to_thread(lambda: write_file(Path(path), content(), others_may_read=others_may_read))

        self._jobs.start(write, lambda _: page.tell(tr("Saved.")), self._say)


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


async def _takes_mail_links(_session: SetupSession, _listener: Listener) -> bool:
    from wizard.handover.mail_link import takes_mail_links

    return await asyncio.to_thread(takes_mail_links)


async def _installed(_session: SetupSession, _listener: Listener) -> list[str]:
    """The ids of the programs that are on this computer."""
    from wizard.handover.installed import is_installed
    from wizard.handover.targets import targets

    return await asyncio.to_thread(lambda: [target.id for target in targets() if is_installed(target)])


def _report(result: CheckResult, masked: bool, helpdesk: Mapping[str, str]) -> Mapping[str, object]:
    from wizard.diagnosis.document import diagnosis_document
    from wizard.handover.report import report_document

    return report_document(result, diagnosis_document=diagnosis_document, mask_addresses=masked, helpdesk=helpdesk)
