from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.accounts.books import put
from tests.handover.accounts import CANARY, WHEN, account, diagnosis, evidence, failed, smtp, works
from wizard.accounts.recheck import draft, signs_in_in_clear, state, with_history, worked_until
from wizard.accounts.store import AccountBook, SavedAccount
from wizard.model.account import Status, Verdict
from wizard.model.evidence import Outcome, Stage
from wizard.model.secret import Secret
from wizard.model.server import WITHOUT_SIGN_IN, Security
from wizard.net.sites import registrable_domain


@pytest.fixture
def saved(tmp_path: Path) -> SavedAccount:
    return put(AccountBook(tmp_path / "accounts.json"), account(verified_at=WHEN - timedelta(days=3)))


def test_the_draft_is_the_saved_settings_with_the_secret(saved: SavedAccount) -> None:
    made = draft(saved, Secret(CANARY), Secret("second"))
    assert (made.incoming, made.outgoing) == (saved.incoming, saved.outgoing)
    assert made.secret == Secret(CANARY)
    assert made.outgoing_secret == Secret("second")
    assert made.wants_incoming
    assert made.wants_outgoing
    assert not draft(replace(saved, incoming=None), None).wants_incoming


def test_a_server_that_was_agreed_to_once_needs_no_second_yes(saved: SavedAccount) -> None:
    made = draft(replace(saved, outgoing=smtp(trusted=False)), None)
    assert made.outgoing == smtp(trusted=False)
    assert registrable_domain(smtp().host) in made.agreed


def test_the_same_settings_refused_now_worked_until_then(saved: SavedAccount) -> None:
    assert worked_until(saved, failed()) == WHEN - timedelta(days=3)


def test_other_settings_or_success_say_nothing_about_the_past(saved: SavedAccount) -> None:
    assert worked_until(saved, works()) is None
    assert worked_until(saved, replace(failed(), verdict=Verdict.UNDECIDED)) is None
    side = failed().outgoing
    assert side is not None
    for other in (smtp(port=587), smtp(username="ada"), smtp(host="mail.example.org")):
        assert worked_until(saved, replace(failed(), outgoing=replace(side, candidate=other))) is None


def test_a_side_that_never_met_a_server_was_not_changed(saved: SavedAccount) -> None:
    assert worked_until(saved, replace(failed(), incoming=None, outgoing=None)) is not None


def test_card_and_evidence_carry_the_date(saved: SavedAccount) -> None:
    passed = replace(evidence(), stage=Stage.CONNECT, outcome=Outcome.OK, error=None)
    result = replace(failed(), diagnoses=(diagnosis(evidence=(evidence(),)),), timeline=(passed, evidence()))
    told = with_history(saved, result)
    assert told.diagnoses[0].why.endswith("With the same settings it worked until 18 November 2026.")
    assert told.diagnoses[0].evidence[0].detail["worked_until"] == "2026-11-18"
    assert told.diagnoses[0].evidence[0].detail["method"] == "PLAIN"
    assert (told.timeline[0], told.timeline[1].detail["worked_until"]) == (passed, "2026-11-18")
    assert told.incoming is not None
    assert told.incoming.status is Status.VERIFIED


def test_a_result_without_a_past_stays_as_it_is(saved: SavedAccount) -> None:
    assert with_history(saved, works()) == works()


def test_a_kept_password_that_is_refused_is_not_called_a_slip(saved: SavedAccount) -> None:
    kept, typed = with_history(saved, failed()), with_history(saved, failed(), typed=True)
    assert kept.diagnoses[0].why.startswith("This is the password that was kept: it was probably changed or withdrawn")
    assert typed.diagnoses[0].why.startswith("It answered that user name and password do not belong together.")


def test_on_the_day_itself_the_time_is_told(saved: SavedAccount) -> None:
    same_day = replace(saved, verified_at=saved.last_checked_at - timedelta(minutes=1))
    unproven = replace(same_day, last_status=Verdict.FAILS, last_title="The server refused this password")
    assert re.search(r"\(worked until \d\d:\d\d on 18 November 2026\)$", state(unproven))


def test_a_mark_without_a_title_has_no_gap_in_it(saved: SavedAccount) -> None:
    undecided = replace(saved, last_status=Verdict.UNDECIDED, last_checked_at=WHEN)
    assert state(undecided) == "Not verified, 21 November 2026 (worked until 18 November 2026)"
    titled = replace(undecided, last_title="The server is busy")
    assert state(titled).startswith("Not verified: The server is busy, 21 November 2026")


@pytest.mark.parametrize("host", ["127.0.0.1", "smtp.example.org"])
def test_a_yes_to_a_line_in_clear_is_not_remembered(saved: SavedAccount, host: str) -> None:
    in_clear = replace(saved, outgoing=smtp(host=host, port=1025, security=Security.NONE))
    assert not draft(in_clear, Secret(CANARY)).in_clear
    assert signs_in_in_clear(in_clear)
    assert not signs_in_in_clear(replace(in_clear, outgoing_auth=WITHOUT_SIGN_IN))  # nothing secret is said there
    assert not signs_in_in_clear(saved)
