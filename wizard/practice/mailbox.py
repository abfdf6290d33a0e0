"""Mailboxes in memory: what SMTP delivers is what IMAP and POP3 show."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct, field

SPECIAL_USE = {"Drafts": r"\Drafts", "Junk": r"\Junk", "Sent": r"\Sent", "Trash": r"\Trash"}  # RFC 6154
UID_VALIDITY = 1


class Message(Struct):
    """A stored message; `content` is as it goes over the wire, lines ended by CRLF."""

    uid: int
    content: bytes
    arrived_at: datetime
    flags: set[str] = field(default_factory=set)

    @property
    def header(self) -> bytes:
        """The header with the empty line that ends it."""
        head, separator, _ = self.content.partition(b"\r\n\r\n")
        return head + (separator or b"\r\n\r\n")

    @property
    def body(self) -> bytes:
        """What follows the header."""
        return self.content.partition(b"\r\n\r\n")[2]

    def header_fields(self) -> list[tuple[str, bytes]]:
        """Lower-case name and whole field, folded as it came (RFC 5322 §2.2)."""
        fields: list[tuple[str, bytes]] = []
        for line in self.header.removesuffix(b"\r\n").splitlines(keepends=True):
            if line[:1] in (b" ", b"\t") and fields:
                name, text = fields[-1]
                fields[-1] = (name, text + line)
            else:
                fields.append((line.partition(b":")[0].decode("ascii", "replace").strip().lower(), line))
        return [(name, text) for name, text in fields if name]

    def header_text(self, name: str) -> str:
        """All values of a field in one lower-case text, to search in."""
        values = [text.partition(b":")[2] for found, text in self.header_fields() if found == name.lower()]
        return b" ".join(values).decode("utf-8", "replace").lower()


class Folder:
    """Messages by UID, in order of arrival."""

    def __init__(self) -> None:
        self.messages: dict[int, Message] = {}
        self.uid_next = 1
        self._watchers: set[asyncio.Event] = set()

    def add(self, content: bytes) -> Message:
        """Stores a message and wakes who watches."""
        message = Message(self.uid_next, content, datetime.now(UTC))
        self.messages[message.uid] = message
        self.uid_next += 1
        self._changed()
        return message

    def remove(self, uids: Iterable[int]) -> None:
        """Drops messages for good."""
        for uid in uids:
            self.messages.pop(uid, None)
        self._changed()

    def watch(self) -> asyncio.Event:
        """An event that is set whenever something changes; give it back with `unwatch`."""
        event = asyncio.Event()
        self._watchers.add(event)
        return event

    def unwatch(self, event: asyncio.Event) -> None:
        """Ends a watch."""
        self._watchers.discard(event)

    def _changed(self) -> None:
        for event in self._watchers:
            event.set()


class Mailbox:
    """One account's folders."""

    def __init__(self) -> None:
        self.folders = {name: Folder() for name in ("INBOX", *SPECIAL_USE)}

    def folder(self, name: str) -> Folder | None:
        """The folder of that name; INBOX in any case (RFC 3501 §5.1)."""
        return self.folders.get("INBOX" if name.upper() == "INBOX" else name)
