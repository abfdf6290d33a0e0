"""Results for people whose browser sign-in gave no token that works: which card comes first, and what it offers."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from wizard.language import tr, tr_later
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import AskAdministrator, Diagnosis, Remedy, SignIn, Token, TryAgain
from wizard.model.evidence import Stage
from wizard.model.provider import Provider
from wizard.model.refusal import Refusal
from wizard.setup.other_programs import programs
from wizard.signin.refusals import SignInRefused

_SIGN_IN: Final = Remedy("sign-in-with-browser", tr_later("Sign in again in the browser"), SignIn())
_TRY_AGAIN: Final = Remedy("try-again", tr_later("Check again"), TryAgain())


def card(refused: SignInRefused, cause: str, provider: Provider | None, address: Address) -> Diagnosis:
    """The diagnosis for a sign-in in the browser that gave no token, under the id of a cause."""
    return Diagnosis(
        cause=cause,
        stage=Stage.AUTH,
        confidence=0.97,
        title=refused.title,
        why=_why(refused),
        remedies=_remedies(refused, provider, address),
    )


def _why(refused: SignInRefused) -> str:
    if refused.said is None:
        return refused.why
    said = tr("The provider said: “{reply}”", reply=refused.said)
    return f"{refused.why} {said}"


def after_refusal(result: CheckResult, refused: SignInRefused, cause: str, provider: Provider | None) -> CheckResult:
    """The result of a check without a usable token: the refusal's card, under the id of a cause, is heard first."""
    told = card(refused, cause, provider, result.draft.address)
    server = next((one for one in result.diagnoses if one.implies.token is not None), None)
    if server is not None:
        told = replace(
            told, protocol=server.protocol, server=server.server, reply=server.reply, evidence=server.evidence
        )
    # What the servers said for want of a token is explained by the card about the sign-in.
    rest = tuple(one for one in result.diagnoses if one.implies.token is None and one.cause != told.cause)
    return replace(result, verdict=Verdict.FAILS, diagnoses=(told, *rest))


def without_client_id(result: CheckResult, provider: Provider | None) -> CheckResult:
    """The result where no client id is known: the sign-in gives way to programs that bring their own."""
    if all(one.implies.token is not Token.WANTED for one in result.diagnoses):
        return result
    name = provider.spoken_name if provider is not None else None
    others = programs(name, result.draft.address)
    replaced = {other.id for other in others}

    def possible(one: Diagnosis) -> Diagnosis:
        if one.implies.token is not Token.WANTED:
            return one
        left = tuple(remedy for remedy in one.remedies if remedy.id not in replaced)
        return replace(one, remedies=(*others, *left))

    return replace(result, diagnoses=tuple(possible(one) for one in result.diagnoses))


def token_refused(result: CheckResult) -> bool:
    """Whether a server refused the token itself."""
    return any(one.implies.token is Token.REFUSED for one in result.diagnoses)


def _remedies(refused: SignInRefused, provider: Provider | None, address: Address) -> tuple[Remedy, ...]:
    if refused.refusal is Refusal.CLIENT_ID_MISSING:
        return programs(provider.spoken_name if provider is not None else None, address)
    if refused.refusal is Refusal.PROVIDER_FAILED:
        return (_said(_TRY_AGAIN), _said(_SIGN_IN))
    if refused.refusal is Refusal.WRONG_ACCOUNT:
        steps = (
            tr("On the provider's page choose “Use another account”, or sign out there first."),
            tr("Sign in as {address}.", address=address),
        )
        return (replace(_SIGN_IN, say=tr("Sign in again and choose {address}", address=address), steps=steps),)
    if not refused.by_administrator:
        return (_said(_SIGN_IN),)
    parts = [tr("Mailwright could not sign in {address} in the browser (OAuth 2.0).", address=address)]
    if refused.said:
        parts.append(tr("What the provider said: {reply}", reply=refused.said))
    parts.append(
        tr(
            "Could you please register Mailwright's client id as a public client, with the permissions for IMAP, POP "
            "and SMTP, and give administrator consent for it?"
        )
    )
    request = AskAdministrator("\n\n".join(parts))
    return (Remedy("ask-administrator", tr("Copy a message for your administrator"), request), _said(_SIGN_IN))


def _said(remedy: Remedy) -> Remedy:
    return replace(remedy, say=tr(remedy.say))
