"""Which other settings may be tried for a side that failed, each with the change it stands for; always encrypted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from wizard.language import tr
from wizard.model.diagnosis import Change, ChangeSettings, Diagnosis, Fix, Remedy, ServerChange
from wizard.model.evidence import CertificateProblem, ErrorKind, ProbeReport, Stage
from wizard.model.server import STANDARD_PORTS, Protocol, Security, ServerCandidate, Source, usual_security

MAX_ALTERNATIVES = 12
_NAME_KINDS = {ErrorKind.NAME_NOT_FOUND, ErrorKind.ADDRESS_REFUSED_BY_US, ErrorKind.OWN_NETWORK}
_MODE_KINDS = {ErrorKind.PLAINTEXT_WHERE_TLS, ErrorKind.TLS_WHERE_PLAINTEXT}
_WRONG_SERVICE = {ErrorKind.OTHER_PROTOCOL, ErrorKind.NOT_MAIL}


class Alternative(Struct, frozen=True):
    """Other settings and the change that leads to them.

    `asks_first` marks a server of a company that neither the person nor the address named: only a press of its button
    may take the password there (promise 12).
    """

    candidate: ServerCandidate
    change: Change
    asks_first: bool = False


def alternatives(
    reports: Sequence[ProbeReport], others: Sequence[ServerCandidate], known_hosts: Iterable[str] = ()
) -> tuple[Alternative, ...]:
    """What else may be tried, likeliest first.

    Args:
        reports: what the planned candidates of this side showed.
        others: other candidates of the same side that a source named; a second source for names in certificates.
        known_hosts: host names of providers we know, for typing mistakes.
    """
    found: dict[object, Alternative] = {}
    tried = {report.candidate.endpoint for report in reports}
    for report in reports:
        for alternative in _for_one(report, others, known_hosts):
            endpoint = alternative.candidate.endpoint
            if endpoint not in tried and alternative.candidate.security is not Security.NONE:
                found.setdefault(endpoint, alternative)
    listed = list(found.values())
    if are_guesses(reports):
        listed.sort(key=lambda alternative: not alternative.candidate.source.is_published)
    return tuple(listed)[:MAX_ALTERNATIVES]


def are_guesses(reports: Iterable[ProbeReport]) -> bool:
    """Whether nobody named any of these servers."""
    return all(report.candidate.source is Source.GUESS for report in reports)


def needs_other_names(report: ProbeReport) -> bool:
    """Whether another host name is what the failure asks for."""
    failure = report.failure
    if failure is None:
        return False
    problem = failure.certificate.problem if failure.certificate is not None else None
    return failure.error in _NAME_KINDS | _WRONG_SERVICE or problem is CertificateProblem.NAME_MISMATCH


def _for_one(
    report: ProbeReport, others: Sequence[ServerCandidate], known_hosts: Iterable[str]
) -> Iterable[Alternative]:
    candidate, failure = report.candidate, report.failure
    kind = failure.error if failure is not None else ErrorKind.CONNECTION_TIMED_OUT
    same_protocol = [other for other in others if other.protocol is candidate.protocol]
    other_hosts = [other for other in same_protocol if other.host != candidate.host]
    if kind in _NAME_KINDS:
        yield from _hosts(other_hosts)
        if candidate.source is Source.GIVEN:  # nobody mistypes what the program made out of the address
            yield from _nearest(candidate, known_hosts)
        return
    if failure is not None and failure.certificate is not None and kind is ErrorKind.TLS_CERTIFICATE:
        # A name from a certificate is the server's claim: offered only where a second source lists it (T06).
        names = {name.lower() for name in failure.certificate.names}
        fitting = failure.certificate.problem is CertificateProblem.NAME_MISMATCH
        yield from _hosts(other for other in other_hosts if not fitting or _covered(other.host, names))
        if fitting:
            yield from _hosts(other for other in others if _covered(other.host, names) and other.host != candidate.host)
        return
    if kind in _WRONG_SERVICE:
        yield from (Alternative(other, Change.OUTGOING_SERVER) for other in other_hosts)
        yield from _ports(candidate)
        return
    is_turned_away = kind is ErrorKind.REPLY and failure is not None and failure.stage is Stage.GREETING
    if kind in _MODE_KINDS or (candidate.security is Security.NONE and not is_turned_away):
        yield from _other_security(candidate)
    if kind is ErrorKind.STARTTLS_MISSING and candidate.security is Security.STARTTLS:
        yield from _ports(candidate)
        yield from _hosts(other_hosts)
        return
    yield from _ports(candidate)
    if kind is not ErrorKind.REPLY:  # a server that answered in words was spoken to in the right way
        yield from _other_security(candidate)
    yield from _hosts(other_hosts)


def _ports(candidate: ServerCandidate) -> Iterable[Alternative]:
    for port, security in (*STANDARD_PORTS[candidate.protocol], *_seldom(candidate)):
        if port != candidate.port:
            yield Alternative(replace(candidate, port=port, security=security), Change.OTHER_PORT)


def _seldom(candidate: ServerCandidate) -> Sequence[tuple[int, Security]]:
    """The port of some hosters for whom 25 is blocked: looked at where the person named the server."""
    is_named = candidate.protocol is Protocol.SMTP and candidate.source is Source.GIVEN
    return ((26, Security.STARTTLS),) if is_named else ()


def _other_security(candidate: ServerCandidate) -> Iterable[Alternative]:
    usual = usual_security(candidate.protocol, candidate.port)
    for other in (Security.TLS, Security.STARTTLS):
        if other is not candidate.security and usual in (None, other):
            change = Change.ENCRYPT if candidate.security is Security.NONE else Change.OTHER_SECURITY
            yield Alternative(replace(candidate, security=other), change)


def _hosts(others: Iterable[ServerCandidate]) -> Iterable[Alternative]:
    yield from (Alternative(other, Change.OTHER_HOST) for other in others)


def _nearest(candidate: ServerCandidate, known_hosts: Iterable[str]) -> Iterable[Alternative]:
    import difflib  # where a name was not found, which is seldom

    for host in difflib.get_close_matches(candidate.host, list(known_hosts), n=2, cutoff=0.85):
        yield Alternative(replace(candidate, host=host), Change.OTHER_HOST, asks_first=True)
        yield from (replaced for replaced in _ports_of(replace(candidate, host=host)))


def _ports_of(candidate: ServerCandidate) -> Iterable[Alternative]:
    return (Alternative(alternative.candidate, Change.OTHER_HOST, asks_first=True) for alternative in _ports(candidate))


def _covered(host: str, names: set[str]) -> bool:
    parent = host.partition(".")[2]
    return host.lower() in names or f"*.{parent.lower()}" in names


def applied(diagnosis: Diagnosis, alternative: Alternative) -> tuple[Diagnosis, Remedy]:
    """The diagnosis with the remedy that worked in front, and that remedy with its settings filled in."""
    fitting = next(
        (
            remedy
            for remedy in diagnosis.remedies
            if isinstance(remedy.action, ChangeSettings) and remedy.action.change is alternative.change
        ),
        None,
    )
    candidate = alternative.candidate
    remedy = Remedy(
        id=f"use-port-{candidate.port}"
        if alternative.change is Change.OTHER_PORT
        else _remedy_id(fitting, alternative.change),
        say=words_of(alternative.change, candidate),
        action=ChangeSettings(alternative.change, candidate),
        steps=fitting.steps if fitting is not None else (),
        automatic=True,
    )
    rest = tuple(other for other in diagnosis.remedies if other is not fitting)
    return replace(diagnosis, remedies=(remedy, *rest)), remedy


def words_of(change: Change, candidate: ServerCandidate, owner: str | None = None) -> str:
    """What the button says that leads to these settings; `owner` names whose server it is, where that is to be said."""
    match change:
        case Change.OTHER_PORT:
            if owner is not None:
                return tr("Use port {port} of {provider}", port=candidate.port, provider=owner)
            return tr("Use port {port}", port=candidate.port)
        case Change.OTHER_SECURITY | Change.ENCRYPT:
            return _security_words(candidate.security, owner)
        case Change.OTHER_HOST | Change.OUTGOING_SERVER | Change.ISP_RELAY:
            if owner is not None:
                return tr("Use “{value}” of {provider}", value=candidate.host, provider=owner)
            return tr("Use “{value}”", value=candidate.host)
        case Change.OTHER_USERNAME_FORM | Change.API_USERNAME:
            return tr("Use “{value}”", value=candidate.username)
        case Change.NO_SIGN_IN:
            return tr("Send without signing in")
        case Change.IN_CLEAR:
            return tr("Sign in without encryption: the line stays on this computer")
        case Change.SENDER_IS_USERNAME:
            return tr("Send as “{username}”", username=candidate.username)
        case (
            Change.SMALLER_MESSAGE | Change.SUGGESTED_ADDRESS | Change.ADDRESS_IS_RIGHT | Change.PASSWORD_WITHOUT_BLANK
        ):
            return tr("Use these settings")  # no server stands behind them: their own words are shown
        case Change.AGREE_TO_SERVER:
            return tr("Yes, {host} may have the password", host=candidate.host)
        case Change.OWN_NETWORK:
            return tr("It is ours: connect to {host}", host=candidate.host)


def _remedy_id(fitting: Remedy | None, change: Change) -> str:
    return fitting.id if fitting is not None else f"use-{change.value}"


def _security_words(security: Security, owner: str | None) -> str:
    if security is Security.NONE:
        return tr("Use no encryption")
    name = "SSL/TLS" if security is Security.TLS else "STARTTLS"
    if owner is not None:
        return tr("Use {encryption} of {provider}", encryption=name, provider=owner)
    return tr("Use {encryption}", encryption=name)


def fix_for(diagnosis: Diagnosis, remedy: Remedy, before: ServerCandidate, after: ServerCandidate) -> Fix:
    """What was changed: only the settings that differ are named."""
    return Fix(
        cause=diagnosis.cause,
        remedy=remedy.id,
        protocol=after.protocol,
        before=_difference(before, after),
        after=_difference(after, before),
    )


def _difference(one: ServerCandidate, other: ServerCandidate) -> ServerChange:
    # Port and encryption belong together: a change of one is shown with the other.
    line = (one.port, one.security) != (other.port, other.security)
    return ServerChange(
        host=one.host if one.host != other.host else None,
        port=one.port if line else None,
        security=one.security if line else None,
        username=one.username if one.username != other.username else None,
    )
