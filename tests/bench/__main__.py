"""`make bench`: prints every figure beside its goal, keeps them as JSON and draws the chart of the README."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import bulk, chart, cold, endpoint, readme, whole_account, window
from tests.bench.far_end import Namespaces, Relayed, World, world
from tests.bench.figures import Figure, table, write
from tests.bench.line import LineUnavailable
from tests.lab.processes import LabUnavailable

HERE = Path(__file__).parent
LAST = HERE / "last.json"
LAST_OF_RELAY = HERE / "last-relay.json"  # of another line: neither compared nor drawn
CHART = HERE.parent.parent / "docs" / "speed.svg"
README = HERE.parent.parent / "README.md"
PARTS = ("endpoint", "account", "cold", "bulk", "window")
LINES: dict[str, type[Namespaces] | type[Relayed]] = {"namespaces": Namespaces, "relay": Relayed}
RTT_MS = 80.0
BUSY = 1.0  # programs that wanted a processor in the last minute, for each there is


def main() -> int:
    """Measures; a missed goal is no error, the exit code is 0."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=...")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="fewer runs of each")
    parser.add_argument("--line", choices=LINES, help="only this one; otherwise the first that can be had here")
    args = parser.parse_args()
    chosen = set(args.parts or PARTS)
    if not chosen <= set(PARTS):
        parser.error(f"the parts are {', '.join(PARTS)}")
    before = _load()
    with ExitStack() as running:
        # What a run keeps for the next is nobody's who measures, nor is it in the way.
        os.environ["XDG_STATE_HOME"] = running.enter_context(TemporaryDirectory(prefix="mailwright-bench-"))
        far = _far_end(running, [args.line] if args.line else [*LINES])
        if far is None:
            return 1
        figures = _measured(far, [part for part in PARTS if part in chosen], quick=args.quick)
        described = far.described
        foot = [*far.differs, *(f"Left out: {what} ({why})." for what, why in far.left_out.items())]
    after = _load()
    print(table(figures))
    print(f"Line: {described}.", *foot, f"Load per processor: {before:.1f} before, {after:.1f} after.", sep="\n")
    if before > BUSY:
        print("This computer was busy with something else: these figures are of that, and are not kept.")
    elif chosen == set(PARTS):
        _keep(figures, far, "make bench" + (' ARGS="--quick"' if args.quick else ""), (before, after))
    return 0


def _far_end(running: ExitStack, lines: Sequence[str]) -> World | None:
    """The first of these lines that can be had, its far end running."""
    for name in lines:
        try:
            return running.enter_context(world(LINES[name]))
        except (LineUnavailable, LabUnavailable) as error:
            print(f"Not over {LINES[name].described}: {error}.", file=sys.stderr)
    return None


def _measured(far: World, parts: Sequence[str], *, quick: bool) -> list[Figure]:
    measured = {
        "endpoint": lambda: endpoint.figures(far, RTT_MS, quick=quick),
        "account": lambda: whole_account.figures(far, RTT_MS, quick=quick),
        "cold": lambda: cold.figures(far, RTT_MS, quick=quick),
        "bulk": lambda: bulk.figures(far, RTT_MS, quick=quick),
        "window": lambda: window.figures(far, quick=quick),
    }
    figures: list[Figure] = []
    for part in parts:
        for figure in measured[part]():
            figures.append(figure)
            print(f"  {figure.part}: {figure.name} {figure.value:.3g} {figure.unit}", file=sys.stderr, flush=True)
    return figures


def _keep(figures: Sequence[Figure], far: World, command: str, load: tuple[float, float]) -> None:
    """Writes the run down; only packets that were held make the README's chart."""
    held = isinstance(far, Namespaces)
    path = LAST if held else LAST_OF_RELAY
    try:
        document = write(path, figures, far.described, command, load)
        if held:
            chart.draw(CHART, figures)
            readme.show(README, document)
    except PermissionError as error:
        print(f"Not kept: {error.strerror}, {path.name}.")


def _load() -> float:
    return os.getloadavg()[0] / (os.cpu_count() or 1)


if __name__ == "__main__":
    sys.exit(main())
