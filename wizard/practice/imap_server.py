"""An IMAP server (RFC 3501 with SASL-IR, LITERAL+, IDLE, UIDPLUS, SPECIAL-USE) over the account's folders."""

from __future__ import annotations

import asyncio
import re
from typing import Final

from wizard.practice.dialogue_server import Dialogue, TooLongError
from wizard.practice.imap_grammar import BadCommandError, Token, numbers, quoted, read_command
from wizard.practice.imap_search import internal_date, search
from wizard.practice.mailbox import SPECIAL_USE, UID_VALIDITY, Folder, Message

_SECTION = re.compile(r"BODY(\.PEEK)?\[([^\]]*)\](?:<(\d{1,9})\.(\d{1,9})>)?", re.IGNORECASE)
_FLAGS: Final = r"\Answered \Flagged \Deleted \Seen \Draft"


class _RefusalError(Exception):
    """The command cannot be done; str() is the words after NO."""


class ImapDialogue(Dialogue):
    """One client's conversation. `_seen` are the UIDs the client knows, in the order of its message numbers."""

    _signed_in = False
    _name = ""
    _folder: Folder | None = None
    _seen: list[int]
    _read_only = False
    _leaving = False

    async def run(self) -> None:
        self._seen = []
        self.say(f"* OK [CAPABILITY {self._capabilities()}] {self.server.host} ready.")
        while not self._leaving:
            try:
                words = await read_command(self.line)
            except TooLongError:
                self.say("* BYE Command too long")
                return
            except BadCommandError:
                self.say("* BAD Command not understood")
                continue
            if len(words) < 2 or not isinstance(words[0], str) or not isinstance(words[1], str):
                self.say("* BAD Tag and command expected")
                continue
            tag, verb, arguments = words[0], words[1].upper(), words[2:]
            by_uid = verb == "UID" and bool(arguments) and isinstance(arguments[0], str)
            if by_uid:
                verb = str(arguments.pop(0)).upper()
            try:
                done = await self._do(verb, arguments, by_uid, tag)
                if self._folder is not None and (by_uid or verb in ("NOOP", "CHECK", "EXPUNGE", "IDLE")):
                    self._tell_changes()
                if done:
                    self.say(f"{tag} OK {done}")
            except BadCommandError:
                self.say(f"{tag} BAD Command not understood here")
            except _RefusalError as refusal:
                self.say(f"{tag} {refusal}")

    def _capabilities(self) -> str:
        words = ["IMAP4rev1", "LITERAL+", "SASL-IR", "ID", "ENABLE", "IDLE", "SPECIAL-USE", "UIDPLUS"]
        if self.may_start_tls:
            words.append("STARTTLS")
        words += [f"AUTH={mechanism}" for mechanism in self.mechanisms]
        if "LOGIN" not in self.mechanisms:
            words.append("LOGINDISABLED")
        return " ".join(words)

    async def _do(self, verb: str, arguments: list[Token], by_uid: bool, tag: str) -> str | None:
        """The words after OK; None when the answer was given already. Raises BadCommandError or _RefusalError."""
        match verb:
            case "CAPABILITY":
                self.say(f"* CAPABILITY {self._capabilities()}")
            case "NOOP" | "CHECK":
                pass
            case "ID":
                self.say('* ID ("name" "Mailwright practice")')
            case "LOGOUT":
                self.say("* BYE Logging out")
                self._leaving = True
            case "STARTTLS" if self.may_start_tls:
                self.say(f"{tag} OK Begin TLS negotiation now.")
                await self.start_tls()
                return None
            case "LOGIN" if not self._signed_in:
                username, password = _texts(arguments, 2)
                if "LOGIN" not in self.mechanisms:
                    raise _RefusalError("NO [PRIVACYREQUIRED] LOGIN is not allowed here.")
                return self._sign_in((username, password))
            case "AUTHENTICATE" if not self._signed_in:
                return await self._authenticate(arguments)
            case _ if not self._signed_in:
                raise BadCommandError
            case _:
                return await self._do_signed_in(verb, arguments, by_uid, tag)
        return f"{verb} completed."

    async def _do_signed_in(self, verb: str, arguments: list[Token], by_uid: bool, tag: str) -> str | None:
        match verb:
            case "ENABLE":
                self.say("* ENABLED")
            case "LIST" | "LSUB" | "SELECT" | "EXAMINE" | "STATUS" if self.server.open_reply is not None:
                raise _RefusalError(self.server.open_reply)
            case "LIST" | "LSUB":
                self._list(verb, arguments)
            case "SELECT" | "EXAMINE":
                return self._select(verb, arguments)
            case "STATUS":
                self._status(arguments)
            case "IDLE":
                await self._idle()
            case "SUBSCRIBE" | "UNSUBSCRIBE":
                _texts(arguments, 1)
            case _ if self._folder is None:
                raise BadCommandError
            case _:
                return self._do_selected(verb, arguments, by_uid, self._folder)
        return f"{verb} completed."

    def _do_selected(self, verb: str, arguments: list[Token], by_uid: bool, folder: Folder) -> str:
        match verb:
            case "SEARCH":
                messages = [folder.messages[uid] for uid in self._seen if uid in folder.messages]
                found = search(arguments, messages)
                places = [message.uid if by_uid else self._seen.index(message.uid) + 1 for message in found]
                self.say(" ".join(["* SEARCH", *map(str, places)]))
            case "FETCH":
                self._fetch(arguments, by_uid, folder)
            case "STORE":
                self._store(arguments, by_uid, folder)
            case "EXPUNGE":
                uids = numbers(_texts(arguments, 1)[0], self._seen) if by_uid else self._seen
                self._expunge(folder, uids)
            case "CLOSE" | "UNSELECT":
                if verb == "CLOSE" and not self._read_only:
                    self._expunge(folder, self._seen)
                self._folder = None
                self._seen = []
            case _:
                raise BadCommandError
        return f"{verb} completed."

    async def _authenticate(self, arguments: list[Token]) -> str:
        words = [word for word in arguments if isinstance(word, str)]
        mechanism = words[0].upper() if words else ""
        if mechanism not in self.mechanisms or mechanism == "XOAUTH2":
            raise _RefusalError("NO [CANNOT] Unsupported authentication mechanism.")
        found = await self.credentials(mechanism, words[1] if len(words) > 1 else None, self._challenge)
        if found is None:
            raise BadCommandError
        return self._sign_in(found)

    async def _challenge(self, text: str) -> str:
        self.say(f"+ {text}")
        return (await self.line.read_line()).decode("ascii", "replace").strip()

    def _sign_in(self, found: tuple[str, str]) -> str:
        if not self.accepts(*found):
            raise _RefusalError(self.server.refusal or "NO [AUTHENTICATIONFAILED] Authentication failed.")
        self._signed_in = True
        return f"[CAPABILITY {self._capabilities()}] Logged in"

    def _list(self, verb: str, arguments: list[Token]) -> None:
        special_only = bool(arguments) and isinstance(arguments[0], list)
        words = [word for word in arguments if isinstance(word, str)]
        if len(words) < 2:
            raise BadCommandError
        pattern = words[0] + words[1]
        if not pattern:
            self.say(rf'* {verb} (\Noselect) "/" ""')
            return
        fits = re.compile(".*".join(re.escape(part) for part in re.split(r"[*%]+", pattern)), re.IGNORECASE)
        for name in self.mailbox.folders:
            if fits.fullmatch(name) and (name in SPECIAL_USE or not special_only):
                attributes = " ".join([r"\HasNoChildren", *([SPECIAL_USE[name]] if name in SPECIAL_USE else [])])
                self.say(f'* {verb} ({attributes}) "/" {name}')

    def _found(self, name: str) -> Folder:
        folder = self.mailbox.folder(name)
        if folder is None:
            raise _RefusalError("NO [NONEXISTENT] Mailbox doesn't exist")
        return folder

    def _select(self, verb: str, arguments: list[Token]) -> str:
        self._folder, self._seen = None, []
        folder = self._found(_texts(arguments, 1)[0])
        self._folder, self._seen, self._read_only = folder, list(folder.messages), verb == "EXAMINE"
        self.say(f"* FLAGS ({_FLAGS})")
        self.say(f"* OK [PERMANENTFLAGS ({'' if self._read_only else _FLAGS})] Flags permitted.")
        self.say(f"* {len(self._seen)} EXISTS\n* 0 RECENT")
        self.say(f"* OK [UIDVALIDITY {UID_VALIDITY}] UIDs valid\n* OK [UIDNEXT {folder.uid_next}] Predicted next UID")
        return f"[{'READ-ONLY' if self._read_only else 'READ-WRITE'}] {verb} completed."

    def _status(self, arguments: list[Token]) -> None:
        if len(arguments) != 2 or not isinstance(arguments[0], str) or not isinstance(arguments[1], list):
            raise BadCommandError
        folder = self._found(arguments[0])
        known = {
            "MESSAGES": len(folder.messages),
            "RECENT": 0,
            "UIDNEXT": folder.uid_next,
            "UIDVALIDITY": UID_VALIDITY,
            "UNSEEN": sum(r"\Seen" not in message.flags for message in folder.messages.values()),
        }
        items = [str(item).upper() for item in arguments[1]]
        if not set(items) <= known.keys():
            raise BadCommandError
        self.say(f"* STATUS {quoted(arguments[0])} ({' '.join(f'{item} {known[item]}' for item in items)})")

    def _tell_changes(self) -> None:
        if self._folder is None:
            return
        for place in range(len(self._seen), 0, -1):
            if self._seen[place - 1] not in self._folder.messages:
                del self._seen[place - 1]
                self.say(f"* {place} EXPUNGE")
        new = [uid for uid in self._folder.messages if uid not in self._seen]
        if new:
            self._seen += new
            self.say(f"* {len(self._seen)} EXISTS")

    async def _idle(self) -> None:
        self.say("+ idling")
        news = self._folder.watch() if self._folder is not None else asyncio.Event()
        answer = asyncio.ensure_future(self.line.read_line())
        try:
            while not answer.done():
                change = asyncio.ensure_future(news.wait())
                try:
                    await asyncio.wait((answer, change), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    change.cancel()
                news.clear()
                self._tell_changes()
            if answer.result().upper() != b"DONE":
                raise BadCommandError
        finally:
            answer.cancel()
            await asyncio.gather(answer, return_exceptions=True)
            if self._folder is not None:
                self._folder.unwatch(news)

    def _chosen(self, text: str, by_uid: bool, folder: Folder) -> list[tuple[int, Message]]:
        """Message numbers and messages; what is gone meanwhile is left out."""
        known = self._seen if by_uid else list(range(1, len(self._seen) + 1))
        places = [self._seen.index(number) + 1 if by_uid else number for number in numbers(text, known)]
        return [
            (place, folder.messages[self._seen[place - 1]])
            for place in places
            if self._seen[place - 1] in folder.messages
        ]

    def _fetch(self, arguments: list[Token], by_uid: bool, folder: Folder) -> None:
        if len(arguments) != 2 or not isinstance(arguments[0], str):
            raise BadCommandError
        items = [str(item) for item in arguments[1]] if isinstance(arguments[1], list) else [arguments[1]]
        if by_uid and "UID" not in [item.upper() for item in items]:
            items.insert(0, "UID")
        for place, message in self._chosen(arguments[0], by_uid, folder):
            parts = [self._part(item, message) for item in items]
            self.line.write(f"* {place} FETCH (".encode() + b" ".join(parts) + b")\r\n")

    def _part(self, item: str, message: Message) -> bytes:
        match item.upper():
            case "UID":
                return f"UID {message.uid}".encode()
            case "FLAGS":
                return f"FLAGS ({' '.join(sorted(message.flags))})".encode()
            case "INTERNALDATE":
                return f'INTERNALDATE "{internal_date(message.arrived_at)}"'.encode()
            case "RFC822.SIZE":
                return f"RFC822.SIZE {len(message.content)}".encode()
            case "RFC822" | "RFC822.HEADER" as whole:
                return _with_literal(whole, message.content if whole == "RFC822" else message.header)
        section = _SECTION.fullmatch(item)
        if section is None:
            raise BadCommandError
        content = _section(section[2], message)
        label = f"BODY[{section[2]}]"
        if section[3] is not None:
            start = int(section[3])
            content = content[start : start + int(section[4])]
            label += f"<{start}>"
        if section[1] is None and not self._read_only:
            message.flags.add(r"\Seen")
        return _with_literal(label, content)

    def _store(self, arguments: list[Token], by_uid: bool, folder: Folder) -> None:
        if len(arguments) < 3 or not isinstance(arguments[0], str) or not isinstance(arguments[1], str):
            raise BadCommandError
        if self._read_only:
            raise _RefusalError("NO [CANNOT] The mailbox is read-only.")
        action = arguments[1].upper()
        given = arguments[2] if isinstance(arguments[2], list) else arguments[2:]
        names = {flag.lower(): flag for flag in _FLAGS.split()}
        if not all(isinstance(flag, str) for flag in given):
            raise BadCommandError
        flags = {names[str(flag).lower()] for flag in given if str(flag).lower() in names}
        for place, message in self._chosen(arguments[0], by_uid, folder):
            match action.removesuffix(".SILENT"):
                case "FLAGS":
                    message.flags = set(flags)
                case "+FLAGS":
                    message.flags |= flags
                case "-FLAGS":
                    message.flags -= flags
                case _:
                    raise BadCommandError
            if not action.endswith(".SILENT"):
                self.say(f"* {place} FETCH (UID {message.uid} FLAGS ({' '.join(sorted(message.flags))}))")

    def _expunge(self, folder: Folder, uids: list[int]) -> None:
        if self._read_only:
            raise _RefusalError("NO [CANNOT] The mailbox is read-only.")
        folder.remove([uid for uid in uids if uid in folder.messages and r"\Deleted" in folder.messages[uid].flags])


def _texts(arguments: list[Token], count: int) -> list[str]:
    words = [word for word in arguments if isinstance(word, str)]
    if len(arguments) != count or len(words) != count:
        raise BadCommandError
    return words


def _with_literal(label: str, content: bytes) -> bytes:
    return f"{label} {{{len(content)}}}\r\n".encode() + content


def _section(name: str, message: Message) -> bytes:
    match name.upper():
        case "":
            return message.content
        case "HEADER":
            return message.header
        case "TEXT":
            return message.body
    fields = re.fullmatch(r"HEADER\.FIELDS \(([^()]*)\)", name, re.IGNORECASE)
    if fields is None:
        raise BadCommandError
    wanted = {field.strip('"').lower() for field in fields[1].split()}
    return b"".join(text for field, text in message.header_fields() if field in wanted) + b"\r\n"
