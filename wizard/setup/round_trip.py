"""The round trip: one message sent, once, and watched for in Inbox and Junk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import inf

from msgspec import Struct
from msgspec.structs import replace

from wizard.language import tr, tr_context, tr_later, tr_plural
from wizard.language.formats import comma_list
from wizard.model.account import CheckResult, RoundTrip, RoundTripStatus, SideResult, Status, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis
from wizard.model.evidence import NO_DETAIL, Detail, ErrorKind, Evidence, Outcome, ProbeReport, Stage
from wizard.model.progress import Listener, Progress
from wizard.net.patience import within
from wizard.probe.conversation import Conversation, Found, Mailbox, Outbox
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed
from wizard.setup.context import SessionContext, alerts, put_off, sign_in_attempts, timeline
from wizard.setup.judge import Judge
from wizard.setup.likeliest import overtaken
from wizard.setup.secret_gate import SecretGate

ARRIVAL_S = 45.0
# When the mailbox is looked into, in seconds after the message was accepted: as it grows old, ever more rarely.
LOOKS_S = (
    0.15,
    0.4,
    0.8,
    1.4,
    2.4,
    3.9,
    5.9,
    8.9,
    11.9,
    14.9,
    17.9,
    20.9,
    23.9,
    26.9,
    29.9,
    32.9,
    35.9,
    38.9,
    41.9,
    44.5,
)
# Where each look is a sign-in: servers stop one who signs in more often (frappe#242), and five in all are enough.
SIGN_INS_S = (1.0, 4.0, 12.0, 30.0)
SETTINGS_ARE_RIGHT = tr_later(
    "The settings are right: sending and receiving were proven, and the message was accepted."
)


class OpenLines(Struct):
    """Signed-in conversations that a check left open for its test message.

    `earlier` is what the check showed, where its lines were closed since and `prober` begins anew.
    """

    prober: Prober
    earlier: tuple[ProbeReport, ...] = ()
    mailbox: Mailbox | None = None
    outbox: Outbox | None = None

    @classmethod
    def of(cls, prober: Prober, conversations: Iterable[Conversation]) -> OpenLines:
        """These conversations, each on its side."""
        lines = cls(prober)
        for conversation in conversations:
            if isinstance(conversation, Mailbox):
                lines.mailbox = conversation
            elif isinstance(conversation, Outbox):
                lines.outbox = conversation
        return lines

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        """Those there are."""
        return tuple(one for one in (self.mailbox, self.outbox) if one is not None)


class RoundTripRun:
    """One test message."""

    def __init__(
        self, context: SessionContext, lines: OpenLines, result: CheckResult, to: Address, listener: Listener
    ) -> None:
        self._context = context
        self._result = result
        self._to = to
        self._listener = listener
        self._prober = lines.prober
        self._lines = lines
        judge = Judge.of_result(context.services, result)
        self._gate = SecretGate(judge, context.options, context.services.budget)
        self._trip = RoundTrip()
        self._diagnoses: tuple[Diagnosis, ...] = ()
        self._notes: tuple[str, ...] = ()
        self._arrival: tuple[Evidence, ...] = ()
        for conversation in lines.conversations:  # who watched the check has seen its end
            conversation.recorder.tell(listener)

    async def run(self, deadline_s: float | None = None) -> CheckResult:
        """Sends and watches; after `deadline_s` seconds, with what is known by then."""
        try:
            with within(deadline_s if deadline_s is not None else inf, counts_work=True):
                return await self._run()
        except TimeoutError:
            for conversation in self._lines.conversations:
                conversation.abort()  # in the middle of a sentence: a goodbye would be waited for past the deadline
            if self._trip.status is RoundTripStatus.SENT:
                return self._done(self._diagnoses + self._result.diagnoses, self._result.verdict)
            return self._undecided()

    async def _run(self) -> CheckResult:
        sending = self._result.outgoing
        if sending is None or sending.status is not Status.VERIFIED:
            return self._result
        from wizard.setup.message import compose  # the standard library's email is not needed before

        draft = self._result.draft
        message = compose(draft.address, self._to, draft.display_name)
        self._trip = RoundTrip(RoundTripStatus.FAILED, token=message.token, sent_at=datetime.now(UTC))
        try:
            await self._send(sending, message.data)
        except StageFailed:
            return self._failed()
        self._trip = replace(self._trip, status=RoundTripStatus.SENT, accepted_at=datetime.now(UTC))
        receiving = self._result.incoming
        to_itself = self._to.wire.lower() == draft.address.wire.lower()
        if receiving is not None and receiving.status is Status.VERIFIED and to_itself:
            await self._watch(receiving, message.token)
        return self._done(self._diagnoses + self._result.diagnoses, self._result.verdict)

    async def _send(self, side: SideResult, data: bytes) -> None:
        outbox = self._lines.outbox
        if outbox is None or not outbox.is_open:
            outbox = self._lines.outbox = self._prober.outbox(side.candidate)
            await self._gate.open(outbox)
        await outbox.send(self._result.draft.address.wire, self._to.wire, data)

    async def _watch(self, side: SideResult, token: str) -> None:
        """Looks for the message until it is there, it is too late, or the server will not be asked again."""
        started = self._prober.clock()
        self._tell(self._seen_so_far(side, started, Outcome.STARTED))
        found, failed = None, None
        try:
            found = await self._until_found(side, token, started)
        except StageFailed as error:
            failed = error
            self._refused_while_watching()
        finally:
            outcome = Outcome.OK if found is not None else Outcome.FAILED
            arrival = self._seen_so_far(side, started, outcome, failed, found)
            self._trip = replace(self._trip, seconds=arrival.seconds, looked_in=self._looked_in, told=self._diagnoses)
            self._arrival = (arrival,)
            self._tell(arrival)
            if found is None and failed is None:
                self._notes += (_not_seen(arrival.seconds, self._looked_in),)
        if found is not None:
            from wizard.setup.message import read_arrival

            self._trip = read_arrival(found.header, found.folder, is_junk=found.is_junk, sent=self._trip)

    async def _until_found(self, side: SideResult, token: str, started: float) -> Found | None:
        mailbox = self._lines.mailbox or self._new_mailbox(side)
        signed_in_at = started
        was_cut = False
        for moment_s in LOOKS_S if mailbox.sees_new_mail else SIGN_INS_S:
            is_old = not mailbox.sees_new_mail or not mailbox.is_open
            if is_old:
                moment_s = max(moment_s, signed_in_at + mailbox.sign_in_pause_s - started)
            if moment_s > ARRIVAL_S:
                break
            await asyncio.sleep(max(0.0, started + moment_s - self._prober.clock()))
            if is_old or not mailbox.is_open:
                await mailbox.close()
                mailbox = self._new_mailbox(side)
                signed_in_at = self._prober.clock()
                await self._gate.open(mailbox)
            try:
                found = await mailbox.find_message(token)
            except StageFailed as failed:
                # Routers on the way cut lines on which little is said: another one is opened, once.
                if was_cut or failed.kind is not ErrorKind.CONNECTION_DROPPED:
                    raise
                was_cut = True
                mailbox.abort()
                continue
            if found is not None:
                return found
        return await mailbox.find_elsewhere(token) if mailbox.is_open else None

    @property
    def _looked_in(self) -> tuple[str, ...]:
        return self._lines.mailbox.looked_in if self._lines.mailbox is not None else ()

    def _seen_so_far(
        self,
        side: SideResult,
        started: float,
        outcome: Outcome,
        failed: StageFailed | None = None,
        found: Found | None = None,
    ) -> Evidence:
        """The arrival as evidence: where it was found, or where it was looked for and what ended that."""
        error = failed.kind if failed is not None else ErrorKind.NOT_ARRIVED
        detail = Detail(folder=found.folder) if found is not None else Detail(looked_in=", ".join(self._looked_in))
        now = self._prober.clock()
        return Evidence(
            Stage.ARRIVAL,
            outcome,
            side.candidate.protocol,
            side.candidate.endpoint,
            error=error if outcome is Outcome.FAILED else None,
            reply=failed.reply if failed is not None else None,
            seconds=now - started,
            t_s=now,
            detail=detail if outcome is not Outcome.STARTED else NO_DETAIL,
        )

    def _new_mailbox(self, side: SideResult) -> Mailbox:
        mailbox = self._lines.mailbox = self._prober.mailbox(side.candidate)
        return mailbox

    def _refused_while_watching(self) -> None:
        """Keeps what the server said instead of showing the mailbox; it takes nothing from what was proven before."""
        if self._lines.mailbox is None:
            return
        judge, seen = Judge.of_result(self._context.services, self._result), self._prober.reports
        report = self._lines.mailbox.recorder.report()
        told = judge.with_settings(judge.diagnose((report,), seen), seen)
        # The very password was taken a moment ago: that it is wrong now is not what the server means.
        self._diagnoses += tuple(
            replace(one, why=f"{tr(SETTINGS_ARE_RIGHT)} {one.why}") for one in told if not one.implies.plain_refusal
        )
        reply = report.failure.reply if report.failure is not None else None
        if not self._diagnoses:
            if reply is not None:
                then = tr("Then the server would not be asked again: “{reply}”.", reply=reply.text)
            else:
                then = tr("Then the server would not be asked again.")
            self._notes += (f"{tr(SETTINGS_ARE_RIGHT)} {then}",)

    def _failed(self) -> CheckResult:
        report = self._lines.outbox.recorder.report() if self._lines.outbox is not None else self._prober.reports[-1]
        judge = self._gate.judge
        seen = self._prober.reports
        found = judge.with_settings(judge.diagnose((report,), seen), seen)
        if report.failure is not None and report.failure.error is ErrorKind.OUTCOME_UNKNOWN:
            return self._done(found, Verdict.UNDECIDED)  # it may have arrived; it is not sent again (T12)
        return self._done(found + self._result.diagnoses, Verdict.FAILS)

    def _undecided(self) -> CheckResult:
        """The deadline passed before the server took the message: what it was waited for is the likeliest cause."""
        likely: tuple[Diagnosis, ...] = ()
        if self._lines.outbox is not None:
            judge, seen = self._gate.judge, self._prober.reports
            report = overtaken(self._lines.outbox.recorder.report())
            likely = judge.with_settings(judge.diagnose((report,), (*seen, report)), seen)
        return self._done(likely + self._result.diagnoses, Verdict.UNDECIDED)

    def _done(self, diagnoses: tuple[Diagnosis, ...], verdict: Verdict) -> CheckResult:
        reports = self._lines.earlier + self._prober.reports
        met = (*put_off(reports), *alerts(reports))
        return replace(
            self._result,
            round_trip=self._trip,
            diagnoses=diagnoses,
            verdict=verdict,
            elapsed_s=max(self._result.elapsed_s, self._prober.clock()),
            sign_in_attempts=sign_in_attempts(reports),
            timeline=timeline(reports) + self._arrival,
            reports=reports,
            notes=tuple(dict.fromkeys((*self._result.notes, *met, *self._notes))),
            observed=tuple(dict.fromkeys((*self._result.observed, *met))),
        )

    def _tell(self, seen: Evidence) -> None:
        self._listener(
            Progress(
                seen.t_s,
                seen.stage,
                seen.outcome,
                seen.protocol,
                seen.endpoint,
                seen.seconds,
                seen.detail,
                seen.error,
            )
        )


def _not_seen(seconds: float, looked_in: Sequence[str]) -> str:
    """The sentence about a message that was accepted and not seen."""
    seconds_said = max(1, round(seconds))
    if not looked_in:
        return tr(
            "The server took the message, and it was not seen within {seconds} s. It may still arrive.",
            seconds=seconds_said,
        )
    places, left = comma_list(looked_in[:3]), len(looked_in) - 3
    if left > 0:
        more = tr_plural("{n} more folder", "{n} more folders", left)
        places = tr_context("folders looked into", "{names} and {more}", names=places, more=more)
    return tr(
        "The server took the message, and it was not seen within {seconds} s. Looked in {folders}. "
        "It may still arrive.",
        seconds=seconds_said,
        folders=places,
    )
