"""Signs in at a provider in the browser: finds where, waits for the person, checks what came back, keeps it safe."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.model.account import CheckResult
from wizard.model.address import Address
from wizard.model.diagnosis import CopyText, Diagnosis, Remedy, SignIn, TryAgain
from wizard.model.evidence import Stage
from wizard.model.provider import OAuthEndpoints, Provider
from wizard.net.fetch import Fetcher
from wizard.setup.pack import NO_PACK, Pack
from wizard.signin import device_code
from wizard.signin.device_code import DeviceCode
from wizard.signin.discovery import endpoints
from wizard.signin.loopback import WAIT_S, listening
from wizard.signin.oauth import OAuthClient, Tokens, check_account, check_scopes
from wizard.signin.refusals import Refusal, SignInRefused, refusal_of

OpenBrowser = Callable[[str], Any]
ShowCode = Callable[[DeviceCode], None]
ShowUrl = Callable[[str], None]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BrowserSignIn:
    """Tokens for accounts.

    Args:
        fetcher: how the provider is reached.
        pack: the organisation's client ids.
        store: keeps refresh tokens; `None` keeps nothing.
    """

    fetcher: Fetcher
    pack: Pack = NO_PACK
    store: SecretStore | None = None

    def client_id_for(self, provider: Provider | None) -> str | None:
        """The organisation's client id at this provider."""
        return self.pack.oauth_clients.get(provider.id) if provider is not None else None

    async def in_browser(
        self,
        address: Address,
        provider: Provider | None,
        open_browser: OpenBrowser,
        *,
        show_url: ShowUrl = lambda _: None,
        timeout_s: float = WAIT_S,
    ) -> Tokens:
        """Tokens from a sign-in in this computer's browser.

        `open_browser` is given the page, and `show_url` as well, for where no browser comes up. Raises SignInRefused.
        """
        client = await self.client(provider)
        async with listening() as loopback:
            authorization = client.begin(loopback.redirect_uri, address)
            loopback.is_ours = authorization.is_ours
            show_url(authorization.url)
            open_browser(authorization.url)
            try:
                answer = await loopback.answer(timeout_s)
            except TimeoutError:
                raise client.refused(Refusal.TIMED_OUT) from None
        if answer.code is None:
            refusal = refusal_of(answer.error or "", answer.description)
            said = f"{answer.error}: {answer.description}".strip(": ")
            raise client.refused(refusal, address=str(address), said=said)
        return await self._accepted(client, await client.redeem(authorization, answer.code), address)

    async def on_another_device(
        self, address: Address, provider: Provider | None, show_code: ShowCode, *, sleep: Sleep = asyncio.sleep
    ) -> Tokens:
        """Tokens from a sign-in on another device, where the person types what `show_code` is given.

        Raises SignInRefused.
        """
        client = await self.client(provider)
        code = await device_code.begin(client)
        show_code(code)
        return await self._accepted(client, await device_code.wait(client, code, sleep=sleep), address)

    async def renewed(self, address: Address, provider: Provider | None, tokens: Tokens | None = None) -> Tokens | None:
        """Fresh tokens from what was kept, or from `tokens`; `None` where nothing was kept.

        Raises:
            SignInRefused: `EXPIRED` where the permission has ended; what was kept is then forgotten.
        """
        if tokens is None:
            kept = await self.store.load(address, SecretKind.REFRESH_TOKEN) if self.store is not None else None
            if kept is None:
                return None
            tokens = Tokens(access=kept, refresh=kept, expires_at=datetime.min.replace(tzinfo=UTC), scopes=())
        client = await self.client(provider)
        fresh = await client.refresh(tokens)
        if self.store is not None and fresh.refresh is not None and fresh.refresh != tokens.refresh:
            await self.store.save(address, fresh.refresh, SecretKind.REFRESH_TOKEN)
        return fresh

    async def keep(self, address: Address, tokens: Tokens) -> bool:
        """Puts the refresh token into the keyring; whether there was one to keep. Raises SecretStoreError."""
        if self.store is None or tokens.refresh is None:
            return False
        await self.store.save(address, tokens.refresh, SecretKind.REFRESH_TOKEN)
        return True

    async def client(self, provider: Provider | None) -> OAuthClient:
        """What asks this provider for tokens; raises SignInRefused where there is no client id or nowhere to ask."""
        name = provider.spoken_name if provider is not None else None
        client_id = self.client_id_for(provider)
        issuer = self.pack.issuers.get(provider.id) if provider is not None else None
        where: OAuthEndpoints | None = None
        if client_id is not None:
            where = await endpoints(
                provider,
                self.fetcher,
                issuer=issuer.url if issuer is not None else None,
                scopes=issuer.scopes if issuer is not None else (),
            )
        if client_id is None or where is None:
            raise SignInRefused(Refusal.CLIENT_ID_MISSING, provider=name)
        return OAuthClient(client_id, where, self.fetcher, name)

    async def _accepted(self, client: OAuthClient, tokens: Tokens, address: Address) -> Tokens:
        check_account(client, tokens, address)
        check_scopes(client, tokens)
        return tokens


_SIGN_IN: Final = Remedy("sign-in-with-browser", "Sign in again in the browser", SignIn())
_AGAIN: Final = Remedy("try-again", "Check again", TryAgain())


def card(error: SignInRefused, address: Address) -> Diagnosis:
    """The diagnosis for a sign-in in the browser that gave no usable token."""
    why = error.why if not error.said else f"{error.why} The provider said: “{error.said}”"
    return Diagnosis(
        cause=error.cause or "oauth-required",
        stage=Stage.AUTH,
        confidence=0.97,
        title=error.title,
        why=why,
        remedies=_remedies(error, address),
    )


def refined(result: CheckResult, tokens: Tokens, provider: Provider | None) -> CheckResult:
    """The result of a check with these tokens: a server that refuses a token that is new says that it is not for mail.

    A token that was made a moment ago has neither expired nor been withdrawn.
    """
    if not tokens.is_fresh():
        return result
    name = provider.spoken_name if provider is not None else None
    diagnoses = tuple(
        replace(_not_for_mail(name, result.draft.address), **_where(one)) if one.cause == "token-expired" else one
        for one in result.diagnoses
    )
    return replace(result, diagnoses=diagnoses)


def _not_for_mail(provider: str | None, address: Address) -> Diagnosis:
    return card(SignInRefused(Refusal.WRONG_AUDIENCE, provider=provider), address)


def _where(diagnosis: Diagnosis) -> dict[str, Any]:
    names = ("protocol", "server", "reply", "evidence", "stage", "confidence")
    return {name: getattr(diagnosis, name) for name in names}


def _remedies(error: SignInRefused, address: Address) -> tuple[Remedy, ...]:
    again = _SIGN_IN
    match error.refusal:
        case Refusal.WRONG_ACCOUNT:
            again = replace(
                again,
                say=f"Sign in again and choose {address}",
                steps=(
                    "Choose “Use another account” on the provider's page, or sign out there first.",
                    f"Sign in as {address}.",
                ),
            )
        case Refusal.CLIENT_ID_MISSING:
            return ()  # the catalogue knows the way through Outlook, Thunderbird and Apple Mail
        case Refusal.PROVIDER_FAILED:
            return (_AGAIN, again)
        case _:
            pass
    if not error.by_administrator:
        return (again,)
    said = f"\n\nWhat the provider said: {error.said}" if error.said else ""
    text = (
        f"Mailwright could not sign in {address} in the browser (OAuth 2.0).\n"
        f"{error.title}. {error.why}{said}\n\n"
        "What helps: register Mailwright's client id as a public client, with the permissions for IMAP, POP and SMTP, "
        "and give administrator consent for it."
    )
    ask = Remedy("ask-administrator", "Copy a message for your administrator", CopyText(text))
    return (ask, again)
