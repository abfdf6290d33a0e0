"""Facts the rules can name: from evidence, or from a pasted text. What a rule cannot say becomes a fact here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from wizard.diagnosis.catalogue import Family
from wizard.diagnosis.fact_keys import Browser, Line, LooksLike, Mechanisms, Preset, Seen
from wizard.diagnosis.fact_words import provider_words, shown, side_words, text_detail, wait_words, words_of_evidence
from wizard.diagnosis.rule import Facts, fold
from wizard.diagnosis.standing import seen_in_reply, takes_mail_in
from wizard.model.address import Address
from wizard.model.evidence import Evidence, ProbeReport, Reply, Stage, Surroundings
from wizard.model.host import is_this_computer
from wizard.model.provider import Provider, ProviderStatus
from wizard.model.run_fact import RunFact
from wizard.model.server import AuthMethod, Protocol, Source

if TYPE_CHECKING:
    from wizard.diagnosis.client_errors import Reading

_PUBLIC: Final = frozenset({Source.AUTOCONFIG, Source.ISPDB, Source.PACC, Source.AUTODISCOVER, Source.SRV})
CLOCK_TOLERANCE_S = 3_600.0  # a clock that is less wrong than this fails no certificate that is in daily use
_INCOMING_PORTS: Final = frozenset({110, 143, 993, 995})
_SERVERS_PORT: Final = 25  # where servers give each other mail
_OUTGOING_PORTS: Final = frozenset({25, 465, 587, 2525})
_TOKEN_MECHANISMS: Final = frozenset({"XOAUTH2", "OAUTHBEARER"})
# What we can sign in with; a server that offers none of these cannot be signed in to with a password.
_PASSWORD_MECHANISMS: Final = frozenset(
    {"PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "APOP", "USER", "IMAP LOGIN", "USER/PASS"}
)
_WINDOWS_MECHANISMS: Final = frozenset({"NTLM", "GSSAPI", "GSS-SPNEGO", "KERBEROS_V4", "KERBEROS_V5"})
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
    seen: frozenset[str],
) -> Facts:
    """The facts in a pasted text and in what was said about it."""
    values = _reply_values(reading.code, reading.enhanced, reading.status, reading.response_code)
    known = protocol or known_protocol(reading.protocol)
    values["seen"] = seen | ({Seen.FETCHING} if known in (Protocol.IMAP, Protocol.POP3) else set())
    _put(values, "stage", stage)
    _put(values, "command", command or reading.command)
    _put(values, "protocol", known)
    _put_provider(values, provider, families)
    words = provider_words(provider, families) | side_words(known)
    if server:
        words["host"] = words["server"] = shown(server)
    words |= wait_words(reading.telling)
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
    _put(values, "command", text_detail(evidence, "command"))
    _put(values, "protocol", protocol)
    _put(values, "kind", evidence.error)
    _put(values, "speaks", text_detail(evidence, "speaks"))
    _put(values, "looks_like", _looks_like(endpoint.host, endpoint.port))
    is_preset = provider is not None or candidate.source is Source.PRESET
    values["preset"] = _preset(provider, is_preset=is_preset)
    mechanisms = _mechanisms(evidence, report)
    values["mechanism"] = frozenset({*(name.lower() for name in mechanisms), *_mechanism_summary(mechanisms)})
    if certificate is not None:
        _put(values, "certificate", certificate.problem)
    values["line"] = frozenset(_line(surroundings))
    values["seen"] = frozenset(_seen(evidence)) | _of_this_envelope(evidence, candidate.username, address, run_facts)
    values["seen"] |= _seen_of_provider(provider, candidate.username, address, evidence)
    if is_this_computer(endpoint.host):
        values["seen"] |= {Seen.ON_THIS_COMPUTER}
    if endpoint.port == _SERVERS_PORT and takes_mail_in(endpoint.host):
        values["seen"] |= {Seen.TAKES_MAIL_IN}
    if candidate.source is Source.GUESS:
        values["seen"] |= {Seen.GUESSED} | ({Seen.DOMAIN_ITSELF} if endpoint.host == address.domain else set())
    elif candidate.source is Source.GIVEN:
        values["seen"] |= {Seen.TYPED}
    elif candidate.source in (Source.PRESET, Source.PACK):
        values["seen"] |= {Seen.LISTED}
    elif candidate.source in _PUBLIC:
        values["seen"] |= {Seen.PUBLISHED}
    if report.has_signed_in:
        values["seen"] |= {RunFact.SIGNED_IN}
    if report.is_encrypted:
        values["seen"] |= {Seen.ENCRYPTED}
    if text_detail(evidence, "method") == AuthMethod.USER_PASS and not report.sign_in_attempts:
        values["seen"] |= {Seen.PASSWORD_NOT_SENT}
    _put_provider(values, provider, families)
    words = words_of_evidence(
        evidence,
        report,
        provider=provider,
        families=families,
        surroundings=surroundings,
        address=address,
        mechanisms=mechanisms,
        now=now,
    )
    issuer = fold(certificate.issuer) if certificate else ""
    return Facts(text=text, issuer=issuer, values=values, words=words)


def _put(values: dict[str, frozenset[str]], key: str, value: str | None) -> None:
    if value is not None:
        values[key] = frozenset({str(value).lower()})


def _put_provider(values: dict[str, frozenset[str]], provider: Provider | None, families: Sequence[Family]) -> None:
    values["provider"] = frozenset(family.id for family in families)
    if provider is not None:
        values["provider"] |= {provider.id}
        values["browser"] = frozenset({Browser.YES if provider.oauth else Browser.NO})
        values["quirk"] = frozenset(provider.quirks)
        values["category"] = frozenset({provider.category})


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


def _mechanisms(evidence: Evidence, report: ProbeReport) -> tuple[str, ...]:
    said = text_detail(evidence, "mechanisms")
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
        return {Mechanisms.NONE_KNOWN} | ({Mechanisms.WINDOWS} if offered & _WINDOWS_MECHANISMS else set())
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
    if text_detail(evidence, "method") in _TOKEN_MECHANISMS:
        found.add(Seen.TOKEN_SENT)
    said = fold(evidence.reply.judged) if evidence.reply else ""
    found |= seen_in_reply(said)
    # A reply that names one of the two addresses of the envelope is about that one; the sender's is put right first.
    if _names(said, text_detail(evidence, "sender")):
        found.add(Seen.NAMES_SENDER)
    elif _names(said, text_detail(evidence, "recipient")):
        found.add(Seen.NAMES_RECIPIENT)
    return found


_ENVELOPE: Final = frozenset({RunFact.SENDER_IS_SIGN_IN, RunFact.RECIPIENT_IS_SELF})


def _of_this_envelope(
    evidence: Evidence, username: str, address: Address, run_facts: frozenset[RunFact]
) -> frozenset[RunFact]:
    """The run's facts, those of sender and recipient as they are in the very envelope that was refused."""
    sender, recipient = text_detail(evidence, "sender"), text_detail(evidence, "recipient")
    if sender is None and recipient is None:
        return run_facts
    measured = {
        RunFact.SENDER_IS_SIGN_IN: sender is not None and sender.lower() == username.lower(),
        RunFact.RECIPIENT_IS_SELF: recipient is not None and recipient.lower() == address.wire.lower(),
    }
    return (run_facts - _ENVELOPE) | {fact for fact, holds in measured.items() if holds}


def _seen_of_provider(provider: Provider | None, username: str, address: Address, evidence: Evidence) -> set[Seen]:
    found: set[Seen] = set()
    if provider is None or evidence.stage is not Stage.AUTH:
        return found
    name, _, domain = username.rpartition("@")
    if not name:  # only the part before the @ is sent, which is the address's unless the person said otherwise
        domain = address.domain if username == address.local else ""
    if provider.category == "freemail" and domain and domain.lower() not in provider.domains:
        found.add(Seen.SIGNS_IN_WITH_OWN_DOMAIN)
    return found


# What Cisco's "fixup" and its like make of a greeting and of EHLO words they do not know.
def _names(said: str, address: str | None) -> bool:
    return address is not None and fold(address) in said


def plain_reply(reading: Reading, masked: str) -> Reply | None:
    """The reply of a pasted text as evidence; `None` when it holds no words."""
    said = shown(masked, 500)
    if not said:
        return None
    code = int(reading.code) if reading.code else None
    return Reply(said, code, reading.enhanced, reading.status, reading.response_code)
