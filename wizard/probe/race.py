"""Several candidates raced to the point just before sign-in: the best one wins, nobody waits for a dead end."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from msgspec import Struct, field

from wizard.model.evidence import ErrorKind, ProbeReport, Stage
from wizard.model.server import ServerCandidate
from wizard.net import patience
from wizard.net.look_up import STAGGER_S
from wizard.probe.connector import SUSPECT_S
from wizard.probe.conversation import Conversation
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed

GRACE_S = 0.25
PER_FAILURE = 5  # a candidate that failed makes room for so many at once, as long as no server answers at all
GIVE_UP_S = 8.5  # by then each planned port had its three SYNs; a spare that is silent is not waited for


class Lane(Struct):
    """One candidate on its way; `wave` 0 was planned, 1 is a change the program tries by itself."""

    candidate: ServerCandidate
    rank: int
    wave: int
    conversation: Conversation
    task: asyncio.Task[None] | None = None
    opened: bool = False
    started: float = 0.0

    @property
    def report(self) -> ProbeReport:
        """What it showed so far."""
        return self.conversation.recorder.report()

    @property
    def is_connected(self) -> bool:
        """Whether the server answered the connection at all."""
        return self.conversation.recorder.has_passed(Stage.CONNECT)


class RaceResult(Struct, frozen=True):
    """The winner, open and not signed in, and what every lane showed."""

    winner: Lane | None
    lanes: tuple[Lane, ...] = field(default_factory=tuple)

    @property
    def reports(self) -> tuple[ProbeReport, ...]:
        """All reports, the winner's last."""
        losers = [lane.report for lane in self.lanes if lane is not self.winner]
        return tuple(losers) + ((self.winner.report,) if self.winner is not None else ())


Spares = Callable[[tuple[ProbeReport, ...]], Awaitable[Sequence[ServerCandidate]]]


async def no_spares(_: tuple[ProbeReport, ...]) -> Sequence[ServerCandidate]:
    """For runs in which only the planned candidates are tried."""
    return ()


def _order(lane: Lane) -> tuple[int, int]:
    return lane.wave, lane.rank


class Race:
    """One race.

    Args:
        prober: makes the conversations.
        candidates: the planned ones, best first.
        spares: what else may be tried, asked for when every planned one failed, or when none has opened and the
            best has been silent long enough to suspect a block (3.3 s).
        asked_s: how long ago the names began to be looked up: a part of the first one's lead over the second.
    """

    def __init__(
        self,
        prober: Prober,
        candidates: Sequence[ServerCandidate],
        spares: Spares = no_spares,
        *,
        asked_s: float = 0.0,
    ) -> None:
        self._prober = prober
        self._asked_s = asked_s
        self._spares = spares
        self._planned = list(candidates)
        self._lanes: list[Lane] = []
        self._changed = asyncio.Event()
        self._spare_task: asyncio.Future[Sequence[ServerCandidate]] | None = None
        self._spares_taken = False

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Those begun so far."""
        return tuple(self._lanes)

    @property
    def is_at_a_loss(self) -> bool:
        """Whether nothing that was planned has led anywhere so far."""
        return self._spare_task is not None

    @property
    def held_up_s(self) -> float:
        """For how many seconds the server tried first has let nobody connect, while no other is open."""
        if not self._lanes or self._lanes[0].is_connected or any(lane.opened for lane in self._lanes):
            return 0.0
        return patience.now() - self._lanes[0].started

    async def run(self) -> RaceResult:
        """Runs until there is a winner or nothing left; cancelling frees every socket."""
        winner: Lane | None = None
        try:
            winner = await self._until_decided()
            return RaceResult(winner, tuple(self._lanes))
        finally:
            await self._stop_all_but(winner)

    async def _until_decided(self) -> Lane | None:
        started = patience.now()
        next_start = started
        failures_seen = free_starts = 0
        first_opened_at: float | None = None
        waiting = [(candidate, 0) for candidate in self._planned]
        while True:
            now = patience.now()
            if self._spare_task is not None and self._spare_task.done() and not self._spares_taken:
                self._spares_taken = True
                tried = {lane.candidate.endpoint for lane in self._lanes}
                waiting += [(spare, 1) for spare in self._spare_task.result() if spare.endpoint not in tried]
            closed = self._turned_away() if waiting else set()
            waiting = [(one, wave) for one, wave in waiting if (one.host, one.port) not in closed]
            if self._prober.is_spent:
                waiting = [(candidate, wave) for candidate, wave in waiting if wave == 0]
            under_way = [lane for lane in self._lanes if lane.task is not None and not lane.task.done()]
            failures = len(self._lanes) - len(under_way) - sum(lane.opened for lane in self._lanes)
            free_starts += PER_FAILURE * (failures - failures_seen)
            if any(lane.is_connected for lane in under_way):
                free_starts = 0
            failures_seen = failures
            rest_s = self._rest_s(under_way) if len(self._lanes) > 1 else 0.0
            if waiting and (free_starts or (now >= next_start and not rest_s)):
                free_starts = max(0, free_starts - 1)
                self._start(*waiting.pop(0))
                next_start = now + (STAGGER_S if len(self._lanes) > 1 else max(0.0, STAGGER_S - self._asked_s))
                continue
            best = min((lane for lane in self._lanes if lane.opened), key=_order, default=None)
            if best is not None:
                first_opened_at = first_opened_at or now
                rivals = [lane for lane in under_way if _order(lane) < _order(best)]
                if now - first_opened_at >= GRACE_S or not any(lane.is_connected for lane in rivals):
                    return best
            elif not waiting and self._spare_task is None and (not under_way or now - started >= SUSPECT_S):
                self._ask_spares()
                continue
            elif self._is_over(now - started, waiting=bool(waiting), under_way=under_way):
                return None
            moments = [max(next_start, now + rest_s)] if waiting else []
            if self._spare_task is None:
                moments.append(started + SUSPECT_S)
            if now - started < GIVE_UP_S:
                moments.append(started + GIVE_UP_S)
            if first_opened_at is not None:
                moments.append(first_opened_at + GRACE_S)
            await self._wait(min(moments, default=math.inf))

    def _rest_s(self, under_way: Sequence[Lane]) -> float:
        """Seconds for which no third server is tried: one has let us in, and goes on answering."""
        idle = [lane.conversation.recorder.idle_s for lane in under_way if lane.is_connected]
        return max(0.0, GRACE_S - min(idle, default=GRACE_S))

    def _is_over(self, elapsed_s: float, *, waiting: bool, under_way: Sequence[Lane]) -> bool:
        """Whether nothing more is to be expected, after the spares were asked for."""
        if not waiting and not under_way and self._spares_taken:
            return True
        silent_since = [patience.now() - lane.started for lane in under_way if lane.wave == 0]
        return (
            elapsed_s >= GIVE_UP_S
            and not any(lane.is_connected for lane in under_way)
            and all(seconds >= SUSPECT_S for seconds in silent_since)
        )

    def _turned_away(self) -> set[tuple[str, int]]:
        """Hosts and ports that greeted with a refusal: whoever asks there by other means hears the same."""
        refused = (
            lane.candidate
            for lane in self._lanes
            if (failure := lane.conversation.recorder.failure) is not None
            and (failure.stage, failure.error) == (Stage.GREETING, ErrorKind.REPLY)
        )
        return {(one.host, one.port) for one in refused}

    def _ask_spares(self) -> None:
        reports = tuple(lane.report for lane in self._lanes)
        self._spare_task = asyncio.ensure_future(self._spares(reports))
        self._spare_task.add_done_callback(lambda _: self._changed.set())

    async def _wait(self, until: float) -> None:
        self._changed.clear()
        with contextlib.suppress(TimeoutError), patience.Deadline(until):
            await self._changed.wait()

    def _start(self, candidate: ServerCandidate, wave: int) -> None:
        lane = Lane(candidate, len(self._lanes), wave, self._prober.conversation(candidate), started=patience.now())
        lane.task = asyncio.ensure_future(self._run(lane))
        lane.task.add_done_callback(lambda _: self._changed.set())
        self._lanes.append(lane)

    async def _run(self, lane: Lane) -> None:
        try:
            await lane.conversation.open()
            lane.opened = True
        except StageFailed:
            lane.conversation.abort()
        except BaseException:
            lane.conversation.abort()
            raise

    async def _stop_all_but(self, winner: Lane | None) -> None:
        tasks: list[asyncio.Future[Any]] = [lane.task for lane in self._lanes if lane.task is not None]
        if self._spare_task is not None:
            tasks.append(self._spare_task)
        under_way = [task for task in tasks if not task.done()]
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way)
        for lane in self._lanes:
            if lane is winner:
                continue
            silent_s = patience.now() - lane.started
            overtaken = silent_s >= SUSPECT_S if winner is None else winner.wave > lane.wave
            if overtaken and not lane.is_connected and lane.conversation.recorder.failure is None:
                # It swallowed two SYNs or more while another port answered, or until nothing was left to wait for.
                # Where its name was not even found by then, no SYN was sent.
                is_found = lane.report.last(Stage.DNS) is not None
                silence = (
                    StageFailed(Stage.CONNECT, ErrorKind.CONNECTION_TIMED_OUT)
                    if is_found
                    else StageFailed(Stage.DNS, ErrorKind.DNS_UNAVAILABLE)
                )
                lane.conversation.recorder.failed(silence, silent_s)
            if lane.opened:
                self._prober.part(lane.conversation)
            else:
                lane.conversation.abort()
        for task in tasks:
            if not task.cancelled():
                task.result()  # what nobody expected is not hidden
