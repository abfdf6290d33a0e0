"""Servers as a person types them: HOST[:PORT][/SECURITY]."""

from __future__ import annotations

import ipaddress

from wizard.errors import UsageError
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.server import STANDARD_PORTS, Protocol, Security, ServerCandidate, Source, usual_security

_PREFIXES = {"imap:": Protocol.IMAP, "pop3:": Protocol.POP3, "pop:": Protocol.POP3}


def given_candidates(text: str, *, incoming: bool, username: str) -> tuple[ServerCandidate, ...]:
    """The server that `text` names, its likely ports in turn when no port is said.

    Raises UsageError with the field's name ("incoming" or "outgoing") and a sentence.
    """
    field = "incoming" if incoming else "outgoing"
    protocol = Protocol.IMAP if incoming else Protocol.SMTP
    text = text.strip()
    if incoming:
        for prefix, meant in _PREFIXES.items():
            if text.lower().startswith(prefix) and not text[len(prefix) :].isdigit():
                protocol, text = meant, text[len(prefix) :]
                break
        else:
            protocol = _protocol_of_port(text) or protocol
    place, _, word = text.partition("/")
    security = _security(word, field) if word else None
    host, port_text = _split(place, field)
    host = check_host(host, field)
    if port_text is None:
        usual = [(port, how) for port, how in STANDARD_PORTS[protocol] if port not in (25, 2525)]
        pairs = [(port, how) for port, how in usual if security in (None, how)] or [(usual[0][0], Security.NONE)]
    else:
        port = check_port(port_text, field)
        pairs = [(port, security or usual_security(protocol, port) or Security.STARTTLS)]
    return tuple(
        ServerCandidate(protocol, host, port, how, username, Source.GIVEN, trusted=True) for port, how in pairs
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
    for name in (username, outgoing_username):
        if name is not None and any(ord(character) < 32 or ord(character) == 127 for character in name):
            raise UsageError("A user name has no control characters.", "username")
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


def check_host(host: str, field: str) -> str:
    """The host in lower-case A-labels; raises UsageError when it cannot be one."""
    host = host.strip().rstrip(".")
    if not host or any(character.isspace() for character in host):
        raise UsageError("A server name has no blanks and is not empty, such as smtp.example.org.", field)
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    if host.isascii():
        plain = host.lower()
    else:
        import idna

        try:
            plain = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise UsageError(f"“{host}” is not a server name.", field) from None
    labels = plain.split(".")
    fine = all(label and len(label) <= 63 and label.replace("-", "").replace("_", "").isalnum() for label in labels)
    if not fine or len(plain) > 253:
        raise UsageError(f"“{host}” is not a server name.", field)
    return plain


def check_port(text: str, field: str) -> int:
    """The port; raises UsageError when it is none."""
    text = text.strip()
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise UsageError("A port is a number from 1 to 65535.", field)
    return int(text)


def _protocol_of_port(text: str) -> Protocol | None:
    port = text.partition("/")[0].rpartition(":")[2]
    return Protocol.POP3 if port in {"110", "995"} else None


def _split(place: str, field: str) -> tuple[str, str | None]:
    if place.startswith("["):
        host, bracket, rest = place[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise UsageError("An IPv6 address stands in brackets: [2001:db8::1]:465.", field)
        return host, rest[1:] if rest else None
    host, colon, port = place.rpartition(":")
    if not colon:
        return place, None
    if ":" in host:
        raise UsageError("An IPv6 address stands in brackets: [2001:db8::1]:465.", field)
    return host, port


def _security(word: str, field: str) -> Security:
    meant = {"tls": Security.TLS, "ssl": Security.TLS, "starttls": Security.STARTTLS, "none": Security.NONE}
    found = meant.get(word.strip().lower())
    if found is None:
        raise UsageError("Encryption is one of tls, starttls, none.", field)
    return found
