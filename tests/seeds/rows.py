"""The situations this product was asked to solve, one row each: what happens, what the card says, what acts.

Each row is a scenario of its own. It states the whole card that must come out: the cause, its headline, the first thing
offered with its words and where it leads, the verdict, and the settings after a fix.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from tests.lab.scripted import Conversation, Script
from tests.lab.stage import imap, smtp
from wizard.model.account import Verdict
from wizard.model.server import Security
from wizard.practice.scenarios import Accepts, CertificateKind, FoundBy, PracticeServer

ADA = "ada@example.org"
IN = imap("imap.example.org")
OUT = smtp("smtp.example.org")
GMAIL, GMAIL_IN = "ada@gmail.com", imap("imap.gmail.com")
# A company at Microsoft 365, known by its mail exchanger.
OFFICE, OFFICE_MX = "ada@company.example", "company-example.mail.protection.outlook.com"
OFFICE_IN = imap("outlook.office365.com")

WRONG = "535 5.7.8 Error: authentication failed"
IMAP_WRONG = "NO [AUTHENTICATIONFAILED] Authentication failed."
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
TENANT_OFF = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. "
    "Visit https://aka.ms/smtp_auth_disabled for more information."
)
DEFAULTS = (
    "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. "
    "Contact your administrator."
)
BASIC_OFF = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
MAIL_RU = (
    "535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / "
    "Application password is REQUIRED"
)


def refusing(reply: str, host: str = "smtp.example.org", port: int = 465) -> PracticeServer:
    """A sending server that answers every sign-in so."""
    return smtp(host, port, accepts=Accepts.NOBODY, refusal=reply)


def refusing_in(reply: str = IMAP_WRONG, host: str = "imap.example.org") -> PracticeServer:
    """A receiving server that answers every sign-in so."""
    return imap(host, accepts=Accepts.NOBODY, refusal=reply)


async def cut(conversation: Conversation) -> None:
    """A server, or something on the way to it, that ends every connection."""
    conversation.reset()


async def too_old(conversation: Conversation) -> None:
    """What a server that knows only TLS 1.1 answers with: the alert protocol_version (RFC 8446 §6.2, number 70)."""
    await conversation.some_bytes()
    await conversation.send_raw(bytes([21, 3, 1, 0, 2, 2, 70]))


class Row(Struct, frozen=True):
    """One row of the seeds.

    `remedy` is the id of the first thing offered, `say` its words, `target` what it acts on: a field, a page, a change,
    seconds, or words of the text that is copied. `after` are the settings after the fix; a row without it ends with the
    card. `test_to` sends a message there, `sends` to the account itself.
    """

    id: str
    what: str
    cause: str
    title: str
    remedy: str
    say: str
    target: str | int | None
    servers: tuple[PracticeServer, ...]
    address: str = ADA
    given: dict[str, str] = field(default_factory=dict)
    after: dict[str, object] | None = None
    mx: tuple[str, ...] = ()
    found_by: FoundBy = FoundBy.GUESS
    listing: tuple[PracticeServer, ...] = ()  # what the provider's page names, where that is not all the servers
    second: tuple[PracticeServer, ...] = ()  # what another source names
    line: str | None = None  # what this computer's public address is called in reverse
    played: Mapping[tuple[str, int], Script] = field(default_factory=dict)  # hosts and ports that follow a script
    sends: bool = False
    test_to: str | None = None
    also: tuple[str, ...] = ()  # ids that stand further down, in this order
    says: tuple[str, ...] = ()  # words the card must hold somewhere

    @property
    def verdict(self) -> Verdict:
        """How the check ends."""
        if self.after is not None:
            return Verdict.WORKS_AFTER_FIX
        return Verdict.FAILS


TLS465: dict[str, object] = {"port": 465, "security": Security.TLS}

ROWS = (
    Row("I1", "mistyped_name_of_a_known_server", "server-name-not-found",
        "The server name smpt.gmail.com does not exist",
        "use-other-host", "Use “smtp.gmail.com”", "other-host",
        (smtp("smtp.gmail.com"), GMAIL_IN), GMAIL, {"outgoing": "smpt.gmail.com:465/tls"}, {"host": "smtp.gmail.com"}),
    Row("I2", "wrong_port_number", "connection-refused",
        "smtp.example.org does not answer on port 26",
        "use-port-465", "Use port 465", "other-port",
        (OUT, IN), given={"outgoing": "smtp.example.org:26/starttls"}, after=TLS465),
    Row("I3", "imap_server_typed_as_smtp", "incoming-server-used",
        "This is a receiving server; sending needs another one",
        "use-sending-server", "Use “smtp.example.org”", "outgoing-server",
        (OUT, IN), given={"outgoing": "imap.example.org:993/tls"}, after={"host": "smtp.example.org"}),
    Row("I3", "noticed_by_the_port_alone", "incoming-server-used",
        "This is a receiving server; sending needs another one",
        "use-sending-server", "Use “smtp.example.org”", "outgoing-server",
        (OUT, IN, imap("mail.example.org")), listing=(OUT, IN), given={"outgoing": "mail.example.org:993/tls"},
        after={"host": "smtp.example.org"}),
    Row("I4", "wrong_password", "bad-credentials",
        "The server did not accept the user name or password",
        "edit-password", "Type the password again", "password",
        (refusing(WRONG), refusing_in())),
    Row("I5", "smtp_not_enabled", "smtp-auth-disabled",
        "The organisation has sending by mail programs switched off",
        "ask-administrator", "Copy a message for your mail administrator",
        "Authenticated SMTP is switched off for our whole organisatio",
        (refusing(TENANT_OFF, "smtp.office365.com", 587), OFFICE_IN), OFFICE, mx=(OFFICE_MX,)),
    Row("I6", "try_587_or_465", "connection-timed-out",
        "Nothing comes back from smtp.example.org on port 587",
        "use-port-465", "Use port 465", "other-port",
        (smtp("smtp.example.org", 587, blocked=True), OUT, IN),
        given={"outgoing": "smtp.example.org:587/starttls"}, after=TLS465),
    Row("I7", "ssl_checked_then_unchecked", "tls-mode-mismatch",
        "Port 587 wants another kind of encryption",
        "use-other-security", "Use STARTTLS", "other-security",
        (smtp("smtp.example.org", 587), IN), given={"outgoing": "smtp.example.org:587/tls"},
        after={"port": 587, "security": Security.STARTTLS}),
    Row("I8", "user_name_loses_its_domain", "username-format",
        "The server wants only the part before the @ as your user name",
        "use-other-username-form", "Use “ada”", "other-username-form",
        (smtp("smtp.example.org", accepts=Accepts.LOCAL_PART), imap("imap.example.org", accepts=Accepts.LOCAL_PART)),
        after={"username": "ada"}),
    Row("I9", "only_known_addresses_admitted", "client-ip-blocked",
        "The server does not accept connections from this network",
        "copy-public-address", "Copy this network's public address for the allow list", "203.0.113.7",
        (smtp("smtp.example.org", banner="554 5.7.1 Connection refused. Your IP [203.0.113.7] is not allowed"), IN),
        says=("203.0.113.7/32",)),
    Row("I11", "flagged_for_a_message_that_is_too_large", "message-too-large",
        "The message is larger than the server takes (25 MB)",
        "make-message-smaller", "Send a smaller message: the limit is 25 MB with attachments", None,
        (smtp("smtp.gmail.com", data_reply="552-5.3.4 Your message exceeded Google's message size limits.\n"
         "552 5.3.4 https://support.google.com/mail/?p=MaxSizeError - gsmtp"), GMAIL_IN), GMAIL, sends=True),
    Row("I12", "provider_suspended_the_account", "account-disabled",
        "Yahoo Mail has locked or suspended this account",
        "open-account-page", "Open your account page at Yahoo Mail", "https://login.yahoo.com/forgot",
        (refusing("535 5.7.0 Your account has been suspended", "smtp.mail.yahoo.com"),
         refusing_in("NO [CONTACTADMIN] Account suspended", "imap.mail.yahoo.com")), "ada@yahoo.com"),
    Row("I15", "bulk_mail_belongs_to_a_service", "message-rejected-as-spam",
        "The message was taken for bulk mail",
        "use-mailing-service", "Copy what a mailing service does with newsletters and bulk mail",
        "A mailing service sends to many people from servers that are",
        (smtp("smtp.example.org", data_reply="550 5.7.1 Message blocked: newsletter or other bulk mail is not allowed"),
         IN), sends=True),
    Row("F1", "daily_sending_limit", "sending-limit-exceeded",
        "A sending limit of Gmail is reached",
        "wait", "Wait a while, then check again", 86400,
        (smtp("smtp.gmail.com", mail_reply=GOOGLE_LIMIT), GMAIL_IN), GMAIL, says=("500 messages in any 24 hours",)),
    Row("F2", "too_many_recipients_in_one_message", "sending-limit-exceeded",
        "Gmail takes no more recipients for now",  # the check's own message has one, so it is no list that is too long
        "wait", "Wait an hour, then check again", 3600,
        (smtp("smtp.gmail.com", rcpt_reply="452 4.5.3 Error: too many recipients"), GMAIL_IN), GMAIL,
        says=("100 recipients in one message",)),
    Row("F3", "total_recipients_a_day", "sending-limit-exceeded",
        "The recipients of a day are used up",
        "wait", "Wait a while, then check again", 86400,
        (smtp("smtp.example.org", rcpt_reply="550 5.7.233 Daily recipient limit exceeded for this mailbox"), IN)),
    Row("F4", "suspended_for_unusual_patterns", "account-disabled",
        "Google Workspace has locked or suspended this account",
        "open-account-page", "Open your account page at Google Workspace", "https://accounts.google.com/",
        (refusing("535 5.7.0 Account suspended: unusual sending pattern detected", "smtp.gmail.com"),
         refusing_in("NO [ALERT] Account suspended", "imap.gmail.com")), "ada@company.example",
        mx=("aspmx.l.google.com",)),
    Row("F5", "sign_in_from_an_unknown_place", "web-login-required",
        "Gmail wants you to sign in in the browser first",
        "open-security-page", "Open the security page of Gmail", "https://myaccount.google.com/notifications",
        (refusing(GOOGLE_BROWSER, "smtp.gmail.com"), refusing_in("NO [WEBALERT https://accounts.google.com/signin/"
         "continue?sarp=1] Web login required.", "imap.gmail.com")), GMAIL),
    Row("F6", "wrong_smtp_data_for_gmail", "connection-refused",
        "smtp.gmail.com does not answer on port 2500",
        "use-port-465", "Use port 465", "other-port",
        (smtp("smtp.gmail.com"), GMAIL_IN), GMAIL, {"outgoing": "smtp.gmail.com:2500/starttls"}, TLS465),
    Row("F7", "wrong_imap_data", "connection-refused",
        "imap.gmail.com does not answer on port 1430",
        "use-port-993", "Use port 993", "other-port",
        (smtp("smtp.gmail.com"), GMAIL_IN), GMAIL, {"incoming": "imap:imap.gmail.com:1430/starttls"},
        {"port": 993, "security": Security.TLS}),
    Row("F8", "full_address_as_user_name", "username-format",
        "The server wants the whole email address as your user name",
        "use-other-username-form", "Use “ada@example.org”", "other-username-form",
        (OUT, IN), given={"username": "ada"}, after={"username": ADA}),
    Row("F9", "encryption_needed_but_off", "tls-required",
        "Encryption is switched off for smtp.example.org, which offers it",
        "switch-on-encryption", "Use STARTTLS", "encrypt",
        (smtp("smtp.example.org", 587), IN), given={"outgoing": "smtp.example.org:587/none"},
        after={"port": 587, "security": Security.STARTTLS}),
    Row("F10", "billing", "account-disabled",
        "Twilio SendGrid has locked sending for this account",
        "check-billing", "See whether a bill of Twilio SendGrid is open", "https://app.sendgrid.com/account/billing",
        (refusing("535 5.7.1 Account suspended due to unpaid invoice", "smtp.sendgrid.net"), IN),
        given={"outgoing": "smtp.sendgrid.net:465/tls", "outgoing_username": "apikey"}),
    Row("F11", "third_party_access_is_off", "mail-access-disabled",
        "At Gmail, receiving by mail programs is switched off",
        "switch-on-smtp", "Open Gmail's settings for mail programs", "https://mail.google.com/mail/#settings/fwdandpop",
        (smtp("smtp.gmail.com"), refusing_in("NO [ALERT] Your account is not enabled for IMAP use. Please visit your "
         "Gmail settings page and enable your account for IMAP access. (Failure)", "imap.gmail.com")), GMAIL),
    Row("F12", "domain_registration_expired", "domain-not-registered",
        "The domain expired-registration.example does not exist",
        "check-domain-registration", "Look up who registered the domain and until when",
        "https://lookup.icann.org/en/lookup?name=expired-registration.example",
        (), "ada@expired-registration.example"),
    Row("F13", "oauth_needed", "oauth-required",
        "Microsoft 365 no longer accepts passwords here",
        "sign-in-with-browser",
        "Copy the steps for Thunderbird, Outlook and Apple Mail",
        "Set it up in Thunderbird",
        (refusing(BASIC_OFF, "smtp.office365.com", 587),
         imap("outlook.office365.com", accepts=Accepts.NOBODY, refusal="NO AUTHENTICATE failed.", auth=("XOAUTH2",))),
        OFFICE, mx=(OFFICE_MX,)),
    Row("C2", "test_fails_with_a_provider_message", "sender-not-allowed",
        "The account may not send, not even from its own address",
        "ask-administrator", "Copy a message for your mail administrator",
        "Could you please allow it to send, or tell me which sender address it has to use?",
        (smtp("smtp.example.org", data_reply="550 5.7.60 SMTP; Client does not have permissions to send "
         "as this sender"), IN), sends=True, says=("Client does not have permissions to send as this sender",)),
    Row("C3", "extra_verification_on_a_new_device", "app-password-required",
        "Mail.ru wants an app password here",
        "create-app-password", "Create an app password at Mail.ru",
        "https://account.mail.ru/user/2-step-auth/passwords/",
        (refusing(MAIL_RU, "smtp.mail.ru"), refusing_in("NO [AUTHENTICATIONFAILED] NEOBHODIM parol prilozheniya "
         "https://help.mail.ru/mail/security/protection/external / Application password is REQUIRED",
         "imap.mail.ru")), "ada@mail.ru"),
    Row("C4", "app_password_needed", "app-password-required",
        "iCloud Mail wants an app password here",
        "create-app-password", "Create an app password at iCloud Mail", "https://account.apple.com/",
        (refusing("535 5.7.8 Error: authentication failed: (user lookup)", "smtp.mail.me.com", 587),
         refusing_in("NO [AUTHENTICATIONFAILED] Authentication Failed", "imap.mail.me.com")), "ada@icloud.com"),
    Row("C5", "mailbox_provider_used_for_campaigns", "message-rejected-as-spam",
        "The message was taken for bulk mail",
        "use-mailing-service", "Copy what a mailing service does with newsletters and bulk mail",
        "A mailing service sends to many people from servers that are",
        (smtp("smtp.example.org", data_reply="554 5.7.1 Message rejected as spam: marketing campaign"), IN),
        sends=True),
    Row("E1", "outgoing_server_address_not_correct", "server-name-not-found",
        "The server name smtp.exmaple.org does not exist",
        "use-other-host", "Use “smtp.example.org”", "other-host",
        (OUT, IN), given={"outgoing": "smtp.exmaple.org:465/tls"}, after={"host": "smtp.example.org"}),
    Row("E2", "provider_of_the_line_blocks_port_25", "connection-timed-out",
        "Nothing comes back from smtp.example.org on port 25",
        "use-port-465", "Use port 465", "other-port",
        (smtp("smtp.example.org", 25, blocked=True), OUT, IN),
        given={"outgoing": "smtp.example.org:25/starttls"}, after=TLS465),
    Row("E3", "provider_of_the_line_wants_its_own_relay", "client-ip-blocked",
        "The server does not accept connections from this network",
        "use-isp-relay", "Send through Telekom, whose line this is: securesmtp.t-online.de:465/tls",
        "outgoing-username",
        (smtp("smtp.example.org", rcpt_reply="550 5.7.1 Client host [203.0.113.7] rejected: use your own provider's "
         "mail relay"), IN), also=("copy-public-address",), line="p5b0d1234.dip0.t-ipconnect.de"),
    Row("E4", "sending_has_a_login_of_its_own", "bad-credentials",
        "Receiving accepts this password; sending does not",
        "edit-username", "Give sending a user name and password of its own", "outgoing-username",
        (refusing(WRONG), IN)),
    Row("E5", "secure_password_authentication_needed", "auth-mechanism-unsupported",
        "The server wants a Windows sign-in (NTLM or Kerberos)",
        "use-outlook", "Copy how to set it up in Outlook", "Outlook",
        (smtp("smtp.example.org", auth=("NTLM", "GSSAPI")), imap("imap.example.org", auth=("NTLM", "GSSAPI"))),
        says=("NTLM", "GSSAPI")),
    Row("E6", "recipient_address_wrong", "recipient-unknown",
        "The recipient's mailbox does not exist",
        "edit-recipient", "Correct the recipient's address", "recipient",
        (OUT, IN), test_to="nobody@example.org"),
    Row("E7", "connection_is_cut", "connection-dropped",
        "The server hung up in the middle",
        "try-again", "Check again", None,
        (OUT, smtp("smtp.example.org", 587), IN),
        played={("smtp.example.org", 465): cut, ("smtp.example.org", 587): cut}),
    Row("G1", "econnrefused", "connection-refused",
        "smtp.example.org does not answer on port 587",
        "use-port-465", "Use port 465", "other-port",
        (OUT, IN), given={"outgoing": "smtp.example.org:587/starttls"}, after=TLS465),
    Row("G2", "timed_out_behind_a_firewall", "connection-timed-out",
        "Nothing comes back from smtp.example.org on port 465",
        "try-another-network", "Check again from another network, such as your phone's", None,
        (smtp("smtp.example.org", 465, blocked=True), smtp("smtp.example.org", 587, blocked=True), IN)),
    Row("G3", "server_down", "server-busy",
        "The server is too busy right now",
        "wait", "Wait a while, then check again", 300,
        (smtp("smtp.example.org", banner="421 4.3.2 Too many concurrent connections, service not available"), IN)),
    Row("G4", "535_at_google", "app-password-required",
        "Gmail wants an app password here",
        "create-app-password", "Create an app password at Gmail", "https://myaccount.google.com/apppasswords",
        (refusing(GOOGLE_BAD, "smtp.gmail.com"), refusing_in("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
         "imap.gmail.com")), GMAIL),
    Row("G5", "locked_account", "too-many-attempts",
        "Too many failed sign-ins: more are refused for a while",
        "wait", "Stop other programs that try, wait 30 minutes, then check again", 1800,
        (refusing("454 4.7.0 Too many login attempts, try again in 30 minutes"),
         refusing_in("NO [AUTHENTICATIONFAILED] Too many failed logins, try again in 30 minutes"))),
    Row("G6", "relay_access_denied", "relay-denied",
        "smtp.example.org lets you sign in, but not send",
        "ask-administrator", "Copy a message for your mail administrator",
        "Could you please let this account send once it has signed in",
        (smtp("smtp.example.org", rcpt_reply="554 5.7.1 <ada@example.org>: Relay access denied"), IN)),
    Row("G7", "certificate_expired", "certificate-expired",
        "The server's certificate ran out 3 days ago",
        "ask-administrator", "Copy a message for your mail administrator",
        "Could you please renew it?",
        (smtp("smtp.example.org", certificate=CertificateKind.EXPIRED), IN),
        also=("try-again", "trust-this-certificate")),
    Row("G8", "certificate_self_signed", "certificate-self-signed",
        "smtp.example.org vouches for itself: its certificate is self-signed",
        "ask-administrator", "Copy a message for your mail administrator",
        "Could you please install one from a public authority",
        (smtp("smtp.example.org", certificate=CertificateKind.SELF_SIGNED), IN), also=("trust-this-certificate",)),
    Row("G9", "certificate_for_another_name", "certificate-name-mismatch",
        "smtp.example.org shows a certificate for another name",
        "use-other-host", "Use “node7.example.org”", "other-host",
        (smtp("smtp.example.org", certificate=CertificateKind.OTHER_NAME, certificate_name="node7.example.org"),
         smtp("node7.example.org"), IN), found_by=FoundBy.AUTOCONFIG, listing=(smtp("node7.example.org"), IN),
        given={"outgoing": "smtp.example.org:465/tls"}, after={"host": "node7.example.org"}),
    Row("G10", "ssl_versus_starttls", "tls-mode-mismatch",
        "Port 587 wants another kind of encryption",
        "use-other-security", "Use STARTTLS", "other-security",
        (smtp("smtp.example.org", 587), imap("imap.example.org", 143)),
        given={"outgoing": "smtp.example.org:587/tls", "incoming": "imap:imap.example.org:143/starttls"},
        after={"security": Security.STARTTLS}),
    Row("G11", "tls_too_old", "tls-version-too-old",
        "The server only knows old encryption that is no longer safe",
        "ask-administrator", "Copy a message for your mail administrator",
        "The mail server offers only TLS 1.0 or 1.1. Could you please enable TLS 1.2 and 1.3?",
        (OUT, IN), played={("smtp.example.org", 465): too_old}),
    Row("G12", "domain_without_mail", "recipient-domain-invalid",
        "The recipient's domain takes no mail",
        "edit-recipient", "Correct the recipient's address", "recipient",
        (OUT, IN), test_to="ada@no-such-domain.example"),
    Row("G15", "google_app_password", "app-password-required",
        "Gmail wants an app password here",
        "create-app-password", "Create an app password at Gmail", "https://myaccount.google.com/apppasswords",
        (refusing(GOOGLE_APP_PASSWORD, "smtp.gmail.com"), refusing_in("NO [ALERT] Application-specific password "
         "required: https://support.google.com/accounts/answer/185833 (Failure)", "imap.gmail.com")), GMAIL),
    Row("G16", "office_365_security_defaults", "smtp-auth-disabled",
        "The organisation's security defaults refuse sign-in with a password",
        "ask-administrator", "Copy a message for your mail administrator",
        "replace the security defaults by Conditional Access rules",
        (refusing(DEFAULTS, "smtp.office365.com", 587), OFFICE_IN), OFFICE, mx=(OFFICE_MX,)),
    Row("G17", "ses_sandbox", "sandbox-mode",
        "The account at Amazon SES is still in test mode",
        "leave-test-mode", "Ask Amazon SES to release the account",
        "https://console.aws.amazon.com/ses/home#/identities",
        (smtp("email-smtp.eu-west-1.amazonaws.com", 465, rcpt_reply="554 Message rejected: Email address is not "
         "verified. The following identities failed the check in region EU-WEST-1: bob@example.net"), IN),
        given={"outgoing": "email-smtp.eu-west-1.amazonaws.com:465/tls"}),
    Row("G18", "sendgrid_wants_apikey", "api-key-required",
        "Twilio SendGrid wants a key, not your account's password",
        "use-api-username", "Use “apikey”", "api-username",
        (refusing("535 Authentication failed: The provided authorization grant is invalid, expired, or revoked",
         "smtp.sendgrid.net"), IN), given={"outgoing": "smtp.sendgrid.net:465/tls"}),
    Row("G19", "a_temporary_refusal_says_how_long_to_wait", "greylisted",
        "The receiving server asks to be called again in a few minutes",
        "wait", "Wait a while, then check again", 300,
        (smtp("smtp.example.org", rcpt_reply="450 4.2.0 <ada@example.org>: Recipient address rejected: Greylisted"),
         IN)),
)  # fmt: skip
