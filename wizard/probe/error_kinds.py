"""Maps what the libraries raise onto what code can measure; a test proves that nothing is left over."""

from __future__ import annotations

import asyncio
import re
import ssl
from datetime import UTC, datetime

from wizard.model.evidence import CertificateFacts, CertificateProblem, Detail, ErrorKind, Reply, Stage
from wizard.net.dial import DialFailed, error_kind_of
from wizard.net.tls import RefusedAfterHello


class StageFailed(Exception):
    """A stage did not pass; carries what its evidence will say."""

    def __init__(
        self,
        stage: Stage,
        kind: ErrorKind,
        *,
        reply: Reply | None = None,
        certificate: CertificateFacts | None = None,
        detail: Detail | None = None,
    ) -> None:
        super().__init__(f"{stage.value}: {kind.value}")
        self.stage = stage
        self.kind = kind
        self.reply = reply
        self.certificate = certificate
        self.detail = detail or Detail()


class Oversized(Exception):
    """A line, reply or literal past its cap (T23)."""


class Unparsable(Exception):
    """An answer out of the protocol's grammar (T24)."""


class InjectedBeforeTls(Exception):
    """Bytes were waiting at the switch to TLS, or the server signed us in before it (T03, T07).

    Args:
        early: what was waiting, as far as it was kept.
    """

    def __init__(self, early: bytes = b"") -> None:
        super().__init__()
        # Nobody takes rubbish for a reply: it is a handshake that went wrong (T04).
        self.is_rubbish = _CONTROL.search(early) is not None


_CONTROL = re.compile(rb"[^\t\r\n\x20-\x7e\x80-\xff]")


# OpenSSL's X509_V_ERR_* numbers (x509_vfy.h).
_VERIFY = {
    9: CertificateProblem.NOT_YET_VALID,
    10: CertificateProblem.EXPIRED,
    18: CertificateProblem.SELF_SIGNED,
    19: CertificateProblem.UNTRUSTED,
    20: CertificateProblem.UNTRUSTED,
    21: CertificateProblem.UNTRUSTED,
    23: CertificateProblem.REVOKED,
    62: CertificateProblem.NAME_MISMATCH,
    64: CertificateProblem.NAME_MISMATCH,
}
# What Windows (winerror.h, CERT_E_*) and macOS (SecBase.h, errSec*) say instead, each in the person's own language.
_SYSTEM_VERIFY = {
    0x800B0101: CertificateProblem.EXPIRED,  # or not valid yet
    0x800B0109: CertificateProblem.UNTRUSTED,
    0x800B010A: CertificateProblem.UNTRUSTED,
    0x800B010C: CertificateProblem.REVOKED,
    0x800B010D: CertificateProblem.UNTRUSTED,
    0x800B010F: CertificateProblem.NAME_MISMATCH,
    0x800B0111: CertificateProblem.UNTRUSTED,  # distrusted on purpose
    0x80092010: CertificateProblem.REVOKED,
    -67818: CertificateProblem.EXPIRED,
    -67819: CertificateProblem.NOT_YET_VALID,
    -67820: CertificateProblem.REVOKED,
    -67602: CertificateProblem.NAME_MISMATCH,
    -67843: CertificateProblem.UNTRUSTED,
    -25318: CertificateProblem.UNTRUSTED,  # no chain to a root
}

# OpenSSL's reason names: words in clear where a TLS record was due.
_PLAINTEXT = {
    "WRONG_VERSION_NUMBER",
    "UNKNOWN_PROTOCOL",
    "HTTP_REQUEST",
    "HTTPS_PROXY_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
    "UNEXPECTED_MESSAGE",
    "BAD_RECORD_TYPE",
    "NOT_SSL_RECORD_LAYER",
}
_VERSION = {
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "VERSION_TOO_LOW",
    "WRONG_SSL_VERSION",
    "NO_PROTOCOLS_AVAILABLE",
    "INAPPROPRIATE_FALLBACK",
    "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED",
}
# A server that complains of our certificate, of which we have none: 116 (RFC 8446 §6.2), and what Java and Go say of an
# empty list, 42, or SSL 3 did, 41.
_CERTIFICATE_WANTED = {
    "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "SSLV3_ALERT_NO_CERTIFICATE",
}


def certificate_problem(
    error: ssl.SSLCertVerificationError, certificate: CertificateFacts | None = None
) -> CertificateProblem:
    """Why the certificate was refused, by OpenSSL's number or by the system's own where that judged; else by the words.

    `certificate` is the one that was refused: systems have one number for what OpenSSL tells apart.
    """
    number = getattr(error, "verify_code", 0)
    if number in _VERIFY:
        return _VERIFY[number]
    problem = _SYSTEM_VERIFY.get(number) or _problem_in(error)
    if certificate is not None:
        if problem is CertificateProblem.EXPIRED and certificate.not_before > datetime.now(UTC):
            return CertificateProblem.NOT_YET_VALID
        if problem is CertificateProblem.UNTRUSTED and certificate.self_signed:
            return CertificateProblem.SELF_SIGNED
    return problem


def _problem_in(error: ssl.SSLCertVerificationError) -> CertificateProblem:
    words = str(error).lower()
    for needle, meant in (
        ("expired", CertificateProblem.EXPIRED),
        ("not yet valid", CertificateProblem.NOT_YET_VALID),
        ("revoked", CertificateProblem.REVOKED),
        ("hostname", CertificateProblem.NAME_MISMATCH),
        ("self-signed", CertificateProblem.SELF_SIGNED),
        ("self signed", CertificateProblem.SELF_SIGNED),
        ("trust", CertificateProblem.UNTRUSTED),
    ):
        if needle in words:
            return meant
    return CertificateProblem.OTHER


def answered_in_clear(error: BaseException) -> bool:
    """Whether a handshake failed because what came back was no TLS."""
    return _tls_reason(error) in _PLAINTEXT


def _is_alert(error: BaseException) -> bool:
    return "_ALERT_" in _tls_reason(error)


def _wants_certificate(error: BaseException) -> bool:
    return isinstance(error, RefusedAfterHello) or _tls_reason(error) in _CERTIFICATE_WANTED


def _tls_reason(error: BaseException) -> str:
    """OpenSSL's name for what went wrong; an SSLError that Python made itself has no such attribute."""
    return getattr(error, "reason", None) or "" if isinstance(error, ssl.SSLError) else ""


def kind_of(error: BaseException, stage: Stage) -> ErrorKind:
    """The kind of anything a library may raise while `stage` runs."""
    match error:
        case StageFailed():
            return error.kind
        case DialFailed():
            return error.kind
        case InjectedBeforeTls():
            return ErrorKind.TLS_HANDSHAKE if error.is_rubbish else ErrorKind.INJECTED_BEFORE_TLS
        case Oversized() | Unparsable():
            return ErrorKind.PROTOCOL_ERROR
        case ssl.SSLCertVerificationError():
            return ErrorKind.TLS_CERTIFICATE
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return ErrorKind.TLS_HANDSHAKE if stage is Stage.TLS else ErrorKind.CONNECTION_DROPPED
        case ssl.SSLError():
            reason = _tls_reason(error)
            if stage is not Stage.TLS and not _is_alert(error):
                return ErrorKind.CONNECTION_DROPPED
            if reason in _PLAINTEXT:
                return ErrorKind.PLAINTEXT_WHERE_TLS
            return ErrorKind.TLS_VERSION if reason in _VERSION else ErrorKind.TLS_HANDSHAKE
        case TimeoutError():
            return {
                Stage.DNS: ErrorKind.DNS_UNAVAILABLE,
                Stage.CONNECT: ErrorKind.CONNECTION_TIMED_OUT,
            }.get(stage, ErrorKind.SILENCE)
        case ConnectionError() | EOFError() | asyncio.IncompleteReadError():
            if stage is Stage.CONNECT:
                return error_kind_of(error)
            return ErrorKind.TLS_HANDSHAKE if stage is Stage.TLS else ErrorKind.CONNECTION_DROPPED
        case OSError():
            kind = error_kind_of(error)
            if stage is Stage.CONNECT:
                return kind
            # Windows has numbers of its own for a reset and for a silence, which no exception class stands for.
            if kind is ErrorKind.CONNECTION_TIMED_OUT:
                return kind_of(TimeoutError(), stage)
            is_reset = stage is Stage.TLS and kind is ErrorKind.CONNECTION_DROPPED
            return ErrorKind.TLS_HANDSHAKE if is_reset else ErrorKind.CONNECTION_DROPPED
        case UnicodeError() | ValueError():
            return ErrorKind.PROTOCOL_ERROR
        case _:
            return _by_module(error)


def _by_module(error: BaseException) -> ErrorKind:
    # aiosmtplib is imported only once SMTP is spoken; its names are enough here.
    for kind in type(error).__mro__:
        if not kind.__module__.startswith("aiosmtplib"):
            continue
        if "Timeout" in kind.__name__:
            return ErrorKind.SILENCE
        if kind.__name__ == "SMTPServerDisconnected":
            return ErrorKind.CONNECTION_DROPPED
        if kind.__name__ == "SMTPException":  # the root of them all
            return ErrorKind.PROTOCOL_ERROR
    return ErrorKind.INTERNAL


def failure_from(error: Exception, stage: Stage) -> StageFailed:
    """The failure of `stage` that an exception means; errors of our own code keep their name in the detail."""
    cause = error.__cause__
    if isinstance(cause, ssl.SSLError) and not isinstance(error, ssl.SSLError):
        error = cause
    kind = kind_of(error, stage)
    if _is_alert(error):
        # TLS 1.3 lets a server object (to a missing client certificate, say) after our half of the handshake.
        stage = Stage.TLS
    detail = Detail()
    if reason := _tls_reason(error):
        detail["tls_reason"] = reason
    if _wants_certificate(error):
        detail["wants_certificate"] = True
    if kind is ErrorKind.INTERNAL:
        detail["exception"] = type(error).__name__
    return StageFailed(stage, kind, detail=detail)


_SPEAKS = (
    ("http", re.compile(rb"^HTTP/\d|^<(?:!doctype|html)", re.IGNORECASE)),
    ("ssh", re.compile(rb"^SSH-\d")),
    ("imap", re.compile(rb"^\* (?:OK|PREAUTH|BYE)\b", re.IGNORECASE)),
    ("pop3", re.compile(rb"^(?:\+OK|-ERR)\b", re.IGNORECASE)),
    ("ftp", re.compile(rb"^220[ -](?![^\n]*SMTP).*(?:ftp(?:d|\b)|filezilla|file transfer)", re.IGNORECASE | re.DOTALL)),
    # A file server whose greeting does not say so asks at EHLO for its own commands (RFC 959 §4.1.1).
    ("ftp", re.compile(rb"^530[ -].*\bUSER\b.{1,5}\bPASS\b", re.DOTALL)),
    ("lmtp", re.compile(rb"^220[ -](?![^\n]*SMTP)[^\n]*\bLMTP\b")),
    ("smtp", re.compile(rb"^(?:220|421|554)[ -]")),
    ("tls", re.compile(rb"^[\x14-\x17]\x03[\x00-\x04]")),
)


def what_speaks(first_bytes: bytes) -> str:
    """The protocol that the first bytes betray: http, ssh, imap, pop3, ftp, lmtp, smtp, tls or unknown."""
    return next((name for name, pattern in _SPEAKS if pattern.match(first_bytes)), "unknown")
