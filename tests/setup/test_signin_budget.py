"""Nobody is locked out: how often a password may be sent, and how fast."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from wizard.model.secret import Secret
from wizard.setup import signin_budget
from wizard.setup.signin_budget import (
    HOST_WINDOW_S,
    MAX_FAILURES,
    WINDOW_S,
    BudgetSpent,
    Ledger,
    Press,
    SignInBudget,
    steady_clock,
)

ACCOUNT, HOST, NAME = "ada@example.org", "imap.example.org", "ada@example.org"
HAS_PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_refused_user_name_and_secret_are_not_sent_twice_in_one_press() -> None:
    press = Press()
    press.refused(HOST, NAME, Secret("one"))
    assert not press.allows(HOST, NAME, Secret("one"))
    assert press.allows(HOST, "ada", Secret("one"))
    assert press.allows(HOST, NAME, Secret("two"))
    assert Press().allows(HOST, NAME, Secret("one"))  # the person may send the same again by pressing again


def test_the_other_form_is_tried_once_at_each_server_in_a_press() -> None:
    press = Press()
    assert press.allows_other_form("imap imap.example.org")
    assert not press.allows_other_form("imap imap.example.org")
    assert press.allows_other_form("smtp smtp.example.org")


def test_three_refusals_pause_the_account_until_the_first_is_ten_minutes_old() -> None:
    clock = Clock()
    budget = SignInBudget(clock=clock)
    for _ in range(MAX_FAILURES):
        assert budget.allows(ACCOUNT)
        budget.refused(ACCOUNT)
        clock.now += 60
    assert not budget.allows(ACCOUNT)
    assert budget.pause_s(ACCOUNT) == WINDOW_S - 180
    assert budget.allows("bob@example.org")
    clock.now = 1000.0 + WINDOW_S
    assert budget.allows(ACCOUNT)


def test_the_next_run_of_the_program_remembers_the_refusals(tmp_path: Path) -> None:
    clock = Clock()
    folder = tmp_path / "state" / "mailwright" / "sign-ins"  # on a new computer none of them is there
    for _ in range(MAX_FAILURES):
        run = SignInBudget(Ledger(folder), clock)
        assert run.allows(ACCOUNT)
        run.refused(ACCOUNT)
        clock.now += 1
    assert not SignInBudget(Ledger(folder), clock).allows(ACCOUNT)
    assert SignInBudget(Ledger(folder), clock).allows("bob@example.org")
    clock.now += WINDOW_S
    assert SignInBudget(Ledger(folder), clock).allows(ACCOUNT)


def test_who_is_never_refused_leaves_no_trace(tmp_path: Path) -> None:
    assert SignInBudget(Ledger(tmp_path / "sign-ins")).allows(ACCOUNT)
    assert not (tmp_path / "sign-ins").exists()


def test_two_runs_at_once_share_one_budget(tmp_path: Path) -> None:
    clock = Clock()
    one, other = SignInBudget(Ledger(tmp_path), clock), SignInBudget(Ledger(tmp_path), clock)
    one.refused(ACCOUNT)
    clock.now += 1
    other.refused(ACCOUNT)
    clock.now += 1
    one.refused(ACCOUNT)
    assert not other.allows(ACCOUNT)


def test_nobody_reads_an_address_or_a_secret_out_of_the_ledger(tmp_path: Path) -> None:
    file = _noted_for_ada(tmp_path)
    if sys.platform != "win32":  # there the folder's own rules say who may read
        assert [path.stat().st_mode & 0o777 for path in (file, tmp_path / "key")] == [0o600, 0o600]
    sign, _, name = file.read_text("ascii").split()
    assert sign == "+"
    assert "ada" not in file.name + name
    other = _noted_for_ada(tmp_path / "another-computer")
    assert other.read_text("ascii").split()[2] != name  # the key is this computer's own


def _noted_for_ada(folder: Path) -> Path:
    """The file of a program that noted a refusal of her account, and has ended."""
    SignInBudget(Ledger(folder)).refused(ACCOUNT)
    (file,) = (path for path in folder.iterdir() if path.name != "key")
    return file


@pytest.mark.parametrize(
    "note", ["", "x", "nan-00000000", "inf-00000000", "9" * 40 + ".000000-00000000", "-1.000000-00000000", "\u0663.1"]
)
def test_what_is_no_note_holds_nobody_up(tmp_path: Path, note: str) -> None:
    file = _noted_for_ada(tmp_path)
    name = file.read_text("ascii").split()[2]
    lines = [f"+ {note}{number} {name}\n" for number in range(4)] + ["+\n", "\n", f"- 1.000000-00000000 {name}\n", "\0"]
    file.write_text("".join(lines), "utf-8")
    budget = SignInBudget(Ledger(tmp_path))
    assert budget.allows(ACCOUNT)
    budget.refused(ACCOUNT)
    assert len(Ledger(tmp_path).read(ACCOUNT)) == 1


def test_a_line_that_is_not_whole_yet_is_read_when_it_is(tmp_path: Path) -> None:
    file = _noted_for_ada(tmp_path)
    line = file.read_bytes()
    file.write_bytes(line[:-1])
    ledger = Ledger(tmp_path)
    assert not ledger.read(ACCOUNT)
    file.write_bytes(line)
    assert len(ledger.read(ACCOUNT)) == 1
    assert len(ledger.read(ACCOUNT)) == 1


def test_what_is_taken_back_in_a_later_file_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin_budget, "_FULL", 1)  # a file for each line
    budget = SignInBudget(Ledger(tmp_path))
    for _ in range(30):
        with budget.sending(ACCOUNT) as take_back:
            take_back()
    assert len(list(tmp_path.iterdir())) > 30
    assert not Ledger(tmp_path).read(ACCOUNT)


def test_a_long_run_begins_a_new_file_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin_budget, "_FULL", 500)
    budget = SignInBudget(Ledger(tmp_path))
    for number in range(10):
        with budget.sending(f"u{number}@example.org") as take_back:
            take_back()
    budget.refused(ACCOUNT)
    assert len([path for path in tmp_path.iterdir() if path.name != "key"]) > 2
    other = SignInBudget(Ledger(tmp_path))
    assert not other.pause_s(ACCOUNT)
    assert all(other.allows(f"u{number}@example.org") for number in range(10))
    for _ in range(MAX_FAILURES - 1):
        other.refused(ACCOUNT)
    assert not budget.allows(ACCOUNT)


@HAS_PIPES
@pytest.mark.parametrize("left", [b"", b"short", b"x" * 33, None], ids=["empty", "cut", "too long", "a link nowhere"])
def test_a_damaged_key_is_made_anew(left: bytes | None, tmp_path: Path) -> None:
    """A disk that was full for a moment does not end the count for good."""
    SignInBudget(Ledger(tmp_path)).refused(ACCOUNT)
    if left is None:
        (tmp_path / "key").unlink()
        (tmp_path / "key").symlink_to(tmp_path / "nowhere")
    else:
        (tmp_path / "key").write_bytes(left)
    for _ in range(MAX_FAILURES):
        SignInBudget(Ledger(tmp_path)).refused(ACCOUNT)
    assert not SignInBudget(Ledger(tmp_path)).allows(ACCOUNT)
    assert len((tmp_path / "key").read_bytes()) == 32
    assert not list(tmp_path.glob(".key*"))


def test_who_begins_at_once_has_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other program put there while this one made its own is the key of both."""
    other, link = SignInBudget(Ledger(tmp_path)), os.link

    def later(*paths: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        other.refused(ACCOUNT)
        link(*paths)

    monkeypatch.setattr(os, "link", later)
    SignInBudget(Ledger(tmp_path)).refused(ACCOUNT)
    SignInBudget(Ledger(tmp_path)).refused(ACCOUNT)
    assert not SignInBudget(Ledger(tmp_path)).allows(ACCOUNT)


@pytest.mark.parametrize("what", [pytest.param("pipe", marks=HAS_PIPES), "file", "circle", "device"])
@pytest.mark.parametrize("where", ["key", "notes"])
def test_what_takes_the_ledgers_place_leaves_the_budget_to_this_run(tmp_path: Path, where: str, what: str) -> None:
    file = _noted_for_ada(tmp_path)
    place = tmp_path / "key" if where == "key" else file
    place.unlink()
    match what:
        case "pipe":
            os.mkfifo(place)
        case "file":
            place.write_bytes(b"")
        case "circle":
            place.symlink_to(place)
        case "device":
            place.symlink_to("/dev/zero")
    budget = SignInBudget(Ledger(tmp_path))
    for _ in range(MAX_FAILURES):
        assert budget.allows(ACCOUNT)
        budget.refused(ACCOUNT)
    assert not budget.allows(ACCOUNT)


def test_an_attempt_is_noted_before_its_answer_comes(tmp_path: Path) -> None:
    """Who kills the program while it signs in does not know what the server counted."""
    for _ in range(MAX_FAILURES):
        budget = SignInBudget(Ledger(tmp_path))
        assert budget.allows(ACCOUNT)
        budget.sending(ACCOUNT).__enter__()  # killed
    assert not SignInBudget(Ledger(tmp_path)).allows(ACCOUNT)


def test_an_attempt_that_was_no_refusal_leaves_no_note(tmp_path: Path) -> None:
    budget = SignInBudget(Ledger(tmp_path))
    for _ in range(2 * MAX_FAILURES):
        with budget.attempt(ACCOUNT), budget.sending(ACCOUNT) as take_back:
            take_back()
    assert SignInBudget(Ledger(tmp_path)).allows(ACCOUNT)
    del budget, take_back  # as at the program's end
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert SignInBudget(Ledger(tmp_path)).allows(ACCOUNT)


def test_two_programs_that_sign_in_at_once_share_what_is_left(tmp_path: Path) -> None:
    programs = [SignInBudget(Ledger(tmp_path)) for _ in range(8)]
    with ExitStack() as stack:
        sent = 0
        assert all(program.allows(ACCOUNT) for program in programs)  # each of them looks before any signs in
        for program in programs:
            with suppress(BudgetSpent):
                stack.enter_context(program.sending(ACCOUNT))
                sent += 1
        assert sent == MAX_FAILURES
    assert not SignInBudget(Ledger(tmp_path)).allows(ACCOUNT)


def test_what_another_program_takes_back_is_forgotten_here_too(tmp_path: Path) -> None:
    one, other = SignInBudget(Ledger(tmp_path)), SignInBudget(Ledger(tmp_path))
    for _ in range(MAX_FAILURES):
        with one.sending(ACCOUNT) as take_back:
            other.allows(ACCOUNT)
            take_back()
    assert other.allows(ACCOUNT)


def test_refusals_in_one_moment_are_counted_one_by_one() -> None:
    """Windows' clock stands still for 16 ms."""
    budget = SignInBudget(clock=Clock())
    for _ in range(MAX_FAILURES):
        assert budget.allows(ACCOUNT)
        budget.refused(ACCOUNT)
    assert not budget.allows(ACCOUNT)


@pytest.mark.parametrize("step_s", [-3600, -30, 30, 3600])
def test_a_clock_that_is_set_meanwhile_changes_nothing(step_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock, before = time.time, steady_clock()
    monkeypatch.setattr(time, "time", lambda: set_clock() + step_s)
    assert 0 <= steady_clock() - before < 20
    assert SignInBudget()._clock is steady_clock


def test_a_clock_that_was_set_back_a_little_lets_nobody_try_again(tmp_path: Path) -> None:
    clock = Clock()
    budget = SignInBudget(Ledger(tmp_path), clock)
    for _ in range(MAX_FAILURES):
        budget.refused(ACCOUNT)
    clock.now -= 300
    later = SignInBudget(Ledger(tmp_path), clock)
    assert not later.allows(ACCOUNT)
    assert later.pause_s(ACCOUNT) == WINDOW_S


def test_a_folder_that_cannot_be_made_leaves_the_budget_to_this_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    budget = SignInBudget(Ledger(tmp_path / "file" / "folder"))
    for _ in range(MAX_FAILURES):
        budget.refused(ACCOUNT)
    assert not budget.allows(ACCOUNT)


def test_a_clock_that_was_set_back_pauses_nobody_for_longer() -> None:
    clock = Clock()
    budget = SignInBudget(clock=clock)
    for _ in range(MAX_FAILURES):
        budget.refused(ACCOUNT)
    clock.now -= 86_400
    assert budget.allows(ACCOUNT)


async def test_a_host_sees_so_many_sign_ins_a_minute_and_the_rest_wait() -> None:
    clock = Clock()
    budget = SignInBudget(clock=clock, per_host=3)
    for _ in range(3):
        await budget.wait_for_turn(HOST)
    await budget.wait_for_turn("imap.example.net")  # another host has a minute of its own
    fourth = asyncio.ensure_future(budget.wait_for_turn(HOST.upper()))
    await asyncio.sleep(0)
    assert not fourth.done()
    fourth.cancel()
    clock.now += HOST_WINDOW_S
    await budget.wait_for_turn(HOST)


async def test_who_comes_while_another_attempt_is_under_way_waits_for_what_becomes_of_it() -> None:
    budget = SignInBudget()
    for _ in range(MAX_FAILURES - 1):
        budget.refused(ACCOUNT)
    with budget.attempt(ACCOUNT):
        assert not budget.allows(ACCOUNT)
        waits = asyncio.ensure_future(budget.until_known(ACCOUNT))
        await asyncio.sleep(0)
        assert not waits.done()
    await asyncio.wait_for(waits, 5)
    assert budget.allows(ACCOUNT)
    with budget.attempt(ACCOUNT):
        waits = asyncio.ensure_future(budget.until_known(ACCOUNT))
        await asyncio.sleep(0)
        budget.refused(ACCOUNT)
    await asyncio.wait_for(waits, 5)  # for it is known: the pause has begun
    assert not budget.allows(ACCOUNT)


async def test_a_waiter_that_is_cancelled_leaves_the_others_waiting() -> None:
    budget = SignInBudget()
    for _ in range(MAX_FAILURES - 1):
        budget.refused(ACCOUNT)
    with budget.attempt(ACCOUNT):
        waiters = [asyncio.ensure_future(budget.until_known(ACCOUNT)) for _ in range(2)]
        await asyncio.sleep(0)
        waiters[0].cancel()
        await asyncio.sleep(0)
    await asyncio.wait_for(waiters[1], 5)
    assert waiters[0].cancelled()


def test_nothing_is_kept_of_accounts_that_were_not_refused() -> None:
    """A table may have a hundred thousand of them."""
    budget = SignInBudget(clock=Clock())
    for number in range(100):
        account = f"u{number}@example.org"
        assert budget.allows(account)
        with budget.attempt(account):
            assert not budget.pause_s(account)
    budget.refused(ACCOUNT)
    assert [kept for kept in vars(budget).values() if isinstance(kept, dict) and kept] == [budget._noted]
    assert {account: len(notes) for account, notes in budget._noted.items()} == {ACCOUNT: 1}


def test_what_has_run_out_is_deleted_when_the_next_refusal_is_noted(tmp_path: Path) -> None:
    old = _noted_for_ada(tmp_path)
    os.utime(old, (0, time.time() - WINDOW_S - 60))
    young = SignInBudget(Ledger(tmp_path))
    young.refused("bob@example.org")
    SignInBudget(Ledger(tmp_path)).refused("eve@example.org")
    assert not old.exists()
    assert len([path for path in tmp_path.iterdir() if path.name != "key"]) == 2
