"""TXT records asked for: those that are there, none, or nobody could say."""

from __future__ import annotations

from wizard.errors import DnsUnavailable, NameNotFound
from wizard.net.dns import Resolver


async def texts(resolver: Resolver, name: str) -> tuple[str, ...]:
    """The text records of a name; none where it has none.

    Raises:
        DnsUnavailable: nobody could say.
    """
    try:
        return await resolver.txt(name)
    except NameNotFound:
        return ()


async def texts_or_none(resolver: Resolver, name: str) -> tuple[str, ...] | None:
    """As `texts`, and `None` where nobody could say."""
    try:
        return await texts(resolver, name)
    except DnsUnavailable:
        return None


def tags(record: str) -> dict[str, str]:
    """The tags of a record such as DMARC's and DKIM's: `v=DMARC1; p=none` (RFC 6376 §3.2)."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found
