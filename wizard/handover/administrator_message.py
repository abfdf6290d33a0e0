"""The letter to a mail administrator: a request in one sentence or two, and every fact that it rests on.

It is written so that nothing has to be asked back: what to change, when, from where, to which address, what the server
said. It asks and never orders, for whoever reads it owes the writer nothing.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Final

from wizard import __version__
from wizard.handover.case import case_code
from wizard.handover.clean import cleaner
from wizard.handover.mail_link import mail_link
from wizard.model.account import CheckResult, SideResult, Status
from wizard.model.diagnosis import AskAdministrator, Diagnosis
from wizard.model.evidence import CertificateFacts, ErrorKind, Evidence, ProbeReport, Reply, Stage
from wizard.model.public_address import address_forms
from wizard.model.server import Protocol, Security, Way
from wizard.model.text import inert

_CLOCK_S: Final = 2.0  # below this a clock is right
_ENCRYPTION: Final = {
    Security.TLS: "TLS from the start",
    Security.STARTTLS: "STARTTLS",
    Security.NONE: "no encryption",
}
_STEPS: Final = {
    Stage.INPUT: "before anything was sent",
    Stage.DNS: "finding the server's address",
    Stage.CONNECT: "connecting",
    Stage.TLS: "encryption (TLS)",
    Stage.GREETING: "the server's greeting",
    Stage.AUTH: "sign-in",
    Stage.ENVELOPE: "sender and recipient",
    Stage.MESSAGE: "handing over the message",
    Stage.ARRIVAL: "arrival of the test message",
}
# What is asked where the cause itself asks for nothing in particular.
_REQUESTS: Final = {
    Stage.INPUT: "Could you please tell me which server names, ports and user name belong to this account?",
    Stage.DNS: "Could you please tell me the right name of the server, or check that it is in the DNS?",
    Stage.CONNECT: "Could you please check that the server is up and reachable at this address and port from the "
    "internet, or tell me which server and port to use?",
    Stage.TLS: "Could you please check the server's encryption at this port, or tell me which port and kind of "
    "encryption to use?",
    Stage.GREETING: "Could you please look in the server's log for the time below, and tell me why it did not go on?",
    Stage.AUTH: "Could you please check that the account is there and active under this user name, look in the "
    "server's log for the time below, and tell me which user name, password or setting it needs?",
    Stage.ENVELOPE: "Could you please look in the server's log for the time below, and tell me which sender, "
    "recipient or setting it would accept?",
    Stage.MESSAGE: "Could you please look in the server's log for the time below, and tell me why the message was "
    "not taken?",
    Stage.ARRIVAL: "Could you please look in the server's log for the time below, and tell me where the message went?",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that holds no secret: its subject on one line, its text with lines of its own."""

    subject: str
    text: str

    def __str__(self) -> str:
        return f"Subject: {self.subject}\n\n{self.text}"


def mailto(letter: str) -> str:
    """A link that opens a mail program with the letter, whatever was changed in it since (RFC 6068).

    A letter that is too long for Windows to hand over leaves a place to paste it into.
    """
    first, _, text = letter.partition("\n")
    return mail_link(first.removeprefix("Subject: "), (text.strip(), "(The letter is copied: paste it here.)"))


def administrator_letter(diagnosis: Diagnosis, result: CheckResult | None = None) -> Letter:
    """What to send to whoever runs the server.

    Args:
        result: the check that led to the diagnosis; without it only what the diagnosis itself holds is told.
    """
    clean = cleaner(result) if result is not None else inert
    failure = diagnosis.evidence[0] if diagnosis.evidence else None
    report = _report_of(failure, result)
    account = f" for {result.draft.address}" if result is not None else ""
    facts = dict(_facts(diagnosis, failure, report, result))
    lines = [
        "Hello,",
        "",
        f"{_what_stops(diagnosis, account)}: {_ended(diagnosis.title)}",
        "",
        *_request(diagnosis).split("\n"),
        "",
        "What was seen:",
        *(f"  {name}: {value}" for name, value in facts.items()),
        "",
    ]
    if result is not None:
        lines += [f"I can send the whole report of this check (case {case_code(result)}); it holds no password.", ""]
    lines += ["Thank you."]
    case = f" (case {case_code(result)})" if result is not None else ""
    subject = f"Mail{account}: {diagnosis.title}{case}"
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


def _what_stops(diagnosis: Diagnosis, account: str) -> str:
    match diagnosis.protocol:
        case Protocol.SMTP:
            return f"I cannot send mail{account} with a mail program"
        case Protocol.IMAP | Protocol.POP3:
            return f"I cannot receive mail{account} with a mail program"
        case _:
            return f"I cannot set up a mail program{account}"


def _ended(title: str) -> str:
    return title if title.endswith((".", "?")) else f"{title}."


def _request(diagnosis: Diagnosis) -> str:
    own = (remedy.action.request for remedy in diagnosis.remedies if isinstance(remedy.action, AskAdministrator))
    return next(own, _REQUESTS[diagnosis.stage])


def _report_of(failure: Evidence | None, result: CheckResult | None) -> ProbeReport | None:
    reports = result.reports if result is not None else ()
    return next((report for report in reports if any(item is failure for item in report.evidence)), None)


def _facts(
    diagnosis: Diagnosis, failure: Evidence | None, report: ProbeReport | None, result: CheckResult | None
) -> Iterator[tuple[str, str]]:
    if result is not None:
        yield "Account", str(result.draft.address)
    yield from _server(diagnosis, failure, report, result)
    yield from _sign_in(failure, report)
    yield "Step", _STEPS[diagnosis.stage] + _command(failure)
    if failure is not None:
        yield "It took", f"{failure.seconds:.2f} seconds"
    if diagnosis.reply is not None:
        yield "Server's reply", reply_line(diagnosis.reply)
    elif failure is not None and failure.error not in (None, ErrorKind.REPLY, ErrorKind.TLS_CERTIFICATE):
        yield "Observed", str(failure.error).replace("-", " ")
    if diagnosis.certificate is not None:
        if diagnosis.certificate.problem is not None:
            yield "Observed", f"certificate {diagnosis.certificate.problem.value.replace('-', ' ')}"
        yield from _certificate(diagnosis.certificate)
    if result is None:
        return
    seen_at = result.started_at + timedelta(seconds=failure.t_s if failure is not None else 0)
    yield "Time", f"{seen_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC{_clock(result)}"
    yield from _from_where(result, report)
    yield from _other_side(diagnosis, result)
    yield "Program", f"Mailwright {__version__} on {platform.system()}"
    yield "To see it", _command_line(diagnosis, failure) or "set the account up in any mail program"
    yield "Case", case_code(result)


def _server(
    diagnosis: Diagnosis, failure: Evidence | None, report: ProbeReport | None, result: CheckResult | None
) -> Iterator[tuple[str, str]]:
    endpoint = failure.endpoint if failure is not None else None
    if endpoint is None and report is not None:
        endpoint = report.candidate.endpoint
    protocol = f"{diagnosis.protocol.value.upper()}, " if diagnosis.protocol is not None else ""
    if endpoint is not None:
        yield "Server", f"{endpoint.host}, {protocol}port {endpoint.port}, {_ENCRYPTION[endpoint.security]}"
    elif diagnosis.server is not None:
        host, _, port = diagnosis.server.rpartition(":")
        yield "Server", f"{host.strip('[]')}, {protocol}port {port}" if host else port
    elif diagnosis.protocol is not None:
        yield "Protocol", diagnosis.protocol.value.upper()
    answered = _detail(report, Stage.CONNECT, "address")
    tried = _detail(report, Stage.DNS, "addresses") or _detail(report, Stage.CONNECT, "addresses")
    if answered or tried:
        yield "IP address", answered or f"{tried} (none answered)"
    elif endpoint is not None and result is not None and (other := _elsewhere(endpoint.host, result)):
        yield "IP address", f"{other} (which answers on another port)"


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
    method = auth.detail.get("method")
    how = f" ({method})" if method else ""
    if report.has_signed_in:
        yield "Sign-in", f"Signed in as {report.candidate.username}{how}, still refused"
    elif report.sign_in_attempts:
        yield "Sign-in", f"as {report.candidate.username}{how}, refused"
    else:
        yield "Sign-in", "none was tried"


def _command(failure: Evidence | None) -> str:
    if failure is None:
        return ""
    command = failure.detail.get("command")
    words = [f"{name} {value}" for name in ("sender", "recipient") if (value := failure.detail.get(name))]
    told = [*([f"command {command.upper()}"] if command else []), *words]
    return f" ({', '.join(told)})" if told else ""


def _certificate(facts: CertificateFacts) -> Iterator[tuple[str, str]]:
    yield "Certificate", f"for {', '.join(facts.names[:5]) or facts.subject}, issued by {facts.issuer}"
    yield "Valid", f"{facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}"
    yield "Fingerprint", f"SHA-256 {facts.sha256}"


def _clock(result: CheckResult) -> str:
    off = result.surroundings.clock_off_s
    if off is None or abs(off) < _CLOCK_S:
        return ""
    return f" by this computer's clock, which is {abs(off):.0f} seconds {'ahead' if off > 0 else 'behind'}"


def _from_where(result: CheckResult, report: ProbeReport | None) -> Iterator[tuple[str, str]]:
    public = result.surroundings.public_address
    forms = address_forms(public) if public else None
    if forms is not None:
        yield "From", f"{forms.single} (as a network {forms.cidr}, as a range {forms.range})"
        return
    # Where nothing answered, a connection of the same check to another server tells it.
    reports = (report, *result.reports)
    local = next((address for each in reports if (address := _detail(each, Stage.CONNECT, "local"))), None)
    if local:
        yield "From", f"{local} (this computer's own address; the public one was not told)"


def _other_side(diagnosis: Diagnosis, result: CheckResult) -> Iterator[tuple[str, str]]:
    if diagnosis.protocol is None:
        return
    way = Way.RECEIVING if diagnosis.protocol is Protocol.SMTP else Way.SENDING
    side: SideResult | None = result.side(way)
    if side is not None and side.status is Status.VERIFIED:
        word = "Receiving" if way is Way.RECEIVING else "Sending"
        server = side.candidate
        yield word, f"works, signed in at {server.host}, {server.protocol.value.upper()} port {server.port}"


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
