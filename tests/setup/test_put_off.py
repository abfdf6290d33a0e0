"""What a server puts off for the moment is asked for once more, politely, and said; no password is used up by it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import PASSWORD, USER, Hook, Mail, Names, candidate, ok, say, tls_server
from tests.setup.accounts import checked, draft, new_session
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, Source
from wizard.net.dial import SystemDialer
from wizard.probe.permits import PER_RUN
from wizard.setup.options import Options

SMTP, IMAP, POP3 = Protocol.SMTP, Protocol.IMAP, Protocol.POP3
QUICK = Options(deadline_s=20)
GREY = b"450 4.2.0 <ada@example.org>: Recipient address rejected: Greylisted\r\n"
HOST = "127.0.0.1"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.probe.smtp.PUT_OFF_S", 0.05)
    monkeypatch.setattr("wizard.setup.side.RETRY_S", 0.05)


def at_first(answer: bytes) -> Hook:
    """Refuses so once, and says yes then."""
    asked: list[bytes] = []

    async def hook(talk: Talk, line: bytes) -> None:
        asked.append(line)
        await talk.send_raw(answer if len(asked) == 1 else ok(SMTP, line))

    return hook


async def sent(mail: Mail, authority: Authority, certificate: Issued, *, message: bool = False) -> CheckResult:
    receive = Mail(IMAP) if message else None
    return await checked(authority, certificate, receive=receive, send=mail, test_message=message, options=QUICK)


@pytest.mark.parametrize(
    ("verb", "answer", "told"),
    [
        ("rcpt", GREY, "450 4.2.0 <ada@example.org>: Recipient address rejected: Greylisted"),
        ("rcpt", b"451 4.7.1 Try again in 5 minutes\r\n", "451 4.7.1 Try again in 5 minutes"),
        ("mail", b"452-4.3.1 Insufficient\r\n452 4.3.1 storage\r\n", "452 4.3.1 Insufficient 4.3.1 storage"),
        ("mail", b"450 4.1.8 Sender address rejected: Domain not found\r\n",
         "450 4.1.8 Sender address rejected: Domain not found"),
    ],
)  # fmt: skip
async def test_a_message_that_is_put_off_is_offered_once_more_and_that_is_said(
    verb: str, answer: bytes, told: str, authority: Authority, certificate: Issued
) -> None:
    mail = Mail(SMTP, at={verb: at_first(answer)})
    result = await sent(mail, authority, certificate)
    assert (result.verdict, result.diagnoses) == (Verdict.WORKS, ())
    assert result.verified_account() is not None
    assert f"{HOST} put a message off (“{told}”) and took it when it was asked once more." in result.notes
    assert len(mail.sign_ins) == 1


async def test_one_that_stays_away_is_asked_twice_and_no_more(authority: Authority, certificate: Issued) -> None:
    mail = Mail(SMTP, rcpt=say(GREY))
    result = await sent(mail, authority, certificate)
    assert [one.cause for one in result.diagnoses] == ["greylisted"]
    assert result.diagnoses[0].remedies[0].id == "wait"
    assert [verb for verb in mail.verbs if verb in ("mail", "rcpt", "auth")] == ["auth", "mail", "rcpt", "mail", "rcpt"]
    assert any("did not take it either when it was asked once more." in note for note in result.notes)


@pytest.mark.parametrize("answer", [b"550 5.1.1 User unknown\r\n", b"553 5.7.1 Not yours\r\n"])
async def test_a_refusal_for_good_is_not_asked_about_again(
    answer: bytes, authority: Authority, certificate: Issued
) -> None:
    mail = Mail(SMTP, rcpt=say(answer))
    result = await sent(mail, authority, certificate)
    assert mail.verbs.count("rcpt") == 1
    assert not any("put a message off" in note for note in result.notes)


@pytest.mark.slow
async def test_the_test_message_is_offered_once_more(authority: Authority, certificate: Issued) -> None:
    asked: list[bytes] = []

    async def grey(talk: Talk, line: bytes) -> None:
        asked.append(line)
        await talk.send_raw(GREY if len(asked) == 2 else ok(SMTP, line))

    mail = Mail(SMTP, rcpt=grey)
    result = await sent(mail, authority, certificate, message=True)
    assert result.verdict is Verdict.WORKS
    assert mail.verbs.count("data") == 1
    assert any("took it when it was asked once more" in note for note in result.notes)


@pytest.mark.slow
async def test_a_deadline_in_the_pause_tells_what_the_server_said(
    authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.probe.smtp.PUT_OFF_S", 30.0)
    mail = Mail(SMTP, rcpt=say(GREY))
    result = await checked(authority, certificate, send=mail, options=Options(autofix=False, deadline_s=1.5))
    assert result.verdict is Verdict.UNDECIDED
    assert [one.cause for one in result.diagnoses] == ["greylisted"]


PUT_OFF = {
    SMTP: b"454 4.7.0 Temporary authentication failure\r\n",
    IMAP: b"{tag} NO [UNAVAILABLE] Temporary authentication failure\r\n",
    POP3: b"-ERR [SYS/TEMP] Temporary authentication failure\r\n",
}
COUNTED = {
    SMTP: b"454 4.7.0 Too many login attempts, please try again later\r\n",
    IMAP: b"{tag} NO [UNAVAILABLE] Zu viele Anmeldeversuche\r\n",
    POP3: b"-ERR [LOGIN-DELAY] Too many logins\r\n",
}


@pytest.mark.parametrize("protocol", [SMTP, IMAP, POP3])
@pytest.mark.parametrize(("answers", "seen"), [(PUT_OFF, 5), (COUNTED, 3)])
async def test_a_sign_in_that_is_put_off_is_no_strike_and_not_sent_again_unasked(
    answers: dict[Protocol, bytes], seen: int, protocol: Protocol, authority: Authority, certificate: Issued
) -> None:
    mail = Mail(protocol, auth=say(answers[protocol]))
    async with tls_server(mail, certificate, Security.TLS) as server:
        where = candidate(server, protocol, Security.TLS)
        session = new_session(authority, options=QUICK)
        for press in range(1, 6):
            await session.check(draft(None, where) if protocol is SMTP else draft(where, None))
            assert len(mail.sign_ins) == min(press, seen)
        await session.close()


@pytest.mark.parametrize("answer", [b"554 5.7.1 No service for 192.0.2.9\r\n", b"421 4.3.2 Too many connections\r\n"])
async def test_a_port_that_turns_everybody_away_is_not_tried_by_other_means(
    answer: bytes, authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.probe.race.STAGGER_S", 30.0)  # the answer comes first, however busy the computer is
    mail = Mail(SMTP, greeting=say(answer, then="fin"))
    async with tls_server(mail, certificate, Security.STARTTLS) as server:
        where = candidate(server, SMTP, Security.STARTTLS)
        other = candidate(server, SMTP, Security.TLS)
        session = new_session(authority, options=QUICK)
        result = await session.check(replace(draft(None, where), outgoing_others=(other,)))
        await session.close()
    assert result.verdict is Verdict.FAILS
    tried = {(report.candidate.port, report.candidate.security) for report in result.reports}
    assert {security for port, security in tried if port == where.port} == {Security.STARTTLS}


async def test_names_that_are_not_there_leave_a_busy_server_its_second_chance(
    authority: Authority, certificate: Issued
) -> None:
    """As many guesses as a run may make connections: none of them was one."""
    greetings = iter([b"421 4.3.2 Service shutting down\r\n"])

    async def busy_at_first(talk: Talk, line: bytes) -> bool | None:
        said = next(greetings, None)
        if said is None:
            return True
        await talk.send_raw(said)
        raise EOFError

    mail = Mail(Protocol.SMTP, greeting=busy_at_first)
    names = Names({"mail.example.org": ["127.0.0.1"]}, default=None)
    async with tls_server(mail, certificate, Security.TLS) as server:
        real = candidate(server, Protocol.SMTP, Security.TLS, host="mail.example.org", source=Source.GUESS)
        guesses = [replace(real, host=f"smtp{number}.example.org") for number in range(PER_RUN)]
        session = new_session(authority, *guesses, real, dialer=SystemDialer(names, lab=True))
        account = AccountDraft(Address.parse(USER), secret=Secret(PASSWORD), wants_incoming=False)
        result = await session.check(account)
        await session.close()
    assert result.verdict is Verdict.WORKS
    assert result.notes == ("mail.example.org was busy at first and answered when it was asked once more.",)
