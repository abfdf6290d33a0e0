"""What a server makes of the password is shown nowhere, and takes nothing away from what its reply means."""

from __future__ import annotations

import base64
import re

import pytest

from tests.lab.certificates import Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import PASSWORD, USER, Mail, candidate, no, probe, tls_server
from wizard import wiring
from wizard.model.address import Address
from wizard.model.evidence import ProbeReport, Surroundings
from wizard.model.secret import Redactor, Secret
from wizard.model.server import Protocol, Security
from wizard.probe.connector import Network
from wizard.probe.credentials import Credentials
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed

BLOB = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())


def _replies(protocol: Protocol, line: bytes) -> dict[str, bytes]:
    """Refusals that hold the password in two or three lines, each of them harmless alone."""
    tag = line.split(b" ")[0]
    half, third = PASSWORD[:7].encode(), [PASSWORD[:5].encode(), PASSWORD[5:10].encode(), PASSWORD[10:].encode()]
    match protocol:
        case Protocol.SMTP:
            return {
                "two": b"535-5.7.8 " + half + b"\r\n535 5.7.8 " + PASSWORD[7:].encode() + b"\r\n",
                "three": b"535-%b\r\n535-%b\r\n535 %b\r\n" % tuple(third),
                "base64": b"535-" + BLOB[:20] + b"\r\n535-" + BLOB[20:30] + b"\r\n535 " + BLOB[30:] + b"\r\n",
            }
        case Protocol.IMAP:
            return {
                "two": b"* NO " + half + b"\r\n" + tag + b" NO " + PASSWORD[7:].encode() + b"\r\n",
                "three": b"* NO %b\r\n* NO %b\r\n%b NO %b\r\n" % (*third[:2], tag, third[2]),
                "base64": b"* NO "
                + BLOB[:20]
                + b"\r\n* NO "
                + BLOB[20:30]
                + b"\r\n"
                + tag
                + b" NO "
                + BLOB[30:]
                + b"\r\n",
            }
        case _:
            raise AssertionError("a refusal of POP3 has one line (RFC 1939 §3)")


def _texts(report: ProbeReport) -> list[str]:
    texts = [line.partition(": ")[2] for line in report.transcript]
    texts += [item.reply.text for item in report.evidence if item.reply is not None]
    return texts + [str(value) for item in report.evidence for value in item.detail.values()]


@pytest.mark.parametrize("protocol", [Protocol.SMTP, Protocol.IMAP])
@pytest.mark.parametrize("split", ["two", "three", "base64"])
async def test_a_password_split_over_lines_is_masked_in_all(
    protocol: Protocol, split: str, network: Network, certificate: Issued
) -> None:
    async def refuse(talk: Talk, line: bytes) -> None:
        await talk.send_raw(_replies(protocol, line)[split])

    async with tls_server(Mail(protocol, auth=refuse), certificate, Security.TLS) as server:
        report = await probe(candidate(server, protocol, Security.TLS), network)
    shown = _texts(report)
    assert any("***" in text for text in shown)
    secret = BLOB.decode() if split == "base64" else PASSWORD
    pieces = {secret[at : at + 5] for at in range(len(secret) - 4)}
    if split == "base64":
        pieces = {
            piece for piece in pieces if secret.index(piece) >= len(secret) - 16
        }  # before it stands the user name
    assert not [text for text in shown for piece in pieces if piece in text]


@pytest.mark.parametrize("protocol", [Protocol.SMTP, Protocol.IMAP, Protocol.POP3])
@pytest.mark.parametrize(
    ("password", "text", "cause"),
    [
        ("authentication", b"454 4.7.0 Temporary authentication failure, try again later", "temporary-auth-failure"),
        ("too many", b"535 5.7.8 Too many failed logins, try again later", "too-many-attempts"),
        ("application-specific", b"535 5.7.9 Application-specific password required", "app-password-required"),
        ("password", b"535 5.7.8 Invalid username or password", "bad-credentials"),
    ],
)
async def test_a_password_of_common_words_changes_no_cause(
    protocol: Protocol, password: str, text: bytes, cause: str, network: Network, certificate: Issued
) -> None:
    causes = []
    for word in (password, "tulip-wagon-64"):

        async def refuse(talk: Talk, line: bytes) -> None:
            code, _, words = text.partition(b" ")
            await talk.send_raw(no(protocol, line, words, int(code)))

        async with tls_server(Mail(protocol, auth=refuse), certificate, Security.TLS) as server:
            prober = Prober(network, Redactor((Secret(word),), (USER,)))
            conversation = prober.conversation(candidate(server, protocol, Security.TLS))
            await conversation.open()
            with pytest.raises(StageFailed):
                await conversation.sign_in(Credentials(USER, Secret(word)))
            conversation.abort()
        report = conversation.recorder.report()
        found = wiring.diagnoser().of_reports(
            (report,), provider=None, surroundings=Surroundings(), address=Address.parse(USER)
        )
        causes.append(found[0].cause)
        assert not [line for line in _texts(report) if re.search(re.escape(word), line, re.IGNORECASE)]
    assert causes[0] == causes[1]
    if protocol is Protocol.SMTP:
        assert causes[0] == cause
