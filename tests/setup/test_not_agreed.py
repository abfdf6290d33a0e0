"""A server that somebody else named gets no password unasked, and the card says which yes is missing."""

from __future__ import annotations

from tests.lab.stage import imap, smtp, stage
from wizard.model.account import Status, Verdict
from wizard.model.diagnosis import Change, ChangeSettings
from wizard.practice.scenarios import FoundBy
from wizard.setup.options import Options

UNASKED = Options(deadline_s=20)


async def test_what_is_undecided_for_want_of_consent_says_whose() -> None:
    servers = smtp("smtp.hosting.example"), imap("imap.hosting.example")
    async with stage("ada@example.org", *servers, options=UNASKED, found_by=FoundBy.SRV) as on_stage:
        result = await on_stage.check()
        assert result.verdict is Verdict.UNDECIDED
        assert dict(result.sign_in_attempts) == {}
        (card,) = result.diagnoses
        assert (card.cause, card.title) == (
            "server-not-agreed",
            "smtp.hosting.example gets your password only after your yes",
        )
        assert "published settings or the internet's address book (DNS) named it" in card.why
        first = card.remedies[0]
        assert (first.id, first.say) == ("agree-to-server", "Yes, smtp.hosting.example may have the password")
        assert isinstance(first.action, ChangeSettings)
        assert first.action.change is Change.AGREE_TO_SERVER
        agreed = on_stage.session.apply(first, card, result)
        assert agreed.agreed == frozenset({"hosting.example"})
        assert (await on_stage.session.check(agreed)).verdict is Verdict.WORKS


async def test_a_name_that_only_looks_like_a_providers_is_no_first_choice() -> None:
    async with stage("ada@example.org", smtp("smtp.gmial.com"), imap("imap.example.org"), options=UNASKED) as on_stage:
        result = await on_stage.check(outgoing="smtp.gmial.com:465/tls", incoming="imap:imap.example.org:993/tls")
    assert result.verdict is Verdict.UNDECIDED
    assert result.incoming is not None
    assert result.incoming.status is Status.VERIFIED
    (card,) = result.diagnoses
    assert (card.cause, card.title) == ("server-not-agreed", "smtp.gmial.com only looks like a server of gmail.com")
    assert [one.id for one in card.remedies][:2] == ["edit-server", "agree-to-server"]
