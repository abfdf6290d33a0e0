"""The situations this product was asked to solve, one row each: what happens, what the card says, what acts."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.lab.stage import imap, smtp
from wizard.model.server import Security
from wizard.practice.scenarios import Accepts, CertificateKind, FoundBy, PracticeServer

ADA = "ada@example.org"
IN = imap("imap.example.org")
NOBODY_IN = imap("imap.example.org", accepts=Accepts.NOBODY, refusal="NO [AUTHENTICATIONFAILED] Authentication failed.")
OUT = smtp("smtp.example.org")
GMAIL, GMAIL_IN = "ada@gmail.com", imap("imap.gmail.com")
# A company at Microsoft 365, known by its mail exchanger.
OFFICE, OFFICE_MX = "ada@company.example", "company-example.mail.protection.outlook.com"
OFFICE_IN = imap("outlook.office365.com")

GOOGLE_APP_PASSWORD = (
    "534-5.7.9 Application-specific password required. For more information, go to\n"
    "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp"
)
GOOGLE_BAD = (
    "535-5.7.8 Username and Password not accepted. For more information, go to\n"
    "535 5.7.8  https://support.google.com/mail/?p=BadCredentials - gsmtp"
)
GOOGLE_BROWSER = (
    "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1&scc=1> Please log in via your web browser\n"
    "534-5.7.14 and then try again.\n"
    "534 5.7.14  Learn more at https://support.google.com/mail/answer/78754 - gsmtp"
)
GOOGLE_LIMIT = "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits - gsmtp"
OFFICE_OFF = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. "
    "Visit https://aka.ms/smtp_auth_disabled for more information."
)
OFFICE_BASIC = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."


def refusing(reply: str, host: str = "smtp.example.org", port: int = 465) -> PracticeServer:
    """A sending server that answers every sign-in so."""
    return smtp(host, port, accepts=Accepts.NOBODY, refusal=reply)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the seeds.

    `after` are the settings after the fix; a row without it ends with the card. `test_to` sends a message there.
    """

    id: str
    what: str
    cause: str | tuple[str, ...]
    remedy: str
    servers: tuple[PracticeServer, ...]
    address: str = ADA
    given: dict[str, str] = field(default_factory=dict)
    after: dict[str, object] | None = None
    mx: tuple[str, ...] = ()
    found_by: FoundBy = FoundBy.GUESS
    second: tuple[PracticeServer, ...] = ()
    sends: bool = False
    test_to: str | None = None
    says: tuple[str, ...] = ()  # words the card must hold


TLS465: dict[str, object] = {"port": 465, "security": Security.TLS}

ROWS = (
    Row("I1", "mistyped_name_of_a_known_server", "server-name-not-found", "use-other-host",
        (smtp("smtp.gmail.com"), GMAIL_IN), GMAIL, {"outgoing": "smpt.gmail.com:465/tls"}, {"host": "smtp.gmail.com"}),
    Row("I2", "wrong_port_number", "connection-refused", "use-port-465",
        (OUT, IN), given={"outgoing": "smtp.example.org:26/starttls"}, after=TLS465),
    Row("I3", "imap_server_typed_as_smtp", "incoming-server-used", "use-sending-server",
        (OUT, IN), given={"outgoing": "imap.example.org:993/tls"}, after={"host": "smtp.example.org"}),
    Row("I4", "wrong_password", "bad-credentials", "edit-password",
        (refusing("535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6"), NOBODY_IN)),
    Row("I5", "smtp_not_enabled", "smtp-auth-disabled", "ask-administrator",
        (refusing(OFFICE_OFF, "smtp.office365.com", 587), OFFICE_IN), OFFICE, mx=(OFFICE_MX,)),
    Row("I6", "try_587_or_465", "connection-timed-out", "use-port-465",
        (smtp("smtp.example.org", 587, blocked=True), OUT, IN),
        given={"outgoing": "smtp.example.org:587/starttls"}, after=TLS465),
    Row("I7", "ssl_checked_then_unchecked", "tls-mode-mismatch", "use-other-security",
        (smtp("smtp.example.org", 587), IN), given={"outgoing": "smtp.example.org:587/tls"},
        after={"port": 587, "security": Security.STARTTLS}),
    Row("I8", "user_name_loses_its_domain", "username-format", "use-other-username-form",
        (smtp("smtp.example.org", accepts=Accepts.LOCAL_PART), imap("imap.example.org", accepts=Accepts.LOCAL_PART)),
        after={"username": "ada"}),
    Row("I9", "only_known_addresses_admitted", "client-ip-blocked", "copy-public-address",
        (smtp("smtp.example.org", banner="554 5.7.1 Connection refused. Your IP [203.0.113.7] is not allowed"), IN),
        says=("203.0.113.7/32",)),
    Row("I11", "flagged_for_too_many_messages", "sending-limit-exceeded", "wait",
        (smtp("smtp.gmail.com", data_reply=GOOGLE_LIMIT), GMAIL_IN), GMAIL, sends=True),
    Row("I12", "provider_suspended_the_account", "account-disabled", "open-account-page",
        (refusing("535 5.7.0 Your account has been suspended", "smtp.mail.yahoo.com"), imap("imap.mail.yahoo.com")),
        "ada@yahoo.com"),
    Row("I15", "bulk_mail_belongs_to_a_service", "sending-limit-exceeded", "use-mailing-service",
        (smtp("smtp.gmail.com", data_reply=GOOGLE_LIMIT), GMAIL_IN), GMAIL, sends=True),
    Row("F1", "daily_sending_limit", "sending-limit-exceeded", "wait",
        (smtp("smtp.gmail.com", mail_reply=GOOGLE_LIMIT), GMAIL_IN), GMAIL, says=("24 h",)),
    Row("F2", "too_many_recipients_in_one_message", "sending-limit-exceeded", "split-recipients",
        (smtp("smtp.example.org", rcpt_reply="452 4.5.3 Error: too many recipients"), IN)),
    Row("F3", "total_recipients_a_day", "sending-limit-exceeded", "wait",
        (smtp("smtp.example.org", rcpt_reply="550 5.7.233 Daily recipient limit exceeded for this mailbox"), IN)),
    Row("F4", "suspended_for_unusual_patterns", ("account-disabled", "message-rejected-as-spam"), "ask-provider",
        (smtp("smtp.example.org", data_reply="550 5.7.1 Message rejected: suspicious, looks like spam"), IN),
        sends=True),
    Row("F5", "sign_in_from_an_unknown_place", "web-login-required", "open-security-page",
        (refusing(GOOGLE_BROWSER, "smtp.gmail.com"), GMAIL_IN), GMAIL),
    Row("F6", "wrong_smtp_data_for_gmail", ("connection-refused", "connection-timed-out"), "use-port-465",
        (smtp("smtp.gmail.com"), GMAIL_IN), GMAIL, {"outgoing": "smtp.gmail.com:2500/starttls"}, TLS465),
    Row("F7", "wrong_imap_data", ("connection-refused", "connection-timed-out"), "use-port-993",
        (smtp("smtp.gmail.com"), GMAIL_IN), GMAIL, {"incoming": "imap:imap.gmail.com:1430/starttls"},
        {"port": 993, "security": Security.TLS}),
    Row("F8", "full_address_as_user_name", "username-format", "use-other-username-form",
        (OUT, IN), given={"username": "ada"}, after={"username": ADA}),
    Row("F9", "encryption_needed_but_off", ("starttls-not-offered", "tls-required", "auth-not-offered"), "use-port-465",
        (smtp("smtp.example.org", 587, security=Security.NONE, auth=()), OUT, IN),
        given={"outgoing": "smtp.example.org:587/starttls"}, after=TLS465),
    Row("F10", "billing", "account-disabled", "open-account-page",
        (refusing("535 5.7.1 Account suspended due to unpaid invoice", "smtp.mail.yahoo.com"),
         imap("imap.mail.yahoo.com")), "ada@yahoo.com"),
    Row("F11", "third_party_access_revoked", ("token-expired", "mail-access-disabled"), "sign-in-with-browser",
        (smtp("smtp.gmail.com"), imap("imap.gmail.com", accepts=Accepts.NOBODY,
         refusal="NO [AUTHENTICATIONFAILED] The user has revoked access for this application (token revoked)")),
        GMAIL),
    Row("F12", "domain_registration_expired", "domain-not-registered", "check-domain-registration",
        (), "ada@expired-registration.example"),
    Row("F13", "oauth_needed", "oauth-required", "sign-in-with-browser",
        (refusing(OFFICE_BASIC, "smtp.office365.com", 587),
         imap("outlook.office365.com", accepts=Accepts.NOBODY, refusal="NO AUTHENTICATE failed.", auth=("XOAUTH2",))),
        OFFICE, mx=(OFFICE_MX,)),
    Row("C2", "test_fails_with_a_provider_message", "app-password-required", "create-app-password",
        (refusing(GOOGLE_APP_PASSWORD, "smtp.gmail.com"), GMAIL_IN), GMAIL, says=("Application-specific password",)),
    Row("C3", "extra_verification_on_a_new_device", ("web-login-required", "app-password-required"),
        "open-security-page", (refusing(GOOGLE_BROWSER, "smtp.gmail.com"), GMAIL_IN), GMAIL),
    Row("C4", "app_password_needed", "app-password-required", "create-app-password",
        (refusing(GOOGLE_APP_PASSWORD, "smtp.gmail.com"), GMAIL_IN), GMAIL, says=("google.com/apppasswords",)),
    Row("C5", "mailbox_provider_used_for_campaigns", "message-rejected-as-spam", "use-mailing-service",
        (smtp("smtp.example.org", data_reply="554 5.7.1 Message rejected as spam: bulk mail"), IN), sends=True),
    Row("E1", "outgoing_server_address_not_correct", "server-name-not-found", "use-other-host",
        (OUT, IN), given={"outgoing": "smtp.exmaple.org:465/tls"}, after={"host": "smtp.example.org"}),
    Row("E2", "provider_of_the_line_blocks_port_25", "connection-timed-out", "use-port-465",
        (smtp("smtp.example.org", 25, blocked=True), OUT, IN),
        given={"outgoing": "smtp.example.org:25/starttls"}, after=TLS465),
    Row("E3", "provider_of_the_line_wants_its_own_relay", ("relay-denied", "client-ip-blocked"), "ask-administrator",
        (smtp("smtp.example.org", rcpt_reply="554 5.7.1 <ada@example.org>: Relay access denied"), IN)),
    Row("E4", "sending_has_a_login_of_its_own", "bad-credentials", "edit-username",
        (refusing("535 5.7.8 Error: authentication failed"), IN)),
    Row("E5", "secure_password_authentication_mismatch", "auth-mechanism-unsupported", "try-again",
        (refusing("504 5.5.4 Unrecognized authentication type", port=465), IN), says=("PLAIN",)),
    Row("E6", "recipient_address_wrong", "recipient-unknown", "edit-recipient",
        (OUT, IN), test_to="nobody@example.org"),
    Row("G1", "econnrefused", "connection-refused", "use-port-465",
        (OUT, IN), given={"outgoing": "smtp.example.org:587/starttls"}, after=TLS465),
    Row("G2", "timed_out_behind_a_firewall", "connection-timed-out", "try-another-network",
        (smtp("smtp.example.org", 465, blocked=True), smtp("smtp.example.org", 587, blocked=True), IN)),
    Row("G3", "server_down", ("connection-refused", "server-busy"), "try-again",
        (smtp("smtp.example.org", banner="421 4.3.2 Too many concurrent connections, service not available"), IN)),
    Row("G4", "535_at_google", "app-password-required", "create-app-password",
        (refusing(GOOGLE_BAD, "smtp.gmail.com"), imap("imap.gmail.com", accepts=Accepts.NOBODY,
         refusal="NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)")), GMAIL),
    Row("G5", "locked_account", ("account-disabled", "too-many-attempts"), "wait",
        (refusing("454 4.7.0 Too many login attempts, please try again later"), IN)),
    Row("G6", "relay_access_denied", "relay-denied", "ask-administrator",
        (smtp("smtp.example.org", rcpt_reply="554 5.7.1 <ada@example.org>: Relay access denied"), IN)),
    Row("G7", "certificate_expired", "certificate-expired", "trust-this-certificate",
        (smtp("smtp.example.org", certificate=CertificateKind.EXPIRED), IN), says=("expired",)),
    Row("G8", "certificate_self_signed", "certificate-self-signed", "trust-this-certificate",
        (smtp("smtp.example.org", certificate=CertificateKind.SELF_SIGNED), IN)),
    Row("G9", "certificate_for_another_name", "certificate-name-mismatch", "use-other-host",
        (smtp("smtp.example.org", certificate=CertificateKind.OTHER_NAME, certificate_name="node7.example.org"),
         smtp("node7.example.org"), IN), found_by=FoundBy.AUTOCONFIG, second=(smtp("node7.example.org"), IN),
        given={"outgoing": "smtp.example.org:465/tls"}, after={"host": "node7.example.org"}),
    Row("G10", "ssl_versus_starttls", "tls-mode-mismatch", "use-other-security",
        (smtp("smtp.example.org", 587), imap("imap.example.org", 143)),
        given={"outgoing": "smtp.example.org:587/tls", "incoming": "imap:imap.example.org:143/starttls"},
        after={"security": Security.STARTTLS}),
    Row("G12", "user_unknown_or_domain_without_mail", ("recipient-unknown", "recipient-domain-invalid"),
        "edit-recipient", (OUT, IN), test_to="ada@no-such-domain.example"),
    Row("G15", "google_captcha_and_app_password", ("app-password-required", "web-login-required"),
        "create-app-password", (refusing(GOOGLE_APP_PASSWORD, "smtp.gmail.com"), GMAIL_IN), GMAIL),
    Row("G16", "office_365_switch", ("oauth-required", "smtp-auth-disabled"), "ask-administrator",
        (refusing(OFFICE_OFF, "smtp.office365.com", 587), OFFICE_IN), OFFICE, mx=(OFFICE_MX,)),
    Row("G17", "ses_sandbox", "sandbox-mode", "leave-test-mode",
        (smtp("email-smtp.eu-west-1.amazonaws.com", 465, rcpt_reply="554 Message rejected: Email address is not "
         "verified. The following identities failed the check in region EU-WEST-1: bob@example.net"), IN),
        given={"outgoing": "email-smtp.eu-west-1.amazonaws.com:465/tls"}),
    Row("G18", "sendgrid_wants_apikey", ("api-key-required", "sender-not-verified"), "use-api-username",
        (refusing("535 Authentication failed: The provided authorization grant is invalid, expired, or revoked",
         "smtp.sendgrid.net"), IN), given={"outgoing": "smtp.sendgrid.net:465/tls"}),
)  # fmt: skip
