"""`make bench`: prints every figure beside its goal, keeps them as JSON and draws the chart of the README."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.bench import bulk, chart, endpoint, whole_account, window
from tests.bench.far_end import world
from tests.bench.figures import Figure, table, write
from tests.bench.line import LineUnavailable

HERE = Path(__file__).parent
LAST = HERE / "last.json"
CHART = HERE.parent.parent / "docs" / "speed.svg"
PARTS = ("endpoint", "account", "bulk", "window")
RTT_MS = 80.0
BUSY = 1.0  # programs that wanted a processor in the last minute, for each there is


def main() -> int:
    """Measures; a missed goal is no error, the exit code is 0."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=...")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="fewer runs of each")
    args = parser.parse_args()
    chosen = set(args.parts or PARTS)
    if not chosen <= set(PARTS):
        parser.error(f"the parts are {', '.join(PARTS)}")
    figures: list[Figure] = []
    before = _load()

    def keep(figure: Figure) -> None:
        figures.append(figure)
        print(f"  {figure.part}: {figure.name} {figure.value:.3g} {figure.unit}", file=sys.stderr, flush=True)

    try:
        with world() as far:
            measured = {
                "endpoint": lambda: endpoint.figures(far, RTT_MS, quick=args.quick),
                "account": lambda: whole_account.figures(far, RTT_MS, quick=args.quick),
                "bulk": lambda: bulk.figures(far, RTT_MS, quick=args.quick),
                "window": lambda: window.figures(far, quick=args.quick),
            }
            for part in PARTS:
                if part in chosen:
                    for figure in measured[part]():
                        keep(figure)
    except LineUnavailable as error:
        print(f"The long line needs root, network namespaces and /dev/net/tun: {error}.", file=sys.stderr)
        return 1
    print(table(figures))
    after = _load()
    print(f"Load per processor: {before:.1f} before, {after:.1f} after.")
    if before > BUSY:
        print("This computer was busy with something else: these figures are of that, and are not kept.")
    elif chosen == set(PARTS):
        write(LAST, figures, "make bench" + (' ARGS="--quick"' if args.quick else ""), (before, after))
        chart.draw(CHART, figures)
    return 0


def _load() -> float:
    return os.getloadavg()[0] / (os.cpu_count() or 1)


if __name__ == "__main__":
    sys.exit(main())
