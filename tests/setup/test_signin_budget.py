"""Nobody is locked out: how often a password may be sent, and how fast."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from wizard.model.secret import Secret
from wizard.setup.signin_budget import HOST_WINDOW_S, MAX_FAILURES, WINDOW_S, Ledger, Press, SignInBudget

ACCOUNT, HOST, NAME = "ada@example.org", "imap.example.org", "ada@example.org"


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
    SignInBudget(Ledger(tmp_path)).refused(ACCOUNT)
    (file,) = tmp_path.glob("*.json")
    if sys.platform != "win32":  # there the folder's own rules say who may read
        assert (file.stat().st_mode & 0o777, (tmp_path / "key").stat().st_mode & 0o777) == (0o600, 0o600)
    kept = file.name + file.read_text()
    assert "ada" not in kept
    assert "example" not in kept
    other = tmp_path / "another-computer"
    SignInBudget(Ledger(other)).refused(ACCOUNT)
    assert {path.name for path in other.glob("*.json")} != {file.name}  # the key is this computer's own


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 5000, b"\xff\xfe", b'["a", null, {}]', b"[1e999]"])
def test_a_damaged_ledger_holds_nobody_up(tmp_path: Path, content: bytes) -> None:
    SignInBudget(Ledger(tmp_path)).refused(ACCOUNT)
    (file,) = tmp_path.glob("*.json")
    file.write_bytes(content)
    budget = SignInBudget(Ledger(tmp_path))
    assert budget.allows(ACCOUNT)
    budget.refused(ACCOUNT)
    assert len(Ledger(tmp_path).read(ACCOUNT)) == 1


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
    assert [kept for kept in vars(budget).values() if isinstance(kept, dict) and kept] == [{ACCOUNT: [1000.0]}]
