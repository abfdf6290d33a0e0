"""The tokens of one session: got in the browser, renewed when a server refuses them, kept in the keyring on request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard.errors import SecretStoreError
from wizard.model.draft import AccountDraft
from wizard.model.provider import Provider
from wizard.model.refusal import Refusal
from wizard.model.secret import Secret

if TYPE_CHECKING:
    from wizard.setup.browser_sign_in import BrowserSignIn, OpenBrowser, ShowCode
    from wizard.signin.oauth import Tokens
    from wizard.signin.refusals import SignInRefused


class TokenKeeper:
    """Remembers what stands behind a draft's token.

    Args:
        browser: gives what signs in; `None` where nobody can.
    """

    def __init__(self, browser: Callable[[], BrowserSignIn] | None) -> None:
        self._given = browser
        self._tokens: Tokens | None = None
        self._in_keyring = False

    def can_sign_in(self, provider: Provider | None) -> bool:
        """Whether there is a client id for this provider."""
        if self._given is None or provider is None:
            return False
        return self._given().client_id_for(provider) is not None

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

    async def sign_in_again(self, draft: AccountDraft, provider: Provider | None, permission: Secret) -> AccountDraft:
        """The draft with a token from a permission that is kept in the keyring.

        Raises:
            SignInRefused: `EXPIRED` where the permission has ended.
        """
        from wizard.signin.oauth import Tokens

        old = Tokens(access=permission, refresh=permission, expires_at=None, scopes=())
        self._tokens, self._in_keyring = await self._browser.renewed(provider, old), True
        await self._replace_kept(draft, old, self._tokens)
        return replace(draft, oauth_token=self._tokens.access)

    def to_keep(self, draft: AccountDraft) -> Secret | None:
        """The permission behind the draft's token, for the keyring; `None` where there is none of ours.

        From now on a renewed one takes its place there.
        """
        tokens = self._behind(draft)
        self._in_keyring = tokens is not None and tokens.refresh is not None
        return tokens.refresh if tokens is not None else None

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
        await self._replace_kept(draft, old, tokens)
        return replace(draft, oauth_token=tokens.access)

    def not_for_mail(self, provider: Provider | None) -> SignInRefused:
        """The refusal for tokens that the provider gives and its mail server does not take."""
        from wizard.signin.refusals import SignInRefused

        return SignInRefused(Refusal.WRONG_AUDIENCE, provider=provider.spoken_name if provider is not None else None)

    async def _replace_kept(self, draft: AccountDraft, old: Tokens, new: Tokens) -> None:
        """Each permission may be good for one use only (RFC 9700 §4.14.2): the new one is what must be kept."""
        if self._in_keyring and new.refresh != old.refresh:
            try:
                await self._browser.replace_kept(draft.address, new)
            except SecretStoreError:
                self._in_keyring = False  # the next session will ask for a new sign-in; this one goes on

    def _behind(self, draft: AccountDraft) -> Tokens | None:
        tokens = self._tokens
        return tokens if tokens is not None and tokens.access == draft.oauth_token else None

    @property
    def _browser(self) -> BrowserSignIn:
        if self._given is None:
            from wizard.signin.refusals import SignInRefused

            raise SignInRefused(Refusal.CLIENT_ID_MISSING)
        return self._given()
