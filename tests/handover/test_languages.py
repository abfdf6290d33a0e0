"""What a hand-over says in another language: everything a person reads, and nothing that a program reads."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from tests.handover.accounts import (
    account,
    certificate,
    diagnosis,
    diagnosis_document,
    evidence,
    failed,
    imap,
    smtp,
    works,
)
from wizard.errors import HandoverError
from wizard.handover.administrator_message import Letter, administrator_letter, mailto
from wizard.handover.calendars import with_calendars
from wizard.handover.compare import comparison, comparison_rows
from wizard.handover.letter_words import certificate_words, observed_words, request_words, step_words
from wizard.handover.mail_link import sheet_link
from wizard.handover.page import Section, text_page
from wizard.handover.publish import published
from wizard.handover.report import SHOWN_DETAILS, report_document
from wizard.handover.report_sections import sections
from wizard.handover.report_words import name_words
from wizard.handover.sheet import Row, Sheet, tr_field
from wizard.handover.sheet_page import sheet_html, sheet_text
from wizard.handover.targets import sheet, targets
from wizard.language import SOURCE, isolate, speak, tr
from wizard.language.choice import PSEUDO
from wizard.language.pseudo import CLOSE, OPEN, PseudoTranslations
from wizard.model.account import CheckResult, VerifiedAccount
from wizard.model.dav import DavKind, DavService, DavSource
from wizard.model.evidence import CertificateProblem, Detail, ErrorKind, ProbeReport, Stage, Surroundings
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
    isolate(False)


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
        for text in (
            made.title,
            *made.steps,
            *(note.text for note in made.notes),
            *(file.say for file in made.files),
            *_labels(made.rows),
        )
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


# Letters


def _told(protocol: Protocol | None, error: ErrorKind) -> tuple[Letter, Letter]:
    """The letter about a failed sending with all there is to tell, with its check and without it."""
    failure = replace(
        evidence(stage=Stage.ENVELOPE),
        reply=None,
        error=error,
        detail=Detail(command="rcpt", sender="ada@example.org", recipient="bob@example.net"),
    )
    found = replace(certificate(), problem=CertificateProblem.EXPIRED)
    title = "[title]"  # a cause's words are translated where it is judged
    what = diagnosis(protocol=protocol, evidence=(failure,), reply=None, certificate=found, title=title, remedies=())
    reports = (ProbeReport(smtp(), (evidence(), failure), sign_in_attempts=1),)
    surroundings = Surroundings(clock_off_s=90.0, public_address="203.0.113.7")
    result: CheckResult = replace(failed(), diagnoses=(what,), reports=reports, surroundings=surroundings)
    return administrator_letter(what, result), administrator_letter(what)


@pytest.mark.parametrize("protocol", [None, Protocol.SMTP, Protocol.IMAP])
def test_every_line_of_a_letter_can_be_translated(protocol: Protocol | None) -> None:
    english = _told(protocol, ErrorKind.CONNECTION_DROPPED)
    speak(PSEUDO, PseudoTranslations())
    for old, new in zip(english, _told(protocol, ErrorKind.CONNECTION_DROPPED), strict=True):
        assert _is_marked(new.subject)
        assert _is_marked(str(new).partition("\n")[0])
        lines = [line.strip() for line in new.text.splitlines() if line]
        assert len(lines) == len([line for line in old.text.splitlines() if line])
        assert [line for line in lines if not line.startswith(OPEN)] == []
        plain = {"Account", "Case", "To see it", "Fingerprint", "Protocol", "Server's reply"}  # values without words
        same = set(old.text.splitlines()) & set(new.text.splitlines())
        values = [line.partition(f"{CLOSE}: ")[2] for line in new.text.splitlines() if f"{CLOSE}: " in line]
        told = [line.partition(": ")[0].strip() for line in old.text.splitlines() if line.startswith("  ")]
        assert same == {""}
        assert {name for name, value in zip(told, values[-len(told) :], strict=True) if not _is_marked(value)} <= plain


@pytest.mark.parametrize("kind", list(ErrorKind))
def test_what_was_observed_is_the_name_of_the_failure(kind: ErrorKind) -> None:
    assert observed_words(kind) == kind.value.replace("-", " ")


@pytest.mark.parametrize("problem", list(CertificateProblem))
def test_what_is_wrong_with_a_certificate_is_the_name_of_the_problem(problem: CertificateProblem) -> None:
    assert certificate_words(problem) == f"certificate {problem.value.replace('-', ' ')}"


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_is_named_and_asked_about_in_every_language(stage: Stage) -> None:
    speak(PSEUDO, PseudoTranslations())
    assert _is_marked(step_words(stage))
    assert _is_marked(request_words(stage))


def test_a_title_ends_as_sentences_of_the_language_do() -> None:
    speak("ja", Dictionary({"end of a sentence: {sentence}.": "{sentence}。"}))
    told = administrator_letter(diagnosis(title="サーバーが拒否しました"))
    assert "サーバーが拒否しました。\n" in told.text
    assert "？\n" in administrator_letter(diagnosis(title="どの送信者ですか？")).text


@pytest.mark.parametrize("made_in", ["de", SOURCE])
def test_the_subject_of_a_message_is_without_the_word_for_it_in_whichever_language_the_letter_is(made_in: str) -> None:
    german = Dictionary({"Subject: {subject}": "Betreff: {subject}"})
    speak(made_in, german if made_in == "de" else None)
    letter = str(Letter("Mail: no", "text"))
    assert letter.startswith("Betreff: Mail" if made_in == "de" else "Subject: Mail")
    speak("de", german)
    assert "subject=Mail%3A%20no&" in mailto(letter, made_in)


# Reports


def test_every_name_in_a_report_can_be_translated() -> None:
    helpdesk = {"name": "Help", "phone": "1", "hours": "9 to 5", "url": "https://help.example.org"}
    documents = [
        report_document(result, diagnosis_document=diagnosis_document, helpdesk=helpdesk)
        for result in (failed(), works())
    ]
    speak(PSEUDO, PseudoTranslations())
    shown = [section for document in documents for section in sections(document)]
    names = [name for section in shown for name, _ in section.pairs]
    headings = [section.heading for section in shown]
    columns = [column for section in shown if section.table for column in section.table[0]]
    # A cause's own title is in the language of whoever was checked.
    own = {diagnosis().title}
    assert [text for text in (*names, *headings, *columns) if not _is_marked(text) and text not in own] == []


def test_a_comparison_is_translated_for_people_and_english_for_scripts() -> None:
    reports = [report_document(result, diagnosis_document=diagnosis_document) for result in (failed(), works())]
    places = ["home", "office"]
    rows = comparison_rows(reports, places)
    assert rows["Verdict"] == {"home": "fails", "office": "works-after-fix"}
    speak(PSEUDO, PseudoTranslations())
    assert list(comparison_rows(reports, places)) == list(rows)
    (section,) = comparison(reports, places)
    assert [name for name, *_ in section.table[1:] if not _is_marked(name)] == []
    assert _is_marked(section.heading)
    assert _is_marked(section.paragraphs[0])


def test_steps_to_publish_are_translated_and_files_for_servers_are_not() -> None:
    english = published(account(incoming=imap(port=143, security=Security.STARTTLS))).files
    speak(PSEUDO, PseudoTranslations())
    spoken = published(account(incoming=imap(port=143, security=Security.STARTTLS)))
    steps = spoken.files.pop("STEPS.txt").decode()
    english.pop("STEPS.txt")
    assert spoken.files == english
    assert [sentence for sentence in spoken.left_out if not _is_marked(sentence)] == []
    lines = [line.lstrip("0123456789.- ") for line in steps.splitlines() if line]
    assert [line for line in lines if not _is_marked(line)] == []
    assert len(lines) >= 10


def test_values_stand_below_each_other_behind_names_of_wide_characters() -> None:
    text = text_page([Section("設定", pairs=(("サーバー", "smtp.example.org"), ("Port", "465")))])
    assert text == "設定\n====\nサーバー  smtp.example.org\nPort      465\n"


@pytest.mark.parametrize("detail", sorted(SHOWN_DETAILS))
def test_every_detail_that_a_report_shows_has_a_name(detail: str) -> None:
    name = name_words(detail)
    assert name is not None
    assert name.casefold() == detail.replace("_", " ")  # written as people write it: TLS, IPv6
    assert name[0].isupper()


# Right to left


def test_what_is_sent_kept_or_copied_has_no_marks_of_direction_and_no_signs_in_their_place() -> None:
    speak("ar", PseudoTranslations())
    isolate(True)
    letter, short = _told(Protocol.SMTP, ErrorKind.CONNECTION_DROPPED)
    report = report_document(
        replace(failed(), notes=(tr("Asked: {domain}", domain="example.org"),)), diagnosis_document=diagnosis_document
    )
    made = sheet("msmtp", account())
    texts = [str(letter), str(short), mailto(str(letter)), str(report), sheet_text(made), sheet_link(made, "")]
    for text in texts:
        assert not {"\u2068", "\u2069", "\ufffd"} & set(unquote(text))


def test_a_page_keeps_hosts_and_commands_apart_from_the_words_around_them() -> None:
    speak("ar", PseudoTranslations())
    isolate(True)
    assert "\u2068~/.msmtprc\u2069" in sheet_html(sheet("msmtp", account()))


def test_a_field_that_is_not_translated_stands_once_where_marks_are_set() -> None:
    speak("ar", Dictionary({}))
    isolate(True)
    assert tr_field("field of kmail", "{kind} port", kind="IMAP") == "IMAP port"


def test_marks_in_a_servers_words_are_shown_as_what_they_are_where_none_are_ours() -> None:
    told = administrator_letter(diagnosis(title="It said \u2068no"))
    assert "It said \ufffdno" in told.text
