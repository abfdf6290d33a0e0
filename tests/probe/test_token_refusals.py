"""How a refused token is told: the reason in the challenge is part of the reply, and the token itself never is."""

from __future__ import annotations

import base64

import pytest

from tests.lab.certificates import Authority
from tests.lab.scripted import Conversation, ScriptedServer
from wizard.model.evidence import ErrorKind, Evidence, ProbeReport, Stage
from wizard.model.secret import Redactor, Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.dial import SystemDialer
from wizard.net.dns import DnsResolver
from wizard.net.tls import Trust
from wizard.probe.connector import Network
from wizard.probe.credentials import Credentials
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed

TOKEN = "canary-token-0123456789"
REASON = '{"status":"401","schemes":"bearer"}'
PROTOCOLS = tuple(Protocol)


def blob(text: str) -> bytes:
    return base64.b64encode(text.encode())


class Server:
    """Offers XOAUTH2 over any of the three, and refuses with these challenges before its last word."""

    def __init__(self, protocol: Protocol, *challenges: bytes, last: bytes | None = None) -> None:
        self._protocol = protocol
        self._challenges = challenges
        self._last = last
        self.answers: list[bytes] = []

    async def __call__(self, client: Conversation) -> None:
        match self._protocol:
            case Protocol.SMTP:
                await client.send(b"220 mail.example.org ESMTP")
                await client.line()
                await client.send(b"250-mail.example.org", b"250 AUTH XOAUTH2")
                await self._refuse(client, b"334 ", b"535 5.7.8 no")
            case Protocol.IMAP:
                await client.send(b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready")
                await self._refuse(client, b"+ ", b"A1 NO [AUTHENTICATIONFAILED] no")
            case Protocol.POP3:
                await client.send(b"+OK ready")
                await client.line()
                await client.send(b"+OK", b"SASL XOAUTH2", b".")
                await self._refuse(client, b"+ ", b"-ERR [AUTH] no")

    async def _refuse(self, client: Conversation, lead: bytes, last: bytes) -> None:
        await client.line()
        for challenge in self._challenges:
            await client.send(lead + challenge)
            self.answers.append(await client.line())
        await client.send(self._last or last)
        await client.silence()


async def refused(server: Server, protocol: Protocol, authority: Authority) -> tuple[Evidence, ProbeReport]:
    token = Secret(TOKEN)
    network = Network(SystemDialer(DnsResolver(("127.0.0.1", 53))), Trust((authority.ca_file,)))
    prober = Prober(network, Redactor((token,), ("ada@example.org",)))
    async with ScriptedServer(server, certificate=authority.issue("127.0.0.1"), tls_at_start=True) as running:
        where = ServerCandidate(
            protocol, "127.0.0.1", running.port, Security.TLS, "ada@example.org", Source.GIVEN, trusted=True
        )
        conversation = prober.conversation(where)
        await conversation.open()
        with pytest.raises(StageFailed):
            await conversation.sign_in(Credentials("ada@example.org", token=token))
        conversation.abort()
    report = conversation.recorder.report()
    failure = report.failure
    assert failure is not None
    assert failure.stage is Stage.AUTH
    return failure, report


@pytest.mark.parametrize(
    ("protocol", "last"),
    [
        (Protocol.SMTP, b"504 5.5.4 Unrecognized authentication type"),
        (Protocol.IMAP, b"A1 BAD unknown command"),
        (Protocol.POP3, b"-ERR unknown command"),
    ],
)
async def test_a_token_that_was_judged_is_refused_whatever_words_follow(
    protocol: Protocol, last: bytes, authority: Authority
) -> None:
    failure, report = await refused(Server(protocol, blob(REASON), last=last), protocol, authority)
    assert (failure.error, report.sign_in_attempts) == (ErrorKind.REPLY, 1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_the_reason_is_kept(protocol: Protocol, authority: Authority) -> None:
    server = Server(protocol, blob(REASON))
    failure, report = await refused(server, protocol, authority)
    assert failure.error is ErrorKind.REPLY
    assert failure.reply is not None
    assert failure.reply.text.endswith(f"no {REASON}")
    assert server.answers == [b""]
    assert report.sign_in_attempts == 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_challenge_that_is_no_base64(protocol: Protocol, authority: Authority) -> None:
    failure, _ = await refused(Server(protocol, b"not base64"), protocol, authority)
    assert failure.reply is not None
    assert failure.reply.text.endswith("no not base64")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("lead", ["", "x", "xy"])
async def test_a_token_that_comes_back_is_masked(protocol: Protocol, authority: Authority, lead: str) -> None:
    failure, report = await refused(Server(protocol, blob(f"{lead}you sent {TOKEN} and so on")), protocol, authority)
    assert failure.reply is not None
    assert "you sent *** and so on" in failure.reply.text
    shown = "\n".join(report.transcript) + repr(report)
    assert TOKEN not in shown
    for start in range(3):
        assert base64.b64encode(TOKEN[start : start + 15].encode()).decode() not in shown


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_more_challenges_are_not_met(protocol: Protocol, authority: Authority) -> None:
    ask = b"334 " if protocol is Protocol.SMTP else b"+ "
    server = Server(protocol, blob(REASON), last=ask + blob(REASON))
    failure, _ = await refused(server, protocol, authority)
    assert failure.error is ErrorKind.PROTOCOL_ERROR
    assert server.answers == [b""]


@pytest.mark.parametrize(("protocol", "asks"), [(Protocol.SMTP, b"334 "), (Protocol.POP3, b"+ ")])
async def test_a_long_token_waits_to_be_asked_for(protocol: Protocol, asks: bytes, authority: Authority) -> None:
    """RFC 4954 §4 and RFC 5034 §4: what makes the command too long goes on a line of its own."""
    lines: list[bytes] = []

    async def script(client: Conversation) -> None:
        await client.send(b"220 mail.example.org ESMTP" if protocol is Protocol.SMTP else b"+OK ready")
        await client.line()
        if protocol is Protocol.SMTP:
            await client.send(b"250-mail.example.org", b"250 AUTH XOAUTH2")
        else:
            await client.send(b"+OK", b"SASL XOAUTH2", b".")
        lines.append(await client.line())
        await client.send(asks)
        lines.append(await client.line())
        await client.send(b"235 2.7.0 yes" if protocol is Protocol.SMTP else b"+OK yes")
        await client.silence()

    token = Secret("t" * 2000)
    prober = Prober(
        Network(SystemDialer(DnsResolver(("127.0.0.1", 53))), Trust((authority.ca_file,))),
        Redactor((token,), ("ada@example.org",)),
    )
    async with ScriptedServer(script, certificate=authority.issue("127.0.0.1"), tls_at_start=True) as running:
        where = ServerCandidate(
            protocol, "127.0.0.1", running.port, Security.TLS, "ada@example.org", Source.GIVEN, trusted=True
        )
        conversation = prober.conversation(where)
        await conversation.open()
        assert await conversation.sign_in(Credentials("ada@example.org", token=token)) == "XOAUTH2"
        conversation.abort()
    assert lines[0] == b"AUTH XOAUTH2"
    assert base64.b64decode(lines[1]) == b"user=ada@example.org\1auth=Bearer " + b"t" * 2000 + b"\1\1"
    assert "t" * 20 not in repr(conversation.recorder.report())
