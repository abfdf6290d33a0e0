"""What a hand-over says in another language: everything a person reads, and nothing that a program reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.handover.accounts import account, imap, smtp
from wizard.errors import HandoverError
from wizard.handover.calendars import with_calendars
from wizard.handover.sheet import Row, Sheet, tr_field
from wizard.handover.sheet_page import sheet_html
from wizard.handover.targets import sheet, targets
from wizard.language import SOURCE, speak
from wizard.language.choice import PSEUDO
from wizard.language.pseudo import CLOSE, OPEN, PseudoTranslations
from wizard.model.account import VerifiedAccount
from wizard.model.dav import DavKind, DavService, DavSource
from wizard.model.server import WITHOUT_SIGN_IN, Protocol, Security

ACCOUNTS = {
    "TLS": account(),
    "STARTTLS": account(outgoing=smtp(port=587, security=Security.STARTTLS), incoming=imap(username="ada")),
    "POP3 in clear": account(incoming=imap(protocol=Protocol.POP3, port=110, security=Security.NONE)),
    "encrypted password": account(incoming_auth="CRAM-MD5", outgoing_auth="CRAM-MD5"),
    "no sign-in": account(outgoing=smtp(port=25, security=Security.NONE), outgoing_auth=WITHOUT_SIGN_IN),
    "browser": account(incoming_auth="XOAUTH2", outgoing_auth="XOAUTH2"),
    "sending alone": account(incoming=None),
}
SERVICES = (
    DavService(DavKind.CALENDARS, "https://dav.example.org/calendars/", DavSource.WELL_KNOWN, True),
    DavService(DavKind.CONTACTS, "https://dav.example.net/", DavSource.SRV, False),
)
# What is called the same in every language, as a label and as a value.
SAME = frozenset({"IMAP", "POP", "POP3", "SMTP", "TLS", "URL"})
NAMES = SAME | {"SSL", "STARTTLS", "StartTLS", "PLAIN", "Gmail", "Ada Example", "ada"}


class Dictionary(PseudoTranslations):
    """A language of which these words alone are translated."""

    def __init__(self, said: dict[str, str]) -> None:
        super().__init__()
        self._said = said

    def gettext(self, message: str) -> str:
        """The text, or English."""
        return self._said.get(message, message)

    def pgettext(self, context: str, message: str) -> str:
        """The word in its context, or English."""
        return self._said.get(f"{context}: {message}", message)


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    yield
    speak(SOURCE)


def _sheets(proven: VerifiedAccount) -> dict[str, Sheet]:
    """The sheets of every target that can have this account, with calendars."""
    made = {}
    for target in targets():
        try:
            made[target.id] = with_calendars(sheet(target.id, proven), proven, SERVICES)
        except HandoverError:
            continue  # that program cannot have this account
    return made


def _is_marked(text: str) -> bool:
    """In the pseudo-language, or a field's name in it with the English behind."""
    return text.startswith(OPEN) and CLOSE in text and text.endswith((CLOSE, ")"))


@pytest.mark.parametrize("name", ACCOUNTS)
def test_every_word_of_a_sheet_that_people_read_can_be_translated(name: str) -> None:
    english = _sheets(ACCOUNTS[name])
    speak(PSEUDO, PseudoTranslations())
    spoken = _sheets(ACCOUNTS[name])
    assert spoken.keys() == english.keys()
    unmarked = {
        (target, text)
        for target, made in spoken.items()
        for text in (made.title, *made.steps, *(file.say for file in made.files), *_labels(made.rows))
        if not _is_marked(text) and text not in SAME
    }
    assert unmarked == set()


def _labels(rows: tuple[Row, ...]) -> Iterator[str]:
    for row in rows:
        yield from (row.label, row.group)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_what_a_program_reads_is_the_same_in_every_language(name: str) -> None:
    english = _sheets(ACCOUNTS[name])
    speak(PSEUDO, PseudoTranslations())
    for target, made in _sheets(ACCOUNTS[name]).items():
        before = english[target]
        assert [row.field_id for row in made.rows] == [row.field_id for row in before.rows]
        assert made.qr == before.qr
        assert [file.name for file in made.files] == [file.name for file in before.files]
        if target != "page":
            assert [file.content for file in made.files] == [file.content for file in before.files]
        values = [(new.value, old.value) for new, old in zip(made.rows, before.rows, strict=True)]
        assert [(new, old) for new, old in values if new != old and not _is_marked(new)] == []
        assert [new for new, _ in values if new.replace(" ", "").isalpha() and new not in NAMES] == []


def test_a_field_carries_the_english_in_brackets_for_a_program_in_another_language() -> None:
    said = {
        "field of thunderbird: Connection security": "Verbindungssicherheit",
        "field of thunderbird: Normal password": "Passwort, normal",
        "You": "Sie",
    }
    speak("de", Dictionary(said))
    rows = {row.field_id: row for row in sheet("thunderbird", account()).rows}
    assert rows["incoming-security"].label == "Verbindungssicherheit (Connection security)"
    assert (rows["incoming-auth"].value, rows["incoming-security"].value) == (
        "Passwort, normal (Normal password)",
        "SSL/TLS",
    )
    assert (rows["incoming-port"].label, rows["name"].group) == ("Port", "Sie")


def test_a_language_chooses_its_own_brackets() -> None:
    speak(
        "ja", Dictionary({"field of kmail: {kind} port": "{kind} ポート", "{word} ({english})": "{word}（{english}）"})
    )
    assert tr_field("field of kmail", "{kind} port", kind="IMAP") == "IMAP ポート（IMAP port）"


def test_the_names_of_kinds_of_programs_are_translated_and_makers_names_are_not() -> None:
    names = {target.id: target for target in targets()}
    assert (names["printer"].name, names["thunderbird"].name) == ("Printer or scanner", "Thunderbird")
    speak("de", Dictionary({"Printer or scanner": "Drucker oder Scanner"}))
    assert (names["printer"].name, names["thunderbird"].name) == ("Drucker oder Scanner", "Thunderbird")


def test_a_page_says_its_language_and_where_its_lines_begin() -> None:
    made = sheet("thunderbird", account())
    assert '<html lang="en">' in sheet_html(made)
    speak("ar", Dictionary({}))
    assert '<html lang="ar" dir="rtl">' in sheet_html(replace(made))
