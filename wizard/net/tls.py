"""TLS contexts, built once and shared: loading the roots costs 20 to 30 ms, a handshake one."""

from __future__ import annotations

import ssl
from pathlib import Path


class Trust:
    """Which certificates are accepted: the system's roots, more roots if given, and nothing else.

    Args:
        ca_files: PEM files with further roots.
        only_ca_data: PEM text with the only roots to trust (the practice network); the system's are then left out.
    """

    def __init__(self, ca_files: tuple[Path, ...] = (), only_ca_data: str | None = None) -> None:
        self._ca_files = ca_files
        self._only_ca_data = only_ca_data
        self._verifying: ssl.SSLContext | None = None
        self._observing: ssl.SSLContext | None = None

    def verifying(self) -> ssl.SSLContext:
        """The context every connection uses: chain, host name and TLS 1.2 or newer are required."""
        if self._verifying is None:
            self._verifying = self._build()
        return self._verifying

    def observing(self) -> ssl.SSLContext:
        """A context that accepts any certificate, for looking at a bad one: nothing is ever sent through it."""
        if self._observing is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self._observing = context
        return self._observing

    def _build(self) -> ssl.SSLContext:
        if self._only_ca_data is not None:
            context = ssl.create_default_context(cadata=self._only_ca_data)
        else:
            context = ssl.create_default_context()
            for path in self._ca_files:
                context.load_verify_locations(cafile=path)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # From 3.13 on Python also refuses certificates without key identifiers and the like (RFC 5280 §4.2). Mail
        # programs accept them, and a verdict must not depend on the Python we run on.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        # RFC 6125 §6.4.4 and RFC 9525: a name is proven by subjectAltName, never by the subject's common name.
        context.hostname_checks_common_name = False
        return context
