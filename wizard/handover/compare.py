"""Reports of one account from several places, side by side: what one network lets through and another does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from wizard.handover.page import Section
from wizard.language import tr, tr_later
from wizard.language.formats import comma_list
from wizard.model.text import inert

_MOST: Final = 120
_NONE: Final = "-"


def places_of(paths: Sequence[Path]) -> list[str]:
    """What each report's place is called: as its file is, with the folder or a number where two would be the same."""
    names = [path.stem for path in paths]
    if len(set(names)) < len(names):
        names = [f"{path.parent.name}/{path.stem}" for path in paths]
    return [name if names.count(name) == 1 else f"{number}: {name}" for number, name in enumerate(names, 1)]


def comparison(reports: Sequence[Mapping[str, object]], places: Sequence[str]) -> tuple[Section, ...]:
    """What each report says, a column for each place, and in a sentence what differs.

    Args:
        reports: documents as `load_report` gives them, whoever made them.
        places: what each is called, in the same order.
    """
    table = [("", *(_short(place) for place in places))]
    rows = [_row(report) for report in reports]
    table += [(tr(name), *(row[name] for row in rows)) for name in rows[0]]
    return (Section(tr("The same account from several places"), (_sentence(reports, places),), table=tuple(table)),)


def comparison_rows(reports: Sequence[Mapping[str, object]], places: Sequence[str]) -> dict[str, dict[str, str]]:
    """What each report says under each name, by place, for scripts: the names in English, whatever is spoken."""
    rows = [_row(report) for report in reports]
    return {name: {place: row[name] for place, row in zip(places, rows, strict=True)} for name in rows[0]}


def _row(report: Mapping[str, object]) -> dict[str, str]:
    check, around = _of(report, "check"), _of(report, "surroundings")
    first = next(iter(_dicts(check.get("diagnoses"))), {})
    return {
        tr_later("When"): _short(check.get("started_at")),
        tr_later("Verdict"): _short(check.get("verdict")),
        tr_later("Cause"): _short(first.get("cause")),
        tr_later("Said"): _short(first.get("title")),
        tr_later("Receiving"): _side(_of(check, "incoming")),
        tr_later("Sending"): _side(_of(check, "outgoing")),
        tr_later("Ports that got out"): _ports(around.get("open_ports")),
        tr_later("Ports that stayed silent"): _ports(around.get("blocked_ports")),
        tr_later("Public address"): _short(around.get("public_address")),
        tr_later("Proxy or VPN"): _short(around.get("proxy_or_vpn")),
    }


def _sentence(reports: Sequence[Mapping[str, object]], places: Sequence[str]) -> str:
    verdicts = {place: _of(report, "check").get("verdict") for report, place in zip(reports, places, strict=True)}
    works = [_short(place) for place, verdict in verdicts.items() if verdict in ("works", "works-after-fix")]
    fails = [_short(place) for place in places if _short(place) not in works]
    if works and fails:
        return tr(
            "It works from {working} and not from {failing}: the account is good; the network of {failing} is in the "
            "way, or lets this account in by other ways only.",
            working=comma_list(works),
            failing=comma_list(fails),
        )
    if works:
        return tr("It works from everywhere.")
    causes = {_row(report)["Cause"] for report in reports}
    if len(causes) == 1:
        return tr(
            "It fails everywhere for the same reason: that lies with the account or its server, not with a network."
        )
    return tr("It fails everywhere, for different reasons.")


def _side(side: Mapping[str, object]) -> str:
    if not side:
        return _NONE
    server = f"{side.get('host')}:{side.get('port')}/{side.get('security')}"
    return _short(tr("{status} at {server}", status=side.get("status"), server=server))


def _ports(found: object) -> str:
    ports = [str(port) for port in found if isinstance(port, int)] if isinstance(found, list) else []
    return _short(", ".join(ports))


def _short(value: object) -> str:
    return inert(str(value), _MOST) if value not in (None, "") else _NONE


def _of(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = document.get(key)
    return found if isinstance(found, Mapping) else {}


def _dicts(found: object) -> list[Mapping[str, object]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
