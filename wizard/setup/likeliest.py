"""What a failed side is about: the stage that a deadline fell into, and settings that were published but came late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

from msgspec.structs import replace

from wizard.model.evidence import Detail, ErrorKind, Evidence, Outcome, ProbeReport, Reply, Stage
from wizard.model.server import ServerCandidate, Source
from wizard.probe.race import RaceResult

if TYPE_CHECKING:
    from wizard.setup.judge import Judge

_KINDS = {
    Stage.DNS: ErrorKind.DNS_UNAVAILABLE,
    Stage.CONNECT: ErrorKind.CONNECTION_TIMED_OUT,
    Stage.MESSAGE: ErrorKind.OUTCOME_UNKNOWN,
}


def published_late(race: RaceResult, candidates: Sequence[ServerCandidate], judge: Judge) -> tuple[ProbeReport, ...]:
    """What published servers showed that were found only once the guessed ones had failed; empty where there are none.

    They are the account's settings, and not a change to names that nobody but the program thought of. The judge's plan
    is what is known by now: a guess may have been right about the name of a server that is gone. What was guessed once
    and has worked is no guess any more.
    """
    plan = judge.plan
    if judge.draft.worked_before or any(candidate.source is not Source.GUESS for candidate in candidates):
        return ()
    published = {one.endpoint: one for one in (plan.candidates if plan else ()) if one.source.is_published}
    found = [
        replace(lane.report, candidate=published.get(lane.candidate.endpoint, lane.candidate)) for lane in race.lanes
    ]
    return tuple(report for report in found if report.candidate.source.is_published)


def overtaken(report: ProbeReport) -> ProbeReport:
    """The report with the stage in which the deadline overtook it as failed; as it was where it waited for nobody.

    A name that was not found yet and a connection that did not stand leave no evidence of their own: they follow from
    the last thing that went well.
    """
    if report.failure is not None:
        return report
    last = report.evidence[-1] if report.evidence else None
    if last is not None and last.outcome is Outcome.CANCELLED:
        # A server that had said no for the moment, and was to be asked once more, was not waited for.
        kind = ErrorKind.REPLY if last.detail.get("put_off") else _KINDS.get(last.stage, ErrorKind.SILENCE)
        if last.stage is Stage.MESSAGE and last.detail.get("command") == "data":
            kind = ErrorKind.SILENCE  # nothing of the message has left yet
        failed = replace(last, outcome=Outcome.FAILED, error=kind)
        return replace(report, evidence=(*report.evidence[:-1], failed))
    if last is not None and last.stage is not Stage.DNS:
        return report
    stage = Stage.DNS if last is None else Stage.CONNECT
    candidate = report.candidate
    waiting = Evidence(stage, Outcome.FAILED, candidate.protocol, candidate.endpoint, error=_KINDS[stage])
    return replace(report, evidence=(*report.evidence, waiting))


def with_reply(report: ProbeReport, reply: Reply) -> ProbeReport:
    """The report with what the server said as the words of its failure."""
    evidence = (replace(item, reply=reply) if item is report.failure else item for item in report.evidence)
    return replace(report, evidence=tuple(evidence))


def with_detail(report: ProbeReport, **detail: Unpack[Detail]) -> ProbeReport:
    """The report with more detail on its failure."""
    changed: list[Evidence] = list(report.evidence)
    for index in range(len(changed) - 1, -1, -1):
        if changed[index].outcome is Outcome.FAILED:
            changed[index] = replace(changed[index], detail={**changed[index].detail, **detail})
            break
    return replace(report, evidence=tuple(changed))
