"""Certificates of the practice network, from an authority that lives as long as the network does."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.practice.scenarios import CertificateKind

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_AGES = {  # days from now: valid from, valid until
    CertificateKind.EXPIRED: (-93, -3),
    CertificateKind.NOT_YET_VALID: (3, 93),
}


class Authority:
    """Issues server certificates and keeps their TLS contexts; `ca_pem` is what practice mode trusts."""

    def __init__(self) -> None:
        self._key = _new_key()
        self._certificate = _authority_certificate("Mailwright practice authority", self._key)
        self._leaf_key = _new_key()
        self._contexts: dict[tuple[str, CertificateKind], ssl.SSLContext] = {}
        self.ca_pem = _pem(self._certificate)

    def context(self, host: str, kind: CertificateKind, other_name: str | None = None) -> ssl.SSLContext:
        """The TLS context of a server; made at its first use, because most servers are never asked."""
        key = (host, kind)
        if key not in self._contexts:
            self._contexts[key] = self._make(other_name or host, kind)
        return self._contexts[key]

    def _make(self, name: str, kind: CertificateKind) -> ssl.SSLContext:
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        chain = _pem(self._leaf(name, kind)).encode()
        chain += self._leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Python reads certificates from files only; the folder is ours alone and gone at once.
        with tempfile.TemporaryDirectory(prefix="mailwright-") as folder:
            file = Path(folder, "server.pem")
            file.write_bytes(chain)
            context.load_cert_chain(file)
        return context

    def _leaf(self, name: str, kind: CertificateKind) -> x509.Certificate:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.x509.oid import ExtendedKeyUsageOID

        subject = _name(name)
        issuer, issuer_key = self._certificate.subject, self._key
        if kind is CertificateKind.SELF_SIGNED:
            issuer, issuer_key = subject, self._leaf_key
        elif kind is CertificateKind.UNTRUSTED:
            issuer_key = _new_key()
            issuer = _name("Authority that nobody knows")
        begins, ends = _AGES.get(kind, (-1, 90))
        now = datetime.now(UTC)
        public_key = self._leaf_key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=begins))
            .not_valid_after(now + timedelta(days=ends))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
            .sign(issuer_key, hashes.SHA256())
        )


def _authority_certificate(name: str, key: EllipticCurvePrivateKey) -> x509.Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    now = datetime.now(UTC)
    subject = _name(name)
    # Python 3.13 verifies strictly (RFC 5280 §4.2.1): an authority needs its key usage and key identifier.
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=120))
        .not_valid_after(now + timedelta(days=120))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _name(text: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode()
