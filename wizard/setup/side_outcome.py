"""How one side of a check ended."""

from __future__ import annotations

from msgspec import Struct

from wizard.model.account import SideResult, Status
from wizard.model.diagnosis import Diagnosis, Fix
from wizard.model.evidence import ErrorKind, ProbeReport
from wizard.probe.conversation import Conversation
from wizard.setup.autofix import are_guesses

_NOTHING_SENT = {ErrorKind.AUTH_MISSING, ErrorKind.NO_COMMON_AUTH, ErrorKind.UNENCRYPTED}
SERVERS_PORT = 25


class SideOutcome(Struct, frozen=True):
    """How one side ended; `conversation` is still open and signed in when the side is verified."""

    result: SideResult
    failed_reports: tuple[ProbeReport, ...] = ()  # what its diagnosis rests on; empty when it works as planned
    fixed_diagnosis: Diagnosis | None = None
    fixes: tuple[Fix, ...] = ()
    conversation: Conversation | None = None
    needs_consent: bool = False
    was_busy: bool = False  # the server turned us away at first, and was asked once more
    shared_refusal: Diagnosis | None = None  # what the other side heard, which holds for the whole account

    @property
    def nothing_was_sent(self) -> bool:
        """Whether it failed before anything secret was sent: another port of the same account may be asked then."""
        if not self.failed_reports or self.result.status is Status.REACHED:
            return False  # where a side was reached the line is good; it is the token that is missing
        failure = self.failed_reports[-1].failure
        return failure is not None and failure.error in _NOTHING_SENT

    @property
    def only_takes_mail_in(self) -> bool:
        """Whether a guessed port is the one between servers: it takes its own domain's mail, and nobody sends there."""
        reports = [one for one in self.failed_reports if one.candidate.port == SERVERS_PORT and are_guesses([one])]
        return any(one.failure is not None and one.failure.error is ErrorKind.AUTH_MISSING for one in reports)
