"""The words the Check, Test and Done pages say, all in one place; no Qt here.

Technical names stay small and second: "Sign in" before "auth", "Receiving" before "IMAP".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from wizard.language import tr, tr_context, tr_later, tr_plural
from wizard.language.formats import comma_list, date_text, ended, number_text, paragraph, time_text
from wizard.model.diagnosis import ChangeSettings, Diagnosis, EditField, Fix, Remedy, ServerChange, Wait
from wizard.model.evidence import Reply, Stage
from wizard.model.server import Protocol, Security, ServerCandidate

PROTOCOL_NAMES: Final = {Protocol.SMTP: "SMTP", Protocol.IMAP: "IMAP", Protocol.POP3: "POP3"}
_SECURITY_NAMES: Final = {
    Security.TLS: "SSL/TLS",
    Security.STARTTLS: "STARTTLS",
    Security.NONE: tr_later("not encrypted"),
}

TRYING: Final = tr_later("Trying")
WAITING: Final = tr_later("Waiting")
NOT_TRIED: Final = tr_later("Not tried")
NOT_NEEDED: Final = tr_later("Not needed")
NOT_ENCRYPTED: Final = tr_later("Not encrypted")
WORKS_KEPT: Final = tr_later("Works, kept")
CONTINUE: Final = tr_later("Continue")
SETTINGS_RIGHT: Final = tr_later("Continue, the settings are right")
PROMISE: Final = tr_later("Your password goes only to these two servers, and only encrypted.")
PROMISE_ONE: Final = tr_later("Your password goes only to this server, and only encrypted.")


def side_name(protocol: Protocol) -> str:
    """Sending or Receiving."""
    return tr_context("side", "Sending") if protocol is Protocol.SMTP else tr_context("side", "Receiving")


def side_works(protocol: Protocol) -> str:
    """That a side works, as a sentence."""
    return tr("Sending works.") if protocol is Protocol.SMTP else tr("Receiving works.")


def stage_name(stage: Stage) -> str:
    """The name of a stage, as it heads its column: "Sign in"."""
    match stage:
        case Stage.INPUT:
            return tr_context("stage", "Settings")
        case Stage.DNS:
            return tr_context("stage", "Find")
        case Stage.CONNECT | Stage.GREETING:
            return tr_context("stage", "Connect")
        case Stage.TLS:
            return tr_context("stage", "Encrypt")
        case Stage.AUTH:
            return tr_context("stage", "Sign in")
        case Stage.ENVELOPE | Stage.MESSAGE:
            return tr_context("stage", "Send")
        case Stage.ARRIVAL:
            return tr_context("stage", "Arrive")


def state_word(state: str) -> str:
    """The state of a stage as a screen reader says it; `state` is the value of a `lanes.State`."""
    match state:
        case "ok":
            return tr_context("state of a stage", "ok")
        case "failed":
            return tr_context("state of a stage", "failed")
        case "trying":
            return tr_context("state of a stage", "trying")
        case "waiting":
            return tr_context("state of a stage", "waiting")
        case "not needed":
            return tr_context("state of a stage", "not needed")
        case _:
            return tr_context("state of a stage", "not tried")


def passed(seconds: float | None, tls_version: str | None = None) -> str:
    """The state word of a stage that ended well: "OK, 0.2 s", or "OK, TLS 1.3" where a version is known."""
    if tls_version:
        return tr("OK, {version}", version=_tls(tls_version))
    if seconds is None:
        return tr("OK")
    if seconds >= 0.1:
        return tr("OK, {seconds} s", seconds=number_text(seconds, 1))
    return tr("OK, {milliseconds} ms", milliseconds=max(1, round(seconds * 1000)))


def mark_name(protocol: Protocol, stage: Stage, state: str) -> str:
    """The accessible name of a stage mark, such as "Sending: Connect: ok"."""
    return f"{side_name(protocol)}: {stage_name(stage)}: {state_word(state)}"


def only_with(protocol: Protocol) -> str:
    """The way on where one side works: "Continue with receiving only"."""
    if protocol is Protocol.SMTP:
        return tr("Continue with sending only")
    return tr("Continue with receiving only")


def stopped_at(stage: Stage) -> str:
    """How far a side got, beside the side's name: "stopped at Sign in"."""
    if stage is Stage.INPUT:
        return tr_context("beside a side's name", "was not tried")
    if stage in (Stage.ENVELOPE, Stage.MESSAGE):
        return tr_context("beside a side's name", "had its message refused")
    if (
        stage is Stage.GREETING
    ):  # before Encrypt with STARTTLS, after it with SSL/TLS: no column's name is right for both
        return tr_context("beside a side's name", "stopped before {stage}", stage=stage_name(Stage.AUTH))
    return tr_context("beside a side's name", "stopped at {stage}", stage=stage_name(stage))


def checking(count: int, protocol: Protocol) -> str:
    """The title while it is checked: "Checking both servers", or the one that is wanted."""
    if count > 1:
        return tr("Checking both servers")
    if protocol is Protocol.SMTP:
        return tr("Checking the sending server")
    return tr("Checking the receiving server")


def doing(protocol: Protocol, stage: Stage, host: str, username: str | None) -> str:
    """What is being done now, for the running card."""
    match stage:
        case Stage.DNS:
            return tr("Looking up {host}", host=host)
        case Stage.CONNECT:
            return tr("Connecting to {host}", host=host)
        case Stage.TLS:
            return tr("Encrypting the line to {host}", host=host)
        case Stage.GREETING:
            return tr("Waiting for {host} to answer", host=host)
        case Stage.AUTH if username:
            return tr("Signing in to {host} as {username}", host=host, username=username)
        case Stage.AUTH:
            return tr("Signing in to {host}", host=host)
        case Stage.ENVELOPE | Stage.MESSAGE:
            return tr("Handing a message to {host}", host=host)
        case Stage.ARRIVAL:
            return tr("Watching the mailbox at {host}", host=host)
        case _:
            return tr("Checking sending") if protocol is Protocol.SMTP else tr("Checking receiving")


def so_far(seconds: int) -> str:
    """The seconds gone, and what to expect."""
    if seconds < 1:
        return tr("Most checks take less than 15 seconds.")
    if seconds < 15:
        return tr_plural(
            "{n} second so far. Most checks take less than 15.",
            "{n} seconds so far. Most checks take less than 15.",
            seconds,
        )
    return tr_plural(
        "{n} second so far. The server is slow to answer; you can stop at any time.",
        "{n} seconds so far. The server is slow to answer; you can stop at any time.",
        seconds,
    )


def stopped_after(seconds: int) -> str:
    """The fact on a stopped check's card."""
    return tr_plural("Stopped after {n} second", "Stopped after {n} seconds", max(1, seconds))


def title_of(diagnoses: Iterable[Diagnosis]) -> str:
    """The page's title while something is left to do: how many things, and of what kind."""
    kinds = [_kind(diagnosis) for diagnosis in diagnoses] or ["do"]
    number = len(kinds)
    word = _number_word(number)
    match kinds[0] if len(set(kinds)) == 1 else "do":
        case "change":
            return tr_plural("One thing to change", "{number} things to change", number, number=word)
        case "wait":
            return tr_plural("One thing to wait for", "{number} things to wait for", number, number=word)
        case _:
            return tr_plural("One thing to do", "{number} things to do", number, number=word)


def _kind(diagnosis: Diagnosis) -> str:
    action = diagnosis.remedies[0].action if diagnosis.remedies else None
    if isinstance(action, ChangeSettings | EditField):
        return "change"
    return "wait" if isinstance(action, Wait) else "do"


def summary_of(lanes: Sequence[tuple[Protocol, bool, Stage | None]]) -> str:
    """What works and where the rest stopped: "Receiving works and stays as it is. Sending stopped at Sign in."."""
    sentences = [_works_still(protocol) for protocol, works, _ in lanes if works]
    stopped = [(protocol, stage) for protocol, _, stage in lanes if stage is not None]
    both = _both_stopped(stopped[0][1]) if len(stopped) == 2 and stopped[0][1] is stopped[1][1] else None
    sentences += [both] if both is not None else [_stopped(protocol, stage) for protocol, stage in stopped]
    return paragraph(sentences)


def _works_still(protocol: Protocol) -> str:
    if protocol is Protocol.SMTP:
        return tr("Sending works and stays as it is.")
    return tr("Receiving works and stays as it is.")


def _stopped(protocol: Protocol, stage: Stage) -> str:
    sends = protocol is Protocol.SMTP
    match stage:
        case Stage.INPUT:
            return tr("Sending was not tried.") if sends else tr("Receiving was not tried.")
        case Stage.ENVELOPE | Stage.MESSAGE:
            return tr("Sending had its message refused.") if sends else tr("Receiving had its message refused.")
        case Stage.GREETING:
            name = stage_name(Stage.AUTH)
            if sends:
                return tr("Sending stopped before {stage}.", stage=name)
            return tr("Receiving stopped before {stage}.", stage=name)
        case _:
            name = stage_name(stage)
            if sends:
                return tr("Sending stopped at {stage}.", stage=name)
            return tr("Receiving stopped at {stage}.", stage=name)


def _both_stopped(stage: Stage) -> str | None:
    match stage:
        case Stage.INPUT:
            return tr("Sending and receiving were not tried.")
        case Stage.ENVELOPE | Stage.MESSAGE:  # only sending hands a message over
            return None
        case Stage.GREETING:
            return tr("Sending and receiving stopped before {stage}.", stage=stage_name(Stage.AUTH))
        case _:
            return tr("Sending and receiving stopped at {stage}.", stage=stage_name(stage))


def change_strip(fix: Fix) -> tuple[tuple[str, str, str], ...]:
    """What a fix changed: label, before, after; port and encryption share a line because they belong together."""
    before, after = fix.before, fix.after
    lines: list[tuple[str, str, str]] = []
    if after.host is not None:
        lines.append((tr("Server"), before.host or "", after.host))
    if after.port is not None and after.port != before.port:
        lines.append((tr("Port"), _port(before), _port(after)))
    elif after.security is not None:
        lines.append((tr("Encryption"), _security(before), _security(after)))
    if after.username is not None:
        lines.append((tr("User name"), before.username or "", after.username))
    return tuple(lines)


def use(fix: Fix | None, remedy: Remedy) -> str:
    """The words on a primary button: "Use “ada”" once the new value is known, else what the remedy says."""
    after = fix.after if fix is not None else None
    if after is None:
        return remedy.say
    if after.username is not None:
        return tr("Use “{value}”", value=after.username)
    if after.host is not None:
        return tr("Use “{value}”", value=after.host)
    if after.port is not None and (after.security is None or fix is None or after.port != fix.before.port):
        return tr("Use port {port}", port=after.port)
    if after.security is not None:
        return tr("Use {encryption}", encryption=_security_name(after.security))
    return remedy.say


def where(diagnosis: Diagnosis) -> str:
    """Where a diagnosis was made: "smtp.example.net:587, SMTP, Sign in"."""
    parts = [
        diagnosis.server,
        PROTOCOL_NAMES[diagnosis.protocol] if diagnosis.protocol is not None else None,
        stage_name(diagnosis.stage),
    ]
    return comma_list(part for part in parts if part)


def reply_text(reply: Reply) -> str:
    """A server's answer with its codes in front, unless it begins with them anyway."""
    codes = " ".join(str(part) for part in (reply.code, reply.enhanced or reply.status) if part)
    return reply.text if reply.text.startswith(codes) else f"{codes} {reply.text}"


def spoken_list(pairs: Iterable[tuple[str, str]]) -> str:
    """Names with their values, for those who hear them: "Connect: ok. Encrypt: failed."."""
    return paragraph(ended(tr("{name}: {value}", name=name, value=value)) for name, value in pairs)


def breakable_name(name: str) -> str:
    """The host name with places after dots and hyphens where it may go on in the next line."""
    return re.sub(r"(?<=[.-])(?=.)", "\u200b", name)


def breakable(text: str) -> str:
    """The text with places where very long words may go on in the next line."""
    return re.sub(r"(\S{40})(?=\S)", "\\1\u200b", text)


def breakable_anywhere(text: str) -> str:
    """The text with places where it may go on in the next line after every few characters, such as a long link."""
    return re.sub(r"(\S{8})(?=\S)", "\\1\u200b", text)


def wait_until(until: datetime, now: datetime) -> str:
    """Until when nothing helps but time."""
    minutes = max(1, round((until - now).total_seconds() / 60))
    moment = clock(until) if until.date() == now.date() else moment_text(until, now)
    if minutes < 120:
        return tr_plural(
            "Wait until {moment}, {n} minute from now.",
            "Wait until {moment}, {n} minutes from now.",
            minutes,
            moment=moment,
        )
    return tr("Wait until {moment}.", moment=moment)


def clock(moment: datetime, *, with_seconds: bool = False) -> str:
    """The time of day on this computer's clock."""
    return time_text(moment.astimezone(), with_seconds=with_seconds)


def moment_text(moment: datetime, now: datetime) -> str:
    """Day and time as people say them inside a sentence: "today at 14:02", "2 March 2027 at 14:02"."""
    day, today, time = moment.astimezone().date(), now.astimezone().date(), clock(moment)
    if day == today:
        return tr_context("moment inside a sentence", "today at {time}", time=time)
    if day == today - timedelta(days=1):
        return tr_context("moment inside a sentence", "yesterday at {time}", time=time)
    if day == today + timedelta(days=1):
        return tr_context("moment inside a sentence", "tomorrow at {time}", time=time)
    return tr_context("moment inside a sentence", "{date} at {time}", date=date_text(day), time=time)


def verified_line(incoming: bool, outgoing: bool, at: datetime, now: datetime) -> str:
    """The summary on the Done page: "Sending and receiving verified today at 14:02"."""
    moment = moment_text(at, now)
    if incoming and outgoing:
        return tr("Sending and receiving verified {moment}", moment=moment)
    if outgoing:
        return tr("Sending verified {moment}", moment=moment)
    return tr("Receiving verified {moment}", moment=moment)


def fingerprint(sha256: str) -> str:
    """A fingerprint in groups of four, eight groups a line: two people can compare it over the phone."""
    text = sha256.upper()
    groups = [text[start : start + 4] for start in range(0, len(text), 4)]
    return "\n".join(" ".join(groups[start : start + 8]) for start in range(0, len(groups), 8))


def endpoint(candidate: ServerCandidate) -> str:
    """A server as the summary shows it: "smtp.example.net, port 587, STARTTLS"."""
    return tr(
        "{host}, port {port}, {encryption}",
        host=candidate.host,
        port=candidate.port,
        encryption=_security_name(candidate.security),
    )


def _tls(version: str) -> str:
    return version.replace("TLSv", "TLS ")


def _port(change: ServerChange) -> str:
    parts = [str(change.port) if change.port is not None else "", _security(change)]
    return comma_list(part for part in parts if part)


def _security(change: ServerChange) -> str:
    return _security_name(change.security) if change.security is not None else ""


def _security_name(security: Security) -> str:
    return tr(_SECURITY_NAMES[security])


def _number_word(number: int) -> str:
    match number:
        case 2:
            return tr_context("number of things", "Two")
        case 3:
            return tr_context("number of things", "Three")
        case 4:
            return tr_context("number of things", "Four")
        case _:
            return str(number)
