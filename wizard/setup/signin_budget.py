"""The sign-in budget: nobody is locked out of an account by this program."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wizard.model.secret import Secret

MAX_FAILURES = 3
WINDOW_S = 600.0


class SignInBudget:
    """Counts refused sign-ins per account across presses of "check" (safety promise 4).

    At most three refusals in ten minutes, then a pause; the same user name and secret are sent to the same server once
    per press, and the program itself adds at most one attempt, with the other form of the user name.

    Args:
        clock: seconds from a steady clock.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, list[float]] = {}
        self._under_way: dict[str, int] = {}
        self._sent: set[tuple[str, str, Secret]] = set()
        self._other_forms: set[str] = set()

    def begin_press(self) -> None:
        """The person pressed "check": what they ask for again may be sent again."""
        self._sent.clear()
        self._other_forms.clear()

    def allows(self, account: str, server: str, username: str, secret: Secret) -> bool:
        """Whether this attempt may be made now; those under way count as refused until they are settled."""
        if self.pause_s(account) or (server, username, secret) in self._sent:
            return False
        return len(self._failures[account]) + self._under_way.get(account, 0) < MAX_FAILURES

    def allows_other_form(self, account: str) -> bool:
        """Whether the other form of the user name may be tried; True once per press."""
        if account in self._other_forms:
            return False
        self._other_forms.add(account)
        return True

    @contextmanager
    def attempt(self, account: str) -> Iterator[None]:
        """Holds a place in the budget while an attempt is under way."""
        self._under_way[account] = self._under_way.get(account, 0) + 1
        try:
            yield
        finally:
            self._under_way[account] -= 1

    def pause_s(self, account: str) -> int:
        """Seconds until another attempt is allowed; 0 when one is allowed now."""
        recent = [moment for moment in self._failures.get(account, ()) if self._clock() - moment < WINDOW_S]
        self._failures[account] = recent
        if len(recent) < MAX_FAILURES:
            return 0
        return max(1, round(WINDOW_S - (self._clock() - recent[0])))

    def spend(self, server: str, username: str, secret: Secret) -> None:
        """Notes an attempt that did not succeed."""
        self._sent.add((server, username, secret))

    def refused(self, account: str) -> None:
        """Notes that an attempt was refused."""
        self._failures.setdefault(account, []).append(self._clock())
