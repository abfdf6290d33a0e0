"""Keeps what each stage showed: evidence, progress for whoever watches, the conversation with every secret masked."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Unpack, cast

from msgspec import Struct, field
from msgspec.structs import replace

from wizard.model.evidence import (
    CertificateFacts,
    Detail,
    ErrorKind,
    Evidence,
    Outcome,
    ProbeReport,
    Reply,
    Stage,
    failure_in,
)
from wizard.model.progress import Listener, Progress, nobody
from wizard.model.secret import MASK, Redactor, Secret
from wizard.model.server import ServerCandidate
from wizard.model.text import MAX_SHOWN, inert
from wizard.net.patience import Deadline
from wizard.probe.error_kinds import StageFailed, failure_from

TRANSCRIPT_LINES = 400
LINES_TOGETHER = 40  # so many are looked through for secrets at once
LINE_SHOWN = 600
DETAIL_SHOWN = 600
MOST_ALERTS = 5
_APART = " ~ "  # between texts of ours: two addresses in a row would look like a secret's bytes in decimal
# EHLO keywords, IMAP and POP3 capabilities, SASL mechanisms, response codes (RFC 5530, 3206) that rules ask for.
_OF_PROTOCOL = frozenset(
    {"STARTTLS", "STLS", "AUTH", "SASL", "SASL-IR", "PLAIN", "LOGIN", "LOGINDISABLED", "CRAM-MD5", "XOAUTH2"}
    | {"OAUTHBEARER", "NTLM", "GSSAPI", "APOP", "USER", "SCRAM-SHA-1", "SCRAM-SHA-256", "SIZE", "PIPELINING"}
    | {"8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "IMAP4", "IMAP4REV1", "ID", "IDLE", "TOP", "UIDL"}
    | {"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "UNAVAILABLE", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN"}
    | {"NOPERM", "INUSE", "ALERT", "LIMIT", "OVERQUOTA", "SERVERBUG", "CLIENTBUG", "SYS/TEMP", "SYS/PERM", "IN-USE"}
    | {"LOGIN-DELAY", "WEBALERT"}
)


class RunClock:
    """Seconds since the run began, the same for every probe in it."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.set_back_s = 0.0

    def set_back(self, seconds: float) -> None:
        """The run began so much earlier, with its first question."""
        self._started -= seconds
        self.set_back_s += seconds

    def __call__(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._started


class StageFacts(Struct):
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
        self._said: list[tuple[float, str, str]] = []  # when, by whom and what; not yet in the transcript
        self._heard: list[str] = []  # the last lines of the server, as they came
        self.at: Stage | None = None  # the stage that runs
        self.auth: str | None = None
        self.max_message_bytes: int | None = None
        self.sign_in_attempts = 0
        self._alerts: dict[str, None] = {}  # in order
        self._known = Detail()

    def go_on(self, clock: RunClock, listener: Listener, redact: Redactor) -> None:
        """What was noted in an earlier run counts as seen when this one began: the listener hears of it now.

        Secrets that were not known then are masked in it.
        """
        self._write_down()
        self.clock, self._listener, self.redact = clock, listener, redact
        self._transcript = [f"{0.0:8.3f} {redact(line.lstrip().partition(' ')[2])}" for line in self._transcript]
        self._evidence = [self._seen_before(item) for item in self._evidence]
        for item in self._evidence:
            facts = StageFacts(certificate=item.certificate, detail=item.detail)
            self._tell(item.stage, item.outcome, item.seconds, facts, item.error)

    def _seen_before(self, item: Evidence) -> Evidence:
        reply = item.reply
        if reply is not None:
            reply = replace(reply, text=self.shown(reply.text))
        return replace(
            item,
            t_s=0.0,
            reply=reply,
            capabilities=self._words(item.capabilities),
            detail=self._shown_detail(item.detail),
        )

    def tell(self, listener: Listener) -> None:
        """What follows is told to this listener: another piece of work goes on with the conversation."""
        self._listener = listener

    def note(self, **detail: Unpack[Detail]) -> None:
        """Keeps what was seen of the server as a whole; every failure from here on says it."""
        self._known |= detail

    @contextmanager
    def stage(self, stage: Stage, until: float, *, only_failure: bool = False) -> Iterator[StageFacts]:
        """Runs one stage, until that moment of `patience.now()` at most; with `only_failure` success is not recorded.

        A failure becomes evidence and leaves as `StageFailed`, whatever the library raised.
        """
        started = self.clock()
        facts = StageFacts()
        before, self.at = self.at, stage
        if not only_failure:
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
        finally:
            self.at = before
        if not only_failure:
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

    def alert(self, text: str) -> None:
        """Keeps what a server wants people to be shown, whatever it answers (RFC 9051 §7.1)."""
        if len(self._alerts) < MOST_ALERTS:
            self._alerts.setdefault(self.shown(text))

    def sent(self, line: str) -> None:
        """Keeps a line we sent, in which what is secret is masked; what we put beside a mask is not cut off by it."""
        self._keep_line("C", line)

    def received(self, line: str) -> None:
        """Keeps a line the server sent; what it and the line before give away only together is masked in both."""
        self._keep_line("S", line)

    def _keep_line(self, who: str, line: str) -> None:
        if len(self._said) >= LINES_TOGETHER:
            self._write_down()
        if len(self._transcript) + len(self._said) < TRANSCRIPT_LINES:
            self._said.append((self.clock(), who, line[: 2 * LINE_SHOWN]))

    def _write_down(self) -> None:
        """Puts what was said into the transcript; looked at together, for mostly there is nothing to hide."""
        if not self._said:
            return
        said, self._said = self._said, []
        together = "\n".join([*self._heard, *(line.replace(MASK, "\n") for _, _, line in said)])
        is_harmless = self.redact.sees_nothing(together)
        for moment, who, line in said:
            if who == "C":
                self._heard = []
                shown = line if is_harmless else MASK.join(map(self.redact, line.split(MASK)))
            else:
                self._heard = [*self._heard[-2:], line]
                shown = line if is_harmless else self._heard_masked()
            self._transcript.append(f"{moment:8.3f} {who}: {inert(shown, LINE_SHOWN)}")

    def _heard_masked(self) -> str:
        """The server's last line; what gives something away only together with it is masked in the line before."""
        together = self.redact("\n".join(self._heard)).split("\n")
        if len(together) != len(self._heard):
            return self.redact(self._heard[-1])  # it holds a line break itself
        if len(together) > 1:
            begin = self._transcript[-1].partition(": ")[0]
            self._transcript[-1] = f"{begin}: {inert(together[-2], LINE_SHOWN)}"
        return together[-1]

    def make_reply(
        self,
        text: str,
        *,
        code: int | None = None,
        enhanced: str | None = None,
        status: str | None = None,
        code_text: str | None = None,
    ) -> Reply:
        """A reply that may be shown: secrets masked, nothing unseen in it; what was heard is kept for the rules."""
        return Reply(
            heard=Secret(text[: 2 * MAX_SHOWN]),
            text=self.shown(text),
            code=code,
            enhanced=enhanced,
            status=status,
            code_text=self._word(code_text, 200) if code_text else None,
        )

    def shown(self, text: str, limit: int = MAX_SHOWN) -> str:
        """A stranger's text that may be shown: secrets masked, nothing unseen in it."""
        return inert(self.redact(text[: 2 * limit]), limit)

    def _shown_detail(self, detail: Detail) -> Detail:
        """What may be shown of the detail; its texts are looked at together, for mostly there is nothing to hide."""
        texts = [value for value in detail.values() if isinstance(value, str)]
        together = _APART.join(texts)
        is_harmless = not texts or (len(together) < DETAIL_SHOWN and self.redact(together) == together)
        if is_harmless and together.isascii() and together.isprintable():  # nearly always
            return detail
        shown = {
            key: value
            if not isinstance(value, str)
            else inert(value, DETAIL_SHOWN)
            if is_harmless
            else self.shown(value, DETAIL_SHOWN)
            for key, value in detail.items()
        }
        return cast(Detail, shown)

    def _words(self, capabilities: Sequence[str]) -> tuple[str, ...]:
        """What was announced, each as `_word` has it; looked at together, for mostly there is nothing to hide."""
        if not capabilities:
            return ()
        together = "\n".join(capabilities)
        if self.redact(together) == together:
            return tuple(inert(word, 100) for word in capabilities)
        return tuple(self._word(word, 100) for word in capabilities)

    def _word(self, words: str, limit: int) -> str:
        """As `shown`; words of the protocols stay, for a password such as "starttls" is no reason to doubt them."""
        of_protocol = all(word.upper() in _OF_PROTOCOL for word in words.replace("=", " ").split())
        return words if of_protocol else self.shown(words, limit)

    def has_passed(self, stage: Stage) -> bool:
        """Whether the stage ended well at least once."""
        return any(item.stage is stage and item.outcome is Outcome.OK for item in self._evidence)

    @property
    def idle_s(self) -> float:
        """Seconds since a stage ended last, or since the run began."""
        return self.clock() - (self._evidence[-1].t_s if self._evidence else 0.0)

    @property
    def failure(self) -> Evidence | None:
        """As the report's, of which nothing else is made for it: a race asks often."""
        return failure_in(self._evidence)

    def report(self) -> ProbeReport:
        """All that was noted so far."""
        self._write_down()
        return ProbeReport(
            candidate=self.candidate,
            evidence=tuple(self._evidence),
            transcript=tuple(self._transcript),
            auth=self.auth,
            max_message_bytes=self.max_message_bytes,
            sign_in_attempts=self.sign_in_attempts,
            alerts=tuple(self._alerts),
        )

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
        if outcome in (Outcome.FAILED, Outcome.CANCELLED):
            facts.detail |= self._known
        facts.detail = self._shown_detail(facts.detail)
        self._evidence.append(
            Evidence(
                stage=stage,
                outcome=outcome,
                protocol=self.candidate.protocol,
                endpoint=self.candidate.endpoint,
                error=failure.kind if failure is not None else None,
                reply=facts.reply,
                certificate=facts.certificate,
                capabilities=self._words(facts.capabilities),
                seconds=now - started,
                t_s=now,
                detail=facts.detail,
            )
        )
        self._tell(stage, outcome, now - started, facts, failure.kind if failure is not None else None)

    def _tell(
        self, stage: Stage, outcome: Outcome, seconds: float, facts: StageFacts, error: ErrorKind | None = None
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
                error=error,
                certificate_problem=facts.certificate.problem if facts.certificate is not None else None,
            )
        )
