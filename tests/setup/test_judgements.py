"""The pure judgements of a check, each by itself: the verdict, kept halves, what a deadline fell into, whose it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.lab.certificates import Authority
from tests.setup.accounts import new_session
from wizard.model.account import CheckResult, SideResult, Status, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ErrorKind, Evidence, Outcome, ProbeReport, Stage
from wizard.model.plan import Plan
from wizard.model.provider import Provider
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source, Way
from wizard.setup.context import Services
from wizard.setup.judge import Judge
from wizard.setup.kept import kept_side
from wizard.setup.likeliest import overtaken
from wizard.setup.options import Options
from wizard.setup.secret_gate import SecretGate, needs_yes
from wizard.setup.side_outcome import SideOutcome
from wizard.setup.signin_budget import SignInBudget
from wizard.setup.verdict import verdict_of

ADA = Address.parse("ada@example.org")
IMAP = ServerCandidate(Protocol.IMAP, "imap.example.org", 993, Security.TLS, ADA.wire, Source.PRESET, trusted=True)
SMTP = ServerCandidate(Protocol.SMTP, "smtp.example.org", 465, Security.TLS, ADA.wire, Source.PRESET, trusted=True)
DRAFT = AccountDraft(ADA, secret=Secret("tulip-wagon-64"))
ONE = Provider("one", "One Mail", "XX", "free", ("example.org",), (), ())
OTHER = replace(ONE, id="other", name="Other Mail", domains=("example.net",))
CARD = Diagnosis("bad-credentials", Stage.AUTH, 0.9, "title", "why")


def ended(status: Status, **more: object) -> SideOutcome:
    return replace(SideOutcome(SideResult(IMAP, status)), **more)


@pytest.mark.parametrize(
    ("statuses", "cards", "timed_out", "verdict"),
    [
        ((Status.VERIFIED, Status.VERIFIED), (), False, Verdict.WORKS),
        ((Status.VERIFIED,), (), True, Verdict.UNDECIDED),  # the other side was overtaken
        ((), (), True, Verdict.UNDECIDED),
        ((), (), False, Verdict.UNDECIDED),
        ((Status.VERIFIED, Status.FAILED), (CARD,), True, Verdict.FAILS),
        ((Status.VERIFIED, Status.REACHED), (), False, Verdict.UNDECIDED),
        ((), (CARD,), False, Verdict.FAILS),
    ],
)
def test_the_verdict(
    statuses: tuple[Status, ...], cards: tuple[Diagnosis, ...], timed_out: bool, verdict: Verdict
) -> None:
    outcomes = [ended(status) for status in statuses]
    assert verdict_of(outcomes, cards, (), signs_in=True, timed_out=timed_out) is verdict


def test_a_refusal_that_holds_for_the_whole_account_decides() -> None:
    outcomes = [ended(Status.REACHED, shared_refusal=CARD)]
    assert verdict_of(outcomes, (), (), signs_in=True, timed_out=False) is Verdict.FAILS
    assert verdict_of([ended(Status.REACHED)], (), (), signs_in=False, timed_out=False) is Verdict.WORKS


def proven(draft: AccountDraft = DRAFT) -> CheckResult:
    sides = SideResult(IMAP, Status.VERIFIED), SideResult(SMTP, Status.VERIFIED)
    return CheckResult(draft, Verdict.WORKS, datetime.now(UTC), 0.1, incoming=sides[0], outgoing=sides[1])


def test_a_half_is_kept_for_the_same_secret_and_server_only() -> None:
    assert kept_side(proven(), DRAFT, (), Way.RECEIVING) == SideResult(IMAP, Status.VERIFIED)
    assert kept_side(proven(), replace(DRAFT, secret=Secret("another")), (), Way.RECEIVING) is None
    assert kept_side(proven(), replace(DRAFT, oauth_token=Secret("token")), (), Way.RECEIVING) is None
    own = replace(DRAFT, outgoing_secret=Secret("another"))
    assert kept_side(proven(), own, (), Way.RECEIVING) is not None
    assert kept_side(proven(), own, (), Way.SENDING) is None
    assert kept_side(proven(), DRAFT.with_server(replace(IMAP, port=143)), (), Way.RECEIVING) is None
    assert kept_side(proven(), replace(DRAFT, address=Address.parse("bob@example.org")), (), Way.RECEIVING) is None


def seen(*evidence: Evidence) -> ProbeReport:
    return ProbeReport(IMAP, evidence)


@pytest.mark.parametrize(
    ("report", "stage", "kind"),
    [
        (seen(), Stage.DNS, ErrorKind.DNS_UNAVAILABLE),
        (seen(Evidence(Stage.DNS, Outcome.OK)), Stage.CONNECT, ErrorKind.CONNECTION_TIMED_OUT),
        (seen(Evidence(Stage.GREETING, Outcome.CANCELLED)), Stage.GREETING, ErrorKind.SILENCE),
        (seen(Evidence(Stage.AUTH, Outcome.CANCELLED)), Stage.AUTH, ErrorKind.SILENCE),
    ],
)
def test_what_a_deadline_fell_into(report: ProbeReport, stage: Stage, kind: ErrorKind) -> None:
    failure = overtaken(report).failure
    assert failure is not None
    assert (failure.stage, failure.error) == (stage, kind)


def test_who_waited_for_nobody_did_not_fail() -> None:
    assert overtaken(seen(Evidence(Stage.AUTH, Outcome.OK))).failure is None
    refused = seen(Evidence(Stage.AUTH, Outcome.FAILED, error=ErrorKind.REPLY))
    assert overtaken(refused) is refused


@pytest.fixture
def services(authority: Authority) -> Services:
    known = {"imap.one.example": ONE, "smtp.other.example": OTHER}
    plain = new_session(authority)._context.services
    return replace(plain, provider_of_host=known.get, provider_of_domain={"example.org": ONE}.get)


def test_the_provider_is_the_plans_then_the_typed_servers_and_stays(services: Services) -> None:
    typed = DRAFT.with_server(replace(SMTP, host="smtp.other.example", source=Source.GIVEN))
    plan = Plan(ADA, (), ONE)
    assert Judge.of(services, typed, plan).provider == ONE
    judge = Judge.of(services, typed, None)
    assert judge.provider == OTHER
    assert judge.with_plan(plan).provider == OTHER
    assert judge.with_plan(plan).plan == plan
    assert Judge.of(services, DRAFT, None).with_plan(plan).provider == ONE


def test_a_known_providers_host_in_place_of_a_typed_one_needs_a_yes(services: Services) -> None:
    typed = replace(IMAP, host="imap.typed.example", source=Source.GIVEN)
    changed = replace(typed, host="smtp.other.example")  # as the search for a similar name makes it
    assert needs_yes(changed, DRAFT.with_server(typed), OTHER)
    assert not needs_yes(replace(changed, source=Source.AUTOCONFIG), DRAFT, OTHER)
    gate = SecretGate(Judge.of(services, DRAFT.with_server(typed), None), Options(), SignInBudget())
    assert gate.needs_yes(changed)
    assert not gate.needs_yes(replace(typed, host="imap.one.example"))  # the address's own provider


def test_a_yes_on_the_command_line_is_for_all_servers(services: Services) -> None:
    stranger = replace(IMAP, host="imap.evil.example", source=Source.SRV)
    judge = Judge.of(services, DRAFT, None)
    assert SecretGate(judge, Options(), SignInBudget()).needs_yes(stranger)
    assert not SecretGate(judge, Options(accept_untrusted=True), SignInBudget()).needs_yes(stranger)
