"""Whatever a sign-in service, or whoever answers in its place, sends: tokens, a code, or a refusal; nothing else."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wizard.model.provider import OAuthEndpoints
from wizard.model.secret import Secret
from wizard.net.fetch import Fetched
from wizard.signin import device_code, discovery
from wizard.signin.account import account_in
from wizard.signin.loopback import Loopback
from wizard.signin.oauth import OAuthClient
from wizard.signin.refusals import SignInRefused

pytestmark = pytest.mark.slow

ENDPOINTS = OAuthEndpoints(
    "https://b.example/auth", "https://b.example/token", ("mail",), device="https://b.example/device"
)
NAMES = (
    *("access_token", "refresh_token", "token_type", "expires_in", "scope", "id_token", "error", "error_description"),
    *("device_code", "user_code", "verification_uri", "verification_uri_complete", "verification_url", "interval"),
    *("issuer", "authorization_endpoint", "token_endpoint", "code_challenge_methods_supported"),
)
WORDS = st.sampled_from(
    ["", "bearer", "https://b.example/", "https://[", "S256", "mail", "\ud800", "\x1b[2J\u202e", "x" * 20_000, "a b"]
) | st.text(max_size=10)
VALUES: st.SearchStrategy[Any] = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers() | st.floats() | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
BODIES = (
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8).map(lambda found: json.dumps(found).encode())
    | st.binary(max_size=60)
    | st.just(b"[" * 100_000)
)


class Answers:
    """Gives one answer to everything."""

    def __init__(self, status: int, body: bytes) -> None:
        self._fetched = Fetched("https://b.example/", status, body, ("b.example",))

    async def post(self, *_: Any, **__: Any) -> Fetched:
        """The answer."""
        return self._fetched

    async def get(self, *_: Any, **__: Any) -> Fetched:
        """The answer."""
        return self._fetched


@given(st.sampled_from([200, 400]), BODIES)
def test_any_answer_is_tokens_or_a_refusal(status: int, body: bytes) -> None:
    client = OAuthClient("client", ENDPOINTS, Answers(status, body))
    with suppress(SignInRefused):
        tokens = client.tokens(Fetched("https://b.example/", status, body, ("b.example",)))
        assert tokens.access.reveal().isprintable()
        assert not tokens.account or tokens.account.isprintable()


@given(st.sampled_from([200, 400]), BODIES)
@example(
    200, json.dumps({"user_code": "A", "device_code": "\ud800", "verification_uri": "https://b.example/"}).encode()
)
def test_any_device_code_is_shown_plainly_or_refused(status: int, body: bytes) -> None:
    async def all_of_it() -> None:
        client = OAuthClient("client", ENDPOINTS, Answers(status, body))
        code = await device_code.begin(client)
        assert (code.user_code + code.url + (code.direct_url or "")).isprintable()
        moments = iter(range(0, 10**6, 100))
        await device_code.wait(client, code, sleep=lambda _: asyncio.sleep(0), clock=lambda: float(next(moments)))

    with suppress(SignInRefused):
        asyncio.run(all_of_it())


@given(BODIES)
def test_any_metadata_is_https_or_nothing(body: bytes) -> None:
    found = asyncio.run(discovery.of_issuer("https://b.example", ("mail",), Answers(200, body)))
    if found is not None:
        for url in (found.authorization, found.token, found.device):
            assert url is None or (url.startswith("https://") and url.isascii() and url.isprintable())


@given(VALUES | st.lists(st.text(max_size=40), min_size=3, max_size=3).map(".".join))
@example("." + "W1tbW1tb" * 4000 + ".")
def test_any_id_token_names_an_address_or_none(token: object) -> None:
    found = account_in(token)
    assert found is None or (found.count("@") == 1 and found.isprintable())


REQUEST = st.lists(
    st.sampled_from(
        (
            *(b"GET ", b"/", b"?", b"state=ours", b"&", b"code=x", b"error=y", b" HTTP/1.1\r\n", b"%ff", b"//"),
            *(b"Host: 127.0.0.1:7\r\n", b"[", b"\xff", b"#", b"\r\n", b"=" * 30 + b"&" * 30),
        )
    ),
    max_size=12,
)


@given(st.binary(max_size=200), REQUEST)
@example(b"", [b"GET ", b"/", b"?", b"state=ours", b"&", b"code=x", b" HTTP/1.1\r\n", b"Host: 127.0.0.1:7\r\n"])
def test_any_request_counts_only_with_our_state_at_our_address(noise: bytes, words: list[bytes]) -> None:
    async def read(head: bytes) -> None:
        loopback = Loopback(lambda state: state == "ours", "127.0.0.1:7")
        found = loopback._read(head)
        loopback.close()
        if found is not None:
            assert b"state=ours" in head
            assert head.startswith(b"GET /?")
            assert (found.code is None) is not (found.error is None)
            assert found.code is None or isinstance(found.code, Secret)

    asyncio.run(read(b"".join(words) + noise))
    asyncio.run(read(noise))
