"""The IMAP server against imaplib, and against commands that imaplib would never send."""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.practice.conftest import Clients
from wizard.model.server import Security
from wizard.practice.dialogue_server import Line, PeerGoneError, TooLongError
from wizard.practice.imap_grammar import BadCommandError, Token, numbers, read_command
from wizard.practice.network import PracticeNetwork

HOST = "imap.all-well.example"
ADDRESS = "ada@all-well.example"
PASSWORD = "practice-all-well"
FIRST = b"Subject: first\r\nX-Token: alpha\r\n beta\r\nFrom: ada@example.org\r\n\r\nBody one\r\n"
SECOND = b"Subject: second\r\nTo: ada@example.net\r\n\r\nBody two\r\n"


@pytest.fixture
async def inbox(network: PracticeNetwork) -> None:
    folder = network.mailbox(ADDRESS).folders["INBOX"]
    folder.add(FIRST)
    folder.add(SECOND)


def first(answer: tuple[str, list[Any]]) -> Any:
    """The first item of an answer, which imaplib's types leave open."""
    return answer[1][0]


def signed_in(clients: Clients) -> imaplib.IMAP4:
    imap = clients.imap(HOST, 993)
    imap.login(ADDRESS, PASSWORD)
    return imap


@pytest.mark.parametrize(("port", "security"), [(993, Security.TLS), (143, Security.STARTTLS)])
@pytest.mark.parametrize("way", ["login", "plain", "literal"])
async def test_signs_in(clients: Clients, port: int, security: Security, way: str) -> None:
    def work() -> str:
        with clients.imap(HOST, port, security) as imap:
            if way == "login":
                imap.login(ADDRESS, PASSWORD)
            elif way == "plain":
                imap.authenticate("PLAIN", lambda _: f"\0{ADDRESS}\0{PASSWORD}".encode())
            else:
                setattr(imap, "literal", PASSWORD.encode())  # noqa: B010 - imaplib types it as text
                imap._command("LOGIN", f'"{ADDRESS}"')
                imap.state = "AUTH"
            return imap.select()[0]

    assert await clients.run(work) == "OK"


async def test_signs_in_with_an_initial_response_and_non_synchronising_literals(clients: Clients) -> None:
    def work() -> list[bytes]:
        with clients.tls(HOST, 993) as sock, sock.makefile("rwb") as line:
            assert line.readline().startswith(b"* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ")
            line.write(b"a AUTHENTICATE PLAIN AGEAYg==\r\n")
            line.write(b"b LOGIN {20+}\r\nada@all-well.example {17+}\r\npractice-all-well\r\nc LOGOUT\r\n")
            line.flush()
            return line.readlines()

    refused, accepted, *_ = await clients.run(work)
    assert refused == b"a NO [AUTHENTICATIONFAILED] Authentication failed.\r\n"
    assert accepted.startswith(b"b OK [CAPABILITY ")


async def test_nothing_is_accepted_in_clear(clients: Clients) -> None:
    def work() -> tuple[bool, bool]:
        with clients.imap(HOST, 143, Security.NONE) as imap:
            offered = "LOGINDISABLED" in imap.capabilities and "AUTH=PLAIN" not in imap.capabilities
            try:
                imap.login(ADDRESS, PASSWORD)
            except imaplib.IMAP4.error as error:
                return offered, "PRIVACYREQUIRED" in str(error)
            return offered, False

    assert await clients.run(work) == (True, True)


@pytest.mark.usefixtures("inbox")
async def test_reads_a_mailbox(clients: Clients) -> None:
    def work() -> None:
        with signed_in(clients) as imap:
            listed = imap.list()[1]
            assert rb'(\HasNoChildren \Junk) "/" Junk' in listed
            assert rb'(\HasNoChildren) "/" INBOX' in listed
            assert imap.status("INBOX", "(MESSAGES UIDNEXT UNSEEN)") == (
                "OK",
                [b'"INBOX" (MESSAGES 2 UIDNEXT 3 UNSEEN 2)'],
            )
            assert imap.select("inbox", readonly=True) == ("OK", [b"2"])
            assert imap.uid("FETCH", "1:*", "(UID FLAGS RFC822.SIZE)")[1] == [
                f"1 (UID 1 FLAGS () RFC822.SIZE {len(FIRST)})".encode(),
                f"2 (UID 2 FLAGS () RFC822.SIZE {len(SECOND)})".encode(),
            ]
            assert first(imap.uid("FETCH", "1", "BODY.PEEK[HEADER]"))[1] == FIRST.partition(b"Body")[0]
            fields = first(imap.uid("FETCH", "1", "(BODY.PEEK[HEADER.FIELDS (X-TOKEN SUBJECT)])"))
            assert fields[0].startswith(b"1 (UID 1 BODY[HEADER.FIELDS (X-TOKEN SUBJECT)] {")
            assert fields[1] == b"Subject: first\r\nX-Token: alpha\r\n beta\r\n\r\n"
            assert first(imap.fetch("2", "(BODY[])"))[1] == SECOND
            assert first(imap.fetch("2", "(BODY[TEXT]<5.3>)"))[1] == b"two"
            dated = first(imap.fetch("1", "(INTERNALDATE)"))
            assert imaplib.Internaldate2tuple(dated) is not None

    await clients.run(work)


@pytest.mark.slow
@pytest.mark.usefixtures("inbox")
@pytest.mark.parametrize(
    ("keys", "uids"),
    [
        ("ALL", b"1 2"),
        ("HEADER X-Token alpha", b"1"),
        ('HEADER X-Token ""', b"1"),
        ("HEADER Subject SECOND", b"2"),
        ('SUBJECT "first"', b"1"),
        ("FROM example.org", b"1"),
        ("NOT SUBJECT first", b"2"),
        ("OR SUBJECT first SUBJECT second", b"1 2"),
        ("(SUBJECT first UID 2)", b""),
        ("UID 2:*", b"2"),
        ("1", b"1"),
        ("UNSEEN UNDELETED", b"1 2"),
        ("SEEN", b""),
        ('TEXT "body TWO"', b"2"),
        ("BODY subject", b""),
        (f"SINCE {datetime.now(UTC) - timedelta(days=1):%d-%b-%Y}", b"1 2"),
        (f"BEFORE {datetime.now(UTC) - timedelta(days=1):%d-%b-%Y}", b""),
        ("CHARSET UTF-8 SUBJECT first", b"1"),
    ],
)
async def test_searches(clients: Clients, keys: str, uids: bytes) -> None:
    def work() -> list[bytes]:
        with signed_in(clients) as imap:
            imap.select()
            return imap.uid("SEARCH", keys)[1]

    assert await clients.run(work) == [uids]


@pytest.mark.usefixtures("inbox")
async def test_flags_and_deletes(network: PracticeNetwork, clients: Clients) -> None:
    def work() -> None:
        with signed_in(clients) as imap:
            imap.select()
            imap.uid("STORE", "1:2", "+FLAGS.SILENT", r"(\Deleted \Seen)")
            assert imap.uid("STORE", "2", "-FLAGS", r"(\Deleted)")[1] == [rb"2 (UID 2 FLAGS (\Seen))"]
            assert imap.uid("EXPUNGE", "2")[0] == "OK"
            assert imap.response("EXPUNGE")[1] == [None]
            imap.uid("EXPUNGE", "1")
            assert imap.response("EXPUNGE")[1] == [b"1"]
            assert imap.uid("SEARCH", "ALL")[1] == [b"2"]
            imap.store("1", "FLAGS", r"\Deleted")
            imap.expunge()
            assert imap.uid("SEARCH", "ALL")[1] == [b""]

    await clients.run(work)
    assert network.mailbox(ADDRESS).folders["INBOX"].messages == {}


@pytest.mark.usefixtures("inbox")
async def test_an_examined_folder_cannot_be_changed(clients: Clients) -> None:
    def work() -> list[str]:
        with signed_in(clients) as imap:
            imap.select(readonly=True)
            return [imap.uid("STORE", "1", "+FLAGS", r"(\Seen)")[0], imap._simple_command("EXPUNGE")[0]]

    assert await clients.run(work) == ["NO", "NO"]


async def test_noop_tells_what_arrived(network: PracticeNetwork, clients: Clients) -> None:
    imap = await clients.run(signed_in, clients)
    try:
        await clients.run(imap.select)
        network.mailbox(ADDRESS).folders["INBOX"].add(FIRST)
        await clients.run(imap.noop)
        assert imap.response("EXISTS")[1][-1] == b"1"
    finally:
        await clients.run(imap.logout)


async def test_idle_tells_what_arrives_and_goes(network: PracticeNetwork) -> None:
    dialed = await network.dialer.dial(HOST, 993)
    reader, writer = await asyncio.open_connection(
        sock=dialed.sock, ssl=network.trust.verifying(), server_hostname=HOST
    )

    async def until(start: bytes) -> None:
        while not (await asyncio.wait_for(reader.readline(), 10)).startswith(start):
            assert not reader.at_eof()

    folder = network.mailbox(ADDRESS).folders["INBOX"]
    writer.write(f'a LOGIN {ADDRESS} "{PASSWORD}"\r\nb SELECT INBOX\r\nc IDLE\r\n'.encode())
    await until(b"+ ")
    folder.add(FIRST)
    await until(b"* 1 EXISTS")
    folder.remove([1])
    await until(b"* 1 EXPUNGE")
    writer.write(b"DONE\r\nd IDLE\r\n")
    await until(b"c OK")
    writer.write(b"d NOOP\r\ne LOGOUT\r\n")
    await until(b"d BAD")
    await until(b"e OK")
    writer.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        b"FETCH 1 (ENVELOPE",
        b"FETCH 1 ENVELOPE",
        b"FETCH a FLAGS",
        b"FETCH 1:2:3 FLAGS",
        b"FETCH 1 BODY[HEADER",
        b"FETCH 1 BODY[7]",
        b"FETCH (1) FLAGS",
        b"FETCH",
        b"UID",
        b"UID COPY 1 Junk",
        b"SEARCH",
        b"SEARCH SINCE yesterday",
        b"SEARCH HEADER X",
        b"SEARCH NOT",
        b"SEARCH 99999999999",
        b"SEARCH " + b"(" * 50 + b")" * 50,
        b"STORE 1 +FLAGS",
        b"STORE 1 ?FLAGS (\\Seen)",
        b"STORE 1 FLAGS ((x))",
        b"STATUS INBOX MESSAGES",
        b"STATUS INBOX (MESSAGES NONSENSE)",
        b"SELECT",
        b'SELECT "INBOX',
        b"SELECT Nowhere",
        b"LIST",
        b"LOGIN a b",
        b"AUTHENTICATE PLAIN",
        b"STARTTLS",
        b"NONSENSE",
        b"LIST {99999999}",
        b"{3}",
        b"\0\xff(",
    ],
)
@pytest.mark.usefixtures("inbox")
async def test_hostile_commands_are_answered_and_the_line_goes_on(clients: Clients, command: bytes) -> None:
    def work() -> list[bytes]:
        with clients.tls(HOST, 993) as sock, sock.makefile("rwb") as line:
            line.readline()
            line.write(f'a LOGIN {ADDRESS} "{PASSWORD}"\r\nb SELECT INBOX\r\n'.encode())
            line.write(b"x " + command + b"\r\n")
            line.write(b"y NOOP\r\nz LOGOUT\r\n")
            line.flush()
            return line.readlines()

    answers = await clients.run(work)
    if b"* BYE Command too long\r\n" in answers:
        assert command.startswith(b"LIST {")
        return
    assert answers[-1] == b"z OK LOGOUT completed.\r\n" or command == b"{3}"
    assert any(answer.startswith((b"x BAD", b"x NO", b"* BAD")) for answer in answers)


async def words_of(chunks: list[bytes]) -> list[list[Token] | str]:
    """What the grammar makes of a stream, whole or in pieces."""
    line = Line()
    for chunk in chunks:
        line.data_received(chunk)
    line.eof_received()
    found: list[list[Token] | str] = []
    with contextlib.suppress(PeerGoneError, TooLongError):
        while True:
            try:
                found.append(await read_command(line))
            except BadCommandError:
                found.append("bad")
    return found


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.binary(max_size=20), st.sampled_from([b"\r\n", b"(", b")", b'"', b"{2}\r\n", b"[", b"]"])))
)
def test_any_bytes_are_a_command_or_a_bad_one_at_any_chunking(pieces: list[bytes]) -> None:
    whole = asyncio.run(words_of([b"".join(pieces)]))
    assert asyncio.run(words_of(pieces)) == whole


@settings(deadline=None)
@given(st.text(alphabet="0123456789:,*", max_size=30))
def test_a_sequence_set_names_known_numbers_only(text: str) -> None:
    with contextlib.suppress(BadCommandError):
        found = numbers(text, [2, 5, 9])
        assert found == sorted(set(found) & {2, 5, 9})
