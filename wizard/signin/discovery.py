"""Where a provider takes sign-ins: its preset knows, else the issuer's own metadata, else what its autoconfig said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from typing import Protocol as Interface
from urllib.parse import urlsplit

from wizard.errors import FetchError
from wizard.model.provider import OAuthEndpoints, Provider
from wizard.net.fetch import Fetched


class Gets(Interface):
    """Fetches pages over HTTPS; `net.fetch.Fetcher` does."""

    async def get(self, url: str) -> Fetched:
        """The page."""


async def endpoints(
    provider: Provider | None,
    http: Gets,
    *,
    issuer: str | None = None,
    scopes: Sequence[str] = (),
    offered: OAuthEndpoints | None = None,
) -> OAuthEndpoints | None:
    """The endpoints, `None` where nobody names any.

    Args:
        provider: its preset.
        http: fetches the metadata.
        issuer: the authorization server's own name, such as "https://login.example.org".
        scopes: what to ask the issuer for; its metadata does not say which of its scopes are for mail.
        offered: what the provider's autoconfig file named.
    """
    if provider is not None and provider.oauth is not None:
        return provider.oauth
    if issuer is not None and scopes:
        found = await of_issuer(issuer, tuple(scopes), http)
        if found is not None:
            return found
    return offered


async def of_issuer(issuer: str, scopes: tuple[str, ...], http: Gets) -> OAuthEndpoints | None:
    """The endpoints in an issuer's metadata (RFC 8414 §3, OpenID Connect Discovery §4); `None` where it has none."""
    for url in metadata_urls(issuer):
        try:
            fetched = await http.get(url)
        except FetchError:
            continue
        found = _read(fetched.body, issuer, scopes) if fetched.status == 200 else None
        if found is not None:
            return found
    return None


def metadata_urls(issuer: str) -> tuple[str, ...]:
    """Where the metadata may stand: RFC 8414 puts the well-known part before the issuer's path, OpenID behind it."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    root = f"{parts.scheme}://{parts.netloc}"
    return tuple(
        dict.fromkeys(
            (
                f"{root}/.well-known/oauth-authorization-server{path}",
                f"{root}{path}/.well-known/openid-configuration",
                f"{root}/.well-known/openid-configuration{path}",
            )
        )
    )


def _read(body: bytes, issuer: str, scopes: tuple[str, ...]) -> OAuthEndpoints | None:
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    # RFC 8414 §3.3: metadata of another issuer than the one that was asked is not used.
    if not isinstance(document, dict) or str(document.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        return None
    methods = document.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        return None
    authorization, token = _page(document, "authorization_endpoint"), _page(document, "token_endpoint")
    if authorization is None or token is None:
        return None
    return OAuthEndpoints(authorization, token, scopes, _page(document, "device_authorization_endpoint"))


def _page(document: dict[str, Any], name: str) -> str | None:
    url = document.get(name)
    if not isinstance(url, str) or not url.startswith("https://"):
        return None
    return url if url.isascii() and url.isprintable() and " " not in url else None
