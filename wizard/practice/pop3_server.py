"""A POP3 server (RFC 1939, 2449, 2595, 5034) over the account's Inbox."""

from __future__ import annotations

from wizard.practice.dialogue_server import Dialogue, TooLongError
from wizard.practice.mailbox import Folder, Message


class Pop3Dialogue(Dialogue):
    """One client's conversation."""

    _username: str | None = None
    _folder: Folder | None = None
    _messages: tuple[Message, ...] = ()
    _deleted: frozenset[int] = frozenset()

    async def run(self) -> None:
        self.say("+OK POP3 ready")
        while True:
            try:
                words = (await self.line.read_line()).decode("utf-8", "replace").split(" ")
            except TooLongError:
                self.say("-ERR Line too long")
                return
            verb, arguments = words[0].upper(), [word for word in words[1:] if word]
            match verb:
                case "CAPA":
                    self._capa()
                case "QUIT":
                    if self._folder is not None:
                        self._folder.remove(self._deleted)
                    self.say("+OK Bye")
                    return
                case "NOOP":
                    self.say("+OK")
                case "STLS" if self.may_start_tls:
                    self.say("+OK Begin TLS negotiation now")
                    await self.start_tls()
                case "AUTH" | "USER" | "PASS" if self._folder is None:
                    await self._sign_in(verb, arguments, " ".join(words[1:]))
                case "STAT" | "UIDL" | "LIST" if self._folder is not None and self.server.open_reply is not None:
                    self.say(self.server.open_reply)
                case "STAT" | "UIDL" | "LIST" | "TOP" | "RETR" | "DELE" | "RSET" if self._folder is not None:
                    self._transact(verb, arguments)
                case _:
                    self.say("-ERR Unknown command here")

    def _capa(self) -> None:
        words = ["TOP", "UIDL", "RESP-CODES", "PIPELINING"]
        if self.may_start_tls:
            words.append("STLS")
        if self.mechanisms:
            words += ["USER", "SASL " + " ".join(self.mechanisms)]
        self.say("\n".join(["+OK Capability list follows", *words, "."]))

    async def _sign_in(self, verb: str, arguments: list[str], rest: str) -> None:
        found: tuple[str, str] | None
        if not self.mechanisms:
            self.say("-ERR [AUTH] Plaintext sign-in is not allowed without TLS")
            return
        if verb == "USER":
            self._username = rest
            self.say("+OK")
            return
        if verb == "PASS":
            if self._username is None:
                self.say("-ERR USER first")
                return
            found = (self._username, rest)  # RFC 1939 §7: a password may hold blanks
            self._username = None
        else:
            mechanism = arguments[0].upper() if arguments else ""
            if mechanism not in self.mechanisms or mechanism == "XOAUTH2":
                self.say("-ERR Unsupported authentication mechanism")
                return
            found = await self.credentials(mechanism, arguments[1] if len(arguments) > 1 else None, self._challenge)
            if found is None:
                self.say("-ERR Authentication cancelled")
                return
        if not self.accepts(*found):
            self.say(self.server.refusal or "-ERR [AUTH] Authentication failed.")
            return
        self._folder = self.mailbox.folders["INBOX"]
        self._messages = tuple(self._folder.messages.values())
        self._deleted = frozenset()
        self.say("+OK Logged in.")

    async def _challenge(self, text: str) -> str:
        self.say(f"+ {text}")
        return (await self.line.read_line()).decode("ascii", "replace").strip()

    def _transact(self, verb: str, arguments: list[str]) -> None:
        there = {
            number: message for number, message in enumerate(self._messages, 1) if message.uid not in self._deleted
        }
        if verb == "STAT":
            self.say(f"+OK {len(there)} {sum(len(message.content) for message in there.values())}")
        elif verb == "RSET":
            self._deleted = frozenset()
            self.say("+OK")
        elif verb in ("UIDL", "LIST") and not arguments:
            self.say("\n".join(["+OK", *(f"{number} {_shown(verb, there[number])}" for number in there), "."]))
        else:
            number = int(arguments[0]) if arguments and arguments[0].isascii() and arguments[0].isdecimal() else 0
            message = there.get(number)
            if message is None:
                self.say("-ERR No such message")
            elif verb in ("UIDL", "LIST"):
                self.say(f"+OK {number} {_shown(verb, message)}")
            elif verb == "DELE":
                self._deleted |= {message.uid}
                self.say("+OK Marked to be deleted.")
            elif verb == "RETR":
                self._send(message.content)
            elif len(arguments) > 1 and arguments[1].isascii() and arguments[1].isdecimal():
                self._send(message.header + b"".join(message.body.splitlines(keepends=True)[: int(arguments[1])]))
            else:
                self.say("-ERR TOP takes a message and a number of lines")

    def _send(self, content: bytes) -> None:
        lines = content.removesuffix(b"\r\n").split(b"\r\n")
        stuffed = b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines)
        self.line.write(b"+OK\r\n" + stuffed + b".\r\n")


def _shown(verb: str, message: Message) -> str:
    return f"practice-{message.uid}" if verb == "UIDL" else str(len(message.content))
