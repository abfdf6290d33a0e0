"""The window: start, memory, a free UI thread while fifty probes run, Cancel; and what people wait for in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.cold import as_installed
from tests.bench.far_end import World
from tests.bench.figures import Figure, median
from wizard import assets

PART = "Window"
_PACKAGE = Path(assets.__file__).parent


def figures(world: World, *, quick: bool) -> Iterator[Figure]:
    """Each start in a process of its own, on Qt's offscreen platform."""
    times = 3 if quick else 7
    as_installed()
    for how in ("warm", "cold"):
        starts: dict[str, list[dict[str, float]]] = {"hello": [], "wizard": []}
        for _ in range(times):
            for which, runs in starts.items():
                if how == "cold":
                    _forget_files()
                runs.append(_child("start", which))
        hello, ours = (median(run["paint"] for run in starts[which]) for which in ("hello", "wizard"))
        yield Figure(PART, f"start to first paint, {how}", ours, "s", "QWizard hello", hello, 1.5)
        busy, ours = (median(run["processor"] for run in starts[which]) for which in ("hello", "wizard"))
        yield Figure(PART, f"processor time until then, {how}", ours, "s", "QWizard hello", busy)
    hello, ours = (median(run["memory"] for run in starts[which]) for which in ("hello", "wizard"))
    yield Figure(PART, "memory two seconds later", ours, "MB", "QWizard hello", hello, 1.6)
    world.obstruct()
    with world.far():
        runs = [_child("probes", world.way.argument) for _ in range(times)]
    gap = median(run["gap"] for run in runs)
    note = f"50 in {runs[0]['seconds']:.2g} s"
    yield Figure(PART, "largest gap of a 5 ms timer, 50 probes", gap, "ms", goal=16, note=note)
    yield Figure(PART, "the same with nothing to do", median(run["idle_gap"] for run in runs), "ms")
    yield Figure(PART, "Cancel to every socket freed", median(run["cancel"] for run in runs), "s", goal=0.5)
    yield Figure(PART, "all presets loaded", _presets_ms(times), "ms", goal=30)
    each, thousand = _explain()
    yield Figure(PART, "a text explained, median", each, "ms", goal=5)
    yield Figure(PART, "a log of 1000 lines explained", thousand, "s", goal=5)


def _child(*args: str) -> dict[str, Any]:
    """What a process of its own measured; it is told when it was started."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.window_child", repr(time.monotonic()), *args],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    )  # fmt: skip
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _forget_files() -> None:
    """Takes Qt's and our files out of the page cache, as far as no other program holds them."""
    import PySide6

    folders = (Path(PySide6.__file__).parent, Path(PySide6.__file__).parent.with_name("shiboken6"), assets.resources())
    for folder in (*folders, _PACKAGE):
        for path in folder.rglob("*"):
            if path.is_file():
                handle = os.open(path, os.O_RDONLY)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(handle)


def _presets_ms(times: int) -> float:
    from wizard.discovery.presets import PresetBook

    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        PresetBook.load([assets.resources() / "presets"]).all()
        seconds.append(time.perf_counter() - began)
    return median(seconds) * 1000


def _explain() -> tuple[float, float]:
    """Milliseconds for a text, seconds for a long log."""
    from wizard import wiring

    texts = [
        "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
        "454 4.7.1 <ada@example.net>: Relay access denied",
        "smtplib.SMTPNotSupportedError: STARTTLS extension not supported by server.",
        "ssl.SSLCertVerificationError: certificate verify failed: Hostname mismatch, certificate is not valid",
        "[Errno 110] Connection timed out",
        "A2 NO [AUTHENTICATIONFAILED] Authentication failed.",
    ]
    diagnoser = wiring.diagnoser()
    seconds = []
    for text in texts * 5:
        began = time.perf_counter()
        diagnoser.of_text(text)
        seconds.append(time.perf_counter() - began)
    log = "\n".join(f"Nov 22 01:{n // 60:02}:{n % 60:02} client: {texts[n % 6]}" for n in range(1000))
    began = time.perf_counter()
    diagnoser.of_text(log)
    return median(seconds) * 1000, time.perf_counter() - began
