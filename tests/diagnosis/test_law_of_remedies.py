"""No card shows a remedy that the evidence refutes: every remedy of every cause, against every combination of facts.

The combinations are those that a run can come to (sides, stretches of the way, what the run saw, providers), and those
that the practice network really produces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations

import pytest
from msgspec.structs import replace

from wizard import wiring
from wizard.assets import resources
from wizard.diagnosis.catalogue import Catalogue, Ranked
from wizard.diagnosis.fact_words import provider_words
from wizard.diagnosis.remedies import remedies_of, title_of, why_of
from wizard.diagnosis.rule import Cause, Facts
from wizard.model.address import Address
from wizard.model.diagnosis import (
    AskAdministrator,
    Change,
    ChangeSettings,
    EditField,
    Field,
    OpenUrl,
    Remedy,
    SignIn,
    TrustCertificate,
)
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ErrorKind
from wizard.model.provider import Provider, Quirk
from wizard.model.run_fact import RunFact
from wizard.model.secret import Secret
from wizard.practice.scenarios import Scenario, load_scenarios
from wizard.setup.options import Options

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
WORDS = {
    "host": "mail.example.org",
    "port": "587",
    "server": "mail.example.org:587/starttls",
    "address": "ada@example.org",
    "domain": "example.org",
    "username": "ada@example.org",
    "reply": "550 no",
    "reply_code": "550",
    "public_address": "203.0.113.7",
    "public_addresses": "203.0.113.7",
    "sha256": "ab" * 32,
    "suggestion": "ada@gmail.com",
    "side": "sending",
    "other_side": "receiving",
}
# Kinds of providers that differ in what helps there; the empty one is a server nobody knows.
PROVIDERS = (
    "",
    "gmail",
    "google-workspace",
    "outlook-com",
    "microsoft-365",
    "yahoo",
    "icloud",
    "comcast",
    "ionos-de",
    "zoho-eu",
    "free-fr",
    "sendgrid",
    "tuta",
)
AT_SIGN_IN = (
    RunFact.OTHER_SIDE_ACCEPTED_PASSWORD,
    RunFact.EVERYDAY_PASSWORD_REFUSED,
    RunFact.APP_PASSWORD_SHAPE_WRONG,
    RunFact.CAPITAL_IN_ADDRESS,
)
IN_THE_ENVELOPE = (RunFact.SENDER_IS_SIGN_IN, RunFact.RECIPIENT_IS_SELF)
BEFORE_SIGN_IN = (RunFact.ENCRYPTION_CHOSEN_OFF, RunFact.ENCRYPTION_OFFERED)
USERNAMES = {Field.INCOMING_USERNAME, Field.OUTGOING_USERNAME}
BLAMES_THE_PASSWORD = re.compile(r"password has a slip|name or password was refused")
BLAMES_THE_SIGN_IN = re.compile(r"sign-in for sending is off|offered without a user name and password")


def refuted(remedy: Remedy, facts: Facts) -> str | None:
    """Why the facts refute this remedy; `None` when they do not."""
    seen = facts.values.get("seen", frozenset())
    quirks = facts.values.get("quirk", frozenset())
    provider = facts.values.get("provider", frozenset())
    match remedy.action:
        case EditField(Field.PASSWORD) if RunFact.SIGNED_IN in seen:
            return "this very password was accepted"
        case EditField(Field.PASSWORD) if RunFact.OTHER_SIDE_ACCEPTED_PASSWORD in seen and "again" in remedy.say:
            return "the other side accepted this very password"
        case EditField(field) if field in USERNAMES and RunFact.SIGNED_IN in seen:
            return "this very user name was accepted"
        case EditField(Field.RECIPIENT | Field.TEST_TO) if RunFact.RECIPIENT_IS_SELF in seen:
            return "the recipient is the person already"
        case ChangeSettings(Change.SENDER_IS_USERNAME) if RunFact.SENDER_IS_SIGN_IN in seen:
            return "the sender is the name that signs in already"
        case ChangeSettings(Change.OTHER_USERNAME_FORM | Change.API_USERNAME) if RunFact.SIGNED_IN in seen:
            return "this very user name was accepted"
        case ChangeSettings(Change.ENCRYPT) if ErrorKind.STARTTLS_MISSING in facts.values.get("kind", ()):
            return "the server does not offer it"
        case SignIn() if "no" in facts.values.get("browser", ()):
            return "the provider has no sign-in in the browser"
        case OpenUrl(url) if url == facts.words.get("app_password_url") and Quirk.APP_PASSWORD_REFUSED in quirks:
            return "the provider takes no app passwords"
        case OpenUrl(url) if "outlook.live.com" in url and "microsoft-365" in provider:
            return "that is the page of personal accounts"
        case OpenUrl() if "same password" in remedy.say and RunFact.EVERYDAY_PASSWORD_REFUSED in seen:
            return "the browser takes the everyday password, mail programs never do"
        case AskAdministrator() if "administrator" in remedy.say and "freemail" in facts.values.get("category", ()):
            return "a personal account has no administrator"
        case TrustCertificate() if "no" not in facts.values.get("preset", ()):
            return "a known provider's certificate is never trusted by hand"
        case _:
            return None


def faults_of(cause: Cause, facts: Facts, provider: Provider | None) -> Iterator[str]:
    """Every breach of the law on this card."""
    offered = remedies_of(cause, facts, provider)
    for remedy in offered:
        if reason := refuted(remedy, facts):
            yield f"{cause.id}: “{remedy.say}”: {reason}"
    for one, other in combinations(offered, 2):
        if one.action == other.action:
            yield f"{cause.id}: “{one.say}” and “{other.say}” do the same"
    seen = facts.values.get("seen", frozenset())
    said = f"{title_of(cause, facts)}. {why_of(cause, facts)}"
    if {RunFact.SIGNED_IN, RunFact.OTHER_SIDE_ACCEPTED_PASSWORD} & seen and BLAMES_THE_PASSWORD.search(said):
        yield f"{cause.id}: says “{said}” of a password that was accepted"
    if RunFact.SIGNED_IN in seen and BLAMES_THE_SIGN_IN.search(said):
        yield f"{cause.id}: says “{said}” after a sign-in"


def subsets(facts: tuple[RunFact, ...]) -> Iterator[frozenset[RunFact]]:
    for size in range(len(facts) + 1):
        for some in combinations(facts, size):
            yield frozenset(some)


def combinations_of_a_run() -> Iterator[tuple[Facts, Provider | None]]:
    """What a run can come to."""
    catalogue = wiring.catalogue(())
    for name in PROVIDERS:
        provider = wiring.presets(()).get(name)
        families = catalogue.families_of(provider, (), "")
        known = frozenset({*(family.id for family in families), *([name] if name else [])})
        always = {
            "provider": known,
            "preset": frozenset({"yes" if provider else "no"}),
            "browser": frozenset({"yes" if provider.oauth else "no"} if provider else ()),
            "quirk": provider.quirks if provider else frozenset(),
            "category": frozenset({provider.category} if provider else ()),
        }
        words = {**WORDS, **provider_words(provider, families)}
        for protocol in ("smtp", "imap"):
            for stage, seen, more in _stretches(protocol):
                values = {
                    **always,
                    **more,
                    "protocol": frozenset({protocol}),
                    "stage": frozenset({stage}),
                    "seen": seen,
                }
                yield Facts(values=values, words={**words, "side": "sending", "other_side": "receiving"}), provider


def _stretches(protocol: str) -> Iterator[tuple[str, frozenset[str], dict[str, frozenset[str]]]]:
    for kind in ErrorKind:
        for seen in subsets(BEFORE_SIGN_IN):
            yield "tls", frozenset(seen), {"kind": frozenset({kind}), "certificate": frozenset({"expired"})}
    for seen in subsets(AT_SIGN_IN):
        for enhanced in ("5.7.8", "5.7.3"):
            yield "auth", frozenset(seen), {"kind": frozenset({"reply"}), "enhanced": frozenset({enhanced})}
    for command in ("mail", "rcpt", "data") if protocol == "smtp" else ():
        for seen in subsets(IN_THE_ENVELOPE):
            for signed_in in (frozenset[str](), frozenset({RunFact.SIGNED_IN.value})):
                stage = "message" if command == "data" else "envelope"
                yield stage, seen | signed_in, {"kind": frozenset({"reply"}), "command": frozenset({command})}
    yield "auth", frozenset({RunFact.SIGNED_IN.value}), {"kind": frozenset({"reply"})}  # the inbox stayed shut


def test_no_remedy_is_offered_that_a_fact_refutes(catalogue: Catalogue) -> None:
    found = {
        fault
        for facts, provider in combinations_of_a_run()
        for cause in catalogue.causes.values()
        for fault in faults_of(cause, facts, provider)
    }
    assert sorted(found) == []


class Recording(Catalogue):
    """The catalogue, which notes the facts it was asked about."""

    asked: list[Facts]

    def rank(self, facts: Facts) -> tuple[Ranked, ...]:
        """As the catalogue does."""
        self.asked.append(facts)
        return super().rank(facts)


@pytest.mark.slow
async def test_nor_one_that_the_facts_of_the_practice_network_refute(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = wiring.catalogue(())
    recording = Recording(plain.causes, plain.families)
    recording.asked = []
    monkeypatch.setattr(wiring, "catalogue", lambda packs=(): recording)
    scenarios = load_scenarios(resources() / "practice")
    settings = wiring.Settings(practice=True, options=Options(accept_untrusted=True, deadline_s=30))
    async with wiring.sessions(settings) as new_session:
        for scenario in scenarios:
            await new_session().check(_draft(scenario))
    assert len(recording.asked) >= 20
    found = {
        fault
        for facts in recording.asked
        for cause in plain.causes.values()
        for fault in faults_of(cause, replace(facts, words={**WORDS, **facts.words}), None)
    }
    assert sorted(found) == []


def _draft(scenario: Scenario) -> AccountDraft:
    address = Address.parse(scenario.account.address)
    return AccountDraft(address, secret=Secret(scenario.account.password))
