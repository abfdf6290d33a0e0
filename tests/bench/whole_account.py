"""A whole account, from its bare address: with every port open, and with what is dropped, refused, dead or slow."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.clients import our_check, our_press
from tests.bench.far_end import ALL_PORTS, DOMAIN, DUAL_DOMAIN, LOSS, NO_IPV6, World
from tests.bench.figures import Figure, median
from wizard.model.account import CheckResult, Verdict
from wizard.model.progress import Progress

PART = "Whole account"
TYPING_S = 1.5  # a password from a password manager; who types has longer


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is in the way, the floor in round trips, and how many times that it may take (and how much more)."""

    name: str
    dropped: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    round_trips: float = 6
    times: float = 1.6
    more_s: float = 0.0
    domain: str = DOMAIN
    reluctant: bool = False  # the name server
    needs: str = ""  # what not every line can do


SCENARIOS = (
    Scenario("all open"),
    Scenario("587 dropped, 465 works", dropped=(587,)),
    Scenario("465 refused, 587 works", refused=(465,), round_trips=8, times=1.5),
    Scenario("993 dropped, 143 works", dropped=(993,), times=1.5),
    Scenario("IPv6 dead, IPv4 works", more_s=0.25, domain=DUAL_DOMAIN, needs=NO_IPV6),
    # RFC 8305's 50 ms for the missing AAAA; discovery gets half a second for what nobody answers.
    Scenario("dead names, AAAA and SRV never answered", more_s=0.05, reluctant=True),
)


def figures(world: World, rtt_ms: float, *, quick: bool) -> Iterator[Figure]:
    """All scenarios on the line."""
    world.carry(rtt_ms)
    with world.near():
        rtt = rtt_ms / 1000
        open_s = 0.0
        for scenario in SCENARIOS:
            if scenario.needs in world.left_out:
                continue
            world.obstruct(dropped=scenario.dropped, refused=scenario.refused)
            world.use_names(reluctant=scenario.reluctant)
            results = _run(world, 3 if quick else 5, f"ada@{scenario.domain}")
            seconds = median(result.elapsed_s for result in results)
            open_s = open_s or seconds
            floor = scenario.round_trips * rtt
            allowed = scenario.times + scenario.more_s / floor
            yield Figure(PART, scenario.name, seconds, "s", "floor", floor, round(allowed, 3), note=_wrong(results))
        world.use_names(reluctant=False)
        yield from _two_faces(world, 3 if quick else 5)
        yield from _while_typing(world, rtt, 3 if quick else 5)
        world.obstruct()
        given = _run(world, 3 if quick else 5, f"ada@{DOMAIN}", hosts=True)
        given_s = median(result.elapsed_s for result in given)
        yield Figure(PART, "all open, hosts given", given_s, "s", "floor", 6 * rtt, 1.6, note=_wrong(given))
        for how, hosts in (("", False), (", hosts given", True)):
            world.obstruct(refused=ALL_PORTS)
            refused = _run(world, 3, f"ada@{DOMAIN}", hosts)
            trips = median(result.elapsed_s for result in refused) / rtt
            wrong = _wrong(refused, Verdict.FAILS)
            # Other servers than the given ones are looked for only after those refused: that has no goal.
            yield Figure(PART, f"everything refused{how}", trips, "round trips", goal=None if hosts else 4, note=wrong)
            world.obstruct(dropped=ALL_PORTS)
            hints: list[float] = []
            dropped = _run(world, 1, f"ada@{DOMAIN}", hosts, hints)
            hint = min(hints, default=99.0)
            yield Figure(PART, f"everything dropped{how}: hint", hint, "s", goal=3.5)
            yield Figure(
                PART, f"everything dropped{how}: verdict", dropped[0].elapsed_s, "s", goal=9,
                note=_wrong(dropped, Verdict.FAILS),
            )  # fmt: skip
        world.obstruct()
        if LOSS in world.left_out:
            return
        world.carry(rtt_ms, loss=0.01)
        lossy = _run(world, 12 if quick else 40, f"ada@{DOMAIN}")
        seconds = median(result.elapsed_s for result in lossy)
        yield Figure(PART, f"{LOSS}, median", seconds, "s", "without loss", open_s, 1.1)
        strays = sum(result.verdict is not Verdict.WORKS for result in lossy)
        yield Figure(PART, f"1 % lost: wrong verdicts of {len(lossy)}", strays, "", goal=0)
        world.carry(rtt_ms)


def _two_faces(world: World, times: int) -> Iterator[Figure]:
    """The window's press, its servers found while the password was typed, against the command line's whole check."""
    for how, ports in (("", ()), (", 587 dropped", (587,))):
        world.obstruct(dropped=ports)
        presses, checks = [], []
        for _ in range(times):
            presses.append(asyncio.run(our_press(world.way)))
            checks.append(asyncio.run(our_check(world.way)))
        press_s, check_s = (median(result.elapsed_s for result in results) for results in (presses, checks))
        name = f"the window's press against the command line's{how}"
        yield Figure(PART, name, press_s, "s", "check", check_s, 1.1, note=_wrong([*presses, *checks]))


def _while_typing(world: World, rtt: float, times: int) -> Iterator[Figure]:
    """The press once the password was typed, its servers waiting since; and where others are wanted in the end."""
    world.obstruct()
    presses = [asyncio.run(our_press(world.way, typed_s=TYPING_S)) for _ in range(times)]
    trips = median(result.elapsed_s for result in presses) / rtt
    yield Figure(PART, "press to verdict, both sides", trips, "round trips", goal=3.5, note=_wrong(presses))
    # Another server than the one that was found: it must not be slower than a press that nothing was done for.
    wrong, cold = [], []
    for _ in range(times):
        wrong.append(asyncio.run(our_press(world.way, typed_s=TYPING_S, outgoing=f"smtp.{DOMAIN}:587/starttls")))
        cold.append(asyncio.run(our_press(world.way, outgoing=f"smtp.{DOMAIN}:587/starttls")))
    wrong_s, cold_s = (median(result.elapsed_s for result in results) for results in (wrong, cold))
    yield Figure(
        PART, "press to verdict, another server typed", wrong_s, "s", "nothing done before", cold_s, 1.1,
        note=_wrong([*wrong, *cold]),
    )  # fmt: skip


def _run(
    world: World, times: int, address: str, hosts: bool = False, hints: list[float] | None = None
) -> list[CheckResult]:
    def hear(progress: Progress) -> None:
        if hints is not None and progress.detail.get("suspected_blocked"):
            hints.append(progress.t_s)

    outgoing, incoming = (f"smtp.{DOMAIN}", f"imap.{DOMAIN}") if hosts else (None, None)
    return [
        asyncio.run(our_check(world.way, address, outgoing=outgoing, incoming=incoming, listener=hear))
        for _ in range(times)
    ]


def _wrong(results: Sequence[CheckResult], right: Verdict = Verdict.WORKS) -> str:
    wrong = [result.verdict.value for result in results if result.verdict is not right]
    return f"WRONG VERDICT: {', '.join(wrong)}" if wrong else ""
