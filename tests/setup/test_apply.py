"""Buttons that change settings: each changes something, over real sockets, or is not on the card."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.lab.stage import PASSWORD, Stage, imap, listed, pop3, remedy_of, smtp, speaks_first, stage
from wizard.model.account import CheckResult, Verdict
from wizard.model.diagnosis import Change, ChangeSettings, Diagnosis, EditField, Field, Remedy, TryAgain
from wizard.model.secret import Secret
from wizard.model.server import Security, ServerCandidate
from wizard.practice.scenarios import Accepts, FoundBy, PracticeServer
from wizard.setup.options import Options

pytestmark = pytest.mark.slow

ADA = "ada@example.org"
IN = imap("imap.example.org")
OUT = smtp("smtp.example.org")
BY_HAND = Options(autofix=False, accept_untrusted=True, deadline_s=20)
KEY = "SG.practice-key.0123456789"


def changed_to(remedy: Remedy) -> ServerCandidate:
    """The settings the button leads to."""
    assert isinstance(remedy.action, ChangeSettings), remedy
    assert remedy.action.candidate is not None, remedy
    return remedy.action.candidate


async def pressed(on_stage: Stage, result: CheckResult, first: Diagnosis, remedy: str) -> CheckResult:
    """The check after the button was pressed."""
    draft = on_stage.session.apply(remedy_of(first, remedy), first, result)
    return await on_stage.session.check(draft, previous=result)


async def test_another_port_is_named_and_works() -> None:
    async with stage(ADA, OUT, IN, options=BY_HAND) as on_stage:
        result = await on_stage.check(outgoing="smtp.example.org:587/starttls", incoming="imap.example.org:993/tls")
        first = speaks_first(result, "connection-refused", "use-other-port")
        remedy = remedy_of(first, "use-other-port")
        assert (remedy.say, remedy.automatic) == ("Use port 465", False)
        after = await pressed(on_stage, result, first, remedy.id)
    assert after.verdict is Verdict.WORKS
    assert after.outgoing is not None
    assert (after.outgoing.candidate.port, after.outgoing.candidate.security) == (465, Security.TLS)


async def test_a_card_without_settings_is_filled_in_when_it_is_pressed() -> None:
    async with stage(ADA, OUT, IN, options=BY_HAND) as on_stage:
        result = await on_stage.check(outgoing="smtp.example.org:587/starttls", incoming="imap.example.org:993/tls")
        first = result.diagnoses[0]
        bare = replace(remedy_of(first, "use-other-port"), action=ChangeSettings(Change.OTHER_PORT))
        draft = on_stage.session.apply(bare, first, result)
    assert draft.outgoing is not None
    assert draft.outgoing.port == 465


async def test_what_was_tried_by_the_program_is_not_offered_again() -> None:
    closed = tuple(smtp("smtp.example.org", port, blocked=True) for port in (465, 587, 2525, 25))
    options = Options(accept_untrusted=True, deadline_s=25)
    async with stage(ADA, *closed, IN, options=options) as on_stage:
        result = await on_stage.check(outgoing="smtp.example.org:587/starttls")
    first = speaks_first(result, "connection-timed-out", "try-another-network")
    assert not any(isinstance(remedy.action, ChangeSettings) for remedy in first.remedies)
    # Which line this is, only the person knows.
    assert remedy_of(first, "use-isp-relay").action == EditField(Field.OUTGOING_HOST)


@pytest.mark.parametrize("port", [26, 2525])
async def test_a_typed_port_leads_to_the_only_one_that_is_open(port: int) -> None:
    open_there = smtp("smtp.example.org", port)
    async with stage(ADA, open_there, IN, options=Options(accept_untrusted=True, deadline_s=25)) as on_stage:
        result = await on_stage.check(outgoing="smtp.example.org:587/starttls")
    assert result.verdict is Verdict.WORKS_AFTER_FIX
    assert result.outgoing is not None
    assert result.outgoing.candidate.port == port


@pytest.mark.parametrize("blocked", [False, True])
@pytest.mark.parametrize("field", [Field.OUTGOING_PORT, Field.INCOMING_PORT])
async def test_a_typed_port_that_nothing_answers_at_has_a_button_that_leads_to_its_field(
    field: Field, blocked: bool
) -> None:
    sends = field is Field.OUTGOING_PORT
    wrong = smtp("smtp.example.org", 24, blocked=blocked) if sends else imap("imap.example.org", 994, blocked=blocked)
    typed = {
        "outgoing": "smtp.example.org:24/starttls" if sends else "smtp.example.org:465/tls",
        "incoming": "imap.example.org:993/tls" if sends else "imap.example.org:994/tls",
    }
    async with stage(ADA, OUT, IN, *([wrong] if blocked else []), options=BY_HAND) as on_stage:
        result = await on_stage.check(outgoing=typed["outgoing"], incoming=typed["incoming"])
    assert remedy_of(result.diagnoses[0], "edit-port").action == EditField(field)


async def test_another_server_comes_from_the_providers_preset() -> None:
    async with stage("ada@gmail.com", smtp("smtp.gmail.com"), imap("imap.gmail.com"), options=BY_HAND) as on_stage:
        result = await on_stage.check(outgoing="mail.gmail.com:465/tls", incoming="imap.gmail.com:993/tls")
        first = speaks_first(result, "server-name-not-found", "use-other-host")
        assert changed_to(remedy_of(first, "use-other-host")).host == "smtp.gmail.com"
        after = await pressed(on_stage, result, first, "use-other-host")
    assert after.verdict is Verdict.WORKS


async def test_the_sending_server_in_place_of_the_receiving_one() -> None:
    async with stage(ADA, OUT, IN, found_by=FoundBy.AUTOCONFIG, options=BY_HAND) as on_stage:
        result = await on_stage.check(outgoing="imap.example.org:993/tls")
        first = speaks_first(result, "incoming-server-used", "use-sending-server")
        after = await pressed(on_stage, result, first, "use-sending-server")
    assert after.verdict is Verdict.WORKS
    assert after.outgoing is not None
    assert after.outgoing.candidate.host == "smtp.example.org"


async def test_the_other_encryption() -> None:
    async with stage(ADA, smtp("smtp.example.org", 2465, security=Security.TLS), IN, options=BY_HAND) as on_stage:
        result = await on_stage.check(outgoing="smtp.example.org:2465/starttls", incoming="imap.example.org:993/tls")
        first = speaks_first(result, "tls-mode-mismatch", "use-other-security")
        assert remedy_of(first, "use-other-security").say == "Use SSL/TLS"
        after = await pressed(on_stage, result, first, "use-other-security")
    assert after.verdict is Verdict.WORKS


async def test_encryption_is_switched_on() -> None:
    clear = smtp("smtp.example.org", 587)
    async with stage(ADA, clear, IN, options=BY_HAND) as on_stage:
        result = await on_stage.check(outgoing="smtp.example.org:587/none", incoming="imap.example.org:993/tls")
        first = speaks_first(result, "tls-required", "switch-on-encryption")
        assert first.title == "Encryption is switched off for smtp.example.org, which offers it"
        assert changed_to(remedy_of(first, "switch-on-encryption")).security is Security.STARTTLS
        after = await pressed(on_stage, result, first, "switch-on-encryption")
    assert after.verdict is Verdict.WORKS


async def test_the_fixed_user_name_of_a_mailing_service_is_offered_not_tried() -> None:
    refusal = "535 Authentication failed: Bad username / password"
    sendgrid = smtp("smtp.sendgrid.net", 587, username="apikey", password=KEY, refusal=refusal)
    async with stage(ADA, sendgrid, IN) as on_stage:
        draft = on_stage.draft(outgoing="smtp.sendgrid.net:587/starttls", incoming="imap.example.org:993/tls")
        draft = replace(draft, outgoing_secret=Secret(KEY))
        result = await on_stage.session.check(draft)
        first = speaks_first(result, "api-key-required", "use-api-username")
        assert [report.sign_in_attempts for report in result.reports if not report.candidate.is_incoming] == [1]
        assert first.remedies[0].say == "Use “apikey”"
        assert not first.remedies[0].automatic
        after = await pressed(on_stage, result, first, "use-api-username")
    assert after.verdict is Verdict.WORKS
    assert after.outgoing is not None
    assert after.outgoing.candidate.username == "apikey"


async def test_a_user_name_that_stands_there_already_is_not_offered() -> None:
    refusal = "535 Authentication failed: Bad username / password"
    sendgrid = smtp("smtp.sendgrid.net", 587, username="apikey", password=KEY, refusal=refusal)
    async with stage(ADA, sendgrid, IN) as on_stage:
        result = await on_stage.check(outgoing="smtp.sendgrid.net:587/starttls", outgoing_username="apikey")
    first = speaks_first(result, "api-key-required", "create-api-key")
    assert "use-api-username" not in [remedy.id for remedy in first.remedies]


async def test_the_address_that_signs_in_becomes_the_sender() -> None:
    refusal = "553 5.7.1 <ada@example.org>: Sender address rejected: not owned by user office@example.org"
    owned = smtp("smtp.example.org", username="office@example.org", mail_reply=refusal)
    async with stage(ADA, owned, IN, options=BY_HAND) as on_stage:
        result = await on_stage.check(
            outgoing="smtp.example.org:465/tls",
            outgoing_username="office@example.org",
            incoming="imap.example.org:993/tls",
        )
        first = speaks_first(result, "sender-not-allowed", "send-from-own-address")
        remedy = remedy_of(first, "send-from-own-address")
        draft = on_stage.session.apply(remedy, first, result)
    assert remedy.say == "Send as “office@example.org”"
    assert str(draft.address) == "office@example.org"
    assert draft.incoming is not None
    assert draft.incoming.username == ADA, "receiving stays as it was"


async def test_an_account_that_may_not_send_although_it_signed_in_is_for_its_administrator() -> None:
    refusal = "554 5.7.1 <ada@example.org>: Relay access denied"
    async with stage(ADA, smtp("smtp.example.org", rcpt_reply=refusal), IN) as on_stage:
        result = await on_stage.check()
    first = speaks_first(result, "relay-denied", "ask-administrator")
    assert first.title == "smtp.example.org lets you sign in, but not send"
    assert [remedy.id for remedy in first.remedies] == ["ask-administrator"]


async def test_the_other_form_of_the_user_name_without_autofix() -> None:
    servers: tuple[PracticeServer, ...] = (
        smtp(
            "smtp.example.org",
            accepts=Accepts.LOCAL_PART,
            refusal="535 Authentication failed: use your user name without the domain",
        ),
        imap(
            "imap.example.org",
            accepts=Accepts.LOCAL_PART,
            refusal="NO [AUTHENTICATIONFAILED] Use your user name without the domain",
        ),
    )
    async with stage(ADA, *servers, options=BY_HAND) as on_stage:
        result = await on_stage.check(outgoing="smtp.example.org:465/tls", incoming="imap.example.org:993/tls")
        first = speaks_first(result, "username-format", "use-other-username-form")
        assert changed_to(remedy_of(first, "use-other-username-form")).username == "ada"
        draft = on_stage.session.apply(remedy_of(first, "use-other-username-form"), first, result)
    changed = draft.incoming if first.protocol is not None and first.protocol.value == "imap" else draft.outgoing
    assert changed is not None
    assert changed.username == "ada"


async def test_a_smaller_message_is_what_a_test_message_is() -> None:
    refusal = "552 5.3.4 Message size exceeds fixed limit"
    async with stage(ADA, smtp("smtp.example.org", data_reply=refusal), IN) as on_stage:
        result = await on_stage.check(send=True)
    first = speaks_first(result, "message-too-large", "make-message-smaller")
    assert remedy_of(first, "make-message-smaller").action == TryAgain()


async def test_no_card_holds_a_button_without_settings() -> None:
    plain = smtp("smtp.example.org", 587, auth=())
    async with stage(ADA, plain, IN, pop3("pop.example.org"), second=(listed(OUT),)) as on_stage:
        result = await on_stage.check(outgoing="smtp.example.org:587/starttls", password=PASSWORD)
    assert result.diagnoses
    for diagnosis in result.diagnoses:
        for remedy in diagnosis.remedies:
            if isinstance(remedy.action, ChangeSettings):
                assert remedy.action.candidate is not None, remedy


@pytest.mark.parametrize("around", ["{} ", "\u200b{}", " {}\u00a0"])
async def test_a_blank_that_came_along_is_taken_off_at_a_press(around: str) -> None:
    """Never by itself: it would be another password (cases 16 b)."""
    async with stage(ADA, OUT, IN, options=BY_HAND) as on_stage:
        result = await on_stage.check(password=around.format(PASSWORD))
        first = speaks_first(result, "bad-credentials", "take-blank-off")
        assert first.why.startswith("The password that was sent begins or ends with a blank or an invisible character.")
        assert first.remedies[0].say == "Try the password without that blank"
        after = await pressed(on_stage, result, first, "take-blank-off")
    assert after.verdict is Verdict.WORKS
    assert after.draft.secret == Secret(PASSWORD)


async def test_a_blank_of_the_password_for_sending_is_taken_off_there() -> None:
    async with stage(ADA, OUT, IN, options=BY_HAND) as on_stage:
        draft = replace(on_stage.draft(), outgoing_secret=Secret(f"{PASSWORD} "), outgoing_username=ADA)
        result = await on_stage.session.check(draft)
        first = speaks_first(result, "bad-credentials", "take-blank-off")
        after = await pressed(on_stage, result, first, "take-blank-off")
    assert after.verdict is Verdict.WORKS
    assert (after.draft.secret, after.draft.outgoing_secret) == (Secret(PASSWORD), Secret(PASSWORD))
