"""One account's way through Mailwright: find, check, explain, fix, prove. The window and the command line share it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol as Interface
from typing import assert_never

from wizard.model.account import CheckResult, RoundTrip, RoundTripStatus, SideResult, Status, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import (
    ChangeSettings,
    CopyText,
    Diagnosis,
    EditField,
    OpenUrl,
    Remedy,
    SignIn,
    TrustCertificate,
    TryAgain,
    Wait,
)
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ErrorKind, Evidence, Outcome, ProbeReport, Stage, Surroundings
from wizard.model.plan import Plan
from wizard.model.progress import Listener, Progress, nobody
from wizard.model.provider import Provider, ProviderStatus
from wizard.model.secret import Redactor, Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.dial import Dialer
from wizard.net.tls import Trust
from wizard.probe.conversation import Conversation, Credentials, Network
from wizard.probe.engine import Prober
from wizard.probe.environment import surroundings
from wizard.probe.error_kinds import StageFailed
from wizard.setup.autofix import Spare, needs_other_names, spares
from wizard.setup.round_trip import ARRIVAL_S, POLL_S, compose, read_arrival
from wizard.setup.side import Gate, Side, SideOutcome
from wizard.setup.signin_budget import SignInBudget

IDLE_S = 120.0


class Finds(Interface):
    """Finds settings; `discovery.planner.Planner` is one."""

    async def plan(
        self,
        address: Address,
        *,
        offline: bool = False,
        ask_nobody: bool = False,
        incoming_protocol: Protocol | None = None,
        repair: bool = False,
        listener: Listener = nobody,
    ) -> Plan:
        """The settings that would be tried."""


class Explains(Interface):
    """Names causes; `diagnosis.diagnose.Diagnoser` is one."""

    def of_reports(
        self,
        reports: Sequence[ProbeReport],
        *,
        provider: Provider | None,
        surroundings: Surroundings,
        address: Address,
    ) -> tuple[Diagnosis, ...]:
        """The causes of failed probes, the first one to be heard first."""

    def of_text(
        self, text: str, *, stage: str | None = None, protocol: str | None = None, server: str | None = None
    ) -> Diagnosis:
        """The cause behind a pasted text."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a session works with; `wiring` builds them once."""

    dialer: Dialer
    trust: Trust
    planner: Finds
    diagnoser: Explains
    provider_of_host: Callable[[str], Provider | None]
    known_hosts: Callable[[], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Options:
    """How a check is run; times in seconds."""

    autofix: bool = True
    sign_in: bool = True
    accept_untrusted: bool = False
    offline: bool = False
    ask_nobody: bool = False
    allow_unencrypted: bool = False
    trusted_certificates: tuple[str, ...] = ()
    deadline_s: float = 60.0


@dataclass(slots=True)
class _Kept:
    """What stays open between a check and its test message."""

    prober: Prober
    conversations: dict[bool, tuple[Conversation, Credentials]] = field(default_factory=dict)  # by is_incoming


class SetupSession:
    """Holds what lasts from press to press: what discovery heard, the sign-in budget, trusted certificates, open lines.

    Every coroutine may be cancelled and then frees all it opened. Call `close` at the end.
    """

    def __init__(self, parts: Parts, options: Options | None = None) -> None:
        self._parts = parts
        self.options = options or Options()
        self._budget = SignInBudget()
        self._pins: dict[str, str] = {}
        self._kept: _Kept | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def discover(
        self, address: Address, *, ask_nobody: bool = False, repair: bool = False, listener: Listener = nobody
    ) -> Plan:
        """The settings that would be tried for the address; no password is in reach of this.

        `repair` asks every source, because what the best one said did not do.
        """
        return await self._parts.planner.plan(
            address,
            offline=self.options.offline,
            ask_nobody=ask_nobody or self.options.ask_nobody,
            repair=repair,
            listener=listener,
        )

    def explain(self, text: str) -> Diagnosis:
        """The cause behind an error text."""
        return self._parts.diagnoser.of_text(text)

    async def check(
        self,
        draft: AccountDraft,
        *,
        plan: Plan | None = None,
        previous: CheckResult | None = None,
        listener: Listener = nobody,
    ) -> CheckResult:
        """Proves the account, or names what stops it and what helps.

        Args:
            draft: what the person said; a side that is not given comes from the plan.
            plan: what discovery found; asked for here when it is needed and None.
            previous: an earlier result of this session: a side verified then and unchanged since is not tried again.
            listener: told about every stage, on the loop's thread.
        """
        await self.close()
        self._budget.begin_press()
        run = _Run(self, draft, plan, previous, listener)
        return await run.check()

    def apply(self, remedy: Remedy, diagnosis: Diagnosis, result: CheckResult) -> AccountDraft:
        """The draft with the remedy applied; what only the person can do leaves it as it was."""
        draft = result.draft
        match remedy.action:
            case ChangeSettings(_, candidate):
                if candidate is None:
                    return draft
                if candidate.is_incoming:
                    return replace(draft, incoming=candidate)
                return replace(draft, outgoing=candidate)
            case TrustCertificate(sha256):
                if diagnosis.server is not None:
                    self._pins[diagnosis.server] = sha256
                return draft
            case EditField() | TryAgain() | SignIn() | OpenUrl() | CopyText() | Wait():
                return draft
            case _:
                assert_never(remedy.action)

    async def send_test_message(
        self, result: CheckResult, to: Address | None = None, *, listener: Listener = nobody
    ) -> CheckResult:
        """The result with its round trip: one message is sent, once, and its arrival watched for (45 s at most).

        Only a message to the account itself can be seen arriving.
        """
        self._stop_idling()
        trip = _Trip(self, result, to or result.draft.address, listener)
        try:
            return await trip.run()
        finally:
            await self.close()

    async def delete_test_message(self, result: CheckResult) -> bool:
        """Whether the arrived test message could be removed without touching any other."""
        token, folder, side = result.round_trip.token, result.round_trip.folder, result.incoming
        if token is None or side is None or side.status is not Status.VERIFIED:
            return False
        prober = self._prober(result.draft, nobody)
        try:
            conversation, _ = await self._reopen(prober, result.draft, side)
            from wizard.probe.imap import ImapConversation
            from wizard.probe.pop3 import Pop3Conversation

            deleted = False
            if isinstance(conversation, ImapConversation):
                deleted = await conversation.delete_message(token, folder or "INBOX")
            elif isinstance(conversation, Pop3Conversation):
                deleted = await conversation.delete_message(token)
            prober.part(conversation)
        except (StageFailed, OSError, EOFError):
            deleted = False
        finally:
            await prober.close()
        return deleted

    async def close(self) -> None:
        """Ends the connections that were kept open for a test message."""
        self._stop_idling()
        kept, self._kept = self._kept, None
        if kept is None:
            return
        for conversation, _ in kept.conversations.values():
            kept.prober.part(conversation)
        await kept.prober.close()

    def _keep(self, prober: Prober, outcomes: Iterable[SideOutcome | None]) -> None:
        kept = _Kept(prober)
        for outcome in outcomes:
            if outcome is not None and outcome.conversation is not None and outcome.credentials is not None:
                incoming = outcome.result.candidate.is_incoming
                kept.conversations[incoming] = (outcome.conversation, outcome.credentials)
        self._kept = kept
        self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._let_go)

    def _let_go(self) -> None:
        if self._kept is not None:
            for conversation, _ in self._kept.conversations.values():
                conversation.abort()
        self._kept = None

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _prober(self, draft: AccountDraft, listener: Listener) -> Prober:
        known = (draft.secret, draft.outgoing_secret, draft.oauth_token)
        names = [draft.address.wire, draft.address.local]
        names += [side.username for side in (draft.incoming, draft.outgoing) if side is not None]
        redact = Redactor(tuple(secret for secret in known if secret is not None), tuple(dict.fromkeys(names)))
        network = Network(
            self._parts.dialer,
            self._parts.trust,
            pins=tuple(self._pins.items()),
            trusted=self.options.trusted_certificates,
        )
        return Prober(network, redact, listener=listener, allow_unencrypted=self.options.allow_unencrypted)

    async def _reopen(
        self, prober: Prober, draft: AccountDraft, side: SideResult
    ) -> tuple[Conversation, Credentials]:
        """A fresh, signed-in conversation with a server that was already proven; raises StageFailed."""
        candidate = side.candidate
        credentials = Credentials(candidate.username, draft.secret_for(candidate), draft.oauth_token)
        conversation = prober.conversation(candidate)
        try:
            await conversation.open()
            await conversation.sign_in(credentials)
        except BaseException:
            conversation.abort()
            raise
        return conversation, credentials


class _Run:
    """One press of "check"."""

    def __init__(
        self,
        session: SetupSession,
        draft: AccountDraft,
        plan: Plan | None,
        previous: CheckResult | None,
        listener: Listener,
    ) -> None:
        self._session = session
        self._parts = session._parts
        self._options = session.options
        self._plan = plan
        self._plan_task: asyncio.Task[Plan] | None = None
        self._previous = previous
        self._listener = listener
        self._provider = self._provider_for(draft, plan)
        self._draft = self._cleaned(draft)
        self._prober = session._prober(self._draft, listener)
        self._started_at = datetime.now(UTC)
        self._outcomes: dict[bool, SideOutcome] = {}
        self._notes: list[str] = []

    async def check(self) -> CheckResult:
        timed_out = False
        try:
            async with asyncio.timeout(self._options.deadline_s):
                await self._prove_sides()
        except TimeoutError:
            timed_out = True
        finally:
            if self._plan_task is not None and not self._plan_task.done():
                self._plan_task.cancel()
                await asyncio.gather(self._plan_task, return_exceptions=True)
            if not self._all_verified():
                self._let_go()
                await self._prober.close()
        if self._all_verified():
            self._session._keep(self._prober, self._outcomes.values())
        return self._result(timed_out)

    def _let_go(self) -> None:
        for outcome in self._outcomes.values():
            if outcome.conversation is not None:
                self._prober.part(outcome.conversation)

    async def _prove_sides(self) -> None:
        draft = self._draft
        needs_plan = (draft.wants_incoming and draft.incoming is None) or (
            draft.wants_outgoing and draft.outgoing is None
        )
        if needs_plan:
            await self._planned()
        gate = Gate()
        incoming, outgoing = self._candidates(incoming=True), self._candidates(incoming=False)
        if not incoming or self._is_kept(incoming=True):
            gate.decide(None)
        async with asyncio.TaskGroup() as group:
            if incoming:
                group.create_task(self._prove(incoming, gate, leads=True))
            if outgoing:
                group.create_task(self._prove(outgoing, gate, leads=False))

    async def _prove(self, candidates: Sequence[ServerCandidate], gate: Gate, *, leads: bool) -> None:
        kept = self._kept_side(candidates, incoming=leads)
        if kept is not None:
            self._outcomes[leads] = SideOutcome(kept)
            return
        side = Side(
            prober=self._prober,
            draft=self._draft,
            provider=self._provider,
            budget=self._session._budget,
            diagnose=self._diagnose,
            find_spares=self._spares if self._options.autofix else None,
            sign_in=self._options.sign_in,
            accept_untrusted=self._options.accept_untrusted,
        )
        self._outcomes[leads] = await side.prove(candidates, gate, leads=leads)

    def _candidates(self, *, incoming: bool) -> tuple[ServerCandidate, ...]:
        draft = self._draft
        if not (draft.wants_incoming if incoming else draft.wants_outgoing):
            return ()
        given, others = (
            (draft.incoming, draft.incoming_others) if incoming else (draft.outgoing, draft.outgoing_others)
        )
        if given is not None:
            return (given, *others)
        plan = self._plan
        if plan is None:
            return ()
        found = _of_best_source([one for one in plan.candidates if one.is_incoming is incoming])
        name = draft.username if incoming else draft.outgoing_username or draft.username
        return tuple(replace(one, username=name) if name else one for one in found)

    def _is_kept(self, *, incoming: bool) -> bool:
        return self._kept_side(self._candidates(incoming=incoming), incoming=incoming) is not None

    def _kept_side(self, candidates: Sequence[ServerCandidate], *, incoming: bool) -> SideResult | None:
        """The side as an earlier check of the same secret proved it; None when it must be proven anew."""
        before = self._previous
        if before is None or before.draft.secret != self._draft.secret:
            return None
        side = before.incoming if incoming else before.outgoing
        if side is None or side.status is not Status.VERIFIED:
            return None
        given = self._draft.incoming if incoming else self._draft.outgoing
        return side if given is None or given == side.candidate or side.candidate in candidates else None

    async def _planned(self) -> Plan:
        if self._plan is None:
            if self._plan_task is None:
                asking = self._session.discover(self._draft.address, listener=self._listener)
                self._plan_task = asyncio.ensure_future(asking)
            self._plan = await asyncio.shield(self._plan_task)
            if self._provider is None:
                self._provider = self._provider_for(self._draft, self._plan)
                self._draft = self._cleaned(self._draft)
        return self._plan

    async def _spares(self, reports: Sequence[ProbeReport]) -> tuple[Spare, ...]:
        """Other settings for a side that failed; where the name is the matter, every source is asked for another."""
        if any(needs_other_names(report) for report in reports):
            plan = await self._session.discover(self._draft.address, repair=True, listener=self._listener)
        else:
            plan = await self._planned()
        incoming = reports[0].candidate.is_incoming
        others = [candidate for candidate in plan.candidates if candidate.is_incoming is incoming]
        return spares(reports, others, self._parts.known_hosts())

    def _diagnose(self, reports: Sequence[ProbeReport]) -> tuple[Diagnosis, ...]:
        return self._parts.diagnoser.of_reports(
            reports,
            provider=self._provider,
            surroundings=surroundings(self._prober.reports),
            address=self._draft.address,
        )

    def _provider_for(self, draft: AccountDraft, plan: Plan | None) -> Provider | None:
        if plan is not None and plan.provider is not None:
            return plan.provider
        hosts = [side.host for side in (draft.outgoing, draft.incoming) if side is not None]
        return next((found for host in hosts if (found := self._parts.provider_of_host(host)) is not None), None)

    def _cleaned(self, draft: AccountDraft) -> AccountDraft:
        """The draft with the blanks taken out of an app password that its provider shows in groups."""
        shape = self._provider.app_password if self._provider is not None else None
        if shape is None or not shape.strip_blanks or draft.secret is None:
            return draft
        return replace(draft, secret=Secret("".join(draft.secret.reveal().split())))

    def _all_verified(self) -> bool:
        wanted = [
            self._outcomes.get(incoming)
            for incoming, wants in ((True, self._draft.wants_incoming), (False, self._draft.wants_outgoing))
            if wants
        ]
        return bool(wanted) and all(
            outcome is not None and outcome.result.status is Status.VERIFIED for outcome in wanted
        )

    def _result(self, timed_out: bool) -> CheckResult:
        reports = self._prober.reports
        incoming, outgoing = self._outcomes.get(True), self._outcomes.get(False)
        outcomes = [outcome for outcome in (incoming, outgoing) if outcome is not None]
        failed = [report for outcome in outcomes for report in outcome.failed_reports]
        diagnoses = self._diagnose(failed) if failed else ()
        diagnoses += tuple(outcome.fixed_diagnosis for outcome in outcomes if outcome.fixed_diagnosis is not None)
        fixes = tuple(fix for outcome in outcomes for fix in outcome.fixes)
        if not outcomes and self._plan is not None and self._plan.provider is not None:
            diagnoses = self._unsupported(self._plan.provider)
        notes = list(self._plan.notes) if self._plan is not None else []
        if any(outcome.needs_consent for outcome in outcomes):
            notes.append("DNS or another domain named these servers: agree to them before a password goes there.")
        attempts: dict[Protocol, int] = {}
        for report in reports:
            protocol = report.candidate.protocol
            attempts[protocol] = attempts.get(protocol, 0) + report.sign_in_attempts
        return CheckResult(
            draft=self._draft,
            verdict=self._verdict(outcomes, diagnoses, fixes, timed_out),
            started_at=self._started_at,
            elapsed_s=self._prober.clock(),
            provider=self._provider.id if self._provider is not None else None,
            outgoing=outgoing.result if outgoing is not None else None,
            incoming=incoming.result if incoming is not None else None,
            diagnoses=diagnoses,
            fixes=fixes,
            sign_in_attempts={protocol: count for protocol, count in attempts.items() if count},
            timeline=_timeline(reports),
            reports=reports,
            surroundings=surroundings(reports),
            notes=tuple(dict.fromkeys(notes)),
        )

    def _verdict(
        self,
        outcomes: Sequence[SideOutcome],
        diagnoses: Sequence[Diagnosis],
        fixes: Sequence[object],
        timed_out: bool,
    ) -> Verdict:
        statuses = [outcome.result.status for outcome in outcomes]
        if Status.FAILED in statuses or (diagnoses and not fixes):
            return Verdict.FAILS
        if timed_out or not outcomes:
            return Verdict.UNDECIDED
        if self._options.sign_in and any(status is not Status.VERIFIED for status in statuses):
            return Verdict.FAILS if any(outcome.shared_refusal for outcome in outcomes) else Verdict.UNDECIDED
        return Verdict.WORKS_AFTER_FIX if fixes else Verdict.WORKS

    def _unsupported(self, provider: Provider) -> tuple[Diagnosis, ...]:
        """The diagnosis for a provider that has no servers for mail programs."""
        if provider.status is not ProviderStatus.UNSUPPORTED and provider.servers:
            return ()
        nowhere = ServerCandidate(
            Protocol.SMTP, self._draft.address.domain, 0, Security.TLS, self._draft.address.wire, Source.PRESET, True
        )
        evidence = Evidence(Stage.AUTH, Outcome.FAILED, Protocol.SMTP, error=ErrorKind.AUTH_MISSING)
        return self._diagnose((ProbeReport(nowhere, (evidence,)),))


class _Trip:
    """One test message."""

    def __init__(self, session: SetupSession, result: CheckResult, to: Address, listener: Listener) -> None:
        self._session = session
        self._result = result
        self._to = to
        self._listener = listener
        kept = session._kept
        self._prober = kept.prober if kept is not None else session._prober(result.draft, listener)
        self._open = kept.conversations if kept is not None else {}
        self._trip = RoundTrip()

    async def run(self) -> CheckResult:
        sending = self._result.outgoing
        if sending is None or sending.status is not Status.VERIFIED:
            return self._result
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

        conversation = self._open[False][0] if False in self._open else None
        if not isinstance(conversation, SmtpConversation) or not conversation.is_open:
            conversation, credentials = await self._session._reopen(self._prober, self._result.draft, side)
            self._open[False] = (conversation, credentials)
        if isinstance(conversation, SmtpConversation):
            await conversation.send(self._result.draft.address.wire, self._to.wire, data)

    async def _watch(self, side: SideResult, token: str) -> None:
        started = self._prober.clock()
        self._tell(Outcome.STARTED, side, 0.0)
        try:
            async with asyncio.timeout(ARRIVAL_S):
                found = await self._until_found(side, token)
        except (TimeoutError, StageFailed, OSError, EOFError):
            found = None
        if found is not None:
            folder, header, is_junk = found
            self._trip = read_arrival(header, folder, is_junk=is_junk, sent=self._trip)
        outcome = Outcome.OK if found is not None else Outcome.FAILED
        self._tell(outcome, side, self._prober.clock() - started)

    async def _until_found(self, side: SideResult, token: str) -> tuple[str, bytes, bool]:
        from wizard.probe.imap import ImapConversation
        from wizard.probe.pop3 import Pop3Conversation

        conversation = self._open[True][0] if True in self._open else None
        folders: tuple[str, ...] = ()
        junk: str | None = None
        for attempt in range(10_000):
            await asyncio.sleep(POLL_S[min(attempt, len(POLL_S) - 1)])
            if not isinstance(conversation, ImapConversation) or not conversation.is_open:
                # A POP3 session shows the mailbox as it was at its sign-in (RFC 1939 §4): each look is a new one.
                if conversation is not None:
                    await conversation.close()
                conversation, credentials = await self._session._reopen(self._prober, self._result.draft, side)
                self._open[True] = (conversation, credentials)
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
        report = self._open[False][0].recorder.report() if False in self._open else self._prober.reports[-1]
        found = self._session._parts.diagnoser.of_reports(
            (report,),
            provider=self._provider(),
            surroundings=surroundings(self._prober.reports),
            address=self._result.draft.address,
        )
        if report.failure is not None and report.failure.error is ErrorKind.OUTCOME_UNKNOWN:
            return self._done(found, Verdict.UNDECIDED)  # it may have arrived; it is not sent again (T12)
        return self._done(found + self._result.diagnoses, Verdict.FAILS)

    def _provider(self) -> Provider | None:
        side = self._result.outgoing
        return self._session._parts.provider_of_host(side.candidate.host) if side is not None else None

    def _done(self, diagnoses: tuple[Diagnosis, ...], verdict: Verdict) -> CheckResult:
        reports = self._prober.reports
        return replace(
            self._result,
            round_trip=self._trip,
            diagnoses=diagnoses,
            verdict=verdict,
            elapsed_s=max(self._result.elapsed_s, self._prober.clock()),
            timeline=_timeline(reports),
            reports=reports,
        )

    def _tell(self, outcome: Outcome, side: SideResult, seconds: float) -> None:
        candidate = side.candidate
        self._listener(
            Progress(self._prober.clock(), Stage.ARRIVAL, outcome, candidate.protocol, candidate.endpoint, seconds)
        )


def _of_best_source(candidates: Sequence[ServerCandidate]) -> tuple[ServerCandidate, ...]:
    """One side's candidates as the best source named them, IMAP before POP3; the other sources' are for repairs."""
    best = [candidate for candidate in candidates if candidate.source is candidates[0].source]
    return tuple(sorted(best, key=lambda candidate: candidate.protocol is Protocol.POP3))


def _timeline(reports: Sequence[ProbeReport]) -> tuple[Evidence, ...]:
    return tuple(sorted((item for report in reports for item in report.evidence), key=lambda item: item.t_s))
