from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.handover.accounts import ADDRESS, account, diagnosis, failed, works
from wizard import assets, wiring
from wizard.accounts.recheck import Recheck
from wizard.accounts.store import proven_now
from wizard.accounts.watch import News, Told, ToldFile, news
from wizard.discovery.presets import PresetBook
from wizard.errors import ResourceError
from wizard.model.account import CheckResult, Verdict
from wizard.model.diagnosis import Implications
from wizard.model.provider import DatedFact

TODAY = date(2026, 11, 26)
SAVED = proven_now(account(), frozenset())


def checked(result: CheckResult | None) -> list[Recheck]:
    return [Recheck(SAVED, result)]


def told_over(*results: CheckResult | None) -> list[list[News]]:
    """What each of these checks in turn is told as."""
    told: dict[str, Told] = {}
    over = []
    for result in results:
        found, told = news(told, checked(result), TODAY)
        over.append(found)
    return over


def test_the_first_failure_and_the_recovery_are_told_and_nothing_between() -> None:
    over = told_over(works(), failed(), failed(), failed("another reply"), works(), works(), failed())
    assert [len(found) for found in over] == [0, 1, 0, 0, 1, 0, 1]
    (failure,), (recovery,) = over[1], over[4]
    assert failure.address == ADDRESS
    assert failure.title == "ada@example.org: The server refused this password"
    assert failure.body.endswith("do not belong together. Type the password once more")
    assert failure.is_trouble
    assert (recovery.title, recovery.is_trouble) == ("ada@example.org works again", False)


def test_an_account_that_was_proven_and_fails_at_its_first_check_is_told() -> None:
    assert [len(found) for found in told_over(failed())] == [1]


def test_a_computer_without_a_line_says_nothing_about_the_account() -> None:
    of_the_line = replace(diagnosis(), implies=Implications(whole_line=True))
    offline = replace(failed(), diagnoses=(of_the_line,))
    assert [len(found) for found in told_over(works(), offline, works())] == [0, 0, 0]
    assert [len(found) for found in told_over(failed(), offline, failed())] == [1, 0, 0]


@pytest.mark.parametrize(
    "cause", ["no-internet", "network-unreachable", "captive-portal", "dns-unavailable", "clock-wrong"]
)
def test_the_causes_of_ones_own_line_say_so_in_their_files(cause: str) -> None:
    assert wiring.catalogue().causes[cause].implies.whole_line


@pytest.mark.parametrize("nothing", [None, replace(failed(), verdict=Verdict.UNDECIDED)])
def test_a_check_without_a_verdict_changes_nothing(nothing: CheckResult | None) -> None:
    assert [len(found) for found in told_over(failed(), nothing, failed(), works())] == [1, 0, 0, 1]


def test_a_certificate_that_ends_is_told_once() -> None:
    expiring = "The certificate of smtp.example.org runs out on 1 December 2026."
    ending = replace(works(), notes=(expiring, "Something else."), expiring=(expiring,))
    over = told_over(ending, ending, works(), ending)
    assert [[item.body for item in found] for found in over] == [
        [expiring],
        [],
        [],
        [expiring],
    ]


@pytest.mark.parametrize(("on", "is_told"), [
    (date(2026, 11, 25), False), (date(2026, 11, 26), True), (date(2027, 1, 25), True), (date(2027, 1, 26), False),
])  # fmt: skip
def test_what_the_provider_announced_is_told_in_time(on: date, is_told: bool) -> None:
    provider = PresetBook.load([assets.resources() / "presets"]).all()[0]
    announced = replace(provider, dated=(DatedFact(on, "Passwords are no longer taken."),))
    (found,) = told_over(replace(works(), known_provider=announced))
    assert [item.body.partition(": ")[2] for item in found] == (["Passwords are no longer taken."] if is_told else [])


def test_what_was_told_is_remembered(tmp_path: Path) -> None:
    file = ToldFile(tmp_path / "data" / "told.json")
    assert file.read() == {}
    told = {"ada@example.org": Told(False, ("The certificate ends.",), TODAY), "eve@example.net": Told()}
    file.write(told)
    assert ToldFile(tmp_path / "data" / "told.json").read() == told


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 1}', '{"a": {"works": true}}', "[" * 5000, "\0"])
def test_a_file_that_cannot_be_read_is_begun_anew(content: str, tmp_path: Path) -> None:
    (tmp_path / "told.json").write_text(content)
    assert ToldFile(tmp_path / "told.json").read() == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "told.json")
    assert ToldFile(tmp_path / "told.json").read() == {}
    with pytest.raises(ResourceError, match="not a file"):
        ToldFile(tmp_path / "told.json").write({})
