"""What a source is asked and what it answers: the shape that every source has in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from msgspec import Struct

from wizard.language import tr_plural
from wizard.model.plan import BrowserOffer
from wizard.model.provider import Provider
from wizard.model.record import WithCompanion
from wizard.model.server import ServerCandidate, Source

MAX_NAMES: Final = 5  # T27: nobody needs a hundred servers


class Refused(Exception):
    """A source's answer, or a part of it, that is not accepted; str() says why, in a few words."""


class Question(WithCompanion, frozen=True, eq=False):
    """One thing asked of one party. `rank` orders the answers, small first; the same `whom` is asked only once."""

    source: Source
    whom: str
    rank: int
    ask: Callable[[], Awaitable[Answer]]


class Answer(Struct, frozen=True):
    """What came back.

    `refused` are reasons why parts of it, or all, were not accepted. `provider` was recognised on the way, `probably`
    when only through what stands in front of it. `then` are questions that only this answer makes possible. `oauth` is
    where the browser sign-in goes. `takes_no_mail` is set where the domain says that it takes none.
    """

    candidates: tuple[ServerCandidate, ...] = ()
    notes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    provider: Provider | None = None
    probably: bool = False
    then: tuple[Question, ...] = ()
    oauth: BrowserOffer | None = None
    takes_no_mail: bool = False

    @property
    def said(self) -> str:
        """The answer in one word, and what of it was refused: what `Asked.answer` holds."""
        found = ["found"] if self.candidates or self.provider is not None else []
        refused = ["refused: " + ", ".join(self.refused)] if self.refused else []
        return "; ".join(found + refused) or "nothing"


NOTHING = Answer()


def names_left_out(count: int) -> str:
    """What is refused of `count` names where only the first `MAX_NAMES` are looked at."""
    return tr_plural(
        "{n} names past the first {most}", "{n} names past the first {most}", count - MAX_NAMES, most=MAX_NAMES
    )
