"""Encrypting a connected line, and looking at a certificate that was refused."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from msgspec.structs import replace

from wizard.model.evidence import CertificateFacts, CertificateProblem, Detail, ErrorKind, Stage
from wizard.model.text import inert
from wizard.probe.error_kinds import StageFailed

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

T = TypeVar("T")

MOST_KNOWN: Final = 16  # many accounts share few servers; a certificate may be 100 KB long
_known: dict[bytes, CertificateFacts] = {}
_TIMES: Final = ("notBefore", "notAfter")
# OpenSSL's long names of what a name has (RFC 4514 §3), and what is escaped in it (§2.4).
_SHORT: Final = {
    "commonName": "CN",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
    "streetAddress": "STREET",
    "domainComponent": "DC",
    "userId": "UID",
}
_SPECIAL: Final = re.compile(r'[\\"+,;<>]')
_ESCAPED: Final = r"\\\g<0>"

# asyncio clears so many bytes for every encrypted line, and takes as many for every read of one: 256 KB, of which a
# record of TLS has 16.
SSLProtocol.max_size = 32 * 1024

# What a certificate's time is taken for where it cannot be read: it proves nothing, and is not blamed on the clock.
UNKNOWN_START: Final = datetime(1, 1, 1, tzinfo=UTC)
UNKNOWN_END: Final = datetime(9999, 12, 31, tzinfo=UTC)


async def encrypt(
    transport: asyncio.Transport, protocol: asyncio.Protocol, context: ssl.SSLContext, host: str, pin: str | None
) -> asyncio.Transport:
    """The encrypted transport over a connected one.

    Args:
        pin: SHA-256 of the only certificate to accept, in hex; the context must then be one that accepts any.

    Raises ssl.SSLError, OSError or StageFailed (a pinned certificate that changed). The caller sets the deadline.
    """
    loop = asyncio.get_running_loop()
    try:
        secured = await loop.start_tls(transport, protocol, context, server_hostname=host, ssl_handshake_timeout=30.0)
    except BaseException:
        transport.abort()
        raise
    if secured is None:
        raise ConnectionResetError("closed during the handshake")
    _acknowledge_at_once(secured)
    # Again once the next command is on its way: sending puts the kernel back into its habit of waiting.
    loop.call_soon(_acknowledge_at_once, secured)
    if pin is not None:
        certificate = certificate_facts(secured)
        if certificate is None or certificate.sha256 != pin:
            secured.abort()
            raise StageFailed(
                Stage.TLS,
                ErrorKind.TLS_CERTIFICATE,
                certificate=replace(certificate, problem=CertificateProblem.CHANGED) if certificate else None,
            )
    return secured


def _acknowledge_at_once(transport: asyncio.BaseTransport) -> None:
    # The server sends its session tickets and then the greeting; its Nagle holds the greeting back until the tickets
    # are acknowledged, which the kernel delays by 40 ms. Measured with Postfix: half a round trip won on 465.
    sock = transport.get_extra_info("socket")
    if sock is not None and hasattr(socket, "TCP_QUICKACK"):
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def certificate_facts(transport: asyncio.BaseTransport) -> CertificateFacts | None:
    """What the peer's certificate says; None when there is none."""
    ssl_object = transport.get_extra_info("ssl_object")
    der = ssl_object.getpeercert(binary_form=True) if ssl_object is not None else None
    if not der:
        return None
    if der not in _known:
        while len(_known) >= MOST_KNOWN:
            del _known[next(iter(_known))]
        told = _readable(ssl_object.getpeercert, None) or {}
        _known[der] = told_facts(told, der) or read_certificate(der)
    return _known[der]


def told_facts(told: Mapping[str, Any], der: bytes) -> CertificateFacts | None:
    """As `read_certificate`, from what OpenSSL tells of a certificate that it verified, which needs nothing loaded.

    None where that does not do: nothing was verified, or it holds what only a library of its own spells out.
    """
    issuer, subject = _spelled(told.get("issuer", ())), _spelled(told.get("subject", ()))
    names = [name for kind, name in told.get("subjectAltName", ()) if kind == "DNS"]
    if issuer is None or subject is None or not all(map(str.isascii, names)):
        return None
    try:
        begins, ends = (datetime.fromtimestamp(ssl.cert_time_to_seconds(told[key]), UTC) for key in _TIMES)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
    return CertificateFacts(
        sha256=hashlib.sha256(der).hexdigest(),
        names=tuple(inert(name, 300) for name in names[:100]),
        issuer=inert(issuer, 300),
        subject=inert(subject, 300),
        not_before=begins,
        not_after=ends,
        self_signed=bool(issuer) and issuer == subject,
    )


def _spelled(name: Iterable[Iterable[tuple[str, str]]]) -> str | None:
    """A name as RFC 4514 spells it; None where it has what is seldom in one."""
    parts = []
    for part in name:
        words = []
        for kind, value in part:
            if kind not in _SHORT or not value.isprintable() or value != value.strip(" ") or value[:1] == "#":
                return None
            words.append(f"{_SHORT[kind]}={_SPECIAL.sub(_ESCAPED, value)}")
        parts.append("+".join(words))
    return ",".join(reversed(parts))


def read_certificate(der: bytes) -> CertificateFacts:
    """The facts of a certificate in DER form, as far as they can be read; its SHA-256 always can.

    Cheap network storage makes certificates with names and times that no library takes. Whoever knows the fingerprint
    can trust one all the same.
    """
    from cryptography import x509

    certificate = _readable(lambda: x509.load_der_x509_certificate(der), None)
    if certificate is None:
        return CertificateFacts(hashlib.sha256(der).hexdigest(), (), "", "", UNKNOWN_START, UNKNOWN_END, False)
    none: tuple[str, ...] = ()
    names = _readable(lambda: _names(certificate), none)
    issuer = _readable(lambda: certificate.issuer.rfc4514_string(), "")
    subject = _readable(lambda: certificate.subject.rfc4514_string(), "")
    return CertificateFacts(
        sha256=hashlib.sha256(der).hexdigest(),
        names=tuple(inert(name, 300) for name in names),
        issuer=inert(issuer, 300),
        subject=inert(subject, 300),
        not_before=_readable(lambda: certificate.not_valid_before_utc, UNKNOWN_START),
        not_after=_readable(lambda: certificate.not_valid_after_utc, UNKNOWN_END),
        self_signed=bool(issuer) and issuer == subject,
    )


def _readable(read: Callable[[], T], otherwise: T) -> T:
    """What can be read of a certificate; libraries raise what they like over the rest."""
    try:
        return read()
    except Exception:
        return otherwise


def _names(certificate: Certificate) -> tuple[str, ...]:
    from cryptography import x509

    alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(alternative.get_values_for_type(x509.DNSName))[:100]


def line_facts(transport: asyncio.BaseTransport) -> Detail:
    """The TLS version and cipher of an encrypted line, as detail of its evidence."""
    ssl_object = transport.get_extra_info("ssl_object")
    if ssl_object is None:
        return {}
    cipher = ssl_object.cipher()
    return {"tls": ssl_object.version(), "cipher": cipher[0] if cipher else None}
