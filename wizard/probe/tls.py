"""Encrypting a connected line, and looking at a certificate that was refused."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
import ssl
from dataclasses import replace
from functools import lru_cache

from wizard.model.evidence import CertificateFacts, CertificateProblem, Detail, ErrorKind, Stage
from wizard.model.text import inert
from wizard.probe.error_kinds import StageFailed


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
    """What the peer's certificate says; None when there is none or it cannot be read."""
    ssl_object = transport.get_extra_info("ssl_object")
    der = ssl_object.getpeercert(binary_form=True) if ssl_object is not None else None
    return read_certificate(der) if der else None


@lru_cache(maxsize=16)  # many accounts share few servers; a certificate may be 100 KB long
def read_certificate(der: bytes) -> CertificateFacts | None:
    """The facts of a certificate in DER form; None when it is not one."""
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(der)
        names: tuple[str, ...] = ()
        try:
            alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names = tuple(alternative.get_values_for_type(x509.DNSName))[:100]
        except x509.ExtensionNotFound:
            pass
        issuer, subject = certificate.issuer.rfc4514_string(), certificate.subject.rfc4514_string()
        not_before, not_after = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except ValueError:  # what cryptography cannot parse is not worth more
        return None
    return CertificateFacts(
        sha256=hashlib.sha256(der).hexdigest(),
        names=tuple(inert(name, 300) for name in names),
        issuer=inert(issuer, 300),
        subject=inert(subject, 300),
        not_before=not_before,
        not_after=not_after,
        self_signed=issuer == subject,
    )


def line_facts(transport: asyncio.BaseTransport) -> Detail:
    """The TLS version and cipher of an encrypted line, as detail of its evidence."""
    ssl_object = transport.get_extra_info("ssl_object")
    if ssl_object is None:
        return {}
    cipher = ssl_object.cipher()
    return {"tls": ssl_object.version(), "cipher": cipher[0] if cipher else None}
