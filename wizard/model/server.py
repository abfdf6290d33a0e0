"""Servers that may be tried: where, how encrypted, as whom, and who said so."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct


class Protocol(StrEnum):
    """What is spoken."""

    SMTP = "smtp"
    IMAP = "imap"
    POP3 = "pop3"


class Way(StrEnum):
    """One side of an account: the one that receives mail (IMAP, POP3) or the one that sends it (SMTP)."""

    RECEIVING = "receiving"
    SENDING = "sending"

    @classmethod
    def of(cls, protocol: Protocol) -> Way:
        """The side on which a protocol is spoken."""
        return cls.SENDING if protocol is Protocol.SMTP else cls.RECEIVING

    @property
    def other(self) -> Way:
        """The opposite side."""
        return Way.SENDING if self is Way.RECEIVING else Way.RECEIVING


class Security(StrEnum):
    """How the line is encrypted: from the start, after a switch, or not at all."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class UsernameForm(StrEnum):
    """How the user name is made from the address."""

    FULL_ADDRESS = "full-address"
    LOCAL_PART = "local-part"
    OTHER = "other"


class Source(StrEnum):
    """Who named a server."""

    PACK = "pack"
    PRESET = "preset"
    AUTOCONFIG = "autoconfig"
    ISPDB = "ispdb"
    PACC = "pacc"
    AUTODISCOVER = "autodiscover"
    SRV = "srv"
    MX = "mx"
    GUESS = "guess"
    GIVEN = "given"

    @property
    def is_published(self) -> bool:
        """Whether somebody wrote these settings down, rather than that names were put together or typed."""
        return self not in (Source.MX, Source.GUESS, Source.GIVEN)


class AuthMethod(StrEnum):
    """SASL mechanisms and their older equivalents, by the names servers announce."""

    PLAIN = "PLAIN"
    LOGIN = "LOGIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_1 = "SCRAM-SHA-1"
    CRAM_MD5 = "CRAM-MD5"
    XOAUTH2 = "XOAUTH2"
    OAUTHBEARER = "OAUTHBEARER"
    IMAP_LOGIN = "IMAP LOGIN"
    USER_PASS = "USER/PASS"  # noqa: S105 - the name of POP3's commands, RFC 1939 §7
    APOP = "APOP"
    PREAUTH = "PREAUTH"  # IMAP: signed in already when the line opens (RFC 9051 §7.1.4)


# In a method's place, where a server takes mail without any sign-in, as relays inside a network do.
WITHOUT_SIGN_IN: Final = "none"

STANDARD_PORTS: dict[Protocol, tuple[tuple[int, Security], ...]] = {
    # RFC 8314 §3: encryption from the start first. 2525 is what mailing services offer beside 587.
    Protocol.SMTP: ((465, Security.TLS), (587, Security.STARTTLS), (2525, Security.STARTTLS), (25, Security.STARTTLS)),
    Protocol.IMAP: ((993, Security.TLS), (143, Security.STARTTLS)),
    Protocol.POP3: ((995, Security.TLS), (110, Security.STARTTLS)),
}


def usual_security(protocol: Protocol, port: int) -> Security | None:
    """How a standard port is encrypted (RFC 8314 §7); `None` for any other port."""
    return next((security for known, security in STANDARD_PORTS[protocol] if known == port), None)


class Endpoint(Struct, frozen=True):
    """One host, one port, one way to encrypt: what a connection is made to."""

    host: str
    port: int
    security: Security

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class ServerCandidate(Struct, frozen=True):
    """A server that may be tried.

    `auth` lists the methods the source named, best first; empty means the source did not say. `trusted` is False when
    the answer came from DNS alone or from a foreign domain: a person must agree before a password goes there.
    `also` names other sources that said the same.
    """

    protocol: Protocol
    host: str
    port: int
    security: Security
    username: str
    source: Source
    trusted: bool
    auth: tuple[str, ...] = ()
    also: tuple[Source, ...] = ()

    @property
    def endpoint(self) -> Endpoint:
        """Where it is, without who would sign in there."""
        return Endpoint(self.host, self.port, self.security)

    @property
    def way(self) -> Way:
        """The side it serves."""
        return Way.of(self.protocol)

    @property
    def is_incoming(self) -> bool:
        """Whether it receives (IMAP, POP3) rather than sends."""
        return self.protocol is not Protocol.SMTP
