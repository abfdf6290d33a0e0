"""The way from this computer to the mailbox, and the stretch where it breaks."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.gui.samples import DRAFT, FAILS, NAME_MISMATCH, SMTP, WORKS, event
from wizard.gui.lanes import LaneTracker, State, lanes_of
from wizard.gui.widgets.path_picture import Look, name_pieces, way_of
from wizard.model.evidence import ErrorKind, Outcome, Stage, Surroundings

OK, FAILED, NOT_TRIED, TRYING, WAITING = State.OK, State.FAILED, State.NOT_TRIED, State.TRYING, State.WAITING


def test_a_proven_way_is_whole() -> None:
    way = way_of(lanes_of(WORKS)[0])
    assert way.stretches == (OK, OK, OK)
    assert [place.word for place in way.places] == ["Ready", "Online", "Encrypted", "Signed in"]
    assert {place.look for place in way.places} == {Look.REACHED}


def test_a_refused_sign_in_breaks_before_the_mailbox() -> None:
    way = way_of(lanes_of(FAILS)[0], other_works=True)
    assert way.stretches == (OK, OK, FAILED)
    assert way.places[3].word == "Sign-in refused"
    assert way.places[3].look is Look.BROKEN
    assert way.spoken.endswith("Mailbox: Sign-in refused.")


def test_a_certificate_breaks_at_the_server_and_the_mailbox_is_not_reached_this_way() -> None:
    way = way_of(lanes_of(replace(FAILS, diagnoses=(NAME_MISMATCH,)))[0], other_works=True)
    assert way.stretches == (OK, FAILED, NOT_TRIED)
    assert [place.word for place in way.places[2:]] == ["Name differs", "Not reached this way"]


@pytest.mark.parametrize(
    ("error", "surroundings", "word"),
    [
        (ErrorKind.NETWORK_UNREACHABLE, Surroundings(), "Offline"),
        (ErrorKind.DNS_UNAVAILABLE, Surroundings(online=True), "No name service"),
        (ErrorKind.NAME_NOT_FOUND, Surroundings(online=False), "Offline"),
        (ErrorKind.CONNECTION_TIMED_OUT, Surroundings(captive_portal=True), "Wants a sign-in page"),
        (ErrorKind.PERMISSION_DENIED, Surroundings(), "Blocked here"),
    ],
)
def test_without_a_network_it_breaks_at_once(error: ErrorKind, surroundings: Surroundings, word: str) -> None:
    tracker = LaneTracker(DRAFT)
    lane = tracker.take(event(Stage.DNS, SMTP, Outcome.FAILED, error=error))
    assert lane is not None
    way = way_of(lane, surroundings=surroundings)
    assert way.stretches == (FAILED, NOT_TRIED, NOT_TRIED)
    assert way.places[1].word == word


def test_an_unknown_name_breaks_at_the_server() -> None:
    tracker = LaneTracker(DRAFT)
    lane = tracker.take(event(Stage.DNS, SMTP, Outcome.FAILED, error=ErrorKind.NAME_NOT_FOUND))
    assert lane is not None
    way = way_of(lane)
    assert way.stretches == (OK, FAILED, NOT_TRIED)
    assert way.places[2].word == "Not found"


def test_the_arc_runs_where_the_check_is() -> None:
    tracker = LaneTracker(DRAFT)
    stretches = [way_of(tracker.lanes[0]).stretches]
    for stage in (Stage.DNS, Stage.CONNECT, Stage.TLS, Stage.AUTH):
        tracker.take(event(stage, SMTP, Outcome.STARTED))
        stretches.append(way_of(tracker.lanes[0]).stretches)
        tracker.take(event(stage, SMTP, Outcome.OK))
    assert stretches == [
        (WAITING, WAITING, WAITING),
        (TRYING, WAITING, WAITING),
        (OK, TRYING, WAITING),
        (OK, TRYING, WAITING),
        (OK, OK, TRYING),
    ]


def test_a_message_that_is_not_taken_breaks_at_the_mailbox() -> None:
    lane = replace(lanes_of(WORKS)[0], broken=Stage.ENVELOPE, failure="Refused")
    assert way_of(lane).places[3].word == "Message refused"


def test_long_names_break_at_dots_and_hyphens_and_lose_nothing() -> None:
    pieces = name_pieces("outbound-mail.eu.example.net")
    assert pieces == ["outbound-", "mail.", "eu.", "example.", "net"]
    assert "".join(name_pieces("This computer")) == "This computer"
