"""Every row of the seeds, over real sockets: through the engine to the card, the remedy and, where it can be, the fix.

`python -m tests.seeds` prints the table.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Awaitable, Callable

from tests.lab.certificates import Authority
from tests.lab.scripted import Conversation, ScriptedServer
from tests.lab.stage import PASSWORD, fixed, imap, listed, smtp, speaks_first, stage
from tests.seeds.rows import ADA, GMAIL, GMAIL_IN, IN, OUT, ROWS, Row
from wizard import wiring
from wizard.diagnosis.document import diagnosis_document
from wizard.model.account import RoundTripStatus, Status, Verdict
from wizard.model.address import Address
from wizard.model.secret import Secret
from wizard.wiring import Settings


def _row_test(row: Row) -> Callable[[], Awaitable[None]]:
    async def test() -> None:
        second = tuple(listed(server) for server in row.second)
        async with stage(
            row.address, *row.servers, mx=row.mx, found_by=row.found_by, second=second
        ) as on_stage:
            result = await on_stage.check(send=row.sends, test_to=row.test_to, **row.given)
        causes = (row.cause,) if isinstance(row.cause, str) else row.cause
        heard = result.diagnoses[0].cause if result.diagnoses else None
        assert heard in causes, (heard, result.verdict, [item.reply for item in result.timeline if item.reply])
        if row.after is not None:
            found = fixed(result, str(heard), row.remedy, **row.after)
        else:
            found = speaks_first(result, str(heard), row.remedy)
        card = json.dumps(diagnosis_document(found), ensure_ascii=False)
        for words in row.says:
            assert words in card, card
        assert PASSWORD not in card

    test.__doc__ = row.what.replace("_", " ")
    return test


for _row in ROWS:
    globals()[f"test_seed_{_row.id}_{_row.what}"] = _row_test(_row)


async def test_seed_I13_limits_are_shown_before_trouble() -> None:
    async with stage(GMAIL, smtp("smtp.gmail.com"), GMAIL_IN) as on_stage:
        result = await on_stage.check()
        plan = await on_stage.session.discover(on_stage.address)
    assert result.outgoing is not None
    assert result.outgoing.max_message_bytes is not None
    assert result.outgoing.max_message_bytes > 1_000_000
    assert plan.provider is not None
    assert plan.provider.limits
    assert re.search(r"\d", plan.provider.limits[0])


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
    assert all(item.detail["address"] for item in connected)
    certificates = [item.certificate for item in result.timeline if item.certificate is not None]
    assert {name for facts in certificates for name in facts.names} >= {"smtp.example.org", "imap.example.org"}
    talk = "\n".join(line for report in result.reports for line in report.transcript)
    assert "EHLO" in talk
    assert "AUTH PLAIN ***" in talk
    assert PASSWORD not in talk


async def test_seed_G11_tls_too_old_is_named_and_never_lowered(authority: Authority) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = authority.issue("127.0.0.1")
    issued.server_context()
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    issued.load_into(old)

    async def nothing(conversation: Conversation) -> None:
        await conversation.silence()

    async with ScriptedServer(nothing, certificate=issued, tls_at_start=True, context=old) as server:
        settings = Settings(ca_files=(authority.ca_file,))
        async with wiring.session(settings) as session:
            from dataclasses import replace

            from wizard.setup.given import given_draft

            draft = given_draft(Address.parse(ADA), outgoing=f"127.0.0.1:{server.port}/tls")
            draft = replace(draft, secret=Secret(PASSWORD), wants_incoming=False)
            result = await session.check(draft)
    speaks_first(result, "tls-version-too-old", "ask-administrator")
    assert PASSWORD.encode() not in server.received


async def test_seed_I3_noticed_by_port_alone() -> None:
    async with stage(ADA, OUT, IN, imap("mail.example.org")) as on_stage:
        result = await on_stage.check(outgoing="mail.example.org:993/tls")
    fixed(result, "incoming-server-used", "use-sending-server", host="smtp.example.org")
