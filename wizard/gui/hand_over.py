"""The last step served: the account handed to other programs, reported on, and kept here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from wizard.gui.calendar_search import CalendarSearch
from wizard.gui.hand_over_presenter import HandOverPresenter
from wizard.gui.saving import Saving
from wizard.gui.state import Loss
from wizard.language import tr

if TYPE_CHECKING:
    from wizard.accounts.saved_accounts import SavedAccounts
    from wizard.gui.hand_over_presenter import PasswordSource
    from wizard.gui.jobs import Jobs
    from wizard.gui.keeping import Keeping
    from wizard.gui.pages.account_page import AccountPage
    from wizard.gui.pages.done_page import DonePage
    from wizard.gui.state import WizardState
    from wizard.gui.window import WizardWindow
    from wizard.model.account import CheckResult
    from wizard.model.draft import AccountDraft
    from wizard.model.secret import Secret


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
        self._saving = Saving(jobs, say)
        self._keeping: Keeping | None = None
        self._targets: tuple[str, ...] = ()
        self.why_not_kept = ""
        self._presenter = HandOverPresenter(jobs, page.panel, window, say)
        self._presenter.setParent(self)
        self.calendars = CalendarSearch(state, jobs, self)
        self.calendars.found.connect(self._show_calendars)
        page.entered.connect(self._begin)
        window.proven_loss = self._loss
        self.begins_anew = False  # the window stays open for the next person, with nothing of the last one
        self._on_another = on_another
        # Not by a lambda, which would outlive this: the window stays where another language is chosen.
        window.finish_requested.connect(self._finish)
        page.watch_pressed.connect(self._ask_to_watch)
        window.another_account.connect(self._begin_another)

    def _loss(self) -> Loss | None:
        """What closing now would lose of settings that are proven."""
        if not self._presenter.has_placed:
            return Loss.PROVEN
        return Loss.REMEMBERING if self._page.wants_remembering else None

    def offer_only(self, targets: Sequence[str]) -> None:
        """Hands over to these programs and no other; to all of them where none is named."""
        self._targets = tuple(targets)
        self._page.panel.offer_only(targets)

    def keep_accounts(self, accounts: SavedAccounts, page: AccountPage) -> None:
        """Accounts can be kept on this computer, and those that are can be looked at from `page`."""
        from wizard.gui.keeping import Keeping

        self._keeping = Keeping(
            self._jobs, accounts, self._window, self._state.letter_language, self._state.schedule_rule, self._targets
        )
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
        dialog.chosen.connect(
            lambda path, content: self._saving.write(path, lambda: content, lambda: page.tell(tr("Saved.")))
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _finish(self) -> None:
        self._keep(self._on_another if self.begins_anew else self._window.finish)

    def _begin_another(self) -> None:
        self._keep(self._on_another)

    def _begin(self) -> None:
        result = self._state.result
        proven = result.verified_account() if result is not None else None
        self._presenter.forget()
        account = proven or (result.right_so_far() if result is not None else None)
        if result is None or account is None:
            return

        from wizard.model.limits import limits_line

        why_not_kept = self.why_not_kept or (
            "" if proven is not None else tr("An account is kept once all of it is proven.")
        )
        self._page.begin(account, why_not_kept, result)
        self._page.tell_observed(result.observed)
        may_keep = proven is not None and not self.why_not_kept
        size = result.outgoing.max_message_bytes if result.outgoing is not None else None
        self._presenter.begin(
            account,
            can_be_placed=may_keep,
            password=_password_of(result.draft) if may_keep else None,
            limits=limits_line(result.known_provider, size),
        )
        self._show_calendars()
        if self._keeping is not None and proven is not None:
            self._keeping.name_keyring(self._page.offer_remembering, self._page.refuse_remembering)
            self._keeping.offer_watching(self._page)

    def _show_calendars(self) -> None:
        result = self._state.result
        if result is not None:
            self._presenter.show_calendars(self.calendars.services(result.draft.address))

    def _keep(self, and_then: Callable[[], None]) -> None:
        """Keeps the account first, where that is wanted; a keyring that refuses is said, and nothing is lost."""
        result = self._state.result
        account = result.verified_account() if result is not None else None
        if result is None or account is None or self._keeping is None or not self._page.wants_remembering:
            and_then()
            return
        self._keeping.keep(account, result.draft, partial(self._watch, and_then), self._not_kept)

    def _watch(self, and_then: Callable[[], None]) -> None:
        """The account is kept; it is watched as well, where that is wanted."""
        if self._keeping is None or not self._page.wants_watching:
            and_then()
            return
        self._keeping.watch(and_then, self._not_watched)

    def _ask_to_watch(self, is_on: bool) -> None:
        if is_on and self._keeping is not None:
            self._keeping.ask_to_watch(self._page)

    def _not_watched(self, why: str) -> None:
        self._page.watch.setChecked(False)
        self._page.tell(why, urgent=True)

    def _not_kept(self, why: str) -> None:
        self._page.refuse_remembering(why)
        self._page.tell(why, urgent=True)


def _password_of(draft: AccountDraft) -> PasswordSource | None:
    """The one password of the account; where each side has its own, no file can be asked for."""
    secret = draft.secret
    if secret is None or draft.outgoing_secret is not None:
        return None

    async def fetch() -> Secret:
        return secret

    return fetch


def _report(result: CheckResult, masked: bool, helpdesk: Mapping[str, str]) -> Mapping[str, object]:
    from wizard.diagnosis.document import diagnosis_document
    from wizard.handover.report import report_document

    return report_document(result, diagnosis_document=diagnosis_document, mask_addresses=masked, helpdesk=helpdesk)
