"""`make soak`: thousands of checks, cancels and windows in one process; does memory, or anything that is open, grow?"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Final

from msgspec.structs import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.lab.stage import PASSWORD, Stage, imap, smtp, stage
from wizard.model.account import Verdict
from wizard.setup.options import Options
from wizard.setup.session import SetupSession
from wizard.setup.signin_budget import SignInBudget

CHECKS, CANCELS, WINDOWS = 10_000, 1_000, 100
SAMPLES: Final = 20
GROWTH_MIB: Final = 8.0  # from the end of the first quarter, when all is loaded, to the end (SECURITY.md, promise 6)
GROWTH_OBJECTS: Final = 2_000
CANCELLED_S: Final = 0.5
SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What this process holds."""

    mib: float
    files: int
    threads: int
    tasks: int
    objects: int


def sample() -> Sample:
    """As it is now, once what nobody holds any more is gone."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    try:
        tasks = len(asyncio.all_tasks())
    except RuntimeError:  # no loop runs here
        tasks = 0
    return Sample(
        mib=pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
        files=len(os.listdir("/proc/self/fd")),
        threads=threading.active_count(),
        tasks=tasks,
        objects=len(gc.get_objects()),
    )


@dataclass(slots=True)
class Course:
    """How one part went."""

    name: str
    count: int
    began: float = field(default_factory=time.monotonic)
    samples: list[Sample] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def is_due(self, number: int) -> bool:
        """Whether a sample is to be taken after this one; `number` counts from 1."""
        return number % max(1, self.count // SAMPLES) == 0

    def verdict(self) -> list[str]:
        """What is wrong, empty where all is flat."""
        early, late = self.samples[len(self.samples) // 4], self.samples[-1]
        found = list(self.wrong)
        if late.mib - early.mib > GROWTH_MIB:
            found.append(f"memory grew by {late.mib - early.mib:.1f} MiB")
        if late.objects - early.objects > GROWTH_OBJECTS:
            found.append(f"{late.objects - early.objects} objects more")
        for what in ("files", "threads", "tasks"):
            if getattr(late, what) > getattr(early, what):
                found.append(f"{getattr(late, what) - getattr(early, what)} {what} more")
        return found

    def line(self) -> str:
        """The figures for people."""
        first, early, late = self.samples[0], self.samples[len(self.samples) // 4], self.samples[-1]
        return (
            f"{self.count:6} {self.name:8} {time.monotonic() - self.began:6.0f} s   "
            f"memory {first.mib:.1f}, {early.mib:.1f}, {late.mib:.1f} MiB   open files {early.files}, {late.files}   "
            f"threads {early.threads}, {late.threads}   tasks {early.tasks}, {late.tasks}   "
            f"objects {early.objects}, {late.objects}   {'; '.join(self.verdict()) or 'flat'}"
        )


async def _on_stage(work: Callable[[Stage], Awaitable[None]]) -> None:
    servers = (imap("imap.firma.example"), smtp("smtp.firma.example"))
    async with stage(
        "ada@firma.example", *servers, options=Options(accept_untrusted=True, deadline_s=SECONDS)
    ) as played:
        await work(played)


async def _settled(course: Course, number: int) -> None:
    """A sample where one is due, once the servers, which run here as well, have seen that the client is gone."""
    if course.is_due(number):
        await asyncio.sleep(2 * CANCELLED_S)
        course.samples.append(sample())


def _session(played: Stage) -> SetupSession:
    """A session with a budget of its own: that people are not locked out is no matter here."""
    return SetupSession(replace(played.services, budget=SignInBudget(per_host=10**9)), played.session.options)


async def checks(played: Stage, course: Course) -> None:
    """One session checks again and again; every second check is another one's, of an account that fails."""
    session = _session(played)
    given = {"incoming": "imap.firma.example:993/tls", "outgoing": "smtp.firma.example:465/tls"}
    ways = cycle(
        (("", PASSWORD, Verdict.WORKS), ("other", "wrong-word-12", Verdict.FAILS), ("", PASSWORD, Verdict.WORKS))
    )
    for number, (whose, password, expected) in zip(range(1, course.count + 1), ways, strict=False):
        one = _session(played) if whose else session
        result = await one.check(played.draft(password=password, **given))
        if result.verdict is not expected:
            course.wrong.append(f"check {number} says {result.verdict}")
        if one is not session:
            await one.close()
        await _settled(course, number)
    await session.close()


async def cancels(played: Stage, course: Course) -> None:
    """A check is cancelled, each time a little later on its way."""
    slowest = 0.0
    for number in range(1, course.count + 1):
        session = _session(played)
        task = asyncio.create_task(session.check(played.draft()))
        await asyncio.sleep(number % 50 / 500)
        began = time.monotonic()
        task.cancel()
        await asyncio.wait([task])
        await session.close()
        slowest = max(slowest, time.monotonic() - began)
        await _settled(course, number)
    if slowest > CANCELLED_S:
        course.wrong.append(f"the slowest took {slowest:.2f} s")


def windows(course: Course) -> None:
    """A window is opened on the practice network, an account is found in it, and it is closed."""
    from PySide6.QtCore import QCoreApplication, QEvent

    from wizard.gui.app import Wizard, make_application
    from wizard.gui.bridge import Bridge
    from wizard.gui.engine import Engine
    from wizard.wiring import Settings

    app = make_application()
    for number in range(1, course.count + 1):
        wizard = Wizard()
        wizard.add_other_steps()
        wizard.window.show()
        engine = Engine(lambda: Settings(practice=True))
        engine.start()
        bridge = Bridge(engine, app)
        wizard.flow.attach(bridge)
        bridge.start(engine.opened, wizard.welcome, wizard.account.engine_failed)
        wizard.account.prefill("ada@all-well.example")
        end = time.monotonic() + SECONDS
        while wizard.state.plan is None and time.monotonic() < end:
            app.processEvents()
            time.sleep(0.002)
        if wizard.state.plan is None:
            course.wrong.append(f"window {number} found nothing")
        wizard.window.abandon()
        bridge.close()
        wizard.window.deleteLater()
        del wizard, engine, bridge
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        if course.is_due(number):
            course.samples.append(sample())


def main() -> int:
    """Prints a line for each part; 1 where something grew."""
    parser = argparse.ArgumentParser(prog="make soak ARGS=...")
    parser.add_argument("parts", nargs="*", metavar="PART", help="only these: checks, cancels, windows")
    share = parser.add_mutually_exclusive_group()
    share.add_argument("--half", dest="share", action="store_const", const=2, default=1, help="half of each")
    share.add_argument("--tenth", dest="share", action="store_const", const=10, help="a tenth of each")
    args = parser.parse_args()
    courses = []
    for name, count in (("checks", CHECKS), ("cancels", CANCELS), ("windows", WINDOWS)):
        if args.parts and name not in args.parts:
            continue
        course = Course(name, count // args.share)
        if name == "windows":
            windows(course)
        else:
            work = checks if name == "checks" else cancels
            asyncio.run(_on_stage(lambda played, work=work, course=course: work(played, course)))  # type: ignore[misc]
        courses.append(course)
        print(course.line(), flush=True)
    return 1 if any(course.verdict() for course in courses) else 0


if __name__ == "__main__":
    sys.exit(main())
