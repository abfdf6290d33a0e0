"""`mailwright bulk --merge`: the results of several places side by side: what works where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from msgspec import Struct

from wizard.cli import render
from wizard.cli.bulk_results import NO_VERDICT, read_briefs
from wizard.cli.bulk_table import open_table, write_page
from wizard.errors import UsageError
from wizard.handover.csv_export import write_csv
from wizard.language import tr, tr_context, tr_plural
from wizard.language.formats import number_text
from wizard.model.columns import padded, width
from wizard.model.text import inert

SCHEMA: Final = "mailwright/bulk-merge/1"
MISSING: Final = "no-result"  # the place has none: its run ended before, or had another table
_WORKS: Final = ("works", "works-after-fix")


class Account(Struct, frozen=True):
    """One account with what each place found, in the order of the places."""

    address: str
    found: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Whether it works everywhere, nowhere, or only from some places; "incomplete" where a place has no result."""
        works = [found in _WORKS for found in self.found]
        if MISSING in self.found or NO_VERDICT in self.found:
            return "incomplete"
        return "works everywhere" if all(works) else "works only from some" if any(works) else "works nowhere"


class Merged(Struct, frozen=True):
    """All accounts, in the order of the first place that has them."""

    places: tuple[str, ...]
    accounts: tuple[Account, ...]

    @property
    def missing(self) -> dict[str, int]:
        """How many results each place lacks."""
        return {
            place: sum(account.found[number] == MISSING for account in self.accounts)
            for number, place in enumerate(self.places)
        }

    def only_from(self) -> Iterator[tuple[str, str, int]]:
        """Cause, place and number of accounts, of the causes that one place alone found."""
        for number, place in enumerate(self.places):
            counted = Counter(
                account.found[number]
                for account in self.accounts
                if account.found[number] not in (*_WORKS, MISSING, NO_VERDICT)
                and account.found.count(account.found[number]) == 1
            )
            for cause, count in counted.most_common():
                yield cause, place, count


def merged(paths: Sequence[Path]) -> Merged:
    """The results side by side; a place is called as its file is.

    An account that a table has several times is taken in its order: the second one of a place belongs to the second
    of the other.

    Raises:
        UsageError: a file cannot be read or holds no results, or two have one name.
    """
    places = tuple(path.stem for path in paths)
    if len(set(places)) < len(places):
        raise UsageError(tr("Each place is called as its file is: give the files different names."))
    found: dict[tuple[str, int], list[str]] = {}
    for number, path in enumerate(paths):
        times: Counter[str] = Counter()
        for each in read_briefs(path):
            name = each.checked.address
            times[name] += 1
            found.setdefault((name, times[name]), [MISSING] * len(paths))[number] = each.kind
    return Merged(places, tuple(Account(address, tuple(causes)) for (address, _), causes in found.items()))


def show(result: Merged, *, as_json: bool) -> None:
    """Prints it: the sums first, then what differs; as JSON all of it."""
    kinds = Counter(account.kind for account in result.accounts)
    if as_json:
        render.print_json(
            {
                "schema": SCHEMA,
                "places": list(result.places),
                "kinds": dict(kinds),
                "missing": result.missing,
                "only_from": [{"cause": c, "place": p, "accounts": n} for c, p, n in result.only_from()],
                "accounts": [
                    {
                        "address": each.address,
                        "kind": each.kind,
                        "found": dict(zip(result.places, each.found, strict=True)),
                    }
                    for each in result.accounts
                ],
            }
        )
        return
    lines = [
        tr_plural(
            "{count} account from {places} places: {names}",
            "{count} accounts from {places} places: {names}",
            len(result.accounts),
            count=number_text(len(result.accounts)),
            places=len(result.places),
            names=", ".join(result.places),
        )
    ]
    lines += [f"  {number_text(count)} {_kind_shown(kind)}" for kind, count in kinds.most_common()]
    lines += [
        tr_plural(
            "{place} has no result for {count} account.",
            "{place} has no result for {count} accounts.",
            count,
            place=place,
            count=number_text(count),
        )
        for place, count in result.missing.items()
        if count
    ]
    lines += [
        tr("{cause} only from {place}: {count}", cause=cause, place=place, count=number_text(count))
        for cause, place, count in result.only_from()
    ]
    rows = [account for account in result.accounts if account.kind != "works everywhere"]
    if rows:
        table = [(tr("Address"), *result.places), *((inert(each.address), *map(inert, each.found)) for each in rows)]
        widths = [max(width(row[column]) for row in table) for column in range(len(table[0]))]
        lines += [
            "",
            *("  ".join(map(padded, row, widths)).rstrip() for row in table),
        ]
    render.print_text("\n".join(lines))


def write(result: Merged, path: Path) -> None:
    """The whole table as .csv or .html."""
    out: TextIO
    with open_table(path) as out:
        if path.suffix.lower() == ".csv":
            rows = ((account.address, account.kind, *account.found) for account in result.accounts)
            write_csv(out, ("Address", "Kind", *result.places), rows)
            return
        shown = [(_kind_shown(account.kind), account) for account in result.accounts]
        write_page(
            out,
            tr("Results side by side"),
            (tr("Address"), tr("Kind"), *result.places),
            ((kind, (account.address, kind, *account.found)) for kind, account in shown),
            Counter(kind for kind, _ in shown),
        )


def _kind_shown(kind: str) -> str:
    return {
        "incomplete": tr_context("account seen from several places", "incomplete"),
        "works everywhere": tr_context("account seen from several places", "works everywhere"),
        "works only from some": tr_context("account seen from several places", "works only from some"),
        "works nowhere": tr_context("account seen from several places", "works nowhere"),
    }[kind]
