"""A provider's file that names its servers without encryption: they are tried with it, before any guess."""

from __future__ import annotations

import pytest

from tests.lab.stage import imap, listed, pop3, smtp, stage
from wizard.model.account import Verdict
from wizard.model.server import Security, Source
from wizard.practice.scenarios import FoundBy

HOST = "zentrale.firma.example"


@pytest.mark.parametrize("found_by", [FoundBy.AUTOCONFIG, FoundBy.AUTODISCOVER])
@pytest.mark.parametrize("receive", [imap, pop3])
@pytest.mark.parametrize("encrypted", [Security.STARTTLS, Security.TLS])
async def test_the_named_host_is_tried_with_encryption(found_by: FoundBy, receive: object, encrypted: Security) -> None:
    switched = encrypted is Security.STARTTLS
    if receive is imap:
        receiving, plain_port = imap(HOST, 143 if switched else 993), 143
    else:
        receiving, plain_port = pop3(HOST, 110 if switched else 995), 110
    sending = smtp(HOST, 587 if switched else 465)
    listing = (
        listed(receiving, port=plain_port, security=Security.NONE),
        listed(sending, port=587, security=Security.NONE),
    )
    async with stage("ada@firma.example", receiving, sending, found_by=found_by, listing=listing) as played:
        result = await played.check()
    assert result.verdict is Verdict.WORKS, [found.why for found in result.diagnoses]
    for side, server in ((result.incoming, receiving), (result.outgoing, sending)):
        assert side is not None
        candidate = side.candidate
        assert (candidate.host, candidate.port, candidate.security) == (HOST, server.port, encrypted)
        assert candidate.source is Source(found_by.value)
        assert candidate.trusted


async def test_a_server_without_any_encryption_gets_no_password() -> None:
    receiving, sending = imap(HOST, 143, security=Security.NONE), smtp(HOST, 587, security=Security.NONE)
    listing = (listed(receiving), listed(sending))
    async with stage("ada@firma.example", receiving, sending, found_by=FoundBy.AUTOCONFIG, listing=listing) as played:
        result = await played.check()
    assert result.verdict is Verdict.FAILS
    assert not result.sign_in_attempts
    assert HOST in result.diagnoses[0].why + result.diagnoses[0].title + (result.diagnoses[0].server or "")
