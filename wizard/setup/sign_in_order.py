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

    @property
    def is_held_up(self) -> bool:
        """Whether the first side has not begun, for its server has let nobody connect for longer than one waits."""
        return not self._begun.is_set() and self._held_up_s() >= BEGUN_S

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

    async def heard(self) -> FirstSignIn:
        """What the first side heard; nothing when it is not known in good time."""
        if self._decided.done():
            return self._decided.result()
        try:
            with within(BEGUN_S):
                await self._begun.wait()
            with within(DECIDED_S):
                return await asyncio.shield(self._decided)
        except TimeoutError:
            return NOTHING_TAUGHT
