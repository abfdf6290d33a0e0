"""How often the catalogue names the labelled cause: `python -m wizard.diagnosis.score FILE` prints the figures.

FILE holds JSON lines with "id", "text", "cause", "also_ok" and optionally "stage", "protocol", "server", "lang" and
"source". A third of the lines, chosen by their ids, is held out: shown only when asked for, so that rules are not
written for the text. With `--left-out` every text is judged without the phrases that only texts of its own fold show,
the folds being families of sources: the figure nearest to that of texts which nobody has read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from wizard.assets import resources
from wizard.diagnosis.catalogue import Catalogue
from wizard.diagnosis.client_errors import read
from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.rule import Match, Phrase
from wizard.diagnosis.samples import load_sayings

_FOLDS: Final = 10


class Judged(Struct, frozen=True):
    """One labelled line and the answer to it."""

    id: str
    text: str
    cause: str
    also_ok: tuple[str, ...]
    answer: str
    held_out: bool
    confidence: float = 0.0
    language: str = ""

    @property
    def acceptable(self) -> bool:
        """Whether the answer is the label or one that is acceptable beside it."""
        return self.answer == self.cause or self.answer in self.also_ok


def judge(lines: Iterable[str], diagnoser: Diagnoser) -> list[Judged]:
    """Every line with the diagnoser's answer."""
    judged: list[Judged] = []
    for line in lines:
        if not line.strip():
            continue
        row = json.loads(line)
        hints = {name: row.get(name) for name in ("stage", "protocol", "server")}
        answer = diagnoser.of_text(row["text"], **hints)
        held_out = int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 3 == 0
        also_ok = tuple(row.get("also_ok") or ())
        language = row.get("lang") or ""
        judged.append(
            Judged(row["id"], row["text"], row["cause"], also_ok, answer.cause, held_out, answer.confidence, language)
        )
    return judged


def judge_left_out(lines: Sequence[str], catalogue: Catalogue) -> list[Judged]:
    """As `judge`, each line by a catalogue without the phrases that only its own fold's texts show.

    Phrases that one of our own sentences shows stay: they do not come from the text.
    """
    folds = _folds([json.loads(line) for line in lines if line.strip()])
    phrases = {phrase for cause in catalogue.causes.values() for match in cause.matches for phrase in _phrases(match)}
    shown = [_shown(phrases, [row["text"] for row in fold]) for fold in folds]
    ours = _shown(set().union(*shown), [saying.text for saying in load_sayings()])
    judged: list[Judged] = []
    for fold, own in zip(folds, shown, strict=True):
        others: set[Phrase] = set().union(*(each for each in shown if each is not own))
        diagnoser = Diagnoser(_without(catalogue, own - others - ours))
        judged += judge([json.dumps(row) for row in fold], diagnoser)
    return judged


def _folds(rows: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """The rows in folds of about one size; those of one source's family stay together."""
    families: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        address = urlsplit(row.get("source") or row["id"])
        owner_and_name = address.path.strip("/").split("/")[:2] if address.netloc == "github.com" else []
        families["/".join([address.netloc or address.path, *owner_and_name])].append(row)
    folds: list[list[Mapping[str, Any]]] = [[] for _ in range(_FOLDS)]
    for family in sorted(families.values(), key=len, reverse=True):
        min(folds, key=len).extend(family)
    return [fold for fold in folds if fold]


def _phrases(match: Match) -> tuple[Phrase, ...]:
    return (*match.text, *match.also, *match.issuer)


def _shown(phrases: Collection[Phrase], texts: Iterable[str]) -> set[Phrase]:
    folded = [read(text).folded for text in texts]
    return {phrase for phrase in phrases if any(phrase.is_in(text) for text in folded)}


def _without(catalogue: Catalogue, dropped: Collection[Phrase]) -> Catalogue:
    """The catalogue without some phrases; a match that wants one of nothing else but them is gone."""
    causes = {}
    for cause in catalogue.causes.values():
        matches = []
        for match in cause.matches:
            kept = [
                tuple(phrase for phrase in phrases if phrase not in dropped)
                for phrases in (match.text, match.also, match.issuer)
            ]
            wanted = (match.text, match.also, match.issuer)
            if all(bool(left) is bool(before) for left, before in zip(kept, wanted, strict=True)):
                matches.append(replace(match, text=kept[0], also=kept[1], issuer=kept[2]))
        causes[cause.id] = replace(cause, matches=tuple(matches))
    return Catalogue(causes, catalogue.families)


def figures(judged: list[Judged]) -> str:
    """Acceptable, exact and the macro average over causes of acceptable, in per cent."""
    if not judged:
        return "no lines"
    by_cause: dict[str, list[bool]] = defaultdict(list)
    for row in judged:
        by_cause[row.cause].append(row.acceptable)
    acceptable = sum(row.acceptable for row in judged) / len(judged)
    exact = sum(row.answer == row.cause for row in judged) / len(judged)
    macro = sum(sum(hits) / len(hits) for hits in by_cause.values()) / len(by_cause)
    shares = f"acceptable {acceptable:6.1%}  exact {exact:6.1%}  macro over {len(by_cause)} causes {macro:6.1%}"
    return f"{len(judged):5} lines  {shares}"


def shares(judged: list[Judged]) -> list[str]:
    """How many are right by language, and by how sure the answer said it was; a line each."""
    by_language: dict[str, list[bool]] = defaultdict(list)
    by_confidence: dict[str, list[bool]] = defaultdict(list)
    for row in judged:
        by_language[row.language].append(row.acceptable)
        by_confidence[f"said {row.confidence:.2f}"].append(row.acceptable)
    return [
        f"{name:9}{sum(right):5} of {len(right):4}  {sum(right) / len(right):6.1%}"
        for found in (by_language, by_confidence)
        for name, right in sorted(found.items())
    ]


def main() -> int:
    """Prints the figures and the confusions; 0 always."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", choices=("wrong", "inexact", "none"), default="wrong")
    parser.add_argument("--show-held-out", action="store_true", help="show the held-out lines as well")
    parser.add_argument("--left-out", action="store_true", help="each text without the phrases of its own sources")
    args = parser.parse_args()
    catalogue = Catalogue.load([resources() / "diagnoses"])
    lines = args.file.read_text(encoding="utf-8").splitlines()
    judged = judge_left_out(lines, catalogue) if args.left_out else judge(lines, Diagnoser(catalogue))
    for name, rows in (
        ("all", judged),
        ("seen", [row for row in judged if not row.held_out]),
        ("held out", [row for row in judged if row.held_out]),
    ):
        print(f"{name:9}{figures(rows)}")
    print("\n".join(shares(judged)))
    for row in judged:
        if args.show == "none" or (row.held_out and not args.show_held_out):
            continue
        if not row.acceptable or (args.show == "inexact" and row.answer != row.cause):
            mark = "wrong  " if not row.acceptable else "inexact"
            print(f"{mark} {row.id}: {row.cause} {list(row.also_ok)} answered {row.answer}: {row.text[:200]!r}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
