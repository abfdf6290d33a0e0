"""The account on its way, without a window: what each step keeps, and what it forgets."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from wizard.model.account import CheckResult, SideResult, Status, Verdict
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.plan import Plan
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source, Way
from wizard.setup.account_in_progress import AccountInProgress

ADA = Address.parse("ada@example.org")
IMAP = ServerCandidate(Protocol.IMAP, "imap.example.org", 993, Security.TLS, ADA.wire, Source.PRESET, trusted=True)
SMTP = ServerCandidate(Protocol.SMTP, "smtp.example.org", 465, Security.TLS, ADA.wire, Source.PRESET, trusted=True)
OTHER_PORT = replace(SMTP, port=587, security=Security.STARTTLS)
STRANGE = replace(IMAP, host="mx.hoster.example", source=Source.SRV, trusted=False)
PLAN = Plan(ADA, (IMAP, SMTP, OTHER_PORT))


def begun(plan: Plan | None = PLAN) -> AccountInProgress:
    account = AccountInProgress().addressed(ADA).with_secret(Secret("tulip-wagon-64"))
    return account.found(plan) if plan is not None else account


def result(account: AccountInProgress, status: Status = Status.VERIFIED) -> CheckResult:
    draft = account.draft
    assert draft is not None
    sides = SideResult(IMAP, status), SideResult(OTHER_PORT, status)
    return CheckResult(draft, Verdict.WORKS, datetime.now(UTC), 0.1, incoming=sides[0], outgoing=sides[1])


def test_what_was_found_is_shown_and_holds_the_check_to_nothing() -> None:
    account = begun()
    assert account.server(Way.SENDING) == SMTP
    assert account.servers(Way.SENDING) == (SMTP, OTHER_PORT)
    assert account.draft is not None
    assert account.draft.given(Way.SENDING) == ()  # the plan's servers are raced, every one of them


def test_a_server_the_person_chose_is_held_to_and_drops_the_proof() -> None:
    account = begun().checked(result(begun()))
    chosen = account.chose(replace(SMTP, host="mail.example.org", source=Source.GIVEN))
    assert chosen.result is None
    assert chosen.draft is not None
    assert [server.host for server in chosen.draft.given(Way.SENDING)] == ["mail.example.org"]
    assert chosen.draft.given(Way.RECEIVING) == ()


def test_choosing_what_is_shown_changes_nothing() -> None:
    account = begun().checked(result(begun()))
    assert account.chose(OTHER_PORT) is account  # that is what was proven


@pytest.mark.parametrize("secret", [Secret("another"), None])
def test_another_password_drops_the_proof_and_keeps_the_servers(secret: Secret | None) -> None:
    account = begun().checked(result(begun())).with_secret(secret)
    assert account.result is None
    assert account.plan == PLAN


def test_the_same_password_keeps_the_proof() -> None:
    proven = result(begun())
    assert begun().checked(proven).with_secret(Secret("tulip-wagon-64")).result is proven


def test_a_login_of_its_own_for_sending() -> None:
    account = begun().with_own_sending("relay-7", Secret("harbour-mint-31"))
    assert account.draft is not None
    assert account.draft.secret_of(Way.SENDING) == Secret("harbour-mint-31")
    assert account.draft.secret_of(Way.RECEIVING) == Secret("tulip-wagon-64")
    assert account.draft.username_of(Way.SENDING) == "relay-7"
    assert account.draft.username_of(Way.RECEIVING) is None


def test_another_address_keeps_name_and_password_and_forgets_the_rest() -> None:
    account = begun().named("Ada Example")
    other = account.checked(result(account)).addressed(Address.parse("ada@example.net"), ask_nobody=True)
    assert (other.plan, other.result) == (None, None)
    assert other.draft == AccountDraft(
        Address.parse("ada@example.net"),
        display_name="Ada Example",
        secret=Secret("tulip-wagon-64"),
        ask_nobody=True,
    )


def test_servers_of_strangers_wait_for_a_yes_to_their_domain() -> None:
    account = begun(Plan(ADA, (STRANGE, SMTP)))
    assert account.to_agree_to() == ("hoster.example",)
    agreed = account.agreed(account.to_agree_to())
    assert agreed.to_agree_to() == ()
    assert agreed.server(Way.RECEIVING) == STRANGE  # it is no more trusted than before: the yes is the person's
    assert agreed.addressed(Address.parse("ada@example.net")).draft == AccountDraft(
        Address.parse("ada@example.net"), secret=Secret("tulip-wagon-64")
    )


def test_what_a_check_proved_is_what_is_shown() -> None:
    account = begun().checked(result(begun()))
    assert account.server(Way.SENDING) == OTHER_PORT
    assert account.reconsidered().server(Way.SENDING) == SMTP


def test_only_what_a_source_named_is_shown_as_expected() -> None:
    guess = replace(SMTP, source=Source.GUESS)
    expected = begun(Plan(ADA, (IMAP, guess))).expected()
    assert expected is not None
    assert (expected.incoming, expected.outgoing) == (IMAP, None)
    sending_only = begun(Plan(ADA, (SMTP,))).expected()
    assert sending_only is not None
    assert (sending_only.wants_incoming, sending_only.wants_outgoing) == (False, True)


def test_a_remedy_keeps_the_half_that_was_proven() -> None:
    account = begun()
    proven = result(account)
    changed = account.checked(proven).remedied(proven.draft.with_server(replace(SMTP, port=25)))
    assert changed.result is proven
    assert changed.draft is not None
    assert changed.draft.given(Way.SENDING)[0].port == 25
