"""Settings that are proven, and the whole result of a check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct, field

from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis, Fix
from wizard.model.draft import AccountDraft
from wizard.model.evidence import Evidence, Outcome, ProbeReport, Stage, Surroundings
from wizard.model.plan import Asked, Plan
from wizard.model.provider import Provider
from wizard.model.server import Protocol, ServerCandidate, Way


class Verdict(StrEnum):
    """How a check ended."""

    WORKS = "works"
    WORKS_AFTER_FIX = "works-after-fix"
    FAILS = "fails"
    UNDECIDED = "undecided"


class Status(StrEnum):
    """How far one side (sending or receiving) was proven."""

    VERIFIED = "verified"
    REACHED = "reached"
    FAILED = "failed"
    SKIPPED = "skipped"


class RoundTripStatus(StrEnum):
    """What became of the test message."""

    ARRIVED = "arrived"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class RoundTrip(Struct, frozen=True):
    """The test message's way; `seconds` from the server's acceptance to the arrival, verdicts as the receiver wrote.

    Of a message that was not seen, `seconds` is how long it was watched for; `looked_in` names the folders searched.
    """

    status: RoundTripStatus = RoundTripStatus.SKIPPED
    folder: str | None = None
    is_junk: bool = False
    seconds: float | None = None
    spf: str | None = None
    dkim: str | None = None
    dmarc: str | None = None
    token: str | None = None
    sent_at: datetime | None = None
    accepted_at: datetime | None = None
    arrived_at: datetime | None = None
    looked_in: tuple[str, ...] = ()
    told: tuple[Diagnosis, ...] = ()  # what the receiving server said instead of showing the mailbox


class SideResult(Struct, frozen=True):
    """One side of a check: the server that was settled on and how far it was proven."""

    candidate: ServerCandidate
    status: Status
    auth: str | None = None
    max_message_bytes: int | None = None
    report: ProbeReport | None = None


class VerifiedAccount(Struct, frozen=True):
    """Settings that were proven; made by `CheckResult` only, from sides that passed or, so far, signed in."""

    address: Address
    display_name: str | None
    incoming: ServerCandidate | None
    outgoing: ServerCandidate | None
    incoming_auth: str | None
    outgoing_auth: str | None
    provider: str | None
    verified_at: datetime


class CheckResult(Struct, frozen=True):
    """All that a check found out; the command line prints it, the window shows it, a report keeps it."""

    draft: AccountDraft
    verdict: Verdict
    started_at: datetime
    elapsed_s: float
    provider: str | None = None
    outgoing: SideResult | None = None
    incoming: SideResult | None = None
    round_trip: RoundTrip = field(default_factory=RoundTrip)
    diagnoses: tuple[Diagnosis, ...] = ()
    fixes: tuple[Fix, ...] = ()
    sign_in_attempts: Mapping[Protocol, int] = field(default_factory=lambda: MappingProxyType({}))
    timeline: tuple[Evidence, ...] = ()
    reports: tuple[ProbeReport, ...] = ()
    surroundings: Surroundings = field(default_factory=Surroundings)
    notes: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()  # those of the notes that no card says: what the run met, what lies ahead
    expiring: tuple[str, ...] = ()  # those of the notes that tell of a certificate that runs out soon
    asked: tuple[Asked, ...] = ()  # who was asked where the servers are
    plan: Plan | None = None  # what discovery found, where it was asked
    known_provider: Provider | None = None  # what is known of the provider named by `provider`

    @property
    def works(self) -> bool:
        """Whether all that was wanted is proven, with the settings that were tried or after a fix."""
        return self.verdict in (Verdict.WORKS, Verdict.WORKS_AFTER_FIX)

    def side(self, way: Way) -> SideResult | None:
        """How far this side was proven; None where it was not tried."""
        return self.incoming if way is Way.RECEIVING else self.outgoing

    def verified_account(self) -> VerifiedAccount | None:
        """The proven settings; `None` while a wanted side is not verified."""
        sides = [(self.draft.wants_incoming, self.incoming), (self.draft.wants_outgoing, self.outgoing)]
        wanted = [side for wants, side in sides if wants]
        if not wanted or any(side is None or side.status is not Status.VERIFIED for side in wanted):
            return None
        return self._account_of(
            self.incoming if self.draft.wants_incoming else None, self.outgoing if self.draft.wants_outgoing else None
        )

    def right_so_far(self) -> VerifiedAccount | None:
        """The settings that are right although not all is proven; `None` where none are.

        A side is right that was verified, and one that signed in and whose trouble no other setting ends, as a limit.
        """
        incoming, outgoing = (self._right_side(way) for way in (Way.RECEIVING, Way.SENDING))
        return None if incoming is None and outgoing is None else self._account_of(incoming, outgoing)

    @property
    def is_about_another_mailbox(self) -> bool:
        """Whether all that failed is a message to somebody else, for whose mailbox alone it was refused."""
        if self.verified_account() is None or not self.diagnoses:
            return False
        recipients = [item.detail.get("recipient") for item in self.diagnoses[0].evidence]
        is_own = any(one is None or one.lower() == self.draft.address.wire.lower() for one in recipients)
        return self.diagnoses[0].cause.startswith("recipient-") and bool(recipients) and not is_own

    @property
    def has_right_settings(self) -> bool:
        """Whether the settings of every side that is wanted are right, be all of it proven or not."""
        sides = [self._right_side(way) for way in Way if self.draft.wants(way)]
        return bool(sides) and None not in sides

    def _right_side(self, way: Way) -> SideResult | None:
        side = self.side(way)
        if side is None or not self.draft.wants(way):
            return None
        if side.status is Status.VERIFIED:
            return side
        seen = side.report.last(Stage.AUTH) if side.report is not None else None
        signed_in = seen is not None and seen.outcome is Outcome.OK
        told = [one for one in self.diagnoses if one.protocol is side.candidate.protocol]
        return side if signed_in and told and not any(one.wants_other_settings for one in told) else None

    def _account_of(self, incoming: SideResult | None, outgoing: SideResult | None) -> VerifiedAccount:
        return VerifiedAccount(
            address=self.draft.address,
            display_name=self.draft.display_name,
            incoming=incoming.candidate if incoming else None,
            outgoing=outgoing.candidate if outgoing else None,
            incoming_auth=incoming.auth if incoming else None,
            outgoing_auth=outgoing.auth if outgoing else None,
            provider=self.provider,
            verified_at=self.started_at,
        )
