"""The words the Check, Test and Done pages say, all in one place; no Qt here.

Technical names stay small and second: "Sign in" before "auth", "Receiving" before "IMAP".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from wizard.model.dates import date_text
from wizard.model.diagnosis import ChangeSettings, Diagnosis, EditField, Fix, Remedy, ServerChange, Wait
from wizard.model.evidence import CertificateProblem, ErrorKind, Reply, Stage
from wizard.model.server import Protocol, Security, ServerCandidate

PROTOCOL_NAMES: Final = {Protocol.SMTP: "SMTP", Protocol.IMAP: "IMAP", Protocol.POP3: "POP3"}
SECURITY_NAMES: Final = {Security.TLS: "SSL/TLS", Security.STARTTLS: "STARTTLS", Security.NONE: "not encrypted"}

STAGE_NAMES: Final = {
    Stage.INPUT: "Settings",
    Stage.DNS: "Find",
    Stage.CONNECT: "Connect",
    Stage.TLS: "Encrypt",
    Stage.GREETING: "Connect",
    Stage.AUTH: "Sign in",
    Stage.ENVELOPE: "Hand over",
    Stage.MESSAGE: "Hand over",
    Stage.ARRIVAL: "Arrive",
}

TRYING: Final = "Trying"
WAITING: Final = "Waiting"
NOT_TRIED: Final = "Not tried"
NOT_ENCRYPTED: Final = "Not encrypted"
WORKS_KEPT: Final = "Works, kept"
WORKS: Final = "Works"
CONTINUE: Final = "Continue"
SETTINGS_RIGHT: Final = "Continue, the settings are right"
PROMISE: Final = "Your password goes only to these two servers, and only encrypted."
PROMISE_ONE: Final = "Your password goes only to this server, and only encrypted."

_FAILED_WORDS: Final = {
    ErrorKind.NAME_NOT_FOUND: "Not found",
    ErrorKind.DNS_UNAVAILABLE: "No answer",
    ErrorKind.ADDRESS_REFUSED_BY_US: "Not safe",
    ErrorKind.CONNECTION_REFUSED: "Refused",
    ErrorKind.CONNECTION_TIMED_OUT: "No answer",
    ErrorKind.NETWORK_UNREACHABLE: "No way there",
    ErrorKind.PERMISSION_DENIED: "Blocked here",
    ErrorKind.CONNECTION_DROPPED: "Cut off",
    ErrorKind.SILENCE: "No answer",
    ErrorKind.NOT_MAIL: "Not mail",
    ErrorKind.OTHER_PROTOCOL: "Other service",
    ErrorKind.PLAINTEXT_WHERE_TLS: "Wrong kind",
    ErrorKind.TLS_WHERE_PLAINTEXT: "Wrong kind",
    ErrorKind.TLS_HANDSHAKE: "Failed",
    ErrorKind.TLS_VERSION: "Too old",
    ErrorKind.TLS_CERTIFICATE: "Not trusted",
    ErrorKind.NO_TRUST_STORE: "Not checkable",
    ErrorKind.STARTTLS_MISSING: "Not offered",
    ErrorKind.STARTTLS_REFUSED: "Refused",
    ErrorKind.INJECTED_BEFORE_TLS: "Tampered with",
    ErrorKind.HELO_REFUSED: "Refused",
    ErrorKind.REPLY: "Refused",
    ErrorKind.PASSWORD_UNUSABLE: "Not usable",
    ErrorKind.OWN_NETWORK: "Your network",
    ErrorKind.ADDRESS_MISTYPED: "Mistyped",
    ErrorKind.HELD_BACK: "Held back",
    ErrorKind.NO_COMMON_AUTH: "No shared way",
    ErrorKind.AUTH_MISSING: "Not offered",
    ErrorKind.UNENCRYPTED: "Not safe",
    ErrorKind.PROTOCOL_ERROR: "Unclear",
    ErrorKind.SMTPUTF8_MISSING: "Not offered",
    ErrorKind.NOT_ARRIVED: "Not arrived",
    ErrorKind.OUTCOME_UNKNOWN: "Not known",
    ErrorKind.BUDGET: "Paused",
    ErrorKind.INTERNAL: "Failed",
}

_CERTIFICATE_WORDS: Final = {
    CertificateProblem.EXPIRED: "Expired",
    CertificateProblem.NOT_YET_VALID: "Not yet valid",
    CertificateProblem.SELF_SIGNED: "Self-signed",
    CertificateProblem.UNTRUSTED: "Not trusted",
    CertificateProblem.NAME_MISMATCH: "Name differs",
    CertificateProblem.REVOKED: "Revoked",
    CertificateProblem.CHANGED: "Changed",
    CertificateProblem.OTHER: "Not trusted",
}


def side_name(protocol: Protocol) -> str:
    """Sending or Receiving."""
    return "Sending" if protocol is Protocol.SMTP else "Receiving"


def passed(seconds: float | None, tls_version: str | None = None) -> str:
    """The state word of a stage that ended well: "OK, 0.2 s", or "OK, TLS 1.3" where a version is known."""
    if tls_version:
        return f"OK, {_tls(tls_version)}"
    if seconds is None:
        return "OK"
    return f"OK, {seconds:.1f} s" if seconds >= 0.1 else f"OK, {max(1, round(seconds * 1000))} ms"


def failed(error: ErrorKind | None, problem: CertificateProblem | None = None) -> str:
    """The state word of a stage that did not end well, short enough for its column."""
    if problem is not None:
        return _CERTIFICATE_WORDS[problem]
    return _FAILED_WORDS[error] if error is not None else "Failed"


def mark_name(protocol: Protocol, stage: Stage, state: str) -> str:
    """The accessible name of a stage mark, such as "Sending: Connect: ok"."""
    return f"{side_name(protocol)}: {STAGE_NAMES[stage]}: {state}"


def only_with(protocol: Protocol) -> str:
    """The way on where one side works: "Continue with receiving only"."""
    return f"Continue with {side_name(protocol).lower()} only"


def stopped_at(stage: Stage) -> str:
    """How far a side got: "stopped at Sign in"."""
    if stage is Stage.INPUT:
        return "was not tried"
    if stage in (Stage.ENVELOPE, Stage.MESSAGE):
        return "had its message refused"
    if (
        stage is Stage.GREETING
    ):  # before Encrypt with STARTTLS, after it with SSL/TLS: no column's name is right for both
        return "stopped before Sign in"
    return f"stopped at {STAGE_NAMES[stage]}"


def servers(count: int, protocol: Protocol) -> str:
    """What is checked: "both servers", or the one that is wanted."""
    return "both servers" if count > 1 else f"the {side_name(protocol).lower()} server"


def doing(protocol: Protocol, stage: Stage, host: str, username: str | None) -> str:
    """What is being done now, for the running card."""
    match stage:
        case Stage.DNS:
            return f"Looking up {host}"
        case Stage.CONNECT:
            return f"Connecting to {host}"
        case Stage.TLS:
            return f"Encrypting the line to {host}"
        case Stage.GREETING:
            return f"Waiting for {host} to answer"
        case Stage.AUTH if username:
            return f"Signing in to {host} as {username}"
        case Stage.AUTH:
            return f"Signing in to {host}"
        case Stage.ENVELOPE | Stage.MESSAGE:
            return f"Handing a message to {host}"
        case Stage.ARRIVAL:
            return f"Watching the mailbox at {host}"
        case _:
            return f"Checking {side_name(protocol).lower()}"


def so_far(seconds: int) -> str:
    """The seconds gone, and what to expect."""
    if seconds < 1:
        return "Most checks take less than 15 seconds."
    if seconds < 15:
        return f"{count(seconds, 'second')} so far. Most checks take less than 15."
    return f"{count(seconds, 'second')} so far. The server is slow to answer; you can stop at any time."


def stopped_after(seconds: int) -> str:
    """The fact on a stopped check's card."""
    return f"Stopped after {count(max(1, seconds), 'second')}"


def title_of(diagnoses: Iterable[Diagnosis]) -> str:
    """The page's title while something is left to do: how many things, and of what kind."""
    kinds = [_kind(diagnosis) for diagnosis in diagnoses]
    if len(kinds) > 1:
        verb = kinds[0] if len(set(kinds)) == 1 else "do"
        return f"{_number_word(len(kinds))} things to {verb}"
    return f"One thing to {kinds[0] if kinds else 'do'}"


def _kind(diagnosis: Diagnosis) -> str:
    action = diagnosis.remedies[0].action if diagnosis.remedies else None
    if isinstance(action, ChangeSettings | EditField):
        return "change"
    return "wait for" if isinstance(action, Wait) else "do"


def summary_of(lanes: Sequence[tuple[Protocol, bool, Stage | None]]) -> str:
    """What works and where the rest stopped: "Receiving works and stays as it is. Sending stopped at Sign in."."""
    sentences = [f"{side_name(protocol)} works and stays as it is." for protocol, works, _ in lanes if works]
    stopped = [(side_name(protocol), stopped_at(stage)) for protocol, _, stage in lanes if stage is not None]
    if len(stopped) == 2 and stopped[0][1] == stopped[1][1]:
        both = "were not tried" if stopped[0][1] == stopped_at(Stage.INPUT) else stopped[0][1]
        sentences.append(f"Sending and receiving {both}.")
    else:
        sentences += [f"{side} {where_to}." for side, where_to in stopped]
    return " ".join(sentences)


def change_strip(fix: Fix) -> tuple[tuple[str, str, str], ...]:
    """What a fix changed: label, before, after; port and encryption share a line because they belong together."""
    before, after = fix.before, fix.after
    lines: list[tuple[str, str, str]] = []
    if after.host is not None:
        lines.append(("Server", before.host or "", after.host))
    if after.port is not None and after.port != before.port:
        lines.append(("Port", _port(before), _port(after)))
    elif after.security is not None:
        lines.append(("Encryption", _security(before), _security(after)))
    if after.username is not None:
        lines.append(("User name", before.username or "", after.username))
    return tuple(lines)


def use(fix: Fix | None, remedy: Remedy) -> str:
    """The words on a primary button: "Use “ada”" once the new value is known, else what the remedy says."""
    after = fix.after if fix is not None else None
    if after is None:
        return remedy.say
    if after.username is not None:
        return f"Use “{after.username}”"
    if after.host is not None:
        return f"Use “{after.host}”"
    if after.port is not None and (after.security is None or fix is None or after.port != fix.before.port):
        return f"Use port {after.port}"
    if after.security is not None:
        return f"Use {SECURITY_NAMES[after.security]}"
    return remedy.say


def where(diagnosis: Diagnosis) -> str:
    """Where a diagnosis was made: "smtp.example.net:587, SMTP, Sign in"."""
    parts = [
        diagnosis.server,
        PROTOCOL_NAMES[diagnosis.protocol] if diagnosis.protocol is not None else None,
        STAGE_NAMES[diagnosis.stage],
    ]
    return ", ".join(part for part in parts if part)


def reply_text(reply: Reply) -> str:
    """A server's answer with its codes in front, unless it begins with them anyway."""
    codes = " ".join(str(part) for part in (reply.code, reply.enhanced or reply.status) if part)
    return reply.text if reply.text.startswith(codes) else f"{codes} {reply.text}"


def breakable_name(name: str) -> str:
    """The host name with places after dots and hyphens where it may go on in the next line."""
    return re.sub(r"(?<=[.-])(?=.)", "\u200b", name)


def breakable(text: str) -> str:
    """The text with places where very long words may go on in the next line."""
    return re.sub(r"(\S{40})(?=\S)", "\\1\u200b", text)


def wait_until(until: datetime, now: datetime) -> str:
    """Until when nothing helps but time."""
    minutes = max(1, round((until - now).total_seconds() / 60))
    day = "" if until.date() == now.date() else f"{day_text(until.date(), now.date())} at "
    if minutes < 120:
        return f"Wait until {day}{clock(until)}, {count(minutes, 'minute')} from now."
    return f"Wait until {day}{clock(until)}."


def clock(moment: datetime, *, with_seconds: bool = False) -> str:
    """The time of day on this computer's clock."""
    return moment.astimezone().strftime("%H:%M:%S" if with_seconds else "%H:%M")


def day_text(day: date, today: date) -> str:
    """A day as people say it: today, yesterday, or "2 March 2027"."""
    if day == today:
        return "today"
    if day == today - timedelta(days=1):
        return "yesterday"
    if day == today + timedelta(days=1):
        return "tomorrow"
    return date_text(day)


def verified_line(incoming: bool, outgoing: bool, at: datetime, now: datetime) -> str:
    """The summary on the Done page: "Sending and receiving verified today at 14:02"."""
    sides = "Sending and receiving" if incoming and outgoing else ("Sending" if outgoing else "Receiving")
    return f"{sides} verified {day_text(at.astimezone().date(), now.astimezone().date())} at {clock(at)}"


def fingerprint(sha256: str) -> str:
    """A fingerprint in groups of four, eight groups a line: two people can compare it over the phone."""
    text = sha256.upper()
    groups = [text[start : start + 4] for start in range(0, len(text), 4)]
    return "\n".join(" ".join(groups[start : start + 8]) for start in range(0, len(groups), 8))


def endpoint(candidate: ServerCandidate) -> str:
    """A server as the summary shows it: "smtp.example.net, port 587, STARTTLS"."""
    return f"{candidate.host}, port {candidate.port}, {SECURITY_NAMES[candidate.security]}"


def _tls(version: str) -> str:
    return version.replace("TLSv", "TLS ")


def _port(change: ServerChange) -> str:
    parts = [str(change.port) if change.port is not None else "", _security(change)]
    return ", ".join(part for part in parts if part)


def _security(change: ServerChange) -> str:
    return SECURITY_NAMES[change.security] if change.security is not None else ""


def count(number: int, noun: str) -> str:
    """A number of things: "1 second", "2 seconds"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _number_word(number: int) -> str:
    return {2: "Two", 3: "Three", 4: "Four"}.get(number, str(number))
