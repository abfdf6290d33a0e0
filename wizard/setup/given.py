"""Candidates and drafts from what a person typed."""

from __future__ import annotations

from wizard.errors import UsageError
from wizard.language import tr, tr_later
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.server import STANDARD_PORTS, Protocol, Security, ServerCandidate, Source, usual_security
from wizard.model.typed_server import TypedServer
from wizard.model.username import typed_username

_OTHER_SIDE = {
    True: tr_later("This is a sending server (SMTP). Receiving has a server of its own, IMAP or POP3."),
    False: tr_later("This is a receiving server (IMAP or POP3). Sending has a server of its own, SMTP."),
}


def given_candidates(text: str, *, incoming: bool, username: str) -> tuple[ServerCandidate, ...]:
    """The server that `text` names, its likely ports in turn when no port is said.

    Raises UsageError with the field's name ("incoming" or "outgoing") and a sentence.
    """
    field = "incoming" if incoming else "outgoing"
    try:
        typed = TypedServer.parse(text)
    except UsageError as error:
        raise UsageError(str(error), field) from None
    protocol = typed.protocol or (_protocol_of_port(typed.port) if incoming else Protocol.SMTP)
    if (protocol is not Protocol.SMTP) != incoming:
        raise UsageError(tr(_OTHER_SIDE[incoming]), field)
    if typed.port is None:
        usual = [(port, how) for port, how in STANDARD_PORTS[protocol] if port not in (25, 2525)]
        pairs = [pair for pair in usual if typed.security in (None, pair[1])] or [(usual[0][0], Security.NONE)]
    else:
        pairs = [(typed.port, typed.security or usual_security(protocol, typed.port) or Security.STARTTLS)]
    return tuple(
        ServerCandidate(protocol, typed.host, port, how, username, Source.GIVEN, trusted=True) for port, how in pairs
    )


def given_draft(
    address: Address,
    *,
    outgoing: str | None = None,
    incoming: str | None = None,
    username: str | None = None,
    outgoing_username: str | None = None,
) -> AccountDraft:
    """The draft for servers and user names as they were typed, without any secret; raises UsageError."""
    username, outgoing_username = (typed_username(name) if name else None for name in (username, outgoing_username))
    user = username or address.wire
    sending = given_candidates(outgoing, incoming=False, username=outgoing_username or user) if outgoing else ()
    receiving = given_candidates(incoming, incoming=True, username=user) if incoming else ()
    return AccountDraft(
        address=address,
        incoming=receiving[0] if receiving else None,
        outgoing=sending[0] if sending else None,
        incoming_others=receiving[1:],
        outgoing_others=sending[1:],
        username=username,
        outgoing_username=outgoing_username,
    )


def _protocol_of_port(port: int | None) -> Protocol:
    return Protocol.POP3 if port in {110, 995} else Protocol.IMAP
