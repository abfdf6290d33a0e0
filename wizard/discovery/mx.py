"""Mail exchangers: which provider takes the domain's mail, and whom else that lets us ask."""

from __future__ import annotations

import re
from collections.abc import Callable

from wizard.discovery.answer import MAX_NAMES, Answer, Question, Refused, names_left_out
from wizard.discovery.book import PresetBook
from wizard.discovery.candidate import KnownHost, Maker, host_name
from wizard.discovery.presets import candidates, gateway_for_mx, needs, region_of_mx
from wizard.language import tr, tr_later
from wizard.model.address import Address
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.dns import Resolver
from wizard.net.sites import registrable_domain, same_site

# Whom a domain lets send for it (SPF, RFC 7208 §5.2) shows the provider behind such a service.
BEHIND = {
    "spf.protection.outlook.com": "microsoft-365",
    "_spf.google.com": "google-workspace",
}
# Who sold a provider's service, by the same record: the switches are on the seller's pages.
SOLD_BY = {
    "secureserver.net": tr_later(
        "GoDaddy manages this Microsoft 365: its switches are in GoDaddy's Email & Office dashboard."
    ),
}
_INCLUDE = re.compile(r"\binclude:([A-Za-z0-9._-]+)")

MakeFollowUps = Callable[[str], tuple[Question, ...]]


def mx(
    address: Address, resolver: Resolver, presets: PresetBook, known: KnownHost, follow_up: MakeFollowUps, *, rank: int
) -> Question:
    """The provider by its mail exchangers; `follow_up` makes the questions for a foreign exchanger's domain."""

    async def ask() -> Answer:
        records = await resolver.mx(address.domain)
        if len(records) == 1 and not records[0].host:
            note = tr("{domain} says that it accepts no mail (null MX, RFC 7505).", domain=address.shown_domain)
            return Answer(notes=(note,), refused=(tr("this domain accepts no mail"),), takes_no_mail=True)
        hosts: list[str] = []
        refused: list[str] = []
        if len(records) > MAX_NAMES:
            refused.append(names_left_out(len(records)))
        for record in records[:MAX_NAMES]:
            try:
                hosts.append(host_name(record.host))
            except Refused as error:
                refused.append(str(error))
        for host in hosts:
            provider = presets.for_mx(host)
            if provider is not None:
                found = candidates(provider, address, source=Source.MX, region=region_of_mx(provider, host))
                sold = (_sold_by(address, resolver, rank),) if provider.id == "microsoft-365" else ()
                return Answer(found, needs(provider), tuple(refused), provider, then=sold)
        if any(map(gateway_for_mx, hosts)):
            return Answer(refused=tuple(refused), then=(_behind(address, resolver, presets, rank),))
        domains = dict.fromkeys(registrable_domain(h) for h in hosts if not same_site(h, address.domain))
        then = tuple(question for domain in [*domains][:1] for question in follow_up(domain))
        return Answer(_at_exchangers(address, hosts, known), (), tuple(refused), then=then)

    return Question(Source.MX, f"MX of {address.domain}", rank, ask)


def _at_exchangers(address: Address, hosts: list[str], known: KnownHost) -> tuple[ServerCandidate, ...]:
    """The first exchanger itself: with small hosters it is the mail server too. DNS alone named it."""
    maker = Maker(address, Source.MX, False, known)
    return tuple(
        maker.make(protocol, host, port, security)
        for host in hosts[:1]
        for protocol, port, security in (
            (Protocol.IMAP, 993, Security.TLS),
            (Protocol.POP3, 995, Security.TLS),
            (Protocol.SMTP, 465, Security.TLS),
            (Protocol.SMTP, 587, Security.STARTTLS),
        )
    )


def _behind(address: Address, resolver: Resolver, presets: PresetBook, rank: int) -> Question:
    domain = address.shown_domain

    async def ask() -> Answer:
        for include in await _senders(address, resolver):
            provider = presets.get(BEHIND[include]) if include in BEHIND else None
            if provider is not None:
                note = tr(
                    "A mail filter stands in front of {domain}; behind it is probably {provider}.",
                    domain=domain,
                    provider=provider.name,
                )
                return Answer(
                    candidates(provider, address, source=Source.MX), (note, *needs(provider)), (), provider, True
                )
        unknown = tr(
            "A mail filter stands in front of {domain}; it does not show who keeps the mailbox.", domain=domain
        )
        return Answer(notes=(unknown,))

    return Question(Source.MX, f"SPF of {address.domain}", rank, ask)


def _sold_by(address: Address, resolver: Resolver, rank: int) -> Question:
    async def ask() -> Answer:
        said = (tr(SOLD_BY[include]) for include in await _senders(address, resolver) if include in SOLD_BY)
        return Answer(notes=tuple(said))

    return Question(Source.MX, f"SPF of {address.domain}", rank, ask)


async def _senders(address: Address, resolver: Resolver) -> tuple[str, ...]:
    """Whom the domain's SPF record includes."""
    records = [one for one in (await resolver.txt(address.domain))[:20] if one.lower().startswith("v=spf1")]
    return tuple(include.lower() for record in records for include in _INCLUDE.findall(record)[:10])
