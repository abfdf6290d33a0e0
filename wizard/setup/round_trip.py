"""The round trip: one message sent, once, and watched for in Inbox and Junk."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from wizard.model.account import CheckResult, RoundTrip, RoundTripStatus, SideResult, Status, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis
from wizard.model.evidence import ErrorKind, Outcome, Stage
from wizard.model.progress import Listener, Progress
from wizard.model.server import Way
from wizard.probe.conversation import Conversation, Credentials
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed
from wizard.setup.context import SessionContext, sign_in_attempts, timeline
from wizard.setup.judge import Judge

POLL_S = (0.15, 0.25, 0.4, 0.6, 1.0, 1.5, 2.0, 3.0)
ARRIVAL_S = 45.0


@dataclass(slots=True)
class OpenLines:
    """Signed-in conversations that a check left open for its test message."""

    prober: Prober
    conversations: dict[Way, tuple[Conversation, Credentials]] = field(default_factory=dict)


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
        self._open = lines.conversations
        self._trip = RoundTrip()

    async def run(self) -> CheckResult:
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
        from wizard.probe.smtp import SmtpConversation

        conversation = self._open[Way.SENDING][0] if Way.SENDING in self._open else None
        if not isinstance(conversation, SmtpConversation) or not conversation.is_open:
            conversation, credentials = await self._context.reopen(self._prober, self._result.draft, side)
            self._open[Way.SENDING] = (conversation, credentials)
        if isinstance(conversation, SmtpConversation):
            await conversation.send(self._result.draft.address.wire, self._to.wire, data)

    async def _watch(self, side: SideResult, token: str) -> None:
        started = self._prober.clock()
        self._tell(Outcome.STARTED, side, 0.0)
        try:
            async with asyncio.timeout(ARRIVAL_S):
                found = await self._until_found(side, token)
        except (TimeoutError, StageFailed):
            found = None
        if found is not None:
            folder, header, is_junk = found
            from wizard.setup.message import read_arrival

            self._trip = read_arrival(header, folder, is_junk=is_junk, sent=self._trip)
        outcome = Outcome.OK if found is not None else Outcome.FAILED
        self._tell(outcome, side, self._prober.clock() - started)

    async def _until_found(self, side: SideResult, token: str) -> tuple[str, bytes, bool]:
        from wizard.probe.imap import ImapConversation
        from wizard.probe.pop3 import Pop3Conversation

        conversation = self._open[Way.RECEIVING][0] if Way.RECEIVING in self._open else None
        folders: tuple[str, ...] = ()
        junk: str | None = None
        for attempt in range(10_000):
            await asyncio.sleep(POLL_S[min(attempt, len(POLL_S) - 1)])
            if not isinstance(conversation, ImapConversation) or not conversation.is_open:
                # A POP3 session shows the mailbox as it was at its sign-in (RFC 1939 §4): each look is a new one.
                if conversation is not None:
                    await conversation.close()
                conversation, credentials = await self._context.reopen(self._prober, self._result.draft, side)
                self._open[Way.RECEIVING] = (conversation, credentials)
                folders = ()
            if isinstance(conversation, ImapConversation):
                if not folders:
                    inbox, junk = await conversation.folders()
                    folders = (inbox, junk) if junk is not None else (inbox,)
                seen = await conversation.find_message(token, folders)
                if seen is not None:
                    return seen[0], seen[1], seen[0] == junk
            elif isinstance(conversation, Pop3Conversation):
                header = await conversation.find_message(token)
                if header is not None:
                    return "INBOX", header, False
        raise TimeoutError

    def _failed(self) -> CheckResult:
        report = self._open[Way.SENDING][0].recorder.report() if Way.SENDING in self._open else self._prober.reports[-1]
        judge = Judge.of_result(self._context.services, self._result)
        seen = self._prober.reports
        found = judge.with_settings(judge.diagnose((report,), seen), seen)
        if report.failure is not None and report.failure.error is ErrorKind.OUTCOME_UNKNOWN:
            return self._done(found, Verdict.UNDECIDED)  # it may have arrived; it is not sent again (T12)
        return self._done(found + self._result.diagnoses, Verdict.FAILS)

    def _done(self, diagnoses: tuple[Diagnosis, ...], verdict: Verdict) -> CheckResult:
        reports = self._prober.reports
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
