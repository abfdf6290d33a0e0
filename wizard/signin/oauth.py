"""Tokens from a provider: authorization code with PKCE (RFC 7636), device code and refresh; requests by oauthlib."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from typing import Protocol as Interface

from msgspec import Struct, field

from wizard.errors import FetchError
from wizard.model.address import Address
from wizard.model.provider import OAuthEndpoints
from wizard.model.refusal import Refusal
from wizard.model.secret import Redactor, Secret
from wizard.net.fetch import Fetched
from wizard.signin.account import account_in
from wizard.signin.refusals import SignInRefused, refusal_of

FORM: Final = "application/x-www-form-urlencoded"
POST_TIMEOUT_S: Final = 15.0  # providers check much while they make a token
EARLY_S: Final = 60.0  # a token is renewed this long before its end, so that it lasts for the sign-in
VERIFIER_BYTES: Final = 48  # 64 characters; RFC 7636 §4.1 asks for 43 to 128
MAX_TOKEN: Final = 16 * 1024
IDENTITY_SCOPES: Final = frozenset({"openid", "email", "profile", "offline_access"})  # none of them is for mail


class Posts(Interface):
    """Sends a form over HTTPS; `net.fetch.Fetcher` does."""

    async def post(self, url: str, body: bytes, content_type: str, *, timeout_s: float = 4.0) -> Fetched:
        """The answer."""


class Tokens(Struct, frozen=True):
    """What a sign-in gave. `account` is whose it is as the provider says; `None` where it does not say."""

    access: Secret
    refresh: Secret | None
    expires_at: datetime | None
    scopes: tuple[str, ...]
    account: str | None = None

    def is_fresh(self, now: datetime | None = None) -> bool:
        """Whether the access token is still good for a sign-in; an end that was not named counts as far away."""
        if self.expires_at is None:
            return True
        return (now or datetime.now(UTC)) + timedelta(seconds=EARLY_S) < self.expires_at


class Authorization(Struct, frozen=True):
    """One sign-in under way: the page to open, and what proves that its answer and the code are ours."""

    url: str
    redirect_uri: str
    state: Secret
    verifier: Secret

    def is_ours(self, state: str) -> bool:
        """Whether an answer carries our state, compared in constant time."""
        return hmac.compare_digest(state.encode("utf-8", "replace"), self.state.reveal().encode())


class OAuthClient(Struct, frozen=True):
    """Asks one provider for tokens, as the organisation's public client.

    Args:
        client_id: the organisation's.
        client_secret: what Google gives to desktop programs beside the id and wants to see; it keeps nothing secret
            (RFC 8252 §8.5), so PKCE protects the sign-in all the same. `None` where the provider gives none.
        endpoints: where the provider takes requests; https only.
        http: sends the forms.
        provider: its name for sentences.
        now: the time.
    """

    client_id: str
    endpoints: OAuthEndpoints
    http: Posts
    provider: str | None = None
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    client_secret: Secret | None = None

    @property
    def proof(self) -> dict[str, str]:
        """What goes with each request for tokens beside the client id."""
        return {} if self.client_secret is None else {"client_secret": self.client_secret.reveal()}

    def begin(self, redirect_uri: str, address: Address) -> Authorization:
        """A sign-in of this address; its state and verifier are fresh and used once."""
        from oauthlib.oauth2 import OAuth2Error

        client = self._web_client()
        verifier = secrets.token_urlsafe(VERIFIER_BYTES)
        state = secrets.token_urlsafe(32)
        try:
            url = client.prepare_request_uri(
                self.endpoints.authorization,
                redirect_uri=redirect_uri,
                scope=list(self.endpoints.scopes),
                state=state,
                code_challenge=client.create_code_challenge(verifier, "S256"),
                code_challenge_method="S256",
                login_hint=address.wire,
            )
        except OAuth2Error as error:  # an address without https
            raise self._refused(error, str) from None
        return Authorization(url, redirect_uri, Secret(state), Secret(verifier))

    async def redeem(self, authorization: Authorization, code: Secret) -> Tokens:
        """The tokens for a code that came back; raises SignInRefused."""
        body = self._web_client().prepare_request_body(
            code=code.reveal(),
            redirect_uri=authorization.redirect_uri,
            code_verifier=authorization.verifier.reveal(),
            **self.proof,
        )
        answer = await self.post(self.endpoints.token, body)
        return self.tokens(answer, secrets=(code, authorization.verifier))

    async def refresh(self, tokens: Tokens) -> Tokens:
        """Fresh tokens for old ones; raises SignInRefused, with `EXPIRED` where the permission has ended."""
        if tokens.refresh is None:
            raise self.refused(Refusal.EXPIRED)
        # The client id goes with it: a public client has nothing else to say who it is (RFC 6749 §6).
        body = self._web_client().prepare_refresh_body(
            refresh_token=tokens.refresh.reveal(), client_id=self.client_id, **self.proof
        )
        answer = await self.post(self.endpoints.token, body)
        return self.tokens(answer, before=tokens, secrets=(tokens.refresh, tokens.access))

    async def post(self, url: str, body: str) -> Fetched:
        """The answer to a form; raises SignInRefused when there is none."""
        try:
            return await self.http.post(url, body.encode("ascii"), FORM, timeout_s=POST_TIMEOUT_S)
        except FetchError as error:
            raise self.refused(Refusal.PROVIDER_FAILED, said=str(error)) from error

    def tokens(self, fetched: Fetched, before: Tokens | None = None, secrets: tuple[Secret, ...] = ()) -> Tokens:
        """The tokens in an answer; what it leaves out stays as it was `before`.

        Raises SignInRefused; what the provider said is told without the `secrets` that were sent, and without the
        client's own.
        """
        try:
            text = fetched.body.decode("utf-8", "replace")
            found: Mapping[str, Any] = self._web_client().parse_request_body_response(text)
        except Exception as error:  # oauthlib lets through whatever a strange body makes it stumble over
            raise self._refused(error, Redactor((*secrets, *self._own_secrets()))) from None
        access, refresh = _token(found.get("access_token")), _token(found.get("refresh_token"))
        if fetched.status != 200 or access is None or str(found.get("token_type", "bearer")).lower() != "bearer":
            raise self.refused(Refusal.PROVIDER_FAILED, said=f"HTTP {fetched.status}")
        scopes, account = found.get("scope"), account_in(found.get("id_token"))
        lasts_s = seconds(found.get("expires_in"))
        # Both are told where they are not as they should be: what is secret may stand in them as well.
        hidden = Redactor((*secrets, *self._own_secrets(), access, *([refresh] if refresh is not None else [])))
        return Tokens(
            access=access,
            # RFC 6749 §6: a new refresh token replaces the old one, none leaves it in force.
            refresh=refresh or (before.refresh if before is not None else None),
            expires_at=None if lasts_s is None else self.now() + timedelta(seconds=lasts_s),
            scopes=tuple(hidden(str(scope)) for scope in scopes) if isinstance(scopes, list) else self._asked(before),
            account=hidden(account) if account else (before.account if before is not None else None),
        )

    def refused(self, refusal: Refusal, *, said: str = "", address: str = "", other: str = "") -> SignInRefused:
        """The error for a refusal by this provider."""
        return SignInRefused(refusal, provider=self.provider, address=address, other=other, said=said)

    def _own_secrets(self) -> tuple[Secret, ...]:
        return () if self.client_secret is None else (self.client_secret,)

    def _asked(self, before: Tokens | None) -> tuple[str, ...]:
        # RFC 6749 §5.1: no scope in the answer means all that was asked for.
        return before.scopes if before is not None else self.endpoints.scopes

    def _refused(self, error: Exception, redact: Callable[[str], str]) -> SignInRefused:
        """What oauthlib found in an answer; anything it cannot read at all is the provider's failure."""
        word, description = getattr(error, "error", None), getattr(error, "description", None)
        word, description = str(word or ""), str(description or "")
        said = redact(f"{word}: {description}" if description else word)
        return self.refused(refusal_of(word, description), said=said)

    def _web_client(self) -> Any:
        from oauthlib.oauth2 import WebApplicationClient

        return WebApplicationClient(self.client_id)


def check_scopes(client: OAuthClient, tokens: Tokens) -> None:
    """Raises SignInRefused when the provider gave none of the permissions for mail that were asked for."""
    asked = set(client.endpoints.scopes) - IDENTITY_SCOPES
    if asked and not asked & set(tokens.scopes):
        raise client.refused(Refusal.WRONG_AUDIENCE, said="granted: " + " ".join(tokens.scopes))


def check_account(client: OAuthClient, tokens: Tokens, address: Address) -> None:
    """Raises SignInRefused when the provider names another account than the one that was meant."""
    if tokens.account is not None and tokens.account.casefold() not in (
        address.wire.casefold(),
        str(address).casefold(),
    ):
        raise client.refused(Refusal.WRONG_ACCOUNT, address=str(address), other=tokens.account)


def seconds(value: object, most: float = 1e8) -> float | None:
    """A number of seconds that a provider named, `most` at most; `None` where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return None
    return float(min(value, most))


def _token(value: object) -> Secret | None:
    """A token as a secret; one with blanks or control characters would break the line it is sent on (RFC 6750 §2.1)."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TOKEN:
        return None
    return Secret(value) if all("!" <= character <= "~" for character in value) else None
