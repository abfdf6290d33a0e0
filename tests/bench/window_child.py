"""What `tests.bench.window` measures in a process of its own; prints figures as JSON."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from wizard.gui.preferences import Preferences

BEGAN = float(sys.argv[1])
SETTLED_MS = 2000


def _memory_mb() -> float:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def _sockets() -> int:
    return sum(_leads_to(f"/proc/self/fd/{name}").startswith("socket:") for name in os.listdir("/proc/self/fd"))


def _leads_to(handle: str) -> str:
    try:
        return os.readlink(handle)
    except FileNotFoundError:  # closed since it was listed
        return ""


def start(which: str) -> None:
    """Seconds to the first paint, and memory when all is loaded."""
    if which == "hello":
        _hello()
        return
    from wizard.cli.main import main
    from wizard.gui import app

    class Watched(app.Wizard):
        def __init__(self, preferences: Preferences | None = None) -> None:
            super().__init__(preferences)
            _watch(self.window)

    app.Wizard = Watched  # type: ignore[misc]
    main([])


def _hello() -> None:
    from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWizard, QWizardPage

    app = QApplication(["hello"])
    wizard = QWizard()
    page = QWizardPage()
    layout = QVBoxLayout(page)
    layout.addWidget(QLabel("Hello"))
    layout.addWidget(QLineEdit())
    wizard.addPage(page)
    _watch(wizard)
    wizard.show()
    app.exec()


def _watch(window: QWidget) -> None:
    """Waits for the first paint of `window`, then for memory to settle.

    A filter on the application would see, and have PySide set up, what neither program touches by itself.
    """
    from PySide6.QtCore import QEvent, QObject, QTimer

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() is QEvent.Type.Paint:
                window.removeEventFilter(self)
                figures["paint"] = time.monotonic() - BEGAN  # here: a timer would wait for what we do after painting
                figures["processor"] = time.process_time()
                QTimer.singleShot(SETTLED_MS, settled)
            return False

    figures: dict[str, float] = {}

    def settled() -> None:
        figures["memory"] = _memory_mb()
        print(json.dumps(figures), flush=True)
        os._exit(0)

    window.installEventFilter(Watch(window))


def probes(way: str) -> None:
    """The largest gap of a timer in the UI thread while fifty checks run, and how soon Cancel frees every socket."""
    import asyncio
    import socket
    from pathlib import Path

    from PySide6.QtCore import Qt, QTimer

    from tests.bench.way import Way
    from wizard.gui.app import Wizard, make_application
    from wizard.gui.bridge import Bridge
    from wizard.gui.engine import Engine
    from wizard.model.account import CheckResult
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession
    from wizard.wiring import Settings

    app = make_application()
    wizard = Wizard()
    wizard.window.show()
    app.processEvents()
    wizard.add_other_steps()
    servers = Way.told(way)
    engine = Engine(lambda: Settings(ca_files=(Path(servers.ca_file),)))
    engine.start()
    bridge = Bridge(engine, app)
    wizard.flow.attach(bridge)
    figures: dict[str, float] = {}
    ticks: list[float] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))

    def largest_gap_ms() -> float:
        gaps = [after - before for before, after in pairwise(ticks)]
        ticks.clear()
        return max(gaps, default=0.0) * 1000

    async def fifty(_: SetupSession, listener: Listener) -> list[CheckResult]:
        from tests.bench.clients import our_check_of

        async with our_check_of(servers) as check:
            return await asyncio.gather(*(check(f"smtp.example.org:{(465, 587)[n % 2]}", listener) for n in range(50)))

    def begin() -> None:
        # The first check loads what the engine needs; people make it while they look at the first page.
        bridge.start(warm_up, lambda _: QTimer.singleShot(300, idle), failed)

    async def warm_up(session: SetupSession, listener: Listener) -> None:
        from tests.bench.clients import our_check_of

        async with our_check_of(servers) as check:
            await check("smtp.example.org:465", listener)
        await asyncio.to_thread(session.get_ready)

    def idle() -> None:
        gc.freeze()  # as the program does once all is read
        figures["memory"] = _memory_mb()
        ticks.clear()
        timer.start(5)
        QTimer.singleShot(1000, measure)

    def measure() -> None:
        figures["idle_gap"] = largest_gap_ms()
        figures["seconds"] = -time.monotonic()
        bridge.start(fifty, probed, failed, lambda _: None)

    def probed(results: list[CheckResult]) -> None:
        figures["gap"] = largest_gap_ms()
        figures["seconds"] += time.monotonic()
        timer.stop()
        if any(result.verdict.value != "works" for result in results):
            failed("a check did not work")
        before = _sockets()
        job = bridge.start(silent, lambda _: failed("it ended"), failed, lambda _: None)
        QTimer.singleShot(500, lambda: cancel(job, before))

    # Connects, and then says nothing; at all addresses of loopback, for of one host no more than two are taken.
    silence = socket.create_server(("0.0.0.0", 0), backlog=200)

    async def silent(_: SetupSession, listener: Listener) -> list[CheckResult]:
        from tests.bench.clients import our_check_of

        async with our_check_of(servers) as check:
            port = silence.getsockname()[1]
            return await asyncio.gather(*(check(f"127.0.1.{n}:{port}/tls", listener) for n in range(1, 51)))

    def cancel(job: object, before: int) -> None:
        if _sockets() < before + 50:
            failed("the probes did not connect")
        began = time.monotonic()
        job.cancel()  # type: ignore[attr-defined]

        def look() -> None:
            if _sockets() > before:
                QTimer.singleShot(1, look)
                return
            figures["cancel"] = time.monotonic() - began
            print(json.dumps(figures), flush=True)
            os._exit(0)

        look()

    def failed(sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)
        os._exit(1)

    QTimer.singleShot(300, begin)
    bridge.run()


if __name__ == "__main__":
    if sys.argv[2] == "start":
        start(sys.argv[3])
    else:
        probes(sys.argv[3])
