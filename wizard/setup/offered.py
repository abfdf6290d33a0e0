"""Gives every button that changes settings the settings it changes to; one that would change nothing is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from wizard.errors import UsageError
from wizard.model.address import Address
from wizard.model.diagnosis import Action, Change, ChangeSettings, Diagnosis, EditField, Field, Remedy, TryAgain
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ProbeReport, Stage
from wizard.model.host import is_this_computer
from wizard.model.provider import Provider
from wizard.model.server import Security, ServerCandidate, Source, UsernameForm, Way, usual_security
from wizard.model.typed_server import TypedServer
from wizard.setup.autofix import alternatives, words_of
from wizard.setup.run_facts import takes_mail_without_sign_in
from wizard.setup.username_forms import other_usernames

# What the person does where the settings are not for us to know.
_BY_HAND: dict[Change, Action] = {
    Change.ISP_RELAY: EditField(Field.OUTGOING_HOST),
    Change.SENDER_IS_USERNAME: EditField(Field.ADDRESS),
    Change.SMALLER_MESSAGE: TryAgain(),
}
_WITHOUT_A_SERVER = frozenset({Change.SUGGESTED_ADDRESS, Change.ADDRESS_IS_RIGHT, Change.PASSWORD_WITHOUT_BLANK})


class ChangeContext(Struct, frozen=True):
    """What a change can be made of.

    Args:
        draft: the account as it was checked.
        provider: its provider, when it is known.
        provider_of_host: whose server a host name is, which may be another's.
        reports: everything that was tried; what failed is not offered again.
        others: candidates that a source named.
        hosts: host names of providers we know, for typing mistakes.
    """

    draft: AccountDraft
    provider: Provider | None
    provider_of_host: Callable[[str], Provider | None]
    reports: Sequence[ProbeReport]
    others: Sequence[ServerCandidate] = ()
    hosts: Iterable[str] = ()


def with_settings(diagnosis: Diagnosis, known: ChangeContext) -> Diagnosis:
    """The diagnosis with every change of settings made concrete, or turned into what the person can do."""
    kept: list[Remedy] = []
    offered = {remedy.action for remedy in diagnosis.remedies}
    is_fixed = any(isinstance(action, ChangeSettings) and action.candidate is not None for action in offered)
    for remedy in diagnosis.remedies:
        if not isinstance(remedy.action, ChangeSettings) or remedy.action.candidate is not None:
            kept.append(remedy)
            continue
        if remedy.action.change in _WITHOUT_A_SERVER:
            kept.append(remedy)
            continue
        if is_fixed:
            continue  # other settings work already
        change = remedy.action.change
        candidate = settings_for(change, diagnosis, known)
        if candidate is not None:
            action: Action | None = ChangeSettings(change, candidate)
            remedy = replace(remedy, say=words_of(change, candidate, _other_owner(candidate, diagnosis, known)))
        else:
            action = _relay_without_login(diagnosis, known) if change is Change.ISP_RELAY else None
            action = action or _BY_HAND.get(change)
        is_repeated = isinstance(action, EditField) and action in offered
        if action is not None and not is_repeated and not _repeats(candidate, kept):
            # It was not tried, or it would stand in the fixes: the person decides.
            kept.append(replace(remedy, action=action, automatic=False))
    return replace(diagnosis, remedies=tuple(kept))


def _relay_without_login(diagnosis: Diagnosis, known: ChangeContext) -> EditField | None:
    """The sending server of whoever runs this line, where that was seen; its login only the person has."""
    report = _report_of(diagnosis, known.reports)
    where = next((item.detail["isp_relay"] for item in diagnosis.evidence if "isp_relay" in item.detail), None)
    if report is None or where is None:
        return None
    relay = TypedServer.parse(where)
    if relay.port is None or relay.security is None:
        return None
    server = replace(
        report.candidate,
        host=relay.host,
        port=relay.port,
        security=relay.security,
        username="",
        source=Source.GIVEN,
        trusted=True,
    )
    return EditField(Field.OUTGOING_USERNAME, server)


def _other_owner(candidate: ServerCandidate, diagnosis: Diagnosis, known: ChangeContext) -> str | None:
    """The company whose server a button leads to, where it is not the account's own."""
    owner = known.provider_of_host(candidate.host)
    report = _report_of(diagnosis, known.reports)
    same_host = report is not None and report.candidate.host == candidate.host
    if owner is None or same_host or (known.provider is not None and known.provider.id == owner.id):
        return None
    return owner.spoken_name


def _repeats(candidate: ServerCandidate | None, kept: Sequence[Remedy]) -> bool:
    """Whether another change leads to the same settings."""
    actions = (remedy.action for remedy in kept)
    return candidate is not None and any(
        isinstance(action, ChangeSettings) and action.candidate == candidate for action in actions
    )


def settings_for(change: Change, diagnosis: Diagnosis, known: ChangeContext) -> ServerCandidate | None:
    """The best settings that a change stands for; None when it would change nothing that was not tried."""
    report = _report_of(diagnosis, known.reports)
    if report is None:
        return None
    candidate = report.candidate
    provider = known.provider_of_host(candidate.host) or known.provider
    match change:
        case Change.OTHER_USERNAME_FORM:
            names = other_usernames(candidate, known.draft.address.wire, provider, known.others)
            return next(filter(None, (_as(candidate, name, known.reports) for name in names)), None)
        case Change.API_USERNAME:
            return _as(candidate, fixed_username(candidate, provider), known.reports)
        case Change.SENDER_IS_USERNAME:
            is_other = sender_of(candidate) not in (None, known.draft.address)
            return candidate if is_other and candidate.way is Way.SENDING else None
        case Change.ENCRYPT:
            return _encrypted(candidate, report) if candidate.security is Security.NONE else None
        case Change.NO_SIGN_IN:
            return candidate if takes_mail_without_sign_in(report) else None
        case Change.OUTGOING_SERVER:
            # A sending server may be named while its address was not: any of the account's own will do.
            own = [other for other in known.others if other.way is Way.SENDING and other.trusted]
            return _untried(own, known.reports)
        case Change.IN_CLEAR:
            is_asked = is_this_computer(candidate.host) and candidate.host not in known.draft.in_clear
            return replace(candidate, security=Security.NONE) if is_asked else None
        case Change.OWN_NETWORK:
            return replace(candidate, source=Source.GIVEN, trusted=True)
        case Change.AGREE_TO_SERVER:
            return candidate
        case Change.ISP_RELAY | Change.SMALLER_MESSAGE:
            return None  # which line this is cannot be told from here, and a test message is small already
        case Change.SUGGESTED_ADDRESS | Change.ADDRESS_IS_RIGHT | Change.PASSWORD_WITHOUT_BLANK:
            return None  # another address or password, or a word: no server
        case Change.OTHER_PORT | Change.OTHER_SECURITY | Change.OTHER_HOST:
            same_side = [other for other in known.others if other.way is candidate.way]
            if report.sign_in_attempts:  # what was refused by one guess is not tried at the next
                same_side = [other for other in same_side if other.source.is_published]
            found = alternatives([report], same_side, known.hosts)
            return _untried((one.candidate for one in found if one.change is change), known.reports)


def others_of(provider: Provider | None, draft: AccountDraft) -> tuple[ServerCandidate, ...]:
    """What the provider's preset names, for checks that no plan was needed for."""
    from wizard.discovery.presets import candidates

    return candidates(provider, draft.address) if provider is not None else ()


def fixed_username(candidate: ServerCandidate, provider: Provider | None) -> str | None:
    """The user name that everybody signs in with there, such as SendGrid's “apikey”; None where there is none."""
    for server in provider.servers if provider is not None else ():
        fixed = server.username_form is UsernameForm.OTHER and server.username and "%" not in server.username
        if fixed and server.protocol is candidate.protocol:
            return server.username
    return None


def sender_of(candidate: ServerCandidate) -> Address | None:
    """The address that signs in at the server; None where the user name is none."""
    try:
        return Address.parse(candidate.username)
    except UsageError:
        return None


def _as(candidate: ServerCandidate, name: str | None, reports: Sequence[ProbeReport]) -> ServerCandidate | None:
    if name is None or name == candidate.username:
        return None
    refused = any(
        report.sign_in_attempts and report.candidate.username == name and report.candidate.host == candidate.host
        for report in reports
        if report.candidate.protocol is candidate.protocol
    )
    return None if refused else replace(candidate, username=name)


def _encrypted(candidate: ServerCandidate, report: ProbeReport) -> ServerCandidate | None:
    """The same port with encryption; None where the server said what it offers and encryption is not among it."""
    usual = usual_security(candidate.protocol, candidate.port)
    greeted = report.last(Stage.GREETING)
    offered = {word.upper() for word in greeted.capabilities} if greeted is not None else set()
    if offered and usual is not Security.TLS and offered.isdisjoint({"STARTTLS", "STLS"}):
        return None
    return replace(candidate, security=usual or Security.STARTTLS)


def _untried(candidates: Iterable[ServerCandidate], reports: Sequence[ProbeReport]) -> ServerCandidate | None:
    # A lane that was stopped before it could fail was not tried.
    tried = {report.candidate.endpoint for report in reports if report.failure is not None}
    usable = (one for one in candidates if one.endpoint not in tried and one.security is not Security.NONE)
    return next(usable, None)


def _report_of(diagnosis: Diagnosis, reports: Sequence[ProbeReport]) -> ProbeReport | None:
    """The report that the diagnosis is about."""
    mine = [
        report
        for report in reports
        if report.candidate.protocol is diagnosis.protocol and str(report.candidate.endpoint) == diagnosis.server
    ]
    failed = [report for report in mine if report.failure is not None]
    return next(iter(failed or mine), None)
