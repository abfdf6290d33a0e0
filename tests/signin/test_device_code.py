"""Sign-in on another device: how often it asks, and each way it ends."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from tests.lab.identity import USER_CODE, IdentityProvider
from tests.lab.web import Page
from wizard.model.refusal import Refusal
from wizard.model.secret import Secret
from wizard.signin import device_code
from wizard.signin.oauth import OAuthClient
from wizard.signin.refusals import SignInRefused


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_the_code_and_where_it_is_typed(client: OAuthClient, identity: IdentityProvider) -> None:
    code = await device_code.begin(client)
    assert code.user_code == USER_CODE
    assert code.url == f"{identity.issuer}/device"
    assert code.direct_url == f"{identity.issuer}/device?user_code={USER_CODE}"
    assert code.interval_s == 5
    assert code.device_code.reveal() not in repr(code)


async def test_it_asks_until_the_person_has_signed_in(
    client: OAuthClient, identity: IdentityProvider, clock: Clock
) -> None:
    code = await device_code.begin(client)
    identity.polls = ["authorization_pending", "authorization_pending"]
    identity.allow_device()
    tokens = await device_code.wait(client, code, sleep=clock.sleep, clock=clock)
    assert tokens.account == "ada@example.org"
    assert tokens.refresh
    assert clock.waits == [5, 5, 5]


async def test_slow_down_means_five_seconds_more_for_good(
    client: OAuthClient, identity: IdentityProvider, clock: Clock
) -> None:
    code = await device_code.begin(client)
    identity.polls = ["slow_down", "authorization_pending", "slow_down"]
    identity.allow_device()
    await device_code.wait(client, code, sleep=clock.sleep, clock=clock)
    assert clock.waits == [5, 10, 10, 15]


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        ("access_denied", Refusal.DECLINED),
        ("expired_token", Refusal.TIMED_OUT),
        ("unknown", Refusal.EXPIRED),
    ],
)
async def test_it_ends_when_the_provider_says_so(
    client: OAuthClient, identity: IdentityProvider, clock: Clock, status: str, refusal: Refusal
) -> None:
    code = await device_code.begin(client)
    identity.allow_device(status)
    with pytest.raises(SignInRefused) as refused:
        await device_code.wait(client, code, sleep=clock.sleep, clock=clock)
    assert refused.value.refusal is refusal


async def test_what_the_provider_says_is_told_without_the_secrets_that_were_sent(
    client: OAuthClient, identity: IdentityProvider, clock: Clock
) -> None:
    google = replace(client, client_secret=Secret("GOCSPX-example-example"))
    code = await device_code.begin(google)
    sent = f"{code.device_code.reveal()} of GOCSPX-example-example"
    body = json.dumps({"error": "invalid_grant", "error_description": f"Not known: {sent}"}).encode()
    identity.answers["/token"] = Page(body, 400)
    with pytest.raises(SignInRefused) as refused:
        await device_code.wait(google, code, sleep=clock.sleep, clock=clock)
    assert refused.value.said == "invalid_grant: Not known: *** of ***"


async def test_it_ends_with_the_code(client: OAuthClient, clock: Clock) -> None:
    code = replace(await device_code.begin(client), expires_in_s=21)
    with pytest.raises(SignInRefused) as refused:
        await device_code.wait(client, code, sleep=clock.sleep, clock=clock)
    assert refused.value.refusal is Refusal.TIMED_OUT
    assert clock.waits == [5, 5, 5, 5]


async def test_a_line_that_breaks_is_asked_less_often(client: OAuthClient, clock: Clock) -> None:
    code = replace(await device_code.begin(client), expires_in_s=100)
    away = replace(client, endpoints=replace(client.endpoints, token="https://127.0.0.1/token"))
    with pytest.raises(SignInRefused) as refused:
        await device_code.wait(away, code, sleep=clock.sleep, clock=clock)
    assert refused.value.refusal is Refusal.TIMED_OUT
    assert clock.waits == [5, 10, 20, 40]


async def test_a_provider_without_this_flow(client: OAuthClient) -> None:
    with pytest.raises(SignInRefused) as refused:
        await device_code.begin(replace(client, endpoints=replace(client.endpoints, device=None)))
    assert refused.value.refusal is Refusal.NO_DEVICE_FLOW


async def test_an_unknown_client(client: OAuthClient) -> None:
    with pytest.raises(SignInRefused) as refused:
        await device_code.begin(replace(client, client_id="nobody"))
    assert refused.value.refusal is Refusal.CLIENT_REFUSED


@pytest.mark.parametrize(
    "change",
    [
        {"verification_uri": "http://login.example.org/device"}, {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": 5}, {"user_code": None}, {"device_code": ["x"]}, {"verification_uri": "https://a\u202e.example/"},
    ],
)  # fmt: skip
async def test_codes_that_cannot_be_shown(
    client: OAuthClient, identity: IdentityProvider, change: dict[str, object]
) -> None:
    good = {
        "user_code": "A",
        "device_code": "d",
        "verification_uri": "https://login.example.org/device",
        "expires_in": 9,
    }
    identity.answers["/device_authorization"] = Page(json.dumps(good | change).encode())
    with pytest.raises(SignInRefused) as refused:
        await device_code.begin(client)
    assert refused.value.refusal is Refusal.PROVIDER_FAILED


async def test_what_a_stranger_may_say_about_time(client: OAuthClient, identity: IdentityProvider) -> None:
    good = {
        "user_code": "A\u202eB", "device_code": "d", "verification_url": "https://login.example.org/device",
        "verification_uri_complete": "http://plain.example/", "expires_in": 1e30, "interval": -1,
    }  # fmt: skip
    identity.answers["/device_authorization"] = Page(json.dumps(good).encode())
    code = await device_code.begin(client)
    assert (code.expires_in_s, code.interval_s) == (900, 5)
    assert (code.user_code, code.direct_url) == ("A\ufffdB", None)
