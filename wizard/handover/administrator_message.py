"""The letter to a mail administrator: a request in one sentence or two, and every fact that it rests on.

It is written so that nothing has to be asked back: what to change, when, from where, to which address, what the server
said. It asks and never orders, for whoever reads it owes the writer nothing.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta
from typing import Final

from msgspec import Struct, field

from wizard import __version__
from wizard.handover.case import case_code
from wizard.handover.clean import cleaner
from wizard.handover.letter_words import (
    certificate_words,
    encryption_words,
    observed_words,
    request_words,
    step_words,
)
from wizard.handover.mail_link import mail_link
from wizard.language import tr, tr_context, tr_later, tr_plural, without_isolates
from wizard.language.choice import said_in
from wizard.language.formats import comma_list, ended, number_text
from wizard.model.account import CheckResult, SideResult, Status
from wizard.model.diagnosis import AskAdministrator, Diagnosis
from wizard.model.evidence import CertificateFacts, ErrorKind, Evidence, ProbeReport, Reply, Stage
from wizard.model.public_address import address_forms
from wizard.model.server import Protocol, Security, Way
from wizard.model.text import inert

_SUBJECT: Final = tr_later("Subject: {subject}")
_CLOCK_S: Final = 2.0  # below this a clock is right


class Letter(Struct, frozen=True):
    """A letter that holds no secret: its subject on one line, its text with lines of its own."""

    subject: str
    text: str
    named: str = field(default_factory=lambda: tr(_SUBJECT))  # what the subject is called in the letter's language

    def __str__(self) -> str:
        return f"{self.named.format(subject=self.subject)}\n\n{self.text}"


def mailto(letter: str, language: str | None = None) -> str:
    """A link that opens a mail program with the letter, whatever was changed in it since (RFC 6068).

    A letter that is too long for Windows to hand over leaves a place to paste it into. `language` is the letter's, the
    one spoken now when left out.
    """
    first, _, text = letter.partition("\n")
    with said_in(language):
        first = first.removeprefix(without_isolates(tr(_SUBJECT, subject="")))
    return mail_link(first, (text.strip(), tr("(The letter is copied: paste it here.)")))


def administrator_letter(
    diagnosis: Diagnosis, result: CheckResult | None = None, language: str | None = None
) -> Letter:
    """What to send to whoever runs the server.

    Args:
        result: the check that led to the diagnosis; without it only what the diagnosis itself holds is told.
        language: the tag of theirs; the one spoken now when left out.
    """
    with said_in(language):
        return _letter(diagnosis.in_the_language_spoken(), result)


def _letter(diagnosis: Diagnosis, result: CheckResult | None) -> Letter:
    clean = cleaner(result) if result is not None else lambda text: inert(without_isolates(text))
    failure = diagnosis.evidence[0] if diagnosis.evidence else None
    report = _report_of(failure, result)
    facts = dict(_facts(diagnosis, failure, report, result))
    lines = [
        tr("Hello,"),
        "",
        _what_stops(diagnosis, ended(diagnosis.title), result),
        "",
        *_request(diagnosis).split("\n"),
        "",
        tr("What was seen:"),
        *("  " + tr("{name}: {value}", name=name, value=value) for name, value in facts.items()),
        "",
    ]
    subject = tr("Mail: {title}", title=diagnosis.title)
    if result is not None:
        case = case_code(result)
        subject = tr(
            "Mail for {address}: {title} (case {case})", address=result.draft.address, title=diagnosis.title, case=case
        )
        lines += [tr("I can send the whole report of this check (case {case}); it holds no password.", case=case), ""]
    lines += [tr("Thank you.")]
    return Letter(clean(subject), "\n".join(clean(line) for line in lines) + "\n")


def with_letters(document: Mapping[str, object], diagnosis: Diagnosis, result: CheckResult | None) -> dict[str, object]:
    """A diagnosis' document in which the text to copy for the administrator is the whole letter."""
    remedies = document.get("remedies")
    if not isinstance(remedies, list):
        return dict(document)
    letter = None
    told = []
    for remedy, item in zip(diagnosis.remedies, remedies, strict=True):
        if isinstance(remedy.action, AskAdministrator):
            letter = letter or str(administrator_letter(diagnosis, result))
            item = {**item, "text": letter}
        told.append(item)
    return {**document, "remedies": told}


def reply_line(reply: Reply) -> str:
    """The reply on one line, the codes in front unless the text already begins with them."""
    codes = [reply.status, str(reply.code) if reply.code is not None else None, reply.enhanced]
    text = reply.text.strip()
    front = []
    for code in codes:
        if code and code not in text[:24]:
            front.append(code)
    return " ".join([*front, text])


def _what_stops(diagnosis: Diagnosis, title: str, result: CheckResult | None) -> str:
    """What the writer cannot do, and why: `title` is a sentence with its end."""
    if result is None:
        match diagnosis.protocol:
            case Protocol.SMTP:
                return tr("I cannot send mail with a mail program: {title}", title=title)
            case Protocol.IMAP | Protocol.POP3:
                return tr("I cannot receive mail with a mail program: {title}", title=title)
            case _:
                return tr("I cannot set up a mail program: {title}", title=title)
    address = result.draft.address
    match diagnosis.protocol:
        case Protocol.SMTP:
            return tr("I cannot send mail for {address} with a mail program: {title}", address=address, title=title)
        case Protocol.IMAP | Protocol.POP3:
            return tr("I cannot receive mail for {address} with a mail program: {title}", address=address, title=title)
        case _:
            return tr("I cannot set up a mail program for {address}: {title}", address=address, title=title)


def _request(diagnosis: Diagnosis) -> str:
    own = (remedy.action.request for remedy in diagnosis.remedies if isinstance(remedy.action, AskAdministrator))
    return next(own, request_words(diagnosis.stage))


def _report_of(failure: Evidence | None, result: CheckResult | None) -> ProbeReport | None:
    reports = result.reports if result is not None else ()
    return next((report for report in reports if any(item is failure for item in report.evidence)), None)


def _facts(
    diagnosis: Diagnosis, failure: Evidence | None, report: ProbeReport | None, result: CheckResult | None
) -> Iterator[tuple[str, str]]:
    if result is not None:
        yield tr("Account"), str(result.draft.address)
    yield from _server(diagnosis, failure, report, result)
    yield from _sign_in(failure, report)
    yield tr("Step"), _step(diagnosis.stage, failure)
    if failure is not None:
        yield tr("It took"), tr("{seconds} seconds", seconds=number_text(failure.seconds, 2))
    if diagnosis.reply is not None:
        yield tr("Server's reply"), reply_line(diagnosis.reply)
    elif failure is not None and failure.error not in (None, ErrorKind.REPLY, ErrorKind.TLS_CERTIFICATE):
        yield tr("Observed"), observed_words(failure.error)
    if diagnosis.certificate is not None:
        if diagnosis.certificate.problem is not None:
            yield tr("Observed"), certificate_words(diagnosis.certificate.problem)
        yield from _certificate(diagnosis.certificate)
    if result is None:
        return
    yield tr("Time"), _time(result, failure)
    yield from _from_where(result, report)
    yield from _other_side(diagnosis, result)
    yield tr("Program"), tr("Mailwright {version} on {system}", version=__version__, system=platform.system())
    yield tr("To see it"), _command_line(diagnosis, failure) or tr("set the account up in any mail program")
    yield tr("Case"), case_code(result)


def _server(
    diagnosis: Diagnosis, failure: Evidence | None, report: ProbeReport | None, result: CheckResult | None
) -> Iterator[tuple[str, str]]:
    endpoint = failure.endpoint if failure is not None else None
    if endpoint is None and report is not None:
        endpoint = report.candidate.endpoint
    protocol = diagnosis.protocol.value.upper() if diagnosis.protocol is not None else ""
    if endpoint is not None:
        host, port, encryption = endpoint.host, endpoint.port, encryption_words(endpoint.security)
        yield (
            tr("Server"),
            tr(
                "{host}, {protocol}, port {port}, {encryption}",
                host=host,
                protocol=protocol,
                port=port,
                encryption=encryption,
            )
            if protocol
            else tr("{host}, port {port}, {encryption}", host=host, port=port, encryption=encryption),
        )
    elif diagnosis.server is not None:
        yield tr("Server"), _named_server(diagnosis.server, protocol)
    elif protocol:
        yield tr("Protocol"), protocol
    answered = _detail(report, Stage.CONNECT, "address")
    tried = _detail(report, Stage.DNS, "addresses") or _detail(report, Stage.CONNECT, "addresses")
    if answered or tried:
        yield tr("IP address"), answered or tr("{addresses} (none answered)", addresses=tried)
    elif endpoint is not None and result is not None and (other := _elsewhere(endpoint.host, result)):
        yield tr("IP address"), tr("{address} (which answers on another port)", address=other)


def _named_server(server: str, protocol: str) -> str:
    host, _, port = server.rpartition(":")
    if not host:
        return port
    host = host.strip("[]")
    if protocol:
        return tr("{host}, {protocol}, port {port}", host=host, protocol=protocol, port=port)
    return tr("{host}, port {port}", host=host, port=port)


def _elsewhere(host: str, result: CheckResult) -> str | None:
    """The address at which the same server answered for something else."""
    reports = (one for one in result.reports if one.candidate.host.casefold() == host.casefold())
    return next((address for one in reports if (address := _detail(one, Stage.CONNECT, "address"))), None)


def _sign_in(failure: Evidence | None, report: ProbeReport | None) -> Iterator[tuple[str, str]]:
    if report is None:
        return
    auth = report.last(Stage.AUTH)
    if auth is None:
        return
    method, username = auth.detail.get("method"), report.candidate.username
    if report.has_signed_in:
        said = (
            tr("Signed in as {username} ({method}), still refused", username=username, method=method)
            if method
            else tr("Signed in as {username}, still refused", username=username)
        )
    elif report.sign_in_attempts:
        said = (
            tr("as {username} ({method}), refused", username=username, method=method)
            if method
            else tr("as {username}, refused", username=username)
        )
    else:
        said = tr("none was tried")
    yield tr("Sign-in"), said


def _step(stage: Stage, failure: Evidence | None) -> str:
    """The stage, with the command, the sender and the recipient where those are known."""
    told = []
    if failure is not None:
        if command := failure.detail.get("command"):
            told.append(tr("command {command}", command=str(command).upper()))
        if sender := failure.detail.get("sender"):
            told.append(tr("sender {address}", address=sender))
        if recipient := failure.detail.get("recipient"):
            told.append(tr("recipient {address}", address=recipient))
    step = step_words(stage)
    return tr("{step} ({details})", step=step, details=comma_list(told)) if told else step


def _certificate(facts: CertificateFacts) -> Iterator[tuple[str, str]]:
    names = ", ".join(facts.names[:5]) or facts.subject
    yield tr("Certificate"), tr("for {names}, issued by {issuer}", names=names, issuer=facts.issuer)
    first, last = f"{facts.not_before:%Y-%m-%d}", f"{facts.not_after:%Y-%m-%d}"
    yield tr("Valid"), tr("{first} to {last}", first=first, last=last)
    yield tr("Fingerprint"), f"SHA-256 {facts.sha256}"


def _time(result: CheckResult, failure: Evidence | None) -> str:
    """When it failed, with a word about the clock it was read from where that is wrong."""
    seen_at = result.started_at + timedelta(seconds=failure.t_s if failure is not None else 0)
    time = f"{seen_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    off = result.surroundings.clock_off_s
    if off is None or abs(off) < _CLOCK_S:
        return time
    if off > 0:
        return tr_plural(
            "{time} by this computer's clock, which is {n} second ahead",
            "{time} by this computer's clock, which is {n} seconds ahead",
            round(off),
            time=time,
        )
    return tr_plural(
        "{time} by this computer's clock, which is {n} second behind",
        "{time} by this computer's clock, which is {n} seconds behind",
        round(-off),
        time=time,
    )


def _from_where(result: CheckResult, report: ProbeReport | None) -> Iterator[tuple[str, str]]:
    public = result.surroundings.public_address
    forms = address_forms(public) if public else None
    if forms is not None:
        said = tr(
            "{address} (as a network {network}, as a range {range})",
            address=forms.single,
            network=forms.cidr,
            range=forms.range,
        )
        yield tr_context("letter", "From"), said
        return
    # Where nothing answered, a connection of the same check to another server tells it.
    reports = (report, *result.reports)
    local = next((address for each in reports if (address := _detail(each, Stage.CONNECT, "local"))), None)
    if local:
        said = tr("{address} (this computer's own address; the public one was not told)", address=local)
        yield tr_context("letter", "From"), said


def _other_side(diagnosis: Diagnosis, result: CheckResult) -> Iterator[tuple[str, str]]:
    if diagnosis.protocol is None:
        return
    way = Way.RECEIVING if diagnosis.protocol is Protocol.SMTP else Way.SENDING
    side: SideResult | None = result.side(way)
    if side is not None and side.status is Status.VERIFIED:
        server = side.candidate
        said = tr(
            "works, signed in at {host}, {protocol} port {port}",
            host=server.host,
            protocol=server.protocol.value.upper(),
            port=server.port,
        )
        yield tr("Receiving") if way is Way.RECEIVING else tr("Sending"), said


def _command_line(diagnosis: Diagnosis, failure: Evidence | None) -> str | None:
    """What an administrator types to see the same from elsewhere."""
    endpoint = failure.endpoint if failure is not None else None
    if endpoint is None or diagnosis.protocol is None:
        return None
    where = f"{endpoint.host} {endpoint.port}"
    match diagnosis.stage:
        case Stage.DNS:
            return f"dig {endpoint.host} A {endpoint.host} AAAA"
        case Stage.CONNECT:
            return f"nc -vz {where}"
        case Stage.INPUT | Stage.ARRIVAL:
            return None
        case _ if endpoint.security is Security.NONE:
            return f"nc {where}"
        case _:
            starttls = f" -starttls {diagnosis.protocol.value}" if endpoint.security is Security.STARTTLS else ""
            return f"openssl s_client -connect {where.replace(' ', ':')} -servername {endpoint.host}{starttls}"


def _detail(report: ProbeReport | None, stage: Stage, key: str) -> str | None:
    found = report.last(stage) if report is not None else None
    value = found.detail.get(key) if found is not None else None
    return value if isinstance(value, str) else None
