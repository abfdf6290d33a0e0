"""Tokens by authorization code with PKCE, and renewed; every way in which a provider says no."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from tests.lab.browser import Browser
from tests.lab.identity import CLIENT_ID, IdentityProvider
from tests.lab.web import Page
from wizard.model.address import Address
from wizard.model.provider import OAuthEndpoints
from wizard.model.refusal import Refusal
from wizard.model.secret import Secret
from wizard.signin.loopback import listening
from wizard.signin.oauth import Authorization, OAuthClient, Tokens, check_account, check_scopes
from wizard.signin.refusals import SignInRefused

ADA = Address.parse("ada@example.org")


async def signed_in(client: OAuthClient, browser: Browser) -> Tokens:
    authorization, code = await came_back(client, browser)
    return await client.redeem(authorization, code)


async def came_back(client: OAuthClient, browser: Browser) -> tuple[Authorization, Secret]:
    async with listening() as loopback:
        authorization = client.begin(loopback.redirect_uri, ADA)
        loopback.is_ours = authorization.is_ours
        browser.open(authorization.url)
        answer = await loopback.answer(10)
    assert answer.code is not None
    return authorization, answer.code


async def test_tokens_come_back_with_their_end_scopes_and_account(client: OAuthClient, browser: Browser) -> None:
    tokens = await signed_in(client, browser)
    assert tokens.access
    assert tokens.refresh
    assert tokens.scopes == ("mail", "openid", "email")
    assert tokens.account == "ada@example.org"
    assert tokens.expires_at is not None
    assert timedelta(minutes=59) < tokens.expires_at - datetime.now(UTC) <= timedelta(hours=1)
    assert tokens.is_fresh()
    assert not tokens.is_fresh(datetime.now(UTC) + timedelta(minutes=59, seconds=30))


async def test_a_client_with_a_secret_shows_it_with_every_request_for_tokens(
    identity: IdentityProvider, client: OAuthClient, browser: Browser
) -> None:
    identity.client_secret = "GOCSPX-example-example"
    with pytest.raises(SignInRefused):
        await signed_in(client, browser)
    google = replace(client, client_secret=Secret(identity.client_secret))
    tokens = await signed_in(google, browser)
    assert (await google.refresh(tokens)).access != tokens.access
    assert identity.client_secret not in repr(google)
    page = google.begin("http://127.0.0.1:1234/", ADA).url
    assert identity.client_secret not in page, "the browser is not shown it"


async def test_the_page_asks_with_pkce_and_says_whom_it_is_for(client: OAuthClient) -> None:
    authorization = client.begin("http://127.0.0.1:1234/", ADA)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization.url).query).items()}
    challenge = hashlib.sha256(authorization.verifier.reveal().encode()).digest()
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": "http://127.0.0.1:1234/",
        "scope": "mail openid email",
        "state": authorization.state.reveal(),
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "code_challenge_method": "S256",
        "login_hint": "ada@example.org",
    }


async def test_state_and_verifier_are_new_each_time(client: OAuthClient) -> None:
    one, other = (client.begin("http://127.0.0.1:1/", ADA) for _ in range(2))
    assert one.state != other.state
    assert one.verifier != other.verifier
    assert one.is_ours(one.state.reveal())
    assert not one.is_ours(other.state.reveal())
    assert not one.is_ours("ü")


async def test_the_provider_checks_the_verifier(client: OAuthClient, browser: Browser) -> None:
    authorization, code = await came_back(client, browser)
    with pytest.raises(SignInRefused) as refused:
        await client.redeem(replace(authorization, verifier=Secret("x" * 64)), code)
    assert refused.value.refusal is Refusal.EXPIRED  # invalid_grant


async def test_a_code_is_good_once(client: OAuthClient, browser: Browser) -> None:
    authorization, code = await came_back(client, browser)
    await client.redeem(authorization, code)
    with pytest.raises(SignInRefused):
        await client.redeem(authorization, code)


async def test_no_header_carries_a_secret(client: OAuthClient, browser: Browser, identity: IdentityProvider) -> None:
    tokens = await signed_in(client, browser)
    await client.refresh(tokens)
    for request in identity.requests:
        assert "authorization" not in request.headers
        assert "cookie" not in request.headers
        for secret in (tokens.access, tokens.refresh):
            assert secret is not None
            assert secret.reveal() not in request.path


async def test_renewing_gives_new_tokens_and_keeps_what_is_not_said_again(
    client: OAuthClient, browser: Browser, identity: IdentityProvider
) -> None:
    first = await signed_in(client, browser)
    second = await client.refresh(first)
    assert second.access != first.access
    assert second.refresh != first.refresh
    identity.rotates = False
    third = await client.refresh(second)
    assert third.refresh == second.refresh
    assert third.account == "ada@example.org"


async def test_a_withdrawn_permission_cannot_be_renewed(
    client: OAuthClient, browser: Browser, identity: IdentityProvider
) -> None:
    tokens = await signed_in(client, browser)
    identity.revoke()
    with pytest.raises(SignInRefused) as refused:
        await client.refresh(tokens)
    assert refused.value.refusal is Refusal.EXPIRED


async def test_without_a_refresh_token_there_is_nothing_to_renew(client: OAuthClient) -> None:
    with pytest.raises(SignInRefused) as refused:
        await client.refresh(Tokens(Secret("a"), None, None, ()))
    assert refused.value.refusal is Refusal.EXPIRED


async def test_an_unknown_client_id(client: OAuthClient) -> None:
    with pytest.raises(SignInRefused) as refused:
        await replace(client, client_id="nobody").refresh(Tokens(Secret("a"), Secret("b"), None, ()))
    assert refused.value.refusal is Refusal.CLIENT_REFUSED


async def test_granted_without_mail(client: OAuthClient, browser: Browser, identity: IdentityProvider) -> None:
    identity.grants = ("calendar", "openid", "email")
    tokens = await signed_in(client, browser)
    with pytest.raises(SignInRefused) as refused:
        check_scopes(client, tokens)
    assert refused.value.refusal is Refusal.WRONG_AUDIENCE


async def test_another_account_was_chosen(client: OAuthClient, browser: Browser, identity: IdentityProvider) -> None:
    identity.user = "grace@example.org"
    tokens = await signed_in(client, browser)
    with pytest.raises(SignInRefused) as refused:
        check_account(client, tokens, ADA)
    assert refused.value.refusal is Refusal.WRONG_ACCOUNT
    assert "grace@example.org" in str(refused.value)
    assert "ada@example.org" in str(refused.value)


@pytest.mark.parametrize("account", ["Ada@Example.org", None])
async def test_the_account_that_was_meant(client: OAuthClient, account: str | None) -> None:
    check_account(client, Tokens(Secret("a"), None, None, (), account), ADA)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b'"text"',
        b"<html>moved</html>",
        b"[" * 50_000,
        b'{"access_token": 5}',
        b'{"access_token": "a b"}',
        b'{"access_token": "a\\u0001b"}',
        b'{"access_token": "a\\r\\nX: y"}',
        b'{"access_token": "good", "token_type": "mac"}',
        b'{"access_token": "' + b"a" * 20_000 + b'"}',
    ],
)
async def test_answers_that_are_none(client: OAuthClient, identity: IdentityProvider, body: bytes) -> None:
    identity.answers["/token"] = Page(body)
    with pytest.raises(SignInRefused) as refused:
        await client.refresh(Tokens(Secret("a"), Secret("b"), None, ()))
    assert refused.value.refusal is Refusal.PROVIDER_FAILED


@pytest.mark.parametrize("lasts", ["-5", "true", "null", "9" * 400])
async def test_strange_lifetimes(client: OAuthClient, identity: IdentityProvider, lasts: str) -> None:
    body = f'{{"access_token": "good", "token_type": "Bearer", "expires_in": {lasts}}}'
    identity.answers["/token"] = Page(body.encode())
    tokens = await client.refresh(Tokens(Secret("a"), Secret("b"), None, ()))
    assert tokens.access == Secret("good")


@pytest.mark.parametrize(
    ("error", "description", "refusal"),
    [
        ("invalid_grant", "Token has been expired or revoked.", Refusal.EXPIRED),
        ("invalid_grant", "AADSTS700082: The refresh token has expired.", Refusal.EXPIRED),
        ("invalid_grant", "AADSTS65001: The user or administrator has not consented", Refusal.CONSENT_MISSING),
        ("access_denied", "AADSTS90094: Admin consent is required", Refusal.CONSENT_MISSING),
        ("consent_required", "", Refusal.CONSENT_MISSING),
        ("admin_policy_enforced", "", Refusal.BLOCKED_BY_POLICY),
        ("access_denied", "AADSTS53003: blocked by Conditional Access", Refusal.BLOCKED_BY_POLICY),
        ("access_denied", "AADSTS65004: User declined to consent", Refusal.DECLINED),
        ("access_denied", "The administrator's consent is needed", Refusal.CONSENT_MISSING),
        ("access_denied", "The user denied", Refusal.DECLINED),
        ("unauthorized_client", "AADSTS700016: Application was not found", Refusal.CLIENT_REFUSED),
        ("invalid_scope", "", Refusal.WRONG_AUDIENCE),
        ("invalid_target", "", Refusal.WRONG_AUDIENCE),
        ("temporarily_unavailable", "", Refusal.PROVIDER_FAILED),
        ("no such word", "\u202eevil\x00", Refusal.PROVIDER_FAILED),
    ],
)
async def test_what_the_provider_says(
    client: OAuthClient, identity: IdentityProvider, error: str, description: str, refusal: Refusal
) -> None:
    body = json.dumps({"error": error, "error_description": description}).encode()
    identity.answers["/token"] = Page(body, 400)
    with pytest.raises(SignInRefused) as refused:
        await client.refresh(Tokens(Secret("a"), Secret("b"), None, ()))
    assert refused.value.refusal is refusal
    assert (refused.value.said or "").isprintable()
    assert "\u202e" not in (refused.value.said or "")


async def test_what_was_sent_is_not_told_again(client: OAuthClient, identity: IdentityProvider) -> None:
    body = json.dumps({"error": "invalid_grant", "error_description": "Unknown token canary-refresh-1 given"}).encode()
    identity.answers["/token"] = Page(body, 400)
    with pytest.raises(SignInRefused) as refused:
        await client.refresh(Tokens(Secret("canary-access-1"), Secret("canary-refresh-1"), None, ()))
    assert refused.value.said == "invalid_grant: Unknown token *** given"


async def test_a_token_among_the_permissions_or_for_a_name_is_not_told(
    client: OAuthClient, identity: IdentityProvider
) -> None:
    token = "canary-access-9"
    claims = base64.urlsafe_b64encode(json.dumps({"email": f"{token}@example.com"}).encode()).decode()
    answer = {"access_token": token, "scope": f"{token} canary-refresh-1", "id_token": f"e30.{claims}.x"}
    identity.answers["/token"] = Page(json.dumps(answer).encode(), 200)
    tokens = await client.refresh(Tokens(Secret("canary-access-1"), Secret("canary-refresh-1"), None, ()))
    for check in (partial(check_scopes, client, tokens), partial(check_account, client, tokens, ADA)):
        with pytest.raises(SignInRefused) as refused:
            check()
        assert "canary" not in f"{refused.value} {refused.value.said}"


async def test_a_provider_that_is_not_there(client: OAuthClient) -> None:
    nowhere = replace(client, endpoints=OAuthEndpoints("https://login.example.org/a", "https://127.0.0.1/token", ()))
    with pytest.raises(SignInRefused) as refused:
        await nowhere.refresh(Tokens(Secret("a"), Secret("b"), None, ()))
    assert refused.value.refusal is Refusal.PROVIDER_FAILED


async def test_a_page_without_encryption_is_never_opened(client: OAuthClient) -> None:
    plain = replace(client, endpoints=OAuthEndpoints("http://login.example.org/a", "https://login.example.org/t", ()))
    with pytest.raises(SignInRefused):
        plain.begin("http://127.0.0.1:1/", ADA)


async def test_tokens_do_not_show_themselves(client: OAuthClient, browser: Browser) -> None:
    authorization, code = await came_back(client, browser)
    tokens = await client.redeem(authorization, code)
    assert tokens.refresh is not None
    shown = repr((authorization, code, tokens))
    for secret in (tokens.access, tokens.refresh, code, authorization.verifier):
        assert secret.reveal() not in shown
