"""What the whole run shows of each side; a secret itself is in no fact."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.lab.stage import imap, smtp, speaks_first, stage
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.evidence import Detail, ErrorKind, Evidence, Outcome, ProbeReport, Stage
from wizard.model.provider import AppPassword, Provider, SignInWay
from wizard.model.run_fact import RunFact
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source, Way
from wizard.practice.scenarios import Accepts, CertificateKind
from wizard.setup.run_facts import run_facts

ADA = Address.parse("ada@example.org")
IMAP = ServerCandidate(Protocol.IMAP, "imap.example.org", 993, Security.TLS, ADA.wire, Source.GUESS, trusted=True)
SMTP = ServerCandidate(Protocol.SMTP, "smtp.example.org", 587, Security.STARTTLS, ADA.wire, Source.GUESS, trusted=True)
DRAFT = AccountDraft(ADA, secret=Secret("tulip-wagon-64"))


def report(server: ServerCandidate, *evidence: Evidence, attempts: int = 1) -> ProbeReport:
    return ProbeReport(server, evidence, sign_in_attempts=attempts)


def item(stage: Stage, outcome: Outcome = Outcome.OK, **more: object) -> Evidence:
    return replace(Evidence(stage, outcome), **more)


REFUSED = report(SMTP, item(Stage.AUTH, Outcome.FAILED, error=ErrorKind.REPLY))
ACCEPTED = report(IMAP, item(Stage.AUTH))


def facts(way: Way, draft: AccountDraft, *reports: ProbeReport, provider: Provider | None = None) -> set[RunFact]:
    return set(run_facts(draft, provider, reports)[way])


def test_what_receiving_accepted_is_known_where_sending_is_refused() -> None:
    assert facts(Way.SENDING, DRAFT, REFUSED, ACCEPTED) == {
        RunFact.OTHER_SIDE_SIGNED_IN,
        RunFact.OTHER_SIDE_ACCEPTED_PASSWORD,
        RunFact.OTHER_SIDE_ACCEPTED_USERNAME,
    }
    assert facts(Way.RECEIVING, DRAFT, REFUSED, ACCEPTED) == set()


def test_a_password_or_a_name_of_its_own_was_not_accepted_by_the_other_side() -> None:
    own = replace(DRAFT, outgoing_secret=Secret("harbour-mint-31"))
    known = facts(Way.SENDING, own, REFUSED, ACCEPTED)
    assert RunFact.OTHER_SIDE_ACCEPTED_PASSWORD not in known
    assert RunFact.SENDING_HAS_OWN_LOGIN in known
    other = replace(REFUSED, candidate=replace(SMTP, username="relay-7"))
    assert RunFact.OTHER_SIDE_ACCEPTED_USERNAME not in facts(Way.SENDING, DRAFT, other, ACCEPTED)


def test_an_envelope_that_was_refused_leaves_the_sign_in_accepted() -> None:
    later = report(IMAP, item(Stage.AUTH), item(Stage.ENVELOPE, Outcome.FAILED, error=ErrorKind.REPLY))
    assert RunFact.OTHER_SIDE_ACCEPTED_PASSWORD in facts(Way.SENDING, DRAFT, REFUSED, later)


@pytest.mark.parametrize("password", ["tulip ", " tulip", "tulip\u00a0", "\u200btulip", "tulip\u3000", "tulip\ufeff"])
def test_a_blank_or_an_unseen_sign_at_either_end(password: str) -> None:
    assert RunFact.PASSWORD_OUTER_BLANK in facts(Way.SENDING, replace(DRAFT, secret=Secret(password)), REFUSED)


@pytest.mark.parametrize(("typed", "is_sent"), [("abcd efgh ", False), ("abcd efgh ijkl ", True)])
def test_a_blank_that_the_providers_passwords_do_not_have_was_not_sent(typed: str, is_sent: bool) -> None:
    blanks_fall = replace(PROVIDER, app_password=AppPassword(pattern="[a-z]{8}", strip_blanks=True))
    known = facts(Way.SENDING, replace(DRAFT, secret=Secret(typed)), REFUSED, provider=blanks_fall)
    assert (RunFact.PASSWORD_OUTER_BLANK in known) is is_sent


@pytest.mark.parametrize("password", ["tulip wagon", "tulip\u00a0wagon", "t", "ü"])
def test_blanks_inside_are_not_at_the_ends(password: str) -> None:
    assert RunFact.PASSWORD_OUTER_BLANK not in facts(Way.SENDING, replace(DRAFT, secret=Secret(password)), REFUSED)


@pytest.mark.parametrize(("password", "beyond"), [("straße", True), ("tulip\u00a0wagon", True), ("tulip-64!", False)])
def test_letters_that_servers_store_differently(password: str, beyond: bool) -> None:
    known = facts(Way.SENDING, replace(DRAFT, secret=Secret(password)), REFUSED)
    assert (RunFact.PASSWORD_BEYOND_ASCII in known) is beyond


SHAPED = AppPassword(pattern="[a-z]{16}", strip_blanks=True)
PROVIDER = Provider("example", "Example Mail", "XX", "free", (), (), (), app_password=SHAPED)


@pytest.mark.parametrize(
    ("password", "wrong"),
    [("abcd efgh ijkl mnop", False), ("abcdefghijklmnop", False), ("everyday-password-1", True), ("abcd", True)],
)
def test_the_shape_of_an_app_password(password: str, wrong: bool) -> None:
    known = facts(Way.SENDING, replace(DRAFT, secret=Secret(password)), REFUSED, provider=PROVIDER)
    assert (RunFact.APP_PASSWORD_SHAPE_WRONG in known) is wrong
    assert (RunFact.APP_PASSWORD_SHAPE_RIGHT in known) is not wrong
    unknown = facts(Way.SENDING, replace(DRAFT, secret=Secret(password)), REFUSED)
    assert unknown.isdisjoint({RunFact.APP_PASSWORD_SHAPE_WRONG, RunFact.APP_PASSWORD_SHAPE_RIGHT})


@pytest.mark.parametrize(
    ("ways", "refused"),
    [
        ((SignInWay.APP_PASSWORD,), True),
        ((SignInWay.OAUTH2, SignInWay.APP_PASSWORD), True),
        ((SignInWay.PASSWORD, SignInWay.APP_PASSWORD), False),
        ((SignInWay.PASSWORD,), False),
    ],
)
def test_whether_the_everyday_password_is_refused(ways: tuple[SignInWay, ...], refused: bool) -> None:
    provider = replace(PROVIDER, sign_in=ways)
    known = facts(Way.RECEIVING, DRAFT, replace(ACCEPTED, evidence=()), provider=provider)
    assert (RunFact.EVERYDAY_PASSWORD_REFUSED in known) is refused


def test_a_token_has_no_shape() -> None:
    draft = replace(DRAFT, secret=Secret("x "), oauth_token=Secret("ya29.token"))
    assert facts(Way.SENDING, draft, REFUSED, provider=PROVIDER) == set()


def test_capitals_in_the_name_that_was_sent() -> None:
    capital = replace(REFUSED, candidate=replace(SMTP, username="Ada@example.org"))
    assert RunFact.CAPITAL_IN_ADDRESS in facts(Way.SENDING, DRAFT, capital)
    assert RunFact.CAPITAL_IN_ADDRESS not in facts(Way.SENDING, DRAFT, replace(capital, sign_in_attempts=0))


def test_whose_addresses_the_envelope_held() -> None:
    told = item(Stage.ENVELOPE, Outcome.FAILED, detail=Detail(sender="Ada@Example.org", recipient="bob@example.net"))
    assert facts(Way.SENDING, DRAFT, report(SMTP, item(Stage.AUTH), told)) == {RunFact.SENDER_IS_SIGN_IN}
    own = item(Stage.ENVELOPE, Outcome.FAILED, detail=Detail(sender="x@example.net", recipient=ADA.wire))
    assert facts(Way.SENDING, DRAFT, report(SMTP, item(Stage.AUTH), own)) == {RunFact.RECIPIENT_IS_SELF}


@pytest.mark.parametrize("capability", ["STARTTLS", "stls"])
def test_encryption_that_somebody_switched_off(capability: str) -> None:
    off = replace(SMTP, security=Security.NONE, source=Source.GIVEN)
    known = facts(Way.SENDING, DRAFT, report(off, item(Stage.GREETING, capabilities=(capability,)), attempts=0))
    assert known == {RunFact.ENCRYPTION_CHOSEN_OFF, RunFact.ENCRYPTION_OFFERED}
    published = report(replace(off, source=Source.AUTOCONFIG), item(Stage.GREETING), attempts=0)
    assert facts(Way.SENDING, DRAFT, published) == set()


def test_mail_that_was_taken_without_a_sign_in() -> None:
    taken = report(SMTP, item(Stage.ENVELOPE, detail=Detail(sender="x@y.example", recipient="z@y.example")), attempts=0)
    assert facts(Way.SENDING, DRAFT, taken) == {RunFact.TAKES_MAIL_WITHOUT_SIGN_IN}


def test_no_fact_holds_the_secret() -> None:
    secret = "straße tulip "
    known = facts(Way.SENDING, replace(DRAFT, secret=Secret(secret)), REFUSED, ACCEPTED, provider=PROVIDER)
    assert not any(secret in fact or fact in secret for fact in known)


@pytest.mark.parametrize(
    ("receiving", "title", "why"),
    [
        ({"accepts": Accepts.NOBODY, "refusal": "NO [AUTHORIZATIONFAILED] IMAP access is disabled"},
         "Receiving by mail programs is switched off for this account", "Sending has just let this password in"),
        ({"open_reply": "NO [ALERT] Please enable IMAP access in your account settings first."},
         "You are signed in, and the mailbox stays shut to mail programs", "took user name and password"),
    ],
)  # fmt: skip
async def test_what_was_let_in_a_moment_ago_is_not_said_to_be_perhaps_right(
    receiving: dict[str, Any], title: str, why: str
) -> None:
    async with stage("ada@example.org", smtp("smtp.example.org"), imap("imap.example.org", **receiving)) as on_stage:
        card = speaks_first(await on_stage.check(), "mail-access-disabled", "try-again")
    assert card.title == title
    assert why in card.why
    assert "may be right" not in card.why


@pytest.mark.parametrize(
    ("kind", "cause", "never"),
    [
        (CertificateKind.UNTRUSTED, "certificate-untrusted", "Switch off mail scanning"),
        (CertificateKind.NOT_YET_VALID, "certificate-not-yet-valid", "Set this computer's date"),
    ],
)
async def test_a_good_certificate_on_the_other_side_speaks_against_this_computer(
    kind: CertificateKind, cause: str, never: str
) -> None:
    sending = smtp("smtp.example.org", certificate=kind)
    async with stage("ada@example.org", sending, imap("imap.example.org")) as on_stage:
        card = speaks_first(await on_stage.check(), cause, "ask-administrator")
    assert card.remedies[0].id == "ask-administrator"
    assert not any(remedy.say.startswith(never) for remedy in card.remedies)


async def test_nothing_is_switched_off_first_where_both_servers_may_have_a_companys_own_authority() -> None:
    sending = smtp("smtp.example.org", certificate=CertificateKind.UNTRUSTED)
    receiving = imap("imap.example.org", certificate=CertificateKind.UNTRUSTED)
    async with stage("ada@example.org", sending, receiving) as on_stage:
        card = speaks_first(await on_stage.check(), "certificate-untrusted", "ask-administrator")
    said = [remedy.say for remedy in card.remedies]
    assert said[1].startswith("Switch off mail scanning")
