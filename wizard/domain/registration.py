"""When the domain's registration ends, by its registry's own answer (RDAP, RFC 9083)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from wizard.domain.finding import Finding, State
from wizard.errors import FetchError
from wizard.language import tr, tr_later
from wizard.language.formats import date_text
from wizard.net.fetch import Fetcher
from wizard.net.sites import registrable_domain

_TITLE: Final = tr_later("Registration: until when")
_SOON: Final = timedelta(days=30)
# IANA's list of the registries' servers (RFC 9224).
REGISTRIES: Final = "https://data.iana.org/rdap/dns.json"
_ENDING: Final = frozenset({"redemption period", "pending delete", "client hold", "server hold"})


async def registration(domain: str, fetcher: Fetcher, now: datetime, *, registries: str = REGISTRIES) -> Finding:
    """Until when the domain is registered; unknown where its registry has no such service."""
    name = registrable_domain(domain)
    try:
        server = _server(_object(await _page(fetcher, registries)), name.rpartition(".")[2])
        answer = _object(await _page(fetcher, f"{server}domain/{name}")) if server else {}
    except (FetchError, ValueError, RecursionError):
        answer = {}
    until = expiry(answer)
    if until is None:
        return Finding("registration", tr(_TITLE), State.UNKNOWN, tr("The registry does not say until when."))
    states = {str(state).lower() for state in answer.get("status") or () if isinstance(state, str)}
    day = date_text(until)
    if until < now or states & _ENDING:
        says = tr(
            "The registration of {name} ended on {day}, or is held: mail to it stops. Renew it at once.",
            name=name,
            day=day,
        )
        return Finding("registration", tr(_TITLE), State.WRONG, says)
    if until - now < _SOON:
        says = tr(
            "The registration of {name} ends on {day}. Have it renewed: without it mail stops.", name=name, day=day
        )
        return Finding("registration", tr(_TITLE), State.WARNING, says)
    return Finding("registration", tr(_TITLE), State.OK, tr("{name} is registered until {day}.", name=name, day=day))


def expiry(answer: dict[str, Any]) -> datetime | None:
    """The date of expiration in a registry's answer."""
    events = answer.get("events")
    for event in events if isinstance(events, list) else ():
        if isinstance(event, dict) and event.get("eventAction") == "expiration":
            try:
                until = datetime.fromisoformat(str(event.get("eventDate")))
            except ValueError:
                continue
            return until if until.tzinfo else until.replace(tzinfo=UTC)
    return None


async def _page(fetcher: Fetcher, url: str) -> bytes:
    page = await fetcher.get(url, timeout_s=8.0, headers=(("Accept", "application/rdap+json, application/json"),))
    if page.status != 200:
        raise FetchError(f"{url} answered with {page.status}")
    return page.body


def _object(body: bytes) -> dict[str, Any]:
    document = json.loads(body)
    if not isinstance(document, dict):
        raise ValueError("no object")
    return document


def _server(registries: dict[str, Any], ending: str) -> str | None:
    """The https server for names with this ending, with a slash at its end."""
    for service in registries.get("services") or ():
        endings, servers = (list(service) if isinstance(service, list) else [])[:2] or ([], [])
        if ending in endings:
            https = [str(server) for server in servers if str(server).startswith("https://")]
            return https[0].rstrip("/") + "/" if https else None
    return None
