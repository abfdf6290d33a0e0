"""What a letter to an administrator says of a stage, of a failure that was observed, and of a certificate."""

from __future__ import annotations

from typing import Final

from wizard.language import tr, tr_later
from wizard.model.evidence import CertificateProblem, ErrorKind, Stage
from wizard.model.server import Security

_STEPS: Final = {
    Stage.INPUT: tr_later("before anything was sent"),
    Stage.DNS: tr_later("finding the server's address"),
    Stage.CONNECT: tr_later("connecting"),
    Stage.TLS: tr_later("encryption (TLS)"),
    Stage.GREETING: tr_later("the server's greeting"),
    Stage.AUTH: tr_later("sign-in"),
    Stage.ENVELOPE: tr_later("sender and recipient"),
    Stage.MESSAGE: tr_later("handing over the message"),
    Stage.ARRIVAL: tr_later("arrival of the test message"),
}
# What is asked where the cause itself asks for nothing in particular.
_REQUESTS: Final = {
    Stage.INPUT: tr_later("Could you please tell me which server names, ports and user name belong to this account?"),
    Stage.DNS: tr_later("Could you please tell me the right name of the server, or check that it is in the DNS?"),
    Stage.CONNECT: tr_later(
        "Could you please check that the server is up and reachable at this address and port from the internet, or "
        "tell me which server and port to use?"
    ),
    Stage.TLS: tr_later(
        "Could you please check the server's encryption at this port, or tell me which port and kind of encryption to "
        "use?"
    ),
    Stage.GREETING: tr_later(
        "Could you please look in the server's log for the time below, and tell me why it did not go on?"
    ),
    Stage.AUTH: tr_later(
        "Could you please check that the account is there and active under this user name, look in the server's log "
        "for the time below, and tell me which user name, password or setting it needs?"
    ),
    Stage.ENVELOPE: tr_later(
        "Could you please look in the server's log for the time below, and tell me which sender, recipient or setting "
        "it would accept?"
    ),
    Stage.MESSAGE: tr_later(
        "Could you please look in the server's log for the time below, and tell me why the message was not taken?"
    ),
    Stage.ARRIVAL: tr_later(
        "Could you please look in the server's log for the time below, and tell me where the message went?"
    ),
}
_OBSERVED: Final = {
    ErrorKind.PASSWORD_UNUSABLE: tr_later("password unusable"),
    ErrorKind.NAME_NOT_FOUND: tr_later("name not found"),
    ErrorKind.DNS_UNAVAILABLE: tr_later("dns unavailable"),
    ErrorKind.ADDRESS_REFUSED_BY_US: tr_later("address refused by us"),
    ErrorKind.OWN_NETWORK: tr_later("own network"),
    ErrorKind.CONNECTION_REFUSED: tr_later("connection refused"),
    ErrorKind.CONNECTION_TIMED_OUT: tr_later("connection timed out"),
    ErrorKind.NETWORK_UNREACHABLE: tr_later("network unreachable"),
    ErrorKind.PERMISSION_DENIED: tr_later("permission denied"),
    ErrorKind.CONNECTION_DROPPED: tr_later("connection dropped"),
    ErrorKind.SILENCE: tr_later("silence"),
    ErrorKind.NOT_MAIL: tr_later("not mail"),
    ErrorKind.OTHER_PROTOCOL: tr_later("other protocol"),
    ErrorKind.PLAINTEXT_WHERE_TLS: tr_later("plaintext where tls"),
    ErrorKind.TLS_WHERE_PLAINTEXT: tr_later("tls where plaintext"),
    ErrorKind.TLS_HANDSHAKE: tr_later("tls handshake"),
    ErrorKind.TLS_VERSION: tr_later("tls version"),
    ErrorKind.TLS_CERTIFICATE: tr_later("tls certificate"),
    ErrorKind.NO_TRUST_STORE: tr_later("no trust store"),
    ErrorKind.STARTTLS_MISSING: tr_later("starttls missing"),
    ErrorKind.STARTTLS_REFUSED: tr_later("starttls refused"),
    ErrorKind.HELO_REFUSED: tr_later("helo refused"),
    ErrorKind.INJECTED_BEFORE_TLS: tr_later("injected before tls"),
    ErrorKind.REPLY: tr_later("reply"),
    ErrorKind.NO_COMMON_AUTH: tr_later("no common auth"),
    ErrorKind.AUTH_MISSING: tr_later("auth missing"),
    ErrorKind.UNENCRYPTED: tr_later("unencrypted"),
    ErrorKind.PROTOCOL_ERROR: tr_later("protocol error"),
    ErrorKind.SMTPUTF8_MISSING: tr_later("smtputf8 missing"),
    ErrorKind.NOT_ARRIVED: tr_later("not arrived"),
    ErrorKind.OUTCOME_UNKNOWN: tr_later("outcome unknown"),
    ErrorKind.ADDRESS_MISTYPED: tr_later("address mistyped"),
    ErrorKind.HELD_BACK: tr_later("held back"),
    ErrorKind.BUDGET: tr_later("budget"),
    ErrorKind.INTERNAL: tr_later("internal"),
}
_CERTIFICATES: Final = {
    CertificateProblem.EXPIRED: tr_later("certificate expired"),
    CertificateProblem.NOT_YET_VALID: tr_later("certificate not yet valid"),
    CertificateProblem.SELF_SIGNED: tr_later("certificate self signed"),
    CertificateProblem.UNTRUSTED: tr_later("certificate untrusted"),
    CertificateProblem.NAME_MISMATCH: tr_later("certificate name mismatch"),
    CertificateProblem.REVOKED: tr_later("certificate revoked"),
    CertificateProblem.CHANGED: tr_later("certificate changed"),
    CertificateProblem.OTHER: tr_later("certificate other"),
}


def step_words(stage: Stage) -> str:
    """The stage, as an administrator calls it."""
    return tr(_STEPS[stage])


def request_words(stage: Stage) -> str:
    """What is asked where the cause itself asks for nothing in particular."""
    return tr(_REQUESTS[stage])


def observed_words(kind: ErrorKind) -> str:
    """A failure without an answer of the server, in as few words as its log would have."""
    return tr(_OBSERVED[kind])


def certificate_words(problem: CertificateProblem) -> str:
    """What is wrong with a certificate."""
    return tr(_CERTIFICATES[problem])


def encryption_words(security: Security) -> str:
    """The encryption, as an administrator calls it."""
    match security:
        case Security.TLS:
            return tr("TLS from the start")
        case Security.STARTTLS:
            return "STARTTLS"
        case Security.NONE:
            return tr("no encryption")
