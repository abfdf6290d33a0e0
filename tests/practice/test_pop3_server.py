"""The POP3 server against poplib."""

from __future__ import annotations

import base64
import poplib

import pytest

from tests.practice.conftest import Clients
from wizard.practice.network import PracticeNetwork

HOST = "pop.only-pop3.example"
ADDRESS = "ada@only-pop3.example"
PASSWORD = "practice-only-pop3"
FIRST = b"Subject: first\r\n\r\n.dot\r\nline two\r\nline three\r\n"
SECOND = b"Subject: second\r\n\r\nx\r\n"


@pytest.fixture
async def inbox(network: PracticeNetwork) -> None:
    folder = network.mailbox(ADDRESS).folders["INBOX"]
    folder.add(FIRST)
    folder.add(SECOND)


def signed_in(clients: Clients) -> poplib.POP3:
    pop3 = clients.pop3(HOST, 995)
    pop3.user(ADDRESS)
    pop3.pass_(PASSWORD)
    return pop3


@pytest.mark.usefixtures("inbox")
async def test_reads_the_inbox(clients: Clients) -> None:
    def work() -> None:
        pop3 = signed_in(clients)
        assert pop3.stat() == (2, len(FIRST) + len(SECOND))
        assert pop3.list()[1] == [f"1 {len(FIRST)}".encode(), f"2 {len(SECOND)}".encode()]
        assert pop3.uidl()[1] == [b"1 practice-1", b"2 practice-2"]
        assert pop3.uidl(2) == b"+OK 2 practice-2"
        assert pop3.retr(1)[1] == [b"Subject: first", b"", b".dot", b"line two", b"line three"]
        assert pop3.top(1, 0)[1] == [b"Subject: first", b""]
        assert pop3.top(1, 1)[1] == [b"Subject: first", b"", b".dot"]
        pop3.quit()

    await clients.run(work)


@pytest.mark.usefixtures("inbox")
async def test_deletes_at_the_end_only(network: PracticeNetwork, clients: Clients) -> None:
    messages = network.mailbox(ADDRESS).folders["INBOX"].messages

    def drop() -> None:
        pop3 = signed_in(clients)
        pop3.dele(1)
        with pytest.raises(poplib.error_proto):
            pop3.retr(1)
        pop3.close()

    def delete() -> None:
        pop3 = signed_in(clients)
        pop3.dele(2)
        pop3.rset()
        pop3.dele(1)
        pop3.quit()

    await clients.run(drop)
    assert list(messages) == [1, 2]
    await clients.run(delete)
    assert list(messages) == [2]


@pytest.mark.parametrize("initial", [True, False])
async def test_signs_in_by_sasl(clients: Clients, initial: bool) -> None:
    blob = base64.b64encode(f"\0{ADDRESS}\0{PASSWORD}".encode()).decode()

    def work() -> list[bytes]:
        pop3 = clients.pop3(HOST, 995)
        assert pop3.capa()["SASL"] == ["PLAIN", "LOGIN"]
        commands = [f"AUTH PLAIN {blob}"] if initial else ["AUTH PLAIN", blob]
        answers = [pop3._shortcmd(command) for command in commands]  # type: ignore[attr-defined]
        pop3.quit()
        return answers

    assert (await clients.run(work))[-1] == b"+OK Logged in."


@pytest.mark.parametrize(
    "command", ["STAT", "PASS x", "AUTH CRAM-MD5", "AUTH PLAIN !", "AUTH PLAIN AGEAYg==", "STLS", "NONSENSE", "\xff"]
)
async def test_refuses_before_the_sign_in(clients: Clients, command: str) -> None:
    def work() -> bytes:
        pop3 = clients.pop3(HOST, 995)
        try:
            return pop3._shortcmd(command)  # type: ignore[attr-defined, no-any-return]
        finally:
            pop3.quit()

    with pytest.raises(poplib.error_proto, match="-ERR"):
        await clients.run(work)


@pytest.mark.parametrize("command", ["RETR 9", "RETR", "RETR x", "RETR ²", "TOP 1", "TOP 1 x", "DELE 0", "USER x"])
@pytest.mark.usefixtures("inbox")
async def test_refuses_nonsense_afterwards(clients: Clients, command: str) -> None:
    def work() -> bytes:
        pop3 = signed_in(clients)
        try:
            return pop3._shortcmd(command)  # type: ignore[attr-defined, no-any-return]
        finally:
            pop3.quit()

    with pytest.raises(poplib.error_proto, match="-ERR"):
        await clients.run(work)
