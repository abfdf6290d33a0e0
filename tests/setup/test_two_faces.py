"""The window and the command line say the same of an account: verdict, causes and what was put right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from tests.lab.stage import PASSWORD, Stage, imap, listed, smtp, stage
from wizard import assets, wiring
from wizard.gui.state import WizardState
from wizard.model.account import CheckResult, Status
from wizard.model.address import Address
from wizard.model.provider import Provider, ProviderServer, ProviderStatus
from wizard.model.secret import Secret
from wizard.model.server import Way
from wizard.practice.scenarios import FoundBy, PracticeAccount, PracticeServer, load_scenarios
from wizard.setup.given import given_draft
from wizard.setup.options import Options
from wizard.setup.session import SetupSession

pytestmark = pytest.mark.slow

OPTIONS = Options(accept_untrusted=True, deadline_s=30)
ACCOUNTS = [scenario.account for scenario in load_scenarios(assets.resources() / "practice")]


def said(result: CheckResult) -> dict[str, object]:
    """What a person would compare."""
    return {
        "verdict": result.verdict,
        "causes": [diagnosis.cause for diagnosis in result.diagnoses],
        "first remedies": [diagnosis.remedies[0].id for diagnosis in result.diagnoses if diagnosis.remedies],
        "fixes": [(fix.cause, fix.remedy, fix.after) for fix in result.fixes],
        "proven": [
            side.candidate.endpoint
            for side in (result.incoming, result.outgoing)
            if side is not None and side.status is Status.VERIFIED
        ],
    }


async def by_the_command_line(session: SetupSession, address: Address, password: str) -> CheckResult:
    try:
        return await session.check(replace(given_draft(address), secret=Secret(password)))
    finally:
        await session.close()


async def by_the_window(session: SetupSession, address: Address, password: str) -> CheckResult:
    """What the pages do between the first field and the check, without their widgets."""
    state = WizardState()
    try:
        state.set_address(address)
        state.set_plan(await session.prepare(address))
        state.set_secret(Secret(password))
        state.agree()
        draft = state.draft()
        assert draft is not None
        result = await session.check(draft, plan=state.plan)
        state.set_result(result)
        assert state.result is result
        return result
    finally:
        await session.close()
        state.deleteLater()


@pytest.mark.slow
@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.scenario)
async def test_every_practice_account(qapp: object, account: PracticeAccount) -> None:
    settings = wiring.Settings(practice=True, options=OPTIONS)
    address = Address.parse(account.address)
    async with wiring.session(settings) as session:
        one = await by_the_command_line(session, address, account.password)
    async with wiring.session(settings) as session:
        other = await by_the_window(session, address, account.password)
    assert said(one) == said(other)


def with_a_choice() -> Iterator[Provider]:
    """The presets that name several servers for one side."""
    for provider in wiring.presets().all():
        if provider.status is ProviderStatus.UNSUPPORTED or not provider.domains:
            continue
        usable = [server for server in provider.servers if server.region in (None, *provider.regions[:1])]
        if any("%" in server.host for server in usable):
            continue
        for way in Way:
            if len({server.host for server in of(usable, way)} | {server.port for server in of(usable, way)}) > 2:
                yield provider
                break


def of(servers: list[ProviderServer], way: Way) -> list[ProviderServer]:
    return [server for server in servers if Way.of(server.protocol) is way]


def played(server: ProviderServer) -> PracticeServer:
    return PracticeServer(server.protocol, server.host, server.port, server.security)


CHOICES = [
    pytest.param(provider, id=provider.id, marks=[] if number % 8 == 0 else [pytest.mark.slow])
    for number, provider in enumerate(with_a_choice())
]


@pytest.mark.parametrize("provider", CHOICES)
async def test_every_preset_with_a_choice_of_servers_whose_first_is_gone(qapp: object, provider: Provider) -> None:
    servers = [*provider.servers]
    gone = {of(servers, way)[0] for way in Way if len(of(servers, way)) > 1}
    there = [played(server) for server in servers if server not in gone]
    async with stage(f"ada@{provider.domains[0]}", *there, options=OPTIONS) as on_stage:
        await compare(on_stage)


async def test_the_first_sending_server_blocked(qapp: object) -> None:
    """What was *works* on the command line and *works after a fix*, with a card to accept, in the window."""
    servers = imap("imap.example.org"), smtp("smtp.example.org", 587, blocked=True), smtp("smtp.example.org", 465)
    named = tuple(listed(server) for server in servers)
    async with stage(
        "ada@example.org", *servers, found_by=FoundBy.AUTOCONFIG, listing=named, options=OPTIONS
    ) as on_stage:
        result = await compare(on_stage)
    assert result.verdict.value == "works"
    assert result.fixes == ()


async def compare(on_stage: Stage) -> CheckResult:
    one = await by_the_command_line(on_stage.session, on_stage.address, PASSWORD)
    other = await by_the_window(on_stage.another_session(), on_stage.address, PASSWORD)
    assert said(one) == said(other)
    return one
