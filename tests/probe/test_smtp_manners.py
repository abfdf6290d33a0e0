"""Servers that dislike how we introduce ourselves, lose what comes in one packet, or speak through a firewall that
blanks out the dialogue (zone-mta#162, jhipster#12377, AFFiNE#14842, docker-mailserver#1265, MailKit PR#33,
nodemailer#1081, sslyze#84, mailinabox#1535)."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.lab.certificates import Issued
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import CREDENTIALS, USER, Hook, Mail, candidate, probe, say, tls_server
from wizard.model.evidence import ErrorKind, Evidence, ProbeReport, Stage
from wizard.model.secret import Redactor
from wizard.model.server import Protocol, Security
from wizard.probe.connector import Network
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed
from wizard.probe.smtp import EHLO_NAMES

pytestmark = pytest.mark.usefixtures("short_limits")
FIRST, SECOND = (name.encode() for name in EHLO_NAMES)


async def envelope(
    mail: Mail, network: Network, certificate: Issued, security: Security = Security.TLS, *, send: bool = False
) -> ProbeReport:
    """What a check of a sending server shows; with `send`, a message is sent as well."""
    async with tls_server(mail, certificate, security) as server:
        outbox = Prober(network, Redactor((), ())).outbox(candidate(server, Protocol.SMTP, security))
        try:
            await outbox.open()
            await outbox.sign_in(CREDENTIALS)
            await outbox.prove_usable(USER)
            if send:
                await outbox.send(USER, USER, b"Subject: x\r\n\r\nx\r\n")
        except StageFailed:
            pass
        finally:
            outbox.abort()
        return outbox.recorder.report()


def failure_of(report: ProbeReport) -> Evidence:
    assert report.failure is not None
    return report.failure


def naming(refusal: bytes, *, takes: bytes | None) -> Hook:
    """EHLO and HELO by any other name than `takes` are answered with the refusal."""

    async def hello(talk: Talk, line: bytes) -> bool | None:
        if line.split(b" ")[1] == takes:
            return True
        await talk.send(refusal)
        return None

    return hello


REFUSALS = [
    b"501 5.5.4 Invalid domain name",
    b"501 Syntactically invalid EHLO argument(s)",
    b"550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)",
    b"504 5.5.2 <[127.0.0.1]>: Helo command rejected: need fully-qualified hostname",
    b"550 5.7.1 Rejected: forged HELO [127.0.0.1]",
    b"554 5.7.1 Your host name is not acceptable",
    b"450 4.7.1 <[127.0.0.1]>: Helo command rejected: Host not found",
]


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_server_that_dislikes_our_name_is_told_another(
    refusal: bytes, network: Network, certificate: Issued
) -> None:
    mail = Mail(Protocol.SMTP, hello=naming(refusal, takes=SECOND))
    report = await envelope(mail, network, certificate)
    assert report.failure is None
    assert report.signed_in
    assert mail.verbs.count("hello") == 2


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_server_that_takes_neither_name_is_understood(
    refusal: bytes, network: Network, certificate: Issued
) -> None:
    mail = Mail(Protocol.SMTP, hello=naming(refusal, takes=None))
    failure = failure_of(await envelope(mail, network, certificate))
    assert (failure.stage, failure.error, failure.detail["command"]) == (Stage.GREETING, ErrorKind.HELO_REFUSED, "ehlo")
    assert failure.reply is not None
    assert failure.reply.text in refusal.decode()
    assert mail.verbs.count("hello") == 2


@pytest.mark.parametrize("refusal", REFUSALS[2:5])
@pytest.mark.parametrize("at", ["mail", "rcpt"])
@pytest.mark.parametrize("together", [True, False])
async def test_a_name_that_is_disliked_late_is_changed_without_a_new_sign_in(
    refusal: bytes, at: str, together: bool, network: Network, certificate: Issued
) -> None:
    mail = Mail(Protocol.SMTP)

    async def hello(talk: Talk, line: bytes) -> bool | None:
        if not together:
            return True
        await talk.send(b"250-mail.example.org", b"250-PIPELINING", b"250 AUTH PLAIN")
        return None

    async def refuse(talk: Talk, line: bytes) -> bool | None:
        if mail.verbs.count("hello") > 1:
            return True
        await talk.send(refusal)
        return None

    mail.hooks |= {at: refuse, "hello": hello}
    report = await envelope(mail, network, certificate)
    assert report.failure is None
    assert report.last(Stage.ENVELOPE) is not None
    assert report.sign_in_attempts == 1


@pytest.mark.parametrize("then", [b"250-mail.example.org\r\n250 AUTH PLAIN\r\n", b"503 you already said HELO\r\n"])
async def test_a_name_that_stays_disliked_is_no_fault_of_the_address(
    then: bytes, network: Network, certificate: Issued
) -> None:
    mail = Mail(Protocol.SMTP, rcpt=say(REFUSALS[3] + b"\r\n"))

    async def hello(talk: Talk, line: bytes) -> bool | None:
        if mail.verbs.count("hello") == 1:
            return True
        await talk.send_raw(then)
        return None

    mail.hooks["hello"] = hello
    failure = failure_of(await envelope(mail, network, certificate))
    assert (failure.stage, failure.error) == (Stage.ENVELOPE, ErrorKind.HELO_REFUSED)
    assert failure.detail["command"] == "rcpt"
    assert failure.reply is not None
    assert failure.reply.code == 504


async def test_the_final_word_on_a_message_may_be_about_our_name(network: Network, certificate: Issued) -> None:
    async def data(talk: Talk, line: bytes) -> None:
        await talk.send(b"354 go on")
        await talk.lines_until(b".")
        await talk.send(REFUSALS[4])

    failure = failure_of(await envelope(Mail(Protocol.SMTP, data=data), network, certificate, send=True))
    assert (failure.stage, failure.error) == (Stage.MESSAGE, ErrorKind.HELO_REFUSED)


@pytest.mark.parametrize("lost", ["rcpt and rset", "all three", "none, but late"])
async def test_commands_lost_in_one_packet_are_asked_again_one_by_one(
    lost: str, network: Network, certificate: Issued
) -> None:
    """The server answers what comes alone; what came with MAIL in one packet it throws away, or answers late."""
    late: list[bytes] = []
    seen: list[bytes] = []

    async def script(talk: Talk) -> None:
        await talk.send(b"220 mail.example.org ESMTP")
        together = 0
        while True:
            line = await talk.line()
            seen.append(line.split(b" ")[0])
            if line.startswith(b"EHLO"):
                for answer in late:
                    await talk.send(answer)
                await talk.send(b"250-mail.example.org", b"250-PIPELINING", b"250 AUTH PLAIN")
                together = together and 2
            elif line.startswith(b"AUTH"):
                await talk.send(b"235 yes")
                together = 1
            elif together == 1:
                if line.startswith(b"MAIL") and lost != "all three":
                    await talk.send(b"250 sender ok")
                elif lost == "none, but late":
                    late.append(b"250 late")
            else:
                await talk.send(b"250 ok")

    async with ScriptedServer(script, certificate=certificate, tls_at_start=True) as server:
        outbox = Prober(network, Redactor((), ())).outbox(candidate(server, Protocol.SMTP, Security.TLS))
        try:
            await outbox.open()
            await outbox.sign_in(CREDENTIALS)
            await outbox.prove_usable(USER)
        finally:
            outbox.abort()
    assert seen[2:] == [b"MAIL", b"RCPT", b"RSET", b"EHLO", b"MAIL", b"RCPT", b"RSET"]
    assert outbox.recorder.report().failure is None


async def test_silence_carries_the_stage_where_it_fell(network: Network, certificate: Issued) -> None:
    mail = Mail(Protocol.SMTP, rcpt=say(b"", then="silence"))
    failure = failure_of(await envelope(mail, network, certificate))
    assert (failure.stage, failure.error) == (Stage.ENVELOPE, ErrorKind.SILENCE)


@pytest.mark.parametrize(
    ("greeting", "offer"),
    [
        (b"220 *****************************************", b"250-SIZE 1000000\r\n250-8BITMIME"),
        (b"220 mail.example.org ESMTP", b"250-XXXXXXXA\r\n250-XXXB"),
        (b"220 ****************0*********2******0****", b"250-XXXXXXXA"),
    ],
)
async def test_a_dialogue_that_is_blanked_out_is_noticed(
    greeting: bytes, offer: bytes, network: Network, certificate: Issued
) -> None:
    mail = Mail(
        Protocol.SMTP,
        greeting=say(greeting + b"\r\n"),
        hello=say(b"250-mail.example.org\r\n" + offer + b"\r\n250 AUTH LOGIN PLAIN\r\n"),
    )
    failure = failure_of(await envelope(mail, network, certificate, Security.STARTTLS))
    assert failure.error is ErrorKind.STARTTLS_MISSING
    assert failure.detail["masked"] is True


async def test_a_crossed_out_ehlo_is_noticed(network: Network, certificate: Issued) -> None:
    async def hello(talk: Talk, line: bytes) -> bool | None:
        await talk.send(
            b'500 Command unrecognized: "XXXX [127.0.0.1]"' if line.startswith(b"EHLO") else b"250 mail.example.org"
        )
        return None

    failure = failure_of(await envelope(Mail(Protocol.SMTP, hello=hello), network, certificate, Security.STARTTLS))
    assert failure.detail["masked"] is True


@pytest.mark.parametrize(
    "offer", [b"250-XCLIENT NAME", b"250-X-EXPS GSSAPI NTLM\r\n250-XEXCH50\r\n250-XRDST", b"250-XFORWARD"]
)
async def test_words_of_real_servers_are_no_masks(offer: bytes, network: Network, certificate: Issued) -> None:
    mail = Mail(
        Protocol.SMTP,
        greeting=say(b"220 mail.example.org ESMTP **** welcome ****\r\n"),
        hello=say(b"250-mail.example.org\r\n" + offer + b"\r\n250 AUTH LOGIN PLAIN\r\n"),
    )
    failure = failure_of(await envelope(mail, network, certificate, Security.STARTTLS))
    assert failure.error is ErrorKind.STARTTLS_MISSING
    assert "masked" not in failure.detail


async def test_a_server_that_was_greeted_in_clear_and_wants_no_second_hello(
    network: Network, certificate: Issued
) -> None:
    mail = Mail(Protocol.SMTP)

    async def hello(talk: Talk, line: bytes) -> bool | None:
        if not talk.encrypted:
            return True
        await talk.send(b"503 5.5.1 you already said HELO")
        return None

    mail.hooks["hello"] = hello
    report = await envelope(mail, network, certificate, Security.STARTTLS)
    assert report.signed_in, report.failure
    assert (report.auth, report.sign_in_attempts) == ("PLAIN", 1)


@pytest.mark.slow
async def test_a_greeting_that_came_while_this_program_had_no_turn_is_heard_on_the_same_line(
    network: Network, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.probe.connector.PEEK_AFTER_S", 1.2)
    monkeypatch.setattr("wizard.probe.connector.OPEN_S", 10.0)

    async def at_a_busy_time(talk: Talk, line: bytes) -> bool:
        for _ in range(5):
            time.sleep(0.5)  # noqa: ASYNC251 - the busy computer
            await asyncio.sleep(0.01)
        return True

    mail = Mail(Protocol.SMTP, greeting=at_a_busy_time)
    async with tls_server(mail, certificate, Security.STARTTLS) as server:
        report = await probe(candidate(server, Protocol.SMTP), network)
        assert report.failure is None
        assert len(server.conversations) == 1
