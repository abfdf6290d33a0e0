"""A secret passes one gate, and no caller can forget it (safety promises 1, 4 and 12)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import wizard
from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.probe.talk import PASSWORD, USER, Mail, candidate, no, tls_server
from tests.setup.accounts import Known, draft, new_session
from wizard.model.account import CheckResult, Status
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.evidence import ErrorKind
from wizard.model.progress import nobody
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.sites import registrable_domain
from wizard.probe.error_kinds import StageFailed
from wizard.setup.did_you_mean import resembles_provider
from wizard.setup.judge import Judge
from wizard.setup.options import Options
from wizard.setup.secret_gate import SecretGate, needs_yes
from wizard.setup.signin_budget import SignInBudget

GATE = "setup/secret_gate.py"
ADA = Address.parse("ada@example.org")


@pytest.mark.slow
def test_nothing_else_makes_credentials() -> None:
    """Who has none cannot sign in: `Conversation.sign_in` takes them, and only the gate makes them."""
    root = Path(wizard.__file__).parent
    makers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Credentials"
    }
    assert makers == {GATE}


HOSTS = st.sampled_from(
    [
        "imap.example.org",
        "imap.example.org.evil.test",
        "example.org.attacker.example",
        "imap-example.org",
        "xn--exmple-cua.org",
        "mail.example.com",
        "imap.gmial.com",
        "outlok.com",
        "198.51.100.7",
        "2001:db8::66",
        "imap.typed.example",
        "typed.example.evil.test",
        "agreed.example",
        "github.io",
        "ada.github.io",
    ]
)
CANDIDATES = st.builds(
    ServerCandidate,
    protocol=st.sampled_from(Protocol),
    host=HOSTS,
    port=st.sampled_from([993, 465, 587, 2525]),
    security=st.sampled_from([Security.TLS, Security.STARTTLS]),
    username=st.just(ADA.wire),
    source=st.sampled_from(Source),
    trusted=st.booleans(),
)


@given(CANDIDATES)
def test_whatever_a_source_says_of_itself_a_stranger_needs_a_yes(server: ServerCandidate) -> None:
    typed = ServerCandidate(
        Protocol.IMAP, "imap.typed.example", 993, Security.TLS, ADA.wire, Source.GIVEN, trusted=True
    )
    said = AccountDraft(ADA, incoming=typed, agreed=frozenset({"agreed.example"}))
    site = registrable_domain(server.host)
    may = site in {"example.org", "typed.example", "agreed.example"}
    assert needs_yes(server, said, owner=None) is not may


@given(CANDIDATES)
def test_a_look_alike_always_needs_a_yes_of_its_own(server: ServerCandidate) -> None:
    site = registrable_domain(server.host)
    typed = AccountDraft(ADA, outgoing=replace(server, source=Source.GIVEN, trusted=True))
    if resembles_provider(site) is not None:
        assert needs_yes(server, typed, owner=None)
        assert not needs_yes(server, replace(typed, agreed=frozenset({site})), owner=None)


@pytest.mark.parametrize("source", list(Source))
async def test_a_source_that_calls_a_stranger_trusted_gets_no_sign_in(
    source: Source, authority: Authority, certificate: Issued
) -> None:
    imap, smtp = Mail(Protocol.IMAP), Mail(Protocol.SMTP)
    async with (
        tls_server(imap, certificate, Security.TLS) as receiving,
        tls_server(smtp, certificate, Security.TLS) as sending,
    ):
        named = (
            candidate(receiving, Protocol.IMAP, Security.TLS, source=source),
            candidate(sending, Protocol.SMTP, Security.TLS, source=source),
        )
        account = AccountDraft(Address.parse(USER), secret=Secret(PASSWORD))
        assert all(one.trusted and registrable_domain(one.host) != account.address.domain for one in named)
        session = new_session(authority, planner=Known(*named))
        result = await session.check(account)
        await session.close()
        assert (imap.sign_ins, smtp.sign_ins) == ([], [])
        assert result.sign_in_attempts == {}
        sides = (result.incoming, result.outgoing)
        assert [side.status for side in sides if side is not None] == [Status.REACHED, Status.REACHED]

        agreed = replace(account, agreed=frozenset(registrable_domain(one.host) for one in named))
        result = await session.check(agreed)
        await session.close()
        assert (len(imap.sign_ins), len(smtp.sign_ins)) == (1, 1)


async def test_who_does_not_sign_in_is_asked_for_no_yes(authority: Authority, certificate: Issued) -> None:
    async with tls_server(Mail(Protocol.SMTP), certificate, Security.TLS) as sending:
        named = candidate(sending, Protocol.SMTP, Security.TLS, source=Source.SRV)
        account = AccountDraft(Address.parse(USER), secret=Secret(PASSWORD), wants_incoming=False)
        asked: list[list[str]] = []
        for sign_in in (True, False):
            session = new_session(authority, planner=Known(named), options=Options(sign_in=sign_in))
            result = await session.check(account)
            await session.close()
            assert result.outgoing is not None
            assert result.outgoing.status is Status.REACHED
            asked.append([diagnosis.cause for diagnosis in result.diagnoses])
    assert asked == [["server-not-agreed"], []]


@pytest.mark.parametrize(("permitted", "sign_ins"), [((), 0), (("127.0.0.2",), 0), (("127.0.0.1",), 1)])
async def test_a_yes_to_a_line_in_clear_is_for_that_server_alone(
    permitted: tuple[str, ...], sign_ins: int, authority: Authority
) -> None:
    mail = Mail(Protocol.SMTP, switch=False, clear_auth=True)
    async with ScriptedServer(mail) as server:
        given = candidate(server, Protocol.SMTP, Security.NONE)
        account = AccountDraft(
            Address.parse(USER), secret=Secret(PASSWORD), outgoing=given, wants_incoming=False, ask_nobody=True,
            in_clear=frozenset(permitted),
        )  # fmt: skip
        session = new_session(authority)
        await session.check(account)
        await session.close()
    assert len(mail.sign_ins) == sign_ins


async def test_every_way_back_to_a_server_passes_the_gate(authority: Authority, certificate: Issued) -> None:
    """The test message and its deletion, with a result that claims more than the person agreed to."""
    imap, smtp = Mail(Protocol.IMAP), Mail(Protocol.SMTP)
    session = new_session(authority, options=Options(deadline_s=10))
    async with (
        tls_server(imap, certificate, Security.TLS) as receiving,
        tls_server(smtp, certificate, Security.TLS) as sending,
    ):
        ada = draft(candidate(receiving, Protocol.IMAP, Security.TLS), candidate(sending, Protocol.SMTP, Security.TLS))
        result = await session.check(ada)
        await session.close()
        imap.sign_ins.clear()
        smtp.sign_ins.clear()
        forged = forget_who_typed_it(result)
        sent = await session.send_test_message(forged)
        token = replace(forged, round_trip=replace(forged.round_trip, token="anything"))
        assert not await session.delete_test_message(token)
        assert (imap.sign_ins, smtp.sign_ins) == ([], [])
        failed = [report.failure for report in sent.reports if report.failure is not None]
        assert {failure.error for failure in failed} == {ErrorKind.HELD_BACK}


def forget_who_typed_it(result: CheckResult) -> CheckResult:
    return replace(result, draft=replace(result.draft, incoming=None, outgoing=None))


def gate_for(ada: AccountDraft, authority: Authority) -> SecretGate:
    services = new_session(authority)._context.services
    return SecretGate(Judge.of(services, ada, None), Options(), SignInBudget())


async def sign_in(gate: SecretGate, target: ServerCandidate, authority: Authority) -> ErrorKind | None:
    """What kept the gate from it; None when it signed in."""
    context = new_session(authority)._context
    prober = context.prober(gate.judge.draft, nobody)
    conversation = prober.conversation(target)
    try:
        await conversation.open()
        await gate.sign_in(conversation)
    except StageFailed as failed:
        return failed.kind
    finally:
        prober.abort()
    return None


async def test_what_was_refused_is_not_sent_there_again_in_one_press(authority: Authority, certificate: Issued) -> None:
    async def refuse(talk: Talk, line: bytes) -> None:
        await talk.send_raw(no(Protocol.IMAP, line))

    imap = Mail(Protocol.IMAP, auth=refuse)
    async with tls_server(imap, certificate, Security.TLS) as receiving:
        typed = candidate(receiving, Protocol.IMAP, Security.TLS)
        gate = gate_for(draft(typed, None), authority)
        assert await sign_in(gate, typed, authority) is ErrorKind.REPLY
        assert await sign_in(gate, typed, authority) is ErrorKind.BUDGET
        assert len(imap.sign_ins) == 1
        assert await sign_in(gate, replace(typed, username="ada"), authority) is ErrorKind.REPLY
        assert len(imap.sign_ins) == 2


async def test_no_server_gets_the_password_of_an_address_that_looks_mistyped(
    authority: Authority, certificate: Issued
) -> None:
    imap = Mail(Protocol.IMAP)
    async with tls_server(imap, certificate, Security.TLS) as receiving:
        typed = candidate(receiving, Protocol.IMAP, Security.TLS)
        mistyped = draft(typed, None, address="ada@gmial.com")
        assert await sign_in(gate_for(mistyped, authority), typed, authority) is ErrorKind.ADDRESS_MISTYPED
        assert imap.sign_ins == []
        right = replace(mistyped, address_is_right=True)
        assert await sign_in(gate_for(right, authority), typed, authority) is None
