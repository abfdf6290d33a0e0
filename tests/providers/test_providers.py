"""Every provider of the table: what is said first, the way that works, and what each refusal leads to."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from tests.lab.stage import Stage, speaks_first, stage
from tests.providers.cases import CASES, Case, Failure
from wizard.diagnosis.document import diagnosis_document
from wizard.model.account import CheckResult, RoundTripStatus, Verdict
from wizard.model.diagnosis import ChangeSettings, OpenUrl
from wizard.model.draft import AccountDraft
from wizard.model.server import Protocol
from wizard.practice.scenarios import PracticeServer

pytestmark = pytest.mark.slow


EVERYDAY = "Summer-at-the-lake-07"  # no provider's password for programs looks like it


def typed(on_stage: Stage, case: Case, secret: str | None = None) -> AccountDraft:
    """What the person types: the address and a secret, the case's own if left out; a service's server and user name."""
    given: dict[str, str | None] = dict(case.given)
    if case.given:
        given["outgoing_username"] = case.outgoing_username
    return replace(on_stage.draft(password=secret or case.secret, **given), wants_incoming=case.receives)


async def notes_of(on_stage: Stage, case: Case, result: CheckResult) -> tuple[str, ...]:
    """What was said before the first try; for a service known by its server only, with the check."""
    if case.given:
        return result.notes
    plan = await on_stage.session.discover(on_stage.address)
    assert plan.provider is not None
    assert plan.provider.id == case.provider
    return plan.notes


def settled(result: CheckResult) -> list[tuple[Protocol, str, int, str]]:
    """Protocol, host, port and user name of each side."""
    sides = [side.candidate for side in (result.incoming, result.outgoing) if side is not None]
    return [(side.protocol, side.host, side.port, side.username) for side in sides]


def expected(case: Case) -> list[tuple[Protocol, str, int, str]]:
    """The same, by the table."""

    def name(server: PracticeServer) -> str:
        own = case.outgoing_username if server.protocol is Protocol.SMTP else case.username
        return own or case.address

    return [(server.protocol, server.host, server.port, name(server)) for server in case.servers]


def _works(case: Case) -> Callable[[], Awaitable[None]]:
    async def test() -> None:
        async with stage(case.address, *case.servers, mx=case.mx, accepted=case.sent or case.secret) as on_stage:
            result = await on_stage.session.check(typed(on_stage, case))
            assert result.verdict is Verdict.WORKS, [found.cause for found in result.diagnoses]
            assert (result.provider, settled(result)) == (case.provider, expected(case))
            assert set(result.sign_in_attempts.values()) == {1}
            notes = await notes_of(on_stage, case, result)
            result = await on_stage.session.send_test_message(result)
        for words in case.said:
            assert any(words in note for note in notes), notes
        arrives = RoundTripStatus.ARRIVED if case.receives else RoundTripStatus.SENT
        assert result.round_trip.status is arrives
        assert result.verified_account() is not None

    return test


def _fails(case: Case, failure: Failure) -> Callable[[], Awaitable[None]]:
    async def test() -> None:
        servers = case.refusing(failure)
        async with stage(case.address, *servers, mx=case.mx, accepted=case.sent or case.secret) as on_stage:
            secret = EVERYDAY if failure.cause == "app-password-required" else case.secret
            result = await on_stage.session.check(typed(on_stage, case, secret))
            if failure.data_reply is not None:
                assert result.verdict is Verdict.WORKS
                result = await on_stage.session.send_test_message(result)
        first = speaks_first(result, failure.cause, failure.remedies[0])
        assert max(result.sign_in_attempts.values()) == 1, "one attempt a server, or accounts are locked"
        assert {remedy.id for remedy in first.remedies} >= set(failure.remedies)
        card = json.dumps(diagnosis_document(first), ensure_ascii=False)
        for words in failure.says:
            assert words in card, card
        if failure.leads_to:
            pages = [remedy.action.url for remedy in first.remedies if isinstance(remedy.action, OpenUrl)]
            assert any(failure.leads_to in page for page in pages), pages
        for found in result.diagnoses:
            actions = [remedy.action for remedy in found.remedies]
            assert all(action.candidate is not None for action in actions if isinstance(action, ChangeSettings))
        assert secret not in card
        assert (case.sent or case.secret) not in card

    return test


for _case in CASES:
    _id = _case.provider.replace("-", "_")
    globals()[f"test_{_id}_works"] = _works(_case)
    for _failure in _case.failures:
        globals()[f"test_{_id}_{_failure.what}"] = _fails(_case, _failure)


def test_the_table_holds_every_provider_that_was_asked_for() -> None:
    asked = (
        "gmail outlook-com microsoft-365 yahoo icloud gmx-net web-de t-online "
        "orange-fr libero seznam qq 163 naver yandex "
        "mail-ru zoho-com fastmail ionos-de ovh amazon-ses sendgrid mailgun-us brevo postmark"
    )
    assert set(asked.split()) <= {case.provider for case in CASES}
    assert all(case.failures for case in CASES)
