"""How far sending and receiving got, as the path picture and the stages table show it; no Qt here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from wizard.gui import words
from wizard.gui.failure_words import failed
from wizard.language import tr
from wizard.model.account import CheckResult, SideResult, Status
from wizard.model.diagnosis import Diagnosis
from wizard.model.draft import AccountDraft
from wizard.model.evidence import Detail, ErrorKind, Evidence, Outcome, Stage
from wizard.model.progress import Progress
from wizard.model.server import WITHOUT_SIGN_IN, Endpoint, Protocol, Security, ServerCandidate, Way

SHOWN: Final = (Stage.DNS, Stage.CONNECT, Stage.TLS, Stage.AUTH)


class State(StrEnum):
    """The state of a stage; the value is the word in the mark's accessible name."""

    OK = "ok"
    FAILED = "failed"
    TRYING = "trying"
    WAITING = "waiting"
    NOT_TRIED = "not tried"
    NOT_NEEDED = "not needed"


class Mark(Struct, frozen=True):
    """One stage of one lane: its state and the word under its name."""

    stage: Stage
    state: State
    word: str


class Lane(Struct, frozen=True):
    """One side, sending or receiving: four marks in order, and where it broke.

    `broken` is the stage it stopped at; where that lies past the four, it has a fifth mark. `failure` is the short word
    for it, `under_way` the stage that runs now, which may be one that shares a mark with another.
    """

    protocol: Protocol
    host: str
    username: str
    marks: tuple[Mark, ...]
    broken: Stage | None = None
    error: ErrorKind | None = None
    failure: str = ""
    encrypted: bool = True
    under_way: Stage | None = None

    @property
    def way(self) -> Way:
        """The side it shows."""
        return Way.of(self.protocol)

    @property
    def works(self) -> bool:
        """Whether this side was proven: nothing broke, and it signed in, or takes mail without."""
        return self.broken is None and self.state_of(Stage.AUTH) in (State.OK, State.NOT_NEEDED)

    @property
    def running(self) -> Stage | None:
        """The stage under way."""
        return next((mark.stage for mark in self.marks if mark.state is State.TRYING), None)

    def state_of(self, stage: Stage) -> State:
        """The state of one of the shown stages."""
        return next(mark.state for mark in self.marks if mark.stage is stage)

    def stopped(self) -> Lane:
        """The lane once nothing runs any more: what had not ended was not tried."""
        unfinished = (State.TRYING, State.WAITING)
        marks = tuple(
            Mark(mark.stage, State.NOT_TRIED, tr(words.NOT_TRIED)) if mark.state in unfinished else mark
            for mark in self.marks
        )
        return replace(self, marks=marks, under_way=None)


def speaking(lanes: Sequence[Lane]) -> Lane | None:
    """The lane the path picture shows: the one that broke, else the one still under way, else the first."""
    return next(
        (lane for lane in lanes if lane.broken is not None),
        next((lane for lane in lanes if not lane.works), lanes[0] if lanes else None),
    )


class LaneTracker:
    """Turns progress events into lanes while a check runs.

    Several servers of one side may be tried at once; a lane shows the one that got furthest and is still under way.
    """

    def __init__(self, draft: AccountDraft, kept: Iterable[Lane] = ()) -> None:
        sides = [
            (draft.wants_outgoing, draft.outgoing, Protocol.SMTP),
            (draft.wants_incoming, draft.incoming, Protocol.IMAP),
        ]
        kept_lanes = {lane.way: lane for lane in kept if lane.works}
        self._lanes: dict[Way, Lane] = {}
        self._tracks: dict[tuple[Protocol, Endpoint | None], _Track] = {}
        for wanted, candidate, usual in sides:
            if wanted:
                way = Way.of(usual)
                self._lanes[way] = kept_lanes.get(way) or _waiting(candidate, usual, draft)

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Sending, then receiving, as far as they are wanted."""
        return tuple(self._lanes.values())

    def take(self, progress: Progress) -> Lane | None:
        """The lane the event changed; `None` when it concerns none."""
        if progress.protocol is None:
            return None
        way = Way.of(progress.protocol)
        if way not in self._lanes:
            return None
        key = (progress.protocol, progress.endpoint)
        track = self._tracks.setdefault(key, _Track(progress.protocol, progress.endpoint))
        track.take(progress)
        shown = max(
            (each for each in self._tracks.values() if Way.of(each.protocol) is way),
            key=lambda each: each.rank,
        )
        self._lanes[way] = shown.lane(self._lanes[way])
        return self._lanes[way]


class _Track:
    """One server while it is tried."""

    def __init__(self, protocol: Protocol, endpoint: Endpoint | None) -> None:
        self.protocol = protocol
        self._endpoint = endpoint
        self._marks: dict[Stage, Mark] = {}
        self._broken: tuple[Stage, ErrorKind | None, str] | None = None
        self._last = 0.0
        self._under_way: Stage | None = None

    def take(self, progress: Progress) -> None:
        stage = _shown(progress.stage, self._security)
        self._last = progress.t_s
        self._under_way = progress.stage if progress.outcome is Outcome.STARTED else None
        match progress.outcome:
            case Outcome.STARTED:
                self._broken = None
                if progress.stage in SHOWN or stage not in self._marks:
                    self._marks[stage] = Mark(stage, State.TRYING, tr(words.TRYING))
            case Outcome.OK:
                if progress.stage in SHOWN:
                    self._marks[stage] = _passed(stage, progress.seconds, progress.detail, self._security)
            case Outcome.FAILED:
                word = failed(progress.error, progress.certificate_problem)
                self._broken = (progress.stage, progress.error, word)
                if not _lies_beyond(progress.stage):
                    self._marks[stage] = Mark(stage, State.FAILED, word)
            case Outcome.CANCELLED | Outcome.SKIPPED:
                if progress.stage in SHOWN:
                    self._marks[stage] = Mark(stage, State.NOT_TRIED, tr(words.NOT_TRIED))

    @property
    def rank(self) -> tuple[int, int, float]:
        """Alive before broken, further before nearer, newer before older."""
        reached = max((stage.order for stage, mark in self._marks.items() if mark.state is State.OK), default=-1)
        abandoned = any(mark.state is State.NOT_TRIED for mark in self._marks.values())
        return (0 if self._broken is not None or abandoned else 1, reached, self._last)

    def lane(self, was: Lane) -> Lane:
        later = State.WAITING if self._broken is None else State.NOT_TRIED
        later_word = tr(words.WAITING) if self._broken is None else tr(words.NOT_TRIED)
        stage, error, failure = self._broken or (None, None, "")
        marks = [self._marks.get(shown, Mark(shown, later, later_word)) for shown in SHOWN]
        return replace(
            was,
            protocol=self.protocol,
            host=self._endpoint.host if self._endpoint is not None else was.host,
            encrypted=self._security is not Security.NONE,
            marks=(*marks, *_beyond(stage, failure)),
            broken=stage,
            error=error,
            failure=failure,
            under_way=self._under_way,
        )

    @property
    def _security(self) -> Security | None:
        return self._endpoint.security if self._endpoint is not None else None


def lanes_of(result: CheckResult, *, accepted: bool = False) -> tuple[Lane, ...]:
    """Both sides as a check left them.

    A fix that was found but not yet accepted still shows where its side had stopped; `accepted` shows the proven way.
    """
    draft = result.draft
    sides = [(draft.wants_outgoing, result.outgoing, draft.outgoing, Protocol.SMTP)]
    sides.append((draft.wants_incoming, result.incoming, draft.incoming, Protocol.IMAP))
    lanes = []
    for wanted, side, asked, usual in sides:
        if not wanted:
            continue
        diagnosis = None if accepted else _diagnosis_for(result.diagnoses, side, usual)
        if diagnosis is not None:
            lanes.append(_broken_lane(result, diagnosis, side, asked, usual))
        elif side is not None:
            lanes.append(_proven_lane(result, side))
        else:
            lanes.append(_untried_lane(asked, usual, draft))
    return tuple(lanes)


def _diagnosis_for(diagnoses: Sequence[Diagnosis], side: SideResult | None, usual: Protocol) -> Diagnosis | None:
    own = [each for each in diagnoses if each.protocol is not None and Way.of(each.protocol) is Way.of(usual)]
    if own:
        return own[0]
    failed = side is None or side.status is Status.FAILED
    # One card for a reason both sides share names one protocol or none; the other side broke for it too.
    return diagnoses[0] if failed and diagnoses else None


def _broken_lane(
    result: CheckResult, diagnosis: Diagnosis, side: SideResult | None, asked: ServerCandidate | None, usual: Protocol
) -> Lane:
    candidate = asked or (side.candidate if side is not None else None)
    same_side = diagnosis.protocol is not None and Way.of(diagnosis.protocol) is Way.of(usual)
    protocol = diagnosis.protocol if same_side and diagnosis.protocol else (candidate.protocol if candidate else usual)
    evidence = _evidence(result, protocol, diagnosis.server if same_side else None, diagnosis)
    failure = next((item for item in reversed(evidence) if item.outcome is Outcome.FAILED), None)
    stage = failure.stage if failure is not None else diagnosis.stage
    security = (
        failure.endpoint.security
        if failure is not None and failure.endpoint is not None
        else (candidate.security if candidate is not None else None)
    )
    error = failure.error if failure is not None else (ErrorKind.REPLY if diagnosis.reply is not None else None)
    certificate = failure.certificate if failure is not None else None
    word = failed(error, certificate.problem if certificate is not None else None)
    at = _shown(stage, security)
    past = stage if _lies_beyond(stage) else at  # before STARTTLS a greeting is no proof of encryption
    ended = {item.stage: item for item in evidence if item.outcome is Outcome.OK}
    marks = []
    for shown in SHOWN:
        if shown is at and not _lies_beyond(stage) and stage is not Stage.INPUT:
            marks.append(Mark(shown, State.FAILED, word))
        elif shown in ended:
            marks.append(_passed(shown, ended[shown].seconds, ended[shown].detail, security))
        elif stage is not Stage.INPUT and shown.order < past.order and shown is not Stage.AUTH:  # some want none
            marks.append(Mark(shown, State.OK, words.passed(None)))
        else:
            marks.append(Mark(shown, State.NOT_TRIED, tr(words.NOT_TRIED)))
    marks += _beyond(stage, word)
    endpoint = failure.endpoint if failure is not None else None
    host = (
        endpoint.host
        if endpoint is not None
        else (candidate.host if candidate is not None else result.draft.address.shown_domain)
    )
    username = candidate.username if candidate is not None else ""
    return Lane(protocol, host, username, tuple(marks), stage, error, word, security is not Security.NONE)


def _proven_lane(result: CheckResult, side: SideResult) -> Lane:
    candidate = side.candidate
    evidence = (
        side.report.evidence
        if side.report is not None
        else _evidence(result, candidate.protocol, str(candidate.endpoint), None)
    )
    ended = {item.stage: item for item in evidence if item.outcome is Outcome.OK}
    marks = []
    for shown in SHOWN:
        if shown in ended:
            marks.append(_passed(shown, ended[shown].seconds, ended[shown].detail, candidate.security))
        elif shown is Stage.AUTH and side.auth == WITHOUT_SIGN_IN:
            marks.append(Mark(shown, State.NOT_NEEDED, tr(words.NOT_NEEDED)))
        elif side.status is Status.VERIFIED or (side.status is Status.REACHED and shown is not Stage.AUTH):
            marks.append(_passed(shown, None, {}, candidate.security))
        else:
            marks.append(Mark(shown, State.NOT_TRIED, tr(words.NOT_TRIED)))
    encrypted = candidate.security is not Security.NONE
    return Lane(candidate.protocol, candidate.host, candidate.username, tuple(marks), encrypted=encrypted)


def _untried_lane(asked: ServerCandidate | None, usual: Protocol, draft: AccountDraft) -> Lane:
    waiting = _waiting(asked, usual, draft)
    return replace(waiting, marks=tuple(Mark(shown, State.NOT_TRIED, tr(words.NOT_TRIED)) for shown in SHOWN))


def _waiting(candidate: ServerCandidate | None, usual: Protocol, draft: AccountDraft) -> Lane:
    marks = tuple(Mark(shown, State.WAITING, tr(words.WAITING)) for shown in SHOWN)
    if candidate is None:
        return Lane(usual, draft.address.shown_domain, str(draft.address), marks)
    return Lane(candidate.protocol, candidate.host, candidate.username, marks)


def _evidence(
    result: CheckResult, protocol: Protocol, server: str | None, diagnosis: Diagnosis | None
) -> tuple[Evidence, ...]:
    """What was seen at that server, in order; a diagnosis may carry only the piece it rests on."""
    seen = [item for item in result.timeline if item.protocol is protocol]
    if server is not None:
        seen = [item for item in seen if str(item.endpoint) == server]
    known = [item for item in (diagnosis.evidence if diagnosis is not None else ()) if item.protocol is protocol]
    failures = [item for item in known if item.outcome is Outcome.FAILED]
    # The first is what the card's words are about; of the other side the server that got furthest stands there.
    failure = failures[0] if failures and server is not None else max(failures, key=_how_far, default=None)
    if failure is not None:
        # A later attempt at the same server may have succeeded; the card speaks of this one.
        earlier = [
            item
            for item in seen
            if item.endpoint == failure.endpoint and item.t_s <= failure.t_s and item.outcome is Outcome.OK
        ]
        return (*earlier, *(item for item in known if item is not failure), failure)
    return tuple(seen)


def _lies_beyond(stage: Stage) -> bool:
    """Whether it comes after all that are shown."""
    return stage.order > SHOWN[-1].order


def _beyond(broken: Stage | None, word: str) -> tuple[Mark, ...]:
    """The mark of a stage that a side broke at past the shown ones."""
    return (Mark(broken, State.FAILED, word),) if broken is not None and _lies_beyond(broken) else ()


def _how_far(item: Evidence) -> int:
    return item.stage.order


def _shown(stage: Stage, security: Security | None) -> Stage:
    """The shown stage a stage belongs to; with SSL/TLS the greeting comes after Encrypt, otherwise before it."""
    match stage:
        case Stage.INPUT:
            return Stage.DNS
        case Stage.GREETING:
            return Stage.AUTH if security is Security.TLS else Stage.CONNECT
        case Stage.ENVELOPE | Stage.MESSAGE | Stage.ARRIVAL:
            return Stage.AUTH
        case _:
            return stage


def _passed(stage: Stage, seconds: float | None, detail: Detail, security: Security | None) -> Mark:
    if stage is not Stage.TLS:
        return Mark(stage, State.OK, words.passed(seconds))
    if security is Security.NONE:
        return Mark(stage, State.NOT_TRIED, tr(words.NOT_ENCRYPTED))
    return Mark(stage, State.OK, words.passed(seconds, detail.get("tls")))
