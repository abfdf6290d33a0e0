"""The words that fill placeholders: from evidence, the preset and the surroundings, safe inside a sentence of ours."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from wizard.diagnosis.catalogue import Family
from wizard.diagnosis.issuer import issuer_name
from wizard.diagnosis.reply_page import page_of_reply
from wizard.language import tr, tr_context, tr_later, tr_plural
from wizard.language.formats import DAY_S, HOUR_S, MINUTE_S, and_list, date_text, quoted, size_text
from wizard.model.address import Address
from wizard.model.evidence import CertificateFacts, ErrorKind, Evidence, ProbeReport, Surroundings
from wizard.model.provider import Provider, ProviderStatus
from wizard.model.public_address import address_forms
from wizard.model.server import Protocol, Security

_PER_MESSAGE: Final = re.compile(r"in one message")


def words_of_evidence(
    evidence: Evidence,
    report: ProbeReport,
    *,
    provider: Provider | None,
    families: Sequence[Family],
    surroundings: Surroundings,
    address: Address,
    mechanisms: Sequence[str],
    now: datetime,
) -> dict[str, str]:
    """Every placeholder that the failed stage and all around it can fill."""
    candidate, reply, certificate = report.candidate, evidence.reply, evidence.certificate
    endpoint = evidence.endpoint or candidate.endpoint
    words = provider_words(provider, families)
    words |= {
        "host": shown(endpoint.host),
        "port": str(endpoint.port),
        "server": shown(str(endpoint)),
        "encryption": tr(_ENCRYPTION[endpoint.security]),
        "address": shown(str(address)),
        "domain": shown(address.shown_domain),
        "username": shown(candidate.username),
        "today": date_text(now),
    }
    words |= side_words(evidence.protocol or candidate.protocol)
    if reply is not None:
        words["reply"] = shown(reply.text, 300)
        words |= wait_words(reply.text)
        if report.is_encrypted and (page := page_of_reply(reply.text, _own_hosts(words, provider, address))):
            words["reply_url"] = page
        if reply.code or reply.enhanced:
            words["reply_code"] = " ".join(filter(None, (str(reply.code or ""), reply.enhanced)))
    if certificate is not None:
        words |= _certificate_words(certificate, now)
    if mechanisms:
        words["mechanisms"] = shown(", ".join(mechanisms))
    words |= _detail_words(evidence, report, candidate.username)
    words |= _surroundings_words(surroundings)
    return words


def _own_hosts(words: Mapping[str, str], provider: Provider | None, address: Address) -> tuple[str, ...]:
    """Whose pages a reply may lead to: those of the address's domain and of its provider."""
    pages = (urlsplit(words.get(page, "")).hostname for page in ("security_url", "webmail_url"))
    domains = provider.domains if provider is not None else ()
    return (address.domain, *domains, *filter(None, pages))


def provider_words(provider: Provider | None, families: Sequence[Family]) -> dict[str, str]:
    """What the preset, and where it says nothing the family, tells: name, pages, limits."""
    words: dict[str, str] = {}
    for family in reversed(families):
        words["provider"] = family.name
        words |= dict(family.pages)
    if provider is not None:
        words["provider"] = provider.name
        told = provider.translated()
        if provider.app_password is not None and provider.app_password.url:
            words["app_password_url"] = provider.app_password.url
        if provider.status is ProviderStatus.UNSUPPORTED:
            words["closed_provider"] = provider.name
            if told.no_servers_because:
                words["no_servers_because"] = told.no_servers_because
        if told.preparation:
            words["preparation"] = told.preparation[0].say
        url = next((step.url for step in provider.preparation if step.url), None)
        if url:
            words["preparation_url"] = url
        if told.limits:
            words["limit"] = told.limits[0].rstrip(".")
        # Which limit is meant, its English words say.
        pairs = zip(provider.limits, told.limits, strict=True)
        a_message = next((said for limit, said in pairs if _PER_MESSAGE.search(limit)), None)
        if a_message is not None:
            words["recipient_limit"] = a_message.rstrip(".")
        if told.max_message:
            words["max_message"] = told.max_message.rstrip(".")
        if provider.webmail_url:
            words["webmail_url"] = provider.webmail_url
    return words


_ENCRYPTION: Final = {
    Security.TLS: "SSL/TLS",
    Security.STARTTLS: "STARTTLS",
    Security.NONE: tr_later("no encryption"),
}


def side_words(protocol: Protocol | None) -> dict[str, str]:
    """The protocol and its side, and the other one."""
    if protocol is None:
        return {}
    sending = protocol is Protocol.SMTP
    sides = (tr_context("within a sentence", "sending"), tr_context("within a sentence", "receiving"))
    side, other_side = sides if sending else sides[::-1]
    return {
        "protocol": "POP" if protocol is Protocol.POP3 else protocol.value.upper(),
        "side": side,
        "other_side": other_side,
    }


def _certificate_words(certificate: CertificateFacts, now: datetime) -> dict[str, str]:
    words = {
        "certificate_not_after": date_text(certificate.not_after),
        "certificate_not_before": date_text(certificate.not_before),
        "certificate_issuer": shown(issuer_name(certificate.issuer)),
        "sha256": certificate.sha256,
    }
    for moment in (certificate.not_after, certificate.not_before):
        days = abs((now - moment).days) if moment.tzinfo else None
        if days is not None and ((moment is certificate.not_after) == (now > certificate.not_after)):
            words["certificate_days"] = tr_plural("{n} day", "{n} days", days)
            break
    if certificate.names:
        names, more = shown(", ".join(certificate.names[:3])), len(certificate.names) - 3
        if more > 0:
            names = tr_plural("{names} and {n} more", "{names} and {n} more", more, names=names)
        words["certificate_names"] = names
    return words


def _name_form(refused: str, accepted: str) -> str:
    if accepted == refused.lower() != refused:
        return tr_context("user name", "the name in small letters")
    mailbox, plus, tag = refused.partition("@")[0].partition("+")
    if plus and accepted.partition("@")[0] == mailbox:
        return tr_context("user name", "the name without “{part}”", part=shown(plus + tag))
    if accepted and not refused.startswith(f"{accepted}@") and not accepted.startswith(f"{refused}@"):
        return quoted(shown(accepted))  # a name that the provider made up
    if "@" in refused:
        return tr_context("user name", "only the part before the @")
    return tr_context("user name", "the whole email address")


def _detail_words(evidence: Evidence, report: ProbeReport, username: str) -> dict[str, str]:
    words: dict[str, str] = {}
    if evidence.detail.get("other_form_works") is True:
        words["name_form"] = _name_form(username, text_detail(evidence, "other_username") or "")
    suggestion = text_detail(evidence, "suggestion")
    if suggestion:
        words["suggestion"] = shown(suggestion)
    for name in ("isp", "isp_relay"):
        if said := text_detail(evidence, name):
            words[name] = shown(said)
    speaks = text_detail(evidence, "speaks")
    if speaks and speaks != "unknown":
        words["speaks"] = _server_that_speaks(speaks)
    if addresses := text_detail(evidence, "addresses"):
        words["addresses"] = shown(addresses)
    if size := size_text(report.max_message_bytes or 0):
        words["size"] = size
    if evidence.error is ErrorKind.BUDGET:
        wait = evidence.detail.get("wait_s")
        known = isinstance(wait, int | float) and wait > 0
        words["minutes"] = _minutes(float(wait or 0)) if known else tr_context("within a sentence", "a few minutes")
    return words


# The units of time in the languages that servers speak, a few of them with the endings that say "in" or "for".
_SECONDS: Final = (
    r"seconds?|secs?|s|sek|sekund\w*|secondes?|second[io]|segundos?|seconden|"
    r"(?:másodperc|masodperc|mp)(?:et|en|re|ig|cel)?|секунд\w*|сек|saniye\w*|ثانية|ثوان"
)
_MINUTES: Final = (
    r"minut(?:es?|s|en|os?|i|a|y|ę|u|er|ter|og)?|mins?|minuut|perc(?:et|en|re|ig|cel|nyi)?|"
    r"минут\w*|мин|хвилин\w*|хв|dakika\w*|دقيقة|دقائق"
)
_HOURS: Final = (
    r"hours?|stunden?|std|heures?|horas?|or[ae]|uur|uren|(?:óra|órá|ora)(?:t|n|ra)?|godzin\w*|hodin\w*|"
    r"timm(?:e|ar|es)|час(?:а|ов|у)?|годин\w*|saat\w*|ساعة|ساعات"
)
# A number behind a point or comma is a part of a longer one: "Time: 0.09s" is no time to wait.
_WAIT: Final = (
    r"(?<![A-Za-z\d_.,])(?P<count>\d{1,3})\s?"
    rf"(?:(?:(?P<s>{_SECONDS})|(?P<m>{_MINUTES})|(?P<h>{_HOURS}))\b|(?P<cs>秒|초)|(?P<cm>分|분)|(?P<ch>小时|小時|時間|시간))"
)
_UNITS: Final = {"s": 1, "m": MINUTE_S, "h": HOUR_S}
LONGEST_WAIT_S: Final = 48 * 3_600


def wait_words(reply: str) -> dict[str, str]:
    """How long a server asks to wait: `wait_time` in words, `wait_s` in seconds; nothing where it names no time."""
    found = re.search(_WAIT, reply, re.IGNORECASE)  # compiled where a server said something
    if found is None:
        return {}
    count = int(found["count"])
    unit_s = _UNITS[str(found.lastgroup)[-1]]
    if not 0 < count * unit_s <= LONGEST_WAIT_S:
        return {}
    said = {
        1: tr_plural("{n} second", "{n} seconds", count),
        MINUTE_S: tr_plural("{n} minute", "{n} minutes", count),
        HOUR_S: tr_plural("{n} hour", "{n} hours", count),
    }
    return {"wait_time": said[unit_s], "wait_s": str(count * unit_s)}


def _server_that_speaks(protocol: str) -> str:
    match protocol:
        case "http":
            return tr("a web server")
        case "ssh":
            return tr("a remote-access server (SSH)")
        case "ftp":
            return tr("a file server (FTP)")
        case "lmtp":
            return tr("a server for delivery between mail servers (LMTP)")
        case _:
            return {"smtp": "SMTP", "imap": "IMAP", "pop3": "POP"}.get(protocol, shown(protocol))


def _ports(ports: Sequence[int]) -> str:
    return and_list([str(port) for port in ports[:3]])


def text_detail(evidence: Evidence, name: str) -> str | None:
    """A text of the evidence's detail; `None` where it is absent or none."""
    value = evidence.detail.get(name)
    return value if isinstance(value, str) and value else None


def _minutes(seconds: float) -> str:
    return tr_plural("{n} minute", "{n} minutes", max(1, math.ceil(seconds / MINUTE_S)))


def _surroundings_words(surroundings: Surroundings) -> dict[str, str]:
    words: dict[str, str] = {}
    if surroundings.open_ports:
        words["open_ports"] = _ports(surroundings.open_ports)
    if surroundings.blocked_ports:
        words["blocked_ports"] = _ports(surroundings.blocked_ports)
    if surroundings.clock_off_s is not None:
        off = abs(surroundings.clock_off_s)
        if off >= 2 * DAY_S:
            words["clock_off"] = tr_plural("{n} day", "{n} days", round(off / DAY_S))
        elif off >= 2 * HOUR_S:
            words["clock_off"] = tr_plural("{n} hour", "{n} hours", round(off / HOUR_S))
        else:
            words["clock_off"] = tr_context("within a sentence", "an hour")
    if surroundings.public_address:
        forms = address_forms(surroundings.public_address)
        words["public_address"] = forms.single if forms is not None else shown(surroundings.public_address)
        if forms is not None:
            words["public_addresses"] = tr(
                "{address}\nas a network: {network}\nas a range: {range}",
                address=forms.single,
                network=forms.cidr,
                range=forms.range,
            )
    return words


def shown(text: str, longest: int = 120) -> str:
    """Text that somebody else wrote, safe inside a sentence of ours."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(kept.split())[:longest]
