"""Settings that a button offers: only what the provider really wants."""

from __future__ import annotations

import pytest

from tests.lab.stage import imap, smtp, speaks_first, stage
from wizard.model.address import Address
from wizard.model.diagnosis import Change, ChangeSettings, Diagnosis
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ErrorKind, Evidence, Outcome, ProbeReport, Reply, Stage
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.practice.scenarios import Accepts
from wizard.setup.offered import ChangeContext, settings_for
from wizard.setup.options import Options


async def test_a_provider_without_a_user_name_for_everybody_has_none_put_in() -> None:
    servers = (
        smtp("smtp.zoho.com", accepts=Accepts.NOBODY, refusal="535 5.7.8 Invalid API key"),
        imap("imap.zoho.com"),
    )
    async with stage("ada@zohomail.com", *servers, options=Options(accept_untrusted=True, deadline_s=30)) as on_stage:
        first = speaks_first(await on_stage.check(), "api-key-required", "create-api-key")
    assert [remedy.say for remedy in first.remedies if isinstance(remedy.action, ChangeSettings)] == []


@pytest.mark.parametrize(("refused_at", "is_offered"), [("mail.example.org", True), ("smtp.example.org", False)])
def test_a_user_name_refused_at_one_server_may_be_right_at_another(refused_at: str, is_offered: bool) -> None:
    here = candidate_at("smtp.example.org", "ada@example.org")
    said = Reply("Authentication failed", 535)
    failed = Evidence(Stage.AUTH, Outcome.FAILED, Protocol.SMTP, here.endpoint, error=ErrorKind.REPLY, reply=said)
    diagnosis = Diagnosis(
        cause="bad-credentials", stage=Stage.AUTH, confidence=0.9, title="", why="", evidence=(failed,),
        protocol=Protocol.SMTP, server=str(here.endpoint),
    )  # fmt: skip
    reports = (
        ProbeReport(here, (failed,), sign_in_attempts=1),
        ProbeReport(candidate_at(refused_at, "ada"), (), sign_in_attempts=1),
    )
    known = ChangeContext(AccountDraft(Address.parse("ada@example.org")), None, lambda _: None, reports)
    offered = settings_for(Change.OTHER_USERNAME_FORM, diagnosis, known)
    assert (offered.username if offered is not None else None) == ("ada" if is_offered else None)


def candidate_at(host: str, username: str) -> ServerCandidate:
    return ServerCandidate(Protocol.SMTP, host, 465, Security.TLS, username, Source.AUTOCONFIG, trusted=True)
