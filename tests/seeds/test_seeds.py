"""Every row of the seeds, over real sockets: through the engine to the card, the remedy and, where it can be, the fix.

`python -m tests.seeds` prints the table.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.accounts.books import note, put
from tests.cli.commands import run
from tests.lab.certificates import Authority
from tests.lab.scripted import Conversation, ScriptedServer
from tests.lab.stage import PASSWORD, Stage, fixed, imap, remedy_of, smtp, speaks_first, stage
from tests.seeds.rows import ADA, GMAIL, GMAIL_IN, IN, OUT
from wizard import wiring
from wizard.accounts.recheck import draft, with_history
from wizard.accounts.store import AccountBook, SavedAccount
from wizard.cli import report
from wizard.cli.check import text
from wizard.diagnosis.document import diagnosis_document
from wizard.handover.document import check_document
from wizard.handover.report import report_document, write_report
from wizard.model.account import CheckResult, RoundTripStatus, Status, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import Wait
from wizard.model.evidence import Outcome
from wizard.model.limits import limits_line
from wizard.model.secret import Secret
from wizard.setup.given import given_draft
from wizard.setup.options import Options
from wizard.wiring import Settings

pytestmark = pytest.mark.slow


async def test_seed_I13_limits_are_shown_before_trouble() -> None:
    async with stage(GMAIL, smtp("smtp.gmail.com"), GMAIL_IN) as on_stage:
        result = await on_stage.check()
        plan = await on_stage.session.discover(on_stage.address)
    assert result.outgoing is not None
    assert result.outgoing.max_message_bytes is not None
    assert result.outgoing.max_message_bytes > 1_000_000
    assert plan.provider is not None
    told = limits_line(plan.provider, result.outgoing.max_message_bytes)
    assert told == (
        "500 messages in any 24 hours; 100 recipients in one message sent from a mail program; "
        "largest message 25 MB with attachments"
    )
    assert f"\nLimits: {told}" in text(result)
    document = check_document(result, diagnosis_document=diagnosis_document)
    assert document["limits"] == [*plan.provider.limits, "Largest message 25 MB with attachments"]


async def test_seed_C1_the_test_passes_and_says_what_was_proven() -> None:
    async with stage(ADA, OUT, IN) as on_stage:
        result = await on_stage.check(send=True)
    assert result.verdict is Verdict.WORKS
    assert not result.diagnoses
    assert result.incoming is not None
    assert result.outgoing is not None
    assert {result.incoming.status, result.outgoing.status} == {Status.VERIFIED}
    assert (result.round_trip.status, result.round_trip.folder) == (RoundTripStatus.ARRIVED, "INBOX")


async def test_seed_G13_details_hold_names_certificates_and_conversation() -> None:
    async with stage(ADA, smtp("smtp.example.org", 587), IN) as on_stage:
        result = await on_stage.check()
    connected = [item for item in result.timeline if item.stage.value == "connect"]
    assert {item.detail["address"] for item in connected if item.outcome is Outcome.OK}
    certificates = [item.certificate for item in result.timeline if item.certificate is not None]
    assert {name for facts in certificates for name in facts.names} >= {"smtp.example.org", "imap.example.org"}
    talk = "\n".join(line for report in result.reports for line in report.transcript)
    assert "EHLO" in talk
    assert "AUTH PLAIN ***" in talk
    assert PASSWORD not in talk


async def test_seed_G11_tls_too_old_is_named_and_never_lowered(authority: Authority) -> None:
    # The alert protocol_version (RFC 8446 §6.2, number 70) is what a server that knows only TLS 1.1 answers with.
    async def too_old(conversation: Conversation) -> None:
        await conversation.some_bytes()
        await conversation.send_raw(bytes([21, 3, 1, 0, 2, 2, 70]))

    async with ScriptedServer(too_old) as server:
        result = await _checked_at(f"127.0.0.1:{server.port}/tls", authority)
    speaks_first(result, "tls-version-too-old", "ask-administrator")
    assert PASSWORD.encode() not in server.received


async def test_seed_E7_a_connection_that_is_cut(authority: Authority) -> None:
    async def cut(conversation: Conversation) -> None:
        conversation.reset()

    async with ScriptedServer(cut) as server:
        result = await _checked_at(f"127.0.0.1:{server.port}/starttls", authority)
    speaks_first(result, "connection-dropped", "try-again")


async def _checked_at(outgoing: str, authority: Authority) -> CheckResult:
    """Sending alone, at one given server, nothing else tried."""
    settings = Settings(ca_files=(authority.ca_file,), options=Options(autofix=False, deadline_s=20))
    async with wiring.session(settings) as session:
        draft = given_draft(Address.parse(ADA), outgoing=outgoing)
        return await session.check(replace(draft, secret=Secret(PASSWORD), wants_incoming=False))


async def test_seed_I3_noticed_by_port_alone() -> None:
    async with stage(ADA, OUT, IN, imap("mail.example.org")) as on_stage:
        result = await on_stage.check(outgoing="mail.example.org:993/tls")
    fixed(result, "incoming-server-used", "use-sending-server", host="smtp.example.org")


async def _saved(on_stage: Stage, folder: Path) -> tuple[AccountBook, SavedAccount]:
    """The stage's account, proven and remembered."""
    result = await on_stage.check()
    account = result.verified_account()
    assert account is not None
    book = AccountBook(folder / "accounts.json")
    return book, put(book, account)


async def test_seed_I10_verified_yesterday_password_changed_since(tmp_path: Path) -> None:
    async with stage(ADA, OUT, IN) as on_stage:
        _, saved = await _saved(on_stage, tmp_path)
        changed = await on_stage.session.check(draft(saved, Secret("the-old-one")))
    result = with_history(saved, changed)
    first = speaks_first(result, "bad-credentials", "edit-password")
    assert "worked until" in f"{first.title} {first.why}".lower()


async def test_seed_I14_remove_and_reconnect(tmp_path: Path) -> None:
    async with stage(ADA, OUT, IN) as on_stage:
        book, saved = await _saved(on_stage, tmp_path)
        refused = await on_stage.session.check(draft(saved, Secret("the-old-one")))
        assert refused.verdict is Verdict.FAILS
        again = await on_stage.session.check(draft(saved, Secret(PASSWORD)))
    assert again.verdict is Verdict.WORKS
    assert again.outgoing is not None
    assert again.outgoing.candidate.host == "smtp.example.org"
    assert note(book, saved, again).is_verified


async def test_seed_F14_a_check_again_tells_only_what_changed(tmp_path: Path) -> None:
    async with stage(ADA, OUT, IN) as on_stage:
        book, saved = await _saved(on_stage, tmp_path)
        same = await on_stage.session.check(draft(saved, Secret(PASSWORD)))
        assert with_history(saved, same).diagnoses == ()
        other = await on_stage.session.check(draft(saved, Secret("another")))
    kept = note(book, saved, other)
    assert (kept.is_verified, kept.last_cause) == (False, "bad-credentials")


async def test_seed_G14_asked_here_saved_asked_elsewhere_saved_and_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = (smtp("smtp.example.org", 465, blocked=True), smtp("smtp.example.org", 587, blocked=True), IN)
    for place, servers in (("office", closed), ("phone", (OUT, IN))):
        async with stage(ADA, *servers) as on_stage:
            result = await on_stage.check()
        if place == "office":
            card = speaks_first(result, "connection-timed-out", "try-another-network")
            remedy = remedy_of(card, "try-another-network")
            assert remedy is card.remedies[0]
            assert remedy.say == "Check again from another network, such as your phone's"
            assert remedy.steps[0] == "Save the report of this check."
        write_report(tmp_path / f"{place}.json", report_document(result, diagnosis_document=diagnosis_document))
    assert run(report, "compare", str(tmp_path / "office.json"), str(tmp_path / "phone.json")) == 0
    told = capsys.readouterr().out
    assert "It works from phone and not from office: the account is good" in told
    rows = {line.split("  ")[0]: line.split("  ", 1)[1].split() for line in told.splitlines() if "  " in line}
    assert rows["Verdict"] == ["fails", "works"]
    assert rows["Cause"] == ["connection-timed-out", "-"]
    assert rows["Ports that stayed silent"] == ["465,", "587", "-"]


async def test_seed_G19_a_temporary_refusal_says_how_long_to_wait() -> None:
    busy = smtp("smtp.example.org", rcpt_reply="450 4.2.0 <ada@example.org>: Recipient address rejected: Greylisted")
    async with stage(ADA, busy, IN) as on_stage:
        result = await on_stage.check()
    waiting = remedy_of(speaks_first(result, "greylisted", "wait"), "wait")
    assert isinstance(waiting.action, Wait)
    assert waiting.action.seconds


async def test_seed_G19_a_certificate_that_runs_out_soon_is_told_before(authority: Authority) -> None:
    async def greets(conversation: Conversation) -> None:
        await conversation.send(b"220 mail.example.org ESMTP")
        while True:
            await conversation.line()
            await conversation.send(b"250 mail.example.org")

    for days, told in ((5, True), (60, False)):
        issued = authority.issue("127.0.0.1", expired_days=-days)
        async with ScriptedServer(greets, certificate=issued, tls_at_start=True) as server:
            result = await _checked_at(f"127.0.0.1:{server.port}/tls", authority)
        assert any("runs out on" in note for note in result.notes) is told


async def test_a_provider_without_servers_is_called_what_it_is() -> None:
    async with stage("ada@tuta.com") as on_stage:
        result = await on_stage.check()
    found = speaks_first(result, "mail-access-disabled", "open-webmail")
    assert found.title == "Tuta cannot be used in a mail program"
    assert "IMAP, POP or SMTP" in found.why
    assert [remedy.id for remedy in found.remedies if remedy.id != "ask-administrator"] == ["open-webmail"]
