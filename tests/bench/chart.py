"""The chart of the README: seconds to a verdict, beside what other programs need."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.bench.figures import Figure

# Seconds at 80 ms: Thunderbird 153 measured for its guess alone, without any sign-in; Delta Chat from its source.
OTHERS = {
    "all open": (1.02, 0.88),
    "587 dropped, 465 works": (1.02, 0.88),
    "465 refused, 587 works": (1.01, 1.20),
    "993 dropped, 143 works": (10.2, 61.0),
    "IPv6 dead, IPv4 works": (11.1, 1.18),
    "everything dropped: verdict": (11.2, 241.0),
}
LONGEST = 12.0
WIDTH, LEFT, SCALE, ROW, BAR = 760, 200, 40, 58, 13
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #57606a }
  .us { fill: #0f766e } .them { fill: #9aa4b2 } .other { fill: #c9d1d9 }
  @media (prefers-color-scheme: dark) { text { fill: #a9b1ba } .other { fill: #4b5563 } .them { fill: #6b7280 } }
"""


def draw(path: Path, figures: Sequence[Figure]) -> None:
    """Writes the chart as SVG; a bar that would leave it ends in its figure."""
    ours = {one.name: one.value for one in figures}
    rows = [(name, ours[name], *others) for name, others in OTHERS.items() if name in ours]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {len(rows) * ROW + 48}" role="img">',
        "<title>Seconds to a verdict over an 80 ms line</title>",
        f"<style>{STYLE}</style>",
        '<rect class="us" x="200" y="8" width="12" height="12"/><text x="218" y="19">Mailwright, signed in</text>',
        '<rect class="them" x="370" y="8" width="12" height="12"/><text x="388" y="19">Thunderbird, guess only</text>',
        '<rect class="other" x="560" y="8" width="12" height="12"/><text x="578" y="19">Delta Chat, modelled</text>',
    ]
    for number, (name, *seconds) in enumerate(rows):
        top = 36 + number * ROW
        out.append(f'<text x="{LEFT - 12}" y="{top + 25}" text-anchor="end">{name}</text>')
        for place, (kind, value) in enumerate(zip(("us", "them", "other"), seconds, strict=True)):
            y, length = top + place * (BAR + 1), min(value, LONGEST) * SCALE
            out.append(f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2"/>')
            out.append(f'<text x="{LEFT + length + 6:.1f}" y="{y + 11}">{value:.3g} s</text>')
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([*out, "</svg>"]) + "\n", "utf-8")
