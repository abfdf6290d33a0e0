"""What the person typed: the start of the circuit, and what a remedy makes anew."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from wizard.model.address import Address
from wizard.model.secret import Secret
from wizard.model.server import ServerCandidate, Way


class AccountDraft(Struct, frozen=True):
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
    signs_in_to_send: bool = True  # False where the sending server takes mail without (a relay inside a network)
    wants_incoming: bool = True
    wants_outgoing: bool = True
    ask_nobody: bool = False  # the address is told to nobody while its settings are looked for
    address_is_right: bool = False  # the person's word, where its domain looks like a slip
    worked_before: bool = False  # saved settings: their user names are right, whatever becomes of the password
    agreed: frozenset[str] = frozenset()  # registrable domains the person agreed to give the password to
    in_clear: frozenset[str] = frozenset()  # hosts, this computer's own, that may have it on a line in clear

    def wants(self, way: Way) -> bool:
        """Whether this side is to be set up."""
        return self.wants_incoming if way is Way.RECEIVING else self.wants_outgoing

    def without(self, way: Way) -> AccountDraft:
        """The same account with this side left out."""
        return replace(self, wants_incoming=False) if way is Way.RECEIVING else replace(self, wants_outgoing=False)

    def given(self, way: Way) -> tuple[ServerCandidate, ...]:
        """The servers the person said for this side, best first; empty where discovery is to find them."""
        first, others = (
            (self.incoming, self.incoming_others) if way is Way.RECEIVING else (self.outgoing, self.outgoing_others)
        )
        return (first, *others) if first is not None else ()

    def username_of(self, way: Way) -> str | None:
        """The user name that was said for this side; None where it follows from the address."""
        return self.username if way is Way.RECEIVING else self.outgoing_username or self.username

    def secret_of(self, way: Way) -> Secret | None:
        """The password that belongs to this side; None where there is none, or none is used."""
        if way is Way.RECEIVING:
            return self.secret
        return (self.outgoing_secret or self.secret) if self.signs_in_to_send else None

    def token_of(self, way: Way) -> Secret | None:
        """The token that is used on this side instead of a password."""
        return self.oauth_token if way is Way.RECEIVING or self.signs_in_to_send else None

    def secret_for(self, candidate: ServerCandidate) -> Secret | None:
        """The password that belongs to this server's side."""
        return self.secret_of(candidate.way)

    def with_server(self, candidate: ServerCandidate) -> AccountDraft:
        """The same account held to this server on its side."""
        if candidate.way is Way.RECEIVING:
            return replace(self, incoming=candidate, incoming_others=())
        return replace(self, outgoing=candidate, outgoing_others=())
