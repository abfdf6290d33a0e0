"""Certificates as they should not be, and their good twins."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.lab.certificates import Issued

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAY = timedelta(days=1)
ANY_CIPHERS = "DEFAULT:@SECLEVEL=0"  # weak ones and short keys too


@dataclass(frozen=True, slots=True)
class Lax(Issued):
    """Shown by a server that allows keys and versions nobody should use any more."""

    versions: tuple[ssl.TLSVersion, ssl.TLSVersion] | None = None
    wants_client: Path | None = None
    ciphers: str = ANY_CIPHERS

    def server_context(self) -> ssl.SSLContext:
        """For scripted servers."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(self.ciphers)
        if self.versions is not None:
            context.minimum_version, context.maximum_version = self.versions
        if self.wants_client is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.wants_client)
        context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass(slots=True)
class Signer:
    """An authority's name and key."""

    name: x509.Name
    key: Key
    certificate: x509.Certificate


@dataclass(slots=True)
class Issuer:
    """Issues what a test asks for into a folder; `ca_file` is what a client must trust."""

    folder: Path
    root: Signer = field(init=False)
    ca_file: Path = field(init=False)
    _count: int = 0

    def __post_init__(self) -> None:
        self.root = self.authority("Root of the tests")
        self.ca_file = self.folder / "root.pem"
        self.ca_file.write_bytes(_pem(self.root.certificate))

    def authority(self, name: str, parent: Signer | None = None) -> Signer:
        """An authority, signed by itself or by its parent."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(name)
        certificate = _build(subject, key, parent, (), ca=True).sign(_signing_key(key, parent), hashes.SHA256())
        return Signer(subject, key, certificate)

    def issue(
        self,
        names: Iterable[str] = ("mail.example.org", "127.0.0.1"),
        *,
        by: Signer | None = None,
        self_signed: bool = False,
        common_name: str = "mail.example.org",
        days: tuple[float, float] = (-1, 30),
        weak: bool = False,
        chain: Iterable[Signer] = (),
        versions: tuple[ssl.TLSVersion, ssl.TLSVersion] | None = None,
        wants_client: bool = False,
        ciphers: str = ANY_CIPHERS,
        raw_names: bytes | None = None,
    ) -> Lax:
        """A certificate for these names with its key; `days` from now it begins and ends.

        `raw_names` stands in place of the names as it is, which need not be what an extension of names may hold.
        """
        key: Key = rsa.generate_private_key(65537, 1024) if weak else ec.generate_private_key(ec.SECP256R1())  # noqa: S505
        signer = None if self_signed else by or self.root
        builder = _build(_named(common_name), key, signer, () if raw_names else tuple(names), days=days)
        if raw_names is not None:
            odd = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, raw_names)
            builder = builder.add_extension(odd, critical=False)
        certificate = builder.sign(_signing_key(key, signer), hashes.SHA256())
        self._count += 1
        stem = self.folder / f"leaf-{self._count}"
        stem.with_suffix(".pem").write_bytes(_pem(certificate) + b"".join(_pem(one.certificate) for one in chain))
        stem.with_suffix(".key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        client_ca = self.ca_file if wants_client else None
        return Lax(stem.with_suffix(".pem"), stem.with_suffix(".key"), versions, client_ca, ciphers)


def sha256_of(issued: Issued) -> str:
    """The fingerprint of the certificate itself."""
    return x509.load_pem_x509_certificates(issued.certificate.read_bytes())[0].fingerprint(hashes.SHA256()).hex()


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _signing_key(key: Key, signer: Signer | None) -> Key:
    return signer.key if signer is not None else key


def _build(
    subject: x509.Name,
    key: Key,
    signer: Signer | None,
    names: tuple[str, ...],
    *,
    ca: bool = False,
    days: tuple[float, float] = (-1, 30),
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.name if signer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * DAY)
        .not_valid_after(now + days[1] * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
    return builder


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
