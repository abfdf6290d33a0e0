"""A test message goes through a sending server that was proven, and through no other; its lines end politely."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.lab.certificates import Authority, Issued
from tests.lab.stage import imap, smtp, stage
from tests.probe.talk import Mail, candidate, tls_server
from tests.setup.accounts import draft, new_session
from wizard.model.account import RoundTripStatus, Status, Verdict
from wizard.model.evidence import Outcome, Stage
from wizard.model.server import Protocol, Security
from wizard.practice.scenarios import Accepts, Delivery
from wizard.setup.options import Options
from wizard.setup.round_trip import LOOKS_S


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


@pytest.mark.slow
async def test_a_message_that_takes_its_time_is_looked_for_again_at_the_moments_set_for_it() -> None:
    servers = smtp("smtp.example.org"), imap("imap.example.org")
    async with stage("ada@example.org", *servers, delivery=Delivery(after_s=1.0)) as on_stage:
        result = await on_stage.check(send=True)
    trip = result.round_trip
    assert (trip.status, trip.folder) == (RoundTripStatus.ARRIVED, "INBOX")
    assert trip.seconds is not None
    said = [line for report in result.reports for line in report.transcript]
    to_prove_it_usable = 1
    looks = sum("EXAMINE INBOX" in line for line in said) - to_prove_it_usable
    assert 1 < looks <= sum(moment_s <= trip.seconds for moment_s in LOOKS_S)


async def test_lines_that_were_kept_for_a_test_message_end_with_a_goodbye(
    authority: Authority, certificate: Issued
) -> None:
    receiving, sending = Mail(Protocol.IMAP), Mail(Protocol.SMTP)
    async with (
        tls_server(receiving, certificate, Security.TLS) as imap_server,
        tls_server(sending, certificate, Security.TLS) as smtp_server,
    ):
        session = new_session(authority)
        result = await session.check(
            draft(
                candidate(imap_server, Protocol.IMAP, Security.TLS), candidate(smtp_server, Protocol.SMTP, Security.TLS)
            )
        )
        assert result.verdict is Verdict.WORKS
        assert "quit" not in receiving.verbs + sending.verbs
        await session.close()
    assert (receiving.verbs[-1], sending.verbs[-1]) == ("quit", "quit")


async def test_who_watches_the_test_message_hears_that_it_was_taken() -> None:
    """The line is the check's, whose watcher has seen its end: “Sent. Waiting for it to arrive” is for this one."""
    heard: list[tuple[Stage, Outcome]] = []
    async with stage("ada@example.org", imap("imap.example.org"), smtp("smtp.example.org")) as ready:
        result = await ready.check()
        await ready.session.send_test_message(result, listener=lambda seen: heard.append((seen.stage, seen.outcome)))
    assert (Stage.MESSAGE, Outcome.OK) in heard
    assert heard.index((Stage.MESSAGE, Outcome.OK)) < heard.index((Stage.ARRIVAL, Outcome.OK))
