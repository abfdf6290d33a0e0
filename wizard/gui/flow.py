"""What happens when: takes the pages' wishes to the engine and its answers to the pages.

Checks are `Checking`'s, remedies `Actions`', the sign-in in the browser `BrowserSignIn`'s, the last step `HandOver`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from wizard.gui.actions import Actions, open_page
from wizard.gui.bringing import Bringing
from wizard.gui.browser_sign_in import BrowserSignIn
from wizard.gui.checking import Checking
from wizard.gui.domain_check import DomainCheck
from wizard.gui.hand_over import HandOver
from wizard.gui.jobs import Jobs
from wizard.gui.route import Route
from wizard.language import tr
from wizard.model.account import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wizard.accounts.saved_accounts import SavedAccounts
    from wizard.gui.bridge import Job, Starts
    from wizard.gui.explain_dialog import ExplainDialog
    from wizard.gui.pages.account_page import AccountPage
    from wizard.gui.pages.check_page import CheckPage
    from wizard.gui.pages.done_page import DonePage
    from wizard.gui.pages.settings_page import SettingsPage
    from wizard.gui.pages.test_page import TestPage
    from wizard.gui.preferences import Preferences
    from wizard.gui.state import WizardState
    from wizard.gui.window import WizardWindow
    from wizard.model.account import CheckResult
    from wizard.model.address import Address
    from wizard.model.diagnosis import Diagnosis, Remedy
    from wizard.model.plan import Plan
    from wizard.model.progress import Listener
    from wizard.model.provider import Provider
    from wizard.setup.session import SetupSession


class Flow(QObject):
    """Connects pages, state and engine; before `attach` wishes wait, so that pages can be used from the first paint.

    `all_is_read` tells that the causes are there: nothing large is loaded after them.
    """

    all_is_read = Signal()

    def __init__(
        self,
        state: WizardState,
        window: WizardWindow,
        account: AccountPage,
        settings: SettingsPage,
        check: CheckPage,
        test: TestPage,
        done: DonePage,
    ) -> None:
        super().__init__(window)
        self._state, self._window = state, window
        self._account, self._settings, self._test = account, settings, test
        self._jobs = Jobs()
        self._looking: Job | None = None
        self._sending: Job | None = None
        self._find_providers: Callable[[str], Sequence[Provider]] | None = None
        self.browser = BrowserSignIn(state, window, self._jobs, self.say)
        self.checking = Checking(state, window, self._jobs, check, self.browser)
        self.hand_over = HandOver(state, window, self._jobs, done, self.say, self._begin_anew)
        self.domain_check = DomainCheck(state, window, self._jobs, self.say, (test.domain_link, done.domain_link))
        self.actions = Actions(state, window, account, settings, test, self.checking)
        self.route = Route(state, window, account, settings, test)
        self.checking.ended.connect(self.route.checked)
        self.checking.begun.connect(self.hand_over.calendars.begin)
        self.bringing = Bringing(state, window, self._jobs, account, settings, self.say)
        self._serve_account()
        self._serve_test()
        check.go_on_requested.connect(self._go_past_test)
        for keeper in (account, check):
            settings.locked.connect(keeper.lock_servers)
        check.edit_requested.connect(lambda: window.go_back_to(settings.name))
        for page in (check, test):
            page.remedy_chosen.connect(self.actions.do)
            page.administrator_wanted.connect(self.actions.ask_administrator)
            page.report_requested.connect(self.hand_over.save_report)
        for part in (
            self.browser,
            self.checking,
            self.hand_over,
            self.domain_check,
            self.actions,
            self.route,
            self.bringing,
        ):
            part.setParent(self)
        window.closing.connect(self.close)

    def attach(self, bridge: Starts) -> None:
        """The engine is there: what was wished for meanwhile begins."""
        self._jobs.attach(bridge)

    def practise(self) -> None:
        """Nothing of practice is kept, and its domains are asked about nowhere else."""
        self.hand_over.why_not_kept = tr("Practice accounts are not kept.")
        self.domain_check.can_check(False)
        self.hand_over.calendars.can_search = False
        self.bringing.reads_programs = False

    def keep_accounts(self, accounts: SavedAccounts) -> None:
        """Accounts can be kept on this computer, and those that are can be looked at."""
        self.hand_over.keep_accounts(accounts, self._account)

    def offer_newer(self, preferences: Preferences | None) -> None:
        """A newer version may be looked for, unless nobody announces any, it is forbidden, or nothing is kept here."""
        from wizard.newer import announcements

        where = announcements() if preferences is not None else None
        if preferences is not None and where is not None:
            from wizard.gui.newer import NewerVersion

            newer = self._window.newer = NewerVersion(self._jobs, where, preferences, self)
            newer.found.connect(lambda version: self._account.tell_newer(version, partial(open_page, where.page)))
            newer.begin()

    def find_providers_with(self, search: Callable[[str], Sequence[Provider]]) -> None:
        """What the list of providers is searched with."""
        self._find_providers = search

    # Steps 1 and 2: settings are looked up as soon as there is an address

    def _serve_account(self) -> None:
        page = self._account
        page.discover.connect(self._discover)
        page.explain.connect(self.explain)
        page.about.connect(self._window.show_about)
        page.browser_sign_in.connect(lambda: self.browser.begin(page.signed_in_by_browser, page.browser_refused))
        self._settings.choose_provider.connect(self.choose_provider)

    def _discover(self, address: Address, ask_nobody: bool) -> None:
        if self._looking is not None:
            self._looking.cancel()
        self._jobs.when_ready(partial(self._look_up, address, ask_nobody))

    def _look_up(self, address: Address, ask_nobody: bool) -> None:
        self._looking = self._jobs.start(
            lambda session, listener: session.prepare(address, ask_nobody=ask_nobody, listener=listener),
            partial(self._found, address),
            self._not_found,
        )

    def _found(self, address: Address, plan: Plan) -> None:
        if self._state.address == address:
            self._state.set_plan(plan)
            self.bringing.found()
        # While the password is typed. Should it fail, the first diagnosis fails like it and says so.
        self._jobs.start(
            lambda session, _: asyncio.to_thread(session.get_ready), lambda _: self.all_is_read.emit(), lambda _: None
        )

    def _not_found(self, sentence: str) -> None:
        self._account.discovery_failed(sentence)
        self._settings.discovery_failed(sentence)
        self.bringing.found()

    def choose_provider(self) -> None:
        """Opens the provider list; the servers of the one that is picked are taken over."""
        address, search = self._state.address, self._find_providers
        if address is None or search is None:
            return

        async def load(_session: SetupSession, _listener: Listener) -> None:
            """Parses all presets, which takes a moment the first time."""
            await asyncio.to_thread(search, "")

        self._jobs.start(load, lambda _: self._show_providers(address, search), self.say)

    def _show_providers(self, address: Address, search: Callable[[str], Sequence[Provider]]) -> None:
        from wizard.gui.provider_picker import ProviderPicker

        picker = ProviderPicker(search, address.shown_domain, parent=self._window)
        picker.picked.connect(partial(self._take_provider, address))
        picker.finished.connect(picker.deleteLater)
        picker.open()

    def _take_provider(self, address: Address, provider: Provider) -> None:
        from wizard.discovery.presets import candidates
        from wizard.model.plan import Plan

        before = self._state.plan
        asked = before.asked if before is not None else ()
        servers = candidates(provider, address)
        self._settings.provider_chosen(provider)
        self._state.set_plan(Plan(address, servers, provider, asked=asked, notes=provider.translated().notes))

    # Step 4: a message is sent, watched for, and deleted when asked

    def _serve_test(self) -> None:
        page = self._test
        page.entered.connect(self._begin_test)
        page.send_requested.connect(self._send)
        page.stop_requested.connect(self._stop_sending)
        page.skip_requested.connect(self._window.skip_step)
        page.delete_requested.connect(self._delete)
        page.records_wanted.connect(self.actions.show_message)

    def _begin_test(self) -> None:
        if self._state.result is not None:
            self._test.begin(self._state.result)
            self.route.entered_test()

    def _send(self, to: Address | None) -> None:
        result = self._state.result
        if result is None:
            return
        self.checking.stop()
        self._stop_sending()
        self._sending = self._jobs.start(
            lambda session, listener: session.send_test_message(result, to, listener=listener),
            partial(self._sent, result),
            partial(self._not_sent, result),
            self._test.on_progress,
        )

    def _sent(self, before: CheckResult, result: CheckResult) -> None:
        if self._state.result is before:  # else the account was changed meanwhile
            self._state.set_result(result)
            self._test.show_result(result)
            self.route.tested(result)

    def _not_sent(self, result: CheckResult, sentence: str) -> None:
        self._test.begin(result)
        self._test.tell(sentence, urgent=True)

    def _go_past_test(self) -> None:
        """Not all is proven; the settings can be handed over all the same, and no message goes out unseen."""
        result = self._state.result
        sends = result is not None and result.outgoing is not None and result.outgoing.status is Status.VERIFIED
        if result is not None:
            self._test.pass_over(result, tr("Skipped") if sends else tr("Not possible yet"))
        self._window.skip_steps()

    def _stop_sending(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    def _delete(self) -> None:
        result = self._state.result
        if result is not None:
            self._jobs.start(
                lambda session, _: session.delete_test_message(result),
                self._test.show_deleted,
                lambda _: self._test.show_deleted(False),
            )

    # Beside the steps

    def explain(self) -> None:
        """Opens the dialog that explains a pasted error."""
        from wizard.gui.explain_dialog import ExplainDialog

        dialog = ExplainDialog(parent=self._window)
        dialog.asked.connect(partial(self._explain, dialog))
        dialog.remedy_chosen.connect(partial(self._choose_in, dialog))
        dialog.report_wanted.connect(partial(self._open_report, dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _explain(self, dialog: ExplainDialog, text: str) -> None:
        async def explain(session: SetupSession, _: Listener) -> Diagnosis:
            """The cause behind the text."""
            return await asyncio.to_thread(session.explain, text)

        self._jobs.start(explain, dialog.show_diagnosis, dialog.show_failure)

    def _open_report(self, dialog: ExplainDialog) -> None:
        from PySide6.QtWidgets import QFileDialog

        names, _ = QFileDialog.getOpenFileNames(dialog, tr("Open a report"), "", tr("Reports (*.html *.json)"))
        if not names:
            return

        async def load(_session: SetupSession, _listener: Listener) -> Mapping[str, Mapping[str, object]]:
            """What each file holds, by what its place is called."""
            from wizard.handover.compare import places_of
            from wizard.handover.report import load_report

            paths = [Path(name) for name in names]
            reports = [await asyncio.to_thread(load_report, path) for path in paths]
            return dict(zip(places_of(paths), reports, strict=True))

        self._jobs.start(load, dialog.show_reports, dialog.show_failure)

    def _choose_in(self, dialog: ExplainDialog, diagnosis: Diagnosis, remedy: Remedy) -> None:
        """A remedy of the dialog's card; what leads to a page closes the dialog first."""
        from wizard.model.diagnosis import AskAdministrator, CopyText, EditField, OpenUrl

        stays = isinstance(remedy.action, OpenUrl | CopyText | AskAdministrator)
        if not stays:
            dialog.accept()
        if stays or isinstance(remedy.action, EditField) or self.checking.has_result:
            self.actions.do(diagnosis, remedy)
        else:
            self._account.tell_first(diagnosis.title)

    def say(self, sentence: str) -> None:
        """Says what went wrong, where no page has a place for it."""
        from PySide6.QtWidgets import QMessageBox

        box = QMessageBox(QMessageBox.Icon.Warning, "Mailwright", sentence, parent=self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.finished.connect(box.deleteLater)
        box.open()

    def _begin_anew(self) -> None:
        self._stop_sending()
        self.checking.forget()
        self.bringing.forget()
        self._state.restart()
        for page in self._window.pages:
            page.restart()
        self._window.restart()

    def take_over(self, before: Flow) -> None:
        """Goes on with the engine in the place of another flow, which ends; what that one proved stays proven."""
        self.checking.take_over(before.checking)
        self.bringing.take_over(before.bringing)
        bridge = before._jobs.bridge
        before.close()
        before._jobs.close()
        shiboken6.delete(before)  # at once: it would hear what the window tells from here on
        if bridge is not None:
            self.attach(bridge)

    def close(self) -> None:
        """Ends what runs."""
        self.hand_over.close()
        if self._looking is not None:
            self._looking.cancel()
        self.checking.stop()
        self._stop_sending()
