"""The command line from Return to its exit: a process of its own for each check, everything imported anew."""

from __future__ import annotations

import compileall
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.far_end import ALL_PORTS, DOMAIN, PASSWORD, World
from tests.bench.figures import Figure, median
from tests.bench.whole_account import SCENARIOS
from wizard import assets

PART = "Command line, cold"
_PACKAGE = Path(assets.__file__).parent
_COMPILE = _PACKAGE.parent / "packaging" / "compile.py"


def as_installed() -> None:
    """Compiles what an installed program has compiled, whatever this environment says."""
    compileall.compile_dir(_PACKAGE, quiet=1)
    subprocess.run([sys.executable, str(_COMPILE)], check=True, stdout=subprocess.DEVNULL)


def figures(world: World, rtt_ms: float, *, quick: bool) -> Iterator[Figure]:
    """Each scenario of a whole account, and the whole process; nothing where programs look names up elsewhere."""
    if world.way.nameserver is not None:
        return
    as_installed()
    times, rtt = 3 if quick else 5, rtt_ms / 1000
    world.carry(rtt_ms)
    with world.near(), tempfile.NamedTemporaryFile("w", suffix=".txt") as password:
        password.write(f"{PASSWORD}\n")
        password.flush()

        def check(address: str) -> dict[str, Any]:
            return _check(address, password.name, str(world.ca_file))

        for scenario in SCENARIOS:
            if scenario.needs in world.left_out:
                continue
            world.obstruct(dropped=scenario.dropped, refused=scenario.refused)
            world.use_names(reluctant=scenario.reluctant)
            runs = [check(f"ada@{scenario.domain}") for _ in range(times)]
            floor = scenario.round_trips * rtt
            allowed = round(scenario.times + scenario.more_s / floor, 3)
            note = _wrong(runs, "works")
            yield Figure(PART, scenario.name, _of(runs, "elapsed_s"), "s", "floor", floor, allowed, note=note)
            if scenario is SCENARIOS[0]:
                bare = median(_seconds([sys.executable, "-c", "pass"]) for _ in range(5))
                name = f"{scenario.name}, Return to exit"
                yield Figure(PART, name, _of(runs, "whole_s"), "s", "floor and bare Python", floor + bare, 1.6)
        world.use_names(reluctant=False)
        world.obstruct(refused=ALL_PORTS)
        runs = [check(f"ada@{DOMAIN}") for _ in range(times)]
        trips = _of(runs, "elapsed_s") / rtt
        yield Figure(PART, "everything refused", trips, "round trips", goal=4, note=_wrong(runs, "fails"))
        world.obstruct()


def _check(address: str, password_file: str, ca_file: str) -> dict[str, Any]:
    """What `mailwright check` printed, and the seconds its process took."""
    words = ["check", address, "--json", "--yes", "--password-file", password_file, "--ca-file", ca_file]
    with tempfile.TemporaryDirectory(prefix="mailwright-bench-") as home:
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "wizard", *words], stdin=subprocess.DEVNULL, capture_output=True, check=False,
            env={**os.environ, "XDG_STATE_HOME": home},
        )  # fmt: skip
        whole_s = time.perf_counter() - began
    printed: dict[str, Any] = json.loads(done.stdout)
    return {**printed, "whole_s": whole_s}


def _seconds(words: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(words, check=True)
    return time.perf_counter() - began


def _of(runs: list[dict[str, Any]], key: str) -> float:
    return median(run[key] for run in runs)


def _wrong(runs: list[dict[str, Any]], right: str) -> str:
    wrong = [str(run["verdict"]) for run in runs if run["verdict"] != right]
    return f"WRONG VERDICT: {', '.join(wrong)}" if wrong else ""
