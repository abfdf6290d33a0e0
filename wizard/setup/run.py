"""One press of "check": both sides proven at once, what failed diagnosed, the whole put into one result."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from wizard.errors import DnsUnavailable
from wizard.model.account import CheckResult, SideResult, Status, Verdict
from wizard.model.diagnosis import Diagnosis
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ErrorKind, Evidence, Outcome, ProbeReport, Stage
from wizard.model.plan import Asked, Plan
from wizard.model.progress import Listener
from wizard.model.provider import Provider, ProviderStatus
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source, UsernameForm, Way
from wizard.net.patience import within
from wizard.probe.conversation import Conversation, Credentials
from wizard.probe.environment import surroundings
from wizard.setup.autofix import Alternative, alternatives, needs_other_names
from wizard.setup.context import SessionContext, sign_in_attempts, timeline
from wizard.setup.offered import ChangeContext, others_of, with_settings
from wizard.setup.side import NOTHING_TAUGHT, Side, SideOutcome, SignInOrder, with_detail

DOMAIN_S = 3.0
SOURCES_S = 0.45  # sources that need longer are not waited for once the first guessed server is open
EXPIRES_SOON = timedelta(days=14)


class Run:
    """One press of "check"."""

    def __init__(
        self,
        context: SessionContext,
        draft: AccountDraft,
        plan: Plan | None,
        previous: CheckResult | None,
        listener: Listener,
        deadline_s: float | None = None,
    ) -> None:
        self._context = context
        self._deadline_s = context.options.deadline_s if deadline_s is None else deadline_s
        self._services = context.services
        self._options = context.options
        self._plan = plan
        self._plan_task: asyncio.Task[Plan] | None = None
        self._previous = previous
        self._listener = listener
        self._provider = context.provider_for(draft, plan)
        self._draft = self._cleaned(draft)
        self.prober = context.prober(self._draft, listener)
        self._started_at = datetime.now(UTC)
        self._outcomes: dict[bool, SideOutcome] = {}
        self._ahead: dict[bool, Side] = {}
        self._enough = asyncio.Event()
        self._notes: list[str] = []
        self._others: tuple[ServerCandidate, ...] | None = None
        self._asked: tuple[Asked, ...] = plan.asked if plan is not None else ()

    async def check(self) -> CheckResult:
        timed_out = False
        try:
            with within(self._deadline_s):
                await self._prove_sides()
        except TimeoutError:
            timed_out = True
        finally:
            if self._plan_task is not None and not self._plan_task.done():
                self._plan_task.cancel()
                await asyncio.gather(self._plan_task, return_exceptions=True)
            if not self._all_verified():
                await self._let_go()
        return self._result(timed_out)

    @property
    def provider(self) -> Provider | None:
        """The provider, as far as it is known by now."""
        return self._provider

    @property
    def plan(self) -> Plan | None:
        """What discovery found, where it was asked."""
        return self._plan

    def open_lines(self) -> dict[Way, tuple[Conversation, Credentials]]:
        """The signed-in conversations of a verified account; the caller closes them."""
        if not self._all_verified():
            return {}
        return {
            Way.RECEIVING if incoming else Way.SENDING: (outcome.conversation, outcome.credentials)
            for incoming, outcome in self._outcomes.items()
            if outcome.conversation is not None and outcome.credentials is not None
        }

    async def _let_go(self) -> None:
        for outcome in self._outcomes.values():
            if outcome.conversation is not None:
                self.prober.part(outcome.conversation)
        try:
            await self.prober.close()
        finally:
            self.prober.abort()  # also what the deadline or a cancelled press left in the middle of a sentence

    async def _prove_sides(self) -> None:
        try:
            await self._find_sides()
            order = SignInOrder()
            incoming, outgoing = self._candidates(incoming=True), self._candidates(incoming=False)
            if not incoming or self._is_kept(incoming=True):
                order.decide(NOTHING_TAUGHT)
            async with asyncio.TaskGroup() as group:
                if incoming:
                    group.create_task(self._prove(incoming, order, signs_in_first=True))
                if outgoing:
                    await self._prove(outgoing, order, signs_in_first=False)
        finally:
            for side in self._ahead.values():
                await side.stop()

    async def _find_sides(self) -> None:
        """Waits for the plan where a side needs it, and keeps what was done ahead for the sides it agrees with."""
        draft = self._draft
        sides = ((True, draft.wants_incoming, draft.incoming), (False, draft.wants_outgoing, draft.outgoing))
        needed = [incoming for incoming, wanted, given in sides if wanted and given is None]
        if not needed or self._plan is not None:
            return
        getting_ahead = asyncio.ensure_future(self._get_ahead(needed))
        try:
            await self._planned()
        finally:
            getting_ahead.cancel()
            await asyncio.wait([getting_ahead])
        if not getting_ahead.cancelled():
            getting_ahead.result()  # what nobody expected is not hidden
        for incoming, side in [*self._ahead.items()]:
            if not side.has_started(self._candidates(incoming=incoming)):
                await side.drop()
                del self._ahead[incoming]

    async def _get_ahead(self, sides: Sequence[bool]) -> None:
        """Races guessed servers while sources are silent; where the first to sign in at is open, nobody is waited for.

        No password goes to any of them before the plan is there and has nobody better.
        """
        if self._previous is not None:
            return  # a side that was proven before needs no guess
        began = self.prober.clock()
        await asyncio.sleep(0)
        if self._plan_task is not None and self._plan_task.done():
            return  # a preset answers at once
        guessed = await self._context.discover(self._draft.address, ask_nobody=True)
        races = []
        for incoming in sides:
            candidates = self._candidates_of(guessed, incoming=incoming)
            if not candidates:
                return
            self._ahead[incoming] = self._side()
            races.append(self._ahead[incoming].start(candidates))
        await asyncio.wait(races[:1])
        if races[0].result().winner is not None:
            await asyncio.sleep(max(0.0, began + SOURCES_S - self.prober.clock()))
            self._enough.set()

    async def _prove(self, candidates: Sequence[ServerCandidate], order: SignInOrder, *, signs_in_first: bool) -> None:
        kept = self._kept_side(candidates, incoming=signs_in_first)
        if kept is not None:
            self._outcomes[signs_in_first] = SideOutcome(kept)
            return
        side = self._ahead.get(signs_in_first) or self._side()
        side.draft, side.provider = self._draft, self._provider
        outcome = await side.prove(candidates, order, signs_in_first=signs_in_first)
        self._outcomes[signs_in_first] = replace(
            outcome, failed_reports=await self._with_domain_fact(outcome.failed_reports)
        )

    def _side(self) -> Side:
        return Side(
            prober=self.prober,
            draft=self._draft,
            provider=self._provider,
            budget=self._context.budget,
            diagnose=self._diagnose,
            find_alternatives=self._alternatives if self._options.autofix else None,
            sign_in=self._options.sign_in,
            accept_untrusted=self._options.accept_untrusted,
        )

    async def _with_domain_fact(self, reports: tuple[ProbeReport, ...]) -> tuple[ProbeReport, ...]:
        """The reports, marked when their names are missing because the account's whole domain is."""
        domain = self._draft.address.domain
        missing = [report.failure for report in reports if report.failure is not None]
        if not missing or any(failure.error is not ErrorKind.NAME_NOT_FOUND for failure in missing):
            return reports
        if not all(report.candidate.host.endswith(domain) for report in reports):
            return reports
        try:
            with within(DOMAIN_S):
                if await self._services.resolver.exists(domain):
                    return reports
        except (DnsUnavailable, TimeoutError):
            return reports
        return tuple(with_detail(report, domain_not_registered=True) for report in reports)

    def _candidates(self, *, incoming: bool) -> tuple[ServerCandidate, ...]:
        draft = self._draft
        if not (draft.wants_incoming if incoming else draft.wants_outgoing):
            return ()
        given, others = (draft.incoming, draft.incoming_others) if incoming else (draft.outgoing, draft.outgoing_others)
        if given is not None:
            return tuple(self._named_by_preset(one) for one in (given, *others))
        return self._candidates_of(self._plan, incoming=incoming) if self._plan is not None else ()

    def _candidates_of(self, plan: Plan, *, incoming: bool) -> tuple[ServerCandidate, ...]:
        draft = self._draft
        found = _of_best_source([one for one in plan.candidates if one.is_incoming is incoming])
        name = draft.username if incoming else draft.outgoing_username or draft.username
        return tuple(replace(one, username=name) if name else one for one in found)

    def _named_by_preset(self, candidate: ServerCandidate) -> ServerCandidate:
        """The candidate with the part before the @ as user name, where its provider wants that and none was said."""
        draft = self._draft
        said = draft.username if candidate.is_incoming else draft.outgoing_username or draft.username
        provider = self._services.provider_of_host(candidate.host)
        if said or candidate.username != draft.address.wire or provider is None:
            return candidate
        forms = {server.username_form for server in provider.servers if server.protocol is candidate.protocol}
        if forms != {UsernameForm.LOCAL_PART} or draft.address.domain not in provider.domains:
            return candidate
        self._notes.append(f"{provider.spoken_name} wants “{draft.address.local}” as the user name there.")
        return replace(candidate, username=draft.address.local)

    def _is_kept(self, *, incoming: bool) -> bool:
        return self._kept_side(self._candidates(incoming=incoming), incoming=incoming) is not None

    def _kept_side(self, candidates: Sequence[ServerCandidate], *, incoming: bool) -> SideResult | None:
        """The side as an earlier check of the same secret proved it; None when it must be proven anew."""
        before = self._previous
        if before is None or before.draft.address != self._draft.address:
            return None
        side = before.incoming if incoming else before.outgoing
        if side is None or side.status is not Status.VERIFIED:
            return None
        if _keys(before.draft, side.candidate) != _keys(self._draft, side.candidate):
            return None
        given = self._draft.incoming if incoming else self._draft.outgoing
        return side if given is None or given == side.candidate or side.candidate in candidates else None

    async def _planned(self) -> Plan:
        if self._plan is None:
            if self._plan_task is None:
                asking = self._context.discover(self._draft.address, enough=self._enough, listener=self._listener)
                self._plan_task = asyncio.ensure_future(asking)
            self._plan = await asyncio.shield(self._plan_task)
            self._asked = self._plan.asked
            if self._provider is None:
                self._provider = self._context.provider_for(self._draft, self._plan)
                self._draft = self._cleaned(self._draft)
        return self._plan

    async def _alternatives(self, reports: Sequence[ProbeReport]) -> tuple[Alternative, ...]:
        """Other settings for a side that failed; where the name is the matter, every source is asked for another."""
        if any(needs_other_names(report) for report in reports):
            if self._plan_task is not None:
                await self._planned()  # who is being asked now is not asked a second time
            plan = await self._context.discover(self._draft.address, repair=True, listener=self._listener)
            self._asked = plan.asked
        else:
            plan = await self._planned()
        self._others = plan.candidates
        incoming = reports[0].candidate.is_incoming
        others = [candidate for candidate in plan.candidates if candidate.is_incoming is incoming]
        found = alternatives(reports, others, self._services.known_hosts())
        return tuple(
            alternative
            for alternative in found
            if not alternative.asks_first or self._owns(plan.provider, alternative.candidate)
        )

    def _owns(self, provider: Provider | None, candidate: ServerCandidate) -> bool:
        """Whether the server is one of the address's own provider."""
        owner = self._services.provider_of_host(candidate.host)
        return provider is not None and owner is not None and owner.id == provider.id

    def _diagnose(self, reports: Sequence[ProbeReport]) -> tuple[Diagnosis, ...]:
        return self._services.diagnoser().of_reports(
            reports,
            provider=self._provider,
            surroundings=surroundings(self.prober.reports),
            address=self._draft.address,
        )

    def _cleaned(self, draft: AccountDraft) -> AccountDraft:
        """The draft with the blanks taken out of an app password that its provider shows in groups."""
        shape = self._provider.app_password if self._provider is not None else None
        if shape is None or draft.secret is None:
            return draft
        return replace(draft, secret=Secret(shape.clean(draft.secret.reveal())))

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
        reports = self.prober.reports
        incoming, outgoing = self._outcomes.get(True), self._outcomes.get(False)
        outcomes = [outcome for outcome in (incoming, outgoing) if outcome is not None]
        # A side that gave up because the other's password was refused proved nothing: another port it found neither.
        speaking = [outcome for outcome in outcomes if outcome.shared_refusal is None]
        failed = [report for outcome in speaking for report in outcome.failed_reports]
        diagnoses = self._diagnose(failed) if failed else ()
        diagnoses += tuple(outcome.fixed_diagnosis for outcome in speaking if outcome.fixed_diagnosis is not None)
        known = self._known(reports) if diagnoses else None
        if known is not None:
            diagnoses = tuple(with_settings(found, known) for found in diagnoses)
        fixes = tuple(fix for outcome in speaking for fix in outcome.fixes)
        if not outcomes and self._plan is not None and self._plan.provider is not None:
            diagnoses = self._unsupported(self._plan.provider)
        notes = list(self._plan.notes) if self._plan is not None else []
        if self._provider is not None and (self._plan is None or self._plan.provider is not self._provider):
            from wizard.discovery.presets import needs

            notes += needs(self._provider)  # known by the servers that were typed
        notes += self._notes
        if any(outcome.needs_consent for outcome in outcomes):
            notes.append("DNS or another domain named these servers: agree to them before a password goes there.")
        notes += _expiring(reports)
        return CheckResult(
            draft=self._draft,
            verdict=self._verdict(outcomes, diagnoses, fixes, timed_out),
            started_at=self._started_at,
            elapsed_s=self.prober.clock(),
            provider=self._provider.id if self._provider is not None else None,
            outgoing=outgoing.result if outgoing is not None else self._unfinished(incoming=False),
            incoming=incoming.result if incoming is not None else self._unfinished(incoming=True),
            diagnoses=diagnoses,
            fixes=fixes,
            sign_in_attempts=sign_in_attempts(reports),
            timeline=timeline(reports),
            reports=reports,
            surroundings=surroundings(reports),
            notes=tuple(dict.fromkeys(notes)),
            asked=self._asked,
        )

    def _unfinished(self, *, incoming: bool) -> SideResult | None:
        """A side the deadline overtook, as far as it was settled what would be tried."""
        candidates = self._candidates(incoming=incoming)
        return SideResult(candidates[0], Status.FAILED) if candidates else None

    def _known(self, reports: tuple[ProbeReport, ...]) -> ChangeContext:
        """What the buttons of cards can be made of."""
        others = self._others
        if others is None:
            others = self._plan.candidates if self._plan is not None else others_of(self._provider, self._draft)
        services = self._services
        return ChangeContext(
            self._draft, self._provider, services.provider_of_host, reports, others, services.known_hosts()
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
        if provider.status is not ProviderStatus.UNSUPPORTED:
            return ()
        nowhere = ServerCandidate(
            Protocol.SMTP, self._draft.address.domain, 0, Security.TLS, self._draft.address.wire, Source.PRESET, True
        )
        evidence = Evidence(
            Stage.AUTH,
            Outcome.FAILED,
            Protocol.SMTP,
            error=ErrorKind.AUTH_MISSING,
            detail={"provider_unsupported": True},
        )
        told = self._diagnose((ProbeReport(nowhere, (evidence,)),))
        # No administrator can open what is not there, and no server was asked.
        return tuple(
            replace(one, server=None, remedies=tuple(r for r in one.remedies if r.id != "ask-administrator"))
            for one in told
        )


def _expiring(reports: Sequence[ProbeReport]) -> list[str]:
    """A sentence for each accepted certificate that runs out soon."""
    told: dict[str, str] = {}
    for report in reports:
        seen = report.last(Stage.TLS)
        if seen is None or seen.outcome is not Outcome.OK or seen.certificate is None:
            continue
        until = seen.certificate.not_after
        if until - datetime.now(UTC) < EXPIRES_SOON:
            told[report.candidate.host] = f"The certificate of {report.candidate.host} runs out on {until:%Y-%m-%d}."
    return list(told.values())


def _keys(draft: AccountDraft, candidate: ServerCandidate) -> tuple[Secret | None, Secret | None]:
    """What signs in there."""
    return draft.secret_for(candidate), draft.oauth_token


def _of_best_source(candidates: Sequence[ServerCandidate]) -> tuple[ServerCandidate, ...]:
    """One side's candidates as the best source named them, IMAP before POP3; the other sources' are for repairs."""
    best = [candidate for candidate in candidates if candidate.source is candidates[0].source]
    return tuple(sorted(best, key=lambda candidate: candidate.protocol is Protocol.POP3))
