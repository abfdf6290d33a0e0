"""TLS contexts, built once and shared: loading the roots costs 20 to 30 ms, a handshake one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import ssl
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from wizard.imports import begin_import

# Where distributions keep the roots of trust in one file. A bundle's OpenSSL looks where the machine it was built on
# keeps them.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch, Gentoo, NixOS
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",  # older RHEL and its kin
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/var/lib/ca-certificates/ca-bundle.pem",  # SUSE, where the former is missing
    "/etc/ssl/cert.pem",  # Alpine, FreeBSD, OpenBSD
    "/usr/local/share/certs/ca-root-nss.crt",  # FreeBSD's package
)
READS = "cryptography.x509"  # reads a certificate that OpenSSL did not verify, and then tells nothing of
_thread = ThreadPoolExecutor(
    1, "roots"
)  # starts with its first work; apart from imports, for it needs no lock of Python's
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+$")  # the file names of an OpenSSL folder of certificates (openssl-rehash(1))


class Trust:
    """Which certificates are accepted: the system's roots, more roots if given, and nothing else.

    Windows and macOS judge by themselves: they know roots that they fetch only when one is needed. Where more roots are
    given, OpenSSL judges there too, by those and by the roots that the system has by then. Elsewhere the system's roots
    come from where OpenSSL, or the distribution, keeps them, or as the last resort from this program's own copy of
    Mozilla's list. Who sets SSL_CERT_FILE or SSL_CERT_DIR means exactly those.

    Args:
        ca_files: PEM files with further roots.
        ca_texts: further roots as PEM text: a file that a person names may be a pipe, which is read but once.
        only_ca_data: PEM text with the only roots to trust (the practice network); the system's are then left out.
    """

    def __init__(
        self, ca_files: tuple[Path, ...] = (), ca_texts: tuple[str, ...] = (), *, only_ca_data: str | None = None
    ) -> None:
        self._ca_files = ca_files
        self._ca_texts = ca_texts
        self._only_ca_data = only_ca_data
        self._building = Lock()
        self._loading: Future[None] | None = None
        self._verifying: ssl.SSLContext | None = None
        self._observing: ssl.SSLContext | None = None
        self._has_roots = True

    @property
    def has_roots(self) -> bool:
        """Whether there is any root at all; without one every certificate is refused, the best too."""
        self.verifying()
        return self._has_roots

    def verifying(self) -> ssl.SSLContext:
        """The context every connection uses: chain, host name and TLS 1.2 or newer are required."""
        with self._building:
            if self._verifying is None:
                self._verifying = self._build()
            return self._verifying

    def begin(self) -> None:
        """Begins to load in a thread what the first handshake needs, so that it does not wait for it."""
        if self._verifying is None and self._loading is None:
            self._loading = _thread.submit(self._load)

    async def ready(self) -> ssl.SSLContext:
        """As `verifying`; the loop goes on while the roots are loaded."""
        self.begin()
        if self._verifying is None and self._loading is not None:
            await asyncio.gather(asyncio.wrap_future(self._loading), return_exceptions=True)
        return self.verifying()

    def _load(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # `verifying` says so again, to whoever needs it
            self.verifying()

    def observing(self) -> ssl.SSLContext:
        """A context that accepts any certificate, for looking at a bad one: nothing is ever sent through it."""
        if self._observing is None:
            begin_import(READS)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            self._observing = context
        return self._observing

    def _build(self) -> ssl.SSLContext:
        if self._only_ca_data is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(cadata=self._only_ca_data)
        elif not (self._ca_files or self._ca_texts) and _system_judges():
            import truststore

            begin_import(READS)  # truststore tells nothing of a certificate
            context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        else:
            # Not ssl.create_default_context, which has the keys of every line written to a file where an environment
            # variable (SSLKEYLOGFILE) names one: whoever reads that reads the password.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_default_certs()
            self._has_roots = _has_roots(context) or _load_roots(context) or bool(self._ca_files or self._ca_texts)
        if self._only_ca_data is None:
            for path in self._ca_files:
                context.load_verify_locations(cafile=path)
            for text in self._ca_texts:
                context.load_verify_locations(cadata=text)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # a Debian's Python leaves it to the system's settings
        # From 3.13 on Python also refuses certificates without key identifiers and the like (RFC 5280 §4.2). Mail
        # programs accept them, and a verdict must not depend on the Python we run on.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        # RFC 6125 §6.4.4 and RFC 9525: a name is proven by subjectAltName, never by the subject's common name.
        context.hostname_checks_common_name = False
        _tell_late_refusals(context)
        return context


class RefusedAfterHello(ssl.SSLError):
    """The server agreed on version and cipher, and broke the handshake off after what we said then (alert 40).

    Up to TLS 1.2 that is how a server ends a handshake in which it asked for a client certificate and was shown none
    (RFC 5246 §7.4.6).
    """


def _tell_late_refusals(context: ssl.SSLContext) -> None:
    """Has the handshakes of this context raise RefusedAfterHello where that is what happened."""
    inner: ssl.SSLContext = getattr(context, "_ctx", context)  # where truststore keeps the one that does the work
    plain = inner.sslobject_class

    class Handshake(plain):  # type: ignore[misc, valid-type]
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except ssl.SSLError as error:
                if error.reason != "SSLV3_ALERT_HANDSHAKE_FAILURE" or self.cipher() is None:
                    raise
                refused = RefusedAfterHello(*error.args)
                refused.reason, refused.library = error.reason, error.library
                raise refused from error

    inner.sslobject_class = Handshake


def _system_judges() -> bool:
    """Whether the system judges certificates itself, and strictly.

    Wine does not: its CertVerifyCertificateChainPolicy lets a chain pass that leads to no root (seen in Wine 8).
    """
    if sys.platform == "win32":
        import ctypes

        return not hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
    else:
        return sys.platform == "darwin"


def _has_roots(context: ssl.SSLContext) -> bool:
    """Whether OpenSSL found roots where it looks: in its file, or in its folder, which it reads as it needs them."""
    if context.cert_store_stats()["x509_ca"]:
        return True
    places = ssl.get_default_verify_paths()
    folders = os.environ.get(places.openssl_capath_env) or places.openssl_capath
    for folder in folders.split(os.pathsep):
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            if any(_HASHED.match(entry.name) for entry in entries):
                return True
    return False


def _load_roots(context: ssl.SSLContext) -> bool:
    """Loads the distribution's roots, or else our own; False when there are none, or a variable names others."""
    import certifi

    places = ssl.get_default_verify_paths()
    if os.environ.get(places.openssl_cafile_env) or os.environ.get(places.openssl_capath_env):
        return False
    for path in (*_BUNDLES, certifi.where()):
        with contextlib.suppress(OSError, ssl.SSLError):  # not there, or not what its name says
            context.load_verify_locations(cafile=path)
            if context.cert_store_stats()["x509_ca"]:
                return True
    return False
