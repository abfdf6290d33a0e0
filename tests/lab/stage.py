"""A stage for scenarios: real names and ports of any provider, played by the practice network's servers on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from wizard import wiring
from wizard.discovery.planner import Planner
from wizard.discovery.presets import PresetBook
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis, Remedy
from wizard.model.draft import AccountDraft
from wizard.model.provider import ProviderServer
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security
from wizard.net.dns import MxRecord
from wizard.net.fetch import Fetcher
from wizard.practice.network import PracticeNetwork, PracticeResolver
from wizard.practice.scenarios import Delivery, FoundBy, PracticeAccount, PracticeServer, Scenario
from wizard.setup.context import Services
from wizard.setup.given import given_draft
from wizard.setup.options import Options
from wizard.setup.session import SetupSession
from wizard.setup.signin_budget import SignInBudget

PASSWORD = "tulip-wagon-64"


def smtp(host: str, port: int = 465, **how: Any) -> PracticeServer:
    """A sending server; encrypted from the start on 465, by STARTTLS elsewhere, unless said otherwise."""
    security = how.pop("security", Security.TLS if port == 465 else Security.STARTTLS)
    return PracticeServer(Protocol.SMTP, host, port, security, **how)


def imap(host: str, port: int = 993, **how: Any) -> PracticeServer:
    """A receiving server that speaks IMAP."""
    security = how.pop("security", Security.TLS if port == 993 else Security.STARTTLS)
    return PracticeServer(Protocol.IMAP, host, port, security, **how)


def pop3(host: str, port: int = 995, **how: Any) -> PracticeServer:
    """A receiving server that speaks POP3."""
    security = how.pop("security", Security.TLS if port == 995 else Security.STARTTLS)
    return PracticeServer(Protocol.POP3, host, port, security, **how)


def listed(server: PracticeServer, **changed: Any) -> ProviderServer:
    """The server as a page names it, perhaps wrongly."""
    named = ProviderServer(server.protocol, server.host, server.port, server.security)
    return replace(named, **changed)


@dataclass(slots=True)
class Stage:
    """The running servers and a session that has them for the world."""

    session: SetupSession
    network: PracticeNetwork
    address: Address
    services: Services

    def another_session(self) -> SetupSession:
        """A session as the stage's own, with a sign-in budget and lines of its own; the caller closes it."""
        return SetupSession(replace(self.services, budget=SignInBudget()), self.session.options)

    async def check(
        self, *, password: str | None = PASSWORD, test_to: str | None = None, send: bool = False, **given: str | None
    ) -> CheckResult:
        """A whole check, with a test message when `send` or `test_to` says so."""
        result = await self.session.check(self.draft(password=password, **given))
        if (send or test_to) and result.verdict in (Verdict.WORKS, Verdict.WORKS_AFTER_FIX):
            to = Address.parse(test_to) if test_to else None
            result = await self.session.send_test_message(result, to)
        return result

    def draft(self, *, password: str | None = PASSWORD, **given: str | None) -> AccountDraft:
        """What a person types: `outgoing`, `incoming`, `username`, `outgoing_username` as on the command line."""
        return replace(given_draft(self.address, **given), secret=Secret(password) if password else None)


class _Names(PracticeResolver):
    """The names that discovery asks for, the domain's SPF record among them."""

    def __init__(self, scenarios: tuple[Scenario, ...], spf: str | None) -> None:
        super().__init__(scenarios)
        self._spf = spf
        self._domain = scenarios[0].domain

    async def txt(self, name: str) -> tuple[str, ...]:
        """The SPF record."""
        return (self._spf,) if self._spf is not None and name == self._domain else await super().txt(name)


@asynccontextmanager
async def world(
    address: str,
    *servers: PracticeServer,
    found_by: FoundBy = FoundBy.GUESS,
    listing: Sequence[ProviderServer] = (),
    second: Sequence[ProviderServer] = (),
    mx: Sequence[str] = (),
    spf: str | None = None,
    line: str | None = None,
    delivery: Delivery | None = None,
    accepted: str = PASSWORD,
) -> AsyncIterator[tuple[PracticeNetwork, Planner, PresetBook]]:
    """The servers of one account, found by the real presets, by its domain's pages or by guesses.

    `accepted` is the password the servers take, `spf` what the domain says about who sends for it,
    `line` what any address is called in reverse.
    """
    account = PracticeAccount("stage", "Ada Example", address, PASSWORD, "", None, fixable=False)
    scenario = Scenario(
        account=account,
        accepted_password=accepted,
        found_by=found_by,
        servers=servers,
        listed=tuple(listing) or tuple(listed(server) for server in servers),
        second=tuple(second),
        mx=tuple(MxRecord(10 * number, host) for number, host in enumerate(mx, 1)),
        delivery=delivery or Delivery(after_s=0.05),
    )
    known = wiring.presets(())
    async with PracticeNetwork.start((scenario,)) as network:
        network.resolver.line = line
        yield network, Planner(_Names((scenario,), spf), Fetcher(network.dialer, network.trust), known), known


@asynccontextmanager
async def stage(
    address: str, *servers: PracticeServer, options: Options | None = None, **how: Any
) -> AsyncIterator[Stage]:
    """A session in the `world` of these servers, which takes the same arguments."""
    async with world(address, *servers, **how) as (network, planner, known):
        line = (network.resolver, network.dialer, network.trust)
        services = Services(
            *line, planner, wiring.diagnoser, known.for_host, known.hosts, provider_of_domain=known.for_domain
        )
        session = SetupSession(services, options or Options(accept_untrusted=True, deadline_s=30))
        try:
            yield Stage(session, network, Address.parse(address), services)
        finally:
            await session.close()
            await asyncio.sleep(0)


def speaks_first(result: CheckResult, cause: str, remedy: str, verdict: Verdict = Verdict.FAILS) -> Diagnosis:
    """The diagnosis the person hears first; fails unless it is that cause with that remedy, and that verdict."""
    assert result.verdict is verdict, (result.verdict, [found.cause for found in result.diagnoses])
    assert result.diagnoses, "nothing was diagnosed"
    first = result.diagnoses[0]
    assert first.cause == cause, (first.cause, first.why, first.reply)
    ids = [one.id for one in first.remedies]
    assert remedy in ids, ids
    assert len([found.cause for found in result.diagnoses]) == len({found.cause for found in result.diagnoses})
    return first


def fixed(result: CheckResult, cause: str, remedy: str, **after: object) -> Diagnosis:
    """The diagnosis of a failure that the program put right by that remedy, with these settings afterwards."""
    first = speaks_first(result, cause, remedy, Verdict.WORKS_AFTER_FIX)
    assert first.remedies[0].id == remedy, "what worked is offered first"
    fix = next(fix for fix in result.fixes if fix.remedy == remedy)
    assert fix.cause == cause
    for name, value in after.items():
        assert getattr(fix.after, name) == value, fix
    return first


def remedy_of(diagnosis: Diagnosis, remedy: str) -> Remedy:
    """The remedy of that id."""
    return next(one for one in diagnosis.remedies if one.id == remedy)
