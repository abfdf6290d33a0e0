"""A sign-in in the browser that gave no token: under which cause it is told, and what is offered first."""

from __future__ import annotations

import pytest

from tests.lab.certificates import Authority
from tests.probe.talk import USER
from tests.setup.accounts import new_session
from wizard.model.account import Verdict
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.refusal import Refusal
from wizard.signin.refusals import SignInRefused


@pytest.mark.parametrize(
    ("refusal", "cause", "first"),
    [
        (Refusal.CLIENT_ID_MISSING, "oauth-required", "Copy the steps for Thunderbird, Outlook and Apple Mail"),
        (Refusal.DECLINED, "oauth-required", "Sign in again in the browser"),
        (Refusal.TIMED_OUT, "oauth-required", "Sign in again in the browser"),
        (Refusal.NO_DEVICE_FLOW, "oauth-required", "Sign in again in the browser"),
        (Refusal.CONSENT_MISSING, "consent-required", "Copy a message for your administrator"),
        (Refusal.BLOCKED_BY_POLICY, "consent-required", "Copy a message for your administrator"),
        (Refusal.CLIENT_REFUSED, "consent-required", "Copy a message for your administrator"),
        (Refusal.EXPIRED, "token-expired", "Sign in again in the browser"),
        (Refusal.WRONG_AUDIENCE, "token-expired", "Copy a message for your administrator"),
        (Refusal.WRONG_ACCOUNT, "bad-credentials", f"Sign in again and choose {USER}"),
        (Refusal.PROVIDER_FAILED, "temporary-auth-failure", "Check again"),
    ],
    ids=str,
)
async def test_what_a_person_is_told(authority: Authority, refusal: Refusal, cause: str, first: str) -> None:
    session = new_session(authority)
    refused = SignInRefused(refusal, provider="Example Mail", address=USER, other="bob@example.org")
    result = await session.check_without_token(AccountDraft(Address.parse(USER), ask_nobody=True), refused)
    told = result.diagnoses[0]
    assert (result.verdict, told.cause, told.title) == (Verdict.FAILS, cause, refused.title)
    assert told.remedies[0].say == first


@pytest.mark.parametrize(("said", "told"), [("", ""), ("invalid_grant", " The provider said: “invalid_grant”")])
async def test_what_the_provider_said_is_told_and_nothing_where_it_said_nothing(
    authority: Authority, said: str, told: str
) -> None:
    refused = SignInRefused(Refusal.TIMED_OUT, provider="Example Mail", address=USER, said=said)
    draft = AccountDraft(Address.parse(USER), ask_nobody=True)
    result = await new_session(authority).check_without_token(draft, refused)
    waited = "Mailwright waited for it and has stopped. Nothing was changed."
    assert result.diagnoses[0].why == f"{waited}{told}"
