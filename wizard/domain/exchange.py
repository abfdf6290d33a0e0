"""Where the domain's mail arrives: MX, encrypted on the way (MTA-STS, TLS-RPT), and the name of the own server."""

from __future__ import annotations

from typing import Final

from wizard.domain.finding import Finding, Record, State
from wizard.domain.txt import tags, texts_or_none
from wizard.errors import DnsUnavailable, FetchError, NameNotFound
from wizard.language import tr, tr_later, tr_plural
from wizard.model.host import is_address
from wizard.model.text import inert
from wizard.net.dns import MxRecord, Resolver
from wizard.net.fetch import Fetcher
from wizard.net.reach import IPAddress
from wizard.net.sites import same_site

_MX: Final = tr_later("MX: where its mail arrives")
_STS: Final = tr_later("MTA-STS: encrypted on the way")
_RPT: Final = tr_later("TLS-RPT: reports of failed encryption")
_PTR: Final = tr_later("PTR: the sending server's own name")
_MAX_HOSTS: Final = 5


async def exchangers_of(domain: str, resolver: Resolver) -> tuple[MxRecord, ...] | None:
    """The mail exchangers; none where there are none, `None` where nobody could say."""
    try:
        return await resolver.mx(domain)
    except NameNotFound:
        return ()
    except DnsUnavailable:
        return None


async def mx(domain: str, resolver: Resolver, exchangers: tuple[MxRecord, ...] | None) -> Finding:
    """Whether mail to the domain can arrive."""
    if exchangers is None:
        return Finding("mx", tr(_MX), State.UNKNOWN, tr("No name server answered for the domain."))
    lines = tuple(f"{record.preference} {inert(record.host) or '.'}" for record in exchangers)
    if [record.host for record in exchangers] == [""]:
        return Finding("mx", tr(_MX), State.ABSENT, tr("The domain says that it takes no mail (null MX)."), (), lines)
    if not exchangers:
        addresses = await _addresses(domain, resolver)
        if addresses is None:
            return Finding("mx", tr(_MX), State.UNKNOWN, tr("No name server answered for the domain."))
        if addresses:
            says = tr("There is no MX record, so mail goes to the domain's own address. Publish one that says so.")
            return Finding("mx", tr(_MX), State.WARNING, says, (Record(domain, "MX", f"10 {domain}."),))
        says = tr("There is no MX record and no address: mail to the domain comes back.")
        return Finding("mx", tr(_MX), State.WRONG, says)
    dead = [
        record.host
        for record in exchangers[:_MAX_HOSTS]
        if is_address(record.host) or await _addresses(record.host, resolver) == ()
    ]
    if dead:
        state = State.WRONG if len(dead) == len(exchangers) else State.WARNING
        says = tr(
            "{host} has no address: take it out, or give it one.", host=", ".join(inert(host, 80) for host in dead)
        )
        return Finding("mx", tr(_MX), state, says, (), lines)
    for record in exchangers[:_MAX_HOSTS]:
        if target := await _alias(record.host, resolver):
            says = tr(
                "{host} is only another name (CNAME) of {target}, and some servers deliver to no such name: "
                "name the server itself.",
                host=inert(record.host, 80),
                target=inert(target, 80),
            )
            publish = (Record(domain, "MX", f"{record.preference} {target}."),)
            return Finding("mx", tr(_MX), State.WARNING, says, publish, lines)
    return Finding(
        "mx", tr(_MX), State.OK, tr_plural("{n} mail server.", "{n} mail servers.", len(exchangers)), (), lines
    )


async def mta_sts(domain: str, resolver: Resolver, fetcher: Fetcher | None, hosts: tuple[MxRecord, ...]) -> Finding:
    """Whether other servers may deliver without encryption (RFC 8461); the policy is fetched where `fetcher` is."""
    found = await texts_or_none(resolver, f"_mta-sts.{domain}")
    if found is None:
        return Finding("mta-sts", tr(_STS), State.UNKNOWN, tr("No name server answered for the record."))
    records = [text for text in found if text.lower().startswith("v=stsv1")]
    lines = tuple(inert(record) for record in records)
    if not records:
        says = tr("Not published. Mail works without; with it nobody between can switch encryption off.")
        return Finding("mta-sts", tr(_STS), State.ABSENT, says)
    if len(records) > 1 or not tags(records[0]).get("id"):
        says = tr("There must be one record, with an id (v=STSv1; id=20260101).")
        return Finding("mta-sts", tr(_STS), State.WRONG, says, (), lines)
    if fetcher is None:
        return Finding("mta-sts", tr(_STS), State.UNKNOWN, tr("Published; its policy was not fetched."), (), lines)
    url = f"https://mta-sts.{domain}/.well-known/mta-sts.txt"
    try:
        page = await fetcher.get(url)
    except FetchError as error:
        says = tr("The record is there and its policy is not to be had at {url}: {error}.", url=url, error=error)
        return Finding("mta-sts", tr(_STS), State.WRONG, says, (), lines)
    if page.status != 200 or page.url != url:
        return Finding(
            "mta-sts",
            tr(_STS),
            State.WRONG,
            tr("{url} answers with {status}, or sends on.", url=url, status=page.status),
            (),
            lines,
        )
    return _policy(page.body.decode("utf-8", "replace"), hosts, lines)


def _policy(text: str, hosts: tuple[MxRecord, ...], lines: tuple[str, ...]) -> Finding:
    fields: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip().lower(), []).append(value.strip().lower())
    mode, patterns = fields.get("mode", [""])[0], fields.get("mx", [])
    if fields.get("version", [""])[0] != "stsv1" or mode not in ("enforce", "testing", "none"):
        return Finding("mta-sts", tr(_STS), State.WRONG, tr("The policy has no version STSv1, or no mode."), (), lines)
    left_out = [record.host for record in hosts if not any(_fits(record.host, pattern) for pattern in patterns)]
    if left_out and mode != "none":
        says = tr(
            "The policy does not name {host}: mail to it is held back.",
            host=", ".join(inert(host, 80) for host in left_out),
        )
        return Finding("mta-sts", tr(_STS), State.WRONG if mode == "enforce" else State.WARNING, says, (), lines)
    if mode != "enforce":
        says = tr("The mode is “{mode}”, which only watches: go on to “enforce” once the reports are clean.", mode=mode)
        return Finding("mta-sts", tr(_STS), State.WARNING, says, (), lines)
    return Finding("mta-sts", tr(_STS), State.OK, tr("Other servers deliver encrypted, or not at all."), (), lines)


def _fits(host: str, pattern: str) -> bool:
    """Whether a policy's pattern names the host; a star stands for one label (RFC 8461 §4.1)."""
    return host == pattern or (pattern.startswith("*.") and host.partition(".")[2] == pattern[2:])


async def tls_rpt(domain: str, resolver: Resolver) -> Finding:
    """Whether somebody is told where encryption fails (RFC 8460)."""
    found = await texts_or_none(resolver, f"_smtp._tls.{domain}")
    if found is None:
        return Finding("tls-rpt", tr(_RPT), State.UNKNOWN, tr("No name server answered for the record."))
    records = [text for text in found if text.lower().startswith("v=tlsrptv1")]
    wanted = Record(f"_smtp._tls.{domain}", "TXT", f"v=TLSRPTv1; rua=mailto:postmaster@{domain}")
    if not records:
        return Finding("tls-rpt", tr(_RPT), State.ABSENT, tr("Not published. Mail works without."), (wanted,))
    lines = tuple(inert(record) for record in records)
    if len(records) > 1 or not tags(records[0]).get("rua"):
        return Finding(
            "tls-rpt", tr(_RPT), State.WRONG, tr("There must be one record, with rua=mailto:…"), (wanted,), lines
        )
    return Finding("tls-rpt", tr(_RPT), State.OK, tr("Reports are sent."), (), lines)


async def ptr(
    domain: str, resolver: Resolver, exchangers: tuple[MxRecord, ...], sender: str | None = None
) -> Finding | None:
    """Whether the sending server's address leads to its name and back, which receivers ask of strangers.

    The server is `sender`, else the domain's own mail exchanger, which mostly sends as well; `None` where another
    company takes the domain's mail, whose servers are its own affair.
    """
    own = [record.host for record in exchangers if record.host and same_site(record.host, domain)]
    hosts = [sender] if sender is not None else own[:1]
    for host in hosts:
        addresses = await _addresses(host, resolver)
        if addresses is None:
            says = tr("No name server answered for {address}.", address=inert(host, 80))
            return Finding("ptr", tr(_PTR), State.UNKNOWN, says)
        if not addresses:
            return Finding("ptr", tr(_PTR), State.WRONG, tr("{host} has no address.", host=inert(host, 80)))
        for address in addresses[:_MAX_HOSTS]:
            try:
                names = await resolver.ptr(address)
            except NameNotFound:
                says = tr(
                    "{address} has no name. Many receivers refuse it: have its owner publish {host}.",
                    address=address,
                    host=inert(host, 80),
                )
                return Finding(
                    "ptr", tr(_PTR), State.WRONG, says, (Record(address.reverse_pointer, "PTR", f"{host}."),)
                )
            except DnsUnavailable:
                return Finding(
                    "ptr", tr(_PTR), State.UNKNOWN, tr("No name server answered for {address}.", address=address)
                )
            if not [name for name in names[:_MAX_HOSTS] if address in (await _addresses(name, resolver) or ())]:
                says = tr(
                    "{address} is called {names}, which does not lead back to it.",
                    address=address,
                    names=inert(", ".join(names), 120),
                )
                return Finding(
                    "ptr", tr(_PTR), State.WRONG, says, (Record(address.reverse_pointer, "PTR", f"{host}."),)
                )
        shown = ", ".join(str(address) for address in addresses[:_MAX_HOSTS])
        return Finding(
            "ptr",
            tr(_PTR),
            State.OK,
            tr("{host}, {addresses}: the name leads there and back.", host=inert(host, 80), addresses=shown),
        )
    return None


async def _alias(host: str, resolver: Resolver) -> str | None:
    """The name that a host is only another name of, which no mail exchanger may be (RFC 2181 §10.3)."""
    try:
        return await resolver.alias(host)
    except (NameNotFound, DnsUnavailable):
        return None


async def _addresses(host: str, resolver: Resolver) -> tuple[IPAddress, ...] | None:
    """The addresses of a host, none where it has none; `None` where nobody could say."""
    found: list[IPAddress] = []
    is_answered = True
    for ask in (resolver.ipv4, resolver.ipv6):
        try:
            found += await ask(host)
        except NameNotFound:
            continue
        except DnsUnavailable:
            is_answered = False
    return tuple(found) if found or is_answered else None
