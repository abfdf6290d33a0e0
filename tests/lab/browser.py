"""A person's browser without a person: opens a page, follows where it is sent, keeps what it saw."""

from __future__ import annotations

import http.client
import ssl
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

from tests.lab.certificates import Authority


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as the browser got it."""

    url: str
    status: int
    headers: dict[str, str]
    body: str


class Browser:
    """`with Browser(authority) as browser:`; give `browser.open` to whoever opens pages. Every name is 127.0.0.1."""

    def __init__(self, authority: Authority) -> None:
        self._context = authority.client_context()
        self._threads: list[threading.Thread] = []
        self.seen: list[Seen] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for thread in self._threads:
            thread.join()

    def open(self, url: str) -> bool:
        """Opens the page on the side, as webbrowser.open does."""
        thread = threading.Thread(target=self._visit, args=(url,))
        self._threads.append(thread)
        thread.start()
        return True

    def _visit(self, url: str) -> None:
        for _ in range(5):
            page = self._get(url)
            self.seen.append(page)
            if page.status != 302:
                return
            url = urljoin(url, page.headers["location"])

    def _get(self, url: str) -> Seen:
        parts = urlsplit(url)
        line: http.client.HTTPConnection
        if parts.scheme == "https":
            line = _Secure("127.0.0.1", parts.port or 443, timeout=10, context=self._context)
            line.server_name = parts.hostname or ""
        else:
            line = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=10)
        try:
            line.request("GET", f"{parts.path}?{parts.query}", headers={"Host": parts.netloc})
            answer = line.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Seen(url, answer.status, headers, answer.read().decode())
        finally:
            line.close()


class _Secure(http.client.HTTPSConnection):
    """HTTPS to a loopback address under the server's own name."""

    server_name = ""
    _context: ssl.SSLContext

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self.server_name)
