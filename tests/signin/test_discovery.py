"""Where sign-ins go: the preset's word first, then the issuer's metadata, which must be the issuer's own."""

from __future__ import annotations

import json

import pytest

from tests.lab.identity import IdentityProvider
from tests.lab.web import Page
from tests.signin.conftest import endpoints_of, provider_of
from wizard.model.provider import OAuthEndpoints
from wizard.net.fetch import Fetcher
from wizard.signin.discovery import endpoints, metadata_urls, of_issuer

RFC8414 = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"


async def test_the_preset_knows_and_nobody_is_asked(identity: IdentityProvider, fetcher: Fetcher) -> None:
    provider = provider_of(identity)
    assert await endpoints(provider, fetcher, issuer=identity.issuer, scopes=("mail",)) == provider.oauth
    assert identity.requests == []


async def test_the_issuer_is_asked(identity: IdentityProvider, fetcher: Fetcher) -> None:
    found = await endpoints(None, fetcher, issuer=identity.issuer, scopes=("mail", "openid", "email"))
    assert found == endpoints_of(identity)


async def test_openid_metadata_does_as_well(identity: IdentityProvider, fetcher: Fetcher) -> None:
    document = {
        "issuer": identity.issuer,
        "authorization_endpoint": "https://a.example/",
        "token_endpoint": "https://t.example/",
    }
    identity.answers = {RFC8414: Page(status=404), OPENID: Page(json.dumps(document).encode())}
    found = await of_issuer(identity.issuer, ("mail",), fetcher)
    assert found == OAuthEndpoints("https://a.example/", "https://t.example/", ("mail",))


async def test_what_the_autoconfig_file_named_is_the_last_resort(identity: IdentityProvider, fetcher: Fetcher) -> None:
    offered = OAuthEndpoints("https://a.example/", "https://t.example/", ("mail",))
    identity.answers = {RFC8414: Page(status=404)}
    assert await endpoints(None, fetcher, issuer=identity.issuer, scopes=("mail",), offered=offered) is offered
    assert await endpoints(None, fetcher) is None


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"}, {"issuer": None}, {"token_endpoint": "http://login.example.org/token"},
        {"authorization_endpoint": "javascript:x"}, {"authorization_endpoint": None},
        {"code_challenge_methods_supported": ["plain"]},
    ],
)  # fmt: skip
async def test_metadata_that_is_not_believed(
    identity: IdentityProvider, fetcher: Fetcher, change: dict[str, object]
) -> None:
    good = {
        "issuer": identity.issuer,
        "authorization_endpoint": "https://a.example/",
        "token_endpoint": "https://t.example/",
    }
    identity.answers = {RFC8414: Page(json.dumps(good | change).encode())}
    assert await of_issuer(identity.issuer, ("mail",), fetcher) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"[" * 50_000, b"<html>"])
async def test_pages_that_are_no_metadata(identity: IdentityProvider, fetcher: Fetcher, body: bytes) -> None:
    identity.answers = {RFC8414: Page(body)}
    assert await of_issuer(identity.issuer, ("mail",), fetcher) is None


def test_an_issuer_with_a_path() -> None:
    assert metadata_urls("https://login.example.org/tenant/") == (
        "https://login.example.org/.well-known/oauth-authorization-server/tenant",
        "https://login.example.org/tenant/.well-known/openid-configuration",
        "https://login.example.org/.well-known/openid-configuration/tenant",
    )
