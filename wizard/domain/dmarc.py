"""DMARC (RFC 7489): what receivers do with mail that is not from the domain, and whom they tell."""

from __future__ import annotations

from wizard.domain.finding import Finding, Record, State
from wizard.domain.txt import tags, texts, texts_or_none
from wizard.errors import DnsUnavailable
from wizard.language import tr, tr_later, tr_plural
from wizard.language.formats import paragraph
from wizard.model.host import NotAHost, host_name
from wizard.model.text import inert
from wizard.net.dns import Resolver
from wizard.net.sites import registrable_domain, same_site

_TITLE = tr_later("DMARC: what becomes of forged mail")


async def dmarc(domain: str, resolver: Resolver) -> Finding:
    """The record of the domain, or of the one it belongs to."""
    owner = domain
    try:
        records = await _records(domain, resolver)
        if not records and registrable_domain(domain) != domain:
            owner = registrable_domain(domain)
            records = await _records(owner, resolver)
    except DnsUnavailable:
        return Finding("dmarc", tr(_TITLE), State.UNKNOWN, tr("No name server answered for the record."))
    first = Record(f"_dmarc.{domain}", "TXT", f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}")
    lines = tuple(inert(record) for record in records)
    if not records:
        return Finding(
            "dmarc",
            tr(_TITLE),
            State.WRONG,
            tr(
                "There is no record. Large providers want one of who sends much, and trust a domain with one more. "
                "Begin with p=none, which only watches."
            ),
            (first,),
        )
    if len(records) > 1:
        says = tr_plural(
            "There is {n} record; receivers take none of them then. Keep one.",
            "There are {n} records; receivers take none of them then. Keep one.",
            len(records),
        )
        return Finding("dmarc", tr(_TITLE), State.WRONG, says, (), lines)
    read = tags(records[0])
    policy = read.get("sp" if owner != domain and "sp" in read else "p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        says = tr("The record has no policy (p=none, p=quarantine or p=reject), so receivers take none of it.")
        return Finding("dmarc", tr(_TITLE), State.WRONG, says, (first,), lines)
    said = [_alignment(read)]
    state = State.OK
    if policy == "none":
        state = State.WARNING
        said.insert(0, tr("p=none only watches: once your own mail passes, go on to p=quarantine, then p=reject."))
    else:
        if policy == "quarantine":
            said.insert(0, tr("Mail that is not from the domain is put into Junk."))
        else:
            said.insert(0, tr("Mail that is not from the domain is refused."))
    unheard = await _unheard(owner, read.get("rua", ""), resolver)
    if unheard:
        state = State.WARNING
        said.append(
            tr(
                "Reports to {domain} are not sent: that domain does not say that it wants them.",
                domain=inert(unheard, 80),
            )
        )
    elif not read.get("rua"):
        said.append(tr("Nobody is told what fails: add rua=mailto:… to get reports."))
    if owner != domain:
        said.append(tr("The record is that of {domain}.", domain=owner))
    return Finding("dmarc", tr(_TITLE), state, paragraph(said), (), lines)


async def _records(domain: str, resolver: Resolver) -> list[str]:
    found = await texts(resolver, f"_dmarc.{domain}")
    return [text for text in found if text.replace(" ", "").lower().startswith("v=dmarc1")]


def _alignment(read: dict[str, str]) -> str:
    """Which domains SPF and DKIM must have proven (§3.1)."""
    strict_spf, strict_dkim = (read.get(tag, "r").lower() == "s" for tag in ("aspf", "adkim"))
    if strict_spf and strict_dkim:
        return tr("It passes where SPF or DKIM passes for the very same domain.")
    if strict_spf:
        return tr("It passes where SPF passes for the very same domain, or DKIM for this domain or one below it.")
    if strict_dkim:
        return tr("It passes where SPF passes for this domain or one below it, or DKIM for the very same domain.")
    return tr("It passes where SPF or DKIM passes for this domain or one below it.")


async def _unheard(domain: str, addresses: str, resolver: Resolver) -> str | None:
    """The first domain of a report's address that is another's and does not say that it wants the reports (§7.1)."""
    for address in addresses.split(",")[:5]:
        target = address.strip().rpartition("@")[2].partition("!")[0].lower()
        if not target or same_site(target, domain):
            continue
        try:
            asked = f"{domain}._report._dmarc.{host_name(target)}"
        except NotAHost:
            return target
        records = await texts_or_none(resolver, asked)
        if records is not None and not any(record.lower().startswith("v=dmarc1") for record in records):
            return target
    return None
