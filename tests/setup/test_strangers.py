"""A password goes only to servers that the person, the address or the address's own provider named (promise 12)."""

from __future__ import annotations

import pytest

from tests.lab.stage import imap, listed, remedy_of, smtp, speaks_first, stage
from wizard.model.account import Verdict
from wizard.model.diagnosis import ChangeSettings
from wizard.model.server import Protocol
from wizard.practice.scenarios import FoundBy
from wizard.setup.options import Options

# As on the command line without --yes.
UNASKED = Options(deadline_s=20)


@pytest.mark.parametrize(
    ("typed", "stranger", "company"),
    [
        ("imap.emailx.com", "imap.mail.com", "mail.com"),
        ("imap.ionas.de", "imap.ionos.de", "IONOS"),
        ("imap.gmal.com", "imap.gmail.com", "Google"),
    ],
)
async def test_a_similar_name_of_another_company_is_a_button_and_no_sign_in(
    typed: str, stranger: str, company: str
) -> None:
    servers = smtp("smtp.corp-lab.com"), imap(stranger)
    async with stage("ada@corp-lab.com", *servers, options=UNASKED) as on_stage:
        result = await on_stage.check(incoming=f"{typed}:993/tls", outgoing="smtp.corp-lab.com:465/tls")
    assert Protocol.IMAP not in result.sign_in_attempts
    assert not any(stranger in report.candidate.host for report in result.reports)
    first = speaks_first(result, "server-name-not-found", "use-other-host")
    remedy = remedy_of(first, "use-other-host")
    assert isinstance(remedy.action, ChangeSettings)
    assert remedy.say.startswith(f"Use “{stranger}” of ")
    assert company in remedy.say


async def test_a_slip_in_the_own_providers_server_is_put_right_by_itself() -> None:
    servers = smtp("smtp.gmail.com"), imap("imap.gmail.com")
    async with stage("ada@gmail.com", *servers, options=UNASKED) as on_stage:
        result = await on_stage.check(incoming="imap.gmial.com:993/tls", outgoing="smtp.gmail.com:465/tls")
    assert result.verdict is Verdict.WORKS_AFTER_FIX
    assert [(fix.cause, fix.after.host) for fix in result.fixes] == [("server-name-not-found", "imap.gmail.com")]


NOBODY_NAMED = {Protocol.SMTP: "No sending server was found for", Protocol.IMAP: "No receiving server was found for"}


@pytest.mark.parametrize("there", [Protocol.SMTP, Protocol.IMAP])
async def test_a_server_that_nobody_named_is_no_slip_of_anybodys(there: Protocol) -> None:
    """Its name was made from the address: no “typing mistake”, no “wrong port”, and no port of it is offered."""
    server = smtp("smtp.corp-lab.com") if there is Protocol.SMTP else imap("imap.corp-lab.com")
    missing = Protocol.IMAP if there is Protocol.SMTP else Protocol.SMTP
    for more in ((), (smtp("corp-lab.com", 26),)):  # with and without the domain's own computer, a web server say
        async with stage("ada@corp-lab.com", server, *more, options=UNASKED) as on_stage:
            result = await on_stage.check()
        first = speaks_first(result, "connection-refused" if more else "server-name-not-found", "edit-server")
        assert first.title == f"{NOBODY_NAMED[missing]} corp-lab.com"
        assert "mistake" not in first.why
        assert "port" not in first.why
        assert first.remedies[0].id == "edit-server"
        assert not any(isinstance(remedy.action, ChangeSettings) for remedy in first.remedies)


async def test_a_published_server_that_is_gone_is_no_slip_of_anybodys() -> None:
    gone = listed(smtp("old.corp-lab.com")), listed(imap("imap.corp-lab.com"))
    async with stage(
        "ada@corp-lab.com", imap("imap.corp-lab.com"), found_by=FoundBy.AUTOCONFIG, listing=gone, options=UNASKED
    ) as on_stage:
        result = await on_stage.check()
    first = speaks_first(result, "server-name-not-found", "edit-server")
    assert first.title == "The server name old.corp-lab.com does not exist"
    assert first.why.startswith("The settings that are published for corp-lab.com name this server")
    assert first.remedies[0].say == "Type the sending server, as your provider names it"
