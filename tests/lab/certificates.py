"""Certificates for the lab's servers, by an authority of the tests' own."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its chain, and its key, as PEM files."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """For scripted servers."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


class Authority:
    """Issues certificates into a folder; `ca_file` is what a client must trust."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = trustme.CA(organization_name="Mailwright tests")
        self._count = 0
        self.ca_file = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(self.ca_file)

    @property
    def ca(self) -> trustme.CA:
        """The authority itself, for servers that make their own certificate."""
        return self._authority

    def issue(self, *names: str, expired_days: float | None = None) -> Issued:
        """A certificate for these host names or addresses; `expired_days` ago it ended."""
        now = datetime.now(UTC)
        if expired_days is None:
            issued = self._authority.issue_cert(*names)
        else:
            end = now - timedelta(days=expired_days)
            issued = self._authority.issue_cert(*names, not_before=end - timedelta(days=90), not_after=end)
        return self._write(issued)

    def issue_by_stranger(self, *names: str) -> Issued:
        """A certificate by an authority nobody trusts."""
        return self._write(trustme.CA(organization_name="Nobody knows").issue_cert(*names))

    def client_context(self) -> ssl.SSLContext:
        """For the tests' own clients: trusts this authority and no other."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def _write(self, issued: trustme.LeafCert) -> Issued:
        self._count += 1
        files = Issued(self._folder / f"{self._count}.pem", self._folder / f"{self._count}.key")
        files.certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
        files.key.write_bytes(issued.private_key_pem.bytes())
        return files
