"""Everything a domain publishes about its mail, looked at in one go."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from wizard.domain.dkim import dkim
from wizard.domain.dmarc import dmarc
from wizard.domain.exchange import exchangers_of, mta_sts, mx, ptr, tls_rpt
from wizard.domain.finding import Finding
from wizard.domain.registration import registration
from wizard.domain.spf import spf
from wizard.net.dns import Resolver
from wizard.net.fetch import Fetcher


async def check_domain(
    domain: str,
    resolver: Resolver,
    fetcher: Fetcher | None,
    *,
    now: datetime,
    selectors: Sequence[str] = (),
    sender: str | None = None,
) -> tuple[Finding, ...]:
    """The findings, in the order in which a person puts them right.

    Args:
        domain: in A-labels.
        fetcher: fetches MTA-STS's policy and asks the registry; without it neither is asked.
        selectors: further names to look for DKIM keys under.
        sender: the server that sends, where it is known.
    """
    exchangers = await exchangers_of(domain, resolver)
    known = exchangers or ()
    found = await asyncio.gather(
        mx(domain, resolver, exchangers),
        spf(domain, resolver, known),
        dkim(domain, resolver, known, selectors),
        dmarc(domain, resolver),
        ptr(domain, resolver, known, sender),
        mta_sts(domain, resolver, fetcher, known),
        tls_rpt(domain, resolver),
        _registration(domain, fetcher, now),
    )
    return tuple(finding for finding in found if finding is not None)


async def _registration(domain: str, fetcher: Fetcher | None, now: datetime) -> Finding | None:
    return await registration(domain, fetcher, now) if fetcher is not None else None
