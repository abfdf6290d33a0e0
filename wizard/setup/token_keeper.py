"""The tokens of one session: got in the browser, renewed when a server refuses them, kept in the keyring on request."""

from __future__ import annotations

from dataclasses import replace

from wizard.errors import SecretStoreError
from wizard.model.draft import AccountDraft
from wizard.model.provider import Provider
from wizard.setup.browser_sign_in import BrowserSignIn, OpenBrowser, ShowCode
from wizard.signin.oauth import Tokens
from wizard.signin.refusals import Refusal, SignInRefused


class TokenKeeper:
    """Remembers what stands behind a draft's token.

    Args:
        browser: signs in; `None` where nobody can.
    """

    def __init__(self, browser: BrowserSignIn | None) -> None:
        self._given = browser
        self._tokens: Tokens | None = None
        self._in_keyring = False

    def can_sign_in(self, provider: Provider | None) -> bool:
        """Whether there is a client id for this provider."""
        return self._given is not None and self._given.client_id_for(provider) is not None

    async def sign_in(
        self,
        draft: AccountDraft,
        provider: Provider | None,
        open_browser: OpenBrowser | None,
        show_code: ShowCode | None,
    ) -> AccountDraft:
        """The draft with a token; raises SignInRefused."""
        if show_code is not None:
            tokens = await self._browser.on_another_device(draft.address, provider, show_code)
        elif open_browser is not None:
            tokens = await self._browser.in_browser(draft.address, provider, open_browser)
        else:
            raise TypeError("either open_browser or show_code is needed")
        self._tokens, self._in_keyring = tokens, False
        return replace(draft, oauth_token=tokens.access)

    async def sign_in_again(self, draft: AccountDraft, provider: Provider | None) -> AccountDraft:
        """The draft with a token from the permission in the keyring; as it was where none is kept.

        Raises SignInRefused or SecretStoreError.
        """
        tokens = await self._browser.kept(draft.address, provider)
        if tokens is None:
            return draft
        self._tokens, self._in_keyring = tokens, True
        return replace(draft, oauth_token=tokens.access)

    async def keep(self, draft: AccountDraft) -> bool:
        """Puts the permission behind the draft's token into the keyring; whether there was one to keep."""
        tokens = self._behind(draft)
        self._in_keyring = tokens is not None and await self._browser.keep(draft.address, tokens)
        return self._in_keyring

    async def renewed(self, draft: AccountDraft, provider: Provider | None) -> AccountDraft | None:
        """The draft with a new token in place of one that a server refused; `None` where the token is not ours.

        Raises SignInRefused: `EXPIRED` where the permission has ended, `WRONG_AUDIENCE` where the token is still good
        and only the mail server does not take it.
        """
        old = self._behind(draft)
        if old is None:
            return None
        if old.refresh is None and old.is_fresh():
            raise self.not_for_mail(provider)
        tokens = await self._browser.renewed(provider, old)
        self._tokens = tokens
        if self._in_keyring and tokens.refresh != old.refresh:
            try:
                await self._browser.keep(draft.address, tokens)
            except SecretStoreError:
                self._in_keyring = False  # the next session will ask for a new sign-in; this one goes on
        return replace(draft, oauth_token=tokens.access)

    def not_for_mail(self, provider: Provider | None) -> SignInRefused:
        """The refusal for tokens that the provider gives and its mail server does not take."""
        return SignInRefused(Refusal.WRONG_AUDIENCE, provider=provider.spoken_name if provider is not None else None)

    def _behind(self, draft: AccountDraft) -> Tokens | None:
        tokens = self._tokens
        return tokens if tokens is not None and tokens.access == draft.oauth_token else None

    @property
    def _browser(self) -> BrowserSignIn:
        if self._given is None:
            raise SignInRefused(Refusal.CLIENT_ID_MISSING)
        return self._given
