"""What IMAP and POP3 share: a line, its greeting, and a name for whatever else answers there."""

from __future__ import annotations

from wizard.model.evidence import ErrorKind, Stage
from wizard.probe.conversation import Mailbox
from wizard.probe.error_kinds import StageFailed, what_speaks
from wizard.probe.line import Line

_MAIL = {"smtp", "imap", "pop3"}


class LineConversation(Mailbox):
    """A mailbox read line by line."""

    _new_wire = Line

    @property
    def _line(self) -> Line:
        if not isinstance(self.connector.wire, Line):
            raise ConnectionResetError("not connected")
        return self.connector.wire

    @property
    def is_open(self) -> bool:
        """Whether the line still stands."""
        return isinstance(self.connector.wire, Line) and self.connector.wire.is_open

    @property
    def is_quiet(self) -> bool:
        """Whether the line stands and nothing came that was not asked for."""
        return isinstance(self.connector.wire, Line) and self.connector.wire.is_quiet

    async def _first_line(self) -> str:
        text = (await self.connector.first_words(lambda: self._line.readline())).decode("utf-8", "replace")
        self.recorder.received(text)
        return text

    async def _not_ours(self, text: str) -> StageFailed:
        """The failure of a greeting that is none of this protocol: who speaks instead."""
        first = self._line.first_bytes
        speaks = what_speaks(first)
        reply = self.recorder.make_reply(text)
        if speaks == "http":
            detail = await self.connector.seen_on_the_web(first)
            return StageFailed(Stage.GREETING, ErrorKind.NOT_MAIL, reply=reply, detail=detail)
        stage, kind = Stage.GREETING, ErrorKind.NOT_MAIL
        if speaks == "tls":
            stage, kind = Stage.TLS, ErrorKind.TLS_WHERE_PLAINTEXT
        elif speaks in _MAIL - {self.candidate.protocol.value}:
            kind = ErrorKind.OTHER_PROTOCOL
        return StageFailed(stage, kind, reply=reply, detail={"speaks": speaks})
