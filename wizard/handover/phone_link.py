"""A profile offered to one phone in the same network: one file at one path that nobody can guess, for five minutes."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from wizard.errors import HandoverError
from wizard.handover.sheet import HandoverFile
from wizard.language import tr
from wizard.net.visitors import Done, visitors

OFFER_S: Final = 300.0


class PhoneLink:
    """The file as long as its `async with offering(...)` block runs; `on_taken` is told each time it was handed out.

    Whoever asks for another path, by another name or in another way is told that there is nothing. In clear, because a
    phone trusts no certificate of this computer's own: the file holds no secret.
    """

    def __init__(self, file: HandoverFile, host: str, on_taken: Callable[[], None]) -> None:
        self._file, self._host, self._on_taken = file, host, on_taken
        self._path = f"/{secrets.token_urlsafe(16)}"  # 128 bits

    @property
    def url(self) -> str:
        """What the phone opens."""
        return f"http://{self._host}{self._path}"

    def answer(self, head: bytes) -> tuple[bytes, Done | None]:
        """The file to whoever asks for it, nothing to others."""
        return (self._page(), self._on_taken) if self._is_ours(head) else (_NOTHING, None)

    def _is_ours(self, head: bytes) -> bool:
        """Whether it asks for the one file, of this computer by its address: no page elsewhere can borrow that name."""
        lines = head.decode("latin-1").split("\r\n")
        hosts = [line[5:].strip() for line in lines[1:] if line[:5].lower() == "host:"]
        asked = [f"GET {self._path} HTTP/1.{minor}" for minor in "01"]
        return hosts == [self._host] and any(secrets.compare_digest(lines[0].encode(), one.encode()) for one in asked)

    def _page(self) -> bytes:
        content = self._file.content
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: {self._file.media_type}\r\nContent-Length: {len(content)}\r\n"
            'Content-Disposition: attachment; filename="mail.mobileconfig"\r\n'
            "Connection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n"
        )
        return head.encode() + content


_NOTHING: Final = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\nCache-Control: no-store\r\n\r\n"


@asynccontextmanager
async def offering(file: HandoverFile, address: str, on_taken: Callable[[], None]) -> AsyncIterator[PhoneLink]:
    """Offers the file at this address of this computer, on a port of the system's choice; nothing is left afterwards.

    Raises:
        HandoverError: the file holds a secret, or this computer does not have that address.
    """
    if file.holds_secret:
        raise HandoverError(tr("A file with a password in it is not offered to the network."))
    async with AsyncExitStack() as stack:
        try:
            phones = await stack.enter_async_context(visitors(address))
        except OSError as error:
            reason = error.strerror or error
            raise HandoverError(
                tr("The file cannot be offered at {address}: {reason}.", address=address, reason=reason)
            ) from error
        link = PhoneLink(file, phones.host, on_taken)
        phones.begin(link.answer)
        yield link
