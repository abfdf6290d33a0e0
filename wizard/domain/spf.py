"""SPF (RFC 7208): which servers may send for the domain, and whether receivers can find out in ten look-ups."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Final

from msgspec import Struct, field

from wizard.domain.finding import Finding, Record, State
from wizard.domain.txt import texts
from wizard.errors import DnsUnavailable
from wizard.language import tr, tr_later, tr_plural
from wizard.language.formats import paragraph
from wizard.model.text import inert
from wizard.net.dns import MxRecord, Resolver

_TITLE: Final = tr_later("SPF: who may send")
MAX_LOOKUPS: Final = 10  # RFC 7208 §4.6.4
_MAX_NESTED: Final = 40  # no longer followed: it is wrong already
_TERM: Final = re.compile(r"([+?~-]?)([A-Za-z][A-Za-z0-9_.-]*)(?:([:=/])(.*))?")
_LOOKS_UP: Final = frozenset({"include", "a", "mx", "ptr", "exists"})
_VERSIONS: Final = {"ip4": 4, "ip6": 6}
_MECHANISMS: Final = _LOOKS_UP | {"all", *_VERSIONS}
# Whose MX stands for whose senders; what the providers tell their customers to publish.
_INCLUDES: Final = {
    "google.com": "_spf.google.com",
    "googlemail.com": "_spf.google.com",
    "outlook.com": "spf.protection.outlook.com",
    "zoho.com": "zohomail.com",
    "zoho.eu": "zohomail.eu",
    "messagingengine.com": "spf.messagingengine.com",
    "protonmail.ch": "_spf.protonmail.ch",
    "icloud.com": "icloud.com",
    "mailbox.org": "mailbox.org",
    "migadu.com": "spf.migadu.com",
    "ovh.net": "mx.ovh.com",
    "kundenserver.de": "_spf.perfora.net",
    "ionos.de": "_spf.perfora.net",
    "secureserver.net": "secureserver.net",
}


class _Walk(Struct):
    """What was seen on the way through a record and those it includes."""

    lookups: int = 0
    faults: list[str] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


async def spf(domain: str, resolver: Resolver, exchangers: tuple[MxRecord, ...]) -> Finding:
    """The domain's SPF record, judged with all it includes."""
    try:
        records = [text for text in await texts(resolver, domain) if _is_spf(text)]
    except DnsUnavailable:
        return Finding("spf", tr(_TITLE), State.UNKNOWN, tr("No name server answered for the domain's records."))
    lines = tuple(inert(record) for record in records)
    wanted = Record(domain, "TXT", suggestion(exchangers))
    if not records:
        return Finding(
            "spf",
            tr(_TITLE),
            State.WRONG,
            tr(
                "The domain does not say which servers send its mail, so receivers distrust all of it. Publish a "
                "record that names each of them."
            ),
            (wanted,),
        )
    if len(records) > 1:
        return Finding(
            "spf",
            tr(_TITLE),
            State.WRONG,
            tr_plural(
                "The domain has {n} SPF record. Receivers take none of them then: put all into one.",
                "The domain has {n} SPF records. Receivers take none of them then: put all into one.",
                len(records),
            ),
            (Record(domain, "TXT", _joined(records)),),
            lines,
        )
    walk = _Walk()
    try:
        await _follow(domain, records[0], resolver, walk, is_top=True)
    except DnsUnavailable:
        return Finding(
            "spf", tr(_TITLE), State.UNKNOWN, tr("A record that SPF includes could not be asked for."), (), lines
        )
    if walk.lookups > MAX_LOOKUPS:
        if walk.lookups >= _MAX_NESTED:
            walk.faults.append(
                tr(
                    "Receivers would need more than {count} look-ups for it and stop after {most}: "
                    "take out services that no longer send for you.",
                    count=walk.lookups,
                    most=MAX_LOOKUPS,
                )
            )
        else:
            walk.faults.append(
                tr(
                    "Receivers would need {count} look-ups for it and stop after {most}: "
                    "take out services that no longer send for you.",
                    count=walk.lookups,
                    most=MAX_LOOKUPS,
                )
            )
    if walk.faults or walk.weak:
        state = State.WRONG if walk.faults else State.WARNING
        return Finding("spf", tr(_TITLE), state, paragraph([*walk.faults, *walk.weak]), (), lines)
    says = tr("One record, {count} of at most {most} look-ups.", count=walk.lookups, most=MAX_LOOKUPS)
    return Finding("spf", tr(_TITLE), State.OK, says, (), lines)


def suggestion(exchangers: tuple[MxRecord, ...]) -> str:
    """A first record: the provider's own, where the mail exchanger tells whose customer the domain is."""
    for exchanger in exchangers:
        for suffix, include in _INCLUDES.items():
            if exchanger.host == suffix or exchanger.host.endswith(f".{suffix}"):
                return f"v=spf1 include:{include} ~all"
    return "v=spf1 mx ~all"


def _is_network(written: str, version: int) -> bool:
    """Whether that is an address or network of this version (§5.6)."""
    try:
        return ip_network(written, strict=False).version == version
    except ValueError:
        return False


def _is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def _joined(records: list[str]) -> str:
    terms: list[str] = []
    for record in records:
        terms += [term for term in record.split()[1:] if term.lstrip("+?~-").lower() != "all"]
    return " ".join(["v=spf1", *dict.fromkeys(terms), "~all"])


async def _follow(domain: str, record: str, resolver: Resolver, walk: _Walk, *, is_top: bool) -> None:
    redirect, has_all = None, False
    for word in record.split()[1:]:
        match = _TERM.fullmatch(word)
        name = match[2].lower() if match else ""
        if match and match[3] == "=":
            redirect = match[4] if name == "redirect" else redirect
            continue
        version = _VERSIONS.get(name)
        if (
            match is None
            or name not in _MECHANISMS
            or (version is not None and not _is_network(match[4] or "", version))
        ):
            walk.faults.append(
                tr("“{term}” is nothing that SPF knows, so receivers take none of the record.", term=inert(word, 60))
            )
            continue
        walk.lookups += name in _LOOKS_UP
        if name == "ptr" and is_top:
            walk.weak.append(tr("“ptr” is slow, and receivers are told not to use it: name the addresses instead."))
        if name == "all":
            has_all = True
            if is_top and match[1] in ("", "+"):
                walk.faults.append(tr("“+all” lets anybody send as this domain: end the record with ~all or -all."))
            elif is_top and match[1] == "?":
                walk.weak.append(tr("“?all” says nothing about strangers: end the record with ~all or -all."))
        elif name == "include":
            await _enter(match[4] or "", resolver, walk)
    if redirect is not None and not has_all:
        walk.lookups += 1
        await _enter(redirect, resolver, walk)
    elif not has_all and is_top:
        walk.weak.append(tr("The record has no end that speaks of all others: add ~all or -all."))


async def _enter(domain: str, resolver: Resolver, walk: _Walk) -> None:
    name = domain.lower().rstrip(".")
    if "%" in name or walk.lookups >= _MAX_NESTED:
        return  # a macro stands for each sender's own address, and cannot be asked for here
    if name in walk.seen:
        walk.faults.append(tr("“{name}” is included twice, or includes itself.", name=inert(name, 80)))
        return
    walk.seen.add(name)
    records = [text for text in await texts(resolver, name) if _is_spf(text)]
    if len(records) != 1:
        including = inert(name, 80)
        if records:
            fault = tr_plural(
                "“{name}”, which it includes, has {n} SPF record: receivers take none of it then.",
                "“{name}”, which it includes, has {n} SPF records: receivers take none of it then.",
                len(records),
                name=including,
            )
        else:
            fault = tr(
                "“{name}”, which it includes, has no SPF record: receivers take none of it then.", name=including
            )
        walk.faults.append(fault)
        return
    await _follow(name, records[0], resolver, walk, is_top=False)
