"""Proven accounts and finished checks the hand-over tests share."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from wizard.model.account import CheckResult, RoundTrip, RoundTripStatus, SideResult, Status, Verdict, VerifiedAccount
from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis, EditField, Field, Fix, Remedy, ServerChange
from wizard.model.draft import AccountDraft
from wizard.model.evidence import (
    CertificateFacts,
    ErrorKind,
    Evidence,
    Outcome,
    ProbeReport,
    Reply,
    Stage,
    Surroundings,
)
from wizard.model.secret import Secret
from wizard.model.server import Endpoint, Protocol, Security, ServerCandidate, Source

WHEN = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
ADDRESS = Address.parse("ada@example.org")
CANARY = "Kanarienvogel-9f3a+/="


def smtp(**changes: object) -> ServerCandidate:
    """The sending server: 465, TLS, the full address, from a preset."""
    server = ServerCandidate(
        Protocol.SMTP, "smtp.example.org", 465, Security.TLS, "ada@example.org", Source.PRESET, trusted=True
    )
    return replace(server, **changes)


def imap(**changes: object) -> ServerCandidate:
    """The receiving server: IMAP, 993, TLS, the full address, from a preset."""
    server = ServerCandidate(
        Protocol.IMAP, "imap.example.org", 993, Security.TLS, "ada@example.org", Source.PRESET, trusted=True
    )
    return replace(server, **changes)


def account(**changes: object) -> VerifiedAccount:
    """Ada's account, both directions proven."""
    verified = VerifiedAccount(
        address=ADDRESS,
        display_name="Ada Example",
        incoming=imap(),
        outgoing=smtp(),
        incoming_auth="PLAIN",
        outgoing_auth="PLAIN",
        provider=None,
        verified_at=WHEN,
    )
    return replace(verified, **changes)


def diagnosis(**changes: object) -> Diagnosis:
    """A refused sign-in with one remedy."""
    refused = Diagnosis(
        cause="bad-credentials",
        stage=Stage.AUTH,
        confidence=0.9,
        title="The server refused this password",
        why="It answered that user name and password do not belong together.",
        remedies=(
            Remedy(
                "edit-password", "Type the password once more", EditField(Field.PASSWORD), steps=("Look at caps lock",)
            ),
        ),
        protocol=Protocol.SMTP,
        server="smtp.example.org:465",
        reply=Reply("5.7.8 Authentication failed", code=535, enhanced="5.7.8"),
    )
    return replace(refused, **changes)


def diagnosis_document(item: Diagnosis) -> dict[str, object]:
    """A diagnosis as the contract writes it, enough of it for these tests."""
    reply = item.reply
    return {
        "cause": item.cause,
        "stage": item.stage.value,
        "protocol": item.protocol.value if item.protocol else None,
        "server": item.server,
        "confidence": item.confidence,
        "title": item.title,
        "why": item.why,
        "reply": {"code": reply.code, "enhanced": reply.enhanced, "text": reply.text} if reply else None,
        "remedies": [
            {
                "id": remedy.id,
                "say": remedy.say,
                "steps": list(remedy.steps),
                "action": "edit-field",
                "automatic": False,
            }
            for remedy in item.remedies
        ],
    }


def evidence(text: str = "5.7.8 Authentication failed", stage: Stage = Stage.AUTH) -> Evidence:
    """A refused stage at the sending server."""
    return Evidence(
        stage=stage,
        outcome=Outcome.FAILED,
        protocol=Protocol.SMTP,
        endpoint=Endpoint("smtp.example.org", 465, Security.TLS),
        error=ErrorKind.REPLY,
        reply=Reply(text, code=535, enhanced="5.7.8"),
        capabilities=("AUTH PLAIN LOGIN", "SIZE 35882577"),
        seconds=0.011,
        t_s=0.2,
        detail={"method": "PLAIN", "other_username": "not for reports"},
    )


def certificate() -> CertificateFacts:
    """What a server's certificate claims."""
    return CertificateFacts("ab" * 32, ("smtp.example.org",), "Example CA", "CN=smtp.example.org", WHEN, WHEN, False)


def failed(text: str = "5.7.8 Authentication failed") -> CheckResult:
    """A check in which receiving works and sending was refused; the secret is the canary."""
    report = ProbeReport(
        smtp(), (evidence(text),), transcript=("> AUTH PLAIN ***", f"< 535 {text}"), sign_in_attempts=1
    )
    return CheckResult(
        draft=AccountDraft(ADDRESS, "Ada Example", Secret(CANARY), imap(), smtp()),
        verdict=Verdict.FAILS,
        started_at=WHEN,
        elapsed_s=1.2345,
        outgoing=SideResult(smtp(), Status.FAILED, None, 35882577, report),
        incoming=SideResult(imap(), Status.VERIFIED, "PLAIN"),
        diagnoses=(diagnosis(reply=Reply(text, code=535, enhanced="5.7.8")),),
        sign_in_attempts={Protocol.SMTP: 1, Protocol.IMAP: 1},
        timeline=(evidence(text),),
        reports=(report,),
        surroundings=Surroundings(online=True, public_address="203.0.113.7"),
        notes=("Asked: example.org",),
    )


def works() -> CheckResult:
    """A check that works after the port was changed, the test message in the Inbox."""
    fix = Fix(
        "connection-timed-out",
        "use-port-465",
        Protocol.SMTP,
        ServerChange(port=587, security=Security.STARTTLS),
        ServerChange(port=465, security=Security.TLS),
    )
    return CheckResult(
        draft=AccountDraft(ADDRESS, "Ada Example", Secret(CANARY)),
        verdict=Verdict.WORKS_AFTER_FIX,
        started_at=WHEN,
        elapsed_s=2.0,
        provider="example",
        outgoing=SideResult(smtp(), Status.VERIFIED, "PLAIN", 35882577),
        incoming=SideResult(imap(), Status.VERIFIED, "IMAP LOGIN"),
        round_trip=RoundTrip(RoundTripStatus.ARRIVED, "INBOX", False, 2.1, "pass", "pass", "pass"),
        fixes=(fix,),
        sign_in_attempts={Protocol.SMTP: 1, Protocol.IMAP: 1},
    )
