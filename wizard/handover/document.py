"""The JSON of a check (schema mailwright/check/1), there and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from wizard.errors import HandoverError, UsageError
from wizard.handover.administrator_message import with_letters
from wizard.handover.case import case_code
from wizard.handover.clean import Clean, cleaner
from wizard.language import tr
from wizard.model.account import CheckResult, RoundTrip, SideResult, Status, VerifiedAccount
from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis, Fix, ServerChange
from wizard.model.evidence import CertificateFacts, Evidence, Reply
from wizard.model.host import NotAHost, host_name
from wizard.model.limits import limits_of
from wizard.model.secret import MASK
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.model.text import inert

SCHEMA: Final = "mailwright/check/1"

Json = dict[str, object]
DiagnosisDocument = Callable[[Diagnosis], Mapping[str, object]]

# Values under these keys are words of ours; masking a secret such as "imap" inside them would break the document.
_OUR_WORDS: Final = frozenset({"cause", "stage", "protocol", "id", "action", "server", "url", "enhanced", "code"})


def check_document(result: CheckResult, *, diagnosis_document: DiagnosisDocument) -> Json:
    """The document of a check (docs/CONTRACT.md), with every known secret masked and server text inert."""
    clean = cleaner(result)
    size = result.outgoing.max_message_bytes if result.outgoing is not None else None
    return {
        "schema": SCHEMA,
        "case": case_code(result),
        "address": str(result.draft.address),
        "verdict": result.verdict.value,
        "provider": result.provider,
        "elapsed_s": round(result.elapsed_s, 3),
        "started_at": result.started_at.astimezone(UTC).isoformat(timespec="seconds"),
        "outgoing": _without_secret(_side(result.outgoing, wanted=result.draft.wants_outgoing, outgoing=True), result),
        "incoming": _without_secret(_side(result.incoming, wanted=result.draft.wants_incoming, outgoing=False), result),
        "round_trip": _round_trip(result.round_trip, clean),
        "diagnoses": [
            _cleaned(with_letters(diagnosis_document(diagnosis), diagnosis, result), clean)
            for diagnosis in result.diagnoses
        ],
        "fixes": [_fix(fix) for fix in result.fixes],
        "sign_in_attempts": {protocol.value: count for protocol, count in result.sign_in_attempts.items()},
        "timeline": [_timeline_entry(item, clean) for item in result.timeline],
        "notes": [clean(note) for note in result.notes],
        "limits": [clean(limit) for limit in limits_of(result.known_provider, size)],
        "asked": [
            {"source": one.source.value, "whom": clean(one.whom), "answer": clean(one.answer)} for one in result.asked
        ],
    }


def _cleaned(value: object, clean: Clean, key: str = "") -> object:
    match value:
        case str():
            if key in _OUR_WORDS:
                return inert(value)
            # Texts to copy have lines of their own; a server's words have not.
            return "\n".join(clean(line) for line in value.split("\n"))
        case Mapping() if key == "reply":
            return {str(name): clean(item) if isinstance(item, str) else item for name, item in value.items()}
        case Mapping():
            return {str(name): _cleaned(item, clean, str(name)) for name, item in value.items()}
        case list() | tuple():
            return [_cleaned(item, clean, key) for item in value]
        case _:
            return value


def _side(side: SideResult | None, *, wanted: bool, outgoing: bool) -> Json:
    server = side.candidate if side else None
    document: Json = {
        "protocol": server.protocol.value if server else None,
        "host": server.host if server else None,
        "port": server.port if server else None,
        "security": server.security.value if server else None,
        "username": server.username if server else None,
        "auth": side.auth if side else None,
        "source": server.source.value if server else None,
        "trusted": server.trusted if server else None,
        "status": (side.status if side else Status.FAILED if wanted else Status.SKIPPED).value,
    }
    if outgoing:
        document["max_message_bytes"] = side.max_message_bytes if side else None
    return document


def _without_secret(side: Json, result: CheckResult) -> Json:
    """The side with its user name masked where that is the key itself, as Postmark wants it."""
    secrets = (result.draft.secret, result.draft.outgoing_secret)
    same = any(secret is not None and secret.reveal() == side["username"] for secret in secrets)
    return {**side, "username": MASK} if same else side


def _round_trip(trip: RoundTrip, clean: Clean) -> Json:
    def cleaned(text: str | None) -> str | None:
        return None if text is None else clean(text)

    return {
        "status": trip.status.value,
        "folder": cleaned(trip.folder),
        "is_junk": trip.is_junk,
        "seconds": None if trip.seconds is None else round(trip.seconds, 3),
        "spf": cleaned(trip.spf),
        "dkim": cleaned(trip.dkim),
        "dmarc": cleaned(trip.dmarc),
    }


def _fix(fix: Fix) -> Json:
    return {
        "cause": fix.cause,
        "remedy": fix.remedy,
        "protocol": fix.protocol.value,
        "before": _change(fix.before),
        "after": _change(fix.after),
    }


def _change(change: ServerChange) -> Json:
    values: Json = {"host": change.host, "port": change.port, "security": change.security, "username": change.username}
    return {key: value for key, value in values.items() if value is not None}


def _timeline_entry(item: Evidence, clean: Clean) -> Json:
    return {
        "t_s": round(item.t_s, 3),
        "protocol": item.protocol.value if item.protocol else None,
        "server": str(item.endpoint) if item.endpoint else None,
        "stage": item.stage.value,
        "outcome": item.outcome.value,
        "seconds": round(item.seconds, 3),
        "detail": _detail(item, clean),
    }


def _detail(item: Evidence, clean: Clean) -> Json:
    detail: Json = {key: clean(value) if isinstance(value, str) else value for key, value in item.detail.items()}
    if item.error is not None:
        detail["error"] = item.error.value
    if item.reply is not None:
        detail["reply"] = _reply(item.reply, clean)
    if item.capabilities:
        detail["capabilities"] = [clean(word) for word in item.capabilities]
    if item.certificate is not None:
        detail["certificate"] = _certificate(item.certificate, clean)
    return detail


def _reply(reply: Reply, clean: Clean) -> Json:
    values: Json = {
        "code": reply.code,
        "enhanced": reply.enhanced,
        "status": reply.status,
        "code_text": None if reply.code_text is None else clean(reply.code_text),
        "text": clean(reply.text),
    }
    return {key: value for key, value in values.items() if value is not None}


def _certificate(facts: CertificateFacts, clean: Clean) -> Json:
    return {
        "sha256": facts.sha256,
        "names": [clean(name) for name in facts.names],
        "issuer": clean(facts.issuer),
        "subject": clean(facts.subject),
        "not_before": facts.not_before.isoformat(),
        "not_after": facts.not_after.isoformat(),
        "self_signed": facts.self_signed,
        "problem": facts.problem.value if facts.problem else None,
    }


def verified_account(document: object) -> VerifiedAccount:
    """The proven settings in a check document that somebody saved; every value is looked at before it is believed.

    Raises:
        UsageError: it is no check document of this schema.
        HandoverError: it is one, and neither direction in it is verified.
    """
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        raise UsageError(tr("This is not the result of a check: it does not say “{schema}”.", schema=SCHEMA))
    address = document.get("address")
    if not isinstance(address, str):
        raise UsageError(tr("This check result names no address."))
    outgoing, outgoing_auth = _read_side(document.get("outgoing"), outgoing=True)
    incoming, incoming_auth = _read_side(document.get("incoming"), outgoing=False)
    if outgoing is None and incoming is None:
        raise HandoverError(tr("Nothing in this check result is verified, so there is nothing to hand over."))
    provider = document.get("provider")
    return VerifiedAccount(
        address=Address.parse(address),
        display_name=None,
        incoming=incoming,
        outgoing=outgoing,
        incoming_auth=incoming_auth,
        outgoing_auth=outgoing_auth,
        provider=provider if isinstance(provider, str) else None,
        verified_at=_read_time(document.get("started_at")),
    )


def _read_side(side: object, *, outgoing: bool) -> tuple[ServerCandidate | None, str | None]:
    if not isinstance(side, Mapping) or side.get("status") != Status.VERIFIED:
        return None, None
    host, port, username, auth = (side.get(key) for key in ("host", "port", "username", "auth"))
    try:
        protocol = Protocol(str(side.get("protocol")))
        security = Security(str(side.get("security")))
        source = Source(str(side.get("source")))
    except ValueError:
        raise UsageError(tr("This check result names a protocol, encryption or source that does not exist.")) from None
    if (protocol is Protocol.SMTP) is not outgoing:
        raise UsageError(tr("This check result has a receiving server where the sending one belongs, or the reverse."))
    if not (isinstance(host, str) and host and isinstance(username, str) and type(port) is int and 0 < port < 65536):
        raise UsageError(tr("This check result lacks a server name, port or user name."))
    try:
        host = host_name(host)
    except NotAHost as error:
        raise UsageError(tr("This check result names a server that is none: {reason}.", reason=error)) from None
    if inert(username, len(username)) != username or inert(str(auth)) != str(auth):
        raise UsageError(tr("This check result has a user name or method with characters that nobody sees."))
    trusted = side.get("trusted") is True
    candidate = ServerCandidate(protocol, host, port, security, username, source, trusted)
    return candidate, auth if isinstance(auth, str) else None


def _read_time(text: object) -> datetime:
    try:
        time = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        return datetime.now(UTC)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
