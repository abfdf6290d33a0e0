"""What a deadline fell into: the stage that a server was waited for, told as its failure."""

from __future__ import annotations

from dataclasses import replace

from wizard.model.evidence import ErrorKind, Evidence, Outcome, ProbeReport, Stage

_KINDS = {
    Stage.DNS: ErrorKind.DNS_UNAVAILABLE,
    Stage.CONNECT: ErrorKind.CONNECTION_TIMED_OUT,
    Stage.MESSAGE: ErrorKind.OUTCOME_UNKNOWN,
}


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
