"""Concepts said together mean a cause; every sample proves it, in each language, and every line is proven by one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace

from wizard.assets import resources
from wizard.diagnosis.catalogue import Catalogue
from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.meanings import Meanings, our_meanings
from wizard.diagnosis.samples import Saying, load_sayings, unproven, unshown
from wizard.errors import ResourceError

LANGUAGES = {"de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "zh"}


@pytest.fixture(scope="module")
def sayings() -> tuple[Saying, ...]:
    """Every sample of ours."""
    return load_sayings()


@pytest.mark.slow
def test_every_sample_means_what_it_must_and_nothing_that_tempts(
    sayings: tuple[Saying, ...], diagnoser: Diagnoser
) -> None:
    assert unproven(sayings, diagnoser) == ()


def test_what_comes_out_otherwise_is_told(diagnoser: Diagnoser) -> None:
    right = Saying("535 5.7.8 authentication failed", "auth", "en", "bad-credentials")
    assert unproven([right, replace(right, cause="mailbox-full", tempting=True)], diagnoser) == ()
    wrong = [replace(right, tempting=True), replace(right, cause="mailbox-full")]
    taken, other = unproven(wrong, diagnoser)
    assert taken.startswith("en, auth: not bad-credentials: is taken for it: ")
    assert other.startswith("en, auth: mailbox-full: gives “bad-credentials”: ")


def test_the_samples_are_many_in_every_language(sayings: tuple[Saying, ...]) -> None:
    by_language = Counter(saying.language for saying in sayings)
    assert set(by_language) == LANGUAGES
    assert min(by_language.values()) >= 60
    assert sum(not saying.tempting for saying in sayings) >= 1_200
    assert sum(saying.tempting for saying in sayings) >= 200


def test_a_sample_names_a_cause_that_exists(sayings: tuple[Saying, ...], catalogue: Catalogue) -> None:
    assert {saying.cause for saying in sayings} <= set(catalogue.causes)


@pytest.mark.slow
def test_every_combination_is_shown_by_a_sample_of_its_cause(sayings: tuple[Saying, ...], catalogue: Catalogue) -> None:
    assert unshown(sayings, catalogue.causes.values(), our_meanings()) == ()


def test_combinations_mean_causes_that_exist(catalogue: Catalogue) -> None:
    assert {combination.cause for combination in our_meanings().combinations} <= set(catalogue.causes)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("The recipient was refused. The server responded: 550 no relaying here", "550 no relaying here"),
        ("Antwort des Servers: 550 Relay verweigert", "550 relay verweigert"),
        ("Réponse du serveur : 550 relais refusé", "550 relais refusé"),
        ("サーバーの応答: 中継は許可されていません", "中継は許可されていません"),
        ("Reactie van server: '550 geen relay hier', poort: 25, beveiligd (SSL): Nee", "550 geen relay hier"),
        ("Der Empfänger wurde abgelehnt. 550 <ada@example.org> User unknown", "550 <ada@example.org> user unknown"),
        ("Die Antwort vom Server (POP/SMTP/IMAP) kam nicht rechtzeitig", None),
        ("550 no relaying here", None),
        ("No secure line. 465 needs SSL, 587 needs STARTTLS", None),  # ports, and no codes of replies
        ("The server responded: 550", None),
        (
            "Mail failed. Server replied: 553 From address rejected:\nnot owned by ada",
            "553 from address rejected: not owned by ada",
        ),
        ("Attempts used up - 535 5.7.8 wrong password", "535 5.7.8 wrong password"),
        ("Server message: (Mail::AuthError)\n{ error: grant revoked }", "error: grant revoked }"),
    ],
)
def test_the_server_s_own_words_are_found_in_their_frame(text: str, own: str | None) -> None:
    found = our_meanings().own_words(text)
    assert (found and found.lower()) == own


def test_a_goodbye_behind_a_code_is_no_reason(diagnoser: Diagnoser) -> None:
    blocked = diagnoser.of_text("421 Your IP address is filtered and this connection will be closed")
    assert blocked.cause == "client-ip-blocked"
    assert diagnoser.of_text("The connection was closed").cause == "connection-dropped"
    assert diagnoser.of_text("421 Connection closed").cause == "connection-dropped"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("password wrongly", "wrongly is no concept"),
        ("password @kitchen", "kitchen is no step"),
        ("!password", "it names no concept"),
        ("+password", "it names no concept"),
        ("password +wrongly", "wrongly is no concept"),
    ],
)
def test_a_line_that_means_nothing_is_refused(tmp_path: Path, line: str, complaint: str) -> None:
    for name in ("things.toml", "states.toml", "answers.toml", "questions.toml"):
        (tmp_path / name).write_bytes((resources() / "lexicon" / name).read_bytes())
    (tmp_path / "meanings.toml").write_text(f'[means]\nbad-credentials = ["{line}"]\n', "utf-8")
    with pytest.raises(ResourceError, match=complaint):
        Meanings.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "stage", "cause"),
    [
        ("Opening connection to mail.example.com:587 (timeout=60) ... Connection refused", None, "connection-refused"),
        (
            "Le destinataire a été refusé. Réponse du serveur : 550 relais refusé. Erreur 0x800CCC79",
            None,
            "relay-denied",
        ),
        ("550 server refuses to relay", "rcpt", "relay-denied"),
        ("550 this user may not use that From domain", "mail", "sender-not-allowed"),
        ("550 outgoing mail is disabled for your account", "mail", "account-disabled"),
        ("535 SMTP service is switched off for this user", "auth", "mail-access-disabled"),
        ("NO login attempts limited, rate exceeded", "auth", "too-many-attempts"),
        ("TLS is required but the server does not support it", None, "starttls-not-offered"),
        ("Something went wrong, please try again", None, "unknown"),
        ("Unexpected greeting: 220 mail.example.com ESMTP", None, "unknown"),
        ("550 5.7.1 message contains a bare LF", "data", "message-malformed"),
        ("Le mot de passe de l'application est requis", None, "app-password-required"),
        ("550 5.1.1 account disabled", "rcpt", "recipient-rejected"),
        ("550 5.7.26 Cannot forward emails that are not authenticated.", "data", "dmarc-or-spf-fail"),
    ],
)
def test_one_word_does_not_decide(diagnoser: Diagnoser, text: str, stage: str | None, cause: str) -> None:
    assert diagnoser.of_text(text, stage=stage).cause == cause


def test_the_apostrophe_of_a_word_quotes_no_reply() -> None:
    assert our_meanings().own_words("la réponse du serveur n'est pas disponible pour ce compte") is None


@pytest.mark.parametrize(
    ("text", "happened"),
    [
        ("TLS failed.\nCheck the certificate's last day.", "TLS failed."),
        ("接続できません。証明書を確認してください。", "接続できません。"),
        ("Check the certificate's last day.", None),
        ("TLS failed. The line was closed.", None),
        ("No. Check your password.", None),
    ],
)
def test_what_happened_is_told_apart_from_what_to_look_at(text: str, happened: str | None) -> None:
    assert our_meanings().without_advice(text) == happened


def test_words_of_advice_are_hardly_the_reason(diagnoser: Diagnoser) -> None:
    told = "The secure connection could not be established."
    advice = "Check whether the certificate has expired."
    assert diagnoser.of_text(f"{told}\n{advice}").cause == "tls-handshake-failed"
    assert diagnoser.of_text(advice).cause == "certificate-expired"


@pytest.mark.parametrize("text", ["Bağlantı yok", "接続がありません", "연결 없음", "Keine Verbindung"])
def test_what_there_is_none_of_may_stand_before_or_behind_it(diagnoser: Diagnoser, text: str) -> None:
    assert diagnoser.of_text(text).cause == "no-internet"


def test_words_far_apart_count_less_than_near_ones() -> None:
    near = our_meanings().of("the certificate has expired", frozenset({"client"}))[0]
    padding = "lorem " * 13
    far = our_meanings().of(f"the certificate {padding} has expired", frozenset({"client"}))[0]
    further = our_meanings().of(f"the certificate {padding * 2} has expired", frozenset({"client"}))
    assert (near.cause, far.cause) == ("certificate-expired", "certificate-expired")
    assert far.weight < near.weight
    assert "certificate-expired" not in {meaning.cause for meaning in further}


def test_what_another_sentence_says_counts_where_a_line_asks_for_it() -> None:
    causes = [
        {meaning.cause for meaning in our_meanings().of(text, frozenset({"client"}))}
        for text in (
            "Unexpected answer from the server. Is the port right?",
            "Is the port right? The answer of the server was an unexpected answer.",
            "Unexpected answer from the server. Is the password right?",
        )
    ]
    assert ["not-a-mail-server" in each for each in causes] == [True, True, False]
