"""Service records (RFC 6186, and RFC 8314 §5.1 for `_submissions`): DNS alone says so, so nothing here is trusted."""

from __future__ import annotations

from wizard.discovery.answer import MAX_NAMES, Answer, Question, Refused, names_left_out
from wizard.discovery.candidate import KnownHost, Maker
from wizard.model.address import Address
from wizard.model.server import STANDARD_PORTS, Protocol, Security, ServerCandidate, Source, usual_security
from wizard.net.dns import Resolver

SERVICES = (
    ("_submissions._tcp", Protocol.SMTP, Security.TLS),
    ("_submission._tcp", Protocol.SMTP, Security.STARTTLS),
    ("_imaps._tcp", Protocol.IMAP, Security.TLS),
    ("_imap._tcp", Protocol.IMAP, Security.STARTTLS),
    ("_pop3s._tcp", Protocol.POP3, Security.TLS),
    ("_pop3._tcp", Protocol.POP3, Security.STARTTLS),
)


def srv(address: Address, resolver: Resolver, known: KnownHost, *, rank: int) -> tuple[Question, ...]:
    """One question for each service."""
    return tuple(
        _question(address, service, protocol, security, resolver, known, rank)
        for service, protocol, security in SERVICES
    )


def _question(
    address: Address,
    service: str,
    protocol: Protocol,
    security: Security,
    resolver: Resolver,
    known: KnownHost,
    rank: int,
) -> Question:
    name = f"{service}.{address.domain}"

    async def ask() -> Answer:
        records = [record for record in await resolver.srv(name) if record.host]  # a target of "." is "not offered"
        refused = [names_left_out(len(records))] if len(records) > MAX_NAMES else []
        candidates: list[ServerCandidate] = []
        maker = Maker(address, Source.SRV, False, known)
        for record in records[:MAX_NAMES]:
            port = _port_of(protocol, record.port, security)
            secured = usual_security(protocol, port) or security
            try:
                candidates.append(maker.make(protocol, record.host, port, secured))
            except Refused as error:
                refused.append(str(error))
        return Answer(tuple(candidates), (), tuple(refused))

    return Question(Source.SRV, name, rank, ask)


def _port_of(protocol: Protocol, port: int, security: Security) -> int:
    """The port, or the usual one of the service where that of another protocol stands: 995 in `_imaps` is a slip."""
    others = {number for other in Protocol if other is not protocol for number, _ in STANDARD_PORTS[other]}
    if port not in others:
        return port
    return next(number for number, how in STANDARD_PORTS[protocol] if how is security)
