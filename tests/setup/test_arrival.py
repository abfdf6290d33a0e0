"""The arrival, watched politely and found wherever it went; what a server says meanwhile is told.

The folders are those of omamail PR#90, stalwart#670, thunderbird-android#1936, imapy PR#29; the refusals of frappe#242,
the servers without TOP of neomutt#2707.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import Hook, Mail, ok, say, tag_of
from tests.setup.accounts import checked
from wizard.model.account import CheckResult, RoundTripStatus, Verdict
from wizard.model.evidence import ErrorKind, Outcome, Stage
from wizard.model.server import Protocol
from wizard.setup import round_trip

IMAP, POP3, SMTP = Protocol.IMAP, Protocol.POP3, Protocol.SMTP
LOOKS = (0.01, 0.02, 0.03)
REAL_SIGN_INS = round_trip.SIGN_INS_S


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.setup.round_trip.LOOKS_S", LOOKS)
    monkeypatch.setattr("wizard.setup.round_trip.SIGN_INS_S", LOOKS)


class Box(Mail):
    """A mailbox whose folder `holds` has the message; `listed` are the lines of the answer to LIST."""

    def __init__(self, listed: bytes, holds: bytes, *, capabilities: bytes = b"") -> None:
        super().__init__(IMAP, hello=self._hello, list=self._list, examine=self._examine, uid=self._uid)
        self._listed, self._holds, self._capabilities = listed, holds, capabilities
        self._open = b""
        self.opened: list[bytes] = []
        self.hooks["other"] = self._other

    async def _hello(self, talk: Talk, line: bytes) -> None:
        words = b"IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS" + self._capabilities
        await talk.send(b"* CAPABILITY " + words, tag_of(line) + b" OK done")

    async def _other(self, talk: Talk, line: bytes) -> bool | None:
        if line.split(b" ")[1] != b"XLIST":
            return True
        await self._list(talk, line)
        return None

    async def _list(self, talk: Talk, line: bytes) -> None:
        await talk.send_raw(self._listed + tag_of(line) + b" OK done\r\n")

    async def _examine(self, talk: Talk, line: bytes) -> None:
        name = line.split(b" ", 2)[2]
        self._open = re.sub(rb"\\(.)", rb"\1", name[1:-1]) if name.startswith(b'"') else name
        self.opened.append(self._open)
        await talk.send(b"* 1 EXISTS", tag_of(line) + b" OK done")

    async def _uid(self, talk: Talk, line: bytes) -> None:
        if b"SEARCH" in line:
            await talk.send(b"* SEARCH" + b" 7" * (self._open == self._holds))
        elif b"FETCH" in line:
            header = b"Subject: Mailwright test\r\nAuthentication-Results: mx.example.org; spf=pass\r\n\r\n"
            await talk.send_raw(b"* 1 FETCH (UID 7 BODY[HEADER] {%d}\r\n" % len(header) + header + b")\r\n")
        await talk.send_raw(ok(IMAP, line))


async def _sent(
    receive: Mail, authority: Authority, certificate: Issued, deadline_s: float | None = None
) -> CheckResult:
    return await checked(
        authority, certificate, receive=receive, send=Mail(SMTP), test_message=True, deadline_s=deadline_s
    )


@pytest.mark.parametrize(
    ("listed", "raw", "shown"),
    [
        (b'* LIST (\\HasNoChildren) "/" "Correo no deseado"', b"Correo no deseado", "Correo no deseado"),
        (b'* LIST () "/" "Courrier ind&AOk-sirable"', b"Courrier ind&AOk-sirable", "Courrier indésirable"),
        (b'* LIST () "/" "&BCEEPwQwBDw-"', b"&BCEEPwQwBDw-", "Спам"),
        (b'* LIST () "." "INBOX.&V4NXPpCuTvY-"', b"INBOX.&V4NXPpCuTvY-", "INBOX.垃圾邮件"),
        (b'* LIST () "/" Junk-E-Mail', b"Junk-E-Mail", "Junk-E-Mail"),
        (b'* LIST () "/" "JUNK E-MAIL"', b"JUNK E-MAIL", "JUNK E-MAIL"),
        (b'* LIST () "/" "Posta indesiderata"', b"Posta indesiderata", "Posta indesiderata"),
        (b'* LIST () "/" Bulk', b"Bulk", "Bulk"),
        (b'* LIST () NIL "Unerw&APw-nscht"', b"Unerw&APw-nscht", "Unerwünscht"),
        (b'* LIST () "/" {4}\r\nSpam', b"Spam", "Spam"),
        (b'* LIST () "/" {24}\r\nCourrier ind&AOk-sirable', b"Courrier ind&AOk-sirable", "Courrier indésirable"),
        (b'* LIST () "\\\\" "Posteingang\\\\Junk"', b"Posteingang\\Junk", "Posteingang\\Junk"),
        (b'* LIST (\\Junk) "/" "Whatever"', b"Whatever", "Whatever"),
        (b'* LIST () "/" "Junk Mail"', b"Junk Mail", "Junk Mail"),
        (b'* LIST () "/" "Lixo Eletr&APQ-nico"', b"Lixo Eletr&APQ-nico", "Lixo Eletrônico"),
        (b'* LIST () "/" "Wiadomo&AVs-ci-&AVs-mieci"', b"Wiadomo&AVs-ci-&AVs-mieci", "Wiadomości-śmieci"),
        (b'* LIST () "/" "Skr&AOQ-ppost"', b"Skr&AOQ-ppost", "Skräppost"),
        (b'* LIST () "/" "&j,dg0TDhMPww6w-"', b"&j,dg0TDhMPww6w-", "迷惑メール"),
        (b'* LIST () "/" "&wqTTOLpUx3zVaA-"', b"&wqTTOLpUx3zVaA-", "스팸메일함"),
    ],
)
async def test_junk_is_found_by_its_name(
    listed: bytes, raw: bytes, shown: str, authority: Authority, certificate: Issued
) -> None:
    box = Box(b'* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST () "/" Sent\r\n' + listed + b"\r\n", raw)
    trip = (await _sent(box, authority, certificate)).round_trip
    assert trip.status is RoundTripStatus.ARRIVED
    if shown:
        assert (trip.folder, trip.is_junk) == (shown, True)
        assert box.opened[-1] == raw
        assert box.opened.count(raw) == 1, "in the first look, not the last"


async def test_the_flag_of_an_old_server_counts(authority: Authority, certificate: Issued) -> None:
    box = Box(b'* XLIST (\\HasNoChildren \\Spam) "/" "Kram"\r\n', b"Kram", capabilities=b" XLIST")
    trip = (await _sent(box, authority, certificate)).round_trip
    assert (trip.folder, trip.is_junk) == ("Kram", True)


async def test_a_message_that_a_filter_moved_is_found_at_the_end(authority: Authority, certificate: Issued) -> None:
    listed = (
        b'* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST (\\Sent) "/" Gesendet\r\n* LIST (\\Noselect) "/" Listen\r\n'
        b'* LIST () "/" "Listen/Rundbriefe"\r\n* LIST () "/" "Sent Items"\r\n* LIST (\\All) "/" Alle\r\n'
    )
    box = Box(listed, b"Listen/Rundbriefe")
    trip = (await _sent(box, authority, certificate)).round_trip
    assert (trip.status, trip.folder, trip.is_junk) == (RoundTripStatus.ARRIVED, "Listen/Rundbriefe", False)
    assert box.opened.count(b"INBOX") == 1 + len(LOOKS)
    assert {b"Gesendet", b"Listen", b"Sent Items", b"Alle"}.isdisjoint(box.opened)


async def test_a_copy_among_the_sent_ones_has_not_arrived_and_where_was_looked_is_said(
    authority: Authority, certificate: Issued
) -> None:
    listed = b'* LIST () "/" Sent\r\n* LIST () "/" Spam\r\n* LIST () "/" Archiv\r\n'
    result = await _sent(Box(listed, b"Sent"), authority, certificate)
    trip = result.round_trip
    assert (trip.status, result.verdict) == (RoundTripStatus.SENT, Verdict.WORKS)
    assert trip.looked_in == ("INBOX", "Spam", "Archiv")
    assert trip.seconds is not None
    assert any("Looked in INBOX, Spam, Archiv. It may still arrive." in note for note in result.notes)
    arrival = [item for item in result.timeline if item.stage is Stage.ARRIVAL]
    assert [(item.outcome, item.error) for item in arrival] == [(Outcome.FAILED, ErrorKind.NOT_ARRIVED)]
    assert result.diagnoses == ()


@pytest.mark.parametrize(
    ("receive", "cause"),
    [
        (lambda turn: Mail(IMAP, examine=turn(b"* BYE Server is shutting down for maintenance\r\n", "fin")), None),
        (lambda turn: Mail(IMAP, examine=turn(b"{tag} NO [UNAVAILABLE] Too busy, try again later\r\n")), "server-busy"),
        (lambda turn: Mail(POP3, stat=turn(b"-ERR [IN-USE] mailbox is locked by another session\r\n")), "server-busy"),
        (
            lambda turn: Mail(
                POP3,
                auth=turn(
                    b"-ERR Exceeded the login limit for a 15 minute period. Reduce the frequency of requests to the"
                    b" POP3 server.\r\n"
                ),
            ),
            "too-many-attempts",
        ),
    ],
)
async def test_what_a_server_says_meanwhile_is_told_and_takes_nothing_back(
    receive: Callable[[Callable[..., Hook]], Mail], cause: str | None, authority: Authority, certificate: Issued
) -> None:
    def turn(answer: bytes, then: str = "go on") -> Hook:
        """A hook that goes well the first time, which is the check's, and refuses the second."""
        seen: list[bytes] = []

        async def hook(talk: Talk, line: bytes) -> bool | None:
            seen.append(line)
            return True if len(seen) == 1 else await say(answer, then=then)(talk, line)

        return hook

    result = await _sent(receive(turn), authority, certificate)
    assert result.verdict is Verdict.WORKS
    assert result.round_trip.status is RoundTripStatus.SENT
    assert len(result.diagnoses) == 1
    assert result.diagnoses[0].why.startswith("The settings are right: ")
    assert result.round_trip.told == result.diagnoses
    if cause is not None:
        assert result.diagnoses[0].cause == cause


class PopBox(Mail):
    """A POP3 mailbox whose message comes with the sign-in number `arrives_at`; `top` says whether TOP is known."""

    def __init__(
        self, *, arrives_at: int = 1, top: bool = True, size: int = 900, delay: bytes = b"", count: int = 3
    ) -> None:
        super().__init__(POP3, hello=self._hello, auth=self._auth, stat=self._stat, top=self._top)
        self.hooks |= {"other": self._retr, "list": self._size_of}
        self._arrives_at, self._has_top, self._size, self._delay = arrives_at, top, size, delay
        self._count = count
        self.retrieved = 0

    async def _hello(self, talk: Talk, line: bytes) -> None:
        await talk.send(b"+OK", b"SASL PLAIN", *([self._delay] if self._delay else []), b".")

    async def _auth(self, talk: Talk, line: bytes) -> bool:
        return True

    async def _stat(self, talk: Talk, line: bytes) -> None:
        await talk.send(b"+OK %d 2000" % self._count if len(self.sign_ins) > self._arrives_at else b"+OK 0 0")

    async def _top(self, talk: Talk, line: bytes) -> None:
        await (self._message(talk, line) if self._has_top else talk.send(b"-ERR unknown command"))

    async def _retr(self, talk: Talk, line: bytes) -> bool | None:
        if not line.startswith(b"RETR "):
            return True
        self.retrieved += 1
        await self._message(talk, line)
        return None

    async def _size_of(self, talk: Talk, line: bytes) -> None:
        await talk.send(b"+OK %s %d" % (line.split(b" ")[1], self._size))

    async def _message(self, talk: Talk, line: bytes) -> None:
        token = TOKENS[-1] if line.split(b" ")[1] == b"2" else b"other"
        await talk.send(b"+OK", b"Subject: Mailwright test " + token, b"", b"Subject: " + TOKENS[-1], b".")


TOKENS: list[bytes] = [b""]


def _outbox() -> Mail:
    """A sending server that keeps the token of what it takes."""

    async def data(talk: Talk, line: bytes) -> None:
        await talk.send(b"354 go on")
        for text in await talk.lines_until(b"."):
            if text.startswith(b"Subject: "):
                TOKENS.append(text.split(b" ")[-1])
        await talk.send(b"250 taken")

    return Mail(SMTP, data=data)


@pytest.mark.parametrize("top", [True, False])
async def test_pop3_finds_the_message_with_top_and_without(
    top: bool, authority: Authority, certificate: Issued
) -> None:
    box = PopBox(top=top)
    result = await checked(authority, certificate, receive=box, send=_outbox(), test_message=True)
    assert (result.round_trip.status, result.round_trip.folder) == (RoundTripStatus.ARRIVED, "INBOX")
    assert len(box.sign_ins) == 2
    assert box.retrieved == (0 if top else 2)
    assert result.sign_in_attempts[POP3] == 2


async def test_only_the_newest_are_fetched_whole(authority: Authority, certificate: Issued) -> None:
    box = PopBox(top=False, count=30)  # the message is the second oldest
    result = await checked(authority, certificate, receive=box, send=_outbox(), test_message=True)
    assert result.round_trip.status is RoundTripStatus.SENT
    assert box.retrieved == 5 * len(LOOKS)


async def test_large_messages_are_not_fetched_for_their_header(authority: Authority, certificate: Issued) -> None:
    box = PopBox(top=False, size=500_000)
    result = await checked(authority, certificate, receive=box, send=_outbox(), test_message=True)
    assert result.round_trip.status is RoundTripStatus.SENT
    assert box.retrieved == 0


async def test_a_message_that_does_not_come_costs_few_sign_ins(authority: Authority, certificate: Issued) -> None:
    box = PopBox(arrives_at=99)
    result = await checked(authority, certificate, receive=box, send=_outbox(), test_message=True)
    assert result.round_trip.status is RoundTripStatus.SENT
    assert len(box.sign_ins) == result.sign_in_attempts[POP3] == 1 + len(LOOKS)


def test_five_sign_ins_are_the_most() -> None:
    assert len(REAL_SIGN_INS) <= 4, "and one was the check's"


async def test_a_server_that_wants_a_pause_between_sign_ins_gets_it(authority: Authority, certificate: Issued) -> None:
    box = PopBox(arrives_at=99, delay=b"LOGIN-DELAY 900")
    result = await checked(authority, certificate, receive=box, send=_outbox(), test_message=True)
    assert (result.round_trip.status, result.verdict) == (RoundTripStatus.SENT, Verdict.WORKS)
    assert len(box.sign_ins) == 1


async def test_a_deadline_in_the_wait_keeps_the_verdict(
    authority: Authority, certificate: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.setup.round_trip.LOOKS_S", (0.01, 30.0))
    box = Box(b'* LIST () "/" Spam\r\n', b"")
    result = await _sent(box, authority, certificate, deadline_s=0.5)
    assert (result.verdict, result.round_trip.status) == (Verdict.WORKS, RoundTripStatus.SENT)
    assert result.round_trip.looked_in == ("INBOX", "Spam")
    assert result.sign_in_attempts == {SMTP: 1, IMAP: 1}


async def test_a_password_that_was_taken_a_moment_ago_is_not_blamed(authority: Authority, certificate: Issued) -> None:
    box = PopBox(arrives_at=99)

    async def auth(talk: Talk, line: bytes) -> bool | None:
        if len(box.sign_ins) == 1:
            return True
        await talk.send(b"-ERR [AUTH] Authentication failed")
        return None

    box.hooks["auth"] = auth
    result = await checked(authority, certificate, receive=box, send=_outbox(), test_message=True)
    assert (result.verdict, result.round_trip.status) == (Verdict.WORKS, RoundTripStatus.SENT)
    assert result.diagnoses == ()
    assert len(box.sign_ins) == 2
    assert any("would not be asked again" in note and "Authentication failed" in note for note in result.notes)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"{tag} NO [LIMIT] Command rate limit exceeded, slow down\r\n", "server-busy"),
        (b"{tag} BAD SEARCH is not supported\r\n", "server-error"),
        ("{tag} NO Zu viele Anfragen, bitte später\r\n".encode(), "server-busy"),
    ],
)
async def test_a_refused_search_ends_the_watch_and_is_told(
    answer: bytes, cause: str, authority: Authority, certificate: Issued
) -> None:
    box = Box(b"", b"")
    box.hooks["uid"] = say(answer)
    result = await _sent(box, authority, certificate)
    assert (result.verdict, result.round_trip.status) == (Verdict.WORKS, RoundTripStatus.SENT)
    assert [one.cause for one in result.diagnoses] == [cause]
    assert result.diagnoses[0].why.startswith("The settings are right: ")
    assert box.verbs.count("uid") == 1


@pytest.mark.parametrize("then", ["fin", "rst"])
async def test_a_line_that_is_cut_while_the_message_is_awaited_is_opened_again_once(
    then: str, authority: Authority, certificate: Issued
) -> None:
    box = Box(b"", b"INBOX")
    box.hooks["uid"] = _cut_first(box.hooks["uid"], then)
    result = await _sent(box, authority, certificate)
    assert (result.verdict, result.round_trip.status) == (Verdict.WORKS, RoundTripStatus.ARRIVED)
    assert result.diagnoses == ()
    assert len(box.sign_ins) == result.sign_in_attempts[IMAP] == 2


async def test_a_line_that_is_cut_again_is_told_with_what_was_proven(authority: Authority, certificate: Issued) -> None:
    box = Box(b"", b"INBOX")
    box.hooks["uid"] = say(b"", then="fin")
    result = await _sent(box, authority, certificate)
    assert (result.verdict, result.round_trip.status) == (Verdict.WORKS, RoundTripStatus.SENT)
    assert [one.cause for one in result.diagnoses] == ["connection-dropped"]
    assert result.diagnoses[0].title.endswith("hung up after the sign-in")
    assert "encryption" not in result.diagnoses[0].why
    assert len(box.sign_ins) == 2


def _cut_first(go_on: Hook, then: str) -> Hook:
    seen: list[bytes] = []

    async def hook(talk: Talk, line: bytes) -> bool | None:
        seen.append(line)
        return await (say(b"", then=then) if len(seen) == 1 else go_on)(talk, line)

    return hook


async def test_what_a_server_wants_people_to_be_shown_is_shown(authority: Authority, certificate: Issued) -> None:
    box = Box(b"", b"INBOX")
    search = box.hooks["uid"]

    async def warned(talk: Talk, line: bytes) -> bool | None:
        if b"SEARCH" in line:
            await talk.send(b"* NO [ALERT] Your mailbox is full, new mail is turned away")
        return await search(talk, line)

    box.hooks |= {"uid": warned, "auth": say(b"{tag} OK [ALERT] Wartung am Sonntag\r\n")}
    result = await _sent(box, authority, certificate)
    assert (result.verdict, result.round_trip.status) == (Verdict.WORKS, RoundTripStatus.ARRIVED)
    told = [note.partition(" says: ")[2] for note in result.notes if " says: " in note]
    assert told == ["“Wartung am Sonntag”", "“Your mailbox is full, new mail is turned away”"]
    assert set(told) <= {note.partition(" says: ")[2] for note in result.observed}
