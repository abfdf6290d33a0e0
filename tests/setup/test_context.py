"""What a session remembers from one check to the next."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.handover.accounts import smtp
from wizard import wiring
from wizard.model.address import Address
from wizard.model.evidence import ErrorKind, Evidence, Outcome, ProbeReport, Stage
from wizard.model.plan import ALL_SOURCES, Plan, PlanOptions
from wizard.setup.context import SessionContext
from wizard.setup.options import Options
from wizard.wiring import Settings


@pytest.mark.parametrize(
    ("stage", "error", "is_slow"),
    [
        (Stage.GREETING, ErrorKind.SILENCE, True),
        (Stage.AUTH, ErrorKind.SILENCE, False),
        (Stage.GREETING, ErrorKind.CONNECTION_DROPPED, False),
        (Stage.CONNECT, ErrorKind.CONNECTION_TIMED_OUT, False),
    ],
)
async def test_only_a_server_that_was_reached_and_did_not_greet_is_waited_for_longer(
    stage: Stage, error: ErrorKind, is_slow: bool
) -> None:
    server = smtp()
    failed = Evidence(stage, Outcome.FAILED, server.protocol, server.endpoint, error=error)
    async with wiring.session(Settings(practice=True)) as session:
        context = session._context
        context.note_silence([ProbeReport(server, (failed,)), ProbeReport(smtp(port=587), ())])
        assert context.slow == ({str(server.endpoint)} if is_slow else set())


class HeardOptions:
    """A planner that keeps how it was asked."""

    heard: PlanOptions

    async def plan(self, address: Address, options: PlanOptions = ALL_SOURCES) -> Plan:
        self.heard = options
        return Plan(address, ())


@pytest.mark.parametrize("of_session", [False, True])
@pytest.mark.parametrize("of_call", [False, True])
async def test_nobody_is_asked_whom_the_session_or_the_call_leaves_out(of_call: bool, of_session: bool) -> None:
    planner = HeardOptions()
    for session_options, call_options in (
        (Options(offline=of_session), PlanOptions(offline=of_call)),
        (Options(ask_nobody=of_session), PlanOptions(ask_nobody=of_call)),
    ):
        async with wiring.session(Settings(practice=True, options=session_options)) as session:
            services = replace(session._context.services, planner=planner)
            await SessionContext(services, session.options).discover(Address.parse("ada@example.org"), call_options)
        is_left_out = of_call or of_session
        offline = session_options.offline or call_options.offline
        assert (planner.heard.offline, planner.heard.ask_nobody) == (offline, is_left_out and not offline)
