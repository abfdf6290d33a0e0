"""What the engine tells the front ends while it works."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field

from wizard.model.evidence import NO_DETAIL, CertificateProblem, Detail, ErrorKind, Outcome, Stage
from wizard.model.server import Endpoint, Protocol


class Progress(Struct, frozen=True):
    """A stage begins (`STARTED`) or ended; `t_s` and `seconds` in seconds, `t_s` from the start of the run.

    `error` says what went wrong when it failed, and `certificate_problem` which certificate trouble it was.
    """

    t_s: float
    stage: Stage
    outcome: Outcome
    protocol: Protocol | None = None
    endpoint: Endpoint | None = None
    seconds: float = 0.0
    detail: Detail = field(default_factory=lambda: NO_DETAIL)
    error: ErrorKind | None = None
    certificate_problem: CertificateProblem | None = None


Listener = Callable[[Progress], None]


def nobody(_: Progress) -> None:
    """A listener for runs that nobody watches."""
