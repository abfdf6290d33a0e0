"""Keeps what each stage showed: evidence, progress for whoever watches, the conversation with every secret masked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Unpack, cast

from wizard.model.evidence import CertificateFacts, Detail, Evidence, Outcome, ProbeReport, Reply, Stage
from wizard.model.progress import Listener, Progress, nobody
from wizard.model.secret import Redactor
from wizard.model.server import ServerCandidate
from wizard.model.text import MAX_SHOWN, inert
from wizard.net.patience import Deadline
from wizard.probe.error_kinds import StageFailed, failure_from

TRANSCRIPT_LINES = 400


class RunClock:
    """Seconds since the run began, the same for every probe in it."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._started


@dataclass(slots=True)
class StageFacts:
    """What a stage wants kept when it ends; filled while it runs."""

    capabilities: tuple[str, ...] = ()
    certificate: CertificateFacts | None = None
    reply: Reply | None = None
    detail: Detail = field(default_factory=Detail)


class Recorder:
    """The notes of one probe.

    Args:
        candidate: the server that is probed.
        clock: the run's clock.
        listener: told when a stage begins and ends; called on the engine's thread.
        redact: masks every form of the secrets in play.
    """

    def __init__(self, candidate: ServerCandidate, clock: RunClock, listener: Listener, redact: Redactor) -> None:
        self.candidate = candidate
        self.clock = clock
        self._listener = listener
        self.redact = redact
        self._evidence: list[Evidence] = []
        self._transcript: list[str] = []
        self.auth: str | None = None
        self.max_message_bytes: int | None = None
        self.sign_in_attempts = 0

    @contextmanager
    def stage(self, stage: Stage, until: float) -> Iterator[StageFacts]:
        """Runs one stage, until that moment of `patience.now()` at most.

        A failure becomes evidence and leaves as `StageFailed`, whatever the library raised.
        """
        started = self.clock()
        facts = StageFacts()
        self._tell(stage, Outcome.STARTED, 0.0, facts)
        try:
            with Deadline(until):
                yield facts
        except StageFailed as failed:
            self._keep_failure(failed, started, facts)
            raise
        except Exception as error:
            failure = failure_from(error, stage)
            self._keep_failure(failure, started, facts)
            raise failure from error
        except BaseException:  # cancelled: said so, and on its way
            self._keep(stage, Outcome.CANCELLED, started, facts)
            raise
        self._keep(stage, Outcome.OK, started, facts)

    def begin(self, stage: Stage) -> None:
        """Tells that a stage began whose end another call will record."""
        self._tell(stage, Outcome.STARTED, 0.0, StageFacts())

    def passed(self, stage: Stage, seconds: float, **detail: Unpack[Detail]) -> None:
        """Records a stage that ended well, timed by the caller."""
        self._keep(stage, Outcome.OK, self.clock() - seconds, StageFacts(detail=detail))

    def failed(self, failure: StageFailed, seconds: float) -> None:
        """Records a stage that failed, timed by the caller."""
        self._keep_failure(failure, self.clock() - seconds, StageFacts())

    def hint(self, stage: Stage, **detail: Unpack[Detail]) -> None:
        """Tells something worth hearing before the stage has ended, such as a port that looks blocked."""
        self._tell(stage, Outcome.STARTED, 0.0, StageFacts(detail=detail))

    def sent(self, line: str) -> None:
        """Keeps a line we sent."""
        self._note("C", line)

    def received(self, line: str) -> None:
        """Keeps a line the server sent."""
        self._note("S", line)

    def make_reply(
        self,
        text: str,
        *,
        code: int | None = None,
        enhanced: str | None = None,
        status: str | None = None,
        code_text: str | None = None,
    ) -> Reply:
        """A reply that may be shown: secrets masked, nothing unseen in it."""
        return Reply(
            text=self.shown(text),
            code=code,
            enhanced=enhanced,
            status=status,
            code_text=self.shown(code_text, 200) if code_text else None,
        )

    def shown(self, text: str, limit: int = MAX_SHOWN) -> str:
        """A stranger's text that may be shown: secrets masked, nothing unseen in it."""
        # Masked again at the end: what was unseen may have kept two halves of a secret apart.
        return self.redact(inert(self.redact(text), limit))

    def report(self) -> ProbeReport:
        """All that was noted so far."""
        return ProbeReport(
            candidate=self.candidate,
            evidence=tuple(self._evidence),
            transcript=tuple(self._transcript),
            auth=self.auth,
            max_message_bytes=self.max_message_bytes,
            sign_in_attempts=self.sign_in_attempts,
        )

    def _note(self, who: str, line: str) -> None:
        if len(self._transcript) < TRANSCRIPT_LINES:
            self._transcript.append(f"{self.clock():8.3f} {who}: {self.shown(line, 600)}")

    def _keep_failure(self, failure: StageFailed, started: float, facts: StageFacts) -> None:
        self._keep(failure.stage, Outcome.FAILED, started, facts, failure)

    def _keep(
        self, stage: Stage, outcome: Outcome, started: float, facts: StageFacts, failure: StageFailed | None = None
    ) -> None:
        now = self.clock()
        if failure is not None:
            facts.detail |= failure.detail
            facts.certificate = failure.certificate or facts.certificate
            facts.reply = failure.reply or facts.reply
        shown = {
            key: self.shown(value, 600) if isinstance(value, str) else value for key, value in facts.detail.items()
        }
        facts.detail = cast(Detail, shown)
        self._evidence.append(
            Evidence(
                stage=stage,
                outcome=outcome,
                protocol=self.candidate.protocol,
                endpoint=self.candidate.endpoint,
                error=failure.kind if failure is not None else None,
                reply=facts.reply,
                certificate=facts.certificate,
                capabilities=tuple(self.shown(word, 100) for word in facts.capabilities),
                seconds=now - started,
                t_s=now,
                detail=facts.detail,
            )
        )
        self._tell(stage, outcome, now - started, facts, failure)

    def _tell(
        self, stage: Stage, outcome: Outcome, seconds: float, facts: StageFacts, failure: StageFailed | None = None
    ) -> None:
        if self._listener is nobody:
            return
        self._listener(
            Progress(
                t_s=self.clock(),
                stage=stage,
                outcome=outcome,
                protocol=self.candidate.protocol,
                endpoint=self.candidate.endpoint,
                seconds=seconds,
                detail=facts.detail,
                error=failure.kind if failure is not None else None,
                certificate_problem=facts.certificate.problem if facts.certificate is not None else None,
            )
        )
