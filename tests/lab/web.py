"""A real HTTPS server on loopback, its certificate by trustme, that counts what it is asked and can misbehave."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, cast

import trustme

from wizard.net.dial import Dialed, Dialer, SystemDialer
from wizard.net.dns import DnsResolver
from wizard.net.tls import Trust

if TYPE_CHECKING:
    from tests.lab.names import NameServer


@dataclass(frozen=True, slots=True)
class Request:
    """What came: the whole path with its query, and the headers by lower-case name."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered. `raw` writes the answer itself and is told when the server ends."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: Callable[[BinaryIO, threading.Event], None] | None = None


def moved(to: str, status: int = 302) -> Page:
    """A redirect."""
    return Page(status=status, headers={"Location": to})


def silent() -> Page:
    """No answer for as long as the server runs."""
    return Page(raw=lambda _, ended: cast(None, ended.wait()))


class WebServer:
    """`with WebServer(ca, {("autoconfig.example.org", "/mail/config-v1.1.xml"): Page(xml)}) as web:`.

    Args:
        ca: signs the certificate.
        pages: by host and path, without the query; a page may be a function of the request. All else is 404.
        names: further names of the certificate; those in `pages` are in it anyhow.
    """

    def __init__(
        self,
        ca: trustme.CA,
        pages: Mapping[tuple[str, str], Page | Callable[[Request], Page]],
        names: Sequence[str] = (),
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.pages = dict(pages)
        self.requests: list[Request] = []
        self.connections = 0
        self.open = 0
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._ca = ca
        self._names = [*dict.fromkeys([*(host for host, _ in pages), *names])]
        self._bind = (host, port)
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def host(self) -> str:
        """The address it listens at."""
        return self._bind[0]

    @property
    def port(self) -> int:
        """The port it listens at."""
        assert self._server is not None
        return self._server.server_address[1]

    def count(self, host: str, path: str) -> int:
        """How often a path was asked for, whatever the query."""
        return sum(1 for request in self.requests if (request.host, request.path.partition("?")[0]) == (host, path))

    def __enter__(self) -> WebServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if self._names:
            self._ca.issue_cert(*self._names).configure_cert(context)
        self._server = _Server(self._bind, _handler(self), context, self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def let_go(self) -> None:
        """Ends the silence of all who wait for an answer now."""
        ended, self.ended = self.ended, threading.Event()
        ended.set()

    def came(self, request: Request) -> Page:
        """Notes the request and finds its page."""
        with self._lock:
            self.requests.append(request)
        found = self.pages.get((request.host, request.path.partition("?")[0]), Page(status=404))
        return found if isinstance(found, Page) else found(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128  # with socketserver's 5, a burst of connections waits a second for its second SYN

    def __init__(
        self, bind: tuple[str, int], handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext, web: WebServer
    ) -> None:
        self._context = context
        self._web = web
        super().__init__(bind, handler)

    def finish_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        assert isinstance(request, socket.socket)
        self._web.connections += 1
        self._web.open += 1
        request.settimeout(10)
        try:
            with self._context.wrap_socket(request, server_side=True, suppress_ragged_eofs=True) as secured:
                self.RequestHandlerClass(secured, client_address, self)  # type: ignore[arg-type]  # only passed through
        except (OSError, ValueError):
            pass  # the other side went away, which is what some tests are about
        finally:
            self._web.open -= 1

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a client that leaves is no error here."""


def _handler(web: WebServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            host = headers.get("host", "").partition(":")[0]
            page = web.came(Request(self.command, host, self.path, headers, body))
            self.close_connection = True
            if page.raw is not None:
                page.raw(cast(BinaryIO, self.wfile), web.ended)
                return
            self.send_response(page.status)
            for name, value in {"Content-Length": str(len(page.body)), **page.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    return Handler


class LabDialer:
    """Dials like SystemDialer in a lab, and finds port 443 where the test's server really listens."""

    def __init__(self, names: NameServer, https_port: int) -> None:
        self._inner: Dialer = SystemDialer(DnsResolver(names.address), lab=True)
        self._https_port = https_port
        self._sockets: list[socket.socket] = []
        self.hosts: list[str] = []

    @property
    def open_sockets(self) -> int:
        """How many of the sockets it handed out are still open."""
        return sum(1 for sock in self._sockets if sock.fileno() != -1)

    async def dial(
        self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
    ) -> Dialed:
        self.hosts.append(host)
        port = self._https_port if port == 443 else port
        dialed = await self._inner.dial(host, port, given=given, on_found=on_found)
        self._sockets.append(dialed.sock)
        return dialed


def trust_of(ca: trustme.CA) -> Trust:
    """Trust in this authority alone."""
    return Trust(only_ca_data=ca.cert_pem.bytes().decode("ascii"))
