"""The fetcher against real HTTPS servers, well-behaved and not."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest
import trustme

from tests.lab.names import NameServer
from tests.lab.web import LabDialer, Page, Request, WebServer, moved, silent, trust_of
from wizard.errors import FetchError
from wizard.net.fetch import MAX_BODY_BYTES, Fetcher, PageMissing, PageRefused

HOST = "www.example.org"
OTHER = "www.example.net"
HERE = f"https://{HOST}"


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    lines = ["@ A 127.0.0.1", "* A 127.0.0.1"]
    zones = {"example.org": [*lines, "inside A 169.254.169.254"], "example.net": lines}
    with NameServer(zones) as server:
        yield server


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def web(ca: trustme.CA) -> Iterator[WebServer]:
    with WebServer(ca, {(HOST, "/"): Page(b"hello"), (OTHER, "/"): Page(b"other")}) as server:
        yield server


@pytest.fixture
def fetcher(names: NameServer, ca: trustme.CA, web: WebServer) -> Fetcher:
    return Fetcher(LabDialer(names, web.port), trust_of(ca))


async def test_a_page_its_status_and_its_way(fetcher: Fetcher, web: WebServer) -> None:
    web.pages[(HOST, "/from")] = moved("/to?x=1")
    web.pages[(HOST, "/to")] = Page(b"there")
    fetched = await fetcher.get(f"{HERE}/from")
    assert (fetched.url, fetched.status, fetched.body) == (f"{HERE}/to?x=1", 200, b"there")
    assert fetched.hops == (HOST, HOST)


async def test_what_is_sent_says_nothing_about_the_person(fetcher: Fetcher, web: WebServer) -> None:
    await fetcher.get(f"{HERE}/")
    (request,) = web.requests
    assert request.headers["accept-encoding"] == "identity"
    assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}


@pytest.mark.parametrize("method", ["get", "post"])
async def test_401_basic_gets_no_authorization(fetcher: Fetcher, web: WebServer, method: str) -> None:
    web.pages[(HOST, "/")] = Page(status=401, headers={"WWW-Authenticate": 'Basic realm="mail"', "Set-Cookie": "a=b"})
    for _ in range(2):
        answer = await (fetcher.get(f"{HERE}/") if method == "get" else fetcher.post(f"{HERE}/", b"<x/>", "text/xml"))
        assert answer.status == 401
    assert len(web.requests) == 2
    assert not any({"authorization", "cookie"} & set(request.headers) for request in web.requests)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (f"http://{HOST}/", "without encryption"),
        ("//www.example.org:25/", "port 25"),
        ("https://127.0.0.1/", "bare IP address"),
        ("https://user:word@www.example.org/", "no plain address"),
        ("ftp://www.example.org/", "only https"),
        ("https://[::1/", "no address"),
        ("https://www.example.org:99999/", "no address"),
        ("https://www.example.org/\x01", "no plain address"),
        ("https://bücher.example.org/", "no plain address"),
    ],
)
async def test_redirects_that_are_refused(fetcher: Fetcher, web: WebServer, target: str, why: str) -> None:
    web.pages[(HOST, "/")] = moved(target)
    with pytest.raises(PageRefused, match=why):
        await fetcher.get(f"{HERE}/")
    assert len(web.requests) == 1


async def test_plain_http_is_not_fetched_at_all(fetcher: Fetcher, web: WebServer) -> None:
    with pytest.raises(PageRefused):
        await fetcher.get(f"http://{HOST}/")
    assert web.connections == 0


async def test_redirects_in_circles_end(fetcher: Fetcher, web: WebServer) -> None:
    web.pages[(HOST, "/")] = moved("/")
    with pytest.raises(PageRefused, match="more than 3"):
        await fetcher.get(f"{HERE}/")
    assert len(web.requests) == 4


async def test_a_private_text_stays_in_its_site(fetcher: Fetcher, web: WebServer) -> None:
    web.pages[(HOST, "/")] = moved(f"https://{OTHER}/?emailaddress=Ada%40example.org&version=2")
    fetched = await fetcher.get(f"{HERE}/?emailaddress=ada%40example.org", private="ada@example.org")
    assert fetched.hops == (HOST, OTHER)
    assert web.requests[-1].path == "/?version=2"
    web.pages[(HOST, "/")] = moved(f"https://{OTHER}/ada@example.org")
    with pytest.raises(PageRefused, match="whole address"):
        await fetcher.get(f"{HERE}/", private="ada@example.org")


async def test_a_posted_body_stays_in_its_site(fetcher: Fetcher, web: WebServer) -> None:
    web.pages[(HOST, "/")] = moved("/again", 307)
    web.pages[(HOST, "/again")] = lambda request: Page(request.body)
    assert (await fetcher.post(f"{HERE}/", b"<x/>", "text/xml")).body == b"<x/>"
    web.pages[(HOST, "/")] = moved(f"https://{OTHER}/", 307)
    with pytest.raises(PageRefused, match="another domain"):
        await fetcher.post(f"{HERE}/", b"<x/>", "text/xml")
    assert web.count(OTHER, "/") == 0


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
async def test_a_compressed_page_is_refused(fetcher: Fetcher, web: WebServer, encoding: str) -> None:
    web.pages[(HOST, "/")] = Page(gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": encoding})
    with pytest.raises(PageRefused, match="compressed"):
        await fetcher.get(f"{HERE}/")


def _endless(out: BinaryIO, ended: threading.Event) -> None:
    out.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not ended.is_set():
        out.write(b"8000\r\n" + bytes(0x8000) + b"\r\n")


def _drip(out: BinaryIO, ended: threading.Event) -> None:
    out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not ended.wait(0.05):
        out.write(b"x")
        out.flush()


def _bare(text: bytes) -> Callable[[BinaryIO, threading.Event], None]:
    def write(out: BinaryIO, _: threading.Event) -> None:
        out.write(text)

    return write


async def test_the_largest_page_is_taken_and_a_larger_one_is_not(fetcher: Fetcher, web: WebServer) -> None:
    web.pages[(HOST, "/")] = Page(bytes(MAX_BODY_BYTES))
    assert len((await fetcher.get(f"{HERE}/")).body) == MAX_BODY_BYTES
    for page in (Page(bytes(MAX_BODY_BYTES + 1)), Page(raw=_endless)):
        web.pages[(HOST, "/")] = page
        with pytest.raises(PageRefused, match="larger than 256 KiB"):
            await fetcher.get(f"{HERE}/")


@pytest.mark.parametrize("page", [Page(raw=_drip), silent()], ids=["drip", "silence"])
async def test_the_deadline_stands_over_the_whole_exchange(fetcher: Fetcher, web: WebServer, page: Page) -> None:
    web.pages[(HOST, "/")] = page
    began = asyncio.get_running_loop().time()
    with pytest.raises(FetchError, match="no answer within"):
        await fetcher.get(f"{HERE}/", timeout_s=0.3)
    assert asyncio.get_running_loop().time() - began < 0.6


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"220 mail.example.org ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 999999 \r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    ],
)
async def test_broken_answers_are_fetch_errors(fetcher: Fetcher, web: WebServer, text: bytes) -> None:
    web.pages[(HOST, "/")] = Page(raw=_bare(text))
    with pytest.raises(FetchError):
        await fetcher.get(f"{HERE}/")


async def test_a_bad_certificate_ends_it_before_a_byte_is_sent(
    names: NameServer, ca: trustme.CA, web: WebServer, fetcher: Fetcher
) -> None:
    with pytest.raises(PageRefused, match="certificate"):
        await fetcher.get("https://unnamed.example.org/")
    stranger = Fetcher(LabDialer(names, web.port), trust_of(trustme.CA()))
    with pytest.raises(PageRefused, match="certificate"):
        await stranger.get(f"{HERE}/")
    assert web.requests == []


async def test_nobody_there(names: NameServer, ca: trustme.CA, fetcher: Fetcher, web: WebServer) -> None:
    with pytest.raises(PageMissing, match="no such host"):
        await fetcher.get("https://www.example.com/")
    with pytest.raises(PageRefused, match="inside this computer"):
        await fetcher.get("https://inside.example.org/")
    port = web.port
    web.__exit__(None, None, None)
    try:
        with pytest.raises(PageMissing, match="no web server"):
            await Fetcher(LabDialer(names, port), trust_of(ca)).get(f"{HERE}/")
    finally:
        web.__enter__()


async def test_a_host_that_does_not_answer_is_given_up_early(names: NameServer, ca: trustme.CA) -> None:
    """A listener whose queue is full lets every further SYN go unanswered, as a dead host does."""
    with socket.socket() as full, contextlib.ExitStack() as clients:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            client = clients.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        dialer = LabDialer(names, full.getsockname()[1])
        with pytest.raises(FetchError, match=r"did not answer within 0\.2 s"):
            await Fetcher(dialer, trust_of(ca), dial_timeout_s=0.2).get(f"{HERE}/")


@pytest.mark.slow
async def test_time_in_which_this_program_had_no_turn_is_not_the_hosts(fetcher: Fetcher, web: WebServer) -> None:
    loop, over = asyncio.get_running_loop(), threading.Event()

    def hold_the_loop() -> None:
        time.sleep(1.5)
        over.set()

    def page(_: Request) -> Page:
        loop.call_soon_threadsafe(hold_the_loop)
        over.wait()
        return Page(b"hello")

    web.pages[(HOST, "/")] = page
    assert (await fetcher.get(f"{HERE}/", timeout_s=1.0)).body == b"hello"


async def test_words_before_tls_are_never_read(names: NameServer, ca: trustme.CA) -> None:
    """What somebody on the line sends before the handshake must not be taken for the page (T03)."""
    gone = asyncio.Event()

    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        await reader.read()
        writer.transport.abort()
        gone.set()

    async with await asyncio.start_server(hasty, "127.0.0.1", 0) as listening:
        dialer = LabDialer(names, listening.sockets[0].getsockname()[1])
        with pytest.raises(FetchError):
            await Fetcher(dialer, trust_of(ca)).get(f"{HERE}/")
        await _soon(lambda: dialer.open_sockets == 0)
        await gone.wait()


async def test_the_shared_context_learns_no_http(fetcher: Fetcher, ca: trustme.CA, names: NameServer) -> None:
    """A mail server may refuse a client that offers "http/1.1" (RFC 7301 §3.2)."""
    offered: list[str | None] = []
    trust = trust_of(ca)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(HOST).configure_cert(server)
    server.set_alpn_protocols(["http/1.1", "imap"])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        offered.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        await reader.readuntil(b"\r\n\r\n")  # who is cut off before the question is read may lose the answer
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.transport.abort()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server) as listening:
        port = listening.sockets[0].getsockname()[1]
        fetched = await Fetcher(LabDialer(names, port), trust).get(f"{HERE}/")
    assert fetched.status == 204
    assert offered == [None]


async def test_cancelling_closes_the_socket(names: NameServer, ca: trustme.CA, web: WebServer) -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def page(_: Request) -> Page:
        loop.call_soon_threadsafe(asked.set)
        return silent()

    web.pages[(HOST, "/")] = page
    dialer = LabDialer(names, web.port)
    task = asyncio.ensure_future(Fetcher(dialer, trust_of(ca)).get(f"{HERE}/"))
    await asked.wait()
    assert dialer.open_sockets == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await _soon(lambda: dialer.open_sockets == 0)


async def test_cancelling_in_the_handshake_closes_the_socket(names: NameServer, ca: trustme.CA) -> None:
    connected, gone = asyncio.Event(), asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.transport.abort()
        gone.set()

    async with await asyncio.start_server(mute, "127.0.0.1", 0) as listening:
        dialer = LabDialer(names, listening.sockets[0].getsockname()[1])
        task = asyncio.ensure_future(Fetcher(dialer, trust_of(ca)).get(f"{HERE}/"))
        await connected.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _soon(lambda: dialer.open_sockets == 0)
        await gone.wait()


async def test_nothing_stays_open(names: NameServer, ca: trustme.CA, web: WebServer) -> None:
    dialer = LabDialer(names, web.port)
    fetcher = Fetcher(dialer, trust_of(ca))
    web.pages[(HOST, "/drip")] = Page(raw=_drip)
    web.pages[(HOST, "/away")] = moved("http://www.example.org/")
    for path in ("/", "/away", "/missing", "/drip"):
        with contextlib.suppress(FetchError):
            await fetcher.get(f"{HERE}{path}", timeout_s=0.2)
    assert len(dialer.hosts) == 4
    await _soon(lambda: dialer.open_sockets == 0)


async def _soon(true: Callable[[], bool]) -> None:
    """Until it is true: closing takes a turn of the loop."""
    async with asyncio.timeout(0.5):
        while not true():  # noqa: ASYNC110 - sockets have no event to wait for
            await asyncio.sleep(0)
