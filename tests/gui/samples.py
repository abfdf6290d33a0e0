"""One account in its states, as the Check, Test and Done pages are given them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from wizard.model.account import CheckResult, RoundTrip, RoundTripStatus, SideResult, Status, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import (
    AskAdministrator,
    Change,
    ChangeSettings,
    Diagnosis,
    EditField,
    Field,
    Fix,
    OpenUrl,
    Remedy,
    ServerChange,
    TrustCertificate,
    Wait,
)
from wizard.model.draft import AccountDraft
from wizard.model.evidence import (
    NO_DETAIL,
    CertificateFacts,
    CertificateProblem,
    Detail,
    ErrorKind,
    Evidence,
    Outcome,
    ProbeReport,
    Reply,
    Stage,
)
from wizard.model.progress import Progress
from wizard.model.server import Protocol, Security, ServerCandidate, Source

NOW: Final = datetime(2026, 11, 21, 14, 2, 10, tzinfo=UTC)
ADDRESS: Final = Address("ada", "example.net", "example.net")
SMTP: Final = ServerCandidate(
    Protocol.SMTP, "smtp.example.net", 587, Security.STARTTLS, "ada@example.net", Source.AUTOCONFIG, True
)
IMAP: Final = ServerCandidate(
    Protocol.IMAP, "imap.example.net", 993, Security.TLS, "ada@example.net", Source.AUTOCONFIG, True
)
DRAFT: Final = AccountDraft(ADDRESS, "Ada Example", None, IMAP, SMTP)
TLS_1_3: Final = Detail(tls="TLSv1.3")


def seen(
    stage: Stage,
    candidate: ServerCandidate,
    seconds: float,
    t_s: float,
    outcome: Outcome = Outcome.OK,
    *,
    error: ErrorKind | None = None,
    reply: Reply | None = None,
    certificate: CertificateFacts | None = None,
    detail: Detail = NO_DETAIL,
) -> Evidence:
    """Evidence of one stage at that server."""
    return Evidence(
        stage,
        outcome,
        candidate.protocol,
        candidate.endpoint,
        error,
        reply,
        certificate,
        seconds=seconds,
        t_s=t_s,
        detail=detail,
    )


REPLY: Final = Reply("Error: authentication failed: wrong user name or password", 535, "5.7.8")
REFUSED: Final = seen(Stage.AUTH, SMTP, 0.4, 1.0, Outcome.FAILED, error=ErrorKind.REPLY, reply=REPLY)
TO_SIGN_IN: Final = (
    seen(Stage.DNS, SMTP, 0.1, 0.1),
    seen(Stage.CONNECT, SMTP, 0.2, 0.3),
    seen(Stage.GREETING, SMTP, 0.1, 0.4),
    seen(Stage.TLS, SMTP, 0.1, 0.5, detail=TLS_1_3),
)
RECEIVES: Final = (
    seen(Stage.DNS, IMAP, 0.1, 0.1),
    seen(Stage.CONNECT, IMAP, 0.3, 0.3),
    seen(Stage.TLS, IMAP, 0.1, 0.5, detail=TLS_1_3),
    seen(Stage.GREETING, IMAP, 0.1, 0.6),
    seen(Stage.AUTH, IMAP, 0.4, 0.9),
)
FIXED: Final = replace(SMTP, username="ada")
SIGNED_IN: Final = seen(Stage.AUTH, FIXED, 0.3, 1.6)

USE_LOCAL_PART: Final = Remedy(
    "use-local-part",
    "Use the part before the @",
    ChangeSettings(Change.OTHER_USERNAME_FORM, FIXED),
    automatic=True,
)
APP_PASSWORD: Final = Remedy(
    "create-app-password",
    "Create an app password",
    OpenUrl("https://example.net/security"),
    ("Sign in to your webmail", "Open Security", "Choose App passwords"),
)
EDIT_PASSWORD: Final = Remedy("edit-password", "Type the password again", EditField(Field.PASSWORD))
ASK: Final = Remedy("ask-administrator", "Ask your administrator", AskAdministrator("Hello, this is what happened."))
WAIT: Final = Remedy("wait", "The server wants a pause.", Wait(900))
TRUST: Final = Remedy("trust-certificate", "Make an exception", TrustCertificate("3fa9" * 16), last_resort=True)

USERNAME_FORMAT: Final = Diagnosis(
    "username-format",
    Stage.AUTH,
    0.95,
    "The server wants only the part before the @ as your user name",
    "It refused “ada@example.net” (535\u00a05.7.8). We tried “ada” and it works.",
    (USE_LOCAL_PART, EDIT_PASSWORD, APP_PASSWORD, ASK),
    Protocol.SMTP,
    "smtp.example.net:587",
    REPLY,
    evidence=(REFUSED,),
)
BAD_CREDENTIALS: Final = replace(USERNAME_FORMAT, cause="bad-credentials", remedies=(EDIT_PASSWORD, ASK))
FIX: Final = Fix(
    "username-format",
    "use-local-part",
    Protocol.SMTP,
    ServerChange(username="ada@example.net"),
    ServerChange(username="ada"),
)

CERTIFICATE: Final = CertificateFacts(
    "3fa9" * 16,
    ("mail.webhost.example", "*.webhost.example"),
    "Example Trust CA 2",
    "mail.webhost.example",
    datetime(2026, 3, 2, tzinfo=UTC),
    datetime(2027, 3, 2, tzinfo=UTC),
    False,
    CertificateProblem.NAME_MISMATCH,
)
MISNAMED: Final = seen(
    Stage.TLS, SMTP, 0.4, 1.0, Outcome.FAILED, error=ErrorKind.TLS_CERTIFICATE, certificate=CERTIFICATE
)
NAME_MISMATCH: Final = Diagnosis(
    "certificate-name-mismatch",
    Stage.TLS,
    0.95,
    "The server’s certificate is made out to another name",
    "Your password was not sent.",
    (EDIT_PASSWORD, TRUST),
    Protocol.SMTP,
    "smtp.example.net:587",
    certificate=CERTIFICATE,
    evidence=(MISNAMED,),
)

WORKS: Final = CheckResult(
    DRAFT,
    Verdict.WORKS,
    NOW,
    1.9,
    outgoing=SideResult(FIXED, Status.VERIFIED, "PLAIN", report=ProbeReport(FIXED, (*TO_SIGN_IN, SIGNED_IN))),
    incoming=SideResult(IMAP, Status.VERIFIED, "PLAIN", report=ProbeReport(IMAP, RECEIVES)),
    timeline=(*TO_SIGN_IN, *RECEIVES, SIGNED_IN),
)
WORKS_AFTER_FIX: Final = replace(
    WORKS,
    verdict=Verdict.WORKS_AFTER_FIX,
    diagnoses=(USERNAME_FORMAT,),
    fixes=(FIX,),
    timeline=(*TO_SIGN_IN, *RECEIVES, REFUSED, SIGNED_IN),
)
FAILS: Final = replace(
    WORKS,
    verdict=Verdict.FAILS,
    outgoing=SideResult(SMTP, Status.FAILED, report=ProbeReport(SMTP, (*TO_SIGN_IN, REFUSED))),
    diagnoses=(BAD_CREDENTIALS,),
    timeline=(*TO_SIGN_IN, *RECEIVES, REFUSED),
)
ARRIVED: Final = RoundTrip(
    RoundTripStatus.ARRIVED,
    "INBOX",
    seconds=2.9,
    spf="pass",
    dkim="pass",
    dmarc="pass",
    token="4F7K-QW2M-XR8T",
    sent_at=NOW,
    accepted_at=NOW,
    arrived_at=NOW,
)


def now() -> datetime:
    """The moment all samples belong to."""
    return NOW


def event(
    stage: Stage,
    candidate: ServerCandidate,
    outcome: Outcome,
    seconds: float = 0.0,
    detail: Detail = NO_DETAIL,
    error: ErrorKind | None = None,
) -> Progress:
    """A progress event of that server."""
    return Progress(0.0, stage, outcome, candidate.protocol, candidate.endpoint, seconds, detail, error)
