"""Gets ahead of discovery: races guessed servers while sources are silent, up to the point before any sign-in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from wizard.imports import imported
from wizard.model.plan import Plan, PlanOptions
from wizard.model.server import Protocol, ServerCandidate, Way
from wizard.net import patience
from wizard.probe.race import RaceResult
from wizard.setup.context import SessionContext
from wizard.setup.judge import Judge
from wizard.setup.side import Side

# What speaks with a side takes as long to import as a look-up; sending, which takes more round trips, comes first.
WHAT_SPEAKS = {Way.SENDING: "wizard.probe.smtp", Way.RECEIVING: "wizard.probe.imap"}
SOURCES_S = 0.45  # sources that need longer are not waited for once the first guessed server is open
LOOK_UP_S = 0.08  # what of it they are spared where their names were looked up before


def candidates_of(plan: Plan, judge: Judge, way: Way) -> tuple[ServerCandidate, ...]:
    """One side's candidates as the best source named them, with the user name that the person said."""
    found = [candidate for candidate in plan.candidates if candidate.way is way]
    # IMAP before POP3; what other sources named is for repairs.
    best = sorted(
        (one for one in found if one.source is found[0].source), key=lambda one: one.protocol is Protocol.POP3
    )
    name = judge.draft.username_of(way)
    return tuple(replace(one, username=name) if name else one for one in best)


class Ahead:
    """The races that were begun before the plan was there.

    Args:
        context: the session's.
        judge: the account's, as far as it is known before the plan.
    """

    def __init__(self, context: SessionContext, judge: Judge) -> None:
        self._context = context
        self._judge = judge
        self.enough = asyncio.Event()
        self.sides: dict[Way, Side] = {}

    async def race(
        self, ways: Sequence[Way], planning: asyncio.Task[Plan], new_side: Callable[[], Side], asked_s: float
    ) -> None:
        """Races guessed servers; where the first one to sign in at is open, `enough` is set: nobody is waited for,
        unless the other side's guesses have failed by then.

        No password goes to any of them before the plan is there and has nobody better.
        `new_side` makes a side that races; `asked_s` seconds ago names were asked for, where that was done before.
        """
        began = patience.now()
        if planning.done():  # it began before: a preset answers at once
            return
        guessed = await self._context.discover(self._judge.draft.address, PlanOptions(ask_nobody=True))
        wanted = {way: candidates_of(guessed, self._judge, way) for way in ways}
        if not all(wanted.values()):
            return
        looking = self._look_up(candidates[0].host for candidates in wanted.values())
        try:
            await asyncio.sleep(0)  # the sources are asked before anything else is loaded
            races = {}
            for way in (way for way in WHAT_SPEAKS if way in wanted):
                await imported(WHAT_SPEAKS[way])  # while the names are looked up
                side = self.sides[way] = new_side()
                races[way] = side.start(wanted[way], asked_s=side.prober.clock())
            leading = races[ways[0]]
            await asyncio.wait([leading])
        finally:
            for look in looking:
                look.cancel()
            await asyncio.gather(*looking, return_exceptions=True)
        if leading.result().winner is not None:
            await patience.sleep_until(began + SOURCES_S - min(asked_s, LOOK_UP_S))
            if not any(side.is_at_a_loss for side in self.sides.values()):
                self.enough.set()  # where guesses lead nowhere the sources are all there is

    def _look_up(self, hosts: Iterable[str]) -> list[asyncio.Task[Any]]:
        """Begins to look names up; the answers are kept for a moment, and who dials by then has them too."""
        resolver = self._context.services.resolver
        asks = [ask(host) for host in dict.fromkeys(hosts) for ask in (resolver.ipv4, resolver.ipv6)]
        return [asyncio.ensure_future(ask) for ask in asks]

    def go_on_from(
        self,
        raced: Mapping[Way, RaceResult],
        wanted: Callable[[Way], Sequence[ServerCandidate]],
        new_side: Callable[[], Side],
    ) -> None:
        """Goes on with races that were run before the check began, as far as they lead to servers that are wanted."""
        for way, race in raced.items():
            side = new_side()
            if way not in self.sides and side.go_on_from(race, wanted(way)):
                self.sides[way] = side
            else:
                side.prober.forget(lane.conversation for lane in race.lanes)

    async def keep_only(self, wanted: Callable[[Way], Sequence[ServerCandidate]]) -> None:
        """Ends the races that run for other servers than the plan's: they are in no report."""
        for way, side in [*self.sides.items()]:
            if not side.has_started(wanted(way)):
                await side.drop()
                del self.sides[way]

    async def stop(self) -> None:
        """Ends the races that were not gone on with."""
        for side in self.sides.values():
            await side.stop()
