"""Verified means usable: the inbox opens, with a word on who we are where the server asks for it (cases of threads:
MailKit#860 interia, himalaya#651 NetEase, MailKit#1494 Exchange Online, mail-mcp#20)."""

from __future__ import annotations

import pytest

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import Hook, Mail, ok, say, tag_of
from tests.setup.accounts import checked
from wizard.model.account import Status, Verdict
from wizard.model.evidence import Outcome, Stage
from wizard.model.server import Protocol


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
