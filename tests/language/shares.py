"""How much of each language is translated, by the part of the program: `python -m tests.language.shares`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from wizard.language.catalogues import SOURCE_FILE, folder_of
from wizard.language.choice import LANGUAGES
from wizard.language.po import Entry, read_po

ROOMS = ("window", "cause", "provider", "handover", "practice", "sign-in", "engine", "cli")


def words(entry: Entry) -> int:
    """How many words of English an entry has, its plural's too."""
    return len(entry.source.split()) + len((entry.plural or "").split())


def shares(entries: Iterable[Entry]) -> dict[str, tuple[int, int]]:
    """The words that are translated and all words, by room; a text of several rooms counts for each, once for "all"."""
    done: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for entry in entries:
        if not entry.source:
            continue
        for room in ("all", *(room for room in ROOMS if room in entry.comments)):
            whole[room] += words(entry)
            done[room] += words(entry) if entry.is_translated else 0
    return {room: (done[room], whole[room]) for room in ("all", *ROOMS) if whole[room]}


def table() -> str:
    """A line a language: words in all, then the share of each room in per cent."""
    lines: list[str] = []
    for tag in LANGUAGES:
        if tag == "en":
            continue
        found = shares(read_po((folder_of(tag) / SOURCE_FILE).read_text("utf-8")))
        if not lines:
            lines.append(f"{'':8} {'words':>7} " + " ".join(f"{room:>9}" for room in found))
        told = " ".join(f"{100 * done // whole:8}%" for done, whole in found.values())
        lines.append(f"{tag:8} {found['all'][1]:7} {told}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
