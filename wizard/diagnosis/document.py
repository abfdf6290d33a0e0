"""A diagnosis as the JSON that every command shows."""

from __future__ import annotations

from typing import assert_never

from wizard.diagnosis.confidence import UNSURE
from wizard.diagnosis.telephone_code import telephone_code
from wizard.model.diagnosis import (
    ACTION_NAMES,
    AskAdministrator,
    ChangeSettings,
    CopyText,
    Diagnosis,
    EditField,
    OpenUrl,
    Remedy,
    SignIn,
    TrustCertificate,
    TryAgain,
    Wait,
)
from wizard.model.server import ServerCandidate


def diagnosis_document(diagnosis: Diagnosis) -> dict[str, object]:
    """The shape of `diagnoses[]` in check's JSON (docs/CONTRACT.md)."""
    reply = diagnosis.reply
    document: dict[str, object] = {
        "cause": diagnosis.cause,
        "code": telephone_code(diagnosis),
        "stage": diagnosis.stage.value,
        "protocol": diagnosis.protocol.value if diagnosis.protocol else None,
        "server": diagnosis.server,
        "confidence": diagnosis.confidence,
        "title": diagnosis.title,
        "why": diagnosis.why,
        "reply": None
        if reply is None
        else {"code": reply.code, "enhanced": reply.enhanced, "status": reply.status, "text": reply.text},
        "remedies": [remedy_document(remedy) for remedy in diagnosis.remedies],
    }
    certificate = diagnosis.certificate
    if certificate is not None:
        document["certificate"] = {
            "sha256": certificate.sha256,
            "names": list(certificate.names),
            "issuer": certificate.issuer,
            "not_before": certificate.not_before.isoformat(),
            "not_after": certificate.not_after.isoformat(),
            "problem": certificate.problem.value if certificate.problem else None,
        }
    if diagnosis.confidence < UNSURE:
        document["likely"] = likely_document(diagnosis)
    if diagnosis.understood:
        document["understood"] = list(diagnosis.understood)
    return document


def likely_document(diagnosis: Diagnosis) -> list[dict[str, object]]:
    """The causes that come into question, each with the question that decides it."""
    return [
        {"cause": each.cause, "confidence": each.confidence, "title": each.title, "question": each.question}
        for each in diagnosis.likely
    ]


def remedy_document(remedy: Remedy) -> dict[str, object]:
    """One entry of `remedies[]`: what is said, the action and what the action needs."""
    document: dict[str, object] = {
        "id": remedy.id,
        "say": remedy.say,
        "steps": list(remedy.steps),
        "action": ACTION_NAMES[type(remedy.action)],
        "automatic": remedy.automatic,
        "last_resort": remedy.last_resort,
    }
    match remedy.action:
        case ChangeSettings(change, candidate):
            document["change"] = change.value
            if candidate is not None:
                document["candidate"] = _candidate_document(candidate)
        case EditField(field, server):
            document["field"] = field.value
            if server is not None:
                document["candidate"] = _candidate_document(server)
        case OpenUrl(url):
            document["url"] = url
        case CopyText(text):
            document["text"] = text
        case AskAdministrator(request):
            document["text"] = request
        case TrustCertificate(sha256):
            document["sha256"] = sha256
        case Wait(seconds):
            document["seconds"] = seconds
        case TryAgain() | SignIn():
            pass
        case _:
            assert_never(remedy.action)
    return document


def _candidate_document(candidate: ServerCandidate) -> dict[str, object]:
    return {
        "protocol": candidate.protocol.value,
        "host": candidate.host,
        "port": candidate.port,
        "security": candidate.security.value,
        "username": candidate.username,
        "source": candidate.source.value,
        "trusted": candidate.trusted,
    }
