"""What a phrase finds and what a sentence says."""

from __future__ import annotations

import pytest

from wizard.diagnosis.rule import Facts, Match, Phrase, Sentences, fold


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("relay access denied", "554 5.7.1 <a@b>: Relay access denied", True),
        ("spf", "the spfx record", False),
        ("authenti*", "Authentifizierung fehlgeschlagen", True),
        ("authenti", "Authentifizierung fehlgeschlagen", False),
        ("authentifizierung*", "Authentifizierungsfehler", True),
        ("user ... unknown", "user ada@example.net is unknown", True),
        ("user ... unknown", "user " + "x" * 90 + " unknown", False),
        ("ip ... listed", "zip was listed", False),
        ("try again in # minutes", "Try again in 15 minutes.", True),
        ("try again in # minutes", "try again in some minutes", False),
        ("证书 ... 过期", "imap.example.com 的证书已于 12.03.2027 过期。", True),
        ("can't find a server", "Can’t  find\na server", True),
        ('command "auth" not', "Command AUTH not implemented", True),
        ("grösse", "Größe: Groesse grösse", True),
    ],
)
def test_phrases(phrase: str, text: str, found: bool) -> None:
    assert Phrase.parse(phrase).is_in(fold(text)) is found


@pytest.mark.parametrize("phrase", ["", "no", "a*", "one ... two ... three ... four ... five", "..."])
def test_a_phrase_that_would_match_anything_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="phrase"):
        Phrase.parse(phrase)


def test_the_longer_phrase_weighs_more() -> None:
    assert Phrase.parse("certificate has expired").weight > Phrase.parse("certificate").weight


def test_the_first_wording_whose_facts_are_known_is_said() -> None:
    sentences = Sentences(("{host} on port {port}", "{host}", "the server"))
    assert sentences.said({"host": "a.example", "port": "25"}) == "a.example on port 25"
    assert sentences.said({"host": "a.example"}) == "a.example"
    assert sentences.said({}) == "the server"
    assert Sentences(("{host}",)).said({}) is None


def test_a_fact_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    assert Sentences(("{host}",)).said({"host": "{port}", "port": "25"}) == "{port}"


def test_words_that_stand_before_any_reason_count_half() -> None:
    phrase = Phrase.parse("sender address rejected")
    found = (phrase.weight, None, None)
    telling = Match((), text=(phrase,)).weigh(Facts(), found)
    general = Match((), text=(phrase,), general=True).weigh(Facts(), found)
    assert telling is not None
    assert general is not None
    assert general < telling


@pytest.mark.parametrize(
    ("wanted", "words", "strongest"),
    [
        ({"kind": "silence", "code": "535"}, True, "measured"),
        ({"enhanced": "5.7.8"}, True, "words"),
        ({"response_code": "AUTHENTICATIONFAILED", "code": "535"}, False, "response code"),
        ({"enhanced": "5.7.8", "code": "535"}, False, "enhanced code"),
        ({"code": "535"}, False, "code"),
        ({"status": "no", "protocol": "imap"}, False, "code"),
        ({"protocol": "imap"}, False, "stage"),
    ],
)
def test_a_recognition_rests_on_the_strongest_of_what_it_wants(
    wanted: dict[str, str], words: bool, strongest: str
) -> None:
    keys = tuple((key, frozenset({value})) for key, value in wanted.items())
    text = (Phrase.parse("smart card required"),) if words else ()
    assert Match(keys, text=text).rests_on == strongest
