"""What the person typed: the start of the circuit, and what a remedy makes anew."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.model.address import Address
from wizard.model.secret import Secret
from wizard.model.server import ServerCandidate


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """An account as far as the person has told it; `None` is "not said", and discovery fills it in."""

    address: Address
    display_name: str | None = None
    secret: Secret | None = None
    incoming: ServerCandidate | None = None
    outgoing: ServerCandidate | None = None
    incoming_others: tuple[ServerCandidate, ...] = ()  # further ports of a server that was given without one
    outgoing_others: tuple[ServerCandidate, ...] = ()
    username: str | None = None  # said without a server: used with whichever is found
    outgoing_username: str | None = None
    outgoing_secret: Secret | None = None  # only where sending has a password of its own
    oauth_token: Secret | None = None  # an access token from a browser sign-in, used instead of `secret`
    wants_incoming: bool = True
    wants_outgoing: bool = True

    def secret_for(self, candidate: ServerCandidate) -> Secret | None:
        """The password that belongs to this side."""
        if not candidate.is_incoming and self.outgoing_secret is not None:
            return self.outgoing_secret
        return self.secret
