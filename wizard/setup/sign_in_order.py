"""Which side signs in first: sending waits for what receiving hears, so that a wrong password is refused once.

It does not wait for a server that has let nobody connect in good time: behind a blocked port a wrong password is
refused on both sides, and no other form of the user name is tried then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from msgspec import Struct

from wizard.model.diagnosis import Diagnosis
from wizard.net.patience import within

BEGUN_S = 0.25  # a side that has not even begun by then is not waited for
DECIDED_S = 8.0


class FirstSignIn(Struct, frozen=True):
    """What one side's sign-in taught: why the whole account is refused, or that another user name works."""

    refusal: Diagnosis | None = None
    fix: Diagnosis | None = None
    username: str | None = None


NOTHING_TAUGHT = FirstSignIn()


class SignInOrder:
    """Lets sending wait for what receiving hears at its sign-in: a wrong password then costs one refusal, not two."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._decided: asyncio.Future[FirstSignIn] = asyncio.get_running_loop().create_future()
        self._held_up_s: Callable[[], float] = float

    @property
    def is_decided(self) -> bool:
        """Whether the first side's outcome is known."""
        return self._decided.done()

    def expect(self, held_up_s: Callable[[], float]) -> None:
        """The first side is on its way; `held_up_s` tells for how many seconds its server has let nobody connect."""
        self._held_up_s = held_up_s

    def begin(self) -> None:
        """The first side is about to sign in."""
        self._begun.set()

    def decide(self, heard: FirstSignIn) -> None:
        """The first side's outcome."""
        self._begun.set()
        if not self._decided.done():
            self._decided.set_result(heard)

    async def heard(self, *, held_up_s: float | None = None) -> FirstSignIn:
        """What the first side heard; nothing when it is not known in good time.

        `held_up_s`: for how long it has been held up, where that is not what it tells.
        """
        if self._decided.done():
            return self._decided.result()
        left_s = BEGUN_S - (self._held_up_s() if held_up_s is None else held_up_s)
        if not self._begun.is_set() and left_s <= 0:
            return NOTHING_TAUGHT
        try:
            with within(left_s):
                await self._begun.wait()
            with within(DECIDED_S):
                return await asyncio.shield(self._decided)
        except TimeoutError:
            return NOTHING_TAUGHT
