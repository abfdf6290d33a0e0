"""What happens when: takes the pages' wishes to the engine and its answers to the pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from wizard.gui import needs
from wizard.gui.state import WizardState
from wizard.model.diagnosis import CopyText, Diagnosis, EditField, OpenUrl, Remedy, SignIn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.accounts.secret_store import SecretStore
    from wizard.accounts.store import AccountBook
    from wizard.gui.bridge import Job
    from wizard.gui.engine import Work
    from wizard.gui.keeping import Keeping
    from wizard.gui.pages.account_page import AccountPage
    from wizard.gui.pages.check_page import CheckPage
    from wizard.gui.pages.done_page import DonePage
    from wizard.gui.pages.page import Page
    from wizard.gui.pages.settings_page import SettingsPage
    from wizard.gui.pages.test_page import TestPage
    from wizard.gui.window import WizardWindow
    from wizard.model.account import CheckResult
    from wizard.model.address import Address
    from wizard.model.draft import AccountDraft
    from wizard.model.plan import Plan
    from wizard.model.progress import Listener, Progress
    from wizard.model.provider import Provider
    from wizard.setup.session import SetupSession
    from wizard.signin.refusals import SignInRefused


class Starts(Protocol):
    """What begins work in the engine; `Bridge` is one."""

    def start(
        self,
        work: Work[Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[str], None],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Job:
        """Begins `work`."""


class Flow(QObject):
    """Connects pages, state and engine; before `attach` wishes wait, so that pages can be used from the first paint."""

    def __init__(self, state: WizardState, window: WizardWindow) -> None:
        super().__init__(window)
        self._state = state
        self._window = window
        self._bridge: Starts | None = None
        self._waiting: list[Callable[[], None]] = []
        self._looking: Job | None = None
        self._running: Job | None = None
        self._account_page: AccountPage | None = None
        self._check_page: CheckPage | None = None
        self._keeping: Keeping | None = None
        self._find_providers: Callable[[str], Sequence[Provider]] | None = None
        self.why_not_kept = ""
        window.closing.connect(self._close)

    def attach(self, bridge: Starts) -> None:
        """The engine is there: what was wished for meanwhile begins."""
        self._bridge = bridge
        waiting, self._waiting = self._waiting, []
        for begin in waiting:
            begin()

    def keep_accounts(self, book: AccountBook, store: SecretStore) -> None:
        """Accounts can be kept on this computer, and those that are can be looked at."""
        from wizard.gui.keeping import Keeping

        if self._bridge is None or self._account_page is None:
            raise RuntimeError("the engine or the first page is not attached yet")
        self._keeping = Keeping(self._bridge, book, store, self._window)
        self._account_page.saved_accounts.connect(self._keeping.open)
        self._account_page.offer_saved_accounts(True)

    def find_providers_with(self, search: Callable[[str], Sequence[Provider]]) -> None:
        """What the list of providers is searched with."""
        self._find_providers = search

    # Step 1 and 2

    def serve_account(self, page: AccountPage, settings: SettingsPage) -> None:
        """Looks settings up as soon as there is an address."""

        self._account_page = page

        def discover(address: Address, ask_nobody: bool) -> None:
            if self._looking is not None:
                self._looking.cancel()

            def found(plan: Plan) -> None:
                if self._state.address == address:
                    self._state.set_plan(plan)
                # While the password is typed. Should it fail, the first diagnosis fails like it and says so.
                self._start(lambda session, _: asyncio.to_thread(session.get_ready), lambda _: None, lambda _: None)

            def failed(sentence: str) -> None:
                page.discovery_failed(sentence)
                settings.discovery_failed(sentence)

            def begin() -> None:
                self._looking = self._start(
                    lambda session, listener: session.discover(address, ask_nobody=ask_nobody, listener=listener),
                    found,
                    failed,
                )

            self._when_ready(begin)

        page.discover.connect(discover)
        page.explain.connect(self.explain)
        page.browser_sign_in.connect(lambda: self._sign_in(page.signed_in_by_browser, page.browser_refused))
        settings.choose_provider.connect(self.choose_provider)

    # Step 3

    def serve_check(self, page: CheckPage) -> None:
        """Checks when the page is entered, and does what its cards offer."""
        self._check_page = page
        page.entered.connect(lambda: self._enter_check(page))
        page.report_requested.connect(lambda: self.save_report())
        page.stop_requested.connect(self._stop)
        page.check_again_requested.connect(lambda: self._check(page, keep=self._state.result))
        page.fix_accepted.connect(lambda _diagnosis, _remedy: self._accept(page))
        page.remedy_chosen.connect(lambda diagnosis, remedy: self._apply(page, diagnosis, remedy))

    def _enter_check(self, page: CheckPage) -> None:
        if self._state.result is None:
            self._check(page, keep=None)

    def _check(self, page: CheckPage, *, keep: CheckResult | None, refused: SignInRefused | None = None) -> None:
        """Checks; after a `refused` sign-in in the browser what can be proven without one."""
        draft = self._state.draft()
        if draft is None:
            return
        self._stop()
        page.begin(draft, kept=keep)
        plan = self._state.plan

        def done(result: CheckResult) -> None:
            self._state.set_result(result)
            page.show_result(result)

        def failed(sentence: str) -> None:
            page.show_stopped()
            page.tell(sentence, urgent=True)

        async def check(session: SetupSession, listener: Listener) -> CheckResult:
            why = refused or _no_client_id(draft, plan)
            if why is not None:
                return await session.check_without_token(draft, why, plan=plan, listener=listener)
            return await session.check(draft, plan=plan, previous=keep, listener=listener)

        self._running = self._start(
            check,
            done,
            failed,
            page.on_progress,
        )

    def _accept(self, page: CheckPage) -> None:
        """The proven settings are the account now; the step list says so."""
        if page.result is not None:
            self._state.set_result(page.result)

    def _apply(self, page: CheckPage, diagnosis: Diagnosis, remedy: Remedy) -> None:
        """Does what a remedy says."""
        result = page.result or self._state.result
        match remedy.action:
            case OpenUrl(url):
                open_page(url)
            case CopyText(text):
                copy_text(text)
                page.tell("Copied.")
            case EditField(field):
                self.edit(field)
            case SignIn():
                self._sign_in(
                    lambda: self._check(page, keep=result),
                    lambda refused: self._check(page, keep=None, refused=refused),
                )
            case _ if result is not None:
                before = result

                async def apply(session: SetupSession, _: Listener) -> AccountDraft:
                    return session.apply(remedy, diagnosis, before)

                def applied(draft: AccountDraft) -> None:
                    self._state.set_draft(draft)
                    self._check(page, keep=before)

                self._start(apply, applied, lambda sentence: page.tell(sentence, urgent=True))

    def _sign_in(self, on_token: Callable[[], None], on_refused: Callable[[SignInRefused], None]) -> None:
        """Signs in in the browser; with a token in the state, or with the refusal, it goes on."""
        draft, plan = self._state.draft(), self._state.plan
        if draft is None:
            return
        from wizard.gui.browser_dialog import BrowserDialog

        provider = plan.provider if plan is not None else None
        name = provider.spoken_name if provider is not None else "your provider"
        dialog = BrowserDialog(name, str(draft.address), parent=self._window)

        async def sign_in(session: SetupSession, _: Listener) -> AccountDraft | SignInRefused:
            from wizard.signin.refusals import SignInRefused

            try:
                return await session.sign_in(draft, plan=plan, open_browser=dialog.page_found.emit)
            except SignInRefused as refused:
                return refused

        def ended(outcome: AccountDraft | SignInRefused) -> None:
            from wizard.model.draft import AccountDraft

            dialog.accept()
            self._window.activateWindow()
            if isinstance(outcome, AccountDraft):
                self._state.set_token(outcome.oauth_token)
                on_token()
            else:
                on_refused(outcome)

        def failed(sentence: str) -> None:
            dialog.accept()
            self.say(sentence)

        job = self._start(sign_in, ended, failed)
        dialog.rejected.connect(job.cancel)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def edit(self, field: str) -> None:
        """Goes back to the field, with the cursor in it; what was typed is still there."""
        side, _, part = field.partition("-")
        name = "settings" if part else "account"
        self._state.forget_result()
        self._window.go_back_to(name)
        page = self._window.current_page()
        focus = getattr(page, "edit", None)
        if focus is not None:
            focus(side, part or None)

    # Step 4

    def serve_test(self, page: TestPage) -> None:
        """Sends the message, watches for it, and deletes it when asked."""
        page.entered.connect(lambda: self._begin_test(page))
        page.send_requested.connect(lambda to: self._send(page, to))
        page.stop_requested.connect(self._stop)
        page.skip_requested.connect(self._window.skip_step)
        page.delete_requested.connect(lambda: self._delete(page))
        page.remedy_chosen.connect(lambda diagnosis, remedy: self._apply_elsewhere(page, diagnosis, remedy))
        page.report_requested.connect(lambda: self.save_report())

    def _begin_test(self, page: TestPage) -> None:
        if self._state.result is not None:
            page.begin(self._state.result)

    def _send(self, page: TestPage, to: Address | None) -> None:
        result = self._state.result
        if result is None:
            return
        self._stop()

        def done(sent: CheckResult) -> None:
            self._state.set_result(sent)
            page.show_result(sent)

        def failed(sentence: str) -> None:
            page.begin(result)
            page.tell(sentence, urgent=True)

        self._running = self._start(
            lambda session, listener: session.send_test_message(result, to, listener=listener),
            done,
            failed,
            page.on_progress,
        )

    def _delete(self, page: TestPage) -> None:
        result = self._state.result
        if result is not None:
            self._start(
                lambda session, _: session.delete_test_message(result),
                page.show_deleted,
                lambda _: page.show_deleted(False),
            )

    def _apply_elsewhere(self, page: Page, diagnosis: Diagnosis, remedy: Remedy) -> None:
        """A remedy on a card outside the Check page: settings are changed and proven there, not here."""
        match remedy.action:
            case OpenUrl(url):
                open_page(url)
            case CopyText(text):
                copy_text(text)
                page.tell("Copied.")
            case EditField(field):
                self.edit(field)
            case _:
                check = self._check_page
                if check is not None:
                    self._window.go_back_to("check")
                    self._apply(check, diagnosis, remedy)

    # Step 5

    def serve_done(self, page: DonePage) -> None:
        """Hands the settings over, keeps them, and begins with another account."""
        page.entered.connect(lambda: self._begin_done(page))
        page.file_requested.connect(lambda file: self._save_file(page, file.name, file.content))
        page.save_requested.connect(lambda: self._save_settings(page))
        self._window.finish_requested.connect(lambda: self._keep(page, self._window.finish))
        self._window.another_account.connect(lambda: self._keep(page, self._begin_anew))

    def _begin_done(self, page: DonePage) -> None:
        account = self._state.result.verified_account() if self._state.result is not None else None
        if account is None:
            return

        from wizard.handover.targets import sheet

        page.begin(account, lambda target: sheet(target, account), self.why_not_kept)
        if self._keeping is not None:
            self._keeping.name_keyring(page.offer_remembering, page.refuse_remembering)

    def _begin_anew(self) -> None:
        self._stop()
        self._state.restart()
        for page in self._window.pages:
            page.restart()
        self._window.restart()

    def _keep(self, page: DonePage, and_then: Callable[[], None]) -> None:
        """Keeps the account first, where that is wanted; a keyring that refuses is said, and nothing is lost."""
        result = self._state.result
        account = result.verified_account() if result is not None else None
        if result is None or account is None or self._keeping is None or not page.wants_remembering:
            and_then()
            return

        def failed(sentence: str) -> None:
            page.refuse_remembering(sentence)
            page.tell(sentence, urgent=True)

        self._keeping.keep(account, result.draft, and_then, failed)

    def _save_settings(self, page: DonePage) -> None:
        sheet = page.sheet
        if sheet is not None:
            from wizard.handover.sheet_page import sheet_html

            self._save_file(page, "mail-settings.html", sheet_html(sheet).encode())

    def _save_file(self, page: Page, name: str, content: bytes) -> None:
        from PySide6.QtWidgets import QFileDialog

        path, _ = QFileDialog.getSaveFileName(self._window, "Save", name)
        if path:
            self._write(page, path, lambda: content)

    def save_report(self) -> None:
        """Saves what was tried, every secret removed, where the person says."""
        from PySide6.QtWidgets import QFileDialog

        page, result = self._window.current_page(), self._state.result
        if page is None or result is None:
            return
        kinds = "Page for people (*.html);;For the helpdesk (*.json);;Text (*.txt)"
        path, chosen = QFileDialog.getSaveFileName(self._window, "Save a report", "mailwright-report.html", kinds)
        if not path:
            return
        suffix = next((end for end in (".html", ".json", ".txt") if path.lower().endswith(end)), "")
        if not suffix:
            suffix = next((end for end in (".json", ".txt") if end in chosen), ".html")
            path += suffix

        def content() -> bytes:
            from wizard.diagnosis.document import diagnosis_document
            from wizard.handover.report import report_bytes, report_document

            return report_bytes(report_document(result, diagnosis_document=diagnosis_document), suffix)

        self._write(page, path, content)

    def _write(self, page: Page, path: str, content: Callable[[], bytes]) -> None:
        async def write(_session: SetupSession, _listener: Listener) -> None:
            from wizard.handover.write import write_file

            await asyncio.to_thread(lambda: write_file(Path(path), content()))

        self._start(write, lambda _: page.tell("Saved."), lambda sentence: self.say(sentence))

    # Beside the steps

    def explain(self) -> None:
        """Opens the dialog that explains a pasted error."""
        from wizard.gui.explain_dialog import ExplainDialog

        dialog = ExplainDialog(parent=self._window)

        def ask(text: str) -> None:
            async def explain(session: SetupSession, _: Listener) -> Diagnosis:
                return await asyncio.to_thread(session.explain, text)

            self._start(explain, dialog.show_diagnosis, dialog.show_failure)

        def choose(diagnosis: Diagnosis, remedy: Remedy) -> None:
            match remedy.action:
                case OpenUrl(url):
                    open_page(url)
                case CopyText(text):
                    copy_text(text)
                case EditField(field):
                    dialog.accept()
                    self.edit(field)
                case _:
                    dialog.accept()

        dialog.asked.connect(ask)
        dialog.remedy_chosen.connect(choose)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def choose_provider(self) -> None:
        """Opens the provider list; the servers of the one that is picked are taken over."""
        address, search = self._state.address, self._find_providers
        if address is None or search is None:
            return

        async def load(_session: SetupSession, _listener: Listener) -> None:
            await asyncio.to_thread(search, "")  # parses them all, which takes a moment the first time

        def loaded(_: None) -> None:
            from wizard.gui.provider_picker import ProviderPicker

            picker = ProviderPicker(search, parent=self._window)
            picker.picked.connect(lambda provider: self._take_provider(address, provider))
            picker.finished.connect(picker.deleteLater)
            picker.open()

        self._start(load, loaded, self.say)

    def _take_provider(self, address: Address, provider: Provider) -> None:
        from wizard.discovery.presets import candidates
        from wizard.model.plan import Plan

        before = self._state.plan
        asked = before.asked if before is not None else ()
        servers = candidates(provider, address)
        self._state.set_plan(Plan(address, servers, provider, asked=asked, notes=provider.notes))

    def say(self, sentence: str) -> None:
        """Says what went wrong, where no page has a place for it."""
        from PySide6.QtWidgets import QMessageBox

        box = QMessageBox(QMessageBox.Icon.Warning, "Mailwright", sentence, parent=self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.finished.connect(box.deleteLater)
        box.open()

    # What all of them share

    def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _when_ready(self, begin: Callable[[], None]) -> None:
        if self._bridge is not None:
            begin()
        else:
            self._waiting = [begin]

    def _start(
        self,
        work: Work[Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[str], None],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Job:
        if self._bridge is None:
            raise RuntimeError("the engine is not attached yet")
        return self._bridge.start(work, on_done, on_error, on_progress)

    def _close(self) -> None:
        for job in (self._looking, self._running):
            if job is not None:
                job.cancel()


def _no_client_id(draft: AccountDraft, plan: Plan | None) -> SignInRefused | None:
    """Why there is nothing to sign in with, where the browser is the only way and nobody registered a client id."""
    provider = plan.provider if plan is not None else None
    if provider is None or not needs.wants_browser(provider) or draft.oauth_token or draft.secret:
        return None
    from wizard.signin.refusals import Refusal, SignInRefused

    return SignInRefused(Refusal.CLIENT_ID_MISSING, provider=provider.spoken_name)


def open_page(url: str) -> None:
    """Opens a provider's page in the browser; nothing but https."""
    if url.startswith("https://"):
        QDesktopServices.openUrl(QUrl(url))


def copy_text(text: str) -> None:
    """Puts a text into the clipboard."""
    QGuiApplication.clipboard().setText(text)
