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
from dataclasses import replace

from tests.bench.clients import RawLine, with_aiosmtplib
from tests.bench.far_end import BULK_DOMAIN, DOMAIN, PASSWORD, World
from tests.bench.figures import Figure
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.secret import Secret
from wizard.setup.given import given_draft
from wizard.setup.options import Options
from wizard.setup.session import SetupSession

PART = "Bulk"
AT_ONCE = 200


def figures(world: World, rtt_ms: float, *, quick: bool) -> Iterator[Figure]:
    """Processor time of one after the other, checks a second of many at once."""
    checks = 250 if quick else 1000
    world.obstruct()
    with _light_server(world):
        world.carry(0)  # not loopback: there a send does the receiver's work as well
        with world.near():
            bare, mine = _processor_time(world, 100 if quick else 300)
        yield Figure(PART, "processor time of a check", mine * 1000, "ms", "TLS handshake", bare * 1000, 2.5)
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


async def _check(session: SetupSession, host: str) -> CheckResult:
    draft = given_draft(Address.parse(f"ada@{DOMAIN}"), outgoing=f"{host}:465/tls")
    result = await session.check(replace(draft, secret=Secret(PASSWORD), wants_incoming=False))
    await session.close()
    return result


def _processor_time(world: World, times: int) -> tuple[float, float]:
    """Of one handshake, and of one check, on average."""
    host = _host(0)
    for _ in range(5):
        RawLine(host, 465, world.context, tls=True).close()
    began = time.process_time()
    for _ in range(times):
        RawLine(host, 465, world.context, tls=True).close()
    bare = (time.process_time() - began) / times

    async def checks() -> float:
        async with world.way.sessions(Options()) as new_session:
            for _ in range(5):
                await _check(new_session(), host)
            began = time.process_time()
            for _ in range(times):
                await _check(new_session(), host)
            return (time.process_time() - began) / times

    return bare, asyncio.run(checks())


async def _ours(world: World, count: int) -> tuple[float, Counter[str]]:
    """Seconds for so many checks, and why some of them did not work."""
    wrong: Counter[str] = Counter()
    async with world.way.sessions(Options()) as new_session:

        async def one(number: int) -> None:
            result = await _check(new_session(), _host(number))
            if result.verdict is not Verdict.WORKS:
                wrong[result.diagnoses[0].cause if result.diagnoses else result.verdict.value] += 1

        return await _in_bulk(count, one), wrong


async def _in_bulk(count: int, check: Callable[[int], Awaitable[object]]) -> float:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with places:
            await check(number)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(one(number))
    return time.perf_counter() - began
