"""What discovery found: the settings that would be tried, best first, and who was asked."""

from __future__ import annotations

import asyncio
from typing import Final

from msgspec import Struct

from wizard.model.address import Address
from wizard.model.progress import Listener, nobody
from wizard.model.provider import Provider
from wizard.model.server import Protocol, ServerCandidate, Source

NO_ANSWER: Final = "no answer"


class PlanOptions(Struct, frozen=True):
    """How an address's settings are looked for.

    Attributes:
        offline: only DNS is asked (MX and SRV), no page is fetched.
        ask_nobody: not even DNS: what is known here, and guesses.
        incoming_protocol: the other one's servers are left out.
        repair: every source is asked even where a preset knows the provider, because its servers did not do.
        everybody: nobody is waited for less long because others know the settings already, and who has not answered
            yet is asked once more.
        enough: once it is set, no source is waited for any longer.
        listener: told of every source that is asked and of its answer, on the loop's thread.
    """

    offline: bool = False
    ask_nobody: bool = False
    incoming_protocol: Protocol | None = None
    repair: bool = False
    everybody: bool = False
    enough: asyncio.Event | None = None
    listener: Listener = nobody


ALL_SOURCES: Final = PlanOptions()


class Asked(Struct, frozen=True):
    """A source that was asked: whom, what for, and how it answered ("found", "nothing", NO_ANSWER, "refused: …")."""

    source: Source
    whom: str
    answer: str
    seconds: float

    @property
    def has_answered(self) -> bool:
        """Whether anything came back, be it that there is nothing."""
        return self.answer != NO_ANSWER

    @property
    def may_name_user(self) -> bool:
        """Whether such a source says how the user name is made; DNS says nothing of it."""
        return self.source in (Source.AUTOCONFIG, Source.ISPDB, Source.PACC, Source.AUTODISCOVER)


class BrowserOffer(Struct, frozen=True):
    """Where a provider's own page says that it takes sign-ins in the browser; `None` where it leaves something out.

    `trusted` is True when the page is vouched for and both endpoints stand in the address's own registrable domain.
    Nothing is ever sent there by itself, a password never.
    """

    source: Source
    issuer: str | None
    scopes: tuple[str, ...]
    authorization: str | None
    token: str | None
    trusted: bool


class Plan(Struct, frozen=True):
    """The result of discovery.

    `candidates` are in the order they would be tried, all protocols together. `probably` is set when the provider was
    recognised only through a security gateway in front of it. `notes` are sentences for the person, `oauth` is what the
    best source that named any says about signing in in the browser. `suggestion` is the address that was probably
    meant, where this one's domain is a slip away from a provider's. `takes_no_mail`: the domain says so (null MX).
    """

    address: Address
    candidates: tuple[ServerCandidate, ...]
    provider: Provider | None = None
    probably: bool = False
    asked: tuple[Asked, ...] = ()
    notes: tuple[str, ...] = ()
    oauth: BrowserOffer | None = None
    suggestion: Address | None = None
    takes_no_mail: bool = False

    def of(self, *protocols: Protocol) -> tuple[ServerCandidate, ...]:
        """The candidates of these protocols, best first."""
        return tuple(candidate for candidate in self.candidates if candidate.protocol in protocols)
