"""Lines kept warm while the password is typed: the servers are raced beforehand, and nothing secret is sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from msgspec import Struct

from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.plan import Plan
from wizard.model.progress import nobody
from wizard.model.server import ServerCandidate, Way
from wizard.probe.engine import Prober
from wizard.probe.race import Race, RaceResult
from wizard.setup.ahead import candidates_of
from wizard.setup.context import SessionContext
from wizard.setup.judge import Judge
from wizard.setup.secret_gate import SecretGate

WARM_S = 60.0  # a server's place is not held for longer: who types for longer has a line made for them
# Exim takes ten commands that are no mail (smtp_accept_max_nonmail), Postfix waits for 10 s when it is busy and for
# 300 s otherwise, routers forget a silent line after a minute or more.
STILL_THERE_S = 15.0
FRESH_S = STILL_THERE_S + 3.0  # a line that was not heard for longer may be dead: the computer slept meanwhile


class Raced(Struct, frozen=True):
    """What was done before the press: by side who raced and who won; `prober` holds all of it, and closes it."""

    prober: Prober
    sides: dict[Way, RaceResult]


class WarmLines:
    """One verified line a side for an address, from when its servers are known until a check takes them.

    Only servers that a check would sign in to unasked are dialled, at most two connections each; no name but the
    standard ones is said, nothing is signed in to, and whatever fails is forgotten: the check finds it out anew. A line
    that its server ends, or says anything on unasked, is not used any more.

    Args:
        context: the session's.
        address: whose servers they are.
    """

    def __init__(self, context: SessionContext, address: Address) -> None:
        self.address = address
        self._context = context
        self._prober = context.prober(AccountDraft(address), nobody)
        self._sides: dict[Way, RaceResult] = {}
        self._heard_at: dict[Way, float] = {}  # by the wall clock, which goes on while the computer sleeps
        self._keeping: asyncio.Task[None] | None = None

    def open(self, plan: Plan) -> None:
        """Begins to race the plan's servers, where they may be reached without a question."""
        if self._keeping is None:
            self._keeping = asyncio.ensure_future(self._keep(self._candidates(plan)))

    async def take(self) -> Raced:
        """The lines that are good to go on with, which the caller closes; whatever else was begun is ended at once."""
        good = {way: raced for way, raced in self._sides.items() if self._is_good(way, raced)}
        try:
            await self._end()
        except BaseException:
            self._prober.abort()
            raise
        wanted = {lane.conversation for raced in good.values() for lane in raced.lanes}
        self._prober.forget_all_but(wanted)
        return Raced(self._prober, good)

    async def close(self) -> None:
        """Ends what is under way, and the lines; who is not heard in a quarter of a second is hung up on."""
        try:
            await self._end()
            sides, self._sides = self._sides, {}
            for raced in sides.values():
                if raced.winner is not None:
                    self._prober.part(raced.winner.conversation)
            await self._prober.close()
        finally:
            self._prober.abort()

    async def _end(self) -> None:
        """Ends the races and the waiting; lines that are open stay so."""
        keeping, self._keeping = self._keeping, None
        if keeping is None:
            return
        keeping.cancel()
        await asyncio.wait([keeping])
        if not keeping.cancelled():
            keeping.result()  # an error that nobody expected comes out here

    def _candidates(self, plan: Plan) -> dict[Way, tuple[ServerCandidate, ...]]:
        context, draft = self._context, AccountDraft(self.address)
        judge = Judge.of(context.services, draft, plan)
        is_doubted = judge.suggestion is not None and not context.options.accept_address
        wants_browser = judge.provider is not None and judge.provider.wants_browser
        if not context.options.sign_in or is_doubted or wants_browser:
            return {}
        gate = SecretGate(judge, context.options, context.services.budget)
        found = {way: candidates_of(plan, judge, way) for way in Way}
        return {way: ones for way, ones in found.items() if ones and not any(map(gate.needs_yes, ones))}

    async def _keep(self, candidates: Mapping[Way, tuple[ServerCandidate, ...]]) -> None:
        async with asyncio.TaskGroup() as group:
            for way, ones in candidates.items():
                group.create_task(self._keep_side(way, ones))

    async def _keep_side(self, way: Way, candidates: tuple[ServerCandidate, ...]) -> None:
        """Races one side's servers and keeps the line of the one that won, until it is taken, lost or too old."""
        raced = await Race(self._prober, candidates).run()
        if raced.winner is None:
            return
        line = raced.winner.conversation
        loop = asyncio.get_running_loop()
        until = loop.time() + WARM_S
        while line.is_quiet and line.connector.is_encrypted:
            self._sides[way], self._heard_at[way] = raced, time.time()
            pause_s = min(STILL_THERE_S, until - loop.time())
            if pause_s <= 0:
                break
            await asyncio.sleep(pause_s)
            del self._sides[way]  # no line is taken while it is asked: what it answers would be read as another answer
            if not await line.still_answers():
                break
        self._sides.pop(way, None)
        self._prober.part(line)

    def _is_good(self, way: Way, raced: RaceResult) -> bool:
        line = raced.winner.conversation if raced.winner is not None else None
        is_fresh = 0 <= time.time() - self._heard_at[way] <= FRESH_S
        return line is not None and is_fresh and line.is_quiet
