"""A server in the person's own network, named by somebody else: not contacted before a yes that names it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.probe.talk import Names
from wizard import wiring
from wizard.discovery.planner import Planner
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import Change, ChangeSettings
from wizard.model.draft import AccountDraft
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.dial import SystemDialer
from wizard.net.fetch import Fetcher
from wizard.net.tls import Trust
from wizard.setup.context import Services
from wizard.setup.options import Options
from wizard.setup.session import SetupSession

ADA = Address.parse("ada@firma.example")
OWN = "10.66.66.66"


def _draft(source: Source) -> AccountDraft:
    server = ServerCandidate(Protocol.IMAP, "imap.firma.example", 993, Security.TLS, ADA.wire, source, trusted=True)
    return AccountDraft(ADA, incoming=server, wants_outgoing=False)


@asynccontextmanager
async def _session(names: Names, accept_own_network: bool = False) -> AsyncIterator[SetupSession]:
    dialer = SystemDialer(names, own_network=accept_own_network)
    trust, known = Trust(), wiring.presets()
    planner = Planner(names, Fetcher(dialer, trust), known)
    services = Services(names, dialer, trust, planner, wiring.diagnoser, known.for_host, known.hosts)
    session = SetupSession(services, Options(deadline_s=3, ask_nobody=True, accept_own_network=accept_own_network))
    try:
        yield session
    finally:
        await session.close()


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a connection was tried to; none is made."""
    tried: list[str] = []

    async def refuse(_: asyncio.AbstractEventLoop, sock: socket.socket, address: tuple[str, int]) -> None:
        tried.append(address[0])
        raise ConnectionRefusedError

    for loop in (
        "selector_events.BaseSelectorEventLoop",
        "proactor_events.BaseProactorEventLoop",
    ):  # Windows' is the last
        monkeypatch.setattr(f"asyncio.{loop}.sock_connect", refuse)
    return tried


async def _checked(source: Source, accept_own_network: bool = False) -> tuple[SetupSession, CheckResult]:
    async with _session(
        Names({"imap.firma.example": [OWN]}, default=None), accept_own_network=accept_own_network
    ) as session:
        return session, await session.check(_draft(source))


@pytest.mark.parametrize("source", [Source.GUESS, Source.AUTOCONFIG, Source.SRV, Source.MX, Source.PRESET])
async def test_a_card_names_the_computer_and_nothing_was_sent_there(source: Source, dialled: list[str]) -> None:
    session, result = await _checked(source)
    assert dialled == []
    assert result.verdict is Verdict.FAILS
    first = result.diagnoses[0]
    assert first.cause == "server-in-own-network"
    assert OWN in first.why
    assert "imap.firma.example" in first.title
    yes = first.remedies[0].action
    assert isinstance(yes, ChangeSettings)
    assert yes.change is Change.OWN_NETWORK
    assert "imap.firma.example" in first.remedies[0].say
    draft = session.apply(first.remedies[0], first, result)
    assert draft.incoming is not None
    assert draft.incoming.source is Source.GIVEN
    _, again = await _checked(Source.GIVEN)
    assert OWN in dialled
    assert again.diagnoses[0].cause == "connection-refused"


async def test_a_yes_on_the_command_line_is_a_yes(dialled: list[str]) -> None:
    await _checked(Source.AUTOCONFIG, accept_own_network=True)
    assert OWN in dialled
