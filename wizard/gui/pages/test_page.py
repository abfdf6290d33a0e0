"""The Test message page: a real message goes out and is watched until it arrives.

Longer than most files: a message before, on and after its way is one page with one state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.errors import UsageError
from wizard.gui import trip_words, words
from wizard.gui.domain_check import DomainLink
from wizard.gui.lanes import State
from wizard.gui.pages.page import Page
from wizard.gui.widgets.buttons import LinkButton
from wizard.gui.widgets.diagnosis_card import DiagnosisCard, local_now
from wizard.gui.widgets.fields import Field
from wizard.gui.widgets.surfaces import Card, Hint
from wizard.gui.widgets.timeline import Moment, Timeline
from wizard.gui.widgets.trip_card import TripCard
from wizard.gui.widgets.verdict_list import VerdictCard
from wizard.language import tr, tr_context, tr_later
from wizard.model.account import CheckResult, RoundTrip, RoundTripStatus
from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis
from wizard.model.diagnosis import Field as FieldName
from wizard.model.draft import AccountDraft
from wizard.model.evidence import Outcome, Stage
from wizard.model.progress import Progress

_TITLE = tr_later("Send yourself a test message")
_SUBTITLE = tr_later("A real message goes out through your account and comes back.")
_SEND = tr_later("Send test message")


class Phase(Enum):
    """Where the one test message is on its way."""

    IDLE = auto()
    SENDING = auto()
    SENT = auto()
    ARRIVED = auto()
    FAILED = auto()


_PHASES: Final = {
    RoundTripStatus.ARRIVED: Phase.ARRIVED,
    RoundTripStatus.SENT: Phase.SENT,
    RoundTripStatus.FAILED: Phase.FAILED,
    RoundTripStatus.SKIPPED: Phase.IDLE,
}


class TestPage(Page):
    """Sends and watches one test message; knows no engine.

    The window calls `begin(result)` when the page is entered, `on_progress(progress)` while it works, and
    `show_result(result)` with the result whose `round_trip` is filled; `show_deleted(done)` after a deletion.

    Signals:
        send_requested: (Address or None) to this address, or to the account itself.
        remedy_chosen: (Diagnosis, Remedy) after a failure.
        administrator_wanted: (Diagnosis) a message about it for whoever runs the server.
        records_wanted: (a function that writes it) the message for whoever keeps the domain's records.
        stop_requested, skip_requested, delete_requested, report_requested: as they say.
    """

    __test__ = False  # not a test, whatever its name makes pytest think

    send_requested = Signal(object)
    remedy_chosen = Signal(object, object)
    administrator_wanted = Signal(object)
    records_wanted = Signal(object)
    stop_requested = Signal()
    skip_requested = Signal()
    delete_requested = Signal()
    report_requested = Signal()

    def __init__(self, now: Callable[[], datetime] = local_now) -> None:
        super().__init__("test", tr(_TITLE), tr(_SUBTITLE), tr(_SEND))
        self._now = now
        self._account: CheckResult | None = None
        self._to: Address | None = None
        self._sent_by_itself: AccountDraft | None = None
        self._sent_at: datetime | None = None
        self._accepted_at: datetime | None = None
        self._phase = Phase.IDLE
        self.cards: list[DiagnosisCard] = []

        self._ask = Card()
        self.to_field = Field(tr("Send to"))
        self.to_field.input.setObjectName("send-to")
        self.to_field.set_help(tr("Your own address shows both ways at once. Another address shows sending only."))
        self.to_field.input.textChanged.connect(self._show_ahead)
        self._ahead = Timeline()
        self._ask.box.addWidget(self.to_field)
        self._ask.box.addSpacing(18)
        self._ask.box.addWidget(self._ahead)
        self._verdict = TripCard()
        self.another_button = self._verdict.button("send-another", tr("Send another"), self._send_another)
        self.stop_button = self._verdict.button("stop", tr("Stop"), self._stop)
        self._column = QVBoxLayout()
        self._column.setSpacing(16)
        self._authentication: VerdictCard | None = None
        self._hint = Hint("")
        self._hint.setContentsMargins(0, 16, 0, 0)
        self.delete_link = LinkButton(tr("Delete the test message"), "trash")
        self.delete_link.setObjectName("delete-test-message")
        self.delete_link.clicked.connect(self._delete)
        self.body.addWidget(self._ask)
        self.body.addWidget(self._verdict)
        self.body.addLayout(self._column)
        self.body.addWidget(self._hint)
        self.add_link(self.delete_link)
        self._ask_link = LinkButton(tr("Ask your administrator…"), "message")
        self._ask_link.setObjectName("ask-administrator")
        self._ask_link.clicked.connect(self._ask_for_records)
        self.add_link(self._ask_link)
        self.domain_link = DomainLink()
        self.add_link(self.domain_link)
        self._show_parts()

    def begin(self, result: CheckResult) -> None:
        """Offers to send a message with these proven settings; a message that arrived before stays shown."""
        has_verdict = self._phase in (Phase.SENT, Phase.ARRIVED)
        if has_verdict and self._account is not None and self._account.draft == result.draft:
            return
        self._account = result
        self._start_over()

    def on_progress(self, progress: Progress) -> None:
        """Takes one event: the message is accepted, or is being looked for."""
        if self._phase != Phase.SENDING:
            return
        if progress.stage is Stage.MESSAGE and progress.outcome is Outcome.OK and self._accepted_at is None:
            self._accepted_at = self._now()
            self._show_sending()
            self.tell(tr("Accepted by the server"))

    def show_result(self, result: CheckResult) -> None:
        """Shows what became of the message."""
        self._account = result
        trip = result.round_trip
        if trip.status is RoundTripStatus.SKIPPED:
            self._start_over()
            return
        self._clear()
        failed = trip.status is RoundTripStatus.FAILED
        self._phase = _PHASES[trip.status]
        self.set_title(trip_words.trip_title(trip), trip_words.trip_subtitle(trip, self._is_to_self))
        if failed:
            self._show_cards(result.diagnoses)
        else:
            self._show_trip(trip, result)
        self._show_parts()
        is_free = not failed or not any(each.wants_other_settings for each in result.diagnoses)
        self.set_primary(tr(words.SETTINGS_RIGHT) if failed and is_free and not self.is_compact else tr(words.CONTINUE))
        self.set_ready(is_free)
        self.set_skip(None if is_free else tr("Skip"))
        self.set_step_note(trip_words.trip_note(trip))
        first = self.cards[0].diagnosis if self.cards else None
        news = f"{first.title}. {first.why}" if first is not None else self._verdict.accessibleName()
        self.tell(news, urgent=True)
        self.turned.emit()

    @property
    def shows_verdict(self) -> bool:
        """Whether it says what became of the message."""
        return self._phase in (Phase.SENT, Phase.ARRIVED, Phase.FAILED)

    def lead_to(self) -> QWidget | None:
        """The title while a message is on its way; the first card's remedy; else the primary button."""
        if self._phase is Phase.SENDING:
            return self.heading
        return self.cards[0].lead_to() if self.cards and not self._ready else None

    def show_deleted(self, done: bool) -> None:
        """Says whether the test message is gone."""
        self.delete_link.setVisible(False)
        text = (
            tr("The test message is deleted.")
            if done
            else tr("The test message could not be deleted. You can do it by hand.")
        )
        self._hint.label.setText(text)
        self._hint.show()
        self.tell(text)

    def edit(self, field: FieldName) -> None:
        """Ready to send again, with the cursor in the recipient's address; TEST_TO puts the account's own there."""
        if self._phase is Phase.SENDING:
            self.stop_requested.emit()
        if field is FieldName.TEST_TO:
            self.to_field.set_text("")
        self._start_over()
        self.to_field.input.setFocus(Qt.FocusReason.OtherFocusReason)
        self.to_field.input.selectAll()

    def validatePage(self) -> bool:
        """The primary button sends first, and leads on once there is a verdict."""
        if self._phase == Phase.IDLE:
            self._send()
            return False
        return self._phase is not Phase.SENDING and self._ready

    def skip(self) -> None:
        """Goes on without a message."""
        if self._phase == Phase.SENDING:
            self.stop_requested.emit()
        self.set_step_note(tr("Skipped"))
        self.skip_requested.emit()

    @property
    def is_settled(self) -> bool:
        """Whether a message was taken."""
        return self._phase in (Phase.SENT, Phase.ARRIVED)

    def send_by_itself(self) -> None:
        """Sends to the account itself, unless that was done, stopped or skipped before."""
        draft = self._account.draft if self._account is not None else None
        if draft is not None and draft != self._sent_by_itself and self._phase is Phase.IDLE:
            self._sent_by_itself = draft
            self._send()

    def pass_over(self, result: CheckResult, note: str) -> None:
        """Nothing is sent for this account, unless the person comes back and sends."""
        self.begin(result)
        self._sent_by_itself = result.draft
        self.set_step_note(note)

    def take_over_from(self, before: TestPage) -> None:
        """Whom the message was to go to on another such page."""
        self.to_field.set_text(before.to_field.text())

    def restart(self) -> None:
        """Nothing of the last account is left."""
        self._account = self._to = self._sent_by_itself = None
        self.to_field.set_text("")
        self._start_over()
        super().restart()

    def set_compact(self, compact: bool) -> None:
        """Buttons below the words, as wide as the card."""
        super().set_compact(compact)
        self._verdict.set_compact(compact)
        for card in self.cards:
            card.set_compact(compact)

    # Steps

    @property
    def _is_to_self(self) -> bool:
        return self._to is None or (self._account is not None and self._to == self._account.draft.address)

    def _start_over(self) -> None:
        self._clear()
        self._phase = Phase.IDLE
        self._sent_at = self._accepted_at = None
        self.set_title(tr(_TITLE), tr(_SUBTITLE))
        self.to_field.set_error(None)
        if self._account is not None and not self.to_field.text():
            self.to_field.set_text(str(self._account.draft.address))
        self._show_ahead()
        self._show_parts()
        self.set_primary(tr(_SEND))
        self.set_ready(True)
        self.set_skip(tr("Skip"))
        self.set_step_note("")
        self.turned.emit()

    def _send(self) -> None:
        try:
            self._to = Address.parse(self.to_field.text())
        except UsageError as error:
            self.to_field.set_error(str(error))
            self.to_field.input.setFocus()
            return
        self.to_field.set_error(None)
        self._phase = Phase.SENDING
        self._sent_at, self._accepted_at = self._now(), None
        self._show_sending()
        self.heading.setFocus(Qt.FocusReason.OtherFocusReason)  # before what has the keyboard goes away
        self._show_parts()
        self.set_ready(False)
        self.turned.emit()
        self.send_requested.emit(None if self._is_to_self else self._to)

    def _send_another(self) -> None:
        self._start_over()
        self.to_field.input.setFocus()

    def _stop(self) -> None:
        self.stop_requested.emit()
        self._start_over()

    def _ask_for_records(self) -> None:
        account = self._account
        if account is not None and account.outgoing is not None:
            domain, server = account.draft.address.domain, account.outgoing.candidate.host
            trip = account.round_trip
            self.records_wanted.emit(lambda: trip_words.administrator_text(trip, domain, server))

    def _delete(self) -> None:
        self.delete_link.setEnabled(False)
        self.delete_requested.emit()

    # What is shown

    def _show_sending(self) -> None:
        if self._accepted_at is None:
            self.set_title(tr("Sending the test message"), tr(_SUBTITLE))
            self._verdict.say("send", "accent", tr_context("a message", "Sending"), self._about(None))
        else:
            self.set_title(tr("Waiting for the test message"), tr(_SUBTITLE))
            self._verdict.say("clock", "accent", tr("Sent. Waiting for it to arrive…"), self._about(None))
        self._verdict.timeline.show_moments(self._moments(None))
        self.set_step_note(tr_context("a message", "Sending") if self._accepted_at is None else tr("Waiting"))

    def _show_ahead(self) -> None:
        """The way that a message will go: a mailbox of others is not looked into."""
        own = str(self._account.draft.address) if self._account is not None else ""
        names = [tr_context("a message", "Sent"), tr("Accepted by the server")]
        if self.to_field.text() in ("", own):
            names.append(tr("Arrived"))
        self._ahead.show_moments(tuple(Moment(name, "", State.WAITING) for name in names))

    def _show_trip(self, trip: RoundTrip, result: CheckResult) -> None:
        if trip.status is RoundTripStatus.ARRIVED:
            icon, tone = ("warning", "warn") if trip.is_junk else ("inbox", "ok")
            self._verdict.say(icon, tone, trip_words.arrived(trip), self._about(trip.token))
            card = self._authentication = VerdictCard(trip, result.draft.address.shown_domain)
            self._column.addWidget(card)
            card.area.opened.connect(lambda: self.scroll.bring_into_view(card))
            self.grew.emit()
            self._hint.label.setText(trip_words.after_arrival(trip))
        else:
            self._verdict.say("send", "ok", tr("Accepted by the server"), self._about(trip.token))
            self._hint.label.setText(trip_words.after_sending(trip, self._is_to_self))
            self._show_cards(trip.told)
        self._verdict.timeline.show_moments(self._moments(trip))

    def _show_cards(self, diagnoses: Sequence[Diagnosis]) -> None:
        may_go_on = self._phase is not Phase.FAILED or not any(each.wants_other_settings for each in diagnoses)
        for index, diagnosis in enumerate(diagnoses):
            card = DiagnosisCard(
                diagnosis, is_open=index == 0, may_go_on=may_go_on, helpdesk=self.helpdesk, now=self._now
            )
            card.set_compact(self.is_compact)
            card.remedy_chosen.connect(lambda remedy, diagnosis=diagnosis: self.remedy_chosen.emit(diagnosis, remedy))
            card.administrator_wanted.connect(lambda diagnosis=diagnosis: self.administrator_wanted.emit(diagnosis))
            card.report_wanted.connect(self.report_requested)
            card.fold_opened.connect(lambda area: self.scroll.ensureWidgetVisible(area, 0, 12))
            self._column.addWidget(card)
            self.cards.append(card)

    def _about(self, token: str | None) -> str:
        subject = trip_words.trip_subject(token)
        if self._is_to_self:
            return tr("{subject}, to yourself", subject=subject)
        return tr("{subject}, to {address}", subject=subject, address=self._to)

    def _moments(self, trip: RoundTrip | None) -> tuple[Moment, ...]:
        """The way so far: while it runs from our own clock, afterwards as the result says."""
        sent = trip.sent_at if trip is not None and trip.sent_at else self._sent_at
        accepted = trip.accepted_at if trip is not None and trip.accepted_at else self._accepted_at
        arrived = trip.arrived_at if trip is not None else None
        has_arrived = trip is not None and trip.status is RoundTripStatus.ARRIVED
        handed_over = State.OK if accepted or trip is not None else State.TRYING
        moments = [
            Moment(tr_context("a message", "Sent"), _time(sent), State.OK),
            Moment(tr("Accepted by the server"), _time(accepted), handed_over),
        ]
        if self._is_to_self or has_arrived:
            folder = trip_words.folder_name(trip) if has_arrived and trip is not None else None
            name = tr("Arrived in {folder}", folder=folder) if folder is not None else tr("Arrived")
            waiting = State.TRYING if accepted else State.WAITING
            state = State.OK if has_arrived else waiting if trip is None else State.NOT_TRIED
            word = _time(arrived) if has_arrived else tr(words.WAITING) if trip is None else tr("Not seen yet")
            moments.append(Moment(name, word, state))
        return tuple(moments)

    def _show_parts(self) -> None:
        self._ask.setVisible(self._phase == Phase.IDLE)
        self._verdict.setVisible(self._phase in (Phase.SENDING, Phase.SENT, Phase.ARRIVED))
        self.stop_button.setVisible(self._phase == Phase.SENDING)
        self.another_button.setVisible(self._phase in (Phase.SENT, Phase.ARRIVED))
        self._hint.setVisible(self._phase in (Phase.SENT, Phase.ARRIVED) and bool(self._hint.label.text()))
        self.delete_link.setVisible(self._phase == Phase.ARRIVED and self._is_to_self)
        self.delete_link.setEnabled(True)
        arrived = self._account if self._phase is Phase.ARRIVED else None
        asks = arrived is not None and trip_words.wants_administrator(arrived.round_trip)
        self._ask_link.setVisible(asks)
        self.domain_link.follow(arrived if asks else None)
        self._column.setContentsMargins(0, 16 if self._authentication is not None else 0, 0, 0)

    def _clear(self) -> None:
        old: list[QWidget] = [*self.cards, *([self._authentication] if self._authentication is not None else [])]
        for widget in old:
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.cards = []
        self._authentication = None


def _time(moment: datetime | None) -> str:
    return words.clock(moment, with_seconds=True) if moment is not None else ""
