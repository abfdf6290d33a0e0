"""Names, sockets, trust and the end of the practice network."""

from __future__ import annotations

import asyncio
import socket
import ssl

import pytest
from defusedxml import ElementTree

from tests.practice.conftest import Clients
from wizard.errors import NameNotFound
from wizard.model.evidence import ErrorKind
from wizard.net.dial import Dialer, DialFailed
from wizard.net.dns import Resolver
from wizard.practice.network import LOOPBACK, PracticeNetwork
from wizard.practice.scenarios import Scenario


async def read_all(reader: asyncio.StreamReader) -> bytes:
    return await asyncio.wait_for(reader.read(), 10)


async def test_names_resolve_from_the_scenarios(network: PracticeNetwork) -> None:
    (address,) = await network.resolver.ipv4("SMTP.all-well.example.")
    assert str(address).startswith("192.0.2.")
    assert [record.host for record in await network.resolver.mx("misnamed.example")] == ["mx.misnamed.example"]
    assert (await network.resolver.srv("_imaps._tcp.busy.example"))[0].port == 993


async def test_every_host_has_an_address_of_its_own(network: PracticeNetwork) -> None:
    hosts = {endpoint.host for endpoint in network.endpoints()}
    assert len({await network.resolver.ipv4(host) for host in hosts}) == len(hosts)


async def test_other_names_do_not_exist(network: PracticeNetwork) -> None:
    resolver = network.resolver
    for question in (
        resolver.ipv4("smpt.mistyped.example"),
        resolver.ipv4("example.org"),
        resolver.ipv6("smtp.all-well.example"),
        resolver.mx("example.org"),
        resolver.srv("_imaps._tcp.all-well.example"),
        resolver.txt("all-well.example"),
    ):
        with pytest.raises(NameNotFound):
            await question


async def test_a_dialled_server_greets(network: PracticeNetwork) -> None:
    found: list[float] = []
    dialed = await network.dialer.dial("smtp.all-well.example", 587, on_found=found.append)
    reader, writer = await asyncio.open_connection(sock=dialed.sock)
    assert await reader.readline() == b"220 smtp.all-well.example ESMTP ready\r\n"
    writer.close()
    await writer.wait_closed()
    assert found == [0.0]
    assert dialed.address.startswith("192.0.2.")


@pytest.mark.parametrize(
    ("host", "port", "kind", "is_dns"),
    [
        ("smtp.all-well.example", 25, ErrorKind.CONNECTION_REFUSED, False),
        ("post.port-closed.example", 587, ErrorKind.CONNECTION_REFUSED, False),
        ("smpt.mistyped.example", 465, ErrorKind.NAME_NOT_FOUND, True),
        ("localhost", 465, ErrorKind.NAME_NOT_FOUND, True),
    ],
)
async def test_what_is_not_there_fails_as_in_the_world(
    network: PracticeNetwork, host: str, port: int, kind: ErrorKind, is_dns: bool
) -> None:
    with pytest.raises(DialFailed) as caught:
        await network.dialer.dial(host, port)
    assert (caught.value.kind, caught.value.stage_is_dns) == (kind, is_dns)


async def test_a_blocked_port_stays_silent_until_cancelled(network: PracticeNetwork) -> None:
    dialling = asyncio.ensure_future(network.dialer.dial("post.wrong-port.example", 587))
    done, _ = await asyncio.wait({dialling}, timeout=0.2)
    assert not done
    dialling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dialling


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("smtp.expired.example", 10),
        ("smtp.self-signed.example", 18),
        ("post.misnamed.example", 62),
    ],
)
async def test_bad_certificates_are_refused_for_their_own_reason(clients: Clients, host: str, code: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        await clients.run(clients.tls, host, 465)
    assert caught.value.verify_code == code


async def test_the_misnamed_certificate_is_good_for_the_other_name(clients: Clients) -> None:
    with await clients.run(clients.tls, "node7.misnamed.example", 465) as sock:
        assert sock.getpeercert()["subjectAltName"] == (("DNS", "node7.misnamed.example"),)  # type: ignore[index]


async def test_only_the_practice_authority_is_trusted(network: PracticeNetwork) -> None:
    roots = network.trust.verifying().get_ca_certs()
    assert [dict(part[0] for part in root["subject"])["commonName"] for root in roots] == [  # type: ignore[misc]
        "Mailwright practice authority"
    ]


async def test_certificates_pass_the_strict_checks_of_newer_pythons(network: PracticeNetwork, clients: Clients) -> None:
    context = ssl.create_default_context(cadata=network.ca_pem)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    clients.context = context
    with await clients.run(clients.tls, "smtp.all-well.example", 465) as sock:
        assert sock.version() == "TLSv1.3"


async def test_the_engine_can_use_it_in_place_of_the_world(network: PracticeNetwork) -> None:
    resolver: Resolver = network.resolver
    dialer: Dialer = network.dialer
    (address,) = await resolver.ipv4("imap.all-well.example")
    dialed = await dialer.dial("imap.all-well.example", 993)
    assert dialed.address == str(address)
    reader, writer = await asyncio.open_connection(
        sock=dialed.sock, ssl=network.trust.verifying(), server_hostname="imap.all-well.example"
    )
    assert (await reader.readline()).startswith(b"* OK ")
    writer.close()


async def ask(network: PracticeNetwork, host: str, request: bytes) -> bytes:
    dialed = await network.dialer.dial(host, 443)
    reader, writer = await asyncio.open_connection(
        sock=dialed.sock, ssl=network.trust.verifying(), server_hostname=host
    )
    writer.write(request)
    answer = await read_all(reader)
    writer.close()
    return answer


async def test_autoconfig_is_published_over_https(network: PracticeNetwork) -> None:
    host = "autoconfig.wrong-encryption.example"
    path = b"/mail/config-v1.1.xml?emailaddress=ada%40wrong-encryption.example"
    answer = await ask(network, host, b"GET " + path + b" HTTP/1.1\r\nHost: " + host.encode() + b"\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    outgoing = ElementTree.fromstring(body).find("emailProvider/outgoingServer")
    assert {child.tag: child.text for child in outgoing} == {
        "hostname": "post.wrong-encryption.example",
        "port": "587",
        "socketType": "SSL",
        "authentication": "password-cleartext",
        "username": "%EMAILADDRESS%",
    }


async def test_autodiscover_is_published_over_https(network: PracticeNetwork) -> None:
    host = "autodiscover.auth-off.example"
    body = b"<Autodiscover/>"
    request = b"POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: %b\r\nContent-Length: %d\r\n\r\n%b"
    answer = await ask(network, host, request % (host.encode(), len(body), body))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    document = ElementTree.fromstring(answer.partition(b"\r\n\r\n")[2])
    texts = [(child.tag.rpartition("}")[2], child.text) for child in document.iter()]
    assert ("Server", "smtp.auth-off.example") in texts
    assert ("Encryption", "TLS") in texts
    assert ("LoginName", "ada@auth-off.example") in texts


@pytest.mark.parametrize("request_line", [b"GET / HTTP/1.1", b"POST /mail/config-v1.1.xml HTTP/1.1", b"\0\xff", b""])
async def test_other_pages_are_not_there(network: PracticeNetwork, request_line: bytes) -> None:
    answer = await ask(network, "autoconfig.all-well.example", request_line + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 404 Not Found\r\n")


async def test_a_web_server_answers_where_mail_should(network: PracticeNetwork) -> None:
    dialed = await network.dialer.dial("www.web-server.example", 587)
    reader, writer = await asyncio.open_connection(sock=dialed.sock)
    assert (await read_all(reader)).startswith(b"HTTP/1.1 400 Bad Request\r\nContent-Type")
    writer.close()
    await writer.wait_closed()


async def test_presets_and_accounts_come_from_the_scenarios(network: PracticeNetwork) -> None:
    assert network.accounts[0].address == "ada@all-well.example"
    assert {preset.id for preset in network.presets} >= {"practice-app-password", "practice-port-587-blocked"}
    blocked = next(preset for preset in network.presets if preset.id == "practice-port-587-blocked")
    assert {server.port for server in blocked.servers} == {587, 993}


async def open_everything(network: PracticeNetwork) -> tuple[list[socket.socket], int]:
    """Connections in every state: greeted, in the middle of a handshake, inside TLS, and not yet looked at."""
    socks: list[socket.socket] = []
    greeted = await network.dialer.dial("smtp.all-well.example", 587)
    await asyncio.get_running_loop().sock_recv(greeted.sock, 100)
    socks.append(greeted.sock)
    halfway = await network.dialer.dial("imap.all-well.example", 993)
    await asyncio.get_running_loop().sock_sendall(halfway.sock, b"\x16\x03\x01")
    socks.append(halfway.sock)
    untouched = await network.dialer.dial("imap.all-well.example", 143)
    socks.append(untouched.sock)
    port = network.bind("smtp.all-well.example", 587)
    assert port is not None
    return socks, port


async def see_it_closed(socks: list[socket.socket], port: int) -> None:
    loop = asyncio.get_running_loop()
    for sock in socks:
        with sock:
            try:
                while await asyncio.wait_for(loop.sock_recv(sock, 4096), 5):
                    pass
            except ConnectionError:
                pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((LOOPBACK, port), 5).close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_nothing_is_left_open(scenarios: tuple[Scenario, ...]) -> None:
    async with PracticeNetwork.start(scenarios) as network:
        socks, port = await open_everything(network)
        dialed = await network.dialer.dial("smtp.all-well.example", 465)
        reader, writer = await asyncio.open_connection(
            sock=dialed.sock, ssl=network.trust.verifying(), server_hostname="smtp.all-well.example"
        )
        assert (await reader.readline()).startswith(b"220 ")
    assert await read_all(reader) == b""
    writer.close()
    await see_it_closed(socks, port)


async def test_nothing_is_left_open_after_cancellation(scenarios: tuple[Scenario, ...]) -> None:
    opened: asyncio.Future[tuple[list[socket.socket], int]] = asyncio.get_running_loop().create_future()

    async def practise() -> None:
        async with PracticeNetwork.start(scenarios) as network:
            opened.set_result(await open_everything(network))
            await asyncio.Event().wait()

    task = asyncio.ensure_future(practise())
    socks, port = await opened
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await see_it_closed(socks, port)
