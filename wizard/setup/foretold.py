"""Diagnoses that no server's answer is needed for: the address itself, its provider, a yes that is missing."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from wizard.model.diagnosis import AskAdministrator, Diagnosis, Remedy
from wizard.model.evidence import Detail, ErrorKind, Evidence, Outcome, ProbeReport, Stage
from wizard.model.provider import Provider, ProviderStatus
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.sites import registrable_domain
from wizard.setup.did_you_mean import resembles_provider
from wizard.setup.judge import Judge


def mistyped(judge: Judge) -> tuple[Diagnosis, ...]:
    """The diagnosis for an address whose domain is a slip away from a provider's; nobody was asked anything."""
    suggestion = str(judge.suggestion)
    evidence = Evidence(
        Stage.INPUT, Outcome.FAILED, error=ErrorKind.ADDRESS_MISTYPED, detail=Detail(suggestion=suggestion)
    )
    told = judge.diagnose((ProbeReport(_nowhere(judge), (evidence,)),), ())
    return tuple(replace(one, server=None, protocol=None) for one in told)


def unsupported(judge: Judge, provider: Provider) -> tuple[Diagnosis, ...]:
    """The diagnosis for a provider that has no servers for mail programs; none for any other."""
    if provider.status is not ProviderStatus.UNSUPPORTED:
        return ()
    evidence = Evidence(
        Stage.AUTH, Outcome.FAILED, Protocol.SMTP, error=ErrorKind.AUTH_MISSING, detail={"provider_unsupported": True}
    )
    told = judge.diagnose((ProbeReport(_nowhere(judge), (evidence,)),), ())
    # No administrator can open what is not there, and no server was asked.
    return tuple(replace(one, server=None, remedies=_without_administrator(one)) for one in told)


def not_agreed(judge: Judge, reached: Sequence[ProbeReport], seen: Sequence[ProbeReport]) -> tuple[Diagnosis, ...]:
    """The diagnosis for servers that were reached and get no password before the person says yes to them."""
    waiting = [replace(report, evidence=(*report.evidence, _held_back(report.candidate))) for report in reached]
    return judge.diagnose(waiting, seen)


def _held_back(candidate: ServerCandidate) -> Evidence:
    like = resembles_provider(registrable_domain(candidate.host))
    detail = Detail(near_provider=True, suggestion=like) if like is not None else Detail()
    return Evidence(
        Stage.AUTH,
        Outcome.FAILED,
        candidate.protocol,
        candidate.endpoint,
        error=ErrorKind.HELD_BACK,
        detail=detail,
    )


def _nowhere(judge: Judge) -> ServerCandidate:
    """Stands for a server in evidence about the address itself."""
    address = judge.draft.address
    return ServerCandidate(Protocol.SMTP, address.domain, 0, Security.TLS, address.wire, Source.PRESET, trusted=True)


def _without_administrator(diagnosis: Diagnosis) -> tuple[Remedy, ...]:
    return tuple(remedy for remedy in diagnosis.remedies if not isinstance(remedy.action, AskAdministrator))
