"""A deadline that passes takes nothing back: what was proven, sent and counted by then stays so (case 08)."""

from __future__ import annotations

import pytest

from tests.lab.certificates import Authority, Issued
from tests.lab.hostile_kinds import after_the_dot
from tests.lab.stage import imap, pop3, smtp, stage
from tests.probe.talk import Mail, say
from tests.setup.accounts import checked as checked_with
from wizard.model.account import RoundTripStatus, Status, Verdict
from wizard.model.server import Protocol
from wizard.practice.scenarios import Delivery, PracticeServer

pytestmark = pytest.mark.slow

NEVER = Delivery(after_s=3600.0)


@pytest.mark.parametrize("receiving", [imap("imap.example.org"), pop3("pop.example.org")], ids=["imap", "pop3"])
async def test_a_deadline_while_the_arrival_is_awaited_keeps_the_verdict(receiving: PracticeServer) -> None:
    async with stage("ada@example.org", smtp("smtp.example.org"), receiving, delivery=NEVER) as on_stage:
        checked = await on_stage.check(incoming=f"{receiving.protocol.value}:{receiving.host}:{receiving.port}")
        result = await on_stage.session.send_test_message(checked, deadline_s=2.0)
    assert checked.verdict is Verdict.WORKS
    assert result.verdict is Verdict.WORKS
    assert result.round_trip.status is RoundTripStatus.SENT
    assert all(side is not None and side.status is Status.VERIFIED for side in (result.incoming, result.outgoing))
    assert result.elapsed_s > checked.elapsed_s
    looks = sum(report.sign_in_attempts for report in result.reports if report.candidate.protocol is receiving.protocol)
    assert result.sign_in_attempts == {Protocol.SMTP: 1, receiving.protocol: looks}


async def test_a_deadline_before_the_message_was_taken_leaves_its_outcome_open() -> None:
    servers = smtp("smtp.example.org"), imap("imap.example.org")
    async with stage("ada@example.org", *servers, delivery=NEVER) as on_stage:
        checked = await on_stage.check()
        result = await on_stage.session.send_test_message(checked, deadline_s=0.0)
    assert result.verdict is Verdict.UNDECIDED
    assert result.round_trip.status is not RoundTripStatus.SENT


async def test_silence_after_the_final_dot_is_named_where_the_deadline_is_sooner(
    authority: Authority, certificate: Issued
) -> None:
    silent = after_the_dot(b"", "silence")(Protocol.SMTP)
    result = await checked_with(
        authority, certificate, receive=Mail(Protocol.IMAP), send=silent, test_message=True, deadline_s=1.0
    )
    assert result.verdict is Verdict.UNDECIDED
    assert result.round_trip.status is not RoundTripStatus.SENT
    assert [found.cause for found in result.diagnoses] == ["server-error"]
    assert result.diagnoses[0].server is not None
    assert silent.verbs.count("data") == 1


@pytest.mark.parametrize(
    ("then", "verdict", "words"),
    [("silence", Verdict.UNDECIDED, "stopped answering"), ("fin", Verdict.FAILS, "hung up after the sign-in")],
)
async def test_a_message_that_was_not_handed_over_is_not_said_to_be(
    then: str, verdict: Verdict, words: str, authority: Authority, certificate: Issued
) -> None:
    mail = Mail(Protocol.SMTP, data=say(b"", then=then))  # no 354: nothing of the message leaves
    result = await checked_with(
        authority, certificate, receive=Mail(Protocol.IMAP), send=mail, test_message=True, deadline_s=1.0
    )
    assert result.verdict is verdict
    assert result.round_trip.status is not RoundTripStatus.SENT
    assert [found.cause for found in result.diagnoses] == ["connection-dropped"]
    assert words in result.diagnoses[0].title
    assert "handed over" not in result.diagnoses[0].why


async def test_nobody_is_asked_where_the_deadline_is_over_before_the_check_begins() -> None:
    servers = smtp("smtp.example.org"), imap("imap.example.org")
    async with stage("ada@example.org", *servers) as on_stage:
        limit_s = on_stage.session.options.deadline_s
        result = await on_stage.session.check(on_stage.draft(), spent_s=limit_s)
        assert (result.verdict, result.sign_in_attempts) == (Verdict.UNDECIDED, {})
        assert (await on_stage.session.check(on_stage.draft(), spent_s=limit_s / 2)).verdict is Verdict.WORKS
