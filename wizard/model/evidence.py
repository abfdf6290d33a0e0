"""What was seen: one `Evidence` per stage, gathered in a `ProbeReport`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from msgspec import Struct, field

from wizard.model.record import WithCompanion
from wizard.model.secret import Secret
from wizard.model.server import Endpoint, Protocol, ServerCandidate


class Detail(TypedDict, total=False):
    """What a stage showed beside its outcome: a closed set of keys, each written by the code its comment names.

    In the JSON of a check it is the flat object `timeline[].detail`. A key that is absent or None was not seen.
    """

    # Who was asked where the servers are (discovery/planner.py), in progress only.
    source: str
    whom: str
    answer: str
    # Finding and connecting (probe/connector.py).
    addresses: str | None  # those that were tried, with ", " between them
    address: str  # the one that answered
    local: str  # this computer's
    ipv6_failed: bool
    no_route: bool  # this computer has no way out at all
    suspected_blocked: bool  # in progress only: no answer to three SYNs so far
    portal: bool  # a web page answers that a guest network shows before it lets anybody through
    # Encryption (probe/tls.py, probe/error_kinds.py).
    tls: str | None  # its version, as in TLSv1.3
    cipher: str | None
    tls_reason: str  # OpenSSL's name for what went wrong
    wants_certificate: bool  # the server wants this computer to show a certificate of its own
    exception: str  # the class of an error of our own
    # Greeting and what is offered.
    speaks: str  # what answered instead: see `what_speaks`
    greeted: bool  # a mail server of this protocol greeted us before it failed
    mechanisms: str | None  # SASL names, with blanks between them
    masked: bool  # stars for a greeting, X for what is offered: something on the way blanks it out
    seen_as: str | None  # this computer's public address, as the server greeted it
    # Sign-in.
    username: str
    method: str  # an AuthMethod
    ours: str  # why nothing was sent: "control-character"
    wait_s: float  # until the sign-in budget allows another attempt
    # Envelope and message.
    sender: str
    recipient: str
    put_off: str  # what the server said at first, before it was asked once more
    command: str  # the refused one: "mail", "rcpt", "data" before the message; after a sign-in "examine", "stat"
    # Arrival of the test message (setup/round_trip.py).
    folder: str
    looked_in: str  # folders, with ", " between them
    # What the whole run showed of this failure (setup/, accounts/recheck.py).
    other_form_works: bool
    other_username: str
    domain_not_registered: bool
    takes_no_mail: bool  # the domain says so (null MX, RFC 7505), and nobody named a server of it
    isp: str  # whose line the server saw us come from
    isp_relay: str  # that provider's sending server: HOST:PORT/SECURITY
    near_provider: bool  # the domain does not exist and a provider's is much like it; "suggestion" says which
    no_such_ending: bool  # the domain's ending (.con) is none that anybody can register
    suggestion: str  # the address that was probably meant
    provider_unsupported: bool
    worked_until: str  # ISO date


NO_DETAIL = Detail()


class Stage(StrEnum):
    """The stretches of the way, in order."""

    INPUT = "input"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    AUTH = "auth"
    ENVELOPE = "envelope"
    MESSAGE = "message"
    ARRIVAL = "arrival"

    @property
    def order(self) -> int:
        """How far along the way; the candidate that got furthest speaks first."""
        return tuple(Stage).index(self)


class Outcome(StrEnum):
    """How a stage ended; `STARTED` occurs in progress only."""

    STARTED = "started"
    OK = "ok"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class ErrorKind(StrEnum):
    """What code can measure of a failure; which cause it means is for the rules to say."""

    PASSWORD_UNUSABLE = "password-unusable"  # noqa: S105 - it holds a control character; nothing was sent
    NAME_NOT_FOUND = "name-not-found"
    DNS_UNAVAILABLE = "dns-unavailable"
    ADDRESS_REFUSED_BY_US = "address-refused-by-us"  # loopback, link-local or multicast named by somebody else (T27)
    OWN_NETWORK = "own-network"  # an address in the person's own network, which somebody else named: it needs a yes
    CONNECTION_REFUSED = "connection-refused"
    CONNECTION_TIMED_OUT = "connection-timed-out"
    NETWORK_UNREACHABLE = "network-unreachable"
    PERMISSION_DENIED = "permission-denied"  # a local firewall or security program said no
    CONNECTION_DROPPED = "connection-dropped"
    SILENCE = "silence"  # connected, and nothing came in time
    NOT_MAIL = "not-mail"  # detail "speaks": http, ssh, ftp, lmtp, tls, unknown
    OTHER_PROTOCOL = "other-protocol"  # detail "speaks": smtp, imap, pop3
    PLAINTEXT_WHERE_TLS = "plaintext-where-tls"  # TLS was begun, words in clear came back
    TLS_WHERE_PLAINTEXT = "tls-where-plaintext"  # nothing or a TLS alert where a greeting was due
    TLS_HANDSHAKE = "tls-handshake"
    TLS_VERSION = "tls-version"
    TLS_CERTIFICATE = "tls-certificate"  # CertificateFacts.problem says which
    NO_TRUST_STORE = "no-trust-store"  # we have no roots of trust, so that every certificate is refused
    STARTTLS_MISSING = "starttls-missing"
    STARTTLS_REFUSED = "starttls-refused"
    HELO_REFUSED = "helo-refused"  # both names by which we introduce ourselves were refused
    INJECTED_BEFORE_TLS = "injected-before-tls"  # bytes in the buffer at the switch (T03), or PREAUTH in clear (T07)
    REPLY = "reply"  # the server answered no; Evidence.reply says what
    NO_COMMON_AUTH = "no-common-auth"  # it offers methods, none we may use
    AUTH_MISSING = "auth-missing"  # it offers none
    UNENCRYPTED = "unencrypted"  # we refuse to sign in in clear
    PROTOCOL_ERROR = "protocol-error"  # answers out of any grammar, or past the caps
    SMTPUTF8_MISSING = "smtputf8-missing"
    NOT_ARRIVED = "not-arrived"
    OUTCOME_UNKNOWN = "outcome-unknown"  # silence after the final dot: it may have arrived (T12)
    ADDRESS_MISTYPED = "address-mistyped"  # its domain is a slip away from a provider's; detail "suggestion"
    HELD_BACK = "held-back"  # the person has not agreed that a password goes to this server
    BUDGET = "budget"  # the sign-in budget forbids another attempt now
    INTERNAL = "internal"


class CertificateProblem(StrEnum):
    """Why a certificate was not accepted."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    SELF_SIGNED = "self-signed"
    UNTRUSTED = "untrusted"
    NAME_MISMATCH = "name-mismatch"
    REVOKED = "revoked"
    CHANGED = "changed"  # another one than the person had trusted
    OTHER = "other"


class Reply(WithCompanion, frozen=True, eq=False):
    """A server's answer as received, made inert: control and bidi characters are replaced, secrets masked.

    `code` is SMTP's number (RFC 5321 §4.2); `None` for IMAP and POP3. `enhanced` is RFC 3463's, e.g. "5.7.8".
    `status` is IMAP's NO/BAD/BYE or POP3's -ERR; `None` for SMTP. `code_text` is their bracketed response code.
    `heard` is the text before anything was masked, for the rules alone: a password such as "authentication" would
    otherwise take the words that tell the cause out of it.
    """

    text: str
    code: int | None = None
    enhanced: str | None = None
    status: str | None = None
    code_text: str | None = None
    heard: Secret | None = None

    @property
    def is_temporary(self) -> bool:
        """Whether its code says that the same may be taken later (RFC 5321 §4.2.1, RFC 5530, RFC 3206)."""
        if self.code is not None:
            return 400 <= self.code <= 499
        word = (self.code_text or "").upper().split(" ")[0]
        return word in {"UNAVAILABLE", "INUSE", "IN-USE", "SYS/TEMP", "LOGIN-DELAY"}

    @property
    def judged(self) -> str:
        """What the rules read; never to be shown."""
        return self.heard.reveal() if self.heard is not None else self.text


class CertificateFacts(Struct, frozen=True):
    """What the server's certificate says, whether or not it was accepted; all of it is the server's claim."""

    sha256: str
    names: tuple[str, ...]
    issuer: str
    subject: str
    not_before: datetime
    not_after: datetime
    self_signed: bool
    problem: CertificateProblem | None = None


class Evidence(Struct, frozen=True):
    """What one stage showed at one server.

    `seconds` is how long the stage took, `t_s` when it ended, both in seconds, `t_s` from the start of the run.
    `capabilities` are words the server announced (EHLO keywords, IMAP capabilities, POP3 CAPA), upper-case.
    """

    stage: Stage
    outcome: Outcome
    protocol: Protocol | None = None
    endpoint: Endpoint | None = None
    error: ErrorKind | None = None
    reply: Reply | None = None
    certificate: CertificateFacts | None = None
    capabilities: tuple[str, ...] = ()
    seconds: float = 0.0
    t_s: float = 0.0
    detail: Detail = field(default_factory=lambda: NO_DETAIL)


class Surroundings(Struct, frozen=True):
    """What the computer and its line showed, beside any one server; `None` is "not looked at".

    `open_ports` and `blocked_ports` are ports of hosts of this account only.
    `public_address` is this computer's address as a server of the account named it.
    """

    online: bool | None = None
    captive_portal: bool | None = None
    clock_off_s: float | None = None
    proxy_or_vpn: str | None = None
    ipv6_broken: bool | None = None
    open_ports: tuple[int, ...] = ()
    blocked_ports: tuple[int, ...] = ()
    public_address: str | None = None


def failure_in(evidence: Sequence[Evidence]) -> Evidence | None:
    """The last one that failed."""
    return next((item for item in reversed(evidence) if item.outcome is Outcome.FAILED), None)


class ProbeReport(Struct, frozen=True):
    """One candidate's whole probe: evidence in order of time and the conversation with every secret removed."""

    candidate: ServerCandidate
    evidence: tuple[Evidence, ...]
    transcript: tuple[str, ...] = ()
    auth: str | None = None  # the method that signed in
    max_message_bytes: int | None = None  # EHLO SIZE (RFC 1870)
    sign_in_attempts: int = 0
    alerts: tuple[str, ...] = ()  # what the server wants people to be shown, beside its answers (IMAP's ALERT)

    @property
    def failure(self) -> Evidence | None:
        """The evidence at which it stopped; `None` when it did not."""
        return failure_in(self.evidence)

    @property
    def reached(self) -> Stage | None:
        """The last stage that ended well."""
        passed = [item.stage for item in self.evidence if item.outcome is Outcome.OK]
        return max(passed, key=lambda stage: stage.order, default=None)

    @property
    def signed_in(self) -> bool:
        """True only after 235, OK or +OK (T11)."""
        return self.failure is None and any(
            item.stage is Stage.AUTH and item.outcome is Outcome.OK for item in self.evidence
        )

    @property
    def has_signed_in(self) -> bool:
        """Whether the server accepted name and password, whatever it refused afterwards."""
        return any(item.stage is Stage.AUTH and item.outcome is Outcome.OK for item in self.evidence)

    @property
    def is_encrypted(self) -> bool:
        """Whether the line was encrypted in the end."""
        return any(item.stage is Stage.TLS and item.outcome is Outcome.OK for item in self.evidence)

    def last(self, stage: Stage) -> Evidence | None:
        """The newest evidence of that stage."""
        return next((item for item in reversed(self.evidence) if item.stage is stage), None)
