"""Servers as they are usually named: made from the address alone, nobody is asked."""

from __future__ import annotations

from wizard.model.address import Address
from wizard.model.server import STANDARD_PORTS, Protocol, ServerCandidate, Source

# The name of the service first, then what small domains use for everything.
PREFIXES: dict[Protocol, tuple[str, ...]] = {
    Protocol.IMAP: ("imap.", "mail.", "", "mx."),
    Protocol.POP3: ("pop.", "pop3.", "mail.", "", "mx."),
    Protocol.SMTP: ("smtp.", "mail.", "", "mx."),
}
# A mail program's ports on few servers: after all hosts were tried with the usual ones, and nowhere but at these.
SELDOM = (2525, 25)
SELDOM_AT = ("smtp.", "mail.")


def guesses(
    address: Address, protocols: tuple[Protocol, ...] = (Protocol.IMAP, Protocol.POP3, Protocol.SMTP)
) -> tuple[ServerCandidate, ...]:
    """Candidates for these protocols, the likeliest first, all encrypted.

    They are trusted: the names follow from the address, and a certificate has to prove each.
    """
    found: list[tuple[bool, ServerCandidate]] = []
    for protocol in protocols:
        for prefix in PREFIXES[protocol]:
            for port, security in STANDARD_PORTS[protocol]:
                if port in SELDOM and prefix not in SELDOM_AT:
                    continue
                host = f"{prefix}{address.domain}"
                candidate = ServerCandidate(protocol, host, port, security, address.wire, Source.GUESS, True)
                found.append((port in SELDOM, candidate))
    return tuple(candidate for _, candidate in sorted(found, key=lambda item: item[0]))
