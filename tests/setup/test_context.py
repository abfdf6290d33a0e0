"""What a session remembers from one check to the next."""

from __future__ import annotations

import pytest

from tests.handover.accounts import smtp
from wizard import wiring
from wizard.model.evidence import ErrorKind, Evidence, Outcome, ProbeReport, Stage
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
