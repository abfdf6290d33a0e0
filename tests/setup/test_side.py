"""How often a password is sent: the sign-in budget, counted on the servers (promise 4)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import PASSWORD, USER, Hook, Mail, candidate, no, ok, tls_server
from tests.setup.accounts import FarAway, draft, new_session, services
from wizard.model.account import CheckResult, Status, Verdict
from wizard.model.address import Address
from wizard.model.diagnosis import Change
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ErrorKind, ProbeReport
from wizard.model.progress import nobody
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.setup.autofix import Alternative
from wizard.setup.context import SessionContext
from wizard.setup.judge import Judge
from wizard.setup.options import Options
from wizard.setup.secret_gate import SecretGate
from wizard.setup.side import Side
from wizard.setup.sign_in_order import BEGUN_S, SignInOrder
from wizard.setup.username_forms import other_usernames
from wizard.setup.usernames import Usernames

LOCAL = USER.partition("@")[0]


def refusing(protocol: Protocol, text: bytes = b"5.7.8 Error: authentication failed", code: int = 535) -> Hook:
    async def hook(talk: Talk, line: bytes) -> None:
        await talk.send_raw(no(protocol, line, text, code))

    return hook


def knowing(protocol: Protocol, name: str) -> Hook:
    """Only this form of the user name signs in."""
    right = base64.b64encode(f"\0{name}\0{PASSWORD}".encode())

    async def hook(talk: Talk, line: bytes) -> None:
        await talk.send_raw(ok(protocol, line) if line.endswith(b" " + right) else no(protocol, line))

    return hook


@asynccontextmanager
async def account(
    certificate: Issued, incoming: Mail, outgoing: Mail, *, source: Source = Source.GIVEN, username: str = USER
) -> AsyncIterator[AccountDraft]:
    """An account on two scripted servers of one host."""
    async with (
        tls_server(incoming, certificate, Security.TLS) as receiving,
        tls_server(outgoing, certificate, Security.TLS) as sending,
    ):
        yield draft(
            candidate(receiving, incoming.protocol, Security.TLS, source=source, username=username),
            candidate(sending, Protocol.SMTP, Security.TLS, source=source, username=username),
        )


async def test_all_well_costs_one_sign_in_on_each_side(authority: Authority, certificate: Issued) -> None:
    imap, smtp = Mail(Protocol.IMAP), Mail(Protocol.SMTP)
    session = new_session(authority)
    async with account(certificate, imap, smtp) as ada:
        result = await session.check(ada)
        await session.close()
    assert result.verdict is Verdict.WORKS
    assert (len(imap.sign_ins), len(smtp.sign_ins)) == (1, 1)
    assert dict(result.sign_in_attempts) == {Protocol.IMAP: 1, Protocol.SMTP: 1}


async def test_a_wrong_password_is_heard_on_one_side_only(authority: Authority, certificate: Issued) -> None:
    imap, smtp = Mail(Protocol.IMAP, auth=refusing(Protocol.IMAP)), Mail(Protocol.SMTP, auth=refusing(Protocol.SMTP))
    session = new_session(authority, options=Options(autofix=False))
    async with account(certificate, imap, smtp) as ada:
        result = await session.check(ada)
    assert result.diagnoses[0].cause == "bad-credentials"
    assert (len(imap.sign_ins), len(smtp.sign_ins)) == (1, 0)
    assert result.outgoing is not None
    assert result.outgoing.status is Status.REACHED


async def test_the_other_form_is_tried_once_and_nowhere_else(authority: Authority, certificate: Issued) -> None:
    imap, smtp = Mail(Protocol.IMAP, auth=refusing(Protocol.IMAP)), Mail(Protocol.SMTP, auth=refusing(Protocol.SMTP))
    session = new_session(authority)
    async with account(certificate, imap, smtp) as ada:
        await session.check(ada)
        assert (len(imap.sign_ins), len(smtp.sign_ins)) == (2, 0)
        assert len({line.split(b" ")[-1] for line in imap.sign_ins}) == 2


@pytest.mark.parametrize("refuses", ["nobody", "sending", "both"])
async def test_sending_does_not_wait_for_a_server_that_lets_nobody_connect(
    refuses: str, authority: Authority, certificate: Issued
) -> None:
    """The port for receiving is blocked, another is still on its way: whoever is ready signs in."""
    order: list[str] = []

    def at_auth(protocol: Protocol, *, refused: bool) -> Hook:
        async def hook(talk: Talk, line: bytes) -> bool | None:
            order.append(protocol.value)
            if protocol is Protocol.SMTP:
                far.there.set()
            if not refused:
                return True
            await talk.send_raw(no(protocol, line))
            return None

        return hook

    imap = Mail(Protocol.IMAP, auth=at_auth(Protocol.IMAP, refused=refuses == "both"))
    smtp = Mail(Protocol.SMTP, auth=at_auth(Protocol.SMTP, refused=refuses != "nobody"))
    far = FarAway()
    session = new_session(authority, dialer=far)
    async with account(certificate, imap, smtp) as ada:
        assert ada.incoming is not None
        far.ports = {ada.incoming.port}
        result = await session.check(ada)
        imap.hooks.clear()
        smtp.hooks.clear()
        assert (await session.check(ada)).verdict is Verdict.WORKS
        await session.close()
    if refuses == "nobody":
        assert result.verdict is Verdict.WORKS
        assert order == ["smtp", "imap"]
    elif refuses == "sending":
        assert order == ["smtp", "imap", "smtp"], "the other form of the name, for the password is right elsewhere"
        assert result.incoming is not None
        assert result.incoming.status is Status.VERIFIED
        assert [(card.cause, card.protocol) for card in result.diagnoses] == [("bad-credentials", Protocol.SMTP)]
    else:
        assert order == ["smtp", "imap"], "of three attempts one is left for what the person types next"
        assert [card.cause for card in result.diagnoses] == ["bad-credentials"]


async def test_the_last_attempt_is_the_first_side_s_and_what_was_refused_is_told(
    authority: Authority, certificate: Issued
) -> None:
    """Two refusals spent, a blocked port: the third is told as that, not as a pause in which nothing was sent."""
    imap = Mail(Protocol.IMAP, auth=refusing(Protocol.IMAP))
    smtp = Mail(Protocol.SMTP, auth=refusing(Protocol.SMTP))
    far = FarAway()
    session = new_session(authority, dialer=far)
    async with account(certificate, imap, smtp) as ada:
        assert ada.incoming is not None
        await session.check(ada)
        far.ports = {ada.incoming.port}
        asyncio.get_running_loop().call_later(2 * BEGUN_S, far.there.set)  # nobody waits for it as long
        result = await session.check(ada)
        await session.close()
    assert len(imap.sign_ins) + len(smtp.sign_ins) == 3
    assert [diagnosis.cause for diagnosis in result.diagnoses] == ["bad-credentials"]


@pytest.mark.parametrize("text", [
    b"[AUTHENTICATIONFAILED] Application-specific password required",
    b"Too many login attempts, account locked for 15 minutes",
    b"Please log in via your web browser",
    b"[UNAVAILABLE] Temporary authentication failure",
])  # fmt: skip
async def test_no_other_form_after_replies_that_mean_something_else(
    text: bytes, authority: Authority, certificate: Issued
) -> None:
    imap, smtp = Mail(Protocol.IMAP, auth=refusing(Protocol.IMAP, text)), Mail(Protocol.SMTP)
    session = new_session(authority)
    async with account(certificate, imap, smtp) as ada:
        result = await session.check(ada)
        await session.close()
    assert result.diagnoses[0].cause != "bad-credentials"
    assert len(imap.sign_ins) == 1


async def test_no_other_form_of_a_name_that_has_signed_in_before(authority: Authority, certificate: Issued) -> None:
    """A kept password that was changed costs one attempt: the others are left for the new one."""
    imap, smtp = Mail(Protocol.IMAP, auth=refusing(Protocol.IMAP)), Mail(Protocol.SMTP, auth=refusing(Protocol.SMTP))
    session = new_session(authority)
    async with account(certificate, imap, smtp) as ada:
        result = await session.check(replace(ada, worked_before=True))
        await session.close()
    assert result.diagnoses[0].cause == "bad-credentials"
    assert (len(imap.sign_ins), len(smtp.sign_ins)) == (1, 0)


async def test_a_lock_that_the_second_attempt_hears_of_is_told(authority: Authority, certificate: Issued) -> None:
    """Some servers lock an account at its first wrong password: who is told to type it again makes the lock longer."""
    answers = iter((b"[AUTHENTICATIONFAILED] Authentication failed", b"Account locked, too many failed logins"))

    async def lock(talk: Talk, line: bytes) -> None:
        await talk.send_raw(no(Protocol.IMAP, line, next(answers)))

    imap, smtp = Mail(Protocol.IMAP, auth=lock), Mail(Protocol.SMTP)
    session = new_session(authority)
    async with account(certificate, imap, smtp) as ada:
        result = await session.check(ada)
        await session.close()
    assert result.diagnoses[0].cause == "too-many-attempts"
    assert (len(imap.sign_ins), len(smtp.sign_ins)) == (2, 0)
    assert result.incoming is not None
    assert result.incoming.candidate.username == USER


async def test_our_own_pause_is_not_told_before_what_a_server_just_said(
    authority: Authority, certificate: Issued
) -> None:
    """Two sides that refuse for good reach the limit at the second press: waiting is not what helps."""
    text = b"[ALERT] IMAP access is disabled for your domain"
    imap = Mail(Protocol.IMAP, auth=refusing(Protocol.IMAP, text))
    smtp = Mail(Protocol.SMTP, auth=refusing(Protocol.SMTP, b"5.7.9 Application-specific password required", 534))
    session = new_session(authority)
    async with account(certificate, imap, smtp) as ada:
        await session.check(ada)
        second = await session.check(ada)
        await session.close()
    assert (len(imap.sign_ins), len(smtp.sign_ins)) == (2, 1)
    assert [one.cause for one in second.diagnoses] == ["mail-access-disabled", "too-many-attempts"]


async def test_a_learned_user_name_is_used_on_the_other_side(authority: Authority, certificate: Issued) -> None:
    imap = Mail(Protocol.IMAP, auth=knowing(Protocol.IMAP, LOCAL))
    smtp = Mail(Protocol.SMTP, auth=knowing(Protocol.SMTP, LOCAL))
    session = new_session(authority)
    async with account(certificate, imap, smtp) as ada:
        result = await session.check(ada)
        await session.close()
    assert result.verdict is Verdict.WORKS_AFTER_FIX
    assert (len(imap.sign_ins), len(smtp.sign_ins)) == (2, 1)
    for side in (result.incoming, result.outgoing):
        assert side is not None
        assert side.candidate.username == LOCAL
    assert result.diagnoses[0].cause == "username-format"


@pytest.mark.parametrize(("receiving", "sending"), [(LOCAL, USER), (USER, LOCAL)])
async def test_two_sides_that_want_two_forms_of_the_name(
    receiving: str, sending: str, authority: Authority, certificate: Issued
) -> None:
    """What one side wants is a hint for the other and no verdict: the form that was right is not lost (D15)."""
    imap = Mail(Protocol.IMAP, auth=knowing(Protocol.IMAP, receiving))
    smtp = Mail(Protocol.SMTP, auth=knowing(Protocol.SMTP, sending))
    session = new_session(authority)
    async with account(certificate, imap, smtp) as ada:
        result = await session.check(ada)
        await session.close()
    assert result.verdict is Verdict.WORKS_AFTER_FIX
    names = [side.candidate.username for side in (result.incoming, result.outgoing) if side is not None]
    assert names == [receiving, sending]
    assert [diagnosis.cause for diagnosis in result.diagnoses] == ["username-format"]
    assert len(imap.sign_ins) <= 2
    assert len(smtp.sign_ins) <= 2


async def test_a_capital_in_the_address_is_tried_in_small_letters(authority: Authority, certificate: Issued) -> None:
    imap = Mail(Protocol.IMAP, auth=knowing(Protocol.IMAP, USER))
    smtp = Mail(Protocol.SMTP, auth=knowing(Protocol.SMTP, USER))
    written = USER[0].upper() + USER[1:]
    session = new_session(authority)
    async with account(certificate, imap, smtp, username=written) as ada:
        result = await session.check(replace(ada, address=Address.parse(written)))
        await session.close()
    assert result.verdict is Verdict.WORKS_AFTER_FIX
    assert (len(imap.sign_ins), len(smtp.sign_ins)) == (2, 1)
    assert {fix.after.username for fix in result.fixes} == {USER}
    assert result.diagnoses[0].title == "The server wants the name in small letters as your user name"


async def test_a_plus_address_signs_in_without_its_tag_at_the_cost_of_one_refusal(
    authority: Authority, certificate: Issued
) -> None:
    name, tagged = USER, f"{LOCAL}+news@{USER.partition('@')[2]}"
    imap = Mail(Protocol.IMAP, auth=knowing(Protocol.IMAP, name))
    smtp = Mail(Protocol.SMTP, auth=knowing(Protocol.SMTP, name))
    session = new_session(authority)
    async with account(certificate, imap, smtp, username=tagged) as ada:
        result = await session.check(replace(ada, address=Address.parse(tagged)))
        await session.close()
    assert result.verdict is Verdict.WORKS_AFTER_FIX
    assert (len(imap.sign_ins), len(smtp.sign_ins)) == (2, 1)
    assert result.diagnoses[0].title == "The server wants the name without “+news” as your user name"
    assert {fix.after.username for fix in result.fixes} == {name}


@pytest.mark.parametrize(
    ("username", "other"),
    [
        ("ada+news@example.org", "ada@example.org"),
        ("ada+news", "ada"),
        ("ada", None),
        ("ada@example.org", None),  # nobody's form of this address: it was typed
    ],
)
def test_the_other_form_of_a_plus_address(username: str, other: str | None) -> None:
    server = ServerCandidate(Protocol.IMAP, "imap.example.org", 993, Security.TLS, username, Source.GUESS, True)
    assert next(iter(other_usernames(server, "ada+news@example.org", None)), None) == other


def test_a_local_part_that_begins_with_a_plus_has_no_tag() -> None:
    server = ServerCandidate(Protocol.IMAP, "imap.example.org", 993, Security.TLS, "+a@x.org", Source.GUESS, True)
    assert other_usernames(server, "+a@x.org", None) == ("+a",)


async def test_three_refusals_in_ten_minutes_are_all(authority: Authority, certificate: Issued) -> None:
    imap, smtp = Mail(Protocol.IMAP, auth=refusing(Protocol.IMAP)), Mail(Protocol.SMTP, auth=refusing(Protocol.SMTP))
    session = new_session(authority)
    results: list[CheckResult] = []
    async with account(certificate, imap, smtp) as ada:
        for _ in range(4):
            results.append(await session.check(ada))
    assert len(imap.sign_ins) + len(smtp.sign_ins) == 3
    last = results[-1].incoming
    assert last is not None
    assert last.report is not None
    assert last.report.failure is not None
    assert last.report.failure.error is ErrorKind.BUDGET
    assert last.report.failure.detail["wait_s"]


async def test_a_line_that_drops_instead_of_an_answer_counts(authority: Authority, certificate: Issued) -> None:
    async def drop(talk: Talk, line: bytes) -> None:
        talk.close()
        raise EOFError

    imap = Mail(Protocol.IMAP, auth=drop)
    session = new_session(authority, options=Options(autofix=False))
    async with tls_server(imap, certificate, Security.TLS) as receiving:
        ada = draft(candidate(receiving, Protocol.IMAP, Security.TLS), None)
        for _ in range(5):
            await session.check(ada)
    assert len(imap.sign_ins) == 3


async def test_both_sides_at_once_do_not_overdraw(authority: Authority, certificate: Issued) -> None:
    """Two refusals are spent; then both sides sign in at the same moment, and one of them has to wait."""
    both = asyncio.Barrier(2)

    def meeting(protocol: Protocol) -> Hook:
        async def hook(talk: Talk, line: bytes) -> None:
            if len(imap.sign_ins) > 2:
                with_other = asyncio.ensure_future(both.wait())
                done, _ = await asyncio.wait({with_other}, timeout=0.3)
                if not done:
                    with_other.cancel()
            await talk.send_raw(no(protocol, line, b"[SERVERBUG] Internal error", 554))

        return hook

    imap, smtp = Mail(Protocol.IMAP), Mail(Protocol.SMTP)
    imap.hooks["auth"], smtp.hooks["auth"] = meeting(Protocol.IMAP), meeting(Protocol.SMTP)
    session = new_session(authority, options=Options(autofix=False))
    async with account(certificate, imap, smtp) as ada:
        for _ in range(3):
            await session.check(ada)
    assert len(imap.sign_ins) + len(smtp.sign_ins) == 3


async def test_a_refusal_of_one_service_leaves_the_other_of_the_same_host_its_attempt(
    authority: Authority, certificate: Issued
) -> None:
    imap = Mail(Protocol.IMAP, auth=refusing(Protocol.IMAP, b"IMAP access is disabled for your account"))
    smtp = Mail(Protocol.SMTP)
    session = new_session(authority)
    async with account(certificate, imap, smtp) as ada:
        result = await session.check(ada)
        await session.close()
    assert result.diagnoses[0].cause == "mail-access-disabled"
    assert result.outgoing is not None
    assert result.outgoing.status is Status.VERIFIED
    assert (len(imap.sign_ins), len(smtp.sign_ins)) == (1, 1)


async def test_a_kept_half_is_not_signed_in_again(authority: Authority, certificate: Issued) -> None:
    imap = Mail(Protocol.IMAP)
    smtp = Mail(Protocol.SMTP, auth=refusing(Protocol.SMTP, b"5.7.139 SmtpClientAuthentication is disabled"))
    session = new_session(authority, options=Options(autofix=False))
    async with account(certificate, imap, smtp) as ada:
        first = await session.check(ada)
        smtp.hooks.clear()
        second = await session.check(ada, previous=first)
        await session.close()
        assert second.verdict is Verdict.WORKS
        assert (len(imap.sign_ins), len(smtp.sign_ins)) == (1, 2)
        other = draft(ada.incoming, ada.outgoing, address="bob@example.org")
        await session.check(other, previous=second)
        await session.close()
    assert len(imap.sign_ins) == 2  # another account's proof is no proof


async def test_nothing_is_sent_to_servers_nobody_vouched_for(authority: Authority, certificate: Issued) -> None:
    imap, smtp = Mail(Protocol.IMAP), Mail(Protocol.SMTP)
    async with (
        tls_server(imap, certificate, Security.TLS) as receiving,
        tls_server(smtp, certificate, Security.TLS) as sending,
    ):
        from msgspec.structs import replace

        found = [
            replace(candidate(receiving, Protocol.IMAP, Security.TLS, source=Source.SRV), trusted=False),
            replace(candidate(sending, Protocol.SMTP, Security.TLS, source=Source.SRV), trusted=False),
        ]
        ada = replace(draft(None, None), wants_incoming=True, wants_outgoing=True)
        session = new_session(authority, *found)
        result = await session.check(ada)
        assert imap.sign_ins + smtp.sign_ins == []
        assert result.verdict is Verdict.UNDECIDED
        agreed = new_session(authority, *found, options=Options(accept_untrusted=True))
        assert (await agreed.check(ada)).verdict is Verdict.WORKS
        await agreed.close()


async def test_another_server_that_waits_for_a_yes_has_put_nothing_right(
    authority: Authority, certificate: Issued
) -> None:
    guessed, strange = Mail(Protocol.SMTP), Mail(Protocol.SMTP)
    async with (
        tls_server(guessed, authority.issue("mail.example.net"), Security.TLS) as one,
        tls_server(strange, certificate, Security.TLS) as two,
    ):
        planned = candidate(one, Protocol.SMTP, Security.TLS, source=Source.GUESS)
        named = replace(candidate(two, Protocol.SMTP, Security.TLS, source=Source.AUTOCONFIG), trusted=False)

        async def find(reports: Sequence[ProbeReport]) -> tuple[Alternative, ...]:
            return (Alternative(named, Change.OTHER_HOST),)

        context = SessionContext(services(authority), Options())
        ada = replace(draft(None, None), wants_outgoing=True)
        gate = SecretGate(Judge.of(context.services, ada, None), context.options, context.services.budget)
        prober = context.prober(ada, nobody)
        side = Side(prober, gate, find, Usernames(context, gate, nobody).others, lambda: prober.reports, sign_in=True)
        outcome = await side.prove((planned,), SignInOrder(), signs_in_first=False)
        await prober.close()
    assert (outcome.result.status, outcome.needs_consent) == (Status.REACHED, True)
    assert outcome.result.candidate == named
    assert (outcome.fixes, outcome.fixed_diagnosis) == ((), None)
    assert guessed.sign_ins + strange.sign_ins == []
