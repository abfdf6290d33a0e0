"""Words: every case has one, none blames, none shouts."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.gui.samples import BAD_CREDENTIALS, NOW, REPLY, USERNAME_FORMAT, WAIT
from wizard.gui import failure_words, trip_words, words
from wizard.model.account import RoundTrip, RoundTripStatus
from wizard.model.evidence import CertificateProblem, ErrorKind, Reply, Stage
from wizard.model.server import Protocol


@pytest.mark.parametrize("error", list(ErrorKind))
def test_every_kind_of_error_has_a_short_word(error: ErrorKind) -> None:
    assert 2 < len(failure_words.failed(error)) <= 14


@pytest.mark.parametrize("problem", list(CertificateProblem))
def test_every_certificate_problem_has_a_short_word(problem: CertificateProblem) -> None:
    assert 2 < len(failure_words.failed(ErrorKind.TLS_CERTIFICATE, problem)) <= 14


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_a_name_and_a_sentence(stage: Stage) -> None:
    assert words.stage_name(stage)
    assert words.doing(Protocol.SMTP, stage, "smtp.example.net", None)


def test_nothing_is_shouted_begged_or_blamed() -> None:
    said = re.findall(r'"([^"\n]*)"', inspect.getsource(words) + inspect.getsource(failure_words))
    assert len(said) > 100
    for text in said:
        assert "!" not in text
        assert not re.search(r"\bplease\b|check your settings|authenticat|oops|sorry", text, re.IGNORECASE), text


@pytest.mark.parametrize(
    ("diagnoses", "title"),
    [
        ((USERNAME_FORMAT,), "One thing to change"),
        ((BAD_CREDENTIALS, USERNAME_FORMAT), "Two things to change"),
        ((replace(BAD_CREDENTIALS, remedies=(WAIT,)),), "One thing to wait for"),
        ((replace(BAD_CREDENTIALS, remedies=()),), "One thing to do"),
        ((USERNAME_FORMAT, replace(BAD_CREDENTIALS, remedies=(WAIT,))), "Two things to do"),
    ],
)
def test_the_title_counts_what_is_left(diagnoses: tuple[object, ...], title: str) -> None:
    assert words.title_of(diagnoses) == title  # type: ignore[arg-type]


def test_the_summary_joins_what_stopped_at_one_place() -> None:
    smtp, imap = Protocol.SMTP, Protocol.IMAP
    same = words.summary_of([(smtp, False, Stage.AUTH), (imap, False, Stage.AUTH)])
    assert same == "Sending and receiving stopped at Sign in."
    apart = words.summary_of([(smtp, False, Stage.AUTH), (imap, False, Stage.TLS)])
    assert apart == "Sending stopped at Sign in. Receiving stopped at Encrypt."
    half = words.summary_of([(smtp, True, None), (imap, False, Stage.DNS)])
    assert half == "Sending works and stays as it is. Receiving stopped at Find."
    untried = words.summary_of([(Protocol.IMAP, False, Stage.INPUT), (Protocol.SMTP, False, Stage.INPUT)])
    assert untried == "Sending and receiving were not tried."
    assert words.summary_of([(Protocol.SMTP, False, Stage.INPUT)]) == "Sending was not tried."


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (REPLY, "535 5.7.8 Error: authentication failed: wrong user name or password"),
        (Reply("535 5.7.8 no", 535, "5.7.8"), "535 5.7.8 no"),
        (Reply("[AUTHENTICATIONFAILED] no", status="NO"), "NO [AUTHENTICATIONFAILED] no"),
        (Reply("just words"), "just words"),
    ],
)
def test_a_reply_carries_its_codes_once(reply: Reply, text: str) -> None:
    assert words.reply_text(reply) == text


def test_waiting_names_the_day_where_it_is_another() -> None:
    local = NOW.astimezone()
    soon = words.wait_until(local + timedelta(minutes=15), local)
    assert soon == f"Wait until {local + timedelta(minutes=15):%H:%M}, 15 minutes from now."
    later = words.wait_until(local + timedelta(days=1), local)
    assert later == f"Wait until tomorrow at {local:%H:%M}."


def test_days_are_said_as_people_say_them() -> None:
    now = datetime(2026, 11, 21, 12, 0).astimezone()
    assert words.moment_text(now, now) == "today at 12:00"
    assert words.moment_text(now - timedelta(days=1), now) == "yesterday at 12:00"
    assert words.moment_text(now + timedelta(days=1), now) == "tomorrow at 12:00"
    assert words.moment_text(datetime(2027, 3, 2, 9, 5).astimezone(), now) == "2 March 2027 at 09:05"


def test_a_line_that_takes_long_says_that_the_server_is_slow() -> None:
    assert words.so_far(0) == "Most checks take less than 15 seconds."
    assert words.so_far(1) == "1 second so far. Most checks take less than 15."
    assert words.so_far(20).startswith("20 seconds so far. The server is slow")


@pytest.mark.parametrize("status", list(RoundTripStatus))
def test_every_end_of_the_test_message_has_its_words(status: RoundTripStatus) -> None:
    trip = RoundTrip(status)
    assert trip_words.trip_title(trip)
    assert trip_words.trip_subtitle(trip, True)
    assert trip_words.trip_note(trip)


def test_long_words_may_break_and_copy_unchanged_otherwise() -> None:
    assert words.breakable("short words stay") == "short words stay"
    assert words.breakable("x" * 90).replace("\u200b", "") == "x" * 90
    assert "\u200b" in words.breakable("x" * 90)


def test_a_fingerprint_can_be_read_over_the_phone() -> None:
    lines = words.fingerprint("ab12" * 16).splitlines()
    assert lines == [" ".join(["AB12"] * 8)] * 2


def test_the_verified_line_names_the_day() -> None:
    at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    line = words.verified_line(True, False, at, at + timedelta(days=1))
    assert line == f"Receiving verified yesterday at {at.astimezone():%H:%M}"


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (Stage.CONNECT, "stopped at Connect"),
        (Stage.GREETING, "stopped before Sign in"),
        (Stage.AUTH, "stopped at Sign in"),
        (Stage.ENVELOPE, "had its message refused"),
    ],
)
def test_how_far_a_side_got_fits_its_row_of_marks(stage: Stage, said: str) -> None:
    assert words.stopped_at(stage) == said
