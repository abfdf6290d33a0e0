"""Many checks: processor time for each, and how many a second over the line."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from tests.bench.clients import OPTIONS, RawLine, with_aiosmtplib
from tests.bench.far_end import BULK_DOMAIN, DOMAIN, PASSWORD, World
from tests.bench.figures import Figure, median
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.secret import Secret
from wizard.setup.given import given_draft
from wizard.setup.session import SetupSession

PART = "Bulk"
AT_ONCE = 200
JOBS = 8  # what `mailwright bulk` does at once when nothing else is said
# In words, how many at once, at how many servers, and the goal: a company's accounts have one server.
HOW = (
    (f"{JOBS} at once", JOBS, 1, 2.5),
    ("one after the other", 1, 1, None),
    (f"{JOBS} at once, each at its own server", JOBS, sys.maxsize, 2.5),
)


def figures(world: World, rtt_ms: float, *, quick: bool) -> Iterator[Figure]:
    """Processor time of one after the other, checks a second of many at once."""
    checks = 500 if quick else 1000
    world.obstruct()
    with _light_server(world):
        world.carry(0)  # not loopback: there a send does the receiver's work as well
        with world.near():
            times = 50 if quick else 150
            for how, jobs, hosts, goal in HOW:
                bare: list[float] = []
                mine: list[float] = []
                for _ in range(5):  # in turn: a processor is not as fast at one time as at another
                    bare.append(_handshake(world, times) * 1000)
                    mine.append(asyncio.run(_check_time(world, times, jobs, hosts)) * 1000)
                name = f"processor time of a check, {how}"
                yield Figure(PART, name, median(mine), "ms", "TLS handshake", median(bare), goal)
        world.carry(rtt_ms)
        with world.near():
            ours_s, wrong = asyncio.run(_ours(world, checks))
            gc.collect()
            theirs_s = asyncio.run(_in_bulk(checks, lambda n: with_aiosmtplib(_host(n), 465, world.context)))
        note = f"WRONG VERDICTS: {dict(wrong)}" if wrong else ""
        yield Figure(
            PART, f"{checks} checks, {AT_ONCE} at once, {rtt_ms:g} ms line", checks / ours_s, "checks/s", "aiosmtplib",
            checks / theirs_s, 2.5, at_least=True, note=note,
        )  # fmt: skip


@contextmanager
def _light_server(world: World) -> Iterator[None]:
    """Real servers would be what is measured: their processes cost more than a hundred checks do."""
    files = (str(world.certificate.certificate), str(world.certificate.key))
    with (
        world.far(),
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.light_server", *map(str, world.bulk), *files], stdout=subprocess.PIPE
        ) as server,
    ):
        assert server.stdout is not None
        server.stdout.readline()
        try:
            yield
        finally:
            server.kill()


def _host(number: int) -> str:
    return f"m{number}.{BULK_DOMAIN}"


async def _check(session: SetupSession, host: str, number: int) -> CheckResult:
    """A check of a mailbox of its own: one that is signed in to three times at once is refused by the budget."""
    draft = given_draft(Address.parse(f"ada{number}@{DOMAIN}"), outgoing=f"{host}:465/tls")
    result = await session.check(replace(draft, secret=Secret(PASSWORD), wants_incoming=False))
    await session.close()
    return result


def _handshake(world: World, times: int) -> float:
    """Processor seconds of a bare one."""
    for count in (5, times):
        began = time.process_time()
        for _ in range(count):
            RawLine(_host(0), 465, world.context, tls=True).close()
    return (time.process_time() - began) / times


async def _check_time(world: World, times: int, jobs: int, hosts: int) -> float:
    """Processor seconds of a check."""
    async with world.way.sessions(OPTIONS) as new_session:
        for count in (5, times):
            began = time.process_time()
            await _in_bulk(count, lambda number: _works(new_session(), _host(number % hosts), number), jobs)
        return (time.process_time() - began) / times


async def _works(session: SetupSession, host: str, number: int) -> None:
    result = await _check(session, host, number)
    if result.verdict is not Verdict.WORKS:
        raise RuntimeError(f"a check ended with {result.verdict.value}: its time says nothing")


async def _ours(world: World, count: int) -> tuple[float, Counter[str]]:
    """Seconds for so many checks, and why some of them did not work."""
    wrong: Counter[str] = Counter()
    async with world.way.sessions(OPTIONS) as new_session:

        async def one(number: int) -> None:
            result = await _check(new_session(), _host(number), number)
            if result.verdict is not Verdict.WORKS:
                wrong[result.diagnoses[0].cause if result.diagnoses else result.verdict.value] += 1

        return await _in_bulk(count, one), wrong


async def _in_bulk(count: int, check: Callable[[int], Awaitable[object]], at_once: int = AT_ONCE) -> float:
    places = asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with places:
            await check(number)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(one(number))
    return time.perf_counter() - began
