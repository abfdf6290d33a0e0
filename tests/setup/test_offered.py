"""Settings that a button offers: only what the provider really wants."""

from __future__ import annotations

from tests.lab.stage import imap, smtp, speaks_first, stage
from wizard.model.diagnosis import ChangeSettings
from wizard.practice.scenarios import Accepts
from wizard.setup.options import Options


async def test_a_provider_without_a_user_name_for_everybody_has_none_put_in() -> None:
    servers = (
        smtp("smtp.zoho.com", accepts=Accepts.NOBODY, refusal="535 5.7.8 Invalid API key"),
        imap("imap.zoho.com"),
    )
    async with stage("ada@zohomail.com", *servers, options=Options(accept_untrusted=True, deadline_s=30)) as on_stage:
        first = speaks_first(await on_stage.check(), "api-key-required", "create-api-key")
    assert [remedy.say for remedy in first.remedies if isinstance(remedy.action, ChangeSettings)] == []
