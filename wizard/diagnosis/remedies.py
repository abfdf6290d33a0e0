"""What a card says and offers for a cause, given the facts: nothing that a fact refutes, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from wizard.diagnosis.fact_keys import Preset, Seen
from wizard.diagnosis.rule import Case, Cause, Do, Facts, RemedyRule
from wizard.language import tr, tr_context
from wizard.language.data_texts import cause_context
from wizard.model.diagnosis import (
    Action,
    AskAdministrator,
    Change,
    ChangeSettings,
    CopyText,
    EditField,
    OpenUrl,
    Remedy,
    SignIn,
    TrustCertificate,
    TryAgain,
    Wait,
)
from wizard.model.provider import Provider

_TRUSTABLE: Final = frozenset({"expired", "self-signed", "untrusted", "name-mismatch"})
_FREEMAIL: Final = frozenset({"freemail"})
_ORGANISATION: Final = frozenset({Seen.ORGANISATION})
_ON_THIS_COMPUTER: Final = frozenset({Seen.ON_THIS_COMPUTER})
_KNOWN: Final = frozenset({Preset.YES})


def title_of(cause: Cause, facts: Facts) -> str:
    """The headline, of the first case that holds."""
    sentences = (*(case.title for case in _holding(cause, facts)), cause.title)
    return next((said for each in sentences if each is not None and (said := each.said(facts.words))), cause.id)


def why_of(cause: Cause, facts: Facts) -> str:
    """The reason, of the first case that holds."""
    sentences = (*(case.why for case in _holding(cause, facts)), cause.why)
    return next((said for each in sentences if each is not None and (said := each.said(facts.words))), "")


def case_of(cause: Cause, facts: Facts) -> int:
    """The number of the first case that holds, from 1; 0 where none does."""
    return next((number for number, case in enumerate(cause.cases, 1) if case.presupposed.holds(facts)), 0)


def remedies_of(cause: Cause, facts: Facts, provider: Provider | None) -> tuple[Remedy, ...]:
    """What can be done, the first thing first; of remedies with one id, or with one effect, the first is offered."""
    asked = _ask_administrator(cause, facts)
    found: dict[str, Remedy] = {}
    for rule in cause.remedies:
        if rule.id in found:
            continue
        remedy = _remedy(cause, rule, facts, provider, asked)
        if remedy is not None and all(remedy.action != other.action for other in found.values()):
            found[rule.id] = remedy
    if asked is not None:
        found.setdefault(asked.id, asked)
    return tuple(sorted(found.values(), key=lambda remedy: remedy.last_resort))


def _ask_administrator(cause: Cause, facts: Facts) -> Remedy | None:
    request = _request(cause, facts)
    if request is None:
        return None
    is_support = facts.has("category", _FREEMAIL) and not facts.has("seen", _ORGANISATION)
    if is_support and "provider" in facts.words:
        say = tr("Copy a message for the support of {provider}", provider=facts.words["provider"])
    else:
        say = tr("Copy a message for your mail administrator")
    return Remedy("ask-administrator", say, AskAdministrator(request))


def _holding(cause: Cause, facts: Facts) -> Iterator[Case]:
    return (case for case in cause.cases if case.presupposed.holds(facts))


def _request(cause: Cause, facts: Facts) -> str | None:
    cases = tuple(_holding(cause, facts))
    if any(case.nobody_to_ask for case in cases):
        return None
    sentences = (*(case.ask_administrator for case in cases), cause.ask_administrator)
    return next((said for each in sentences if each is not None and (said := each.said(facts.words))), None)


def _remedy(
    cause: Cause, rule: RemedyRule, facts: Facts, provider: Provider | None, asked: Remedy | None
) -> Remedy | None:
    if not rule.presupposed.holds(facts):
        return None
    if rule.do is Do.ASK_ADMINISTRATOR:
        return asked
    say = rule.say.said(facts.words)
    action = _action(rule, facts)
    if say is None or action is None:
        return None
    steps = _steps(rule, provider) or tuple(tr_context(cause_context(cause.id), step) for step in rule.steps)
    return Remedy(rule.id, say, action, steps, rule.automatic, rule.last_resort)


def _action(rule: RemedyRule, facts: Facts) -> Action | None:
    match rule.do:
        case Do.CHANGE_SETTINGS:
            if rule.change is Change.OTHER_HOST and not _has_other_names(facts):
                return None
            return ChangeSettings(rule.change) if rule.change is not None else None
        case Do.EDIT_FIELD:
            return EditField(rule.field) if rule.field is not None else None
        case Do.TRY_AGAIN:
            return TryAgain()
        case Do.SIGN_IN:
            return SignIn()
        case Do.OPEN_URL:
            url = rule.url.said(facts.words) if rule.url is not None else None
            return OpenUrl(url) if url is not None else None
        case Do.COPY_TEXT:
            text = rule.text.said(facts.words) if rule.text is not None else None
            return CopyText(text) if text is not None else None
        case Do.TRUST_CERTIFICATE:
            # Whatever a file says: never for a provider we know, nor for a revoked or a changed certificate (T06).
            allowed = facts.has("certificate", _TRUSTABLE) and facts.has("preset", frozenset({"no"}))
            return TrustCertificate(facts.words["sha256"]) if allowed and "sha256" in facts.words else None
        case Do.WAIT:
            return Wait(int(facts.words["wait_s"]) if "wait_s" in facts.words else rule.seconds)
        case Do.ASK_ADMINISTRATOR:
            return None  # made of the cause's own words, not of the rule's
        case _:
            assert_never(rule.do)


def _has_other_names(facts: Facts) -> bool:
    """Whether the server may be known by another name: a run looks for names, a pasted text has the provider's only."""
    if facts.has("seen", _ON_THIS_COMPUTER):
        return False
    return "kind" in facts.values or facts.has("preset", _KNOWN)


def _steps(rule: RemedyRule, provider: Provider | None) -> tuple[str, ...]:
    if provider is None or rule.steps_from is None:
        return ()
    provider = provider.translated()
    if rule.steps_from == "app-password":
        return provider.app_password.steps if provider.app_password else ()
    return next((step.steps for step in provider.preparation if step.steps), ())
