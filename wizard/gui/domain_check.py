"""“Check the domain”: looked at in the engine, shown in a dialog, saved where the person says."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from wizard.gui.accessibility import announce
from wizard.gui.saving import Saving
from wizard.gui.widgets.buttons import LinkButton
from wizard.language import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wizard.gui.jobs import Jobs
    from wizard.gui.state import WizardState
    from wizard.gui.window import WizardWindow
    from wizard.model.account import CheckResult
    from wizard.model.address import Address
    from wizard.model.progress import Listener
    from wizard.setup.domain_report import DomainReport
    from wizard.setup.session import SetupSession


class DomainCheck(QObject):
    """Looks at the domain of the account that was checked."""

    def __init__(
        self,
        state: WizardState,
        window: WizardWindow,
        jobs: Jobs,
        say: Callable[[str], None],
        links: Sequence[DomainLink],
    ) -> None:
        super().__init__(window)
        self._state, self._window, self._jobs, self._links = state, window, jobs, links
        self._saving = Saving(jobs, say)
        for link in links:
            link.clicked.connect(self.open)

    def can_check(self, can_check: bool) -> None:
        """Whether domains can be looked at from here."""
        for link in self._links:
            link.can_check = can_check

    def open(self) -> None:
        """Shows the dialog, and what is found once it is there."""
        result = self._state.result
        if result is None:
            return
        from wizard.gui.domain_dialog import DomainDialog

        dialog = DomainDialog(result.draft.address.shown_domain, parent=self._window)
        sender = result.outgoing.candidate.host if result.outgoing is not None else None
        work = partial(_check, result.draft.address, sender, result.draft.ask_nobody)
        job = self._jobs.start(work, dialog.show_report, dialog.show_failure)
        dialog.chosen.connect(
            lambda path, content: self._saving.write(
                path, lambda: content, lambda: announce(dialog, tr("Saved.")), others_may_read=True
            )
        )
        dialog.finished.connect(job.cancel)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class DomainLink(LinkButton):
    """`follow` shows it for a domain that the person can have changed; where `can_check` is False it is never there."""

    can_check = True  # not in practice, whose domains are its own

    def __init__(self) -> None:
        super().__init__(tr("Check the domain…"), "search")
        self.setObjectName("check-domain")
        self.hide()

    def follow(self, result: CheckResult | None) -> None:
        """Shows itself for this account's domain, or goes away."""
        is_worth_it = self.can_check and result is not None and not _belongs_to_provider(result)
        if result is not None:
            # A name may be longer than the window: it stands whole in the dialog and for a screen reader.
            shown = result.draft.address.shown_domain
            self.setText(tr("Check the domain {domain}…", domain=shown) if len(shown) < 30 else tr("Check the domain…"))
            self.setAccessibleName(tr("Check the domain {domain}…", domain=shown))
        self.setVisible(is_worth_it)


def _belongs_to_provider(result: CheckResult) -> bool:
    """Whether the domain is a big provider's own: what that publishes nobody can change who has an address there."""
    provider = result.known_provider
    return provider is not None and result.draft.address.domain in provider.domains


async def _check(
    address: Address, sender: str | None, ask_nobody: bool, session: SetupSession, _listener: Listener
) -> DomainReport:
    return await session.look_ups.domain(address, sender, ask_nobody=ask_nobody)
