"""The conversation as a report shows it: every command and answer in its order, no secret among them."""

from __future__ import annotations

import re

import pytest

from tests.lab.certificates import Issued
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import CREDENTIALS, PASSWORD, USER, Mail, candidate, tls_server
from wizard.model.secret import Redactor, Secret
from wizard.model.server import Protocol, Security
from wizard.probe.connector import Network
from wizard.probe.conversation import Conversation
from wizard.probe.engine import Prober

SAID = {
    Protocol.SMTP: [
        "S 220 mail.example.org ESMTP",
        "C EHLO [127.0.0.1]",
        "S 250 mail.example.org",
        "S 250 AUTH PLAIN LOGIN",
        "S 250 SIZE 1000000",
        "C AUTH PLAIN ***",
        "S 235 done",
        "C QUIT",
        "S 221 done",
    ],
    Protocol.IMAP: [
        "S * OK ready",
        "C A1 CAPABILITY",
        "S * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN",
        "S A1 OK done",
        "C A2 AUTHENTICATE PLAIN ***",
        "S A2 OK done",
        "C A3 LOGOUT",
        "S A3 OK done",
    ],
    Protocol.POP3: ["S +OK ready", "C CAPA", "S +OK", "C AUTH PLAIN ***", "S +OK done", "C QUIT", "S +OK done"],
}


def said(conversation: Conversation) -> list[str]:
    """The lines of both sides, without their times."""
    return [re.sub(r"^ *[\d.]+ (.): ", r"\1 ", line).rstrip() for line in conversation.recorder.report().transcript]


@pytest.mark.parametrize("protocol", Protocol)
async def test_a_conversation_is_told_from_its_first_word_to_its_last(
    protocol: Protocol, network: Network, certificate: Issued
) -> None:
    async with tls_server(Mail(protocol), certificate, Security.TLS) as server:
        prober = Prober(network, Redactor((Secret(PASSWORD),), (USER,)))
        conversation = prober.conversation(candidate(server, protocol, Security.TLS))
        await conversation.open()
        await conversation.sign_in(CREDENTIALS)
        await conversation.close()
    assert said(conversation) == SAID[protocol]


async def test_what_answers_a_challenge_is_told_without_its_words(network: Network, certificate: Issued) -> None:
    async def script(talk: Talk) -> None:
        await talk.send(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready")
        await talk.line()
        await talk.send(b"+ ")
        await talk.line()
        await talk.send(b"A1 OK [CAPABILITY IMAP4rev1] done")
        await talk.line()
        await talk.send(b"* BYE", b"A2 OK done")

    async with ScriptedServer(script, certificate=certificate, tls_at_start=True) as server:
        prober = Prober(network, Redactor((Secret(PASSWORD),), (USER,)))
        conversation = prober.conversation(candidate(server, Protocol.IMAP, Security.TLS))
        await conversation.open()
        await conversation.sign_in(CREDENTIALS)
        await conversation.close()
    assert said(conversation) == [
        "S * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready",
        "C A1 AUTHENTICATE PLAIN",
        "S +",
        "C ***",
        "S A1 OK [CAPABILITY IMAP4rev1] done",
        "C A2 LOGOUT",
        "S * BYE",
        "S A2 OK done",
    ]
