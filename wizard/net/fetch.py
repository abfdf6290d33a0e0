"""HTTPS pages from strangers: bounded in size, time and redirects, and without anything secret in reach."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode, urljoin, urlsplit, urlunsplit

from msgspec import Struct

from wizard.errors import FetchError
from wizard.imports import begin_import, imported
from wizard.language import tr
from wizard.model.evidence import ErrorKind
from wizard.net.dial import Dialer, DialFailed
from wizard.net.patience import within
from wizard.net.sites import same_site
from wizard.net.tls import Trust

if TYPE_CHECKING:
    import httpcore

MAX_BODY_BYTES = 256 * 1024
MAX_RAW_BYTES = MAX_BODY_BYTES + 64 * 1024  # headers and the framing of chunks
MAX_REDIRECTS = 3
_HTTP = ("httpcore", "anyio.abc", "anyio.lowlevel", "anyio.streams.tls", "anyio.streams.memory")
DIAL_TIMEOUT_S = 2.0  # a SYN that was lost is sent again after one second; a dead host costs no more than this
_REDIRECTS = (301, 302, 303, 307, 308)

Headers = Iterable[tuple[str, str]]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class PageMissing(FetchError):
    """There is no such host, nobody listens there, or it sends on in circles of its own: nothing to be had."""


class PageRefused(FetchError):
    """There was an answer that we do not accept; str() says why."""


class Fetched(Struct, frozen=True):
    """An answer: the address it came from in the end, its status, its body, the hosts on the way, first to last."""

    url: str
    status: int
    body: bytes
    hops: tuple[str, ...]


class Fetcher:
    """Fetches pages over HTTPS.

    Never plain http, at most three redirects, at most 256 KiB, never a cookie, never an Authorization header, whatever
    the server asks for (T30 to T33).

    Args:
        dialer: makes the connections, so that its policy on addresses holds and a name is resolved once.
        trust: whose certificates are accepted.
        dial_timeout_s: how long a host may take to be connected to.
    """

    def __init__(self, dialer: Dialer, trust: Trust, *, dial_timeout_s: float = DIAL_TIMEOUT_S) -> None:
        self._dialer = dialer
        self._trust = trust
        self._dial_timeout_s = dial_timeout_s

    async def get(
        self, url: str, *, timeout_s: float = 4.0, headers: Headers = (), private: str | None = None
    ) -> Fetched:
        """The page at `url`, redirects followed; `timeout_s` bounds the whole exchange.

        `private` is a text (an address) for the first host's site alone: a redirect that would carry it to another site
        loses the query parameters that hold it, and is refused where it stands in the path.

        Raises:
            PageMissing: nobody is there.
            PageRefused: what came is not acceptable.
            FetchError: no answer in time, or the line broke.
        """
        return await self._within(timeout_s, self._follow("GET", url, b"", tuple(headers), private, False))

    async def post(
        self, url: str, body: bytes, content_type: str, *, timeout_s: float = 4.0, headers: Headers = ()
    ) -> Fetched:
        """The answer to `body`, sent to `url`; redirects to another site are refused, for the body is private.

        Raises: as `get`.
        """
        sent = (*headers, ("Content-Type", content_type))
        return await self._within(timeout_s, self._follow("POST", url, body, sent, None, True))

    async def _within(self, timeout_s: float, exchange: Any) -> Fetched:
        try:
            with within(timeout_s):
                fetched: Fetched = await exchange
                return fetched
        except TimeoutError:
            raise FetchError(tr("no answer within {seconds} s", seconds=f"{timeout_s:g}")) from None

    async def _follow(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: tuple[tuple[str, str], ...],
        private: str | None,
        at_home: bool,
    ) -> Fetched:
        first = _checked(url)
        ports = {443, urlsplit(url).port or 443}  # a page sends on to web servers, or to where the person pointed us
        hops: list[str] = []
        for _ in range(MAX_REDIRECTS + 1):
            host = _checked(url, ports)
            hops.append(host)
            status, location, content = await self._exchange(method, url, body, headers)
            if status not in _REDIRECTS or location is None:
                return Fetched(url, status, content, tuple(hops))
            url = _joined(url, location)
            target = _checked(url, ports)
            if not same_site(first, target):
                if at_home:
                    raise PageRefused(tr("it sends on to another domain, {domain}", domain=target))
                url = _without(url, private)
            if method == "POST" and status in (301, 302, 303):
                # RFC 9110 §15.4 lets a POST become a GET here; what asks with a POST has no use for that.
                method, body = "GET", b""
        raise PageRefused(tr("more than {n} redirects", n=MAX_REDIRECTS))

    async def _exchange(
        self, method: str, url: str, body: bytes, headers: tuple[tuple[str, str], ...]
    ) -> tuple[int, str | None, bytes]:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
        transport = await self._connected(host, port)
        try:
            begin_import(*_HTTP)  # during the handshake: most of those who are asked are not there
            stream = await self._encrypted(transport, host)
            await imported(*_HTTP)
            return await self._exchanged(stream, method, url, body, headers)
        finally:
            transport.abort()

    async def _connected(self, host: str, port: int) -> asyncio.Transport:
        try:
            with within(self._dial_timeout_s):
                dialed = await self._dialer.dial(host, port)
            return await _opened(dialed.sock)
        except TimeoutError:
            said = tr("the host did not answer within {seconds} s", seconds=f"{self._dial_timeout_s:g}")
            raise FetchError(said) from None
        except DialFailed as error:
            raise _not_dialed(error) from error
        except OSError as error:
            raise FetchError(tr("the connection broke")) from error

    async def _encrypted(self, transport: asyncio.Transport, host: str) -> Stream:
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        loop = asyncio.get_running_loop()
        try:
            context = await self._trust.ready()
            if transport.is_closing():
                raise EOFError("the server spoke before the handshake")
            encrypted = await loop.start_tls(transport, protocol, context, server_hostname=host)
            if encrypted is None:
                raise EOFError("the connection was closed before the handshake")
        except ssl.SSLCertVerificationError as error:
            said = tr("the certificate is not good for it: {reason}", reason=error.verify_message)
            raise PageRefused(said) from error
        except (OSError, EOFError) as error:
            raise FetchError(tr("the connection broke")) from error
        protocol.connection_made(encrypted)
        return reader, asyncio.StreamWriter(encrypted, protocol, reader, loop)

    async def _exchanged(
        self, stream: Stream, method: str, url: str, body: bytes, headers: tuple[tuple[str, str], ...]
    ) -> tuple[int, str | None, bytes]:
        import httpcore

        parts = urlsplit(url)
        sent = [
            ("Host", parts.netloc),
            ("User-Agent", "Mailwright"),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),  # a compressed body could be a bomb (T23)
            ("Connection", "close"),
            *headers,
        ]
        if body or method == "POST":
            sent.append(("Content-Length", str(len(body))))
        target = parts.path or "/"
        if parts.query:
            target += f"?{parts.query}"
        port = parts.port or 443
        # httpcore sets ALPN on the context it is given. The shared one must not learn "http/1.1", since mail servers
        # refuse it; so httpcore gets an empty one, and the handshake was made with ours.
        unused = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        backend = _backend(*stream)
        pool = httpcore.AsyncConnectionPool(ssl_context=unused, network_backend=backend, max_keepalive_connections=0)
        request_url = httpcore.URL(
            scheme=b"https", host=(parts.hostname or "").encode("ascii"), port=port, target=target.encode("ascii")
        )
        try:
            async with pool, pool.stream(method, request_url, headers=sent, content=body or None) as response:
                location, size = _judged(response.headers)
                if response.status in _REDIRECTS and location is not None:
                    return response.status, location, b""
                if size is not None and size > MAX_BODY_BYTES:
                    raise _too_large()
                content = bytearray()
                async for chunk in response.aiter_stream():
                    content += chunk
                if len(content) > MAX_BODY_BYTES:
                    raise _too_large()
                return response.status, None, bytes(content)
        except (httpcore.ProtocolError, httpcore.NetworkError, httpcore.TimeoutException, OSError, EOFError) as error:
            raise FetchError(tr("the connection broke")) from error


def _judged(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str | None, int | None]:
    """Where an answer sends on to, and how large it says it is."""
    location: str | None = None
    size: int | None = None
    for name, value in headers:
        match name.lower():
            case b"location":
                location = value.decode("latin-1").strip()
            case b"content-encoding" if value.strip().lower() not in (b"", b"identity"):
                raise PageRefused(tr("the page is compressed, which was not asked for"))
            case b"content-length" if value.strip().isdigit():
                size = int(value[:20])
    return location, size


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise PageRefused(tr("it sends on to something that is no address")) from None


def _checked(url: str, ports: Collection[int] | None = None) -> str:
    """The host of an address that may be fetched, from one of these ports."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise PageRefused(tr("it sends on to something that is no address")) from None
    if parts.scheme == "http":
        raise PageRefused(tr("it sends on without encryption (http)"))
    if parts.scheme != "https":
        raise PageRefused(tr("only https is fetched"))
    host = parts.hostname
    if not host or parts.username is not None or parts.password is not None or not url.isascii():
        raise PageRefused(tr("it sends on to something that is no plain address"))
    if any(ord(character) <= 32 or ord(character) == 127 for character in url):
        raise PageRefused(tr("it sends on to something that is no plain address"))
    if ports is not None and port is not None and port not in ports:
        raise PageRefused(tr("it sends on to port {port}", port=port))
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    raise PageRefused(tr("it sends on to a bare IP address"))


def _without(url: str, private: str | None) -> str:
    """`url` without the query parameters that hold the private text."""
    parts = urlsplit(url)
    query = parts.query
    if private is not None:
        needle = private.casefold()
        if needle in unquote(parts.path).casefold():
            raise PageRefused(tr("it would carry the whole address to {host}", host=parts.hostname))
        if needle in unquote_plus(query).casefold():
            pairs = parse_qsl(query, keep_blank_values=True)
            query = urlencode([pair for pair in pairs if needle not in "=".join(pair).casefold()], quote_via=quote)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _too_large() -> PageRefused:
    return PageRefused(tr("the page is larger than {n} KiB", n=MAX_BODY_BYTES // 1024))


def _not_dialed(error: DialFailed) -> FetchError:
    match error.kind:
        case ErrorKind.NAME_NOT_FOUND:
            return PageMissing(tr("there is no such host"))
        case ErrorKind.CONNECTION_REFUSED:
            return PageMissing(tr("no web server there"))
        case ErrorKind.ADDRESS_REFUSED_BY_US:
            return PageRefused(tr("its name leads to an address inside this computer or its line"))
        case ErrorKind.OWN_NETWORK:
            addresses = ", ".join(error.addresses)
            return PageRefused(tr("its name leads into your own network ({addresses})", addresses=addresses))
        case _:
            return FetchError(tr("the host could not be reached"))


def _backend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> httpcore.AsyncNetworkBackend:
    """What speaks over a connection for httpcore; made here, for httpcore is imported only when somebody is there."""
    import httpcore

    class Backend(httpcore.AsyncNetworkBackend):
        async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
            return Encrypted()

        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(seconds)

    class Encrypted(httpcore.AsyncNetworkStream):
        """The connection, on which the handshake was made already."""

        _left = MAX_RAW_BYTES

        async def start_tls(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
            return self

        async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            # Counted here, before anything is unpacked. Leaving httpcore's loop over the body early instead would leave
            # its generators to the garbage collector.
            data = await reader.read(max_bytes)
            self._left -= len(data)
            if self._left < 0:
                raise _too_large()
            return data

        async def write(self, buffer: bytes, timeout: float | None = None) -> None:
            writer.write(buffer)
            await writer.drain()

        async def aclose(self) -> None:
            writer.transport.abort()  # a peer that ignores close_notify would hold the socket (T36)

        def get_extra_info(self, info: str) -> Any:
            return None

    return Backend()


class _Clear(asyncio.Protocol):
    """The connection before TLS: a server that speaks now is cut off, so that nothing of it is read as encrypted."""

    _transport: asyncio.BaseTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.close()


async def _opened(sock: socket.socket) -> asyncio.Transport:
    try:
        transport, _ = await asyncio.get_running_loop().create_connection(_Clear, sock=sock)
    except BaseException:
        sock.close()
        raise
    return transport
