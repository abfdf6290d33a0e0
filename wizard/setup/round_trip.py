"""The round trip: one message sent, once, and watched for in Inbox and Junk."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from wizard.model.account import CheckResult, RoundTrip, RoundTripStatus, SideResult, Status, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis
from wizard.model.evidence import ErrorKind, Outcome, ProbeReport, Stage
from wizard.model.progress import Listener, Progress
from wizard.probe.conversation import Conversation, Found, Mailbox, Outbox
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed
from wizard.setup.context import SessionContext, sign_in_attempts, timeline
from wizard.setup.judge import Judge

POLL_S = (0.15, 0.25, 0.4, 0.6, 1.0, 1.5, 2.0, 3.0)
ARRIVAL_S = 45.0


@dataclass(slots=True)
class OpenLines:
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
        self._trip = RoundTrip()

    async def run(self, deadline_s: float | None = None) -> CheckResult:
        """Sends and watches; after `deadline_s` seconds, with what is known by then."""
        try:
            async with asyncio.timeout(deadline_s):
                return await self._run()
        except TimeoutError:
            if self._trip.status is RoundTripStatus.SENT:
                return self._done(self._result.diagnoses, self._result.verdict)
            return self._done(self._result.diagnoses, Verdict.UNDECIDED)

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
        return self._done(self._result.diagnoses, self._result.verdict)

    async def _send(self, side: SideResult, data: bytes) -> None:
        outbox = self._lines.outbox
        if outbox is None or not outbox.is_open:
            outbox = self._lines.outbox = self._prober.outbox(side.candidate)
            await self._context.signed_in(outbox, self._result.draft)
        await outbox.send(self._result.draft.address.wire, self._to.wire, data)

    async def _watch(self, side: SideResult, token: str) -> None:
        started = self._prober.clock()
        self._tell(Outcome.STARTED, side, 0.0)
        try:
            async with asyncio.timeout(ARRIVAL_S):
                found = await self._until_found(side, token)
        except (TimeoutError, StageFailed):
            found = None
        if found is not None:
            from wizard.setup.message import read_arrival

            self._trip = read_arrival(found.header, found.folder, is_junk=found.is_junk, sent=self._trip)
        outcome = Outcome.OK if found is not None else Outcome.FAILED
        self._tell(outcome, side, self._prober.clock() - started)

    async def _until_found(self, side: SideResult, token: str) -> Found:
        for attempt in itertools.count():
            await asyncio.sleep(POLL_S[min(attempt, len(POLL_S) - 1)])
            mailbox = self._lines.mailbox
            if mailbox is None or not mailbox.is_open or not mailbox.sees_new_mail:
                if mailbox is not None:
                    await mailbox.close()
                mailbox = self._lines.mailbox = self._prober.mailbox(side.candidate)
                await self._context.signed_in(mailbox, self._result.draft)
            found = await mailbox.find_message(token)
            if found is not None:
                return found
        raise AssertionError  # the count has no end

    def _failed(self) -> CheckResult:
        report = self._lines.outbox.recorder.report() if self._lines.outbox is not None else self._prober.reports[-1]
        judge = Judge.of_result(self._context.services, self._result)
        seen = self._prober.reports
        found = judge.with_settings(judge.diagnose((report,), seen), seen)
        if report.failure is not None and report.failure.error is ErrorKind.OUTCOME_UNKNOWN:
            return self._done(found, Verdict.UNDECIDED)  # it may have arrived; it is not sent again (T12)
        return self._done(found + self._result.diagnoses, Verdict.FAILS)

    def _done(self, diagnoses: tuple[Diagnosis, ...], verdict: Verdict) -> CheckResult:
        reports = self._lines.earlier + self._prober.reports
        return replace(
            self._result,
            round_trip=self._trip,
            diagnoses=diagnoses,
            verdict=verdict,
            elapsed_s=max(self._result.elapsed_s, self._prober.clock()),
            sign_in_attempts=sign_in_attempts(reports),
            timeline=timeline(reports),
            reports=reports,
        )

    def _tell(self, outcome: Outcome, side: SideResult, seconds: float) -> None:
        candidate = side.candidate
        self._listener(
            Progress(self._prober.clock(), Stage.ARRIVAL, outcome, candidate.protocol, candidate.endpoint, seconds)
        )
