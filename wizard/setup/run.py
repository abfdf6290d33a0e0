"""One press of "check": both sides proven at once, what failed diagnosed, the whole put into one result."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from wizard.imports import begin_import
from wizard.language import tr
from wizard.model.account import CheckResult, SideResult, Status
from wizard.model.diagnosis import Diagnosis
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ProbeReport
from wizard.model.plan import Plan, PlanOptions
from wizard.model.progress import Listener, Progress
from wizard.model.provider import Provider
from wizard.model.server import ServerCandidate, Way
from wizard.net.patience import within
from wizard.net.sites import registrable_domain
from wizard.probe.conversation import Conversation
from wizard.probe.environment import surroundings
from wizard.setup.ahead import WHAT_SPEAKS, Ahead, candidates_of
from wizard.setup.autofix import Alternative, alternatives, are_guesses, needs_other_names
from wizard.setup.context import SessionContext, alerts, expiring, put_off, sign_in_attempts, timeline
from wizard.setup.did_you_mean import resembles_provider
from wizard.setup.foretold import mistyped, not_agreed, unsupported
from wizard.setup.judge import Judge
from wizard.setup.kept import kept_side
from wizard.setup.likeliest import overtaken
from wizard.setup.second_look import NetworkPage, looked_again
from wizard.setup.secret_gate import SecretGate
from wizard.setup.side import Side
from wizard.setup.side_outcome import SideOutcome
from wizard.setup.sign_in_order import NOTHING_TAUGHT, SignInOrder
from wizard.setup.usernames import Usernames
from wizard.setup.verdict import verdict_of
from wizard.setup.warm import Raced


class Run:
    """One press of "check": the order of things. What is judged of them is the `Judge`'s."""

    def __init__(
        self,
        context: SessionContext,
        draft: AccountDraft,
        plan: Plan | None,
        previous: CheckResult | None,
        listener: Listener,
        deadline_s: float | None = None,
        raced: Raced | None = None,
    ) -> None:
        self._context = context
        self._deadline_s = context.options.deadline_s if deadline_s is None else deadline_s
        self._options = context.options
        self._plan = plan
        self._plan_task: asyncio.Task[Plan] | None = None
        self._servers_settled = asyncio.Event()  # by then the races that were begun ahead are kept or dropped
        self._previous = previous
        self._listener = listener
        judge = Judge.of(context.services, draft, plan)
        self._gate = SecretGate(judge, context.options, context.services.budget)
        self._usernames = Usernames(context, self._gate, listener)
        self._page = page = NetworkPage(context.services.dialer)

        def hear(progress: Progress) -> None:  # no method: a circle would wait to be collected
            page.hear(progress)
            listener(progress)

        self.prober = context.prober(self._judge.draft, hear)
        self._raced = raced.sides if raced is not None else {}
        if raced is not None:
            self.prober.go_on_with(raced.prober)
        page.permits = self.prober.permits
        self._started_at = datetime.now(UTC)
        self._outcomes: dict[Way, SideOutcome] = {}
        self._ahead = Ahead(context, self._judge)
        self._notes: list[str] = []

    async def check(self) -> CheckResult:
        """Runs it all; a deadline that passes leaves what was shown until then."""
        is_heard = timed_out = False
        self._context.services.trust.begin()
        begin_import(*WHAT_SPEAKS.values())
        try:
            with within(self._deadline_s, counts_work=True):
                if not self._is_doubted():
                    await self._prove_sides()
            is_heard = True
        except TimeoutError:
            is_heard = timed_out = True
        finally:
            try:
                await self._end_planning()
            except asyncio.CancelledError:
                is_heard = False
                raise
            finally:
                # Cancelled after the last step, even a proven account has nobody who would close its lines.
                if not (is_heard and self._all_verified()):
                    await self._let_go()
        return self._result(timed_out)

    async def _end_planning(self) -> None:
        await self._usernames.stop()
        if self._plan_task is not None and not self._plan_task.done():
            self._plan_task.cancel()
            await asyncio.gather(self._plan_task, return_exceptions=True)

    @property
    def provider(self) -> Provider | None:
        """The provider, as far as it is known by now."""
        return self._judge.provider

    @property
    def plan(self) -> Plan | None:
        """What discovery found, where it was asked."""
        return self._plan

    def open_lines(self) -> tuple[Conversation, ...]:
        """The signed-in conversations of a verified account; the caller closes them."""
        if not self._all_verified():
            return ()
        conversations = (outcome.conversation for outcome in self._outcomes.values())
        return tuple(conversation for conversation in conversations if conversation is not None)

    async def _let_go(self) -> None:
        for outcome in self._outcomes.values():
            if outcome.conversation is not None:
                self.prober.part(outcome.conversation)
        try:
            await self.prober.close()
        finally:
            self.prober.abort()  # also what the deadline or a cancelled press left in the middle of a sentence

    @property
    def _judge(self) -> Judge:
        return self._gate.judge

    def _is_doubted(self) -> bool:
        """Whether the address must be looked at again by the person before anybody is asked for anything."""
        may_sign_in = self._options.sign_in and not self._options.accept_address
        return may_sign_in and self._judge.suggestion is not None

    # The order of things

    async def _prove_sides(self) -> None:
        try:
            await self._find_servers()
            self._servers_settled.set()
            self._ahead.go_on_from(
                self._raced, lambda way: () if self._kept(way) else self._candidates(way), self._side
            )
            order = SignInOrder()
            receiving, sending = self._candidates(Way.RECEIVING), self._candidates(Way.SENDING)
            if not receiving or self._kept(Way.RECEIVING) is not None:
                order.decide(NOTHING_TAUGHT)
            async with asyncio.TaskGroup() as group:
                if receiving:
                    group.create_task(self._prove(Way.RECEIVING, order))
                if sending:
                    await self._prove(Way.SENDING, order)
        finally:
            await self._page.stop()
            await self._ahead.stop()

    async def _find_servers(self) -> None:
        """Waits for the plan where a side needs it, and keeps what was done ahead for the sides it agrees with."""
        draft = self._judge.draft
        needed = [way for way in Way if draft.wants(way) and not draft.given(way)]
        if not needed:
            return
        if self._plan is None and self._previous is None:
            await self._find_while_guessing(needed)
        else:
            await self._planned()
        self._leave_out_what_nobody_has(needed)

    async def _find_while_guessing(self, needed: Sequence[Way]) -> None:
        asked_s = self.prober.clock.set_back_s
        getting_ahead = asyncio.ensure_future(self._ahead.race(needed, self._planning(), self._side, asked_s))
        try:
            await self._planned()
        finally:
            getting_ahead.cancel()
            await asyncio.wait([getting_ahead])
        if not getting_ahead.cancelled():
            getting_ahead.result()  # an error that nobody expected comes out here
        await self._ahead.keep_only(self._candidates)

    def _leave_out_what_nobody_has(self, ways: Sequence[Way]) -> None:
        """A side for which no source names a server is not wanted: some services only send."""
        if self._plan is None or not self._plan.candidates:
            return
        for way in ways:
            if not self._candidates(way):
                draft = self._judge.draft.without(way)
                if draft.wants_incoming or draft.wants_outgoing:
                    self._gate.judge = replace(self._judge, draft=draft)

    async def _prove(self, way: Way, order: SignInOrder) -> None:
        candidates = self._candidates(way)
        kept = self._kept(way)
        if kept is not None:
            self._outcomes[way] = SideOutcome(kept)
            return
        side = self._ahead.sides.get(way) or self._side()
        outcome = await side.prove(candidates, order, signs_in_first=way is Way.RECEIVING)
        failed = await looked_again(self._judge, outcome.failed_reports, self._page)
        self._outcomes[way] = replace(outcome, failed_reports=failed)

    def _side(self) -> Side:
        return Side(
            prober=self.prober,
            gate=self._gate,
            find_alternatives=self._alternatives if self._options.autofix else None,
            find_usernames=self._usernames.others,
            seen=self._seen,
            sign_in=self._options.sign_in,
        )

    # Servers

    def _candidates(self, way: Way) -> tuple[ServerCandidate, ...]:
        draft = self._judge.draft
        if not draft.wants(way):
            return ()
        given = [self._judge.named_by_preset(one) for one in draft.given(way)]
        if given:
            self._notes += [sentence for _, sentence in given if sentence is not None]
            return tuple(candidate for candidate, _ in given)
        return candidates_of(self._plan, self._judge, way) if self._plan is not None else ()

    def _kept(self, way: Way) -> SideResult | None:
        return kept_side(self._previous, self._judge.draft, self._candidates(way), way)

    def _planning(self) -> asyncio.Task[Plan]:
        if self._plan_task is None:
            draft = self._judge.draft
            options = PlanOptions(ask_nobody=draft.ask_nobody, enough=self._ahead.enough, listener=self._listener)
            self._plan_task = asyncio.ensure_future(self._context.discover(draft.address, options))
        return self._plan_task

    async def _planned(self) -> Plan:
        if self._plan is not None:
            return self._plan
        self._plan = await asyncio.shield(self._planning())
        self._gate.judge = self._judge.with_plan(self._plan)
        return self._plan

    async def _alternatives(self, reports: Sequence[ProbeReport]) -> tuple[Alternative, ...]:
        """Other settings for a side that failed; where the name is the matter, every source is asked for another.

        So they are where guesses lead nowhere that no source was waited for any more.
        """
        # Who is being asked now is not asked a second time, and a race that ran ahead for other servers than the plan's
        # is dropped before it has any part in what is known.
        await self._servers_settled.wait()
        is_hurried = self._ahead.enough.is_set() and are_guesses(reports)
        if is_hurried or any(needs_other_names(report) for report in reports):
            draft = self._judge.draft
            options = PlanOptions(ask_nobody=draft.ask_nobody, repair=True, listener=self._listener)
            plan = await self._context.discover(draft.address, options)
            self._gate.judge = replace(self._judge, plan=plan)
        else:
            plan = await self._planned()
        way = reports[0].candidate.way
        others = [candidate for candidate in plan.candidates if candidate.way is way]
        found = alternatives(reports, others, self._context.services.known_hosts())
        return tuple(one for one in found if not one.asks_first or self._judge.is_of(plan.provider, one.candidate))

    # What came of it

    def _seen(self) -> tuple[ProbeReport, ...]:
        """All that the run saw by now, halves that were proven earlier among it."""
        kept = [self._kept(way) for way in Way if self._previous is not None]
        return self.prober.reports + tuple(side.report for side in kept if side is not None and side.report is not None)

    def _all_verified(self) -> bool:
        wanted = [self._outcomes.get(way) for way in Way if self._judge.draft.wants(way)]
        return bool(wanted) and all(
            outcome is not None and outcome.result.status is Status.VERIFIED for outcome in wanted
        )

    def _result(self, timed_out: bool) -> CheckResult:
        reports, judge = self.prober.reports, self._judge
        receiving, sending = self._outcomes.get(Way.RECEIVING), self._outcomes.get(Way.SENDING)
        outcomes = [outcome for outcome in (receiving, sending) if outcome is not None]
        # A side that gave up because the other's password was refused proved nothing: another port it found neither.
        speaking = [outcome for outcome in outcomes if outcome.shared_refusal is None]
        failed = [report for outcome in speaking for report in outcome.failed_reports]
        diagnoses = judge.diagnose(failed, self._seen())
        diagnoses += tuple(outcome.fixed_diagnosis for outcome in speaking if outcome.fixed_diagnosis is not None)
        diagnoses = judge.with_settings(diagnoses, reports)
        fixes = tuple(fix for outcome in speaking for fix in outcome.fixes)
        likely = self._likely() if timed_out else ()
        if self._is_doubted():
            diagnoses = mistyped(judge)
        elif not outcomes and judge.provider is not None:
            diagnoses = unsupported(judge, judge.provider)
        verdict = verdict_of(outcomes, diagnoses, fixes, signs_in=self._options.sign_in, timed_out=timed_out)
        told = {diagnosis.cause for diagnosis in diagnoses}
        # What is said of an undecided check decides nothing.
        waiting = [outcome.result.report for outcome in outcomes if outcome.needs_consent]
        likely += not_agreed(judge, [report for report in waiting if report is not None], self._seen())
        diagnoses += tuple(diagnosis for diagnosis in likely if diagnosis.cause not in told)
        said, ending = (*_put_off(outcomes, reports), *alerts(reports)), expiring(reports)
        return CheckResult(
            draft=judge.draft,
            verdict=verdict,
            started_at=self._started_at,
            elapsed_s=self.prober.clock(),
            provider=judge.provider.id if judge.provider is not None else None,
            outgoing=sending.result if sending is not None else self._unfinished(Way.SENDING),
            incoming=receiving.result if receiving is not None else self._unfinished(Way.RECEIVING),
            diagnoses=diagnoses,
            fixes=fixes,
            sign_in_attempts=sign_in_attempts(reports),
            timeline=timeline(reports),
            reports=reports,
            surroundings=surroundings((*reports, *failed)),
            notes=self._told(outcomes, said, ending),
            observed=(*said, *ending, *self._announced()),
            expiring=ending,
            asked=judge.plan.asked if judge.plan is not None else (),
            plan=judge.plan,
            known_provider=judge.provider,
        )

    def _told(self, outcomes: Sequence[SideOutcome], said: Sequence[str], ending: Sequence[str]) -> tuple[str, ...]:
        """What the person should know beside the cards, a sentence each; `said` by servers, `ending` certificates."""
        plan, provider = self._plan, self._judge.provider
        notes = list(plan.notes) if plan is not None else []
        if provider is not None and (plan is None or plan.provider is not provider):
            from wizard.discovery.presets import needs

            notes += needs(provider)  # known by the servers that were typed
        notes += self._notes
        notes += said
        waiting = [outcome.result.candidate.host for outcome in outcomes if outcome.needs_consent]
        alike = {registrable_domain(host): resembles_provider(registrable_domain(host)) for host in waiting}
        notes += [
            tr("{site} only looks like {provider}: no password goes there unasked.", site=site, provider=real)
            for site, real in alike.items()
            if real
        ]
        if not all(alike.values()):
            notes.append(
                tr("Published settings or DNS named these servers: agree to them before a password goes there.")
            )
        notes += ending
        return tuple(dict.fromkeys(notes))

    def _announced(self) -> tuple[str, ...]:
        """What the provider says will change on a day to come, a sentence each."""
        provider = self._judge.provider
        dated = provider.translated().dated if provider is not None else ()
        return tuple(fact.say for fact in dated if fact.on >= self._started_at.date())

    def _unfinished(self, way: Way) -> SideResult | None:
        """A side the deadline overtook, as far as it was settled what would be tried."""
        candidates = self._candidates(way)
        return SideResult(candidates[0], Status.FAILED) if candidates else None

    def _likely(self) -> tuple[Diagnosis, ...]:
        """The likeliest causes where the deadline passed first, from what was being waited for."""
        stuck: list[ProbeReport] = []
        for way in Way:
            if way in self._outcomes or not self._judge.draft.wants(way):
                continue
            waiting = (overtaken(report) for report in self.prober.reports if report.candidate.way is way)
            failed = [report for report in waiting if report.failure is not None]
            # What the settings themselves showed speaks, not an alternative that was tried because of it.
            planned = {candidate.endpoint for candidate in self._candidates(way)}
            stuck += [report for report in failed if report.candidate.endpoint in planned] or failed
        found = self._judge.diagnose(stuck, (*self._seen(), *stuck))
        return self._judge.with_settings(found, self.prober.reports)


def _put_off(outcomes: Sequence[SideOutcome], reports: Sequence[ProbeReport]) -> tuple[str, ...]:
    """A sentence for each server that refused for the moment and was asked once more, and what came of it."""
    busy = [outcome.result for outcome in outcomes if outcome.was_busy]
    answered = [side.candidate.host for side in busy if side.status is not Status.FAILED]
    still = [side.candidate.host for side in busy if side.status is Status.FAILED]
    return (
        *(tr("{host} was busy at first and answered when it was asked once more.", host=host) for host in answered),
        *(tr("{host} was asked once more after a pause, and was still busy.", host=host) for host in still),
        *put_off(reports),
    )
