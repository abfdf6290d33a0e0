"""A password with a line break or a tab: no server is blamed for it, and none is told it."""

from __future__ import annotations

import pytest

from tests.lab.stage import imap, pop3, smtp, stage
from wizard.model.account import Verdict
from wizard.model.evidence import Stage
from wizard.model.secret import Secret


@pytest.mark.parametrize("inside", ["\n", "\r\n", "\t", "\0", "\x1b[0m", "\x7f", "\u2028", "\x85"])
@pytest.mark.parametrize("receiving", [imap, pop3])
async def test_a_control_inside_is_the_passwords_fault(inside: str, receiving: object) -> None:
    server = imap("imap.firma.example") if receiving is imap else pop3("pop.firma.example")
    async with stage("ada@firma.example", server, smtp("smtp.firma.example")) as played:
        result = await played.check(password=f"tulip{inside}wagon-64")
    assert result.verdict is Verdict.FAILS
    first = result.diagnoses[0]
    assert (first.cause, first.stage) == ("password-unusable", Stage.INPUT.value)
    assert len(result.diagnoses) == 1
    assert [remedy.id for remedy in first.remedies] == ["edit-password"]
    assert not result.sign_in_attempts


async def test_what_the_clipboard_added_is_taken_off() -> None:
    async with stage("ada@firma.example", imap("imap.firma.example"), smtp("smtp.firma.example")) as played:
        draft = played.draft(password=None)
        from msgspec.structs import replace

        result = await played.session.check(replace(draft, secret=Secret.typed("\ttulip-wagon-64\r\n")))
    assert result.verdict is Verdict.WORKS
