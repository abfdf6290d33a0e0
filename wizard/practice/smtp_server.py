"""A submission server (RFC 5321, 3207, 4954, 6409) that refuses as its scenario says."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from typing import Final
from typing import Protocol as Interface

from wizard.practice.dialogue_server import Dialogue, Line, TooLongError
from wizard.practice.mailbox import Mailbox
from wizard.practice.scenarios import PracticeServer, Scenario

MAX_MESSAGE: Final = 25 * 1024 * 1024
MAX_RECIPIENTS: Final = 100
_PATH = re.compile(r"(FROM|TO):\s*<([^<>]*)>(.*)", re.IGNORECASE)


class PostOffice(Interface):
    """Who takes accepted messages."""

    def refusal(self, recipient: str) -> str | None:
        """The reply for a recipient that does not exist; None when there is one."""

    def post(self, sender: str, recipients: list[str], content: bytes, server: str) -> None:
        """Delivers a little later."""


class SmtpDialogue(Dialogue):
    """One client's conversation."""

    def __init__(
        self,
        line: Line,
        server: PracticeServer,
        scenario: Scenario,
        mailbox: Mailbox,
        context: Callable[[], ssl.SSLContext],
        post_office: PostOffice,
    ) -> None:
        super().__init__(line, server, scenario, mailbox, context)
        self._post_office = post_office
        self._forget()

    def _forget(self) -> None:
        self._greeted = False
        self._signed_in = False
        self._reset()

    def _reset(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def run(self) -> None:
        self.say(f"220 {self.server.host} ESMTP ready")
        while True:
            try:
                text = (await self.line.read_line()).decode("utf-8", "replace")
            except TooLongError:
                self.say("500 5.5.2 Line too long")
                return
            verb, _, rest = text.partition(" ")
            match verb.upper():
                case "EHLO" | "HELO" if self.server.helo_reply is not None:
                    self.say(self.server.helo_reply)
                case "EHLO":
                    self._ehlo()
                case "HELO":
                    self._greeted = True
                    self.say(f"250 {self.server.host}")
                case "STARTTLS":
                    await self._starttls()
                case "AUTH":
                    await self._auth(rest.strip())
                case "MAIL":
                    self._mail(rest)
                case "RCPT":
                    self._rcpt(rest)
                case "DATA":
                    await self._data()
                case "RSET":
                    self._reset()
                    self.say("250 2.0.0 Ok")
                case "NOOP":
                    self.say("250 2.0.0 Ok")
                case "VRFY":
                    self.say("252 2.0.0 Send a message and see")
                case "QUIT":
                    self.say("221 2.0.0 Bye")
                    return
                case _:
                    self.say("502 5.5.2 Error: command not recognized")

    def _ehlo(self) -> None:
        self._greeted = True
        self._reset()
        words = [self.server.host, "PIPELINING", f"SIZE {MAX_MESSAGE}"]
        if self.may_start_tls:
            words.append("STARTTLS")
        if self.mechanisms:
            words.append("AUTH " + " ".join(self.mechanisms))
        words += ["ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"]
        self.say("\n".join([*(f"250-{word}" for word in words[:-1]), f"250 {words[-1]}"]))

    async def _starttls(self) -> None:
        if not self.may_start_tls:
            self.say("502 5.5.1 Error: command not implemented")
            return
        self.say("220 2.0.0 Ready to start TLS")
        await self.start_tls()
        self._forget()

    async def _auth(self, text: str) -> None:
        mechanism, _, initial = text.partition(" ")
        mechanism = mechanism.upper()
        if self._signed_in or self._sender is not None:
            self.say("503 5.5.1 Error: already signed in or in a message")
        elif self.may_start_tls:
            self.say("530 5.7.0 Must issue a STARTTLS command first")
        elif not self.mechanisms:
            self.say("503 5.5.1 Error: authentication not enabled")
        elif mechanism not in self.mechanisms or mechanism == "XOAUTH2":
            self.say("504 5.5.4 Unrecognized authentication type")
        else:
            found = await self.credentials(mechanism, initial.strip() or None, self._challenge)
            if found is None:
                self.say("501 5.5.2 Cannot decode the response")
            elif self.accepts(*found):
                self._signed_in = True
                self.say("235 2.7.0 Authentication successful")
            else:
                self.say(self.server.refusal or "535 5.7.8 Error: authentication failed: (reason unavailable)")

    async def _challenge(self, text: str) -> str:
        self.say(f"334 {text}")
        return (await self.line.read_line()).decode("ascii", "replace").strip()

    def _mail(self, text: str) -> None:
        path = _PATH.fullmatch(text.strip())
        if not self._greeted:
            self.say("503 5.5.1 Error: send EHLO first")
        elif self.may_start_tls:
            self.say("530 5.7.0 Must issue a STARTTLS command first")
        elif not self._signed_in and not self.server.relays:
            self.say("530 5.7.0 Authentication required")
        elif self._sender is not None:
            self.say("503 5.5.1 Error: nested MAIL command")
        elif path is None or path[1].upper() != "FROM":
            self.say("501 5.5.4 Syntax: MAIL FROM:<address>")
        elif (size := re.search(r"\bSIZE=(\d{1,20})", path[3], re.IGNORECASE)) and int(size[1]) > MAX_MESSAGE:
            self.say("552 5.3.4 Message size exceeds fixed limit")
        elif self.server.mail_reply is not None:
            self.say(self._filled(self.server.mail_reply, path[2]))
        else:
            self._sender = path[2]
            self.say("250 2.1.0 Ok")

    def _rcpt(self, text: str) -> None:
        path = _PATH.fullmatch(text.strip())
        if self._sender is None:
            self.say("503 5.5.1 Error: need MAIL command")
        elif path is None or path[1].upper() != "TO" or "@" not in path[2]:
            self.say("501 5.5.4 Syntax: RCPT TO:<address>")
        elif len(self._recipients) >= MAX_RECIPIENTS:
            self.say("452 4.5.3 Too many recipients")
        elif self.server.rcpt_reply is not None:
            self.say(self._filled(self.server.rcpt_reply, path[2]))
        elif (refusal := self._post_office.refusal(path[2])) is not None:
            self.say(refusal)
        else:
            self._recipients.append(path[2])
            self.say("250 2.1.5 Ok")

    def _filled(self, reply: str, address: str) -> str:
        return reply.replace("{address}", address)

    async def _data(self) -> None:
        if self._sender is None or not self._recipients:
            self.say("503 5.5.1 Error: need RCPT command")
            return
        self.say("354 End data with <CR><LF>.<CR><LF>")
        content = await self._content()
        if content is None:
            self.say("552 5.3.4 Message size exceeds fixed limit")
        elif self.server.data_reply is not None:
            self.say(self.server.data_reply)
        else:
            self._post_office.post(self._sender, self._recipients, content, self.server.host)
            self.say("250 2.0.0 Ok: queued")
        self._reset()

    async def _content(self) -> bytes | None:
        """The message, dots unstuffed (RFC 5321 §4.5.2); None when it is too large."""
        lines: list[bytes] = []
        size = 0
        while (line := await self.line.read_line()) != b".":
            size += len(line) + 2
            if size <= MAX_MESSAGE:
                lines.append(line.removeprefix(b"."))
        return None if size > MAX_MESSAGE else b"".join(line + b"\r\n" for line in lines)
