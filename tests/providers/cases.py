"""The providers, each with its servers as they speak, the secret that opens them and what they say to a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from tests.lab.stage import imap, smtp
from wizard.practice.scenarios import Accepts, PracticeServer

EVERYDAY = "tulip-wagon-64"


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that goes wrong there.

    Args:
        what: in a few words, the name of the test.
        receiving: what the receiving server answers to the sign-in.
        sending: the same for sending.
        cause: what the person hears first.
        remedies: that must be on the card.
        leads_to: the page, or a part of it, that a remedy opens.
        says: words that stand on the card.
        mail_reply: the answer to MAIL FROM once signed in, likewise `data_reply` to the message.
    """

    what: str
    cause: str
    remedies: tuple[str, ...]
    receiving: str | None = None
    sending: str | None = None
    leads_to: str = ""
    says: tuple[str, ...] = ()
    mail_reply: str | None = None
    data_reply: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One provider.

    Args:
        provider: the preset's id.
        servers: as they stand there, the first ones those that are settled on.
        secret: as the provider shows it; `sent` as it goes on the wire.
        said: words of what is said before the first try.
        given: what the person types beside the address.
        mx: the domain's mail exchangers, where the provider is known by them.
    """

    provider: str
    address: str
    servers: tuple[PracticeServer, ...]
    said: tuple[str, ...]
    secret: str = EVERYDAY
    sent: str | None = None
    username: str | None = None
    outgoing_username: str | None = None
    given: dict[str, str] = field(default_factory=dict)
    mx: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def receives(self) -> bool:
        """Whether there is a mailbox, not only a way to send."""
        return any(server.protocol.value != "smtp" for server in self.servers)

    def refusing(self, failure: Failure) -> tuple[PracticeServer, ...]:
        """The servers, answering as the failure says."""
        return tuple(_failing(failure)(server) for server in self.servers)


def _failing(failure: Failure) -> Callable[[PracticeServer], PracticeServer]:
    def change(server: PracticeServer) -> PracticeServer:
        if server.protocol.value != "smtp":
            refusal = failure.receiving
            return replace(server, accepts=Accepts.NOBODY, refusal=refusal) if refusal else server
        server = replace(server, mail_reply=failure.mail_reply, data_reply=failure.data_reply)
        return replace(server, accepts=Accepts.NOBODY, refusal=failure.sending) if failure.sending else server

    return change


SENDER = "ada@example.org"

CASES = (
    Case(
        "gmail",
        "ada@gmail.com",
        (imap("imap.gmail.com"), smtp("smtp.gmail.com")),
        ("wants an app password, not your everyday", "2-Step Verification"),
        secret="abcd efgh ijkl mnop",
        sent="abcdefghijklmnop",
        failures=(
            Failure(
                "everyday_password",
                "app-password-required",
                ("create-app-password",),
                "NO [ALERT] Application-specific password required: "
                "https://support.google.com/accounts/answer/185833 (Failure)",
                "534-5.7.9 Application-specific password required. For more information, go to\n"
                "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp",
                "myaccount.google.com/apppasswords",
                ("16 letters",),
            ),
            Failure(
                "wrong_app_password",
                "bad-credentials",
                ("create-app-password",),
                "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
                "535-5.7.8 Username and Password not accepted. For more information, go to\n"
                "535 5.7.8  https://support.google.com/mail/?p=BadCredentials - gsmtp",
                "myaccount.google.com/apppasswords",
            ),
            Failure(
                "imap_off_in_the_organisation",
                "mail-access-disabled",
                ("ask-administrator",),
                "NO [ALERT] IMAP access is disabled for your domain. Please contact your domain administrator for "
                "questions about this feature. (Failure)",
            ),
            Failure(
                "browser_first",
                "web-login-required",
                ("open-security-page",),
                "NO [WEBALERT https://accounts.google.com/signin/continue] Web login required.",
                leads_to="google.com",
            ),
            Failure(
                "daily_limit",
                "sending-limit-exceeded",
                ("wait",),
                mail_reply=(
                    "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits - gsmtp"
                ),
                says=("500",),
            ),
        ),
    ),
    Case(
        "outlook-com",
        "ada@outlook.com",
        (imap("outlook.office365.com"), smtp("smtp-mail.outlook.com", 587)),
        ("through the web browser", "16 September 2024", "IMAP and POP are off"),
        failures=(
            Failure(
                "password",
                "oauth-required",
                ("sign-in-with-browser",),
                "NO LOGIN failed.",
                "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            ),
        ),
    ),
    Case(
        "microsoft-365",
        "ada@company.example",
        (imap("outlook.office365.com"), smtp("smtp.office365.com", 587)),
        ("switched off in most organisations", "October 2022", "end of 2026"),
        mx=("company-example.mail.protection.outlook.com",),
        failures=(
            Failure(
                "password_for_both",
                "oauth-required",
                ("sign-in-with-browser",),
                "NO LOGIN failed.",
                "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            ),
            Failure(
                "smtp_auth_off",
                "smtp-auth-disabled",
                ("ask-administrator",),
                None,
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. "
                "Visit https://aka.ms/smtp_auth_disabled for more information.",
                says=("Authenticated SMTP",),
            ),
            Failure(
                "send_as",
                "sender-not-allowed",
                ("ask-administrator",),
                data_reply=(
                    "554 5.2.252 SendAsDenied; ada@company.example not allowed to send as sales@company.example"
                ),
            ),
        ),
    ),
    Case(
        "yahoo",
        "ada@yahoo.com",
        (imap("imap.mail.yahoo.com"), smtp("smtp.mail.yahoo.com")),
        ("wants an app password, not your everyday",),
        secret="abcd efgh ijkl mnop",
        sent="abcdefghijklmnop",
        failures=(
            Failure(
                "everyday_password",
                "app-password-required",
                ("create-app-password",),
                "NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials",
                "535 5.7.0 (#AUTH012) Incorrect username or password.",
                "login.yahoo.com/account/security",
                ("Create app password",),
            ),
            Failure(
                "too_many",
                "too-many-attempts",
                ("wait",),
                "NO [LIMIT] LOGIN Rate limit hit.",
                "535 5.7.0 (#AUTH005) Too many bad auth attempts.",
            ),
        ),
    ),
    Case(
        "icloud",
        "ada@icloud.com",
        (imap("imap.mail.me.com", accepts=Accepts.LOCAL_PART), smtp("smtp.mail.me.com", 587)),
        ("wants an app-specific password here, not your everyday", "two-factor authentication"),
        secret="abcd-efgh-ijkl-mnop",
        username="ada",
        outgoing_username="ada@icloud.com",
        failures=(
            Failure(
                "apple_password",
                "app-password-required",
                ("create-app-password",),
                "NO [AUTHENTICATIONFAILED] Authentication failed",
                "535 5.7.8 Error: authentication failed: authentication failure",
                "account.apple.com",
                ("App-Specific Passwords",),
            ),
        ),
    ),
    Case(
        "gmx-net",
        "ada@gmx.de",
        (imap("imap.gmx.net"), smtp("mail.gmx.net")),
        ("once you switch on POP3 and IMAP", "Where two-step sign-in is on"),
        failures=(
            Failure(
                "access_off",
                "bad-credentials",
                ("edit-password", "switch-on-smtp"),
                "NO authentication failed",
                "535 Authentication credentials invalid",
                "hilfe.gmx.net/pop-imap/einschalten",
                ("Settings, then POP3/IMAP",),
            ),
        ),
    ),
    Case(
        "web-de",
        "ada@web.de",
        (imap("imap.web.de", accepts=Accepts.LOCAL_PART), smtp("smtp.web.de", accepts=Accepts.LOCAL_PART)),
        ("once you switch on POP3 and IMAP",),
        username="ada",
        outgoing_username="ada",
        failures=(
            Failure(
                "access_off",
                "bad-credentials",
                ("edit-password", "switch-on-smtp"),
                "NO authentication failed",
                "535 Authentication credentials invalid",
                "hilfe.web.de/pop-imap/einschalten",
            ),
        ),
    ),
    Case(
        "t-online",
        "ada@t-online.de",
        (imap("secureimap.t-online.de"), smtp("securesmtp.t-online.de")),
        ("E-Mail-Passwort here, not your everyday",),
        failures=(
            Failure(
                "login_password",
                "app-password-required",
                ("create-app-password",),
                "NO [AUTHENTICATIONFAILED] Authentication failed.",
                "535 5.7.0 Authentication failed.",
                "telekom.de",
                ("Telekom customer centre",),
            ),
        ),
    ),
    Case(
        "orange-fr",
        "ada@orange.fr",
        (imap("imap.orange.fr"), smtp("smtp.orange.fr")),
        ("allow other mail programs",),
        failures=(
            Failure(
                "refused",
                "bad-credentials",
                ("edit-password",),
                "NO [AUTHENTICATIONFAILED] Authentication failed.",
                "535 5.7.1 Mauvais identifiant ou mot de passe. Invalid login or password. OFR_305 [305]",
                "assistance.orange.fr",
                ("logiciel de messagerie",),
            ),
        ),
    ),
    Case(
        "libero",
        "ada@libero.it",
        (imap("imapmail.libero.it"), smtp("smtp.libero.it")),
        ("allow mail programs", "client password"),
        failures=(
            Failure(
                "refused",
                "bad-credentials",
                ("edit-password",),
                "NO LOGIN failed",
                "535 5.7.8 Error: authentication failed: authentication failure",
                "aiuto.libero.it",
            ),
        ),
    ),
    Case(
        "seznam",
        "ada@seznam.cz",
        (imap("imap.seznam.cz"), smtp("smtp.seznam.cz")),
        ("Where two-step sign-in is on, Seznam wants an application password",),
        failures=(
            Failure(
                "refused",
                "bad-credentials",
                ("edit-password",),
                "NO [AUTHENTICATIONFAILED] Authentication failed.",
                "535 Authentication failed: Incorrect username or password",
                "o-seznam.cz",
            ),
        ),
    ),
    Case(
        "qq",
        "ada@qq.com",
        (imap("imap.qq.com"), smtp("smtp.qq.com")),
        ("authorisation code here, not your everyday", "switched on the service"),
        secret="abcdefghijklmnop",
        failures=(
            Failure(
                "qq_password",
                "app-password-required",
                ("create-app-password",),
                "NO Login fail. Account is abnormal, service is not open, password is "
                "incorrect, login frequency limited, "
                "or system is busy.",
                "535 Login Fail. Please enter your authorization code to login.",
                "mail.qq.com",
                ("authorisation code",),
            ),
        ),
    ),
    Case(
        "163",
        "ada@163.com",
        (imap("imap.163.com"), smtp("smtp.163.com")),
        ("authorisation code here, not your everyday", "switched on IMAP and SMTP"),
        secret="ABCDEFGHIJKLMNOP",
        failures=(
            Failure(
                "password",
                "app-password-required",
                ("create-app-password",),
                "NO LOGIN Login error or password error",
                "535 Error: authentication failed",
                "mail.163.com",
                ("Add authorisation code",),
            ),
            Failure(
                "service_off",
                "mail-access-disabled",
                ("switch-on-smtp",),
                None,
                "550 User has no permission",
                "mail.163.com",
            ),
        ),
    ),
    Case(
        "naver",
        "ada@naver.com",
        (imap("imap.naver.com"), smtp("smtp.naver.com")),
        ("application password here, not your everyday", "switched on IMAP/SMTP", "2-step verification"),
        failures=(
            Failure(
                "password",
                "app-password-required",
                ("create-app-password",),
                "NO [AUTHENTICATIONFAILED] Login failed.",
                "535 5.7.1 Username and Password not accepted - nsmtp",
                "nid.naver.com",
                ("Application passwords",),
            ),
        ),
    ),
    Case(
        "yandex",
        "ada@yandex.ru",
        (imap("imap.yandex.com"), smtp("smtp.yandex.com")),
        ("app password, not your everyday", "allowed IMAP"),
        secret="abcdefghijklmnop",
        failures=(
            Failure(
                "access_off",
                "mail-access-disabled",
                ("switch-on-smtp",),
                "NO [AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled",
                "535 5.7.8 Error: authentication failed: This user does not have access rights to this service",
                "yandex.com",
            ),
        ),
    ),
    Case(
        "mail-ru",
        "ada@mail.ru",
        (imap("imap.mail.ru"), smtp("smtp.mail.ru")),
        ("password for external applications here, not your everyday",),
        failures=(
            Failure(
                "password",
                "app-password-required",
                ("create-app-password",),
                "NO [AUTHENTICATIONFAILED] Application password is REQUIRED",
                "535 5.7.8 Error: authentication failed: NEOBHODIM parol prilozheniya "
                "https://help.mail.ru/mail/security/protection/external",
                "account.mail.ru",
                ("external applications",),
            ),
        ),
    ),
    Case(
        "zoho-com",
        "ada@zohomail.com",
        (imap("imap.zoho.com"), smtp("smtp.zoho.com")),
        ("once you switch on IMAP", "Newer free plans", "app-specific password"),
        failures=(
            Failure(
                "imap_off",
                "mail-access-disabled",
                ("switch-on-smtp",),
                "NO [ALERT] You are yet to enable IMAP for your account. Please contact your administrator (Failure)",
                None,
                "zoho.com",
                ("IMAP Access",),
            ),
            Failure(
                "refused",
                "bad-credentials",
                ("create-app-password",),
                "NO [AUTHENTICATIONFAILED] Invalid credentials(Failure)",
                "535 Authentication Failed",
                "accounts.zoho.com",
            ),
        ),
    ),
    Case(
        "fastmail",
        "ada@fastmail.com",
        (imap("imap.fastmail.com"), smtp("smtp.fastmail.com")),
        ("app password, not your everyday", "Basic plan"),
        secret="abcd efgh 1234 5678",
        sent="abcdefgh12345678",
        failures=(
            Failure(
                "password",
                "app-password-required",
                ("create-app-password",),
                "NO Incorrect username or password.",
                "535 5.7.0 Incorrect username or password.",
                "app.fastmail.com",
                ("New app password",),
            ),
        ),
    ),
    Case(
        "ionos-de",
        "ada@company.example",
        (imap("imap.ionos.de"), smtp("smtp.ionos.de")),
        ("Where two-step sign-in is on",),
        mx=("mx00.ionos.de", "mx01.ionos.de"),
        failures=(
            Failure(
                "customer_password",
                "bad-credentials",
                ("edit-password",),
                "NO [AUTHENTICATIONFAILED] Authentication failed.",
                "535 Authentication credentials invalid",
            ),
        ),
    ),
    Case(
        "ovh",
        "ada@company.example",
        (imap("ssl0.ovh.net"), smtp("ssl0.ovh.net")),
        (),
        mx=("mx1.mail.ovh.net", "mx2.mail.ovh.net"),
        failures=(
            Failure(
                "refused",
                "bad-credentials",
                ("edit-password",),
                "NO [AUTHENTICATIONFAILED] Authentication failed.",
                "535 5.7.1 Authentication failed",
            ),
        ),
    ),
    Case(
        "amazon-ses",
        SENDER,
        (smtp("email-smtp.eu-west-1.amazonaws.com", 587, username="AKIAPRACTICE00000000"),),
        ("SMTP password made in the SES console here", "region", "SMTP user name that the SES console shows"),
        secret="BPractice0000",
        outgoing_username="AKIAPRACTICE00000000",
        given={"outgoing": "email-smtp.eu-west-1.amazonaws.com:587/starttls"},
        failures=(
            Failure(
                "iam_key_or_other_region",
                "api-key-required",
                ("create-api-key",),
                None,
                "535 Authentication Credentials Invalid",
                "console.aws.amazon.com",
                ("SMTP credentials", "region"),
            ),
            Failure(
                "not_verified",
                "sender-not-verified",
                ("verify-sender",),
                data_reply="554 Message rejected: Email address is not verified. The following "
                "identities failed the check in region "
                "EU-WEST-1: ada@example.org",
                leads_to="console.aws.amazon.com",
            ),
        ),
    ),
    Case(
        "sendgrid",
        SENDER,
        (smtp("smtp.sendgrid.net", 587, username="apikey"),),
        ("API key here", "the word apikey", "verified"),
        secret="SG.practice.0000",
        outgoing_username="apikey",
        given={"outgoing": "smtp.sendgrid.net:587/starttls"},
        failures=(
            Failure(
                "password",
                "api-key-required",
                ("create-api-key",),
                None,
                "535 Authentication failed: Bad username / password",
                "app.sendgrid.com/settings/api_keys",
                ("SG.",),
            ),
            Failure(
                "not_verified",
                "sender-not-verified",
                ("verify-sender",),
                data_reply=(
                    "550 The from address does not match a verified Sender Identity. Mail "
                    "cannot be sent until this error is resolved."
                ),
                leads_to="app.sendgrid.com/settings/sender_auth",
            ),
            Failure(
                "credits",
                "sending-limit-exceeded",
                ("wait",),
                None,
                "451 Authentication failed: Maximum credits exceeded",
            ),
        ),
    ),
    Case(
        "mailgun-us",
        SENDER,
        (smtp("smtp.mailgun.org", 587, username="postmaster@mg.example.org"),),
        ("SMTP password of your sending domain", "postmaster@"),
        outgoing_username="postmaster@mg.example.org",
        given={"outgoing": "smtp.mailgun.org:587/starttls"},
        failures=(
            Failure(
                "password",
                "api-key-required",
                ("create-api-key",),
                None,
                "535 5.7.0 Authentication failed",
                "app.mailgun.com",
                ("SMTP credentials",),
            ),
            Failure(
                "sandbox",
                "sandbox-mode",
                ("leave-test-mode",),
                data_reply="421 Domain sandbox0000.mailgun.org is not allowed to send: Free "
                "accounts are for test purposes only. "
                "Please upgrade or add the address to authorized recipients in Account Settings.",
            ),
        ),
    ),
    Case(
        "brevo",
        SENDER,
        (smtp("smtp-relay.brevo.com", 587, username="0000@smtp-brevo.com"),),
        ("SMTP key here", "SMTP login shown on the SMTP page"),
        secret="xsmtpsib-0000",
        outgoing_username="0000@smtp-brevo.com",
        given={"outgoing": "smtp-relay.brevo.com:587/starttls"},
        failures=(
            Failure(
                "password",
                "api-key-required",
                ("create-api-key",),
                None,
                "535 5.7.8 Authentication failed",
                "app.brevo.com",
                ("SMTP key",),
            ),
            Failure(
                "not_activated",
                "account-disabled",
                ("ask-provider",),
                data_reply="502 5.7.0 Your SMTP account is not yet activated. Please contact us",
            ),
            Failure(
                "network_not_allowed",
                "client-ip-blocked",
                ("allow-this-network",),
                None,
                "525 5.7.1 Unauthorized IP address",
                "app.brevo.com/security",
            ),
        ),
    ),
    Case(
        "postmark",
        SENDER,
        (smtp("smtp.postmarkapp.com", 587, username="0000-token", password="0000-token"),),
        ("server API token here", "same server API token as the password", "confirmed sender signatures"),
        secret="0000-token",
        outgoing_username="0000-token",
        given={"outgoing": "smtp.postmarkapp.com:587/starttls"},
        failures=(
            Failure(
                "password",
                "api-key-required",
                ("create-api-key",),
                None,
                "535 5.7.8 Error: authentication failed",
                "account.postmarkapp.com/servers",
                ("as the user name and as the password",),
            ),
            Failure(
                "not_confirmed",
                "sender-not-verified",
                ("verify-sender",),
                data_reply=(
                    "550 5.7.1 The 'From' address you supplied (ada@example.org) is not a "
                    "Sender Signature on your account."
                ),
                leads_to="account.postmarkapp.com/signature_domains",
            ),
        ),
    ),
)
