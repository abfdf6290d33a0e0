"""The community's database of settings (ISPDB), by the address's domain and by the domain that takes its mail."""

from __future__ import annotations

from urllib.parse import urlsplit

from wizard.discovery.answer import NOTHING, Answer, Question
from wizard.discovery.autoconfig import read
from wizard.discovery.candidate import KnownHost, Maker
from wizard.model.address import Address
from wizard.model.server import Source
from wizard.net.fetch import Fetcher
from wizard.net.sites import same_site

BASE_URL = "https://autoconfig.thunderbird.net/v1.1/"


def ispdb(
    address: Address,
    domain: str,
    fetcher: Fetcher,
    known: KnownHost,
    *,
    rank: int,
    base_url: str = BASE_URL,
) -> Question:
    """What the database knows of `domain`; it is told the domain, never the address.

    Where `domain` is of another site than the address, DNS made the connection and the answer needs the person's yes.
    """

    async def ask() -> Answer:
        fetched = await fetcher.get(f"{base_url.rstrip('/')}/{domain}")
        if fetched.status != 200:
            return NOTHING
        vouched = same_site(domain, address.domain) and all(same_site(hop, fetched.hops[0]) for hop in fetched.hops)
        return read(fetched.body, Maker(address, Source.ISPDB, vouched, known))

    return Question(Source.ISPDB, f"{urlsplit(base_url).hostname} for {domain}", rank, ask)
