"""Proves one side, sending or receiving: races its candidates, signs in on the winner, tries what may be tried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from wizard.model.account import SideResult, Status
from wizard.model.diagnosis import Change, Diagnosis
from wizard.model.evidence import ErrorKind, ProbeReport, Stage
from wizard.model.provider import SignInWay
from wizard.model.server import WITHOUT_SIGN_IN, ServerCandidate, Way
from wizard.probe.conversation import Conversation
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed
from wizard.probe.mechanisms import TOKEN_METHODS, token_only
from wizard.probe.race import Race, RaceResult, Spares, no_spares
from wizard.setup.autofix import Alternative, applied, fix_for
from wizard.setup.judge import Judge
from wizard.setup.likeliest import overtaken, published_late, with_detail, with_reply
from wizard.setup.secret_gate import SecretGate
from wizard.setup.side_outcome import SideOutcome
from wizard.setup.sign_in_order import NOTHING_TAUGHT, FirstSignIn, SignInOrder

RETRY_S = 2.0  # a server that is busy is asked once more, after a pause

FindAlternatives = Callable[[Sequence[ProbeReport]], Awaitable[tuple[Alternative, ...]]]
FindUsernames = Callable[[ServerCandidate], Awaitable[tuple[str, ...]]]


class Side(Struct):
    """One side of a check.

    Args:
        prober: makes conversations.
        gate: signs in; its judge knows the account and its provider, and names the cause of failed reports.
        find_alternatives: other settings that may be tried; None when nothing but the planned may be tried.
        find_usernames: other forms of a candidate's user name, likeliest first.
        seen: all that the run saw by now.
        sign_in: whether to sign in at all.
    """

    prober: Prober
    gate: SecretGate
    find_alternatives: FindAlternatives | None
    find_usernames: FindUsernames
    seen: Callable[[], Sequence[ProbeReport]]
    sign_in: bool
    _race: Race | None = None
    _racing: asyncio.Future[RaceResult] | None = None
    _raced: tuple[ServerCandidate, ...] = ()
    _alternatives: dict[object, Alternative] = field(default_factory=dict)
    _shut: ProbeReport | None = None  # what the other form of the user name heard of a lock

    @property
    def judge(self) -> Judge:
        """What is known of the account by now."""
        return self.gate.judge

    @property
    def is_at_a_loss(self) -> bool:
        """Whether the race that was started has led nowhere so far."""
        return self._race is not None and self._race.is_at_a_loss

    def start(self, candidates: Sequence[ServerCandidate], *, asked_s: float = 0.0) -> asyncio.Future[RaceResult]:
        """Begins the race up to the point before sign-in, its names asked so long ago; `prove` goes on from there."""
        self._raced = tuple(candidates)
        self._race = Race(self.prober, candidates, self._race_alternatives(), asked_s=asked_s)
        self._racing = asyncio.ensure_future(self._race.run())
        return self._racing

    def go_on_from(self, race: RaceResult, candidates: Sequence[ServerCandidate]) -> bool:
        """Whether a race that was run beforehand is this side's own, which `prove` then goes on from.

        It is where the one that won is tried first now, or where the same were raced.
        """
        wanted = {candidate.endpoint: candidate for candidate in candidates}
        raced = [lane.candidate.endpoint for lane in race.lanes]
        if race.winner is None or race.winner.candidate.endpoint not in wanted:
            return False
        candidate = wanted[race.winner.candidate.endpoint]
        if candidate is not candidates[0] and raced != [*wanted][: len(raced)]:
            return False
        # The person may have said another user name since.
        race.winner.candidate = candidate
        race.winner.conversation.candidate = race.winner.conversation.recorder.candidate = candidate
        self._racing = asyncio.get_running_loop().create_future()
        self._racing.set_result(race)
        return True

    def has_started(self, candidates: Sequence[ServerCandidate]) -> bool:
        """Whether these are the candidates that race."""
        return [(one.endpoint, one.username) for one in candidates] == [
            (one.endpoint, one.username) for one in self._raced
        ]

    async def stop(self) -> None:
        """Ends a race that was started and not gone on with."""
        racing, self._racing = self._racing, None
        if racing is None:
            return
        racing.cancel()
        await asyncio.wait([racing])
        winner = None if racing.cancelled() else racing.result().winner
        if winner is not None:
            self.prober.part(winner.conversation)

    async def drop(self) -> None:
        """Ends a race that nobody wants any more: it is in no report."""
        await self.stop()
        if self._race is not None:
            self.prober.forget(lane.conversation for lane in self._race.lanes)

    async def prove(
        self, candidates: Sequence[ServerCandidate], order: SignInOrder, *, signs_in_first: bool
    ) -> SideOutcome:
        """Runs the side to its end. `signs_in_first` is True for the side whose sign-in the other one waits for."""
        if signs_in_first:
            order.expect(lambda: self._race.held_up_s if self._race is not None else 0.0)
        try:
            outcome = await self._prove(candidates, order, signs_in_first)
            if not self._may_be_over_soon(outcome):
                return outcome
            await asyncio.sleep(RETRY_S)
            return replace(await self._prove(candidates, order, signs_in_first), was_busy=True)
        finally:
            self._race = None  # it holds what asks this side
            if signs_in_first:
                order.decide(NOTHING_TAUGHT)

    async def _prove(
        self, candidates: Sequence[ServerCandidate], order: SignInOrder, signs_in_first: bool
    ) -> SideOutcome:
        if self._racing is not None:
            race, self._racing = await self._racing, None
        else:
            self._race = Race(self.prober, candidates, self._race_alternatives())
            race = await self._race.run()
        named = published_late(race, candidates, self.judge)
        if race.winner is None:
            planned = named or tuple(lane.report for lane in race.lanes if lane.wave == 0)
            return self._failed(planned[0].candidate if planned else candidates[0], planned)
        conversation = race.winner.conversation
        planned = tuple(lane.report for lane in race.lanes if lane.wave == 0 and lane is not race.winner)
        is_planned = race.winner.wave == 0 or bool(named and conversation.candidate.source.is_published)
        alternative = None if is_planned else self._alternatives.get(conversation.candidate.endpoint)
        outcome = await self._signed_in(conversation, order, signs_in_first)
        if alternative is None and outcome.nothing_was_sent and self.find_alternatives:
            outcome = await self._elsewhere(outcome, order, signs_in_first) or outcome
        if alternative is not None and outcome.needs_consent:
            return outcome  # a server that waits for the person's yes has put nothing right yet
        if alternative is not None and outcome.result.status is not Status.FAILED:
            # Who was still silent when another setting won gave way as well.
            outcome = self._with_fix(outcome, tuple(map(overtaken, planned)) or race.reports, alternative)
        elif planned and outcome.only_takes_mail_in:
            outcome = self._failed(candidates[0], tuple(map(overtaken, planned)))
        elif alternative is not None:
            outcome = replace(outcome, failed_reports=outcome.failed_reports or planned)
        return outcome

    def _may_be_over_soon(self, outcome: SideOutcome) -> bool:
        """Whether the server turned everybody away for the moment, before any password was sent."""
        reports = outcome.failed_reports
        if outcome.result.status is not Status.FAILED or not reports or self.prober.is_spent:
            return False
        if self.find_alternatives is None or any(report.sign_in_attempts for report in reports):
            return False  # what was sent in vain is not sent again by itself (promise 4)
        return next((cause.implies.temporary for cause in self._diagnose(reports)), False)

    def _diagnose(self, reports: Sequence[ProbeReport]) -> tuple[Diagnosis, ...]:
        return self.judge.diagnose(reports, self.seen())

    def _race_alternatives(self) -> Spares:
        find = self.find_alternatives
        if find is None:
            return no_spares

        async def ask(reports: tuple[ProbeReport, ...]) -> Sequence[ServerCandidate]:
            listed = await find(reports)
            self._alternatives.update((alternative.candidate.endpoint, alternative) for alternative in listed)
            return [alternative.candidate for alternative in listed]

        return ask

    async def _elsewhere(self, outcome: SideOutcome, order: SignInOrder, signs_in_first: bool) -> SideOutcome | None:
        """The same account at another port, after a server that offers no sign-in we may use."""
        reports = outcome.failed_reports
        if self.find_alternatives is None:
            return None
        listed = await self.find_alternatives(reports)
        if not listed:
            return None
        race = await Race(self.prober, [alternative.candidate for alternative in listed]).run()
        if race.winner is None:
            return None
        alternative = next(item for item in listed if item.candidate.endpoint == race.winner.candidate.endpoint)
        other = await self._signed_in(race.winner.conversation, order, signs_in_first)
        if other.result.status is Status.VERIFIED:
            return self._with_fix(other, reports, alternative)
        # A server that heard the password and refused it has more to say than the port that offered no sign-in.
        went_further = any(report.sign_in_attempts for report in other.failed_reports)
        return other if went_further else None

    async def _signed_in(self, conversation: Conversation, order: SignInOrder, signs_in_first: bool) -> SideOutcome:
        candidate = conversation.candidate
        has_secret, needs_consent = self.gate.has_secret_for(candidate), self.gate.needs_yes(candidate)
        if self.sign_in and not has_secret and self._wants_browser(conversation):
            return self._without_token(conversation)
        if self.sign_in and not has_secret and self._needs_no_sign_in(conversation):
            return await self._proven_usable(conversation)
        if not self.sign_in or not has_secret or needs_consent:
            return self._reached(conversation, needs_consent=needs_consent and self.sign_in)
        follows = not signs_in_first and self.judge.draft.outgoing_secret is None
        if follows:
            # The last attempt is the first side's, however late it is: what it hears holds for both.
            goes_first = order.is_held_up and self.gate.can_spare_one(candidate)
            heard = NOTHING_TAUGHT if goes_first else await order.heard()
            if heard.refusal is not None:
                return replace(self._reached(conversation), shared_refusal=heard.refusal)
            if heard.fix is not None and heard.username in await self.find_usernames(candidate):
                return await self._as_taught(conversation, heard)
        if signs_in_first:
            order.begin()
        refused = await self._attempt(conversation)
        if refused is not None and self._needs_no_sign_in(conversation):
            refused = await self._seen_without_sign_in(conversation, refused)
        if refused is None:
            if signs_in_first:
                order.decide(NOTHING_TAUGHT)
            return await self._proven_usable(conversation)
        cause = next(iter(self._diagnose([refused])), None)
        self.prober.part(conversation)  # before another line is opened: two per host is all (promise 15)
        if follows and not order.is_decided and (await order.heard()).refusal is not None:
            return self._failed(candidate, (refused,))  # both refuse the name and the password: no other name is tried
        other = await self._other_form(conversation, refused, cause)
        if self._shut is not None:
            refused = replace(self._shut, candidate=candidate)
            cause = next(iter(self._diagnose([refused])), None)
        if signs_in_first:
            taught = FirstSignIn(fix=other.fixed_diagnosis, username=other.result.candidate.username) if other else None
            is_shared = cause is not None and cause.implies.whole_account
            order.decide(taught or FirstSignIn(refusal=cause if is_shared else None))
        return other if other is not None else self._failed(candidate, (refused,))

    def _needs_no_sign_in(self, conversation: Conversation) -> bool:
        """Whether the server may be a relay, which offers no sign-in and takes mail without."""
        return conversation.candidate.way is Way.SENDING and not conversation.offered and conversation.is_open

    async def _seen_without_sign_in(self, conversation: Conversation, refused: ProbeReport) -> ProbeReport:
        """The refusal, with what the server says to a message without sign-in: that it takes one, or why not."""
        try:
            await conversation.prove_usable(self.judge.draft.address.wire)
        except StageFailed as failed:
            return refused if failed.reply is None else with_reply(refused, failed.reply)
        return conversation.recorder.report()

    async def _attempt(self, conversation: Conversation) -> ProbeReport | None:
        """One sign-in through the gate; None when it went well, otherwise the report that says why not."""
        try:
            await self.gate.sign_in(conversation)
        except StageFailed:
            return conversation.recorder.report()
        return None

    async def _other_form(
        self, conversation: Conversation, refused: ProbeReport, cause: Diagnosis | None
    ) -> SideOutcome | None:
        """The other form of the user name, tried once after a plain refusal; None when it is no help (promise 4)."""
        if self.find_alternatives is None or cause is None or not cause.implies.plain_refusal:
            return None
        if not self.gate.can_spare_one(conversation.candidate):
            return None  # the other side was refused before: what is left is for what the person types next
        name = next(iter(await self.find_usernames(conversation.candidate)), None)
        other = await self._with_other_name(conversation.candidate, name, cause)
        if other is None:
            return None
        told = with_detail(refused, other_form_works=True, other_username=name or "")
        outcome = await self._proven_usable(other)
        return self._with_fix(outcome, (told,), Alternative(other.candidate, Change.OTHER_USERNAME_FORM))

    async def _with_other_name(
        self, candidate: ServerCandidate, name: str | None, cause: Diagnosis | None
    ) -> Conversation | None:
        """A conversation that is signed in under the other name, tried once at each server after a plain refusal."""
        plainly_refused = cause is not None and cause.implies.plain_refusal
        if name is None or not plainly_refused or self.judge.draft.oauth_token is not None:
            return None
        if not self.gate.press.allows_other_form(f"{candidate.protocol.value} {candidate.host}"):
            return None
        again = self.prober.conversation(replace(candidate, username=name))
        try:
            await self.gate.open(again)
        except StageFailed:
            report = again.recorder.report()
            told = next(iter(self._diagnose([report])), None) if report.sign_in_attempts else None
            if told is not None and told.implies.whole_account and not told.implies.plain_refusal:
                self._shut = report
            return None
        return again

    async def _as_taught(self, conversation: Conversation, heard: FirstSignIn) -> SideOutcome:
        """Signs in with the form of the user name that worked on the other side: no refusal is spent on finding out."""
        before = conversation.candidate
        after = replace(before, username=heard.username or before.username)
        conversation.candidate = conversation.recorder.candidate = after
        refused = await self._attempt(conversation)
        if refused is not None:
            self.prober.part(conversation)
            # What one side wants is a hint for the other, no more: the name as it was said is tried there as well.
            as_said = await self._with_other_name(before, before.username, next(iter(self._diagnose([refused])), None))
            return self._failed(after, (refused,)) if as_said is None else await self._proven_usable(as_said)
        outcome = await self._proven_usable(conversation)
        if heard.fix is None or outcome.result.status is not Status.VERIFIED:
            return outcome
        diagnosis, remedy = applied(heard.fix, Alternative(after, Change.OTHER_USERNAME_FORM))
        return replace(outcome, fixes=(fix_for(diagnosis, remedy, before, after),))

    async def _proven_usable(self, conversation: Conversation) -> SideOutcome:
        """Asks the server for what a mail program asks next, so that a refusal there is met now, not later."""
        try:
            await conversation.prove_usable(self.judge.draft.address.wire)
        except StageFailed:
            self.prober.part(conversation)
            return self._failed(conversation.candidate, (conversation.recorder.report(),))
        result = self._result(conversation, Status.VERIFIED)
        if not conversation.recorder.report().has_signed_in:
            result = replace(result, auth=WITHOUT_SIGN_IN)
        return SideOutcome(result, (), None, (), conversation)

    def _with_fix(self, outcome: SideOutcome, failed: tuple[ProbeReport, ...], alternative: Alternative) -> SideOutcome:
        diagnoses = self._diagnose(failed)
        if not diagnoses:
            return outcome
        diagnosis, remedy = applied(diagnoses[0], alternative)
        before = failed[0].candidate
        fix = fix_for(diagnosis, remedy, before, alternative.candidate)
        return replace(outcome, fixed_diagnosis=diagnosis, fixes=(*outcome.fixes, fix))

    def _wants_browser(self, conversation: Conversation) -> bool:
        """Whether only a sign-in in the browser opens this account, by the server's word or its provider's."""
        offered, protocol = conversation.offered, conversation.candidate.protocol
        if token_only(offered):
            return True
        if self.judge.provider is None or set(offered).isdisjoint(TOKEN_METHODS):
            return False
        own = (
            server.sign_in for server in self.judge.provider.servers if server.protocol is protocol and server.sign_in
        )
        own_way = next(own, None)
        return own_way == (SignInWay.OAUTH2,) if own_way is not None else self.judge.provider.wants_browser

    def _without_token(self, conversation: Conversation) -> SideOutcome:
        """Reached and encrypted; what is missing is told as the failure of a sign-in that was not begun."""
        # Of what is offered, the methods that the provider lets anybody use.
        usable = " ".join(method for method in conversation.offered if method in TOKEN_METHODS)
        missing = StageFailed(Stage.AUTH, ErrorKind.NO_COMMON_AUTH, detail={"mechanisms": usable})
        conversation.recorder.failed(missing, 0.0)
        return replace(self._reached(conversation), failed_reports=(conversation.recorder.report(),))

    def _reached(self, conversation: Conversation, *, needs_consent: bool = False) -> SideOutcome:
        self.prober.part(conversation)
        return SideOutcome(self._result(conversation, Status.REACHED), needs_consent=needs_consent)

    def _failed(self, candidate: ServerCandidate, reports: tuple[ProbeReport, ...]) -> SideOutcome:
        """The side with the server that its card will be about; `candidate` where nothing was tried."""
        told = next(iter(self._diagnose(reports)), None) if len(reports) > 1 else None
        named = (report for report in reports if told is not None and str(report.candidate.endpoint) == told.server)
        report = next(named, reports[0] if reports else None)
        result = SideResult(report.candidate if report else candidate, Status.FAILED, report=report)
        return SideOutcome(result, failed_reports=reports)

    @staticmethod
    def _result(conversation: Conversation, status: Status) -> SideResult:
        report = conversation.recorder.report()
        return SideResult(conversation.candidate, status, report.auth, report.max_message_bytes, report)
