"""Providers that are not a plain pair of servers: a bridge, no way in, keys, regions, user names of their own."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from tests.lab.stage import imap, remedy_of, smtp, speaks_first, stage
from tests.providers.cases import SENDER
from wizard import wiring
from wizard.diagnosis.document import diagnosis_document
from wizard.discovery.presets import candidates, needs
from wizard.handover.document import check_document
from wizard.model.account import CheckResult, Status, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import CopyText, OpenUrl, SignIn, TrustCertificate
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security
from wizard.practice.scenarios import Accepts, CertificateKind

pytestmark = pytest.mark.slow

TOKEN = "11112222-3333-4444-5555-666677778888"
BRIDGE = (
    imap("127.0.0.1", 1143, certificate=CertificateKind.SELF_SIGNED),
    smtp("127.0.0.1", 1025, certificate=CertificateKind.SELF_SIGNED),
)


def shown_certificates(result: CheckResult) -> tuple[str, ...]:
    """The fingerprints of what the servers showed."""
    return tuple({item.certificate.sha256 for item in result.timeline if item.certificate is not None})


async def test_proton_says_first_that_it_wants_its_bridge() -> None:
    async with stage("ada@proton.me", *BRIDGE) as on_stage:
        plan = await on_stage.session.discover(on_stage.address)
    assert any("Bridge password" in note for note in plan.notes)
    assert any("Bridge needs a paid plan" in note for note in plan.notes)
    assert {(c.host, c.port, c.security) for c in plan.candidates} == {
        ("127.0.0.1", 1143, Security.STARTTLS),
        ("127.0.0.1", 1025, Security.STARTTLS),
    }


async def test_proton_without_bridge_running() -> None:
    async with stage("ada@proton.me", imap("127.0.0.1", 1234)) as on_stage:
        result = await on_stage.check()
    first = speaks_first(result, "connection-refused", "start-bridge")
    assert first.remedies[0].id == "start-bridge"
    assert first.remedies[0].action == OpenUrl("https://proton.me/mail/bridge")
    assert "Mailbox details" in " ".join(first.remedies[0].steps)


async def test_the_bridges_own_certificate_is_imported_not_waved_through() -> None:
    async with stage("ada@proton.me", *BRIDGE) as on_stage:
        result = await on_stage.check()
        first = speaks_first(result, "certificate-self-signed", "import-bridge-certificate")
        assert not any(isinstance(remedy.action, TrustCertificate) for remedy in first.remedies), "T06"
        assert result.sign_in_attempts == {}, "nothing was sent to a server nobody vouched for"
        # What --trust-certificate does, or the certificate file once this computer trusts it.
        trusting = replace(on_stage.session.options, trusted_certificates=shown_certificates(result))
        on_stage.session.change_options(trusting)
        after = await on_stage.check(send=True)
    assert "cert.pem" in " ".join(remedy_of(first, "import-bridge-certificate").steps)
    assert after.verdict is Verdict.WORKS
    assert after.provider == "proton"


async def test_the_proton_password_instead_of_bridges() -> None:
    refusing = tuple(
        replace(server, accepts=Accepts.NOBODY, refusal=refusal)
        for server, refusal in zip(
            BRIDGE,
            ("NO [AUTHENTICATIONFAILED] incorrect login credentials", "535 5.7.8 invalid username or password"),
            strict=True,
        )
    )
    async with stage("ada@proton.me", *refusing) as on_stage:
        shown = shown_certificates(await on_stage.check())
        on_stage.session.change_options(replace(on_stage.session.options, trusted_certificates=shown))
        result = await on_stage.check()
    first = speaks_first(result, "app-password-required", "create-app-password")
    assert "Mailbox details" in " ".join(remedy_of(first, "create-app-password").steps)


async def test_tuta_cannot_be_set_up_and_says_so() -> None:
    async with stage("ada@tuta.com") as on_stage:
        plan = await on_stage.session.discover(on_stage.address)
        result = await on_stage.check()
    assert plan.candidates == ()
    assert "no IMAP, POP or SMTP for mail programs" in plan.notes[0]
    first = speaks_first(result, "mail-access-disabled", "open-webmail")
    assert first.title == "Tuta cannot be used in a mail program"
    assert [remedy.action for remedy in first.remedies] == [OpenUrl("https://app.tuta.com/")]
    assert result.sign_in_attempts == {}


async def test_outlook_com_without_a_password_ends_in_the_browser() -> None:
    methods = ("PLAIN", "LOGIN", "XOAUTH2")
    servers = (imap("outlook.office365.com", auth=methods), smtp("smtp-mail.outlook.com", 587, auth=methods))
    async with stage("ada@hotmail.com", *servers) as on_stage:
        result = await on_stage.check(password=None)
    first = speaks_first(result, "oauth-required", "sign-in-with-browser")
    assert first.remedies[0].action == SignIn() or isinstance(first.remedies[0].action, CopyText)
    assert result.sign_in_attempts == {}
    assert "Outlook.com" in first.title, "the account's provider, not the owner of the shared server"


async def test_only_the_side_that_takes_no_password_asks_for_the_browser() -> None:
    """Microsoft 365 lets passwords send, until the organisation forbids it; receiving takes none."""
    methods = ("PLAIN", "LOGIN", "XOAUTH2")
    servers = (imap("outlook.office365.com", auth=methods), smtp("smtp.office365.com", 587, auth=methods))
    async with stage("ada@company.example", *servers, mx=("company-example.mail.protection.outlook.com",)) as on_stage:
        draft = on_stage.draft(password=None)
        receiving = await on_stage.session.check(replace(draft, wants_outgoing=False))
        sending = await on_stage.session.check(replace(draft, wants_incoming=False))
    assert receiving.diagnoses[0].cause == "oauth-required"
    assert sending.diagnoses == ()
    assert sending.outgoing is not None
    assert sending.outgoing.status is Status.REACHED


async def test_microsoft_365_that_still_lets_passwords_send() -> None:
    async with stage(
        "ada@company.example", smtp("smtp.office365.com", 587), mx=("company-example.mail.protection.outlook.com",)
    ) as on_stage:
        result = await on_stage.session.check(replace(on_stage.draft(), wants_incoming=False))
    assert result.verdict is Verdict.WORKS
    assert result.provider == "microsoft-365"


@pytest.mark.parametrize(
    ("host", "fixed"),
    [("smtp.sendgrid.net", "apikey"), ("smtp.sparkpostmail.com", "SMTP_Injection"), ("smtp.resend.com", "resend")],
)
async def test_a_fixed_user_name_is_offered_and_works(host: str, fixed: str) -> None:
    service = smtp(host, 587, username=fixed, refusal="535 5.7.8 Authentication failed")
    async with stage(SENDER, service, accepted="key-0000") as on_stage:
        draft = replace(on_stage.draft(password="key-0000", outgoing=f"{host}:587/starttls"), wants_incoming=False)
        result = await on_stage.session.check(draft)
        first = speaks_first(result, "api-key-required", "use-api-username")
        again = on_stage.session.apply(remedy_of(first, "use-api-username"), first, result)
        after = await on_stage.session.check(again)
    assert sum(result.sign_in_attempts.values()) == 1, "offered, not tried by itself"
    assert after.verdict is Verdict.WORKS
    assert after.outgoing is not None
    assert after.outgoing.candidate.username == fixed


@pytest.mark.parametrize("accepted", [TOKEN, "another"])
async def test_a_user_name_that_is_the_key_stays_out_of_what_is_written(accepted: str) -> None:
    token = TOKEN
    service = smtp("smtp.postmarkapp.com", 587, username=token, refusal=f"535 5.7.8 no such token {token}")
    async with stage(SENDER, service, accepted=accepted) as on_stage:
        given = on_stage.draft(password=token, outgoing="smtp.postmarkapp.com:587/starttls", outgoing_username=token)
        result = await on_stage.session.check(replace(given, wants_incoming=False))
    assert result.verdict is (Verdict.WORKS if accepted == token else Verdict.FAILS)
    assert token not in json.dumps(check_document(result, diagnosis_document=diagnosis_document))
    assert token not in repr([report.transcript for report in result.reports])


async def test_postmark_has_no_port_465() -> None:
    servers = (smtp("smtp.postmarkapp.com", 465, blocked=True), smtp("smtp.postmarkapp.com", 587, username="token"))
    async with stage(SENDER, *servers, accepted="token") as on_stage:
        given = on_stage.draft(password="token", outgoing="smtp.postmarkapp.com:465/tls", outgoing_username="token")
        result = await on_stage.session.check(replace(given, wants_incoming=False))
    assert result.verdict is Verdict.WORKS_AFTER_FIX
    assert result.fixes[0].after.port == 587


@pytest.mark.parametrize(
    ("preset", "region", "host"),
    [
        ("amazon-ses", "eu-central-1", "email-smtp.eu-central-1.amazonaws.com"),
        ("zoho-workplace", "eu", "smtppro.zoho.eu"),
        ("sendgrid", "eu", "smtp.eu.sendgrid.net"),
    ],
)
def test_regions_are_a_choice(preset: str, region: str, host: str) -> None:
    provider = wiring.presets().get(preset)
    assert provider is not None
    assert region in provider.regions
    chosen = candidates(provider, Address.parse(SENDER), region=region)
    usual = candidates(provider, Address.parse(SENDER))
    assert host in {one.host for one in chosen if one.protocol is Protocol.SMTP}
    assert host not in {one.host for one in usual}
    assert any("choose yours" in said for said in needs(provider))


@pytest.mark.parametrize(
    ("one", "other"),
    [("mailgun-us", "smtp.eu.mailgun.org"), ("sparkpost-us", "smtp.eu.sparkpostmail.com"), ("zoho-com", "zoho.eu")],
)
def test_regions_with_presets_of_their_own_name_each_other(one: str, other: str) -> None:
    provider = wiring.presets().get(one)
    assert provider is not None
    assert any(other in note for note in (*provider.notes, *needs(provider))), provider.notes


def test_a_server_of_the_customers_own_is_asked_for() -> None:
    provider = wiring.presets().get("ovh-exchange")
    assert provider is not None
    address = Address.parse(SENDER)
    assert candidates(provider, address) == ()
    assert any("ex5 or pro1" in said for said in needs(provider))
    named = candidates(provider, address, placeholders={"PLATFORM": "ex5"})
    assert {one.host for one in named} == {"ex5.mail.ovh.net"}


async def test_an_app_password_is_sent_without_the_blanks_it_is_shown_with() -> None:
    servers = (imap("imap.gmail.com"), smtp("smtp.gmail.com"))
    async with stage("ada@gmail.com", *servers, accepted="abcdefghijklmnop") as on_stage:
        result = await on_stage.check(password=" abcd efgh\u00a0ijkl mnop ")
    assert result.verdict is Verdict.WORKS
    assert result.draft.secret == Secret("abcdefghijklmnop")


async def test_a_password_that_may_hold_blanks_keeps_them() -> None:
    servers = (imap("imap.seznam.cz"), smtp("smtp.seznam.cz"))
    async with stage("ada@seznam.cz", *servers, accepted="tulip wagon 64") as on_stage:
        result = await on_stage.check(password="tulip wagon 64")
    assert result.verdict is Verdict.WORKS


async def test_sending_through_the_line_only_is_said_before() -> None:
    relays = [provider for provider in wiring.presets().all() if provider.relay_only_in_network]
    assert relays
    for provider in relays:
        assert any("only while you are connected through" in said for said in needs(provider)), provider.id


async def test_servers_typed_by_hand_get_the_user_name_their_provider_wants() -> None:
    servers = (imap("imap.mail.me.com", accepts=Accepts.LOCAL_PART), smtp("smtp.mail.me.com", 587))
    async with stage("ada@icloud.com", *servers) as on_stage:
        result = await on_stage.check(incoming="imap.mail.me.com:993/tls", outgoing="smtp.mail.me.com:587/starttls")
    assert result.verdict is Verdict.WORKS
    assert result.incoming is not None
    assert result.outgoing is not None
    assert (result.incoming.candidate.username, result.outgoing.candidate.username) == ("ada", "ada@icloud.com")
    assert any("“ada”" in note for note in result.notes)


async def test_a_user_name_that_was_said_is_left_alone() -> None:
    servers = (imap("imap.mail.me.com", username="office"), smtp("smtp.mail.me.com", 587, username="office"))
    async with stage("ada@icloud.com", *servers) as on_stage:
        result = await on_stage.check(
            incoming="imap.mail.me.com:993/tls", outgoing="smtp.mail.me.com:587/starttls", username="office"
        )
    assert result.verdict is Verdict.WORKS
