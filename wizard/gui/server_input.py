"""What people type as a server, read and judged; no Qt here."""

from __future__ import annotations

import re
from typing import Final

from wizard.errors import UsageError
from wizard.language import tr, tr_later
from wizard.model.server import STANDARD_PORTS, Protocol, Security, usual_security

_RECEIVING_NAMES: Final = ("imap", "imaps", "pop", "pop3", "pops")
_SENDING_NAMES: Final = ("smtp", "smtps", "submission", "relay")
_HOW: Final = {
    Security.TLS: tr_later("encrypted from the start"),
    Security.STARTTLS: tr_later("switches to encryption"),
    Security.NONE: tr_later("not encrypted"),
}
_NAMES: Final = {Protocol.SMTP: "SMTP", Protocol.IMAP: "IMAP", Protocol.POP3: "POP3"}


def ports(protocol: Protocol) -> tuple[tuple[int, Security], ...]:
    """The usual ports of a protocol, best first."""
    return STANDARD_PORTS[protocol]


def port_words(protocol: Protocol, number: int, security: Security, *, name_protocol: bool) -> str:
    """A port as it is offered: what it means, not the number alone."""
    kind = f"{_NAMES[protocol]}, " if name_protocol else ""
    return f"{number} – {kind}{tr(_HOW[security])}"


def leading_number(text: str) -> int | None:
    """The number at the start of a port's words; None without one."""
    found = re.match(r"\s*(\d{1,9})(?!\S)", text)
    return int(found[1]) if found else None


def port(text: str) -> int:
    """The port in `text`.

    Raises:
        UsageError: with a sentence for the field.
    """
    if not text.strip():
        raise UsageError(tr("The port is missing."), "port")
    number = leading_number(text)
    if number is None:
        raise UsageError(
            tr("“{text}” is not a port: a port is a number such as 465 or 587.", text=text.strip()), "port"
        )
    if not 1 <= number <= 65535:
        raise UsageError(tr("There is no port {number}: ports go from 1 to 65535.", number=number), "port")
    return number


def usual(text: str, protocols: tuple[Protocol, ...]) -> tuple[Protocol, Security] | None:
    """What a usual port means; None for any other."""
    number = leading_number(text)
    if number is None:
        return None
    for protocol in protocols:
        security = usual_security(protocol, number)
        if security is not None:
            return protocol, security
    return None


def port_for(protocol: Protocol, text: str, security: Security) -> int | None:
    """The usual port for another encryption; None where the present port is not a usual one or fits already."""
    number = leading_number(text)
    now = usual_security(protocol, number) if number is not None else None
    if now is None or now is security:
        return None
    return next((known for known, how in ports(protocol) if how is security), None)


def wrong_kind(name: str, port_text: str, *, receives: bool) -> str | None:
    """A sentence when a receiving server was typed for sending or the other way round."""
    first = name.strip().lower().split(".")[0]
    number = leading_number(port_text)
    other = (Protocol.SMTP,) if receives else (Protocol.IMAP, Protocol.POP3)
    names = _SENDING_NAMES if receives else _RECEIVING_NAMES
    if first in names:
        if receives:
            return tr("{name} looks like a server for sending. Receiving has a server of its own.", name=name.strip())
        return tr("{name} looks like a server for receiving. Sending has a server of its own.", name=name.strip())
    for protocol in other:
        if number is not None and usual_security(protocol, number) is not None:
            if receives:
                return tr("Port {port} is for sending.", port=number)
            return tr("Port {port} is for receiving ({protocol}).", port=number, protocol=_NAMES[protocol])
    return None
