"""A provider to sign in at, a browser, and what fetches for the program."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.browser import Browser
from tests.lab.certificates import Authority
from tests.lab.identity import CLIENT_ID, SCOPES, IdentityProvider
from wizard.model.provider import OAuthEndpoints, Provider, ProviderStatus
from wizard.net.dial import Dialed
from wizard.net.fetch import Fetcher
from wizard.net.tls import Trust
from wizard.signin.oauth import OAuthClient


class LoopbackDialer:
    """Finds every name at 127.0.0.1."""

    async def dial(
        self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
    ) -> Dialed:
        sock = socket.socket()
        sock.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        except BaseException:
            sock.close()
            raise
        return Dialed(sock, "127.0.0.1", 0.0, 0.0)


@pytest.fixture
def identity(authority: Authority) -> Iterator[IdentityProvider]:
    """A running provider where ada@example.org is signed in."""
    with IdentityProvider(authority) as provider:
        yield provider


@pytest.fixture
def browser(authority: Authority) -> Iterator[Browser]:
    """A browser; its pages are all there at the end of the test."""
    with Browser(authority) as opened:
        yield opened


@pytest.fixture
def fetcher(authority: Authority) -> Fetcher:
    """Fetches from the lab."""
    return Fetcher(LoopbackDialer(), Trust((Path(authority.ca_file),)))


def endpoints_of(identity: IdentityProvider) -> OAuthEndpoints:
    """The provider's endpoints as its preset would name them."""
    issuer = identity.issuer
    return OAuthEndpoints(f"{issuer}/authorize", f"{issuer}/token", SCOPES, f"{issuer}/device_authorization")


def provider_of(identity: IdentityProvider) -> Provider:
    """The preset of the provider."""
    return Provider(
        id="lab", name="Example Mail", country="WW", category="hoster", domains=("example.org",), mx_suffixes=(),
        servers=(), status=ProviderStatus.OK, oauth=endpoints_of(identity),
    )  # fmt: skip


@pytest.fixture
def client(identity: IdentityProvider, fetcher: Fetcher) -> OAuthClient:
    """A client that the provider knows."""
    return OAuthClient(CLIENT_ID, endpoints_of(identity), fetcher, "Example Mail")
