"""Why a browser sign-in ended without a token: what OAuth's error words mean, and what the person is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from wizard.errors import SignInError
from wizard.language import tr, tr_context, tr_later
from wizard.model.refusal import Refusal
from wizard.model.text import inert

MAX_SAID = 500


class Words(Struct, frozen=True):
    """A refusal in words: a headline and why. {provider}, {address} and {other} are filled in."""

    title: str
    why: str
    by_administrator: bool = False


WORDS: Final[Mapping[Refusal, Words]] = MappingProxyType(
    {
        Refusal.CLIENT_ID_MISSING: Words(
            tr_later("{provider} wants a sign-in in the browser"),
            tr_later(
                "For that, a program needs a client id of your organisation, and Mailwright was given none. "
                "Outlook, Thunderbird and Apple Mail bring their own."
            ),
        ),
        Refusal.DECLINED: Words(
            tr_later("The sign-in in the browser was cancelled"),
            tr_later("{provider} was told not to let Mailwright in, so no permission was given."),
        ),
        Refusal.CONSENT_MISSING: Words(
            tr_later("Your administrator has to allow this first"),
            tr_later(
                "{provider} gives mail programs access to this account only with the consent of an administrator. "
                "Your password is right."
            ),
            by_administrator=True,
        ),
        Refusal.BLOCKED_BY_POLICY: Words(
            tr_later("The rules of your organisation keep Mailwright out"),
            tr_later(
                "{provider} lets in only the programs and computers that your administrator has allowed. "
                "Your password is right."
            ),
            by_administrator=True,
        ),
        Refusal.CLIENT_REFUSED: Words(
            tr_later("{provider} does not know the client id of your organisation"),
            tr_later(
                "The client id that Mailwright was given is not registered there, or not for mail programs. "
                "That is for your administrator to put right."
            ),
            by_administrator=True,
        ),
        Refusal.EXPIRED: Words(
            tr_later("The browser sign-in is no longer valid"),
            tr_later(
                "The permission that was given in the browser has run out or was withdrawn. "
                "Signing in once more renews it."
            ),
        ),
        Refusal.WRONG_ACCOUNT: Words(
            tr_later("Another account was chosen in the browser"),
            tr_later("The browser signed in {other}, but the settings are for {address}."),
        ),
        Refusal.WRONG_AUDIENCE: Words(
            tr_later("The permission given in the browser is not for mail"),
            tr_later(
                "The sign-in itself went well, but what it allows does not cover this mail server. "
                "The permissions (scopes) of the client id have to include mail."
            ),
            by_administrator=True,
        ),
        Refusal.TIMED_OUT: Words(
            tr_later("The sign-in in the browser was not finished in time"),
            tr_later("Mailwright waited for it and has stopped. Nothing was changed."),
        ),
        Refusal.NO_DEVICE_FLOW: Words(
            tr_later("{provider} has no sign-in on another device"),
            tr_later("It offers the sign-in in a browser on this computer only."),
        ),
        Refusal.PROVIDER_FAILED: Words(
            tr_later("The browser sign-in of {provider} did not answer as it must"),
            tr_later("This is usually over after a few minutes."),
        ),
    }
)


class SignInRefused(SignInError):
    """A browser sign-in that ended without a token that works.

    `said` is what the provider wrote about it, inert; `other` the account that was chosen instead.
    """

    def __init__(
        self, refusal: Refusal, *, provider: str | None = None, address: str = "", other: str = "", said: str = ""
    ) -> None:
        words = WORDS[refusal]
        provider = provider or tr_context("within a sentence", "the provider")
        address = address or tr_context("within a sentence", "this address")
        self.refusal = refusal
        self.title = _sentence(tr(words.title, provider=provider, address=address, other=other))
        self.why = _sentence(tr(words.why, provider=provider, address=address, other=other))
        self.said = inert(said, MAX_SAID) if said else None
        self.by_administrator = words.by_administrator
        super().__init__(tr("{title}. {why}", title=self.title, why=self.why))


# Microsoft's numbers say what its error words do not (its page "Microsoft Entra authentication error codes").
_NUMBERS: Final = re.compile(r"AADSTS(\d{5,7})\b", re.IGNORECASE)
_MEANINGS: Final[Mapping[str, Refusal]] = MappingProxyType(
    {
        "65001": Refusal.CONSENT_MISSING,
        "90093": Refusal.CONSENT_MISSING,
        "90094": Refusal.CONSENT_MISSING,
        "90095": Refusal.CONSENT_MISSING,
        "65004": Refusal.DECLINED,
        "50105": Refusal.BLOCKED_BY_POLICY,
        "53000": Refusal.BLOCKED_BY_POLICY,
        "53001": Refusal.BLOCKED_BY_POLICY,
        "53002": Refusal.BLOCKED_BY_POLICY,
        "53003": Refusal.BLOCKED_BY_POLICY,
        "50011": Refusal.CLIENT_REFUSED,
        "500113": Refusal.CLIENT_REFUSED,
        "700016": Refusal.CLIENT_REFUSED,
        "7000215": Refusal.CLIENT_REFUSED,
        "7000218": Refusal.CLIENT_REFUSED,
        "28002": Refusal.WRONG_AUDIENCE,
        "28003": Refusal.WRONG_AUDIENCE,
        "65005": Refusal.WRONG_AUDIENCE,
        "70011": Refusal.WRONG_AUDIENCE,
        "500011": Refusal.WRONG_AUDIENCE,
        "650057": Refusal.WRONG_AUDIENCE,
        "70016": Refusal.TIMED_OUT,
        "70020": Refusal.TIMED_OUT,
    }
)
_CONSENT_WORDS: Final = re.compile(r"admin\w*(?:'s)? (?:consent|approval)", re.IGNORECASE)

# RFC 6749 §4.1.2.1 and §5.2, RFC 8628 §3.5, OpenID Connect Core §3.1.2.6, and Google's policy words.
_ERRORS: Final[Mapping[str, Refusal]] = MappingProxyType(
    {
        "access_denied": Refusal.DECLINED,
        "authorization_declined": Refusal.DECLINED,
        "consent_required": Refusal.CONSENT_MISSING,
        "interaction_required": Refusal.EXPIRED,
        "login_required": Refusal.EXPIRED,
        "admin_policy_enforced": Refusal.BLOCKED_BY_POLICY,
        "org_internal": Refusal.BLOCKED_BY_POLICY,
        "invalid_grant": Refusal.EXPIRED,
        "invalid_client": Refusal.CLIENT_REFUSED,
        "unauthorized_client": Refusal.CLIENT_REFUSED,
        "unsupported_grant_type": Refusal.CLIENT_REFUSED,
        "unsupported_response_type": Refusal.CLIENT_REFUSED,
        "invalid_request": Refusal.CLIENT_REFUSED,
        "redirect_uri_mismatch": Refusal.CLIENT_REFUSED,
        "disabled_client": Refusal.CLIENT_REFUSED,
        "deleted_client": Refusal.CLIENT_REFUSED,
        "invalid_scope": Refusal.WRONG_AUDIENCE,
        "invalid_target": Refusal.WRONG_AUDIENCE,
        "invalid_resource": Refusal.WRONG_AUDIENCE,
        "expired_token": Refusal.TIMED_OUT,
    }
)


def refusal_of(error: str, description: str = "") -> Refusal:
    """What the provider's error word means; its description decides where Microsoft says it by number only."""
    number = _NUMBERS.search(description[:4000])
    if number is not None and number[1] in _MEANINGS:
        return _MEANINGS[number[1]]
    if _CONSENT_WORDS.search(description[:4000]):
        return Refusal.CONSENT_MISSING
    return _ERRORS.get(error.strip().lower(), Refusal.PROVIDER_FAILED)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
