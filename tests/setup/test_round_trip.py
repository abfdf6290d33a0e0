"""A test message goes through a sending server that was proven, and through no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.lab.stage import imap, smtp, stage
from wizard.model.account import RoundTripStatus, Status
from wizard.practice.scenarios import Accepts
from wizard.setup.options import Options


@pytest.mark.parametrize("wants_to_send", [True, False], ids=["refused", "not wanted"])
async def test_without_a_proven_sending_server_nothing_is_sent(wants_to_send: bool) -> None:
    refuses = smtp("smtp.example.org", accepts=Accepts.NOBODY, refusal="535 5.7.8 Authentication failed")
    once = Options(accept_untrusted=True, deadline_s=30, autofix=False)
    async with stage("ada@example.org", refuses, imap("imap.example.org"), options=once) as on_stage:
        result = await on_stage.session.check(replace(on_stage.draft(), wants_outgoing=wants_to_send))
        assert (result.outgoing is not None and result.outgoing.status is Status.VERIFIED) is False
        after = await on_stage.session.send_test_message(result)
    assert after == result
    assert after.round_trip.status is RoundTripStatus.SKIPPED
