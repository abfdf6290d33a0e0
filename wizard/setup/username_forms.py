"""The forms a user name may have: small letters, what the provider published, with or without @domain."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.model.provider import Provider
from wizard.model.server import ServerCandidate, Source
from wizard.net.sites import registrable_domain


def other_usernames(
    candidate: ServerCandidate,
    wire_address: str,
    provider: Provider | None,
    others: Iterable[ServerCandidate] = (),
) -> tuple[str, ...]:
    """The user name in its other forms, likeliest first; none where the form is known or has no other.

    Telephones write the first letter large, and many servers tell large letters from small ones: small ones come first.
    Then what a source published for this server. A plus-address (RFC 5233) leads to a mailbox whose own name signs in,
    so there it is the same without the +tag; elsewhere it is with or without @domain.

    Args:
        candidate: the server, with the name that was refused.
        wire_address: the address as it is sent.
        provider: whose server it is, when a preset knows it.
        others: what the sources named.
    """
    name = candidate.username
    is_form = name in _forms(wire_address)
    if name != name.lower() and is_form:
        return (name.lower(),)
    if provider is not None and candidate.source in (Source.PRESET, Source.PACK, Source.MX):
        return ()
    published = _published_names(candidate, others)
    if not is_form and name not in published:
        return ()  # nobody's form of this address: the person said it
    own = _without_tag(name, wire_address)
    if own is None:
        own = wire_address.rpartition("@")[0] if name == wire_address else wire_address
    return tuple(one for one in dict.fromkeys((*published, own)) if one != name)


def _published_names(candidate: ServerCandidate, others: Iterable[ServerCandidate]) -> list[str]:
    """The user names that sources published for this host, else for another one of the same domain.

    What is said of somebody else's servers says nothing of the names that this one knows.
    """
    site = registrable_domain(candidate.host)
    published = [
        other
        for other in others
        if other.source.is_published and other.way is candidate.way and registrable_domain(other.host) == site
    ]
    published.sort(key=lambda other: (other.host != candidate.host, other.protocol is not candidate.protocol))
    return [other.username for other in published]


def _without_tag(name: str, wire_address: str) -> str | None:
    """The name of a plus-address without its tag; `None` where it has none."""
    local, _, domain = wire_address.rpartition("@")
    mailbox, plus, _ = local.partition("+")
    if not plus or not mailbox:
        return None
    return {wire_address: f"{mailbox}@{domain}", local: mailbox}.get(name)


def _forms(wire_address: str) -> set[str]:
    return {wire_address, wire_address.rpartition("@")[0]}
