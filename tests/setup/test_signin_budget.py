"""Nobody is locked out: how often a password may be sent."""

from __future__ import annotations

from wizard.model.secret import Secret
from wizard.setup.signin_budget import MAX_FAILURES, WINDOW_S, SignInBudget

ACCOUNT, HOST, NAME = "ada@example.org", "imap.example.org", "ada@example.org"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_refused_user_name_and_secret_are_not_sent_twice_in_one_press() -> None:
    budget = SignInBudget()
    budget.spend(HOST, NAME, Secret("one"))
    assert not budget.allows(ACCOUNT, HOST, NAME, Secret("one"))
    assert budget.allows(ACCOUNT, HOST, "ada", Secret("one"))
    assert budget.allows(ACCOUNT, HOST, NAME, Secret("two"))


def test_the_person_may_send_the_same_again_by_pressing_again() -> None:
    budget = SignInBudget()
    budget.spend(HOST, NAME, Secret("one"))
    budget.begin_press()
    assert budget.allows(ACCOUNT, HOST, NAME, Secret("one"))


def test_three_refusals_pause_the_account_until_the_first_is_ten_minutes_old() -> None:
    clock = Clock()
    budget = SignInBudget(clock)
    for _ in range(MAX_FAILURES):
        assert budget.allows(ACCOUNT, HOST, NAME, Secret("x"))
        budget.refused(ACCOUNT)
        clock.now += 60
    assert not budget.allows(ACCOUNT, HOST, NAME, Secret("another"))
    assert budget.pause_s(ACCOUNT) == WINDOW_S - 180
    assert budget.allows("bob@example.org", HOST, "bob", Secret("x"))
    clock.now = 1000.0 + WINDOW_S
    assert budget.allows(ACCOUNT, HOST, NAME, Secret("another"))
