"""How far each side got, from events and from results."""

from __future__ import annotations

from msgspec.structs import replace

from tests.gui.samples import (
    DRAFT,
    FAILS,
    FIXED,
    IMAP,
    NAME_MISMATCH,
    SMTP,
    TLS_1_3,
    TO_SIGN_IN,
    WORKS,
    WORKS_AFTER_FIX,
    event,
    seen,
)
from wizard.gui.lanes import LaneTracker, State, lanes_of, speaking
from wizard.gui.words import stage_name
from wizard.model.account import SideResult, Status
from wizard.model.diagnosis import Diagnosis
from wizard.model.evidence import NO_DETAIL, ErrorKind, Outcome, Stage
from wizard.model.server import WITHOUT_SIGN_IN, Protocol, Security, ServerCandidate, Source

OK, FAILED, WAITING, NOT_TRIED, TRYING = State.OK, State.FAILED, State.WAITING, State.NOT_TRIED, State.TRYING


def _run(tracker: LaneTracker, candidate: ServerCandidate, *stages: Stage) -> None:
    for stage in stages:
        tracker.take(event(stage, candidate, Outcome.STARTED))
        tracker.take(event(stage, candidate, Outcome.OK, 0.2, TLS_1_3 if stage is Stage.TLS else NO_DETAIL))


def _states(lane: object) -> list[State]:
    return [mark.state for mark in lane.marks]  # type: ignore[attr-defined]


def test_both_sides_wait_at_first() -> None:
    lanes = LaneTracker(DRAFT).lanes
    assert [lane.protocol for lane in lanes] == [Protocol.SMTP, Protocol.IMAP]
    assert all(_states(lane) == [WAITING] * 4 for lane in lanes)


def test_a_side_that_is_not_wanted_has_no_lane() -> None:
    lanes = LaneTracker(replace(DRAFT, wants_incoming=False)).lanes
    assert [lane.protocol for lane in lanes] == [Protocol.SMTP]


def test_stages_pass_with_their_seconds_and_the_tls_version() -> None:
    tracker = LaneTracker(DRAFT)
    _run(tracker, SMTP, Stage.DNS, Stage.CONNECT, Stage.GREETING, Stage.TLS)
    tracker.take(event(Stage.AUTH, SMTP, Outcome.STARTED))
    lane = tracker.lanes[0]
    assert _states(lane) == [OK, OK, OK, TRYING]
    assert [mark.word for mark in lane.marks] == ["OK, 0.2 s", "OK, 0.2 s", "OK, TLS 1.3", "Trying"]
    assert lane.running is Stage.AUTH
    assert not lane.works


def test_a_greeting_that_is_no_mail_proves_no_encryption_that_would_come_after_it() -> None:
    greeting = seen(Stage.GREETING, SMTP, 0.1, 0.4, Outcome.FAILED, error=ErrorKind.NOT_MAIL)
    card = Diagnosis(
        "not-a-mail-server", Stage.GREETING, 0.9, "", "", (), Protocol.SMTP, str(SMTP.endpoint), evidence=(greeting,)
    )
    result = replace(FAILS, diagnoses=(card,), timeline=(*TO_SIGN_IN[:2], greeting))
    assert _states(lanes_of(result)[0]) == [OK, FAILED, NOT_TRIED, NOT_TRIED]


def test_a_failed_stage_leaves_the_later_ones_untried() -> None:
    tracker = LaneTracker(DRAFT)
    _run(tracker, SMTP, Stage.DNS)
    tracker.take(event(Stage.CONNECT, SMTP, Outcome.FAILED, 7.0, error=ErrorKind.CONNECTION_TIMED_OUT))
    lane = tracker.lanes[0]
    assert _states(lane) == [OK, FAILED, NOT_TRIED, NOT_TRIED]
    assert (lane.broken, lane.failure) == (Stage.CONNECT, "No answer")


def test_a_refused_envelope_leaves_the_sign_in_as_it_went() -> None:
    tracker = LaneTracker(DRAFT)
    _run(tracker, SMTP, Stage.DNS, Stage.CONNECT, Stage.TLS, Stage.AUTH)
    tracker.take(event(Stage.ENVELOPE, SMTP, Outcome.STARTED))
    assert _states(tracker.lanes[0]) == [OK, OK, OK, OK]
    tracker.take(event(Stage.ENVELOPE, SMTP, Outcome.FAILED, error=ErrorKind.REPLY))
    lane = tracker.lanes[0]
    assert _states(lane) == [OK, OK, OK, OK, FAILED]
    assert (lane.marks[-1].stage, lane.marks[-1].word) == (Stage.ENVELOPE, "Refused")


def test_of_several_servers_the_one_under_way_is_shown() -> None:
    other = ServerCandidate(Protocol.SMTP, "mail.example.net", 465, Security.TLS, "ada", Source.GUESS, False)
    tracker = LaneTracker(DRAFT)
    _run(tracker, SMTP, Stage.DNS, Stage.CONNECT)
    _run(tracker, other, Stage.DNS)
    assert tracker.lanes[0].host == "smtp.example.net"
    tracker.take(event(Stage.TLS, SMTP, Outcome.FAILED))
    assert tracker.lanes[0].host == "mail.example.net"
    _run(tracker, other, Stage.CONNECT, Stage.TLS, Stage.GREETING, Stage.AUTH)
    assert tracker.lanes[0].works


def test_a_second_sign_in_at_the_same_server_starts_the_mark_anew() -> None:
    tracker = LaneTracker(DRAFT)
    _run(tracker, SMTP, Stage.DNS, Stage.CONNECT, Stage.TLS)
    tracker.take(event(Stage.AUTH, SMTP, Outcome.FAILED))
    _run(tracker, SMTP, Stage.AUTH)
    assert tracker.lanes[0].works
    assert tracker.lanes[0].broken is None


def test_a_kept_side_stays_as_it_was_proven() -> None:
    kept = lanes_of(FAILS)
    sending, receiving = LaneTracker(DRAFT, kept).lanes
    assert receiving.works
    assert _states(sending) == [WAITING] * 4


def test_events_without_a_side_change_nothing() -> None:
    tracker = LaneTracker(DRAFT)
    assert tracker.take(replace(event(Stage.DNS, SMTP, Outcome.OK), protocol=None)) is None


def test_without_encryption_the_mark_says_so_and_the_side_still_works() -> None:
    plain = replace(IMAP, port=143, security=Security.NONE)
    tracker = LaneTracker(replace(DRAFT, incoming=plain))
    _run(tracker, plain, Stage.DNS, Stage.CONNECT, Stage.GREETING, Stage.TLS, Stage.AUTH)
    lane = tracker.lanes[1]
    assert lane.marks[2].word == "Not encrypted"
    assert lane.works
    assert not lane.encrypted


def test_the_result_shows_where_a_side_stopped_before_the_fix_is_accepted() -> None:
    sending, receiving = lanes_of(WORKS_AFTER_FIX)
    assert _states(sending) == [OK, OK, OK, FAILED]
    assert [mark.word for mark in sending.marks] == ["OK, 0.1 s", "OK, 0.2 s", "OK, TLS 1.3", "Refused"]
    assert receiving.works
    accepted, _ = lanes_of(WORKS_AFTER_FIX, accepted=True)
    assert accepted.works
    assert accepted.username == FIXED.username


def test_a_certificate_problem_is_the_word_of_its_stage() -> None:
    result = replace(FAILS, diagnoses=(NAME_MISMATCH,))
    sending, _ = lanes_of(result)
    assert [mark.word for mark in sending.marks] == ["OK, 0.1 s", "OK, 0.2 s", "Name differs", "Not tried"]


def test_one_reason_for_both_sides_breaks_both_lanes() -> None:
    offline = Diagnosis("no-internet", Stage.DNS, 1.0, "This computer is offline", "Nothing can be reached.")
    failed = SideResult(SMTP, Status.FAILED), SideResult(IMAP, Status.FAILED)
    result = replace(FAILS, outgoing=failed[0], incoming=failed[1], diagnoses=(offline,), timeline=())
    lanes = lanes_of(result)
    assert [lane.broken for lane in lanes] == [Stage.DNS, Stage.DNS]
    assert all(_states(lane) == [FAILED, NOT_TRIED, NOT_TRIED, NOT_TRIED] for lane in lanes)


def test_a_failure_after_sign_in_has_a_mark_of_its_own() -> None:
    denied = Diagnosis("relay-denied", Stage.ENVELOPE, 1.0, "x", "y", (), Protocol.SMTP, "smtp.example.net:587")
    sending, _ = lanes_of(replace(WORKS, diagnoses=(denied,)))
    assert _states(sending) == [OK, OK, OK, OK, FAILED]
    assert (sending.marks[-1].stage, stage_name(sending.marks[-1].stage)) == (Stage.ENVELOPE, "Send")
    assert sending.broken is Stage.ENVELOPE
    assert not sending.works


def test_a_message_that_was_refused_without_a_sign_in_shows_none() -> None:
    refused = seen(Stage.ENVELOPE, SMTP, 0.1, 0.6, Outcome.FAILED, error=ErrorKind.REPLY)
    denied = Diagnosis(
        "relay-denied", Stage.ENVELOPE, 1.0, "x", "y", (), Protocol.SMTP, str(SMTP.endpoint), evidence=(refused,)
    )
    reached = tuple(item for item in TO_SIGN_IN if item.stage is not Stage.AUTH)
    sending, _ = lanes_of(replace(WORKS, diagnoses=(denied,), timeline=(*reached, refused)))
    assert _states(sending) == [OK, OK, OK, NOT_TRIED, FAILED]


def test_the_broken_lane_speaks_for_the_picture() -> None:
    lanes = lanes_of(FAILS)
    assert speaking(lanes) is lanes[0]
    assert speaking(lanes[::-1]) is lanes[0]
    assert speaking(()) is None


def test_stopping_leaves_what_had_passed() -> None:
    tracker = LaneTracker(DRAFT)
    _run(tracker, SMTP, Stage.DNS)
    tracker.take(event(Stage.CONNECT, SMTP, Outcome.STARTED))
    assert _states(tracker.lanes[0].stopped()) == [OK, NOT_TRIED, NOT_TRIED, NOT_TRIED]


def test_who_takes_mail_without_a_sign_in_has_no_green_one() -> None:
    assert WORKS.outgoing is not None
    relay = replace(WORKS, outgoing=replace(WORKS.outgoing, auth=WITHOUT_SIGN_IN, report=None), timeline=())
    lane = lanes_of(relay)[0]
    assert _states(lane) == [OK, OK, OK, State.NOT_NEEDED]
    assert lane.marks[3].word == "Not needed"
    assert lane.works
