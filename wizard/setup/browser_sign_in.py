"""Signs in at a provider in the browser: finds where, waits for the person, checks what came back, keeps it safe."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.model.address import Address
from wizard.model.provider import OAuthEndpoints, Provider
from wizard.model.refusal import Refusal
from wizard.net.fetch import Fetcher
from wizard.setup.pack import NO_PACK, Pack
from wizard.signin import device_code
from wizard.signin.device_code import DeviceCode
from wizard.signin.discovery import endpoints
from wizard.signin.loopback import WAIT_S, listening
from wizard.signin.oauth import OAuthClient, Tokens, check_account, check_scopes
from wizard.signin.refusals import SignInRefused, refusal_of

OpenBrowser = Callable[[str], Any]
ShowCode = Callable[[DeviceCode], None]
Sleep = Callable[[float], Awaitable[None]]


class BrowserSignIn(Struct, frozen=True):
    """Tokens for accounts.

    Args:
        fetcher: how the provider is reached.
        pack: the organisation's client ids.
        store: where kept refresh tokens are replaced by renewed ones; `None`: nowhere.
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
        timeout_s: float = WAIT_S,
    ) -> Tokens:
        """Tokens from a sign-in in this computer's browser.

        `open_browser` is given the page and must return at once. Raises SignInRefused.
        """
        client = await self.client(provider)
        async with listening() as loopback:
            authorization = client.begin(loopback.redirect_uri, address)
            loopback.is_ours = authorization.is_ours
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

    async def renewed(self, provider: Provider | None, tokens: Tokens) -> Tokens:
        """Fresh tokens for old ones; raises SignInRefused, `EXPIRED` where the permission has ended."""
        client = await self.client(provider)
        return await client.refresh(tokens)

    async def replace_kept(self, address: Address, tokens: Tokens) -> None:
        """Puts a new refresh token into the keyring in place of an older one; where none is kept, none is added.

        Raises:
            SecretStoreError: there is no safe keyring, or it refused.
        """
        if self.store is not None and tokens.refresh is not None:
            await self.store.replace(address, SecretKind.REFRESH_TOKEN, tokens.refresh)

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
        secret = self.pack.oauth_secrets.get(provider.id) if provider is not None else None
        return OAuthClient(client_id, where, self.fetcher, name, client_secret=secret)

    async def _accepted(self, client: OAuthClient, tokens: Tokens, address: Address) -> Tokens:
        check_account(client, tokens, address)
        check_scopes(client, tokens)
        return tokens
