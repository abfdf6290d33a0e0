"""Facts the rules can name: from evidence, or from a pasted text. What a rule cannot say becomes a fact here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from wizard.diagnosis.catalogue import Family
from wizard.diagnosis.client_errors import Reading
from wizard.diagnosis.fact_keys import Browser, Line, LooksLike, Mechanisms, Preset, Seen
from wizard.diagnosis.rule import Facts, fold
from wizard.model.address import Address
from wizard.model.dates import date_text
from wizard.model.evidence import CertificateFacts, ErrorKind, Evidence, ProbeReport, Reply, Stage, Surroundings
from wizard.model.provider import Provider, ProviderStatus
from wizard.model.public_address import address_forms
from wizard.model.run_fact import RunFact
from wizard.model.server import Protocol, Security, Source

CLOCK_TOLERANCE_S = 3_600.0  # a clock that is less wrong than this fails no certificate that is in daily use
_INCOMING_PORTS: Final = frozenset({110, 143, 993, 995})
_OUTGOING_PORTS: Final = frozenset({25, 465, 587, 2525})
_TOKEN_MECHANISMS: Final = frozenset({"XOAUTH2", "OAUTHBEARER"})
# What we can sign in with; a server that offers none of these cannot be signed in to with a password.
_PASSWORD_MECHANISMS: Final = frozenset(
    {"PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "APOP", "USER", "IMAP LOGIN", "USER/PASS"}
)
# What a pasted text's stage may be called besides our own names.
_STAGE_NAMES: Final[Mapping[str, tuple[str | None, str | None]]] = MappingProxyType(
    {
        "client": (None, None),
        "mail": ("envelope", "mail"),
        "rcpt": ("envelope", "rcpt"),
        "data": ("message", "data"),
        "helo": ("greeting", "ehlo"),
        "ehlo": ("greeting", "ehlo"),
        "starttls": ("tls", "starttls"),
        "connection": ("connect", None),
        "login": ("auth", None),
    }
)


def known_stage(name: str | None) -> tuple[Stage | None, str | None]:
    """Our stage for a name a log may use, and the SMTP command it means."""
    if not name:
        return None, None
    stage, command = _STAGE_NAMES.get(name.strip().lower(), (name.strip().lower(), None))
    return (Stage(stage) if stage in set(Stage) else None), command


def known_protocol(name: str | None) -> Protocol | None:
    """Our protocol for a name a log may use."""
    name = (name or "").strip().lower()
    if name in ("pop", "pop3", "pops", "pop3s"):
        return Protocol.POP3
    name = {"imaps": "imap", "imap4": "imap", "smtps": "smtp", "submission": "smtp", "lmtp": "smtp"}.get(name, name)
    return Protocol(name) if name in set(Protocol) else None


def facts_of_text(
    reading: Reading,
    *,
    stage: Stage | None,
    command: str | None,
    protocol: Protocol | None,
    server: str | None,
    provider: Provider | None,
    families: Sequence[Family],
) -> Facts:
    """The facts in a pasted text and in what was said about it."""
    values = _reply_values(reading.code, reading.enhanced, reading.status, reading.response_code)
    known = protocol or known_protocol(reading.protocol)
    _put(values, "stage", stage)
    _put(values, "command", command or reading.command)
    _put(values, "protocol", known)
    words = _provider_words(values, provider, families)
    _server_words(words, server, known)
    if reading.code or reading.enhanced:
        words["reply_code"] = " ".join(filter(None, (reading.code, reading.enhanced)))
    values["preset"] = _preset(provider, is_preset=provider is not None)
    return Facts(text=reading.folded, issuer=reading.folded, values=values, words=words)


def facts_of_evidence(
    evidence: Evidence,
    report: ProbeReport,
    *,
    provider: Provider | None,
    families: Sequence[Family],
    surroundings: Surroundings,
    address: Address,
    run_facts: frozenset[RunFact],
    now: datetime,
) -> Facts:
    """The facts of a failed stage, with all that the report, the surroundings and the rest of the run add."""
    candidate, reply, certificate = report.candidate, evidence.reply, evidence.certificate
    endpoint = evidence.endpoint or candidate.endpoint
    protocol = evidence.protocol or candidate.protocol
    text = fold(reply.judged) if reply else ""
    values = (
        _reply_values(str(reply.code) if reply.code else None, reply.enhanced, reply.status, reply.code_text)
        if reply
        else {}
    )
    _put(values, "stage", evidence.stage)
    _put(values, "command", _text_detail(evidence, "command"))
    _put(values, "protocol", protocol)
    _put(values, "kind", evidence.error)
    _put(values, "speaks", _text_detail(evidence, "speaks"))
    _put(values, "looks_like", _looks_like(endpoint.host, endpoint.port))
    is_preset = provider is not None or candidate.source is Source.PRESET
    values["preset"] = _preset(provider, is_preset=is_preset)
    mechanisms = _mechanisms(evidence, report)
    values["mechanism"] = frozenset({*(name.lower() for name in mechanisms), *_mechanism_summary(mechanisms)})
    if certificate is not None:
        _put(values, "certificate", certificate.problem)
    values["line"] = frozenset(_line(surroundings))
    values["seen"] = frozenset(_seen(evidence)) | run_facts
    if report.has_signed_in:
        values["seen"] |= {RunFact.SIGNED_IN}
    words = _provider_words(values, provider, families)
    words |= {
        "host": _shown(endpoint.host),
        "port": str(endpoint.port),
        "server": _shown(str(endpoint)),
        "encryption": _ENCRYPTION[endpoint.security],
        "address": _shown(str(address)),
        "domain": _shown(address.shown_domain),
        "username": _shown(candidate.username),
        "today": date_text(now),
    }
    words |= _side_words(protocol)
    if reply is not None:
        words["reply"] = _shown(reply.text, 300)
        if reply.code or reply.enhanced:
            words["reply_code"] = " ".join(filter(None, (str(reply.code or ""), reply.enhanced)))
    if certificate is not None:
        words |= _certificate_words(certificate, now)
    if mechanisms:
        words["mechanisms"] = _shown(", ".join(mechanisms))
    words |= _detail_words(evidence, report, candidate.username)
    words |= _surroundings_words(surroundings)
    issuer = fold(certificate.issuer) if certificate else ""
    return Facts(text=text, issuer=issuer, values=values, words=words)


def _put(values: dict[str, frozenset[str]], key: str, value: str | None) -> None:
    if value is not None:
        values[key] = frozenset({str(value).lower()})


def _reply_values(
    code: str | None, enhanced: str | None, status: str | None, response_code: str | None
) -> dict[str, frozenset[str]]:
    values: dict[str, frozenset[str]] = {}
    if code is None and enhanced is not None:
        values["code"] = frozenset({f"{enhanced[0]}xx"})
    elif code is not None:
        values["code"] = frozenset({code, f"{code[0]}xx"})
    if enhanced is not None:
        level, subject, detail = [*enhanced.split("."), "", ""][:3]
        values["enhanced"] = frozenset({enhanced, f"x.{subject}.{detail}", f"{level}.{subject}.x"})
    _put(values, "status", status)
    _put(values, "response_code", response_code.split()[0] if response_code and response_code.split() else None)
    return values


_ENCRYPTION: Final = {Security.TLS: "SSL/TLS", Security.STARTTLS: "STARTTLS", Security.NONE: "no encryption"}


def _side_words(protocol: Protocol | None) -> dict[str, str]:
    if protocol is None:
        return {}
    sending = protocol is Protocol.SMTP
    return {
        "protocol": "POP" if protocol is Protocol.POP3 else protocol.value.upper(),
        "side": "sending" if sending else "receiving",
        "other_side": "receiving" if sending else "sending",
    }


def _server_words(words: dict[str, str], server: str | None, protocol: Protocol | None) -> None:
    words |= _side_words(protocol)
    if server:
        words["host"] = words["server"] = _shown(server)


def _provider_words(
    values: dict[str, frozenset[str]], provider: Provider | None, families: Sequence[Family]
) -> dict[str, str]:
    words: dict[str, str] = {}
    ids = {family.id for family in families}
    for family in reversed(families):
        words["provider"] = family.name
        words |= dict(family.pages)
    if provider is not None:
        ids.add(provider.id)
        words["provider"] = provider.name
        values["browser"] = frozenset({Browser.YES if provider.oauth else Browser.NO})
        values["quirk"] = frozenset(provider.quirks)
        values["category"] = frozenset({provider.category})
        if provider.app_password is not None and provider.app_password.url:
            words["app_password_url"] = provider.app_password.url
        if provider.status is ProviderStatus.UNSUPPORTED:
            words["closed_provider"] = provider.name
            if provider.no_servers_because:
                words["no_servers_because"] = provider.no_servers_because
        if provider.preparation:
            words["preparation"] = provider.preparation[0].say
        url = next((step.url for step in provider.preparation if step.url), None)
        if url:
            words["preparation_url"] = url
        if provider.limits:
            words["limit"] = provider.limits[0].rstrip(".")
        if provider.max_message:
            words["max_message"] = provider.max_message.rstrip(".")
        if provider.webmail_url:
            words["webmail_url"] = provider.webmail_url
    values["provider"] = frozenset(ids)
    return words


def _preset(provider: Provider | None, *, is_preset: bool) -> frozenset[str]:
    """Whether we know the provider: "yes", "no", or "closed" when no mail program gets in there."""
    if provider is not None and provider.status is ProviderStatus.UNSUPPORTED:
        return frozenset({Preset.CLOSED})
    return frozenset({Preset.YES if is_preset else Preset.NO})


def _looks_like(host: str, port: int) -> str | None:
    label = host.lower().split(".")[0].rstrip("0123456789")
    if port in _INCOMING_PORTS or label in ("imap", "imaps", "pop", "pop3", "pops", "incoming", "inbound"):
        return LooksLike.INCOMING
    if port in _OUTGOING_PORTS or label in ("smtp", "smtps", "submission", "outgoing"):
        return LooksLike.OUTGOING
    return None


def _text_detail(evidence: Evidence, name: str) -> str | None:
    value = evidence.detail.get(name)
    return value if isinstance(value, str) and value else None


def _mechanisms(evidence: Evidence, report: ProbeReport) -> tuple[str, ...]:
    said = _text_detail(evidence, "mechanisms")
    if said is not None:
        return tuple(said.upper().replace(",", " ").split())
    for item in (evidence, *reversed(report.evidence)):
        found: list[str] = []
        for word in item.capabilities:
            upper = word.upper()
            if upper.startswith(("AUTH=", "SASL ", "AUTH ")):
                found += upper[5:].split()
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _mechanism_summary(mechanisms: tuple[str, ...]) -> set[str]:
    offered = set(mechanisms)
    if offered & _TOKEN_MECHANISMS and not offered & _PASSWORD_MECHANISMS:
        return {Mechanisms.ONLY_BROWSER_SIGN_IN}
    if offered and not offered & (_PASSWORD_MECHANISMS | _TOKEN_MECHANISMS):
        return {Mechanisms.NONE_KNOWN}
    return set()


def _line(surroundings: Surroundings) -> set[Line]:
    found: set[Line] = set()
    if surroundings.online is False:
        found.add(Line.OFFLINE)
    if surroundings.captive_portal:
        found.add(Line.CAPTIVE_PORTAL)
    if surroundings.clock_off_s is not None and abs(surroundings.clock_off_s) >= CLOCK_TOLERANCE_S:
        found.add(Line.CLOCK_WRONG)
    return found


def _seen(evidence: Evidence) -> set[str]:
    found = {name.replace("_", "-") for name, value in evidence.detail.items() if value is True}
    said = fold(evidence.reply.judged) if evidence.reply else ""
    # A reply that names one of the two addresses of the envelope is about that one; the sender's is put right first.
    if _names(said, _text_detail(evidence, "sender")):
        found.add(Seen.NAMES_SENDER)
    elif _names(said, _text_detail(evidence, "recipient")):
        found.add(Seen.NAMES_RECIPIENT)
    return found


def _names(said: str, address: str | None) -> bool:
    return address is not None and fold(address) in said


def _certificate_words(certificate: CertificateFacts, now: datetime) -> dict[str, str]:
    words = {
        "certificate_not_after": date_text(certificate.not_after),
        "certificate_not_before": date_text(certificate.not_before),
        "certificate_issuer": _shown(certificate.issuer),
        "sha256": certificate.sha256,
    }
    for moment in (certificate.not_after, certificate.not_before):
        days = abs((now - moment).days) if moment.tzinfo else None
        if days is not None and ((moment is certificate.not_after) == (now > certificate.not_after)):
            words["certificate_days"] = "1 day" if days == 1 else f"{days} days"
            break
    if certificate.names:
        more = len(certificate.names) - 3
        words["certificate_names"] = _shown(", ".join(certificate.names[:3])) + (
            f" and {more} more" if more > 0 else ""
        )
    return words


def _name_form(refused: str, accepted: str) -> str:
    if accepted == refused.lower() != refused:
        return "the name in small letters"
    mailbox, plus, tag = refused.partition("@")[0].partition("+")
    if plus and accepted.partition("@")[0] == mailbox:
        return f"the name without “{_shown(plus + tag)}”"
    return "only the part before the @" if "@" in refused else "the whole email address"


def _detail_words(evidence: Evidence, report: ProbeReport, username: str) -> dict[str, str]:
    words: dict[str, str] = {}
    if evidence.detail.get("other_form_works") is True:
        words["name_form"] = _name_form(username, _text_detail(evidence, "other_username") or "")
    suggestion = evidence.detail.get("suggestion")
    if suggestion:
        words["suggestion"] = _shown(suggestion)
    speaks = _text_detail(evidence, "speaks")
    if speaks and speaks != "unknown":
        words["speaks"] = {
            "http": "a web server",
            "ssh": "a remote-access server (SSH)",
            "ftp": "a file server (FTP)",
        }.get(speaks, {"smtp": "SMTP", "imap": "IMAP", "pop3": "POP"}.get(speaks, _shown(speaks)))
    if addresses := _text_detail(evidence, "addresses"):
        words["addresses"] = _shown(addresses)
    if report.max_message_bytes:
        words["size"] = f"{report.max_message_bytes / 1_048_576:.0f} MB"
    if evidence.error is ErrorKind.BUDGET:
        wait = evidence.detail.get("wait_s")
        known = isinstance(wait, int | float) and wait > 0
        words["minutes"] = _minutes(float(wait or 0)) if known else "a few minutes"
    return words


def _minutes(seconds: float) -> str:
    return "1 minute" if seconds <= 60 else f"{math.ceil(seconds / 60)} minutes"


def _surroundings_words(surroundings: Surroundings) -> dict[str, str]:
    words: dict[str, str] = {}
    if surroundings.open_ports:
        words["open_ports"] = " and ".join(str(port) for port in surroundings.open_ports[:3])
    if surroundings.blocked_ports:
        words["blocked_ports"] = " and ".join(str(port) for port in surroundings.blocked_ports[:3])
    if surroundings.clock_off_s is not None:
        off = abs(surroundings.clock_off_s)
        amount = (
            f"{off / 86_400:.0f} days"
            if off >= 2 * 86_400
            else f"{off / 3_600:.0f} hours"
            if off >= 7_200
            else "an hour"
        )
        words["clock_off"] = amount
    if surroundings.public_address:
        forms = address_forms(surroundings.public_address)
        words["public_address"] = forms.single if forms is not None else _shown(surroundings.public_address)
        if forms is not None:
            words["public_addresses"] = f"{forms.single}\nas a network: {forms.cidr}\nas a range: {forms.range}"
    return words


def _shown(text: str, longest: int = 120) -> str:
    """Text that somebody else wrote, safe inside a sentence of ours."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(kept.split())[:longest]


def plain_reply(reading: Reading, masked: str) -> Reply | None:
    """The reply of a pasted text as evidence; `None` when it holds no words."""
    shown = _shown(masked, 500)
    if not shown:
        return None
    code = int(reading.code) if reading.code else None
    return Reply(shown, code, reading.enhanced, reading.status, reading.response_code)
