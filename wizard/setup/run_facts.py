"""What the whole run shows of each side, as facts for the rules; a secret stays here, what is true of it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wizard.model.draft import AccountDraft
from wizard.model.evidence import Evidence, Outcome, ProbeReport, Stage
from wizard.model.provider import Provider
from wizard.model.run_fact import RunFact, RunFacts
from wizard.model.secret import Secret
from wizard.model.server import Security, Source, Way
from wizard.model.sides import Sides


def run_facts(draft: AccountDraft, provider: Provider | None, reports: Sequence[ProbeReport]) -> RunFacts:
    """The facts of both sides.

    Args:
        draft: what the person said.
        provider: the account's provider, when it is known.
        reports: everything the run saw, sides proven earlier among it.
    """
    return Sides(*(frozenset(_of_side(way, draft, provider, reports)) for way in Way))


def _of_side(
    way: Way, draft: AccountDraft, provider: Provider | None, reports: Sequence[ProbeReport]
) -> Iterator[RunFact]:
    mine = [report for report in reports if report.candidate.way is way]
    accepted = [report for report in reports if report.candidate.way is way.other and report.has_signed_in]
    if accepted:
        yield RunFact.OTHER_SIDE_SIGNED_IN
        if draft.secret_of(way) == draft.secret_of(way.other):
            yield RunFact.OTHER_SIDE_ACCEPTED_PASSWORD
        tried = {report.candidate.username for report in mine if report.sign_in_attempts}
        if tried & {report.candidate.username for report in accepted}:
            yield RunFact.OTHER_SIDE_ACCEPTED_USERNAME
    if draft.outgoing_secret is not None or draft.outgoing_username is not None:
        yield RunFact.SENDING_HAS_OWN_LOGIN
    if draft.oauth_token is None:
        yield from _of_secret(draft.secret_of(way), provider)
    if any(name != name.lower() for name in {report.candidate.username for report in mine if report.sign_in_attempts}):
        yield RunFact.CAPITAL_IN_ADDRESS
    yield from _of_envelopes(draft, mine)
    if any(_is_in_clear(report) and report.candidate.source is Source.GIVEN for report in mine):
        yield RunFact.ENCRYPTION_CHOSEN_OFF
    if any(_is_in_clear(report) and _offers_encryption(report) for report in mine):
        yield RunFact.ENCRYPTION_OFFERED


def _of_secret(secret: Secret | None, provider: Provider | None) -> Iterator[RunFact]:
    if secret is None:
        return
    typed = secret.reveal()
    app_password = provider.app_password if provider is not None else None
    sent = Secret(app_password.clean(typed)) if app_password is not None else secret
    if sent.without_outer_blanks() != sent:
        yield RunFact.PASSWORD_OUTER_BLANK
    if not typed.isascii():
        yield RunFact.PASSWORD_BEYOND_ASCII
    if provider is None:
        return
    if provider.refuses_everyday_password:
        yield RunFact.EVERYDAY_PASSWORD_REFUSED
    fits = app_password.fits(typed) if app_password is not None else None
    if fits is not None:
        yield RunFact.APP_PASSWORD_SHAPE_RIGHT if fits else RunFact.APP_PASSWORD_SHAPE_WRONG


def _of_envelopes(draft: AccountDraft, reports: Sequence[ProbeReport]) -> Iterator[RunFact]:
    for report in reports:
        told = next((item.detail for item in report.evidence if item.detail.get("sender")), None)
        if told is None:
            continue
        if str(told.get("sender")).lower() == report.candidate.username.lower():
            yield RunFact.SENDER_IS_SIGN_IN
        if str(told.get("recipient")).lower() == draft.address.wire.lower():
            yield RunFact.RECIPIENT_IS_SELF
        if takes_mail_without_sign_in(report):
            yield RunFact.TAKES_MAIL_WITHOUT_SIGN_IN


def takes_mail_without_sign_in(report: ProbeReport) -> bool:
    """Whether the server would take a message of the account without any sign-in."""
    passed = any(item.stage is Stage.ENVELOPE and item.outcome is Outcome.OK for item in report.evidence)
    return passed and not report.has_signed_in


def _is_in_clear(report: ProbeReport) -> bool:
    return report.candidate.security is Security.NONE


def _offers_encryption(report: ProbeReport) -> bool:
    return any(_offers(item) for item in report.evidence)


def _offers(item: Evidence) -> bool:
    return bool({"STARTTLS", "STLS"} & {word.upper() for word in item.capabilities})
