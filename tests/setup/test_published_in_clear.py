"""Servers that a page names without encryption are tried with it, before any guess (case 04)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.lab.stage import imap, listed, pop3, smtp, stage
from wizard.model.account import Verdict
from wizard.model.server import Security
from wizard.practice.scenarios import FoundBy, PracticeServer
from wizard.setup.options import Options

ADA = "ada@example.org"
UNASKED = Options(deadline_s=25)
HOST = "zentrale.example.org"


def in_clear(server: PracticeServer, port: int) -> PracticeServer:
    return replace(server, port=port, security=Security.NONE)


@pytest.mark.parametrize("found_by", [FoundBy.AUTOCONFIG, FoundBy.AUTODISCOVER])
@pytest.mark.parametrize(
    ("receiving", "sending", "ports"),
    [
        (imap(HOST, 143), smtp(HOST, 587), (143, 587)),
        (pop3(HOST, 110), smtp(HOST, 25), (110, 25)),
        (imap(HOST, 993), smtp(HOST, 465), (143, 587)),
        (pop3(HOST, 995), smtp(HOST, 587), (110, 587)),
    ],
    ids=["starttls", "starttls-pop3", "tls-at-its-own-port", "one-of-each"],
)
async def test_a_server_named_in_clear_is_used_with_encryption(
    receiving: PracticeServer, sending: PracticeServer, ports: tuple[int, int], found_by: FoundBy
) -> None:
    named = [listed(in_clear(receiving, ports[0])), listed(in_clear(sending, ports[1]))]
    async with stage(ADA, receiving, sending, found_by=found_by, listing=named, options=UNASKED) as on_stage:
        result = await on_stage.check()
    assert result.verdict in (Verdict.WORKS, Verdict.WORKS_AFTER_FIX), [one.cause for one in result.diagnoses]
    for side, server in ((result.incoming, receiving), (result.outgoing, sending)):
        assert side is not None
        assert (side.candidate.host, side.candidate.port, side.candidate.security) == (
            HOST,
            server.port,
            server.security,
        )


async def test_a_server_that_offers_no_encryption_is_named_itself() -> None:
    servers = imap(HOST, 143, security=Security.NONE), smtp(HOST, 587, security=Security.NONE)
    named = [listed(server) for server in servers]
    async with stage(ADA, *servers, found_by=FoundBy.AUTOCONFIG, listing=named, options=UNASKED) as on_stage:
        result = await on_stage.check()
    assert result.verdict is Verdict.FAILS
    assert [diagnosis.cause for diagnosis in result.diagnoses] == ["starttls-not-offered"]
    assert result.diagnoses[0].server in (f"{HOST}:143", f"{HOST}:587")
    assert result.sign_in_attempts == {}
