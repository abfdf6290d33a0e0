"""Verified means usable: the inbox opens, with a word on who we are where the server asks for it (cases of threads:
MailKit#860 interia, himalaya#651 NetEase, MailKit#1494 Exchange Online, mail-mcp#20)."""

from __future__ import annotations

import pytest

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import Hook, Mail, ok, say, tag_of
from tests.setup.accounts import checked
from wizard.model.account import Status, Verdict
from wizard.model.diagnosis import Diagnosis
from wizard.model.evidence import Outcome, Stage
from wizard.model.server import Protocol, Security
from wizard.setup.options import Options


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"NO [ALERT] Please enable IMAP access in your account settings first.", "mail-access-disabled"),
        (b"NO IMAP4 access is not allowed for this mailbox", "mail-access-disabled"),
        (b"NO EXAMINE Unsafe Login. Please contact kefu@mail.example.org for help", "web-login-required"),
        (b"NO [WEBALERT] Web login required.", "web-login-required"),
        (b"NO [INUSE] Mailbox is locked", "server-busy"),
        (b"NO [UNAVAILABLE] Temporary failure, try again later", "server-error"),
    ],
)
async def test_an_inbox_that_stays_shut_is_no_verified_account(
    answer: bytes, cause: str, authority: Authority, certificate: Issued
) -> None:
    mail = Mail(Protocol.IMAP, examine=say(b"{tag} " + answer + b"\r\n"))
    result = await checked(authority, certificate, receive=mail)
    assert result.verdict is Verdict.FAILS
    assert result.incoming is not None
    assert result.incoming.status is Status.FAILED
    assert [one.cause for one in result.diagnoses] == [cause]
    assert result.diagnoses[0].reply is not None
    assert result.diagnoses[0].reply.text == answer.partition(b" ")[2].decode()
    assert result.sign_in_attempts == {Protocol.IMAP: 1}
    failed = [item for item in result.timeline if item.outcome is Outcome.FAILED]
    assert [(item.stage, item.detail.get("command")) for item in failed] == [(Stage.AUTH, "examine")]


async def test_what_is_said_on_the_way_out_is_the_reason(authority: Authority, certificate: Issued) -> None:
    mail = Mail(Protocol.IMAP, examine=say(b"* BYE Account suspended, contact support\r\n", then="fin"))
    result = await checked(authority, certificate, receive=mail)
    assert [one.cause for one in result.diagnoses] == ["account-disabled"]


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"-ERR POP3 service is not enabled for this account", "mail-access-disabled"),
        (b"-ERR [SYS/PERM] POP access is disabled", "mail-access-disabled"),
        (b"-ERR [IN-USE] mailbox is in use", "server-busy"),
    ],
)
async def test_a_mailbox_that_cannot_be_counted_is_no_verified_account(
    answer: bytes, cause: str, authority: Authority, certificate: Issued
) -> None:
    result = await checked(authority, certificate, receive=Mail(Protocol.POP3, stat=say(answer + b"\r\n")))
    assert result.verdict is Verdict.FAILS
    assert [one.cause for one in result.diagnoses] == [cause]


def _netease(order: list[bytes], *, announces: bool) -> Mail:
    """Opens the inbox only for who has sent ID; where it announces none, hangs up on one, as Purelymail does."""
    mail = Mail(Protocol.IMAP)

    async def hello(talk: Talk, line: bytes) -> None:
        words = b"IMAP4rev1 SASL-IR AUTH=PLAIN" + b" ID" * announces
        await talk.send(b"* CAPABILITY " + words, tag_of(line) + b" OK done")

    async def other(talk: Talk, line: bytes) -> bool | None:
        word = line.split(b" ")[1]
        order.append(word)
        if word == b"ID" and announces:
            await talk.send(b'* ID ("name" "coremail")', tag_of(line) + b" OK ID completed")
            return None
        if word == b"ID":
            await talk.send(b"* BYE unexpected command")
            talk.close()
            raise EOFError
        return True

    async def examine(talk: Talk, line: bytes) -> None:
        order.append(b"EXAMINE")
        if announces and b"ID" not in order:
            await talk.send(tag_of(line) + b" NO EXAMINE Unsafe Login.")
        else:
            await talk.send_raw(ok(Protocol.IMAP, line))

    mail.hooks |= {"hello": hello, "other": other, "examine": examine}
    return mail


@pytest.mark.parametrize("announces", [True, False])
async def test_who_we_are_is_said_where_and_only_where_it_is_asked(
    announces: bool, authority: Authority, certificate: Issued
) -> None:
    order: list[bytes] = []
    result = await checked(authority, certificate, receive=_netease(order, announces=announces))
    assert result.verdict is Verdict.WORKS, result.diagnoses
    assert order == ([b"ID", b"EXAMINE"] if announces else [b"EXAMINE"])


async def test_a_server_that_refuses_to_know_who_we_are_may_still_open_the_inbox(
    authority: Authority, certificate: Issued
) -> None:
    order: list[bytes] = []
    mail = _netease(order, announces=True)
    shown = mail.hooks["other"]

    async def other(talk: Talk, line: bytes) -> bool | None:
        if line.split(b" ")[1] != b"ID":
            return await shown(talk, line)
        order.append(b"ID")
        await talk.send(tag_of(line) + b" BAD what?")
        return None

    refusing: Hook = other
    mail.hooks["other"] = refusing
    result = await checked(authority, certificate, receive=mail)
    assert result.verdict is Verdict.WORKS


@pytest.mark.parametrize(
    ("protocol", "verb", "answer", "cause", "title", "first"),
    [
        # Said of the line that was encrypted: the settings are right, and no other port is put first.
        (
            Protocol.IMAP, "auth", b"{tag} NO [PRIVACYREQUIRED] Plaintext authentication disallowed\r\n",
            "tls-required", "asks for encryption on a line that is encrypted", "ask-administrator",
        ),
        (
            Protocol.SMTP, "auth", b"538 5.7.11 Encryption required for requested authentication mechanism\r\n",
            "tls-required", "asks for encryption on a line that is encrypted", "ask-administrator",
        ),
        # Said after the sign-in: it was taken, so the account is not closed as a whole.
        (
            Protocol.SMTP, "mail", b'550 Outgoing mail from "ada@example.org" has been suspended.\r\n',
            "account-disabled", "Sending is locked for this account", "ask-provider",
        ),
        (
            Protocol.POP3, "stat", b"-ERR not authenticated\r\n", "auth-required",
            "The server took the sign-in, and then does not know of it", "ask-administrator",
        ),
        # Said of the name alone: no password was sent that could have a slip.
        (
            Protocol.POP3, "user", b"-ERR Unknown user name\r\n", "bad-credentials",
            "The server does not know this user name", "edit-username",
        ),
        (
            Protocol.POP3, "user", b"-ERR Utente sconosciuto\r\n", "bad-credentials",
            "The server does not know this user name", "edit-username",
        ),
        # Words of sending from a server for receiving are about something else.
        (
            Protocol.IMAP, "auth", b"* BYE [ALERT] Fatal error: Account's mailbox directory is not owned by the "
            b"correct uid or gid\r\n", "server-error", "The server has a problem of its own", "wait",
        ),
        (
            Protocol.IMAP, "hello", b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n{tag} OK done\r\n", "auth-not-offered",
            "offers no sign-in for receiving", "use-other-port",
        ),
        (
            Protocol.SMTP, "greeting", b"421 4.7.66 TLS 1.0 and 1.1 are not supported. Please update your client\r\n",
            "tls-version-too-old", "The server says that only old encryption reached it", "use-other-port",
        ),
    ],
)  # fmt: skip
async def test_a_card_does_not_contradict_what_the_run_saw(
    protocol: Protocol,
    verb: str,
    answer: bytes,
    cause: str,
    title: str,
    first: str,
    authority: Authority,
    certificate: Issued,
) -> None:
    mail = Mail(protocol, at={verb: say(answer, then="fin" if answer.startswith(b"* BYE") else "go on")})
    if verb == "user":  # only USER and PASS, so that the name goes by itself
        mail.hooks["hello"] = say(b"+OK\r\nUSER\r\n.\r\n")
    sides = {"send" if protocol is Protocol.SMTP else "receive": mail}
    result = await checked(authority, certificate, options=Options(autofix=False), **sides)  # type: ignore[arg-type]
    card = result.diagnoses[0]
    assert card.cause == cause
    assert title in card.title
    assert card.remedies[0].id == first
    assert "slip" not in card.why


async def test_what_lasts_is_told_before_what_passes(authority: Authority, certificate: Issued) -> None:
    busy = Mail(Protocol.SMTP, greeting=say(b"421 4.3.2 Too many connections, try later\r\n", then="fin"))
    shut = Mail(Protocol.IMAP, auth=say(b"{tag} NO IMAP access is disabled for this account\r\n"))
    result = await checked(authority, certificate, receive=shut, send=busy, options=Options(autofix=False))
    assert [one.cause for one in result.diagnoses] == ["mail-access-disabled", "server-busy"]


async def test_a_server_that_opens_folders_in_utf8_alone(authority: Authority, certificate: Issued) -> None:
    """RFC 6855 §4: such a server does nothing with folders before ENABLE UTF8=ACCEPT."""
    said: list[bytes] = []

    async def hello(talk: Talk, line: bytes) -> None:
        words = b"IMAP4rev1 SASL-IR AUTH=PLAIN ENABLE UTF8=ONLY"
        await talk.send(b"* CAPABILITY " + words, tag_of(line) + b" OK done")

    async def other(talk: Talk, line: bytes) -> None:
        said.append(line.partition(b" ")[2])
        await talk.send(b"* ENABLED UTF8=ACCEPT", tag_of(line) + b" OK enabled")

    async def examine(talk: Talk, line: bytes) -> bool | None:
        if b"ENABLE UTF8=ACCEPT" in said:
            return True
        await talk.send(tag_of(line) + b" NO [CANNOT] ENABLE UTF8=ACCEPT first")
        return None

    mail = Mail(Protocol.IMAP, hello=hello, other=other, examine=examine)
    result = await checked(authority, certificate, receive=mail)
    assert (result.verdict, said) == (Verdict.WORKS, [b"ENABLE UTF8=ACCEPT"])


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_an_alert_in_the_greeting_is_shown_where_nobody_on_the_way_can_have_said_it(
    authority: Authority, certificate: Issued, security: Security
) -> None:
    mail = Mail(Protocol.IMAP, greeting=say(b"* OK [ALERT] Maintenance tonight from 22:00\r\n"))
    result = await checked(authority, certificate, receive=mail, security=security)
    told = "127.0.0.1 says: “Maintenance tonight from 22:00”"
    assert result.verdict is Verdict.WORKS
    assert (told in result.notes) is (told in result.observed) is (security is Security.TLS)


MOVED = [
    (Protocol.IMAP, "greeting", b"* BYE [REFERRAL imap://imap2.example.org/] This server has moved\r\n"),
    (Protocol.IMAP, "auth", b"{tag} NO [REFERRAL imap://ada@imap2.example.org/] Specified user is remote\r\n"),
    (Protocol.IMAP, "examine", b"{tag} NO Your mailbox has moved to imap2.example.org\r\n"),
    (Protocol.POP3, "greeting", b"-ERR This server is decommissioned, please use pop.example.net\r\n"),
    (Protocol.POP3, "auth", b"-ERR Your account has been migrated to our new servers\r\n"),
    (Protocol.SMTP, "greeting", b"554 This server has been retired, use mail2.example.org instead\r\n"),
    (Protocol.SMTP, "greeting", b"554 5.3.2 mail.example.org is no longer in service\r\n"),
    (Protocol.SMTP, "auth", b"535 5.7.1 This mailbox has been moved to smtp2.example.org\r\n"),
]


async def _told_of(
    authority: Authority, certificate: Issued, protocol: Protocol, command: str, answer: bytes
) -> tuple[Diagnosis, Mail]:
    """The first card about a server that answers this command so, as the settings are; and the server."""
    mail = Mail(protocol, at={command: say(answer)})
    receive, send = (None, mail) if protocol is Protocol.SMTP else (mail, None)
    result = await checked(authority, certificate, receive=receive, send=send, options=Options(autofix=False))
    return result.diagnoses[0], mail


@pytest.mark.parametrize(("protocol", "command", "answer"), MOVED)
async def test_a_server_that_has_moved_is_not_waited_for_and_no_password_is_blamed(
    authority: Authority, certificate: Issued, protocol: Protocol, command: str, answer: bytes
) -> None:
    first, mail = await _told_of(authority, certificate, protocol, command, answer)
    assert (first.cause, first.title) == ("server-error", "127.0.0.1 says that it has moved")
    assert first.remedies[0].id == "edit-server"
    assert "wait" not in [remedy.id for remedy in first.remedies]
    assert len(mail.sign_ins) <= 1


@pytest.mark.parametrize(
    ("protocol", "command", "answer"),
    [
        (Protocol.IMAP, "examine", b"{tag} NO [OVERQUOTA] Quota exceeded (mailbox for user is full)\r\n"),
        (Protocol.IMAP, "auth", b"{tag} NO [OVERQUOTA] Mailbox is over its quota\r\n"),
        (Protocol.POP3, "stat", b"-ERR Mailbox full, over quota\r\n"),
        (Protocol.SMTP, "auth", b"552 5.2.2 Mailbox quota exceeded\r\n"),
    ],
)
async def test_a_full_mailbox_that_is_told_at_the_sign_in_is_ones_own(
    authority: Authority, certificate: Issued, protocol: Protocol, command: str, answer: bytes
) -> None:
    first, _ = await _told_of(authority, certificate, protocol, command, answer)
    assert (first.cause, first.title) == ("recipient-mailbox-full", "Your own mailbox is full")
    assert [remedy.id for remedy in first.remedies] == ["try-again"]
