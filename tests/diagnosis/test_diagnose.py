"""From evidence to what the person hears first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from msgspec.structs import replace

from wizard.diagnosis.catalogue import Catalogue
from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.document import diagnosis_document
from wizard.model.address import Address
from wizard.model.diagnosis import (
    AskAdministrator,
    Change,
    ChangeSettings,
    CopyText,
    Diagnosis,
    EditField,
    Field,
    OpenUrl,
    SignIn,
    TrustCertificate,
)
from wizard.model.evidence import (
    CertificateFacts,
    CertificateProblem,
    Detail,
    ErrorKind,
    Evidence,
    Outcome,
    ProbeReport,
    Reply,
    Stage,
    Surroundings,
)
from wizard.model.provider import AppPassword, OAuthEndpoints, Preparation, Provider, Quirk, SignInWay
from wizard.model.server import Protocol, Security, ServerCandidate, Source

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ADA = Address("ada", "example.org", "example.org")
OFFLINE = Surroundings(online=False)
NOTHING = Surroundings()

GMAIL = Provider(
    id="gmail",
    name="Gmail",
    country="WW",
    category="freemail",
    domains=("gmail.com",),
    mx_suffixes=(),
    servers=(),
    sign_in=(SignInWay.OAUTH2, SignInWay.APP_PASSWORD),
    app_password=AppPassword(url="https://apps.example/passwords", steps=("Open the page.", "Make one.")),
    oauth=OAuthEndpoints("https://a.example", "https://t.example", ("mail",)),
    preparation=(Preparation("Switch IMAP on", ("Open settings.",), "https://imap.example/on"),),
    limits=("500 messages a day",),
)


@pytest.fixture
def diagnoser(catalogue: Catalogue) -> Diagnoser:
    """With a fixed clock."""
    return Diagnoser(catalogue, now=lambda: NOW)


def smtp(host: str = "smtp.example.org", port: int = 587, source: Source = Source.GUESS) -> ServerCandidate:
    security = Security.TLS if port == 465 else Security.STARTTLS
    return ServerCandidate(Protocol.SMTP, host, port, security, "ada@example.org", source, trusted=True)


def imap(host: str = "imap.example.org", port: int = 993, source: Source = Source.GUESS) -> ServerCandidate:
    return ServerCandidate(Protocol.IMAP, host, port, Security.TLS, "ada@example.org", source, trusted=True)


def failed(
    candidate: ServerCandidate,
    stage: Stage,
    error: ErrorKind = ErrorKind.REPLY,
    *,
    text: str | None = None,
    code: int | None = None,
    enhanced: str | None = None,
    status: str | None = None,
    code_text: str | None = None,
    certificate: CertificateFacts | None = None,
    capabilities: tuple[str, ...] = (),
    **detail: str | int | float | bool,
) -> ProbeReport:
    """A report that went well up to this stage and then failed."""
    before = [
        Evidence(earlier, Outcome.OK, candidate.protocol, candidate.endpoint)
        for earlier in Stage
        if earlier.order < stage.order
    ]
    reply = Reply(text, code, enhanced, status, code_text) if text is not None else None
    last = Evidence(
        stage,
        Outcome.FAILED,
        candidate.protocol,
        candidate.endpoint,
        error,
        reply,
        certificate,
        capabilities,
        detail=cast(Detail, detail),
    )
    return ProbeReport(candidate, (*before, last))


def passed(candidate: ServerCandidate) -> ProbeReport:
    return ProbeReport(candidate, (Evidence(Stage.AUTH, Outcome.OK, candidate.protocol, candidate.endpoint),))


def bad_certificate(problem: CertificateProblem, issuer: str = "CN=Example CA") -> CertificateFacts:
    return CertificateFacts(
        sha256="ab" * 32,
        names=("mail.example.net", "www.example.net"),
        issuer=issuer,
        subject="CN=mail.example.net",
        not_before=NOW - timedelta(days=90),
        not_after=NOW - timedelta(days=3),
        self_signed=problem is CertificateProblem.SELF_SIGNED,
        problem=problem,
    )


def one(
    diagnoser: Diagnoser,
    *reports: ProbeReport,
    provider: Provider | None = None,
    surroundings: Surroundings = NOTHING,
) -> Diagnosis:
    """The only diagnosis there is."""
    (diagnosis,) = diagnoser.of_reports(reports, provider=provider, surroundings=surroundings, address=ADA)
    return diagnosis


KINDS = {
    ErrorKind.NAME_NOT_FOUND: (Stage.DNS, "server-name-not-found"),
    ErrorKind.DNS_UNAVAILABLE: (Stage.DNS, "dns-unavailable"),
    ErrorKind.ADDRESS_REFUSED_BY_US: (Stage.DNS, "server-name-not-found"),
    ErrorKind.CONNECTION_REFUSED: (Stage.CONNECT, "connection-refused"),
    ErrorKind.CONNECTION_TIMED_OUT: (Stage.CONNECT, "connection-timed-out"),
    ErrorKind.NETWORK_UNREACHABLE: (Stage.CONNECT, "network-unreachable"),
    ErrorKind.PERMISSION_DENIED: (Stage.CONNECT, "security-software-interference"),
    ErrorKind.CONNECTION_DROPPED: (Stage.CONNECT, "connection-dropped"),
    ErrorKind.SILENCE: (Stage.GREETING, "greeting-timeout"),
    ErrorKind.NOT_MAIL: (Stage.GREETING, "not-a-mail-server"),
    ErrorKind.OTHER_PROTOCOL: (Stage.GREETING, "wrong-protocol"),
    ErrorKind.PLAINTEXT_WHERE_TLS: (Stage.TLS, "tls-mode-mismatch"),
    ErrorKind.TLS_WHERE_PLAINTEXT: (Stage.GREETING, "tls-mode-mismatch"),
    ErrorKind.TLS_HANDSHAKE: (Stage.TLS, "tls-handshake-failed"),
    ErrorKind.TLS_VERSION: (Stage.TLS, "tls-version-too-old"),
    ErrorKind.TLS_CERTIFICATE: (Stage.TLS, "certificate-untrusted"),
    ErrorKind.NO_TRUST_STORE: (Stage.TLS, "no-trust-store"),
    ErrorKind.STARTTLS_MISSING: (Stage.TLS, "starttls-not-offered"),
    ErrorKind.STARTTLS_REFUSED: (Stage.TLS, "starttls-not-offered"),
    ErrorKind.INJECTED_BEFORE_TLS: (Stage.TLS, "security-software-interference"),
    ErrorKind.HELO_REFUSED: (Stage.GREETING, "helo-refused"),
    ErrorKind.NO_COMMON_AUTH: (Stage.AUTH, "auth-mechanism-unsupported"),
    ErrorKind.AUTH_MISSING: (Stage.AUTH, "auth-not-offered"),
    ErrorKind.UNENCRYPTED: (Stage.AUTH, "starttls-not-offered"),
    ErrorKind.PROTOCOL_ERROR: (Stage.GREETING, "not-a-mail-server"),
    ErrorKind.SMTPUTF8_MISSING: (Stage.ENVELOPE, "sender-address-rejected"),
    ErrorKind.OUTCOME_UNKNOWN: (Stage.MESSAGE, "server-error"),
    ErrorKind.BUDGET: (Stage.AUTH, "too-many-attempts"),
    ErrorKind.PASSWORD_UNUSABLE: (Stage.AUTH, "password-unusable"),
    ErrorKind.ADDRESS_MISTYPED: (Stage.INPUT, "address-mistyped"),
    ErrorKind.OWN_NETWORK: (Stage.DNS, "server-in-own-network"),
    ErrorKind.HELD_BACK: (Stage.AUTH, "server-not-agreed"),
    ErrorKind.INTERNAL: (Stage.AUTH, "server-error"),
}


def test_every_error_kind_is_named() -> None:
    # What was not seen yet may still come: setup/round_trip.py says where it was looked for, and blames nobody.
    assert set(KINDS) == set(ErrorKind) - {ErrorKind.REPLY, ErrorKind.NOT_ARRIVED}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_error_kinds(diagnoser: Diagnoser, kind: ErrorKind) -> None:
    stage, cause = KINDS[kind]
    diagnosis = one(diagnoser, failed(smtp(), stage, kind))
    assert diagnosis.cause == cause
    assert diagnosis.confidence >= 0.8
    assert diagnosis.remedies


@pytest.mark.parametrize(
    ("problem", "cause"),
    [
        (CertificateProblem.EXPIRED, "certificate-expired"),
        (CertificateProblem.NOT_YET_VALID, "certificate-not-yet-valid"),
        (CertificateProblem.SELF_SIGNED, "certificate-self-signed"),
        (CertificateProblem.UNTRUSTED, "certificate-untrusted"),
        (CertificateProblem.NAME_MISMATCH, "certificate-name-mismatch"),
        (CertificateProblem.REVOKED, "certificate-revoked"),
        (CertificateProblem.CHANGED, "certificate-untrusted"),
        (CertificateProblem.OTHER, "certificate-untrusted"),
    ],
)
def test_certificates_and_trusting_them(diagnoser: Diagnoser, problem: CertificateProblem, cause: str) -> None:
    report = failed(smtp(), Stage.TLS, ErrorKind.TLS_CERTIFICATE, certificate=bad_certificate(problem))
    diagnosis = one(diagnoser, report)
    assert diagnosis.cause == cause
    may_be_trusted = problem in {
        CertificateProblem.EXPIRED,
        CertificateProblem.SELF_SIGNED,
        CertificateProblem.UNTRUSTED,
        CertificateProblem.NAME_MISMATCH,
    }
    trusting = [remedy for remedy in diagnosis.remedies if isinstance(remedy.action, TrustCertificate)]
    assert bool(trusting) is may_be_trusted
    if trusting:
        assert trusting[0] is diagnosis.remedies[-1]
        assert trusting[0].last_resort
        assert trusting[0].action == TrustCertificate("ab" * 32)
        assert len(diagnosis.remedies) > 1
    of_a_provider = one(diagnoser, report, provider=GMAIL)
    assert not any(isinstance(remedy.action, TrustCertificate) for remedy in of_a_provider.remedies)


def test_an_expired_certificate_tells_the_date(diagnoser: Diagnoser) -> None:
    report = failed(
        smtp(), Stage.TLS, ErrorKind.TLS_CERTIFICATE, certificate=bad_certificate(CertificateProblem.EXPIRED)
    )
    diagnosis = one(diagnoser, report)
    assert diagnosis.title == "The server's certificate ran out 3 days ago"
    assert "18 November 2026" in diagnosis.why


def test_a_wrong_clock_explains_an_expired_certificate(diagnoser: Diagnoser) -> None:
    report = failed(
        smtp(), Stage.TLS, ErrorKind.TLS_CERTIFICATE, certificate=bad_certificate(CertificateProblem.EXPIRED)
    )
    diagnosis = one(diagnoser, report, surroundings=Surroundings(clock_off_s=3 * 86_400))
    assert diagnosis.cause == "clock-wrong"
    assert "3 days" in diagnosis.title


@pytest.mark.parametrize(
    "issuer", ["CN=Kaspersky Anti-Virus Personal Root Certificate", "O=Zscaler Inc.", "CN=avast! Web/Mail Shield Root"]
)
def test_a_program_in_between_is_named(diagnoser: Diagnoser, issuer: str) -> None:
    certificate = bad_certificate(CertificateProblem.UNTRUSTED, issuer)
    assert (
        one(diagnoser, failed(imap(), Stage.TLS, ErrorKind.TLS_CERTIFICATE, certificate=certificate)).cause
        == "tls-intercepted"
    )


def test_the_furthest_failure_of_a_side_speaks(diagnoser: Diagnoser) -> None:
    diagnosis = one(
        diagnoser,
        failed(smtp(port=465), Stage.CONNECT, ErrorKind.CONNECTION_TIMED_OUT),
        failed(smtp(), Stage.ENVELOPE, text="Relay access denied", code=554, enhanced="5.7.1", command="rcpt"),
        passed(imap()),
    )
    assert (diagnosis.cause, diagnosis.server) == ("relay-denied", "smtp.example.org:587")
    assert [item.error for item in diagnosis.evidence] == [ErrorKind.REPLY, ErrorKind.CONNECTION_TIMED_OUT]


def test_the_side_that_got_further_is_heard_first(diagnoser: Diagnoser) -> None:
    told = diagnoser.of_reports(
        [
            failed(smtp(), Stage.CONNECT, ErrorKind.CONNECTION_TIMED_OUT),
            failed(imap(), Stage.AUTH, text="Invalid credentials", status="NO", code_text="AUTHENTICATIONFAILED"),
        ],
        provider=None,
        surroundings=NOTHING,
        address=ADA,
    )
    assert [diagnosis.cause for diagnosis in told] == ["bad-credentials", "connection-timed-out"]


def test_a_side_with_a_server_that_works_is_not_diagnosed(diagnoser: Diagnoser) -> None:
    reports = [failed(smtp(), Stage.CONNECT, ErrorKind.CONNECTION_TIMED_OUT), passed(smtp(port=465)), passed(imap())]
    assert diagnoser.of_reports(reports, provider=None, surroundings=NOTHING, address=ADA) == ()


@pytest.mark.parametrize(
    ("surroundings", "cause"), [(OFFLINE, "no-internet"), (Surroundings(captive_portal=True), "captive-portal")]
)
def test_a_lost_network_outranks_everything(diagnoser: Diagnoser, surroundings: Surroundings, cause: str) -> None:
    diagnosis = one(
        diagnoser,
        failed(smtp(), Stage.AUTH, text="5.7.8 Authentication failed", code=535),
        failed(imap(), Stage.DNS, ErrorKind.DNS_UNAVAILABLE),
        surroundings=surroundings,
    )
    assert diagnosis.cause == cause


def test_one_reason_for_both_sides_is_told_once(diagnoser: Diagnoser) -> None:
    diagnosis = one(
        diagnoser,
        failed(smtp(), Stage.AUTH, text="Authentication failed", code=535, enhanced="5.7.8"),
        failed(imap(), Stage.AUTH, text="Invalid credentials", status="NO", code_text="AUTHENTICATIONFAILED"),
    )
    assert diagnosis.cause == "bad-credentials"
    assert {item.protocol for item in diagnosis.evidence} == {Protocol.SMTP, Protocol.IMAP}


def test_the_side_that_says_more_explains_both(diagnoser: Diagnoser) -> None:
    diagnosis = one(
        diagnoser,
        failed(smtp(), Stage.AUTH, text="Username and Password not accepted", code=535, enhanced="5.7.8"),
        failed(imap(), Stage.AUTH, text="Application-specific password required", status="NO", code_text="ALERT"),
        provider=GMAIL,
    )
    assert diagnosis.cause == "app-password-required"


def test_different_user_names_are_two_reasons(diagnoser: Diagnoser) -> None:
    other = replace(smtp(), username="relay-user")
    told = diagnoser.of_reports(
        [
            failed(other, Stage.AUTH, text="Authentication failed", code=535, enhanced="5.7.8"),
            failed(imap(), Stage.AUTH, text="Invalid credentials", status="NO", code_text="AUTHENTICATIONFAILED"),
        ],
        provider=None,
        surroundings=NOTHING,
        address=ADA,
    )
    assert len(told) == 2


def test_the_same_code_means_something_else_at_gmail(diagnoser: Diagnoser) -> None:
    words = {"text": "Try again later", "code": 454, "enhanced": "4.7.0"}
    at_gmail = failed(smtp("smtp.gmail.com"), Stage.AUTH, **words)  # type: ignore[arg-type]
    elsewhere = failed(smtp(), Stage.AUTH, **words)  # type: ignore[arg-type]
    assert one(diagnoser, at_gmail, provider=GMAIL).cause == "too-many-attempts"
    assert one(diagnoser, elsewhere).cause == "temporary-auth-failure"


@pytest.mark.parametrize("name", ["RecipientUnknownException", "CertificateExpiredError", "ConnectionTimeoutError"])
def test_the_name_of_an_error_takes_nothing_from_the_sentence_behind_it(diagnoser: Diagnoser, name: str) -> None:
    alone, named = (diagnoser.of_text(text) for text in ("the password is wrong", f"{name}: the password is wrong"))
    assert (named.cause, named.confidence) == (alone.cause, alone.confidence)
    assert alone.cause == "bad-credentials"


def test_sendgrid_calls_a_spent_quota_a_failed_sign_in(diagnoser: Diagnoser) -> None:
    report = failed(
        smtp("smtp.sendgrid.net"), Stage.AUTH, text="Authentication failed: Maximum credits exceeded", code=451
    )
    assert one(diagnoser, report).cause == "sending-limit-exceeded"


def test_app_password_remedies_carry_the_provider_s_facts(diagnoser: Diagnoser) -> None:
    report = failed(
        smtp("smtp.gmail.com"), Stage.AUTH, text="Application-specific password required", code=534, enhanced="5.7.9"
    )
    diagnosis = one(diagnoser, report, provider=GMAIL)
    first = diagnosis.remedies[0]
    assert diagnosis.title == "Gmail wants an app password here"
    assert (first.id, first.action, first.steps) == (
        "create-app-password",
        OpenUrl("https://apps.example/passwords"),
        ("Open the page.", "Make one."),
    )
    assert any(isinstance(remedy.action, SignIn) for remedy in diagnosis.remedies)


def test_without_a_provider_the_app_password_still_has_a_remedy_that_acts(diagnoser: Diagnoser) -> None:
    diagnosis = one(diagnoser, failed(smtp(), Stage.AUTH, text="Application-specific password required", code=534))
    assert diagnosis.remedies[0].action == EditField(Field.PASSWORD)
    assert not any(isinstance(remedy.action, SignIn) for remedy in diagnosis.remedies)


def test_the_other_form_of_the_user_name_that_worked_is_the_cause(diagnoser: Diagnoser) -> None:
    report = failed(smtp(), Stage.AUTH, text="Authentication failed", code=535, enhanced="5.7.8", other_form_works=True)
    diagnosis = one(diagnoser, report)
    assert diagnosis.cause == "username-format"
    assert diagnosis.title == "The server wants only the part before the @ as your user name"
    assert diagnosis.remedies[0].action == ChangeSettings(Change.OTHER_USERNAME_FORM)
    assert diagnosis.remedies[0].automatic


def test_only_browser_sign_in_is_offered(diagnoser: Diagnoser) -> None:
    report = failed(smtp(), Stage.AUTH, ErrorKind.NO_COMMON_AUTH, mechanisms="XOAUTH2 OAUTHBEARER")
    assert one(diagnoser, report, provider=GMAIL).cause == "oauth-required"


@pytest.mark.parametrize("port", [993, 587])
def test_an_incoming_server_typed_for_sending(diagnoser: Diagnoser, port: int) -> None:
    typed = smtp("imap.example.org", port, Source.GIVEN)
    diagnosis = one(diagnoser, failed(typed, Stage.GREETING, ErrorKind.OTHER_PROTOCOL, speaks="imap"))
    assert diagnosis.cause == "incoming-server-used"
    assert diagnosis.remedies[0].action == ChangeSettings(Change.OUTGOING_SERVER)


def test_a_blocked_port_is_told_with_the_ports_that_get_out(diagnoser: Diagnoser) -> None:
    report = failed(smtp(port=25), Stage.CONNECT, ErrorKind.CONNECTION_TIMED_OUT)
    diagnosis = one(diagnoser, report, surroundings=Surroundings(open_ports=(587, 993), blocked_ports=(25,)))
    assert "Port 25 gets no answer, while others do (587 and 993)" in diagnosis.why
    assert "587 and 993" in diagnosis.why
    assert diagnosis.remedies[0].action == ChangeSettings(Change.OTHER_PORT)


def test_an_allow_list_gets_the_public_address_in_three_forms(diagnoser: Diagnoser) -> None:
    report = failed(smtp(), Stage.GREETING, text="Unauthorized IP address", code=554)
    diagnosis = one(diagnoser, report, surroundings=Surroundings(public_address="192.0.2.7"))
    assert diagnosis.cause == "client-ip-blocked"
    actions = {remedy.id: remedy.action for remedy in diagnosis.remedies}
    copied, asked = actions["copy-public-address"], actions["ask-administrator"]
    assert isinstance(copied, CopyText)
    assert all(form in copied.text for form in ("192.0.2.7/32", "192.0.2.7-192.0.2.7"))
    assert isinstance(asked, AskAdministrator)
    assert "my public address 192.0.2.7. Could you please allow" in asked.request


def test_the_administrator_is_asked_for_what_to_switch(diagnoser: Diagnoser) -> None:
    report = failed(
        smtp("smtp.office365.com"),
        Stage.AUTH,
        text="Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        code=535,
        enhanced="5.7.139",
    )
    diagnosis = one(diagnoser, report)
    assert diagnosis.cause == "smtp-auth-disabled"
    (message,) = [
        r.action.request
        for r in diagnosis.remedies
        if r.id == "ask-administrator" and isinstance(r.action, AskAdministrator)
    ]
    assert "Set-TransportConfig -SmtpClientAuthenticationDisabled $false" in message
    assert "Set-CASMailbox -Identity ada@example.org -SmtpClientAuthenticationDisabled $false" in message


def test_a_captive_portal_answers_for_the_server(diagnoser: Diagnoser) -> None:
    report = failed(smtp(), Stage.GREETING, ErrorKind.NOT_MAIL, speaks="http")
    assert one(diagnoser, report).title == "What answers at smtp.example.org is a web server"
    assert one(diagnoser, report, surroundings=Surroundings(captive_portal=True)).cause == "captive-portal"


def test_a_budget_pause_says_that_we_stopped(diagnoser: Diagnoser) -> None:
    diagnosis = one(diagnoser, failed(smtp(), Stage.AUTH, ErrorKind.BUDGET, wait_s=540))
    assert "9 minutes" in diagnosis.title
    assert diagnosis.why.startswith("We stopped by ourselves")
    by_the_server = diagnoser.of_text("454 4.7.0 Too many login attempts, please try again later. - gsmtp")
    assert (by_the_server.cause, "We stopped" in by_the_server.why) == ("too-many-attempts", False)


def test_hostile_names_cannot_break_the_words(diagnoser: Diagnoser) -> None:
    evil = replace(bad_certificate(CertificateProblem.NAME_MISMATCH), names=("{port}\x1b[31m\n<b>x</b>" + "y" * 500,))
    diagnosis = one(diagnoser, failed(smtp(), Stage.TLS, ErrorKind.TLS_CERTIFICATE, certificate=evil))
    assert diagnosis.cause == "certificate-name-mismatch"
    assert diagnosis.why.isprintable()
    assert "{port}" in diagnosis.why
    assert len(diagnosis.why) < 400


def test_every_cause_has_a_remedy_for_a_bare_text(catalogue: Catalogue, diagnoser: Diagnoser) -> None:
    without = [
        cause.id
        for cause in catalogue.causes.values()
        if not diagnoser.of_text(
            cause.samples[0].text, stage=cause.samples[0].stage, server=cause.samples[0].server
        ).remedies
    ]
    assert without == []


def test_automatic_remedies_only_change_settings(catalogue: Catalogue) -> None:
    for cause in catalogue.causes.values():
        for remedy in cause.remedies:
            assert not remedy.automatic or (remedy.do == "change-settings" and not remedy.last_resort), (
                cause.id,
                remedy.id,
            )


def test_the_document_has_the_contract_s_shape(diagnoser: Diagnoser) -> None:
    report = failed(smtp(), Stage.AUTH, text="Authentication failed", code=535, enhanced="5.7.8")
    document = diagnosis_document(one(diagnoser, report))
    assert {"cause", "stage", "protocol", "server", "confidence", "title", "why", "reply", "remedies"} <= set(document)
    assert document["reply"] == {"code": 535, "enhanced": "5.7.8", "status": None, "text": "Authentication failed"}


@pytest.mark.parametrize(
    ("named", "cause"), [("bob@example.net", "sandbox-mode"), ("ada@example.org", "sender-not-verified")]
)
def test_whose_address_a_sending_service_does_not_know(diagnoser: Diagnoser, named: str, cause: str) -> None:
    said = (
        "Message rejected: Email address is not verified. The following identities failed the check in region "
        f"EU-WEST-1: {named}"
    )
    ses = smtp("email-smtp.eu-west-1.amazonaws.com")
    report = failed(ses, Stage.MESSAGE, text=said, code=554, sender="ada@example.org", recipient="bob@example.net")
    (found,) = diagnoser.of_reports([report], provider=None, surroundings=NOTHING, address=ADA)
    assert found.cause == cause


def test_a_refused_password_has_steps_for_programs_that_sign_in_by_themselves(diagnoser: Diagnoser) -> None:
    found = diagnoser.of_text("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.")
    steps = {remedy.id: remedy.steps for remedy in found.remedies}
    assert all(len(steps[program]) > 1 for program in ("use-thunderbird", "use-outlook", "use-apple-mail"))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            "An error occurred while sending mail. The mail server responded: 553 5.7.1 <ada@example.org>: "
            "Sender address rejected: not owned by user bob@example.org. Please verify that your email address "
            "is correct in your account settings and try again.",
            "sender-not-allowed",
        ),
        ("smtplib.SMTPRecipientsRefused: {'bob@example.net': (554, b'5.7.1 Relay access denied')}", "relay-denied"),
        (
            "SmtpException: Mailbox unavailable. The server response was: "
            "If MAIL FROM is local then you must authenticate",
            "auth-required",
        ),
    ],
)
def test_what_a_program_wraps_around_a_reply_decides_nothing(diagnoser: Diagnoser, text: str, cause: str) -> None:
    assert diagnoser.of_text(text).cause == cause


@pytest.mark.parametrize("stage", ["mail", "rcpt"])
def test_a_refused_client_host_is_a_blocked_address(diagnoser: Diagnoser, stage: str) -> None:
    text = "550 5.7.1 Client host [203.0.113.7] rejected: Access denied"
    assert diagnoser.of_text(text, stage=stage, protocol="smtp").cause == "client-ip-blocked"


def test_a_sender_that_was_shut_out_for_spam_is_an_account_matter(diagnoser: Diagnoser) -> None:
    found = diagnoser.of_text("550 5.1.8 Access denied, bad outbound sender", stage="data", protocol="smtp")
    assert found.cause == "account-disabled"


@pytest.mark.parametrize("quirk", list(Quirk))
def test_where_mail_access_may_be_switched_off_a_refused_password_says_where_to_look(
    diagnoser: Diagnoser, quirk: Quirk
) -> None:
    refused = failed(imap(), Stage.AUTH, text="Authentication failed", code_text="AUTHENTICATIONFAILED", status="NO")
    told = one(diagnoser, refused, provider=replace(GMAIL, app_password=None, quirks=frozenset({quirk})))
    only_browser = quirk is Quirk.APP_PASSWORD_REFUSED
    assert told.cause == ("oauth-required" if only_browser else "bad-credentials")
    pages = [remedy.action.url for remedy in told.remedies if isinstance(remedy.action, OpenUrl)]
    assert ("https://imap.example/on" in pages) is (
        quirk in (Quirk.MAIL_ACCESS_OFF_BY_DEFAULT, Quirk.MAIL_ACCESS_MAY_BE_OFF)
    )


def test_a_cause_is_told_by_its_name_alone(diagnoser: Diagnoser) -> None:
    told = diagnoser.of_cause("bad-credentials")
    assert told is not None
    assert (told.cause, told.stage, told.reply) == ("bad-credentials", Stage.AUTH, None)
    assert told.remedies[0].action == EditField(Field.PASSWORD)
    assert diagnoser.of_cause("of-another-version") is None


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("SMTPKit.SMTPError.loginFailure", "bad-credentials"),
        ("Mail failed (SMTPKit.SMTPError.loginFailure): connection timed out", "connection-timed-out"),
    ],
)
def test_an_error_s_name_is_read_only_where_nothing_else_speaks(diagnoser: Diagnoser, text: str, cause: str) -> None:
    assert diagnoser.of_text(text, stage="client").cause == cause


@pytest.mark.parametrize(
    ("reply", "waits"),
    [
        ("451 4.7.1 Greylisted, try again in 300 seconds", "Wait 300 seconds, then check again"),
        ("451 4.7.1 Try again later\n\nTime: 0.09s", "Wait a while, then check again"),
        ("451 4.7.1 Try again later (1,5 s)", "Wait a while, then check again"),
    ],
)
def test_a_time_that_passed_is_none_to_wait(diagnoser: Diagnoser, reply: str, waits: str) -> None:
    found = diagnoser.of_text(reply, stage="rcpt", protocol="smtp")
    assert (found.cause, found.remedies[0].say) == ("greylisted", waits)
