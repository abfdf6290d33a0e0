"""The short words for what failed, as they stand in a column or below a picture; no Qt here."""

from __future__ import annotations

from typing import Final

from wizard.language import tr, tr_later
from wizard.model.evidence import CertificateProblem, ErrorKind

_FAILED_WORDS: Final = {
    ErrorKind.NAME_NOT_FOUND: tr_later("Not found"),
    ErrorKind.DNS_UNAVAILABLE: tr_later("No answer"),
    ErrorKind.ADDRESS_REFUSED_BY_US: tr_later("Not safe"),
    ErrorKind.CONNECTION_REFUSED: tr_later("Refused"),
    ErrorKind.CONNECTION_TIMED_OUT: tr_later("No answer"),
    ErrorKind.NETWORK_UNREACHABLE: tr_later("No way there"),
    ErrorKind.PERMISSION_DENIED: tr_later("Blocked here"),
    ErrorKind.CONNECTION_DROPPED: tr_later("Cut off"),
    ErrorKind.SILENCE: tr_later("No answer"),
    ErrorKind.NOT_MAIL: tr_later("Not mail"),
    ErrorKind.OTHER_PROTOCOL: tr_later("Other service"),
    ErrorKind.PLAINTEXT_WHERE_TLS: tr_later("Wrong kind"),
    ErrorKind.TLS_WHERE_PLAINTEXT: tr_later("Wrong kind"),
    ErrorKind.TLS_HANDSHAKE: tr_later("Failed"),
    ErrorKind.TLS_VERSION: tr_later("Too old"),
    ErrorKind.TLS_CERTIFICATE: tr_later("Not trusted"),
    ErrorKind.NO_TRUST_STORE: tr_later("Not checkable"),
    ErrorKind.STARTTLS_MISSING: tr_later("Not offered"),
    ErrorKind.STARTTLS_REFUSED: tr_later("Refused"),
    ErrorKind.INJECTED_BEFORE_TLS: tr_later("Tampered with"),
    ErrorKind.HELO_REFUSED: tr_later("Refused"),
    ErrorKind.REPLY: tr_later("Refused"),
    ErrorKind.PASSWORD_UNUSABLE: tr_later("Not usable"),
    ErrorKind.OWN_NETWORK: tr_later("Your network"),
    ErrorKind.ADDRESS_MISTYPED: tr_later("Mistyped"),
    ErrorKind.HELD_BACK: tr_later("Held back"),
    ErrorKind.NO_COMMON_AUTH: tr_later("Not this way"),
    ErrorKind.AUTH_MISSING: tr_later("Not offered"),
    ErrorKind.UNENCRYPTED: tr_later("Not safe"),
    ErrorKind.PROTOCOL_ERROR: tr_later("Unclear"),
    ErrorKind.SMTPUTF8_MISSING: tr_later("Not offered"),
    ErrorKind.NOT_ARRIVED: tr_later("Not arrived"),
    ErrorKind.OUTCOME_UNKNOWN: tr_later("Not known"),
    ErrorKind.BUDGET: tr_later("Paused"),
    ErrorKind.INTERNAL: tr_later("Failed"),
}

_SIGN_IN_FAILED: Final = tr_later("Sign-in: failed")
_SIGN_IN_WORDS: Final[dict[ErrorKind | None, str]] = {
    ErrorKind.CONNECTION_TIMED_OUT: tr_later("Sign-in: no answer"),
    ErrorKind.CONNECTION_DROPPED: tr_later("Sign-in: cut off"),
    ErrorKind.SILENCE: tr_later("Sign-in: no answer"),
    ErrorKind.NOT_MAIL: tr_later("Sign-in: not mail"),
    ErrorKind.OTHER_PROTOCOL: tr_later("Sign-in: other service"),
    ErrorKind.TLS_CERTIFICATE: tr_later("Sign-in: not trusted"),
    ErrorKind.HELO_REFUSED: tr_later("Sign-in: refused"),
    ErrorKind.PASSWORD_UNUSABLE: tr_later("Sign-in: not usable"),
    ErrorKind.OWN_NETWORK: tr_later("Sign-in: your network"),
    ErrorKind.ADDRESS_MISTYPED: tr_later("Sign-in: mistyped"),
    ErrorKind.HELD_BACK: tr_later("Sign-in: held back"),
    ErrorKind.NO_COMMON_AUTH: tr_later("Sign-in: not this way"),
    ErrorKind.AUTH_MISSING: tr_later("Sign-in: not offered"),
    ErrorKind.UNENCRYPTED: tr_later("Sign-in: not safe"),
    ErrorKind.PROTOCOL_ERROR: tr_later("Sign-in: unclear"),
    ErrorKind.OUTCOME_UNKNOWN: tr_later("Sign-in: not known"),
    ErrorKind.BUDGET: tr_later("Sign-in: paused"),
}

_CERTIFICATE_WORDS: Final = {
    CertificateProblem.EXPIRED: tr_later("Expired"),
    CertificateProblem.NOT_YET_VALID: tr_later("Not yet valid"),
    CertificateProblem.SELF_SIGNED: tr_later("Self-signed"),
    CertificateProblem.UNTRUSTED: tr_later("Not trusted"),
    CertificateProblem.NAME_MISMATCH: tr_later("Name differs"),
    CertificateProblem.REVOKED: tr_later("Revoked"),
    CertificateProblem.CHANGED: tr_later("Changed"),
    CertificateProblem.OTHER: tr_later("Not trusted"),
}


def failed(error: ErrorKind | None, problem: CertificateProblem | None = None) -> str:
    """The state word of a stage that did not end well, short enough for its column."""
    if problem is not None:
        return tr(_CERTIFICATE_WORDS[problem])
    return tr(_FAILED_WORDS[error]) if error is not None else tr("Failed")


def sign_in_failed(error: ErrorKind | None) -> str:
    """What stands below the mailbox that could not be signed in to."""
    if error in (None, ErrorKind.REPLY):
        return tr("Sign-in refused")
    return tr(_SIGN_IN_WORDS.get(error, _SIGN_IN_FAILED))
