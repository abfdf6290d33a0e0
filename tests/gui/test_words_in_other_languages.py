"""What the window says in a language that puts words elsewhere than English does, or needs others."""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.samples import ADDRESS, IMAP, NOW, SMTP
from wizard.gui import sources, trip_words, words
from wizard.gui.failure_words import sign_in_failed
from wizard.gui.widgets.copy_row import copy_name
from wizard.gui.widgets.remedy_order import AGAIN, said_before, words_of
from wizard.gui.widgets.server_editor import ServerEditor
from wizard.handover.sheet import Row
from wizard.language import SOURCE, speak
from wizard.model.account import RoundTrip, RoundTripStatus
from wizard.model.diagnosis import Remedy, TryAgain
from wizard.model.evidence import ErrorKind, Stage
from wizard.model.plan import Plan
from wizard.model.server import Protocol, Source, Way


class _Said(gettext.NullTranslations):
    def __init__(self, said: Mapping[str, str]) -> None:
        super().__init__()
        self._said = said

    def gettext(self, message: str) -> str:
        return self._said.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._said.get(msgid1 if n == 1 else msgid2, msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self._said.get(f"{context}|{message}", message)


@pytest.fixture(autouse=True)
def _english_after() -> Iterator[None]:
    yield
    speak(SOURCE)


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("Die Community-Datenbank nennt {setting}.", ("Die Community-Datenbank nennt", "Port 465.", "")),
        ("コミュニティのデータベースでは{setting}です。", ("コミュニティのデータベースでは", "Port 465", "です。")),
        ("{setting} steht in der Community-Datenbank.", ("", "Port 465", "steht in der Community-Datenbank.")),
    ],
)
def test_the_setting_is_bold_wherever_it_stands(qtbot: QtBot, sentence: str, shown: tuple[str, str, str]) -> None:
    speak("de", _Said({"The community database says {setting}.": sentence}))
    editor = ServerEditor(Way.SENDING)
    qtbot.addWidget(editor)
    editor._say_offer(Source.ISPDB, "Port 465")
    labels = (editor._strip_source, editor._strip_fact, editor._strip_rest)
    assert tuple(label.text() for label in labels) == shown
    assert [not label.isHidden() for label in labels] == [bool(text) for text in shown]


def test_nouns_keep_their_capitals_in_the_name_of_a_button() -> None:
    row = Row("incoming-port", "Port", "993", "Receiving")
    assert copy_name(row) == "Copy receiving port"
    speak("de", _Said({"Copy receiving {field}": "{field} für den Empfang kopieren"}))
    assert copy_name(row) == "Port für den Empfang kopieren"


def test_a_sign_in_that_failed_is_said_whole() -> None:
    assert sign_in_failed(ErrorKind.SILENCE) == "Sign-in: no answer"
    speak("de", _Said({"Sign-in: no answer": "Anmeldung: Keine Antwort"}))
    assert sign_in_failed(ErrorKind.SILENCE) == "Anmeldung: Keine Antwort"


def test_the_day_is_said_with_its_preposition() -> None:
    speak(
        "de",
        _Said(
            {
                "moment inside a sentence|{date} at {time}": "am {date} um {time} Uhr",
                "Sending verified {moment}": "Senden {moment} geprüft",
            }
        ),
    )
    local = NOW.astimezone()
    later = local + timedelta(days=40)
    line = words.verified_line(False, True, local, later)
    assert line == f"Senden am {local.day}. November {local.year} um {local:%H:%M} Uhr geprüft"


def test_both_sides_have_sentences_of_their_own() -> None:
    speak("de", _Said({"Sending and receiving stopped at {stage}.": "Senden und Empfang endeten bei „{stage}“."}))
    lanes = [(Protocol.SMTP, False, Stage.AUTH), (Protocol.IMAP, False, Stage.AUTH)]
    assert words.summary_of(lanes) == "Senden und Empfang endeten bei „Sign in“."
    refused = [(Protocol.SMTP, False, Stage.MESSAGE), (Protocol.IMAP, False, Stage.MESSAGE)]
    assert "Sending had its message refused." in words.summary_of(refused)


def test_what_only_checks_again_is_not_said_twice() -> None:
    speak("ja", _Said({AGAIN: "もう一度確認", "end of a sentence|{sentence}.": "{sentence}。"}))
    for say in (AGAIN, "もう一度確認"):
        again = Remedy("try-again", say, TryAgain())
        assert (words_of(again), said_before(again, NOW)) == ("もう一度確認", "")
    first = Remedy("try-again", "Wi-Fi に接続", TryAgain())
    assert said_before(first, NOW) == "Wi-Fi に接続。"


def test_the_subject_is_quoted_as_it_was_sent() -> None:
    speak("de", _Said({"“{subject}”": "„{subject}“"}))
    assert trip_words.trip_subject("AAAA-BBBB-CCCC") == "„Mailwright test AAAA-BBBB-CCCC“"
    trip = RoundTrip(RoundTripStatus.SENT, looked_in=("INBOX", "Spam", "A", "B"), seconds=45)
    assert "Inbox, Spam, A and 1 more folder" in trip_words.after_sending(trip, True)


def test_servers_are_listed_as_the_language_lists_them() -> None:

    plan = Plan(ADDRESS, (IMAP, SMTP))
    assert sources.servers_sentence(plan, (IMAP, SMTP), ()).endswith(f"{IMAP.host} and {SMTP.host}.")
    speak("de", _Said({"Your password goes to {hosts}.": "Ihr Passwort geht an {hosts}."}))
    assert sources.servers_sentence(plan, (IMAP, SMTP), ()) == f"Ihr Passwort geht an {IMAP.host} und {SMTP.host}."
