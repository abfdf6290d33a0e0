"""Several candidates raced to the point just before sign-in: the best acceptable one wins, nobody waits for a dead end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wizard.model.evidence import Outcome, ProbeReport, Stage
from wizard.model.server import ServerCandidate
from wizard.probe.conversation import SUSPECT_S, Conversation
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed

STAGGER_S = 0.12  # above RFC 8305's minimum of 100 ms: two candidates of one account cost a server little
GRACE_S = 0.25


@dataclass(slots=True)
class Lane:
    """One candidate on its way; `wave` 0 was planned, 1 is a change the program tries by itself."""

    candidate: ServerCandidate
    rank: int
    wave: int
    conversation: Conversation
    task: asyncio.Task[None] | None = None
    opened: bool = False

    @property
    def report(self) -> ProbeReport:
        """What it showed so far."""
        return self.conversation.recorder.report()

    @property
    def is_connected(self) -> bool:
        """Whether the server answered the connection at all."""
        return any(item.stage is Stage.CONNECT and item.outcome is Outcome.OK for item in self.report.evidence)


@dataclass(frozen=True, slots=True)
class RaceResult:
    """The winner, open and not signed in, and what every lane showed; `planned_failed` only when all of wave 0 did."""

    winner: Lane | None
    lanes: tuple[Lane, ...] = field(default_factory=tuple)

    @property
    def reports(self) -> tuple[ProbeReport, ...]:
        """All reports, the winner's last."""
        losers = [lane.report for lane in self.lanes if lane is not self.winner]
        return tuple(losers) + ((self.winner.report,) if self.winner is not None else ())


Spares = Callable[[tuple[ProbeReport, ...]], Sequence[ServerCandidate]]


def no_spares(_: tuple[ProbeReport, ...]) -> Sequence[ServerCandidate]:
    """For runs in which only the planned candidates are tried."""
    return ()


class Race:
    """One race.

    Args:
        prober: makes the conversations.
        candidates: the planned ones, best first.
        spares: what else may be tried, asked for when every planned one failed, or when none has opened and the
            best has been silent long enough to suspect a block (3.3 s).
    """

    def __init__(self, prober: Prober, candidates: Sequence[ServerCandidate], spares: Spares = no_spares) -> None:
        self._prober = prober
        self._spares = spares
        self._planned = list(candidates)
        self._lanes: list[Lane] = []
        self._changed = asyncio.Event()
        self._clock = asyncio.get_running_loop().time

    async def run(self) -> RaceResult:
        """Runs until there is a winner or nothing left; cancelling frees every socket."""
        winner: Lane | None = None
        try:
            winner = await self._until_decided()
            return RaceResult(winner, tuple(self._lanes))
        finally:
            await self._stop_all_but(winner)

    async def _until_decided(self) -> Lane | None:
        started = self._clock()
        next_start = started
        asked_spares = False
        first_opened_at: float | None = None
        waiting = [(candidate, 0) for candidate in self._planned]
        while True:
            now = self._clock()
            if waiting and now >= next_start:
                candidate, wave = waiting.pop(0)
                self._start(candidate, wave)
                next_start = now + STAGGER_S
                continue
            under_way = [lane for lane in self._lanes if lane.task is not None and not lane.task.done()]
            opened = [lane for lane in self._lanes if lane.opened]
            if opened and first_opened_at is None:
                first_opened_at = now
            best = min(opened, key=lambda lane: (lane.wave, lane.rank), default=None)
            if best is not None and first_opened_at is not None:
                rivals = [lane for lane in under_way if (lane.wave, lane.rank) < (best.wave, best.rank)]
                if not any(lane.is_connected for lane in rivals) or now - first_opened_at >= GRACE_S:
                    return best
            if best is None and not waiting and not asked_spares:
                planned_done = not under_way
                if planned_done or now - started >= SUSPECT_S:
                    asked_spares = True
                    tried = {lane.candidate.endpoint for lane in self._lanes}
                    reports = tuple(lane.report for lane in self._lanes)
                    waiting = [(spare, 1) for spare in self._spares(reports) if spare.endpoint not in tried]
                    next_start = now
                    if waiting:
                        continue
            if best is None and not waiting and not under_way:
                return None
            await self._wait(self._next_moment(now, waiting, next_start, started, asked_spares, first_opened_at))

    def _next_moment(
        self,
        now: float,
        waiting: list[tuple[ServerCandidate, int]],
        next_start: float,
        started: float,
        asked_spares: bool,
        first_opened_at: float | None,
    ) -> float | None:
        moments = []
        if waiting:
            moments.append(next_start)
        if not asked_spares:
            moments.append(started + SUSPECT_S)
        if first_opened_at is not None:
            moments.append(first_opened_at + GRACE_S)
        return max(0.0, min(moments) - now) if moments else None

    async def _wait(self, seconds: float | None) -> None:
        self._changed.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass

    def _start(self, candidate: ServerCandidate, wave: int) -> None:
        lane = Lane(candidate, len(self._lanes), wave, self._prober.conversation(candidate))
        lane.task = asyncio.ensure_future(self._run(lane))
        lane.task.add_done_callback(lambda _: self._changed.set())
        self._lanes.append(lane)

    async def _run(self, lane: Lane) -> None:
        try:
            async with self._prober.place(lane.candidate.host):
                await lane.conversation.open()
            lane.opened = True
        except StageFailed:
            lane.conversation.abort()
        except BaseException:
            lane.conversation.abort()
            raise

    async def _stop_all_but(self, winner: Lane | None) -> None:
        tasks = [lane.task for lane in self._lanes if lane.task is not None]
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for lane in self._lanes:
            if lane is winner:
                continue
            if lane.opened:
                self._prober.part(lane.conversation)
            else:
                lane.conversation.abort()
        for result in results:
            if isinstance(result, Exception):
                raise result
