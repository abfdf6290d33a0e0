"""The submission server against smtplib."""

from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage

import pytest

from tests.practice.conftest import Clients
from wizard.model.server import Security
from wizard.practice.network import PracticeNetwork

HOST = "smtp.all-well.example"
ADDRESS = "ada@all-well.example"
PASSWORD = "practice-all-well"


async def arrived(network: PracticeNetwork, address: str, folder: str = "INBOX") -> bytes:
    """The first message that comes into the folder."""
    box = network.mailbox(address).folders[folder]
    watch = box.watch()
    while not box.messages:
        await asyncio.wait_for(watch.wait(), 10)
    return next(iter(box.messages.values())).content


@pytest.mark.parametrize(("port", "security"), [(465, Security.TLS), (587, Security.STARTTLS)])
@pytest.mark.parametrize("mechanism", ["auth_plain", "auth_login"])
@pytest.mark.parametrize("initial", [True, False])
async def test_signs_in(clients: Clients, port: int, security: Security, mechanism: str, initial: bool) -> None:
    def work() -> tuple[int, bytes]:
        with clients.smtp(HOST, port, security) as smtp:
            smtp.user, smtp.password = ADDRESS, PASSWORD
            name = mechanism.removeprefix("auth_").upper()
            return smtp.auth(name, getattr(smtp, mechanism), initial_response_ok=initial)

    assert await clients.run(work) == (235, b"2.7.0 Authentication successful")


async def test_a_message_arrives_as_it_was_sent(network: PracticeNetwork, clients: Clients) -> None:
    message = EmailMessage()
    message["From"] = message["To"] = ADDRESS
    message["Subject"] = "Grüße"
    message.set_content(".\n..two dots\n.one dot\nlast\n")

    def work() -> None:
        with clients.smtp(HOST, 465) as smtp:
            smtp.login(ADDRESS, PASSWORD)
            assert smtp.send_message(message) == {}

    await clients.run(work)
    head, _, body = (await arrived(network, ADDRESS)).partition(b"\r\n\r\n")
    assert body == b".\r\n..two dots\r\n.one dot\r\nlast\r\n"
    assert head.startswith(b"Return-Path: <ada@all-well.example>\r\nAuthentication-Results: mx.all-well.example;\r\n")
    assert b"\tdmarc=pass header.from=all-well.example\r\nReceived: from smtp.all-well.example by mx" in head


async def test_a_junk_account_gets_it_in_junk_with_the_reason(network: PracticeNetwork, clients: Clients) -> None:
    def work() -> None:
        with clients.smtp("smtp.junk.example", 587, Security.STARTTLS) as smtp:
            smtp.login("ada@junk.example", "practice-junk")
            smtp.sendmail("ada@junk.example", ["ada@junk.example"], "Subject: x\r\n\r\nx\r\n")

    await clients.run(work)
    assert b"dmarc=fail" in await arrived(network, "ada@junk.example", "Junk")
    assert not network.mailbox("ada@junk.example").folders["INBOX"].messages


async def test_mail_goes_to_other_practice_accounts_and_nowhere_else(
    network: PracticeNetwork, clients: Clients
) -> None:
    def work() -> dict[str, tuple[int, bytes]]:
        with clients.smtp(HOST, 465) as smtp:
            smtp.login(ADDRESS, PASSWORD)
            to = ["Ada@busy.example", "bob@all-well.example", "ada@example.org"]
            return smtp.sendmail(ADDRESS, to, "Subject: x\r\n\r\nx\r\n")

    refused = await clients.run(work)
    assert {address: reply[0] for address, reply in refused.items()} == {
        "bob@all-well.example": 550,
        "ada@example.org": 550,
    }
    assert refused["bob@all-well.example"][1].startswith(b"5.1.1 ")
    assert refused["ada@example.org"][1].startswith(b"5.1.2 ")
    assert b"Subject: x" in await arrived(network, "ada@busy.example")


async def test_nothing_is_accepted_in_clear(clients: Clients) -> None:
    def work() -> list[int]:
        with clients.smtp(HOST, 587, Security.NONE) as smtp:
            assert not smtp.has_extn("auth")
            return [smtp.docmd("AUTH", "PLAIN AGEAYg==")[0], smtp.mail(ADDRESS)[0]]

    assert await clients.run(work) == [530, 530]


async def test_a_server_without_starttls_offers_neither_it_nor_a_sign_in(clients: Clients) -> None:
    def work() -> list[int]:
        with clients.smtp("post.no-starttls.example", 587, Security.NONE) as smtp:
            assert not smtp.has_extn("starttls")
            assert not smtp.has_extn("auth")
            return [smtp.docmd("STARTTLS")[0], smtp.docmd("AUTH", "PLAIN AGEAYg==")[0]]

    assert await clients.run(work) == [502, 503]


async def test_capabilities_are_the_promised_ones(clients: Clients) -> None:
    def work() -> dict[str, str]:
        with clients.smtp(HOST, 465) as smtp:
            return smtp.esmtp_features

    features = await clients.run(work)
    assert set(features) == {"pipelining", "size", "auth", "enhancedstatuscodes", "8bitmime", "smtputf8"}
    assert features["auth"].split() == ["PLAIN", "LOGIN"]


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        (["MAIL FROM:<a@b.example> SIZE=99999999999"], 552),
        (["MAIL FROM:a@b.example"], 501),
        (["RCPT TO:<a@b.example>"], 503),
        (["MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"], 503),
        (["MAIL FROM:<a@b.example>", "DATA"], 503),
        (["MAIL FROM:<a@b.example>", "RSET"], 250),
        (["AUTH PLAIN AGEAYg=="], 503),
        (["MAIL FROM:<>", "RCPT TO:<nobody>"], 501),
        (["HELP"], 502),
        (["NOOP"], 250),
        (["VRFY ada"], 252),
        (["X" * 9000], 500),
    ],
)
async def test_replies_out_of_order(clients: Clients, commands: list[str], code: int) -> None:
    def work() -> int:
        smtp = clients.smtp(HOST, 465)
        try:
            smtp.login(ADDRESS, PASSWORD)
            for command in commands:
                reply = smtp.docmd(command)[0]
        finally:
            smtp.close()
        return reply

    assert await clients.run(work) == code


@pytest.mark.parametrize("blob", ["!", "AAAA", "/w==", "*", "AGEAYg==AA"])
async def test_a_garbled_sign_in_is_refused_and_the_line_goes_on(clients: Clients, blob: str) -> None:
    def work() -> list[int]:
        with clients.smtp(HOST, 465) as smtp:
            return [smtp.docmd("AUTH", f"PLAIN {blob}")[0], smtp.docmd("NOOP")[0]]

    assert await clients.run(work) == [501, 250]


async def test_commands_may_come_in_one_packet(clients: Clients) -> None:
    def work() -> list[bytes]:
        with clients.tls(HOST, 465) as sock, sock.makefile("rwb") as line:
            line.readline()
            line.write(b"NOOP\r\nRSET\r\nQUIT\r\n")
            line.flush()
            return [text[:3] for text in line.readlines()]

    assert await clients.run(work) == [b"250", b"250", b"221"]


async def test_what_is_sent_before_tls_is_forgotten(clients: Clients) -> None:
    def work() -> bytes:
        with clients.raw(HOST, 587) as sock:
            with sock.makefile("rb") as line:
                line.readline()
                sock.sendall(b"STARTTLS\r\nNOOP\r\n")
                assert line.readline().startswith(b"220 ")
            with clients.context.wrap_socket(sock, server_hostname=HOST) as inside:
                inside.sendall(b"QUIT\r\n")
                return inside.recv(1000)

    assert await clients.run(work) == b"221 2.0.0 Bye\r\n"


async def test_a_message_past_the_size_is_refused(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.practice.smtp_server.MAX_MESSAGE", 1000)

    def work() -> int:
        with clients.smtp(HOST, 465) as smtp:
            smtp.login(ADDRESS, PASSWORD)
            smtp.mail(ADDRESS)
            smtp.rcpt(ADDRESS)
            return smtp.data(b"x" * 100 + b"\r\n" + b"y" * 1000)[0]

    assert await clients.run(work) == 552


async def test_a_refused_sign_in_says_so(clients: Clients) -> None:
    def work() -> None:
        with clients.smtp(HOST, 465) as smtp:
            smtp.login(ADDRESS, "not-it")

    with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
        await clients.run(work)
    assert caught.value.smtp_code == 535
