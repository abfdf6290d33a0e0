"""The Check page: how far each server let us, and what to do where one did not.

Longer than most files: a check that runs, its verdict and the way on are one page with one state.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Final

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.gui import theme, words
from wizard.gui.exception_dialog import ExceptionDialog
from wizard.gui.lanes import Lane, LaneTracker, lanes_of
from wizard.gui.pages.page import Page
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import LinkButton
from wizard.gui.widgets.diagnosis_card import DiagnosisCard, local_now
from wizard.gui.widgets.evidence_card import EvidenceCard
from wizard.gui.widgets.lane_line import LaneLine
from wizard.gui.widgets.marks import ArcClock
from wizard.gui.widgets.progress_card import ProgressCard
from wizard.gui.widgets.surfaces import Hint
from wizard.language import tr, tr_later
from wizard.model.account import CheckResult, Verdict
from wizard.model.diagnosis import Diagnosis, Fix, Remedy, TrustCertificate
from wizard.model.draft import AccountDraft
from wizard.model.progress import Progress
from wizard.model.server import Way

_TITLE: Final = tr_later("Checking both servers")
_BESIDE_BUTTONS: Final = 210  # pixels at the usual font
_SUBTITLE: Final = tr_later("We try every stage for real. This takes a few seconds.")


class _Room(Enum):
    """How much of the evidence is shown: picture and stages, the stages alone, or a line for each side."""

    ALL = "all"
    TABLE = "table"
    LINES = "lines"


class CheckPage(Page):
    """Shows a check while it runs and what came of it; knows no engine.

    The window calls `begin(draft)`, then `on_progress(progress)` for each event, then `show_result(result)`; or
    `show_stopped()`. A remedy that changes the draft leads to `begin(draft, kept=result)`: the half that works stays.

    Signals:
        remedy_chosen: (Diagnosis, Remedy) a remedy the window must act on; an exception is already confirmed.
        fix_accepted: (Diagnosis, Remedy) a change that was already tried and works; the page itself moves on.
        administrator_wanted: (Diagnosis) a message about it for whoever runs the server.
        edit_requested: to see the settings and change them.
        go_on_requested: with what is right so far, though not all is proven.
        stop_requested, check_again_requested, report_requested: as they say.
    """

    remedy_chosen = Signal(object, object)
    fix_accepted = Signal(object, object)
    administrator_wanted = Signal(object)
    stop_requested = Signal()
    check_again_requested = Signal()
    go_on_requested = Signal()
    edit_requested = Signal()
    report_requested = Signal()

    def __init__(self, now: Callable[[], datetime] = local_now) -> None:
        super().__init__("check", tr(_TITLE), tr(_SUBTITLE))
        self._now = now
        self._tracker: LaneTracker | None = None
        self._lanes: tuple[Lane, ...] = ()
        self._result: CheckResult | None = None
        self._accepted: dict[str, None] = {}  # causes whose change was accepted, in order
        self._running = False
        self._started = 0.0
        self.cards: list[DiagnosisCard] = []

        self._clock = ArcClock(self)
        self._evidence = EvidenceCard(self._clock)
        self.scroll.followed.connect(self._show_whole_lines)
        self._room = _Room.ALL
        self._fitted: object = None  # what the room was measured for
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        self._line_widgets: list[LaneLine] = []
        self._progress = ProgressCard()
        self.stop_button = self._progress.button("stop", tr("Stop"), self._stop)
        self._promise = Hint(tr(words.PROMISE), "shield-check")
        self._promise.setContentsMargins(0, 16, 0, 0)
        self._outcome = ProgressCard()
        self._outcome.setObjectName("outcome")
        self._again_button = self._outcome.button("check-again", tr("Check again"), self.check_again_requested.emit)
        self._again_link = self._link(tr("Check again"), "refresh", "check-again", self.check_again_requested.emit)
        self._may_edit = True
        self._edit_link = self._link(tr("Edit settings"), "pencil", "edit-settings", self.edit_requested.emit)
        self._report_link = self._link(tr("Save a report…"), "file", "save-report", self.report_requested.emit)
        self._undo_link = self._link(tr("Undo"), "undo", "undo", self._undo)
        self._card_column = QVBoxLayout()
        self._card_column.setSpacing(12)
        self._observed = Hint("", "info")
        self._observed.setObjectName("observed")
        self._observed.setContentsMargins(0, 16, 0, 0)
        self._ticker = QTimer(self)
        self._ticker.setInterval(1000)
        self._ticker.timeout.connect(self._tick)

        self.body.addWidget(self._evidence)
        self.body.addLayout(self._lines)
        self._gap = QWidget()
        self._gap.setFixedHeight(16)
        self.body.addWidget(self._gap)
        self.body.addWidget(self._progress)
        self.body.addWidget(self._outcome)
        self.body.addLayout(self._card_column)
        self.body.addWidget(self._observed)
        self.body.addWidget(self._promise)
        self._one_side_link = self._link(tr(words.CONTINUE), "arrow-right", "skip", self.skip)
        self.set_ready(False)
        self.tell_observed()
        self._show_parts(running=False, outcome=False, again=False)

    def _link(self, text: str, icon: str, name: str, pressed: Callable[[], None]) -> LinkButton:
        made = LinkButton(text, icon)
        made.setObjectName(name)
        made.clicked.connect(lambda: pressed())
        made.hide()
        self.add_link(made)
        return made

    @property
    def result(self) -> CheckResult | None:
        """The check that is shown; `None` while one runs."""
        return self._result

    @property
    def is_running(self) -> bool:
        """Whether a check is under way."""
        return self._running

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do."""
        return self._result is not None and not self.cards

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """What path and stages show."""
        return self._lanes

    def begin(self, draft: AccountDraft, *, kept: CheckResult | None = None) -> None:
        """Shows that a check of this draft starts; sides that `kept` proved stay as they are."""
        kept_lanes = lanes_of(kept, accepted=bool(kept.fixes)) if kept is not None else ()
        self._tracker = LaneTracker(draft, kept_lanes)
        self._draft = draft
        self._result, self._doing = None, ""
        self.tell_observed()
        self._accepted.clear()
        self._running, self._started = True, time.monotonic()
        self._clear_cards()
        count = len(self._tracker.lanes)
        protocol = self._tracker.lanes[0].protocol
        self.set_title(words.checking(count, protocol), tr(_SUBTITLE))
        self._promise.label.setText(tr(words.PROMISE) if count > 1 else tr(words.PROMISE_ONE))
        self.stop_button.setEnabled(True)
        self._show_parts(running=True, outcome=False, again=False)
        self._show_lanes(self._tracker.lanes)
        self._clock.run(True)
        self._ticker.start()
        self._tick()
        self._forget_way_on()
        self.set_step_note(tr("Running"))
        self.turned.emit()

    def on_progress(self, progress: Progress) -> None:
        """Takes one event of the running check; events of one that was stopped are ignored."""
        if not self._running or self._tracker is None:
            return
        before = {lane.protocol: lane for lane in self._lanes}
        lane = self._tracker.take(progress)
        if lane is None:
            return
        self._show_lanes(self._tracker.lanes)
        self._tick()
        was = before.get(lane.protocol)
        if lane.works and (was is None or not was.works):
            self.tell(words.side_works(lane.protocol))

    def show_result(self, result: CheckResult) -> None:
        """Shows how the check ended."""
        if result.verdict is Verdict.UNDECIDED and not result.diagnoses:
            self.show_stopped()
            return
        self._end_run()
        self._result = result
        self._accepted.clear()
        self.tell_observed(*result.observed)
        self._show_outcome()
        if self.cards:
            first = self.cards[0]
            first.appear()
            self.tell(f"{first.diagnosis.title}. {first.diagnosis.why}", urgent=True)
        else:
            self.tell(f"{self.heading.text()}. {self.subheading.text()}", urgent=True)
        self._turn_soon()

    def tell_observed(self, *sentences: str) -> None:
        """What should be known beside the cards, such as a certificate that runs out soon."""
        self._observed.label.setText("\n".join(sentences))
        self._observed.setVisible(bool(sentences))

    def show_stopped(self) -> None:
        """Shows that the check was stopped; what had passed stays to be seen."""
        seconds = int(time.monotonic() - self._started)
        self._end_run()
        self._show_lanes(tuple(lane.stopped() for lane in self._lanes))
        self.set_title(tr("The check was stopped"), tr("Nothing was changed."))
        self._outcome.say(
            "clock", words.stopped_after(seconds), tr("You can check again, or go back and change something.")
        )
        self._show_parts(running=False, outcome=True, again=False)
        self.set_step_note(tr("Stopped"))
        self.tell(tr("The check was stopped."), urgent=True)
        self.turned.emit()

    def _forget_way_on(self) -> None:
        self.set_primary(tr(words.CONTINUE))
        self.set_skip(None)
        self._one_side_link.hide()
        self._undo_link.hide()
        self.set_ready(False)

    def set_compact(self, compact: bool) -> None:
        """Path and stages become one line per side; card buttons as wide as the card; the diagnosis comes into view."""
        super().set_compact(compact)
        self._set_room(_Room.ALL)
        self._progress.set_compact(compact)
        self._outcome.set_compact(compact)
        for card in self.cards:
            card.set_compact(compact)
        self._show_lanes(self._lanes)
        if self._result is not None:
            self._show_way_on(self._result)
        if compact and self.cards:
            self._turn_soon()

    def restart(self) -> None:
        """Nothing of the last account is left."""
        super().restart()
        self._end_run()
        self._result = self._tracker = None
        self.tell_observed()
        self._clear_cards()
        self.set_title(tr(_TITLE), tr(_SUBTITLE))
        self._forget_way_on()

    def leave(self) -> None:
        """Stops the clocks."""
        self._end_run()

    # While it runs

    def _tick(self) -> None:
        lane = next((each for each in self._lanes if each.under_way is not None), None)
        if lane is not None and lane.under_way is not None:
            self._doing = words.doing(lane.protocol, lane.under_way, lane.host, lane.username)
        seconds = int(time.monotonic() - self._started)
        self._progress.say("clock", self._doing or tr("Getting ready"), words.so_far(seconds), "accent")

    def _stop(self) -> None:
        self.show_stopped()
        self.stop_requested.emit()

    def _end_run(self) -> None:
        self._running = False
        self._ticker.stop()
        self._clock.run(False)

    # When it has ended

    def _show_outcome(self) -> None:
        result = self._result
        if result is None:
            return
        open_ones = [each for each in result.diagnoses if each.cause not in self._accepted]
        done = not open_ones
        lanes = lanes_of(result, accepted=done)
        self._clear_cards()
        verified = result.verified_account() is not None
        whole = not verified and result.has_right_settings
        if done or (verified and result.verdict is Verdict.WORKS):
            self._say_it_works(lanes, verified)
        else:
            self.set_title(
                words.title_of(open_ones), words.summary_of([(x.protocol, x.works, x.broken) for x in lanes])
            )
        for index, diagnosis in enumerate(open_ones):
            self._add_card(diagnosis, self._fix_for(diagnosis), is_first=index == 0, may_go_on=whole)
        self._show_lanes(lanes)
        offered = bool(self.cards) and self.cards[0].checks_again
        self._show_parts(running=False, outcome=done, again=bool(self.cards) and not result.fixes and not offered)
        self._undo_link.setVisible(bool(self._accepted))
        self._show_way_on(result)
        self.set_step_note(self.heading.text())
        self._fitted = None
        self._fit_soon()

    def _show_way_on(self, result: CheckResult) -> None:
        """The way on, where nothing or no other setting is missing; a quiet one, where one side works."""
        waiting = any(card.has_pending_primary for card in self.cards) and result.verdict is not Verdict.WORKS
        is_proven = result.verified_account() is not None and not waiting
        right = result.right_so_far() if result.verified_account() is None else None
        whole = right is not None and result.has_right_settings
        # In one column there is no room for the whole sentence; the card says it.
        self.set_primary(tr(words.SETTINGS_RIGHT) if whole and not self.is_compact else tr(words.CONTINUE))
        self.set_ready(is_proven or whole)
        one = None if right is None or whole else (right.incoming or right.outgoing)
        text = words.only_with(one.protocol) if one is not None else None
        self._one_side_link.setText(text or tr(words.CONTINUE))
        as_link = text is not None and (self.is_compact or _is_long(text))
        self._one_side_link.setVisible(as_link)
        self.set_skip(None if as_link else text)

    def validatePage(self) -> bool:
        """What is not all proven leads past the test message."""
        if self._result is not None and self._result.verified_account() is None:
            self.go_on_requested.emit()
            return False
        return super().validatePage()

    def skip(self) -> None:
        """Goes on with the one side that works."""
        self.go_on_requested.emit()

    def _say_it_works(self, lanes: tuple[Lane, ...], verified: bool) -> None:
        if not verified:
            self.set_title(
                tr("Not everything was proven"), words.summary_of([(x.protocol, x.works, x.broken) for x in lanes])
            )
            self._outcome.say("info", tr("The check ended without a verdict"), tr("You can check again."))
            return
        if len(lanes) > 1:
            self.set_title(tr("Both servers work"), tr("Sending and receiving are proven."))
        else:
            self.set_title(*_one_side_works(lanes[0].way))
        account = self._result.verified_account() if self._result is not None else None
        servers = [each for each in (account.outgoing, account.incoming) if each is not None] if account else []
        self._outcome.say(None, tr("Ready to use"), "\n".join(words.endpoint(each) for each in servers))

    def _fix_for(self, diagnosis: Diagnosis) -> Fix | None:
        fixes = self._result.fixes if self._result is not None else ()
        first = diagnosis.remedies[0].id if diagnosis.remedies else None
        return next((fix for fix in fixes if fix.cause == diagnosis.cause and fix.remedy == first), None)

    def _add_card(self, diagnosis: Diagnosis, fix: Fix | None, *, is_first: bool, may_go_on: bool) -> None:
        card = DiagnosisCard(
            diagnosis, fix, is_open=is_first, may_go_on=may_go_on, helpdesk=self.helpdesk, now=self._now
        )
        card.set_compact(self.is_compact)
        card.remedy_chosen.connect(lambda remedy: self._choose(card, remedy))
        card.administrator_wanted.connect(lambda: self.administrator_wanted.emit(diagnosis))
        card.report_wanted.connect(self.report_requested)
        card.fold_opened.connect(lambda area: self.scroll.ensureWidgetVisible(area, 0, 12))
        self._card_column.addWidget(card)
        self.cards.append(card)

    def _choose(self, card: DiagnosisCard, remedy: Remedy) -> None:
        diagnosis = card.diagnosis
        if card.fix is not None and remedy.id == card.fix.remedy:
            self._accepted[diagnosis.cause] = None
            self.fix_accepted.emit(diagnosis, remedy)
            # The card that was pressed goes away: not from within its own signal.
            QTimer.singleShot(0, self, self._show_accepted)
        elif isinstance(remedy.action, TrustCertificate) and diagnosis.certificate is not None:
            dialog = ExceptionDialog(diagnosis.certificate, diagnosis.server, parent=self)
            dialog.accepted.connect(lambda: self.remedy_chosen.emit(diagnosis, remedy))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()
        else:
            self.remedy_chosen.emit(diagnosis, remedy)

    def _undo(self) -> None:
        """The change that was accepted last is a question again."""
        if self._accepted:
            self._accepted.popitem()
            self._show_outcome()
            self._turn_soon()
            self.tell(tr("Undone. {title}.", title=self.heading.text()), urgent=True)

    def _show_accepted(self) -> None:
        self._show_outcome()
        self._turn_soon()
        self.tell(f"{self.heading.text()}. {self.subheading.text()}", urgent=True)

    def lock_servers(self, locked: bool) -> None:
        """Whether a helpdesk pack keeps the servers as they were found."""
        self._may_edit = not locked
        self._edit_link.setVisible(self._may_edit and (not self.cards or self.is_compact))

    def lead_to(self) -> QWidget | None:
        """The title while a check runs; the first card's remedy, and without a card the way on."""
        if self._running:
            return self.heading
        return self.cards[0].lead_to() if self.cards and not self._ready else None

    def _turn_soon(self) -> None:
        """The page has turned, once the layout knows where things are."""
        QTimer.singleShot(0, self, self._turn)

    def _turn(self) -> None:
        layout = self.scroll.content.layout()
        if layout is not None:
            layout.activate()
        self.turned.emit()
        if not self.cards:
            return
        first = self.cards[0]
        if self.is_compact:
            self._scroll_to(first)
        elif first.primary is not None:
            self.scroll.ensureWidgetVisible(first.primary, 0, 24)
            self._show_whole_lines()

    def _show_whole_lines(self) -> None:
        """A title that is cut in half says less than more of the card."""
        bar, focused = self.scroll.verticalScrollBar(), self.window().focusWidget()
        if bar.value() == 0 or not self.cards or focused is self.heading:
            return
        if not self.is_compact:
            bar.setValue(max(bar.value(), self._evidence.y() - 12))
            return
        for line in (self.heading, self.subheading, *self._line_widgets):
            below = line.mapTo(self.scroll.content, QPoint(0, line.height())).y()
            if below - line.height() < bar.value() < below:
                bar.setValue(below)

    def _scroll_to(self, card: DiagnosisCard) -> None:
        """Shows the card from its top; what works stands just above it and belongs to the news."""
        first = self._line_widgets[0] if self._line_widgets else card
        top = first.mapTo(self.scroll.content, QPoint(0, 0)).y() - 8
        self.scroll.verticalScrollBar().setValue(max(0, top))

    # Parts

    def _show_lanes(self, lanes: tuple[Lane, ...]) -> None:
        self._lanes = lanes
        self._evidence.show_lanes(lanes, self._result.surroundings if self._result is not None else None)
        # In one column a broken side is named at the top of its own card.
        carded = {card.diagnosis.protocol for card in self.cards if card.diagnosis.protocol is not None}
        lines = [lane for lane in lanes if self._room is _Room.LINES or lane.protocol not in carded]
        if not self._has_lines:
            lines = []
        while self._line_widgets:
            old = self._line_widgets.pop()
            self._lines.removeWidget(old)
            old.hide()
            old.deleteLater()
        for lane in sorted(lines, key=lambda lane: not lane.works):
            line = LaneLine(lane, kept=any(each.broken is not None for each in lanes))
            self._line_widgets.append(line)
            self._lines.addWidget(line)

    def _show_parts(self, *, running: bool, outcome: bool, again: bool) -> None:
        self._progress.setVisible(running)
        self._promise.setVisible(running)
        self._outcome.setVisible(outcome)
        self._again_link.setVisible(again)
        # A card has ways on of its own and needs the room; then the list of steps leads to the settings.
        self._edit_link.setVisible(self._may_edit and (not self.cards or self.is_compact))
        # A card has a link of its own; what works is saved to be compared with what does not work elsewhere.
        self._report_link.setVisible(outcome and self._result is not None and not self.cards)
        # One id, one button: whichever of the two is offered carries it.
        self._again_link.setObjectName("check-again" if again else "check-again-unused")
        self._again_button.setObjectName("check-again-unused" if again else "check-again")
        self._gap.setFixedHeight(12 if self.cards else 16)

    @property
    def _has_lines(self) -> bool:
        return self.is_compact or self._room is _Room.LINES

    def _set_room(self, room: _Room) -> None:
        self._room = room
        self._evidence.setVisible(not self._has_lines)
        self._evidence.set_low(room is _Room.TABLE)
        self._show_lanes(self._lanes)

    def _fit(self) -> None:
        """A card is seen whole wherever it can be: what got how far is told in less room then, once for each size."""
        view = self.scroll.viewport()
        size = (view.width(), view.height(), theme.current().scale, tuple(self.cards), self.is_compact)
        if size != self._fitted and not any(card.isHidden() for card in self.cards):  # as new ones are at first
            self._fitted = size
            for room in _Room:
                if room is not self._room:
                    self._set_room(room)
                if self.is_compact or not self.cards or self._is_whole():
                    break
        super()._fit()

    def _is_whole(self) -> bool:
        """Whether nothing is below the fold."""
        for layout in (self._evidence.box, self.body, self.scroll.body):
            layout.invalidate()
        return self.spared_height() <= self.scroll.viewport().height()

    def _lay_out_anew(self) -> None:
        super()._lay_out_anew()
        self._fitted = None
        self._fit_soon()

    def _clear_cards(self) -> None:
        for card in self.cards:
            self._card_column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []


def _is_long(text: str) -> bool:
    """Whether there is no room for it among the window's buttons."""
    return QFontMetrics(theme.font(Role.LABEL)).horizontalAdvance(text) > _BESIDE_BUTTONS * theme.current().scale


def _one_side_works(way: Way) -> tuple[str, str]:
    """Title and subtitle where one side was wanted, and works."""
    if way is Way.SENDING:
        return tr("Sending works"), tr("Sending is proven.")
    return tr("Receiving works"), tr("Receiving is proven.")
