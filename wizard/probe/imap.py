"""IMAP: just what a check needs of RFC 9051 and RFC 3501, on a line that cannot be fooled at STARTTLS."""

from __future__ import annotations

import base64
import re

from msgspec import Struct

from wizard import __version__
from wizard.model.evidence import ErrorKind, Reply, Stage
from wizard.model.server import AuthMethod, ServerCandidate
from wizard.net.patience import now, within
from wizard.probe.conversation import SIGN_IN_S, STILL_ANSWERS_S, Found, Terms
from wizard.probe.credentials import Credentials
from wizard.probe.error_kinds import InjectedBeforeTls, Oversized, StageFailed, Unparsable
from wizard.probe.folders import MOST, Folder, folders_in, junk_among, to_utf7
from wizard.probe.line_conversation import LineConversation
from wizard.probe.mechanisms import Answer, Attempt, Challenge, both_ways, methods_for, nothing_fits
from wizard.probe.recorder import StageFacts
from wizard.probe.sasl import decoded, mechanism_of, said_in

MAX_LINES = 400
MAX_FOLDERS = 5_000
MAX_LINE_BYTES = 160  # on average: 64 KB for 400 lines
GOODBYE_S = 0.25
ELSEWHERE_S = 10.0  # a new folder is not begun after so long
_CAPABILITY = re.compile(r"\[?CAPABILITY ([^\]\r\n]*)", re.IGNORECASE)
_CODE = re.compile(r"^\[([^\]]{1,200})\]\s*")
_TAGGED = re.compile(r"^A(\d{1,9}) (OK|NO|BAD)\b ?(.*)", re.IGNORECASE)
_ALERT = re.compile(r"^(?:\* (?:OK|NO|BAD)|A\d{1,9} OK) \[ALERT\] (.*\S)", re.IGNORECASE)  # a refusal's is its reply
_LITERAL = re.compile(rb"\{(\d{1,10})\+?\}$")


class ImapReply(Struct, frozen=True):
    """The answer to one command: its status, text, and the untagged lines that came before."""

    status: str
    text: str
    untagged: tuple[bytes, ...]


class ImapConversation(LineConversation):
    """One connection to a receiving server that speaks IMAP."""

    def __init__(self, candidate: ServerCandidate, terms: Terms) -> None:
        super().__init__(candidate, terms)
        self.capabilities: tuple[str, ...] = ()
        self._tag = 0
        self._goodbye: Reply | None = None
        self._folders: tuple[Folder, ...] | None = None
        self._looked_in: dict[str, None] = {}  # in order
        self._is_introduced = False
        self._is_preauthenticated = False
        self._sasl_tag = ""
        self._early: dict[str, ImapReply] = {}  # answers that came before their turn (RFC 9051 §5.5 allows it)

    async def still_answers(self) -> bool:
        """Whether the server answers NOOP (RFC 9051 §6.1.2)."""
        try:
            with within(STILL_ANSWERS_S):
                answer = await self._command("NOOP")
            return answer.status == "OK" and self._goodbye is None and self.is_quiet
        except (TimeoutError, OSError, EOFError, StageFailed, Oversized, Unparsable):
            return False

    @property
    def offered(self) -> tuple[str, ...]:
        """The AUTH= capabilities."""
        return tuple(item.removeprefix("AUTH=") for item in self.capabilities if item.startswith("AUTH="))

    async def _greet(self) -> None:
        text = await self._first_line()
        if text.startswith("OK "):
            text = f"* {text}"  # some leave the star out (MailKit#1000)
        status, _, rest = text.removeprefix("* ").partition(" ")
        if not text.startswith("* ") or status.upper() not in {"OK", "PREAUTH", "BYE"}:
            raise await self._not_ours(text)
        if status.upper() == "BYE":
            raise StageFailed(Stage.GREETING, ErrorKind.REPLY, reply=self._reply("BYE", rest))
        if status.upper() == "PREAUTH" and not self.connector.is_encrypted:
            self.abort()  # STARTTLS is illegal after PREAUTH: somebody signs us in to keep us in clear (T07)
            raise InjectedBeforeTls
        self.recorder.note(greeted=True)
        if self.connector.is_encrypted:  # in clear anybody on the way may have said it (T13)
            self._note_alert(text)
        self._is_preauthenticated = status.upper() == "PREAUTH"
        self._take_capabilities(text)

    async def _starttls(self) -> None:
        # A server that told nothing may know it all the same; a plain refusal then says so.
        if self.capabilities and "STARTTLS" not in self.capabilities:
            self.abort()
            raise StageFailed(Stage.TLS, ErrorKind.STARTTLS_MISSING)
        answer = await self._command("STARTTLS")
        if answer.status != "OK":
            self.abort()
            reply = self._reply(answer.status, answer.text)
            raise StageFailed(Stage.TLS, ErrorKind.STARTTLS_REFUSED, reply=reply)
        self.capabilities, self._goodbye = (), None  # what was said in clear counts for nothing

    async def _ask_offer(self) -> None:
        if not self.capabilities:  # a greeting may have told them already
            await self._ask_capabilities()

    def _note_offer(self, facts: StageFacts) -> None:
        facts.capabilities = self.capabilities

    async def _ask_capabilities(self) -> None:
        answer = await self._command("CAPABILITY")
        for line in answer.untagged:
            self._take_capabilities(line.decode("ascii", "replace"))

    def _take_capabilities(self, text: str) -> None:
        found = _CAPABILITY.search(text)
        if found is not None:
            self.capabilities = tuple(dict.fromkeys(word.upper() for word in found[1].split()))[:100]

    @property
    def _is_signed_in(self) -> bool:
        return self._is_preauthenticated

    def _attempts(self, credentials: Credentials) -> list[Attempt]:
        """AUTHENTICATE PLAIN, else LOGIN where it is not disabled, else the other mechanisms."""
        attempts = both_ways(
            methods_for(credentials, self.offered),
            lambda method: (
                "SASL-IR" in self.capabilities  # RFC 4959
                and mechanism_of(method, credentials, self.candidate).first is not None
            ),
        )
        if credentials.token is None and "LOGINDISABLED" not in self.capabilities:
            is_quotable = _is_quotable(credentials.user + credentials.password_bytes())
            login = [Attempt(AuthMethod.IMAP_LOGIN)] + [Attempt(AuthMethod.IMAP_LOGIN, at_once=True)] * (
                not is_quotable
            )
            after = sum(one.method is AuthMethod.PLAIN for one in attempts)
            attempts[after:after] = login
        if not attempts:
            raise nothing_fits(self.offered)
        return attempts

    async def _try(self, attempt: Attempt, credentials: Credentials) -> Answer:
        if attempt.method is AuthMethod.IMAP_LOGIN:
            user, password = credentials.user, credentials.password_bytes()
            heard = self._judged(await self._login(user, password, at_once=attempt.at_once))
        else:
            heard = await super()._try(attempt, credentials)
        return heard

    async def _begin(self, method: AuthMethod, first: bytes | None) -> Challenge | Answer:
        command = f"AUTHENTICATE {method.value}"
        if first is None:
            self._sasl_tag = self._send(command.encode())
        else:
            self._sasl_tag = self._send(command.encode() + b" " + base64.b64encode(first), f"{command} ***")
        return await self._step()

    async def _respond(self, data: bytes) -> Challenge | Answer:
        self._raw(base64.b64encode(data), "***" if data else "")
        return await self._step()

    async def _step(self) -> Challenge | Answer:
        heard = await self._answer(self._sasl_tag)
        return heard if isinstance(heard, Challenge) else self._judged(heard)

    def _judged(self, answer: ImapReply) -> Answer:
        """Yes or no to a sign-in; a yes may say anew what the server can do."""
        if answer.status == "OK":
            self._take_capabilities(answer.text)
            for line in answer.untagged:
                self._take_capabilities(line.decode("ascii", "replace"))
        return Answer(answer.status == "OK", self._reply(answer.status, answer.text))

    async def _login(self, user: bytes, password: bytes, *, at_once: bool) -> ImapReply:
        """The answer to LOGIN; what a quoted string cannot hold goes as a literal (RFC 9051 §4.3), but not `at_once`.

        Servers that take no literals (fdm#30: QQ) may take letters beyond ASCII in quotes, as IMAP4rev2 allows.
        """
        if at_once or _is_quotable(user + password):
            self._saying()
            tag = self._send(b"LOGIN " + _quoted(user) + b" " + _quoted(password), "LOGIN *** ***")
            return await self._final(tag)
        tag = self._send(b"LOGIN {%d}" % len(user), "LOGIN {…}")
        for piece, shown in ((user + b" {%d}" % len(password), "*** {…}"), (password, "***")):
            heard = await self._answer(tag)
            if not isinstance(heard, Challenge):
                return heard
            if piece is password:
                self._saying()
            self._raw(piece, shown)
        return await self._final(tag)

    async def prove_usable(self, address: str) -> None:
        """Opens the inbox, for a server may sign in whom it lets do nothing else (MailKit#860, himalaya#651)."""
        with self._only_failure(Stage.AUTH, SIGN_IN_S) as facts:
            facts.detail["command"] = "examine"
            await self._open_inbox(Stage.AUTH)

    @property
    def sees_new_mail(self) -> bool:
        """Yes: each EXAMINE shows the folder as it is now."""
        return True

    @property
    def looked_in(self) -> tuple[str, ...]:
        """The folders that were looked through so far."""
        return tuple(self._looked_in)

    async def find_message(self, token: str) -> Found | None:
        """The message whose Subject holds `token`; None while it is in neither the inbox nor a folder for junk."""
        with self._only_failure(Stage.ARRIVAL, SIGN_IN_S):
            await self._open_inbox(Stage.ARRIVAL)
            header = await self._header_of(token, "INBOX")
            if header is not None:
                return Found("INBOX", header)
            if self._folders is None:
                self._folders = await self._list()
            for folder in junk_among(self._folders):
                header = await self._header_in(token, folder)
                if header is not None:
                    return Found(folder.name, header, is_junk=True)
            return None

    async def find_elsewhere(self, token: str) -> Found | None:
        """The message in any other folder that a filter may have put it into; None when it is in none of them."""
        until = now() + ELSEWHERE_S
        with self._only_failure(Stage.ARRIVAL, SIGN_IN_S):
            folders = [folder for folder in self._folders or () if folder.may_hold_arrivals]
            for folder in folders[:MOST]:
                if now() > until:
                    break
                header = None if folder.name in self._looked_in else await self._header_in(token, folder)
                if header is not None:
                    return Found(folder.name, header, is_junk=folder.is_junk)
            return None

    async def _open_inbox(self, stage: Stage) -> None:
        """EXAMINE INBOX; with what is to be said before it, such as who we are (ID, RFC 2971), in one flight.

        NetEase opens no folder for a program that does not say who it is, and Purelymail hangs up on an ID it did not
        announce.
        """
        before = []
        if not self._is_introduced:
            self._is_introduced = True
            if "ID" in self.capabilities:
                before.append(self._send(f'ID ("name" "Mailwright" "version" "{__version__}")'.encode("ascii")))
            if "UTF8=ONLY" in self.capabilities:  # such a server opens no folder before (RFC 6855 §4)
                before.append(self._send(b"ENABLE UTF8=ACCEPT"))
        opened = self._send(b"EXAMINE INBOX")
        for tag in before:
            await self._final(tag)
        answer = await self._final(opened)
        if answer.status != "OK":
            raise StageFailed(stage, ErrorKind.REPLY, reply=self._reply(answer.status, answer.text))

    async def _header_in(self, token: str, folder: Folder) -> bytes | None:
        opened = await self._final(self._send(b"EXAMINE " + _quoted(folder.raw)))
        return await self._header_of(token, folder.name) if opened.status == "OK" else None

    async def _header_of(self, token: str, name: str) -> bytes | None:
        """The header of the message in the folder that is open now."""
        self._looked_in.setdefault(name)
        uid = await self._search(token)
        if uid is None:
            return None
        fetched = await self._command(f"UID FETCH {uid} (BODY.PEEK[HEADER])")
        return b"\r\n".join(line for line in fetched.untagged if not line.startswith(b"* "))

    async def _list(self) -> tuple[Folder, ...]:
        """All folders but the inbox, with their flags (RFC 6154, or XLIST where a server has only that)."""
        is_old = "XLIST" in self.capabilities and "SPECIAL-USE" not in self.capabilities
        tag = self._send(b'XLIST "" "*"' if is_old else b'LIST "" "*"')
        return folders_in((await self._final(tag, MAX_FOLDERS)).untagged)

    async def _search(self, token: str) -> str | None:
        found = await self._command(f'UID SEARCH SUBJECT "{token}"')
        if found.status != "OK":
            raise StageFailed(Stage.ARRIVAL, ErrorKind.REPLY, reply=self._reply(found.status, found.text))
        for line in found.untagged:
            if line.upper().startswith(b"* SEARCH"):
                uids = [word for word in line.decode("ascii", "replace").split()[2:] if word.isdigit()]
                if uids:
                    return uids[-1]
        return None

    async def delete_message(self, token: str, folder: str) -> bool:
        """Whether the message with `token` was removed for good; only where UIDPLUS (RFC 4315) spares all others."""
        with self._only_failure(Stage.ARRIVAL, SIGN_IN_S):
            if "UIDPLUS" not in self.capabilities:
                await self._ask_capabilities()
            if "UIDPLUS" not in self.capabilities or await self._selected(folder) != "OK":
                return False
            uid = await self._search(token)
            if uid is None:
                return False
            marked = await self._command(f"UID STORE {uid} +FLAGS.SILENT (\\Deleted)")
            return marked.status == "OK" and (await self._command(f"UID EXPUNGE {uid}")).status == "OK"

    async def _selected(self, folder: str) -> str:
        return (await self._final(self._send(b"SELECT " + _quoted(to_utf7(folder))))).status

    async def close(self) -> None:
        """Says LOGOUT and frees the socket, whatever the server makes of it."""
        if self.is_open:
            try:
                with within(GOODBYE_S):
                    await self._command("LOGOUT")
            except (TimeoutError, OSError, EOFError, Oversized, Unparsable):
                pass
        self.abort()

    async def _command(self, command: str) -> ImapReply:
        return await self._final(self._send(command.encode("utf-8")))

    def _send(self, command: bytes, shown: str | None = None) -> str:
        self._tag += 1
        tag = f"A{self._tag}"
        self.recorder.sent(f"{tag} {shown if shown is not None else command.decode('utf-8', 'replace')}")
        self._line.write(tag.encode() + b" " + command + b"\r\n")
        return tag

    def _raw(self, data: bytes, shown: str) -> None:
        self.recorder.sent(shown)
        self._line.write(data + b"\r\n")

    async def _final(self, tag: str, max_lines: int = MAX_LINES) -> ImapReply:
        """The answer to a command that asks nothing back; a server that does is not met (T11)."""
        heard = await self._answer(tag, max_lines)
        if isinstance(heard, Challenge):
            raise Unparsable
        return heard

    async def _answer(self, tag: str, max_lines: int = MAX_LINES) -> ImapReply | Challenge:
        if tag in self._early:
            return self._early.pop(tag)
        untagged: list[bytes] = []
        size = 0
        while len(untagged) < max_lines and size < max_lines * MAX_LINE_BYTES:
            try:
                line = await self._next_line()
            except (EOFError, OSError) as error:  # TimeoutError is one of them
                if self._goodbye is not None:
                    raise StageFailed(self.recorder.at or Stage.AUTH, ErrorKind.REPLY, reply=self._goodbye) from error
                raise
            size += len(line)
            literal = _LITERAL.search(line)
            if literal is not None:
                body = await self._line.readexactly(int(literal[1]))
                size += len(body)
                untagged.extend((line, *body.replace(b"\r\n", b"\n").split(b"\n")))
                continue
            text = line.decode("utf-8", "replace")
            if line.startswith(b"+"):
                words = text[1:].strip()
                self.recorder.received(f"+ {said_in(words)}")
                return Challenge(decoded(words))
            self.recorder.received(text)
            self._note_alert(text)
            if text.startswith(tag + " "):
                status, _, rest = text[len(tag) + 1 :].partition(" ")
                if status.upper() not in {"OK", "NO", "BAD"}:
                    raise Unparsable
                return ImapReply(status.upper(), rest, tuple(untagged))
            other = _TAGGED.match(text)
            if other is not None and int(other[1]) > self._tag:
                raise Unparsable  # the answer to a command that was never sent
            if other is not None and int(other[1]) > int(tag[1:]):
                self._early[f"A{int(other[1])}"] = ImapReply(other[2].upper(), other[3], tuple(untagged))
                continue
            if text.upper().startswith("* BYE"):
                self._goodbye = self._reply("BYE", text[6:])  # the reason for a line that ends before its answer
            untagged.append(line)
        raise Oversized("reply")

    def _note_alert(self, text: str) -> None:
        alert = _ALERT.match(text)
        if alert is not None:
            self.recorder.alert(alert[1])

    async def _next_line(self) -> bytes:
        """The next line; after a goodbye only for a moment, for the server hangs up then (RFC 9051 §7.1.5)."""
        if self._goodbye is None:
            return await self._line.readline()
        with within(GOODBYE_S):
            return await self._line.readline()

    def _reply(self, status: str, text: str) -> Reply:
        code = _CODE.match(text)
        bracketed = code[1] if code is not None and not code[1].upper().startswith("CAPABILITY") else None
        return self.recorder.make_reply(text, status=status, code_text=bracketed)


def _is_quotable(value: bytes) -> bool:
    return all(32 <= byte < 127 for byte in value)


def _quoted(value: bytes) -> bytes:
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
