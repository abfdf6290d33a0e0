"""Step 2: the two servers, who named them, and the place to change them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from wizard.gui import sources
from wizard.gui.pages.page import Page
from wizard.gui.state import WizardState
from wizard.gui.widgets.buttons import LinkButton
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.limits_fold import LimitsFold
from wizard.gui.widgets.provider_questions import ProviderQuestions
from wizard.gui.widgets.server_card import ServerCard
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Banner
from wizard.gui.widgets.switch import Switch
from wizard.language import tr, tr_later
from wizard.language.formats import and_list
from wizard.model.address import Address
from wizard.model.diagnosis import Field
from wizard.model.limits import limits_line
from wizard.model.plan import Plan
from wizard.model.provider import Provider, ProviderStatus
from wizard.model.secret import Secret
from wizard.model.server import ServerCandidate, Source, Way

_NOTHING_TO_DO = tr_later("Nothing needs to be changed.")  # who named the servers stands on their cards
_GUESSED = tr_later("The next step tries these guesses.")
_TYPED = tr_later("The next step tries them.")


class SettingsPage(Page):
    """Shows what was found and takes changes into the state; `choose_provider` asks for the provider list.

    `bring_settings` asks for settings the person has already; `locked` (bool) tells that a pack keeps the servers.
    """

    choose_provider = Signal()
    bring_settings = Signal()
    locked = Signal(bool)

    def __init__(self, state: WizardState) -> None:
        super().__init__("settings", tr("Settings"), "", tr("Check these settings"))
        self._state = state
        self._failed: str | None = None
        self._chosen: Provider | None = None
        self._said_by = ""  # where the servers that were brought along stand
        self.waiting = QWidget()
        waiting = QHBoxLayout(self.waiting)
        waiting.setContentsMargins(20, 20, 20, 20)
        waiting.setSpacing(12)
        waiting.addWidget(StateDisc(DiscState.TRYING, 22))
        waiting.addWidget(Label(tr("Asking where the settings for your address are"), tone="ink2", wrap=True), 1)
        self.questions = ProviderQuestions()
        self._gaps = (_gap(), _gap())
        self._is_locked = False
        self.receiving = ServerCard(Way.RECEIVING)
        self.sending = ServerCard(Way.SENDING)
        self.receiving.share_columns(self.sending)
        self.limits = LimitsFold()
        self.limits.setObjectName("limits")
        self.consent = Banner("warn", "shield")
        self.agree = Switch(tr("Yes, this is right"))
        self.consent.box.addWidget(self.agree)
        self.agree.toggled.connect(self._agreed)
        self.body.addWidget(self.waiting)
        for asks, gap in zip((self.questions, self.consent), self._gaps, strict=True):
            self.body.addWidget(asks)
            self.body.addWidget(gap)
        self.body.addWidget(self.receiving)
        self.body.addSpacing(16)
        self.body.addWidget(self.sending)
        self.body.addSpacing(8)
        self.body.addWidget(self.limits)
        self._list_link = LinkButton(tr("Provider list"), "search")
        self._list_link.setObjectName("provider-list")
        self._list_link.clicked.connect(lambda: self.choose_provider.emit())
        self.add_link(self._list_link)
        self._bring_link = LinkButton(tr("Settings I have"), "file")
        self._bring_link.setObjectName("bring-settings")
        self._bring_link.clicked.connect(lambda: self.bring_settings.emit())
        self.add_link(self._bring_link)
        self.limits.area.opened.connect(lambda: self.scroll.bring_into_view(self.limits))
        self.questions.answered.connect(self._answered)
        for card in (self.receiving, self.sending):
            card.changed.connect(self._card_changed)
            card.own_password_changed.connect(self._own_password_changed)
            card.editing.connect(self._editing_changed)
        state.plan_changed.connect(self._show)
        state.draft_changed.connect(self._show)
        self._show()

    def discovery_failed(self, sentence: str) -> None:
        """The look-up ended without a plan: the servers can be typed."""
        self._failed = sentence
        self._show()

    def provider_chosen(self, provider: Provider) -> None:
        """The person took it from the list; the plan with its servers follows."""
        self._chosen = provider

    def edit(self, field: Field, server: ServerCandidate | None = None) -> None:
        """Opens the editor of a server at its name, its port or its user name, as a remedy asks.

        `server` stands in it instead of the one there is, and wants a login of its own.
        """
        if self._is_locked:
            return
        side, _, name = field.value.partition("-")
        (self.receiving if side == "incoming" else self.sending).open_editor(name, server)

    def lock(self, locked: bool) -> None:
        """Whether the servers stay as they were found: a helpdesk pack says so."""
        self._is_locked = locked
        self.receiving.lock(locked)
        self.sending.lock(locked)
        self._list_link.setVisible(not locked)
        self._bring_link.setVisible(not locked)
        self.locked.emit(locked)

    @property
    def is_locked(self) -> bool:
        """Whether a helpdesk pack keeps the servers as they were found."""
        return self._is_locked

    def brought(self, said_by: str) -> None:
        """The person brought servers along, which stand in `said_by`; the plan with them follows."""
        self._said_by = said_by

    @property
    def has_to_decide(self) -> bool:
        """Whether the servers are still to come, or something about them is for the person to say."""
        state = self._state
        servers = [server for server in (state.incoming, state.outgoing) if server is not None]
        return state.plan is None or not servers or self._has_open_questions(servers) or bool(self._untrusted())

    def initializePage(self) -> None:
        """Shows the state as it is now."""
        super().initializePage()
        self._show()

    def lead_to(self) -> QWidget | None:
        """What has to be decided or is still missing; else the primary button."""
        if not self.consent.isHidden():
            return self.agree
        return self.questions.first_missing()

    def validatePage(self) -> bool:
        """Takes over what stands in an open editor."""
        if not (self.receiving.close_editor() and self.sending.close_editor()):
            return False
        if self._untrusted():
            self.agree.setFocus(Qt.FocusReason.OtherFocusReason)
            return False
        return self._state.incoming is not None or self._state.outgoing is not None

    def close_editors(self) -> None:
        """What stands in an open editor is taken over, unless it cannot be used."""
        for card in (self.receiving, self.sending):
            if card.is_editing:
                card.close_editor()

    def take_over_from(self, before: SettingsPage) -> None:
        """What was typed on another such page."""
        self._failed, self._chosen, self._said_by = before._failed, before._chosen, before._said_by
        self.sending.take_over_from(before.sending)
        self._show()
        self.questions.take_over_from(before.questions)

    def restart(self) -> None:
        """Nothing of the last account is left."""
        super().restart()
        self._chosen = None
        self._said_by = ""
        self.sending.forget()

    def set_compact(self, compact: bool) -> None:
        """The fields one below the other."""
        super().set_compact(compact)
        self.receiving.set_narrow(compact)
        self.sending.set_narrow(compact)

    def _show(self) -> None:
        state = self._state
        address, plan = state.address, state.plan
        looking = plan is None and self._failed is None
        was_looking = not self.waiting.isHidden()
        if plan is not None:
            self._failed = None
        self.questions.show_plan(None if looking else plan)
        self.waiting.setVisible(looking)
        self.receiving.setVisible(not looking)
        self.sending.setVisible(not looking)
        if looking or address is None:
            self.set_title(tr("Looking for your settings"), tr("This takes a second or two."))
            self.subheading.show()
            self.consent.hide()
            self._show_what_is_asked()
            self.limits.hide()
            self.set_ready(False)
            return
        self.receiving.show_candidate(state.incoming, plan, address)
        self.sending.show_candidate(state.outgoing, plan, address)
        draft = state.draft()
        if draft is not None and draft.outgoing_secret is not None and not self.sending.is_editing:
            self.sending.show_own_password(draft.outgoing_secret.reveal())
        self._show_title()
        self.set_step_note(sources.step_note(state.incoming, state.outgoing))
        self._show_consent()
        self._show_what_is_asked()
        self._show_limits()
        self._judge()
        if was_looking:
            self.turned.emit()

    def _show_title(self) -> None:
        address, plan = self._state.address, self._state.plan
        if address is None:
            return
        servers = [server for server in (self._state.incoming, self._state.outgoing) if server is not None]
        if self._is_editing():
            subtitle = tr("Change only what your provider told you to change.")
        elif self.questions.missing:
            subtitle = ""  # what is asked stands right below
        elif not servers:
            subtitle = self._failed or _nothing_found(plan)
        elif self._untrusted():
            subtitle = ""
        elif plan is not None and plan.provider is not None and plan.provider is self._chosen:
            subtitle = _chosen(plan.provider, address)
        elif self._stand_in(servers):
            subtitle = self._stand_in(servers)
        elif any(sources.of_username(server) is Source.GUESS for server in servers):
            subtitle = tr(_GUESSED)
        else:
            subtitle = tr(_TYPED if servers[-1].source is Source.GIVEN else _NOTHING_TO_DO)
        self.set_title(tr("Settings for {domain}", domain=address.shown_domain), subtitle)
        self.subheading.setVisible(bool(subtitle))

    def _show_limits(self) -> None:
        plan = self._state.plan
        self.limits.say("" if self._is_editing() else limits_line(plan.provider if plan is not None else None))

    def _show_consent(self) -> None:
        domains = self._untrusted()
        self.consent.setVisible(bool(domains))
        if domains:
            names = and_list(domains)
            servers = [server for server in (self._state.incoming, self._state.outgoing) if server is not None]
            by_records = tr(
                "Only the domain’s records name these servers, and records can be forged. "
                "Agree if you know that your mail is kept there."
            )
            title, why = tr("Your password would go to {names}.", names=names), self._stand_in(servers) or by_records
            self.consent.say(title, why)
            self.agree.setAccessibleDescription(f"{title} {why}")
            self.agree.blockSignals(True)
            self.agree.setChecked(False)
            self.agree.blockSignals(False)
            self.agree.setText(tr("Yes, {names} is right", names=names))

    def _show_what_is_asked(self) -> None:
        """What the person has to say stands alone: the servers below it take a line each."""
        asked = [not part.isHidden() for part in (self.questions, self.consent)]
        for is_asked, gap in zip(asked, self._gaps, strict=True):
            gap.setVisible(is_asked)
        for card in (self.receiving, self.sending):
            card.collapse(any(asked))

    def _stand_in(self, servers: Sequence[ServerCandidate]) -> str:
        """Where the servers stand that the person brought along; "" where others are shown."""
        if not self._said_by or any(server.source is not Source.GIVEN for server in servers):
            return ""
        return tr("As they stand in {place}.", place=self._said_by)

    def _untrusted(self) -> tuple[str, ...]:
        """The registrable domains the person has to agree to."""
        return self._state.account.to_agree_to()

    def _agreed(self, yes: bool) -> None:
        if yes:
            self._state.agree()

    def _answered(self) -> None:
        plan = self._state.plan
        if plan is not None:
            self._state.refine_plan(replace(plan, candidates=self.questions.servers()))
        self._judge()

    def _card_changed(self, candidate: ServerCandidate) -> None:
        self._state.choose_server(candidate)

    def _own_password_changed(self, password: str) -> None:
        draft = self._state.draft()
        if draft is not None:
            self._state.set_own_sending(draft.outgoing_username, Secret.typed(password) if password else None)

    def _editing_changed(self, _: bool) -> None:
        self.receiving.collapse(self.sending.is_editing)
        self.sending.collapse(self.receiving.is_editing)
        self._show_title()
        self._show_limits()
        if not self._is_editing():
            self._show()
        elif self.is_compact:
            card = self.sending if self.sending.is_editing else self.receiving
            QTimer.singleShot(0, card, lambda: self.scroll.bring_into_view(card))
        self._judge()

    def _is_editing(self) -> bool:
        return self.receiving.is_editing or self.sending.is_editing

    def _judge(self) -> None:
        servers = [server for server in (self._state.incoming, self._state.outgoing) if server is not None]
        is_open = self._has_open_questions(servers) or bool(self._untrusted())
        self.set_ready(self._is_editing() or (bool(servers) and not is_open))

    def _has_open_questions(self, servers: Sequence[ServerCandidate]) -> bool:
        return self.questions.missing and not all(server.source is Source.GIVEN for server in servers)


def _gap() -> QWidget:
    gap = QWidget()
    gap.setFixedHeight(16)
    return gap


def _chosen(provider: Provider, address: Address) -> str:
    """What is said of a provider from the list: above all, that the domain is not one of its own."""
    if address.domain in provider.domains:
        return tr(_TYPED)
    return tr(
        "Right only if {provider} keeps {domain}’s mail.", provider=provider.spoken_name, domain=address.shown_domain
    )


def _nothing_found(plan: Plan | None) -> str:
    provider = plan.provider if plan is not None else None
    if provider is not None and provider.status is ProviderStatus.UNSUPPORTED:
        return provider.translated().no_servers_because or tr(
            "{provider} has no servers for mail programs.", provider=provider.name
        )
    return tr("Nothing was found. Type in what your provider told you.")
