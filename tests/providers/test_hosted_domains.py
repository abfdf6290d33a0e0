"""A company's own domain, known by its mail exchangers, from the first look to the proven account."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.lab.stage import imap, smtp, speaks_first, stage
from wizard.model.account import Verdict
from wizard.model.server import Source
from wizard.practice.scenarios import Accepts, PracticeServer

pytestmark = pytest.mark.slow

ADA = "ada@company.example"
OFFICE = (imap("outlook.office365.com"), smtp("smtp.office365.com", 587))
WORKSPACE = (imap("imap.gmail.com"), smtp("smtp.gmail.com"))
BEHIND_MICROSOFT = "v=spf1 include:spf.protection.outlook.com -all"
BEHIND_GOOGLE = "v=spf1 include:_spf.google.com ~all"


@dataclass(frozen=True, slots=True)
class Hosted:
    """A domain's exchangers, who is behind them, and what is said first."""

    mx: tuple[str, ...]
    provider: str
    servers: tuple[PracticeServer, ...]
    said: tuple[str, ...] = ()
    spf: str | None = None


HOSTED = {
    "google": Hosted(
        ("aspmx.l.google.com", "alt1.aspmx.l.google.com"),
        "google-workspace",
        WORKSPACE,
        ("app password", "administrator"),
    ),
    "google_one_exchanger": Hosted(("smtp.google.com",), "google-workspace", WORKSPACE, ("2-Step Verification",)),
    "microsoft": Hosted(
        ("company-example.mail.protection.outlook.com",),
        "microsoft-365",
        OFFICE,
        ("through the web browser", "administrator allows it"),
    ),
    "microsoft_with_dnssec": Hosted(("company-example.r-v1.mx.microsoft",), "microsoft-365", OFFICE),
    "godaddys_microsoft": Hosted(
        ("company-example.mail.protection.outlook.com",),
        "microsoft-365",
        OFFICE,
        ("administrator", "GoDaddy manages this Microsoft 365"),
        "v=spf1 include:secureserver.net -all",
    ),
    "mimecast_before_microsoft": Hosted(
        ("eu-smtp-inbound-1.mimecast.com", "eu-smtp-inbound-2.mimecast.com"),
        "microsoft-365",
        OFFICE,
        ("behind it is probably Microsoft 365", "through the web browser"),
        BEHIND_MICROSOFT,
    ),
    "proofpoint_before_google": Hosted(
        ("mx0a-00000000.pphosted.com",),
        "google-workspace",
        WORKSPACE,
        ("behind it is probably Google Workspace", "app password"),
        BEHIND_GOOGLE,
    ),
    "barracuda_before_microsoft": Hosted(
        ("d000000a.ess.barracudanetworks.com",), "microsoft-365", OFFICE, ("probably",), BEHIND_MICROSOFT
    ),
    "zoho_europe": Hosted(
        ("mx.zoho.eu", "mx2.zoho.eu"),
        "zoho-workplace",
        (imap("imappro.zoho.eu"), smtp("smtppro.zoho.eu")),
        ("once you switch on IMAP", "administrator of your organisation"),
    ),
    "zoho_united_states": Hosted(
        ("mx.zoho.com",), "zoho-workplace", (imap("imappro.zoho.com"), smtp("smtppro.zoho.com"))
    ),
    "zoho_india": Hosted(("mx.zoho.in",), "zoho-workplace", (imap("imappro.zoho.in"), smtp("smtppro.zoho.in"))),
    "ionos_germany": Hosted(
        ("mx00.kundenserver.de", "mx01.kundenserver.de"), "ionos-de", (imap("imap.ionos.de"), smtp("smtp.ionos.de"))
    ),
    "ionos_united_states": Hosted(("mx00.ionos.com",), "ionos-us", (imap("imap.ionos.com"), smtp("smtp.ionos.com"))),
    "ovh": Hosted(("mx1.mail.ovh.net",), "ovh", (imap("ssl0.ovh.net"), smtp("ssl0.ovh.net"))),
    "fastmail": Hosted(
        ("in1-smtp.messagingengine.com",),
        "fastmail",
        (imap("imap.fastmail.com"), smtp("smtp.fastmail.com")),
        ("app password",),
    ),
}


@pytest.mark.parametrize("name", HOSTED)
async def test_a_hosted_domain_is_known_and_works(name: str) -> None:
    hosted = HOSTED[name]
    async with stage(ADA, *hosted.servers, mx=hosted.mx, spf=hosted.spf) as on_stage:
        plan = await on_stage.session.discover(on_stage.address)
        result = await on_stage.check(send=True)
    assert plan.provider is not None
    assert plan.provider.id == hosted.provider
    assert plan.probably is any("probably" in note for note in plan.notes)
    for words in hosted.said:
        assert any(words in note for note in plan.notes), plan.notes
    assert {candidate.source for candidate in plan.candidates[:1]} == {Source.MX}
    assert result.verdict is Verdict.WORKS, [found.cause for found in result.diagnoses]
    assert result.provider == hosted.provider
    sides = [side.candidate for side in (result.incoming, result.outgoing) if side is not None]
    assert [(side.host, side.port, side.username) for side in sides] == [
        (server.host, server.port, ADA) for server in hosted.servers
    ]
    assert result.round_trip.folder == "INBOX"


@pytest.mark.parametrize("name", [name for name, hosted in HOSTED.items() if hosted.provider != "microsoft-365"])
async def test_a_refused_password_costs_one_attempt_where_the_user_name_is_known(name: str) -> None:
    hosted = HOSTED[name]
    servers = [
        server.__class__(
            server.protocol,
            server.host,
            server.port,
            server.security,
            accepts=Accepts.NOBODY,
            refusal="535 5.7.8 Authentication failed"
            if server.protocol.value == "smtp"
            else "NO Authentication failed",
        )
        for server in hosted.servers
    ]
    async with stage(ADA, *servers, mx=hosted.mx, spf=hosted.spf) as on_stage:
        result = await on_stage.check()
    assert result.verdict is Verdict.FAILS
    assert sum(result.sign_in_attempts.values()) == 1


async def test_a_gateway_that_shows_nobody_behind_it_says_so() -> None:
    servers = (imap("imap.company.example"), smtp("smtp.company.example"))
    async with stage(ADA, *servers, mx=("eu-smtp-inbound-1.mimecast.com",), spf="v=spf1 mx -all") as on_stage:
        plan = await on_stage.session.discover(on_stage.address)
        result = await on_stage.check()
    assert plan.provider is None
    assert any("does not show who keeps the mailbox" in note for note in plan.notes)
    assert result.verdict is Verdict.WORKS, "the usual names are tried"


async def test_a_hosted_domain_at_google_with_the_everyday_password() -> None:
    refusal = "NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833"
    servers = (imap("imap.gmail.com", accepts=Accepts.NOBODY, refusal=refusal), smtp("smtp.gmail.com"))
    async with stage(ADA, *servers, mx=("aspmx.l.google.com",)) as on_stage:
        result = await on_stage.check()
    first = speaks_first(result, "app-password-required", "create-app-password")
    assert "ask your administrator" in " ".join(first.remedies[0].steps)


async def test_ovh_exchange_asks_for_the_server_only_the_customer_knows() -> None:
    servers = (imap("ex5.mail.ovh.net"), smtp("ex5.mail.ovh.net", 587))
    async with stage(ADA, *servers, mx=("mx1.mail.ovh.net",)) as on_stage:
        result = await on_stage.check(incoming="ex5.mail.ovh.net:993/tls", outgoing="ex5.mail.ovh.net:587/starttls")
    assert result.verdict is Verdict.WORKS
