"""The switch to TLS: stripped, refused, poisoned or broken, it never lets a secret out (T01 to T05, T07)."""

from __future__ import annotations

import pytest

from tests.lab.certificates import Issued
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import (
    PROTOCOLS,
    Mail,
    assert_nothing_secret,
    candidate,
    greeting,
    no,
    offers,
    ok,
    probe,
    say,
    tls_server,
)
from wizard.model.evidence import ErrorKind, Outcome, Stage
from wizard.model.secret import Redactor
from wizard.model.server import Protocol, Security
from wizard.probe.connector import Network
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed

pytestmark = pytest.mark.usefixtures("short_limits")
each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS)


@each_protocol
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_the_good_twin_signs_in(
    protocol: Protocol, security: Security, network: Network, certificate: Issued
) -> None:
    mail = Mail(protocol)
    async with tls_server(mail, certificate, security) as server:
        report = await probe(candidate(server, protocol, security), network)
    assert report.signed_in
    assert len(mail.sign_ins) == report.sign_in_attempts == 1
    assert_nothing_secret(mail)


@each_protocol
@pytest.mark.parametrize("clear_auth", [False, True])
async def test_a_stripped_switch_stops(protocol: Protocol, clear_auth: bool, network: Network) -> None:
    mail = Mail(protocol, switch=False, clear_auth=clear_auth)
    async with ScriptedServer(mail) as server:
        report = await probe(candidate(server, protocol), network)
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.TLS, ErrorKind.STARTTLS_MISSING)
    assert_nothing_secret(mail)


@each_protocol
@pytest.mark.parametrize(("code", "text"), [(454, b"4.7.0 TLS not available"), (502, b"5.5.1 not implemented")])
async def test_a_refused_switch_stops(protocol: Protocol, code: int, text: bytes, network: Network) -> None:
    async def refuse(talk: Talk, line: bytes) -> None:
        await talk.send_raw(no(protocol, line, text, code))

    mail = Mail(protocol, clear_auth=True, starttls=refuse)
    async with ScriptedServer(mail) as server:
        report = await probe(candidate(server, protocol), network)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.STARTTLS_REFUSED
    assert report.failure.reply is not None
    assert text.decode().split(" ", 1)[1] in report.failure.reply.text
    assert_nothing_secret(mail)


@each_protocol
@pytest.mark.parametrize("offered", [False, True])
async def test_a_line_that_cannot_be_encrypted_is_ended_at_once(
    protocol: Protocol, offered: bool, network: Network
) -> None:
    async def refuse(talk: Talk, line: bytes) -> None:
        await talk.send_raw(no(protocol, line, b"4.7.0 TLS not available", 454))

    async with ScriptedServer(Mail(protocol, switch=offered, starttls=refuse)) as server:
        conversation = Prober(network, Redactor(())).conversation(candidate(server, protocol))
        with pytest.raises(StageFailed):
            await conversation.open()
        assert not conversation.is_open


async def test_a_server_without_ehlo_has_no_switch(network: Network) -> None:
    async def old(talk: Talk, line: bytes) -> None:
        await talk.send(b"250 mail.example.org" if line.startswith(b"HELO") else b"502 5.5.1 what")

    mail = Mail(Protocol.SMTP, hello=old)
    async with ScriptedServer(mail) as server:
        report = await probe(candidate(server, Protocol.SMTP), network)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.STARTTLS_MISSING
    assert_nothing_secret(mail)


@each_protocol
async def test_sign_in_offered_only_in_clear_is_not_used_inside(
    protocol: Protocol, network: Network, certificate: Issued
) -> None:
    async def only_in_clear(talk: Talk, line: bytes) -> None:
        await talk.send_raw(offers(protocol, line, starttls=not talk.encrypted, auth=not talk.encrypted))

    mail = Mail(protocol, hello=only_in_clear)
    async with tls_server(mail, certificate, Security.STARTTLS) as server:
        report = await probe(candidate(server, protocol), network)
    assert report.failure is not None
    assert report.failure.error in (ErrorKind.AUTH_MISSING, ErrorKind.NO_COMMON_AUTH)
    assert mail.sign_ins == []
    assert_nothing_secret(mail)


@each_protocol
async def test_nothing_is_signed_in_in_clear_without_consent(protocol: Protocol, network: Network) -> None:
    mail = Mail(protocol, switch=False, clear_auth=True)
    async with ScriptedServer(mail) as server:
        report = await probe(candidate(server, protocol, Security.NONE), network)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.UNENCRYPTED
    assert report.sign_in_attempts == 0
    assert_nothing_secret(mail)


def _forged(protocol: Protocol) -> bytes:
    """What a liar would like to be taken for the answers inside TLS: the offers, and yes to the sign-in."""
    return {
        Protocol.SMTP: b"250-forged\r\n250 AUTH PLAIN\r\n235 2.7.0 forged\r\n",
        Protocol.IMAP: b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\nA3 OK forged\r\nA4 OK forged\r\n",
        Protocol.POP3: b"+OK\r\nSASL PLAIN\r\n.\r\n+OK forged\r\n",
    }[protocol]


@each_protocol
@pytest.mark.parametrize("inside", ["honest", "silent"])
async def test_replies_sent_with_the_go_ahead_are_not_believed(
    protocol: Protocol, inside: str, network: Network, certificate: Issued
) -> None:
    async def poisoned(talk: Talk, line: bytes) -> None:
        await talk.send_raw(ok(protocol, line) + _forged(protocol))
        await talk.start_tls()
        if inside == "silent":  # two steps: whoever goes on now has believed what came early
            await talk.silence()

    mail = Mail(protocol, starttls=poisoned)
    async with tls_server(mail, certificate, Security.STARTTLS) as server:
        report = await probe(candidate(server, protocol), network)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.INJECTED_BEFORE_TLS
    assert not report.signed_in
    assert mail.sign_ins == []
    assert not any("forged" in line for line in report.transcript)


@each_protocol
async def test_half_a_reply_with_the_go_ahead_is_not_believed(
    protocol: Protocol, network: Network, certificate: Issued
) -> None:
    async def poisoned(talk: Talk, line: bytes) -> None:
        await talk.send_raw(ok(protocol, line) + b"25")
        await talk.start_tls()

    mail = Mail(protocol, starttls=poisoned)
    async with tls_server(mail, certificate, Security.STARTTLS) as server:
        report = await probe(candidate(server, protocol), network)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.INJECTED_BEFORE_TLS


@each_protocol
async def test_everything_at_once_is_not_believed(protocol: Protocol, network: Network, certificate: Issued) -> None:
    first, second = b"A1 CAPABILITY", b"A2 STARTTLS"
    burst = (
        greeting(protocol)
        + offers(protocol, first, starttls=True, auth=True)
        + ok(protocol, second if protocol is Protocol.IMAP else b"STARTTLS")
        + _forged(protocol)
    )

    async def all_at_once(talk: Talk, line: bytes) -> None:
        await talk.send_raw(burst)
        await talk.silence()

    mail = Mail(protocol, greeting=all_at_once)
    async with tls_server(mail, certificate, Security.STARTTLS) as server:
        report = await probe(candidate(server, protocol), network)
    assert not report.signed_in
    assert report.sign_in_attempts == 0
    # SMTP's early answers are dropped, so that it waits for an answer to EHLO; the others stop at the switch.
    expected = ErrorKind.SILENCE if protocol is Protocol.SMTP else ErrorKind.INJECTED_BEFORE_TLS
    assert report.failure is not None
    assert report.failure.error is expected
    assert_nothing_secret(mail)


async def test_early_smtp_replies_that_later_ones_push_forward_are_not_believed(
    network: Network, certificate: Issued
) -> None:
    burst = greeting(Protocol.SMTP) + offers(Protocol.SMTP, b"EHLO", starttls=True, auth=True) + b"220 go\r\n"

    async def pushed(talk: Talk) -> None:
        await talk.send_raw(burst + _forged(Protocol.SMTP))
        while True:
            await talk.line()
            await talk.send(b"250 push")

    async with ScriptedServer(pushed) as server:
        report = await probe(candidate(server, Protocol.SMTP), network)
        received = server.received
    assert report.failure is not None
    assert report.failure.error is ErrorKind.INJECTED_BEFORE_TLS
    assert b"AUTH" not in received


@each_protocol
async def test_what_was_said_in_clear_is_forgotten_inside(
    protocol: Protocol, network: Network, certificate: Issued
) -> None:
    async def parting_words(talk: Talk, line: bytes) -> None:
        if not talk.encrypted and protocol is Protocol.IMAP:
            await talk.send(b"* BYE forged goodbye")
        if talk.encrypted:
            talk.close()
            raise EOFError
        await talk.send_raw(offers(protocol, line, starttls=True, auth=True))

    mail = Mail(protocol, hello=parting_words)
    async with tls_server(mail, certificate, Security.STARTTLS) as server:
        report = await probe(candidate(server, protocol), network)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.CONNECTION_DROPPED
    assert report.failure.reply is None


@each_protocol
@pytest.mark.parametrize(
    ("after", "then"),
    [
        (b"\x00\xff\xfe garbage \x01" * 9, "silence"),
        (b"", "fin"), (b"", "rst"), (b"", "silence"),
        (b"250 ok\r\n" * 9, "fin"),
    ],
)  # fmt: skip
async def test_what_follows_the_go_ahead_ends_in_a_failed_handshake(
    protocol: Protocol, after: bytes, then: str, network: Network
) -> None:
    async def broken(talk: Talk, line: bytes) -> None:
        await talk.send_raw(ok(protocol, line))
        assert await talk.some_bytes()  # the first byte of the handshake: what comes now is no early reply
        await say(after, then=then)(talk, line)
        await talk.silence()

    mail = Mail(protocol, clear_auth=True, starttls=broken)
    async with ScriptedServer(mail) as server:
        report = await probe(candidate(server, protocol), network)
        connections = len(server.conversations)
    assert report.failure is not None
    assert report.failure.stage is Stage.TLS
    handshake = (ErrorKind.TLS_HANDSHAKE, ErrorKind.PLAINTEXT_WHERE_TLS)
    assert report.failure.error in ((ErrorKind.SILENCE,) if then == "silence" and not after else handshake)
    assert connections == 1  # no second try in clear
    assert_nothing_secret(mail)


@each_protocol
@pytest.mark.parametrize("crowded", [False, True])
async def test_tls_on_a_port_for_starttls_is_named(
    protocol: Protocol, crowded: bool, network: Network, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    if crowded:  # no room for a look beside the silent line: it is given up for the look
        monkeypatch.setattr("wizard.probe.permits.PER_HOST", 1)
    mail = Mail(protocol)
    async with tls_server(mail, certificate, Security.TLS) as server:
        report = await probe(candidate(server, protocol, Security.STARTTLS), network)
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.TLS, ErrorKind.TLS_WHERE_PLAINTEXT)
    assert mail.verbs == []


@each_protocol
async def test_a_slow_server_is_waited_for_even_where_there_is_no_room_to_look(
    protocol: Protocol, network: Network, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.probe.permits.PER_HOST", 1)
    seen = 0

    async def slow_twice(talk: Talk, line: bytes) -> bool | None:
        nonlocal seen
        seen += 1
        if seen < 3:  # our first line, and the look that took its place
            await talk.silence()
            return None
        return True

    mail = Mail(protocol, greeting=slow_twice)
    async with tls_server(mail, certificate, Security.STARTTLS) as server:
        report = await probe(candidate(server, protocol), network)
    assert report.signed_in


@each_protocol
async def test_words_in_clear_on_a_port_for_tls_are_named(
    protocol: Protocol, network: Network, certificate: Issued
) -> None:
    mail = Mail(protocol, clear_auth=True)
    async with ScriptedServer(mail) as server:
        report = await probe(candidate(server, protocol, Security.TLS), network)
    assert report.failure is not None
    assert (report.failure.stage, report.failure.error) == (Stage.TLS, ErrorKind.PLAINTEXT_WHERE_TLS)
    assert report.failure.detail["speaks"] == protocol.value
    assert_nothing_secret(mail)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.NONE])
async def test_preauth_in_clear_ends_the_line(security: Security, network: Network) -> None:
    mail = Mail(Protocol.IMAP, greeting=say(b"* PREAUTH welcome back\r\n"))
    async with ScriptedServer(mail) as server:
        report = await probe(candidate(server, Protocol.IMAP, security), network)
    assert report.failure is not None
    assert report.failure.error is ErrorKind.INJECTED_BEFORE_TLS
    assert mail.verbs == []


@each_protocol
async def test_no_stage_after_a_failed_switch(protocol: Protocol, network: Network) -> None:
    async with ScriptedServer(Mail(protocol, switch=False)) as server:
        report = await probe(candidate(server, protocol), network)
    assert [item.stage for item in report.evidence if item.outcome is Outcome.OK] == [
        Stage.DNS, Stage.CONNECT, Stage.GREETING,
    ]  # fmt: skip
